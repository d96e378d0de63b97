"""Which parts of a mail are its text and which are files; flowed text; TNEF; calendars; forwards; encryption."""

import base64
import struct

import pytest

from switchboard.channels.email import body, calendar, encryption, forwards, html, rtf, tnef
from switchboard.channels.email.flowed import unflow
from switchboard.channels.email.mail import Mail, read
from switchboard.channels.email.parse import Ours, parse_mail
from switchboard.message import Forwarded, Message, Party, Unhandled

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def mail(kind: str, *parts: str) -> Mail:
    separator = "\n--b\n"
    return read(
        f"From: jane@customer.example\nContent-Type: multipart/{kind}; boundary=b\n{separator}"
        f"{separator.join(parts)}\n--b--\n".encode()
    )


def plain(text: str, parameters: str = "") -> str:
    return f"Content-Type: text/plain; charset=utf-8{parameters}\n\n{text}"


def rich(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{text}"


LONG = "<p>" + "A long explanation of what happened. " * 10 + "</p>"


def test_EM_8_of_two_forms_the_plain_one_is_the_text() -> None:
    found = body.read(mail("alternative", plain("Hello"), rich("<p>Hello</p>")))
    assert (found.text, found.html) == ("Hello", "<p>Hello</p>")


@pytest.mark.parametrize("stub", ["", "  \n ", "View this mail in HTML."])
def test_EM_8_a_plain_form_that_says_nothing_gives_way_to_the_html(stub: str) -> None:
    found = body.read(mail("alternative", plain(stub), rich(LONG)))
    assert found.text == html.to_text(LONG)


def test_EM_8_html_alone_is_read_as_text() -> None:
    assert body.read(read(rich("<p>Hello</p>").encode())).text == "Hello"


def test_EM_8_texts_one_after_another_are_joined_in_order() -> None:
    assert body.read(mail("mixed", plain("one"), rich("<p>two</p>"), plain("three"))).text == "one\ntwo\nthree"


def test_EM_8_html_with_files_between_keeps_all_of_its_text() -> None:
    inner = f"Content-Type: multipart/mixed; boundary=c\n\n--c\n{rich('<p>a</p>')}\n--c\n{rich('<p>b</p>')}\n--c--"
    found = body.read(mail("alternative", plain("a b"), inner))
    assert (found.text, found.html) == ("a b", "<p>a</p>\n<p>b</p>")


def test_EM_8_the_root_of_a_related_part_may_be_named() -> None:
    raw = (
        'Content-Type: multipart/related; boundary=b; start="<r>"\n\n--b\nContent-Type: image/png\n\nx\n'
        "--b\nContent-Type: text/html\nContent-ID: <r>\n\n<p>Hi</p>\n--b--"
    )
    found = body.read(read(raw.encode()))
    assert (found.text, len(found.files)) == ("Hi", 1)


def test_EM_8_an_attached_text_is_a_file() -> None:
    attached = "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nlog"
    named = "Content-Type: text/plain; name=b.txt\n\nlog"
    found = body.read(mail("mixed", plain("Hello"), attached, named))
    assert (found.text, [part.filename for part in found.files]) == ("Hello", ["a.txt", "b.txt"])


def test_EM_8_forms_for_other_programs_are_neither_text_nor_files() -> None:
    found = body.read(mail("alternative", plain("Hi"), "Content-Type: text/x-amp-html\n\n<html amp4email>", rich("Hi")))
    assert (found.text, found.files) == ("Hi", ())


def test_EM_8_a_mail_that_is_only_a_file_has_no_text() -> None:
    found = body.read(read(b"Content-Type: application/pdf\n\n%PDF-1.4"))
    assert (found.text, len(found.files)) == ("", 1)


@pytest.mark.parametrize(
    ("text", "unflowed"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("> a \n> b\n>> c", "> a b\n>> c"),
        ("> a \nb", "> a \nb"),
        ("-- \nJane", "-- \nJane"),
        ("a \n-- \nJane", "a \n-- \nJane"),
        (" From here", "From here"),
        ("open ", "open "),
        ("", ""),
    ],
)
def test_EM_8_flowed_lines_are_paragraphs_again(text: str, unflowed: str) -> None:
    assert unflow(text, delete_space=False) == unflowed


def test_EM_8_delsp_deletes_the_space_that_broke_the_line() -> None:
    assert body.read(read(plain("ab \ncd", "; format=Flowed; delsp=Yes").encode())).text == "abcd"


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + b"\0\0"


def prop(kind: int, name: int, data: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def winmail(*attributes: bytes) -> Mail:
    packed = base64.encodebytes(b"\x78\x9f\x3e\x22\x01\0" + b"".join(attributes)).decode()
    part = f"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{packed}"
    return mail("mixed", plain(""), part)


def message_properties(*properties: bytes) -> bytes:
    return attribute(1, 0x9003, struct.pack("<I", len(properties)) + b"".join(properties))


FILE = (
    attribute(2, 0x9002, b"\0" * 14)
    + attribute(2, 0x8010, b"PHOTO~1.PNG\0")
    + attribute(2, 0x800F, PNG)
    + attribute(2, 0x9005, struct.pack("<I", 1) + prop(0x1F, 0x3707, "größe.png\0".encode("utf-16-le")))
)


def test_EM_11_a_tnef_gives_its_text_and_its_files() -> None:
    found = body.read(winmail(message_properties(prop(0x1F, 0x1000, "Grüße\0".encode("utf-16-le"))), FILE))
    assert found.text == "Grüße"
    assert [(part.filename, part.content_type, part.payload) for part in found.files] == [
        ("größe.png", "image/png", PNG)
    ]


def test_EM_11_the_text_may_be_html_or_a_bare_body() -> None:
    assert body.read(winmail(message_properties(prop(0x102, 0x1013, b"<p>Hi</p>")))).text == "Hi"
    assert body.read(winmail(attribute(1, 0x800C, b"Hi\0"))).text == "Hi"


def test_EM_11_named_and_fixed_properties_are_passed_over() -> None:
    named = struct.pack("<HH", 0x1E, 0x8001) + b"g" * 16 + struct.pack("<II", 1, 6) + b"a\0b\0c\0\0\0"
    named += struct.pack("<II", 1, 2) + b"xy\0\0"
    number = struct.pack("<HHq", 0x40, 0x0E06, 5)
    several = struct.pack("<HHI", 0x1003, 0x6000, 2) + b"\0" * 8
    found = message_properties(named, number, several, prop(0x1E, 0x1000, b"Hi\0"))
    assert body.read(winmail(found)).text == "Hi"


def lzfu(*tokens: bytes) -> bytes:
    packed = b"".join(tokens)
    return struct.pack("<II4sI", len(packed) + 12, 1000, b"LZFu", 0) + packed


def test_EM_11_compressed_rich_text_is_read() -> None:
    literals = b"\x00{\\rtf1 H" + b"\x00i there}"
    assert rtf.to_text(rtf.decompress(lzfu(literals))) == "Hi there"
    assert body.read(winmail(message_properties(prop(0x102, 0x1009, lzfu(literals))))).text == "Hi there"


def test_EM_11_a_reference_repeats_what_was_written() -> None:
    start = 207
    packed = lzfu(b"\x04ab" + struct.pack(">H", start << 4 | 2))
    assert rtf.decompress(packed) == b"ababab"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rb"{\rtf1\ansi one\par two}", "one\ntwo"),
        (rb"{\rtf1\ansicpg1252 caf\'e9}", "café"),
        (rb"{\rtf1 \uc1\u8364?5}", "€5"),
        (rb"{\rtf1 \u-10179?\u-8704?}", "\U0001f600"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator X;}Hi}", "Hi"),
        (rb"{\rtf1 a\{b\}\\c\~d}", "a{b}\\c\u00a0d"),
        (rb"{\rtf1{\*\htmltag <p>}Hi\htmlrtf \par\htmlrtf0{\*\htmltag </p>}}", "Hi"),
        (b"", ""),
        (b"}}}}{{{{", ""),
    ],
)
def test_EM_11_rich_text_without_its_formatting(raw: bytes, text: str) -> None:
    assert rtf.to_text(raw) == text


