"""Tell agents and leads why a conversation is where it is."""

from switchboard.decisions import Record
from switchboard.errors import NotFoundError
from switchboard.flows import desk
from switchboard.flows.board import Board
from switchboard.ports import Agents, Decisions
from switchboard.why import Asked, Sentence, agents_in, tell


def why(caller: desk.Caller, conversation_id: str, agent: str | None, board: Board) -> list[Sentence]:
    """The story of a conversation that the caller may see; with `agent`, also why it wasn't them."""
    known = desk.find(caller, conversation_id, board)
    return story(known.id, agent, board.decisions, board.agents)


def story(conversation_id: str, agent: str | None, decisions: Decisions, agents: Agents) -> list[Sentence]:
    """What was decided about a conversation, in order; `agent` is an id, or a name of somebody in the story.

    Raises `NotFoundError` where nothing is known.
    """
    records = decisions.of(conversation_id)
    if not records:
        raise NotFoundError("nothing was recorded of this conversation, or more than 90 days ago")
    names = _names(records, agents)
    return tell(records, names, _asked(agent, names, decisions, agents) if agent else None)


def _names(records: list[Record], agents: Agents) -> dict[str, str]:
    return {known.agent_id: known.name for one in sorted(agents_in(records)) if (known := agents.get(one))}


def _asked(agent: str, names: dict[str, str], decisions: Decisions, agents: Agents) -> Asked:
    """Whoever is called so in the story, else whose id it is."""
    agent_id = next((one for one, name in names.items() if name.casefold() == agent.casefold()), agent)
    if agent_id not in names and (known := agents.get(agent_id)):
        names[agent_id] = known.name
    return Asked(agent_id, decisions.seen(agent_id))
