"""The server takes mail as SES does, and stores what SES stores."""

import asyncio
import smtplib
from base64 import encodebytes
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.ports import HOST
from sandbox.smtp import EICAR, GTUBE, LARGEST, Delivery, Inbound, post, stored
from switchboard.channels.email.mail import read
from switchboard.channels.email.verdicts import Verdict, judged
from tests.sandbox.mail import ACCOUNTS, MIA, OURS, RETURNS, Aws

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = "s08vnjngg8o82cpus2084722eiate3c6ig885f01"
MAIL = b"From: Mia <mia@customers.example>\r\nTo: support@acme.example\r\nSubject: Hi\r\n\r\nWhere is it?\r\n"
DELIVERY = Delivery(ID, MIA, OURS, "mail.customers.example", "127.0.0.1", NOW)


def serve(aws: Aws, talk: Callable[[int], Any]) -> Any:
    """Talk to a server as a client in a thread of its own."""

    async def run() -> Any:
        inbound = Inbound(ACCOUNTS, aws.store, now=lambda: NOW, new_id=lambda: ID)
        async with inbound.listening(0):
            return await asyncio.to_thread(talk, inbound.port)

    return asyncio.run(run())


def send(aws: Aws, *recipients: str, sender: str = MIA, mail: bytes = MAIL) -> None:
    serve(aws, lambda port: post(port, sender, recipients, mail))


def talk_smtp(aws: Aws, *commands: str) -> list[int]:
    def talk(port: int) -> list[int]:
        with smtplib.SMTP(HOST, port, timeout=30) as client:
            return [client.docmd(command)[0] for command in commands]

    return list(serve(aws, talk))


def changed(mail: bytes, **changes: str) -> Any:
    """What our channel reads of a stored mail."""
    delivery = Delivery(**{**{name: getattr(DELIVERY, name) for name in DELIVERY.__slots__}, **changes})
    return judged(read(stored(delivery, mail)))


def test_a_mail_lies_in_the_bucket_under_its_account_with_ses_s_headers_above_it_byte_for_byte() -> None:
    aws = Aws()
    mail = MAIL + b"\xff\x00 8 bit \r\n.a line with a dot\r\n"
    send(aws, OURS, mail=mail)

    ((key, lying),) = aws.bucket.items()
    assert key == f"mail/acme-email/{ID}"
    assert lying.endswith(b"\r\n" + mail)
    head = lying.removesuffix(mail).decode()
    assert head.startswith(
        "Return-Path: <mia@customers.example>\r\n"
        "Received: from mail.customers.example (mail.customers.example [127.0.0.1])\r\n"
        f" by inbound-smtp.us-east-1.amazonaws.com with SMTP id {ID}\r\n"
        " for support@acme.example;\r\n"
        " Sat, 21 Nov 2026 12:00:00 +0000 (UTC)\r\n"
    )
    assert [name for name, _ in read(head.encode()).headers.items()] == [
        "Return-Path",
        "Received",
        "X-SES-Spam-Verdict",
        "X-SES-Virus-Verdict",
        "Received-SPF",
        "Authentication-Results",
        "X-SES-RECEIPT",
        "X-SES-DKIM-SIGNATURE",
    ]


def test_an_id_has_the_shape_of_ses_s() -> None:
    from sandbox.ses import _new_stored_id  # noqa: PLC0415  # only here

    assert len(_new_stored_id()) == 40
    assert _new_stored_id().isalnum()
    assert _new_stored_id().islower()


def test_a_mail_to_two_accounts_is_stored_once_for_each_and_once_for_two_tags_of_one() -> None:
    aws = Aws()
    send(aws, OURS, "support+c.x.aaaa@acme.example", RETURNS)
    assert list(aws.bucket) == [f"mail/acme-email/{ID}", f"mail/acme-returns-email/{ID}"]
    assert b" for returns@acme.example;" in aws.bucket[f"mail/acme-returns-email/{ID}"]


def test_a_plus_tag_reaches_its_account_and_stays_in_the_envelope() -> None:
    aws = Aws()
    send(aws, "Support+c.one.abcdefabcdef@Acme.example")
    assert b" for Support+c.one.abcdefabcdef@Acme.example;" in aws.bucket[f"mail/acme-email/{ID}"]


def test_nobody_else_has_mail_here() -> None:
    commands = ["EHLO x", f"MAIL FROM:<{MIA}>", "RCPT TO:<sales@acme.example>", f"RCPT TO:<{OURS}>", "RSET"]
    assert talk_smtp(Aws(), *commands) == [250, 250, 550, 250, 250]


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    sizes = [f"MAIL FROM:<{MIA}> SIZE={size}" for size in (LARGEST, LARGEST + 1)]
    assert talk_smtp(Aws(), "EHLO x", sizes[0], "RSET", sizes[1]) == [250, 250, 250, 552]


def test_the_server_says_what_it_can_do() -> None:
    def talk(port: int) -> dict[str, str]:
        with smtplib.SMTP(HOST, port, timeout=30) as client:
            client.ehlo()
            return client.esmtp_features

    features = serve(Aws(), talk)
    assert features["size"] == str(LARGEST)
    assert {"8bitmime", "smtputf8"} <= set(features)


def test_a_bucket_out_of_reach_is_a_reason_to_try_later() -> None:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(Aws(is_out_of_reach=True), OURS)
    assert refused.value.smtp_code == 451


def test_a_malformed_command_is_a_syntax_error_and_the_server_goes_on() -> None:
    assert talk_smtp(Aws(), "EHLO x", "MAIL FROM:<", "MAIL FROM:<((((@>", "NOOP")[-1] == 250


def test_the_null_sender_is_taken() -> None:
    aws = Aws()
    send(aws, OURS, sender="<>")
    (lying,) = aws.bucket.values()
    assert lying.startswith(b"Return-Path: <>\r\n")
    assert b"envelope-from=postmaster@mail.customers.example;" in lying


def test_mail_passes_unless_there_is_a_reason() -> None:
    found = changed(MAIL)
    assert {found.spam, found.virus, found.spf, found.dkim, found.dmarc} == {Verdict.PASS}


def test_EM_2_what_a_sender_claims_lies_below_the_receipt() -> None:
    assert changed(
        b"X-SES-Spam-Verdict: FAIL\r\nAuthentication-Results: amazonses.com; dmarc=fail\r\n" + MAIL
    ) == changed(MAIL)


@pytest.mark.parametrize("author", ["mia@forged.example", "mia@bank.forged.example"])
def test_an_impostor_fails_every_check_of_the_sender(author: str) -> None:
    found = changed(MAIL.replace(MIA.encode(), author.encode()), sender=author)
    assert {found.spf, found.dkim, found.dmarc} == {Verdict.FAIL}
    assert found.spam is found.virus is Verdict.PASS


def test_a_name_that_only_sounds_forged_is_honest() -> None:
    assert changed(MAIL.replace(MIA.encode(), b"mia@notforged.example")).dmarc is Verdict.PASS


def test_gtube_is_spam() -> None:
    assert changed(MAIL + GTUBE).spam is Verdict.FAIL


def test_eicar_is_a_virus_in_whatever_encoding_it_comes() -> None:
    file = b"MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert changed(b"From: mia@customers.example\r\n" + file + encodebytes(EICAR)).virus is Verdict.FAIL
    assert changed(MAIL + EICAR).virus is Verdict.FAIL
