"""A page of an index whose sort key is a place of its own for each item, the newest first."""

from typing import TYPE_CHECKING, Any

from switchboard.aws.records import attributes, values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from switchboard.ports import Before


def query_page(
    client: "DynamoDBClient",
    table: str,
    index: str,
    partition: "Mapping[str, str]",
    sort: str,
    before: "Before | None",
    limit: int,
) -> list[dict[str, Any]]:
    """So many items of a partition, from before a place down."""
    condition = " AND ".join(f"#{name} = :{name}" for name in partition)
    names = {f"#{name}": name for name in partition}
    given = {f":{name}": value for name, value in partition.items()}
    if before:
        condition += f" AND #{sort} {'<=' if before.inclusive else '<'} :before"
        names[f"#{sort}"] = sort
        given[":before"] = before.place
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=attributes(given),
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": limit, "PageSize": limit},
    )
    return [values(item) for page in pages for item in page["Items"]]
