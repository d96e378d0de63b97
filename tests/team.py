"""A team of any size, put into the table as it is once it has come online: through the API it would take minutes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from switchboard.instant import to_text

_BATCH = 25
"""BatchWriteItem takes no more."""


def employ(client: Any, tokens: Iterable[tuple[str, str]], due_at: datetime, skills: Sequence[str] = ()) -> None:
    """Put agents into the support queue, online with a hundred free units: each an id and the token of its listing."""
    rows = [row for agent_id, token in tokens for row in _rows(agent_id, token, due_at, skills)]
    for start in range(0, len(rows), _BATCH):
        puts = [{"PutRequest": {"Item": row}} for row in rows[start : start + _BATCH]]
        client.batch_write_item(RequestItems={"agents": puts})


def _rows(agent_id: str, token: str, due_at: datetime, skills: Sequence[str]) -> list[dict[str, Any]]:
    able = {"skills": {"L": [{"S": skill} for skill in skills]}}
    agent = {
        "agent_id": {"S": agent_id},
        "item": {"S": "agent"},
        "name": {"S": agent_id},
        "queues": {"L": [{"S": "support"}]},
        "units": {"N": "100"},
        "free": {"N": "100"},
        "presence": {"S": "online"},
        "due_at": {"S": to_text(due_at)},
        "due_shard": {"N": "0"},
        **able,
    }
    membership = {
        "agent_id": {"S": agent_id},
        "item": {"S": "queue#support"},
        "queue": {"S": "support"},
        "token": {"S": token},
        **able,
    }
    return [agent, membership]