@pytest.mark.parametrize(
    "attributes",
    [
        b"",
        b"\xff" * 50,
        attribute(1, 0x9003, b"\xff\xff\xff\xff" + b"\x1e\x10\x00\x10\xff\xff\xff\xff" * 50),
        attribute(2, 0x800F, b"data of no file"),
        struct.pack("<BHHI", 1, 0x9003, 6, 0xFFFFFFFF),
    ],
)
def test_EM_11_a_tnef_that_holds_nothing_readable_stays_a_file(attributes: bytes) -> None:
    [part] = body.read(winmail(attributes)).files
    assert part.filename == "winmail.dat"


def test_EM_11_what_only_claims_to_be_tnef_is_a_file() -> None:
    part = read(b"Content-Type: application/ms-tnef\n\nno tnef").root
    assert not tnef.is_tnef(part)


CALENDAR = (
    "BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VTIMEZONE\nDTSTART:19700101T000000\nEND:VTIMEZONE\nBEGIN:VEVENT\n"
    "UID:1@a.example\nDTSTART;TZID=Europe/Berlin:20261123T100000\nSUMMARY:Call\\, with\n  us\n"
    "END:VEVENT\nEND:VCALENDAR\n"
)


def calendar_mail(method: str) -> bytes:
    return f"From: jane@customer.example\nContent-Type: text/calendar\n\n{CALENDAR.format(method=method)}".encode()


def test_EM_12_an_invitation_is_read() -> None:
    found = calendar.read(read(calendar_mail("REQUEST")))
    assert found == calendar.Invitation("REQUEST", "1@a.example", "20261123T100000 Europe/Berlin", "Call, with us")


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "CANCEL", "reply"])
def test_EM_12_an_answer_to_an_invitation_is_nobodys_message(method: str) -> None:
    [event] = parse_mail(calendar_mail(method))
    assert isinstance(event, Unhandled)
    assert event.kind == "system"


