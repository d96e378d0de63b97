"""What becomes of what nobody understood."""

from datetime import UTC, datetime, timedelta

import pytest

from switchboard.errors import RefusedError
from switchboard.quarantine import Quarantined, State, ask, dismiss, puzzle, understand

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ITEM = Quarantined(
    account="acme-sms",
    channel="sms",
    quarantine_id="q1",
    reason="no_body",
    key="quarantine/acme-sms/q1",
    size=3,
    at=NOON,
)


def test_it_says_who_asked_for_it_and_what_it_was() -> None:
    done = understand(ask(ITEM, "dee", NOON), "message", LATER)
    assert (done.state, done.asked_by, done.retried_at, done.outcome) == (State.RETRIED, "dee", LATER, "message")


def test_it_stays_with_the_reason_of_today_if_it_is_still_not_understood() -> None:
    tried = puzzle(ask(ITEM, "dee", NOON), "no_from", LATER)
    assert (tried.state, tried.reason, tried.retried_at, tried.outcome) == (State.OPEN, "no_from", LATER, None)


def test_what_was_dismissed_can_be_read_again_and_is_open_until_then() -> None:
    again = ask(dismiss(ITEM, "dee", NOON), "eli", LATER)
    assert (again.state, again.asked_by, again.dismissed_by) == (State.OPEN, "eli", None)


def test_dismissing_twice_is_dismissing_once() -> None:
    gone = dismiss(ITEM, "dee", NOON)
    assert dismiss(gone, "eli", LATER) is gone


def test_what_was_understood_is_neither_read_again_nor_dismissed() -> None:
    done = understand(ITEM, "message", NOON)
    assert ask(done, "dee", LATER) is done
    with pytest.raises(RefusedError, match="nothing to dismiss"):
        dismiss(done, "dee", LATER)


def test_EM_3_a_virus_is_never_read_again() -> None:
    infected = puzzle(ITEM, "virus", NOON)
    with pytest.raises(RefusedError, match="dismiss it"):
        ask(infected, "dee", LATER)
    assert dismiss(infected, "dee", LATER).dismissed_by == "dee"
