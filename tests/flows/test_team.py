"""What leads decide of people: invited, changed, removed, with what they hold and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from switchboard.alerts import Preference
from switchboard.audit import tag_of
from switchboard.aws.alerts import DynamoPreferences
from switchboard.aws.consoles import DynamoConsoles
from switchboard.aws.settings import DynamoSettings
from switchboard.bookmark import Draft
from switchboard.errors import ConflictError, ForbiddenError, NotFoundError, OutdatedError, RefusedError, UnfitError
from switchboard.flows import consoles, desk, looking, reading, team
from switchboard.flows.desk import Caller
from switchboard.flows.looking import Exchange
from switchboard.flows.team import Personnel
from switchboard.policy.policy import Cap
from switchboard.push import TICKET_LIFE, Happened, Note, Ticket
from switchboard.routing import Agent, Presence
from switchboard.team import Access, Duties, Member, Role
from tests.directory import MemoryDirectory
from tests.sockets import MemorySockets
from tests.world import World

LEA = Caller("lea", is_lead=True)
ANN = Duties(name="Ann", role=Role.AGENT, queues=("support",), skills=(), units=2, caps={})


@dataclass
class Office:
    """A world with a user pool, of which Lea is the lead."""

    world: World
    directory: MemoryDirectory = field(default_factory=MemoryDirectory)

    def __post_init__(self) -> None:
        self.directory.add("lea", lead=True)
        self.settings = DynamoSettings(self.world.client, "settings", "agents", "queues", lambda _: None)
        self.consoles = DynamoConsoles(self.world.client, "consoles")
        self.sockets = MemorySockets()
        self.exchange = Exchange(
            conversations=self.world.conversations, consoles=self.consoles, sockets=self.sockets, clock=self.world.clock
        )

    @property
    def personnel(self) -> Personnel:
        return Personnel(self.world.board, self.settings, self.directory, self.exchange)

    def employ(self, agent_id: str, *, online: bool = True, **changes: Any) -> Member:
        """Somebody who can sign in joins the team."""
        if agent_id not in self.directory.users:
            self.directory.add(agent_id)
        member = self.change(agent_id, **changes)
        if online:
            desk.set_presence(Caller(agent_id), Presence.ONLINE, self.world.board)
        return member

    def change(self, agent_id: str, tag: str | None = None, who: Caller = LEA, **changes: Any) -> Member:
        known = team.member(agent_id, self.personnel).duties or ANN
        return team.change(who, agent_id, replace(known, **changes), tag, self.personnel)

    def agent(self, agent_id: str) -> Agent:
        found = self.world.board.agents.get(agent_id)
        assert found
        return found

    def rows(self, agent_id: str) -> dict[str, dict[str, Any]]:
        """An agent's membership rows, by queue."""
        items = self.world.client.scan(TableName="agents", ConsistentRead=True)["Items"]
        mine = [item for item in items if item["agent_id"]["S"] == agent_id and "queue" in item]
        return {item["queue"]["S"]: item for item in mine}

    def told(self, newest: int = 0) -> dict[str, tuple[str | None, str | None]]:
        """The differences of one of the newest changes."""
        changes, _ = self.settings.changes(None, 50)
        return {one.field: (one.before, one.after) for one in changes[newest].differences}

    def count(self) -> int:
        return len(self.settings.changes(None, 50)[0])

    def open(self, agent_id: str, *queues: str) -> str:
        """A console of theirs connects, watches these queues and looks at the first conversation there is."""
        self.world.later(seconds=1)
        ticket = Ticket(agent_id=agent_id, queues=queues, expires_at=self.world.now + TICKET_LIFE)
        console = f"{agent_id}-console"
        assert consoles.open_console(console, ticket, self.world.now, self.consoles)
        self.consoles.watch(console, queues)
        for known in self.world.all_conversations()[:1]:
            looking.look(console, known.id, self.exchange, typing=False)
        self.sockets.told.clear()
        self.world.later(seconds=1)
        return console

    def kept(self, agent_id: str) -> list[str]:
        """What the consoles table has of them, by topic and item, beside since when their tickets are void."""
        items = self.world.client.scan(TableName="consoles", ConsistentRead=True)["Items"]
        mine = [item for item in items if agent_id in str(item) and item["item"]["S"] != "voided"]
        return [f"{item['topic']['S']} {item['item']['S']}" for item in mine]

    def waiting(self) -> int:
        return sum(known.owner is None for known in self.world.all_conversations())


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def texts(office: Office, count: int) -> None:
    for n in range(count):
        office.world.text("hello", sender=f"+1555123{n:04d}")


