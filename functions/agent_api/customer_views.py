"""What the API takes and shows of customers: pydantic models at the edge, made from the domain's records."""

from datetime import datetime

from pydantic import Field

from functions.agent_api.inbox_views import SpokenView
from functions.agent_api.views import Body, MessageView, Query, View
from switchboard.conversation import Entry
from switchboard.customer import Join, Person
from switchboard.flows.timeline import MOST_ENTRIES, Page, Profile
from switchboard.ports import Contact


class JoinBody(Body):
    """`POST /agent/customers/{id}/joins`: who else they are."""

    customer_id: str = Field(min_length=1, max_length=100)


class TierBody(Body):
    """`PUT /agent/customers/{id}/tier`; null is none."""

    tier: str | None = Field(max_length=40)


class ParticularsBody(Body):
    """`PUT /agent/customers/{id}/particulars`: what the agent has made sure of; null is unknown."""

    first_name: str | None = Field(max_length=80, description="acknowledgements greet by it")
    zone: str | None = Field(max_length=64, description="IANA name of the time zone by which promises are told")


class InvitationBody(Body):
    """`POST /agent/conversations/{id}/invitations`: our account where the customer is to quote the code."""

    account: str = Field(min_length=1, max_length=40)


class TimelineQuery(Query):
    """`GET /agent/customers/{id}/timeline`: a page."""

    cursor: str | None = Field(default=None, max_length=1000, description="of the page before")
    limit: int = Field(default=MOST_ENTRIES, ge=1, le=MOST_ENTRIES)


class JoinView(View):
    """That two customers are one person: since when, and by whom. `undone_at` is when somebody took it back."""

    join_id: str
    customers: tuple[str, str]
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str | None

    @classmethod
    def of(cls, made: Join) -> "JoinView":
        """As an agent sees it."""
        names = ("join_id", "at", "by", "undone_at", "undone_by")
        return cls(**{name: getattr(made, name) for name in names}, customers=(made.one, made.other))


class RankingView(View):
    """A tier that a lead gave."""

    tier: str | None
    at: datetime
    by: str


class PersonView(View):
    """Which customers are one person, and what was said about them, with all that was taken back."""

    customer_id: str
    customers: tuple[str, ...]
    tier: str | None
    joins: tuple[JoinView, ...]
    rankings: tuple[RankingView, ...]

    @classmethod
    def of(cls, customer_id: str, person: Person) -> "PersonView":
        """As an agent sees it."""
        return cls(
            customer_id=customer_id,
            customers=person.customers,
            tier=person.tier,
            joins=tuple(JoinView.of(made) for made in person.joins),
            rankings=tuple(RankingView(tier=each.tier, at=each.at, by=each.by) for each in person.rankings),
        )


class AddressView(View):
    """One of a person's addresses, and to which of the customers it belongs.

    `opted_out_of` are our accounts that may not write there by themselves any more; `first_name` and `zone` are what
    agents confirmed.
    """

    channel: str
    address: str
    customer_id: str
    met_at: datetime | None
    opted_out_of: tuple[str, ...]
    undeliverable: str | None
    mark: str | None
    first_name: str | None
    zone: str | None

    @classmethod
    def of(cls, contact: Contact) -> "AddressView":
        """As an agent sees it."""
        channel, _, address = contact.address.partition(":")
        refused = (account for account, consent in contact.consents.items() if not consent.allows_automation)
        names = ("customer_id", "met_at", "undeliverable", "mark", "first_name", "zone")
        return cls(
            **{name: getattr(contact, name) for name in names},
            channel=channel,
            address=address,
            opted_out_of=tuple(sorted(refused)),
        )


class CustomerView(PersonView):
    """A person with their addresses and newest conversations on any channel, and the ids of those that are open.

    `language` is that of the newest, `tags` are of all shown. `withheld` counts conversations that the caller may not
    read.
    """

    addresses: tuple[AddressView, ...]
    language: str | None
    tags: tuple[str, ...]
    open: tuple[str, ...]
    conversations: tuple[SpokenView, ...]
    withheld: int

    @classmethod
    def made(cls, found: Profile) -> "CustomerView":
        """As an agent sees it."""
        known = found.conversations
        return cls(
            **PersonView.of(found.customer_id, found.person).model_dump(),
            addresses=tuple(AddressView.of(contact) for contact in found.contacts),
            language=known[0].language if known else None,
            tags=tuple(dict.fromkeys(tag for one in known for tag in one.tags)),
            open=tuple(one.id for one in known if one.is_open),
            conversations=tuple(map(SpokenView.spoken, known, found.spoken)),
            withheld=found.withheld,
        )


class TimelineEntryView(MessageView):
    """A message, with the conversation and the channel that it is from."""

    conversation_id: str
    account: str
    channel: str

    @classmethod
    def made(cls, entry: Entry) -> "TimelineEntryView":
        """As an agent sees it."""
        names = ("conversation_id", "account", "channel")
        return cls(**MessageView.of(entry).model_dump(), **{name: getattr(entry, name) for name in names})


class TimelinePageView(View):
    """Part of a timeline, the newest first; `cursor` asks for what came before, null at the beginning.

    `withheld` counts messages of this part that the caller may not read.
    """

    items: tuple[TimelineEntryView, ...]
    withheld: int
    cursor: str | None

    @classmethod
    def of(cls, page: Page) -> "TimelinePageView":
        """As an agent sees it."""
        return cls(
            items=tuple(TimelineEntryView.made(entry) for entry in page.entries),
            withheld=page.withheld,
            cursor=page.cursor,
        )
