"""The labelled messages, and how well the half that wordings may be tuned on is read."""

from collections import Counter
from typing import get_args

from bench import urgency
from bench.urgency import PARTS, accuracy, judge, part_of
from switchboard.policy import Priority
from switchboard.urgency import Kind


def test_the_labelled_messages_are_many_with_traps_and_no_doubles() -> None:
    messages = urgency._messages()
    assert len(messages) >= 400
    assert (
        len({message["text"] for message in messages}) == len({message["id"] for message in messages}) == len(messages)
    )
    assert sum(message["trap"] for message in messages) >= 0.4 * len(messages)
    assert len({message["language"] for message in messages}) >= 7


def test_the_labels_are_kinds_and_priorities() -> None:
    for message in urgency._messages():
        assert set(message["kinds"]) <= set(get_args(Kind)), message["id"]
        assert message["priority"] in set(Priority), message["id"]


def test_half_is_kept_out_of_tuning() -> None:
    parts = Counter(part_of(message["id"]) for message in urgency._messages())
    assert set(parts) == set(PARTS)
    assert parts["tune"] < 0.5 * sum(parts.values())


def test_the_fresh_messages_are_many_in_ten_languages_with_traps() -> None:
    fresh = [message for message in urgency._messages() if part_of(message["id"]) == "fresh2"]
    assert len(fresh) >= 250
    assert len({message["language"] for message in fresh}) == 10
    assert sum(message["trap"] for message in fresh) >= 0.4 * len(fresh)


def test_the_tuned_half_keeps_its_priorities() -> None:
    assert accuracy(list(judge("tune"))) >= 0.95
