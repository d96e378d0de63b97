/** What the API said is wrong, sorted by field: "units: too many; caps.sms: the policy allows 5". */
import { lead } from "../i18n/lead";

export interface FieldErrors {
  readonly fields: Readonly<Record<string, string>>;
  /** What is of no field of the form. */
  readonly rest: string;
}

/** `known` are the form's fields. A part that names none belongs to what stands before it: sentences may have semicolons. */
export function fieldErrors(detail: string, known: readonly string[]): FieldErrors {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  let last: string | null = null;
  for (const part of detail.split("; ")) {
    const named = /^([a-z_]+)((?:\.[\w-]+)*): (.*)$/s.exec(part);
    const field = named?.[1] && known.includes(named[1]) ? named[1] : null;
    if (field)
      fields[field] = joined(fields[field], `${named?.[2] ? `${named[2].slice(1)}: ` : ""}${said(named?.[3])}`);
    else if (last) fields[last] = joined(fields[last], part);
    else rest.push(part);
    last = field ?? last;
  }
  return { fields, rest: rest.join("; ") };
}

/** A pattern, or how many letters there have to be, is nothing that people read. */
function said(words = ""): string {
  const { missing, malformed } = lead.value.settings;
  if (/^(Field required|String should have at least)/.test(words)) return missing;
  return words.startsWith("String should match pattern") ? malformed : words;
}

function joined(before: string | undefined, part: string): string {
  return before ? `${before}; ${part}` : part;
}
