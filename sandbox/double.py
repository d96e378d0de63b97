"""What the doubles of webhook providers share: work in the background, calls to our webhook, and a server."""

import asyncio
import secrets
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Literal, Protocol, TypeAlias

import httpx
import uvicorn
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.fetched import Fetched, UnfetchedError, fetch, is_url

Fault: TypeAlias = Literal["throttled", "error", "error_after_accept", "timeout_after_accept"]
"""What an API can be told to do to the next send; the last two take the message all the same."""

WEBHOOK_SECONDS = 10


@dataclass
class Note:
    """A message in either direction between a customer and one of our accounts, and how it fared."""

    id: str
    account: str
    customer: str
    body: str
    inbound: bool
    at: datetime
    status: str = "sent"
    reaction: str = ""
    webhook: int | None = None
    """What our webhook last said about it: its status code, 0 for no answer."""
    file: str = ""
    """Content type of the file that came with it; empty if none did."""
    name: str = ""
    """What our side calls a file of ours."""


class Kept(BaseModel):
    """What survives a restart: customers' phones (names by id) and all messages."""

    phones: dict[str, str] = {}
    notes: list[Note] = []


class Api:
    """What a provider's API can be told to do wrong, and what goes on after it has answered."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def fail_next(self, fault: Fault, times: int = 1) -> None:
        """Make the next sends fail in this way."""
        self.faults.extend([fault] * times)

    def take_fault(self) -> Fault | None:
        """What shall happen to the send that is being handled."""
        return self.faults.pop(0) if self.faults else None

    async def spoil(self, fault: Fault | None, request: Request, answer: Response) -> Response:
        """Answer as usual, or lose the answer on its way."""
        if fault == "error_after_accept":
            return Response(status_code=500)
        if fault == "timeout_after_accept":
            await request.receive()  # answers only when the client has hung up
        return answer

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Do something after the present request is answered."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def give_up(self) -> None:
        """End what is under way."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


