"""Stages, and which policy each carries."""

from pathlib import Path

import pytest

from infra.bundle import LIBRARIES
from infra.permissions import GRANTS
from infra.policy import ROOT, policy_of
from infra.settings import STAGES, UnknownStageError, settings_of


def test_an_unknown_stage_names_those_there_are() -> None:
    with pytest.raises(UnknownStageError, match="-c stage=NAME with one of local, dev, prod"):
        settings_of("staging")


def test_every_stage_sets_up_every_function() -> None:
    for settings in STAGES.values():
        assert settings.functions.keys() == GRANTS.keys() == LIBRARIES.keys()


def test_a_stage_carries_its_own_policy_where_there_is_one(tmp_path: Path) -> None:
    text = (ROOT / "policy.yaml").read_text(encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "policy.dev.yaml").write_text(text.replace("name: Acme}", "name: Acme Dev}"), encoding="utf-8")
    assert policy_of("dev", tmp_path).brands["acme"].name == "Acme Dev"
    assert policy_of("prod", tmp_path).brands["acme"].name == "Acme"