# -- joining ---------------------------------------------------------------------------------------


def test_who_is_invited_is_mailed_a_sign_in_and_is_in_the_team(office: Office) -> None:
    member, is_new = team.invite(LEA, "ann@acme.example", ANN, office.personnel)
    assert (is_new, member.duties, office.directory.mailed) == (True, ANN, ["ann@acme.example"])
    assert member.sign_in
    assert member.sign_in.access is Access.INVITED
    assert set(office.rows(member.agent_id)) == {"support"}
    assert office.told()["units"] == (None, "2")


def test_inviting_twice_mails_again_and_changes_nothing(office: Office) -> None:
    team.invite(LEA, "ann@acme.example", ANN, office.personnel)
    member, is_new = team.invite(LEA, "ann@acme.example", replace(ANN, units=9), office.personnel)
    assert (is_new, member.duties, len(office.directory.mailed), office.count()) == (False, ANN, 2, 1)


def test_an_address_is_the_same_in_any_case(office: Office) -> None:
    first, _ = team.invite(LEA, "ann@acme.example", ANN, office.personnel)
    again, is_new = team.invite(LEA, "Ann@Acme.example", ANN, office.personnel)
    assert (again.agent_id, is_new) == (first.agent_id, False)


def test_who_can_sign_in_already_joins_without_a_mail(office: Office) -> None:
    office.directory.add("ben")
    member, is_new = team.invite(LEA, "ben@acme.example", ANN, office.personnel)
    assert (member.agent_id, is_new, office.directory.mailed) == ("ben", True, [])


def test_an_invitation_that_died_before_the_team_knew_goes_on_where_it_stopped(office: Office) -> None:
    office.directory.invite("ann@acme.example", "Ann")
    member, is_new = team.invite(LEA, "ann@acme.example", ANN, office.personnel)
    assert (is_new, member.duties) == (True, ANN)


def test_people_are_those_of_the_pool_in_the_team_or_not(office: Office) -> None:
    office.directory.add("ben")
    office.employ("ann", online=False)
    found = team.people(None, 2, office.personnel)
    assert [(one.agent_id, one.agent is not None, one.role) for one in found.members] == [
        ("lea", False, "lead"),
        ("ben", False, "agent"),
    ]
    rest = team.people(found.cursor, 2, office.personnel)
    assert [(one.agent_id, one.duties) for one in rest.members] == [("ann", ANN)]
    assert rest.cursor is None


def test_nobody_of_this_id_is_not_found(office: Office) -> None:
    for act in (team.member, lambda *_: office.change("nobody")):
        with pytest.raises(NotFoundError, match="invite them"):
            act("nobody", office.personnel)


# -- what is decided of them -----------------------------------------------------------------------


def test_more_units_take_the_next_that_waits_at_once(office: Office) -> None:
    office.employ("ann", units=1)
    texts(office, 3)
    assert office.waiting() == 2
    office.change("ann", units=2)
    assert (office.waiting(), office.agent("ann").free) == (1, 0)


def test_fewer_units_keep_what_is_held_and_heal(office: Office) -> None:
    office.employ("ann", units=3)
    texts(office, 3)
    office.change("ann", units=1)
    assert (office.agent("ann").free, office.waiting()) == (-2, 0)
    held = office.world.all_conversations()
    for known in held:
        desk.resolve(Caller("ann"), known.id, office.world.board, leave_unanswered=True)
    assert office.agent("ann").free == 1


def test_a_new_queue_is_answered_at_once_and_an_old_one_no_more(office: Office) -> None:
    office.employ("ann", queues=("returns",), skills=("returns",), units=5)
    texts(office, 1)
    assert office.waiting() == 1
    office.change("ann", queues=("support",))
    assert (office.waiting(), set(office.rows("ann"))) == (0, {"support"})
    assert "token" in office.rows("ann")["support"]


def test_a_conversation_of_a_queue_that_one_leaves_stays_ones_own(office: Office) -> None:
    office.employ("ann", units=5)
    texts(office, 1)
    office.change("ann", queues=("returns",))
    assert office.world.only().owner == "ann"
    assert (office.agent("ann").free, dict(office.agent("ann").held)) == (4, {"sms": 1})


def test_a_new_skill_is_seen_by_dispatch_and_keeps_the_token(office: Office) -> None:
    office.employ("ann")
    before = office.rows("ann")["support"]
    office.change("ann", skills=("spanish:3",))
    assert office.rows("ann")["support"] == {**before, "skills": {"L": [{"S": "spanish:3"}]}}


