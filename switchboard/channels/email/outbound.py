"""A mail of ours as SES takes it (SESv2 SendEmail): its headers, and nothing in them that a customer wrote unchecked.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html. SES sets Message-ID and Date itself.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from switchboard.channels.email import addresses, tags
from switchboard.channels.email.threading import LONGEST_ID, subject_tag, without_tags

LONGEST_VALUE = 995
"""Characters of a header's value that SES takes; all printable ASCII."""
LONGEST_SUBJECT = 255
LONGEST_NAME = 100
MOST_HEADERS = 15

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cn"})
_NOT_ASCII = re.compile(r"[^\x20-\x7e]")
_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|odp|ynt|回复|答复|回覆|re\[\d{1,3}\])\s*[:\uff1a]\s*", re.IGNORECASE
)
_MOST_PREFIXES = 20
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,20}")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent. `sender` is a verified identity of the brand, `recipient` the one to answer (AK-1).

    `subject`, `in_reply_to` and `references` are those of the mail that it answers, ids without angle brackets.
    `automatic` marks what no person wrote, `passes_on` what begins anew, with others. `reply_to` is our address with
    the signed tag, `subject_key` the key of the tag that a subject gets where the address can't have one.
    """

    sender: str
    recipient: str
    text: str
    conversation_id: str
    message_id: str
    sender_name: str | None = None
    html: str | None = None
    subject: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    cc: Sequence[str] = ()
    also_to: Sequence[str] = ()
    passes_on: bool = False
    files: Sequence["Enclosure"] = ()
    reply_to: str | None = None
    subject_key: bytes | None = None
    automatic: bool = False
    configuration_set: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def arguments(letter: Letter) -> dict[str, Any]:
    """Return SendEmail's arguments. Raises `ValueError` if an address is none, without quoting it."""
    to = (letter.recipient, *letter.also_to)
    destination: dict[str, Any] = {"ToAddresses": [checked_address(address) for address in to]}
    if letter.cc:
        destination["CcAddresses"] = [checked_address(address) for address in letter.cc]
    optional = {
        "ConfigurationSetName": letter.configuration_set,
        "ReplyToAddresses": [checked_address(letter.reply_to)] if letter.reply_to else None,
    }
    return {
        "FromEmailAddress": from_address(letter.sender, letter.sender_name),
        "Destination": destination,
        "Content": {"Raw": {"Data": _mime(letter)}} if letter.files else {"Simple": _content(letter)},
        "EmailTags": _tags(letter),
        **{name: value for name, value in optional.items() if value},
    }


def headers(letter: Letter) -> dict[str, str]:
    """Return the headers that put the answer where it belongs, and keep robots from answering it."""
    found: dict[str, str] = {}
    if letter.in_reply_to and _is_id(letter.in_reply_to):
        found["In-Reply-To"] = f"<{letter.in_reply_to}>"
    if references := trimmed_references([*letter.references, letter.in_reply_to or ""]):
        found["References"] = references
    if letter.automatic:
        found |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"}
    return found


def trimmed_references(identifiers: Sequence[str]) -> str:
    """Return a References value of at most 995 characters: the first id and as many of the newest as fit (EM-22)."""
    usable = list(dict.fromkeys(identifier for identifier in identifiers if _is_id(identifier)))
    if not usable:
        return ""
    first, newest = f"<{usable[0]}>", [f"<{identifier}>" for identifier in usable[1:]]
    if newest and len(first) + 1 + len(newest[-1]) > LONGEST_VALUE:
        return newest[-1]  # what is answered tells more than what it began with
    left = LONGEST_VALUE - len(first)
    kept: list[str] = []
    for identifier in reversed(newest):
        left -= len(identifier) + 1
        if left < 0:
            break
        kept.append(identifier)
    return " ".join([first, *reversed(kept)])


