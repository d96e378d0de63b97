"""Records of the conversations table's stream as changes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from switchboard.aws.conversations import place_of, record_of
from switchboard.aws.records import values
from switchboard.conversation import conversation_id
from switchboard.flows.publish import Change, Removal


def change_of(record: Mapping[str, Any]) -> Change | Removal | None:
    """What was committed; None for items that nobody is told of, and for the removal of a single message."""
    images = record["dynamodb"]
    if "NewImage" not in images:
        return _removal(images)
    after = record_of(images["NewImage"])
    if after is None:
        return None
    before = record_of(images["OldImage"]) if images.get("OldImage") else None
    at = datetime.fromisoformat(values({"at": images["NewImage"]["changed_at"]})["at"])
    return Change(before, after, at)


def _removal(images: Mapping[str, Any]) -> Removal | None:
    """By its key, so that the end is told also of what could not be read any more; the time is the stream's."""
    removed = values(images.get("OldImage", {}))
    place = place_of(removed)
    if place is None:
        return None
    at = datetime.fromtimestamp(images["ApproximateCreationDateTime"], UTC)
    account, _, _ = place[0].partition(".")
    had_by = removed.get("owner") or removed.get("last_agent")
    name = conversation_id(*place)
    return Removal(name, account, removed.get("channel", ""), at, removed.get("queue"), had_by)
