"""What an answer may be: how long, until when, and whether there may be one at all, as of the channel's own code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from switchboard.channels import Channel, channel
from switchboard.channels.files import ENDINGS, Files
from switchboard.channels.length import utf8_length, utf16_length
from switchboard.conversation import Conversation, Status
from switchboard.errors import RefusedError
from switchboard.flows.board import Board
from switchboard.flows.desk import may_reach
from switchboard.flows.uploads import files_of

Unit: TypeAlias = Literal["characters", "bytes", "utf-16"]

_UNITS: Mapping[Callable[[str], int], Unit] = {len: "characters", utf8_length: "bytes", utf16_length: "utf-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of an answer to a conversation."""

    text_limit: int
    unit: Unit
    is_in_segments: bool
    """It is sent and billed in segments, as `gsm7` counts them."""
    window_until: datetime | None
    """When the network stops taking answers, unless the customer writes again; None where it never does."""
    window_left: timedelta | None
    has_copies: bool
    """Whoever had a copy of what it answers gets one of it, as mail does."""
    refusal: str | None
    """Why there can't be an answer now, whoever writes it."""
    files: "FileLimits"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of files that may be sent: the most bytes that one may have, and with which it still goes as a file."""

    content_type: str
    endings: tuple[str, ...]
    bytes_each: int
    bytes_as_file: int


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What files an answer may have."""

    most: int
    bytes_in_all: int
    types: tuple[FileType, ...]

    @property
    def bytes_each(self) -> int:
        """The most that any file may have."""
        return max(kind.bytes_each for kind in self.types)

    @classmethod
    def of(cls, rule: Files) -> "FileLimits":
        """As a channel's rule says."""
        types = (FileType(kind, ends, rule.limit_of(kind), rule.taken.get(kind, 0)) for kind, ends in ENDINGS.items())
        return cls(rule.most, rule.total, tuple(kind for kind in types if kind.bytes_each))


def limits_of(known: Conversation, board: Board) -> Limits:
    """What an answer to a conversation may be now."""
    spoken, now = channel(known.channel), board.clock()
    ours = board.policy.accounts.get(known.account)
    window = spoken.window_of(ours.address) if ours else None
    heard_at = known.heard[-1].at if known.heard else None
    until = heard_at + window if window and heard_at else None
    return Limits(
        text_limit=spoken.text_limit,
        unit=_UNITS[spoken.text_length],
        is_in_segments=spoken.transport == "sms" and ours is not None and ":" not in ours.address,
        window_until=until,
        window_left=max(until - now, timedelta()) if until else None,
        has_copies=spoken.transport == "email",
        refusal=_refusal(known, spoken, heard_at, board),
        files=FileLimits.of(files_of(known, board)),
    )


def _refusal(known: Conversation, spoken: Channel, heard_at: datetime | None, board: Board) -> str | None:
    if known.account not in board.policy.accounts:
        return "this account is not ours any more: start a conversation on another one"
    if known.status is Status.RESOLVED:
        return "the conversation is resolved: reopen it"
    try:
        may_reach(board.customers.contact(spoken.contact(known.address)), known.account, heard_at, board)
    except RefusedError as error:
        return str(error)
    return None
