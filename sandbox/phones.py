"""Customers' phones: a page on which you write to our accounts as a customer and see what comes back.

Each phone is on one network, `sms` unless it says another, and its owner has mail; `email` is who has only that. The
page speaks to the JSON routes here, which tests may use as well; a phone's address is its number, or who its owner is
on the network:

    GET  /demo                               phones and console side by side, to show them to somebody
    GET  /preview                            all that customers are told by ourselves, as a page
    GET  /phones                             {"lines": […], "phones": […], "texts": […], "mails": […], "console": "…"}
    POST /phones                             {"number": "+15005550101", "name": "Ada", "channel": "telegram"}
    PUT  /phones/{address}                   {"on": false}; SMS only
    POST /phones/{address}/messages          {"to": "+15005550006", "body": "Hi", "media": ["image/png"]}
    GET  /phones/changes                     server-sent events, one text or mail each
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, TypeAlias
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.double import Double, Note
from sandbox.mailbox import address_of
from sandbox.phones_mail import EMAIL, Mailboxes, refuse, shown_mail
from sandbox.ses import Ses
from sandbox.team import PASSWORD, TEAM
from sandbox.twilio import Phone, Text, Twilio
from sandbox.twilio_rest import E164
from switchboard.acknowledgement import TextError, preview

PAGE = Path(__file__).with_name("phones.html")
DEMO = Path(__file__).with_name("phones_demo.html")
SMS = "sms"
_SHOWN_AS_PICTURES = {"image/gif", "image/jpeg", "image/png", "image/webp"}
_INERT = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
_SHOWN = 500
"""Texts, the latest of each network, that the page starts with."""

_Shown: TypeAlias = dict[str, Any]


class Phones:
    """The page of all phones, over the doubles that carry their messages: networks by channel, and SES for mail."""

    def __init__(
        self, twilio: Twilio, networks: Mapping[str, Double], ses: Ses | None = None, console_url: str = ""
    ) -> None:
        self._twilio, self._networks, self._console_url = twilio, networks, console_url
        self._mail = Mailboxes(ses) if ses else None
        self._watchers: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[_Shown | None]]] = set()
        twilio.on_change = lambda text: self._tell(_shown_text(text))
        for channel in networks:
            self._watch(channel)
        if ses:
            ses.mailbox.on_mail = lambda mail: self._tell(shown_mail(mail))

    def routes(self) -> list[Route]:
        """Make the page's routes."""
        return [
            Route("/", self._page),
            Route("/demo", self._demo),
            Route("/preview", self._preview),
            Route("/phones", self._show),
            Route("/phones", self._add, methods=["POST"]),
            Route("/phones/changes", self._changes),
            Route("/phones/files/{channel}/{file}", self._file),
            Route("/phones/{address}", self._switch, methods=["PUT"]),
            Route("/phones/{address}/messages", self._text, methods=["POST"]),
            *(self._mail.routes() if self._mail else []),
        ]

    def hang_up(self) -> None:
        """End the connections of all pages; may be called from another thread."""
        for loop, changed in list(self._watchers):
            loop.call_soon_threadsafe(changed.put_nowait, None)

    # The page and its routes

    async def _page(self, _request: Request) -> Response:
        return FileResponse(PAGE, media_type="text/html", headers={"cache-control": "no-store"})

    async def _demo(self, _request: Request) -> Response:
        """The two can be told apart by their origins only: each runs in a frame of its own, as in a tab."""
        if not self._console_url:
            return PlainTextResponse("there is no console beside these phones: run make up", HTTPStatus.NOT_FOUND)
        filled = {"console": self._console_url, "members": ", ".join(m.username for m in TEAM), "password": PASSWORD}
        page = Template(DEMO.read_text(encoding="utf-8")).substitute({k: escape(v) for k, v in filled.items()})
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    async def _preview(self, _request: Request) -> Response:
        """Made anew at each visit: whoever edits a text reloads, and reads here what is wrong with it."""
        try:
            return HTMLResponse(preview.page(), headers={"cache-control": "no-store"})
        except TextError as error:
            return PlainTextResponse(str(error), HTTPStatus.INTERNAL_SERVER_ERROR)

    async def _show(self, _request: Request) -> Response:
        mails = self._mail.latest() if self._mail else []
        known = {"lines": self._lines(), "phones": self._phones(), "texts": self._texts(), "mails": mails}
        return JSONResponse(known | {"console": self._console_url})

    async def _add(self, request: Request) -> Response:
        wanted = await request.json()
        channel, name = str(wanted.get("channel", SMS)), str(wanted.get("name", "")).strip()
        number = str(wanted.get("number", "")).strip()
        number = number if channel == EMAIL else re.sub(r"[\s().-]", "", number)
        try:
            return JSONResponse(self._add_phone(channel, number, name), HTTPStatus.CREATED)
        except ValueError as error:
            return refuse(str(error))

    async def _switch(self, request: Request) -> Response:
        number = request.path_params["address"]
        if number not in self._twilio.state.phones:
            return refuse("there is no such phone", HTTPStatus.NOT_FOUND)
        self._twilio.switch(number, on=bool((await request.json())["on"]))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _text(self, request: Request) -> Response:
        wanted, address = await request.json(), request.path_params["address"]
        try:
            channel, to, body = str(wanted.get("channel", SMS)), str(wanted["to"]), str(wanted["body"])
            media = [str(content_type) for content_type in wanted.get("media", [])]
            if channel == SMS:
                return JSONResponse(_shown_text(self._twilio.text(address, to, body, media)), HTTPStatus.CREATED)
            return JSONResponse(self._write(channel, address, to, body, media), HTTPStatus.CREATED)
        except (KeyError, ValueError) as error:
            return refuse(str(error))

    async def _file(self, request: Request) -> Response:
        """A file that came from us: a picture to look at, anything else to save."""
        channel, file_id = request.path_params["channel"], request.path_params["file"]
        fetched = self._twilio.fetched if channel == SMS else self._network(channel).fetched
        if (file := fetched.get(file_id)) is None:
            return refuse("there is no such file any more", HTTPStatus.NOT_FOUND)
        shown = "inline" if file.content_type in _SHOWN_AS_PICTURES else "attachment"
        headers = {"content-disposition": f"{shown}; filename*=UTF-8''{quote(file.name)}", **_INERT}
        return Response(file.content, media_type=file.content_type, headers=headers)

    async def _changes(self, _request: Request) -> Response:
        return StreamingResponse(
            self._events(),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    # What there is

    def _lines(self) -> list[_Shown]:
        numbers = [line for account in self._twilio.accounts.values() for line in account.lines]
        return [
            *({"channel": SMS, "number": line.number, "name": line.name} for line in numbers),
            *(
                {"channel": channel, "number": account, "name": name}
                for channel, double in self._networks.items()
                for account, name in double.ends.items()
            ),
            *(self._mail.lines() if self._mail else []),
        ]

    def _phones(self) -> list[_Shown]:
        return [
            *(_shown_phone(phone) for phone in self._twilio.state.phones.values()),
            *(
                _shown_phone(Phone(number=customer, name=name), channel)
                for channel, double in self._networks.items()
                for customer, name in double.phones.items()
            ),
            *(self._mail.people() if self._mail else []),
        ]

    def _texts(self) -> list[_Shown]:
        return [
            *(_shown_text(text) for text in self._twilio.state.texts[-_SHOWN:]),
            *(
                _shown_note(channel, note)
                for channel, double in self._networks.items()
                for note in double.notes[-_SHOWN:]
                if note.status != "deleted"
            ),
        ]

    # What customers do

    def _add_phone(self, channel: str, number: str, name: str) -> _Shown:
        if channel == SMS:
            return _shown_phone(self._twilio.add_phone(number, name))
        if channel == EMAIL and self._mail:
            return self._mail.add_person(number, name)
        double = self._network(channel)
        if not E164.fullmatch(number):
            raise ValueError("a phone needs a number such as +15005550101, on every network")
        customer = double.customer(number)
        double.add_phone(customer, name or number)
        return _shown_phone(Phone(number=customer, name=name or number), channel)

    def _write(self, channel: str, customer: str, to: str, body: str, media: Sequence[str]) -> _Shown:
        """A file is a message of its own on networks; the words go with the first."""
        double = self._network(channel)
        if to not in double.ends:
            raise ValueError("nobody has this address")
        if customer not in double.phones:
            double.add_phone(customer, customer)
        if not media:
            return _shown_note(channel, double.note(double.text(customer, to, body)))
        sent = [double.send_file(customer, to, kind, "" if n else body) for n, kind in enumerate(media)]
        return _shown_note(channel, double.note(sent[0]))

    def _network(self, channel: str) -> Double:
        if channel not in self._networks:
            raise ValueError("there is no such network")
        return self._networks[channel]

    # What the page is told

    def _watch(self, channel: str) -> None:
        self._networks[channel].on_change = lambda note: self._tell(_shown_note(channel, note))

    def _tell(self, shown: _Shown) -> None:
        for _loop, changed in self._watchers:
            changed.put_nowait(shown)

    async def _events(self) -> AsyncIterator[str]:
        """Yield every text that is new or has changed, from now on until `hang_up`."""
        watcher = (asyncio.get_running_loop(), asyncio.Queue[_Shown | None]())
        self._watchers.add(watcher)
        try:
            yield "retry: 1000\n\n"
            while (shown := await watcher[1].get()) is not None:
                yield f"data: {json.dumps(shown)}\n\n"
        finally:
            self._watchers.discard(watcher)


def _shown_phone(phone: Phone, channel: str = SMS) -> _Shown:
    return {"channel": channel, **phone.model_dump(), "mail": address_of(phone.name, phone.number)}


def _shown_text(text: Text) -> _Shown:
    files = [f"/phones/files/{SMS}/{sid}" for sid in text.media_sids] if text.names else []
    return {"channel": SMS, **text.model_dump(mode="json"), "segments": text.segments, "files": files}


def _shown_note(channel: str, note: Note) -> _Shown:
    """Show a network's message as a text is shown; ids are unique only within their network."""
    ends = (note.customer, note.account) if note.inbound else (note.account, note.customer)
    is_blocked = note.status == "blocked"
    return {
        "channel": channel,
        "sid": f"{channel} {note.id}",
        "sender": ends[0],
        "recipient": ends[1],
        "body": note.body,
        "direction": "inbound" if note.inbound else "outbound-api",
        "status": "undelivered" if is_blocked else note.status,
        "created": note.at.isoformat(),
        "delivered": None if is_blocked else note.at.isoformat(),
        "media": [note.file] if note.file else [],
        "names": [note.name] if note.name else [],
        "files": [f"/phones/files/{channel}/{quote(note.id, safe='')}"] if note.name else [],
        "webhook": None if note.webhook is None else str(note.webhook),
    }
