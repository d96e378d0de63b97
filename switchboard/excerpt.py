"""What was said last in a conversation, as lists show it, and what its customer calls themselves: short lines. Pure.

Nothing of it is kept: it is read where it was said (ADR 30).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias
from unicodedata import normalize

from switchboard.conversation import Entry
from switchboard.instant import Instant
from switchboard.message import Attachment, Party

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
    sender: Party | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What was said last in a conversation, and what its customer said last: often one and the same."""

    last: Words | None = None
    heard: Words | None = None

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Spoken":
        """Those of all this, by the rule of `conversation.say`."""
        said = sorted((entry for entry in entries if entry.is_said), key=lambda entry: (entry.at, entry.id))
        heard = [entry for entry in said if entry.author == "customer"]
        last, theirs = (Words.of(some[-1]) if some else None for some in (said, heard))
        return cls(last=last, heard=theirs)

    def called(self, address: str) -> str | None:
        """What the customer of this address calls themselves, as their network or their mail tells; nothing proves it.

        None if somebody else wrote last, such as who got a copy; and for what is no name: a number, or an address,
        which could look like the one that it is from.
        """
        sender = self.heard.sender if self.heard else None
        if sender is None or sender.name is None or sender.address.lower() != address.lower():
            return None
        name = shorten(sender.name)
        return name if "@" not in normalize("NFKC", name) and any(map(str.isalpha, name)) else None


def shorten(text: str) -> str:
    """A text's beginning on one line: at most `LONGEST` characters, an ellipsis included where more was said."""
    words = [word for word in _HIDDEN.sub("", text[:_READ]).split() if word.strip(_JOINERS)]
    line = " ".join(words)
    if len(line) <= LONGEST and len(text) <= _READ:
        return line
    words_only = line[:LONGEST].rpartition(" ")[0]
    return (words_only if len(words_only) > LONGEST // 2 else line[: LONGEST - 1].rstrip(_JOINERS)) + "…"
