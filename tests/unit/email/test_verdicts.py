"""What SES found out about a mail, and what a sender would like it to have found out."""

from switchboard.channels.email.mail import Envelope, read
from switchboard.channels.email.parse import parse_mail
from switchboard.channels.email.verdicts import Verdict, Verdicts, judged
from switchboard.message import Message

OWN = (
    b"X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
    b"Authentication-Results: amazonses.com;\r\n spf=pass x;\r\n dkim=fail;\r\n dkim=pass;\r\n dmarc=pass y;\r\n"
    b"X-SES-RECEIPT: abc\r\n"
)
FORGED = b"X-SES-Spam-Verdict: PASS\r\nAuthentication-Results: amazonses.com; dmarc=pass\r\n"
MAIL = b"From: jane@customer.example\r\nTo: support@brand.example\r\nSubject: Hi\r\n\r\nHello there\r\n"


def test_EM_2_headers_above_the_receipt_count() -> None:
    found = judged(read(OWN + MAIL))
    assert found == Verdicts(*[Verdict.PASS] * 5)


def test_EM_2_a_forged_verdict_below_the_receipt_is_ignored() -> None:
    found = judged(read(b"X-SES-Spam-Verdict: FAIL\r\nX-SES-RECEIPT: abc\r\n" + FORGED + MAIL))
    assert (found.spam, found.dmarc) == (Verdict.FAIL, Verdict.UNKNOWN)


def test_EM_2_without_a_receipt_nothing_is_believed() -> None:
    assert judged(read(FORGED + MAIL)) == Verdicts()


def test_EM_2_the_event_counts_more_than_any_header() -> None:
    envelope = Envelope(verdicts=Verdicts(spam=Verdict.FAIL))
    assert judged(read(OWN + MAIL, envelope)).spam is Verdict.FAIL


def test_EM_2_a_word_that_is_no_verdict_is_unknown() -> None:
    assert judged(read(b"X-SES-Spam-Verdict: FINE\r\nX-SES-RECEIPT: a\r\n" + MAIL)).spam is Verdict.UNKNOWN


def _parsed(verdicts: Verdicts, raw: bytes = MAIL) -> Message:
    [event] = parse_mail(raw, Envelope(provider_id="m1", verdicts=verdicts))
    assert isinstance(event, Message)
    return event


def test_EM_3_a_virus_is_flagged_and_no_file_is_opened() -> None:
    raw = MAIL.replace(b"\r\n\r\n", b"\r\nContent-Type: application/pdf\r\n\r\n")
    [file] = _parsed(Verdicts(virus=Verdict.FAIL), raw).attachments
    assert (file.size, file.sha256) == (None, None)
    assert "virus" in _parsed(Verdicts(virus=Verdict.FAIL), raw).flags


def test_EM_3_spam_is_flagged_and_still_a_message() -> None:
    assert "spam" in _parsed(Verdicts(spam=Verdict.FAIL)).flags


def test_EM_3_what_was_not_scanned_is_no_spam() -> None:
    assert "spam" not in _parsed(Verdicts(spam=Verdict.GRAY)).flags


def test_EM_5_only_dmarc_verifies_a_sender() -> None:
    assert "unverified" in _parsed(Verdicts(spf=Verdict.PASS, dkim=Verdict.PASS)).flags
    assert "unverified" not in _parsed(Verdicts(dmarc=Verdict.PASS)).flags


def test_EM_5_results_of_another_server_are_ignored() -> None:
    raw = b"Authentication-Results: mx.customer.example; dmarc=pass\r\nX-SES-RECEIPT: a\r\n" + MAIL
    assert judged(read(raw)).dmarc is Verdict.UNKNOWN
