/** Say whether one is there. A shift that is over would keep one from coming online: it has no end from then on. */
import { desk } from "../desk";
import { now } from "../i18n/time";
import { me } from "../live/presence";
import { tellError } from "../ui/toast";

export async function setPresence(presence: "online" | "away" | "offline"): Promise<boolean> {
  try {
    const until = me.peek()?.shift_until;
    const isOver = until && Date.parse(until) <= now.peek();
    if (presence !== "offline" && isOver) await desk().presence.setShift(null);
    await desk().presence.set(presence);
    return true;
  } catch (error) {
    tellError(error);
    return false;
  }
}
