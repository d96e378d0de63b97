"""The files of a mail."""

import zipfile
from base64 import encodebytes
from hashlib import sha256
from io import BytesIO

import pytest

from switchboard.channels.email import archives, attachments
from switchboard.channels.email.attachments import File
from switchboard.channels.email.mail import Part, read
from switchboard.channels.email.parse import parse_mail
from switchboard.filetype import sniff
from tests.hostile_mail import zip_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def part(headers: str, body: bytes = PNG) -> Part:
    return read(headers.encode() + b"\n\n" + body).root


def file(headers: str, body: bytes = PNG, html: str | None = None) -> File:
    [found] = attachments.describe([part(headers, body)], html)
    return found


def test_EM_16_a_file_has_a_size_and_a_digest() -> None:
    found = file("Content-Type: image/png; name=a.png").attachment
    assert (found.filename, found.size, found.sha256) == ("a.png", len(PNG), sha256(PNG).hexdigest())


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (PNG, "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\n <!DOCTYPE html><p>", "text/html"),
        (b"MZ\x90", "application/vnd.microsoft.portable-executable"),
        (b"just text", None),
        (b"", None),
    ],
)
def test_EM_16_a_type_is_told_by_the_first_bytes(data: bytes, content_type: str | None) -> None:
    assert sniff(data) == content_type


def test_EM_16_what_can_run_under_another_type_is_disguised() -> None:
    assert file("Content-Type: application/pdf; name=a.pdf", b"MZ\x90").is_disguised
    assert not file("Content-Type: application/pdf; name=a.pdf", b"%PDF-1.7").is_disguised
    assert not file("Content-Type: text/html", b"<html>").is_disguised


def test_EM_16_an_office_file_is_what_it_says_and_not_its_container() -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert file(f"Content-Type: {word}", b"PK\x03\x04x").sniffed == word
    assert file("Content-Type: image/png", b"PK\x03\x04x").sniffed == "application/zip"


def test_EM_8_a_picture_that_the_text_shows_is_inline_however_large() -> None:
    large = PNG + b"\0" * 30_000
    assert file("Content-Type: image/png\nContent-ID: <a@b>", large, '<img src="cid:A@b">').attachment.inline


def test_EM_8_a_large_picture_that_nothing_shows_is_a_file() -> None:
    large = PNG + b"\0" * 30_000
    assert not file("Content-Type: image/png\nContent-ID: <a@b>", large, "<p>").attachment.inline
    assert file("Content-Type: image/png\nContent-ID: <a@b>", PNG, "<p>").attachment.inline


def test_EM_8_an_attached_picture_is_a_file() -> None:
    assert not file("Content-Type: image/png\nContent-ID: <a>\nContent-Disposition: attachment").attachment.inline


def test_EM_6_at_most_fifty_files_are_kept() -> None:
    assert len(attachments.describe([part("Content-Type: image/png")] * 80, None)) == attachments.MOST


def test_EM_3_unopened_files_are_listed_by_name_only() -> None:
    [found] = attachments.describe([part("Content-Type: image/png; name=a.png")], None, open_files=False)
    assert (found.attachment.filename, found.attachment.size, found.sniffed) == ("a.png", None, None)


def zipped(content: bytes, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        archive.writestr("a.txt", content)
        archive.comment = comment
    return written.getvalue()


def test_EM_16_an_archive_that_declares_little_is_a_file_like_any_other() -> None:
    assert not archives.is_bomb(zipped(b"Some words. " * 20, comment=b"a comment"))
    assert not archives.is_bomb(zipped(b""))
    assert not archives.is_bomb(b"%PDF-1.7 and no zip")
    assert not archives.is_bomb(b"PK\x03\x04 and nothing more")


@pytest.mark.parametrize(
    "data",
    [
        zipped(bytes(2_000_000)),
        zipped(bytes(20_000_000), comment=b"x" * 60_000),
        b"MZ and a program that unpacks itself" + zipped(bytes(5_000_000)),
        zip_of(entries=3, declared=70 * 1024 * 1024) + bytes(3),
        zip_of(entries=1, declared=0xFFFFFFFF),
        zip_of(entries=0xFFFF),
    ],
)
def test_EM_16_an_archive_that_declares_too_much_is_told(data: bytes) -> None:
    assert archives.is_bomb(data)


def test_EM_16_an_archive_of_more_than_two_hundred_megabytes_is_told_whatever_its_ratio() -> None:
    entry = 20 * 1024 * 1024
    padded = bytes(11 * entry // archives.HIGHEST_RATIO + 1)
    assert archives.is_bomb(padded + zip_of(entries=11, declared=entry))
    assert not archives.is_bomb(padded + zip_of(entries=10, declared=entry))


def test_EM_16_an_archive_in_an_archive_is_not_looked_into() -> None:
    assert not archives.is_bomb(zipped(zipped(bytes(2_000_000)), method=zipfile.ZIP_STORED))


def test_EM_16_a_mail_with_an_archive_that_nobody_should_open_is_flagged() -> None:
    head = (
        b"From: jane@customer.example\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n"
    )
    [bomb] = parse_mail(head + encodebytes(zipped(bytes(2_000_000))))
    [plain] = parse_mail(head + encodebytes(zipped(b"words")))
    assert "archive_bomb" in bomb.flags
    assert "archive_bomb" not in plain.flags
