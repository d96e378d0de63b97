"""Are promises kept on the deployed template as in the simulator? Weeks of a small team, at accelerated time.

    python -m bench.promises_deployed [--warm-up 5] [--days 5] [--seed 1]

Customers write by signed webhooks, the deployed functions route, promise, renew and learn, and all that the estimator
knows is in DynamoDB. The clock jumps to whatever happens next; agents answer in this process, over the same tables.
"""

import argparse
import heapq
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar

from bench.meter import Meter
from bench.report import save, show_table
from bench.small_team import AGENTS, ZONE, Arrival, Shift, arrivals, handling, instant, shifts
from sandbox.errors import SandboxError
from sandbox.ports import draw_ports
from sandbox.progress import step
from sandbox.running import run
from switchboard.aws.estimates import DynamoEstimates
from switchboard.channels import channel
from switchboard.conversation import Conversation, Status
from switchboard.flows import desk
from switchboard.flows.board import Board
from switchboard.flows.expect import expect
from switchboard.flows.learn import learn
from switchboard.flows.publish import Change
from switchboard.hours import Hours
from switchboard.policy import Priority, load_policy
from switchboard.routing import Presence
from switchboard.wiring import pause
from tests.e2e.lab import Lab

ROOT = Path(__file__).parent.parent
QUEUE, ACCOUNT = "returns", "acme-returns"
DRAINING = 4
"""Days after the last message in which the rest is answered."""
FEWEST = 20
"""Messages of a class, for its coverage to be worth saying."""
SAMPLED = 20
"""Conversations whose requests and units are counted."""
PATIENCE, LOOK_EVERY = 120.0, 0.02
MINUTE = timedelta(minutes=1)
DUE_LIMIT = 100

Found = TypeVar("Found")


