/** When a shift ends, as somebody says it: by a time of day, which is the next one there is. Pure. */

/** The next moment at which it is `time` ("17:30") where the agent is. */
export function next(time: string, now: Date): Date | null {
  const [hours, minutes] = time.split(":").map(Number);
  if (hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)) return null;
  const end = new Date(now);
  end.setHours(hours, minutes, 0, 0);
  if (end <= now) end.setDate(end.getDate() + 1);
  return end;
}

/** `end` as an input for times of day has it. */
export function timeOf(end: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(end.getHours())}:${two(end.getMinutes())}`;
}
