"""An agent's desk in a terminal: `python -m sandbox.desk ann`, or one command at a time.

python -m sandbox.desk ann                    sit down: conversations as they arrive, commands to answer them
python -m sandbox.desk ann list               and online, away, offline, show ID, reply ID TEXT, resolve ID
python -m sandbox.desk ann take ID            and reopen, spam, unspam, block, unblock ID, transfer ID QUEUE NOTE
python -m sandbox.desk dee assign ID AGENT_ID
python -m sandbox.desk ann begin acme-sms +15551230001 TEXT
python -m sandbox.desk dee quarantine acme-sms
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from sandbox.api import AgentApi
from sandbox.children import ROOT
from sandbox.clock import clock_of
from sandbox.deployment import read_outputs
from sandbox.emulator import Emulator
from sandbox.errors import SandboxError
from sandbox.ports import read_ports
from sandbox.presence import HEARTBEAT
from sandbox.team import PASSWORD, TEAM
from switchboard.instant import system_clock

_LOOK_EVERY = 1
"""Seconds."""
_SHORT = 60
_PROMPT = "> "
_HELP = """
  list                 my conversations
  open N               read number N
  reply TEXT           answer the open one
  resolve              end the open one; also unanswered: resolve anyway
  note TEXT            tell colleagues, not the customer
  take ID              take over what waits or is a colleague's
  transfer QUEUE NOTE  pass the open one on to a queue
  snooze MINUTES       put the open one aside
  reopen               take up again the open one, which is resolved
  tag A B              give the open one these tags
  priority P           urgent, high, normal or low
  spam, block          end the open one and hold its customer for that
  away, online         rest, come back
  shift MINUTES        my shift ends then; shift alone: it has no end
  quit                 leave
