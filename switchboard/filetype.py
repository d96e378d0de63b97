"""What a file is, by its bytes: never by its name or by what was declared (rules EM-16, SEC-10)."""

import re
from typing import IO

SNIFFED = 512
"""Bytes from the beginning that tell a type."""

_SIGNATURES = (  # what a file begins with, and where
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"#!", "text/x-shellscript"),
)
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "video/quicktime": ".mov",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/webm": ".webm",
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/amr": ".amr",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "application/zip": ".zip",
    "application/rtf": ".rtf",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/calendar": ".ics",
}
_MARKUP = re.compile(rb"\s{0,200}<(?:!doctype html|html|head|body|script|svg)\b", re.IGNORECASE)
_TEST_VIRUS = b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$"
_BLOCK = 1024 * 1024


def sniff(data: bytes) -> str | None:
    """Tell a type by the first bytes."""
    head = data[:SNIFFED]
    for offset, mark, content_type in _SIGNATURES:
        if head.startswith(mark, offset):
            return content_type
    return "text/html" if _MARKUP.match(head) else None


def extension(content_type: str) -> str:
    """How names of files of a type end, such as `.pdf`; empty where that can't be told."""
    return _EXTENSIONS.get(content_type.partition(";")[0].strip().lower(), "")


def holds_test_virus(file: IO[bytes]) -> bool:
    """Tell whether the harmless text that stands for malware everywhere is in a file (https://www.eicar.org)."""
    file.seek(0)
    tail = b""
    while block := file.read(_BLOCK):
        if _TEST_VIRUS in tail + block:
            return True
        tail = block[-len(_TEST_VIRUS) :]
    return False
