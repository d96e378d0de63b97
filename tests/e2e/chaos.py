"""`make chaos`: many minutes of the deployed template under everything that goes wrong, and then the account of it.

Customers write on every channel by their providers' protocols, agents work by their API. Meanwhile deliveries come
twice and out of order, providers fail, the bus refuses, functions are killed, agents vanish, time jumps, and the whole
emulator stops and starts. In the end everything has to come to rest and nothing may be missing: `ledger.py` judges.
Exit code 1 on a violation. The same seed makes the same plan; what meets what on the way is the machine's.
"""

import argparse
import os
import random
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.double import Fault
from sandbox.errors import SandboxError
from sandbox.ports import draw_ports
from sandbox.running import Running, run
from switchboard.aws.batches import LONGEST_DELAY
from switchboard.conversation import SETTLED
from switchboard.instant import system_clock
from switchboard.message import DeliveryStatus
from switchboard.policy import load_policy
from tests.e2e.lab import Lab
from tests.e2e.ledger import Account, Holdings, Verdict, judge
from tests.world import ROOT

AGENTS = ("ann", "ben", "cho", "dee")
CUSTOMERS = 12
NETWORKS = ("whatsapp", "messenger", "telegram", "line")
QUEUES = ("Router", "AutoAck", "Outbound")
FAULTS: tuple[Fault, ...] = ("throttled", "error", "error_after_accept", "timeout_after_accept")
TOLD_EVERY = 5.0
PAUSE = 0.1
"""Seconds between two actions."""
AT_ONCE = 5
"""Actions that may go on side by side."""
RETURNED_AFTER = 15
"""Seconds after which a queue hands out again what a killed function had."""
STOP_EVERY = 180.0
"""Seconds between two stops of the emulator."""
REST = 3 * LONGEST_DELAY
"""Seconds in which everything has to come to rest: a queue may keep for half of it what a provider refused often."""
_STUBBORN = 60
"""How often a provider comes again in the end."""
_OUT_OF_REACH = (httpx.TransportError, httpx.HTTPStatusError, SandboxError, BotoCoreError, ClientError, OSError)
"""What an action may meet while something is broken on purpose."""

Action = Callable[["Campaign"], None]


