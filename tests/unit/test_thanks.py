"""What is only thanks, and what merely begins with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.thanks import is_thanks
from tests.growth import grows_no_faster


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thanks", "en"),
        ("Thank you so much!! 👍🏽", "en"),
        ("thaaaanks", "en"),
        ("OK, great.", "en"),
        ("got it, thanks a lot & have a nice day", None),
        ("ok", None),
        ("👍", None),
        ("🙏🏼🙏🏼❤️", None),
        ("Gracias", "es"),
        ("¡Muchas gracias por su ayuda!", "es"),
        ("Muito obrigada!", "pt"),
        ("Merci beaucoup", "fr"),
        ("C'est parfait, merci", "fr"),
        ("Vielen Dank für die schnelle Hilfe", "de"),
        ("Grazie mille", "it"),
        ("Hartelijk bedankt", "nl"),
        ("Dziękuję bardzo", "pl"),
        ("Tack så mycket", "sv"),
        ("teşekkür ederim", "tr"),
        ("Спасибо большое!", "ru"),
        ("شكرا جزيلا", "ar"),
        ("बहुत धन्यवाद", "hi"),
        ("好的\uff0c谢谢\uff01", "zh"),
        ("ありがとうございます。", "ja"),
        ("정말 감사합니다", "ko"),
        ("merci", "da"),
        ("Thanks", "en-GB"),
    ],
)
def test_what_only_thanks_is_thanks(text: str, language: str | None) -> None:
    assert is_thanks(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("thanks, but it still doesn't work", "en"),
        ("Thanks. My order is 4711", "en"),
        ("thanks?", "en"),
        ("ok and when?", "en"),
        ("ok 2", "en"),
        ("no thanks", "en"),
        ("yes", "en"),
        ("thanks for nothing", "en"),
        ("thank you please call me", "en"),
        ("so is this solved", "en"),
        ("great, it broke again", "en"),
        ("you", "en"),
        ("gracias pero no funciona", "es"),
        ("merci mais ça ne marche pas", "fr"),
        ("danke, aber es geht nicht", "de"),
        ("谢谢\uff0c但是还不行", "zh"),
        ("ありがとうございます。でも動きません", "ja"),
        ("спасибо, но не работает", "ru"),
        ("👎", None),
        ("😡", None),
        ("👍👎", None),
        ("?", None),
        ("...", None),
        ("", None),
        ("ok " * 60, None),
        ("thanks https://example.com/x", "en"),
    ],
)
def test_what_says_more_is_not(text: str, language: str | None) -> None:
    assert not is_thanks(text, language)


@given(st.text(alphabet=st.characters(categories=["Ll"], max_codepoint=127), min_size=4, max_size=12))
def test_a_word_that_is_on_no_list_makes_it_a_message(word: str) -> None:
    assert not is_thanks(f"thanks {word}qx", "en")


def test_its_time_grows_no_faster_than_the_text() -> None:
    assert grows_no_faster(lambda size: "ok " * size, lambda text: is_thanks(text, None))
