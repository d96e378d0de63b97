"""`python -m sandbox up`, `down`, `reset` and `travel`: what `make up` and so on run."""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from sandbox import emulator, feed, locks
from sandbox.children import ROOT
from sandbox.clock import clock_of
from sandbox.errors import SandboxError
from sandbox.install import require_node
from sandbox.ports import HOST, choose_ports
from sandbox.presence import Presence
from sandbox.progress import step
from sandbox.running import Running, run
from sandbox.team import PASSWORD, TEAM
from switchboard.errors import SwitchboardError

DIRECTORY = ROOT / ".local"
_LOCK = "up.lock"
_PATIENCE = 60
"""Seconds that another process has to stop everything."""
_AT_THEIR_DESKS = ("ann", "ben", "cho")


class _Stopped(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal or ran `make down`."""


def main() -> None:
    """Do what the command line says; a `SandboxError` is one line and exit code 1."""
    options = _parser().parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's profile, region or endpoint is meant here
    try:
        options.command(options)
    except (SandboxError, SwitchboardError) as error:
        sys.exit(f"\n{error}")
    except _Stopped:
        print("Stopped; conversations are kept for the next make up.")


def up(options: argparse.Namespace) -> None:
    """Start everything and show the feed until stopped."""
    require_node()
    lock = locks.take(options.directory / _LOCK)
    if lock is None:
        raise SandboxError("the sandbox is running already: use it, or stop it with make down")
    with lock:
        locks.sign(lock, os.getpid())
        asked = (options.aws_port, options.phones_port, options.mail_port, options.console_port)
        ports = choose_ports(options.directory / "ports.json", *asked)
        with _stoppable(), run(options.directory, ports) as running, _stopping():
            _serve(running, with_agents=options.with_agents)


def down(options: argparse.Namespace) -> None:
    """Stop what an earlier `up` left running, if anything."""
    stopped = locks.end_holder(options.directory / _LOCK, _PATIENCE)
    stopped |= emulator.end_forgotten(options.directory, _PATIENCE)
    print("Stopped; conversations are kept for the next make up." if stopped else "Nothing was running.")


def reset(options: argparse.Namespace) -> None:
    """Stop, and forget users, conversations and everything else."""
    down(options)
    shutil.rmtree(options.directory, ignore_errors=True)
    print("Forgotten: the next make up starts from nothing.")


def travel(options: argparse.Namespace) -> None:
    """Let it be another time for everybody, from now on; without one, the present."""
    clock = clock_of(options.directory)
    if not clock.file.parent.exists():
        raise SandboxError("nothing is running here: make up first")
    if options.to:
        clock.travel(options.to.astimezone())
    else:
        clock.come_back()
    print(f"It is {clock().astimezone():%A, %d %B %Y, %H:%M %Z}. Who waits for the next minute sees what it brings.")


def _serve(running: Running, *, with_agents: bool) -> None:
    with step("Subscribing to what happens"):
        subscription = feed.Subscription(running.emulator, running.outputs["BusName"])
    presence = Presence([running.agent(username) for username in _AT_THEIR_DESKS if with_agents])
    with step("Agents come to their desks"):
        presence.start()
    try:
        print(_welcome(running, with_agents=with_agents), flush=True)
        story = feed.Feed(running.team)
        while True:
            for line in story.read(subscription.take(), running.clock()):
                print(feed.show(line, colours=sys.stdout.isatty()), flush=True)
    except (BotoCoreError, ClientError) as error:
        raise SandboxError(f"the embedded AWS stopped answering: see {running.directory / 'logs/aws.log'}") from error
    finally:
        presence.stop()


def _welcome(running: Running, *, with_agents: bool) -> str:
    who = "Three agents are at their desks: ann, ben and cho." if with_agents else "Nobody is at their desk yet."
    mail = next(iter(running.ses.ends), "no account has mail")
    members = ", ".join(member.username for member in TEAM)
    return f"""
Switchboard is up. {who} Ctrl-C stops it.

  Agents' console     {running.console_url}   (sign in as {members}; the password is {PASSWORD})
  Customers' phones   {running.phones_url}
  Both side by side   {running.phones_url}/demo
  Mail                smtp://{HOST}:{running.smtp_port}   ({mail})
  Agents' API         {running.api_url}/agent
  AWS                 {running.endpoint}   (credentials test/test, region {emulator.REGION})

Try:
  1. Text the support number from a phone at {running.phones_url} and follow the message below.
  2. Answer it in the console, as the agent whom it went to; dee leads. Or in a terminal: make desk AGENT=ann
  3. Text "My charger is on fire" and "I want a refund": one jumps the queue, one goes to returns.
  4. Write to {mail} from a phone's mail app, or with a mail program of your own.
"""


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let every way of being asked to stop end the block in the same way."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in _STOPS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the saving of state
        raise _Stopped

    for number in _STOPS:
        signal.signal(number, stop)
    yield


_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _stopping() -> Iterator[None]:
    """Say that it takes a moment."""
    try:
        yield
    except _Stopped:
        print("\nStopping…", flush=True)
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help="where state and logs are kept")
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("up", help="start everything and show what happens")
    start.add_argument("--aws-port", type=int, help="of the embedded AWS")
    start.add_argument("--phones-port", type=int, help="of the providers' doubles and the phones")
    start.add_argument("--mail-port", type=int, help="of the server that takes mail")
    start.add_argument("--console-port", type=int, help="of the agents' console")
    start.add_argument("--no-agents", dest="with_agents", action="store_false", help="leave every desk empty")
    start.set_defaults(command=up)
    commands.add_parser("down", help="stop a forgotten one").set_defaults(command=down)
    trip = commands.add_parser("travel", help="be at another time: see what a customer is told then")
    trip.add_argument("to", nargs="?", type=datetime.fromisoformat, help="such as 2026-12-24T17:30; none is now")
    trip.set_defaults(command=travel)
    commands.add_parser("reset", help="stop, and forget all state").set_defaults(command=reset)
    return parser


if __name__ == "__main__":
    main()
