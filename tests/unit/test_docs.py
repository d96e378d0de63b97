"""The documentation is true where that can be checked."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from switchboard.channels import all_channels
from switchboard.errors import SwitchboardError
from switchboard.events import ALL_EVENTS
from switchboard.policy import Policy
from tests.world import ROOT

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "*/README.md", "switchboard/**/README.md")
    for page in ROOT.glob(pattern)
    if "node_modules" not in page.parts and not page.is_relative_to(ROOT / ".venv")
)


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(  # our own script
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text("utf-8"))
    dead = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert dead == []


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/adr/README.md").read_text("utf-8")
    missing = [page.name for page in ROOT.glob("docs/adr/0*.md") if page.name not in index]
    assert missing == []


def test_every_event_is_documented() -> None:
    text = (ROOT / "docs/events.md").read_text("utf-8")
    assert [kind.DETAIL_TYPE for kind in ALL_EVENTS if f"`{kind.DETAIL_TYPE}`" not in text] == []


def test_every_channel_has_a_readme_and_samples() -> None:
    for name in all_channels():
        folder = ROOT / "switchboard/channels" / name
        assert (folder / "README.md").exists()
        assert list((folder / "samples").glob("*.expected.json"))


def test_the_policy_page_explains_every_part() -> None:
    text = (ROOT / "docs/policy.md").read_text("utf-8")
    schema = Policy.model_json_schema()
    parts = {name for part in (schema, *schema["$defs"].values()) for name in part.get("properties", ())}
    assert [part for part in sorted(parts) if f"`{part}`" not in text] == []


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_every_error_says_what_it_means() -> None:
    def family(kind: type[SwitchboardError]) -> list[type[SwitchboardError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in family(child))]

    assert [kind.__name__ for kind in family(SwitchboardError) if not kind.__doc__] == []