class Double(Api, ABC):
    """A provider. All of it runs in one event loop; `app` serves it."""

    def __init__(
        self,
        routes: Sequence[Route],
        ends: Mapping[str, str],
        *,
        client: httpx.AsyncClient | None = None,
        now: Callable[[], datetime] | None = None,
        new_id: Callable[[], str] | None = None,
        state_file: Path | None = None,
    ) -> None:
        """`ends` are our accounts: names by id."""
        super().__init__()
        self.ends = ends
        self._state_file = state_file
        self._kept = _load(state_file)
        self.notes, self.phones = self._kept.notes, self._kept.phones
        self.on_change: Callable[[Note], None] = lambda _note: None
        """Told of every message that is new or has changed."""
        self.blocked: set[tuple[str, str]] = set()
        """Pairs of our account and a customer who wants no messages from it."""
        self.fetched: dict[str, Fetched] = {}
        """The files that came from us, by their messages' ids, until the end of the process."""
        self.answers: list[int | None] = []
        """What our webhook said to each call: its status code, None for no answer."""
        self.now = now or (lambda: datetime.now(UTC))
        self.new_id = new_id or (lambda: secrets.token_hex(12))
        self._client = client or httpx.AsyncClient(timeout=WEBHOOK_SECONDS, trust_env=False)
        self.app = Starlette(routes=list(routes), lifespan=self.lifespan)

    @abstractmethod
    def text(self, customer: str, account: str, body: str, /, answers: str | None = None) -> str:
        """Write to us as a customer, perhaps in answer to a message; returns the message's id. The webhook follows."""

    @abstractmethod
    def send_file(self, customer: str, account: str, content_type: str, words: str = "", /) -> str:
        """Send us a file of that type (`files.content_of`), with or without words; the same."""

    def customer(self, number: str) -> str:
        """Who the owner of a phone is here."""
        return number.removeprefix("+")

    def add_phone(self, customer: str, name: str) -> None:
        """Let somebody have this network on their phone, or rename them."""
        self.phones[customer] = name
        self._save()

    def on_phone(self, customer: str) -> list[Note]:
        """What a customer sees: both sides, without what was deleted."""
        return [note for note in self.notes if note.customer == customer and note.status != "deleted"]

    def note(self, note_id: str) -> Note:
        """The note of that id; raises `StopIteration` if there is none."""
        return next(note for note in self.notes if note.id == note_id)

    def file(self, file_id: str) -> Note | None:
        """The note whose file has this id, unless it was taken back."""
        notes = (note for note in self.notes if note.file and note.status != "deleted")
        return next((note for note in notes if self.file_id(note) == file_id), None)

    def file_id(self, note: Note) -> str:
        """The id of the file that a note came with: it tells nothing of the note."""
        return sha256(note.id.encode()).hexdigest()[:24]

    def record_inbound(self, customer: str, account: str, body: str, file: str = "") -> Note:
        """Let a customer have written, without a call to our webhook."""
        note = Note(self.new_message_id(account), account, customer, body, inbound=True, at=self.now(), file=file)
        self.keep(note)
        return note

    def keep(self, note: Note) -> None:
        """Remember a message."""
        self.notes.append(note)
        self.changed(note)

    def changed(self, note: Note) -> None:
        """Tell whoever watches."""
        self._save()
        self.on_change(note)

    def new_message_id(self, _account: str) -> str:
        """An id as this provider makes them."""
        return self.new_id()

    def last_inbound(self, account: str, customer: str) -> datetime | None:
        """When a customer last wrote to an account."""
        times = [n.at for n in self.notes if n.inbound and (n.account, n.customer) == (account, customer)]
        return max(times, default=None)

    async def call(self, url: str | None, body: bytes, headers: Mapping[str, str], note: Note | None = None) -> None:
        """Call our webhook, if there is one, perhaps about a message."""
        if url is None:
            return
        try:
            answer = await self._client.post(url, content=body, headers={"content-type": "application/json", **headers})
            self.answers.append(answer.status_code)
        except httpx.HTTPError:
            self.answers.append(None)
        if note:
            note.webhook = self.answers[-1] or 0
            self.changed(note)

    async def take_file(self, url: object, limit: int) -> Fetched:
        """Fetch a file that we are sent by its URL; raises `UnfetchedError`."""
        if not is_url(url):
            raise UnfetchedError("no URL that can be fetched")
        return await fetch(self._client, str(url), limit)

    def keep_file(self, note: Note, file: Fetched) -> None:
        """Show a file of ours with its message."""
        note.file, note.name = file.content_type, file.name
        self.fetched[note.id] = file

    async def fetch(self, url: str) -> httpx.Response:
        """GET one of our URLs."""
        return await self._client.get(url)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Give up what is under way in the end."""
        yield
        await self.give_up()
        await self._client.aclose()

    def _save(self) -> None:
        if self._state_file is not None:
            write_whole(self._state_file, self._kept.model_dump_json())


class Served(Protocol):
    """What `serving` serves."""

    @property
    def app(self) -> Starlette: ...


@contextmanager
def serving(served: Served, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread of its own for as long as the block lasts; yields the base URL. Port 0 takes a free one."""
    server = uvicorn.Server(uvicorn.Config(served.app, log_level="error", ws="none", timeout_graceful_shutdown=2))
    listener = socket.create_server((host, port))
    thread = Thread(target=server.run, args=([listener],), name="double", daemon=True)
    thread.start()
    try:
        yield "http://{}:{}".format(*listener.getsockname()[:2])
    finally:
        server.should_exit = True
        thread.join()


def write_whole(file: Path, content: str) -> None:
    """Replace a file in one step: whoever is interrupted leaves the old one."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(content, encoding="utf-8")
    unfinished.replace(file)


def _load(file: Path | None) -> Kept:
    if file is None or not file.exists():
        return Kept()
    return Kept.model_validate_json(file.read_text(encoding="utf-8"))
