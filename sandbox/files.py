"""Files as customers send them: a small one of each kind, so that nothing has to be uploaded.

A program is the text that every virus scanner takes for one (https://www.eicar.org), and harmless.
"""

from base64 import b64decode

PROGRAM = "application/x-msdos-program"

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_CONTENTS = {
    "image/png": b64decode(_PIXEL),
    "image/jpeg": bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"),
    "image/gif": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "audio/ogg": b"OggS\0\x02" + b"\0" * 22,
    "application/pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    PROGRAM: b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTI" + b"VIRUS-TEST-FILE!$H+H*",
}
_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "audio/ogg": "ogg",
    "application/pdf": "pdf",
    PROGRAM: "com",
}


def content_of(content_type: str) -> bytes:
    """A file of that type; a line of text where none is known."""
    return _CONTENTS.get(content_type, f"A file of type {content_type}.\n".encode())


def name_of(content_type: str) -> str:
    """What its sender calls it."""
    return f"file.{_ENDINGS.get(content_type, 'txt')}"


def kind_of(content_type: str) -> str:
    """`image`, `video` or `audio`, else `file`: what networks tell apart."""
    kind = content_type.partition("/")[0]
    return kind if kind in {"image", "video", "audio"} else "file"
