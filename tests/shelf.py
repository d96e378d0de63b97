"""Agents' files in memory: what a console puts where it is told to, and what an answer then finds there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.files import content_of
from switchboard.errors import NotFoundError
from switchboard.flows import desk, uploads
from switchboard.flows.board import Board
from switchboard.flows.files import CLEAN
from switchboard.ports import Shelved


@dataclass
class MemoryShelf:
    """Implements `ports.Shelf`. `verdicts` are the scan's, by key; whatever else there is is clean."""

    clock: Callable[[], datetime]
    offered: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    files: dict[str, tuple[Shelved, bytes]] = field(default_factory=dict)
    verdicts: dict[str, str | None] = field(default_factory=dict)

    def offer(
        self, key: str, filename: str, content_type: str, size: int, lives: timedelta
    ) -> tuple[str, dict[str, str]]:
        self.offered[key] = (filename, content_type, size)
        return f"https://bucket.example/{key}", {"content-type": content_type}

    def put(self, key: str, content: bytes) -> None:
        """What a console does."""
        self.files[key] = (Shelved(*self.offered[key], len(content), self.clock()), content)

    def look(self, key: str) -> Shelved:
        return self._at(key)[0]

    def head(self, key: str, length: int) -> bytes:
        return self._at(key)[1][:length]

    def verdict(self, key: str) -> str | None:
        return self.verdicts.get(key, CLEAN)

    def copy(self, key: str, to: str) -> None:
        self.files[to] = self._at(key)

    def _at(self, key: str) -> tuple[Shelved, bytes]:
        if key not in self.files:
            raise NotFoundError("no such key")
        return self.files[key]


def upload(
    who: desk.Caller,
    conversation_id: str,
    board: Board,
    shelf: MemoryShelf,
    name: str = "lamp.png",
    content_type: str = "image/png",
    content: bytes | None = None,
) -> str:
    """A file of an agent's, put where it was asked for; returns its upload's id."""
    put = content_of(content_type) if content is None else content
    declared = uploads.Declared(name, content_type, len(put))
    asked = uploads.ask(who, conversation_id, declared, f"u{len(shelf.offered)}", board, shelf)
    (key,) = [key for key in shelf.offered if key.endswith(f"/{asked.upload_id}")]
    shelf.put(key, put)
    return asked.upload_id
