"""The tables that tests work on are those that are deployed."""

from collections.abc import Mapping
from typing import Any

from tests.infra.conftest import Synthesis
from tests.tables import TABLES, definition


def _shape(table: Mapping[str, Any]) -> dict[str, Any]:
    indexes = {
        index["IndexName"]: (index["KeySchema"], index["Projection"])
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    attributes = sorted((a["AttributeName"], a["AttributeType"]) for a in table["AttributeDefinitions"])
    return {"key": table["KeySchema"], "attributes": attributes, "indexes": indexes}


def test_tests_work_on_the_tables_that_are_deployed(local: Synthesis) -> None:
    deployed = [_shape(table) for table in local.main.of_type("AWS::DynamoDB::GlobalTable").values()]
    tested = [_shape(definition(name, table)) for name, table in TABLES.items()]
    assert sorted(deployed, key=str) == sorted(tested, key=str)


def test_only_what_has_a_time_to_live_expires_by_itself(local: Synthesis) -> None:
    tables = local.main.of_type("AWS::DynamoDB::GlobalTable").values()
    expiring = {table["KeySchema"][0]["AttributeName"]: table.get("TimeToLiveSpecification") for table in tables}
    assert expiring.pop("conversation") == {"AttributeName": "expires_at", "Enabled": True}
    assert expiring.pop("address") == {"AttributeName": "gone_at", "Enabled": True}
    assert expiring.pop("thread") == {"AttributeName": "gone_at", "Enabled": True}
    assert expiring.pop("topic") == {"AttributeName": "gone_at", "Enabled": True}
    assert expiring.pop("queue") == {"AttributeName": "expires_at", "Enabled": True}
    assert expiring.pop("setting") == {"AttributeName": "expires_at", "Enabled": True}
    assert set(expiring.values()) == {None}
