"""The whole: accounts, brands, queues, hours, rules, capacity and times, and what the router asks of them."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from switchboard.hours import Hours, Interval
from switchboard.policy.alerts import Alerts
from switchboard.policy.hours import HoursPolicy, OneInterval, to_interval
from switchboard.policy.queues import QueuePolicy
from switchboard.policy.rules import Rule
from switchboard.policy.values import (
    CONTACT_FORM,
    NOT_BLANK,
    TAG_FORM,
    Duration,
    Key,
    Part,
    Pause,
    Priority,
    Where,
    refuse,
    unless_known,
)

SafetyContact: TypeAlias = Annotated[str, Field(pattern=CONTACT_FORM)]


def _for_any_language(value: object) -> object:
    return {_ANY: value} if isinstance(value, str) else value


_ANY = "any"
_PER_LANGUAGE = {"type": "object", "patternProperties": {TAG_FORM: {"type": "string", "pattern": CONTACT_FORM}}}
Safety: TypeAlias = Annotated[
    Mapping[Annotated[str, Field(pattern=TAG_FORM)], SafetyContact],
    BeforeValidator(_for_any_language),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": CONTACT_FORM}, _PER_LANGUAGE]}),
]
"""A phone number or link for all languages, or one per language."""

Registration: TypeAlias = Literal["10dlc", "toll-free", "short-code"]
"""How a sender of texts is registered with the carriers of the United States (rule TW-12)."""


class Brand(Part):
    """What customers know us as, and how we speak to them by ourselves."""

    name: str = Field(min_length=1, max_length=60)
    tone: Literal["formal", "friendly"] = Field(
        default="formal", description="of acknowledgements: friendly says du, tu and tú, where a language has them"
    )
    safety: Safety = Field(
        default_factory=dict,
        description="how to reach us faster when it is a matter of safety: a number or https link, or one per language",
    )
    signature: str | None = Field(
        default=None, max_length=80, pattern=NOT_BLANK, description="below mail; the name if there is none"
    )

    def safety_in(self, language: str) -> str | None:
        """The contact for safety in a language, else the first one there is."""
        offered = (self.safety.get(tag) for tag in (language, language.partition("-")[0], _ANY))
        return next((found for found in (*offered, *self.safety.values()) if found), None)


class AccountPolicy(Part):
    """One end of a channel that customers write to: its address, and where its messages go unless a rule says more."""

    channel: Key
    address: str = Field(min_length=1)
    brand: Key
    queue: Key
    languages: tuple[str, ...] = Field(default=("en",), min_length=1, description="the first is the default")
    acknowledge: bool = True
    registration: Registration | None = Field(default=None, description="of a +1 number or short code that sends texts")


class Cap(Part):
    """How many conversations of a channel one agent holds at once, whatever units are left."""

    default: int = Field(ge=1, le=100, description="of an agent for whom nothing else is set")
    maximum: int = Field(ge=1, le=100, description="the most that may be set for an agent")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.default > self.maximum:
            refuse([(("default",), f"is more than the maximum: give at most {self.maximum}")])
        return self


class Times(Part):
    """How long things may take. `lease` is business time, the others are clock time."""

    lease: Duration = Field(default=timedelta(minutes=15), description="an assigned agent's time to answer")
    grace: Duration = Field(default=timedelta(seconds=90), description="without a heartbeat, until an agent is gone")
    linger: Mapping[Key, Duration] = Field(default_factory=dict, description="slot kept after an answer, per channel")
    resolve: Duration = Field(default=timedelta(days=3), description="silence after which a conversation is over")
    sticky: Pause = Field(default=timedelta(days=3), description="how long a customer's last agent is asked first")
    last_call: Pause = Field(
        default=timedelta(minutes=15), description="before a shift's end: no new work from then on"
    )

    def linger_of(self, channel: str) -> timedelta:
        """How long an agent keeps the slot after answering on this channel."""
        return self.linger.get(channel, timedelta(minutes=10))


class Flood(Part):
    """How much of one counterparty waits among everybody's."""

    waiting: int = Field(
        default=5,
        ge=1,
        le=50,
        description="conversations per queue; more are held until one is taken",
    )


class Renewal(Part):
    """A second promise, with an apology, to whom the first one would break; never in a customer's night."""

    enabled: bool = True
    before: Duration = Field(
        default=timedelta(minutes=5), description="how long before a promise breaks; a quarter of a short one"
    )
    awake: OneInterval = Field(
        default="08:00-21:00", description="when it may be sent, by the customer's clock if known, else the queue's"
    )

    @property
    def awake_interval(self) -> Interval:
        """The same as minutes of a day."""
        return to_interval(self.awake)


