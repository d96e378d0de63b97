"""Consoles on the deployed system: called at once, deaf for a while, and told all of it afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from sandbox.api import AgentApi
from sandbox.errors import SandboxError
from sandbox.push import Change, Ear, dial
from switchboard.conversation import Conversation
from switchboard.instant import system_clock, to_text
from switchboard.push import KEPT, Connection
from tests.e2e.lab import CUSTOMER, LONG_AGO, Lab

NEVER = 3600.0
"""Seconds between two looks at the feed, where only what comes by itself shall be heard."""
CLEARED = {"conversation.erased"}
"""All that is heard of the conversations of the test before: the lab removed them."""


@dataclass
class Console:
    """An agent's console: what it has heard, and a cable that can be pulled."""

    lab: Lab
    api: AgentApi
    heard: list[Change] = field(default_factory=list)
    reloaded: list[list[dict[str, Any]]] = field(default_factory=list)
    pulled: Event = field(default_factory=Event)

    def ticket(self) -> dict[str, Any]:
        self._need_cable()
        return self.api.ticket()

    def feed(self, cursor: str, queues: Sequence[str] = ()) -> dict[str, Any]:
        self._need_cable()
        return self.api.feed(cursor, queues)

    def _need_cable(self) -> None:
        if self.pulled.is_set():
            raise SandboxError("the cable is pulled")

    def hear(self, change: Change) -> None:
        if change.kinds != CLEARED:
            self.heard.append(change)

    def kinds(self, conversation_id: str | None = None, queue: str | None = None) -> set[str]:
        """What it has heard of a conversation, or of all."""
        fitting = [one for one in self.heard if one.queue == queue and conversation_id in {None, one.conversation_id}]
        return {kind.removeprefix("conversation.") for one in fitting for kind in one.kinds}

    def conversations(self) -> set[str]:
        """Of which conversations it has heard."""
        return {one.conversation_id for one in self.heard}

    def await_kind(self, kind: str, queue: str | None = None) -> None:
        self.lab.wait_for(lambda: kind in self.kinds(queue=queue), f"{self.api.username} to hear of {kind}")


@contextmanager
def listening(
    lab: Lab, username: str, *queues: str, cursor: str = "", ask_every: float = NEVER
) -> Iterator[tuple[Console, Ear]]:
    """A team member's console, connected; its first list is loaded."""
    console = Console(lab, lab.running.agent(username))

    def reload() -> None:
        console.reloaded.append(console.api.conversations())

    ear = Ear(
        console,
        changed=console.hear,
        reload=reload,
        queues=queues,
        cursor=cursor,
        ask_every=ask_every,
        chance=lambda: 0.0,
    )
    with closing(console.api), ear:
        lab.wait_for(ear.connected.is_set, f"{username} to be connected")
        yield console, ear


def _connections(lab: Lab, agent_id: str) -> list[Connection]:
    return lab.consoles.connections(f"agent#{agent_id}", 10)


def _owner_of(lab: Lab, customer: str = CUSTOMER) -> Conversation | None:
    known = lab.conversation_of(customer)
    return known if known and known.owner else None


def _assigned(lab: Lab, customer: str = CUSTOMER) -> Conversation:
    known = lab.wait_for(lambda: _owner_of(lab, customer), "somebody to get the conversation")
    assert known
    return known


# -- being called ----------------------------------------------------------------------------------


def test_the_agent_who_gets_a_text_hears_of_it_by_itself(lab: Lab) -> None:
    lab.agent("ann")
    with listening(lab, "ann") as (console, _):
        lab.text("hello")
        console.await_kind("assigned")
        console.await_kind("message_added")
        assert console.conversations() == {_assigned(lab).id}


def test_of_two_agents_each_hears_what_concerns_them_and_nobody_else_does(lab: Lab) -> None:
    lab.agent("ann")
    with listening(lab, "ann") as (ann, _), listening(lab, "cho") as (cho, _), listening(lab, "dee") as (dee, _):
        lab.text("hello")
        ann.await_kind("assigned")
        assert dee.heard == []
        lab.agent("dee").take(_assigned(lab).id)
        dee.await_kind("assigned")
        lab.wait_for(lambda: len([one for one in ann.heard if "conversation.assigned" in one.kinds]) > 1, "Ann's loss")
        assert lab.agent("ann").conversations() == []
        lab.await_quiet()
        assert cho.heard == []


def test_a_queues_watchers_are_told_of_what_waits_and_look_what_it_is(lab: Lab) -> None:
    with listening(lab, "dee", "support") as (dee, _), listening(lab, "ann") as (ann, _):
        lab.text("hello")
        dee.await_kind("opened", queue="support")
        lab.await_quiet()
        assert ann.heard == []


def test_a_burst_comes_to_one_change(lab: Lab) -> None:
    ann = lab.agent("ann")
    cursor = ann.feed("")["cursor"]
    for n in range(12):
        lab.text(f"and {n}")
    lab.wait_for(lambda: len(lab.all_entries()) >= 12, "all texts to arrive")
    lab.await_quiet()
    told = ann.feed(cursor)
    changed = [change["conversation_id"] for change in told["changes"] if set(change["events"]) != CLEARED]
    assert changed == [_assigned(lab).id]


# -- getting in ------------------------------------------------------------------------------------


