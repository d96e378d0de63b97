"""Write the pages that are made from code: `python docs/generate.py` (or `make docs`); `--check` only compares.

`docs/events.md` from the event models, `docs/policy.schema.json` from the policy's, for editors, and
`docs/messages.schema.json` from those of what customers and providers send; `docs/openapi.json` from the operations of
the agents' API. Into `docs/channels.md` go what channels support, from their code and their `supports.toml`, and the
rules of `docs/rules.toml`, each with the files of the tests that carry its number; into `docs/adding-a-channel.md` the
fields of a channel, from their docstrings; into `docs/promises.md` what customers are told around holidays, by playing
it (`tests/time_travel.py`).
"""

import ast
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import override

ROOT = Path(__file__).resolve().parent.parent
RULES = tomllib.loads((ROOT / "docs" / "rules.toml").read_text("utf-8"))
PAGE, GUIDE = ROOT / "docs" / "channels.md", ROOT / "docs" / "adding-a-channel.md"
PROMISES = ROOT / "docs" / "promises.md"
CHANNELS = ROOT / "switchboard" / "channels"
RULE_IN_NAME = re.compile(r"(?:^test|_and)_(X|SEC|AK|EM|TW|MT|FB|IG|WA|TG|LN)_(\d+)(?=_|$)")
sys.path.insert(0, str(ROOT))

from functions.agent_api.document import document  # noqa: E402  # runs as a script, from anywhere
from switchboard.channels import Channel, all_channels  # noqa: E402  # runs as a script, from anywhere
from switchboard.channels.media import MEGABYTE, Remote  # noqa: E402  # the same
from switchboard.events import (  # noqa: E402  # the same
    ALL_EVENTS,
    CONVERSATION_EVENTS,
    SOURCE,
    ConversationMessageChanged,
    Event,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.message import INBOUND, Message, Party  # noqa: E402  # the same
from switchboard.policy import Policy  # noqa: E402  # the same
from tests.time_travel import chronicle  # noqa: E402  # the same

AT = datetime(2026, 11, 23, 15, 0, 0, tzinfo=UTC)
EXAMPLE_VALUES: dict[str, Any] = {
    "at": AT,
    "conversation_id": "acme-sms.k3v9q2m8x7abcd.1",
    "account": "acme-sms",
    "channel": "sms",
    "queue": "support",
    "priority": "normal",
    "policy": "0f3c2a9d41b7",
    "skills": ("returns",),
    "reason": "lease_lapsed",
    "waiting_since": AT,
    "agent_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "waited_seconds": 1.42,
    "lease_until": AT,
    "message_id": "reply.1.5f0c",
    "direction": "outbound",
    "author": "agent",
    "kind": "message",
    "sent": True,
    "promised_at": AT,
    "samples": 12.5,
    "first": True,
    "response_seconds": 312.0,
    "promise_kept": True,
    "bound": AT,
    "promised_before": AT,
    "renewed": False,
    "status": "delivered",
    "by": "agent",
    "quarantine_id": "b5bb9d8014a0f9b1d61e21e796d78dcc",
    "key": "quarantine/acme-sms/b5bb9d8014a0f9b1d61e21e796d78dcc",
    "size": 17,
    "until": AT,
    "from_queue": "returns",
    "former_queue": "returns",
    "former_agent_id": "9b2d1f40-0c7e-4a55-8a6b-2f6a3e1c7d10",
    "from_priority": "low",
    "tags": 2,
    "mark": "spam",
    "mentions": ("9b2d1f40-0c7e-4a55-8a6b-2f6a3e1c7d10",),
}
PREFACE = f"""# Events

Made from `switchboard/events.py` by `make docs`; a test holds the two equal.

Everything is on the stage's own EventBridge bus (stack output `BusName`), with source `{SOURCE}`. Subscribe to
`conversation.*`: those events carry ids and facts, never text, names or addresses, and are archived for 14 days. Read
content through the API, with an agent's rights. `message.*` is the product's own business: `message.received` carries
what the customer wrote, is not archived, and may change with a release.

**Delivery** is at least once and in no guaranteed order: be idempotent, and order by `at` (UTC). **Versions**:
`version` is 1. Fields are only ever added; anything else would be a new version, published beside the old one for a
release.

A rule's pattern:

```json
{{"source": ["{SOURCE}"], "detail-type": [{{"prefix": "conversation."}}]}}
```
"""


def example(kind: type[Event]) -> Event:
    """An event as it might be."""
    if kind is MessageReceived:
        sender = Party(address="+1555…")
        return MessageReceived(
            at=AT, message=Message(channel="sms", account="acme-sms", provider_id="SM…", sender=sender, text="Hi")
        )
    values = {name: EXAMPLE_VALUES[name] for name in kind.model_fields if name in EXAMPLE_VALUES}
    if kind.DETAIL_TYPE == "conversation.acknowledged":
        values["reason"] = "first_message"
    if kind.DETAIL_TYPE == "conversation.promise_renewed":
        values["reason"] = "renewed"
    if kind is ConversationMessageChanged:
        values["change"] = "edited"
    if kind is MessageQuarantined:
        values["reason"] = "not_utf8"
    return kind.model_validate(values)


def rows(kind: type[Event]) -> Iterator[str]:
    """One table row per field."""
    schema = kind.model_json_schema()
    for name, field in schema["properties"].items():
        needed = "" if name in schema.get("required", ()) or name == "version" else " (may be absent)"
        yield f"| `{name}` | {_type(field)}{needed} | {field.get('description', '')} |"


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(option) for option in field["anyOf"] if option.get("type") != "null")
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    if "const" in field:
        return f"always `{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "oneOf" in field:
        return ", ".join(_type(option) for option in field["oneOf"])
    return str(field.get("format") or field.get("type", "any"))


