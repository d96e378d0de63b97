"""The language of a message."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.language import LIKELY, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, where is my order?", "en"),
        ("WHERE IS MY ORDER", "en"),
        ("thanks", "en"),
        ("Wo ist mein Paket?", "de"),
        ("Dónde está mi pedido?", "es"),
        ("gracias", "es"),
        ("bonjour", "fr"),
        ("Onde está a minha encomenda?", "pt"),
        ("Dov'è il mio ordine?", "it"),
        ("Gdzie jest moje zamówienie?", "pl"),
        ("Где мой заказ?", "ru"),
        ("你好", "zh"),
        ("ありがとう", "ja"),
        ("안녕하세요", "ko"),
        ("أين طلبي؟", "ar"),
    ],
)
def test_the_language_of_a_short_message_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "ok", "??", "12345", "\U0001f44d\U0001f44d", "https://example.com/where/is", "qwzxv"]
)
def test_what_has_no_language_is_undetermined(text: str) -> None:
    assert language_of(text) is None


def test_only_candidates_are_named() -> None:
    assert language_of("Onde está a minha encomenda?", {"en", "es"}) in {"es", None}
    assert language_of("Where is my order?", {"en", "es"}) == "en"


def test_links_and_addresses_do_not_decide() -> None:
    text = "Wo ist mein Paket? https://example.com/where/is/my/order support.team@example.com"
    assert language_of(text) == "de"


@settings(max_examples=50)
@given(st.text(max_size=3000))
def test_any_text_has_a_likely_language_or_none(text: str) -> None:
    assert language_of(text) in {None, *LIKELY}


def test_importing_loads_no_model() -> None:
    code = "import sys, switchboard.language; sys.exit('fasttext' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)  # our own code
    assert done.returncode == 0
