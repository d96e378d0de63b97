"""Taking a mail apart: the tolerant splitter, its limits and its transfer encodings."""

import pytest

from switchboard.channels.email.mail import (
    MOST_FIELD_BYTES,
    MOST_HEADER_LINES,
    MOST_LEVELS,
    MOST_PARTS,
    Mail,
    Part,
    read,
)

HEAD = b"From: jane@customer.example\r\nTo: support@brand.example\r\nSubject: Hello\r\n"


def texts(mail: Mail) -> list[str]:
    return [part.text for part in mail.parts() if not part.is_multipart]


def only(mail: Mail) -> Part:
    [part] = mail.parts()
    return part


def test_a_simple_mail_has_headers_and_a_text() -> None:
    mail = read(HEAD + b"\r\nHi\r\nthere\r\n")
    assert mail.headers.get("SUBJECT") == "Hello"
    assert only(mail).text == "Hi\nthere\n"
    assert not mail.malformed


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_any_line_end_will_do(end: bytes) -> None:
    mail = read((HEAD + b"\r\nHi").replace(b"\r\n", end))
    assert (mail.headers.get("to"), only(mail).text) == ("support@brand.example", "Hi")


def test_headers_keep_their_order_their_repetitions_and_their_bytes() -> None:
    headers = read(b"Received: a\r\n b\r\nX-A: 1\r\nReceived: c\r\n\r\n").headers
    assert headers.all("received") == ("a b", "c")
    assert [name for name, _ in headers.items()] == ["Received", "X-A", "Received"]
    assert headers.fields[0].raw == b"a\n b"
    assert "x-a" in headers
    assert headers.get("absent") is None


def test_what_stands_above_a_header_is_found_by_its_first_occurrence() -> None:
    headers = read(b"A: 1\r\nMark: x\r\nB: 2\r\nMark: y\r\n\r\n").headers
    assert [name for name, _ in headers.above("mark").items()] == ["A"]
    assert len(headers.above("absent")) == 0


def test_the_line_of_an_mbox_and_leading_blank_lines_are_no_headers() -> None:
    assert read(b"\r\nFrom jane Sat Nov 21\r\n" + HEAD + b"\r\nHi").headers.get("subject") == "Hello"


@pytest.mark.parametrize("space", [b" ", b"\t", b"  \t"])
def test_a_line_of_spaces_is_a_fold_where_headers_go_on_below(space: bytes) -> None:
    mail = read(b"To: a@b.example,\r\n" + space + b"\r\n\tc@d.example\r\n" + space + b"\r\nSubject: Hi\r\n\r\nText")
    assert mail.headers.get("subject") == "Hi"
    assert (mail.headers.get("to") or "").split() == ["a@b.example,", "c@d.example"]
    assert only(mail).text == "Text"


def test_a_line_of_spaces_above_a_text_ends_the_headers() -> None:
    mail = read(b"Subject: Hi\r\n \r\nText\r\nmore")
    assert (mail.headers.get("subject"), only(mail).text) == ("Hi", "Text\nmore")


def test_lines_of_spaces_above_the_headers_are_no_headers() -> None:
    assert read(b"   \n\t\r\n" + HEAD + b"\r\nHi").headers.get("subject") == "Hello"


def test_a_forgotten_semicolon_hides_no_parameter() -> None:
    part = read(b"Content-Type: text/html charset=koi8-r; name=a.html\r\n\r\n\xf0").root
    assert (part.content_type, part.params["charset"], part.filename, part.text) == (
        *("text/html", "koi8-r", "a.html"),
        "\u041f",
    )


def test_a_stray_line_between_headers_does_not_end_them() -> None:
    mail = read(b"Subject: a\r\nstray line\r\nTo: b@c.example\r\n\r\nHi")
    assert (mail.headers.get("to"), only(mail).text) == ("b@c.example", "Hi")


def test_a_body_without_a_blank_line_before_it_is_not_lost() -> None:
    assert only(read(b"Subject: a\r\nHello there\r\nhow are you")).text == "Hello there\nhow are you"


def test_a_text_without_headers_is_all_body() -> None:
    assert only(read(b"Hello there")).text == "Hello there"


def test_parts_nest_and_boundaries_that_begin_alike_are_told_apart() -> None:
    mail = read(
        b'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n'
        b"--ab\n\none\n--ab--\n--a\n\ntwo\n--a--\nepilogue"
    )
    assert texts(mail) == ["one", "two"]


def test_the_innermost_boundary_counts_where_two_differ_by_two_dashes() -> None:
    inner = b'--a\nContent-Type: multipart/mixed; boundary="a--"\n\n--a--\n\none\n--a--\n\ntwo\n--a----\n'
    outer = b'Content-Type: multipart/mixed; boundary="a"\n\n' + inner
    assert texts(read(outer + b"--a\n\nthree\n--a--\n\nepilogue")) == ["one", "two", "three"]
    assert texts(read(outer.removesuffix(b"--a----\n"))) == ["one", "two\n"]


def test_a_boundary_that_only_a_text_speaks_of_closes_as_ever() -> None:
    body = b'Content-Type: multipart/mixed; boundary="a"\n\n--a\n\nMy boundary=a is odd\n--a--\n\nepilogue'
    assert texts(read(body)) == ["My boundary=a is odd"]


