"""Each quarter of an hour: what waits and who is there, counted in the tables, against the sums that promises use."""

from contextlib import suppress
from dataclasses import dataclass

from switchboard.errors import ConflictError
from switchboard.flows.board import Board
from switchboard.policy import Priority
from switchboard.routing import Agent, Presence


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many sums were wrong for more than a moment: of lines that wait, and of agents who are there."""

    lines: int
    agents: int


def recount(board: Board) -> Recounted:
    """Correct the sums of every queue and every agent."""
    return Recounted(sum(_recount_lines(queue, board) for queue in board.policy.queues), _recount_agents(board))


def units_of(agent: Agent | None) -> dict[str, int]:
    """What an agent is counted with, in each of their queues; nothing while they aren't online."""
    if agent is None or agent.presence is not Presence.ONLINE:
        return {}
    return dict.fromkeys(agent.queues, agent.units)


def count_online(agent: Agent | None, agent_id: str, board: Board) -> None:
    """Count an agent who came, went or changed. Who loses a race leaves it to the winner, or to the next recount."""
    with suppress(ConflictError):
        board.estimates.count_online(agent_id, units_of(agent))


def _recount_lines(queue: str, board: Board) -> int:
    lanes = [lane for lane in board.queues.lanes(queue) if not lane.held]
    waiting = {
        priority: [at for lane in lanes if lane.priority is priority for at in board.conversations.waiting_since(lane)]
        for priority in Priority
    }
    return len(board.estimates.recount(queue, waiting))


def _recount_agents(board: Board) -> int:
    counted, there = board.estimates.online(), {agent.agent_id: agent for agent in board.agents.present()}
    wrong = [agent_id for agent_id in {*counted, *there} if counted.get(agent_id, {}) != units_of(there.get(agent_id))]
    for agent_id in sorted(wrong):
        count_online(board.agents.get(agent_id), agent_id, board)
    return len(wrong)