class Policy(Part):
    """Everything a team decides. References between its parts are checked on load."""

    brands: Mapping[Key, Brand]
    hours: Mapping[Key, HoursPolicy]
    queues: Mapping[Key, QueuePolicy]
    accounts: Mapping[Key, AccountPolicy]
    tiers: tuple[Key, ...] = Field(default=(), description="of customers, that rules may name")
    rules: tuple[Rule, ...] = ()
    units: Mapping[Key, Annotated[int, Field(ge=1, le=100)]] = Field(
        default_factory=dict, description="capacity that one conversation takes, per channel"
    )
    caps: Mapping[Key, Cap] = Field(default_factory=dict, description="conversations of a channel per agent")
    times: Times = Field(default_factory=Times)
    flood: Flood = Field(default_factory=Flood)
    spam: Key | None = Field(default=None, description="queue for mail that SES takes for spam; none is the usual one")
    urgency: bool = Field(default=True, description="weigh how pressing messages are by their words, beside the rules")
    promise_level: float = Field(default=0.9, gt=0.5, lt=1, description="share of promises to be kept")
    renewal: Renewal = Field(default_factory=Renewal, description="when a promise is about to break")
    alerts: Alerts = Field(default_factory=Alerts, description="of what waits for agents who don't look")

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        refuse((*self._references(), *self._of_rules()))
        return self

    def _references(self) -> Iterator[tuple[Where, str]]:
        for key, account in self.accounts.items():
            yield from unless_known(self.brands, account.brand, ("accounts", key, "brand"))
            yield from unless_known(self.queues, account.queue, ("accounts", key, "queue"))
        for key, queue in self.queues.items():
            yield from unless_known(self.hours, queue.hours, ("queues", key, "hours"))
            others = [name for name in self.queues if name != key]
            for position, overflow in enumerate(queue.overflow):
                yield from unless_known(others, overflow.queue, ("queues", key, "overflow", position, "queue"))
        for channel in self.caps:
            yield from unless_known(self._channels, channel, ("caps", channel))
        if self.spam is not None:
            yield from unless_known(self.queues, self.spam, ("spam",))
        mail_accounts = {key: account.address for key, account in self.accounts.items() if account.channel == "email"}
        yield from self.alerts.conflicts(mail_accounts)

    def _of_rules(self) -> Iterator[tuple[Where, str]]:
        for position, rule in enumerate(self.rules):
            where = ("rules", position)
            if rule.queue is not None:
                yield from unless_known(self.queues, rule.queue, (*where, "queue"))
            for field, known in (("channels", self._channels), ("accounts", self.accounts), ("tiers", self.tiers)):
                for n, key in enumerate(getattr(rule, field) or ()):
                    yield from unless_known(known, key, (*where, field, n))
            if rule.waited is not None and [other.name for other in self.rules].count(rule.name) > 1:
                yield (*where, "name"), "is another rule's too: one with `waited` needs a name of its own"

    @cached_property
    def hash(self) -> str:
        """Content hash: the same policy has the same, wherever it is loaded."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @cached_property
    def _hours(self) -> dict[str, Hours]:
        return {key: hours.to_hours() for key, hours in self.hours.items()}

    @property
    def _channels(self) -> list[str]:
        return list(dict.fromkeys(account.channel for account in self.accounts.values()))

    def hours_of(self, queue: str) -> Hours:
        """Business time of a queue."""
        return self._hours[self.queues[queue].hours]

    def target(self, queue: str, priority: Priority) -> timedelta:
        """Business time within which a first answer is due."""
        return self.queues[queue].targets[priority]

    def queues_for(self, queue: str, waited: timedelta) -> tuple[str, ...]:
        """The queues whose agents may take what has waited so long, in a queue's business time: its own first."""
        return tuple(dict.fromkeys((queue, *self.queues[queue].to_queues(waited))))

    def relaxation(self, queue: str, waited: timedelta) -> int:
        """The steps by which skills are relaxed for what has waited so long, in a queue's business time.

        `switchboard.skills.relaxed` says what is left of them.
        """
        return self.queues[queue].to_steps(waited)

    def next_step(self, queue: str, waited: timedelta) -> timedelta | None:
        """The business time of waiting at which overflow or relaxation next changes something; None if never."""
        return min((after for after in self.queues[queue].to_thresholds() if after > waited), default=None)

    def feeders(self, queue: str) -> tuple[str, ...]:
        """The other queues whose agents' work this queue's agents may take, sooner or later."""
        return tuple(key for key, other in self.queues.items() if queue in {each.queue for each in other.overflow})

    def cost(self, channel: str) -> int:
        """Capacity units that one conversation on this channel takes from an agent."""
        return self.units.get(channel, 1)

    def cap(self, channel: str, own: int | None = None) -> int | None:
        """How many conversations of a channel an agent holds at most, whose own cap may be set; None for no limit."""
        cap = self.caps.get(channel)
        if cap is None:
            return own
        return cap.default if own is None else min(own, cap.maximum)
