"""The facts that an acknowledgement or a renewal is composed from. Nothing that the customer wrote is among them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from switchboard.estimate.spoken import Spoken
from switchboard.hours import Hours
from switchboard.policy import Brand

Tone: TypeAlias = Literal["formal", "friendly"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and how. `safety` is a phone number or a link for matters of safety; `signature` ends a mail."""

    brand: str
    tone: Tone = "formal"
    safety: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is to be told, to whom and by what.

    `language` is a BCP 47 tag: its texts are used where there are some, else English ones. Times are said in `zone`,
    the customer's, or in that of the hours, which is then named. `first_name` is one that an agent confirmed, never
    what a customer or a network calls itself. `discloses` where a machine must say that it is one (rule FB-2).
    """

    kind: Literal["first", "renewal"]
    channel: str
    language: str
    voice: Voice
    spoken: Spoken | None
    hours: Hours
    now: datetime
    reference: str
    zone: str | None = None
    first_name: str | None = None
    upset: bool = False
    safety: bool = False
    discloses: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """What is sent: the text, and for mail the same as HTML."""

    text: str
    html: str | None = None


def voice_of(brand: Brand, language: str) -> Voice:
    """How a brand speaks to those who are told in this language."""
    return Voice(
        brand=brand.name,
        tone=brand.tone,
        safety=brand.safety_in(language),
        signature=brand.signature,
    )
