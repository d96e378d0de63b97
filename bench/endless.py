"""Lanes as long as one likes, in memory: what DynamoDB's index is to a decision.

Queries of the index `lanes` are answered from sorted lists as DynamoDB answers them: the first `Limit` entries,
whatever comes after. Everything else goes where the client was going, and there an entry's item is put when a query
first shows it: so a million conversations are a million numbers, and whoever read past the heads would find nothing.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

Item = dict[str, Any]
Lane = tuple[str, str, str]
_KEYS = ("thread", "item", "queue", "skills", "priority", "waiting_since")


@dataclass
class EndlessLanes:
    """Stands between clients and their index. `make` makes the item of the n-th conversation."""

    client: Any
    make: Callable[[int], Item]
    lanes: dict[Lane, deque[int]] = field(default_factory=dict)
    made: dict[int, Item] = field(default_factory=dict)

    def stand_in(self, events: Any) -> None:  # noqa: ANN401  # botocore's hooks
        """Answer in place of the network, for all clients that a session makes from now on."""
        events.register("before-call.dynamodb.Query", self._answer)

    def fill(self, lane: Lane, count: int) -> None:
        """Have so many wait, of whom none has been shown before."""
        first = max(self.made, default=-1) + 1
        self.lanes[lane] = deque(range(first, first + count))

    def take(self, lane: Lane) -> None:
        """The first waits no more."""
        self.lanes[lane].popleft()

    def _answer(self, params: dict[str, Any], **_: object) -> tuple[Any, Item] | None:
        asked = json.loads(params["body"])
        if asked.get("IndexName") != "lanes":
            return None
        told = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
        lane = (told[":queue"], told[":skills"], told[":priority"])
        items = [self._entry(number) for number in islice(self.lanes.get(lane, ()), asked["Limit"])]
        return _Answered(), {"Items": items, "Count": len(items), "ScannedCount": len(items)}

    def _entry(self, number: int) -> Item:
        if number not in self.made:
            self.made[number] = self.make(number)
            self.client.put_item(TableName="conversations", Item=self.made[number])
        return {name: self.made[number][name] for name in _KEYS}


class _Answered:
    """What botocore asks of an answer that came by no network."""

    status_code = 200
