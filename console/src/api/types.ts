/** Short names for what the API shows. */
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Conversation = Schemas["ConversationView"];
export type Timeline = Schemas["TimelineView"];
export type Message = Schemas["MessageView"];
export type WholeMessage = Schemas["WholeMessageView"];
export type Attachment = Schemas["AttachmentView"];
export type Limits = Schemas["LimitsView"];
export type Agent = Schemas["AgentView"];
export type Change = Schemas["ChangeView"];
export type Queue = Schemas["QueueView"];