@dataclass
class Campaign:
    """What was done until now."""

    lab: Lab
    chance: random.Random
    account: Account = field(default_factory=Account)
    counts: Counter[str] = field(default_factory=Counter)
    forms: list[dict[str, str]] = field(default_factory=list)
    """Texts whose webhook has not been answered yet."""
    heard: list[dict[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    """Messages on social networks: network, id, words."""
    mails: list[str] = field(default_factory=list)
    online: set[str] = field(default_factory=set)
    stopped_at: datetime | None = None
    one_refusal: Lock = field(default_factory=Lock)
    """Of two at a time, the later would take the earlier's for what was there before."""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    # -- customers --------------------------------------------------------------------------------

    def _words(self) -> str:
        """Some that no other message has."""
        said = self.chance.choice(("hello", "where is my parcel", "this is urgent", "a refund please", "are you there"))
        return f"{said} c{next(self.numbers)}"

    def _customer(self) -> str:
        return f"+1555130{self.chance.randrange(CUSTOMERS):04d}"

    def text(self) -> None:
        """A burst of texts, whose webhooks come at once and in any order."""
        account = self.chance.choice(("acme-sms", "acme-sms", "acme-returns"))
        sender = self._customer()
        burst = [
            self.lab.fields(self._words(), sender=sender, account=account)
            for _ in range(self.chance.choice((1, 1, 1, 3)))
        ]
        self.chance.shuffle(burst)
        self.forms += burst
        for form in burst:
            self.deliver(form)

    def deliver(self, form: dict[str, str]) -> None:
        """Call the webhook; what is not taken comes again later."""
        account = next(key for key, one in self.lab.policy.accounts.items() if one.address == form["To"])
        if self.lab.webhook(form, account).is_success and form in self.forms:
            self.forms.remove(form)
            self.heard.append(form)
            self.account.accepted.add(form["Body"])

    def come_again(self) -> None:
        """The provider repeats what was not taken."""
        if self.forms:
            self.deliver(self.chance.choice(self.forms))

    def repeat(self) -> None:
        """The provider repeats what was taken, however long ago."""
        if self.heard:
            self.deliver(self.chance.choice(self.heard))
            self.counts["duplicates"] += 1

    def write(self) -> None:
        """Somebody writes on a social network."""
        network, words = self.chance.choice(NETWORKS), self._words()
        double = self.lab.running.providers.networks[network]
        (ours,) = double.ends
        sender = double.customer(self._customer())
        url = f"{self.lab.running.phones_url}/phones/{sender}/messages"
        before = {note.id for note in double.notes}
        self.lab.http.post(url, json={"channel": network, "to": ours, "body": words}).raise_for_status()
        new = [note for note in list(double.notes) if note.id not in before and note.body == words]
        self.notes += [(network, note.id, words) for note in new]

    def mail(self) -> None:
        """Somebody writes a mail, which our mail server takes or not."""
        words = self._words()
        self.lab.mail(words, sender=f"c{self.chance.randrange(CUSTOMERS)}@customers.example", subject=f"About {words}")
        self.mails.append(words)

    def send_garbage(self) -> None:
        """A verified delivery that is no message."""
        form = {name: value for name, value in self.lab.fields(self._words()).items() if not name.endswith("Sid")}
        known = self.lab.fields()["AccountSid"]
        if self.lab.webhook({**form, "AccountSid": known, "Body": self._words()}).is_success:
            self.account.garbage += 1

    # -- agents -----------------------------------------------------------------------------------

    def come(self) -> None:
        name = self.chance.choice(AGENTS)
        self.lab.agent(name)
        self.online.add(name)

    def beat(self) -> None:
        """Clients say that their agents are there."""
        for name in sorted(self.online):
            self.lab.agent(name)

    def leave(self) -> None:
        if len(self.online) > 1:
            name = self.chance.choice(sorted(self.online))
            self.online.discard(name)
            self.lab.agent(name, online=False).set_presence(self.chance.choice(("away", "offline")))

    def vanish(self) -> None:
        """An agent's machine is gone without a word."""
        if len(self.online) > 1:
            name = self.chance.choice(sorted(self.online))
            self.online.discard(name)
            self.lab.let_heartbeat_lapse(self.lab.agent_id(name))
            self.counts["vanished"] += 1

    def answer(self) -> None:
        """Somebody works through their list; some answers are sent twice by a weak network."""
        name = self.chance.choice(sorted(self.online) or ["ann"])
        session = self.lab.agent(name, online=False)
        for mine in session.conversations()[:2]:
            text, key = f"answer a{next(self.numbers)}", secrets.token_hex(8)
            for _ in range(self.chance.choice((1, 1, 2))):
                session.reply(mine["conversation_id"], text, key)
                self.account.answers.add(text)
            self.counts["answers"] += 1
            if self.chance.random() < 0.6:
                session.resolve(mine["conversation_id"], leave_unanswered=True)

    def pass_on(self) -> None:
        session = self.lab.agent(self.chance.choice(sorted(self.online) or ["ann"]), online=False)
        for mine in session.conversations()[:1]:
            until = (system_clock() + timedelta(seconds=30)).isoformat()
            if self.chance.random() < 0.5:
                session.snooze(mine["conversation_id"], until)
            else:
                session.transfer(mine["conversation_id"], "over to you", queue="support")

    # -- time and faults --------------------------------------------------------------------------

    def let_time_pass(self) -> None:
        """Some conversation's lease, linger or silence ends now, and a sweep comes by."""
        known = [one for one in self.lab.all_conversations() if one.is_open and one.due_at]
        if known:
            self.lab.let_time_pass(self.chance.choice(known))
            self.counts["lapses"] += 1
        self.lab.sweep()

    def sweep(self) -> None:
        self.lab.sweep()

    def fail_provider(self) -> None:
        fault, times = self.chance.choice(FAULTS), self.chance.choice((1, 1, 5))
        running = self.lab.running
        everybody: list[Any] = [running.twilio, running.twilio, running.ses, *running.providers.networks.values()]
        self.chance.choice(everybody).fail_next(fault, times)
        self.counts["provider faults"] += times

    def refuse_on_bus(self) -> None:
        """The bus takes nothing from an ingest function for some seconds."""
        function = self.chance.choice(("ingest_sms", "ingest_social", "ingest_email", "outbox"))
        with self.one_refusal, self.lab.without(function, "PutOnBus"):
            for act in self.chance.choices((Campaign.text, Campaign.write, Campaign.mail), k=6):
                with suppress(*_OUT_OF_REACH):
                    act(self)
        self.counts["refusals"] += 1

    def kill_function(self) -> None:
        """Some function's process dies, whatever it is doing."""
        child = self.lab.running.emulator._child
        victims = _descendants(child.pid) if child else []
        if victims:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(victims), signal.SIGKILL)
            self.counts["kills"] += 1

    def watch(self) -> None:
        """Nobody may ever have less than nothing free: no person exceeds a capacity in this campaign."""
        for agent_id in self.lab.running.team:
            agent = self.lab.agents.get(agent_id)
            if agent and agent.free < 0:
                self.account.overdrawn.add(agent_id)

    def progress(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        asked = len(self.account.accepted) + len(self.notes) + len(self.mails) + self.account.garbage
        return f"in {asked}; {told}; {len(self.forms)} to come again; at work: {', '.join(sorted(self.online)) or '-'}"


ACTIONS: tuple[tuple[Action, int], ...] = (
    (Campaign.text, 24),
    (Campaign.come_again, 12),
    (Campaign.repeat, 8),
    (Campaign.write, 12),
    (Campaign.mail, 6),
    (Campaign.send_garbage, 1),
    (Campaign.come, 4),
    (Campaign.beat, 3),
    (Campaign.leave, 1),
    (Campaign.vanish, 1),
    (Campaign.answer, 16),
    (Campaign.pass_on, 2),
    (Campaign.let_time_pass, 3),
    (Campaign.sweep, 3),
    (Campaign.fail_provider, 3),
    (Campaign.refuse_on_bus, 1),
    (Campaign.kill_function, 1),
    (Campaign.watch, 3),
)
"""What may happen, and how often in proportion."""


def main() -> None:
    """Run a campaign; the last line sums up."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes", flush=True)
    with tempfile.TemporaryDirectory(prefix="switchboard-chaos-") as directory, ExitStack() as stack:
        running = stack.enter_context(run(Path(directory), draw_ports()))
        verdict = _campaign(running, random.Random(options.seed), options.minutes * 60)
        for violation in verdict.violations:
            print(f"violated: {violation}")
        print(f"seed {options.seed}: {verdict.summary}" if verdict.violations else verdict.summary)
    sys.exit(bool(verdict.violations) or verdict.taken != verdict.out + verdict.quarantined)


def _campaign(running: Running, chance: random.Random, seconds: float) -> Verdict:
    policy = load_policy(ROOT / "policy.yaml")
    campaign = Campaign(Lab(running, policy), chance)
    _hand_out_soon(campaign.lab)
    for name in ("ann", "ben", "cho"):
        campaign.lab.agent(name)
        campaign.online.add(name)
    begun = told = stopped = time.monotonic()
    under_way: set[Future[None]] = set()
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        while (now := time.monotonic()) < begun + seconds:
            _act(campaign, pool, under_way)
            if now > told + TOLD_EVERY:
                told = now
                print(f"{timedelta(seconds=round(now - begun))}  {campaign.progress()}", flush=True)
            if now > stopped + STOP_EVERY and now < begun + seconds - STOP_EVERY / 4:
                _see_to(under_way, most=0)
                _restart(campaign)
                stopped = time.monotonic()
        _see_to(under_way, most=0)
    _come_to_rest(campaign)
    verdict = judge(campaign.account, _holdings(campaign))
    campaign.lab.close()
    return verdict


def _act(campaign: Campaign, pool: ThreadPoolExecutor, under_way: set[Future[None]]) -> None:
    """Begin one thing more, unless many are under way."""
    acts, weights = zip(*ACTIONS, strict=True)
    (act,) = campaign.chance.choices(acts, weights)
    under_way.add(pool.submit(act, campaign))
    time.sleep(PAUSE)
    _see_to(under_way, most=AT_ONCE)


def _see_to(under_way: set[Future[None]], most: int) -> None:
    """Wait until no more than so many go on. What they meet while something is broken is what the campaign is for."""
    while True:
        for future in [future for future in under_way if future.done()]:
            under_way.discard(future)
            with suppress(*_OUT_OF_REACH):
                future.result()
        if len(under_way) <= most:
            return
        wait(under_way, return_when=FIRST_COMPLETED)


def _restart(campaign: Campaign) -> None:
    """The whole machine goes down and comes back. Its queues keep what they had, its streams do not."""
    campaign.lab.close()
    campaign.lab.running.emulator.stop()
    campaign.lab.running.emulator.start()
    campaign.lab = Lab(campaign.lab.running, campaign.lab.policy)
    campaign.stopped_at = system_clock()
    campaign.counts["stops"] += 1


def _hand_out_soon(lab: Lab) -> None:
    """A queue gives back what a killed function had after seconds, not minutes."""
    for queue in QUEUES:
        lab.hand_out_again_after(f"{queue}QueueUrl", RETURNED_AFTER)


# -- the end ----------------------------------------------------------------------------------------


def _come_to_rest(campaign: Campaign) -> None:
    """Faults end; providers come again until they are heard; parked messages are put back, as an operator would."""
    lab = campaign.lab
    print("The faults are over: everything has to come to rest", flush=True)
    for faults in (lab.running.twilio.faults, lab.running.ses.faults):
        faults.clear()
    for double in lab.running.providers.networks.values():
        double.faults.clear()
    for _ in range(_STUBBORN):
        for form in list(campaign.forms):
            with suppress(*_OUT_OF_REACH):
                campaign.deliver(form)
    _await_rest(campaign)
    _count_taken(campaign)


def _await_rest(campaign: Campaign) -> None:
    lab, deadline = campaign.lab, time.monotonic() + REST
    while time.monotonic() < deadline:
        with suppress(*_OUT_OF_REACH, AssertionError):
            campaign.beat()
            _put_back_parked(campaign)
            _let_attempts_age(campaign)
            lab.sweep()
            lab.await_quiet()
            if not _unsettled(campaign) and not _parked(lab):
                return
    print("It did not come to rest in time", flush=True)


def _unsettled(campaign: Campaign) -> bool:
    since = campaign.stopped_at
    outgoing = [entry for entry in campaign.lab.all_entries() if entry.direction == "outbound"]
    return any(entry.status not in SETTLED and (since is None or entry.at > since) for entry in outgoing)


def _let_attempts_age(campaign: Campaign) -> None:
    for entry in campaign.lab.all_entries():
        if entry.status is DeliveryStatus.SENDING and entry.attempt_at:
            campaign.lab.let_attempt_age(entry)


def _parked(lab: Lab) -> list[str]:
    return [name for name in lab.outputs if name.endswith("DeadLettersUrl") and lab.depth(name)]


def _put_back_parked(campaign: Campaign) -> None:
    lab = campaign.lab
    for name in _parked(lab):
        queue = lab.outputs.get(f"{name.removesuffix('DeadLettersUrl')}QueueUrl")
        for body in lab.take_all(name) if queue else ():
            lab.sqs.send_message(QueueUrl=queue, MessageBody=body)
            campaign.counts["put back"] += 1


def _count_taken(campaign: Campaign) -> None:
    """What of the networks' messages and of mail we said that we have."""
    for network, note_id, words in campaign.notes:
        webhook = campaign.lab.running.providers.networks[network].note(note_id).webhook
        if webhook and httpx.codes.is_success(webhook):
            campaign.account.accepted.add(words)
    campaign.account.accepted.update(campaign.mails)


def _holdings(campaign: Campaign) -> Holdings:
    lab = campaign.lab
    lists = {}
    for agent_id, username in lab.running.team.items():
        session = lab.agent(username, online=False)
        lists[agent_id] = [one["conversation_id"] for one in session.conversations()]
    running = lab.running
    notes = [note.body for double in running.providers.networks.values() for note in double.notes if not note.inbound]
    texts = [text.body for text in running.twilio.state.texts if text.direction != "inbound"]
    mails = [mail.opened().text.strip() for mail in running.ses.mailbox.mails if mail.from_us]
    return Holdings(
        conversations=lab.all_conversations(),
        entries=lab.all_entries(),
        agents=[agent for agent_id in running.team if (agent := lab.agents.get(agent_id))],
        quarantined=len(lab._scan(lab.outputs["QuarantineTable"])),
        lists=lists,
        received=[*notes, *texts, *mails],
        settled_since=campaign.stopped_at,
    )


def _descendants(pid: int) -> list[int]:
    """Processes that a process has started, and those that they have, as Linux lists them."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            facts = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(entry.parent.name)] = int(facts[1])
    found, fresh = [], [pid]
    while fresh:
        fresh = [child for child, parent in parents.items() if parent in fresh]
        found += fresh
    return found


if __name__ == "__main__":
    main()
