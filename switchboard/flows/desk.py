"""What an agent does: says that they are there, reads, answers, resolves. And what a lead sees: the quarantine."""

from dataclasses import dataclass
from datetime import datetime

from switchboard import conversation as transition
from switchboard.channels import channel
from switchboard.conversation import Conversation, Decision, Entry, Status, split_id
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows.board import Board
from switchboard.flows.dispatch import has_room
from switchboard.flows.release import release_all
from switchboard.message import DeliveryStatus
from switchboard.routing import Agent, Presence


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from a verified token: the agent, and whether they lead."""

    agent_id: str
    is_lead: bool = False


def set_presence(caller: Caller, presence: Presence, board: Board) -> Agent:
    """Say online, away or offline; online again and again is the heartbeat.

    Coming online gets work at once; going offline hands all work on. Raises `NotFoundError` for whom no lead has added.
    """
    now = board.clock()
    before = me(caller, board)
    due_at = now if presence is Presence.OFFLINE else now + board.policy.times.grace
    agent = board.agents.set_presence(caller.agent_id, presence, due_at, now)
    if presence is Presence.OFFLINE:
        release_all(caller.agent_id, "agent_offline", board)
    elif presence is Presence.ONLINE and before.presence is not Presence.ONLINE:
        has_room(caller.agent_id, board)
    elif presence is Presence.ONLINE and agent.free > 0:
        board.agents.ensure_listed(caller.agent_id, board.new_id())
    return board.agents.get(caller.agent_id) or agent


def me(caller: Caller, board: Board) -> Agent:
    """The caller's own record; raises `NotFoundError`."""
    agent = board.agents.get(caller.agent_id)
    if agent is None:
        raise NotFoundError("no agent with this sign-in: a lead must add them first")
    return agent


def my_conversations(caller: Caller, board: Board) -> list[Conversation]:
    """What the caller owns, the longest waiting first."""
    found = [board.conversations.get(*at) for at in board.conversations.owned(caller.agent_id)]
    mine = [conversation for conversation in found if conversation and conversation.owner == caller.agent_id]
    return sorted(mine, key=lambda c: (c.awaiting_since is None, c.awaiting_since or c.opened_at))


def read(caller: Caller, conversation_id: str, board: Board) -> tuple[Conversation, list[Entry], Decision | None]:
    """A conversation with its messages, and why its agent has it.

    An agent sees their own and their queues', a lead sees all.
    """
    known = _find(caller, conversation_id, board)
    decision = board.conversations.decision(known.thread, known.number) if known.owner else None
    return known, board.conversations.entries(known.thread, known.number), decision


def read_message(caller: Caller, conversation_id: str, message_id: str, board: Board) -> Entry:
    """One message of a conversation that the caller may see; raises `NotFoundError`."""
    known = _find(caller, conversation_id, board)
    entry = board.conversations.entry(known.thread, message_id)
    if entry is None or entry.number != known.number:
        raise NotFoundError("there is no such message in this conversation")
    return entry


def _find(caller: Caller, conversation_id: str, board: Board) -> Conversation:
    try:
        known = board.conversations.get(*split_id(conversation_id))
    except ValueError:
        known = None
    if known is None:
        raise NotFoundError("there is no such conversation")
    if not caller.is_lead and caller.agent_id not in {known.owner, known.last_agent}:
        agent = me(caller, board)
        if known.queue not in agent.queues:
            raise NotFoundError("there is no such conversation")
    return known


def reply(caller: Caller, conversation_id: str, text: str, key: str, board: Board) -> tuple[Entry, bool]:
    """Answer a customer on their own channel; returns the message, and whether this call wrote it.

    The same key again returns what was written first: a weak network sends no answer twice. Raises `ForbiddenError`
    for whoever does not own the conversation, `RefusedError` where the customer may not be written to.
    """

    def attempt() -> tuple[Entry, bool]:
        known = _find(caller, conversation_id, board)
        entry_id = f"reply.{known.number}.{key}"
        if written := board.conversations.entry(known.thread, entry_id):
            return written, False
        _may_write(caller, known, board)
        _must_fit(text, known)
        now, policy = board.clock(), board.policy
        linger = policy.times.linger_of(known.channel)
        after = transition.answer(known, caller.agent_id, now, policy.hours_of(known.queue), linger)
        entry = _reply_entry(after, entry_id, caller.agent_id, text, now)
        board.conversations.write(known, after, entry)
        return entry, True

    return board.settle(attempt)


def _may_write(caller: Caller, known: Conversation, board: Board) -> None:
    if known.status is Status.RESOLVED:
        raise RefusedError("the conversation is resolved: the customer's next message opens a new one")
    owner = known.owner or (known.last_agent if known.status is Status.IDLE else None)
    if owner != caller.agent_id:
        raise ForbiddenError("somebody else owns this conversation, or nobody yet")
    contact = board.customers.contact(channel(known.channel).contact(known.address))
    if contact and contact.undeliverable:
        raise RefusedError("this address bounced, complained or blocked us: reach the customer another way")
    if contact and not contact.consent(known.account).allows_replies:
        raise RefusedError("the customer opted out of messages on this number: they must send START first")
    window = channel(known.channel).window_of(board.policy.accounts[known.account].address)
    if window and board.clock() - known.heard[-1].at > window:
        raise RefusedError("the customer wrote too long ago: this network takes no answer until they write again")


def _must_fit(text: str, known: Conversation) -> None:
    spoken = channel(known.channel)
    if (length := spoken.text_length(text)) > spoken.text_limit:
        raise UnfitError(f"text: {known.channel} takes {spoken.text_limit} at most and this is {length}: shorten it")


def _reply_entry(after: Conversation, entry_id: str, agent_id: str, text: str, at: datetime) -> Entry:
    return Entry(
        id=entry_id,
        thread=after.thread,
        number=after.number,
        account=after.account,
        channel=after.channel,
        direction="outbound",
        author="agent",
        kind="message",
        text=text,
        at=at,
        agent_id=agent_id,
        position=after.outbound,
        status=DeliveryStatus.QUEUED,
    )


def resolve(caller: Caller, conversation_id: str, board: Board, *, leave_unanswered: bool) -> Conversation:
    """End a conversation and give its slot to the next. Resolving it twice is resolving it once."""

    def attempt() -> tuple[Conversation, str | None]:
        known = _find(caller, conversation_id, board)
        if known.status is Status.RESOLVED:
            return known, None
        if not caller.is_lead and caller.agent_id not in {known.owner, known.last_agent}:
            raise ForbiddenError("somebody else owns this conversation, or nobody yet")
        after = transition.resolve(known, leave_unanswered=leave_unanswered)
        if known.owner:
            return board.conversations.free(known, after, board.clock()), known.owner
        return board.conversations.save(known, after), None

    resolved, freed = board.settle(attempt)
    if freed:
        has_room(freed, board)
    return resolved
