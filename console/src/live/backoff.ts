/** How long to wait before the nth try, in milliseconds: doubling from a second to a minute, half of it at random. */
export function backoff(tries: number, random: () => number = Math.random): number {
  const longest = Math.min(60_000, 1000 * 2 ** Math.min(tries, 6));
  return longest / 2 + (random() * longest) / 2;
}
