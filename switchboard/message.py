"""The one shape of whatever a customer or a provider sends, whichever channel it came by.

A delivery (one webhook call, one mail) holds one or more of these; `kind` says what each is. Only a `message` opens or
continues a conversation, and only a `message` is ever acknowledged. Field names are a public contract.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Immutable; unknown fields are ignored, so that an older reader survives a newer writer.

    Its errors name the field and never what was in it. What validates it is built on first use: a function uses few.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Party(Model):
    """Somebody with an address on a channel: an E.164 number, a mail address, an app's user id."""

    address: str = Field(min_length=1, max_length=320)
    name: str | None = Field(default=None, max_length=200)


class Attachment(Model):
    """A file that came along, by reference: nothing is fetched while a provider waits."""

    url: str | None = None
    content_type: str = "application/octet-stream"
    filename: str | None = None
    size: int | None = None
    sha256: str | None = None
    inline: bool = False


class _Inbound(Model):
    """What every kind has.

    `provider_id` is unique per channel and account and is the same in every copy of a delivery: it is what makes a
    delivery count once. `account` is ours. `sent_at` is the provider's time where it tells one.
    """

    channel: str
    account: str
    provider_id: str = Field(min_length=1, max_length=200)
    sender: Party
    to: tuple[Party, ...] = ()
    sent_at: AwareDatetime | None = None
    flags: tuple[str, ...] = ()


class Message(_Inbound):
    """A person wrote something that wants an answer."""

    kind: Literal["message"] = "message"
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class ConsentChange(_Inbound):
    """The customer told automation to stop, to start again, or asked for help (rule TW-4).

    `wording` is what they wrote: it is kept in the audit trail as the evidence.
    """

    kind: Literal["opt_out", "opt_in", "help"]
    wording: str = ""


class DeliveryStatus(StrEnum):
    """How far an outbound message got; see `conversation.advances` for which may follow which."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"


class DeliveryReport(_Inbound):
    """A provider says what became of a message of ours.

    `conversation_id` and `message_id` are ours, echoed through the callback URL; absent in a report on a message that
    this system did not send.
    """

    kind: Literal["delivery_status"] = "delivery_status"
    status: DeliveryStatus
    code: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None


class Unhandled(_Inbound):
    """A verified delivery of a kind that needs nothing done; counted, not routed (rule X-7)."""

    kind: Literal["echo", "system", "unknown"]


Inbound = Annotated[Message | ConsentChange | DeliveryReport | Unhandled, Field(discriminator="kind")]


class Outgoing(Model):
    """What a channel is asked to send: one text to one address, with the ids that its delivery reports will echo."""

    account: str
    sender: str
    recipient: str
    text: str
    conversation_id: str
    message_id: str
    status_callback: str | None = None
    valid_for: int | None = Field(default=None, description="seconds after which the provider shall give up")


class Sent(Model):
    """The provider took a message: its id, and when."""

    provider_id: str
    at: datetime
    status: DeliveryStatus = DeliveryStatus.SENT
    segments: int | None = None
