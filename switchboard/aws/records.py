"""How dataclasses stand in a DynamoDB item: as their JSON, so that times sort as text and absent means none."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import TypeAdapter

Record = TypeVar("Record")
Attributes = dict[str, Any]
"""An item as the low-level client takes it: `{"name": {"S": "…"}}`."""

_serialise = TypeSerializer().serialize
_deserialise = TypeDeserializer().deserialize


class Codec(Generic[Record]):
    """Turns one kind of dataclass into an item's attributes and back."""

    def __init__(self, kind: type[Record]) -> None:
        self._kind = kind

    @cached_property
    def _adapter(self) -> TypeAdapter[Record]:
        """Built on first use: most functions read and write few kinds."""
        return TypeAdapter(self._kind)

    def plain(self, record: Record) -> dict[str, Any]:
        """The record as JSON-like values; what is None is left out."""
        text = self._adapter.dump_json(record, exclude_none=True)
        return json.loads(text, parse_float=Decimal)  # type: ignore[no-any-return]  # an object, as dataclasses dump

    def read(self, values: Mapping[str, Any]) -> Record:
        """The record that these values stand for; unknown ones are ignored."""
        return self._adapter.validate_python(values)


def attributes(values: Mapping[str, Any]) -> Attributes:
    """Values as the low-level client takes them."""
    return {name: _serialise(value) for name, value in values.items()}


def values(item: Attributes) -> dict[str, Any]:
    """Values as they are, of an item as the low-level client gives it."""
    return {name: _deserialise(value) for name, value in item.items()}
