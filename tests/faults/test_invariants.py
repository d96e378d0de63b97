"""Whatever people do and in whatever order: nothing is lost or doubled, no capacity drifts (promises 1 to 4).

A story is a random list of steps; after each of them the plumbing settles, a sweep runs, and the whole is audited.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.conversation import Conversation, Entry, Status
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError
from switchboard.flows import assignments, desk, remarks, standing
from switchboard.flows.assignments import Target
from switchboard.message import Message, Party
from switchboard.policy import Priority
from switchboard.routing import Agent, Presence, case_of, lane_of, objection
from tests.world import World, make_world

AGENTS = {"ann": 2, "bob": 1}
"""Who is there, and their units. Only ann knows about returns."""
TEXTS = ("hello", "this is urgent", "a refund please", "there is smoke")
ACTS = ("assign", "take", "transfer", "hand", "snooze", "reopen", "place", "spam", "block", "unblock")
Step: TypeAlias = Callable[["Story"], None]


@dataclass
class Story:
    """What happened so far."""

    world: World
    sent: list[Message] = field(default_factory=list)

    def text(self, customer: int, words: str) -> None:
        number = len(self.sent)
        address = f"+1555123000{customer}"
        message = Message(
            channel="sms", account="acme-sms", provider_id=f"SM{number}", sender=Party(address=address), text=words
        )
        self.sent.append(message)
        self.world.route(message)

    def redeliver(self, place: int) -> None:
        if self.sent:
            self.world.route(self.sent[place % len(self.sent)])

    def reply(self, agent_id: str) -> None:
        who = desk.Caller(agent_id)
        for known in desk.my_conversations(who, self.world.board)[:1]:
            desk.reply(who, known.id, "an answer", f"k{known.revision}", self.world.board)

    def resolve(self, agent_id: str) -> None:
        who = desk.Caller(agent_id)
        for known in desk.my_conversations(who, self.world.board)[:1]:
            desk.resolve(who, known.id, self.world.board, leave_unanswered=True)

    def act(self, agent_id: str, act: str, place: int) -> None:
        """A person does something by hand with any conversation, if they may."""
        every = self.world.all_conversations()
        if every:
            who, known = desk.Caller(agent_id, is_lead=agent_id == "bob"), every[place % len(every)]
            with suppress(ForbiddenError, NotFoundError, RefusedError):
                self._act(who, act, known.id)

    def _act(self, who: desk.Caller, act: str, known: str) -> None:
        board = self.world.board
        acts: dict[str, Callable[[], object]] = {
            "assign": lambda: assignments.assign(who, known, "ann", board),
            "take": lambda: assignments.take(who, known, board),
            "transfer": lambda: assignments.transfer(who, known, Target(queue="returns"), "n", self._key(), board),
            "hand": lambda: assignments.transfer(who, known, Target(agent_id="bob"), "n", self._key(), board),
            "snooze": lambda: assignments.snooze(who, known, self.world.now + timedelta(minutes=5), board),
            "reopen": lambda: assignments.reopen(who, known, board),
            "place": lambda: remarks.place(who, known, None, Priority.HIGH, board),
            "spam": lambda: standing.hold(who, known, "spam", board),
            "block": lambda: standing.hold(who, known, "blocked", board),
            "unblock": lambda: standing.lift(who, known, "blocked", board),
        }
        acts[act]()

    def _key(self) -> str:
        return f"t{next(self.world.ids)}"

    def presence(self, agent_id: str, presence: Presence) -> None:
        desk.set_presence(desk.Caller(agent_id), presence, self.world.board)

    def wait(self, minutes: int) -> None:
        """Time passes for people who are there: their clients send heartbeats."""
        self.world.later(minutes=minutes)
        for agent_id in AGENTS:
            agent = self.world.board.agents.get(agent_id)
            if agent and agent.presence is not Presence.OFFLINE:
                desk.set_presence(desk.Caller(agent_id), agent.presence, self.world.board)
        self.world.sweep()

    def vanish(self, minutes: int) -> None:
        """Time passes and nobody's client says anything."""
        self.world.later(minutes=minutes)
        self.world.sweep()