def main() -> None:
    """Deploy, simulate, count, show, save."""
    asked = _arguments()
    policy = load_policy(ROOT / "policy.yaml")
    with tempfile.TemporaryDirectory(prefix="switchboard-") as directory, run(Path(directory), draw_ports()) as running:
        lab, began = Lab(running, policy), time.monotonic()
        with step(f"{asked.warm_up} + {asked.days} days"):
            Simulation(lab, asked.seed).play(asked.warm_up + asked.days)
        took = time.monotonic() - began
        since = instant(asked.warm_up)
        scored = [one for one in lab.all_conversations() if one.opened_at >= since]
        found = measures(scored, policy.hours_of(QUEUE))
        with step("Requests and units"):
            costs = _costs(lab, scored[-SAMPLED:])
        lab.close()
    _report(found, costs)
    save(
        "promises_deployed",
        {
            "asked": vars(asked),
            "seconds": took,
            "found": found,
            "costs": costs,
            "promises": list(map(_outline, scored)),
        },
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.promises_deployed", description="Promises, as deployed.")
    parser.add_argument("--warm-up", type=int, default=5, help="days that are only learned from")
    parser.add_argument("--days", type=int, default=5, help="days that are scored")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _outline(one: Conversation) -> tuple[object, ...]:
    """Class, and when it was opened, expected, said and answered."""
    bound, said = (one.expected.bound, one.expected.said) if one.expected else (None, None)
    return one.priority, one.opened_at, bound, said, one.answered_at


# What is measured


def measures(scored: Sequence[Conversation], hours: Hours) -> dict[str, float]:
    """How good the promises were. Widths are hours from the message to the bound, as said."""
    answered = [one for one in scored if one.expected and one.answered_at]
    classes = {each: [one for one in answered if one.priority is each] for each in Priority}
    renewed = [one for one in answered if one.renewal and one.renewal.sent]
    return {
        "messages": len(scored),
        "answered": len(answered),
        "learned estimates": sum(one.expected.point is not None for one in answered if one.expected),
        "coverage": _share(answered, _is_within_bound),
        **{
            f"coverage, {each}": _share(some, _is_within_bound) for each, some in classes.items() if len(some) >= FEWEST
        },
        "coverage, as said": _share(answered, _is_as_said),
        "width, h": _mean(_hours(one.expected.said - one.opened_at) for one in answered if one.expected),
        "width, business h": _mean(
            _hours(hours.elapsed(one.opened_at, one.expected.said)) for one in answered if one.expected
        ),
        "answer, business h": _mean(
            _hours(hours.elapsed(one.opened_at, one.answered_at)) for one in answered if one.answered_at
        ),
        "renewed": len(renewed),
        "renewed and kept": sum(one.promise == "kept" for one in renewed),
        "broken at last": sum(one.promise == "broken" for one in answered),
    }


def _is_within_bound(one: Conversation) -> bool:
    return bool(one.expected and one.answered_at and one.answered_at <= one.expected.bound)


def _is_as_said(one: Conversation) -> bool:
    return bool(one.expected and one.answered_at and one.answered_at <= one.expected.said)


def _share(some: Sequence[Conversation], holds: Callable[[Conversation], bool]) -> float:
    return round(sum(map(holds, some)) / max(1, len(some)), 3)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return round(statistics.fmean(known), 2) if known else 0.0


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


# What happens


@dataclass(frozen=True, slots=True)
class Due:
    """A sweep, and the conversations that it changes."""

    at: datetime
    places: Sequence[tuple[str, int]]


@dataclass
class Simulation:
    """A deployment whose clock jumps from one thing that happens to the next."""

    lab: Lab
    seed: int
    waiting: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    """What is going to happen, the next first."""
    there: dict[str, Presence] = field(default_factory=dict)
    """Who is there, or is finishing their last conversation."""
    begun: set[tuple[str, datetime | None]] = field(default_factory=set)
    """Assignments that somebody works on."""
    answered: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=count)

    def play(self, days: int) -> None:
        """Let so many days pass, and as much after them until everybody is answered."""
        self.lab.running.clock.travel(instant(0))
        written = arrivals(days, self.seed)
        for agent_id in AGENTS:
            self.lab.add_agent(agent_id, queues=(QUEUE,), skills=("returns",), units=1, online=False)
        for shift in shifts(days + DRAINING):
            self._plan(shift.begins, partial(self._begin, shift))
            self._plan(shift.ends, partial(self._end, shift))
        for arrival in written:
            self._plan(arrival.at, partial(self._write, arrival))
        while self.waiting and len(self.answered) < len(written):
            due = self._next_due(self.waiting[0][0])
            if due:
                self._sweep(due)
            else:
                at, _, happen = heapq.heappop(self.waiting)
                self._be_at(at)
                happen()
            self._take_up()
            self._show(len(written))
        self.lab.await_quiet()
        if len(self.answered) < len(written):
            raise SandboxError(f"{len(written) - len(self.answered)} customers were never answered")

    def _show(self, of: int) -> None:
        at = self.lab.running.clock().astimezone(ZONE)
        print(f"\r    {at:%a %d %b %H:%M}, {len(self.answered)} of {of} answered ", end="", file=sys.stderr, flush=True)

    def _plan(self, at: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self.waiting, (at, next(self.numbers), happen))

    def _be_at(self, at: datetime) -> None:
        """Jump. Nobody's heartbeat stops meanwhile: a jump is many of them."""
        clock, grace = self.lab.running.clock, self.lab.policy.times.grace
        at = max(at, clock())
        for agent_id, presence in self.there.items():
            self.lab.agents.set_presence(agent_id, presence, at + grace, at)
        clock.travel(at)

    def _next_due(self, before: datetime) -> Due | None:
        """The first sweep that has something to do, if that is before something happens: sweeps come each minute."""
        places = self.lab.conversations.due(before, DUE_LIMIT)
        dues = {place: at for place in places if (at := self._check_at(place))}
        if not dues:
            return None
        first = min(dues.values())
        at = first + (instant(0) - first) % MINUTE
        return Due(at, [place for place, due in dues.items() if due <= at]) if at < before else None

    def _check_at(self, place: tuple[str, int]) -> datetime | None:
        known = self.lab.conversations.get(*place)
        return known.check_at if known else None

    def _sweep(self, due: Due) -> None:
        self._be_at(due.at)
        self.lab.sweep()
        self.lab.look_at_promises()
        for place in due.places:
            self._await(partial(self._is_done, place, due.at), "a sweep")

    def _is_done(self, place: tuple[str, int], at: datetime) -> bool:
        due = self._check_at(place)
        return due is None or due > at

    def _write(self, arrival: Arrival) -> None:
        self.lab.webhook(self.lab.fields(arrival.body, arrival.sender, ACCOUNT), ACCOUNT).raise_for_status()
        self._await(partial(self._is_promised, arrival.sender), "a promise")

    def _is_promised(self, sender: str) -> bool:
        contact = self.lab.customers.contact(channel("sms").contact(sender))
        known = self.lab.conversations.get(f"{ACCOUNT}.{contact.customer_id}", 1) if contact else None
        return known is not None and known.acknowledgement is not None

    def _begin(self, shift: Shift) -> None:
        self.there[shift.agent_id] = Presence.ONLINE
        desk.set_presence(desk.Caller(shift.agent_id), Presence.ONLINE, self.lab.board)

    def _end(self, shift: Shift) -> None:
        """Nothing new any more; what one has is finished."""
        self.there[shift.agent_id] = Presence.AWAY
        desk.set_presence(desk.Caller(shift.agent_id), Presence.AWAY, self.lab.board)

    def _take_up(self) -> None:
        """Whoever was given something begins with it; whoever has nothing left after their shift goes home."""
        for agent_id, presence in list(self.there.items()):
            owned = self.lab.conversations.owned(agent_id)
            for place in owned:
                known = self.lab.conversations.get(*place)
                if known and known.owner == agent_id and (known.id, known.assigned_at) not in self.begun:
                    self._take(known, agent_id)
            if presence is Presence.AWAY and not owned:
                del self.there[agent_id]
                desk.set_presence(desk.Caller(agent_id), Presence.OFFLINE, self.lab.board)

    def _take(self, known: Conversation, agent_id: str) -> None:
        self.begun.add((known.id, known.assigned_at))
        assigned = known.assigned_at or self.lab.running.clock()
        turn = sum(conversation_id == known.id for conversation_id, _ in self.begun)
        answer, rest = handling(f"{known.address} {turn}", self.seed)
        self._plan(assigned + answer, partial(self._answer, known, agent_id, rest))

    def _answer(self, taken: Conversation, agent_id: str, rest: timedelta) -> None:
        """Unless the lease has lapsed, and it is somebody else's by now."""
        known = self.lab.conversations.get(taken.thread, taken.number)
        if known is None or (known.owner, known.assigned_at) != (agent_id, taken.assigned_at):
            return
        desk.reply(desk.Caller(agent_id), known.id, "It is on its way.", "first", self.lab.board)
        self.answered.add(known.id)
        self._plan(self.lab.running.clock() + rest, partial(self._resolve, known, agent_id))

    def _resolve(self, answered: Conversation, agent_id: str) -> None:
        known = self.lab.conversations.get(answered.thread, answered.number)
        if known and known.status is not Status.RESOLVED:
            desk.resolve(desk.Caller(agent_id), known.id, self.lab.board, leave_unanswered=False)

    def _await(self, look: Callable[[], Found], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not look():
            if time.monotonic() > deadline:
                raise SandboxError(f"waited {PATIENCE:.0f} s for {what}: {self.lab.complaints()}")
            time.sleep(LOOK_EVERY)


# What it asks of DynamoDB


def _costs(lab: Lab, sampled: Sequence[Conversation]) -> dict[str, dict[str, float]]:
    """Means over conversations, made once more over the tables as they are now: items have the sizes they have."""
    meter = Meter(lab.dynamodb, names={lab.outputs["QueuesTable"]: "queues"})
    meter.watch()
    client, clock = lab.running.client("dynamodb"), lab.running.clock
    estimates = DynamoEstimates(client, lab.outputs["QueuesTable"], clock, pause)
    board = replace(lab.board, estimates=estimates)
    counted: dict[str, list[Mapping[str, float]]] = {}
    for one in sampled:
        for name, act in _acts(one, board).items():
            meter.reset()
            act()
            used = {"requests": sum(meter.calls.values()), "read": meter.usage.read_units}
            counted.setdefault(name, []).append({**used, "write": meter.usage.write_units})
    return {name: {unit: _mean(each[unit] for each in some) for unit in some[0]} for name, some in counted.items()}


def _acts(known: Conversation, board: Board) -> dict[str, Callable[[], object]]:
    """What is asked for promises alone at each step of a conversation, as if it were another one."""
    answered = replace(known, number=known.number + 1, revision=4, renewal=None)
    assigned = replace(answered, revision=3, answered_at=None, answers=0)
    promised = replace(
        assigned,
        revision=2,
        taken_at=None,
        assigned_at=None,
        owner=None,
        status=Status.WAITING,
        queued_at=None,
        awaiting_since=known.opened_at,
    )
    opened = replace(promised, revision=1, expected=None, acknowledgement=None)
    now = board.clock()

    def counting(before: Conversation | None, after: Conversation) -> Callable[[], object]:
        return partial(learn, Change(before, after, now), board.policy, board.estimates)

    return {
        "an opening, counted": counting(None, opened),
        "an estimate": partial(expect, opened, board, now),
        "an estimate, counted": counting(opened, promised),
        "an assignment, counted": counting(promised, assigned),
        "a first answer, counted": counting(assigned, answered),
    }


def _report(found: Mapping[str, float], costs: Mapping[str, Mapping[str, float]]) -> None:
    show_table(
        "Promises on the deployed template", ("measure", "value"), [(name, f"{n:g}") for name, n in found.items()]
    )
    show_table(
        "Asked of DynamoDB for promises alone, means",
        ("step", "requests", "read units", "write units"),
        [(name, *used.values()) for name, used in costs.items()],
    )


if __name__ == "__main__":
    main()