def subject(letter: Letter) -> str:
    """Return "Re: …", or "Auto: …" for what no person wrote, of at most 255 characters, with a tag if one is needed."""
    core = safe(without_tags(letter.subject or ""), LONGEST_SUBJECT)
    for _ in range(_MOST_PREFIXES):
        found = _REPLY_PREFIX.match(core)
        if found is None:
            break
        core = core[found.end() :]
    tag = f" {subject_tag(letter.conversation_id, letter.subject_key)}" if letter.subject_key else ""
    prefix = "Auto: " if letter.automatic else "Fwd: " if letter.passes_on else "Re: "
    return (prefix + core[: max(0, LONGEST_SUBJECT - len(prefix) - len(tag))]).rstrip() + tag


def safe(text: str, longest: int) -> str:
    """Return text that may go into a header: composed, on one line, nothing invisible, cut to a length (EM-23)."""
    spaced = _CONTROLS.sub(" ", unicodedata.normalize("NFC", text))
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN or c == "\u200d")
    return " ".join(visible.split())[:longest].rstrip()


def checked_address(address: str) -> str:
    """Return one plain address with its domain in ASCII; raises `ValueError` for anything else (SEC-7)."""
    local, _, domain = address.rpartition("@")
    plain = f"{local}@{addresses.ascii_domain(domain)}"
    if not _ADDRESS.fullmatch(plain):
        raise ValueError("not a single mail address that SES can send to")
    return plain


def from_address(address: str, name: str | None) -> str:
    """Return "Name <address>" in ASCII; the name comes from the policy, never from a customer."""
    plain = safe(name or "", LONGEST_NAME)
    if not plain:
        return checked_address(address)
    if _NOT_ASCII.search(plain):
        encoded = Header(plain, "utf-8", maxlinelen=10**6).encode()
        return f"{encoded} <{checked_address(address)}>"
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{checked_address(address)}>'


def _content(letter: Letter) -> dict[str, Any]:
    body = {"Text": {"Data": letter.text, "Charset": "UTF-8"}}
    if letter.html is not None:
        body["Html"] = {"Data": letter.html, "Charset": "UTF-8"}
    content: dict[str, Any] = {"Subject": {"Data": subject(letter), "Charset": "UTF-8"}, "Body": body}
    if found := headers(letter):
        content["Headers"] = [{"Name": name, "Value": value} for name, value in found.items()]
    return content


def _mime(letter: Letter) -> bytes:
    """The mail itself, with its files as parts. SES reads the recipients and the sender from the request.

    https://docs.aws.amazon.com/ses/latest/dg/send-email-raw.html: the headers are there all the same, for people.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = from_address(letter.sender, letter.sender_name)
    mail["To"] = ", ".join(checked_address(address) for address in (letter.recipient, *letter.also_to))
    if letter.cc:
        mail["Cc"] = ", ".join(checked_address(address) for address in letter.cc)
    if letter.reply_to:
        mail["Reply-To"] = checked_address(letter.reply_to)
    mail["Subject"] = subject(letter)
    for name, value in headers(letter).items():
        mail[name] = value
    mail.set_content(letter.text, cte="base64")
    for file in letter.files:
        kind, _, form = file.content_type.partition("/")
        mail.add_attachment(file.content, maintype=kind, subtype=form, filename=safe(file.filename, LONGEST_NAME))
    return mail.as_bytes()


def _tags(letter: Letter) -> list[dict[str, str]]:
    """What SES's events will carry back: with these a bounce finds its message."""
    wanted = {"conversation": letter.conversation_id, "message": letter.message_id, **letter.tags}
    encoded = {name: tags.encode(value) for name, value in wanted.items()}
    return [{"Name": name, "Value": value} for name, value in encoded.items() if value]


def _is_id(identifier: str) -> bool:
    return bool(identifier) and len(identifier) + 2 <= LONGEST_ID and not re.search(r"[^\x21-\x7e]|[<>]", identifier)
