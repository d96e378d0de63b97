"""What lists show of what was said last: one short line of plain text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.conversation import Entry
from switchboard.excerpt import LONGEST, Spoken, Words, shorten
from switchboard.message import Attachment, Party
from tests.growth import grows_no_faster

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PHOTO, SONG = Attachment(content_type="image/jpeg"), Attachment(content_type="audio/ogg")
LOGO = Attachment(content_type="image/png", inline=True)


def words(text: str = "", *files: Attachment) -> Words:
    return Words(author="customer", text=text, at=MONDAY, attachments=files)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello,\r\n\r\n  where is\tmy parcel?\n", "Hello, where is my parcel?"),
        ("\u200c \u200c\u00a0\u034f \ufeffYour parcel", "Your parcel"),
        ("\u202egnp.exe\u202c harmless", "gnp.exe harmless"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("می\u200cشود 👩\u200d🚒 ❤\ufe0f", "می\u200cشود 👩\u200d🚒 ❤\ufe0f"),
        (" \n ", ""),
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * (LONGEST + 1), "x" * (LONGEST - 1) + "…"),
        ("これは" * LONGEST, "これは" * 39 + "これ…"),
        (f"{'word ' * 23}almost there", f"{'word ' * 23}…".replace(" …", "…")),
    ],
)
def test_a_text_becomes_one_line_of_what_can_be_seen(text: str, line: str) -> None:
    assert shorten(text) == line


@given(st.text())
def test_no_text_makes_more_than_one_short_line(text: str) -> None:
    line = shorten(text)
    assert len(line) <= LONGEST
    assert line.splitlines() == [line] * bool(line)
    assert line == line.strip()


def test_a_long_text_takes_no_longer_than_it_is() -> None:
    assert grows_no_faster(lambda size: "\u200b word" * size, shorten)


@pytest.mark.parametrize(
    ("said", "count", "kind"),
    [
        (words("see"), 0, None),
        (words("", PHOTO), 1, "image"),
        (words("", PHOTO, PHOTO), 2, "image"),
        (words("see", PHOTO, SONG), 2, "other"),
        (words("", Attachment(content_type="application/pdf")), 1, "other"),
        (words("", Attachment(sniffed_type="video/mp4")), 1, "video"),
        (words("see", LOGO), 0, None),
        (words("", LOGO), 1, "image"),
        (words("", LOGO, SONG), 1, "audio"),
    ],
)
def test_files_are_counted_and_what_they_are_is_told_if_they_are_all_of_a_kind(
    said: Words, count: int, kind: Literal["image", "audio", "video", "other"] | None
) -> None:
    assert (len(said.files), said.file_kind) == (count, kind)


def entry(entry_id: str, seconds: int = 0, **changes: Any) -> Entry:
    at = MONDAY + timedelta(seconds=seconds)
    place = {"thread": "acme-sms.c1", "number": 1, "account": "acme-sms", "channel": "sms"}
    said = {"direction": "inbound", "author": "customer", "kind": "message", "text": entry_id}
    return Entry(**{**place, **said, "id": entry_id, "at": at, **changes})


def test_the_newest_is_what_customer_or_agent_said_and_nothing_else() -> None:
    answer = entry("answer", 1, author="agent", direction="outbound", agent_id="ann")
    others = [
        entry("thanks", 2, author="system", direction="outbound", kind="acknowledgement"),
        entry("remark", 3, author="agent", direction="internal", kind="note"),
        entry("passed on", 4, author="agent", direction="outbound", kind="forward"),
    ]
    found = Spoken.of([entry("first"), answer, *others])
    assert found.last == Words(author="agent", agent_id="ann", text="answer", at=answer.at)
    assert found.heard == Words.of(entry("first"))
    assert Spoken.of(others) == Spoken()


def test_what_was_taken_back_is_told_without_its_words() -> None:
    found = Spoken.of([replace(entry("gone"), text="", change="deleted")]).last
    assert found
    assert (found.change, found.excerpt, found.files) == ("deleted", "", ())


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Mia Berg", "Mia Berg"),
        ("  Mia\n\u202eBerg ", "Mia Berg"),
        ("Ünal 🙂", "Ünal 🙂"),
        ("美亞", "美亞"),
        ("a" * 200, "a" * 119 + "…"),
        ("+1 555 123 0001", None),
        ("security@acme.example", None),
        ("security\uff20acme.example", None),
        ("\u200b", None),
        ("", None),
        (None, None),
    ],
)
def test_a_customer_is_called_by_the_name_that_they_give_and_by_nothing_that_looks_like_an_address(
    name: str | None, called: str | None
) -> None:
    sender = Party(address="Mia@customers.example", name=name)
    assert Spoken.of([entry("hello", sender=sender)]).called("mia@customers.example") == called


def test_a_customer_is_called_as_in_their_newest_message() -> None:
    names = [Party(address="mia@customers.example", name=name) for name in ("Mia", "Mia Berg")]
    theirs = [entry(f"m{n}", n, sender=sender) for n, sender in enumerate(names)]
    answer = entry("answer", 5, author="agent", direction="outbound", agent_id="ann")
    assert Spoken.of([*theirs, answer]).called("mia@customers.example") == "Mia Berg"


def test_whoever_got_a_copy_lends_nobody_their_name() -> None:
    boss = entry("I'd like to know that, too", sender=Party(address="boss@customers.example", name="The Boss"))
    assert Spoken.of([boss]).called("mia@customers.example") is None
