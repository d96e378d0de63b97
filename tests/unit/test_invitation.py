"""Codes that prove two addresses one person's: how they look, where they are found, when they are good."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.acknowledgement import languages
from switchboard.invitation import (
    VALID,
    Invitation,
    is_good,
    make_code,
    read_code,
    recent,
    without_code,
    words,
)
from switchboard.message import Message, Party
from tests.world import MONDAY

INVITATION = Invitation(digest="d", customer_id="c1", account="acme-email", by="ann", expires_at=MONDAY + VALID)


def said(text: str, subject: str | None = None) -> Message:
    return Message(
        channel="email", account="acme-email", provider_id="m1", sender=Party(address="a@b.example"), text=text
    ).model_copy(update={"subject": subject})


@given(st.text())
def test_a_code_is_found_again_however_it_is_written(chance: str) -> None:
    code = make_code(chance)
    for written in (code, code.lower(), f"({code})", f"my code: {code}.", code.replace("-", "\u2011")):
        assert read_code(said(written)) == code
        assert read_code(said("", subject=f"Re: {written}")) == code


def test_codes_of_different_chances_differ() -> None:
    codes = {make_code(str(n)) for n in range(2000)}
    assert len(codes) == 2000
    assert len(set("".join(code.removeprefix("LINK") for code in codes))) == 32 + 1


@pytest.mark.parametrize(
    "text",
    ["", "link takes seven", "linkabcde-fghjk", "LINK-ABCD-EFGHJ", "blink-abcde-fghjk", "LINK-ABCDE-FGHJK2", "LINK-"],
)
def test_what_only_looks_a_little_like_a_code_stays_what_it_is(text: str) -> None:
    assert read_code(said(text)) is None


def test_what_goes_on_is_without_the_code_and_says_what_it_did() -> None:
    code = make_code("x")
    done = without_code(said(f"{code}\n\nHello!", subject=code), "joined")
    assert (done.text, done.subject, done.flags) == ("Hello!", None, ("joined",))
    assert without_code(said(code), None).flags == ()


def test_a_code_is_good_once_at_its_account_for_a_day() -> None:
    assert is_good(INVITATION, "acme-email", MONDAY)
    assert not is_good(INVITATION, "acme-sms", MONDAY)
    assert not is_good(INVITATION, "acme-email", MONDAY + VALID)


def test_wrong_codes_count_for_a_day() -> None:
    attempts = {"m1": MONDAY, "m2": MONDAY + timedelta(hours=2)}
    assert recent(attempts, MONDAY + VALID) == {"m2": MONDAY + timedelta(hours=2)}


@pytest.mark.parametrize("language", [*languages(), "xx"])
def test_the_words_have_the_code_where_to_send_it_and_the_link(language: str) -> None:
    code = make_code("x")
    told = words(language, code, "support@acme.example", f"mailto:support@acme.example?subject={code}")
    assert read_code(said(told)) == code
    assert told.endswith(f"\nmailto:support@acme.example?subject={code}")
    assert words(language, code, "Acme (telegram)", None).count("\n") == 0


def test_every_language_that_we_answer_in_has_words_of_its_own() -> None:
    told = {words(language, "c", "a", None) for language in languages()}
    assert len(told) == len(languages())
