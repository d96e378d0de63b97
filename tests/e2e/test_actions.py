"""What agents do by hand, as deployed: through the API, the tables, the stream and the router."""

from datetime import UTC, datetime, timedelta
from typing import Any

from switchboard.conversation import Conversation, Status
from tests.e2e.lab import CUSTOMER, Lab

OTHER = "+15551230002"


def _in(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def _owned_by(lab: Lab, username: str, customer: str = CUSTOMER) -> Conversation:
    agent_id = lab.agent_id(username)

    def look() -> Conversation | None:
        known = lab.conversation_of(customer)
        return known if known and known.owner == agent_id else None

    found = lab.wait_for(look, f"a conversation of {username}'s")
    assert found
    return found


def _opened(lab: Lab) -> Conversation:
    lab.agent("ann")
    lab.text("hello")
    return _owned_by(lab, "ann")


def _free(lab: Lab, username: str) -> int:
    agent = lab.agents.get(lab.agent_id(username))
    assert agent
    return agent.free


def _ask(lab: Lab, username: str, method: str, path: str, body: Any = None, key: str = "k-1") -> Any:
    answer = lab.call(username, method, path, body, {"idempotency-key": key})
    assert answer.is_success, answer.text
    return answer.json()


def test_a_lead_assigns_past_the_capacity_and_the_load_heals(lab: Lab) -> None:
    known = _opened(lab)
    lab.agent("ben")
    _ask(lab, "dee", "POST", f"conversations/{known.id}/assign", {"agent_id": lab.agent_id("ben")})
    assert (_free(lab, "ann"), _free(lab, "ben")) == (3, 2)
    lab.sweep()
    lab.await_quiet()
    _owned_by(lab, "ben")
    _ask(lab, "ben", "POST", f"conversations/{known.id}/resolve", {"leave_unanswered": True})
    assert _free(lab, "ben") == 3


def test_a_transfer_to_a_queue_finds_an_agent_there_and_its_note_stays_inside(lab: Lab) -> None:
    known = _opened(lab)
    lab.agent("cho")
    body = {"queue": "returns", "note": "wants a refund: internal"}
    for _ in range(2):
        _ask(lab, "ann", "POST", f"conversations/{known.id}/transfer", body)
    _owned_by(lab, "cho")
    _ask(lab, "cho", "POST", f"conversations/{known.id}/replies", {"text": "we refund it"})
    lab.wait_for(lambda: "we refund it" in lab.phone(), "the answer")
    lab.await_quiet()
    assert not any("internal" in body for body in lab.phone())
    notes = [entry for entry in lab.all_entries() if entry.kind == "note"]
    assert [note.status for note in notes] == [None]


def test_a_colleague_takes_over_and_the_former_owner_may_not_answer(lab: Lab) -> None:
    known = _opened(lab)
    lab.agent("ben")
    assert _ask(lab, "ben", "POST", f"conversations/{known.id}/take")["owner"] == lab.agent_id("ben")
    refused = lab.call("ann", "POST", f"conversations/{known.id}/replies", {"text": "Hi!"}, {"idempotency-key": "late"})
    assert refused.status_code == 403


def test_a_snooze_ends_by_time_or_by_the_customer_and_comes_back_to_its_agent(lab: Lab) -> None:
    known = _opened(lab)
    for end in ("time", "customer"):
        _ask(lab, "ann", "POST", f"conversations/{known.id}/snooze", {"until": _in(hours=1)})
        snoozed = lab.conversation_of()
        assert snoozed
        assert (snoozed.status, _free(lab, "ann")) == (Status.SNOOZED, 3)
        if end == "time":
            lab.let_time_pass(snoozed)
            lab.sweep()
        else:
            lab.text("are you there?")
        _owned_by(lab, "ann")


def test_thanks_after_a_resolution_open_nothing_and_anything_else_returns_to_its_agent(lab: Lab) -> None:
    known = _opened(lab)
    _ask(lab, "ann", "POST", f"conversations/{known.id}/replies", {"text": "done"})
    _ask(lab, "ann", "POST", f"conversations/{known.id}/resolve", {})
    lab.text("Thank you! 👍")
    lab.wait_for(lambda: any(entry.text.startswith("Thank you") for entry in lab.all_entries()), "the thanks")
    lab.await_quiet()
    assert [one.status for one in lab.all_conversations()] == [Status.RESOLVED]
    lab.agent("ben")
    lab.text("thanks, but it still doesn't work")
    assert _owned_by(lab, "ann").number == 2


def test_a_resolved_conversation_is_reopened(lab: Lab) -> None:
    known = _opened(lab)
    _ask(lab, "ann", "POST", f"conversations/{known.id}/resolve", {"leave_unanswered": True})
    _ask(lab, "ann", "POST", f"conversations/{known.id}/reopen")
    assert _owned_by(lab, "ann").id == known.id


def test_a_blocked_customer_reaches_nobody_until_a_lead_lifts_it(lab: Lab) -> None:
    known = _opened(lab)
    lab.await_quiet()
    heard = len(lab.phone())
    _ask(lab, "ann", "PUT", f"conversations/{known.id}/block")
    lab.text("let me in")
    lab.wait_for(lambda: any(entry.text == "let me in" for entry in lab.all_entries()), "the record")
    lab.await_quiet()
    assert [one.status for one in lab.all_conversations()] == [Status.RESOLVED]
    assert len(lab.phone()) == heard
    assert lab.call("ann", "DELETE", f"conversations/{known.id}/block").status_code == 403
    _ask(lab, "dee", "DELETE", f"conversations/{known.id}/block")
    lab.text("hello again")
    assert _owned_by(lab, "ann").number == 2


def test_a_spammer_is_not_acknowledged(lab: Lab) -> None:
    known = _opened(lab)
    lab.await_quiet()
    heard = len(lab.phone())
    _ask(lab, "ann", "PUT", f"conversations/{known.id}/spam")
    lab.text("buy watches")
    lab.wait_for(lambda: len(lab.all_conversations()) == 2, "the conversation for spam")
    lab.await_quiet()
    assert len(lab.phone()) == heard
    newest = lab.conversation_of()
    assert newest
    assert newest.reasons == ("spam",)


def test_tags_notes_and_places_are_shown(lab: Lab) -> None:
    known = _opened(lab)
    _ask(lab, "ann", "PUT", f"conversations/{known.id}/tags", {"tags": ["VIP"]})
    _ask(lab, "ben", "POST", f"conversations/{known.id}/notes", {"text": "n", "mentions": [lab.agent_id("ann")]})
    _ask(lab, "ann", "PUT", f"conversations/{known.id}/place", {"priority": "high"})
    shown = _ask(lab, "ann", "GET", f"conversations/{known.id}")
    assert (shown["tags"], shown["priority"]) == (["vip"], "high")
    assert [message["mentions"] for message in shown["messages"] if message["kind"] == "note"] == [
        [lab.agent_id("ann")]
    ]


def test_an_agent_writes_first_and_the_answer_is_theirs(lab: Lab) -> None:
    lab.agent("ann")
    opening = {"account": "acme-sms", "address": OTHER, "text": "your order is here"}
    first = _ask(lab, "ann", "POST", "conversations", opening)
    assert _ask(lab, "ann", "POST", "conversations", opening)["conversation_id"] == first["conversation_id"]
    lab.wait_for(lambda: lab.phone(OTHER) == ["your order is here"], "the first message")
    lab.text("great, when?", sender=OTHER)
    lab.wait_for(lambda: (one := lab.conversation_of(OTHER)) and one.awaiting_since, "the answer")
    assert _owned_by(lab, "ann", OTHER).id == first["conversation_id"]
    lab.await_quiet()
    assert lab.phone(OTHER) == ["your order is here"]


def test_in_the_last_call_nothing_new_comes(lab: Lab) -> None:
    known = _opened(lab)
    _ask(lab, "ann", "PUT", "me/shift", {"until": _in(minutes=5)})
    lab.text("hello", sender=OTHER)
    lab.wait_for(lambda: lab.conversation_of(OTHER), "another conversation")
    lab.await_quiet()
    other = lab.conversation_of(OTHER)
    assert other
    assert (other.status, _owned_by(lab, "ann").id) == (Status.WAITING, known.id)
    _ask(lab, "ann", "PUT", "me/shift", {"until": None})
    _owned_by(lab, "ann", OTHER)
