"""The mail on customers' phones: the routes by which the page lists, opens, writes and answers mail.

    GET  /mails/{id}                         one mail in full: text, HTML that is safe to show, names of its files
    GET  /mails/{id}/source                  its bytes
    GET  /mails/{id}/files/{n}               one of its files, counted from 0
    POST /mailboxes/{address}/mails          {"name": "Ada", "to": "support@acme.example", "subject": "Hi", "text": "…",
                                              "answers": id, "file": {"name": "a.png", "content": base64}}

A mail that is written here goes to our SMTP server as any other, and is shown once that has taken it.
"""

import base64
import re
import smtplib
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import quote
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.mail_program import Draft, File, answer, write
from sandbox.mailbox import Mail
from sandbox.ses import Ses

EMAIL = "email"
_SHOWN = 500
"""Mails, the latest, that the page starts with."""
_PREVIEW = 120
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

_Shown: TypeAlias = dict[str, Any]


class Mailboxes:
    """Everybody's mail, over the double of SES."""

    def __init__(self, ses: Ses) -> None:
        self._ses, self._mailbox = ses, ses.mailbox

    def routes(self) -> list[Route]:
        """Make the routes."""
        return [
            Route("/mails/{mail}/source", self._source),
            Route("/mails/{mail}/files/{number:int}", self._file),
            Route("/mails/{mail}", self._open),
            Route("/mailboxes/{address}/mails", self._write, methods=["POST"]),
        ]

    def lines(self) -> list[_Shown]:
        """Our accounts."""
        return [{"channel": EMAIL, "number": address, "name": name} for address, name in self._ses.ends.items()]

    def people(self) -> list[_Shown]:
        """Who has mail only."""
        return [_shown_person(address, name) for address, name in self._mailbox.people.items()]

    def latest(self) -> list[_Shown]:
        """The latest mails, the oldest first."""
        return [shown_mail(mail) for mail in self._mailbox.mails[-_SHOWN:]]

    def add_person(self, address: str, name: str) -> _Shown:
        """Let somebody have mail only; raises `ValueError` if the address is none, or ours."""
        address = address.lower()
        if not _ADDRESS.fullmatch(address) or address in self._ses.ends:
            raise ValueError("mail needs an address such as ada@customers.example that is none of the accounts'")
        self._mailbox.add_person(address, name or address)
        return _shown_person(address, name or address)

    # The routes

    async def _open(self, request: Request) -> Response:
        mail = self._mailbox.find(request.path_params["mail"])
        return JSONResponse(_shown_opened(mail)) if mail else _MISSING

    async def _source(self, request: Request) -> Response:
        mail = self._mailbox.find(request.path_params["mail"])
        return Response(mail.raw, media_type="text/plain; charset=utf-8", headers=_INERT) if mail else _MISSING

    async def _file(self, request: Request) -> Response:
        mail, number = self._mailbox.find(request.path_params["mail"]), request.path_params["number"]
        files = mail.opened().files if mail else ()
        if number >= len(files):
            return _MISSING
        disposition = f"attachment; filename*=UTF-8''{quote(files[number].name)}"
        headers = {**_INERT, "content-disposition": disposition}
        return Response(files[number].content, media_type="application/octet-stream", headers=headers)

    async def _write(self, request: Request) -> Response:
        try:
            draft = self._draft(request.path_params["address"], await request.json())
            await self._ses.inbound.post(draft.sender, draft.recipient, write(draft))
        except smtplib.SMTPResponseException as error:
            return refuse(f"the mail server answered {error.smtp_code}: {_words(error.smtp_error)}")
        except smtplib.SMTPRecipientsRefused as error:
            return refuse("; ".join(f"{code} {_words(reason)}" for code, reason in error.recipients.values()))
        except (OSError, smtplib.SMTPException) as error:
            return refuse(f"the mail server does not answer ({type(error).__name__})")
        except (KeyError, ValueError) as error:
            return refuse(f"this can not be sent: {error}")
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _draft(self, sender: str, wanted: _Shown) -> Draft:
        file = wanted.get("file")
        draft = Draft(
            sender=sender,
            sender_name=str(wanted.get("name", "")),
            recipient=str(wanted.get("to", "")),
            subject=str(wanted.get("subject", "")),
            text=str(wanted["text"]),
            at=self._ses.now().astimezone(),
            message_id=f"{uuid4()}@{sender.rpartition('@')[2]}",
            files=[File(str(file["name"]), base64.b64decode(file["content"], validate=True))] if file else (),
        )
        answered = self._mailbox.find(str(wanted["answers"])) if wanted.get("answers") else None
        return answer(draft, answered.opened()) if answered else draft


def shown_mail(mail: Mail) -> _Shown:
    """Show a mail as a line of a list."""
    opened = mail.opened()
    return {
        "mail": mail.id,
        "customer": mail.customer,
        "account": mail.account,
        "exchange": mail.exchange,
        "from_us": mail.from_us,
        "fate": mail.fate,
        "at": mail.at.isoformat(),
        "sender": opened.sender_name,
        "subject": opened.subject,
        "preview": " ".join(opened.text[: 4 * _PREVIEW].split())[:_PREVIEW],
        "files": [file.name for file in opened.files],
    }


def refuse(reason: str, status: int = HTTPStatus.BAD_REQUEST) -> Response:
    """Answer that something can't be done, for the page to show."""
    return JSONResponse({"error": reason}, status)


def _shown_opened(mail: Mail) -> _Shown:
    opened = mail.opened()
    return {**shown_mail(mail), "text": opened.text, "html": opened.html, "reply_to": opened.reply_to}


def _shown_person(address: str, name: str) -> _Shown:
    return {"channel": EMAIL, "number": address, "name": name, "on": True, "mail": address}


def _words(reason: bytes | str) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason


_INERT = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'"}
"""Whatever a mail holds, the browser runs none of it."""
_MISSING = refuse("there is no such mail", HTTPStatus.NOT_FOUND)
