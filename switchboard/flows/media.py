"""Customers' files: fetched once their message is safe, and kept apart until they are released.

Rules X-1, TW-10, FB-5, WA-9 and LN-6 say what is fetched and when, SEC-8 and SEC-10 how. Only what a channel's own
reader took for an attachment is: a link in a text is text (rule SEC-9).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from io import BytesIO
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, TypeAlias

from switchboard.channels import channel
from switchboard.channels.media import Answer, Download, Enclosed, Remote, require
from switchboard.conversation import Entry
from switchboard.errors import (
    ConflictError,
    MediaRefusedError,
    MediaUnavailableError,
    NotFoundError,
    SecretMissingError,
    UnavailableError,
)
from switchboard.filetype import SNIFFED, holds_test_virus, sniff
from switchboard.message import Attachment
from switchboard.ports import Bucket, Clock, Conversations, MediaStore, RawStore, Secrets, Web

PREFIX = "media/"
TRIES = 12
"""Of a message, with growing pauses: they outlast an hour's outage of its network."""
NOT_FETCHED = {"ephemeral": "ephemeral", "virus": "malware"}
"""Flags of messages whose files are left alone (rules IG-2, EM-3), with what is recorded instead."""

_BEGIN_WITHIN = 20.0
"""Seconds of a run after which no further file is begun: what is left comes with the next."""
_LONGEST_ANSWER = 256 * 1024

Write: TypeAlias = Callable[[int, IO[bytes]], None]
"""Writes the n-th file of a message into a file of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What fetching takes. `web` is of a channel's network, `stopwatch` tells seconds."""

    conversations: Conversations
    secrets: Secrets
    raw: Bucket
    store: MediaStore
    web: Callable[[str], Web]
    clock: Clock
    stopwatch: Callable[[], float] = monotonic


def fetch_files(thread: str, entry_id: str, means: Means, *, is_last_try: bool = False) -> str:
    """Fetch what a message has of files that nobody has looked at; returns what was done, as a code.

    What can't be had for good is recorded with a code in its place; after the last try that is `unavailable`. Safe to
    repeat. Raises `UnavailableError` or `SecretMissingError` where something is to be tried again.
    """
    entry = means.conversations.entry(thread, entry_id)
    if entry is None or not _is_awaited(entry):
        return "nothing_to_fetch"
    files, delay = _fetch_all(entry, means)
    if delay and is_last_try:
        files = tuple(_refused(file, "unavailable") if file.is_awaited else file for file in files)
    is_recorded = files == entry.attachments or _record(entry, files, means)
    if delay and is_recorded and not is_last_try:
        raise delay
    return "fetched" if is_recorded else "superseded"


def forget_files(keys: Sequence[str], means: Means) -> None:
    """Remove our copies of what its sender took back (rules FB-4, WA-4, LN-4)."""
    means.raw.remove(keys)


def key_of(entry: Entry, n: int) -> str:
    """Where the copy of a message's n-th file lies: the same for each try, another once the sender changed it."""
    version = f"{entry.changed_by_sender_at:%Y%m%dT%H%M%S%f}/" if entry.changed_by_sender_at else ""
    return f"{PREFIX}{entry.account}/{entry.id}/{version}{n}"


def _is_awaited(entry: Entry) -> bool:
    return any(file.is_awaited for file in entry.attachments)


def _refused(file: Attachment, code: str) -> Attachment:
    return file.model_copy(update={"refusal": code})


def _fetch_all(
    entry: Entry, means: Means
) -> tuple[tuple[Attachment, ...], UnavailableError | SecretMissingError | None]:
    """Every file as it then is, and why some are still awaited."""
    files, delay = list(entry.attachments), None
    until = means.stopwatch() + _BEGIN_WITHIN
    try:
        write = _source(entry, means)
    except (UnavailableError, SecretMissingError) as error:
        return entry.attachments, error
    for n in [n for n, file in enumerate(files) if file.is_awaited]:
        try:
            if means.stopwatch() > until:
                raise MediaUnavailableError("there are more files than one run has time for")
            files[n] = _fetch(n, entry, write, means.store)
        except MediaRefusedError as error:
            files[n] = _refused(files[n], error.code)
        except UnavailableError as error:
            delay = error
    return tuple(files), delay


def _fetch(n: int, entry: Entry, write: Write, store: MediaStore) -> Attachment:
    """Copy one file, and describe the copy: what it was said to be is not believed."""
    with TemporaryFile() as copy:
        write(n, copy)
        if holds_test_virus(copy):
            raise MediaRefusedError("malware")
        key = key_of(entry, n)
        found = {"key": key, "size": copy.tell()}
        copy.seek(0)
        found["sha256"] = file_digest(copy, "sha256").hexdigest()
        copy.seek(0)
        found["sniffed_type"] = sniff(copy.read(SNIFFED))
        copy.seek(0)
        store.put(key, copy)
    return entry.attachments[n].model_copy(update=found)


def _source(entry: Entry, means: Means) -> Write:
    """Where the files of a message come from."""
    for flag in entry.flags:
        if flag in NOT_FETCHED:
            return _nothing(NOT_FETCHED[flag])
    media = channel(entry.channel).media
    if isinstance(media, Remote):
        return _network(media, entry, means)
    return _raw(media, entry, means.raw) if media else _nothing("unreadable")


def _nothing(code: str) -> Write:
    def write(_n: int, _into: IO[bytes]) -> None:
        raise MediaRefusedError(code)

    return write


def _network(media: Remote, entry: Entry, means: Means) -> Write:
    web, secret = means.web(entry.channel), means.secrets.of(entry.account)[0]

    def ask(question: Download) -> Answer:
        body = BytesIO()
        return Answer(web.get(question, media.hosts, _LONGEST_ANSWER, body), body.getvalue())

    def write(n: int, into: IO[bytes]) -> None:
        file = entry.attachments[n]
        if file.url is None:
            raise MediaRefusedError("unreadable")
        if (file.size or 0) > media.limit:
            raise MediaRefusedError("too_large")
        require(web.get(media.locate(file.url, secret, ask), media.hosts, media.limit, into))

    return write


def _raw(media: Enclosed, entry: Entry, store: RawStore) -> Write:
    try:
        files = media.files(store.fetch(entry.raw)) if entry.raw else ()
    except NotFoundError:
        files = ()

    def write(n: int, into: IO[bytes]) -> None:
        if n >= len(files):
            raise MediaRefusedError("gone")
        into.write(files[n])

    return write


def _record(entry: Entry, files: tuple[Attachment, ...], means: Means) -> bool:
    """Write what became of the files; False if the sender took them back meanwhile, and then our copies go too.

    Raises `ConflictError` where there is something to fetch still.
    """
    try:
        means.conversations.record_files(entry, replace(entry, attachments=files, fetched_at=means.clock()))
    except ConflictError:
        present = means.conversations.entry(entry.thread, entry.id)
        kept = {file.key for file in present.attachments} if present else set()
        means.raw.remove([file.key for file in files if file.key and file.key not in kept])
        if present and _is_awaited(present):
            raise
        return False
    return True
