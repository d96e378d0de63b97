"""Proving that two addresses are one person's: a code that is sent to one and comes back from the other. Pure.

Whoever quotes a code at the account it was made for holds the address it was sent to, and the one they write from. A
code has 50 bits of chance, is good once and for a day, is kept as a keyed hash only, and an address that quotes wrong
ones is not listened to for a day. A link may write the message for the customer; there is no page behind it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from switchboard.instant import Instant
from switchboard.message import Message

VALID = timedelta(days=1)
MOST_ATTEMPTS = 5
"""Wrong codes of one address within `VALID`; after that it is not listened to."""

JOINED, REFUSED = "joined", "code_refused"
"""What a message's code did, as flags of the message."""

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: a code may be read from one device and typed into another."""
_LENGTH, _BITS = 10, 5
_CODE = re.compile(rf"(?<!\w)LINK[-‐‑–]([{_ALPHABET}]{{5}})[-‐‑–]([{_ALPHABET}]{{5}})(?!\w)", re.IGNORECASE)  # noqa: RUF001  # telephones turn hyphens into dashes
_WORDS: Mapping[str, str] = {
    "ar": "لمتابعة هذه المحادثة عبر قناة أخرى، أرسل الرمز {code} إلى {address} خلال 24 ساعة.{link}",
    "de": "Um dieses Gespräch anders fortzusetzen, senden Sie den Code {code} binnen 24 Stunden an {address}.{link}",
    "en": "To go on with this conversation another way, send the code {code} to {address} within 24 hours.{link}",
    "es": "Para seguir esta conversación por otro medio, envíe el código {code} a {address} antes de 24 horas.{link}",
    "fr": "Pour poursuivre cette conversation autrement, envoyez le code {code} à {address} dans les 24 heures.{link}",
    "hi": "इस बातचीत को दूसरे माध्यम से जारी रखने के लिए 24 घंटे के भीतर कोड {code} को {address} पर भेजें।{link}",
    "ja": "別の方法でこの会話を続けるには、24時間以内にコード {code} を {address} に送ってください。{link}",
    "pt": "Para continuar esta conversa por outro meio, envie o código {code} para {address} em até 24 horas.{link}",
}
"""By language; whoever is written to in another reads English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A code that was sent to a customer."""

    digest: str
    """A keyed hash of it."""
    customer_id: str
    """To whom it was sent."""
    account: str
    """Ours, where it is to be quoted."""
    by: str
    """The agent who asked for it."""
    expires_at: Instant
    used_by: str | None = None
    """The message that brought it."""


def make_code(chance: str) -> str:
    """A code, from a text that nobody can guess."""
    number = int.from_bytes(sha256(chance.encode()).digest())
    drawn = "".join(_ALPHABET[number >> _BITS * place & len(_ALPHABET) - 1] for place in range(_LENGTH))
    return f"LINK-{drawn[:5]}-{drawn[5:]}"


def read_code(message: Message) -> str | None:
    """The first code in a message, as `make_code` writes it.

    >>> from switchboard.message import Party
    >>> said = "my code is link-7K3QF-9XM2W, thanks"
    >>> sender = Party(address="+15550100")
    >>> read_code(Message(channel="sms", account="acme-sms", provider_id="SM1", sender=sender, text=said))
    'LINK-7K3QF-9XM2W'
    """
    found = _CODE.search(message.subject or "") or _CODE.search(message.text)
    return f"LINK-{found[1]}-{found[2]}".upper() if found else None


def without_code(message: Message, outcome: str | None) -> Message:
    """A message as it goes on: no reader of words, no customer and no agent needs its code any more."""
    return message.model_copy(
        update={
            "text": _CODE.sub("", message.text).strip(),
            "subject": _CODE.sub("", message.subject).strip() or None if message.subject else None,
            "flags": (*message.flags, outcome) if outcome else message.flags,
        }
    )


def is_good(known: Invitation, account: str, at: datetime) -> bool:
    """Whether a code proves something, quoted at this account of ours at this time."""
    return known.used_by is None and known.account == account and at < known.expires_at


def recent(attempts: Mapping[str, datetime], at: datetime) -> dict[str, datetime]:
    """Of the messages that brought wrong codes those that still count."""
    return {message_id: when for message_id, when in attempts.items() if at - when < VALID}


def words(language: str, code: str, address: str, link: str | None) -> str:
    """What the customer is told, with a link that writes the message for them where there can be one."""
    told = _WORDS.get(language, _WORDS["en"])
    return told.format(code=code, address=address, link=f"\n{link}" if link else "")