def test_a_raised_cap_takes_the_next_that_waits_at_once(office: Office) -> None:
    office.employ("ann", units=5, caps={"sms": 1})
    texts(office, 2)
    assert office.waiting() == 1
    office.change("ann", caps={"sms": 2})
    assert office.waiting() == 0


def test_who_is_offline_is_offered_nothing(office: Office) -> None:
    office.employ("ann", online=False, units=1)
    texts(office, 1)
    office.change("ann", units=5)
    assert (office.waiting(), office.agent("ann").presence) == (1, "offline")


def test_promises_count_the_new_units(office: Office) -> None:
    office.employ("ann", units=2)
    office.change("ann", units=5)
    assert office.world.board.estimates.online() == {"ann": {"support": 5}}


def test_a_role_is_given_in_the_pool_and_on_record(office: Office) -> None:
    assert office.employ("ann", role=Role.LEAD).role is Role.LEAD
    assert office.directory.leading == {"lea", "ann"}
    assert office.change("ann", role=Role.AGENT).role is Role.AGENT
    assert office.told() == {"role": ("lead", "agent")}


def test_what_is_decided_already_is_not_recorded_again(office: Office) -> None:
    office.employ("ann")
    office.change("ann")
    assert office.count() == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"queues": ("sales",)}, "queues: there is no 'sales': use support, returns"),
        ({"caps": {"fax": 1}}, "caps: no account has the channel 'fax'"),
        ({"caps": {"sms": 5}}, "caps.sms: the policy allows 3 at most"),
    ],
)
def test_what_the_policy_does_not_have_is_named(office: Office, changes: dict[str, Any], named: str) -> None:
    office.world.with_policy(caps={"sms": Cap(default=2, maximum=3)})
    office.employ("ann", online=False)
    with pytest.raises(UnfitError, match=named):
        office.change("ann", **changes)


# -- of a queue ------------------------------------------------------------------------------------


def test_joining_and_leaving_a_queue_is_done_once_however_often(office: Office) -> None:
    office.employ("ann", online=False)
    for _ in range(2):
        assert team.join_queue(LEA, "ann", "returns", office.personnel).duties == replace(
            ANN, queues=("support", "returns")
        )
    for _ in range(2):
        assert team.leave_queue(LEA, "ann", "support", office.personnel).duties == replace(ANN, queues=("returns",))
    assert (office.count(), set(office.rows("ann"))) == (3, {"returns"})


def test_a_queue_needs_to_exist_and_its_people_to_be_in_the_team(office: Office) -> None:
    office.directory.add("ben")
    with pytest.raises(NotFoundError, match="no such queue"):
        team.join_queue(LEA, "ben", "sales", office.personnel)
    with pytest.raises(RefusedError, match="not in the team yet"):
        team.join_queue(LEA, "ben", "support", office.personnel)


# -- leaving ---------------------------------------------------------------------------------------


def test_who_is_removed_hands_on_what_they_hold_and_is_gone(office: Office) -> None:
    office.employ("ann", units=5)
    texts(office, 2)
    office.employ("ben", units=5)
    member = team.remove(LEA, "ann", None, office.personnel)
    assert {known.owner for known in office.world.all_conversations()} == {"ben"}
    assert (member.duties, office.world.board.agents.get("ann"), office.rows("ann")) == (None, None, {})
    assert member.sign_in
    assert member.sign_in.access is Access.DISABLED
    assert office.directory.signed_out == ["ann"]
    assert office.told()["units"] == ("5", None)
    assert office.world.board.estimates.online() == {"ben": {"support": 5}}


def test_who_is_removed_is_told_nothing_from_that_moment_on(office: Office) -> None:
    texts(office, 1)
    office.employ("ann", online=False)
    office.employ("ben")
    ann, ben = office.open("ann", "support"), office.open("ben", "support")
    office.consoles.write("agent#ann", Note(at=office.world.now, happened=(Happened("c", "added"),)), "x")
    team.remove(LEA, "ann", None, office.personnel)
    assert office.sockets.closed == [ann]
    assert office.sockets.told[-1] == (
        ben,
        {"type": "looking", "conversation_id": office.world.only().id, "agents": []},
    )
    assert office.kept("ann") == []
    assert [one.connection_id for one in office.consoles.connections("queue#support", 10)] == [ben]
    assert consoles.hear(ann, '{"action": "watch", "queues": ["support"]}', office.exchange) == "watch"
    assert office.kept("ann") == []


