"""The one shape of whatever a customer or a provider sends, whichever channel it came by.

A delivery (one webhook call, one mail) holds one or more of these; `kind` says what each is. Only a `message` opens or
continues a conversation, and only a `message` is ever acknowledged. Field names are a public contract
(docs/messages.schema.json): a field that doesn't apply is absent.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter


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
    """A file that came along. By reference where the provider keeps it: nothing is fetched while it waits.

    `content_type` is what was declared; `inline` files belong to the text and are not listed to people. Once the media
    worker has been there, `key` is where our copy lies and `sniffed_type` what it really is, or `refusal` the code of
    why there is none (rule SEC-8).
    """

    url: str | None = None
    content_type: str = "application/octet-stream"
    filename: str | None = Field(default=None, max_length=150)
    size: int | None = Field(default=None, ge=0, description="bytes")
    sha256: str | None = None
    inline: bool = False
    key: str | None = None
    sniffed_type: str | None = None
    refusal: str | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether the media worker has yet to say anything of it."""
        return self.key is None and self.refusal is None


class Thread(Model):
    """What a message says of the exchange that it belongs to. Ids are as the provider or the mail has them."""

    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    token: str | None = Field(default=None, description="our own signed mark, verified: the conversation's id")


class Forwarded(Model):
    """What a message passes on says of itself: who wrote it, when (as written there: often without a zone), on what."""

    sender: Party | None = None
    date: str | None = Field(default=None, max_length=200)
    subject: str | None = None


class Category(StrEnum):
    """What kind of machine wrote, where one did."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    VACATION = "vacation"
    LIST = "list"
    NOTIFICATION = "notification"
    RECEIPT = "receipt"
    CALENDAR = "calendar"


class Automation(Model):
    """Whether a machine wrote, and apart from that whether one may answer (rules AK-1, AK-2).

    `reason` is the code of the first row that forbids an answer; `generated` mail is routed like any other.
    """

    generated: bool = False
    may_reply: bool = True
    reason: str | None = None
    category: Category | None = None
    answer_to: str | None = Field(default=None, description="the one address for an automatic answer (rule AK-1)")


class _Inbound(Model):
    """What every kind has.

    `provider_id` is unique per channel and account and is the same in every copy of a delivery: it is what makes a
    delivery count once. `account` is ours. `sent_at` is the provider's time where it tells one. `flags` are codes such
    as `malformed`, `encrypted`, `spam`, `virus`, `oversize`, `forwarded`, `edited`, `standby`, `group`, `ephemeral`.
    `raw` is the key of the raw bytes in our bucket where they are kept: of every mail.
    """

    channel: str
    account: str
    provider_id: str = Field(min_length=1, max_length=200)
    sender: Party | None = None
    from_mailboxes: tuple[Party, ...] = ()
    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    reply_to: tuple[Party, ...] = ()
    subject: str | None = None
    sent_at: AwareDatetime | None = None
    thread: Thread | None = None
    auto: Automation | None = None
    flags: tuple[str, ...] = ()
    raw: str | None = None


class Message(_Inbound):
    """A person wrote something that wants an answer.

    `text` is what is new in it, without quotes and signature; `full_text` all of it; `quoted` what `text` leaves out.
    On channels without quoting only `text` is set. `html` is sanitised: safe to show; a picture from elsewhere is
    `remote:https://…` in it, which loads nothing. What is too large to travel (`full_text`, `quoted`, `html`, the end
    of a very long `text`) lies as a `Content` in our bucket, under the key `content`.
    """

    kind: Literal["message"] = "message"
    sender: Party
    text: str = ""
    full_text: str | None = None
    quoted: str | None = None
    html: str | None = None
    language: str | None = Field(default=None, description="BCP 47 primary tag; absent where it can't be told")
    attachments: tuple[Attachment, ...] = ()
    forwarded_from: Forwarded | None = None
    content: str | None = None
    reply_token: str | None = Field(default=None, description="answers this message within a moment, and once")


class Content(Model):
    """The whole of a message, where it lies in our bucket: see `Message`."""

    text: str = ""
    full_text: str | None = None
    quoted: str | None = None
    html: str | None = None


class Edit(_Inbound):
    """The sender changed a message of theirs; `target` is its provider id."""

    kind: Literal["edit"] = "edit"
    target: str
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class Deletion(_Inbound):
    """The sender took a message back; `target` is its provider id. Its content is removed from our store."""

    kind: Literal["delete"] = "delete"
    target: str


class Reaction(_Inbound):
    """The sender put an emoji to a message, or took it off again (`emoji` is empty)."""

    kind: Literal["reaction"] = "reaction"
    target: str
    emoji: str = ""


class Postback(_Inbound):
    """The sender pressed a button of ours; `payload` is what we gave the button, `text` what it says."""

    kind: Literal["postback"] = "postback"
    payload: str = ""
    text: str = ""


class ConsentChange(_Inbound):
    """The customer told automation to stop, to start again, or asked for help (rule TW-4).

    `wording` is what they wrote: it is kept in the audit trail as the evidence.
    """

    kind: Literal["opt_out", "opt_in", "help"]
    sender: Party
    wording: str = ""


class DeliveryStatus(StrEnum):
    """How far an outbound message got; see `conversation.advances` for which may follow which."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


