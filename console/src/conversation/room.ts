/** What this room works with beside the desk: stories, drafts, and what is on its way. Made once per desk. */
import { type Desk, desk } from "../desk";
import { Drafts } from "../store/drafts";
import { Outbox } from "../store/outbox";
import { Timelines } from "../store/timelines";
import { Uploads } from "./answer/uploads";

export interface ConversationRoom {
  readonly timelines: Timelines;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
}

const rooms = new WeakMap<Desk, ConversationRoom>();

export function room(): ConversationRoom {
  const at = desk();
  const known = rooms.get(at) ?? open(at);
  rooms.set(at, known);
  return known;
}

function open({ api, inbox, agentId }: Desk): ConversationRoom {
  const timelines = new Timelines(api, inbox);
  const drafts = new Drafts(agentId);
  const outbox = new Outbox(api, agentId, drafts, (message, id) => {
    const story = timelines.of(id);
    story.add(message);
    void story.read();
  });
  return { timelines, drafts, outbox, uploads: new Uploads(api, drafts) };
}
