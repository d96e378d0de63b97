/** What was said last in a conversation, on one line: by whom, if by one of us, and how it begins; files in words. */
import type { Last } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { nameOf } from "../store/workspace";
import { ClipIcon, ImageIcon } from "../ui/icons";

export function LastLine({ last }: { readonly last: Last }) {
  const { author, agent_id, excerpt, files, file_kind } = last;
  const texts = t.value.inbox.last;
  const Icon = file_kind === "image" ? ImageIcon : ClipIcon;
  return (
    <span class="row-line row-last">
      {author === "agent" && <span class="row-last-by">{`${texts.by(calledBy(agent_id))} `}</span>}
      {files > 0 && <Icon />}
      {files > 0 && excerpt && <span class="visually-hidden">{`${texts.files[file_kind ?? "other"](files)} `}</span>}
      <span class={excerpt ? "row-last-words" : "row-last-words told"} dir={excerpt ? "auto" : undefined}>
        {excerpt || inWords(last)}
      </span>
    </span>
  );
}

/** What stands for words where there are none. */
function inWords({ change, files, file_kind }: Last): string {
  const texts = t.value.inbox.last;
  if (change === "deleted") return texts.deleted;
  return files > 0 ? texts.files[file_kind ?? "other"](files) : texts.wordless;
}

/** Whoever has left the team has no name any more. */
function calledBy(agentId: string | null): string {
  const texts = t.value.inbox.last;
  if (agentId === desk().agentId) return texts.you;
  const name = nameOf(agentId ?? "");
  return name === agentId ? texts.colleague : name;
}
