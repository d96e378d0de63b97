"""To which conversation a mail belongs (rules EM-20, EM-21).

What we sign can be believed: a tag in the address that a reply goes to (`support+c.ID.MAC@…`), and one in the subject
(`[#ID-MAC]`). What a sender writes into In-Reply-To and References is evidence that `flows.exchanges` checks against
the ids that we know and the people who take part. A subject's words are no evidence.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from switchboard.channels.email.mail import Headers, Mail
from switchboard.message import Thread

MOST_REFERENCES = 100
LONGEST_ID = 995
_LONGEST_LOCAL_PART = 64
_MAC_LENGTH = 12
"""Base32 characters: 60 bits, which nobody guesses by sending mail."""

_ID = re.compile(r"<([^<>\s]{1,995})>")
_ADDRESS_TAG = re.compile(r"\+c\.(x?[a-z0-9._-]{1,60})\.([a-z2-7]{12})@", re.IGNORECASE)
_SUBJECT_TAG = re.compile(r"\[#(x?[a-z0-9._-]{1,200})-([a-z2-7]{12})\]", re.IGNORECASE)
_PLAIN_ID = re.compile(r"[a-wyz0-9][a-z0-9._-]{0,199}")
_HIDDEN = "x"
"""Starts an id that is written in base32, since mail servers may change its capitals."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Our marks on a mail: `token` is the conversation that a valid one names; `forged`: another is not ours."""

    token: str | None = None
    forged: bool = False


def thread_of(mail: Mail, keys: Sequence[bytes] = ()) -> Thread:
    """Return what a mail says of its exchange; ids are without angle brackets."""
    in_reply_to = _ids(mail.headers, "in-reply-to")
    references = _ids(mail.headers, "references")
    return Thread(
        message_id=next(iter(_ids(mail.headers, "message-id")), None),
        in_reply_to=in_reply_to[0] if in_reply_to else None,
        references=_first_and_newest(references),
        token=marks_of(mail, keys).token,
    )


def marks_of(mail: Mail, keys: Sequence[bytes]) -> Marks:
    """Check our marks: the envelope's recipients first, then those of the headers, then the subject."""
    found = list(_tags(mail))
    for number, (identifier, mac) in enumerate(found):
        token = _verified(identifier, mac, keys)
        if token is not None:
            return Marks(token, forged=number > 0)
    return Marks(forged=bool(found))


def reply_address(address: str, conversation_id: str, key: bytes) -> str | None:
    """Return our address with the conversation's signed tag; None where it would be longer than mail allows."""
    local, _, domain = address.rpartition("@")
    written = _written(conversation_id)
    tagged = f"{local}+c.{written}.{_mac(written, key)}"
    return f"{tagged}@{domain}" if len(tagged) <= _LONGEST_LOCAL_PART else None


def subject_tag(conversation_id: str, key: bytes) -> str:
    """Return the signed tag for a subject."""
    written = _written(conversation_id)
    return f"[#{written}-{_mac(written, key)}]"


def without_tags(subject: str) -> str:
    """Return a subject without our tags, so that replies don't collect them."""
    return " ".join(_SUBJECT_TAG.sub(" ", subject).split())


def _tags(mail: Mail) -> Iterator[tuple[str, str]]:
    envelope = mail.envelope.recipients if mail.envelope else ()
    headers = [value for name in ("delivered-to", "x-original-to", "to", "cc") for value in mail.headers.wire(name)]
    for text in (*envelope, *headers):
        for found in _ADDRESS_TAG.finditer(text):
            yield found.group(1), found.group(2)
    for found in _SUBJECT_TAG.finditer(mail.headers.get("subject") or ""):
        yield found.group(1), found.group(2)


def _verified(written: str, mac: str, keys: Sequence[bytes]) -> str | None:
    lowered = written.lower()
    is_ours = [hmac.compare_digest(_mac(lowered, key), mac.lower()) for key in keys if key]
    return _read(lowered) if any(is_ours) else None


def _mac(written: str, key: bytes) -> str:
    if not key:
        raise ValueError("an empty key signs nothing: give the account a mail key")
    digest = hmac.new(key, b"conversation:" + written.encode(), sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_MAC_LENGTH]


def _written(identifier: str) -> str:
    if _PLAIN_ID.fullmatch(identifier):
        return identifier
    return _HIDDEN + base64.b32encode(identifier.encode()).decode().rstrip("=").lower()


def _read(written: str) -> str | None:
    if not written.startswith(_HIDDEN):
        return written
    packed = written[1:].upper()
    try:
        return base64.b32decode(packed + "=" * (-len(packed) % 8)).decode()
    except ValueError:
        return None


def _ids(headers: Headers, name: str) -> list[str]:
    """Read the ids of a header; some programs leave out the angle brackets, some write words between."""
    text = " ".join(headers.wire(name))
    found = _ID.findall(text)
    bare = [word.strip('<>",;') for word in text.split()] if not found else []
    return [identifier for identifier in (found or bare) if identifier and len(identifier) <= LONGEST_ID]


def _first_and_newest(references: list[str]) -> tuple[str, ...]:
    if len(references) <= MOST_REFERENCES:
        return tuple(references)
    return (references[0], *references[1 - MOST_REFERENCES :])
