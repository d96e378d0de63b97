"""Customers' mail: who has which address, and every mail that they sent or got, byte for byte."""

import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import uuid4

from pydantic import BaseModel, ConfigDict

from sandbox.double import write_whole
from sandbox.mail_program import Opened, open_mail
from switchboard.channels.email.mail import read
from switchboard.channels.email.threading import thread_of
from switchboard.message import Thread

if TYPE_CHECKING:
    from collections.abc import Callable

DOMAIN = "customers.example"
_LONGEST_LOCAL_PART = 64

Fate: TypeAlias = Literal["sent", "delivered", "bounced", "complained"]
"""What became of a mail; a customer's own is `sent` as soon as our server has taken it."""


class Mail(BaseModel):
    """A mail between a customer and one of our accounts; addresses of both, `from_us` says who wrote it."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    customer: str
    account: str
    from_us: bool
    at: datetime
    raw: bytes
    message_id: str | None
    exchange: str
    """The id of the mail that its exchange began with."""
    fate: Fate = "sent"

    def opened(self) -> Opened:
        """What a mail program shows of it."""
        return open_mail(self.raw)


class State(BaseModel):
    """What survives a restart: people who have mail and no phone (names by address), and all mails."""

    people: dict[str, str] = {}
    mails: list[Mail] = []


class Mailbox:
    """All customers' mailboxes."""

    def __init__(self, state_file: Path | None = None) -> None:
        self._state_file = state_file
        self._state = _load(state_file)
        self.people, self.mails = self._state.people, self._state.mails
        self.on_mail: Callable[[Mail], None] = lambda _mail: None
        """Told of every new mail."""

    def add_person(self, address: str, name: str) -> None:
        """Let somebody have an address of their own choice, or rename them."""
        self.people[address] = name
        self._save()

    def put(self, customer: str, account: str, raw: bytes, at: datetime, *, from_us: bool, fate: Fate = "sent") -> Mail:
        """Keep a mail, in the exchange that it continues."""
        mail_id, customer, thread = uuid4().hex, customer.lower(), thread_of(read(raw))
        mail = Mail(
            id=mail_id,
            customer=customer,
            account=account,
            from_us=from_us,
            at=at,
            raw=raw,
            fate=fate,
            message_id=thread.message_id,
            exchange=self._exchange(thread, customer) or mail_id,
        )
        self.mails.append(mail)
        self._save()
        self.on_mail(mail)
        return mail

    def of(self, customer: str) -> list[Mail]:
        """What a customer sees, both sides, the oldest first; what bounced never came."""
        return [mail for mail in self.mails if mail.customer == customer.lower() and mail.fate != "bounced"]

    def find(self, mail_id: str) -> Mail | None:
        """The mail of that id, if there is one."""
        return next((mail for mail in self.mails if mail.id == mail_id), None)

    def _exchange(self, thread: Thread, customer: str) -> str | None:
        before = {thread.in_reply_to, *thread.references} - {None}
        theirs = (mail for mail in reversed(self.mails) if mail.customer == customer)
        return next((mail.exchange for mail in theirs if mail.message_id in before), None)

    def _save(self) -> None:
        if self._state_file is not None:
            write_whole(self._state_file, self._state.model_dump_json())


def address_of(name: str, number: str) -> str:
    """The address of whoever has a phone: made from their name, so that one person has one on every network."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    local = re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or re.sub(r"[^a-z0-9]", "", number.lower())
    return f"{local[:_LONGEST_LOCAL_PART].rstrip('.')}@{DOMAIN}"


def _load(file: Path | None) -> State:
    if file is None or not file.exists():
        return State()
    return State.model_validate_json(file.read_text(encoding="utf-8"))
