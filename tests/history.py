"""What was stored, state after state, for searches that show to some readers what was true some writes ago."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ContentT = TypeVar("ContentT", bound="DataclassInstance")


@dataclass
class History(Generic[ContentT]):
    """All that was ever written, the newest last; who reads late sees what was there `lag` writes ago."""

    history: list[ContentT]
    lag: int = 0

    @property
    def now(self) -> ContentT:
        return self.history[-1]

    @property
    def shown(self) -> ContentT:
        """What late readers see."""
        return self.history[max(0, len(self.history) - 1 - self.lag)]

    @property
    def recent(self) -> list[ContentT]:
        """The newest, and what late readers will still see: the future depends on nothing else."""
        return self.history[-1 - self.lag :]

    def write(self, **changes: Any) -> None:
        self.history.append(replace(self.now, **changes))