def _refused(ticket: str, url: str) -> int:
    with pytest.raises(InvalidStatus) as refused, dial(f"{url}{ticket}"):
        pass
    return int(refused.value.response.status_code)


def test_a_ticket_opens_one_connection_and_a_forged_or_absent_one_none(lab: Lab) -> None:
    given = lab.agent("ann", online=False).ticket()
    with dial(f"{given['url']}?ticket={given['ticket']}") as socket:
        socket.send('{"action": "ping"}')
        assert socket.recv(timeout=30) == '{"type": "pong"}'
    assert _refused(f"?ticket={given['ticket']}", given["url"]) == 403
    assert _refused(f"?ticket={given['ticket'][::-1]}", given["url"]) == 403
    assert _refused("", given["url"]) == 401


def test_a_ticket_that_waited_too_long_opens_nothing(lab: Lab) -> None:
    given = lab.agent("ann", online=False).ticket()
    (item,) = [item for item in lab._scan(lab.outputs["ConsolesTable"]) if item["item"]["S"] == "ticket"]
    lab.dynamodb.put_item(TableName=lab.outputs["ConsolesTable"], Item={**item, "expires_at": {"S": LONG_AGO}})
    assert _refused(f"?ticket={given['ticket']}", given["url"]) == 403


def test_of_many_who_use_a_ticket_at_once_one_gets_in(lab: Lab) -> None:
    given = lab.agent("ann", online=False).ticket()

    def enter() -> bool:
        try:
            with dial(f"{given['url']}?ticket={given['ticket']}"):
                return True
        except InvalidStatus:
            return False

    assert sum(lab.at_once([enter] * 6)) == 1


def test_no_ticket_is_in_any_log(lab: Lab) -> None:
    given = lab.agent("ann", online=False).ticket()
    with dial(f"{given['url']}?ticket={given['ticket']}"):
        pass
    _refused(f"?ticket={given['ticket']}", given["url"])
    assert given["ticket"] not in lab.log_text()


# -- cut off ---------------------------------------------------------------------------------------


def test_what_happens_while_an_agent_is_cut_off_is_told_when_they_are_back(lab: Lab) -> None:
    lab.agent("ann")
    customers = [f"+1555123000{n}" for n in range(3)]
    with listening(lab, "ann") as (console, ear):
        console.pulled.set()
        lab.cut("ann")
        lab.wait_for(lambda: not ear.connected.is_set(), "the cut to be felt")
        for customer in customers:
            lab.text("are you there?", sender=customer)
        expected = {_assigned(lab, customer).id for customer in customers}
        lab.await_quiet()
        assert console.heard == []
        console.pulled.clear()
        lab.wait_for(lambda: console.conversations() == expected, "all that was missed")
        lab.wait_for(ear.connected.is_set, "the connection to be back")
        assert len(console.reloaded) == 1, "only at first"


def test_after_a_cut_the_new_connection_is_called_again(lab: Lab) -> None:
    lab.agent("ann")
    with listening(lab, "ann") as (console, ear):
        lab.cut("ann")
        lab.wait_for(lambda: not ear.connected.is_set(), "the cut to be felt")
        lab.wait_for(ear.connected.is_set, "the connection to be back")
        lab.text("hello")
        console.await_kind("assigned")


def test_a_cursor_of_two_hours_ago_brings_what_happened_since(lab: Lab) -> None:
    lab.agent("ann")
    lab.text("hello")
    known = _assigned(lab)
    lab.wait_for(lambda: lab.kept()["ConsolesTable"], "the feed")
    with listening(lab, "ann", cursor=to_text(system_clock() - timedelta(hours=2))) as (console, _):
        assert console.conversations() == {known.id}
        assert console.reloaded == []


def test_a_cursor_of_days_ago_has_everything_loaded_anew(lab: Lab) -> None:
    lab.agent("ann")
    lab.text("hello")
    known = _assigned(lab)
    with listening(lab, "ann", cursor=to_text(system_clock() - 2 * KEPT)) as (console, _):
        assert [[one["conversation_id"] for one in loaded] for loaded in console.reloaded] == [[known.id]]


def test_whoever_is_never_called_finds_out_by_asking(lab: Lab) -> None:
    lab.agent("ann")
    with listening(lab, "ann", ask_every=1.0) as (console, _):
        for connection in _connections(lab, lab.agent_id("ann")):
            lab.consoles.disconnect(connection.connection_id)
        lab.text("hello")
        console.await_kind("assigned")


def test_a_console_that_is_gone_is_called_once_and_forgotten(lab: Lab) -> None:
    lab.agent("ann")
    agent_id = lab.agent_id("ann")
    long_ago = system_clock() - timedelta(hours=1)
    lab.consoles.connect(Connection(connection_id="gone", agent_id=agent_id, queues=(), connected_at=long_ago))
    lab.text("hello")
    lab.wait_for(lambda: not _connections(lab, agent_id), "the console to be forgotten")


def test_leaving_changes_nobodys_presence(lab: Lab) -> None:
    api = lab.agent("ann")
    with listening(lab, "ann"):
        pass
    lab.wait_for(lambda: not _connections(lab, lab.agent_id("ann")), "the console to be gone")
    assert api.me()["presence"] == "online"