def test_a_ticket_from_before_the_removal_opens_nothing_and_one_from_after_a_return_does(office: Office) -> None:
    office.employ("ann")
    consoles.issue(Caller("ann"), "t", office.world.board, office.consoles)
    redeemed = office.consoles.redeem("t", office.world.now)
    assert redeemed
    office.world.later(seconds=1)
    team.remove(LEA, "ann", None, office.personnel)
    assert not consoles.open_console("c", redeemed, office.world.now, office.consoles)
    assert office.kept("ann") == []
    with pytest.raises(NotFoundError):
        consoles.issue(Caller("ann"), "u", office.world.board, office.consoles)
    office.world.later(seconds=1)
    office.employ("ann", online=False)
    office.world.later(seconds=1)
    again = consoles.issue(Caller("ann"), "v", office.world.board, office.consoles)
    assert consoles.open_console("c", again, office.world.now, office.consoles)


def test_what_was_kept_for_nobody_but_who_is_removed_goes_with_them(office: Office) -> None:
    preferences = DynamoPreferences(office.world.client, "agents", lambda _: None)
    office.employ("ann")
    texts(office, 1)
    known = office.world.only()
    reading.keep_draft(Caller("ann"), known.id, Draft(text="Dear"), None, office.world.board)
    preferences.put("ann", Preference(mail="ann@acme.example"))
    team.remove(LEA, "ann", None, office.personnel)
    assert preferences.get("ann") == Preference()
    (bookmark,) = office.world.board.bookmarks.of("ann", [known])
    assert bookmark.draft.is_empty
    with pytest.raises(NotFoundError):
        preferences.put("ann", Preference(mail="ann@acme.example"))


