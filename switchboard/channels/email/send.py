"""Sending mail through SES, and what its refusals mean (rules EM-24 to EM-26).

The call itself is an argument: AWS is known to `switchboard.aws` alone. SendEmail has no idempotency token, so every
failure says whether anything may have been sent; an acknowledgement is then not repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from switchboard import letter
from switchboard.channels.email.outbound import Enclosure, Letter, arguments, checked_address
from switchboard.channels.email.threading import reply_address
from switchboard.errors import NotFoundError, SendError, SendRefusedError, SendThrottledError, SendUnknownError
from switchboard.message import DeliveryStatus, Outgoing, Sent, Thread

SendEmail: TypeAlias = Callable[[Mapping[str, Any]], str]
"""Calls SESv2 SendEmail once with these arguments and returns its MessageId; raises a `SendError` (see `failure`)."""

_LATER = {
    "TooManyRequestsException": "too many requests; nothing was sent",
    "ThrottlingException": "too many requests; nothing was sent",
    "Throttling": "too many requests; nothing was sent",
    "LimitExceededException": "the sending quota is used up; nothing was sent",
}
_CONFIGURATION = {
    "AccountSuspendedException": "SES has suspended the account; nothing was sent. See its dashboard",
    "SendingPausedException": "sending is paused; nothing was sent. Resume it in SES",
    "MailFromDomainNotVerifiedException": "the MAIL FROM domain isn't verified; nothing was sent. Check its DNS",
    "NotFoundException": "the identity or configuration set is missing; nothing was sent. Create it",
    "AccessDeniedException": "the function may not send as this identity; nothing was sent. Check its role",
    "UnrecognizedClientException": "credentials not accepted; nothing was sent. Check the function's role",
}
_REFUSED = {
    "MessageRejected": "SES refused the message",
    "BadRequestException": "SES can't read the request",
    "ValidationException": "SES can't read the request",
}
_SERVER_ERROR = 500


def _no_files(_key: str) -> bytes:
    raise TypeError("whoever sends files says where they lie")


@dataclass(frozen=True, slots=True)
class MailSender:
    """One account's outgoing mail; implements `channels.Sender`. `key` signs the marks by which answers come back."""

    send_email: SendEmail
    clock: Callable[[], datetime]
    key: bytes
    configuration_set: str | None = None
    fetch: Callable[[str], bytes] = _no_files
    """Reads a file of ours by its key; raises `NotFoundError`."""

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand the mail to SES, whose acceptance says only that it is queued (EM-25). Raises a `SendError`."""
        try:
            files = tuple(Enclosure(file.filename, file.content_type, self.fetch(file.key)) for file in outgoing.files)
            letter = letter_of(outgoing, self.key, self.configuration_set)
            prepared = arguments(replace(letter, files=files))
        except NotFoundError:
            raise SendRefusedError("file_gone", "a file of it is not there any more; nothing was sent") from None
        except ValueError:
            raise SendRefusedError("bad_address", "an address is none that mail can go to; nothing was sent") from None
        return Sent(provider_id=self.send_email(prepared), at=self.clock(), status=DeliveryStatus.QUEUED)

    def find(self, _outgoing: Outgoing, _since: datetime) -> Sequence[Sent]:
        """Nothing: SES can't be asked what it has sent (rule EM-26)."""
        return ()


def letter_of(outgoing: Outgoing, key: bytes, configuration_set: str | None = None) -> Letter:
    """Write the letter: an answer comes back to the signed address, or by a tag in its subject (rules EM-20, EM-22).

    What we tell by ourselves is a page, too, made now of its text; what agents write stays as they wrote it.
    """
    thread, conversation = outgoing.thread or Thread(), outgoing.conversation_id
    reply_to = reply_address(outgoing.sender, conversation, key)
    return Letter(
        sender=outgoing.sender,
        recipient=outgoing.recipient,
        text=outgoing.text,
        html=letter.page(outgoing.text, outgoing.language) if outgoing.automatic and outgoing.language else None,
        conversation_id=conversation,
        message_id=outgoing.message_id,
        sender_name=outgoing.sender_name,
        subject=outgoing.subject,
        in_reply_to=thread.message_id,
        references=thread.references,
        cc=tuple(address for address in outgoing.cc if _can_be_sent_to(address)),
        also_to=outgoing.also_to,
        passes_on=outgoing.passes_on,
        reply_to=reply_to,
        subject_key=None if reply_to else key,
        automatic=outgoing.automatic,
        configuration_set=configuration_set,
    )


def _can_be_sent_to(address: str) -> bool:
    """Whether a copy can go there: one bad address of many must not hold up the answer."""
    try:
        checked_address(address)
    except ValueError:
        return False
    return True


def failure(code: str, status: int | None) -> SendError:
    """Return what an answer of SES's other than success means; `status` is its HTTP status."""
    if code in _LATER:
        return SendThrottledError(code, _LATER[code])
    if code in _CONFIGURATION:
        return SendThrottledError(code, _CONFIGURATION[code])  # parked: it goes out when an operator has put it right
    if code in _REFUSED:
        return SendRefusedError(code, _REFUSED[code])
    if status is not None and status < _SERVER_ERROR:
        return SendRefusedError(code, "refused; see the API reference of SESv2 SendEmail")
    return SendUnknownError(code, "failed at SES; the mail may be out")
