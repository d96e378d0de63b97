"""What customers are told around closing times, clock changes and holidays, however far the clock is turned.

The journeys are those of docs/promises.md, which `tests/unit/test_docs.py` holds equal to what they give.
"""

from datetime import UTC, datetime, timedelta

import pytest

from switchboard.estimate.renewal import is_awake
from switchboard.hours import Hours
from tests.time_travel import Journey, Travelled, chronicle, policy, travel, travelled

EVERY = pytest.mark.parametrize("one", travelled(), ids=lambda one: f"{one.journey.account} {one.journey.wrote}")
DANGER = "There is smoke coming out of the lamp!"


def hours_of(one: Travelled) -> Hours:
    return policy().hours_of(policy().accounts[one.journey.account].queue)


def go(wrote: str, answered: str, account: str = "shop", zone: str | None = None, body: str = "hello") -> Travelled:
    return travel(Journey("", wrote, answered, account, zone, body))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# -- what holds of each -----------------------------------------------------------------------------


@EVERY
def test_a_promise_is_for_when_somebody_is_there_or_the_moment_it_closes(one: Travelled) -> None:
    for promised in (one.first, one.known.promised_at):
        assert promised
        assert hours_of(one).is_open(promised - timedelta(seconds=1))


@EVERY
def test_a_promise_leaves_as_much_business_time_as_the_target(one: Travelled) -> None:
    assert one.first
    target = policy().target(one.known.queue, one.known.priority)
    assert hours_of(one).elapsed(one.known.opened_at, one.first) >= target


@EVERY
def test_the_text_says_the_time_that_is_kept_as_the_promise_by_the_clock_that_the_customer_reads(
    one: Travelled,
) -> None:
    promises = [one.first, one.renewal.promised_at if one.renewal else None]
    for told, promised in zip(one.told, promises, strict=False):
        assert promised
        local = promised.astimezone(one.journey.clock)
        minutes = (promised - told.at) // timedelta(minutes=1)
        said = (f"by {local:%H:%M}", f"within {minutes} minutes", f"by {local:%A} {local.day} {local:%B}")
        assert any(each in told.text for each in said)


@EVERY
def test_a_zone_is_named_unless_it_is_the_customers_own(one: Travelled) -> None:
    for told in one.told:
        if "by 0" in told.text or "by 1" in told.text or "by 2" in told.text:
            named = any(f"{name}." in told.text for name in ("CET", "CEST", "EST", "EDT"))
            assert named is (one.journey.zone is None)


@EVERY
def test_there_is_one_renewal_at_most_before_the_promise_breaks_and_by_day(one: Travelled) -> None:
    assert len(one.told) == (2 if one.renewal else 1)
    if one.renewal:
        assert one.first
        assert one.known.answered_at
        assert one.renewal.promised_at
        assert one.renewal.at < one.first < one.renewal.promised_at
        assert one.renewal.at < one.known.answered_at
        assert is_awake(one.renewal.at, policy().renewal, str(one.journey.clock))


@EVERY
def test_a_promise_is_kept_if_the_answer_comes_by_the_newest_time_that_was_said(one: Travelled) -> None:
    assert one.known.promised_at
    assert one.known.answered_at
    assert one.is_kept is (one.known.answered_at <= one.known.promised_at)


# -- what one would ask -----------------------------------------------------------------------------


def test_on_a_friday_evening_it_is_monday() -> None:
    one = go("2026-11-27 19:30", "2026-11-30 10:00")
    assert one.first == at("2026-11-30T11:00+01:00")
    assert "We are closed now. We'll answer on Monday by 11:00 CET." in one.told[0].text


def test_what_is_left_of_friday_counts_for_monday() -> None:
    one = go("2026-11-27 16:20", "2026-11-30 10:00")
    assert one.first == at("2026-11-30T10:30+01:00")
    assert "closed" not in one.told[0].text


def test_in_the_night_that_the_clocks_go_forward_two_hours_are_two_hours() -> None:
    one = go("2026-03-29 01:15", "2026-03-29 04:05", "hotline")
    assert one.first == at("2026-03-29T04:15+02:00")
    assert one.first - one.known.opened_at == timedelta(hours=2)


def test_in_the_night_that_the_clocks_go_back_two_hours_are_two_hours() -> None:
    one = go("2026-10-25 01:30", "2026-10-25 02:10+", "hotline")
    assert one.first == at("2026-10-25T02:30+01:00")
    assert one.first - one.known.opened_at == timedelta(hours=2)
    assert "by 02:30 CET." in one.told[0].text


def test_over_christmas_nobody_is_promised_anything_for_a_holiday() -> None:
    days = [go(f"2026-12-{day} 11:30", "2026-12-28 12:00").first for day in (24, 25, 26, 27)]
    assert days == [at("2026-12-28T10:30+01:00"), *[at("2026-12-28T11:00+01:00")] * 3]


def test_on_a_holiday_it_is_said_that_it_is_one_and_on_a_weekend_that_we_are_closed() -> None:
    texts = [go(f"2026-12-{day} 11:30", "2026-12-28 09:30").told[0].text for day in (25, 27)]
    assert ["Closed for a holiday." in text for text in texts] == [True, False]
    assert ["We are closed now." in text for text in texts] == [False, True]


def test_a_far_day_is_said_without_a_time_and_lasts_until_it_closes() -> None:
    one = go("2026-12-22 10:00", "2026-12-30 11:00", "repairs")
    assert one.first == at("2026-12-30T18:00+01:00")
    assert "by Wednesday 30 December." in one.told[0].text


def test_a_customer_elsewhere_reads_our_opening_by_their_clock() -> None:
    one = go("2026-11-24 15:40", "2026-11-25 08:30", zone="Europe/London")
    assert one.first == at("2026-11-25T10:00+01:00")
    assert "tomorrow by 09:00." in one.told[0].text


def test_a_renewal_that_would_come_at_night_comes_in_the_evening() -> None:
    one = go("2026-11-24 19:30", "2026-11-24 22:40", zone="Asia/Tokyo")
    assert one.renewal
    assert one.renewal.at == at("2026-11-24T20:59+09:00")


def test_at_night_a_promise_breaks_without_waking_anybody() -> None:
    one = go("2026-11-24 22:30", "2026-11-25 01:15", "hotline")
    assert (one.renewal, one.known.promise) == (None, "broken")


def test_an_answer_before_the_renewal_is_all_that_comes() -> None:
    assert go("2026-11-24 10:00", "2026-11-24 11:40").renewal is None


def test_whoever_writes_of_danger_is_not_thanked_and_told_how_to_reach_us_now() -> None:
    text = go("2026-11-24 10:00", "2026-11-24 10:09", body=DANGER).told[0].text
    assert "Thank" not in text
    assert "In danger? Call +49 30 5550 1000. We'll answer within 15 minutes." in text


def test_each_journey_has_its_row_and_its_texts_on_the_page() -> None:
    page = chronicle()
    assert all(f"| {number} |" in page for number in range(1, len(travelled()) + 1))
    assert all(told.text in page for one in travelled() for told in one.told)
