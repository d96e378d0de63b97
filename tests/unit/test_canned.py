"""Canned responses: variables, and the language of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.canned import VARIABLES, Canned, fill, problems, text_in

names = st.sampled_from(sorted(VARIABLES))


def test_variables_are_filled_in_however_they_are_spaced() -> None:
    filled = fill("Hi {{customer_first_name}}, {{ brand }} here", {"customer_first_name": "Mia", "brand": "Acme"})
    assert (filled.text, filled.missing) == ("Hi Mia, Acme here", ())


def test_what_is_not_known_stays_visible_and_is_named_once() -> None:
    filled = fill("{{reference}}: {{promised_time}}, yes, {{promised_time}}", {"reference": "AB-1"})
    assert (filled.text, filled.missing) == ("AB-1: {{promised_time}}, yes, {{promised_time}}", ("promised_time",))


def test_what_a_value_says_is_never_read_as_a_variable() -> None:
    filled = fill("{{customer_first_name}} {{brand}}", {"customer_first_name": "{{brand}}", "brand": "Acme"})
    assert filled.text == "{{brand}} Acme"


@given(st.text(), st.dictionaries(names, st.text()))
def test_a_text_without_variables_stays_as_it_is(text: str, values: dict[str, str]) -> None:
    plain = text.replace("{", "")
    assert fill(plain, values).text == plain


@given(st.lists(names), st.dictionaries(names, st.just("x")))
def test_missing_is_exactly_what_has_no_value(used: list[str], values: dict[str, str]) -> None:
    filled = fill(" ".join(f"{{{{{name}}}}}" for name in used), values)
    assert set(filled.missing) == set(used) - set(values)


def test_an_unknown_variable_is_named_with_those_there_are() -> None:
    (told,) = problems("Dear {{customer}}, {{brand}}")
    assert told.startswith("{{customer}} is no variable: use one of {{agent_name}}, {{brand}}, {{customer_first_name}}")


@pytest.mark.parametrize("text", ["{{brand", "brand}}", "{{brand}", "{{ {{brand}} }}", "{{}}"])
def test_braces_that_make_no_variable_are_a_mistake(text: str) -> None:
    assert list(problems(text))


@pytest.mark.parametrize("text", ["", "{brand}", "a { b } c", "{{brand}}{{queue}}", "{{ brand }}"])
def test_what_is_well_written_has_no_problems(text: str) -> None:
    assert not list(problems(text))


@pytest.mark.parametrize(
    ("languages", "found"),
    [(("es",), "es"), (("es-MX",), "es"), (("fr", "en"), "en"), (("en-GB",), "en-GB"), (("fr",), "en"), ((), "en")],
)
def test_a_text_is_of_the_first_language_there_is_one_in(languages: tuple[str, ...], found: str) -> None:
    assert text_in({"es": "hola", "en": "hi", "en-GB": "hello"}, languages)[0] == found


def test_without_queues_it_is_everybodys() -> None:
    everybodys = Canned(shortcut="hi", title="Hi", texts={"en": "Hi"})
    returns = Canned(shortcut="hi", title="Hi", texts={"en": "Hi"}, queues=("returns",))
    assert everybodys.is_for(())
    assert returns.is_for(("support", "returns"))
    assert not returns.is_for(("support",))