def section(kind: type[Event]) -> str:
    """One event's chapter."""
    shown = json.dumps(example(kind).model_dump(mode="json", exclude_none=True), indent=2, ensure_ascii=False)
    table = "\n".join(["| field | type | meaning |", "|---|---|---|", *rows(kind)])
    return f"## `{kind.DETAIL_TYPE}`\n\n{kind.__doc__}\n\n{table}\n\n```json\n{shown}\n```\n"


def messages_schema() -> dict[str, Any]:
    """What `switchboard.normalise` gives for a delivery: a list of these."""
    about = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Message",
        "description": "An event of a delivery, version 1. Fields are only added; one that doesn't apply is absent.",
    }
    return about | INBOUND.json_schema()


def rules_in_tests() -> Mapping[str, Counter[Path]]:
    """How many tests of each file carry a rule's number in their name."""
    found: dict[str, Counter[Path]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for rule in ("-".join(pair) for pair in RULE_IN_NAME.findall(node.name)):
                    found.setdefault(rule, Counter())[path.relative_to(ROOT)] += 1
    return found


def rules_table() -> str:
    """A chapter per group of rules, a row per rule."""
    held = rules_in_tests()
    chapters = []
    for chapter, rules in RULES["rules"].items():
        lines = [f"### {chapter}", "", "| rule | says | held by |", "|---|---|---|"]
        lines += [f"| {rule} | {says} | {_named(held.get(rule, Counter()))} |" for rule, says in rules.items()]
        chapters.append("\n".join(lines) + "\n")
    return "\n".join(chapters)


def _named(tests: Counter[Path]) -> str:
    return ", ".join(f"[{path.stem}](../{path})" for path in tests) or "open"


TOLD: Mapping[str, str] = {
    "text": "text",
    "media": "media",
    "replies": "replies",
    "edits": "edits",
    "deletes": "deletes",
    "reactions": "reactions",
    "buttons": "buttons",
    "statuses": "statuses",
    "opt_out": "opt-out",
    "who_sent_it": "who sent it",
    "silent_for": "silent for",
}
"""What only people know of a channel: each `supports.toml` has these, the page a row of this name for each."""
NONE = "\N{EN DASH}"
_UNITS = {"len": "characters", "utf8_length": "bytes", "utf16_length": "UTF-16 units"}
_UNKNOWN = {"find": "asks the provider", "repeat": "sends again: it knows a copy", "leave": "leaves it to the agent"}


def _window(found: Channel) -> str:
    """As of the address that the samples are for."""
    account = tomllib.loads((CHANNELS / found.name / "samples" / "account.toml").read_text("utf-8"))
    window = found.window_of(account["address"])
    return f"{window.total_seconds() / 3600:g} h" if window else NONE


def _longest_text(found: Channel) -> str:
    limit = f"{found.text_limit // 1024} K" if found.text_limit > 64 * 1024 else str(found.text_limit)
    return f"{limit} {_UNITS[found.text_length.__name__]}"


def _largest_delivery(found: Channel) -> str:
    kilobytes = found.body_limit // 1024
    return f"{kilobytes // 1024} MB" if kilobytes >= 1024 else f"{kilobytes} KB"  # noqa: PLR2004  # of a megabyte


def _files(found: Channel) -> str:
    if isinstance(found.media, Remote):
        return f"at the network, up to {found.media.limit // MEGABYTE} MB"
    return "in the delivery" if found.media else NONE


def _mark(has: object) -> str:
    return "✓" if has else NONE


CODED: Mapping[str, Callable[[Channel], str]] = {
    "window": _window,
    "longest text": _longest_text,
    "largest delivery": _largest_delivery,
    "files": _files,
    "a send whose result is unknown": lambda found: _UNKNOWN[found.on_unknown],
    "says that it is a machine": lambda found: _mark(found.discloses),
    "subscription watched": lambda found: _mark(found.watch),
    "lists what came": lambda found: _mark(found.history),
    "erases at the provider": lambda found: _mark(found.forget),
}
"""What the code says of a channel; a `supports.toml` may add to it under the same name."""


def support_table() -> str:
    """A column per channel, a row for each thing that it has or hasn't."""
    columns = [_column(found) for found in _in_order()]
    rows = [[heading, *(column[heading] for column in columns)] for heading in columns[0]]
    return table(["", *(found.name for found in _in_order())], rows)


def _in_order() -> Sequence[Channel]:
    """Mail, text messages, then networks by name."""
    return sorted(all_channels().values(), key=lambda found: (found.transport, found.name))


def _column(found: Channel) -> dict[str, str]:
    told = tomllib.loads((CHANNELS / found.name / "supports.toml").read_text("utf-8"))
    column = {heading: told[name] for name, heading in TOLD.items()}
    return column | {
        heading: "; ".join(filter(None, [read(found), told.get(heading)])) for heading, read in CODED.items()
    }


def contract_table() -> str:
    """A row per field of `Channel`, with the docstring below it."""
    source = ast.parse((CHANNELS / "__init__.py").read_text("utf-8"))
    (contract,) = (node for node in source.body if isinstance(node, ast.ClassDef) and node.name == "Channel")
    return table(["field", "type", "default", "meaning"], [list(row) for row in _fields(contract)])


def _fields(contract: ast.ClassDef) -> Iterator[tuple[str, str, str, str]]:
    for node, below in pairwise(contract.body):
        if isinstance(node, ast.AnnAssign) and isinstance(below, ast.Expr):
            default = f"`{ast.unparse(node.value)}`" if node.value else "**needed**"
            meaning = " ".join(ast.literal_eval(below.value).split())
            yield f"`{ast.unparse(node.target)}`", f"`{ast.unparse(node.annotation)}`", default, meaning


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def filled(page: Path, **parts: str) -> str:
    """A page as it is written, with what stands between the marks of each part made anew."""
    text = page.read_text("utf-8")
    for name, made in parts.items():
        begin, end = f"<!-- {name}: made by make docs -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{made}\n{end}{rest.partition(end)[2]}"
    return text


class _PolicySchema(GenerateJsonSchema):
    """Writes durations as people do."""

    @override
    def encode_default(self, dft: Any) -> Any:
        if not isinstance(dft, timedelta):
            return super().encode_default(dft)
        units = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
        return next(f"{dft // length}{unit}" for unit, length in units.items() if not dft % length)


def _as_json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    own = [kind for kind in ALL_EVENTS if kind not in CONVERSATION_EVENTS]
    chapters = [section(kind) for kind in (*CONVERSATION_EVENTS, *own)]
    return {
        ROOT / "docs" / "events.md": "\n".join([PREFACE, *chapters]),
        ROOT / "docs" / "policy.schema.json": _as_json(Policy.model_json_schema(schema_generator=_PolicySchema)),
        PAGE: filled(PAGE, support=support_table(), rules=rules_table()),
        GUIDE: filled(GUIDE, contract=contract_table()),
        PROMISES: filled(PROMISES, journeys=chronicle()),
        ROOT / "docs" / "messages.schema.json": _as_json(messages_schema()),
        ROOT / "docs" / "openapi.json": _as_json(document()),
    }


def main() -> int:
    """Write or compare; the exit code says whether a page was out of date."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in sys.argv:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run make docs\n")
        else:
            path.write_text(pages()[path], "utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