def steps() -> st.SearchStrategy[Step]:
    agents = st.sampled_from(sorted(AGENTS))
    made: list[st.SearchStrategy[Step]] = [
        st.builds(lambda c, w: lambda s: s.text(c, w), st.integers(0, 3), st.sampled_from(TEXTS)),
        st.builds(lambda n: lambda s: s.redeliver(n), st.integers(0, 20)),
        st.builds(lambda a: lambda s: s.reply(a), agents),
        st.builds(lambda a: lambda s: s.resolve(a), agents),
        st.builds(lambda a, act, n: lambda s: s.act(a, act, n), agents, st.sampled_from(ACTS), st.integers(0, 9)),
        st.builds(lambda a, p: lambda s: s.presence(a, p), agents, st.sampled_from(Presence)),
        st.builds(lambda m: lambda s: s.wait(m), st.sampled_from([1, 11, 60 * 24 * 4])),
        st.builds(lambda m: lambda s: s.vanish(m), st.sampled_from([1, 3])),
    ]
    return st.one_of(made[0], *made)


@settings(max_examples=5, deadline=None)
@given(st.lists(steps(), min_size=4, max_size=12))
def test_no_story_loses_doubles_or_strands_anything(story: list[Step]) -> None:
    with make_world() as world:
        for agent_id, units in AGENTS.items():
            world.agent(agent_id, units=units, skills=("returns",) if agent_id == "ann" else ())
        told = Story(world)
        for step in story:
            step(told)
            world.settle()
            world.sweep()
            world.settle()
            audit(told)


def audit(story: Story) -> None:
    world = story.world
    conversations = world.all_conversations()
    agents = [agent for name in AGENTS if (agent := world.board.agents.get(name))]
    _no_capacity_drifts(agents, conversations)
    for conversation in conversations:
        _is_consistent(conversation, world)
        _does_not_wait_in_vain(conversation, agents, world)
    entries = [entry for conversation in conversations for entry in world.entries(conversation)]
    _nothing_is_lost_or_doubled(story, conversations, entries)


def _no_capacity_drifts(agents: list[Agent], conversations: list[Conversation]) -> None:
    held: Counter[str | None] = Counter()
    for conversation in conversations:
        held[conversation.owner] += conversation.cost
    for agent in agents:
        theirs = [known for known in conversations if known.owner == agent.agent_id]
        assert agent.free <= agent.units
        assert agent.free >= 0 or any(known.assigned_by for known in theirs)  # only people exceed it
        assert agent.units - agent.free == held[agent.agent_id]


def _is_consistent(conversation: Conversation, world: World) -> None:
    assert (conversation.owner is not None) == (conversation.status is Status.ASSIGNED)
    assert (conversation.cost > 0) == (conversation.status is Status.ASSIGNED)
    in_lane = {(w.thread, w.number) for w in world.conversations.heads(lane_of(conversation), 100)}
    waits = conversation.status is Status.WAITING
    assert ((conversation.thread, conversation.number) in in_lane) == waits
    if waits:
        assert conversation.awaiting_since
        assert lane_of(conversation) in world.board.queues.lanes(conversation.queue)


def _does_not_wait_in_vain(conversation: Conversation, agents: list[Agent], world: World) -> None:
    if conversation.status is Status.WAITING:
        case = case_of(conversation, agents, world.policy, "", world.now)
        assert all(objection(agent, case) for agent in case.candidates)


def _nothing_is_lost_or_doubled(story: Story, conversations: list[Conversation], entries: list[Entry]) -> None:
    said = sorted(entry.id for entry in entries if entry.direction == "inbound")
    assert said == sorted(message.provider_id for message in story.sent)
    heard = Counter(heard.message_id for conversation in conversations for heard in conversation.heard)
    assert heard == Counter(said)
    open_threads = Counter(conversation.thread for conversation in conversations if conversation.is_open)
    assert all(count == 1 for count in open_threads.values())
    acknowledged = Counter(e.conversation_id for e in entries if e.kind == "acknowledgement")
    assert all(count == 1 for count in acknowledged.values())
    outgoing = [(sent.conversation_id, sent.message_id) for sent in story.world.provider.taken]
    assert len(outgoing) == len(set(outgoing))
