"""The demonstration's scenes are for accounts that there are, on every channel that there is."""

from pathlib import Path

from sandbox.demo import MORNING
from switchboard.channels import all_channels
from switchboard.policy import load_policy

POLICY = load_policy(Path(__file__).parents[2] / "policy.yaml")


def test_every_channel_has_a_scene() -> None:
    assert {POLICY.accounts[scene.account].channel for scene in MORNING} == set(all_channels())


def test_a_mail_has_a_subject() -> None:
    assert all(scene.subject for scene in MORNING if POLICY.accounts[scene.account].channel == "email")


def test_no_two_scenes_have_the_same_words() -> None:
    assert len({scene.words for scene in MORNING}) == len(MORNING)
