"""What the API takes and shows of settings: pydantic models at the edge, made from the domain's records."""

from datetime import datetime
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, field_validator

from functions.agent_api.views import Body, Query, View
from switchboard.audit import Change, tag_of
from switchboard.canned import Canned
from switchboard.flows import canned as canned_flow
from switchboard.flows import rosters, team
from switchboard.flows.audit import History
from switchboard.flows.canned import Page, Replies, Reply
from switchboard.flows.rosters import Plan
from switchboard.flows.team import People
from switchboard.policy import Priority
from switchboard.policy.queues import Duty, QueuePolicy
from switchboard.policy.values import KEY_FORM, TAG_FORM
from switchboard.routing import Presence
from switchboard.skills import PATTERN, combined
from switchboard.team import Access, Duties, Member, Role

MOST_PEOPLE = 60
"""On a page: Cognito gives no more."""
MOST_CANNED = 50
LONGEST_TEXT = 5_000
"""Characters: eight of them, before and after a change, fit into one item of the record."""
EMAIL_FORM = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Queue: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
Title: TypeAlias = Annotated[str, Field(min_length=1, max_length=80, pattern=ONE_LINE)]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write a word")
    return text.strip()


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


Name: TypeAlias = Annotated[Title, AfterValidator(_not_blank)]
Queues: TypeAlias = Annotated[tuple[Queue, ...], Field(max_length=100), AfterValidator(_once)]


class PeopleQuery(Query):
    """`GET /agent/settings/agents`: a page."""

    cursor: str | None = Field(default=None, min_length=1, max_length=4000, description="of the page before")
    limit: int = Field(default=MOST_PEOPLE, ge=1, le=MOST_PEOPLE)


class CannedQuery(Query):
    """`GET /agent/canned`: a page."""

    cursor: str | None = Field(default=None, pattern=KEY_FORM, description="of the page before")
    limit: int = Field(default=MOST_CANNED, ge=1, le=MOST_CANNED)


class AuditQuery(Query):
    """`GET /agent/settings/audit`: a page."""

    cursor: str | None = Field(default=None, pattern=r"^[0-9TZ:.a-z-]{1,80}$", description="of the page before")
    limit: int = Field(default=50, ge=1, le=50)


class TeamMemberBody(Body):
    """`PUT /agent/settings/agents/{agent_id}`: all that is decided of somebody; what is left out is none."""

    name: Name
    role: Role = Role.AGENT
    queues: Queues = ()
    skills: tuple[Annotated[str, Field(pattern=PATTERN)], ...] = Field(
        default=(), max_length=100, description="with a level up to 5, as in returns:3; without one it is 1"
    )
    units: int = Field(ge=1, le=100, description="capacity: how much at once")
    caps: dict[Annotated[str, Field(pattern=KEY_FORM)], Annotated[int, Field(ge=1, le=100)]] = Field(
        default_factory=dict, max_length=20, description="conversations at once by channel; the policy's, if left out"
    )

    @property
    def duties(self) -> Duties:
        """The same as the domain has it."""
        return Duties(
            name=self.name,
            role=self.role,
            queues=self.queues,
            skills=combined(self.skills),
            units=self.units,
            caps=self.caps,
        )


class InviteBody(TeamMemberBody):
    """`POST /agent/settings/agents`: the same of somebody new, and where to mail them how to sign in."""

    email: str = Field(max_length=128, pattern=EMAIL_FORM)


class TeamMemberView(View):
    """Somebody, and what is decided of them. `in_team` is false of who can sign in and is no agent yet, or any more.

    `sign_in` is `invited` until they have signed in, `disabled` after they were removed, and `none` of an agent whom
    the user pool does not know. `free` is less than none while they hold more than their units. `etag` is of what is
    decided: it goes into `If-Match`.
    """

    agent_id: str
    name: str
    email: str | None
    role: Role
    in_team: bool
    sign_in: Access
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    units: int | None
    caps: dict[str, int]
    free: int | None
    held: dict[str, int]
    presence: Presence
    etag: str

    @classmethod
    def of(cls, known: Member) -> Self:
        """As a lead sees them."""
        agent, sign_in = known.agent, known.sign_in
        return cls(
            agent_id=known.agent_id,
            name=known.name,
            email=sign_in.email if sign_in else None,
            role=known.role,
            in_team=agent is not None,
            sign_in=sign_in.access if sign_in else Access.NONE,
            queues=agent.queues if agent else (),
            skills=agent.skills if agent else (),
            units=agent.units if agent else None,
            caps=dict(agent.caps) if agent else {},
            free=agent.free if agent else None,
            held=dict(agent.held) if agent else {},
            presence=agent.presence if agent else Presence.OFFLINE,
            etag=_quoted(tag_of(team.values_of(known.duties))),
        )


class TeamMembersView(View):
    """A page of people. `cursor` asks for what follows; null where that is nothing."""

    items: tuple[TeamMemberView, ...]
    cursor: str | None

    @classmethod
    def of(cls, found: People) -> Self:
        """As a lead sees them."""
        return cls(items=tuple(map(TeamMemberView.of, found.members)), cursor=found.cursor)


