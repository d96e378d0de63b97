"""`make demo`, beside `make up`: a morning in customer service, over every channel, told as it happens.

Customers write from their phones as they do on the phones page, agents answer through their API. Each run has new
customers, so that it may be repeated. What is shown here are texts, too: these customers are invented.
"""

import random
import sys
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from sandbox.api import AgentApi
from sandbox.children import ROOT
from sandbox.deployment import read_outputs
from sandbox.emulator import Emulator
from sandbox.errors import SandboxError
from sandbox.feed import Event, Subscription
from sandbox.ports import HOST, read_ports
from sandbox.team import PASSWORD, TEAM
from switchboard.policy import load_policy

_PATIENCE = 30
"""Seconds that one step may take on a busy machine."""
_WIDTH = 100
_SMS, _EMAIL = "sms", "email"


@dataclass(frozen=True, slots=True)
class Scene:
    """A customer writes to an account of ours. `answer` is what the agent who gets it says, if they say anything."""

    who: str
    account: str
    words: str
    answer: str | None = None
    subject: str | None = None
    resolves: bool = False


MORNING = (
    Scene("Mia", "acme-sms", "Hi, where is my parcel?", "It is out for delivery today, Mia.", resolves=True),
    Scene("Diego", "acme-sms", "¿Dónde está mi pedido? Todavía no llegó", "Llega mañana por la mañana, Diego."),
    Scene("Wen", "acme-whatsapp", "Can I still change the delivery address?", "Yes, until noon. Where to?"),
    Scene("Ada", "acme-messenger", "Do you ship to Iceland?", "We do, in about a week."),
    Scene("Noor", "acme-instagram", "Is the blue one back in stock?"),
    Scene("Ivo", "acme-telegram", "The app logs me out every minute"),
    Scene("Yui", "acme-line", "When do you open tomorrow?"),
    Scene("Carl", "acme-email", "The invoice has the wrong name on it.", "Corrected, see the new one.", "Invoice 4711"),
    Scene("Tess", "acme-sms", "My charger is on fire!!", "Unplug it at the wall if you safely can. Are you all right?"),
    Scene("Omar", "acme-sms", "I want a refund, how do I send it back?"),
    Scene("Carl", "acme-email", "I am out of the office until Monday.", subject="Automatic reply: Invoice 4711"),
    Scene("Lena", "acme-sms", "STOP"),
)


@dataclass
class _Told:
    """What the bus has said of one message."""

    received: Mapping[str, Any] | None = None
    conversation: str | None = None
    acknowledged: bool = False


