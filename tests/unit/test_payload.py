"""Reading JSON that strangers wrote, making events of it, and counting its length."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels.inbound import read_each, said, unknown
from switchboard.channels.length import cut_utf8, cut_utf16, utf8_length, utf16_length
from switchboard.channels.payload import (
    at_milliseconds,
    at_seconds,
    child,
    digest,
    ident,
    items,
    key,
    need,
    number,
    read_object,
    text,
)
from switchboard.errors import UnparseableError
from switchboard.message import Message, Party, Received

COMMON = {"channel": "line", "account": "support"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def reason(body: bytes) -> str:
    with pytest.raises(UnparseableError) as caught:
        read_object(body)
    assert caught.value.__context__ is None
    return caught.value.reason


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_json"),
        (b"\xff", "not_json"),
        (b"{", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b"[]", "not_an_object"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"a": {"b": 1, "b": 2}}', "duplicate_key"),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
    ],
)
def test_SEC_6_what_is_no_bounded_object_is_refused(body: bytes, why: str) -> None:
    assert reason(body) == why


def test_SEC_6_thirty_two_levels_are_read() -> None:
    assert read_object(b'{"a": ' + b"[" * 31 + b"]" * 31 + b"}")


def test_SEC_6_a_number_beyond_two_to_the_53_keeps_its_digits() -> None:
    assert ident(read_object(b'{"id": 9007199254740993}'), "id") == "9007199254740993"


def test_what_cannot_be_stored_is_replaced() -> None:
    assert read_object(rb'{"a\u0000": ["\ud800 \u0000 \ud83d\ude00"]}') == {"a\ufffd": ["\ufffd \ufffd \U0001f600"]}


@given(st.binary())
def test_any_bytes_are_an_object_or_unparseable(body: bytes) -> None:
    with suppress(UnparseableError):
        assert isinstance(read_object(body), dict)


@given(st.dictionaries(st.sampled_from("abc"), JSON))
def test_X_7_no_field_of_any_type_raises(value: dict[str, Any]) -> None:
    assert isinstance(child(value, "a", "b"), dict)
    assert isinstance(items(value, "a"), list)
    assert isinstance(text(value, "a"), str)
    for read in (ident, number, at_seconds, at_milliseconds):
        read(value, "a")


@pytest.mark.parametrize("value", [None, True, 1.5, "", [], {}])
def test_what_is_no_id_is_none(value: object) -> None:
    assert ident({"id": value}, "id") is None
    with pytest.raises(UnparseableError, match="no_id"):
        need({"id": value}, "id")


def test_a_time_is_read_from_a_number_and_from_text() -> None:
    at = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
    assert at_seconds({"t": "1795000000"}, "t") == at_seconds({"t": 1795000000}, "t") == at
    assert at_milliseconds({"t": 1795000000000}, "t") == at


@pytest.mark.parametrize("stamp", [0, -1, "x", "²", 10**30, "9" * 400, None])
def test_an_impossible_time_is_none(stamp: object) -> None:
    assert at_seconds({"t": stamp}, "t") is None


def test_a_key_that_is_too_long_is_hashed() -> None:
    assert key("a", None, "b") == "a:b"
    assert len(key("a" * 500)) == len("sha256:") + 64
    assert key("a" * 500) != key("a" * 501)


def test_a_digest_does_not_depend_on_the_order_of_fields() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def _read(element: dict[str, Any]) -> list[Received]:
    if not element:
        return []
    return [Message(provider_id=need(element, "id"), sender=Party(address=text(element, "from")), **COMMON)]


def test_X_8_a_poison_element_does_not_lose_its_siblings() -> None:
    poison: list[Any] = [
        {"id": "1", "from": "a"},
        {"from": "b"},
        7,
        None,
        {"id": "2", "from": ""},
        {"id": "3", "from": "c"},
    ]
    events = read_each(poison, _read, COMMON)
    assert [event.kind for event in events] == ["message", "unknown", "unknown", "unknown", "unknown", "message"]
    assert all(event.flags == ("malformed",) for event in events if event.kind == "unknown")
    assert len({event.provider_id for event in events}) == len(poison)


def test_X_7_an_element_that_says_nothing_is_unknown_and_not_malformed() -> None:
    assert read_each([{}], _read, COMMON) == [unknown({}, COMMON)]


def test_SEC_6_a_thousand_updates_are_read_and_no_more() -> None:
    one = {"id": "1", "from": "a"}
    assert len(read_each([one] * 1000, _read, COMMON)) == 1000
    with pytest.raises(UnparseableError, match="too_many_updates"):
        read_each([one] * 1001, _read, COMMON)


def test_SEC_6_too_many_updates_are_too_many_at_any_level() -> None:
    one = {"id": "1", "from": "a"}
    with pytest.raises(UnparseableError, match="too_many_updates"):
        read_each([{}], lambda _element: read_each([one] * 1001, _read, COMMON), COMMON)


def test_a_keyword_in_a_group_is_a_message() -> None:
    common = COMMON | {"provider_id": "1", "sender": Party(address="a")}
    assert said("STOP", (), common).kind == "opt_out"
    assert said("STOP", (), common | {"flags": ("group",)}).kind == "message"


@given(st.text(), st.integers(0, 50))
def test_IG_1_a_text_is_cut_between_characters_of_utf8(words: str, limit: int) -> None:
    cut = cut_utf8(words, limit)
    assert words.startswith(cut)
    assert utf8_length(cut) <= limit
    assert cut == words or utf8_length(words[: len(cut) + 1]) > limit


@given(st.text(), st.integers(0, 50))
def test_TG_6_a_text_is_cut_between_characters_of_utf16(words: str, limit: int) -> None:
    cut = cut_utf16(words, limit)
    assert words.startswith(cut)
    assert utf16_length(cut) <= limit
    assert cut == words or utf16_length(words[: len(cut) + 1]) > limit


def test_TG_6_an_emoji_counts_two() -> None:
    assert (utf16_length("a\U0001f600"), utf8_length("a\U0001f600")) == (3, 5)


def test_values_of_json_survive() -> None:
    value = {"a": [1, 2.5, None, True, {"b": "ä"}]}
    assert read_object(json.dumps(value).encode()) == value
