"""A discrete-event model of a team: events in order of time, each decision taken by the router's own functions.

What it leaves out: leases don't lapse (an agent takes as long as they took), indexes don't lag, and two routers never
meet. A wait that began while its agent still held the conversation is no job: nobody was looked for.
"""

import heapq
import random
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, islice
from typing import TypeAlias

from switchboard.conversation import Conversation, Status
from switchboard.decisions import Seen
from switchboard.policy import Policy
from switchboard.routing import (
    Agent,
    Case,
    Choice,
    Lane,
    Presence,
    Waiting,
    case_of,
    decide,
    may_take,
    next_step,
    objection,
    queues_for,
    rank,
    skills_for,
)
from switchboard.whatif.traffic import Job, Traffic

SAMPLE = 20
"""Candidates looked at per decision, as the router does."""
HEADS = 25
"""Conversations looked at per lane."""

Order: TypeAlias = Callable[[Iterable[Waiting], Policy, datetime], list[Waiting]]


@dataclass(frozen=True, slots=True)
class Discipline:
    """How work meets agents: the router's way, unless others are given to compare it with."""

    order: Order = rank
    choose: Callable[[Case], Choice] = decide
    every: timedelta | None = None
    """Only so often; None is as soon as there is work and somebody free."""


@dataclass(slots=True)
class Outcome:
    """What became of a job. `lane` is where it was in the end."""

    job: Job
    lane: Lane
    agent_id: str | None = None
    assigned_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(slots=True)
class Run:
    """What a model did: outcomes in the order of arrival, and unit-seconds per agent."""

    outcomes: list[Outcome] = field(default_factory=list)
    busy: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    present: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    taken: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def simulate(traffic: Traffic, policy: Policy, *, discipline: Discipline | None = None, seed: str = "") -> Run:
    """Play traffic under a policy. The same arguments give the same run."""
    return _Team(traffic, policy, discipline or Discipline(), seed).play()


@dataclass(slots=True)
class _Work:
    """A job in the model: the conversation as the router would see it. A new `turn` voids what was scheduled."""

    outcome: Outcome
    known: Conversation
    turn: int = 0
    cost: int = 0

    @property
    def place(self) -> tuple[datetime, str, int]:
        return self.outcome.job.since, self.known.thread, self.known.number


