"""Encoded words, parameters, file names and charsets."""

import pytest

from switchboard.channels.email import charset, words
from switchboard.channels.email.mail import read


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?J=C3=B6rg?=", "Jörg"),
        ("=?utf-8?b?SsO2cmc=?=", "Jörg"),
        ("=?utf-8?b?SsO2cmc?=", "Jörg"),
        ("=?iso-8859-1?q?a_b?=", "a b"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=".replace("\r\n", ""), "ab"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        ("=?UTF-8*en?q?a?=", "a"),
        ("=?x-nothing?q?a?=", "a"),
        ("=?utf-8?q?a b?=", "a b"),
        ("=?utf-8?q?what??=", "what?"),
        ("=?utf-8?q?100=?=", "100="),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("a =? b", "a =? b"),
        ("=?utf-8?q?a=0D=0AX-Evil:_b?=", "a X-Evil: b"),
    ],
)
def test_EM_10_encoded_words(written: str, text: str) -> None:
    assert words.decode(written) == text


@pytest.mark.parametrize(
    ("written", "params"),
    [
        ('a/b; name="x y.pdf"', {"name": "x y.pdf"}),
        ("a/b; NAME=x.pdf; charset = utf-8", {"name": "x.pdf", "charset": "utf-8"}),
        ('a/b; name="a;b\\"c.pdf"', {"name": 'a;b"c.pdf'}),
        ('a/b; name="C:\\dir\\x.pdf"', {"name": "C:\\dir\\x.pdf"}),
        ("a/b; name*=utf-8''caf%C3%A9.pdf", {"name": "café.pdf"}),
        ("a/b; name*=iso-8859-1'fr'caf%E9.pdf", {"name": "café.pdf"}),
        ("a/b; name*0=caf; name*1=e.pdf", {"name": "cafe.pdf"}),
        ("a/b; name*1=e.pdf; name*0=caf", {"name": "cafe.pdf"}),
        ("a/b; name*0*=utf-8''caf%C3; name*1*=%A9; name*2=.pdf", {"name": "café.pdf"}),
        ('a/b; name="=?utf-8?q?caf=C3=A9.pdf?="', {"name": "café.pdf"}),
        ("a/b; name=x; name=y", {"name": "x"}),
        ('a/b; name="open', {"name": "open"}),
        ("a/b;;; ; =x; name", {}),
        ("a/b; name*=utf-8'x", {"name": "utf-8'x"}),
    ],
)
def test_EM_10_parameters(written: str, params: dict[str, str]) -> None:
    assert words.parameters(written) == ("a/b", params)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\u2066b\u2069\x00\r\n.txt", "ab.txt"),
        ("..", None),
        ("", None),
        ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
        ("a" * 300, "a" * 150),
    ],
)
def test_EM_10_a_file_name_is_safe(name: str, clean: str | None) -> None:
    assert words.filename(name) == clean


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        (b"caf\xc3\xa9", "utf-8", "café"),
        (b"caf\xe9", "iso-8859-1", "café"),
        (b"\x93hi\x94", "iso-8859-1", "“hi”"),
        (b"caf\xc3\xa9", "us-ascii", "cafÃ©"),
        (b"\xb0\xa1\x81\x41", "ks_c_5601-1987", "가갂"),
        (b"\xc4\xe3\x81\x30\x81\x30", "gb2312", "你\x80"),
        (b"\xef\xbb\xbfhi", "iso-8859-1", "hi"),
        (b"\xff\xfeh\x00i\x00", "iso-8859-1", "hi"),
        (b"caf\xc3\xa9", "no-such-charset", "café"),
        (b"caf\xc3\xa9", "base64", "café"),
        (b"caf\xc3\xa9", None, "café"),
        (b"a\r\nb\rc", None, "a\nb\nc"),
    ],
)
def test_EM_9_text_is_decoded_as_its_charset_means(raw: bytes, declared: str | None, text: str) -> None:
    assert charset.decode(raw, declared).text == text


def test_EM_9_an_undeclared_charset_is_guessed_and_said_to_be() -> None:
    text = "Привет, мой заказ до сих пор не пришёл. Когда доставят? Спасибо."
    found = charset.decode(text.encode("cp1251"), "x-unknown")
    assert found == charset.Text(text, certain=False)


def test_EM_9_bytes_that_are_no_text_are_still_text() -> None:
    assert charset.decode(bytes(range(256)), "utf-8").text


def test_EM_9_html_may_name_its_own_charset() -> None:
    raw = b"Content-Type: text/html\n\n<meta charset=koi8-r>" + "привет".encode("koi8-r")
    assert "привет" in read(raw).root.text


def test_EM_10_headers_in_utf8_need_no_encoding() -> None:
    assert read("Subject: Grüße\n\n".encode()).headers.get("subject") == "Grüße"
