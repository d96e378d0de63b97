"""Bring waiting conversations and free agents together, from either side.

Both sides write first and then look: a conversation is in its lane before an agent is looked for, a slot is free and
its agent listed before work is looked for. So of two that happen at once at least one sees the other; and since
indexes lag, each side looks once more a moment later (ADR 0006).
"""

from datetime import timedelta

from switchboard import conversation as transition
from switchboard.conversation import Conversation, Decision, Status
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.flows.board import Board
from switchboard.routing import Agent, Choice, Lane, Waiting, choose, may_take, objection, rank

SAMPLE = 10
"""Candidates read per decision, whatever the size of the team."""
TRIED = 3
"""Agents tried for one conversation before it waits."""
HEADS = 25
"""Conversations looked at per lane: the first may be already taken, or all those that this agent just let lapse."""
AGAIN = timedelta(seconds=1)
"""An index has caught up by then."""


def lane_of(conversation: Conversation) -> Lane:
    """The line in which a conversation waits."""
    return Lane(conversation.queue, conversation.skills, conversation.priority)


def find_agent(conversation: Conversation, board: Board, *, again: bool = True) -> Conversation:
    """Offer a waiting conversation; returns it as it then is.

    The agent who is found takes what is first among everything they may take, which need not be this conversation.
    With `again`, a conversation that finds nobody is looked at once more a moment later.
    """
    lane, cost = lane_of(conversation), board.policy.cost(conversation.channel)
    candidates = board.agents.sample(lane, board.new_id(), SAMPLE)
    if conversation.last_agent and conversation.last_agent not in {agent.agent_id for agent in candidates}:
        last = board.agents.get(conversation.last_agent)
        candidates = [*candidates, last] if last else candidates
    seed = board.new_id()
    choice = choose(candidates, lane, cost, conversation.last_agent, conversation.passed_over, seed)
    current: Conversation = conversation
    for agent in choice.agents[:TRIED]:
        offer_work(agent.agent_id, board, known=_as_waiting(conversation), choice=choice, seed=seed, most=1)
        current = board.conversations.get(conversation.thread, conversation.number) or conversation
        if current.status is not Status.WAITING:
            return current
    if again:
        board.router_queue.look_again({"conversation_id": conversation.id}, AGAIN)
    return current


def offer_work(
    agent_id: str,
    board: Board,
    *,
    known: Waiting | None = None,
    choice: Choice | None = None,
    seed: str = "",
    most: int | None = None,
) -> list[Conversation]:
    """Give an agent the first conversations that they may take, until they are full; returns what they took.

    `known` is a conversation that waits for certain, even if no index shows it yet; `most` stops earlier.
    """
    taken: list[Conversation] = []
    while len(taken) != most and (agent := board.agents.get(agent_id)) and agent.free > 0:
        claimed = _claim_first(agent, board, known, choice, seed or agent_id)
        if claimed is None:
            break
        taken.append(claimed)
    return taken


def has_room(agent_id: str, board: Board) -> None:
    """An agent came online or a slot was freed: list them, give them work, and look once more if there was none."""
    board.agents.ensure_listed(agent_id, board.new_id())
    if not offer_work(agent_id, board):
        board.router_queue.look_again({"agent_id": agent_id}, AGAIN)


def _claim_first(
    agent: Agent, board: Board, known: Waiting | None, choice: Choice | None, seed: str
) -> Conversation | None:
    now = board.clock()
    heads = [waiting for lane in _lanes(agent, board) for waiting in board.conversations.heads(lane, HEADS)]
    if (
        known
        and may_take(agent, known.lane)
        and all((w.thread, w.number) != (known.thread, known.number) for w in heads)
    ):
        heads.append(known)
    for waiting in rank(heads, board.policy, now):
        current = board.conversations.get(waiting.thread, waiting.number)
        if current is None or current.status is not Status.WAITING:
            continue
        cost = board.policy.cost(current.channel)
        if objection(agent, lane_of(current), cost, current.passed_over):
            continue
        considered = _said_of(waiting, known, choice) or ((agent.agent_id, "had room and was first to ask"),)
        decision = Decision(
            thread=current.thread,
            number=current.number,
            agent_id=agent.agent_id,
            at=now,
            seed=seed,
            policy=board.policy.hash,
            considered=considered,
        )
        lease_until = board.policy.hours_of(current.queue).after(now, board.policy.times.lease)
        after = transition.claim(current, decision, cost, lease_until)
        try:
            return board.conversations.claim(current, after, decision)
        except AgentUnavailableError:
            return None
        except ConflictError:
            continue
    return None


def _said_of(waiting: Waiting, known: Waiting | None, choice: Choice | None) -> tuple[tuple[str, str], ...] | None:
    """What was said of the candidates, if this is the conversation that they were compared for."""
    if choice is None or known is None or (waiting.thread, waiting.number) != (known.thread, known.number):
        return None
    return choice.considered


def _lanes(agent: Agent, board: Board) -> list[Lane]:
    return [lane for queue in agent.queues for lane in board.queues.lanes(queue) if may_take(agent, lane)]


def _as_waiting(conversation: Conversation) -> Waiting:
    since = conversation.waiting_since or conversation.opened_at
    return Waiting(thread=conversation.thread, number=conversation.number, lane=lane_of(conversation), since=since)
