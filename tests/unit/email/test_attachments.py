"""The files of a mail."""

from hashlib import sha256

import pytest

from switchboard.channels.email import attachments
from switchboard.channels.email.attachments import File
from switchboard.channels.email.mail import Part, read

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
    assert attachments.sniff(data) == content_type


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
