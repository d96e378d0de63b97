"""The stores that a hand-over uses, in memory, as fast as an exhaustive search wants them and as wrong as the cloud is.

Each method does what the adapter does, request by request, and asks for a turn before each. Indexes show what the
tables held `lag` writes ago; so does a batch of reads, which DynamoDB does not promise to be newer.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

from switchboard.conversation import Conversation, Decision, Status, file
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.routing import Agent, Lane, Presence, Waiting, lane_of
from switchboard.skills import satisfies
from tests.history import History
from tests.interleaving import Turn


@dataclass(frozen=True)
class Content:
    """What the tables hold at one moment."""

    conversations: Any = field(default_factory=lambda: MappingProxyType({}))
    agents: Any = field(default_factory=lambda: MappingProxyType({}))
    listed: frozenset[tuple[str, str]] = frozenset()
    """Agent and queue of each listing."""
    lanes: frozenset[Lane] = frozenset()

    @cached_property
    def digest(self) -> int:
        """What tells it from others."""
        rows = (*self.conversations.items(), *self.agents.items())
        return hash((tuple(sorted(map(repr, rows))), self.listed, self.lanes))


@dataclass
class Memory(History[Content]):
    """What the tables held; an index is a late reader."""

    again: list[dict[str, str]] = field(default_factory=list)

    def key(self) -> Hashable:
        """What the future depends on."""
        recent = tuple(content.digest for content in self.recent)
        return (recent, tuple(sorted(map(str, self.again))))


@dataclass
class MemoryStores:
    """One flow's way to the stores: implements what dispatch uses of the ports, and counts as the flow's turn."""

    memory: Memory
    turn: Turn

    def _told(self, answer: Any) -> Any:
        self.turn.hear(answer)
        return answer

    # -- conversations ----------------------------------------------------------------------------

    def get(self, *key: Any) -> Any:
        """One conversation, or one agent: consistently."""
        self.turn.step()
        table = self.memory.now.agents if len(key) == 1 else self.memory.now.conversations
        return self._told(table.get(key[0] if len(key) == 1 else key))

    def open(self, conversation: Conversation) -> None:
        self.turn.step()
        self._put(file(conversation))

    def save(self, before: Conversation, after: Conversation) -> Conversation:
        self.turn.step()
        return self._change(before, after)

    def claim(
        self, before: Conversation, after: Conversation, decision: Decision, cap: int | None = None
    ) -> Conversation:
        self.turn.step()
        agent = self.memory.now.agents[after.owner]
        if self._is_stale(before):
            self._refuse(ConflictError)
        if agent.free < after.cost or agent.presence is not Presence.ONLINE:
            self._refuse(AgentUnavailableError)
        return self._change(before, after, agent, -after.cost)

    def free(self, before: Conversation, after: Conversation, at: datetime) -> Conversation:
        self.turn.step()
        return self._change(before, after, self.memory.now.agents[before.owner], before.cost)

    def _change(
        self, before: Conversation, after: Conversation, agent: Agent | None = None, more: int = 0
    ) -> Conversation:
        if self._is_stale(before):
            self._refuse(ConflictError)
        agents = self.memory.now.agents
        if agent:
            agents = MappingProxyType({**agents, agent.agent_id: replace(agent, free=agent.free + more)})
        return self._put(file(replace(after, revision=before.revision + 1)), agents=agents)

    def _is_stale(self, before: Conversation) -> bool:
        known: Conversation = self.memory.now.conversations[before.thread, before.number]
        return known.revision != before.revision

    def _refuse(self, error: type[Exception]) -> None:
        self._told(error)
        raise error("as the adapter would")

    def _put(self, conversation: Conversation, **changes: Any) -> Conversation:
        known = {**self.memory.now.conversations, (conversation.thread, conversation.number): conversation}
        self.memory.write(conversations=MappingProxyType(known), **changes)
        self._told(conversation)
        return conversation

    def heads(self, lane: Lane, limit: int) -> list[Waiting]:
        self.turn.step()
        waiting = [c for c in self.memory.shown.conversations.values() if c.status is Status.WAITING]
        found = [
            Waiting(thread=c.thread, number=c.number, lane=lane, since=c.awaiting_since or c.opened_at)
            for c in waiting
            if lane_of(c) == lane
        ]
        return self._told(sorted(found, key=lambda one: one.since)[:limit])  # type: ignore[no-any-return]  # as given

    # -- agents -----------------------------------------------------------------------------------

    def set_presence(self, agent_id: str, presence: Presence, due_at: datetime, at: datetime) -> None:
        self.turn.step()
        agents = self.memory.now.agents
        self.memory.write(agents=MappingProxyType({**agents, agent_id: replace(agents[agent_id], presence=presence)}))

    def ensure_listed(self, agent_id: str, token: str) -> None:
        for queue in self._unlisted(agent_id):
            self.turn.step()
            self.memory.write(listed=self.memory.now.listed | {(agent_id, queue)})

    def _unlisted(self, agent_id: str) -> list[str]:
        self.turn.step()
        queues = self.memory.now.agents[agent_id].queues
        return self._told([queue for queue in queues if (agent_id, queue) not in self.memory.now.listed])  # type: ignore[no-any-return]  # as given

    def sample(self, lane: Lane, token: str, limit: int) -> list[Agent]:
        self.turn.step()
        able = {name for name, agent in self.memory.shown.agents.items() if satisfies(agent.skills, lane.skills)}
        names = self._told(
            sorted(name for name, queue in self.memory.shown.listed if queue == lane.queue and name in able)
        )
        self.turn.step()
        agents: list[Agent] = self._told([self.memory.shown.agents[name] for name in names])
        for agent in agents:
            if agent.free <= 0 or agent.presence is not Presence.ONLINE:
                self._unlist(agent.agent_id)
        return agents

    def _unlist(self, agent_id: str) -> None:
        self.turn.step()
        agent = self.memory.now.agents[agent_id]
        if agent.free <= 0 or agent.presence is not Presence.ONLINE:
            self.memory.write(listed=frozenset(one for one in self.memory.now.listed if one[0] != agent_id))

    # -- queues, the router's queue, decisions ----------------------------------------------------

    def lanes(self, queue: str) -> list[Lane]:
        self.turn.step()
        return self._told(sorted(lane for lane in self.memory.now.lanes if lane.queue == queue))  # type: ignore[no-any-return]  # as given

    def add_lane(self, lane: Lane) -> None:
        self.turn.step()
        self.memory.write(lanes=self.memory.now.lanes | {lane})

    def look_again(self, detail: dict[str, str], delay: timedelta) -> None:
        self.memory.again.append(detail)

    def note(self, decision: Decision) -> bool:
        return False
