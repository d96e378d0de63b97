"""What an agent gets of a message beyond its line in the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

import pytest

from switchboard.conversation import Entry
from switchboard.errors import NotFoundError, RefusedError
from switchboard.flows.files import name_of, release, whole_of
from switchboard.message import Attachment, Content

ENTRY = Entry(
    id="m1",
    thread="acme-sms.c1",
    number=1,
    account="acme-sms",
    channel="sms",
    direction="inbound",
    author="customer",
    kind="message",
    text="short",
    at=datetime(2026, 11, 23, tzinfo=UTC),
)
FETCHED = Attachment(key="media/1", filename="a.pdf", content_type="x/y", sniffed_type="application/pdf", size=3)


@dataclass
class Bucket:
    """Implements `MediaStore` and `RawStore`, as far as they are read."""

    found: str | None = None
    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, content: IO[bytes]) -> None:
        raise NotImplementedError

    def keep(self, key: str, raw: bytes) -> None:
        raise NotImplementedError

    def remove(self, keys: Sequence[str]) -> None:
        raise NotImplementedError

    def verdict(self, key: str) -> str | None:
        return self.found

    def link(self, key: str, filename: str) -> str:
        return f"https://bucket/{key}?{filename}"

    def fetch(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFoundError("gone")
        return self.objects[key]


def with_files(*files: Attachment) -> Entry:
    return Entry(**{name: getattr(ENTRY, name) for name in Entry.__dataclass_fields__} | {"attachments": files})


def test_a_file_is_handed_out_under_its_name_and_true_type() -> None:
    released = release(with_files(FETCHED), 0, Bucket(), scanned=False)
    assert released.url == "https://bucket/media/1?a.pdf"
    assert (released.filename, released.content_type, released.size) == ("a.pdf", "application/pdf", 3)


@pytest.mark.parametrize("n", [-1, 1, 999])
def test_a_file_that_there_is_not_is_not_found(n: int) -> None:
    with pytest.raises(NotFoundError):
        release(with_files(FETCHED), n, Bucket(), scanned=False)


@pytest.mark.parametrize(
    ("file", "reason"),
    [(Attachment(), "not fetched yet"), (Attachment(refusal="too_large"), "refused: too_large")],
)
def test_a_file_that_can_not_be_had_says_why(file: Attachment, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        release(with_files(file), 0, Bucket(), scanned=False)


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (None, "not scanned yet"),
        ("THREATS_FOUND", "refused: malware"),
        ("UNSUPPORTED", "refused: it can't be scanned"),
        ("FAILED", "refused: it can't be scanned"),
        ("anything new", "refused: it can't be scanned"),
    ],
)
def test_SEC_10_a_file_that_was_not_found_clean_is_not_handed_out(verdict: str | None, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        release(with_files(FETCHED), 0, Bucket(verdict), scanned=True)


def test_SEC_10_a_file_that_was_found_clean_is() -> None:
    assert release(with_files(FETCHED), 0, Bucket("NO_THREATS_FOUND"), scanned=True).url


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("in\r\nvoice\0.pdf", "invoice.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("R\u00e9sum\u00e9 \u65e5\u672c.pdf", "R\u00e9sum\u00e9 \u65e5\u672c.pdf"),
        ("..", "file-3.pdf"),
        ("", "file-3.pdf"),
        (None, "file-3.pdf"),
    ],
)
def test_SEC_7_a_name_is_safe_to_save_under(given: str | None, name: str) -> None:
    assert name_of(FETCHED.model_copy(update={"filename": given}), 2) == name


def test_a_short_message_is_its_own_whole() -> None:
    assert whole_of(ENTRY, Bucket()) == Content(text="short")


def test_the_whole_of_a_long_message_is_read_from_the_bucket() -> None:
    long = Entry(**{name: getattr(ENTRY, name) for name in Entry.__dataclass_fields__} | {"content": "content/1"})
    content = Content(text="long", full_text="long\n> quoted", quoted="> quoted", html="<p>long</p>")
    assert whole_of(long, Bucket(objects={"content/1": content.model_dump_json().encode()})) == content
    with pytest.raises(NotFoundError, match="400 days"):
        whole_of(long, Bucket())
