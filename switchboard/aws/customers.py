"""The customers table: one contact per address, with consents and budgets; who is one person; codes that prove it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from switchboard.aws.pages import query_page
from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition, transact
from switchboard.consent import Consent, ConsentEvent
from switchboard.conversation import Mark
from switchboard.customer import Person, alone
from switchboard.erasure import Erasure
from switchboard.errors import AlreadyRecordedError, ConflictError
from switchboard.instant import to_text
from switchboard.invitation import Invitation
from switchboard.ports import Before, Contact, Evidence, Filed, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

_CONTACT, _AUDIT, _PERSON, _INVITATION, _CONSENT = "contact", "audit#", "person", "invitation", "consent#"
_contacts, _evidence, _persons, _invitations = Codec(Contact), Codec(Evidence), Codec(Person), Codec(Invitation)
_refusals = Codec(Refusal)
_FOLLOWED = 5
"""How often a person is looked for anew who becomes another meanwhile."""
_INVITATION_KEPT = timedelta(days=1)
"""After it expires: a redelivery of the message that used it must find it."""


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

    def meet(self, address: str, customer_id: str, at: datetime, after: Erasure | None = None) -> Contact:
        if known := self.contact(address):
            return known
        first = Contact(
            address=address,
            customer_id=customer_id,
            consents=dict(after.consents) if after else {},
            acknowledged={},
            undeliverable=after.undeliverable if after else None,
            met_at=at,
        )
        return self._begin(first)

    def meet_again(self, known: Contact, address: str, at: datetime) -> Contact:
        return self.contact(address) or self._begin(replace(known, address=address, met_at=at, revision=1))

    def _begin(self, first: Contact) -> Contact:
        """Write a contact unless there is one; returns the one that there is."""
        if carried := [account for account, consent in first.consents.items() if not consent.allows_automation]:
            return self._begin_refused(first, carried)
        try:
            self.client.put_item(
                TableName=self.table,
                Item=attributes(self._plain(first)),
                ConditionExpression="attribute_not_exists(address)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise
            return _as_contact(error.response["Item"])  # type: ignore[typeddict-item]  # there because of ALL_OLD
        return first

    def _begin_refused(self, first: Contact, accounts: Sequence[str]) -> Contact:
        """The same for one who refuses accounts from the start, so that they are listed."""
        new: Any = {
            "TableName": self.table,
            "Item": attributes(self._plain(first)),
            "ConditionExpression": "attribute_not_exists(address)",
        }
        rows: list[Any] = [self._put_refusal(first, account, "carried", "", None) for account in accounts]
        try:
            transact(self.client, [{"Put": new}, *rows], self.pause, [ConflictError])
        except ConflictError:
            if known := self.contact(first.address):
                return known
            raise
        return first

    def contacts(self) -> "Iterator[Contact]":
        """Every contact, by a scan: for people, after a restore; no function's role allows it."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            FilterExpression="#item = :contact",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":contact": _CONTACT}),
        )
        return (_as_contact(item) for page in pages for item in page["Items"])

    def addresses(self, customer_id: str) -> list[str]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="identities",
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues=attributes({":customer": customer_id}),
        )
        return [values(item)["address"] for page in pages for item in page["Items"]]

    def person(self, customer_id: str) -> Person:
        for _ in range(_FOLLOWED):
            found = self._record(customer_id)
            if found is None:
                return alone(customer_id)
            if "kept_with" in found:
                found = self._record(found["kept_with"]) or {}
            if customer_id in found.get("customers", ()):
                return _persons.read(found)
        raise ConflictError("who is one customer changes all the time: try again")

    def _record(self, customer_id: str) -> dict[str, Any] | None:
        key = attributes(_person_key(customer_id))
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return values(item) if item else None

    def regroup(self, before: Sequence[Person], after: Sequence[Person], spent: Invitation | None = None) -> None:
        revision = 1 + max(person.revision for person in before)
        believed = {person.customers[0]: person.revision for person in before}
        kept_with = {customer: person.customers[0] for person in after for customer in person.customers}
        was_with = {customer: person.customers[0] for person in before for customer in person.customers}
        plain = {person.customers[0]: _persons.plain(replace(person, revision=revision)) for person in after}
        writes: list[Any] = []
        for customer, former in was_with.items():
            home = kept_with.get(customer)
            if customer not in believed and home != customer and home == former:
                continue  # it points there already
            item = plain.get(customer) or ({"kept_with": home} if home else None)
            writes.append(self._put_person(customer, item, believed.get(customer)))
        refusals: list[type[ConflictError]] = [ConflictError] * len(writes)
        if spent:
            writes.append(
                {"Put": self._put_invitation(spent, "attribute_exists(address) AND attribute_not_exists(used_by)")}
            )
            refusals.append(ConflictError)
        transact(self.client, writes, self.pause, refusals)

    def _put_person(self, customer_id: str, item: dict[str, Any] | None, believed: int | None) -> dict[str, Any]:
        """One write of a transaction: a record, where somebody's is, or nothing; `believed` is what was read there."""
        key = _person_key(customer_id)
        condition: dict[str, Any] = {}
        if believed:
            told = attributes({":believed": believed})
            condition = {"ConditionExpression": "revision = :believed", "ExpressionAttributeValues": told}
        elif believed == 0:
            condition = {"ConditionExpression": "attribute_not_exists(address)"}
        if item is None:
            return {"Delete": {"TableName": self.table, "Key": attributes(key), **condition}}
        return {"Put": {"TableName": self.table, "Item": attributes({**item, **key}), **condition}}

    def invite(self, invitation: Invitation) -> None:
        self.client.put_item(**self._put_invitation(invitation, "attribute_not_exists(address)"))

    def invitation(self, digest: str) -> Invitation | None:
        key = attributes(_invitation_key(digest))
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _invitations.read(values(item)) if item else None

    def _put_invitation(self, invitation: Invitation, condition: str) -> dict[str, Any]:
        gone_at = int((invitation.expires_at + _INVITATION_KEPT).timestamp())
        item = {**_invitations.plain(invitation), **_invitation_key(invitation.digest), "gone_at": gone_at}
        return {"TableName": self.table, "Item": attributes(item), "ConditionExpression": condition}

    def forget(self, contact: Contact) -> None:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="address = :address AND #item BETWEEN :audit AND :consents",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes(
                {":address": contact.address, ":audit": _AUDIT, ":consents": f"{_CONSENT}~"}
            ),
            ProjectionExpression="address, #item",
            ConsistentRead=True,
        )
        for key in [key for page in pages for key in page["Items"]]:
            self.client.delete_item(TableName=self.table, Key=key)
        try:
            self.client.delete_item(
                TableName=self.table,
                Key=attributes({"address": contact.address, "item": _CONTACT}),
                ConditionExpression="revision = :believed",
                ExpressionAttributeValues=attributes({":believed": contact.revision}),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the contact changed: read it again") from error
            raise

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
        if consent != contact.consent(account):
            writes.append(self._put_refusal(changed, account, evidence.kind, evidence.wording, evidence.by))
        transact(self.client, writes, self.pause, [ConflictError, AlreadyRecordedError])

    def _put_refusal(
        self, contact: Contact, account: str, kind: ConsentEvent | Literal["carried"], wording: str, by: str | None
    ) -> dict[str, Any]:
        """One write of a transaction: what led to a consent, in the index of refusals while it is one."""
        consent = contact.consent(account)
        refusal = Refusal(
            address=contact.address,
            account=account,
            customer_id=contact.customer_id,
            consent=consent,
            kind=kind,
            wording=wording,
            by=by,
        )
        item = {**_refusals.plain(refusal), "item": f"{_CONSENT}{account}"}
        if not consent.allows_automation and consent.since:
            item |= {"refused": account, "place": f"{to_text(consent.since)}#{_digest(contact.address)}"}
        return {"Put": {"TableName": self.table, "Item": attributes(item)}}

    def refusals(self, account: str, before: Before | None, limit: int) -> Sequence[Filed[Refusal]]:
        found = query_page(self.client, self.table, "refusals", {"refused": account}, "place", before, limit)
        return [Filed(item["place"], _refusals.read(item)) for item in found]

    def refusal(self, address: str, account: str) -> Refusal | None:
        key = attributes({"address": address, "item": f"{_CONSENT}{account}"})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _refusals.read(values(item)) if item else None

    def has_evidence(self, contact: Contact, account: str, provider_id: str) -> bool:
        key = attributes({"address": contact.address, "item": _audit_key(account, provider_id)})
        return "Item" in self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)

    def count_acknowledgement(
        self, contact: Contact, acknowledged: dict[str, datetime], wordings: dict[str, str]
    ) -> None:
        self._change(replace(contact, acknowledged=acknowledged, wordings=wordings), "acknowledged", "wordings")

    def suppress(self, contact: Contact, reason: str | None) -> None:
        self._change(replace(contact, undeliverable=reason), "undeliverable")

    def mark(self, contact: Contact, mark: Mark | None) -> None:
        self._change(replace(contact, mark=mark), "mark")

    def describe(self, contact: Contact, first_name: str | None, zone: str | None) -> None:
        self._change(replace(contact, first_name=first_name, zone=zone), "first_name", "zone")

    def count_attempts(self, contact: Contact, attempts: dict[str, datetime]) -> None:
        self._change(replace(contact, attempts=attempts), "attempts")

    def _change(self, changed: Contact, *names: str) -> None:
        try:
            self.client.update_item(**self._update(changed, *names))
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the contact changed: read it again") from error
            raise

    def _update(self, changed: Contact, *names: str) -> dict[str, Any]:
        """Replace attributes, if the contact is still as it was read."""
        plain = self._plain(changed)
        given = {f":{name}": plain.get(name) for name in names}
        return {
            "TableName": self.table,
            "Key": attributes({"address": changed.address, "item": _CONTACT}),
            "UpdateExpression": "SET revision = :next, " + ", ".join(f"#{name} = :{name}" for name in names),
            "ConditionExpression": "revision = :believed",
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": attributes(
                {**given, ":believed": changed.revision, ":next": changed.revision + 1}
            ),
        }

    @staticmethod
    def _plain(contact: Contact) -> dict[str, Any]:
        return {**_contacts.plain(contact), "item": _CONTACT}


def _digest(address: str) -> str:
    """Tells places apart without an address: they stand in cursors, and so in URLs."""
    return sha256(address.encode("utf-8", "replace")).hexdigest()[:16]


def _audit_key(account: str, provider_id: str) -> str:
    return f"{_AUDIT}{account}#{provider_id}"


def _person_key(customer_id: str) -> dict[str, str]:
    return {"address": f"customer#{customer_id}", "item": _PERSON}


def _invitation_key(digest: str) -> dict[str, str]:
    return {"address": f"code#{digest}", "item": _INVITATION}


def _as_contact(item: Attributes) -> Contact:
    return _contacts.read(values(item))
