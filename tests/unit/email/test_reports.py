"""Delivery reports, complaints, receipts and calendars' answers: by the standards, and as they come."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.channels.email.mail import Mail, read
from switchboard.channels.email.reports import Report, event, find_report, notified
from switchboard.message import Category, DeliveryReport, DeliveryStatus, Received, Unhandled
from tests.growth import grows_no_faster

COMMON: dict[str, Any] = {"channel": "email", "account": "acme", "provider_id": "1"}
HEADERS = "From: Mail Delivery System <mailer-daemon@mx.example>\nTo: us@acme.example\nReturn-Path: <>\n"
COPY = "--b\nContent-Type: message/rfc822\n\nMessage-ID: <sent-1@acme.example>\nSubject: Hi\n\nHello\n--b--\n"


def _standard(*recipients: str) -> str:
    """A report by RFC 3464 with a block of fields per recipient."""
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\nSubject: Undelivered\n\n"
    status = "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n" + "\n".join(recipients)
    return f"{HEADERS}{kind}--b\n\nIt could not be delivered.\n{status}\n{COPY}"


def _recipient(address: str, action: str, status: str, diagnosis: str = "") -> str:
    told = f"Diagnostic-Code: smtp; {diagnosis}\n" if diagnosis else ""
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n{told}"


def _prose(text: str, subject: str = "failure notice", headers: str = HEADERS) -> str:
    return f"{headers}Subject: {subject}\n\n{text}"


def _found(raw: str) -> Report:
    report = find_report(read(raw.encode()))
    assert report is not None
    return report


def _event(raw: str) -> Received:
    return event(_found(raw), COMMON)


def _delivered(raw: str) -> DeliveryReport:
    told = _event(raw)
    assert isinstance(told, DeliveryReport)
    return told


def test_EM_14_a_bounce_says_who_why_and_which_mail() -> None:
    told = _delivered(_standard(_recipient("jane@customer.example", "failed", "5.1.1", "550 5.1.1 User unknown")))
    assert told.delivery.model_dump() == {
        "status": DeliveryStatus.BOUNCED,
        "dsn": "5.1.1",
        "hard": True,
        "reason": "user_unknown",
        "recipient": "jane@customer.example",
    }
    assert told.original_id == "sent-1@acme.example"
    assert told.delivery_recipients == ()


def test_EM_14_each_recipient_of_a_report_has_a_delivery_and_the_worst_speaks_for_all() -> None:
    told = _delivered(
        _standard(
            _recipient("a@customer.example", "delivered", "2.0.0"),
            _recipient("b@customer.example", "failed", "5.2.2", "552 mailbox full"),
            _recipient("c@customer.example", "failed", "5.1.1"),
        )
    )
    assert [(each.recipient, each.status, each.hard) for each in told.delivery_recipients] == [
        ("a@customer.example", "delivered", False),
        ("b@customer.example", "bounced", False),
        ("c@customer.example", "bounced", True),
    ]
    assert told.delivery.recipient == "c@customer.example"


def test_EM_14_recipients_without_a_blank_line_between_them_are_told_apart() -> None:
    joined = _recipient("a@x.example", "failed", "5.1.1") + _recipient("b@x.example", "failed", "5.2.2")
    told = _delivered(_standard(joined))
    assert [each.dsn for each in told.delivery_recipients] == ["5.1.1", "5.2.2"]


def test_EM_14_a_delay_is_no_bounce() -> None:
    told = _delivered(_standard(_recipient("jane@customer.example", "delayed", "4.4.1")))
    assert (told.delivery.status, told.delivery.hard) == ("delayed", False)


def test_EM_14_a_report_that_all_went_well_is_no_bounce() -> None:
    report = _found(_standard(_recipient("jane@customer.example", "delivered", "2.0.0")))
    assert (report.category, report.deliveries[0].status) == (Category.NOTIFICATION, "delivered")


def test_EM_14_a_temporary_failure_that_was_given_up_is_a_soft_bounce() -> None:
    told = _delivered(_standard(_recipient("jane@customer.example", "failed", "4.4.7", "delivery time expired")))
    assert (told.delivery.status, told.delivery.hard, told.delivery.reason) == ("bounced", False, "expired")


def test_EM_14_the_servers_own_code_counts_before_a_vague_status() -> None:
    told = _delivered(_standard(_recipient("jane@customer.example", "failed", "5.0.0", "550 5.7.1 Rejected as spam")))
    assert (told.delivery.dsn, told.delivery.reason) == ("5.7.1", "spam")


def test_EM_14_what_the_fields_leave_out_stands_in_the_text() -> None:
    raw = _standard(_recipient("jane@customer.example", "failed", "5.0.0")).replace(
        "It could not be delivered.", "jane@customer.example: 552 5.2.2 Mailbox full"
    )
    assert (_delivered(raw).delivery.dsn, _delivered(raw).delivery.reason) == ("5.2.2", "mailbox_full")


@pytest.mark.parametrize(
    ("diagnosis", "dsn", "reason", "hard"),
    [
        ("550 No such user here", "5.0.0", "user_unknown", True),
        ("Host or domain name not found", "5.4.4", "host_unknown", True),
        ("550 recipient has moved", "5.1.6", "moved", True),
        ("452 4.2.2 over quota", "4.2.2", "mailbox_full", False),
        ("550 account is disabled", "5.2.1", "disabled", False),
        ("552 message size exceeds limit", "5.3.4", "too_large", False),
        ("550 fails DMARC policy", "5.7.26", "authentication", False),
        ("554 blocked using zen.example", "5.7.1", "blocked", False),
        ("554 looks like spam", "5.7.1", "spam", False),
        ("451 connection refused", "4.4.1", "network", False),
        ("554 relay access denied", "5.7.1", "refused", False),
    ],
)
def test_EM_14_a_reason_is_named_and_only_a_bad_address_is_hard(
    diagnosis: str, dsn: str, reason: str, *, hard: bool
) -> None:
    told = _delivered(_standard(_recipient("jane@customer.example", "failed", dsn, diagnosis)))
    assert (told.delivery.reason, told.delivery.hard) == (reason, hard)


@pytest.mark.parametrize(
    "text",
    [
        "I wasn't able to deliver it.\n\n<jane@customer.example>:\nRemote host said: 550 5.1.1 User unknown\n",
        "These failed:\n\n  jane@customer.example\n    550 5.1.1 <jane@customer.example>... User unknown\n",
        "Your message to jane@customer.example could not be delivered: 5.1.1 no such user.\n",
        "  ----- Transcript of session follows -----\n550 5.1.1 <jane@customer.example>... unknown user\n",
    ],
)
def test_EM_14_a_bounce_in_prose_is_read(text: str) -> None:
    told = _delivered(_prose(text))
    found = (told.delivery.status, told.delivery.recipient, told.delivery.dsn, told.delivery.hard)
    assert found == ("bounced", "jane@customer.example", "5.1.1", True)


def test_EM_14_each_paragraph_of_prose_is_a_recipient() -> None:
    text = "<a@x.example>:\n550 5.1.1 User unknown\n\n<b@x.example>:\n552 5.2.2 Mailbox full\n"
    assert [each.dsn for each in _delivered(_prose(text)).delivery_recipients] == ["5.1.1", "5.2.2"]


def test_EM_14_the_copy_below_a_bounce_is_not_read_as_its_reason() -> None:
    text = "<a@x.example>:\nNo such user.\n\n--- Below is a copy of it.\n\nMessage-ID: <7@acme.example>\n\n552 5.2.2\n"
    told = _delivered(_prose(text))
    assert (told.delivery.dsn, told.original_id) == (None, "7@acme.example")


def test_EM_14_a_warning_in_prose_is_a_delay() -> None:
    text = "This is a warning message only.\n\n<jane@customer.example>: 451 4.4.1 timed out\nIt will be retried.\n"
    assert _delivered(_prose(text, "Warning: could not send message")).delivery.status == "delayed"


def test_EM_14_addresses_like_version_numbers_are_no_codes() -> None:
    text = "<jane@customer.example>:\nInternet Mail Service (5.5.2657.72) at 4.2.2.1 says: unknown user\n"
    assert _delivered(_prose(text)).delivery.dsn is None


def test_EM_14_a_customer_who_writes_of_a_bounce_is_a_customer() -> None:
    person = "From: Jane <jane@customer.example>\nReturn-Path: <jane@customer.example>\n"
    text = "I get 550 5.1.1 User unknown for bob@x.example. What is wrong?"
    assert find_report(read(_prose(text, "My mail bounces", person).encode())) is None


def test_EM_14_a_vacation_notice_is_no_bounce() -> None:
    text = "I am away until Monday. Please write to neko@customer.example or call +1 550 555 0100."
    person = "From: Jane <jane@customer.example>\nReturn-Path: <>\nAuto-Submitted: auto-replied\n"
    assert find_report(read(_prose(text, "Automatic reply: Hello", person).encode())) is None


def _complaint(kind: str) -> str:
    return (
        "From: fbl@isp.example\nReturn-Path: <fbl@isp.example>\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nA complaint.\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\n"
        f"Original-Rcpt-To: jane@isp.example\n{COPY}"
    )


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out"])
def test_EM_14_a_complaint_is_told_with_its_kind(kind: str) -> None:
    told = _delivered(_complaint(kind))
    assert (told.delivery.status, told.delivery.reason) == ("complained", kind)
    assert (told.delivery.recipient, told.original_id) == ("jane@isp.example", "sent-1@acme.example")
    assert _found(_complaint(kind)).category is Category.COMPLAINT


def test_EM_14_a_complaint_without_its_fields_is_known_by_subject_and_copy() -> None:
    headers = "From: staff@isp.example\nSubject: complaint about message from 192.0.2.1\n"
    assert _delivered(f"{headers}Content-Type: multipart/mixed; boundary=b\n\n{COPY}").delivery.status == "complained"
    assert find_report(read(f"{headers}\nYou are rude.".encode())) is None


def test_EM_14_an_unsubscription_by_a_mail_program_is_a_complaint() -> None:
    headers = "From: jane@customer.example\nSubject: unsubscribe\n"
    assert _delivered(f"{headers}Auto-Submitted: auto-replied\n\nSent for you.").delivery.reason == "opt-out"
    assert find_report(read(f"{headers}\nPlease.".encode())) is None


def _notice(**members: Any) -> str:
    text = json.dumps({"mail": {"messageId": "0102-ses"}} | members)
    wrapped = f"{text[:40]}!\n {text[40:]}"
    return f"From: no-reply@sns.example\nReturn-Path: <1@ses.example>\nSubject: Notification\n\n{wrapped}\n--\nBye\n"


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        (
            {
                "notificationType": "Bounce",
                "bounce": {
                    "bouncedRecipients": [{"emailAddress": "j@x.example", "diagnosticCode": "550 5.1.1 unknown user"}]
                },
            },
            "bounced",
            "user_unknown",
        ),
        (
            {
                "eventType": "Complaint",
                "complaint": {
                    "complainedRecipients": [{"emailAddress": "j@x.example"}],
                    "complaintFeedbackType": "fraud",
                },
            },
            "complained",
            "fraud",
        ),
        (
            {"eventType": "DeliveryDelay", "deliveryDelay": {"delayedRecipients": [{"emailAddress": "j@x.example"}]}},
            "delayed",
            None,
        ),
        ({"eventType": "Delivery", "delivery": {"recipients": ["j@x.example"]}}, "delivered", None),
    ],
)
def test_EM_25_a_notice_of_ses_is_read(members: dict[str, Any], status: str, reason: str | None) -> None:
    told = _delivered(_notice(**members))
    found = (told.delivery.status, told.delivery.reason, told.delivery.recipient, told.original_id)
    assert found == (status, reason, "j@x.example", "0102-ses")


@pytest.mark.parametrize("value", [None, 7, "x", [], [None, 7, {}], {"bouncedRecipients": 7}])
def test_EM_25_a_broken_notice_is_read_without_an_error(value: object) -> None:
    assert notified({"notificationType": "Bounce", "bounce": value, "mail": value}) is not None
    assert notified({"notificationType": value}) is None


def test_EM_14_a_read_receipt_is_no_message() -> None:
    kind = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
    receipt = "--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n--b--\n"
    told = _event(f"From: jane@customer.example\n{kind}{receipt}")
    assert isinstance(told, Unhandled)
    assert told.kind == "system"


def test_EM_14_the_code_of_a_reply_counts_before_one_that_a_gateway_put_in_front() -> None:
    told = "5.1.0 - Unknown address error 550-'5.2.2 <jane@customer.example>... Mailbox full'"
    found = _delivered(_standard(_recipient("jane@customer.example", "failed", "5.1.0", told)))
    assert (found.delivery.dsn, found.delivery.reason) == ("5.2.2", "mailbox_full")


def test_EM_14_what_no_field_says_stands_in_the_prose_above() -> None:
    raw = _standard(_recipient("jane@customer.example", "failed", "5.0.0"))
    found = _delivered(raw.replace("It could not be delivered.", "The address couldn't be found. Check for typos."))
    assert (found.delivery.reason, found.delivery.hard) == ("user_unknown", True)


@pytest.mark.parametrize(
    "diagnosis",
    [
        "SMTP error from remote mail server after MAIL FROM:<us@acme.example>: 553 5.1.0 acme.example does not exist",
        "550 5.1.8 Sender address rejected: Domain not found",
        "550 The group does not exist, or you may not have permission to post messages to it",
    ],
)
def test_EM_25_what_is_wrong_with_the_sender_says_nothing_bad_of_the_address(diagnosis: str) -> None:
    found = _delivered(_standard(_recipient("jane@customer.example", "failed", "5.0.0", diagnosis)))
    assert (found.delivery.reason, found.delivery.hard) == ("refused", False)


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "CANCEL"])
def test_EM_12_a_calendars_answer_is_no_message(method: str) -> None:
    calendar = f"BEGIN:VCALENDAR\nMETHOD:{method}\n"
    raw = f"From: jane@customer.example\nContent-Type: text/calendar; method={method}\n\n{calendar}"
    assert _found(raw).category is Category.CALENDAR
    assert isinstance(_event(raw), Unhandled)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=1500))
def test_EM_7_any_text_of_a_machine_is_read_without_an_error(text: str) -> None:
    find_report(read(_prose(text).encode("utf-8", "replace")))
    find_report(read(_standard(text).encode("utf-8", "replace")))


@pytest.mark.parametrize(
    "piece", ["a", "a@", "@", "<a@b.c>\n", "5.1.1 ", "5.", "-", "x: ", " \n", "a@b.c: 550 ", "<", "(("]
)
def test_EM_7_the_time_to_read_a_machines_text_grows_with_it_and_no_faster(piece: str) -> None:
    def mails(size: int) -> list[Mail]:
        text = (piece * size)[:size]
        return [read(_prose(text).encode()), read(_standard(text).encode())]

    assert grows_no_faster(mails, lambda given: [find_report(mail) for mail in given])
