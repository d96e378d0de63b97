"""Show what a delivery says: `python -m switchboard normalise email < mail.eml`.

Or tell a provider where to call: `python -m switchboard setup sms --account acme-sms --base-url https://…`.
Or, after a backup was restored, have everyone erased again who came back with it: `python -m switchboard erase-again`.
Or see how customers are told: `python -m switchboard preview > page.html`.
Or look back: `python -m switchboard why CONVERSATION`, `replay --from DAY`, `whatif --policy NEW --from DAY`.
Or count the promises that held: `python -m switchboard promises`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from switchboard import channels
from switchboard.errors import SwitchboardError

if TYPE_CHECKING:
    from switchboard.aws.stage import Stage


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


def _preview(_asked: argparse.Namespace) -> int:
    """Print a page of what is said in every language, channel and situation; the exit code is 1 if a text is wrong."""
    from switchboard.acknowledgement.preview import page  # noqa: PLC0415  # needs Babel, which nothing else here does

    try:
        shown = page()
    except SwitchboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(shown.encode())
    return 0


def _why(asked: argparse.Namespace) -> int:
    """Tell a conversation's story."""
    from switchboard.flows.hindsight import story  # noqa: PLC0415  # needs AWS's library, which normalising does not

    try:
        stage = _stage(asked)
        sentences = story(asked.conversation, asked.agent, stage.decisions, stage.agents)
    except SwitchboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{sentence.at:%Y-%m-%d %H:%M:%S}  {_printable(sentence.text)}\n" for sentence in sentences)
    return 0


def _replay(asked: argparse.Namespace) -> int:
    """Decide what was recorded again; the exit code is 1 if anything differs."""
    from switchboard.hindsight import lines_of, replayed  # noqa: PLC0415  # as above
    from switchboard.replay import Replay  # noqa: PLC0415  # as above

    run = Replay()
    try:
        records = _stage(asked).decisions.between(asked.since, asked.until)
        for difference in replayed(records, run, _progress):
            if run.different <= asked.show:
                sys.stdout.write("\n".join(lines_of(difference)) + "\n")
    except SwitchboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"decisions made again: {run.same + run.different:,}; different: {run.different:,}\n")
    return 1 if run.different else 0


def _what_if(asked: argparse.Namespace) -> int:
    """Play what was recorded under another policy; prints tables, and writes a page if asked."""
    from switchboard.hindsight import what_if  # noqa: PLC0415  # as above
    from switchboard.policy import load_policy  # noqa: PLC0415  # as above

    try:
        compared = what_if(_stage(asked), load_policy(asked.policy), asked.since, asked.until, _progress)
    except SwitchboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _show(compared.tables())
    sys.stdout.write("\n".join(compared.notes) + "\n")
    if asked.html:
        asked.html.write_text(compared.html(), encoding="utf-8")
        sys.stdout.write(f"written: {asked.html}\n")
    return 0


def _promises(asked: argparse.Namespace) -> int:
    """Tell how many promises held, per class, queue and channel."""
    from switchboard.hindsight import promises  # noqa: PLC0415  # as above
    from switchboard.policy import load_policy  # noqa: PLC0415  # as above

    try:
        _show(promises(_stage(asked), load_policy(asked.policy), asked.until, asked.days))
    except SwitchboardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _show(tables: Sequence[Sequence[Sequence[str]]]) -> None:
    for table in tables:
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        sys.stdout.writelines(f"{_aligned(row, widths)}\n" for row in table)
        sys.stdout.write("\n")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if n else cell.ljust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def _progress(read: int) -> None:
    """To a person who waits, and not into a file."""
    if sys.stderr.isatty() and read % 1000 == 0:
        sys.stderr.write(f"\r{read:,} records read ")


def _stage(asked: argparse.Namespace) -> "Stage":
    from switchboard.aws.stage import open_stage  # noqa: PLC0415  # as above

    directory = Path(".local") if asked.local else None
    return open_stage(asked.stage, endpoint=asked.endpoint, directory=directory, table=asked.table)


def _instant(text: str) -> datetime:
    """`2026-11-21` or `2026-11-21T08:30`, UTC unless it names an offset."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


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
    preview = commands.add_parser("preview", help="a page of all acknowledgements, on standard output")
    preview.set_defaults(command=_preview)
    _add_hindsight(commands)
    return parser


def _add_hindsight(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stage = argparse.ArgumentParser(add_help=False)
    where = stage.add_mutually_exclusive_group()
    where.add_argument("--stage", default="dev", help="a deployed stage, read with your AWS credentials")
    where.add_argument("--local", action="store_true", help="the sandbox that make up runs here")
    stage.add_argument("--endpoint", help="another DynamoDB than the region's")
    stage.add_argument("--table", help="another table of decisions, such as a restored one")
    span = argparse.ArgumentParser(add_help=False, parents=[stage])
    span.add_argument("--from", dest="since", type=_instant, required=True, help="such as 2026-11-21, UTC")
    span.add_argument("--to", dest="until", type=_instant, default=datetime.now(UTC), help="without, until now")
    why = commands.add_parser("why", parents=[stage], help="where a conversation was placed, who got it, and why")
    why.set_defaults(command=_why)
    why.add_argument("conversation", help="its id, as the API shows it")
    why.add_argument("--not", dest="agent", metavar="AGENT", help='also "why not Ann?": a name or an id')
    replay = commands.add_parser("replay", parents=[span], help="decide again what was recorded: does anything differ?")
    replay.set_defaults(command=_replay)
    replay.add_argument("--show", type=int, default=20, help="differences shown at most")
    promises = commands.add_parser("promises", parents=[stage], help="how many promises held lately")
    promises.set_defaults(command=_promises)
    promises.add_argument("--days", type=int, default=7, help="how many, the last included; 40 are kept")
    promises.add_argument("--to", dest="until", type=_instant, default=datetime.now(UTC), help="without, until now")
    promises.add_argument("--policy", type=Path, default=Path("policy.yaml"), help="whose queues to look at")
    what_if = commands.add_parser("whatif", parents=[span], help="what would have been under another policy")
    what_if.set_defaults(command=_what_if)
    what_if.add_argument("--policy", type=Path, required=True)
    what_if.add_argument("--html", type=Path, help="write a page with plots")


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
