"""Machines that write to us: another Switchboard, wired to ours, falls silent (design promise 8); others get no answer.

Two deployments of the real template, each a customer of the other. What one sends is carried to the other as a network
would, under the address of a customer. After each exchange the desks resolve everything, so that each text may open a
conversation: nothing but the budget of automatic answers can end it.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import pytest

from sandbox.ports import draw_ports
from sandbox.running import run
from sandbox.smtp import post
from switchboard.acknowledgement import DAILY_LIMIT
from switchboard.channels.email.mail import read
from switchboard.conversation import Status
from switchboard.flows import desk
from switchboard.policy import load_policy
from tests.e2e.lab import CUSTOMER, MAIL_CUSTOMER, OUR_MAIL, Lab
from tests.world import ROOT

ROUNDS = 10
"""More than both budgets together: who still talks then never stops."""
DESK = desk.Caller("desk")

Carry = Callable[[Lab, str | bytes], None]
Sent = Callable[[Lab], list[str | bytes]]


@pytest.fixture(scope="module")
def another() -> Iterator[Lab]:
    with tempfile.TemporaryDirectory(prefix="another-") as directory, run(Path(directory), draw_ports()) as running:
        made = Lab(running, load_policy(ROOT / "policy.yaml"))
        yield made
        made.close()


@dataclass
class Wire:
    """Carries what each of the two sends to the other; `sent` lists all that one has sent so far."""

    ends: tuple[Lab, Lab]
    sent: Sent
    carry: Carry
    carried: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})

    def run_until_silent(self) -> int:
        """Carry to and fro; returns after how many rounds nobody had anything to say."""
        for rounds in range(ROUNDS):
            moved = [self._move(end) for end in (0, 1)]
            for lab in self.ends:
                lab.await_quiet()
                _resolve_all(lab)
            if not any(moved):
                return rounds
        raise AssertionError(f"after {ROUNDS} rounds they still talk")

    def _move(self, end: int) -> int:
        said = self.sent(self.ends[end])[self.carried[end] :]
        self.carried[end] += len(said)
        for text in said:
            self.carry(self.ends[1 - end], text)
        return len(said)


def _resolve_all(lab: Lab) -> None:
    for known in lab.all_conversations():
        if known.status is Status.ASSIGNED:
            desk.resolve(DESK, known.id, lab.board, leave_unanswered=True)
    lab.await_quiet()


def _staff(*labs: Lab) -> None:
    for lab in labs:
        lab.clear()
        lab.add_agent(DESK.agent_id, queues=tuple(lab.policy.queues), skills=("returns",), units=100)


def _texts(lab: Lab) -> list[str | bytes]:
    return [*lab.phone()]


def _chats(lab: Lab) -> list[str | bytes]:
    return [*lab.arrived("whatsapp")]


def _mails(lab: Lab) -> list[str | bytes]:
    return [mail.raw for mail in lab.mailbox()]


def _carry_text(lab: Lab, text: str | bytes) -> None:
    assert isinstance(text, str)
    lab.text(text)


def _carry_chat(lab: Lab, text: str | bytes) -> None:
    assert isinstance(text, str)
    lab.write("whatsapp", text)


def _carry_mail(lab: Lab, mail: str | bytes) -> None:
    """As a server that forwards: the addresses change, everything else stays."""
    assert isinstance(mail, bytes)
    changed = {b"from": MAIL_CUSTOMER, b"to": OUR_MAIL, b"reply-to": MAIL_CUSTOMER}
    head, _, body = mail.partition(b"\r\n\r\n")
    kept = [line for line in _unfolded(head) if line.partition(b":")[0].lower() not in changed]
    lines = [name + b": " + address.encode() for name, address in changed.items()]
    _hand_in(lab, b"\r\n".join([*lines, *kept]) + b"\r\n\r\n" + body)


def _carry_words(lab: Lab, mail: str | bytes) -> None:
    """As a gateway that keeps nothing but the words: no header tells that a machine wrote them."""
    assert isinstance(mail, bytes)
    words = read(mail)
    message_id = words.headers.get("message-id")
    head = f"From: {MAIL_CUSTOMER}\r\nTo: {OUR_MAIL}\r\nSubject: news\r\nDate: {formatdate()}\r\n"
    _hand_in(lab, f"{head}Message-ID: {message_id}\r\n\r\nWe have your message.\r\n".encode())


def _unfolded(head: bytes) -> list[bytes]:
    return head.replace(b"\r\n\t", b" ").replace(b"\r\n ", b" ").split(b"\r\n")


def _hand_in(lab: Lab, mail: bytes) -> None:
    post(lab.running.smtp_port, MAIL_CUSTOMER, OUR_MAIL, mail)


WIRES: dict[str, tuple[Sent, Carry]] = {
    "texts": (_texts, _carry_text),
    "whatsapp": (_chats, _carry_chat),
    "mails": (_mails, _carry_mail),
    "mails without their headers": (_mails, _carry_words),
}


def _say_hello(lab: Lab, wire: str) -> None:
    match wire:
        case "texts":
            lab.text("hello")
        case "whatsapp":
            lab.write("whatsapp", "hello")
        case _:
            lab.mail("hello")


@pytest.mark.parametrize("wire", WIRES)
def test_X_15_two_of_us_wired_to_each_other_fall_silent_within_their_budget(lab: Lab, another: Lab, wire: str) -> None:
    _staff(lab, another)
    sent, carry = WIRES[wire]
    _say_hello(lab, wire)
    lab.wait_for(lambda: sent(lab), "the first acknowledgement")
    Wire((lab, another), sent, carry).run_until_silent()
    assert 1 <= len(sent(lab)) <= DAILY_LIMIT
    assert len(sent(another)) <= DAILY_LIMIT


BOUNCE = f"""\
From: MAILER-DAEMON@mx.customers.example\r
To: {OUR_MAIL}\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <1@mx.customers.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
\r
It could not be delivered.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.customers.example\r
\r
Final-Recipient: rfc822; {MAIL_CUSTOMER}\r
Action: failed\r
Status: 5.1.1\r
--b--\r
""".encode()


def _bounce(lab: Lab) -> None:
    post(lab.running.smtp_port, "", OUR_MAIL, BOUNCE)


MACHINES: dict[str, Callable[[Lab], object]] = {
    "a bounce": _bounce,
    "an out-of-office answer": lambda lab: lab.mail("I am away.", headers={"Auto-Submitted": "auto-replied"}),
    "a list": lambda lab: lab.mail(
        "This week:", headers={"List-Id": "<news.customers.example>", "List-Unsubscribe": "<https://x.example>"}
    ),
    "a no-reply address": lambda lab: lab.mail("Your parcel is on its way.", sender="no-reply@customers.example"),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_AK_2_a_machine_gets_no_acknowledgement(lab: Lab, machine: str) -> None:
    MACHINES[machine](lab)
    lab.mail("A person waits.", sender="person@customers.example")
    lab.wait_for(lambda: lab.mailbox("person@customers.example"), "the person's acknowledgement")
    lab.await_quiet()
    assert [mail.customer for mail in lab.running.ses.mailbox.mails if mail.from_us] == ["person@customers.example"]


def test_AK_3_five_hundred_copies_of_a_text_get_one_acknowledgement(lab: Lab) -> None:
    form = lab.fields("hello")
    assert set(lab.at_once([lambda: lab.deliver(form) for _ in range(500)])) == {200}
    lab.wait_for(lab.phone, "the acknowledgement")
    lab.await_quiet()
    assert len(lab.phone(CUSTOMER)) == 1
