import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard import gsm7

VECTORS = [
    ("a" * 160, 1),
    ("a" * 161, 2),
    ("a" * 306, 2),
    ("a" * 307, 3),
    ("€" * 80, 1),
    ("€" * 81, 2),
    ("a" * 152 + "€" + "a" * 160, 3),
    ("é" * 160, 1),
    ("ç" * 70, 1),
    ("ç" * 71, 2),
    ("😀" * 35, 1),
    ("😀" * 36, 2),
    ("x" * 66 + "😀" + "xxx", 2),
    ("x" * 66 + "😀" + "x" * 66, 3),  # the pair moves to the second part and leaves one unit free in the first
]


@pytest.mark.parametrize(("text", "expected"), VECTORS)
def test_the_published_vectors_are_counted_as_published(text: str, expected: int) -> None:
    assert gsm7.segments(text) == expected


def test_an_empty_text_is_one_segment() -> None:
    assert gsm7.segments("") == 1


def test_the_alphabet_has_127_signs_and_ten_extensions() -> None:
    assert len(gsm7.BASIC) == 127  # 128 positions, one of which is the escape
    assert len(gsm7.EXTENSION) == 10


@pytest.mark.parametrize("text", ["", "Hi!", "é à ñ ü ¿ ¡ Ñ Ç", "[1] {2} ~ € | ^ \\", "line\nbreak\r\f"])
def test_a_text_inside_the_alphabet_is_gsm7(text: str) -> None:
    assert gsm7.is_gsm7(text)


@pytest.mark.parametrize("text", ["ç", "`", "\u201c", "\u2026", "\u00a0", "á", "😀", "\t", "日"])
def test_a_text_with_one_sign_outside_is_not_gsm7(text: str) -> None:
    assert not gsm7.is_gsm7(f"Hello {text}")


@given(st.text(), st.text())
def test_a_longer_text_never_has_fewer_segments(text: str, more: str) -> None:
    assert gsm7.segments(text + more) >= gsm7.segments(text)


@given(st.text(alphabet=sorted(gsm7.BASIC | gsm7.EXTENSION), max_size=700))
def test_parts_are_as_few_as_their_size_allows_but_for_a_septet_each(text: str) -> None:
    count = gsm7.segments(text)
    assert gsm7.septets(text) <= (gsm7.SINGLE_SEPTETS if count == 1 else count * gsm7.PART_SEPTETS)
    if count > 1:
        assert gsm7.septets(text) > (count - 1) * (gsm7.PART_SEPTETS - 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We\u2019ll \u201ctry\u201d \u2013 soon\u2026", 'We\'ll "try" - soon...'),
        ("10\u00a0h", "10 h"),
        ("ÁÍÓÚ áíóú", "AIOU aiou"),
        ("sábado, miércoles, mañana", "sabado, miércoles, mañana"),
        ("é à ñ ü ¿ ¡ Ñ Ç", "é à ñ ü ¿ ¡ Ñ Ç"),
        ("e\u0301n", "én"),
        ("français Łódź œuvre", "francais Lodz oeuvre"),
        ("Acme™ 😀\u200b", "AcmeTM "),
        ("日本 Ж", "?? ?"),
    ],
)
def test_our_own_texts_become_plain_and_keep_what_the_alphabet_has(text: str, expected: str) -> None:
    assert gsm7.transliterate(text) == expected


@given(st.text())
def test_whatever_is_transliterated_is_inside_the_alphabet(text: str) -> None:
    assert gsm7.is_gsm7(gsm7.transliterate(text))


@given(st.text(alphabet=sorted(gsm7.BASIC | gsm7.EXTENSION)))
def test_what_is_inside_the_alphabet_stays_as_it_is(text: str) -> None:
    assert gsm7.transliterate(text) == text
