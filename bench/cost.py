"""What a million inbound messages cost on AWS, counted from what the functions really ask of it.

The story of each customer: a text opens a conversation, is acknowledged and assigned; it is answered; another text,
another answer; two texts in a row, an answer, and the agent resolves. Four texts, three answers, one acknowledgement,
each with its delivery reports.
"""

import statistics
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from bench.prices import MILLION, Dollars, Usage
from bench.rehearsal import ACKNOWLEDGEMENT, ANSWERS, INBOUND, PRESENCE, SWEEP, Rehearsal, rehearse
from bench.report import save, save_bars, show_table
from sandbox.progress import step

GOAL, FLOOR = 7.0, 3.30
CUSTOMERS, AGENTS = 10, 12
"""Customers at the same time: also the batch where batches are full. The team has room for all of them."""
TEXTS = (
    "Hi, I ordered a charger last week, order 4711, and it still has not arrived. Can you look?",
    "Thanks. The tracking page says delivered on Friday, but nobody rang here.",
    "No, the neighbours don't have it either.",
    "Could you send a new one?",
)
MESSAGES = CUSTOMERS * len(TEXTS)
REPLY = "Thanks for waiting. I have looked into it and will come back to you within the hour. Best regards, Acme"
AGENT_HOURS, BEATS = 104 * 160, 120
"""Agents' hours that a million messages keep busy at 60 an hour, and heartbeats an hour."""
SWEEPS = 30 * 24 * 60
"""Sweeps a month."""

CAUSES = (INBOUND, ACKNOWLEDGEMENT, ANSWERS)
PARTS = ("ingest", "router", "acknowledgement", "outbox")


def main() -> None:
    """Play the story at both batch sizes, show, save."""
    with step("Rehearsing"), tempfile.TemporaryDirectory() as directory, rehearse(Path(directory), AGENTS) as rehearsal:
        _tell_story(rehearsal, 1)  # lanes are made, caches filled, models built
        calm, busy = _play(rehearsal, 1), _play(rehearsal, CUSTOMERS)
    found = {}
    for name, played in {"one message per invocation": calm, "ten messages per invocation": busy}.items():
        _show(f"Dollars per million inbound messages, {name}", played.parts)
        found[name] = {part: {**_as_dict(u), "dollars": _as_dict(u.dollars())} for part, u in played.parts.items()}
    _show_units("Consumed per inbound message, one message per invocation", calm)
    _show_calls(calm)
    save("cost", {"goal": GOAL, "floor": FLOOR, "per million": found})
    bars = {
        f"{part}, {label}": _pieces(played.parts[part].dollars())
        for part in (*PARTS, "total", "answers")
        for label, played in (("batch 1", calm), ("batch 10", busy))
    }
    series = ["tables", "bus and queues", "functions", "logs"]
    save_bars("cost", "Dollars per million inbound messages, without the HTTP API", bars, series, GOAL)
    for label, played in (("one message", calm), ("ten messages", busy)):
        total = played.parts["total"].dollars().without_http
        verdict = "met" if total <= GOAL else "missed"
        print(
            f"  {label} per invocation: {total:.2f} $ without the HTTP API; goal {GOAL:g} $ {verdict}, floor {FLOOR} $"
        )


def _pieces(dollars: Dollars) -> list[float]:
    return [dollars.tables, dollars.bus + dollars.queues, dollars.functions, dollars.logs]


def _as_dict(record: Usage | Dollars) -> dict[str, float]:
    return {name: getattr(record, name) for name in type(record).__slots__}


@dataclass(frozen=True)
class Played:
    """What the story consumed, per million inbound messages by part, and what it asked of AWS for that."""

    parts: dict[str, Usage]
    calls: dict[tuple[str, str], Counter[str]]
    events: dict[str, int]
    cpu: dict[str, float]
    """Median milliseconds per record by function."""
    written: dict[str, Counter[str]]
    """Write units by cause and what was written."""


