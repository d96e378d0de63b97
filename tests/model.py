"""Random histories of a whole deployment: customers, agents, time and faults, with every promise checked on the way.

`make model` plays thousands of them. A history is a list of rules that hypothesis chooses and, where one breaks a
promise, shortens; `tests/promises.py` says what is checked after each step and in the end.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from typing import Any, TypeAlias, TypeVar

import yaml
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from typing_extensions import override

from switchboard.channels import channel
from switchboard.conversation import Conversation
from switchboard.errors import SwitchboardError
from switchboard.events import MessageQuarantined
from switchboard.flows import assignments, desk, outreach, remarks, shifts, standing
from switchboard.flows.assignments import Target
from switchboard.message import (
    Automation,
    ConsentChange,
    Deletion,
    Delivery,
    DeliveryReport,
    DeliveryStatus,
    Edit,
    Message,
    Party,
    Reaction,
    Received,
    Thread,
    Unhandled,
)
from switchboard.policy import Policy, Priority, read_policy
from switchboard.routing import Agent, Presence
from tests.deployment import FAILURES, Act, Deployment
from tests.promises import Auditor
from tests.world import ROOT

Found = TypeVar("Found")

STEPS = 25
AT_A_TIME = 50
ROUNDS = 6
"""Of forty seconds each, until all that was asked for has come to rest: an erasure takes two minutes."""
ROUND = timedelta(seconds=40)

TEXTS = ("hello", "this is urgent", "a refund please", "there is smoke", "thanks", "stop texting me", "YES")
CONSENTS = ("opt_out", "opt_in", "help")
KINDS = ("edit", "delete", "reaction", "block", "unblock", "echo", "garbage", *CONSENTS)
OWN_ACTS = ("reply", "reply", "resolve", "snooze", "transfer")
ACTS = (
    *("reply", "reply", "reply", "resolve", "assign", "take", "transfer", "hand", "snooze", "reopen"),
    *("place", "spam", "ham", "block", "unblock", "tag", "note"),
)
SPANS = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 11, 31, 60 * 5, 60 * 24 * 4))
Burst: TypeAlias = list[tuple[int, str, bool]]
"""Who writes what, and whether a mail answers their last one."""
BURSTS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(TEXTS), st.booleans()), min_size=1, max_size=4)
NUMBERS = st.integers(0, 7)
PLACES = st.lists(NUMBERS, min_size=1, max_size=4)
SCHEDULES = st.lists(st.integers(0, 2), max_size=60)


@dataclass(frozen=True)
class Customer:
    """Somebody who writes to one of our accounts, and by which names their network knows them."""

    channel: str
    account: str
    names: tuple[str, ...]

    @property
    def contact(self) -> str:
        return channel(self.channel).contact(self.names[0])


PEOPLE = (
    Customer("sms", "acme-sms", ("+15551230001",)),
    Customer("sms", "acme-sms", ("+15551230002",)),
    Customer("sms", "acme-returns", ("+15551230003",)),
    Customer("whatsapp", "acme-whatsapp", ("US.one", "15551230004")),
    Customer("telegram", "acme-telegram", ("7001230005",)),
    Customer("email", "acme-email", ("mia@customers.example",)),
)
TEAM = {"ann": 3, "bob": 2, "cat": 1}
"""Who answers, and their units. Ann knows about returns; bob leads."""
NAMES = st.sampled_from(sorted(TEAM))


@cache
def policies() -> tuple[Policy, ...]:
    """The demonstration's, and two that a team may change to: with overflow and caps, and with dearer texts."""
    document = yaml.safe_load((ROOT / "policy.yaml").read_text(encoding="utf-8"))
    spare = [{"after": "5m", "queue": "support"}]
    flowing = {
        **document["queues"],
        "returns": {**document["queues"]["returns"], "hours": "every-day", "overflow": spare},
    }
    eased = {"returns": {**flowing["returns"], "relax": [{"after": "10m", "steps": 1}]}}
    capped = {**document, "queues": {**flowing, **eased}, "caps": {"sms": {"default": 1, "maximum": 3}}}
    dear = {**document, "units": {"sms": 2, "whatsapp": 1}, "times": {**document["times"], "lease": "2m"}}
    return tuple(read_policy(one) for one in (document, capped, dear))


