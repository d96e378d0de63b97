"""Agents who don't look are told what waits for them: once, together, and not at all if they do look."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from switchboard.alerts import STALE, Alert, Preference
from switchboard.aws.alerts import DynamoPreferences, DynamoSlates
from switchboard.errors import (
    ConflictError,
    NotFoundError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
    UnfitError,
)
from switchboard.events import (
    ConversationAssigned,
    ConversationEvent,
    ConversationNoted,
    ConversationPromiseBroken,
    ConversationPromiseRenewed,
)
from switchboard.flows import alert, desk, remarks
from switchboard.flows.alert import Happened, Means
from switchboard.flows.consoles import hear, open_console
from switchboard.flows.desk import Caller
from switchboard.flows.looking import Exchange
from switchboard.policy.alerts import Alerts
from switchboard.ports import Reached
from switchboard.push import TICKET_LIFE, Ticket
from switchboard.routing import Presence
from tests.doubles import Overridden, raising
from tests.sockets import NeverCut
from tests.world import World

ADDRESS = "ann@acme.example"
ANN = Caller("ann")
OFFERED = Alerts.model_validate(
    {
        "via": ["mail", "webhook"],
        "after": "2m",
        "every": "15m",
        "sender": "alerts@acme.example",
        "domains": ["acme.example"],
        "webhook": "https://hooks.example/alerts",
    }
)
KINDS = (ConversationAssigned, ConversationNoted, ConversationPromiseBroken, ConversationPromiseRenewed)


@dataclass
class Bell(NeverCut):
    """What alerting takes; looks that were asked for are due at a time."""

    world: World
    looks: list[tuple[datetime, str]] = field(default_factory=list)
    to_tell: list[tuple[Alert, str]] = field(default_factory=list)
    mailed: list[tuple[str, Alert]] = field(default_factory=list)
    called: list[Alert] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        self.world.with_policy(alerts=OFFERED)
        self.preferences = DynamoPreferences(self.world.client, "agents", lambda _: None)
        self.slates = DynamoSlates(self.world.client, "consoles")

    @property
    def means(self) -> Means:
        world = self.world
        return Means(
            policy=world.policy,
            clock=world.clock,
            new_id=world.board.new_id,
            conversations=world.conversations,
            agents=world.board.agents,
            preferences=self.preferences,
            slates=self.slates,
            queue=self,
            mail=lambda address, told: self.mailed.append((address, told)),
            call=self.called.append,
        )

    def look(self, agent_id: str, delay: timedelta) -> None:
        assert timedelta(0) <= delay <= timedelta(minutes=15)
        self.looks.append((self.world.now + delay, agent_id))

    def tell(self, told: Alert, way: str) -> None:
        self.to_tell.append((told, way))

    def post(self, _connection_id: str, _message: Any) -> Reached:
        return Reached.YES

    def hear_events(self, copies: int = 1) -> None:
        """All that was published since the last time reaches the function, so often."""
        self.world.settle()
        events = [one for one in self.world.published[self.seen :] if isinstance(one, ConversationEvent)]
        self.seen = len(self.world.published)
        for event in [event for event in events if isinstance(event, KINDS)] * copies:
            alert.note(event.DETAIL_TYPE, Happened.model_validate(event.model_dump()), self.means)

    def run(self) -> None:
        """Every look and every alert that is due by now."""
        due = [agent_id for at, agent_id in self.looks if at <= self.world.now]
        self.looks = [(at, agent_id) for at, agent_id in self.looks if at > self.world.now]
        for agent_id in due:
            alert.look(agent_id, self.means)
        told, self.to_tell = self.to_tell, []
        for one, way in told:
            alert.tell(one, way, self.means)

    def after(self, **spans: float) -> None:
        self.world.later(**spans)
        self.run()

    def want(self, **changes: Any) -> None:
        self.preferences.put("ann", Preference(**{"mail": ADDRESS, **changes}))

    def connect(self) -> None:
        ticket = Ticket(agent_id="ann", queues=("support",), expires_at=self.world.now + TICKET_LIFE)
        open_console("c1", ticket, self.world.now, self.slates)

    def ping(self) -> None:
        exchange = Exchange(
            conversations=self.world.conversations, consoles=self.slates, sockets=self, clock=self.world.clock
        )
        hear("c1", '{"action": "ping"}', exchange)


@pytest.fixture
def bell(world: World) -> Bell:
    made = Bell(world)
    world.agent("ann")
    made.want()
    return made


def counts(bell: Bell) -> list[int]:
    return [told.count for _, told in bell.mailed]


# -- being told ------------------------------------------------------------------------------------


def test_whoever_does_not_look_is_told_by_mail_after_a_while(bell: Bell) -> None:
    bell.world.text()
    bell.hear_events()
    bell.after(minutes=1)
    assert bell.mailed == []
    bell.after(minutes=1)
    ((address, told),) = bell.mailed
    assert (address, told.count, told.lines[0].reason) == (ADDRESS, 1, "assigned")
    assert told.lines[0].conversation_id == bell.world.only().id


def test_copies_of_events_looks_and_tasks_are_one_mail(bell: Bell) -> None:
    bell.world.text()
    bell.hear_events(copies=3)
    bell.looks *= 2
    bell.world.later(minutes=2)
    for _ in list(bell.looks):
        alert.look("ann", bell.means)
    bell.to_tell *= 3
    bell.run()
    bell.hear_events()
    bell.after(minutes=30)
    assert counts(bell) == [1]


def test_several_conversations_are_one_mail_and_the_next_waits(bell: Bell) -> None:
    for n in range(3):
        bell.world.text(sender=f"+1555123000{n}")
    bell.hear_events()
    bell.after(minutes=2)
    assert counts(bell) == [3]
    bell.world.text(sender="+15551230009")
    bell.hear_events()
    bell.after(minutes=14)
    assert counts(bell) == [3]
    bell.after(minutes=2)
    assert counts(bell) == [3, 1]


def test_a_mention_is_told(bell: Bell) -> None:
    bell.world.agent("ben")
    bell.want(reasons=("mentioned",))
    bell.world.text()
    known = bell.world.only()
    remarks.note(Caller("boss", is_lead=True), known.id, "look, please", ("ann",), "k1", bell.world.board)
    bell.hear_events()
    bell.after(minutes=2)
    assert [told.lines[0].reason for _, told in bell.mailed] == ["mentioned"]


@pytest.mark.parametrize("kind", [ConversationPromiseRenewed.DETAIL_TYPE, ConversationPromiseBroken.DETAIL_TYPE])
def test_a_promise_that_breaks_is_told_to_whoever_has_the_conversation(bell: Bell, kind: str) -> None:
    bell.world.text()
    known = bell.world.only()
    assert alert.note(kind, Happened(conversation_id=known.id, at=bell.world.now), bell.means) == 1
    bell.after(minutes=2)
    assert [told.lines[0].reason for _, told in bell.mailed] == ["promise"]


def test_a_webhook_is_called_if_the_agent_chose_it(bell: Bell) -> None:
    bell.want(mail=None, webhook=True)
    bell.world.text()
    bell.hear_events()
    bell.after(minutes=2)
    assert ([told.agent_id for told in bell.called], bell.mailed) == (["ann"], [])
    plain = alert.as_plain(bell.called[0], "https://console.example/")
    assert plain["conversations"][0]["queue"] == "support"
    assert "+1555" not in str(plain)


# -- not being told --------------------------------------------------------------------------------


def test_whoever_has_a_console_open_is_not_told(bell: Bell) -> None:
    bell.connect()
    bell.world.text()
    bell.hear_events()
    bell.after(minutes=2)
    assert bell.mailed == []


def test_a_console_that_was_silent_for_a_while_is_shown_to_nobody(bell: Bell) -> None:
    bell.connect()
    bell.after(minutes=5)
    bell.world.text()
    bell.hear_events()
    bell.after(minutes=2)
    assert counts(bell) == [1]


def test_a_ping_says_that_somebody_looks(bell: Bell) -> None:
    bell.connect()
    bell.after(minutes=5)
    bell.world.text()
    bell.hear_events()
    bell.ping()
    bell.after(minutes=2)
    assert bell.mailed == []


def test_a_ping_of_a_console_that_is_gone_leaves_nothing_behind(bell: Bell) -> None:
    bell.ping()
    assert bell.slates.connection("c1") is None


def test_what_was_answered_meanwhile_is_not_told(bell: Bell) -> None:
    bell.world.text()
    bell.hear_events()
    desk.reply(ANN, bell.world.only().id, "hi", "k1", bell.world.board)
    bell.after(minutes=2)
    assert bell.mailed == []


def test_what_an_agent_took_by_hand_is_no_news_to_them(bell: Bell) -> None:
    happened = Happened(conversation_id="c.d.1", at=bell.world.now, agent_id="ann", by="ann")
    assert alert.note(ConversationAssigned.DETAIL_TYPE, happened, bell.means) == 0


@pytest.mark.parametrize("presence", [Presence.OFFLINE])
def test_nobody_is_told_after_they_have_left(bell: Bell, presence: Presence) -> None:
    bell.world.text()
    bell.hear_events()
    desk.set_presence(ANN, presence, bell.world.board)
    bell.after(minutes=2)
    assert bell.mailed == []


def test_whoever_did_not_ask_is_told_nothing(bell: Bell) -> None:
    bell.want(mail=None)
    bell.world.text()
    bell.hear_events()
    assert bell.looks == []


def test_reasons_that_one_did_not_ask_for_are_left_out(bell: Bell) -> None:
    bell.want(reasons=("promise",))
    bell.world.text()
    bell.hear_events()
    assert bell.looks == []


def test_alerts_are_off_where_the_policy_offers_no_way(bell: Bell) -> None:
    bell.world.with_policy(alerts=Alerts())
    bell.world.text()
    bell.hear_events()
    assert bell.looks == []


def test_an_alert_that_waited_too_long_itself_is_not_sent(bell: Bell) -> None:
    bell.world.text()
    bell.hear_events()
    bell.world.later(minutes=2)
    alert.look("ann", bell.means)
    ((told, way),) = bell.to_tell
    bell.world.now += STALE + timedelta(minutes=1)
    assert alert.tell(told, way, bell.means) == "stale"


def test_an_event_that_nobody_knows_is_a_mistake(bell: Bell) -> None:
    with pytest.raises(ValueError, match="unknown event"):
        alert.note("conversation.sung", Happened(conversation_id="c.d.1", at=bell.world.now), bell.means)


# -- what goes wrong -------------------------------------------------------------------------------


def pending(bell: Bell) -> tuple[Alert, str]:
    bell.world.text()
    bell.hear_events()
    bell.world.later(minutes=2)
    alert.look("ann", bell.means)
    return bell.to_tell[0]


def failing(bell: Bell, error: Exception) -> Means:
    return replace(bell.means, mail=raising(error))


def test_a_mail_that_SES_did_not_take_is_sent_later(bell: Bell) -> None:
    told = pending(bell)
    with pytest.raises(SendThrottledError):
        alert.tell(*told, failing(bell, SendThrottledError("slow", "down")))
    assert alert.tell(*told, bell.means) == "mailed"
    assert alert.tell(*told, bell.means) == "sent_before"


@pytest.mark.parametrize("error", [SendUnknownError("lost", "somewhere"), SendRefusedError("no", "never")])
def test_a_mail_that_may_be_out_is_never_sent_again(bell: Bell, error: Exception) -> None:
    told = pending(bell)
    assert alert.tell(*told, failing(bell, error)).startswith("lost:")
    assert alert.tell(*told, bell.means) == "sent_before"


@pytest.mark.parametrize(("way", "outcome"), [("mail", "no_address"), ("webhook", "not_wanted")])
def test_an_alert_that_waits_for_somebody_who_is_no_agent_any_more_is_not_sent(
    bell: Bell, way: str, outcome: str
) -> None:
    bell.want(webhook=True)
    told, _ = pending(bell)
    bell.preferences.client.delete_item(TableName="agents", Key={"agent_id": {"S": "ann"}, "item": {"S": "alerts"}})
    assert alert.tell(told, way, bell.means) == outcome
    assert alert.look("ann", bell.means) is None


def test_an_address_that_the_policy_does_not_allow_any_more_gets_nothing(bell: Bell) -> None:
    told = pending(bell)
    bell.world.with_policy(alerts=OFFERED.model_copy(update={"domains": ("elsewhere.example",)}))
    assert alert.tell(*told, bell.means) == "no_address"


def test_whoever_dies_before_the_slate_is_wiped_tells_it_later(bell: Bell) -> None:
    bell.world.text()
    bell.hear_events()
    bell.world.later(minutes=2)
    means = replace(bell.means, slates=Overridden(bell.slates, save_slate=raising(ConflictError("somebody else"))))
    with pytest.raises(ConflictError):
        alert.look("ann", means)
    assert bell.to_tell == []
    assert alert.look("ann", bell.means)


def test_two_who_note_at_once_both_are_on_the_slate(bell: Bell) -> None:
    real = bell.slates
    others = ["c.d.2"]

    def raced(before: Any, after: Any) -> Any:
        if others:
            note(bell, others.pop())
        return real.save_slate(before, after)

    means = replace(bell.means, slates=Overridden(real, save_slate=raced))
    happened = Happened(conversation_id="c.d.1", at=bell.world.now, agent_id="ann")
    alert.note(ConversationAssigned.DETAIL_TYPE, happened, means)
    assert {one.conversation_id for one in real.slate("ann").occasions} == {"c.d.1", "c.d.2"}


def note(bell: Bell, conversation_id: str) -> None:
    happened = Happened(conversation_id=conversation_id, at=bell.world.now, agent_id="ann")
    alert.note(ConversationAssigned.DETAIL_TYPE, happened, bell.means)


# -- what an agent asks for ------------------------------------------------------------------------


def test_an_agent_says_where_and_is_shown_it(bell: Bell) -> None:
    wanted = Preference(mail="ann+work@acme.example", webhook=True, reasons=("promise",))
    assert alert.prefer(ANN, wanted, bell.world.board, bell.preferences) == wanted
    assert alert.preference_of(ANN, bell.world.board, bell.preferences) == wanted


def test_whoever_never_said_anything_wants_nothing(bell: Bell) -> None:
    bell.world.agent("ben")
    assert not alert.preference_of(Caller("ben"), bell.world.board, bell.preferences).wants_any


def test_only_agents_may_ask(bell: Bell) -> None:
    with pytest.raises(NotFoundError):
        alert.prefer(Caller("nobody"), Preference(), bell.world.board, bell.preferences)


@pytest.mark.parametrize(
    "address",
    [
        "ann@elsewhere.example",
        "support@acme.example",
        "Support+x@acme.example",
        "alerts@acme.example",
        "@acme.example",
        "a b@acme.example",
        "a,b@acme.example",
        "änn@acme.example",
        "ann@acme.example\r\nBcc: x@acme.example",
    ],
)
def test_an_address_that_is_not_the_agents_own_is_refused(bell: Bell, address: str) -> None:
    with pytest.raises(UnfitError, match="mail"):
        alert.prefer(ANN, Preference(mail=address), bell.world.board, bell.preferences)


def test_a_way_that_the_policy_does_not_offer_is_refused(bell: Bell) -> None:
    bell.world.with_policy(alerts=OFFERED.model_copy(update={"via": ("mail",)}))
    with pytest.raises(UnfitError, match="webhook"):
        alert.prefer(ANN, Preference(webhook=True), bell.world.board, bell.preferences)
