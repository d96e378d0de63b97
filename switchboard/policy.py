"""What a team configures: accounts, brands, queues, hours, rules and times. One file, validated at synth and at load.

`policy.yaml` is for people; the functions carry the same as JSON beside their code, so a deployment changes the policy
atomically. Every decision records `Policy.hash`.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from switchboard.errors import PolicyError
from switchboard.hours import Hours, Interval
from switchboard.message import Model

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MINUTES_A_DAY = 1440


class Priority(StrEnum):
    """How soon an answer is due. Members stand in order, the most pressing first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


def _duration(value: object) -> object:
    """Read `90s`, `15m`, `2h` or `3d`; anything else is pydantic's to read or to refuse."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+)([smhd])", value)):
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0), le=timedelta(days=365))]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""A name that may stand in a path, an id or a table's key."""


class Part(Model):
    """A part of the policy: an unknown field is a typing mistake and is named."""

    model_config = ConfigDict(extra="forbid")


class Brand(Part):
    """What customers know us as."""

    name: str = Field(min_length=1, max_length=60)


Registration: TypeAlias = Literal["10dlc", "toll-free", "short-code"]
"""How a sender of texts is registered with the carriers of the United States (rule TW-12)."""


class AccountPolicy(Part):
    """One end of a channel that customers write to: its address, and where its messages go unless a rule says more."""

    channel: Key
    address: str = Field(min_length=1)
    brand: Key
    queue: Key
    languages: tuple[str, ...] = Field(default=("en",), min_length=1, description="the first is the default")
    acknowledge: bool = True
    registration: Registration | None = Field(default=None, description="of a +1 number or short code that sends texts")


class HoursPolicy(Part):
    """When a queue is staffed: intervals such as `09:00-17:30` per weekday, and dates that differ."""

    zone: str
    weekly: Mapping[str, tuple[str, ...]]
    exceptions: Mapping[date, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_readable(self) -> Self:
        if unknown := set(self.weekly) - set(WEEKDAYS):
            raise ValueError(f"unknown weekday {', '.join(sorted(unknown))}: use {', '.join(WEEKDAYS)}")
        self.to_hours()
        return self

    def to_hours(self) -> Hours:
        """The same as business time computes with."""
        return Hours(
            self.zone,
            tuple(_intervals(self.weekly.get(day, ())) for day in WEEKDAYS),
            {day: _intervals(intervals) for day, intervals in self.exceptions.items()},
        )


def _intervals(texts: tuple[str, ...]) -> tuple[Interval, ...]:
    return tuple(_interval(text) for text in texts)


def _interval(text: str) -> Interval:
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text)
    if not match:
        raise ValueError(f"{text!r} is no interval: write it as 09:00-17:30")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    end = end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or end > _MINUTES_A_DAY:  # noqa: PLR2004  # minutes of an hour
        raise ValueError(f"{text!r} is no time of day: 00:00 to 24:00")
    return Interval(hour * 60 + minute, end)


class QueuePolicy(Part):
    """A pool of work: its hours, what an agent must be able to do, and the target of a first answer per priority."""

    hours: Key
    targets: Mapping[Priority, Duration] = Field(description="business time to the first answer")
    skills: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _every_priority_has_a_target(self) -> Self:
        if missing := [priority for priority in Priority if priority not in self.targets]:
            raise ValueError(f"no target for {', '.join(missing)}: name a duration for each priority")
        return self


class Rule(Part):
    """If a message's text has one of the words (whole words or phrases, any case), do the rest.

    `priority` only ever raises; `skills` add up; the first rule that names a queue decides it.
    """

    name: Key
    words: tuple[Annotated[str, Field(pattern=r"\S")], ...] = Field(min_length=1)
    priority: Priority | None = None
    skills: tuple[Key, ...] = ()
    queue: Key | None = None


class Times(Part):
    """How long things may take. `lease` is business time, the others are clock time."""

    lease: Duration = Field(default=timedelta(minutes=15), description="an assigned agent's time to answer")
    grace: Duration = Field(default=timedelta(seconds=90), description="without a heartbeat, until an agent is gone")
    linger: Mapping[Key, Duration] = Field(default_factory=dict, description="slot kept after an answer, per channel")
    resolve: Duration = Field(default=timedelta(days=3), description="silence after which a conversation is over")

    def linger_of(self, channel: str) -> timedelta:
        """How long an agent keeps the slot after answering on this channel."""
        return self.linger.get(channel, timedelta(minutes=10))


class Policy(Part):
    """Everything a team decides. References between its parts are checked on load."""

    brands: Mapping[Key, Brand]
    hours: Mapping[Key, HoursPolicy]
    queues: Mapping[Key, QueuePolicy]
    accounts: Mapping[Key, AccountPolicy]
    rules: tuple[Rule, ...] = ()
    units: Mapping[Key, Annotated[int, Field(ge=1, le=100)]] = Field(
        default_factory=dict, description="capacity that one conversation takes, per channel"
    )
    times: Times = Times()
    spam: Key | None = Field(default=None, description="queue for mail that SES takes for spam; none is the usual one")
    urgency: bool = Field(default=True, description="weigh how pressing messages are by their words, beside the rules")
    promise_level: float = Field(default=0.9, gt=0.5, lt=1, description="share of promises to be kept")

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        for key, account in self.accounts.items():
            _refer(self.brands, account.brand, f"accounts.{key}.brand")
            _refer(self.queues, account.queue, f"accounts.{key}.queue")
        for key, queue in self.queues.items():
            _refer(self.hours, queue.hours, f"queues.{key}.hours")
        if self.spam is not None:
            _refer(self.queues, self.spam, "spam")
        for rule in self.rules:
            if rule.queue is not None:
                _refer(self.queues, rule.queue, f"rules.{rule.name}.queue")
        return self

    @cached_property
    def hash(self) -> str:
        """Content hash: the same policy has the same, wherever it is loaded."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @cached_property
    def _hours(self) -> dict[str, Hours]:
        return {key: hours.to_hours() for key, hours in self.hours.items()}

    def hours_of(self, queue: str) -> Hours:
        """Business time of a queue."""
        return self._hours[self.queues[queue].hours]

    def target(self, queue: str, priority: Priority) -> timedelta:
        """Business time within which a first answer is due."""
        return self.queues[queue].targets[priority]

    def cost(self, channel: str) -> int:
        """Capacity units that one conversation on this channel takes from an agent."""
        return self.units.get(channel, 1)


def _refer(known: Mapping[str, object], key: str, where: str) -> None:
    if key not in known:
        raise ValueError(f"{where} names {key!r}, which is not defined: add it, or use one of {', '.join(known)}")


def read_policy(document: object) -> Policy:
    """Validate a parsed policy; raises `PolicyError` naming each field and what to do."""
    try:
        return Policy.model_validate(document)
    except ValidationError as error:
        raise PolicyError("; ".join(map(_explain, error.errors()))) from error


def _explain(problem: Mapping[str, Any]) -> str:
    where = ".".join(map(str, problem["loc"])) or "policy"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"


def load_policy(path: Path) -> Policy:
    """Read `policy.yaml`, or the JSON that the functions carry; raises `PolicyError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path.name} can't be read: put a policy there or set POLICY_PATH") from error
    if path.suffix == ".json":
        try:
            return Policy.model_validate_json(text)
        except ValidationError as error:
            raise PolicyError("; ".join(map(_explain, error.errors()))) from error
    import yaml  # noqa: PLC0415  # only where people's files are read; the functions don't carry it

    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PolicyError(f"{path.name} is no YAML: {error}") from error
    return read_policy(document)
