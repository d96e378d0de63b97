"""What was said last in a conversation, as lists show it: a short line of plain text. Pure.

Nothing of it is kept: it is read where it was said (ADR 30).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from switchboard.conversation import Entry
from switchboard.instant import Instant
from switchboard.message import Attachment

LONGEST = 120
"""Characters of an excerpt."""
_READ = 2000
"""Characters of a text that are looked at: as many as a mail may begin with that show nothing."""
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
"""What shows nothing, or turns around what comes after it: mails begin with dozens of these."""
_JOINERS = "\u200c\u200d\ufe0f"
"""They hold letters and emoji together, and say nothing by themselves."""

FileKind: TypeAlias = Literal["image", "audio", "video", "other"]
_KINDS: dict[str, FileKind] = {"image": "image", "audio": "audio", "video": "video"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Of a message that was said, what an excerpt is made from; fields are as `Entry` has them."""

    author: Literal["customer", "agent", "system"]
    text: str
    at: Instant
    agent_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    change: Literal["edited", "deleted"] | None = None

    @classmethod
    def of(cls, entry: Entry) -> "Words":
        """Those of an entry that was read as a whole."""
        return cls(**{name: getattr(entry, name) for name in cls.__dataclass_fields__})

    @property
    def excerpt(self) -> str:
        """How it begins, on one line; empty where there are no words."""
        return shorten(self.text)

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Its files; what only stands within a text counts where there is none."""
        listed = tuple(file for file in self.attachments if not file.inline)
        return listed or (() if self.excerpt else self.attachments)

    @property
    def file_kind(self) -> FileKind | None:
        """What all of its files are, as far as that can be told in a word; None where there are none."""
        kinds = {_KINDS.get((file.sniffed_type or file.content_type).partition("/")[0], "other") for file in self.files}
        return kinds.pop() if len(kinds) == 1 else "other" if kinds else None


def newest(entries: Iterable[Entry]) -> Words | None:
    """What was said last of all this, by the rule of `conversation.say`."""
    last = max((entry for entry in entries if entry.is_said), key=lambda entry: (entry.at, entry.id), default=None)
    return Words.of(last) if last else None


def shorten(text: str) -> str:
    """A text's beginning on one line: at most `LONGEST` characters, an ellipsis included where more was said."""
    words = [word for word in _HIDDEN.sub("", text[:_READ]).split() if word.strip(_JOINERS)]
    line = " ".join(words)
    if len(line) <= LONGEST and len(text) <= _READ:
        return line
    words_only = line[:LONGEST].rpartition(" ")[0]
    return (words_only if len(words_only) > LONGEST // 2 else line[: LONGEST - 1].rstrip(_JOINERS)) + "…"
