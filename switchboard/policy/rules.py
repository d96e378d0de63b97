"""Rules: under which conditions a conversation is more pressing, needs skills, or belongs to another queue."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from switchboard.policy.values import NOT_BLANK, Duration, Key, Language, Part, Priority, Skills, refuse

SignalKind: TypeAlias = Literal[
    "safety",
    "fraud",
    "outage",
    "fear",
    "anger",
    "leaving",
    "urgency",
    "deadline",
    "no_rush",
    "thanks",
    "emphasis",
]
"""What `switchboard.urgency` reads in a text."""

_SomeKeys: TypeAlias = Annotated[tuple[Key, ...], Field(min_length=1)] | None
_SomeLanguages: TypeAlias = Annotated[tuple[Language, ...], Field(min_length=1)] | None
_SomeSignals: TypeAlias = Annotated[tuple[SignalKind, ...], Field(min_length=1)] | None
_SomeWords: TypeAlias = Annotated[tuple[Annotated[str, Field(pattern=NOT_BLANK)], ...], Field(min_length=1)] | None

CONDITIONS = ("words", "channels", "accounts", "languages", "tiers", "signals", "repeats", "waited")


class Rule(Part):
    """If all of the conditions that it names hold, do the rest.

    `priority` only ever raises; `skills` add up; the first rule that names a queue decides it.
    """

    name: Key
    words: _SomeWords = Field(default=None, description="one of them is in the text: whole words or phrases, any case")
    channels: _SomeKeys = Field(default=None, description="it came by one of them")
    accounts: _SomeKeys = Field(default=None, description="it was written to one of them")
    languages: _SomeLanguages = Field(default=None, description="it is written in one of them")
    tiers: _SomeKeys = Field(default=None, description="the customer is of one of them")
    signals: _SomeSignals = Field(default=None, description="one of them is found in the text")
    repeats: int | None = Field(default=None, ge=1, le=10, description="contacts before it in 72 hours, at least")
    waited: Duration | None = Field(default=None, description="business time without an answer, at least")
    priority: Priority | None = None
    skills: Skills = ()
    queue: Key | None = None

    @model_validator(mode="after")
    def _has_a_condition(self) -> Self:
        if all(getattr(self, condition) is None for condition in CONDITIONS):
            refuse([((), f"has no condition, and would hold always: add one of {', '.join(CONDITIONS)}")])
        return self
