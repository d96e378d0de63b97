"""Whether a customer gets an acknowledgement: a table whose first row that applies keeps silent (rule AK-2).

Decide again right before sending, with what is known then (AK-5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

DAILY_LIMIT = 3
"""Acknowledgements to one customer in 24 hours, over all conversations (X-15)."""

REPEATS = 2
"""Acknowledgements of the same words within `REPEATING`; a third is a machine's (X-15)."""

REPEATING = timedelta(minutes=10)
STALE = timedelta(hours=24)


@dataclass(frozen=True)
class Situation:
    """What is known when an acknowledgement is due.

    `acks_today` counts those to this customer in the last 24 hours, this one excluded; `repeats` those of the last ten
    minutes that acknowledged the very same words; `age` is how long ago the customer wrote.
    """

    kind: str
    consent_stopped: bool
    already_acknowledged: bool
    answered: bool
    conversation_open: bool
    recipient_ok: bool
    undeliverable: bool
    acks_today: int
    repeats: int
    enabled: bool
    age: timedelta


@dataclass(frozen=True)
class Decision:
    """Send or keep silent, and the code of the reason."""

    send: bool
    reason: str


_SILENT: tuple[tuple[str, Callable[[Situation], bool]], ...] = (
    ("not_a_message", lambda situation: situation.kind != "message"),
    ("opted_out", lambda situation: situation.consent_stopped),
    ("disabled", lambda situation: not situation.enabled),
    ("already_acknowledged", lambda situation: situation.already_acknowledged),
    ("already_answered", lambda situation: situation.answered),
    ("resolved", lambda situation: not situation.conversation_open),
    ("no_reply_address", lambda situation: not situation.recipient_ok),
    ("suppressed", lambda situation: situation.undeliverable),
    ("repeating", lambda situation: situation.repeats >= REPEATS),
    ("rate_limited", lambda situation: situation.acks_today >= DAILY_LIMIT),
    ("stale", lambda situation: situation.age > STALE),
)


def decide(situation: Situation) -> Decision:
    """Return the first reason to keep silent, in the table's order, else `first_message`."""
    silent = next((reason for reason, applies in _SILENT if applies(situation)), None)
    return Decision(send=False, reason=silent) if silent else Decision(send=True, reason="first_message")
