"""DynamoDB's read and write units, computed from items, since emulators don't bill as AWS does.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html and, for the size of an
item, CapacityUnitCalculations.html beside it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Mapping[str, Any]]
"""As the low-level client has it: `{"name": {"S": "…"}}`."""

WRITE_BYTES, READ_BYTES = 1024, 4096


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index: the attributes of its key, and all that it carries beside the table's key."""

    key: tuple[str, ...]
    projected: tuple[str, ...]


def size(item: Item) -> int:
    """Bytes of an item: the names and values of its attributes."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:  # noqa: PLR0911  # each return is one type of DynamoDB's
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.strip("-").replace(".", "").strip("0")) / 2) + 1
        case "B":
            return len(content)
        case "SS" | "NS" | "BS":
            return sum(_value_size({kind[0]: one}) for one in content)
        case "L":
            return 3 + sum(1 + _value_size(one) for one in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in content.items())
        case _:
            return 1  # BOOL and NULL


def read_units(total: int, *, consistent: bool) -> float:
    """Units of reading that many bytes at once; what isn't there costs as much as what is small."""
    return max(1, math.ceil(total / READ_BYTES)) * (1 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None, *, transactional: bool = False) -> int:
    """Units of one write of the table: the larger of what was and what is counts, twice in a transaction."""
    largest = max(size(before or {}), size(after or {}))
    return max(1, math.ceil(largest / WRITE_BYTES)) * (2 if transactional else 1)


def index_units(
    before: Item | None, after: Item | None, indexes: Sequence[Index], *, transactional: bool = False
) -> int:
    """Units of what a write changes in the table's indexes: an entry goes, comes, or changes.

    Twice in a transaction: AWS's pages don't say, so this is the dearer reading.
    """
    return sum(_entry_units(before or {}, after or {}, index) for index in indexes) * (2 if transactional else 1)


def _entry_units(before: Item, after: Item, index: Index) -> int:
    old, new = _entry(before, index), _entry(after, index)
    if old == new:
        return 0
    if old and new and all(old[name] == new[name] for name in index.key):
        return write_units(old, new)
    return sum(write_units(None, entry) for entry in (old, new) if entry)


def _entry(item: Item, index: Index) -> Item | None:
    if not all(name in item for name in index.key):
        return None
    return {name: item[name] for name in index.projected if name in item}
