"""Mails made to take long, by size: what the tests of growth and the benchmark of mail have in common."""

import struct
from base64 import encodebytes
from collections.abc import Callable
from random import Random

HEAD = b"From: a@b.example\r\nTo: support@brand.example\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
FILE = b"--b\r\nContent-Disposition: attachment; filename=a\r\nContent-Transfer-Encoding: base64\r\n"


def parts(count: int) -> bytes:
    """A mail of so many tiny parts."""
    return MIXED + b"--b\r\n\r\nx\r\n" * count


def zip_of(entries: int, declared: int = 1000) -> bytes:
    """The directory of a zip without its files, each of which is said to have `declared` bytes."""
    entry = b"PK\x01\x02" + bytes(20) + struct.pack("<I", declared) + struct.pack("<H", 1) + bytes(16) + b"a"
    directory = entry * entries
    return b"PK\x03\x04" + directory + b"PK\x05\x06" + struct.pack("<6xHIIH", entries, len(directory), 4, 0)


def _levels(count: int) -> bytes:
    level = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return HEAD + b"".join(level % (i, i) for i in range(count))


def _dashes(size: int) -> bytes:
    """Boundaries that differ by two dashes each, so that every separator closes the level above."""
    levels = [b"a" + b"--" * i for i in range(1 + int(size**0.5) // 2)]
    return HEAD + b"".join(b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n' % (a, a) for a in levels)


def _many(name: bytes, value: bytes, size: int) -> bytes:
    """A value spread over fields of the size that is read whole."""
    whole = value * (size // len(value))
    return HEAD + b"".join(name + whole[i : i + 15_000] + b"\r\n" for i in range(0, len(whole), 15_000)) + b"\r\nx"


def _attached(data: bytes, content_type: bytes) -> bytes:
    return MIXED + b"--b\r\n\r\nx\r\n" + FILE + b"Content-Type: " + content_type + b"\r\n\r\n" + encodebytes(data)


def _noise(size: int) -> bytes:
    return Random(1).randbytes(size)


ADVERSARIES: dict[str, Callable[[int], bytes]] = {
    "parts": lambda n: parts(n // 8),
    "levels": lambda n: _levels(n // 50),
    "levels by dashes": _dashes,
    "messages": lambda n: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * (n // 32),
    "closing boundaries": lambda n: MIXED + b'--b\r\nContent-Type: x/y; boundary="b--"\r\n' + b"--b--\r\n" * (n // 7),
    "almost boundaries": lambda n: MIXED + b"--b\r\n" + b"--b-\r\n" * (n // 6),
    "recipients": lambda n: _many(b"Cc: ", b"u@a.example, ", n),
    "spaced recipients": lambda n: _many(b"Cc: ", b"u@a.example ", n),
    "parentheses": lambda n: _many(b"Cc: ", b"(", n),
    "angles": lambda n: _many(b"Cc: ", b"<", n),
    "quotes": lambda n: _many(b"Cc: ", b'"', n),
    "dots": lambda n: _many(b"From: ", b"a.", n),
    "names without addresses": lambda n: _many(b"Cc: ", b"a b, ", n),
    "references": lambda n: _many(b"References: ", b"<a@b> ", n),
    "encoded words": lambda n: _many(b"Cc: ", b"=?utf-8?b?//8=?= =?ascii?q?a?= ", n),
    "open encoded words": lambda n: _many(b"Cc: ", b"=?a?q?", n),
    "encoded subject": lambda n: HEAD + b"Subject: " + b"=?utf-8?q?=41?= " * (n // 16) + b"\r\n\r\nx",
    "parameters": lambda n: HEAD + b"Content-Type: text/plain" + b";a*1=b" * (n // 6) + b"\r\n\r\nx",
    "one long header": lambda n: HEAD + b"Subject: " + b"x" * n + b"\r\n\r\nx",
    "header lines": lambda n: HEAD + b"A: b\r\n" * (n // 6) + b"\r\nx",
    "folds": lambda n: HEAD + b"A: b\r\n" + b" \r\n" * (n // 3) + b"\r\nx",
    "eight-bit headers": lambda n: _many(b"Cc: ", b"\xe4\xf6\xfc ", n),
    "boundaries": lambda n: HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--" * (n // 2),
    "guessed boundaries": lambda n: HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + b"--a\n" * (n // 4),
    "base64 in pieces": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"AAAA=\r\n" * (n // 7),
    "no base64": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + _noise(n),
    "carriage returns": lambda n: HEAD + b"\r\n" + b"\r" * n,
    "flowed": lambda n: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n> " * (n // 5),
    "quote marks": lambda n: HEAD + b"\r\n" + b"> " * (n // 2),
    "quote levels": lambda n: HEAD + b"\r\n" + b"".join(b">" * i + b" a\r\n" for i in range(int((2 * n) ** 0.5))),
    "attributions": lambda n: HEAD + b"\r\n" + b"On 1.1.2026 10:00 a@b.example wrote:\r\n" * (n // 38),
    "forwards": lambda n: HEAD + b"Subject: Fwd: x\r\n\r\n" + b"From: a\n" * (n // 8),
    "original messages": lambda n: HEAD + b"\r\n" + b"-----Original Message-----\r\nFrom: a\r\n" * (n // 37),
    "attributes of a tag": lambda n: HTML + b"<a " + b"a=b " * (n // 4),
    "tags": lambda n: HTML + b"<div>" * (n // 5),
    "formatting": lambda n: HTML + b"<b>x" * (n // 4),
    "comments": lambda n: HTML + b"<!--" * (n // 4),
    "quoting blocks": lambda n: HTML + b"<blockquote type=cite>x" * (n // 23),
    "tables": lambda n: HTML + b"<table><tr><td>x" * (n // 16),
    "references in HTML": lambda n: HTML + b"&#65;" * (n // 5),
    "tnef": lambda n: HEAD + b'Content-Type: application/ms-tnef\r\n\r\nx\x9f>"\0\0' + b"\2\3\x90" + b"\0" * n,
    "noise in tnef": lambda n: HEAD + b'Content-Type: application/ms-tnef\r\n\r\nx\x9f>"\0\0' + _noise(n),
    "a zip's directory": lambda n: _attached(zip_of(n // 47), b"application/zip"),
    "a calendar": lambda n: (
        HEAD + b"Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\n" + b"UID:a\r\n b\r\n" * (n // 11)
    ),
    "a report": lambda n: (
        HEAD + b"Content-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822; a@b.c\r\n\r\n" * (n // 34)
    ),
    "bytes": lambda n: HEAD + b"Content-Type: text/plain\r\n\r\n" + bytes(range(128, 256)) * (n // 128),
    "noise": lambda n: HEAD + b"\r\n" + _noise(n),
}
"""Each makes a mail of about so many bytes."""
