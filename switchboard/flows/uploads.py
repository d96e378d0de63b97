"""Files that go with an agent's answer: put into our bucket by their console, checked, kept once they are sent.

Until then they lie apart, for a day, and can still be put anew by whoever has the URL; so an answer has a copy of its
own, which nobody writes again. Both are found by their conversation when its customer is erased.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from switchboard.channels import channel
from switchboard.channels.files import MEGABYTE, Files, check, check_bytes, check_size
from switchboard.conversation import Conversation, Entry
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.filetype import SNIFFED
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find, holder_of
from switchboard.flows.files import OUTGOING, must_be_clean, plain_name
from switchboard.message import Attachment
from switchboard.ports import Shelf, UrlOf

UPLOADS = "uploads/"
"""Where files lie until they are sent; from then on that is `OUTGOING`."""
LIVES = timedelta(minutes=10)
"""Within which a file is to be put where it was asked for."""
LINKED = timedelta(days=30)
"""Within which a link hands a file out."""
LONGEST_NAME = 100
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class Declared:
    """What an agent says of a file; `size` in bytes."""

    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Where a file is to be PUT, with which headers, and until when."""

    upload_id: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


def ask(caller: Caller, conversation_id: str, file: Declared, upload_id: str, board: Board, shelf: Shelf) -> Upload:
    """Say where a file is to be put that is to go with an answer to this conversation, under an id nobody guesses.

    Raises `UnfitError` for what may not be sent, `ForbiddenError` for whoever does not own the conversation.
    """
    known = find(caller, conversation_id, board)
    if holder_of(known) != caller.agent_id:
        raise ForbiddenError("somebody else owns this conversation, or nobody yet: take it over first")
    name, kind = plain_name(file.filename), file.content_type.partition(";")[0].strip().lower()
    check(name, kind, file.size, files_of(known, board))
    url, headers = shelf.offer(_key(known, caller, upload_id), name, kind, file.size, LIVES)
    return Upload(upload_id=upload_id, url=url, headers=headers, expires_at=board.clock() + LIVES)


def enclose(
    caller: Caller, known: Conversation, upload_ids: Sequence[str], board: Board, shelf: Shelf, *, scanned: bool
) -> tuple[Attachment, ...]:
    """Check an answer's files and keep them; `scanned` says that each must have been found clean first (rule SEC-10).

    Raises `UnfitError` for what is unknown or doesn't fit, `RefusedError` for what was not put yet, or is harmful.
    """
    rule, ids = files_of(known, board), list(dict.fromkeys(upload_ids))
    if len(ids) > rule.most:
        raise UnfitError(f"attachments: {rule.most} at most go with one answer: send the others with another")
    found = [_checked(_key(known, caller, one), rule, shelf, scanned=scanned) for one in ids]
    must_fit_in_all(found, rule)
    return tuple(_kept(file, f"{OUTGOING}{known.id}/{one}", shelf) for file, one in zip(found, ids, strict=True))


def hand_out(conversation_id: str, file_id: str, shelf: Shelf, url_of: UrlOf, at: datetime) -> str:
    """Where a file can be had that went to a customer as a link; raises `NotFoundError` if it is gone."""
    key = f"{OUTGOING}{conversation_id}/{file_id}"
    file = shelf.look(key)
    if at - file.at > LINKED:
        raise NotFoundError("the link is too old")
    return url_of(key, file.filename, file.content_type)


def files_of(known: Conversation, board: Board) -> Files:
    """What files an answer to a conversation may have."""
    ours = board.policy.accounts.get(known.account)
    return channel(known.channel).files_of(ours.address if ours else "", known.address)


def must_fit_in_all(files: Iterable[Attachment], rule: Files) -> None:
    """Raise `UnfitError` for more bytes than one message takes; what goes as a link takes no room in it."""
    sizes = [(file.content_type, file.size or 0) for file in files]
    if sum(size for content_type, size in sizes if not rule.links or rule.takes(content_type, size)) > rule.total:
        raise UnfitError(f"attachments: {rule.total / MEGABYTE:g} MB in all at most: send some with another message")


def folders_of(known: Conversation) -> tuple[str, str]:
    """Where all that was ever uploaded for a conversation lies."""
    return f"{UPLOADS}{known.id}/", f"{OUTGOING}{known.id}/"


def is_ours(entry: Entry, n: int) -> bool:
    """Whether an agent put this file there, so that it was scanned before it was sent."""
    return (entry.attachments[n].key or "").startswith(OUTGOING)


def _key(known: Conversation, caller: Caller, upload_id: str) -> str:
    return f"{UPLOADS}{known.id}/{caller.agent_id}/{upload_id}"


def _checked(key: str, rule: Files, shelf: Shelf, *, scanned: bool) -> Attachment:
    try:
        file = shelf.look(key)
    except NotFoundError:
        raise RefusedError(
            "attachments: an upload is not there, or is not yours, or is over a day old: put the file to its url, or "
            "ask for a new one"
        ) from None
    if file.size != file.declared:
        raise UnfitError("attachments: a file is not of the size that was declared: upload it again")
    check_size(file.content_type, file.size, rule)
    sniffed = check_bytes(shelf.head(key, SNIFFED), file.content_type)
    if scanned:
        must_be_clean(shelf.verdict(key))
    return Attachment(
        filename=file.filename, content_type=file.content_type, size=file.size, sniffed_type=sniffed, key=key
    )


def _kept(file: Attachment, key: str, shelf: Shelf) -> Attachment:
    shelf.copy(file.key or "", key)
    return file.model_copy(update={"key": key})