class QueueSettingsView(View):
    """A queue as the policy has it. `skills` are asked of whoever takes its conversations; targets are in seconds.

    `overflow` are the queues whose agents may take what has waited.
    """

    queue: str
    zone: str
    skills: tuple[str, ...]
    targets: dict[Priority, int]
    overflow: tuple[str, ...]

    @classmethod
    def made(cls, name: str, queue: QueuePolicy, zone: str) -> Self:
        """As a lead sees it."""
        return cls(
            queue=name,
            zone=zone,
            skills=queue.skills,
            targets={priority: int(queue.targets[priority].total_seconds()) for priority in Priority},
            overflow=tuple(dict.fromkeys(other.queue for other in queue.overflow)),
        )


class QueuesSettingsView(View):
    """All queues."""

    items: tuple[QueueSettingsView, ...]


class CannedBody(Body):
    """`PUT /agent/settings/canned/{shortcut}`: a canned response, all of it."""

    title: Name
    texts: dict[
        Annotated[str, Field(pattern=TAG_FORM)], Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    ] = Field(min_length=1, max_length=8, description="by language, such as en or en-US")
    queues: Queues = Field(default=(), description="whose agents are offered it; without any everybody is")

    @field_validator("texts")
    @classmethod
    def _says_something(cls, texts: dict[str, str]) -> dict[str, str]:
        return {language: _not_blank(text) for language, text in texts.items()}

    def canned(self, shortcut: str) -> Canned:
        """The same as the domain has it."""
        return Canned(shortcut=shortcut, title=self.title, texts=self.texts, queues=self.queues)


class NewCannedBody(CannedBody):
    """`POST /agent/settings/canned`: the same, and what it is called up by."""

    shortcut: str = Field(pattern=KEY_FORM)


class CannedView(View):
    """A canned response: `shortcut` calls it up. `etag` goes into `If-Match`."""

    shortcut: str
    title: str
    texts: dict[str, str]
    queues: tuple[str, ...]
    etag: str

    @classmethod
    def of(cls, known: Canned) -> Self:
        """As it is written, with its variables."""
        return cls(
            shortcut=known.shortcut,
            title=known.title,
            texts=dict(known.texts),
            queues=known.queues,
            etag=_quoted(tag_of(canned_flow.values_of(known))),
        )


class CannedPageView(View):
    """A page of canned responses, by shortcut: some may be others' and left out. `cursor` asks for what follows."""

    items: tuple[CannedView, ...]
    cursor: str | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """As an agent sees it."""
        return cls(items=tuple(map(CannedView.of, page.items)), cursor=page.cursor)


class FilledView(View):
    """A canned response as it reads in one conversation. `missing` are variables that stay visible in the text."""

    shortcut: str
    title: str
    language: str
    text: str
    missing: tuple[str, ...]

    @classmethod
    def of(cls, reply: Reply) -> Self:
        """As an agent sees it."""
        return cls(
            shortcut=reply.canned.shortcut,
            title=reply.canned.title,
            language=reply.language,
            text=reply.filled.text,
            missing=reply.filled.missing,
        )


class FilledPageView(View):
    """A page of them. `cursor` asks for what follows; null where that is nothing."""

    items: tuple[FilledView, ...]
    cursor: str | None

    @classmethod
    def of(cls, replies: Replies) -> Self:
        """As an agent sees it."""
        return cls(items=tuple(map(FilledView.of, replies.items)), cursor=replies.cursor)


class RemovedView(View):
    """What is not there any more."""

    shortcut: str


class RosterBody(Body):
    """`PUT /agent/settings/rosters/{queue}`: who is planned to be there; without duties it is learned."""

    duties: tuple[Duty, ...] = Field(max_length=100)


class DutyView(View):
    """Units of capacity that are planned at a time of these weekdays, by the clock of the queue's hours."""

    days: tuple[str, ...]
    hours: str
    units: int


class RosterView(View):
    """The roster that holds: the policy's, or a lead's instead. Several duties add up. `etag` goes into `If-Match`."""

    queue: str
    source: Literal["policy", "lead"]
    duties: tuple[DutyView, ...]
    etag: str

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """As a lead sees it."""
        return cls(
            queue=plan.queue,
            source="policy" if plan.is_policys else "lead",
            duties=tuple(DutyView(days=duty.days, hours=duty.hours, units=duty.units) for duty in plan.duties),
            etag=_quoted(tag_of(rosters.values_of(plan))),
        )


class DifferenceView(View):
    """A field that was changed, as people read it; null where there was, or is, nothing."""

    field: str
    before: str | None
    after: str | None


class AuditedView(View):
    """A decision of a lead's. `subject` is an agent's id, a canned response's shortcut, or a queue."""

    change_id: str
    at: datetime
    by: str
    kind: Literal["agent", "canned", "roster"]
    subject: str
    differences: tuple[DifferenceView, ...]

    @classmethod
    def of(cls, change: Change) -> Self:
        """As a lead sees it."""
        names = ("change_id", "at", "by", "kind", "subject")
        differences = tuple(
            DifferenceView(field=one.field, before=one.before, after=one.after) for one in change.differences
        )
        return cls(**{name: getattr(change, name) for name in names}, differences=differences)


class AuditView(View):
    """What leads changed, the newest first. `cursor` asks for what came before; null at the beginning."""

    items: tuple[AuditedView, ...]
    cursor: str | None

    @classmethod
    def of(cls, found: History) -> Self:
        """As a lead sees it."""
        return cls(items=tuple(map(AuditedView.of, found.changes)), cursor=found.cursor)


def _quoted(tag: str) -> str:
    return f'"{tag}"'