@dataclass
class Morning:
    """The customers' side by the phones page's routes, the agents' by their API, and what the bus tells."""

    phones: httpx.Client
    addresses: Mapping[str, tuple[str, str]]
    """Channel and address of each of our accounts."""
    take: Callable[[], Sequence[Event]]
    lead: AgentApi
    agents: Mapping[str, AgentApi]
    numbers: Mapping[str, str]
    """The customers' phone numbers."""
    told: dict[str, _Told] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)
    """Whose each is, in the order in which they opened."""

    def tell(self, scenes: Sequence[Scene]) -> None:
        """Play all scenes, then show what there is."""
        for scene in scenes:
            self._play(scene)
        self._show()

    def _play(self, scene: Scene) -> None:
        channel, _ = self.addresses[scene.account]
        subject = f"{scene.subject}: " if scene.subject else ""
        print(f"\n{_now()}  {scene.who}, {channel}: {subject}{scene.words}", flush=True)
        self._write(scene)
        message = self._await(lambda: self._find(scene))
        if message.conversation is None:
            kind = str(message.received["kind"]).replace("_", " ") if message.received else "nothing"
            print(f"       {kind}: recorded; not routed, not acknowledged")
            return
        self.conversations.setdefault(message.conversation, scene.who)
        timeline = self.lead.conversation(message.conversation)
        _print_opening(timeline, self._name(timeline["owner"]))
        if scene.answer and timeline["owner"]:
            self._answer(message.conversation, timeline["owner"], scene)

    def _write(self, scene: Scene) -> None:
        """Send as the phones page does."""
        (channel, to), number = self.addresses[scene.account], self.numbers[scene.who]
        network = _SMS if channel == _EMAIL else channel
        phone = self._post("phones", {"channel": network, "number": number, "name": scene.who})
        if channel == _EMAIL:
            mail = {"name": scene.who, "to": to, "subject": scene.subject, "text": scene.words}
            self._post(f"mailboxes/{phone['mail']}/mails", mail)
        else:
            self._post(f"phones/{phone['number']}/messages", {"channel": channel, "to": to, "body": scene.words})

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.phones.post(path.replace("+", "%2B"), json=body)
        if answer.is_error:
            raise SandboxError(f"the phones page refused: {answer.text}")
        return dict(answer.json()) if answer.content else {}

    def _await(self, find: Callable[[], _Told | None]) -> _Told:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            for kind, detail in self.take():
                self._note(kind, detail)
            if found := find():
                return found
        raise SandboxError("nothing came of it: see what make up says, and .local/logs/aws.log")

    def _note(self, kind: str, detail: Mapping[str, Any]) -> None:
        if kind == "message.received":
            message = detail["message"]
            self.told.setdefault(message["provider_id"], _Told()).received = message
        elif kind == "conversation.message_added" and detail["direction"] == "inbound":
            self.told.setdefault(detail["message_id"], _Told()).conversation = detail["conversation_id"]
        elif kind == "conversation.acknowledged":
            for known in self.told.values():
                known.acknowledged |= known.conversation == detail["conversation_id"]

    def _find(self, scene: Scene) -> _Told | None:
        """What was told of the newest message with these words, once all of it was."""
        for known in reversed(self.told.values()):
            message = known.received or {}
            if message.get("text", message.get("wording")) == scene.words:
                is_consent = message["kind"] != "message"
                return known if is_consent or (known.conversation and known.acknowledged) else None
        return None

    def _answer(self, conversation: str, owner: str, scene: Scene) -> None:
        agent = self.agents[owner]
        agent.reply(conversation, scene.answer or "")
        print(f"       {agent.username}: {scene.answer}")
        if scene.resolves:
            agent.resolve(conversation)
            print(f"       {agent.username} resolves it")

    def _name(self, agent_id: str | None) -> str:
        agent = self.agents.get(agent_id or "")
        return agent.username if agent else "nobody yet"

    def _show(self) -> None:
        print(f"\n{'customer':9} {'channel':10} {'queue':8} {'priority':8} {'state':9} {'agent':7} promised by")
        for conversation, who in self.conversations.items():
            seen = self.lead.conversation(conversation)
            promised = _local(seen["promised_at"]) if seen["promised_at"] else "-"
            owner = self._name(seen["owner"]) if seen["owner"] else "-"
            place = f"{seen['channel']:10} {seen['queue']:8} {seen['priority']:8}"
            print(f"{who:9} {place} {seen['status']:9} {owner:7} {promised}")
        print("\nWhere nobody has it, all desks are full: resolve something, or empty them with make reset.")
        print("Answer the others: make desk AGENT=ann (or ben, cho). The customers read theirs on the phones page.")


def main() -> None:
    """Play the morning against a sandbox that is up; a `SandboxError` is one line and exit code 1."""
    directory = ROOT / ".local"
    try:
        with httpx.Client(trust_env=False, timeout=_PATIENCE) as phones:
            _morning(directory, phones).tell(MORNING)
    except SandboxError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print()


def _morning(directory: Path, phones: httpx.Client) -> Morning:
    ports, outputs = read_ports(directory / "ports.json"), read_outputs(directory / "outputs.json")
    phones.base_url = httpx.URL(f"http://{HOST}:{ports.phones}/")
    emulator = Emulator(directory, ports.aws)
    sessions = [AgentApi(emulator, outputs, member.username, PASSWORD) for member in TEAM]
    agents = {str(session.me()["agent_id"]): session for session in sessions}  # also says if nothing is up
    subscription = Subscription(emulator, outputs["BusName"], "switchboard-demo")
    accounts = load_policy(ROOT / "policy.yaml").accounts
    chance = random.Random()  # noqa: S311  # invented phone numbers
    return Morning(
        phones=phones,
        addresses={key: (account.channel, account.address) for key, account in accounts.items()},
        take=subscription.take,
        lead=next(session for session in sessions if session.username == "dee"),
        agents=agents,
        numbers={scene.who: f"+1555{chance.randrange(2_000_000, 10_000_000)}" for scene in MORNING},
    )


def _print_opening(timeline: Mapping[str, Any], owner: str) -> None:
    reasons = f" ({', '.join(timeline['reasons'])})" if timeline["reasons"] else ""
    print(f"       {timeline['queue']}, {timeline['priority']}{reasons} → {owner}")
    said = [message["text"] for message in timeline["messages"] if message["kind"] == "acknowledgement"]
    for text in said or ["not acknowledged: no machine may answer this"]:
        print(textwrap.fill(text, _WIDTH, initial_indent="       ✓ " if said else "       ", subsequent_indent=" " * 9))


def _local(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone():%a %H:%M}"


def _now() -> str:
    return f"{datetime.now().astimezone():%H:%M}"


if __name__ == "__main__":
    main()
