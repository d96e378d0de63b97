"""What must hold of a deployment at any moment, and when all has come to rest: the ten promises, as far as stores show.

Each check names the promise that it holds (docs/architecture.md, "Promises" of the README).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from switchboard.acknowledgement import DAILY_LIMIT
from switchboard.aws import decisions as recorded
from switchboard.aws.conversations import held, record_of
from switchboard.aws.records import values
from switchboard.channels import channel
from switchboard.consent import lifts_stop
from switchboard.conversation import HEARD_LIMIT, SETTLED, Conversation, Decision, Entry, Status, acknowledgement_id
from switchboard.erasure import State, covers
from switchboard.events import ConversationOpened, ConversationReopened, MessageReceived
from switchboard.flood import source_of
from switchboard.message import Message, Outgoing
from switchboard.replay import replay
from switchboard.routing import Agent, Presence, case_of, lane_of, objection
from switchboard.shift import as_offered
from tests.deployment import Deployment
from tests.world import World

DAY = timedelta(days=1)
STORES = ("conversations", "agents", "customers", "queues", "quarantine", "erasures", "decisions")


@dataclass
class Auditor:
    """Watches a deployment from its beginning."""

    deployment: Deployment
    verified: dict[tuple[str, str], MessageReceived] = field(default_factory=dict)
    """Each message that was put on the bus, by account and provider id, as of its newest delivery."""
    quarantined: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    """Contacts that were to be erased, and how many deliveries there had been by then."""
    written: dict[str, int] = field(default_factory=dict)
    """The number of the newest delivery from each address, or of what we wrote there first."""
    count: int = 0
    _read: int = 0

    def __post_init__(self) -> None:
        quiet = replace(self.deployment.dynamo, before=[], after=[])
        self.sight = World(self.deployment.policy, quiet).board
        """The same tables, for whom nothing fails and nobody waits."""
        self.deployment.dynamo.after.append(self._watch_commits)
        self.deployment.witnesses.append(self._watch_sending)

    def note(self, received: MessageReceived) -> None:
        """A delivery was put on the bus."""
        message = received.message
        for party in (message.sender, *message.from_mailboxes):
            if party:
                self.wrote(party.address)
        if isinstance(message, Message):
            self.verified[message.account, message.provider_id] = received

    def wrote(self, address: str) -> None:
        """There is something new of an address."""
        self.count += 1
        self.written[address] = self.count

    def asked_to_erase(self, contact: str) -> None:
        self.asked[contact] = self.count

    # -- as it happens ----------------------------------------------------------------------------

    def _watch_commits(self, *_: object) -> None:
        """Promise 3: whoever is given something by the machine is there, and has room for it; nobody had it."""
        dynamo = self.deployment.dynamo
        for change in dynamo.stream[len(dynamo.stream) - (dynamo.commits - self._read) :]:
            self._check_claim(change["dynamodb"])
        self._read = dynamo.commits

    def _check_claim(self, images: dict[str, Any]) -> None:
        after = record_of(images["NewImage"]) if "NewImage" in images else None
        if not isinstance(after, Conversation) or after.owner is None or after.assigned_by:
            return
        before = record_of(images["OldImage"]) if "OldImage" in images else None
        was = before.owner if isinstance(before, Conversation) else None
        if was == after.owner:
            return
        assert was is None, f"{after.id} was taken from its owner"
        agent = self._agent(after.owner)
        assert agent["free"] >= 0, f"{after.owner} was given {after.id} over capacity"
        assert agent["presence"] == Presence.ONLINE, f"{after.owner} was given {after.id} and is not there"
        told = [record for record in self._decisions() if record.conversation_id == after.id and record.agent_id]
        assert any(record.agent_id == after.owner for record in told), f"{after.id} was given without a decision"

    def _watch_sending(self, outgoing: Outgoing) -> None:
        """Promises 8 and 10: nothing goes to whoever forbade it, no machine's words to a machine."""
        if self.deployment.faults.is_racing:
            return  # who forbids at the same moment may be too late
        thread, _, number = outgoing.conversation_id.rpartition(".")
        known = next((one for one in self.conversations() if (one.thread, one.number) == (thread, int(number))), None)
        if known is None:
            return  # it was erased at the same moment
        contact = self.sight.customers.contact(channel(known.channel).contact(outgoing.recipient))
        assert contact is None or not contact.undeliverable, "sent to an address that bounces, or blocked us"
        consent = contact.consent(outgoing.account) if contact else None
        assert consent is None or consent.allows_replies, "sent to whoever said STOP"
        assert not outgoing.automatic or consent is None or consent.allows_automation, "a machine wrote although asked"
        assert not (outgoing.automatic and known.silence), "a machine was answered"

    # -- at any moment ----------------------------------------------------------------------------

    def audit(self) -> None:
        """What every state keeps, however many processes died on the way to it."""
        conversations, entries = self.conversations(), self.entries()
        self._audit_owners(conversations)
        self._audit_threads(conversations)
        self._audit_messages(entries)
        self._audit_outbound(conversations, entries)

    def _audit_owners(self, conversations: Iterable[Conversation]) -> None:
        """Promise 3: one owner, whose units are counted right."""
        taken: Counter[str] = Counter()
        by_channel: Counter[tuple[str, str]] = Counter()
        for one in conversations:
            assert (one.owner is not None) == (one.status is Status.ASSIGNED) == (one.cost > 0), f"{one.id}: its owner"
            taken[one.owner or ""] += one.cost
            by_channel[one.owner or "", one.channel] += 1
        for row in self.deployment.dynamo.rows("agents"):
            agent = values(row)
            if agent["item"] != "agent":
                continue
            name = agent["agent_id"]
            assert agent["units"] - agent["free"] == taken[name], f"{name}: {agent['free']} free, {taken[name]} taken"
            for spoken in {one.channel for one in conversations}:
                assert agent.get(held(spoken), 0) == by_channel[name, spoken], f"{name}: {spoken} counted wrong"

    def _audit_threads(self, conversations: Sequence[Conversation]) -> None:
        """Promise 2: a customer's burst is one conversation, and each message has one effect on it."""
        for one in conversations:
            heard = [told.message_id for told in one.heard]
            assert len(set(heard)) == len(heard), f"{one.id}: a message was heard twice"
        opened = Counter(one.thread for one in conversations if one.is_open)
        assert all(count == 1 for count in opened.values()), "two conversations of one thread are open"

    def _audit_messages(self, entries: Iterable[Entry]) -> None:
        """Promise 2: a message is in one place; promise 8: one acknowledgement per opening, and few a day."""
        places = Counter((one.account, one.id) for one in entries if one.direction == "inbound")
        assert all(count == 1 for count in places.values()), "a message is in two conversations"
        answers = Counter(one.text for one in entries if one.text.startswith("answer"))
        assert all(count == 1 for count in answers.values()), "an answer with one key was written twice"
        told = Counter(one.conversation_id for one in entries if _acknowledges(one))
        assert all(count == 1 for count in told.values()), "acknowledged twice"

    def _audit_outbound(self, conversations: Iterable[Conversation], entries: Iterable[Entry]) -> None:
        """Promise 2, the other way: nothing is sent twice, and in order; promise 8: within a day's budget."""
        places = {(one.conversation_id, one.id): one.position or 0 for one in entries}
        sent: dict[str, list[int]] = defaultdict(list)
        for one in self.deployment.network.taken:
            if position := places.get((one.conversation_id, one.message_id)):
                sent[one.conversation_id].append(position)
        for name, positions in sent.items():
            assert len(set(positions)) == len(positions), f"{name}: sent twice"
            assert sorted(positions) == positions, f"{name}: sent in another order than written"
        whose = {one.id: one.address for one in conversations}
        times: dict[str, list[Any]] = defaultdict(list)
        for entry in entries:
            if _acknowledges(entry):
                times[whose[entry.conversation_id]].append(entry.at)
        for at in map(sorted, times.values()):
            assert all(later - first >= DAY for first, later in zip(at, at[DAILY_LIMIT:], strict=False)), "over budget"

    # -- at rest ----------------------------------------------------------------------------------

    def audit_rest(self) -> None:
        """What holds once nothing is under way."""
        self.audit()
        conversations, entries = self.conversations(), self.entries()
        assert not self.deployment.waiting, "something is never worked off"
        self._nothing_is_lost(conversations, entries)
        for one in conversations:
            self._stands_right(one, entries)
        self._nobody_waits_in_vain(conversations)
        self._nobody_is_held_in_vain(conversations)
        gone = {agent.agent_id for agent in self.agents() if agent.presence is Presence.OFFLINE}
        assert not gone.intersection(one.owner or "" for one in conversations), "who is gone still has work"
        for entry in entries:
            assert entry.direction != "outbound" or entry.status in SETTLED, f"{entry.id} was never sent"
        self._everything_replays()
        self._nothing_is_left_of_the_erased()
        assert self.deployment.repaired == 0, "a sweep found what an event had overlooked"

    def _nothing_is_lost(self, conversations: Iterable[Conversation], entries: Iterable[Entry]) -> None:
        """Promise 1: messages in are messages in conversations, and what is not understood is in quarantine."""
        heard = {(one.id, told.message_id) for one in conversations for told in one.heard}
        said = {(one.account, one.id): one for one in entries if one.direction == "inbound"}
        crowd = Counter(one.conversation_id for one in said.values())
        for key, received in self.verified.items():
            message = received.message
            assert isinstance(message, Message)
            if self._may_be_erased(message, received) or lifts_stop(message.text):
                continue  # a bare YES is no message to whoever had said STOP
            assert key in said, f"{key} is lost"
            place = said[key].conversation_id
            is_heard = (place, message.provider_id) in heard
            assert is_heard or crowd[place] > HEARD_LIMIT, f"{key} had no effect"
        assert said.keys() <= self.verified.keys(), "a message from nowhere"
        kept = {values(row)["item"] for row in self.deployment.dynamo.rows("quarantine")}
        assert kept == self.quarantined, "what was quarantined is lost"

    def _may_be_erased(self, message: Message, received: MessageReceived) -> bool:
        erasures = self.sight.erasures
        parties = () if message.channel == "email" else message.from_mailboxes
        found = (
            erasures.get(erasures.code_of(channel(message.channel).contact(p.address)))
            for p in (message.sender, *parties)
        )
        at = min(received.at, message.sent_at or received.at)
        return any(one is not None and covers(one, at) for one in found)

    def _stands_right(self, one: Conversation, entries: Iterable[Entry]) -> None:
        """Promises 4 and 5: whoever waits is in their lane and nobody else is; whoever owes an answer has a time."""
        lane = lane_of(one)
        shown = {(waiting.thread, waiting.number) for waiting in self.sight.conversations.heads(lane, 1000)}
        waits = one.status is Status.WAITING
        assert ((one.thread, one.number) in shown) is waits, f"{one.id}: {one.status}, and its lane says otherwise"
        assert one.acknowledgement or one.silence or one.answers or not one.is_open, f"{one.id}: never acknowledged"
        if waits:
            assert one.awaiting_since, f"{one.id} waits for nothing"
            assert lane in self.sight.queues.lanes(one.queue), f"{one.id}: nobody looks at its lane"
        elif one.is_open:
            assert one.due_at, f"{one.id}: {one.status} for ever"
        if one.due_at and one.is_open:
            assert one.check_at, f"{one.id}: no sweep will look at it"
            assert one.check_at <= one.due_at, f"{one.id}: looked at too late"
        mine = [entry for entry in entries if entry.conversation_id == one.id]
        is_unanswered = any(e.author == "customer" for e in mine) and not any(e.author == "agent" for e in mine)
        if one.is_open and is_unanswered and one.id not in self._reopened():
            assert one.awaiting_since, f"{one.id}: nobody owes the answer that it waits for"

    def _reopened(self) -> set[str]:
        """Taken up again after somebody had left them unanswered on purpose."""
        events = self.deployment.published
        return {event.conversation_id for event in events if isinstance(event, ConversationReopened)}

    def _nobody_waits_in_vain(self, conversations: Iterable[Conversation]) -> None:
        """Promise 4: no work waits that somebody could take."""
        deployment, now = self.deployment, self.deployment.now
        last_call = deployment.policy.times.last_call
        agents = [as_offered(agent, now, last_call) for agent in self.agents()]
        for one in conversations:
            if one.status is Status.WAITING:
                case = case_of(one, agents, deployment.policy, "", now)
                able = [agent.agent_id for agent in case.candidates if objection(agent, case) is None]
                assert not able, f"{one.id} waits in vain: {able} could take it"

    def _nobody_is_held_in_vain(self, conversations: Iterable[Conversation]) -> None:
        """Promise 4: what waits behind all others is beyond its counterparty's budget."""
        most = self.deployment.policy.flood.waiting
        waiting = [one for one in conversations if one.status is Status.WAITING]
        placed = Counter(source_of(one) for one in waiting if not one.held)
        for one in waiting:
            assert not one.held or placed[source_of(one)] >= most, f"{one.id} is held, and a place is free"

    def _everything_replays(self) -> None:
        """Promise 9: each decision is made again, bit for bit; what was opened was announced."""
        for decision in self._decisions():
            assert replay(decision) is None, f"{decision.conversation_id}: decided otherwise today"
        announced = {
            event.conversation_id for event in self.deployment.published if isinstance(event, ConversationOpened)
        }
        assert {one.id for one in self.conversations()} <= announced, "a conversation was never announced"

    def _nothing_is_left_of_the_erased(self) -> None:
        """Promise 10: who was erased and has not written since is in no store."""
        erasures = self.sight.erasures
        stored = "\n".join(str(row) for table in STORES for row in self.deployment.dynamo.rows(table))
        for contact, since in self.asked.items():
            known = erasures.get(erasures.code_of(contact))
            assert known, "a request to erase is lost"
            assert known.state is State.DONE, "a request to erase is never done"
            address = contact.partition(":")[2]
            if not self._wrote_since(address, since):
                assert address not in stored, "an erased customer is still there"

    def _wrote_since(self, address: str, since: int) -> bool:
        return self.written.get(address, 0) > since

    # -- what the tables hold ---------------------------------------------------------------------

    def conversations(self) -> list[Conversation]:
        return [one for one in self._records() if isinstance(one, Conversation)]

    def entries(self) -> list[Entry]:
        return [one for one in self._records() if isinstance(one, Entry)]

    def _records(self) -> list[Conversation | Entry]:
        rows = self.deployment.dynamo.rows("conversations")
        return [found for row in rows if (found := record_of(row))]

    def agents(self) -> list[Agent]:
        names = {row["agent_id"]["S"] for row in self.deployment.dynamo.rows("agents")}
        return [agent for name in sorted(names) if (agent := self.sight.agents.get(name))]

    def _agent(self, name: str) -> dict[str, Any]:
        rows = self.deployment.dynamo.rows("agents")
        return next(values(row) for row in rows if (row["agent_id"]["S"], row["item"]["S"]) == (name, "agent"))

    def _decisions(self) -> list[Decision]:
        rows = self.deployment.dynamo.rows("decisions")
        found = [recorded.record_of(row) for row in rows if row.get("kind", {}).get("S") == "decided"]
        return [one for one in found if isinstance(one, Decision)]


def _acknowledges(entry: Entry) -> bool:
    """Whether it tells of an opening; a promise that is renewed has a message of its own."""
    return entry.id == acknowledgement_id(entry.number)
