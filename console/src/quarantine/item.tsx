/** One item in quarantine: what is known of it, its bytes to look at, and what to do about it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Answer } from "../api/client";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { clock, exactly } from "../i18n/time";
import { href } from "../router";
import { type Resource, useResource } from "../store/resource";
import { nameOf } from "../store/workspace";
import { Confirm } from "../ui/dialog";
import { BackIcon } from "../ui/icons";
import { Panel, Room, Unread } from "../ui/room";
import { tell, tellError } from "../ui/toast";
import { bytesOf, hexLines, isText, plainText } from "./bytes";
import { bytesInWords, isBeingRead, reasonInWords, StateTag } from "./words";

type Item = Answer<"GET", "/quarantine/{account}/{quarantine_id}">;

interface Props {
  readonly account: string;
  readonly id: string;
}

/** While it is being read again, one looks so often whether it was. */
const LOOK_EVERY = 2_000;
const VIRUS = "virus";

export function QuarantinedItem({ account, id }: Props) {
  const texts = lead.value.quarantine;
  const path = { account, quarantine_id: id };
  const known = useResource(
    () => desk().api("GET", "/quarantine/{account}/{quarantine_id}", { path }),
    `${account}/${id}`,
  );
  const item = known.value.value;
  const isWaiting = item !== null && isBeingRead(item);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => void known.reload(), LOOK_EVERY);
    return () => clearInterval(timer);
  }, [isWaiting, known]);
  return (
    <Room
      title={item ? reasonInWords(item.reason) : texts.title}
      aside={
        <a class="end" href={href("quarantine")}>
          <BackIcon /> {texts.title}
        </a>
      }
    >
      <Unread error={known.error.value} onRetry={() => void known.reload()} />
      {item && (
        <>
          <Facts item={item} known={known} path={path} />
          <Bytes raw={item.raw_base64} />
        </>
      )}
    </Room>
  );
}

interface FactsProps {
  readonly item: Item;
  readonly known: Resource<Item>;
  readonly path: { readonly account: string; readonly quarantine_id: string };
}

function Facts({ item, known, path }: FactsProps) {
  const texts = lead.value.quarantine;
  return (
    <Panel title={texts.facts} aside={<StateTag item={item} />}>
      <div class="panel-text">
        <dl class="fact-list">
          <dt>{texts.account}</dt>
          <dd>{item.account}</dd>
          <dt>{lead.value.floor.channel}</dt>
          <dd>{t.value.shell.channel[item.channel] ?? item.channel}</dd>
          <dt>{texts.at}</dt>
          <dd>{exactly(item.at)}</dd>
          <dt>{texts.size}</dt>
          <dd>{bytesInWords(item.size)}</dd>
          {item.retried_at && <dt>{texts.retriedAt}</dt>}
          {item.retried_at && <dd>{history(item)}</dd>}
          {item.dismissed_at && <dt>{texts.states.dismissed}</dt>}
          {item.dismissed_at && <dd>{texts.by(clock(item.dismissed_at), nameOf(item.dismissed_by ?? ""))}</dd>}
        </dl>
      </div>
      <Remedies item={item} known={known} path={path} />
    </Panel>
  );
}

function history(item: Item): string {
  const texts = lead.value.quarantine;
  const when = texts.by(clock(item.retried_at ?? item.at), nameOf(item.asked_by ?? ""));
  return `${when}: ${item.outcome ? texts.understood(item.outcome) : texts.stillNot}`;
}

function Remedies({ item, known, path }: FactsProps) {
  const texts = lead.value.quarantine;
  const [isDismissing, setDismissing] = useState(false);
  const act = async (method: "retry" | "dismiss") => {
    try {
      if (method === "retry") await desk().api("POST", "/quarantine/{account}/{quarantine_id}/retry", { path });
      else await desk().api("DELETE", "/quarantine/{account}/{quarantine_id}", { path });
      tell(method === "retry" ? texts.asked : texts.dismissedNow);
    } catch (error) {
      tellError(error);
    }
    setDismissing(false);
    await known.reload();
  };
  const isVirus = item.reason === VIRUS;
  if (item.state === "retried") return <p class="panel-text">{texts.isUnderstood}</p>;
  return (
    <div class="panel-more form-buttons">
      {!isVirus && (
        <button type="button" class="primary" disabled={isBeingRead(item)} onClick={() => void act("retry")}>
          {texts.retry}
        </button>
      )}
      {item.state === "open" && (
        <button type="button" onClick={() => setDismissing(true)}>
          {texts.dismiss}
        </button>
      )}
      <span class="quiet-text">{isVirus ? texts.virusHint : texts.retryHint}</span>
      {isDismissing && (
        <Confirm
          title={texts.dismiss}
          act={texts.dismiss}
          onConfirm={() => void act("dismiss")}
          onClose={() => setDismissing(false)}
        >
          <p>{texts.dismissHint}</p>
        </Confirm>
      )}
    </div>
  );
}

/** Bytes shown at first, and more each time. */
const STEP = 16_384;

/** Only ever letters: nothing of it is rendered, opened or linked. */
function Bytes({ raw }: { raw: string | null }) {
  const texts = lead.value.quarantine;
  const bytes = useMemo(() => (raw === null ? null : bytesOf(raw)), [raw]);
  const [most, setMost] = useState(STEP);
  const [wished, wish] = useState<"text" | "hex" | null>(null);
  if (!bytes) return <p class="quiet-text">{texts.noBytes}</p>;
  const view = wished ?? (isText(bytes) ? "text" : "hex");
  return (
    <Panel
      title={texts.bytes}
      aside={
        <span class="tabs end">
          {(["text", "hex"] as const).map((name) => (
            <button type="button" key={name} aria-pressed={view === name} onClick={() => wish(name)}>
              {texts.views[name]}
            </button>
          ))}
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard, too */}
      <pre class="raw" tabIndex={0} dir="ltr">
        {view === "text" ? plainText(bytes, most) : <Hex bytes={bytes} most={most} />}
      </pre>
      {bytes.length > most && (
        <div class="panel-more">
          <button type="button" onClick={() => setMost(most + STEP)}>
            {texts.shown(bytesInWords(most), bytesInWords(bytes.length))}
          </button>
        </div>
      )}
    </Panel>
  );
}

function Hex({ bytes, most }: { bytes: Uint8Array; most: number }) {
  return (
    <>
      {hexLines(bytes, most)
        .map((line) => `${line.offset}  ${line.hex.padEnd(47)}  ${line.text}`)
        .join("\n")}
    </>
  );
}
