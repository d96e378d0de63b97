"""What erasing a customer reaches beside the tables, in one process: a bucket, a provider's copies, and the queue."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from switchboard.channels import Eraser
from switchboard.erasure import Erasure
from switchboard.flows.erase import Reach, erase
from switchboard.flows.erasures import Office, ask_for
from tests.world import CUSTOMER, World


@dataclass
class Bucket:
    """Objects by their keys."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def keep(self, key: str, raw: bytes) -> None:
        self.objects[key] = raw

    def fetch(self, key: str) -> bytes:
        return self.objects[key]

    def remove(self, keys: Any) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def remove_all(self, prefix: str) -> None:
        self.remove([key for key in self.objects if key.startswith(prefix)])


@dataclass
class Provider:
    """A provider's copies: which were deleted, and what to raise first."""

    forgotten: list[str] = field(default_factory=list)
    raising: list[Exception] = field(default_factory=list)
    channel: str = "sms"

    def __call__(self, channel: str, account: str) -> Eraser | None:
        return self if channel == self.channel else None

    def forget(self, provider_id: str) -> None:
        if self.raising:
            raise self.raising.pop(0)
        self.forgotten.append(provider_id)


@dataclass
class Erasing:
    """The office that takes requests, and the worker that does them."""

    world: World
    bucket: Bucket = field(default_factory=Bucket)
    provider: Provider = field(default_factory=Provider)
    queue: list[tuple[str, timedelta]] = field(default_factory=list)

    def look(self, code: str, delay: timedelta) -> None:
        self.queue.append((code, delay))

    @property
    def office(self) -> Office:
        return Office(self.world.board.erasures, self, self.world.clock)

    def ask(self, address: str = f"sms:{CUSTOMER}", by: str = "agent:dee") -> Erasure:
        return ask_for(address, by, self.office)

    def work(self, code: str) -> str:
        """One message of the queue."""
        return erase(code, self.world.board, Reach(self.bucket, self.provider), self)

    def finish(self) -> list[str]:
        """Work until the queue is empty, as time passes; returns what became of each message."""
        outcomes = []
        while self.queue:
            code, delay = self.queue.pop(0)
            self.world.now += delay
            outcomes.append(self.work(code))
        return outcomes

    def stored(self) -> str:
        """Everything that any table holds, as text."""
        tables = ("conversations", "customers", "agents", "queues", "quarantine", "erasures", "decisions")
        return "\n".join(str(self.world.client.scan(TableName=table)["Items"]) for table in tables)
