"""What leads decide, as deployed: people who come and go in the user pool, and what is answered and promised since."""

import secrets
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sandbox.api import AgentApi
from sandbox.errors import SandboxError
from sandbox.push import Socket, dial
from sandbox.team import PASSWORD
from switchboard.conversation import Conversation
from tests.e2e.lab import CUSTOMER, Lab

OTHER = "+15551230002"
ANN = {"name": "Ann Novak", "queues": ["support"], "skills": [], "units": 3, "caps": {}}
ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "hours": "00:00-24:00", "units": 500}


def _ask(lab: Lab, method: str, path: str, body: Any = None, who: str = "dee", **headers: str) -> Any:
    answer = lab.call(who, method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.is_success, answer.text
    return answer.json()


def _owner_of(lab: Lab, customer: str, agent_id: str | None) -> Conversation:
    def look() -> Conversation | None:
        known = lab.conversation_of(customer)
        return known if known and known.owner == agent_id else None

    found = lab.wait_for(look, f"a conversation of {agent_id or 'nobody'}")
    assert found
    return found


def _newcomer(lab: Lab, **duties: Any) -> tuple[str, AgentApi]:
    """Somebody is invited, has chosen a password, and signs in by their address; returns their id, too."""
    email = f"new-{secrets.token_hex(4)}@acme.example"
    made = _ask(lab, "POST", "settings/agents", {**ANN, "name": "Eve Newman", "email": email, **duties})
    assert (made["sign_in"], made["in_team"]) == ("invited", True)
    lab.running.client("cognito-idp").admin_set_user_password(
        UserPoolId=lab.outputs["UserPoolId"], Username=email.replace("@", "_"), Password=PASSWORD, Permanent=True
    )
    return made["agent_id"], AgentApi(lab.running.emulator, lab.outputs, email, PASSWORD)


def test_who_is_invited_signs_in_and_is_offered_work(lab: Lab) -> None:
    agent_id, eve = _newcomer(lab)
    lab.text("hello")
    _owner_of(lab, CUSTOMER, None)
    eve.set_presence("online")
    _owner_of(lab, CUSTOMER, agent_id)
    assert _ask(lab, "GET", f"settings/agents/{agent_id}")["sign_in"] == "active"
    people = _ask(lab, "GET", "settings/agents")["items"]
    assert {one["agent_id"]: one["role"] for one in people}.items() >= {
        (agent_id, "agent"),
        (lab.agent_id("dee"), "lead"),
    }
    eve.close()


def test_more_units_take_the_next_that_waits_at_once(lab: Lab) -> None:
    ann = lab.agent_id("ann")
    _ask(lab, "PUT", f"settings/agents/{ann}", {**ANN, "units": 1})
    lab.agent("ann")
    lab.text("first")
    _owner_of(lab, CUSTOMER, ann)
    lab.text("second", OTHER)
    _owner_of(lab, OTHER, None)
    changed = _ask(lab, "PUT", f"settings/agents/{ann}", {**ANN, "units": 2})
    assert (changed["units"], changed["free"], changed["held"]) == (2, 0, {"sms": 2})
    _owner_of(lab, OTHER, ann)


def test_a_new_queue_is_worked_on_at_once(lab: Lab) -> None:
    cho = lab.agent_id("cho")
    lab.agent("cho")
    lab.text("hello")
    _owner_of(lab, CUSTOMER, None)
    assert _ask(lab, "PUT", f"settings/queues/support/agents/{cho}")["queues"] == ["returns", "support"]
    _owner_of(lab, CUSTOMER, cho)
    assert _ask(lab, "DELETE", f"settings/queues/support/agents/{cho}")["free"] == 2


def test_the_work_of_who_is_removed_moves_on_and_they_hear_of_nothing_any_more(lab: Lab) -> None:
    agent_id, eve = _newcomer(lab)
    eve.set_presence("online")
    lab.text("hello")
    _owner_of(lab, CUSTOMER, agent_id)
    lab.agent("ann")
    used, unused = (f"{given['url']}?ticket={given['ticket']}" for given in (eve.ticket(), eve.ticket()))
    with dial(used) as console:
        gone = _ask(lab, "DELETE", f"settings/agents/{agent_id}")
        assert (gone["in_team"], gone["sign_in"]) == (False, "disabled")
        with pytest.raises(ConnectionClosed):
            _hear_all(console)
    _owner_of(lab, CUSTOMER, lab.agent_id("ann"))
    assert (lab.agents.get(agent_id), lab.consoles.consoles_of(agent_id)) == (None, [])
    with pytest.raises(InvalidStatus, match="403"), dial(unused):
        pass
    for refused in (eve.me, eve.ticket, eve.sign_in):
        with pytest.raises(SandboxError):
            refused()
    eve.close()


def _hear_all(console: Socket) -> None:
    while True:
        console.recv(timeout=30)


def test_a_canned_response_reads_as_its_conversation_and_says_what_it_lacks(lab: Lab) -> None:
    text = "{{agent_name}} of {{brand}}, about {{reference}}: dear {{customer_first_name}}"
    written = {"shortcut": "hello", "title": "Hello", "texts": {"en": text}, "queues": ["support"]}
    _ask(lab, "POST", "settings/canned", written)
    lab.agent("ann")
    lab.text("hello")
    known = _owner_of(lab, CUSTOMER, lab.agent_id("ann"))
    (offered,) = _ask(lab, "GET", f"conversations/{known.id}/canned", who="ann")["items"]
    number = f"{known.customer_id[:6].upper()}-1"
    assert offered["text"] == f"Ann Novak of Acme, about {number}: dear {{{{customer_first_name}}}}"
    assert offered["missing"] == ["customer_first_name"]
    assert _ask(lab, "GET", "canned", who="cho")["items"] == []


def test_a_roster_changes_what_is_promised_next(lab: Lab) -> None:
    lab.text("hello")
    before = _promised_within(lab, CUSTOMER)
    _ask(lab, "PUT", "settings/rosters/support", {"duties": [ALWAYS]})
    lab.text("hello", OTHER)
    assert _promised_within(lab, OTHER) < before
    assert _ask(lab, "DELETE", "settings/rosters/support")["source"] == "policy"


def _promised_within(lab: Lab, customer: str) -> timedelta:
    def look() -> Conversation | None:
        known = lab.conversation_of(customer)
        return known if known and known.expected else None

    known = lab.wait_for(look, "a promise")
    assert known
    assert known.expected
    return known.expected.bound - known.expected.at


def test_two_leads_do_not_overwrite_each_other(lab: Lab) -> None:
    path = f"settings/agents/{lab.agent_id('ann')}"
    seen = _ask(lab, "GET", path)["etag"]
    _ask(lab, "PUT", path, {**ANN, "units": 4}, if_match=seen)
    late = lab.call("dee", "PUT", path, {**ANN, "units": 9}, {"if-match": seen})
    assert (late.status_code, _ask(lab, "GET", path)["units"]) == (412, 4)


def test_every_change_is_on_record(lab: Lab) -> None:
    path = f"settings/agents/{lab.agent_id('ann')}"
    _ask(lab, "PUT", path, {**ANN, "units": 4})
    (change,) = _ask(lab, "GET", "settings/audit")["items"]
    assert (change["by"], change["kind"], change["subject"]) == (lab.agent_id("dee"), "agent", lab.agent_id("ann"))
    assert change["differences"] == [{"field": "units", "before": "3", "after": "4"}]


def test_agents_are_refused_what_leads_decide(lab: Lab) -> None:
    answers = [
        lab.call("ann", "GET", "settings/agents"),
        lab.call("ann", "PUT", f"settings/agents/{lab.agent_id('ann')}", {**ANN, "units": 99}),
        lab.call("ann", "POST", "settings/canned", {"shortcut": "x", "title": "x", "texts": {"en": "x"}}),
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_a_console_learns_what_there_is_to_choose_from(lab: Lab) -> None:
    told = _ask(lab, "GET", "workspace", who="ben")
    assert (told["me"]["name"], told["me"]["role"], told["stage"]) == ("Ben Ortiz", "agent", "local")
    assert [queue["queue"] for queue in told["queues"]] == ["support", "returns"]
    colleagues = _ask(lab, "GET", "colleagues", who="ann")["items"]
    assert {one["name"] for one in colleagues} == {"Ann Novak", "Ben Ortiz", "Dee Laurent"}