class Delivery(Model):
    """What became of a message for one recipient: `reason` is a provider's code, `dsn` is of RFC 3463."""

    status: DeliveryStatus
    dsn: str | None = None
    hard: bool | None = Field(default=None, description="whether the address is bad for good")
    reason: str | None = None
    recipient: str | None = None


class DeliveryReport(_Inbound):
    """A provider says what became of a message of ours.

    `conversation_id` and `message_id` are ours where the report tells them, `original_id` is the provider's id of the
    message that it is about. A report on several recipients has them all in `delivery_recipients`.
    """

    kind: Literal["delivery_status"] = "delivery_status"
    delivery: Delivery
    delivery_recipients: tuple[Delivery, ...] = ()
    original_id: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None


class Unhandled(_Inbound):
    """A verified delivery that needs nothing of the router; counted, not routed (rule X-7).

    An `echo` is our own side's traffic (rule X-14): one by a human agent elsewhere cancels a pending acknowledgement.
    """

    kind: Literal["echo", "system", "unknown", "read", "typing", "block", "unblock", "referral"]


Received: TypeAlias = Message | Edit | Deletion | Reaction | Postback | ConsentChange | DeliveryReport | Unhandled
"""Any event of a delivery."""

Inbound = Annotated[Received, Field(discriminator="kind")]
INBOUND: TypeAdapter[Received] = TypeAdapter(Inbound, config=ConfigDict(defer_build=True))


def as_plain(event: Received) -> dict[str, Any]:
    """An event as JSON-ready values: a field that doesn't apply is absent."""
    return _without_empty(event.model_dump(mode="json", exclude_none=True))


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    kept = {name: _without_empty(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value not in ([], {})}


class OutgoingFile(Model):
    """A file that a channel is asked to send.

    It lies in our bucket under `key`; `url` gives it to the provider for an hour, `link` to the customer for a month.
    """

    key: str
    filename: str
    content_type: str
    size: int
    url: str
    link: str


class Outgoing(Model):
    """What a channel is asked to send: words or files to one address, with the ids that its delivery reports will echo.

    What of the exchange it continues is `thread`, `subject` and `cc`; `reply_token` is of the message that it answers.
    `automatic` is what no person wrote; `language`, a BCP 47 tag, is what it is written in, where that is known. With
    `passes_on` it begins anew, with others than the customer: `recipient`, and `also_to`.
    """

    account: str
    sender: str
    recipient: str
    text: str
    conversation_id: str
    message_id: str
    status_callback: str | None = None
    valid_for: int | None = Field(default=None, description="seconds after which the provider shall give up")
    sender_name: str | None = None
    subject: str | None = None
    thread: Thread | None = Field(default=None, description="of the message that it answers")
    cc: tuple[str, ...] = ()
    also_to: tuple[str, ...] = ()
    passes_on: bool = False
    files: tuple[OutgoingFile, ...] = ()
    automatic: bool = False
    language: str | None = None
    reply_token: str | None = None
    asked_at: AwareDatetime | None = Field(default=None, description="when the message that it answers came")


class Sent(Model):
    """The provider took a message: its id, and when."""

    provider_id: str
    at: datetime
    status: DeliveryStatus = DeliveryStatus.SENT
    segments: int | None = None
