"""Everything that can go wrong, by name.

`retryable` says whether the same input may succeed later: a queue consumer lets a retryable error out (the queue
redelivers, and after some tries parks it in the dead-letter queue) and records a permanent one as an outcome.
Messages name the remedy and never carry customers' text, names or addresses (promise 10).
"""

from typing import ClassVar


class SwitchboardError(Exception):
    """Base of all errors raised on purpose."""

    retryable: ClassVar[bool] = False


class PolicyError(SwitchboardError):
    """The policy file is invalid; the message names the field and the remedy."""


class SecretMissingError(SwitchboardError):
    """An account's secret is absent, empty or still the placeholder: fail closed (rule X-13)."""


class UnverifiedError(SwitchboardError):
    """A delivery is not from whom it claims, or is for another account than the one it was sent to."""


class OversizeError(SwitchboardError):
    """A delivery is larger than the channel allows."""


class UnparseableError(SwitchboardError):
    """A verified delivery can't be understood; it is quarantined with its raw bytes, never dropped."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnavailableError(SwitchboardError):
    """Something that a step can't do without is out of reach; the provider is told to come back (rule X-2)."""

    retryable = True


class BusRefusedError(UnavailableError):
    """The event bus did not take an event."""


class ConflictError(SwitchboardError):
    """Somebody else changed the item first: read again and decide again."""

    retryable = True


class AlreadyRecordedError(SwitchboardError):
    """A redelivery: what it brings has had its effect."""


class AgentUnavailableError(ConflictError):
    """The agent has not enough free units, or is not online any more."""


class NotYetError(SwitchboardError):
    """A precondition will come true by itself, such as an earlier message still being sent."""

    retryable = True


class SendError(SwitchboardError):
    """A provider did not take a message."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class SendRefusedError(SendError):
    """The provider refused the message for good; sending it again would be refused again."""


class OptedOutError(SendRefusedError):
    """The provider knows that the recipient opted out (Twilio 21610)."""


class SendThrottledError(SendError):
    """The provider refused before accepting: nothing was sent, try again later."""

    retryable = True


class SendUnknownError(SendError):
    """It is not known whether the provider took the message: ask it before anything is repeated (rule TW-8)."""

    retryable = True


class MediaRefusedError(SwitchboardError):
    """A customer's file can't be had, for good; `code` is what is recorded with it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: the file can't be fetched, and asking again would not help")
        self.code = code


class MediaUnavailableError(UnavailableError):
    """A customer's file can't be had now; its network may give it later."""


class ForbiddenError(SwitchboardError):
    """This agent may not see or change this conversation."""


class OutdatedError(SwitchboardError):
    """Somebody changed a setting since the caller read it."""


class NotFoundError(SwitchboardError):
    """There is no such thing, or not for this agent."""


class UnfitError(SwitchboardError):
    """A text is longer than its channel takes; the message says by how much."""


class RefusedError(SwitchboardError):
    """An agent's request contradicts the state of the conversation; the message says which and what to do."""