def test_a_removal_that_was_cut_off_goes_on_where_it_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.employ("ann", role=Role.LEAD)
    console = office.open("ann", "support")
    steps = [
        (type(office.directory), "shut_out"),
        (type(office.settings), "dismiss"),
        (type(office.consoles), "void"),
        (type(office.sockets), "close"),
        (type(office.consoles), "forget"),
    ]
    for where, step in steps:
        with monkeypatch.context() as cut:
            cut.setattr(where, step, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                team.remove(LEA, "ann", None, office.personnel)
    assert team.remove(LEA, "ann", None, office.personnel).agent is None
    assert (office.kept("ann"), office.directory.leads(), office.count()) == ([], {"lea"}, 3)
    assert consoles.hear(console, '{"action": "look", "conversation_id": "a.b.1"}', office.exchange) == "gone"


def test_who_answers_in_another_queue_now_connects_anew_and_others_stay_connected(office: Office) -> None:
    for name in ("ann", "ben"):
        office.employ(name, online=False)
    ann, ben = office.open("ann", "support"), office.open("ben", "support")
    office.change("ann", units=3)
    assert office.sockets.closed == []
    team.join_queue(LEA, "ann", "returns", office.personnel)
    team.leave_queue(LEA, "ann", "support", office.personnel)
    assert office.sockets.closed == [ann]
    assert [one.connection_id for one in office.consoles.connections("queue#support", 10)] == [ben]
    office.world.later(seconds=1)
    again = consoles.issue(Caller("ann"), "t", office.world.board, office.consoles)
    assert again.queues == ("returns",)


def test_who_leads_no_more_is_told_of_their_own_queues_only_whatever_their_token_says(office: Office) -> None:
    office.employ("ann", role=Role.LEAD, online=False)
    lead = Caller("ann", is_lead=True)
    asked = team.vouch(lead, office.world.board, office.settings, as_lead=True)
    assert asked.is_lead
    console = office.open("ann", "returns", "support")
    office.change("ann", role=Role.AGENT)
    assert office.sockets.closed == [console]
    office.world.later(seconds=1)
    late = consoles.issue(asked, "s", office.world.board, office.consoles)
    assert not consoles.open_console("late", late, office.world.now, office.consoles)
    now = team.vouch(lead, office.world.board, office.settings, as_lead=False)
    assert consoles.issue(now, "t", office.world.board, office.consoles).queues == ("support",)
    with pytest.raises(ForbiddenError):
        team.vouch(lead, office.world.board, office.settings, as_lead=True)
    office.change("ann", role=Role.LEAD)
    assert team.vouch(lead, office.world.board, office.settings, as_lead=True).is_lead


def test_a_lead_who_is_removed_is_none_first_and_both_is_on_record(office: Office) -> None:
    office.employ("ann", role=Role.LEAD)
    team.remove(LEA, "ann", None, office.personnel)
    assert [one["role"] for one in (office.told(0), office.told(1))] in (
        [("agent", None), ("lead", "agent")],
        [("lead", "agent"), ("agent", None)],
    )
    assert (office.settings.former_leads().agent_ids, office.directory.leads()) == (("ann",), {"lea"})


def test_a_lead_who_was_never_an_agent_can_be_removed(office: Office) -> None:
    office.directory.add("dee", lead=True)
    team.remove(LEA, "dee", None, office.personnel)
    assert (office.told(), office.directory.leads()) == ({"role": ("lead", "agent")}, {"lea"})


def test_removing_somebody_twice_is_removing_them_once(office: Office) -> None:
    office.employ("ann")
    for _ in range(2):
        assert team.remove(LEA, "ann", None, office.personnel).agent is None
    assert office.count() == 2


def test_who_was_removed_comes_back_by_an_invitation(office: Office) -> None:
    office.employ("ann")
    team.remove(LEA, "ann", None, office.personnel)
    member, is_new = team.invite(LEA, "ann@acme.example", ANN, office.personnel)
    assert (is_new, member.agent_id, member.duties) == (True, "ann", ANN)
    assert member.sign_in
    assert member.sign_in.access is Access.ACTIVE


def test_nobody_is_removed_while_they_hold_something(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation that the index of owners does not show yet is not left with somebody who is gone."""
    office.employ("ann", units=5)
    texts(office, 1)
    shown = office.world.conversations.owned
    looks = iter((list, lambda: shown("ann")))
    monkeypatch.setattr(type(office.world.conversations), "owned", lambda *_: next(looks)())
    team.remove(LEA, "ann", None, office.personnel)
    assert office.world.only().owner is None
    assert office.world.board.agents.get("ann") is None


def test_an_agent_without_a_sign_in_can_be_removed(office: Office) -> None:
    office.world.agent("old", online=False)
    assert team.member("old", office.personnel).sign_in is None
    assert team.remove(LEA, "old", None, office.personnel).agent is None


# -- who decides -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda office: team.remove(LEA, "lea", None, office.personnel),
        lambda office: office.change("lea", role=Role.AGENT),
    ],
)
def test_the_last_lead_stays_one(office: Office, act: Callable[[Office], Any]) -> None:
    office.employ("lea", role=Role.LEAD)
    with pytest.raises(RefusedError, match="the last lead: make somebody else a lead first"):
        act(office)
    office.employ("ann", role=Role.LEAD)
    act(office)
    assert office.directory.leads() == {"ann"}


@pytest.mark.parametrize("who", [Caller("ann", is_lead=True), Caller("nobody", is_lead=True)])
def test_a_token_that_still_says_lead_is_not_enough(office: Office, who: Caller) -> None:
    office.employ("ann", online=False)
    acts: tuple[Callable[[], object], ...] = (
        lambda: office.change("ann", who=who, role=Role.LEAD),
        lambda: team.invite(who, "x@acme.example", ANN, office.personnel),
        lambda: team.remove(who, "ann", None, office.personnel),
        lambda: team.join_queue(who, "ann", "returns", office.personnel),
    )
    for act in acts:
        with pytest.raises(ForbiddenError, match="not a lead any more"):
            act()


def test_of_two_leads_who_decide_on_the_same_state_the_second_is_told(office: Office) -> None:
    office.employ("ann", online=False)
    seen = tag_of(team.values_of(team.member("ann", office.personnel).duties))
    office.change("ann", tag=seen, units=4)
    with pytest.raises(OutdatedError, match="read it again"):
        office.change("ann", tag=seen, units=5)
    with pytest.raises(OutdatedError, match="read it again"):
        team.remove(LEA, "ann", seen, office.personnel)
    assert office.agent("ann").units == 4


def test_two_changes_at_once_are_both_made_on_what_was_there_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.employ("ann", online=False)
    settings, employ = type(office.settings), DynamoSettings.employ
    raced: list[str] = []

    def employ_late(*arguments: Any) -> None:
        if not raced:
            raced.append("once")
            office.change("ann", skills=("french",))
        employ(*arguments)

    monkeypatch.setattr(settings, "employ", employ_late)
    team.join_queue(LEA, "ann", "returns", office.personnel)
    assert (office.agent("ann").skills, office.agent("ann").queues) == (("french",), ("support", "returns"))
    told = [office.told(0), office.told(1)]
    assert {"queues": ("support", "support, returns")} in told
    assert {"skills": ("", "french")} in told


def test_a_change_and_its_record_are_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.employ("ann", online=False)
    before = office.agent("ann")
    change = office.settings.changes(None, 1)[0][0]
    with pytest.raises(ConflictError):
        office.settings.employ(
            replace(before, units=99), replace(before, units=7), office.settings.former_leads(), change
        )
    assert office.agent("ann") == before
    assert office.count() == 1
