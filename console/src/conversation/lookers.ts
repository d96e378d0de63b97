/** Who else looks at the conversation that is open, or writes in it: told and heard over the socket, docs/push.md. */
import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { desk } from "../desk";
import { isLive, type Said } from "../live/live";
import { room } from "./room";

export interface Looker {
  readonly agentId: string;
  readonly isTyping: boolean;
}

/** A look lapses after two minutes. */
const SAY_EVERY = 55_000;
/** Whoever has not typed for so long doesn't any more. */
const PAUSE = 6_000;

const heard = signal<{ readonly id: string | null; readonly agents: readonly Looker[] }>({ id: null, agents: [] });

export function lookers(id: string): readonly Looker[] {
  return heard.value.id === id && isLive.value ? heard.value.agents : [];
}

/** What came over the socket; whatever isn't about this is left alone. */
export function hearLookers(message: Said): void {
  if (message.type !== "looking" || !Array.isArray(message.agents)) return;
  const told = message.agents as readonly { agent_id: string; typing: boolean }[];
  const agents = told.map(({ agent_id, typing }) => ({ agentId: agent_id, isTyping: typing }));
  heard.value = { id: String(message.conversation_id), agents };
}

/** Say that one looks at a conversation for as long as it is open, and whether one writes. */
export function useLooking(id: string): void {
  useEffect(() => {
    const look = new Look(id);
    return () => look.end();
  }, [id]);
}

class Look {
  private isTyping = false;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private readonly timer = setInterval(() => this.say(), SAY_EVERY);
  private readonly stops: readonly (() => void)[];

  constructor(private readonly id: string) {
    const draft = room().drafts.of(id);
    let written = draft.peek().at;
    this.stops = [
      effect(() => {
        if (isLive.value) this.say();
      }),
      effect(() => {
        const { at, answer, note } = draft.value;
        if (at === written) return;
        written = at;
        if (answer || note) this.type();
      }),
    ];
  }

  end(): void {
    clearInterval(this.timer);
    clearTimeout(this.pause);
    for (const stop of this.stops) stop();
    desk().live.say({ action: "look", conversation_id: null });
  }

  private type(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.set(false), PAUSE);
    if (!this.isTyping) this.set(true);
  }

  private set(isTyping: boolean): void {
    this.isTyping = isTyping;
    this.say();
  }

  private say(): void {
    desk().live.say({ action: "look", conversation_id: this.id, typing: this.isTyping });
  }
}
