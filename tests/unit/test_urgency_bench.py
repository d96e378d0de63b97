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
    assert 0.45 < parts["held-out"] / (parts["held-out"] + parts["tune"]) < 0.55


def test_the_tuned_half_keeps_its_priorities() -> None:
    assert accuracy(list(judge("tune"))) >= 0.95
