"""Content-Transfer-Encoding undone, keeping whatever can be decoded (rule EM-9)."""

import binascii
import re

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_MORE_BASE64 = re.compile(rb"[ \t\r]*\n\s*(?:[A-Za-z0-9+/=]{4,}[ \t\r]*\n\s*)*(?:[A-Za-z0-9+/=]{4,}[ \t\r]*)?")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
_UU_NAMES = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode(body: bytes, encoding: str | None) -> bytes:
    """Return the bytes that a body stands for; an unknown encoding is taken for none."""
    name = (encoding or "").split(";")[0].strip().strip('"').lower()
    if name == "base64":
        return base64(body)
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name in _UU_NAMES:
        return _uuencoded(body)
    return body


def base64(body: bytes) -> bytes:
    """Decode what is of the alphabet; missing padding and a lone last character are forgiven.

    Padding ends the text (RFC 2045 §6.8), and what a list appended is no part of it, unless that is base64 again.
    """
    first, _, rest = body.partition(b"=")
    more = rest.lstrip(b"=")
    pieces = more.split(b"=") if _MORE_BASE64.fullmatch(more) else ()
    return b"".join(map(_base64, (first, *pieces)))


def _base64(unpadded: bytes) -> bytes:
    clean = unpadded.translate(None, _NOT_BASE64)
    usable = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def _uuencoded(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    decoded = []
    for line in body[begin.end() if begin else 0 :].splitlines():
        if line.strip() in (b"end", b"`"):
            break
        decoded.append(_uu_line(line))
    return b"".join(decoded)


def _uu_line(line: bytes) -> bytes:
    """Decode one line; some encoders write more than its first character says, which is then cut off."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        pass
    length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
    try:
        return binascii.a2b_uu(line[:length])
    except binascii.Error:
        return b""
