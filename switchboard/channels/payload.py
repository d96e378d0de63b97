"""Reading JSON that strangers wrote: bounded, and a field that isn't what it should be counts as absent.

So one odd field never costs a message; what an event can't do without is asked for with `need`.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn

from switchboard.errors import UnparseableError

DEEPEST = 32
"""Levels of nesting, rule SEC-6; the providers' own deepest is 12."""
LONGEST_KEY = 200
"""Characters of a `provider_id`."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # neither JSON nor DynamoDB carries them everywhere
_END_OF_TIME = 253_402_300_800  # the year 10000, in seconds


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; raises `UnparseableError`. Characters that can't be stored become U+FFFD."""
    try:
        document = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except UnparseableError:
        raise
    except RecursionError:
        reason = "too_deep"
    except ValueError:  # of the JSON, of UTF-8, or a number of thousands of digits
        reason = "not_json"
    else:
        if isinstance(document, dict):
            return dict(_cleaned(document, 1))
        reason = "not_an_object"
    raise UnparseableError(reason)  # outside of the except clause: the original error quotes the body


def child(value: object, *names: str) -> dict[str, Any]:
    """The object at the end of this path; empty if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: dict[str, Any], name: str) -> list[Any]:
    """The elements of a list. Anything else that stands there is one element, so that it is seen and not lost."""
    found = value.get(name)
    if isinstance(found, list):
        return found
    return [] if found is None else [found]


def text(value: dict[str, Any], name: str) -> str:
    """A string; empty if there is none."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def ident(value: dict[str, Any], name: str) -> str | None:
    """An id as text, whether it came as text or as a number: some are beyond 2^53, where other readers round them."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) and found else None


def need(value: dict[str, Any], name: str) -> str:
    """An id that must be there; raises `UnparseableError`."""
    found = ident(value, name)
    if found is None:
        raise UnparseableError(f"no_{name}")
    return found


def number(value: dict[str, Any], name: str) -> int | None:
    """A whole number that isn't negative, such as a size."""
    found = value.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def at_seconds(value: dict[str, Any], name: str) -> datetime | None:
    """A Unix time in seconds, as a number or as text."""
    return _at(ident(value, name), 1)


def at_milliseconds(value: dict[str, Any], name: str) -> datetime | None:
    """A Unix time in milliseconds, as a number or as text."""
    return _at(ident(value, name), 1000)


def key(*parts: str | None) -> str:
    """Join what identifies an event into a `provider_id`; what would be too long is replaced by its hash."""
    joined = ":".join(part for part in parts if part)
    return joined if len(joined) <= LONGEST_KEY else f"sha256:{sha256(joined.encode()).hexdigest()}"


def digest(value: object) -> str:
    """What identifies an element without an id: the same in every copy of a delivery."""
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says two things of one name: readers differ in which they believe (rule SEC-6)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnparseableError("duplicate_key")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise UnparseableError("not_json")  # NaN and Infinity are Python's, not JSON's


def _cleaned(value: Any, depth: int) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if not isinstance(value, dict | list):
        return value
    if depth > DEEPEST:
        raise UnparseableError("too_deep")
    if isinstance(value, dict):
        return dict(_cleaned_pairs(value, depth))
    return [_cleaned(element, depth + 1) for element in value]


def _cleaned_pairs(value: dict[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, element in value.items():
        yield _UNSTORABLE.sub("\ufffd", name), _cleaned(element, depth + 1)


def _at(stamp: str | None, per_second: int) -> datetime | None:
    if stamp is None or len(stamp) > len(str(_END_OF_TIME)) + 3 or not stamp.isdecimal():
        return None
    seconds = int(stamp) / per_second
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _END_OF_TIME else None
