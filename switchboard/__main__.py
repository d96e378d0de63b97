"""Show what a delivery says: `python -m switchboard normalise email < mail.eml`.

Or tell a provider where to call: `python -m switchboard setup sms --account acme-sms --base-url https://…`.
Or, after a backup was restored, have everyone erased again who came back with it: `python -m switchboard erase-again`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from switchboard import channels
from switchboard.errors import SwitchboardError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    asked = _parser().parse_args(arguments)
    return int(asked.command(asked))


def _normalise(asked: argparse.Namespace) -> int:
    """Read a delivery from standard input and print its events; the exit code is 1 if it can't be read."""
    from switchboard.normalise import normalise  # noqa: PLC0415  # --help needs none of it

    events = normalise(asked.channel, sys.stdin.buffer.read(), url=asked.url)
    if asked.json:
        sys.stdout.write(json.dumps(events, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n\n".join("\n".join(_lines(event)) for event in events) + "\n")
    return 1 if any("malformed" in event.get("flags", ()) for event in events) else 0


def _set_up(asked: argparse.Namespace) -> int:
    """Show what is not as it should be at the provider, or change it; the exit code is 1 if that can't be done."""
    from switchboard.setup import Wish, set_up_sms  # noqa: PLC0415  # only this command talks to anybody

    wish = Wish(asked.account, asked.base_url, asked.stage, asked.policy, asked.service, asked.apply)
    try:
        lines = set_up_sms(wish)
    except SwitchboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _erase_again(_asked: argparse.Namespace) -> int:
    """Look through all contacts with the rights of whoever runs it, since no function has them."""
    from switchboard import wiring  # noqa: PLC0415  # needs an environment, which nothing else here does
    from switchboard.flows.erasures import erase_again  # noqa: PLC0415  # the same

    found = erase_again(wiring.contacts(), wiring.office())
    sys.stdout.write(f"customers who are back and will be erased again: {found}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m switchboard", description=__doc__)
    commands = parser.add_subparsers(required=True)
    normalise = commands.add_parser("normalise", help="the events of a mail or a webhook's body")
    normalise.set_defaults(command=_normalise)
    names = sorted(found.name for found in iter_modules(channels.__path__) if found.ispkg)
    normalise.add_argument("channel", choices=names)
    normalise.add_argument("--json", action="store_true", help="as JSON, for other programs")
    normalise.add_argument("--url", default="", help="what the provider called, where it says something")
    _add_setup(commands.add_parser("setup", help="tell a provider where to call us"))
    again = commands.add_parser("erase-again", help="after a restore: erase again who had been erased")
    again.set_defaults(command=_erase_again)
    return parser


def _add_setup(setup: argparse.ArgumentParser) -> None:
    setup.set_defaults(command=_set_up)
    setup.add_argument("channel", choices=["sms"])
    setup.add_argument("--account", required=True, help="its key in the policy")
    setup.add_argument("--base-url", required=True, help="the stack's output PublicBaseUrl")
    setup.add_argument("--stage", default="dev", help="whose secret to use")
    setup.add_argument("--policy", type=Path, default=Path("policy.yaml"))
    setup.add_argument("--service", help="the Messaging Service (MG…), if the number is in one")
    setup.add_argument("--apply", action="store_true", help="change it; without, only the differences are shown")


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
