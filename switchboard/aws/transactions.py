"""DynamoDB's refusals in our words."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from switchboard.errors import ConflictError, SwitchboardError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

ROUNDS = 12
"""Two transactions on one item refuse each other though both may be right; the loser tries again this often."""


def is_refused_condition(error: ClientError) -> bool:
    """Whether a single write was refused because its condition did not hold."""
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def transact(
    client: "DynamoDBClient",
    writes: Sequence["TransactWriteItemTypeDef"],
    pause: Callable[[int], None],
    refusals: Sequence[type[SwitchboardError]],
) -> None:
    """Do all of the writes or none.

    `refusals[n]` is raised where the n-th write's condition does not hold; `ConflictError` where others are at the
    same items all the time.
    """
    for count in range(ROUNDS):
        try:
            client.transact_write_items(TransactItems=writes)
        except client.exceptions.TransactionCanceledException as error:
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            for code, refusal in zip(codes, refusals, strict=False):
                if code == "ConditionalCheckFailed":
                    raise refusal("the condition of a transaction did not hold: read again") from error
            if "TransactionConflict" not in codes:
                raise
            pause(count)
        except client.exceptions.TransactionInProgressException:
            pause(count)
        else:
            return
    raise ConflictError("other transactions hold the same items: try again")