def test_EM_12_an_invitation_is_a_message_with_a_file() -> None:
    [event] = parse_mail(calendar_mail("REQUEST"))
    assert isinstance(event, Message)
    assert [file.content_type for file in event.attachments] == ["text/calendar"]


FORWARD = """\
From: agent@brand.example
Subject: Fwd: Broken cup
Content-Type: text/plain; charset=utf-8

{own}

---------- Forwarded message ---------
From: Jane Doe <jane@customer.example>
Date: Fri, 20 Nov 2026 08:00:00 +0000
Subject: Broken cup
To: <agent@brand.example>

The cup is broken.
"""


def forwarded(own: str = "Please see below.", ours: Ours | None = None) -> Message:
    [event] = parse_mail(FORWARD.format(own=own).encode(), ours=ours or Ours())
    assert isinstance(event, Message)
    return event


def test_EM_13_a_forward_tells_from_whom_it_was() -> None:
    raw = read(FORWARD.format(own="x").encode())
    found = forwards.find(raw, raw.root.text)
    assert found is not None
    assert found.origin == Forwarded(
        sender=Party(address="jane@customer.example", name="Jane Doe"),
        date="Fri, 20 Nov 2026 08:00:00 +0000",
        subject="Broken cup",
    )
    assert forwarded().forwarded_from == found.origin


def test_EM_13_a_forward_with_few_own_words_is_no_quote() -> None:
    event = forwarded()
    assert "The cup is broken." in event.text
    assert "forwarded" in event.flags


def test_EM_13_the_inner_sender_counts_only_where_an_agent_forwards() -> None:
    assert forwarded().sender.address == "agent@brand.example"
    assert forwarded(ours=Ours(agents=("Agent@Brand.example",))).sender.address == "jane@customer.example"


def test_EM_13_a_message_as_a_file_is_a_forward() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: jane@customer.example\nSubject: Broken/cup\n\nIt is broken."
    raw = mail("mixed", plain("See the mail."), inner)
    [event] = parse_mail(raw.raw)
    assert isinstance(event, Message)
    assert "forwarded" in event.flags
    assert event.forwarded_from == Forwarded(sender=Party(address="jane@customer.example"), subject="Broken/cup")
    assert [file.filename for file in event.attachments] == ["Broken-cup.eml"]


def test_EM_13_what_somebody_else_forwarded_within_a_quote_is_no_forward() -> None:
    quoted = FORWARD.format(own="Any news?\n\n-----Original Message-----\n\nFYI").encode()
    [event] = parse_mail(quoted, ours=Ours(agents=("agent@brand.example",)))
    assert isinstance(event, Message)
    assert (event.text, event.forwarded_from) == ("Any news?", None)
    assert event.sender.address == "agent@brand.example"


def test_EM_13_a_mail_that_passes_nothing_on_comes_from_nobody_else() -> None:
    [event] = parse_mail(b"From: jane@customer.example\n\nHi")
    assert isinstance(event, Message)
    assert event.forwarded_from is None


@pytest.mark.parametrize(
    "block",
    [
        "Von: Jane <jane@customer.example>\nGesendet: Freitag\nAn: x\nBetreff: Tasse\n\nKaputt",
        "De : Jane <jane@customer.example>\nEnvoyé : vendredi\nObjet : Tasse\n\nCassée",
        "发件人\uff1aJane <jane@customer.example>\n主题\uff1a杯子\n\n坏了",
    ],
)
def test_EM_13_outlook_forwards_without_a_line_that_says_so(block: str) -> None:
    found = forwards.find(read(b"Subject: WG: Tasse\n\n"), f"Siehe unten\n\n{block}")
    assert found is not None
    assert found.origin.sender is not None
    assert (found.origin.sender.address, found.at_line) == ("jane@customer.example", 2)


def test_EM_13_a_text_that_only_speaks_of_a_forward_is_none() -> None:
    assert forwards.find(read(b"Subject: Hi\n\n"), "I sent a forwarded message\nFrom: here on it works") is None


@pytest.mark.parametrize(
    ("header", "text", "hidden"),
    [
        ("multipart/encrypted; boundary=b", "--b\nContent-Type: application/pgp-encrypted\n\nx\n--b--", True),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "MIIB", True),
        ("application/x-pkcs7-mime; name=smime.p7m", "MIIB", True),
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "MIIB", False),
        ("multipart/signed; boundary=b", "--b\n\nHi\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--", False),
        ("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----", True),
        ("text/plain", "I pasted -----BEGIN PGP MESSAGE----- here", False),
    ],
)
def test_EM_15_what_only_a_key_opens_is_flagged_and_routed(header: str, text: str, hidden: bool) -> None:  # noqa: FBT001  # a table's column
    raw = f"From: jane@customer.example\nContent-Type: {header}\n\n{text}".encode()
    [event] = parse_mail(raw)
    assert isinstance(event, Message)
    assert ("encrypted" in event.flags) is hidden
    assert encryption.is_encrypted(read(raw), event.full_text or "") is hidden
