"""Which of an account's languages a customer is told something in."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.language.choice import choose_language, marks


@pytest.mark.parametrize(
    "text",
    [
        "Hola",
        "¿Dónde está mi pedido?",
        "donde esta mi pedido, todavia no llego",
        "Necesito ayuda con una factura por favor",
        "buenas tardes, quiero cambiar la direccion",
        "Hola, I mean, ¿pueden ayudarme con mi pedido?",
    ],
)
def test_spanish_is_recognised_with_and_without_its_accents(text: str) -> None:
    assert choose_language(text, ("en", "es")) == "es"


@pytest.mark.parametrize(
    "text",
    [
        "Hi",
        "Where is my order?",
        "it STILL hasn't arrived, can you help",
        "I want to talk to Señor Muñoz about my order",
    ],
)
def test_english_is_recognised_where_spanish_is_the_default(text: str) -> None:
    assert choose_language(text, ("es", "en")) == "en"


@pytest.mark.parametrize("text", ["", "😀😀", "12345", "ok", "no", "Wo ist mein Paket", "\ud800", "\u202e\x00"])
@pytest.mark.parametrize("offered", [("en", "es"), ("es", "en")])
def test_a_text_that_says_nothing_of_its_language_gets_the_default(text: str, offered: tuple[str, ...]) -> None:
    assert choose_language(text, offered) == offered[0]


def test_a_language_that_the_account_does_not_offer_is_never_chosen() -> None:
    assert choose_language("¿Dónde está mi pedido?", ("en",)) == "en"


@given(st.text(), st.lists(st.sampled_from(["en", "es", "fr", "../en", ""]), max_size=3))
def test_choosing_a_language_never_fails(text: str, offered: list[str]) -> None:
    assert choose_language(text, offered) in (offered or ["en"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bonjour, où est mon colis ?", "fr"),
        ("Hallo, wo ist mein Paket?", "de"),
        ("Olá, onde está a minha encomenda?", "pt"),
        ("أين طلبي؟", "ar"),
        ("मेरा ऑर्डर कहाँ है?", "hi"),
        ("注文はどこですか", "ja"),
    ],
)
def test_each_language_that_there_are_texts_in_is_recognised(text: str, language: str) -> None:
    assert choose_language(text, ("en", "es", "fr", "de", "pt", "ar", "hi", "ja")) == language


def test_a_language_of_a_country_is_chosen_by_its_language() -> None:
    assert choose_language("Where is my order?", ("es-MX", "en-US")) == "en-US"
    assert choose_language("hola", ("en-US", "es-MX")) == "es-MX"


@pytest.mark.parametrize(("one", "other"), list(combinations(sorted(marks()), 2)))
def test_the_words_that_tell_languages_apart_are_not_shared(one: str, other: str) -> None:
    assert not marks()[one].words & marks()[other].words
