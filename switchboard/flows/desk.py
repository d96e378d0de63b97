"""What an agent does: says that they are there, reads, answers, resolves. And what a lead sees: the quarantine."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from switchboard import conversation as transition
from switchboard.channels import channel
from switchboard.conversation import Conversation, Decision, Entry, Status, split_id
from switchboard.decisions import seen
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, SwitchboardError, UnfitError
from switchboard.flows.board import Board
from switchboard.flows.bookmarks import answered
from switchboard.flows.dispatch import has_room
from switchboard.flows.places import leave
from switchboard.flows.recount import count_online
from switchboard.flows.release import release_all
from switchboard.message import DeliveryStatus
from switchboard.ports import Contact
from switchboard.routing import Agent, Presence
from switchboard.shift import is_over, silent_until


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as somebody read it: its revision, and the position of our newest message then."""

    revision: int
    outbound: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from a verified token: the agent, and whether they lead.

    `seen` is the conversation on which they decided; without it they are content with whatever it has become. `as_of`
    is a time before it was looked up whether they lead.
    """

    agent_id: str
    is_lead: bool = False
    seen: Seen | None = None
    as_of: datetime | None = None


class ChangedError(SwitchboardError):
    """A conversation is not as the caller has seen it; `known` is what it is now, `answer` a colleague's by then."""

    def __init__(self, message: str, known: Conversation, answer: Entry | None = None) -> None:
        super().__init__(message)
        self.known = known
        self.answer = answer


def must_be_as_seen(caller: Caller, known: Conversation) -> None:
    """Raise `ChangedError` if a conversation is not what the caller decided on any more."""
    if caller.seen and caller.seen.revision != known.revision:
        raise ChangedError(
            "the conversation changed since you read it: look at what it is now, and decide again", known
        )


def _must_be_unanswered(caller: Caller, known: Conversation, board: Board) -> None:
    """Raise `ChangedError` if a colleague has answered since. What else changed does not make an answer wrong."""
    if caller.seen is None or known.outbound <= caller.seen.outbound:
        return
    said = board.conversations.entries(known.thread, known.number)
    unseen = [entry for entry in said if (entry.position or 0) > caller.seen.outbound and entry.author == "agent"]
    answers = [entry for entry in unseen if entry.kind != "forward" and entry.agent_id != caller.agent_id]
    if answers:
        at = f"{answers[-1].at:%Y-%m-%d %H:%M:%S} UTC"
        remedy = "read it again, and send yours if it is still needed"
        raise ChangedError(f"a colleague answered at {at}: {remedy}", known, answers[-1])


def set_presence(caller: Caller, presence: Presence, board: Board) -> Agent:
    """Say online, away or offline; online again and again is the heartbeat.

    Coming online gets work at once; going offline hands all work on, and so does the end of a shift. Raises
    `NotFoundError` for whom no lead has added, `RefusedError` for whoever comes to a shift that is over.
    """
    now = board.clock()
    before = me(caller, board)
    if presence is not Presence.OFFLINE and is_over(before, now):
        set_presence(caller, Presence.OFFLINE, board)
        raise RefusedError("your shift is over: name a new end for it first, or none")
    due_at = now if presence is Presence.OFFLINE else silent_until(before, now, board.policy.times.grace)
    agent = board.agents.set_presence(caller.agent_id, presence, due_at, now)
    if presence is not before.presence:
        board.decisions.record([seen(agent, now)])
        count_online(agent, caller.agent_id, board)
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
    known = find(caller, conversation_id, board)
    by_machine = known.owner and not known.assigned_by
    decision = board.decisions.latest(known.id) if by_machine else None
    return known, board.conversations.entries(known.thread, known.number), decision


def read_message(caller: Caller, conversation_id: str, message_id: str, board: Board) -> Entry:
    """One message of a conversation that the caller may see; raises `NotFoundError`."""
    known = find(caller, conversation_id, board)
    entry = board.conversations.entry(known.thread, message_id)
    if entry is None or entry.number != known.number:
        raise NotFoundError("there is no such message in this conversation")
    return entry


def find(caller: Caller, conversation_id: str, board: Board) -> Conversation:
    """A conversation that the caller may see: their own, their queues', and a lead all; raises `NotFoundError`."""
    known = _get(conversation_id, board)
    if known is None:
        raise NotFoundError("there is no such conversation")
    if not may_see(caller, known, ()) and not may_see(caller, known, me(caller, board).queues):
        raise NotFoundError("there is no such conversation")
    return known


def may_see(caller: Caller, known: Conversation, queues: Collection[str]) -> bool:
    """Whether a conversation is the caller's own, or of these queues, which are theirs; a lead sees all."""
    return caller.is_lead or caller.agent_id in {known.owner, known.last_agent} or known.queue in queues


