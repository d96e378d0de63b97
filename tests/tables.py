"""The tables as the template defines them (`tests/infra` holds the two equal), for tests without a deployment."""

from typing import Any

TABLES: dict[str, dict[str, Any]] = {
    "conversations": {
        "key": ("thread", "item"),
        "indexes": {
            "lanes": (("queue", "skills", "priority"), ("waiting_since",), None),
            "due": (("due_shard",), ("check_at",), None),
            "owners": (("owner",), ("assigned_at",), None),
            "placed": (("queue", "phase"), ("opened_at",), None),
            "customers": (("customer_id",), ("opened_at",), None),
            "timeline": (("customer_id",), ("at",), None),
            "held": (("held_in",), ("counterparty", "awaiting_since"), None),
            "drafts": (("drafted_by",), ("drafted_at",), None),
        },
    },
    "agents": {
        "key": ("agent_id", "item"),
        "indexes": {
            "candidates": (("queue",), ("token",), ("skills",)),
            "members": (("queue",), ("agent_id",), None),
            "due": (("due_shard",), ("due_at",), None),
        },
    },
    "customers": {
        "key": ("address", "item"),
        "indexes": {
            "identities": (("customer_id",), ("met_at",), None),
            "refusals": (("refused",), ("place",), ("account", "customer_id", "consent", "kind", "wording", "by")),
        },
    },
    "queues": {"key": ("queue", "item"), "indexes": {}},
    "quarantine": {
        "key": ("account", "item"),
        "indexes": {
            "received": (
                ("account", "state"),
                ("place",),
                (
                    *("channel", "quarantine_id", "reason", "key", "size", "at", "query", "asked_at", "asked_by"),
                    *("retried_at", "outcome", "dismissed_at", "dismissed_by", "revision"),
                ),
            )
        },
    },
    "erasures": {"key": ("code", "item"), "indexes": {}},
    "decisions": {"key": ("conversation", "item"), "indexes": {}},
    "consoles": {"key": ("topic", "item"), "indexes": {}},
    "settings": {"key": ("setting", "item"), "indexes": {}},
}
"""Per table its key, and per index its partition attributes, sort attributes and what it projects beside keys."""

NUMBERS = {"due_shard"}
"""Key attributes that are numbers; the others are text."""


def create(client: Any, prefix: str = "") -> None:
    """Make all tables, empty."""
    for name, table in TABLES.items():
        client.create_table(**definition(f"{prefix}{name}", table))


def definition(name: str, table: dict[str, Any]) -> dict[str, Any]:
    """The arguments of CreateTable."""
    keys = set(table["key"]) | {a for hashes, ranges, _ in table["indexes"].values() for a in (*hashes, *ranges)}
    made: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _schema(table["key"][:1], table["key"][1:]),
        "AttributeDefinitions": [
            {"AttributeName": key, "AttributeType": "N" if key in NUMBERS else "S"} for key in sorted(keys)
        ],
    }
    if table["indexes"]:
        made["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": _schema(hashes, ranges),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(more)}
                if more
                else {"ProjectionType": "KEYS_ONLY"},
            }
            for index, (hashes, ranges, more) in table["indexes"].items()
        ]
    return made


def _schema(hashes: tuple[str, ...], ranges: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"AttributeName": key, "KeyType": "HASH"} for key in hashes] + [
        {"AttributeName": key, "KeyType": "RANGE"} for key in ranges
    ]