class _Team:
    """The state between events: agents, lanes of what waits, and what each agent holds."""

    def __init__(self, traffic: Traffic, policy: Policy, discipline: Discipline, seed: str) -> None:
        self._traffic, self._policy, self._discipline, self._seed = traffic, policy, discipline, seed
        self._run = Run()
        self._agents: dict[str, Agent] = {}
        self._since: dict[str, datetime] = {}
        self._held: dict[str, list[_Work]] = defaultdict(list)
        self._lanes: dict[Lane, list[tuple[tuple[datetime, str, int], int, _Work]]] = defaultdict(list)
        self._last: dict[str, tuple[str, datetime]] = {}
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers = count()
        self._seeds = count()

    def play(self) -> Run:
        for seen in self._traffic.shifts:
            self._plan(seen.at, self._presence(seen))
        for job in self._traffic.jobs:
            self._plan(job.since, self._arrival(job))
        if self._discipline.every:
            self._plan(self._traffic.since, self._sweep)
        while self._events and self._events[0][0] < self._traffic.until:
            at, _, happen = heapq.heappop(self._events)
            happen(at)
        for agent_id in self._agents:
            self._account(agent_id, self._traffic.until)
        return self._run

    def _plan(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), happen))

    # -- what happens -----------------------------------------------------------------------------

    def _presence(self, seen: Seen) -> Callable[[datetime], None]:
        def happen(now: datetime) -> None:
            self._account(seen.agent_id, now)
            known = self._agents.get(seen.agent_id)
            used = known.units - known.free if known else 0
            self._agents[seen.agent_id] = Agent(
                agent_id=seen.agent_id,
                name="",
                queues=seen.queues,
                skills=seen.skills,
                units=seen.units,
                free=seen.units - used,
                held=known.held if known else {},
                presence=seen.presence,
                idle_since=known.idle_since if known else now,
            )
            if seen.presence is Presence.OFFLINE:
                self._hand_on(seen.agent_id, now)
            elif seen.presence is Presence.ONLINE:
                self._has_room(seen.agent_id, now)

        return happen

    def _arrival(self, job: Job) -> Callable[[datetime], None]:
        def happen(now: datetime) -> None:
            agent_id, at = self._last.get(job.thread, (None, None))
            known = Conversation(
                thread=job.thread,
                number=job.number,
                account=job.account,
                channel=job.channel,
                customer_id="",
                address="",
                language="",
                queue=job.lane.queue,
                priority=job.lane.priority,
                skills=job.lane.skills,
                reasons=(),
                policy=self._policy.hash,
                opened_at=job.since,
                awaiting_since=job.since,
                last_agent=agent_id,
                last_agent_at=at,
            )
            outcome = Outcome(job, job.lane)
            self._run.outcomes.append(outcome)
            work = _Work(outcome, known)
            for raised_at, lane in job.raises:
                self._plan(max(raised_at, now), self._raise(work, lane))
            self._wait(work, now)

        return happen

    def _raise(self, work: _Work, lane: Lane) -> Callable[[datetime], None]:
        def happen(now: datetime) -> None:
            if work.known.status is not Status.WAITING:
                return
            self._leave(work)
            work.outcome.lane = lane
            work.known = replace(work.known, queue=lane.queue, priority=lane.priority, skills=lane.skills)
            self._wait(work, now)

        return happen

    def _step(self, work: _Work, turn: int) -> Callable[[datetime], None]:
        """Waiting alone may have let others take it."""

        def happen(now: datetime) -> None:
            if work.turn == turn and work.known.status is Status.WAITING:
                self._leave(work)
                self._wait(work, now)

        return happen

    def _free(self, work: _Work, turn: int) -> Callable[[datetime], None]:
        def happen(now: datetime) -> None:
            if work.turn == turn and work.known.owner:
                agent_id = work.known.owner
                self._give_back(work, now)
                self._has_room(agent_id, now)

        return happen

    def _sweep(self, now: datetime) -> None:
        for agent_id in sorted(self._agents):
            self._take_work(agent_id, now)
        if self._discipline.every:
            self._plan(now + self._discipline.every, self._sweep)

    # -- work meets agents ------------------------------------------------------------------------

    def _wait(self, work: _Work, now: datetime) -> None:
        """Put it in its lane and look for an agent; with nobody there, look again when waiting lets more take it."""
        insort(self._lanes[work.outcome.lane], (work.place, next(self._numbers), work))
        if self._discipline.every:
            return
        case = self._case(work.known, now)
        choice = self._discipline.choose(case)
        if choice.order:
            self._claim(work, self._agents[choice.order[0]], case.terms.cost, now)
            return
        step = next_step(work.outcome.lane, work.outcome.job.since, self._policy, now)
        if step and step > now:
            work.turn += 1
            self._plan(step, self._step(work, work.turn))

    def _case(self, known: Conversation, now: datetime) -> Case:
        seed = f"{self._seed}/{next(self._seeds)}"
        terms = case_of(known, (), self._policy, seed, now).terms
        listed = [
            agent
            for agent in self._agents.values()
            if agent.free > 0 and agent.presence is Presence.ONLINE and may_take(agent, terms.queues, terms.skills)
        ]
        if len(listed) > SAMPLE:
            listed = random.Random(seed).sample(listed, SAMPLE)  # noqa: S311  # a model that replays, not secrecy
        last = self._agents.get(known.last_agent) if known.last_agent else None
        if last and last not in listed:
            listed.append(last)
        return case_of(known, tuple(listed), self._policy, seed, now)

    def _has_room(self, agent_id: str, now: datetime) -> None:
        if not self._discipline.every:
            self._take_work(agent_id, now)

    def _take_work(self, agent_id: str, now: datetime) -> None:
        """The first of what they may take, again and again, until they are full."""
        while (agent := self._agents[agent_id]).free > 0 and agent.presence is Presence.ONLINE:
            heads = {(work.known.thread, work.known.number): work for work in self._heads(agent, now)}
            waiting = [_as_waiting(work) for work in heads.values()]
            for first in self._discipline.order(waiting, self._policy, now):
                work = heads[first.thread, first.number]
                case = case_of(work.known, (agent,), self._policy, agent_id, now)
                if objection(agent, case) is None:
                    self._claim(work, agent, case.terms.cost, now)
                    break
            else:
                return

    def _heads(self, agent: Agent, now: datetime) -> Iterator[_Work]:
        """Per lane the first of each channel: they cost the same, and whoever can't take it can't take the next."""
        for lane, line in self._lanes.items():
            channels: set[str] = set()
            for _, _, work in islice(line, HEADS):
                since = work.outcome.job.since
                asked = lane, since, self._policy, now
                if work.known.channel not in channels and may_take(agent, queues_for(*asked), skills_for(*asked)):
                    channels.add(work.known.channel)
                    yield work

    def _claim(self, work: _Work, agent: Agent, cost: int, now: datetime) -> None:
        self._leave(work)
        self._account(agent.agent_id, now)
        self._agents[agent.agent_id] = _holding(agent, work.known.channel, cost, 1, now)
        self._held[agent.agent_id].append(work)
        self._run.taken[agent.agent_id] += 1
        self._last[work.known.thread] = (agent.agent_id, now)
        job, work.cost = work.outcome.job, cost
        work.turn += 1
        work.known = replace(work.known, status=Status.ASSIGNED, owner=agent.agent_id)
        work.outcome.agent_id, work.outcome.assigned_at = agent.agent_id, now
        work.outcome.answered_at = now + job.effort.answer
        self._plan(now + job.effort.hold, self._free(work, work.turn))

    def _give_back(self, work: _Work, now: datetime) -> None:
        agent = self._agents[work.known.owner or ""]
        self._account(agent.agent_id, now)
        self._agents[agent.agent_id] = _holding(agent, work.known.channel, work.cost, -1, now)
        self._held[agent.agent_id].remove(work)
        work.turn += 1
        work.known = replace(work.known, status=Status.RESOLVED, owner=None)

    def _hand_on(self, agent_id: str, now: datetime) -> None:
        """Whoever leaves hands on what they have not answered, which begins anew with the next."""
        for work in list(self._held[agent_id]):
            self._give_back(work, now)
            if work.outcome.answered_at and work.outcome.answered_at > now:
                work.outcome.agent_id = work.outcome.assigned_at = work.outcome.answered_at = None
                work.known = replace(work.known, status=Status.WAITING, last_agent=agent_id, last_agent_at=now)
                self._wait(work, now)

    def _leave(self, work: _Work) -> None:
        line = self._lanes[work.outcome.lane]
        at = next(n for n, (_, _, other) in enumerate(line) if other is work)
        del line[at]
        if not line:
            del self._lanes[work.outcome.lane]

    def _account(self, agent_id: str, now: datetime) -> None:
        """Add up, until now, how many units an agent had and how many were taken."""
        agent, since = self._agents.get(agent_id), self._since.get(agent_id, now)
        self._since[agent_id] = now
        seconds = (now - max(since, self._traffic.since)).total_seconds()
        if agent and seconds > 0:
            self._run.busy[agent_id] += (agent.units - agent.free) * seconds
            if agent.presence is not Presence.OFFLINE:
                self._run.present[agent_id] += agent.units * seconds


def _holding(agent: Agent, channel: str, cost: int, change: int, now: datetime) -> Agent:
    held = {**agent.held, channel: agent.held.get(channel, 0) + change}
    return replace(agent, free=agent.free - change * cost, held=held, idle_since=now)


def _as_waiting(work: _Work) -> Waiting:
    return Waiting(
        thread=work.known.thread, number=work.known.number, lane=work.outcome.lane, since=work.outcome.job.since
    )
