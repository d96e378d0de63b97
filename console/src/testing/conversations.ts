/** Conversations for tests: one that waits for an answer, but for what is given. */
import type { Last, Listed } from "../api/types";

export function waiting(id: string, given: Partial<Listed> = {}): Listed {
  return {
    conversation_id: id,
    customer_id: "mia",
    account: "acme-sms",
    channel: "sms",
    customer: "+15550100",
    language: "en",
    queue: "support",
    priority: "normal",
    skills: [],
    reasons: [],
    why: [],
    subject: null,
    possibly: null,
    status: "waiting",
    owner: null,
    assigned_by: null,
    tags: [],
    mark: null,
    snoozed_until: null,
    opened_at: "2026-11-23T09:00:00Z",
    awaiting_since: "2026-11-23T09:00:00Z",
    lease_until: null,
    promised_at: null,
    renewed_at: null,
    promise: null,
    heard_at: "2026-11-23T09:00:00Z",
    etag: '"1.0"',
    unread: false,
    has_draft: false,
    last: null,
    called: null,
    ...given,
  };
}

/** One that somebody has. */
export function assigned(id: string, owner: string, given: Partial<Listed> = {}): Listed {
  return waiting(id, { status: "assigned", owner, ...given });
}

/** What a customer said last, but for what is given. */
export function said(excerpt: string, given: Partial<Last> = {}): Last {
  const facts = { agent_id: null, files: 0, file_kind: null, change: null, at: "2026-11-23T09:00:00Z" };
  return { author: "customer", excerpt, ...facts, ...given };
}
