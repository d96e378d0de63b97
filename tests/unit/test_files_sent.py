"""Which files may be sent, and how they share a channel's messages with words."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.files import PROGRAM, content_of
from switchboard.channels import all_channels, channel
from switchboard.channels.files import ENDINGS, LINKED, MEGABYTE, Files, check, check_bytes, every, split, whole
from switchboard.errors import UnfitError
from switchboard.message import Outgoing, OutgoingFile

OURS, HERE, ABROAD = "+15005550006", "+15005550101", "+4915112345678"
ANYTHING = Files(taken=every(LINKED))


def a_file(content_type: str = "image/png", size: int = 100, key: str = "outgoing/c/1") -> OutgoingFile:
    name = f"{key[-1]}.{ENDINGS[content_type][0]}"
    return OutgoingFile(
        key=key,
        filename=name,
        content_type=content_type,
        size=size,
        url=f"https://bucket.example/{key}",
        link=f"https://api.example/files/{key}",
    )


def outgoing(text: str, *files: OutgoingFile) -> Outgoing:
    return Outgoing(
        account="a",
        sender="s",
        recipient="r",
        text=text,
        conversation_id="a.c.1",
        message_id="reply.1.k",
        status_callback="https://x/?message=reply.1.k",
        files=files,
    )


def shape(parts: Sequence[Outgoing]) -> list[tuple[str, int]]:
    return [(part.text, len(part.files)) for part in parts]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.exe", PROGRAM),
        ("a.html", "text/html"),
        ("a.svg", "image/svg+xml"),
        ("a.js", "text/javascript"),
        ("a.docm", "application/vnd.ms-word.document.macroenabled.12"),
        ("a", "application/octet-stream"),
    ],
)
def test_SEC_10_what_may_do_harm_is_refused_with_what_to_send_instead(name: str, content_type: str) -> None:
    with pytest.raises(UnfitError, match="send a PDF"):
        check(name, content_type, 10, ANYTHING)


@pytest.mark.parametrize("name", ["invoice.pdf.exe", "invoice", "invoice.html", "pdf", ".pdf.js"])
def test_SEC_10_a_name_must_end_like_its_type(name: str) -> None:
    with pytest.raises(UnfitError, match=r"must end like its type: \.pdf"):
        check(name, "application/pdf", 10, ANYTHING)


def test_capitals_in_a_name_are_fine() -> None:
    check("Scan.JPG", "image/jpeg", 10, ANYTHING)


def test_a_file_larger_than_the_channel_takes_is_refused_with_its_limit() -> None:
    with pytest.raises(UnfitError, match="takes 25 MB"):
        check("a.pdf", "application/pdf", LINKED + 1, ANYTHING)


@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/gif", "application/pdf", "video/mp4"])
def test_bytes_that_are_what_they_are_said_to_be_pass(content_type: str) -> None:
    assert check_bytes(content_of(content_type), content_type) == content_type


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"MZ\x90\x00", "application/pdf"),
        (b"<html><script>", "text/plain"),
        (b"#!/bin/sh", "text/csv"),
        (b"<svg onload=x>", "image/png"),
        (b"PK\x03\x04", "image/jpeg"),
        (b"MZ\x90\x00", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"MZ\x90\x00", "audio/amr"),
    ],
)
def test_SEC_10_bytes_that_are_something_else_are_refused(content: bytes, content_type: str) -> None:
    with pytest.raises(UnfitError, match="not what its type says"):
        check_bytes(content, content_type)


def test_a_document_is_a_zip_and_an_old_one_is_ole() -> None:
    docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert check_bytes(b"PK\x03\x04....", docx) == "application/zip"
    assert check_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword") == "application/x-ole-storage"


# -- parts ------------------------------------------------------------------------------------------


def test_words_alone_are_one_message_as_they_are() -> None:
    assert split(outgoing("hi"), Files(taken={})) == [outgoing("hi")]


def test_a_mail_is_one_whatever_it_has() -> None:
    rule = channel("email").files_of("a@x", "b@x")
    files = [a_file(kind, key=f"outgoing/c/{n}") for n, kind in enumerate(list(ENDINGS)[:10])]
    assert shape(split(outgoing("hi", *files), rule)) == [("hi", 10)]
    assert shape(split(outgoing("", *files), rule)) == [("", 10)]


def test_TW_10_a_picture_message_has_words_and_pictures_in_one() -> None:
    rule = channel("sms").files_of(OURS, HERE)
    assert shape(split(outgoing("hi", a_file(), a_file(key="outgoing/c/2")), rule)) == [("hi", 2)]


@pytest.mark.parametrize(("ours", "theirs"), [(OURS, ABROAD), ("+4915100000000", HERE), ("ACME", HERE)])
def test_picture_messages_stay_in_north_america_and_elsewhere_a_file_is_a_link(ours: str, theirs: str) -> None:
    rule = channel("sms").files_of(ours, theirs)
    parts = split(outgoing("hi", a_file()), rule)
    assert shape(parts)[0] == ("hi", 0)
    assert parts[1].text == "1.png\nhttps://api.example/files/outgoing/c/1"


@pytest.mark.parametrize("name", ["whatsapp", "messenger", "telegram"])
def test_a_network_gets_words_then_each_file(name: str) -> None:
    rule = channel(name).files_of("ours", "theirs")
    pictures = a_file(), a_file("application/pdf", key="outgoing/c/2")
    assert shape(split(outgoing("hi", *pictures), rule)) == [("hi", 0), ("", 1), ("", 1)]


def test_LN_2_lines_words_and_pictures_are_one_push() -> None:
    rule = channel("line").files_of("ours", "theirs")
    assert shape(split(outgoing("hi", *(a_file(key=f"outgoing/c/{n}") for n in range(4))), rule)) == [("hi", 4)]


def test_what_is_too_large_for_a_file_goes_as_a_link_after_the_others() -> None:
    rule = channel("telegram").files_of("ours", "theirs")
    parts = split(outgoing("hi", a_file(size=6 * MEGABYTE), a_file(key="outgoing/c/2")), rule)
    assert [part.text.partition("\n")[0] for part in parts] == ["hi", "", "1.png"]


def test_only_the_last_part_has_the_messages_own_name() -> None:
    parts = split(outgoing("hi", a_file(), a_file(key="outgoing/c/2")), channel("whatsapp").files_of("o", "t"))
    assert [part.message_id for part in parts] == ["reply.1.k~1", "reply.1.k~2", "reply.1.k"]
    assert [part.status_callback for part in parts] == [f"https://x/?message={part.message_id}" for part in parts]
    assert [whole(part.message_id) for part in parts] == [
        ("reply.1.k", True),
        ("reply.1.k", True),
        ("reply.1.k", False),
    ]


@given(
    st.sampled_from(sorted(all_channels())),
    st.text(max_size=5),
    st.lists(st.tuples(st.sampled_from(sorted(ENDINGS)), st.integers(1, LINKED)), max_size=10),
)
def test_every_word_and_every_file_is_sent_once_whatever_the_channel(
    name: str, text: str, wanted: list[tuple[str, int]]
) -> None:
    rule = channel(name).files_of(OURS, HERE)
    files = [a_file(kind, size, f"outgoing/c/{n}") for n, (kind, size) in enumerate(wanted)]
    parts = split(outgoing(text, *files), rule)
    as_files = [file.key for part in parts for file in part.files]
    as_links = [file.key for file in files if any(part.text.endswith(f"\n{file.link}") for part in parts)]
    assert sorted([*as_files, *as_links]) == sorted(file.key for file in files)
    assert sum(bool(text) and part.text == text for part in parts) == bool(text)
    assert len({part.message_id for part in parts}) == len(parts)
    assert all(len(part.files) <= rule.together for part in parts)


@pytest.mark.parametrize("name", sorted(all_channels()))
def test_every_channel_takes_a_picture_and_a_pdf_somehow(name: str) -> None:
    rule = channel(name).files_of(OURS, HERE)
    for content_type in ("image/png", "application/pdf"):
        assert rule.limit_of(content_type) >= MEGABYTE
