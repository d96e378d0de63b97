"""Show what a delivery says: `python -m switchboard normalise email < mail.eml`."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pkgutil import iter_modules
from typing import Any

from switchboard import channels


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a delivery from standard input and print its events; the exit code is 1 if it can't be read."""
    asked = _parser().parse_args(arguments)
    from switchboard.normalise import normalise  # noqa: PLC0415  # --help needs none of it

    events = normalise(asked.channel, sys.stdin.buffer.read(), url=asked.url)
    if asked.json:
        sys.stdout.write(json.dumps(events, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n\n".join("\n".join(_lines(event)) for event in events) + "\n")
    return 1 if any("malformed" in event.get("flags", ()) for event in events) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m switchboard", description=__doc__)
    normalise = parser.add_subparsers(dest="command", required=True).add_parser(
        "normalise", help="the events of a mail or a webhook's body"
    )
    names = sorted(found.name for found in iter_modules(channels.__path__) if found.ispkg)
    normalise.add_argument("channel", choices=names)
    normalise.add_argument("--json", action="store_true", help="as JSON, for other programs")
    normalise.add_argument("--url", default="", help="what the provider called, where it says something")
    return parser


def _lines(event: dict[str, Any], indent: str = "") -> Iterator[str]:
    """An event for people: its kind first, then a line per field; longer texts below their names."""
    for name, value in sorted(event.items(), key=lambda item: item[0] != "kind"):
        yield from _field(name, value, indent)


def _field(name: str, value: object, indent: str) -> Iterator[str]:
    deeper = f"{indent}    "
    if isinstance(value, dict):
        yield f"{indent}{name}"
        yield from _lines(value, deeper)
    elif isinstance(value, list):
        yield f"{indent}{name}"
        for each in value:
            yield f"{deeper}{_inline(each)}"
    elif "\n" in str(value):
        yield f"{indent}{name}"
        yield from (f"{deeper}{_printable(line)}" for line in str(value).splitlines())
    else:
        yield f"{indent}{name}: {_inline(value)}"


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_inline(each)}" for name, each in value.items())
    return _printable(value) if isinstance(value, str) else json.dumps(value)


def _printable(text: str) -> str:
    """A line without what could move a terminal's cursor or colour it."""
    return "".join(character if character.isprintable() or character == "\t" else "\ufffd" for character in text)


if __name__ == "__main__":
    sys.exit(main())