def test_a_missing_last_boundary_loses_nothing() -> None:
    assert texts(read(b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\n\ntwo")) == ["one", "two"]


def test_a_closing_boundary_that_the_text_ran_into_ends_it() -> None:
    assert texts(read(b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\none--a--\n")) == ["one"]


def test_a_boundary_that_was_not_declared_or_wrongly_is_found() -> None:
    body = b"\n\n--real\nContent-Type: text/plain\n\none\n--real--\n"
    assert texts(read(b"Content-Type: multipart/mixed" + body)) == ["one"]
    assert texts(read(b"Content-Type: multipart/mixed; boundary=other" + body)) == ["one"]


def test_a_multipart_without_any_boundary_keeps_its_text() -> None:
    assert texts(read(b"Content-Type: multipart/mixed; boundary=a\n\njust text")) == ["just text"]


def test_a_message_inside_is_the_child_of_its_part_and_no_part_of_the_mail() -> None:
    mail = read(b"Content-Type: message/rfc822\n\nSubject: inner\n\nHi")
    assert mail.root.children[0].headers.get("subject") == "inner"
    assert len(list(mail.parts())) == 1


def test_the_parts_of_a_digest_are_messages() -> None:
    mail = read(b"Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: one\n\nx\n--a--")
    assert mail.root.children[0].content_type == "message/rfc822"


@pytest.mark.parametrize("written", ["", "text", "Text/Plain;;;", "a/b/c", "=?x?="])
def test_a_type_that_is_none_is_plain_text(written: str) -> None:
    assert read(f"Content-Type: {written}\n\nx".encode()).root.content_type == "text/plain"


def test_EM_6_nesting_is_limited() -> None:
    levels = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(200))
    mail = read(f"{levels}\nx".encode())
    assert mail.malformed
    assert sum(part.is_multipart for part in mail.parts()) <= MOST_LEVELS + 1


def test_EM_6_messages_within_messages_are_limited() -> None:
    assert read(b"Content-Type: message/rfc822\n\n" * 500 + b"x").malformed


def test_EM_6_parts_are_limited() -> None:
    mail = read(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 2000 + b"--b--")
    assert mail.malformed
    assert len(list(mail.parts())) == MOST_PARTS


def test_EM_6_header_lines_are_limited_and_the_body_is_still_found() -> None:
    mail = read(HEAD + b"X-A: b\r\n" * 5000 + b"\r\nHi")
    assert mail.malformed
    assert len(mail.headers) == MOST_HEADER_LINES
    assert only(mail).text == "Hi"


def test_EM_6_a_header_is_cut_and_the_mail_flagged() -> None:
    mail = read(b"Subject: " + b"a" * 100_000 + b"\r\nTo: b@c.example\r\n\r\nHi")
    assert mail.malformed
    assert len(mail.headers.get("subject") or "") == MOST_FIELD_BYTES
    assert mail.headers.get("to") == "b@c.example"


def test_EM_6_a_header_block_of_a_megabyte_is_flagged_and_the_body_still_found() -> None:
    mail = read(b"".join(b"X-A: " + b"b" * 10_000 + b"\r\n" for _ in range(100)) + b"\r\nHi")
    assert (mail.malformed, only(mail).text) == (True, "Hi")


def test_EM_6_limits_are_not_reached_by_a_rich_but_honest_mail() -> None:
    parts = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n" * 60
    assert not read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--").malformed


@pytest.mark.parametrize(
    ("body", "decoded"),
    [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVs\r\nbG8=\r\n", b"Hello"),
        (b"SG!Vs*bG8=", b"Hello"),
        (b"SGVsbG8= -- \nthe list's footer", b"Hello"),
        (b"SGVsbG8=\nSGVsbG8=\n", b"HelloHello"),
        (b"SGVsbG8gA", b"Hello "),
        (b"", b""),
        (b"====", b""),
    ],
)
def test_EM_9_base64_gives_what_can_be_decoded(body: bytes, decoded: bytes) -> None:
    assert read(b"Content-Transfer-Encoding: BASE64\n\n" + body).root.payload == decoded


@pytest.mark.parametrize(
    ("body", "decoded"),
    [(b"caf=C3=A9", "café"), (b"a=\nb", "ab"), (b"100=% =ZZ", "100=% =ZZ"), (b"a=", "a")],
)
def test_EM_9_quoted_printable_gives_what_can_be_decoded(body: bytes, decoded: str) -> None:
    assert read(b"Content-Transfer-Encoding: quoted-printable\n\n" + body).root.text == decoded


def test_uuencoded_parts_are_decoded() -> None:
    raw = b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a.txt\n%2&5L;&\\\n`\nend\n"
    assert read(raw).root.payload == b"Hello"


def test_an_unknown_transfer_encoding_leaves_the_bytes() -> None:
    assert read(b"Content-Transfer-Encoding: x-unknown\n\nabc").root.payload == b"abc"


def test_a_message_in_base64_is_read() -> None:
    mail = read(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaW5uZXIKCkhp")
    assert mail.root.children[0].headers.get("subject") == "inner"
