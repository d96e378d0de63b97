"""The table of rule AK-2, row by row: what keeps silent, and what looks like it and doesn't."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.channels.email.automation import Exchange, Finding, acknowledge_to, decide, judge
from switchboard.channels.email.mail import Envelope, Mail, read
from switchboard.channels.email.verdicts import Verdict, Verdicts
from switchboard.message import Category

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
GOOD = Verdicts(*[Verdict.PASS] * 5)
OURS = {"support@acme.example", "@help.acme.example"}
PERSON = {
    "Return-Path": "<jane@customer.example>",
    "From": "Jane Doe <jane@customer.example>",
    "To": "support@acme.example",
    "Subject": "Where is my order?",
    "Date": "Mon, 23 Nov 2026 14:58:00 +0000",
    "Message-ID": "<1@customer.example>",
}


def _mail(body: str = "It hasn't come yet.", **headers: str | None) -> Mail:
    fields = PERSON | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return read("\r\n".join([*lines, "", body]).encode())


def _received(envelope: Envelope, **headers: str | None) -> Mail:
    return replace(_mail("Hello", **headers), envelope=envelope)


def _decide(mail: Mail, verdicts: Verdicts = GOOD, exchange: Exchange | None = None) -> Finding | None:
    return decide(mail, verdicts, OURS, NOW, exchange or Exchange())


def _row(mail: Mail, verdicts: Verdicts = GOOD, exchange: Exchange | None = None) -> int | None:
    found = _decide(mail, verdicts, exchange)
    return found.row if found else None


def test_AK_2_a_persons_mail_is_acknowledged() -> None:
    assert _decide(_mail()) is None
    assert judge(_mail(), GOOD, OURS, NOW).may_reply


# Row 1


@pytest.mark.parametrize("value", ["auto-replied", "Auto-Generated (failure)", "(a comment) auto-notified", "yes"])
def test_AK_2_row_1_what_was_submitted_by_a_machine_stays_unanswered(value: str) -> None:
    found = _decide(_mail(Auto_Submitted=value))
    assert found is not None
    assert (found.row, found.reason, found.machine) == (1, "auto_submitted", True)
    assert found.evidence.startswith("auto-submitted: ")


@pytest.mark.parametrize("value", ["no", "No", "no (a person)", ""])
def test_AK_2_row_1_auto_submitted_no_is_a_person(value: str) -> None:
    assert _decide(_mail(Auto_Submitted=value)) is None


def test_AK_2_row_1_every_occurrence_counts() -> None:
    raw = _mail(Auto_Submitted="no").raw.replace(b"From:", b"Auto-Submitted: auto-replied\r\nFrom:", 1)
    assert _row(read(raw)) == 1


# Row 2


@pytest.mark.parametrize("path", ["<>", "", " < > ", "<jane>", "<jane doe@customer.example>", "<@customer.example>"])
def test_AK_2_row_2_a_null_or_broken_sender_stays_unanswered(path: str) -> None:
    assert _row(_mail(Return_Path=path)) == 2


def test_AK_2_row_2_the_envelope_counts_before_the_header() -> None:
    assert _row(_received(Envelope(sender="", recipients=("support@acme.example",)))) == 2


def test_AK_2_row_2_what_came_through_ses_without_a_return_path_stays_unanswered() -> None:
    assert _row(_mail(Return_Path=None, X_SES_RECEIPT="AEFBQUFB")) == 2


def test_AK_2_row_2_a_sender_that_is_not_known_is_not_a_null_sender() -> None:
    assert _decide(_mail(Return_Path=None)) is None


# Row 3


@pytest.mark.parametrize(
    "local_part",
    [
        *("MAILER-DAEMON", "postmaster", "owner-news", "news-owner", "news-request", "news-bounces", "listserv"),
        *("no-reply", "noreply", "do_not_reply", "notifications", "alert", "bounce+x=y", "root", "noreply-orders"),
    ],
)
@pytest.mark.parametrize("header", ["From", "Return_Path"])
def test_AK_2_row_3_a_machines_address_stays_unanswered(header: str, local_part: str) -> None:
    found = _decide(_mail(**{header: f"<{local_part}@customer.example>"}))
    assert found is not None
    assert (found.row, found.reason) == (3, "system_address")
    assert "@" not in found.evidence


@pytest.mark.parametrize(
    "local_part", ["owner", "request", "bouncer", "mailman.jane", "rootes", "alertus", "norepl", "daemond", "notify.me"]
)
def test_AK_2_row_3_people_may_be_called_nearly_so(local_part: str) -> None:
    person = f"{local_part}@customer.example"
    assert _decide(_mail(From=person, Return_Path=f"<{person}>")) is None


# Row 4


@pytest.mark.parametrize(
    "path",
    [
        "<support@acme.example>",
        "<anybody@help.acme.example>",
        "<support+c.12.abc@acme.example>",
        "<SRS0=HHH=TT=acme.example=support@forwarder.example>",
        "<SRS1=HHH=other.example==HHH=TT=acme.example=support@forwarder.example>",
        "<prvs=1234567890=support@acme.example>",
        "<btv1==123456789ab==support@acme.example>",
    ],
)
def test_AK_2_row_4_our_own_address_stays_unanswered_however_it_is_wrapped(path: str) -> None:
    assert _row(_mail(Return_Path=path)) == 4


def test_AK_2_row_4_who_writes_to_themselves_stays_unanswered() -> None:
    assert _row(_mail(To="jane@customer.example", Delivered_To="support@acme.example")) == 4


@pytest.mark.parametrize(
    "path", ["<SRS0=HHH=TT=customer.example=jane@forwarder.example>", "<support@acme.example.org>"]
)
def test_AK_2_row_4_a_forwarded_customer_is_not_us(path: str) -> None:
    assert _decide(_mail(Return_Path=path)) is None


# Row 5


@pytest.mark.parametrize(
    "header",
    [
        *("List_Id", "List_Unsubscribe", "List_Help", "List_Post", "List_Archive", "Mailing_List", "X_Mailing_List"),
        *("X_BeenThere", "X_Mailman_Version", "X_List_Name", "X_ML_Name"),
    ],
)
def test_AK_2_row_5_mail_of_a_list_stays_unanswered(header: str) -> None:
    judged = judge(_mail(**{header: "<news.customer.example>"}), GOOD, OURS, NOW)
    assert (judged.may_reply, judged.reason, judged.category) == (False, "mailing_list", Category.LIST)
    assert not judged.generated


def test_AK_2_row_5_a_list_in_the_text_is_no_list() -> None:
    body = "List-Id: <news.customer.example>\r\nI am not on list@customer.example any more."
    assert _decide(_mail(body, Subject="List-Unsubscribe: how?")) is None


# Row 6


@pytest.mark.parametrize("header", ["Precedence", "X_Precedence"])
@pytest.mark.parametrize("value", ["bulk", "List", "junk", "auto_reply"])
def test_AK_2_row_6_bulk_mail_stays_unanswered(header: str, value: str) -> None:
    assert _row(_mail(**{header: value})) == 6


@pytest.mark.parametrize("value", ["normal", "first-class", "special-delivery", ""])
def test_AK_2_row_6_ordinary_precedence_is_answered(value: str) -> None:
    assert _decide(_mail(Precedence=value)) is None


def test_AK_2_row_6_a_person_may_write_through_a_list() -> None:
    assert not judge(_mail(Precedence="list"), GOOD, OURS, NOW).generated
    assert judge(_mail(Precedence="bulk"), GOOD, OURS, NOW).generated


# Row 7


@pytest.mark.parametrize("value", ["All", "OOF", "DR, AutoReply", "oof, rn"])
def test_AK_2_row_7_who_asks_for_no_automatic_reply_gets_none(value: str) -> None:
    assert _row(_mail(X_Auto_Response_Suppress=value)) == 7


@pytest.mark.parametrize("value", ["DR, NDR", "RN", "NRN", "None", ""])
def test_AK_2_row_7_who_wants_no_receipts_may_be_answered(value: str) -> None:
    assert _decide(_mail(X_Auto_Response_Suppress=value)) is None


# Row 8


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *[(name, "1") for name in ("X_Autoreply", "X_Autorespond", "X_Auto_Response", "X_AutoReply_From")],
        *[(name, "1") for name in ("X_Mail_Autoreply", "X_Autogenerated", "X_FC_MachineGenerated", "X_Cron_Env")],
        *[("X_GitHub_Reason", "mention"), ("X_Failed_Recipients", "x@y.example"), ("X_Loop", "yes")],
        *[("X_Loop", "support@acme.example"), ("Delivered_To", "Autoresponder"), ("X_Mailer", "AutoResponder 2")],
        *[("X_Company_Auto_Reply", "true"), ("X_Type", "holidayreply")],
    ],
)
def test_AK_2_row_8_a_machines_header_stays_unanswered(header: str, value: str) -> None:
    assert _row(_mail(**{header: value})) == 8


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *[("X_Loop", "somebody@else.example"), ("X_Autoreply", "no"), ("X_Mailer", "Automobile Mail")],
        *[("DKIM_Signature", "v=1; h=from:auto-submitted:to"), ("X_Google_DKIM_Signature", "h=auto-submitted")],
        *[
            ("Subject", "Your auto-reply never stops"),
            ("Thread_Topic", "auto-reply"),
            ("X_Original_Subject", "auto-reply"),
        ],
    ],
)
def test_AK_2_row_8_what_only_speaks_of_machines_is_answered(header: str, value: str) -> None:
    assert _decide(_mail(**{header: value})) is None


# Row 9


@pytest.mark.parametrize("kind", ["delivery-status", "disposition-notification", "feedback-report", "other"])
def test_AK_2_row_9_reports_stay_unanswered(kind: str) -> None:
    body = "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--b--"
    report = _mail(body, Content_Type=f"multipart/report; report-type={kind}; boundary=b")
    found = _decide(report)
    assert found is not None
    assert (found.row, found.reason, found.machine) == (9, "report_type", True)


@pytest.mark.parametrize("method", ["REPLY", "CANCEL", "COUNTER"])
def test_AK_2_row_9_a_calendars_answer_stays_unanswered(method: str) -> None:
    body = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nEND:VCALENDAR"
    assert _row(_mail(body, Content_Type=f"text/calendar; method={method}")) == 9


def test_AK_2_row_9_an_invitation_is_answered() -> None:
    body = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR"
    assert _decide(_mail(body, Content_Type="text/calendar; method=REQUEST")) is None


def test_AK_2_row_9_a_mail_without_text_and_file_stays_unanswered() -> None:
    assert _row(_mail(" \r\n")) == 9
    assert _row(_mail("<html><body><p>&nbsp;</p></body></html>", Content_Type="text/html")) == 9
    assert not judge(_mail(""), GOOD, OURS, NOW).generated


def test_AK_2_row_9_a_file_alone_is_answered() -> None:
    assert _decide(_mail("%PDF-", Content_Type="application/pdf")) is None
    assert _decide(_mail('<img src="cid:1">', Content_Type="text/html")) is None


# Row 10


@pytest.mark.parametrize(
    "subject",
    [
        *(
            "Auto: Your order",
            "Automatic reply: Hello",
            "Out of Office: Hello",
            "Autosvar: Hej",
            "Automatisk svar: Hei",
        ),
        *("Automatisch antwoord: Hallo", "Automatische Antwort: Hallo", "Abwesenheitsnotiz: Hallo", "Fuori sede: Ciao"),
        *("Risposta automatica: Ciao", "Respuesta automática: Hola", "Resposta automática: Olá", "Frånvaro: Hej"),
        *(
            "R\u00e9ponse automatique : Bonjour",
            "自動返信\uff1aこんにちは",
            "自动回复: 你好",
            "Автоответ: Привет",
            "[Auto-Reply] Hello",
        ),
        *(
            "Undeliverable: Hello",
            "Delivery Status Notification (Failure)",
            "Returned mail: see transcript for details",
        ),
        *(
            "Unzustellbar: Hallo",
            "Mail delivery failed: returning message to sender",
            "AUTO: Jane is out of the office",
        ),
        "Fwd: Returned mail: see transcript for details",
    ],
)
def test_AK_2_row_10_a_machines_subject_stays_unanswered(subject: str) -> None:
    found = _decide(_mail(Subject=subject))
    assert found is not None
    assert (found.row, found.reason) == (10, "subject_auto")


@pytest.mark.parametrize(
    "subject",
    [
        *(
            "Re: Automatic reply: Hello",
            "Automatic replying lamp",
            "Out of office chairs?",
            "Autosvarets text",
            "Auto kaputt",
        ),
        *(
            "Undeliverable parcel number 12",
            "Mail delivery failed again for order 5",
            "Absent minded: lost my password",
        ),
    ],
)
def test_AK_2_row_10_a_subject_that_only_begins_so_is_answered(subject: str) -> None:
    assert _decide(_mail(Subject=subject)) is None


# Row 11


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        (replace(GOOD, spam=Verdict.FAIL), "spam"),
        (replace(GOOD, spam=Verdict.GRAY), "spam"),
        (replace(GOOD, virus=Verdict.FAIL), "virus"),
        (replace(GOOD, virus=Verdict.PROCESSING_FAILED), "virus"),
        (replace(GOOD, virus=Verdict.DISABLED), "virus"),
        (replace(GOOD, dmarc=Verdict.FAIL, dmarc_policy="reject"), "dmarc"),
        (replace(GOOD, dmarc=Verdict.FAIL, dmarc_policy="Quarantine"), "dmarc"),
        (replace(GOOD, spf=Verdict.FAIL, dkim=Verdict.FAIL), "dmarc"),
    ],
)
def test_AK_2_row_11_suspicious_mail_stays_unanswered(verdicts: Verdicts, reason: str) -> None:
    found = _decide(_mail(), verdicts)
    assert found is not None
    assert (found.row, found.reason) == (11, reason)


@pytest.mark.parametrize(
    "verdicts",
    [
        replace(GOOD, dmarc=Verdict.FAIL, dmarc_policy="none"),
        replace(GOOD, spf=Verdict.FAIL),
        replace(GOOD, dkim=Verdict.FAIL),
        Verdicts(),
    ],
)
def test_AK_2_row_11_one_failed_check_or_none_made_is_answered(verdicts: Verdicts) -> None:
    assert _decide(_mail(), verdicts) is None


# Row 12


def test_AK_2_row_12_a_blind_copy_stays_unanswered() -> None:
    assert _row(_mail(To="undisclosed-recipients:;")) == 12
    assert _row(_mail(To="friends@customer.example")) == 12


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *[("To", "Help <SUPPORT@acme.example>"), ("To", "support+c.1.x@acme.example"), ("Cc", "any@help.acme.example")],
        *[("Delivered_To", "support@acme.example"), ("X_Forwarded_To", "support@acme.example")],
    ],
)
def test_AK_2_row_12_our_address_anywhere_among_the_recipients_is_answered(header: str, value: str) -> None:
    assert _decide(_mail(**({"To": "friends@customer.example"} | {header: value}))) is None


def test_AK_2_row_12_the_envelope_says_which_address_is_ours() -> None:
    envelope = Envelope(sender="jane@customer.example", recipients=("sales@acme.example",))
    blind, named = _received(envelope, To="x@y.example"), _received(envelope, To="sales@acme.example")
    assert not judge(blind, GOOD, (), NOW).may_reply
    assert judge(named, GOOD, (), NOW).may_reply


def test_AK_2_row_12_where_our_addresses_are_not_known_nobody_is_missing() -> None:
    assert judge(_mail(), GOOD, (), NOW).may_reply


# Rows 13 to 16


@pytest.mark.parametrize(
    ("exchange", "row", "reason"),
    [
        (Exchange(acknowledged=True), 13, "rate_limited"),
        (Exchange(acks_today=3), 13, "rate_limited"),
        (Exchange(ack_answered_at=NOW - timedelta(seconds=59)), 14, "reply_to_ack"),
        (Exchange(suppressed=True), 15, "suppressed"),
        (Exchange(closed=True), 16, "policy"),
        (Exchange(from_agent=True), 16, "policy"),
        (Exchange(enabled=False), 16, "policy"),
        (Exchange(answered=True), 16, "policy"),
    ],
)
def test_AK_2_rows_13_to_16_what_is_known_of_the_exchange_keeps_silent(
    exchange: Exchange, row: int, reason: str
) -> None:
    found = _decide(_mail(), exchange=exchange)
    assert found is not None
    assert (found.row, found.reason, found.machine) == (row, reason, False)


def test_AK_2_row_13_a_new_opening_has_its_own_acknowledgement_up_to_three_a_day() -> None:
    assert _decide(_mail(), exchange=Exchange(acknowledged=False, acks_today=2)) is None


def test_AK_2_row_14_an_answer_a_minute_later_was_written_by_a_person() -> None:
    assert _decide(_mail(), exchange=Exchange(ack_answered_at=NOW - timedelta(seconds=60))) is None


def test_AK_2_row_15_a_mail_to_many_stays_unanswered() -> None:
    many = ", ".join(f"friend{n}@customer.example" for n in range(20))
    assert _row(_mail(Cc=many)) == 15
    assert _decide(_mail(Cc=many.partition(", ")[2])) is None


def test_AK_2_row_15_an_old_mail_stays_unanswered() -> None:
    assert _row(_mail(Date="Sun, 22 Nov 2026 14:59:59 +0000")) == 15
    assert _decide(_mail(Date="Sun, 22 Nov 2026 15:00:01 +0000")) is None
    assert _decide(_mail(Date="sometime")) is None


def test_AK_2_row_15_when_it_came_counts_before_what_it_says() -> None:
    envelope = Envelope(sender="jane@customer.example", received_at=NOW - timedelta(minutes=1))
    assert _decide(_received(envelope, Date="Mon, 1 Jan 2001 00:00:00 +0000")) is None


# The whole table


def test_AK_2_a_machine_is_told_even_where_another_row_comes_first() -> None:
    judged = judge(_mail(List_Id="<news>", Subject="Automatic reply: Hello"), GOOD, OURS, NOW)
    assert (judged.reason, judged.generated, judged.category) == ("mailing_list", True, Category.VACATION)


@pytest.mark.parametrize(
    ("headers", "category"),
    [
        ({"Subject": "Automatic reply: Hello"}, Category.VACATION),
        ({"Auto_Submitted": "auto-replied"}, Category.VACATION),
        ({"Auto_Submitted": "auto-generated"}, Category.NOTIFICATION),
        ({"From": "noreply@shop.example"}, Category.NOTIFICATION),
        ({"List_Id": "<news.example>"}, Category.LIST),
        ({}, None),
    ],
)
def test_AK_2_the_kind_of_machine_is_named(headers: dict[str, str], category: Category | None) -> None:
    assert judge(_mail(**headers), GOOD, OURS, NOW).category == category


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_AK_2_any_bytes_are_judged_the_same_twice(raw: bytes) -> None:
    assert judge(read(raw), GOOD, OURS, NOW) == judge(read(raw), GOOD, OURS, NOW)


# Where an acknowledgement goes


def test_AK_1_it_goes_to_the_author_whom_dmarc_vouches_for() -> None:
    mail = _mail(Return_Path="<bounce-7@sender.example>")
    assert acknowledge_to(mail, GOOD) == "jane@customer.example"


def test_AK_1_it_goes_to_the_author_whose_domain_is_the_envelopes() -> None:
    assert acknowledge_to(_mail(Return_Path="<j.doe@customer.example>"), Verdicts()) == "jane@customer.example"


def test_AK_1_it_goes_to_the_envelopes_sender_where_nothing_vouches_for_the_author() -> None:
    assert acknowledge_to(_mail(Return_Path="<me@elsewhere.example>"), Verdicts()) == "me@elsewhere.example"


def test_AK_1_it_never_goes_to_a_reply_to() -> None:
    assert acknowledge_to(_mail(Reply_To="victim@bank.example"), GOOD) == "jane@customer.example"


def test_AK_1_it_goes_to_one_address_only() -> None:
    two = _mail(From="jane@customer.example, victim@bank.example", Return_Path="<me@elsewhere.example>")
    assert acknowledge_to(two, GOOD) == "me@elsewhere.example"


def test_AK_1_without_an_address_that_can_be_believed_it_goes_nowhere() -> None:
    assert acknowledge_to(_mail(Return_Path="<>"), GOOD) is None
    assert acknowledge_to(_mail(Return_Path=None), Verdicts()) is None
