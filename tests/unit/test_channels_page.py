"""docs/channels.md says of every rule which tests hold it, and of every channel what it can."""

import runpy
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from switchboard.channels import Channel, all_channels
from switchboard.channels.email.automation import _TABLE
from tests.world import ROOT

GENERATE: dict[str, Any] = runpy.run_path(str(ROOT / "docs/generate.py"))
RULES: dict[str, Any] = GENERATE["RULES"]
PAGE = (ROOT / "docs/channels.md").read_text("utf-8")
LAST = {"X": 15, "SEC": 18, "AK": 5, "EM": 26, "TW": 15, "MT": 6, "FB": 5, "IG": 3, "WA": 9, "TG": 6, "LN": 6}


def _rules() -> Iterator[str]:
    for rules in RULES["rules"].values():
        yield from rules


def test_every_rule_is_listed_once() -> None:
    listed = list(_rules())
    assert sorted(listed) == sorted(f"{kind}-{number}" for kind, last in LAST.items() for number in range(1, last + 1))


def test_every_rule_that_a_test_names_exists() -> None:
    assert set(GENERATE["rules_in_tests"]()) - set(_rules()) == set()


def test_a_rule_is_held_by_a_test_or_said_to_be_open() -> None:
    held = set(GENERATE["rules_in_tests"]())
    assert sorted(set(_rules()) - held) == sorted(RULES["open"]), "write a test, or correct `open` in docs/rules.toml"


@pytest.mark.parametrize("rule", sorted(_rules()))
def test_every_rule_has_a_row_in_the_page(rule: str) -> None:
    assert f"| {rule} | " in PAGE


def test_every_channel_has_a_cell_in_every_row_of_what_is_supported() -> None:
    begin, end = "<!-- support: made by make docs -->", "<!-- end of support -->"
    lines = PAGE.partition(begin)[2].partition(end)[0].strip().splitlines()
    heads, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    assert set(heads) == {"", *all_channels()}
    assert {row[0] for row in rows} == {*GENERATE["TOLD"].values(), *GENERATE["CODED"]}
    assert [row[0] for row in rows if len(row) != len(heads) or not all(row)] == []


def test_every_field_of_a_channel_is_explained_in_the_guide() -> None:
    guide = (ROOT / "docs/adding-a-channel.md").read_text("utf-8")
    assert [field.name for field in fields(Channel) if f"| `{field.name}` | " not in guide] == []


def test_every_row_of_the_automation_table_is_explained() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    told = {(row.number, row.reason) for row in _TABLE}
    missing = [pair for pair in told if not any(r.startswith(f"| {pair[0]} |") and f"`{pair[1]}`" in r for r in rows)]
    assert missing == []
