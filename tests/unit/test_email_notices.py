"""What SES says became of the mail that we sent, and the tags by which it says which mail."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels.email import known_as, tags
from switchboard.channels.email.events import arrivals
from switchboard.channels.email.notices import report, sending_event
from switchboard.channels.email.parse import parse_mail
from switchboard.errors import UnparseableError
from switchboard.message import DeliveryReport, DeliveryStatus

ACCOUNTS = {"acme-email": "support@acme.example", "acme-returns-email": "returns@acme.example"}
CONVERSATION, MESSAGE = "acme-email.k3jq.d41d8cd98f.1", "reply.1.5f2c-a1"
SES_ID = "0100019a0c0ffee0-1234-000000"
MAIL: dict[str, Any] = {
    "timestamp": "2026-11-02T09:00:00.000Z",
    "messageId": SES_ID,
    "source": "Acme <support@acme.example>",
    "destination": ["jane@customer.example", "Bob <bob@customer.example>"],
    "tags": {
        "ses:configuration-set": ["switchboard-dev"],
        "conversation": [tags.encode(CONVERSATION)],
        "message": [tags.encode(MESSAGE)],
    },
}
BOUNCE: dict[str, Any] = {
    "eventType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": "jane@customer.example",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2026-11-02T09:00:02.669Z",
        "feedbackId": "feedback-1",
    },
    "mail": MAIL,
}
DELIVERY: dict[str, Any] = {
    "eventType": "Delivery",
    "delivery": {
        "timestamp": "2026-11-02T09:00:03.000Z",
        "recipients": ["jane@customer.example"],
        "smtpResponse": "250 2.6.0 Message received",
    },
    "mail": MAIL,
}
DELAY: dict[str, Any] = {
    "eventType": "DeliveryDelay",
    "deliveryDelay": {
        "timestamp": "2026-11-02T09:10:00.000Z",
        "delayType": "MailboxFull",
        "delayedRecipients": [
            {"emailAddress": "jane@customer.example", "status": "4.2.2", "diagnosticCode": "452 4.2.2 over quota"}
        ],
    },
    "mail": MAIL,
}
COMPLAINT: dict[str, Any] = {
    "eventType": "Complaint",
    "complaint": {
        "timestamp": "2026-11-02T10:00:00.000Z",
        "feedbackId": "feedback-2",
        "complaintFeedbackType": "abuse",
        "complainedRecipients": [{"emailAddress": "jane@customer.example"}, {"emailAddress": "bob@customer.example"}],
    },
    "mail": MAIL,
}
REJECT: dict[str, Any] = {"eventType": "Reject", "reject": {"reason": "Bad content"}, "mail": MAIL}
FAILURE: dict[str, Any] = {"eventType": "Rendering Failure", "failure": {"errorMessage": "?"}, "mail": MAIL}
ALL = [BOUNCE, DELIVERY, DELAY, COMPLAINT, REJECT, FAILURE]


def reported(event: dict[str, Any]) -> DeliveryReport:
    found = report(event, ACCOUNTS)
    assert found
    return found


def bounce(**changes: Any) -> dict[str, Any]:
    return {**BOUNCE, "bounce": {**BOUNCE["bounce"], **changes}}


# -- tags --------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=21))
def test_a_tag_is_of_the_letters_that_ses_takes_and_can_be_read_back(identifier: str) -> None:
    value = tags.encode(identifier)
    assert value
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value)
    assert tags.decode(value) == identifier


@given(st.text(max_size=300))
def test_whatever_a_tag_holds_decoding_says_it_or_nothing(value: str) -> None:
    decoded = tags.decode(value)
    assert decoded is None or tags.encode(decoded) is None or tags.decode(tags.encode(decoded) or "") == decoded


def test_ids_stay_readable_as_tags_and_two_never_become_one() -> None:
    assert tags.encode(CONVERSATION) == "acme-email_2ek3jq_2ed41d8cd98f_2e1"
    assert len({tags.encode(identifier) for identifier in ("a.b", "a_b", "a-b", "a_2eb")}) == 4


@pytest.mark.parametrize("identifier", ["", "." * 86, "x" * 257])
def test_an_id_that_a_tag_cannot_hold_makes_none(identifier: str) -> None:
    assert tags.encode(identifier) is None


@pytest.mark.parametrize("value", ["", "a_b", "a_2", "_ff", "é", "a" * 257 + "_2e", "a\n"])
def test_what_is_no_tag_of_ours_is_not_decoded(value: str) -> None:
    assert tags.decode(value) is None


# -- what became of a mail ---------------------------------------------------------------------------


@pytest.mark.parametrize("event", ALL)
def test_EM_25_an_event_names_the_message_that_it_is_about(event: dict[str, Any]) -> None:
    found = reported(event)
    assert (found.channel, found.account, found.original_id) == ("email", "acme-email", SES_ID)
    assert (found.conversation_id, found.message_id) == (CONVERSATION, MESSAGE)
    assert found.provider_id.startswith(f"{SES_ID}.")
    assert found.sent_at


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (BOUNCE, DeliveryStatus.BOUNCED),
        (DELIVERY, DeliveryStatus.DELIVERED),
        (DELAY, DeliveryStatus.DELAYED),
        (COMPLAINT, DeliveryStatus.COMPLAINED),
        (REJECT, DeliveryStatus.FAILED),
        (FAILURE, DeliveryStatus.FAILED),
        ({**FAILURE, "eventType": "RenderingFailure"}, DeliveryStatus.FAILED),
    ],
)
def test_EM_25_each_kind_has_its_status(event: dict[str, Any], status: DeliveryStatus) -> None:
    assert reported(event).delivery.status is status


def test_EM_25_a_permanent_bounce_is_hard_and_tells_why() -> None:
    delivery = reported(BOUNCE).delivery
    assert (delivery.hard, delivery.dsn, delivery.reason) == (True, "5.1.1", "user_unknown")
    assert delivery.recipient == "jane@customer.example"


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_EM_25_any_other_bounce_is_not_hard_whatever_it_says(kind: str) -> None:
    assert reported(bounce(bounceType=kind)).delivery.hard is False


def test_EM_25_a_bounce_without_a_diagnosis_tells_why_by_its_subtype() -> None:
    silent = bounce(
        bounceSubType="OnAccountSuppressionList", bouncedRecipients=[{"emailAddress": "j@customer.example"}]
    )
    assert (reported(silent).delivery.reason, reported(silent).delivery.hard) == ("suppressed", True)


def test_EM_25_several_recipients_are_all_told() -> None:
    found = reported(COMPLAINT)
    assert [each.recipient for each in found.delivery_recipients] == ["jane@customer.example", "bob@customer.example"]
    assert reported(BOUNCE).delivery_recipients == ()


def test_EM_25_what_ses_itself_refused_failed_for_every_recipient() -> None:
    found = reported(REJECT)
    assert [each.recipient for each in found.delivery_recipients] == ["jane@customer.example", "bob@customer.example"]
    assert {(each.reason, each.hard) for each in found.delivery_recipients} == {("virus", False)}


def test_somebody_who_says_that_it_is_not_spam_does_not_complain() -> None:
    assert (
        report({**COMPLAINT, "complaint": {**COMPLAINT["complaint"], "complaintFeedbackType": "not-spam"}}, {}) is None
    )


@pytest.mark.parametrize("kind", ["Send", "Open", "Click", "Subscription", "Something New"])
def test_X_7_events_that_tell_nothing_of_a_mails_fate_are_passed_over(kind: str) -> None:
    assert report({"eventType": kind, "mail": MAIL}, ACCOUNTS) is None


def test_an_event_has_the_same_id_each_time_and_no_other_event_has_it() -> None:
    others = [bounce(feedbackId="feedback-9"), {**DELAY, "deliveryDelay": {**DELAY["deliveryDelay"], "timestamp": "x"}}]
    ids = [reported(event).provider_id for event in (*ALL[:-1], *others)]
    assert ids == [reported(event).provider_id for event in (*ALL[:-1], *others)]
    assert len(set(ids)) == len(ids)


def test_an_id_that_would_be_too_long_becomes_a_digest() -> None:
    assert len(reported(bounce(feedbackId="f" * 300)).provider_id) == 64


def test_without_our_tags_the_account_is_that_of_the_sender() -> None:
    found = reported({**BOUNCE, "mail": {**MAIL, "tags": {}, "source": "RETURNS@acme.example"}})
    assert (found.account, found.conversation_id, found.original_id) == ("acme-returns-email", None, SES_ID)


@pytest.mark.parametrize(
    "mail",
    [
        {**MAIL, "tags": {}, "source": "somebody@else.example"},
        {**MAIL, "tags": {"conversation": ["other_2ec1_2e1"]}, "source": None},
        {**MAIL, "messageId": None},
        {**MAIL, "messageId": ""},
    ],
)
def test_an_event_on_no_mail_of_ours_is_unparseable(mail: dict[str, Any]) -> None:
    with pytest.raises(UnparseableError):
        report({**BOUNCE, "mail": mail}, ACCOUNTS)


def test_an_event_without_recipients_is_unparseable() -> None:
    with pytest.raises(UnparseableError):
        report(bounce(bouncedRecipients=[]), ACCOUNTS)


# -- how it comes ------------------------------------------------------------------------------------


def test_EM_25_events_come_bare_or_wrapped_by_sns() -> None:
    wrapped = {"Type": "Notification", "TopicArn": "arn:x", "Message": json.dumps(BOUNCE)}
    assert sending_event(json.dumps(BOUNCE)) == sending_event(json.dumps(wrapped)) == BOUNCE


def test_EM_25_notifications_of_an_identity_say_the_same_under_another_name() -> None:
    told = {"notificationType": "Bounce", **{name: BOUNCE[name] for name in ("bounce", "mail")}}
    assert sending_event(json.dumps(told)) == told
    assert reported(told).delivery == reported(BOUNCE).delivery


@pytest.mark.parametrize(
    "notice",
    [
        json.dumps({"notificationType": "Received", "mail": MAIL}),
        json.dumps({"Records": []}),
        json.dumps({"eventType": "Bounce"}),
        json.dumps([BOUNCE]),
        "no json",
        "[" * 99999,
    ],
)
def test_any_other_notice_is_no_sending_event(notice: str) -> None:
    assert sending_event(notice) is None


def test_EM_1_sess_greeting_to_a_topic_brings_nothing() -> None:
    greeting = "Successfully validated SNS topic for Amazon SES event publishing."
    wrapped = {"Type": "Notification", "TopicArn": "arn:x", "Message": greeting}
    assert arrivals(greeting) == arrivals(json.dumps(wrapped)) == []


# -- a bounce that comes as mail ---------------------------------------------------------------------


@pytest.mark.parametrize("host", ["eu-west-1.amazonses.com", "email.amazonses.com"])
def test_EM_14_sess_id_can_be_read_out_of_a_bounce_that_comes_as_mail(host: str) -> None:
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@mx.customer.example>",
        "To: support@acme.example",
        "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.customer.example",
        "",
        "Final-Recipient: rfc822; jane@customer.example",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: <{SES_ID}@{host}>",
        "Subject: Re: Hello",
        "",
        "--b--",
    ]
    (found,) = parse_mail("\r\n".join(lines).encode(), account="acme-email")
    assert isinstance(found, DeliveryReport)
    assert found.original_id == f"{SES_ID}@{host}"
    assert known_as(found.original_id) == SES_ID
