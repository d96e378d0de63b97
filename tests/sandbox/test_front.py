"""The API at an origin of its own: what is passed on, and what comes back."""

import asyncio
import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.double import serving
from sandbox.front import AT_ONCE, Front

BELOW = "/_aws/execute-api/1a2b3c4d/$default"
NOBODY = "http://127.0.0.1:9"


async def _told(request: Request) -> Response:
    told = {
        "method": request.method,
        "path": request.scope["raw_path"].decode(),
        "query": request.url.query,
        "body": (await request.body()).decode(),
        "token": request.headers.get("authorization"),
        "host": request.headers["host"],
    }
    return JSONResponse(told, 201)


async def _compressed(_request: Request) -> Response:
    return Response(gzip.compress(b"page"), headers={"content-encoding": "gzip", "etag": 'W/"1"'})


async def _redirected(_request: Request) -> Response:
    return RedirectResponse("/console/", 302)


class Embedded:
    """Answers below the path that the embedded AWS has for the API."""

    app = Starlette(
        routes=[
            Route(f"{BELOW}/compressed", _compressed),
            Route(f"{BELOW}/", _redirected),
            Route("/{path:path}", _told, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )


@pytest.fixture
def front() -> Iterator[httpx.Client]:
    with (
        serving(Embedded()) as embedded,
        serving(Front(embedded + BELOW)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        yield client


def test_a_request_is_passed_on_whole(front: httpx.Client) -> None:
    answer = front.post("/agent/me?a=1&b=%2F", content="hello", headers={"authorization": "Bearer token"})
    told = answer.json()
    assert answer.status_code == 201
    assert (told["method"], told["path"], told["query"]) == ("POST", f"{BELOW}/agent/me", "a=1&b=%2F")
    assert (told["body"], told["token"]) == ("hello", "Bearer token")
    assert told["host"] != front.base_url.netloc.decode(), "the embedded AWS goes by it"


def test_a_path_is_passed_on_as_it_was_written(front: httpx.Client) -> None:
    assert front.get("/agent/conversations/a%2Fb%20c").json()["path"] == f"{BELOW}/agent/conversations/a%2Fb%20c"


def test_a_compressed_answer_comes_back_as_it_was(front: httpx.Client) -> None:
    answer = front.get("/compressed")
    assert (answer.headers["content-encoding"], answer.headers["etag"], answer.text) == ("gzip", 'W/"1"', "page")


def test_a_redirect_is_the_browser_s_to_follow(front: httpx.Client) -> None:
    answer = front.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/console/")


def test_an_embedded_aws_that_is_gone_is_told() -> None:
    with serving(Front(NOBODY)) as url:
        answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 502
    assert "make up" in answer.text


class Crowd:
    """Answers as soon as `AT_ONCE` requests are there together, and knows how many were at the most."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route("/{path:path}", self._answer)])
        self.most = self._present = 0
        self._together = asyncio.Barrier(AT_ONCE)

    async def _answer(self, _request: Request) -> Response:
        self._present += 1
        self.most = max(self.most, self._present)
        await self._together.wait()
        self._present -= 1
        return Response()


def test_so_many_requests_are_passed_on_at_once_and_the_others_wait() -> None:
    crowd = Crowd()
    with (
        serving(crowd) as embedded,
        serving(Front(embedded)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
        ThreadPoolExecutor(3 * AT_ONCE) as threads,
    ):
        answers = [answer.status_code for answer in threads.map(client.get, ["/"] * 3 * AT_ONCE)]
    assert answers == [200] * 3 * AT_ONCE
    assert crowd.most == AT_ONCE
