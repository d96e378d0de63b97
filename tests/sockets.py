"""Open connections in memory: what was said over each, and which were cut off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from switchboard.ports import Reached


class NeverCut:
    """For whoever only sends."""

    def close(self, connection_id: str) -> Reached:
        raise AssertionError(f"nobody is to be cut off here, but {connection_id} was")


@dataclass
class MemorySockets:
    """Implements `ports.Sockets`: every console is there."""

    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def post(self, connection_id: str, message: Mapping[str, Any]) -> Reached:
        self.told.append((connection_id, message))
        return Reached.YES

    def close(self, connection_id: str) -> Reached:
        self.closed.append(connection_id)
        return Reached.YES
