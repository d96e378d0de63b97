"""Pages over several lists at once, the newest first: each list is in order in an index, and they are merged here."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Generic

from switchboard.errors import UnfitError
from switchboard.ports import Before, Filed, Listed


@dataclass(frozen=True, slots=True)
class Page(Generic[Listed]):
    """Part of the lists. `cursor` asks for what follows; None where that is nothing."""

    items: list[Listed]
    cursor: str | None


Fetch = Callable[[str, Before | None, int], Sequence[Filed[Listed]]]
"""So many of a list, from before a place down."""


def newest(lists: Sequence[str], fetch: Fetch[Listed], cursor: str | None, limit: int) -> Page[Listed]:
    """A page of what is in any of the lists; raises `UnfitError` for a cursor that is none."""
    last = _decode(cursor) if cursor else None
    fetched = (_fetch(name, fetch, last, limit + 1) for name in lists)
    merged = merge(*fetched, key=lambda found: (found[0].place, found[1]), reverse=True)
    found = list(islice(merged, limit + 1))
    more = _encode(found[limit - 1][0].place, found[limit - 1][1]) if len(found) > limit else None
    return Page([filed.item for filed, _ in found[:limit]], more)


def _fetch(
    name: str, fetch: Fetch[Listed], last: tuple[str, str] | None, limit: int
) -> list[tuple[Filed[Listed], str]]:
    before = Before(last[0], inclusive=name < last[1]) if last else None
    return [(filed, name) for filed in fetch(name, before, limit)]


def _encode(place: str, name: str) -> str:
    return urlsafe_b64encode(f"{place}\n{name}".encode()).decode()


def _decode(cursor: str) -> tuple[str, str]:
    try:
        place, name = urlsafe_b64decode(cursor.encode()).decode().split("\n")
    except ValueError:
        raise UnfitError("cursor: it is none of this list's: use the one of the page before, or begin anew") from None
    return place, name
