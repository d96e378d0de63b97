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
export type Workspace = Schemas["WorkspaceView"];
export type Colleague = Schemas["ColleagueView"];
export type Held = Schemas["HeldView"];
export type Listed = Schemas["ListedView"];
export type Last = Schemas["LastView"];
export type Member = Schemas["TeamMemberView"];
export type Canned = Schemas["CannedView"];
export type Roster = Schemas["RosterView"];
export type Audited = Schemas["AuditedView"];
export type QueueSettings = Schemas["QueueSettingsView"];
export type Alerts = Schemas["AlertsView"];
export type Quarantined = Schemas["QuarantinedView"];
export type OptOut = Schemas["OptOutView"];
export type Erasure = Schemas["ErasureView"];
