"""Agents' wishes, their slates, what was sent, and the queue of alerts."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switchboard.alerts import Alert, Line, Occasion, Preference, Slate, wipe
from switchboard.aws.alerts import LOOK, TELL, DynamoPreferences, DynamoSlates, SqsAlertQueue, read_alert
from switchboard.errors import ConflictError, NotFoundError
from tests.world import MONDAY, World

OCCASION = Occasion(conversation_id="acme-sms.c1.1", reason="assigned", at=MONDAY)
ALERT = Alert(
    alert_id="a1",
    agent_id="ann",
    at=MONDAY,
    count=1,
    lines=(Line(conversation_id="acme-sms.c1.1", reason="assigned", queue="support", priority="normal"),),
)


@pytest.fixture
def slates(world: World) -> DynamoSlates:
    return DynamoSlates(world.client, "consoles")


def test_what_an_agent_wants_is_kept_beside_them_and_changes_nothing_of_them(world: World) -> None:
    world.agent("ann")
    before = world.board.agents.get("ann")
    preferences = DynamoPreferences(world.client, "agents", lambda _: None)
    assert preferences.get("ann") == Preference()
    wanted = Preference(mail="ann@acme.example", reasons=("promise",))
    preferences.put("ann", wanted)
    assert preferences.get("ann") == wanted
    assert world.board.agents.get("ann") == before


def test_nobody_who_is_no_agent_is_kept_a_wish_of(world: World) -> None:
    preferences = DynamoPreferences(world.client, "agents", lambda _: None)
    with pytest.raises(NotFoundError):
        preferences.put("ann", Preference(webhook=True))
    assert world.client.scan(TableName="agents")["Items"] == []


def test_a_slate_is_written_over_only_by_whoever_has_read_it(slates: DynamoSlates) -> None:
    empty = slates.slate("ann")
    assert empty == Slate(agent_id="ann")
    noted = slates.save_slate(empty, replace(empty, occasions=(OCCASION,)))
    assert slates.slate("ann") == noted
    with pytest.raises(ConflictError):
        slates.save_slate(empty, empty)
    wiped = slates.save_slate(noted, replace(wipe(noted, [OCCASION], MONDAY), alerted_at=MONDAY))
    assert slates.slate("ann") == wiped


def test_a_slate_goes_by_itself_a_day_after_its_newest(world: World, slates: DynamoSlates) -> None:
    slates.save_slate(slates.slate("ann"), Slate(agent_id="ann", occasions=(OCCASION,)))
    (item,) = world.client.scan(TableName="consoles")["Items"]
    assert int(item["gone_at"]["N"]) == int((MONDAY + timedelta(days=1)).timestamp())


def test_of_all_who_would_send_an_alert_one_does(slates: DynamoSlates) -> None:
    assert [slates.claim_alert("a1", "mail", MONDAY) for _ in range(3)] == [True, False, False]
    assert slates.claim_alert("a1", "webhook", MONDAY)
    slates.unclaim_alert("a1", "mail")
    assert slates.claim_alert("a1", "mail", MONDAY)


class Queue:
    """What was sent, and how long it is held back."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, int]] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803  # boto3's names
        assert QueueUrl == "url"
        self.sent.append((json.loads(MessageBody), DelaySeconds))


def test_a_look_is_held_back_for_whole_seconds_and_never_too_few() -> None:
    queue = Queue()
    SqsAlertQueue(lambda: queue, "url").look("ann", timedelta(seconds=1.2))  # type: ignore[arg-type,return-value]  # a double
    assert queue.sent == [({"detail-type": LOOK, "detail": {"agent_id": "ann"}}, 2)]


def test_an_alert_comes_out_of_the_queue_as_it_went_in() -> None:
    queue = Queue()
    SqsAlertQueue(lambda: queue, "url").tell(ALERT, "mail")  # type: ignore[arg-type,return-value]  # a double
    ((body, delay),) = queue.sent
    assert (body["detail-type"], body["detail"]["way"], delay) == (TELL, "mail", 0)
    assert read_alert(body["detail"]["alert"]) == ALERT
