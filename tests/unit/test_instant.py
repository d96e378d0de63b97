from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from switchboard.instant import system_clock, to_millisecond, to_text

INSTANTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001  # made aware next
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(INSTANTS, INSTANTS)
def test_text_sorts_as_time_does(a: datetime, b: datetime) -> None:
    a, b = to_millisecond(a), to_millisecond(b)
    assert (to_text(a) < to_text(b)) == (a < b)


@given(INSTANTS)
def test_text_reads_back_as_the_same_instant(at: datetime) -> None:
    assert datetime.fromisoformat(to_text(at)) == to_millisecond(at)


def test_text_is_in_utc_whatever_the_zone() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert to_text(datetime(2026, 11, 23, 2, 0, 0, 999_999, tzinfo=east)) == "2026-11-22T20:30:00.999Z"


def test_the_clock_survives_storage() -> None:
    now = system_clock()
    assert now.tzinfo is UTC
    assert now == to_millisecond(now)
