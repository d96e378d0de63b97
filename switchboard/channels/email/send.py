"""Sending mail through SES, and what its refusals mean (rules EM-24 to EM-26).

The call itself is an argument: AWS is known to `switchboard.aws` alone. SendEmail has no idempotency token, so every
failure says whether anything may have been sent; an acknowledgement is then not repeated.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from switchboard.channels.email.addresses import canonical
from switchboard.channels.email.outbound import Letter, arguments
from switchboard.errors import OptedOutError, SendError, SendRefusedError, SendThrottledError, SendUnknownError
from switchboard.message import DeliveryStatus, Sent

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


@dataclass(frozen=True, slots=True)
class MailSender:
    """One brand's outgoing mail. `suppressed` are canonical addresses that bounced for good or complained (EM-25)."""

    send_email: SendEmail
    clock: Callable[[], datetime]

    def send(self, letter: Letter, suppressed: Collection[str] = ()) -> Sent:
        """Hand the letter to SES, whose acceptance says only that it is queued (EM-25). Raises a `SendError`."""
        if canonical(letter.recipient) in suppressed:
            raise OptedOutError("suppressed", "the address bounced for good or complained; nothing was sent")
        try:
            prepared = arguments(letter)
        except ValueError:
            raise SendRefusedError("bad_address", "an address is none that mail can go to; nothing was sent") from None
        return Sent(provider_id=self.send_email(prepared), at=self.clock(), status=DeliveryStatus.QUEUED)


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


def message_id(provider_id: str, region: str) -> str:
    """Return the Message-ID that SES gives the mail of this id, without angle brackets: what a reply refers to."""
    host = "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"
    return f"{provider_id}@{host}"