def find_again(caller: Caller, conversation_id: str, board: Board) -> Conversation:
    """The same for what may take a conversation out of one's sight: whoever changed it last may ask for it again."""
    known = _get(conversation_id, board)
    return known if known and known.changed_by == caller.agent_id else find(caller, conversation_id, board)


def _get(conversation_id: str, board: Board) -> Conversation | None:
    try:
        return board.conversations.get(*split_id(conversation_id))
    except ValueError:
        return None


def as_it_is(_known: Conversation, entry: Entry) -> Entry:
    """An answer of words alone, to whom it answers."""
    return entry


def reply(
    caller: Caller,
    conversation_id: str,
    text: str,
    key: str,
    board: Board,
    complete: Callable[[Conversation, Entry], Entry] = as_it_is,
) -> tuple[Entry, bool]:
    """Answer a customer on their own channel; returns the message, and whether this call wrote it.

    The same key again returns what was written first: a weak network sends no answer twice. `complete` adds to the
    message what it has beside its words, or raises what is wrong with that. Raises `ForbiddenError`
    for whoever does not own the conversation, `ChangedError` if a colleague answered since the caller read it,
    `RefusedError` where the customer may not be written to.
    """

    def attempt() -> tuple[Entry, bool]:
        known = find(caller, conversation_id, board)
        entry_id = f"reply.{known.number}.{key}"
        if written := board.conversations.entry(known.thread, entry_id):
            answered(known, written, board)
            return written, False
        _must_be_unanswered(caller, known, board)
        _may_write(caller, known, board)
        must_fit(text, known.channel)
        now, policy = board.clock(), board.policy
        linger = policy.times.linger_of(known.channel)
        after = transition.answer(known, caller.agent_id, now, policy.hours_of(known.queue), linger)
        entry = complete(known, reply_entry(after, entry_id, caller.agent_id, text, now))
        board.conversations.write(known, transition.say(after, entry.id, entry.at), entry)
        answered(known, entry, board)
        return entry, True

    return board.settle(attempt)


def may_change(caller: Caller, known: Conversation) -> None:
    """Raise `RefusedError` for what is resolved, `ForbiddenError` for what is somebody else's."""
    if known.status is Status.RESOLVED:
        raise RefusedError("the conversation is resolved: reopen it; the customer's next message opens a new one")
    if holder_of(known) != caller.agent_id:
        raise ForbiddenError("somebody else owns this conversation, or nobody yet")


def _may_write(caller: Caller, known: Conversation, board: Board) -> None:
    may_change(caller, known)
    contact = board.customers.contact(channel(known.channel).contact(known.address))
    may_reach(contact, known.account, known.heard[-1].at if known.heard else None, board)


def holder_of(known: Conversation) -> str | None:
    """Whose it is: its owner's, or its last agent's while it rests."""
    return known.owner or (known.last_agent if known.status in {Status.IDLE, Status.SNOOZED} else None)


def may_reach(contact: Contact | None, account: str, heard_at: datetime | None, board: Board) -> None:
    """Raise `RefusedError` with the reason why a customer may not be written to, who last wrote at `heard_at`."""
    if contact and contact.mark:
        raise RefusedError("we hold this customer for spam, or blocked them: lift that first")
    if contact and contact.undeliverable:
        raise RefusedError("this address bounced, complained or blocked us: reach the customer another way")
    if contact and not contact.consent(account).allows_replies:
        raise RefusedError("the customer opted out of messages on this number: they must send START first")
    known = board.policy.accounts[account]
    window = channel(known.channel).window_of(known.address)
    if window and (heard_at is None or board.clock() - heard_at > window):
        raise RefusedError("the customer wrote too long ago: this network takes no answer until they write again")


def must_fit(text: str, channel_name: str) -> None:
    """Raise `UnfitError` for a text that is longer than a channel takes."""
    spoken = channel(channel_name)
    if (length := spoken.text_length(text)) > spoken.text_limit:
        raise UnfitError(f"text: {channel_name} takes {spoken.text_limit} at most and this is {length}: shorten it")


def reply_entry(after: Conversation, entry_id: str, agent_id: str, text: str, at: datetime) -> Entry:
    """What an agent says, at the conversation's newest position."""
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
        known = find(caller, conversation_id, board)
        if known.status is Status.RESOLVED:
            return known, None
        if not caller.is_lead and caller.agent_id not in {known.owner, known.last_agent}:
            raise ForbiddenError("somebody else owns this conversation, or nobody yet")
        must_be_as_seen(caller, known)
        now = board.clock()
        after = replace(transition.resolve(known, now, leave_unanswered=leave_unanswered), changed_by=caller.agent_id)
        if known.owner:
            return board.conversations.free(known, after, now), known.owner
        saved = board.conversations.save(known, after)
        leave(known, board)
        return saved, None

    resolved, freed = board.settle(attempt)
    if freed:
        has_room(freed, board)
    return resolved
