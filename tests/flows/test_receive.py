"""Every row of rule X-2, and what is behind it: nothing kept of what isn't verified, nothing lost of what is."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from typing_extensions import override

from switchboard.channels import Request, channel
from switchboard.errors import BusRefusedError, SecretMissingError
from switchboard.events import Event, MessageQuarantined, MessageReceived
from switchboard.flows.receive import Verdict, receive
from switchboard.message import DeliveryReport, DeliveryStatus, Message, Unhandled
from switchboard.policy import load_policy
from tests.world import MONDAY, ROOT

POLICY = load_policy(ROOT / "policy.yaml")
SMS = channel("sms")
URL = "https://switchboard.example/sms/acme-sms"
SID, TOKEN, NEXT_TOKEN = f"AC{'0' * 32}", "0" * 32, "1" * 32
OURS, CUSTOMER = "+15550100100", "+15551230001"
TEXT = {"MessageSid": "SM1", "AccountSid": SID, "From": CUSTOMER, "To": OURS, "Body": "héllo"}
REPORT = {"MessageSid": "SM2", "AccountSid": SID, "From": OURS, "To": CUSTOMER, "MessageStatus": "delivered"}


@dataclass
class Edge:
    """The ports of ingest, remembering what reached them."""

    known: list[dict[str, str]] = field(default_factory=lambda: [{"account_sid": SID, "auth_token": TOKEN}])
    rotated: list[dict[str, str]] | None = None
    refreshes: int = 0
    bus_is_down: bool = False
    published: list[Event] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)

    def of(self, account: str) -> Sequence[dict[str, str]]:
        if not self.known:
            raise SecretMissingError("no value yet")
        return self.known

    def refresh(self, account: str) -> bool:
        self.refreshes += 1
        if self.rotated is None:
            return False
        self.known, self.rotated = self.rotated, None
        return True

    def publish(self, events: Sequence[Event]) -> None:
        if self.bus_is_down:
            raise BusRefusedError("out of reach")
        self.published.extend(events)

    def keep(self, key: str, raw: bytes) -> None:
        self.kept[key] = raw

    def fetch(self, key: str) -> bytes:
        return self.kept[key]

    def take(self, request: Request, account: str = "acme-sms") -> Verdict:
        return receive(
            request,
            account,
            channel=SMS,
            policy=POLICY,
            secrets=self,
            bus=self,
            raw=lambda: self,
            clock=lambda: MONDAY,
        )


def signed(fields: Mapping[str, str] | bytes, token: str = TOKEN, url: str = URL, **changes: Any) -> Request:
    """A call that was signed with a token; `changes` happen to it afterwards."""
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    said = "" if isinstance(fields, bytes) else "".join(k + v for k, v in sorted(fields.items()))
    signature = base64.b64encode(hmac.digest(token.encode(), (url + said).encode(), "sha1")).decode()
    return replace(Request("POST", url, {"x-twilio-signature": signature}, body), **changes)


def test_X_2_a_verified_new_message_is_on_the_bus_and_answered_200() -> None:
    edge = Edge()
    assert edge.take(signed(TEXT)) == Verdict(HTTPStatus.OK, "message", 1)
    (event,) = edge.published
    assert isinstance(event, MessageReceived)
    assert isinstance(event.message, Message)
    assert (event.message.text, event.at) == ("héllo", MONDAY)


def test_X_1_before_the_answer_a_message_is_put_on_the_bus_and_nothing_else_is_done() -> None:
    done: list[str] = []

    class Watched(Edge):
        @override
        def publish(self, events: Any) -> None:
            done.append("publish")

        @override
        def keep(self, key: str, raw: bytes) -> None:
            done.append("keep")

    assert Watched().take(signed(TEXT)).status is HTTPStatus.OK
    assert done == ["publish"]


def test_X_2_a_verified_duplicate_is_answered_200_with_the_same_id() -> None:
    edge = Edge()
    edge.take(signed(TEXT))
    assert edge.take(signed(TEXT)).status is HTTPStatus.OK
    first, second = edge.published
    assert first == second


def test_X_2_what_cannot_be_parsed_is_quarantined_with_its_bytes_and_answered_200() -> None:
    edge, broken = Edge(), {**TEXT, "MessageSid": "not a sid"}
    request = signed(broken)
    assert edge.take(request) == Verdict(HTTPStatus.OK, "quarantined:bad_message_sid")
    (event,) = edge.published
    assert isinstance(event, MessageQuarantined)
    assert edge.kept == {event.key: request.body}
    assert (event.reason, event.size) == ("bad_message_sid", len(request.body))
    assert event.key.startswith("quarantine/acme-sms/")


def test_X_2_a_redelivery_of_what_cannot_be_parsed_is_the_same_item() -> None:
    edge, request = Edge(), signed({**TEXT, "MessageSid": "not a sid"})
    edge.take(request)
    edge.take(request)
    first, second = edge.published
    assert first == second
    assert len(edge.kept) == 1


@pytest.mark.parametrize(
    "request_",
    [
        signed(TEXT, token="f" * 32),
        signed(TEXT, headers={}),
        signed(TEXT, headers={"x-twilio-signature": "no base64 é"}),
        signed(TEXT, body=urlencode({**TEXT, "Body": "other words"}).encode()),
        signed(TEXT, url="https://evil.example/sms/acme-sms"),
        signed(TEXT, body=b"\xff%zz"),
        signed({**TEXT, "To": "+15550100200"}),
        signed({**TEXT, "AccountSid": f"AC{'9' * 32}"}),
    ],
    ids=["other token", "no header", "no base64", "other body", "other url", "no form", "other number", "other owner"],
)
def test_X_2_X_12_what_is_not_verified_is_answered_403_and_nothing_of_it_is_kept(request_: Request) -> None:
    edge = Edge()
    verdict = edge.take(replace(request_, url=URL))
    assert verdict == Verdict(HTTPStatus.FORBIDDEN, "unverified")
    assert verdict.metric == "SignatureFailed"
    assert (edge.published, edge.kept) == ([], {})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_X_2_a_wrong_method_is_answered_405(method: str) -> None:
    verdict = Edge().take(signed(TEXT, method=method))
    assert (verdict.status, verdict.metric) == (HTTPStatus.METHOD_NOT_ALLOWED, "Refused")


def test_X_2_what_is_too_large_is_answered_413_before_anything_is_computed() -> None:
    edge = Edge()
    assert edge.take(signed(b"a" * (SMS.body_limit + 1))).status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert edge.refreshes == 0


def test_X_2_the_largest_allowed_body_is_taken() -> None:
    fill = SMS.body_limit - len(urlencode({**TEXT, "Body": ""}))
    assert Edge().take(signed({**TEXT, "Body": "a" * fill})).status is HTTPStatus.OK


@pytest.mark.parametrize("fields", [TEXT, {**TEXT, "MessageSid": "not a sid"}])
def test_X_2_with_the_bus_down_it_is_503_and_nothing_is_half_done(fields: dict[str, str]) -> None:
    edge = Edge(bus_is_down=True)
    assert edge.take(signed(fields)) == Verdict(HTTPStatus.SERVICE_UNAVAILABLE, "bus_refused")
    edge.bus_is_down = False
    assert edge.take(signed(fields)).status is HTTPStatus.OK
    assert len(edge.published) == 1
    assert len(edge.kept) <= 1


def test_an_account_that_nobody_configured_is_answered_like_a_wrong_signature() -> None:
    assert Edge().take(signed(TEXT), account="nobody") == Verdict(HTTPStatus.FORBIDDEN, "unknown_account")


def test_an_account_of_another_channel_is_unknown_here() -> None:
    account = POLICY.accounts["acme-sms"].model_copy(update={"channel": "telegram"})
    edge = Edge()
    verdict = receive(
        signed(TEXT),
        "acme-sms",
        channel=SMS,
        policy=POLICY.model_copy(update={"accounts": {"acme-sms": account}}),
        secrets=edge,
        bus=edge,
        raw=lambda: edge,
        clock=lambda: MONDAY,
    )
    assert verdict.status is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("known", [[], [{}], [{"account_sid": SID, "auth_token": ""}], [{"auth_token": TOKEN}]])
def test_X_13_without_a_real_secret_nothing_is_verified(known: list[dict[str, str]]) -> None:
    edge = Edge(known=known)
    assert edge.take(signed(TEXT, token="")).status is HTTPStatus.FORBIDDEN
    assert edge.take(signed(TEXT)).status is HTTPStatus.FORBIDDEN
    assert edge.published == []


def test_SEC_12_a_rotated_secret_is_picked_up_within_the_same_call() -> None:
    edge = Edge(rotated=[{"account_sid": SID, "auth_token": NEXT_TOKEN}])
    assert edge.take(signed(TEXT, token=NEXT_TOKEN)).status is HTTPStatus.OK
    assert edge.refreshes == 1


def test_SEC_12_the_previous_secret_still_verifies() -> None:
    edge = Edge(known=[{"account_sid": SID, "auth_token": t} for t in (NEXT_TOKEN, TOKEN)])
    assert edge.take(signed(TEXT)).status is HTTPStatus.OK
    assert edge.refreshes == 0


def test_SEC_12_a_wrong_signature_asks_for_fresh_secrets_and_stays_wrong() -> None:
    edge = Edge(rotated=[{"account_sid": SID, "auth_token": NEXT_TOKEN}])
    assert edge.take(signed(TEXT, token="f" * 32)).status is HTTPStatus.FORBIDDEN
    assert edge.refreshes == 1


def test_X_14_what_we_sent_ourselves_is_no_message() -> None:
    edge = Edge()
    assert edge.take(signed({**TEXT, "From": OURS, "To": CUSTOMER})).outcome == "echo"
    (event,) = edge.published
    assert isinstance(event, MessageReceived)
    assert isinstance(event.message, Unhandled)


def test_X_7_a_delivery_report_is_forwarded_with_our_ids() -> None:
    edge = Edge()
    url = f"{URL}?conversation=acme-sms.c1.1&message=reply.1.k"
    assert edge.take(signed(REPORT, url=url)).outcome == "delivery_status"
    (event,) = edge.published
    assert isinstance(event, MessageReceived)
    assert isinstance(event.message, DeliveryReport)
    assert event.message.delivery.status is DeliveryStatus.DELIVERED
    assert (event.message.conversation_id, event.message.message_id) == ("acme-sms.c1.1", "reply.1.k")


@pytest.mark.parametrize("status", ["queued", "sending", "sent"])
def test_a_report_that_tells_nothing_new_is_answered_and_not_forwarded(status: str) -> None:
    edge = Edge()
    assert edge.take(signed({**REPORT, "MessageStatus": status})) == Verdict(HTTPStatus.OK, "delivery_status", 0)
    assert edge.published == []


def test_a_call_with_nothing_in_it_is_answered_200() -> None:
    edge = Edge()
    empty = replace(SMS, parse=lambda *_: [])
    verdict = receive(
        signed(TEXT),
        "acme-sms",
        channel=empty,
        policy=POLICY,
        secrets=edge,
        bus=edge,
        raw=lambda: edge,
        clock=lambda: MONDAY,
    )
    assert verdict == Verdict(HTTPStatus.OK, "empty", 0)
    assert verdict.metric == "Received"
