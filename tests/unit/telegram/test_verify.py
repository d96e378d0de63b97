"""Whether a request shows the secret that we told Telegram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.telegram import CHANNEL
from switchboard.channels.telegram.verify import is_signed

TOKEN, PREVIOUS = "a_secret-token_of_ours", "the_secret-token_before"
OURS = Account("support", "@example_bot")


def verify(header: str | None, *tokens: str) -> bool:
    headers = {} if header is None else {"x-telegram-bot-api-secret-token": header}
    secrets = [{"secret_token": token} for token in tokens]
    return CHANNEL.verify(Request("POST", "", headers, b"{}"), OURS, secrets)


def test_TG_1_the_secret_token_is_verified() -> None:
    assert verify(TOKEN, TOKEN)


@pytest.mark.parametrize("header", [None, "", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ä", "\ud800"])
def test_TG_1_anything_else_is_refused(header: str | None) -> None:
    assert not verify(header, TOKEN)


def test_SEC_12_the_previous_token_still_verifies() -> None:
    assert verify(PREVIOUS, TOKEN, PREVIOUS)


@pytest.mark.parametrize("token", ["", "REPLACE_ME", "short", "replace this with your own token"])
def test_X_13_an_empty_or_placeholder_token_verifies_nothing(token: str) -> None:
    assert not verify(token, token)
    assert not verify(token)


def test_X_13_an_empty_token_is_shown_by_nobody() -> None:
    assert not is_signed(Request("POST", "", {}, b""), "")


@given(st.text())
def test_X_12_a_verifier_never_raises(header: str) -> None:
    assert verify(header, TOKEN) is False


def test_TG_2_the_answer_is_empty_and_calls_no_method() -> None:
    assert CHANNEL.answer_body == ""
