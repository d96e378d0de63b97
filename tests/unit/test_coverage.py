"""How many promises held, from what is counted of each."""

from datetime import UTC, datetime, timedelta

import pytest

from switchboard.estimate.coverage import Coverage, Outcome, by_priority, counted, items_of, report
from switchboard.policy import Priority

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def outcome(*, kept: bool = True, channel: str = "sms", at: datetime = NOW, actual: float = 1740) -> Outcome:
    return Outcome("support", channel, Priority.NORMAL, at, kept=kept, announced=3540, actual=actual)


def reported(*outcomes: Outcome) -> list[Coverage]:
    items: dict[str, dict[str, float]] = {}
    for one in outcomes:
        tally = counted(one)
        known = items.setdefault(tally.item, {})
        for name, amount in tally.amounts.items():
            known[name] = known.get(name, 0.0) + amount
    return report("support", items)


def test_a_days_outcomes_are_counted_by_priority_and_channel() -> None:
    sms, mail = sorted(reported(outcome(), outcome(kept=False), outcome(channel="email")), key=lambda one: -one.count)
    assert (sms.channel, sms.count, sms.kept, sms.share) == ("sms", 2, 1, 0.5)
    assert (mail.channel, mail.count, mail.share) == ("email", 1, 1.0)


def test_days_add_up() -> None:
    (found,) = reported(outcome(), outcome(at=NOW - timedelta(days=3)))
    assert (found.count, found.kept) == (2, 2)


def test_the_ratio_is_the_median_of_announced_over_actual() -> None:
    (found,) = reported(*(outcome(actual=actual) for actual in (10, 1740, 1740, 1740, 99_999)))
    assert found.ratio == pytest.approx(2, rel=0.07)


def test_the_last_days_are_named_with_today_and_no_more() -> None:
    first, last = items_of(NOW, 7)
    names = {days: counted(outcome(at=NOW - timedelta(days=days))).item for days in (0, 6, 7)}
    assert {days for days, name in names.items() if first <= name <= last} == {0, 6}


def test_classes_are_summed_over_queues_and_channels_the_most_pressing_first() -> None:
    urgent = Coverage("returns", "sms", Priority.URGENT, 4, 3, 1.0)
    assert list(by_priority([*reported(outcome(), outcome(channel="email", kept=False)), urgent]).items()) == [
        (Priority.URGENT, (4, 3)),
        (Priority.NORMAL, (2, 1)),
    ]