"""


def main() -> None:
    """Sit down, or do the one thing that the command line says."""
    options = _parser().parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's profile, region or endpoint is meant here
    try:
        options.command(_sign_in(options.directory, options.agent), options)
    except SandboxError as error:
        sys.exit(str(error))
    except (KeyboardInterrupt, EOFError):
        print()


def _sign_in(directory: Path, username: str) -> AgentApi:
    if username not in {member.username for member in TEAM}:
        raise SandboxError(f"nobody here is called {username!r}: {', '.join(member.username for member in TEAM)}")
    ports = read_ports(directory / "ports.json")
    agent = AgentApi(Emulator(directory, ports.aws), read_outputs(directory / "outputs.json"), username, PASSWORD)
    agent.sign_in()
    return agent


class Desk:
    """What an agent sees and says. A thread looks for changes; both print whole lines."""

    def __init__(self, agent: AgentApi, now: Callable[[], datetime] = system_clock) -> None:
        self._agent, self._now = agent, now
        self._leaving = Event()
        self._printing = Lock()
        self._mine: list[dict[str, Any]] = []
        self._opened: str | None = None
        self._commands = {
            "list": self._list,
            "open": self._open,
            "reply": self._reply,
            "resolve": self._resolve,
            "note": self._note,
            "take": self._take,
            "transfer": self._transfer,
            "snooze": self._snooze,
            "reopen": self._reopen,
            "tag": self._tag,
            "priority": self._place,
            "spam": self._hold_for_spam,
            "block": self._block,
            "shift": self._set_shift,
            "online": self._be_online,
            "away": self._be_away,
            "help": self._help,
        }

    def sit_down(self) -> None:
        """Come online and take commands until `quit`."""
        me = self._agent.set_presence("online")
        print(f"{me['name']} is online: {', '.join(me['queues'])}; {me['free']} of {me['units']} free. help, quit")
        self._list("")
        watcher = Thread(target=self._watch, daemon=True)
        watcher.start()
        try:
            while (line := input(_PROMPT).strip()) != "quit":
                self._do(line)
        finally:
            self._leaving.set()
            watcher.join()

    def _do(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        if not verb:
            return
        command = self._commands.get(verb, self._help)
        try:
            command(rest.strip())
        except SandboxError as error:
            self._say(str(error))

    def _watch(self) -> None:
        """Show what arrives, and send the heartbeat of whoever is online."""
        seen = {one["conversation_id"]: one["awaiting_since"] for one in self._mine}
        beaten = time.monotonic()
        while not self._leaving.wait(_LOOK_EVERY):
            with suppress(SandboxError):  # the next look may do better
                seen = self._show_news(seen)
                if time.monotonic() - beaten > HEARTBEAT and self._agent.me()["presence"] == "online":
                    self._agent.set_presence("online")
                    beaten = time.monotonic()

    def _show_news(self, seen: dict[str, str | None]) -> dict[str, str | None]:
        mine = self._agent.conversations()
        for one in mine:
            waits = one["awaiting_since"]
            if waits and seen.get(one["conversation_id"]) != waits:
                number = self._number(one)
                self._announce(f"new in {number}: {_last_words(self._agent.conversation(one['conversation_id']))}")
        for gone in set(seen) - {one["conversation_id"] for one in mine}:
            self._announce(f"no longer yours: …{gone[-_ID:]}")
        return {one["conversation_id"]: one["awaiting_since"] for one in mine}

    def _number(self, conversation: dict[str, Any]) -> int:
        """Number a conversation for this sitting; numbers stay."""
        known = [one["conversation_id"] for one in self._mine]
        if conversation["conversation_id"] not in known:
            self._mine.append(conversation)
            return len(self._mine)
        return known.index(conversation["conversation_id"]) + 1

    def _list(self, _: str) -> None:
        mine = self._agent.conversations()
        for one in mine:
            self._say(f"{self._number(one):>3}  {_headline(one)}")
        if not mine:
            self._say("Nothing to do; new conversations show up by themselves.")

    def _open(self, number: str) -> None:
        if not number.isdigit() or not 0 < int(number) <= len(self._mine):
            self._say("open which number? list shows them")
            return
        self._opened = self._mine[int(number) - 1]["conversation_id"]
        self._say(_timeline(self._agent.conversation(self._opened)))

    def _reply(self, text: str) -> None:
        if conversation := self._open_one():
            self._agent.reply(conversation, text)
            self._say("sent")

    def _resolve(self, anyway: str) -> None:
        if conversation := self._open_one():
            self._agent.resolve(conversation, leave_unanswered=anyway == "anyway")
            self._say("resolved")

    def _note(self, text: str) -> None:
        if conversation := self._open_one():
            self._agent.note(conversation, text)
            self._say("noted")

    def _take(self, conversation: str) -> None:
        taken = self._agent.take(conversation)
        self._say(f"{self._number(taken):>3}  {_headline(taken)}")

    def _transfer(self, where: str) -> None:
        queue, _, note = where.partition(" ")
        if conversation := self._open_one():
            self._agent.transfer(conversation, note, queue=queue)
            self._say("transferred")

    def _snooze(self, minutes: str) -> None:
        if (conversation := self._open_one()) and (until := self._in(minutes)):
            self._say(f"snoozed until {_clock(self._agent.snooze(conversation, until)['snoozed_until'])}")

    def _reopen(self, _: str) -> None:
        if conversation := self._open_one():
            self._agent.reopen(conversation)
            self._say("reopened")

    def _tag(self, tags: str) -> None:
        if conversation := self._open_one():
            self._say(", ".join(self._agent.tag(conversation, tags.split())["tags"]) or "no tags")

    def _place(self, priority: str) -> None:
        if conversation := self._open_one():
            self._say(_headline(self._agent.place(conversation, priority=priority)))

    def _hold_for_spam(self, _: str) -> None:
        self._hold("spam")

    def _block(self, _: str) -> None:
        self._hold("block")

    def _hold(self, mark: str) -> None:
        if conversation := self._open_one():
            self._agent.hold(conversation, mark)
            self._say("done; a lead can lift it" if mark == "block" else "done")

    def _set_shift(self, minutes: str) -> None:
        until = self._in(minutes) if minutes else None
        if until or not minutes:
            self._say(_presence(self._agent.set_shift(until)))

    def _in(self, minutes: str) -> str | None:
        """That many minutes from now, as the API takes it."""
        if not minutes.isdigit():
            self._say("how many minutes?")
            return None
        return (self._now() + timedelta(minutes=int(minutes))).isoformat()

    def _open_one(self) -> str | None:
        if self._opened is None:
            self._say("open one first: open 1")
        return self._opened

    def _be_online(self, _: str) -> None:
        self._say(_presence(self._agent.set_presence("online")))

    def _be_away(self, _: str) -> None:
        self._say(_presence(self._agent.set_presence("away")))

    def _help(self, _: str) -> None:
        self._say(_HELP)

    def _announce(self, text: str) -> None:
        """Say something over the prompt, and prompt again."""
        self._say(f"\r* {text}", end=f"\n{_PROMPT}")

    def _say(self, text: str, end: str = "\n") -> None:
        with self._printing:
            print(text, end=end, flush=True)


# What is shown

_ID = 8


def _headline(conversation: dict[str, Any]) -> str:
    since = conversation["awaiting_since"]
    waits = f"waits since {_clock(since)}" if since else "answered"
    if conversation["snoozed_until"]:
        waits = f"snoozed until {_clock(conversation['snoozed_until'])}"
    promise = conversation["promised_at"]
    promised = f", promised by {_clock(promise)}" if promise and since else ""
    place = f"{conversation['queue']}/{conversation['priority']}"
    return f"{place:<16} {conversation['customer']:<14} {waits}{promised}  {conversation['conversation_id']}"


def _timeline(conversation: dict[str, Any]) -> str:
    lines = [_headline(conversation)]
    for message in conversation["messages"]:
        status = f"  ({message['status']})" if message["status"] else ""
        author = "note" if message["kind"] == "note" else message["author"]
        lines.append(f"  {_clock(message['at'])}  {author:<8}  {message['text']}{status}")
        lines += [f"{'':<19}[{attachment['content_type']}]" for attachment in message["attachments"]]
    return "\n".join(lines)


def _last_words(conversation: dict[str, Any]) -> str:
    said = [message["text"] for message in conversation["messages"] if message["author"] == "customer"]
    words = " ".join(said[-1].split()) if said else ""
    return f"{conversation['customer']}: {words[:_SHORT]}{'…' if len(words) > _SHORT else ''}"


def _presence(me: dict[str, Any]) -> str:
    return f"{me['name']} is {me['presence']}; {me['free']} of {me['units']} free"


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone():%H:%M}"


# One command at a time


def _sit(agent: AgentApi, options: argparse.Namespace) -> None:
    Desk(agent, clock_of(options.directory)).sit_down()


def _set_presence(agent: AgentApi, options: argparse.Namespace) -> None:
    print(_presence(agent.set_presence(options.presence)))


def _list(agent: AgentApi, _: argparse.Namespace) -> None:
    for conversation in agent.conversations():
        print(_headline(conversation))


def _show(agent: AgentApi, options: argparse.Namespace) -> None:
    print(_timeline(agent.conversation(options.id)))


def _reply(agent: AgentApi, options: argparse.Namespace) -> None:
    print(agent.reply(options.id, options.text)["message_id"])


def _resolve(agent: AgentApi, options: argparse.Namespace) -> None:
    print(agent.resolve(options.id, leave_unanswered=options.leave_unanswered)["status"])


def _act(agent: AgentApi, options: argparse.Namespace) -> None:
    """What people do by hand: the conversation as it then is."""
    acts: dict[str, Any] = {
        "take": lambda: agent.take(options.id),
        "reopen": lambda: agent.reopen(options.id),
        "assign": lambda: agent.assign(options.id, options.agent_id),
        "spam": lambda: agent.hold(options.id, "spam"),
        "unspam": lambda: agent.lift(options.id, "spam"),
        "block": lambda: agent.hold(options.id, "block"),
        "unblock": lambda: agent.lift(options.id, "block"),
        "transfer": lambda: agent.transfer(options.id, options.note, queue=options.queue),
        "begin": lambda: agent.begin(options.account, options.address, options.text),
    }
    print(_headline(acts[options.act]()))


_ACTS = {
    "take": ("id",),
    "reopen": ("id",),
    "assign": ("id", "agent_id"),
    "spam": ("id",),
    "unspam": ("id",),
    "block": ("id",),
    "unblock": ("id",),
    "transfer": ("id", "queue", "note"),
    "begin": ("account", "address", "text"),
}
"""Each with its arguments."""


def _quarantine(agent: AgentApi, options: argparse.Namespace) -> None:
    for item in agent.quarantine(options.account):
        print(f"{item['at']}  {item['quarantine_id']}  {item['reason']}  {item['size']} bytes")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.desk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("agent", help="ann, ben, cho or dee (she leads)")
    parser.add_argument("--directory", type=Path, default=ROOT / ".local", help=argparse.SUPPRESS)
    parser.set_defaults(command=_sit)
    commands = parser.add_subparsers()
    for presence in ("online", "away", "offline"):
        commands.add_parser(presence).set_defaults(command=_set_presence, presence=presence)
    commands.add_parser("list", help="my conversations").set_defaults(command=_list)
    for verb, command in {"show": _show, "reply": _reply, "resolve": _resolve}.items():
        one = commands.add_parser(verb)
        one.add_argument("id")
        one.set_defaults(command=command)
        if verb == "reply":
            one.add_argument("text")
        if verb == "resolve":
            one.add_argument("--leave-unanswered", action="store_true", help="even if the customer waits")
    for act, names in _ACTS.items():
        one = commands.add_parser(act)
        one.set_defaults(command=_act, act=act)
        for name in names:
            one.add_argument(name)
    quarantined = commands.add_parser("quarantine", help="what could not be understood; for leads")
    quarantined.add_argument("account")
    quarantined.set_defaults(command=_quarantine)
    return parser


if __name__ == "__main__":
    main()
