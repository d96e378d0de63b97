"""Erasing a customer: everything of theirs that any store has, in steps that may be repeated (rule SEC-16).

What is to go is written down before anything goes, and each step finds what an earlier try left: files and the
provider's copies before the message that names them, messages before their conversation, conversations as long as the
request names their customer. Whatever a process was just writing meanwhile is found by a second look.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from switchboard.channels import Eraser
from switchboard.conversation import Conversation, Entry, thread_of
from switchboard.customer import Person, without
from switchboard.erasure import SETTLING, Asked, Erasure, Found, State, ask, begin, covers, finish, identify, is_over
from switchboard.errors import SwitchboardError
from switchboard.flows.board import Board
from switchboard.flows.media import key_of
from switchboard.flows.uploads import folders_of
from switchboard.ports import Bucket, EraseQueue

Record = Conversation | Entry


@dataclass(frozen=True, slots=True)
class Reach:
    """Where something of a customer can be, beside the tables.

    `provider` makes an eraser for a channel's name and an account's key, or None where the provider has no copies.
    """

    bucket: Bucket
    provider: Callable[[str, str], Eraser | None]


def erase(code: str, board: Board, reach: Reach, queue: EraseQueue) -> str:
    """Do what is left of a request; returns how far it got, as a code. Repeating it does no harm.

    Raises a retryable error where something is out of reach: the queue brings the request again.
    """
    begun = board.settle(lambda: _begin(code, board))
    if begun is None:
        return "nothing_left"
    known = board.settle(lambda: _part(begun.code, board))
    _ask_for_others(known, board, queue)
    board.settle(lambda: _forget_joins(known, board))
    threads = _threads(known, board)
    found = _count(record for thread in threads for record in _doomed(thread, known, board))
    board.settle(lambda: _note(code, found, board))
    for customer in known.customer_ids:
        board.places.forget(customer)
    left = sum(board.settle(partial(_erase_thread, thread, known, board, reach)) for thread in threads)
    return board.settle(lambda: _end(code, left, board, queue))


def _begin(code: str, board: Board) -> Erasure | None:
    known = board.erasures.get(code)
    if known is None or known.state is State.DONE:
        return None
    begun = begin(known, board.clock())
    return known if begun == known else board.erasures.save(known, begun)


def _part(code: str, board: Board) -> Erasure:
    """Write down whose conversations go, then remove the contact: who writes from now on is somebody new."""
    known = _known(code, board)
    contact = board.customers.contact(known.address or "")
    if contact is None:
        return known
    is_new = contact.met_at is not None and not covers(known, contact.met_at)
    if is_new and contact.customer_id not in known.customer_ids:
        return known
    after = identify(known, contact.customer_id, contact.consents, contact.undeliverable)
    others = board.customers.person(contact.customer_id).customers
    after = replace(after, customer_ids=tuple(dict.fromkeys((*after.customer_ids, *others))))
    written = known if after == known else board.erasures.save(known, after)
    board.customers.forget(contact)
    return written


def _known(code: str, board: Board) -> Erasure:
    known = board.erasures.get(code)
    if known is None:
        raise LookupError("an erasure that was begun is gone")
    return known


def _threads(known: Erasure, board: Board) -> list[str]:
    """By the index, and where a chat would be, since the index may lag."""
    chats = [thread_of(account, customer) for customer in known.customer_ids for account in board.policy.accounts]
    listed = [thread for customer in known.customer_ids for thread in board.conversations.threads(customer)]
    return list(dict.fromkeys((*listed, *chats)))


def _doomed(thread: str, known: Erasure, board: Board) -> Sequence[Record]:
    """What of a thread is from before, conversations last: what has come since stays."""
    records = board.conversations.everything(thread)
    conversations = [one for one in records if isinstance(one, Conversation) and covers(known, one.opened_at)]
    numbers = {one.number for one in conversations}
    others = [one for one in records if not isinstance(one, Conversation)]
    return [*(one for one in others if one.number in numbers or covers(known, one.at)), *conversations]


def _count(records: Iterable[Record]) -> Found:
    found = list(records)
    entries = [one for one in found if isinstance(one, Entry)]
    return Found(
        conversations=sum(isinstance(one, Conversation) for one in found),
        messages=len(entries),
        files=sum(len(entry.attachments) for entry in entries),
    )


def _note(code: str, found: Found, board: Board) -> None:
    known = _known(code, board)
    after = replace(known, found=known.found | found)
    if after != known:
        board.erasures.save(known, after)


def _ask_for_others(known: Erasure, board: Board, queue: EraseQueue) -> None:
    """A customer may have several addresses: each is erased by a request of its own, and has its own tombstone."""
    listed = {address for customer in known.customer_ids for address in board.customers.addresses(customer)}
    for address in sorted(listed - {known.address}):
        contact = board.customers.contact(address)
        if contact and contact.customer_id in known.customer_ids:
            board.settle(partial(_ask, address, known, board))
            queue.look(board.erasures.code_of(address), timedelta(0))


def _forget_joins(known: Erasure, board: Board) -> None:
    """Nothing says any more that they were one person, nor of which tier: not with those who were parted, either."""
    gone = set(known.customer_ids)
    for customer in known.customer_ids:
        person = board.customers.person(customer)
        for former in sorted({end for each in person.joins for end in (each.one, each.other)} - gone):
            _forget_in(board.customers.person(former), gone, board)
        _forget_in(board.customers.person(customer), gone, board)


def _forget_in(person: Person, gone: set[str], board: Board) -> None:
    named = {*person.customers, *(end for each in person.joins for end in (each.one, each.other))}
    if person.revision and named & gone:
        board.customers.regroup((person,), without(person, gone))


def _ask(address: str, because: Erasure, board: Board) -> None:
    code = board.erasures.code_of(address)
    other = board.erasures.get(code)
    if other is None or other.state is State.DONE:
        board.erasures.save(other, ask(other, code, address, Asked(by=f"link:{because.code}", at=board.clock())))


def _erase_thread(thread: str, known: Erasure, board: Board, reach: Reach) -> int:
    """Remove what is doomed in a thread; returns how many copies a provider refuses to delete."""
    left, doomed = 0, _doomed(thread, known, board)
    closing = {one.number for one in doomed if isinstance(one, Conversation)}
    _forget_bookmarks(thread, closing, board)
    for record in doomed:
        if isinstance(record, Conversation):
            for folder in folders_of(record):
                reach.bucket.remove_all(folder)
            _close(record, board)
            continue
        left += _erase_copies(record, reach)
        board.conversations.remove(record)
    _forget_bookmarks(thread, closing, board)  # whoever kept a draft meanwhile saw its conversation, or takes it back
    return left


def _forget_bookmarks(thread: str, closing: Collection[int], board: Board) -> None:
    for bookmark in board.bookmarks.within(thread) if closing else ():
        if bookmark.number in closing:
            board.bookmarks.forget(bookmark)


def _close(known: Conversation, board: Board) -> None:
    """What was decided about it goes first; its agent has room again, and whoever waits is offered."""
    board.decisions.forget(known.id)
    board.conversations.forget(known, board.clock())
    if known.owner:
        board.agents.ensure_listed(known.owner, board.new_id())
        board.router_queue.look_again({"agent_id": known.owner}, timedelta(0))


def _erase_copies(entry: Entry, reach: Reach) -> int:
    """Remove what lies elsewhere: files, and the provider's copy. Returns 1 if that one has to stay."""
    reach.bucket.remove(_keys(entry))
    theirs = (entry.id,) if entry.direction == "inbound" else (*entry.sent_parts, entry.provider_id)
    named = [one for one in theirs if one]
    try:
        eraser = reach.provider(entry.channel, entry.account) if named else None
        if eraser:
            for one in named:
                eraser.forget(one)
    except SwitchboardError as error:
        if error.retryable:
            raise
        return 1
    return 0


def _keys(entry: Entry) -> list[str]:
    """Of all objects that belong to a message; of a file also where its copy would be, if none is recorded yet."""
    files = (file.key or key_of(entry, n) for n, file in enumerate(entry.attachments))
    return [key for key in (entry.raw, entry.content, *files) if key]


def _end(code: str, left: int, board: Board, queue: EraseQueue) -> str:
    """Done, if nobody can be writing any more; else look once more."""
    known, now = _known(code, board), board.clock()
    if known.state is not State.RUNNING or known.until is None:
        return "asked_again"  # that request has its own message in the queue
    noted = replace(known, found=known.found | Found(left_at_provider=left))
    if is_over(known, now):
        board.erasures.save(known, finish(noted, now))
        return "done"
    if noted != known:
        board.erasures.save(known, noted)
    queue.look(code, _rest(known.until, now))
    return "looks_again"


def _rest(until: datetime, now: datetime) -> timedelta:
    return until + SETTLING - now
