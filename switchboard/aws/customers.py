"""The customers table: one contact per address, with its consents, their audit trail and the daily budget."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition, transact
from switchboard.consent import Consent
from switchboard.errors import AlreadyRecordedError, ConflictError
from switchboard.instant import to_text
from switchboard.ports import Contact, Evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

_CONTACT, _AUDIT = "contact", "audit#"
_contacts, _evidence = Codec(Contact), Codec(Evidence)


@dataclass(frozen=True, slots=True)
class DynamoCustomers:
    """Implements `ports.Customers`."""

    client: "DynamoDBClient"
    table: str
    pause: "Callable[[int], None]"

    def contact(self, address: str) -> Contact | None:
        key = attributes({"address": address, "item": _CONTACT})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _as_contact(item) if item else None

    def meet(self, address: str, customer_id: str, at: datetime) -> Contact:
        if known := self.contact(address):
            return known
        first = Contact(address=address, customer_id=customer_id, consents={}, acknowledged={})
        try:
            self.client.put_item(
                TableName=self.table,
                Item=attributes({**self._plain(first), "met_at": to_text(at)}),
                ConditionExpression="attribute_not_exists(address)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise
            return _as_contact(error.response["Item"])  # type: ignore[typeddict-item]  # there because of ALL_OLD
        return first

    def record_consent(self, contact: Contact, account: str, consent: Consent, evidence: Evidence) -> None:
        changed = replace(contact, consents={**contact.consents, account: consent})
        audit = {
            **_evidence.plain(evidence),
            "address": contact.address,
            "item": _audit_key(account, evidence.provider_id),
            "account": account,
        }
        writes: list[Any] = [
            {"Update": self._update(changed, "consents")},
            {
                "Put": {
                    "TableName": self.table,
                    "Item": attributes(audit),
                    "ConditionExpression": "attribute_not_exists(address)",
                }
            },
        ]
        transact(self.client, writes, self.pause, [ConflictError, AlreadyRecordedError])

    def has_evidence(self, contact: Contact, account: str, provider_id: str) -> bool:
        key = attributes({"address": contact.address, "item": _audit_key(account, provider_id)})
        return "Item" in self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)

    def count_acknowledgement(self, contact: Contact, acknowledged: dict[str, datetime]) -> None:
        changed = replace(contact, acknowledged=acknowledged)
        try:
            self.client.update_item(**self._update(changed, "acknowledged"))
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the contact changed: read it again") from error
            raise

    def _update(self, changed: Contact, name: str) -> dict[str, Any]:
        """Replace one attribute, if the contact is still as it was read."""
        return {
            "TableName": self.table,
            "Key": attributes({"address": changed.address, "item": _CONTACT}),
            "UpdateExpression": "SET #name = :value, revision = :next",
            "ConditionExpression": "revision = :believed",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": attributes(
                {":value": self._plain(changed)[name], ":believed": changed.revision, ":next": changed.revision + 1}
            ),
        }

    @staticmethod
    def _plain(contact: Contact) -> dict[str, Any]:
        return {**_contacts.plain(contact), "item": _CONTACT}


def _audit_key(account: str, provider_id: str) -> str:
    return f"{_AUDIT}{account}#{provider_id}"


def _as_contact(item: Attributes) -> Contact:
    return _contacts.read(values(item))
