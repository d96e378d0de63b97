"""The API at an origin of its own, as in the cloud: the console's page needs one for its paths and its storage.

The embedded AWS serves every API at one origin, below `/_aws/execute-api/<id>/$default`; its other form, a host name
per API below `localhost`, is one that Safari can't resolve, and another one after each `make reset`. So this passes
requests on by their path, as a team's own domain or CloudFront does before the real one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_OF_THE_CONNECTION = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}
"""Headers that are about one of the two connections and not about what it carries (RFC 9110, 7.6.1)."""
_SECONDS = 35.0
"""Longer than the API waits for a function."""
AT_ONCE = 4
"""Requests on their way at the same time; others wait. Each takes a process of its own in the embedded AWS, and a page
that opens asks for ten things: on a laptop's cores so many starts hold each other up."""


class Front:
    """Passes every request on to `api_url`, and the answer back as it came, compressed or not."""

    def __init__(self, api_url: str) -> None:
        self._api = httpx.URL(api_url)
        self._client = httpx.AsyncClient(
            trust_env=False, timeout=httpx.Timeout(_SECONDS, pool=None), limits=httpx.Limits(max_connections=AT_ONCE)
        )
        routes = [Route("/{path:path}", self._pass_on, methods=_METHODS)]
        self.app = Starlette(routes=routes, lifespan=self._lifespan)

    async def _pass_on(self, request: Request) -> Response:
        path = self._api.raw_path + request.scope["raw_path"]
        query = request.scope["query_string"]
        asked = self._client.build_request(
            request.method,
            self._api.copy_with(raw_path=path + (b"?" + query if query else b"")),
            headers=_own(request.headers.items()),
            content=await request.body(),
        )
        try:
            answer = await self._client.send(asked, stream=True)
            body = b"".join([part async for part in answer.aiter_raw()])
        except httpx.TransportError:
            return PlainTextResponse("the embedded AWS does not answer: is make up running?", HTTPStatus.BAD_GATEWAY)
        return Response(body, answer.status_code, dict(_own(answer.headers.multi_items())))

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with self._client:
            yield


def _own(headers: "list[tuple[str, str]]") -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]
