"""Bring waiting conversations and free agents together, from either side.

Both sides write first and then look: a conversation is in its lane before an agent is looked for, a slot is free and
its agent listed before work is looked for. So of two that happen at once at least one sees the other; and since
indexes lag, each side looks once more a moment later (ADR 0006). What waiting alone brings, overflow and relaxed
skills, is found by the sweep at the conversation's `due_at`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from switchboard import conversation as transition
from switchboard.conversation import Conversation, Decision, Status
from switchboard.decisions import ASKED, abridge, pack
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.flood import source_of
from switchboard.flows.board import Board
from switchboard.flows.places import leave, seat
from switchboard.priority import aged, ages_at
from switchboard.routing import (
    Agent,
    Case,
    Choice,
    Lane,
    Presence,
    Waiting,
    cap_of,
    case_of,
    decide,
    easiest_skills,
    lane_of,
    may_take,
    next_step,
    objection,
    queues_for,
    rank,
    skills_for,
)
from switchboard.shift import as_offered
from switchboard.skills import satisfies

SAMPLE = 20
"""Candidates read at once, whatever the size of the team."""
SAMPLES = 3
"""How often others are drawn if none of the first can take it: all might be busy with as many as one may have."""
TRIED = 3
"""Agents tried for one conversation before it waits."""
HEADS = 25
"""Conversations looked at per lane: the first may be already taken, or all those that this agent just let lapse."""
SPREAD = 4
"""After a second lost race one of the next so many of a line is drawn, after each further one of so many times more."""
AGAIN = timedelta(seconds=1)
"""An index has caught up by then."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversation that waits for certain, even if no index shows it yet, and how its agents were chosen."""

    waiting: Waiting
    case: Case
    choice: Choice
    tries: int = 1
    """Agents tried up to now, the present one included."""

    def is_of(self, waiting: Waiting) -> bool:
        """Whether it offers this conversation."""
        return (waiting.thread, waiting.number) == (self.case.thread, self.case.number)


def find_agent(conversation: Conversation, board: Board, *, again: bool = True) -> Conversation:
    """Offer a waiting conversation; returns it as it then is.

    The agent who is found takes what is first among everything they may take, which need not be this conversation.
    With `again`, a conversation that finds nobody is looked at once more a moment later; so is in any case one whose
    agent took something else: they may have room for it, too.
    """
    conversation = _age(conversation, board)
    if conversation.status is not Status.WAITING:
        return conversation
    case = _case(conversation, board)
    offer = Offer(_as_waiting(conversation), case, decide(case), tries=0)
    current = conversation
    for agent_id in offer.choice.order[:TRIED]:
        offer = replace(offer, tries=offer.tries + 1)
        if offer_work(agent_id, board, offer=offer, most=1):
            again = True
        current = board.conversations.get(conversation.thread, conversation.number) or conversation
        if current.status is not Status.WAITING:
            return current
    board.decisions.note(_decision(offer, None, case.at))
    if again:
        board.router_queue.look_again({"conversation_id": conversation.id}, AGAIN)
    return _wait(current, board)


def offer_work(
    agent_id: str, board: Board, *, offer: Offer | None = None, most: int | None = None
) -> list[Conversation]:
    """Give an agent the first conversations that they may take, until they are full; returns what they took.

    `most` stops earlier.
    """
    taken: list[Conversation] = []
    while len(taken) != most and (agent := _with_room(agent_id, board)):
        claimed = _claim_first(agent, board, offer)
        if claimed is None:
            break
        taken.append(claimed)
    return taken


def has_room(agent_id: str, board: Board) -> None:
    """An agent came online, a slot was freed, or they may do more: list them, give them work, or look once more."""
    if _with_room(agent_id, board) is None:
        return
    board.agents.ensure_listed(agent_id, board.new_id())
    if not offer_work(agent_id, board):
        board.router_queue.look_again({"agent_id": agent_id}, AGAIN)


def due_of(conversation: Conversation, board: Board) -> Conversation:
    """A waiting conversation with the time at which waiting alone changes something for it."""
    since = conversation.waiting_since or conversation.opened_at
    step = next_step(lane_of(conversation), since, board.policy, board.clock())
    times = (step, ages_at(conversation, board.policy))
    return transition.wait(conversation, min((at for at in times if at), default=None))


def _age(conversation: Conversation, board: Board) -> Conversation:
    """Move what has waited so long that a rule of the policy says so; returns it as it then is."""

    def attempt() -> Conversation:
        known = board.conversations.get(conversation.thread, conversation.number)
        placement = aged(known, board.policy, board.clock()) if known else None
        if known is None or placement is None:
            return known or conversation
        moved = replace(
            known,
            queue=placement.queue,
            priority=placement.priority,
            skills=placement.skills,
            reasons=placement.reasons,
            why=placement.why,
            pending=placement.pending,
        )
        if source_of(moved) != source_of(known):
            moved = seat(replace(moved, held=False), board)
        board.queues.add_lane(lane_of(moved))
        return board.conversations.save(known, due_of(moved, board))

    return board.settle(attempt) if aged(conversation, board.policy, board.clock()) else conversation


def _wait(conversation: Conversation, board: Board) -> Conversation:
    """Nobody can take it now: have the sweep look again when more of them may."""

    def attempt() -> Conversation:
        known = board.conversations.get(conversation.thread, conversation.number)
        if known is None or known.status is not Status.WAITING:
            return known or conversation
        due = due_of(known, board)
        return known if due == known else board.conversations.save(known, due)

    return conversation if due_of(conversation, board) == conversation else board.settle(attempt)