class History(RuleBasedStateMachine):
    """What happens to one deployment."""

    def __init__(self) -> None:
        super().__init__()
        self.deployment = Deployment.make(policies()[0])
        self.auditor = Auditor(self.deployment)
        self.sent: list[tuple[Customer, Message]] = []
        self.keys: list[tuple[str, str, str]] = []
        for name, units in TEAM.items():
            skills = ("returns",) if name == "ann" else ()
            self.deployment.agent(name, units=units, skills=skills, online=name != "cat")

    # -- customers --------------------------------------------------------------------------------

    @initialize(burst=BURSTS)
    def begins(self, burst: Burst) -> None:
        self.write_and_are_heard(burst)

    @rule(burst=BURSTS)
    def write(self, burst: Burst) -> None:
        """Nobody has looked at it yet."""
        for who, words, is_reply in burst:
            message = self._message(PEOPLE[who], words, is_reply=is_reply)
            self.sent.append((PEOPLE[who], message))
            self._ingest(message)

    @rule(burst=BURSTS)
    def write_and_are_heard(self, burst: Burst) -> None:
        self.write(burst)
        self.deployment.settle()

    @rule(crowd=st.integers(6, 9), words=st.sampled_from(TEXTS))
    def floods(self, crowd: int, words: str) -> None:
        """Somebody sends mail after mail, each about something else: more than may wait at once (`flood`)."""
        mails = next(place for place, person in enumerate(PEOPLE) if person.channel == "email")
        self.write_and_are_heard([(mails, words, False)] * crowd)

    @rule(place=NUMBERS)
    def is_delivered_again(self, place: int) -> None:
        """A provider calls again: now, or long after. A mail's date is its sender's own: it can't tell an old one."""
        if self.sent:
            person, message = _pick(self.sent, place)
            if person.channel != "email" or person.contact not in self.auditor.asked:
                self._ingest(message)

    @rule(place=NUMBERS, kind=st.sampled_from(KINDS))
    def something_else_comes(self, place: int, kind: str) -> None:
        """An edit, a reaction, a keyword, what nobody understands."""
        person, message = _pick(self.sent, place)
        if kind == "garbage":
            self._quarantine()
        elif kind not in CONSENTS:
            self._ingest(self._amendment(person, kind, message))
        elif person.channel == "sms":
            self._ingest(ConsentChange(**self._facts(person), kind=kind, wording=kind))

    def _quarantine(self) -> None:
        name = f"q{next(self.deployment.ids)}"
        item = MessageQuarantined(
            at=self.deployment.now,
            account="acme-sms",
            channel="sms",
            reason="malformed",
            quarantine_id=name,
            key=f"quarantine/acme-sms/{name}",
            size=1,
        )
        self.auditor.quarantined.add(name)
        self._until_heard(lambda: self.deployment.publish([item]))

    @rule(place=NUMBERS, is_meant=st.sampled_from([True, False, False]))
    def wants_to_be_forgotten(self, place: int, *, is_meant: bool) -> None:
        """Seldom: it leaves little to look at."""
        contact = _pick(PEOPLE, place).contact
        if is_meant and self.deployment.survive(lambda: self.deployment.erasing.ask(contact)):
            self.auditor.asked_to_erase(contact)

    # -- agents -----------------------------------------------------------------------------------

    @rule(name=NAMES, presence=st.sampled_from(Presence))
    def says(self, name: str, presence: Presence) -> None:
        self._try(lambda: desk.set_presence(desk.Caller(name), presence, self.deployment.board))

    @rule(name=NAMES, act=st.sampled_from(ACTS), place=NUMBERS)
    def acts(self, name: str, act: str, place: int) -> None:
        """Somebody does something with any conversation, if they may."""
        if every := sorted(self.auditor.conversations(), key=lambda one: (one.opened_at, one.id)):
            self._try(self._acting(_caller(name), act, _pick(every, place)))

    @rule(act=st.sampled_from(OWN_ACTS), place=NUMBERS)
    def its_agent_acts(self, act: str, place: int) -> None:
        if held := [one for one in self.auditor.conversations() if one.owner]:
            known = _pick(held, place)
            self._try(self._acting(_caller(known.owner or ""), act, known))

    @rule(place=NUMBERS)
    def answers_with_the_same_key(self, place: int) -> None:
        """A console whose network is weak sends an answer again."""
        if self.keys:
            name, known, key = _pick(self.keys, place)
            self._try(lambda: desk.reply(_caller(name), known, f"answer {key}", key, self.deployment.board))

    @rule(name=NAMES, place=NUMBERS)
    def writes_first(self, name: str, place: int) -> None:
        person, key = _pick(PEOPLE, place), f"o{next(self.deployment.ids)}"
        self.auditor.wrote(person.names[0])
        who, board = desk.Caller(name, is_lead=True), self.deployment.board
        self._try(lambda: outreach.begin(who, person.account, person.names[0], "news", "News", key, board))

    @rule(name=NAMES, minutes=st.sampled_from((None, 5, 60)), units=st.sampled_from((None, 0, 1, 4)))
    def works_otherwise(self, name: str, minutes: int | None, units: int | None) -> None:
        """A lead changes an agent's capacity, or the agent names the end of their shift."""
        until = None if minutes is None else self.deployment.now + timedelta(minutes=minutes)
        board = self.deployment.board
        known = next(agent for agent in self.auditor.agents() if agent.agent_id == name)
        if units is None:
            self._try(lambda: shifts.set_shift(desk.Caller(name), until, board))
        else:
            self._try(lambda: board.agents.put(replace(known, units=units)))
            self.deployment.was_disturbed = True  # no event tells of it: the sweep finds what they may take now

    # -- time and plumbing ------------------------------------------------------------------------

    @rule(span=st.sampled_from(SPANS), are_there=st.booleans())
    def time_passes(self, span: timedelta, *, are_there: bool) -> None:
        """Until a sweep; whoever is there says so meanwhile."""
        self.deployment.pass_time(span)
        if are_there:
            self._heartbeats()
        self.deployment.sweep_up()

    @rule(number=NUMBERS)
    def has_another_policy(self, number: int) -> None:
        self.deployment.change_policy(_pick(policies(), number))

    @rule(places=PLACES, again=st.booleans())
    def queues_hand_out(self, places: list[int], *, again: bool) -> None:
        """In any order, and perhaps twice."""
        self.deployment.tell(places[0])
        for place in places:
            if due := self.deployment.due():
                self.deployment.work(_pick(due, place), again=again)

    @rule(burst=BURSTS, places=PLACES, schedule=SCHEDULES)
    def functions_run_side_by_side(self, burst: Burst, places: list[int], schedule: list[int]) -> None:
        self.write(burst)
        self.deployment.race(self._working([0, 1, *places]), schedule)

    @rule(burst=BURSTS, places=PLACES, schedule=SCHEDULES, name=NAMES)
    def an_agent_comes_meanwhile(self, burst: Burst, places: list[int], schedule: list[int], name: str) -> None:
        self.write(burst)
        board = self.deployment.board
        comes: Act = lambda: self._try(lambda: desk.set_presence(desk.Caller(name), Presence.ONLINE, board))  # noqa: E731  # one of several
        self.deployment.race([comes, *self._working(places)], schedule)

    # -- faults -----------------------------------------------------------------------------------

    @rule(fault=st.sampled_from(("death", "death", "throttling", "lag")), steps=st.integers(1, 25))
    def something_will_fail(self, fault: str, steps: int) -> None:
        if fault == "lag":
            self.deployment.dynamo.lag = steps % 7
        elif fault == "death":
            self.deployment.faults.dies_in = steps
        else:
            self.deployment.faults.throttled_in = steps

    @rule(failure=st.sampled_from(FAILURES))
    def the_provider_will_fail(self, failure: tuple[Exception, bool]) -> None:
        self.deployment.network.failing.append(failure)

    @rule(place=NUMBERS, status=st.sampled_from(["delivered", "failed", "read", "sent"]))
    def the_provider_reports(self, place: int, status: str) -> None:
        if taken := self.deployment.network.taken:
            about = _pick(taken, place)
            spoken = self.deployment.policy.accounts[about.account].channel
            told = DeliveryReport(
                channel=spoken,
                account=about.account,
                provider_id=f"r{next(self.deployment.ids)}",
                delivery=Delivery(status=DeliveryStatus(status)),
                conversation_id=about.conversation_id,
                message_id=about.message_id,
            )
            self._ingest(told)

    # -- what must hold ---------------------------------------------------------------------------

    @invariant()
    def every_promise_holds(self) -> None:
        self.auditor.audit()

    @override
    def teardown(self) -> None:
        """Faults end, time passes, and nothing is left to do."""
        deployment = self.deployment
        deployment.faults.dies_in = deployment.faults.throttled_in = 0
        deployment.dynamo.lag = 0
        deployment.network.failing.clear()
        deployment.settle()
        for _ in range(ROUNDS):
            deployment.pass_time(ROUND)
            self._heartbeats()
            deployment.sweep_up()
            if not deployment.waiting:
                break
        self.auditor.audit_rest()

    # -- how ----------------------------------------------------------------------------------------

    def _ingest(self, message: Received) -> None:
        self._until_heard(lambda: self.auditor.note(self.deployment.ingest(message)))

    def _until_heard(self, put: Act) -> None:
        """A provider comes again until it has an answer (rule X-2)."""
        if not self.deployment.survive(put):
            put()

    def _facts(self, person: Customer) -> dict[str, Any]:
        parties = tuple(Party(address=name) for name in person.names)
        at = self.deployment.now + timedelta(microseconds=1)
        return {
            "channel": person.channel,
            "account": person.account,
            "provider_id": f"m{next(self.deployment.ids)}",
            "sender": parties[0],
            "from_mailboxes": parties if len(parties) > 1 else (),
            "sent_at": at,
        }

    def _message(self, person: Customer, words: str, *, is_reply: bool) -> Message:
        facts = self._facts(person)
        if person.channel != "email":
            return Message(**facts, text=words)
        earlier = [message for writer, message in self.sent if writer == person and message.thread]
        answered = earlier[-1].thread.message_id if earlier and is_reply and earlier[-1].thread else None
        thread = Thread(message_id=f"<{facts['provider_id']}@customers.example>", in_reply_to=answered)
        is_machine = words == "thanks"
        auto = Automation(generated=is_machine, may_reply=not is_machine, answer_to=person.names[0])
        return Message(**facts, text=words, subject="A question", thread=thread, auto=auto)

    def _amendment(self, person: Customer, kind: str, message: Message) -> Received:
        facts, target = self._facts(person), message.provider_id
        if kind == "edit":
            return Edit(**facts, target=target, text="changed")
        if kind == "delete":
            return Deletion(**facts, target=target)
        if kind == "reaction":
            return Reaction(**facts, target=target, emoji="+")
        return Unhandled(**facts, kind=kind, to=(Party(address=person.names[0]),))

    def _acting(self, who: desk.Caller, act: str, known: Conversation) -> Act:
        board, name, key = self.deployment.board, known.id, f"k{next(self.deployment.ids)}"
        if act == "reply":
            self.keys.append((who.agent_id, name, key))
        until = self.deployment.now + timedelta(minutes=5)
        acts: dict[str, Act] = {
            "reply": lambda: desk.reply(who, name, f"answer {key}", key, board),
            "resolve": lambda: desk.resolve(who, name, board, leave_unanswered=True),
            "assign": lambda: assignments.assign(who, name, "ann", board),
            "take": lambda: assignments.take(who, name, board),
            "transfer": lambda: assignments.transfer(who, name, Target(queue="returns"), "n", key, board),
            "hand": lambda: assignments.transfer(who, name, Target(agent_id="bob"), "n", key, board),
            "snooze": lambda: assignments.snooze(who, name, until, board),
            "reopen": lambda: assignments.reopen(who, name, board),
            "place": lambda: remarks.place(who, name, "support", Priority.HIGH, board),
            "spam": lambda: standing.hold(who, name, "spam", board),
            "ham": lambda: standing.lift(who, name, "spam", board),
            "block": lambda: standing.hold(who, name, "blocked", board),
            "unblock": lambda: standing.lift(who, name, "blocked", board),
            "tag": lambda: remarks.tag(who, name, ("vip",), board),
            "note": lambda: remarks.note(who, name, "a note", (), key, board),
        }
        return acts[act]

    def _try(self, act: Act) -> None:
        """An agent does something if they may; what died on the way is done again, as consoles do."""
        with suppress(SwitchboardError):
            if not self.deployment.survive(act):
                self.deployment.survive(act)

    def _heartbeats(self) -> None:
        """Whoever is there says so."""
        for agent in self.auditor.agents():
            if agent.presence is not Presence.OFFLINE:
                self._try(self._saying(agent))

    def _saying(self, agent: Agent) -> Act:
        return lambda: desk.set_presence(desk.Caller(agent.agent_id), agent.presence, self.deployment.board)

    def _working(self, places: Sequence[int]) -> list[Act]:
        """Functions that each take one delivery, if as many are due."""
        due = self.deployment.due()
        chosen = dict.fromkeys(place % len(due) for place in places) if due else {}
        return [partial(self.deployment.work, due[place]) for place in chosen]


def _caller(name: str) -> desk.Caller:
    return desk.Caller(name, is_lead=name == "bob")


def _pick(every: Sequence[Found], place: int) -> Found:
    """One of them; the last is the first choice, which is what hypothesis shortens to."""
    return every[-1 - place % len(every)]


def play(
    histories: int, *, number: int = 0, shrink: bool = True, steps: int = STEPS, machine: type[History] = History
) -> None:
    """Play so many histories, always the same for a number; raises what broke, with the shortest history that does."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=shrink,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine), settings=chosen)


def main() -> None:
    """Play many, some at a time; the first that breaks a promise is told in its shortest form, with its number."""
    parser = argparse.ArgumentParser(prog="make model", description="Play random histories of a whole deployment.")
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    begun = time.monotonic()
    for played in range(0, options.histories, AT_A_TIME):
        number = options.seed + played
        try:
            play(AT_A_TIME, number=number)
        except BaseException:
            print(f"broken: make model HISTORIES={AT_A_TIME} SEED={number} plays it again", file=sys.stderr)
            raise
        done = min(played + AT_A_TIME, options.histories)
        print(
            f"{done} of {options.histories} histories from seed {options.seed}, {time.monotonic() - begun:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
