"""The feed tells each message's way from the bus's events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.feed import Event, Feed, Step, show
from switchboard.events import (
    ConversationAcknowledged,
    ConversationAssigned,
    ConversationDeliveryChanged,
    ConversationMessageAdded,
    ConversationOpened,
    ConversationQueued,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.events import Event as BusEvent
from switchboard.message import Delivery, DeliveryReport, DeliveryStatus, Message, Party

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SID = "SM000001"
CONVERSATION: dict[str, Any] = {"conversation_id": "acme-sms.abc.1", "account": "acme-sms", "channel": "sms"}
PLACE: dict[str, Any] = {**CONVERSATION, "queue": "support", "priority": "normal"}


def after(ms: int) -> datetime:
    return START + timedelta(milliseconds=ms)


def received() -> MessageReceived:
    message = Message(
        channel="sms", account="acme-sms", provider_id=SID, sender=Party(address="+15551230001"), text="secret words"
    )
    return MessageReceived(at=START, message=message)


def added(ms: int = 20, **changes: Any) -> ConversationMessageAdded:
    facts = {"message_id": SID, "direction": "inbound", "author": "customer", "kind": "message"} | changes
    return ConversationMessageAdded(at=after(ms), **CONVERSATION, **facts)


def opened(ms: int = 25) -> ConversationOpened:
    return ConversationOpened(at=after(ms), **PLACE, policy="p")


def assigned(ms: int = 40) -> ConversationAssigned:
    return ConversationAssigned(at=after(ms), **PLACE, agent_id="1234", waited_seconds=0, lease_until=None, policy="p")


def on_the_bus(*events: BusEvent) -> list[Event]:
    return [(event.DETAIL_TYPE, event.model_dump(mode="json", exclude_none=True)) for event in events]


def _ms(since: timedelta | None) -> float | None:
    return None if since is None else since / timedelta(milliseconds=1)


def told(*events: BusEvent, feed: Feed | None = None, now: datetime = START) -> list[tuple[str, float | None, str]]:
    steps = (feed or Feed({"1234": "ann"})).read(on_the_bus(*events), now)
    return [(step.what, _ms(step.since), step.detail) for step in steps]


def test_a_message_is_followed_from_its_receipt_to_its_acknowledgement() -> None:
    acknowledged = ConversationAcknowledged(at=after(100), **PLACE, sent=True, reason="opened", promised_at=None)
    sent = added(100, message_id="ack", direction="outbound", author="system", kind="acknowledgement")
    arrived = ConversationDeliveryChanged(
        at=after(300), **CONVERSATION, message_id="ack", status=DeliveryStatus.DELIVERED
    )

    assert told(received(), added(), opened(), assigned(), acknowledged, sent, arrived) == [
        ("received", 0, "acme-sms"),
        ("routed", 25, "support, normal"),
        ("assigned", 40, "to ann"),
        ("acknowledged", 100, ""),
        ("delivered", 300, "acknowledgement"),
    ]


def test_an_agent_s_answer_is_told_with_who_gave_it() -> None:
    answer = added(60_000, message_id="reply", direction="outbound", author="agent")

    assert told(received(), added(), opened(), assigned(), answer)[-1] == ("answered", 60_000, "ann")


def test_a_conversation_waits_if_nobody_takes_it_at_once() -> None:
    feed = Feed({})
    assert told(received(), added(), opened(), feed=feed, now=after(500))[-1][0] == "routed"

    assert told(feed=feed, now=after(1100)) == [("waiting", 25, "support, normal")]
    assert told(feed=feed, now=after(2200)) == []


def test_a_conversation_that_comes_back_says_why() -> None:
    feed = Feed({})
    told(received(), added(), opened(), assigned(), feed=feed)
    lapsed = ConversationQueued(at=after(5000), **PLACE, reason="lease_lapsed", waiting_since=START)

    assert told(lapsed, feed=feed, now=after(9000)) == [("waiting", 5000, "support, normal: lease lapsed")]


def test_a_message_of_a_conversation_from_before_the_feed_is_told_all_the_same() -> None:
    feed = Feed({})

    assert [what for what, *_ in told(received(), added(), feed=feed)] == ["received"]
    assert told(feed=feed, now=after(1100)) == [("routed", 20, "")]


def test_delivery_reports_are_not_messages() -> None:
    report = DeliveryReport(
        channel="sms",
        account="a",
        provider_id="x",
        sender=Party(address="+1"),
        delivery=Delivery(status=DeliveryStatus.SENT),
    )

    assert told(MessageReceived(at=START, message=report)) == []


def test_what_could_not_be_understood_is_shown_with_its_reason() -> None:
    event = MessageQuarantined(
        at=START, account="acme-sms", channel="sms", quarantine_id="q", reason="not_utf8", key="k", size=3
    )

    assert told(event) == [("quarantined", None, "not_utf8")]


def test_a_mail_is_told_like_any_other_message_and_where_it_bounced() -> None:
    mail = Message(
        channel="email",
        account="acme-email",
        provider_id=SID,
        sender=Party(address="mia@customers.example", name="Mia"),
        subject="secret subject",
        text="secret words",
    )
    place = PLACE | {"account": "acme-email", "channel": "email"}
    sent = added(60, message_id="ack", direction="outbound", author="system", kind="acknowledgement")
    bounced = ConversationDeliveryChanged(
        at=after(90), **CONVERSATION, message_id="ack", status=DeliveryStatus.BOUNCED, code="user_unknown"
    )
    feed = Feed({})
    steps = list(
        feed.read(
            on_the_bus(
                MessageReceived(at=START, message=mail),
                added(),
                ConversationOpened(at=after(25), **place, policy="p"),
                sent,
                bounced,
            ),
            START,
        )
    )

    assert [step.what for step in steps] == ["received", "routed", "bounced"]
    lines = "\n".join(show(step, colours=True) for step in steps)
    assert "secret" not in lines
    assert "mia" not in lines.lower()


def test_no_line_shows_a_text_or_an_address() -> None:
    steps = Feed({}).read(on_the_bus(received(), added(), opened(), assigned()), after(0))

    lines = "\n".join(show(step, colours=True) for step in steps)

    assert "secret" not in lines
    assert "+1555" not in lines


@pytest.mark.parametrize(("colours", "coloured"), [(True, True), (False, False)])
def test_only_a_terminal_gets_colours(*, colours: bool, coloured: bool) -> None:
    line = show(Step(START, SID, "received", timedelta(0)), colours=colours)

    assert ("\033[" in line) is coloured


def test_a_line_shows_milliseconds() -> None:
    assert "1,234 ms  to ann" in show(Step(START, SID, "assigned", timedelta(seconds=1.234), "to ann"), colours=False)
