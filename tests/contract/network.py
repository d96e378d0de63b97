"""A network that gives every call the same answer and remembers what it was asked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.double import serving


@dataclass(frozen=True)
class Call:
    """What was asked, and with which credentials."""

    path: str
    authorization: str
    body: bytes


class Network:
    """Served at `url`; says yes until it is told what to say."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self._say: tuple[int, Mapping[str, Any], Mapping[str, str]] = (HTTPStatus.OK, {}, {})
        methods = ["GET", "POST", "PUT", "DELETE"]
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    @contextmanager
    def serve(self) -> Iterator["Network"]:
        """Serve at 127.0.0.1 for as long as the block lasts."""
        with serving(self) as self.url:
            yield self

    def say(
        self, status: int, document: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer so from now on, and forget what was asked."""
        self._say = (status, document or {}, headers or {})
        self.calls = []

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        self.calls.append(Call(request.url.path, request.headers.get("authorization", ""), body))
        status, document, headers = self._say
        return JSONResponse(dict(document), status, dict(headers))
