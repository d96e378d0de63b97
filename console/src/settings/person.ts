/** What leads decide of somebody, as a form has it and as the API does. */
import type { Member } from "../api/types";

export interface Person {
  /** Of somebody new: where to mail them. */
  readonly email: string;
  readonly name: string;
  readonly role: "agent" | "lead";
  readonly queues: readonly string[];
  /** As the API has them: `returns`, or `returns:3`. */
  readonly skills: readonly string[];
  readonly units: number;
  readonly caps: Readonly<Record<string, number>>;
}

export const FIELDS = ["email", "name", "role", "queues", "skills", "units", "caps"];

export const NOBODY: Person = { email: "", name: "", role: "agent", queues: [], skills: [], units: 3, caps: {} };

export function personOf(member: Member): Person {
  return {
    email: member.email ?? "",
    name: member.name,
    role: member.role,
    queues: member.queues,
    skills: member.skills,
    units: member.units ?? NOBODY.units,
    caps: member.caps,
  };
}

/** The same without the address, which can't be changed. */
export function dutiesIn({ email: _, ...duties }: Person) {
  return { ...duties, name: duties.name.trim() };
}

/** The level of a skill, 0 where somebody does not have it. */
export function levelOf(skills: readonly string[], name: string): number {
  const found = skills.find((skill) => skill.split(":")[0] === name);
  return found ? Number(found.split(":")[1] ?? 1) : 0;
}

/** The skills with one at another level; at 0 it is gone. */
export function withLevel(skills: readonly string[], name: string, level: number): readonly string[] {
  const others = skills.filter((skill) => skill.split(":")[0] !== name);
  const written = level === 1 ? name : `${name}:${level}`;
  return (level ? [...others, written] : others).sort();
}

/** What is typed as a skill's name, in the form that the API takes; empty if there is none in it. */
export function skillNamed(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
}

/** The caps with another for a channel; null is the policy's. */
export function withCap(
  caps: Readonly<Record<string, number>>,
  channel: string,
  cap: number | null,
): Readonly<Record<string, number>> {
  const { [channel]: _, ...others } = caps;
  return cap === null ? others : { ...others, [channel]: cap };
}

/** How many conversations somebody has. */
export function heldBy(member: Pick<Member, "held">): number {
  return Object.values(member.held).reduce((sum, count) => sum + count, 0);
}