def _play(rehearsal: Rehearsal, size: int) -> Played:
    """The story at a batch size."""
    rehearsal.forget(size)
    _tell_story(rehearsal, CUSTOMERS)
    agent = rehearsal.conversations()[0].last_agent or ""
    rehearsal.ask(agent, "PUT", "/me/presence", {"presence": "online"}, PRESENCE)
    rehearsal.tick()
    return Played(
        parts=_parts(rehearsal),
        calls={place: Counter(calls) for place, calls in rehearsal.calls.items()},
        events=dict(rehearsal.events),
        cpu={name: 1000 * statistics.median(seconds) for name, seconds in rehearsal.cpu.items()},
        written=dict(rehearsal.written),
    )


def _tell_story(rehearsal: Rehearsal, customers: int) -> None:
    """All customers keep step, so that batches can be full."""
    first = len(rehearsal.conversations())
    phones = [f"+1555200{first + number:04d}" for number in range(customers)]
    for texts, is_last in ((TEXTS[:1], False), (TEXTS[1:2], False), (TEXTS[2:], True)):
        for text in texts:
            for phone in phones:
                rehearsal.text(phone, text)
            rehearsal.settle()
        for known in rehearsal.conversations():
            if known.address in phones and known.owner:
                rehearsal.ask(known.owner, "GET", f"/conversations/{known.id}")
                rehearsal.ask(known.owner, "POST", f"/conversations/{known.id}/replies", {"text": REPLY})
                if is_last:
                    rehearsal.ask(known.owner, "POST", f"/conversations/{known.id}/resolve", {})
        rehearsal.settle()


def _parts(rehearsal: Rehearsal) -> dict[str, Usage]:
    """Per million inbound messages; heartbeats and sweeps as a million messages a month bring them along."""
    parts: dict[str, Usage] = defaultdict(Usage)
    for (cause, function), used in rehearsal.usage.items():
        parts[_part(cause, function)] += used.times(MILLION / MESSAGES)
    per_story = MESSAGES / MILLION
    parts["heartbeats"] = parts["heartbeats"].times(per_story * AGENT_HOURS * BEATS)
    parts["sweeps"] = parts["sweeps"].times(per_story * SWEEPS)
    parts["total"] = sum((parts[part] for part in PARTS), Usage())
    return parts


def _part(cause: str, function: str) -> str:
    match cause:
        case "answers" | "setup":
            return cause
        case "presence":
            return "heartbeats"
        case "sweep":
            return "sweeps"
        case _ if function == "outbox":
            return "outbox"
        case "acknowledgement":
            return "acknowledgement"
        case _:
            return {"ingest_sms": "ingest"}.get(function, function)


def _show(title: str, parts: dict[str, Usage]) -> None:
    rows = []
    for part in (*PARTS, "total", "answers", "heartbeats", "sweeps"):
        d = parts[part].dollars()
        rows.append((part, d.tables, d.bus, d.queues, d.functions, d.logs, d.without_http, d.http))
    show_table(title, ("part", "tables", "bus", "queues", "functions", "logs", "sum", "HTTP API apart"), rows)


def _show_units(title: str, played: Played) -> None:
    names = Usage.__slots__
    rows = [(part, *(getattr(played.parts[part], n) / MILLION for n in names)) for part in (*PARTS, "total", "answers")]
    show_table(title, ("part", *(name.replace("_", " ") for name in names)), rows)
    written = [
        (f"{cause}: {what}", units / MESSAGES)
        for cause in CAUSES
        for what, units in played.written[cause].most_common()
    ]
    show_table("Write units per inbound message", ("what", "units"), written)


def _show_calls(played: Played) -> None:
    print("\nCalls per inbound message, by cause and function; one heartbeat and one sweep\n")
    for (cause, function), calls in sorted(played.calls.items()):
        each = 1 if cause in {PRESENCE, SWEEP} else MESSAGES
        counted = ", ".join(f"{name} {count / each:.2f}" for name, count in calls.most_common())
        print(f"  {cause:<16} {function:<11} {counted}")
    rows = sorted(((name, count / MESSAGES) for name, count in played.events.items()), key=lambda row: -row[1])
    show_table("Events per inbound message", ("event", "count"), rows)
    show_table("CPU per record", ("function", "ms"), list(played.cpu.items()))


if __name__ == "__main__":
    main()