def _with_room(agent_id: str, board: Board) -> Agent | None:
    """An agent who is there and not full."""
    agent = board.agents.get(agent_id)
    agent = as_offered(agent, board.clock(), board.policy.times.last_call) if agent else None
    return agent if agent and agent.presence is Presence.ONLINE and agent.free > 0 else None


def _case(conversation: Conversation, board: Board) -> Case:
    """Look at whoever might take it, at the customer's last agent in any case."""
    now, seed = board.clock(), board.new_id()
    found: dict[str, Agent] = {}
    last = board.agents.get(conversation.last_agent) if conversation.last_agent else None
    if last:
        found[last.agent_id] = last
    case = case_of(conversation, (), board.policy, seed, now)
    for queue in case.terms.queues:
        lane = replace(case.lane, queue=queue, skills=case.terms.skills)
        for _ in range(SAMPLES):
            sample = board.agents.sample(lane, board.new_id(), SAMPLE)
            found |= {agent.agent_id: as_offered(agent, now, board.policy.times.last_call) for agent in sample}
            case = case_of(conversation, tuple(found.values()), board.policy, seed, now)
            if any(objection(agent, case) is None for agent in case.candidates):
                return case
            if len(sample) < SAMPLE:
                break
    return case


def _claim_first(agent: Agent, board: Board, offer: Offer | None) -> Conversation | None:
    """Have an agent take the first that they may. Lines of what is held are read only if nothing else is left."""
    lanes = _lanes(agent, board)
    for held in (False, True):
        now = board.clock()
        heads = _heads(agent, [lane for lane in lanes if lane.held is held], board, now)
        if offer:
            heads = [waiting for waiting in heads if not offer.is_of(waiting)]
            is_due = offer.waiting.lane.held is held and _is_for(agent, offer.waiting, board, now)
            heads += [offer.waiting] if is_due else []
        try:
            if taken := _claim_of(rank(heads, board.policy, now), agent, board, offer):
                return taken
        except AgentUnavailableError:
            return None
    return None


def _claim_of(heads: list[Waiting], agent: Agent, board: Board, offer: Offer | None) -> Conversation | None:
    lost = 0
    while heads:
        waiting = heads.pop(_next_of(heads, lost, board))
        current = board.conversations.get(waiting.thread, waiting.number)
        if current is None or current.status is not Status.WAITING:
            continue
        asked = _pulled(agent, current, board)
        if objection(agent, asked.case):
            continue
        decision = _decision(offer if offer and offer.is_of(waiting) else asked, agent.agent_id, asked.case.at)
        try:
            taken = _claim(current, decision, asked.case, board)
        except ConflictError:
            lost += 1
            continue
        leave(current, board)
        return taken
    return None


def _next_of(heads: list[Waiting], lost: int, board: Board) -> int:
    """Which to try: the first, after a lost race too; then one of the first few in its line, or all collide again."""
    if lost <= 1:
        return 0
    line = [place for place, waiting in enumerate(heads) if waiting.lane == heads[0].lane]
    return Random(board.new_id()).choice(line[: SPREAD ** (lost - 1)])  # noqa: S311  # to spread load, not secrecy


def _claim(current: Conversation, decision: Decision, case: Case, board: Board) -> Conversation:
    lease = board.policy.hours_of(current.queue).after(decision.at, board.policy.times.lease)
    after = transition.claim(current, decision, case.terms.cost, lease)
    return board.conversations.claim(current, after, decision, cap_of(case.candidates[0], case))


def _pulled(agent: Agent, current: Conversation, board: Board) -> Offer:
    """An agent asks, and nobody is compared with them."""
    case = case_of(current, (agent,), board.policy, agent.agent_id, board.clock())
    return Offer(_as_waiting(current), case, Choice((agent.agent_id,), ((agent.agent_id, ASKED),)))


def _decision(offer: Offer, agent_id: str | None, at: datetime) -> Decision:
    case, choice = offer.case, offer.choice
    considered, others = abridge(choice.considered)
    return Decision(
        thread=case.thread,
        number=case.number,
        agent_id=agent_id,
        at=at,
        seed=case.seed,
        policy=case.policy,
        considered=considered,
        others=others,
        order=choice.order,
        tries=offer.tries,
        case=pack(case),
    )


def _heads(agent: Agent, lanes: list[Lane], board: Board, now: datetime) -> list[Waiting]:
    """The first in each of these lines that this agent may take."""
    found = (waiting for lane in lanes for waiting in board.conversations.heads(lane, HEADS))
    return [waiting for waiting in found if _is_for(agent, waiting, board, now)]


def _lanes(agent: Agent, board: Board) -> list[Lane]:
    """The lines of the agent's queues, and of those that overflow into them, whose easiest terms they meet."""
    queues = dict.fromkeys(
        (*agent.queues, *(feeder for queue in agent.queues for feeder in board.policy.feeders(queue)))
    )
    lanes = [lane for queue in queues for lane in board.queues.lanes(queue)]
    return [lane for lane in lanes if satisfies(agent.skills, easiest_skills(lane, board.policy))]


def _is_for(agent: Agent, waiting: Waiting, board: Board, now: datetime) -> bool:
    asked = waiting.lane, waiting.since, board.policy, now
    return may_take(agent, queues_for(*asked), skills_for(*asked))


def _as_waiting(conversation: Conversation) -> Waiting:
    since = conversation.waiting_since or conversation.opened_at
    return Waiting(thread=conversation.thread, number=conversation.number, lane=lane_of(conversation), since=since)
