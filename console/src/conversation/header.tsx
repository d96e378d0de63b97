/** The head of a conversation: whose it is, what is owed until when, who else is here, and what one can do. */
import { useState } from "preact/hooks";
import type { Timeline } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { clock, exactly, now, relative } from "../i18n/time";
import { go, href } from "../router";
import { nameOf } from "../store/workspace";
import { shownAddress } from "../ui/address";
import {
  BackIcon,
  CheckIcon,
  ForwardIcon,
  MoonIcon,
  MoreIcon,
  PersonIcon,
  QuestionIcon,
  WarningIcon,
} from "../ui/icons";
import { Menu } from "../ui/menu";
import { canDecide, takeOver } from "./actions/do";
import { resolveOrAsk } from "./actions/keys";
import { menuOf } from "./actions/menu";
import { openDialog } from "./actions/open";
import { customerOf, particulars } from "./customer/known";
import { lookers } from "./lookers";
import { languageName } from "./message/language";
import { Tags } from "./tags";

export type PanelName = "customer" | "why";

interface Props {
  readonly shown: Timeline;
  readonly panel: PanelName | null;
  onPanel(panel: PanelName | null): void;
}

export function Header({ shown, panel, onPanel }: Props) {
  const texts = t.value.conversation;
  const name = particulars(customerOf(shown.customer_id).value.customer).name ?? shown.called;
  const toggle = (chosen: PanelName) => onPanel(panel === chosen ? null : chosen);
  const isOpen = shown.status !== "resolved";
  const address = shownAddress(shown.channel, shown.customer);
  return (
    <header class="conversation-head">
      <div class="title">
        <button
          type="button"
          class="quiet icon-button back"
          aria-label={texts.toInbox}
          onClick={() => go("inbox", "mine")}
        >
          <BackIcon />
        </button>
        <div class="who">
          <h1>{shown.subject ?? name ?? address}</h1>
          <p class="quiet-text">
            {[
              t.value.shell.channel[shown.channel] ?? shown.channel,
              shown.subject && name,
              (shown.subject || name) && address,
            ]
              .filter(Boolean)
              .join(" · ")}
            {shown.language && ` · ${languageName(shown.language)}`}
          </p>
        </div>
        <div class="actions" role="toolbar" aria-label={texts.actions.label}>
          {isOpen && !canDecide(shown) && (
            <button type="button" class="primary" onClick={() => void takeOver(shown)}>
              {texts.actions.take}
            </button>
          )}
          {isOpen && canDecide(shown) && (
            <>
              <button type="button" title="e" onClick={() => resolveOrAsk(shown)}>
                <CheckIcon /> <span class="wide">{texts.actions.resolve}</span>
              </button>
              <button type="button" title="z" onClick={() => openDialog("snooze")}>
                <MoonIcon /> <span class="wide">{texts.actions.snooze}</span>
              </button>
              <button type="button" title="t" onClick={() => openDialog("transfer")}>
                <ForwardIcon /> <span class="wide">{texts.actions.transfer}</span>
              </button>
            </>
          )}
          <Menu label={texts.actions.more} items={menuOf(shown)}>
            <MoreIcon />
          </Menu>
          <button
            type="button"
            class="icon-button"
            aria-pressed={panel === "why"}
            aria-label={texts.header.why}
            title={texts.header.why}
            onClick={() => toggle("why")}
          >
            <QuestionIcon />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-pressed={panel === "customer"}
            aria-label={texts.header.details}
            title={texts.header.details}
            onClick={() => toggle("customer")}
          >
            <PersonIcon />
          </button>
        </div>
      </div>
      <State shown={shown} />
      <Lookers id={shown.conversation_id} />
    </header>
  );
}

function State({ shown }: { readonly shown: Timeline }) {
  const texts = t.value.conversation;
  const isMine = shown.owner === desk().agentId;
  const priority = t.value.shell.priority[shown.priority] ?? shown.priority;
  const [because, setBecause] = useState(false);
  return (
    <div class="state">
      <button
        type="button"
        class={`tag ${shown.priority}`}
        aria-expanded={because}
        title={texts.header.priorityBecause(shown.why.join("; "))}
        onClick={() => setBecause(!because)}
      >
        {priority}
      </button>
      <button type="button" class="tag" title={texts.actions.place} onClick={() => openDialog("place")}>
        {shown.queue}
      </button>
      <span class="tag">{t.value.shell.status[shown.status] ?? shown.status}</span>
      {shown.possibly && (
        <a class="tag" href={href("inbox", "mine", shown.possibly)}>
          {texts.header.possibly}
        </a>
      )}
      {shown.mark && <span class="tag urgent">{texts.header.marked[shown.mark]}</span>}
      <span class="quiet-text">
        {isMine ? texts.mine : shown.owner ? texts.ownedBy(nameOf(shown.owner)) : texts.unassigned}
      </span>
      <Due shown={shown} />
      <Tags shown={shown} />
      {because && (
        <p class="because" role="status">
          {texts.header.priorityBecause(shown.why.join("; ") || "–")}
        </p>
      )}
    </div>
  );
}

/** What is due, the soonest first: the promise, the lease, the end of a snooze. */
function Due({ shown }: { readonly shown: Timeline }) {
  const texts = t.value.conversation.header;
  const isOwed = shown.awaiting_since !== null && shown.status !== "snoozed";
  const isLate = shown.promised_at !== null && Date.parse(shown.promised_at) < now.value;
  return (
    <>
      {isOwed && shown.promised_at && shown.promise !== "kept" && (
        <span class={isLate || shown.promise === "broken" ? "due bad" : "due"} title={exactly(shown.promised_at)}>
          {isLate || shown.promise === "broken"
            ? texts.promiseBroken(clock(shown.promised_at))
            : texts.promised(relative(shown.promised_at))}
        </span>
      )}
      {shown.lease_until && shown.owner && (
        <span
          class={Date.parse(shown.lease_until) - now.value < 120_000 ? "due warn" : "due"}
          title={exactly(shown.lease_until)}
        >
          {texts.lease(relative(shown.lease_until))}
        </span>
      )}
      {shown.snoozed_until && (
        <span class="due" title={exactly(shown.snoozed_until)}>
          {texts.snoozed(clock(shown.snoozed_until))}
        </span>
      )}
    </>
  );
}

/** Colleagues who are looking at it or write in it at this moment. */
function Lookers({ id }: { readonly id: string }) {
  const texts = t.value.conversation.header;
  const here = lookers(id);
  const [typing, looking] = [here.filter(({ isTyping }) => isTyping), here.filter(({ isTyping }) => !isTyping)];
  const named = (all: typeof here) => texts.and(all.map(({ agentId }) => nameOf(agentId)));
  return (
    <p class={here.length ? "lookers" : "visually-hidden"} role="status">
      {here.length > 0 && <WarningIcon />}
      {typing.length > 0 && <strong>{texts.typing(named(typing))}</strong>}
      {looking.length > 0 && <span>{texts.looking(named(looking))}</span>}
    </p>
  );
}
