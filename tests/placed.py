"""A conversation that waits where its message was placed."""

from datetime import UTC, datetime
from typing import Any

from switchboard.conversation import Conversation
from switchboard.priority import Placement

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""10:00 in New York on a working day."""


def waiting(placement: Placement, **changes: Any) -> Conversation:
    """As if the router had opened it on Monday."""
    facts: dict[str, Any] = {
        "thread": "acme-sms.c1",
        "number": 1,
        "account": "acme-sms",
        "channel": "sms",
        "customer_id": "c1",
        "address": "+15551230001",
        "language": "en",
        "queue": placement.queue,
        "priority": placement.priority,
        "skills": placement.skills,
        "reasons": placement.reasons,
        "why": placement.why,
        "score": placement.score,
        "pending": placement.pending,
        "policy": "p",
        "opened_at": MONDAY,
        "awaiting_since": MONDAY,
    }
    return Conversation(**(facts | changes))
