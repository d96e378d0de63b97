"""The files of texts: what is wrong in one is said with its line and the remedy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from switchboard.acknowledgement.texts import TEMPLATES, TextError, languages, read_texts, texts_in

ENGLISH = (TEMPLATES / "en.toml").read_text(encoding="utf-8")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    assert old in ENGLISH
    path = tmp_path / "en.toml"
    path.write_text(ENGLISH.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(start: str) -> int:
    return next(number for number, line in enumerate(ENGLISH.splitlines(), start=1) if line.startswith(start))


HELLO = 'hello = "Hello $name."'


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ('thanks = "Thank you for writing to $brand."\n', "", "[chat]", "[chat] thanks is missing: add it, as in en"),
        (HELLO, 'hello = "Hello $nmae."', "hello", "[chat] hello fills in $nmae: name $name"),
        ('upset = "We are', 'upset = "$name, we are', "upset", "[chat] upset fills in $name: remove them"),
        (HELLO, 'hello = "Hello $name, 5 $."', "hello", "[chat] hello has a $ that names nothing: remove it"),
        (HELLO, 'hello = ""', "hello", "[chat] hello is no text: write a sentence in quotes"),
        (HELLO, "hello = 5", "hello", "[chat] hello is no text: write a sentence in quotes"),
        (HELLO, 'helo = "Hi"', "hello", "[chat] helo is unknown: use hello, thanks, upset"),
        ("within = {one", "within = {few", "within", "[chat] within needs a text for each plural of this language"),
        ("customs =", "custom =", "[none]", "custom is unknown: use only chat, clock, customs"),
        ("[friendly.mail]", "[friendly.post]", "[none]", "[friendly] post is unknown: use chat, sms, mail"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_line_and_the_remedy(
    tmp_path: Path, old: str, new: str, line: str, problem: str
) -> None:
    with pytest.raises(TextError, match=re.escape(problem)) as caught:
        read_texts(changed(tmp_path, old, new))
    where = re.match(r"en\.toml:(\d+): ", str(caught.value))
    assert where
    if line != "[none]":
        assert int(where[1]) == line_of(line)


def test_a_file_without_a_language_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="language is missing: write it in quotes at the top"):
        read_texts(changed(tmp_path, 'language = "English"\n', ""))


def test_what_is_no_toml_is_said_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r'en\.toml: .*line \d+.*write each line as name = "text"'):
        read_texts(changed(tmp_path, HELLO, "hello = Hello"))


def test_a_mistake_in_the_friendly_texts_is_found_by_whoever_asks_for_formal_ones(tmp_path: Path) -> None:
    path = changed(tmp_path, 'hello = "Hi $name."', 'hello = "Hi $nick."')
    with pytest.raises(TextError, match=re.escape("[friendly.chat] hello fills in $nick: name $name")):
        read_texts(path, "formal")


def test_a_sign_for_money_is_written_twice(tmp_path: Path) -> None:
    path = changed(tmp_path, "We are closed now.", "Closed, no $$.")
    assert read_texts(path).sentences["sms", "closed"].substitute() == "Closed, no $."


@pytest.mark.parametrize("language", languages())
def test_each_file_says_how_to_edit_it_and_can_be_read(language: str) -> None:
    path = TEMPLATES / f"{language}.toml"
    explained = "".join(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    for name in ("name", "brand", "time", "weekday", "date", "minutes", "contact", "reference"):
        assert f"${name}" in explained
    assert read_texts(path).language == language


def test_what_the_friendly_do_not_say_differently_is_as_formal() -> None:
    formal, friendly = texts_in("de", "formal"), texts_in("de", "friendly")
    assert formal.sentences["chat", "closed"].template == friendly.sentences["chat", "closed"].template
    assert formal.sentences["chat", "hello"].template != friendly.sentences["chat", "hello"].template


@pytest.mark.parametrize(
    ("asked", "file", "customs"),
    [
        ("en", "en", "en_GB"),
        ("en-US", "en", "en_US"),
        ("pt", "pt", "pt_BR"),
        ("pt-PT", "pt", "pt_PT"),
        ("xx", "en", "en_GB"),
        ("en-XX", "en", "en_GB"),
    ],
)
def test_a_language_of_a_country_has_the_languages_texts_and_the_countrys_times(
    asked: str, file: str, customs: str
) -> None:
    found = texts_in(asked, "formal")
    assert (found.language, str(found.customs.locale)) == (file, customs)


def test_texts_are_found_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts_in.cache_clear()
    languages.cache_clear()
    assert len(languages()) == 8
    assert texts_in("ja", "formal").name


@pytest.mark.parametrize(("module", "pays"), [("acknowledge", True), ("route", False), ("deliver", False)])
def test_only_what_composes_imports_the_library_of_customs(*, module: str, pays: bool) -> None:
    code = f"import sys, switchboard.flows.{module}; print('babel' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(pays)
