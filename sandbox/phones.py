"""Customers' phones: a page on which you text our numbers as a customer and see what comes back.

The page speaks to the JSON routes here, which tests may use as well:

    GET  /phones                             {"lines": […], "phones": […], "texts": […]}
    POST /phones                             {"number": "+15005550101", "name": "Ada"}
    PUT  /phones/{number}                    {"on": false}
    POST /phones/{number}/messages           {"to": "+15005550006", "body": "Hi", "media": ["image/png"]}
    GET  /phones/changes                     server-sent events, one text each
"""

import json
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from sandbox.twilio import Text, Twilio

PAGE = Path(__file__).with_name("phones.html")
_SHOWN = 500
"""Texts, the latest, that the page starts with."""


def phone_routes(twilio: "Twilio") -> list[Route]:
    """Make the page's routes."""
    phones = _Phones(twilio)
    return [
        Route("/", phones.page),
        Route("/phones", phones.show),
        Route("/phones", phones.add, methods=["POST"]),
        Route("/phones/changes", phones.changes),
        Route("/phones/{number}", phones.switch, methods=["PUT"]),
        Route("/phones/{number}/messages", phones.text, methods=["POST"]),
    ]


class _Phones:
    def __init__(self, twilio: "Twilio") -> None:
        self._twilio = twilio

    async def page(self, _request: Request) -> Response:
        return FileResponse(PAGE, media_type="text/html", headers={"cache-control": "no-store"})

    async def show(self, _request: Request) -> Response:
        lines = [line for account in self._twilio.accounts.values() for line in account.lines]
        return JSONResponse(
            {
                "lines": [{"number": line.number, "name": line.name} for line in lines],
                "phones": [phone.model_dump() for phone in self._twilio.state.phones.values()],
                "texts": [_shown(text) for text in self._twilio.state.texts[-_SHOWN:]],
            }
        )

    async def add(self, request: Request) -> Response:
        wanted = await request.json()
        number = re.sub(r"[\s().-]", "", str(wanted.get("number", "")))
        try:
            phone = self._twilio.add_phone(number, str(wanted.get("name", "")).strip())
        except ValueError as error:
            return _refuse(str(error))
        return JSONResponse(phone.model_dump(), HTTPStatus.CREATED)

    async def switch(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number not in self._twilio.state.phones:
            return _refuse("there is no such phone", HTTPStatus.NOT_FOUND)
        self._twilio.switch(number, on=bool((await request.json())["on"]))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def text(self, request: Request) -> Response:
        wanted = await request.json()
        media = [str(content_type) for content_type in wanted.get("media", [])]
        try:
            text = self._twilio.text(request.path_params["number"], wanted["to"], str(wanted["body"]), media)
        except (KeyError, ValueError) as error:
            return _refuse(str(error))
        return JSONResponse(_shown(text), HTTPStatus.CREATED)

    async def changes(self, _request: Request) -> Response:
        return StreamingResponse(
            self._events(),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _events(self) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for text in self._twilio.changes():
            yield f"data: {json.dumps(_shown(text))}\n\n"


def _shown(text: "Text") -> dict[str, Any]:
    return text.model_dump(mode="json") | {"segments": text.segments}


def _refuse(reason: str, status: int = HTTPStatus.BAD_REQUEST) -> Response:
    return JSONResponse({"error": reason}, status)
