"""What a file is, by its bytes."""

from io import BytesIO

import pytest

from switchboard import filetype

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTI" + b"VIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(b"\x89PNG\r\n\x1a\n...", "image/png"), (b"MZ", "application/vnd.microsoft.portable-executable"), (b"hi", None)],
)
def test_SEC_10_a_type_is_told_by_the_first_bytes(data: bytes, content_type: str | None) -> None:
    assert filetype.sniff(data) == content_type


@pytest.mark.parametrize("before", [0, 1, 100, 1024 * 1024 - 20, 1024 * 1024])
def test_SEC_10_the_test_virus_is_found_wherever_it_stands(before: int) -> None:
    assert filetype.holds_test_virus(BytesIO(b"x" * before + EICAR + b"\n"))


@pytest.mark.parametrize("data", [b"", b"x" * 3_000_000, EICAR[:-10], b"EICAR"])
def test_anything_else_is_no_test_virus(data: bytes) -> None:
    assert not filetype.holds_test_virus(BytesIO(data))


@pytest.mark.parametrize(
    ("content_type", "extension"),
    [("image/jpeg", ".jpg"), ("Text/Plain; charset=utf-8", ".txt"), ("application/x-unheard-of", "")],
)
def test_a_type_has_an_ending_for_names(content_type: str, extension: str) -> None:
    assert filetype.extension(content_type) == extension
