/** Deciding on a conversation as one saw it, which the API refuses (412) once it has another state. */
import { Problem } from "../api/client";

/** So often something is tried anew because nothing changed that one would decide otherwise for. */
const TRIES = 4;

/** Ask, and ask anew as long as it is refused for a state that `isStillRight` finds, having read it, to change nothing. */
export async function decide<T>(call: () => Promise<T>, isStillRight: () => Promise<boolean>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!isOutdated(error) || !(await isStillRight()) || tries === TRIES) throw error;
    }
  }
}

export function isOutdated(error: unknown): boolean {
  return error instanceof Problem && error.status === 412;
}
