"""What of a message travels: never more than the bus takes, and never less than it could."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.flows.abridge import LARGEST, LONGEST_TEXT, abridge
from switchboard.message import (
    Attachment,
    Content,
    Delivery,
    DeliveryReport,
    DeliveryStatus,
    Message,
    Party,
    Received,
    Thread,
)

SHORT = Message(channel="email", account="a", provider_id="m1", sender=Party(address="j@c.example"), text="Hello")


def size(message: Received) -> int:
    return len(message.model_dump_json(exclude_none=True).encode())


def largest(letter: str) -> dict[str, object]:
    """Every field as long as the parser of mail lets it be, in letters that take the most room."""
    party = Party(address=f"{letter * 317}@c.", name=letter * 200)
    references = tuple(f"{number:03}{letter * 992}" for number in range(100))
    return {
        "channel": "email",
        "account": "a" * 40,
        "provider_id": "m" * 200,
        "sender": party,
        "from_mailboxes": (party,) * 5000,
        "to": (party,) * 5000,
        "cc": (party,) * 5000,
        "reply_to": (party,) * 5000,
        "subject": letter * 998,
        "thread": Thread(message_id=letter * 995, in_reply_to=letter * 995, references=references, token="t" * 200),
    }


def test_a_short_message_travels_whole() -> None:
    assert abridge(SHORT) == (SHORT, None)


@pytest.mark.parametrize("full_text", [None, "Hello"])
def test_the_same_text_is_not_stored_twice(full_text: str | None) -> None:
    light, content = abridge(SHORT.model_copy(update={"full_text": full_text}))
    assert (light, content) == (SHORT, None)


@pytest.mark.parametrize("more", [{"full_text": "Hello\n> quoted"}, {"quoted": "> quoted"}, {"html": "<p>Hello</p>"}])
def test_what_is_for_reading_only_stays_behind(more: dict[str, str]) -> None:
    light, content = abridge(SHORT.model_copy(update=more))
    assert light == SHORT
    assert content == Content(text="Hello", **more)


@given(st.text(min_size=1, max_size=5).map(lambda text: text * 20_000))
def test_a_long_text_is_cut_and_its_whole_stays_behind(text: str) -> None:
    light, content = abridge(SHORT.model_copy(update={"text": text}))
    assert isinstance(light, Message)
    assert text.startswith(light.text)
    assert len(light.text) <= LONGEST_TEXT
    assert (content == Content(text=text)) == ("shortened" in light.flags) == (light.text != text)
    assert size(light) <= LARGEST


@pytest.mark.parametrize("letter", ["\x01", '"', "é", "漢", "\U0001f600"])
def test_the_largest_message_that_there_can_be_fits(letter: str) -> None:
    file = Attachment(content_type=f"a/{'b' * 5000}", filename=letter * 150, sha256="0" * 64)
    light, content = abridge(Message(**largest(letter), text=letter * 10**6, attachments=(file,) * 50))
    assert isinstance(light, Message)
    assert size(light) <= LARGEST
    assert content
    assert light.to
    assert light.attachments
    assert light.flags == ("shortened",)
    assert light.thread
    assert light.thread.references[-1].startswith("099"), "the newest tells most"


@pytest.mark.parametrize("letter", ["\x01", "漢"])
def test_the_largest_report_that_there_can_be_fits(letter: str) -> None:
    told = Delivery(status=DeliveryStatus.BOUNCED, recipient=letter * 320, reason="user_unknown")
    report = DeliveryReport(**largest(letter), delivery=told, delivery_recipients=(told,) * 100, original_id="i" * 900)
    light, content = abridge(report)
    assert size(light) <= LARGEST
    assert content is None


def test_what_fits_keeps_all_its_recipients_and_references() -> None:
    many = tuple(Party(address=f"{number}@c.example") for number in range(3000))
    wide = SHORT.model_copy(update={"to": many, "thread": Thread(references=("r@x",) * 100)})
    assert abridge(wide) == (wide, None)
