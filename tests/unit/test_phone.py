"""Telephone numbers, however they are written."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.phone import to_e164


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+1 415 555 2671", None, "+14155552671"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("030 123456", "DE", "+4930123456"),
        ("0039 06 698 12345", "DE", "+390669812345"),
        ("\uff0b44 20 7946 0958", None, "+442079460958"),
        ("tel:+33-1-42-68-53-00", None, "+33142685300"),
        ("whatsapp:+491701234567", None, "+491701234567"),
        ("+39 06 698 12345", None, "+390669812345"),
    ],
)
def test_a_number_is_read_however_it_is_written(written: str, region: str | None, number: str) -> None:
    assert to_e164(written, region) == number


@pytest.mark.parametrize("written", ["", "72345", "ACME", "+", "+1", "whatsapp:US.1349", "12" * 30, "+14155552671x"])
def test_what_is_no_number_gives_none(written: str) -> None:
    assert to_e164(written, "US") is None


def test_a_national_number_needs_a_region() -> None:
    assert to_e164("030 123456") is None


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_none(written: str) -> None:
    number = to_e164(written, "US")
    assert number is None or to_e164(number) == number


def test_importing_costs_no_number_plans() -> None:
    code = "import sys, switchboard.phone; sys.exit('phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)  # our own code
    assert done.returncode == 0
