"""Passing mail on: messages of an exchange go to others, and what these answer comes back into it.

It answers nobody: whoever waits goes on waiting, with the same promise and the same agent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from switchboard.channels import channel
from switchboard.conversation import Conversation, Entry, pass_on
from switchboard.errors import NotFoundError, RefusedError, UnfitError
from switchboard.flows.board import Board
from switchboard.flows.bookmarks import said
from switchboard.flows.copies import check_recipients
from switchboard.flows.desk import Caller, find, may_change, reply_entry
from switchboard.flows.exchanges import merge
from switchboard.flows.files import must_be_clean, whole_of
from switchboard.flows.uploads import files_of, is_ours, must_fit_in_all
from switchboard.message import Attachment, Party
from switchboard.ports import MediaStore, RawStore

MOST_FORWARDED = 50
LONGEST = 60_000
"""Characters of all that is passed on; the rest is left out, and that is said."""

_HEADING = "---------- Forwarded message ----------"
_CUT = "\n[…]"


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What goes to whom: addresses, words of the agent's own, ids of messages; None is the customer's newest."""

    to: Sequence[str]
    note: str
    message_ids: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Archive:
    """Where whole messages and files lie; `is_scanned` says that files must have been found clean (rule SEC-10)."""

    raw: RawStore
    media: MediaStore
    is_scanned: bool


def forward(
    caller: Caller, conversation_id: str, wanted: PassedOn, key: str, board: Board, archive: Archive
) -> tuple[Entry, bool]:
    """Pass messages on; returns the mail, and whether this call wrote it: the same key again returns the first.

    Raises `UnfitError` for recipients that can't be, `NotFoundError` for messages that aren't there, `RefusedError`
    where a file is not to be had yet, or is harmful.
    """

    def attempt() -> tuple[Entry, bool]:
        known = find(caller, conversation_id, board)
        entry_id = f"forward.{known.number}.{key}"
        if written := board.conversations.entry(known.thread, entry_id):
            return written, False
        may_change(caller, known)
        recipients = check_recipients(wanted.to, "to", known, board)
        messages = _chosen(wanted.message_ids, board.conversations.entries(known.thread, known.number))
        files = _files(messages, known, board, archive)
        identity = channel(known.channel).identity
        after = pass_on(known, merge(known.participants, (identity(party.address) for party in recipients)))
        ours = board.policy.accounts[known.account].address
        passages = ("\n".join(_passage(entry, known, ours, archive)) for entry in messages)
        text = _text(wanted.note, "\n\n".join(passages))
        entry = reply_entry(after, entry_id, caller.agent_id, text, board.clock())
        entry = replace(entry, kind="forward", to=recipients, subject=known.subject, attachments=files)
        board.conversations.write(known, after, entry)
        return entry, True

    entry, is_new = board.settle(attempt)
    said(entry, board)
    return entry, is_new


def _chosen(message_ids: Sequence[str] | None, entries: Sequence[Entry]) -> list[Entry]:
    said = [entry for entry in entries if entry.direction != "internal" and entry.change != "deleted"]
    if message_ids is None:
        newest = [entry for entry in said if entry.direction == "inbound"][-1:]
        if not newest:
            raise RefusedError("the customer has not written yet: name the messages to pass on in message_ids")
        return newest
    found = [entry for entry in said if entry.id in message_ids]
    if missing := set(message_ids) - {entry.id for entry in found}:
        raise NotFoundError(f"message_ids: {len(missing)} of them are no messages of this conversation: leave them out")
    return found


def _files(messages: Sequence[Entry], known: Conversation, board: Board, archive: Archive) -> tuple[Attachment, ...]:
    """Theirs, each once, without what was refused to us already."""
    found: dict[str, Attachment] = {}
    for entry in messages:
        for n, file in enumerate(entry.attachments):
            if file.is_awaited:
                raise RefusedError("a file is not fetched yet: try again in a moment")
            if file.key is None:
                continue
            if archive.is_scanned and not is_ours(entry, n):
                must_be_clean(archive.media.verdict(file.key))
            found[file.key] = file.model_copy(update={"inline": False})
    rule = files_of(known, board)
    if len(found) > rule.most:
        raise UnfitError(f"message_ids: they have more than {rule.most} files: pass on fewer at once")
    must_fit_in_all(found.values(), rule)
    return tuple(found.values())


def _text(note: str, words: str) -> str:
    shortened = words if len(words) <= LONGEST else words[: LONGEST - len(_CUT)] + _CUT
    return f"{note.rstrip()}\n\n{shortened}" if note.strip() else shortened


def _passage(entry: Entry, known: Conversation, ours: str, archive: Archive) -> Iterator[str]:
    author = Party(address=ours if entry.direction == "outbound" else known.address)
    yield _HEADING
    yield f"From: {_shown(entry.sender or author)}"
    yield f"Date: {entry.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    yield f"Subject: {entry.subject or known.subject or ''}".rstrip()
    content = whole_of(entry, archive.raw)
    yield ""
    yield content.full_text or content.text


def _shown(party: Party) -> str:
    return f"{party.name} <{party.address}>" if party.name else party.address
