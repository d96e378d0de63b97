/** A length of time in seconds as people read it: "15 min", "2 hr", "1 hr 30 min". */
import { age } from "../floor/age";

export function duration(seconds: number): string {
  return age(new Date(0).toISOString(), seconds * 1000);
}
