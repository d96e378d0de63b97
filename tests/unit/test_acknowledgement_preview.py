"""The page of all that customers are told, and the command that prints it."""

import json
import re

import pytest

from switchboard.__main__ import main
from switchboard.acknowledgement import languages, preview
from switchboard.acknowledgement.texts import TextError


def shown(page: str) -> list[dict[str, object]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    examples: list[dict[str, object]] = json.loads(found[1])["examples"]
    return examples


def test_the_page_has_every_language_channel_tone_and_situation_once() -> None:
    examples = shown(preview.page())
    keys = [tuple(example[key] for key in ("language", "tone", "channel", "situation")) for example in examples]
    assert len(keys) == len(set(keys)) == len(languages()) * 2 * len(preview.CHANNELS) * len(preview.SITUATIONS)


def test_the_page_counts_the_segments_of_text_messages_and_of_nothing_else() -> None:
    for example in shown(preview.page()):
        assert (example["segments"] is not None) == (example["channel"] == "sms")


def test_the_page_fetches_nothing() -> None:
    assert not re.search(r'(?:src|href)="(?!data:)|@import|url\(', preview.page())


def test_the_command_prints_the_page(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["preview"]) == 0
    assert capfdbinary.readouterr().out.decode() == preview.page()


def test_the_command_says_which_text_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> str:
        raise TextError("en.toml:31: [chat] hello is missing")

    monkeypatch.setattr(preview, "page", refuse)
    assert main(["preview"]) == 1
    assert capsys.readouterr().err == "en.toml:31: [chat] hello is missing\n"
