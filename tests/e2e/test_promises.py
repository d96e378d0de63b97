"""A promise on the deployed template: learned from the stream, renewed before it breaks, and kept."""

from datetime import datetime, timedelta
from typing import Any

from switchboard.conversation import Conversation
from switchboard.instant import system_clock, to_text
from switchboard.policy import Priority
from tests.e2e.lab import CUSTOMER, LONG_AGO, Lab


def _promised(lab: Lab) -> Conversation:
    def look() -> Conversation | None:
        known = lab.conversation_of()
        return known if known and known.promised_at else None

    lab.text("Hello, where is my order?")
    known = lab.wait_for(look, "a promise")
    lab.wait_for(lab.phone, "the acknowledgement")
    lab.await_quiet()
    assert known
    return known


def _move_to_where_it_is_noon(lab: Lab) -> None:
    """The customer lives where nobody sleeps now."""
    ahead = 12 - system_clock().hour
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    lab.dynamodb.update_item(
        TableName=lab.outputs["CustomersTable"],
        Key={"address": {"S": f"sms:{CUSTOMER}"}, "item": {"S": "contact"}},
        UpdateExpression="SET #zone = :zone",
        ExpressionAttributeNames={"#zone": "zone"},
        ExpressionAttributeValues={":zone": {"S": zone}},
    )


def _make_due(lab: Lab, known: Conversation) -> None:
    """Its promise is about to break, some time from now."""
    lab.dynamodb.update_item(
        TableName=lab.outputs["ConversationsTable"],
        Key={"thread": {"S": known.thread}, "item": {"S": f"conversation#{known.number:06d}"}},
        UpdateExpression="SET promise_due_at = :due, check_at = :past, revision = revision + :one",
        ExpressionAttributeValues={
            ":due": {"S": to_text(system_clock() - timedelta(seconds=1))},
            ":past": {"S": LONG_AGO},
            ":one": {"N": "1"},
        },
    )


def _waiting(lab: Lab) -> float:
    return lab.board.estimates.outlook("support", Priority.NORMAL, system_clock()).lines[Priority.NORMAL].count


def test_a_promise_is_renewed_once_before_it_breaks_and_kept_by_an_answer(lab: Lab) -> None:
    known = _promised(lab)
    lab.wait_for(lambda: _waiting(lab) == 1, "the conversation in its line")
    _move_to_where_it_is_noon(lab)
    _make_due(lab, known)
    lab.look_at_promises()
    lab.look_at_promises()
    lab.wait_for(lambda: len(lab.phone()) == 2, "the renewal on the phone")
    ann = lab.agent("ann")

    def mine() -> dict[str, Any] | None:
        return next(iter(ann.conversations()), None)

    shown = lab.wait_for(mine, "the conversation with its agent")
    assert shown
    assert shown["renewed_at"]
    assert known.promised_at
    assert shown["promise"] == "pending"
    assert datetime.fromisoformat(shown["promised_at"]) > known.promised_at
    ann.reply(known.id, "It is on its way.")
    lab.wait_for(lambda: "It is on its way." in lab.phone(), "the answer on the phone")
    assert ann.conversation(known.id)["promise"] == "kept"
    counted = lab.board.estimates.coverage
    lab.wait_for(lambda: counted("support", system_clock(), 1), "how it turned out")
    (found,) = counted("support", system_clock(), 1)
    assert (found.channel, found.count, found.kept) == ("sms", 1, 1)
    assert _waiting(lab) == 0
    assert len(lab.phone()) == 3


def test_a_recount_finds_what_no_event_told(lab: Lab) -> None:
    _promised(lab)
    lab.dynamodb.update_item(
        TableName=lab.outputs["QueuesTable"],
        Key={"queue": {"S": "support"}, "item": {"S": "now"}},
        UpdateExpression="ADD waiting_normal :wrong",
        ExpressionAttributeValues={":wrong": {"N": "7"}},
    )
    for _ in range(2):
        lab.router({"detail-type": "recount.due", "detail": {}})
        lab.await_quiet()
    lab.wait_for(lambda: _waiting(lab) == 1, "the recount")
