/** Variables of canned responses, such as {{brand}}: what a text reads like with them filled in. */

/** All there are; the API refuses others. */
export const VARIABLES = [
  "agent_name",
  "brand",
  "customer_first_name",
  "our_address",
  "promised_time",
  "queue",
  "reference",
] as const;
export type Variable = (typeof VARIABLES)[number];

/** A piece of a text: as it is written, filled in, or a variable that there is not. */
export interface Piece {
  readonly text: string;
  readonly kind: "plain" | "filled" | "unknown";
}

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The text with examples in place of its variables. */
export function preview(text: string, examples: Readonly<Record<Variable, string>>): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(VARIABLE)) {
    if (found.index > from) pieces.push({ text: text.slice(from, found.index), kind: "plain" });
    const value = exampleOf(found[1] ?? "", examples);
    pieces.push(value === null ? { text: found[0], kind: "unknown" } : { text: value, kind: "filled" });
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), kind: "plain" });
  return pieces;
}

function exampleOf(name: string, examples: Readonly<Record<string, string>>): string | null {
  return (VARIABLES as readonly string[]).includes(name) ? (examples[name] ?? null) : null;
}

/** The text with a variable in place of what is selected, and where the cursor is then. */
export function withVariable(text: string, from: number, to: number, variable: Variable): [string, number] {
  const written = `{{${variable}}}`;
  return [text.slice(0, from) + written + text.slice(to), from + written.length];
}
