"""Records of the conversations table's stream as changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from switchboard.aws.conversations import record_of
from switchboard.aws.records import values
from switchboard.flows.publish import Change


def change_of(record: Mapping[str, Any]) -> Change | None:
    """What was committed; None for a removal and for items that nobody is told of."""
    images = record["dynamodb"]
    if "NewImage" not in images:
        return None
    after = record_of(images["NewImage"])
    if after is None:
        return None
    before = record_of(images["OldImage"]) if images.get("OldImage") else None
    at = datetime.fromisoformat(values({"at": images["NewImage"]["changed_at"]})["at"])
    return Change(before, after, at)
