"""When a promise is renewed: shortly before it breaks, and never in the customer's night."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.estimate.renewal import is_awake, renewal_at
from switchboard.policy import Renewal

ZONE = "Europe/Berlin"
POLICY = Renewal()


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A time in Berlin, in winter."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def test_it_is_renewed_a_few_minutes_before() -> None:
    assert renewal_at(at(10), at(12), POLICY, ZONE) == at(11, 55)


def test_of_a_short_promise_the_last_quarter_is_left() -> None:
    assert renewal_at(at(10), at(10, 10), POLICY, ZONE) == at(10) + timedelta(minutes=7, seconds=30)


def test_a_promise_for_the_night_is_renewed_on_the_evening_before() -> None:
    assert renewal_at(at(17), at(21, 30), POLICY, ZONE) == at(20, 59)
    assert renewal_at(at(12), at(1, 0, day=24), POLICY, ZONE) == at(20, 59)


def test_a_promise_made_late_for_the_night_is_not_renewed_at_all() -> None:
    assert renewal_at(at(20, 30), at(23), POLICY, ZONE) is None
    assert renewal_at(at(20, 30), at(8, day=24), POLICY, ZONE) is None


def test_the_customers_clock_decides() -> None:
    assert renewal_at(at(10), at(12), POLICY, "America/Los_Angeles") is None
    assert renewal_at(at(10), at(12), POLICY, "Asia/Dubai") == at(11, 55)


@pytest.mark.parametrize("policy", [Renewal(enabled=False)])
def test_a_team_may_do_without(policy: Renewal) -> None:
    assert renewal_at(at(10), at(12), policy, ZONE) is None


@given(
    told=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # the zone is given
    wait=st.timedeltas(timedelta(seconds=1), timedelta(days=5)),
    zone=st.sampled_from([ZONE, "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]),
)
def test_whenever_it_is_it_is_after_the_promise_before_its_end_and_by_day(
    told: datetime, wait: timedelta, zone: str
) -> None:
    found = renewal_at(told, told + wait, POLICY, zone)
    if found is not None:
        assert told < found < told + wait
        assert is_awake(found, POLICY, zone)
