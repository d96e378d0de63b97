"""Skills with levels: how they are written, who satisfies them, and what is left as they are relaxed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.skills import HIGHEST, Skill, combined, missing, parse, relaxed, satisfies, sufficient

SKILLS = st.builds(Skill, st.sampled_from(["chat", "returns", "spanish"]), st.integers(1, HIGHEST))
TEXTS = st.lists(SKILLS.map(lambda skill: skill.text), max_size=4).map(combined)


def test_a_plain_name_is_level_one() -> None:
    assert parse("returns") == parse("returns:1") == Skill("returns", 1)
    assert Skill("returns", 1).text == "returns"


@given(SKILLS)
def test_a_skill_reads_as_it_was_written(skill: Skill) -> None:
    assert parse(skill.text) == skill


@pytest.mark.parametrize(
    "text", ["", "Returns", "returns:0", "returns:6", "returns:", "re turns", "a+b", "x" * 41, "a\n"]
)
def test_what_is_no_skill_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="as in returns:3"):
        parse(text)


def test_of_one_name_the_highest_level_is_asked_for() -> None:
    assert combined(["returns", "chat:2"], ["returns:3"], ["returns:2"]) == ("chat:2", "returns:3")


def test_an_agent_of_a_higher_level_satisfies_a_lower_one() -> None:
    assert satisfies(["returns:4", "chat"], ["returns:3", "chat"])
    assert missing(["returns:2"], ["chat", "returns:3"]) == ("chat", "returns:3")


def test_whoever_has_a_name_twice_has_the_higher_level() -> None:
    assert satisfies(["returns", "returns:4"], ["returns:3"])


def test_an_agents_skill_that_cannot_be_read_is_none() -> None:
    assert not satisfies(["Returns", "returns:9"], ["returns"])
    assert satisfies(["Returns", "returns"], ["returns"])


def test_each_step_lowers_every_level_and_drops_what_is_below_one() -> None:
    assert relaxed(["chat", "returns:3"], 1) == ("returns:2",)
    assert relaxed(["chat", "returns:3"], 3) == ()


@given(TEXTS)
def test_no_step_changes_nothing(required: tuple[str, ...]) -> None:
    assert relaxed(required, 0) == required


@given(TEXTS, TEXTS, st.integers(0, HIGHEST))
def test_relaxing_loses_no_agent(agent: tuple[str, ...], required: tuple[str, ...], steps: int) -> None:
    assert not satisfies(agent, required) or satisfies(agent, relaxed(required, steps))


@given(TEXTS, st.integers(0, HIGHEST), st.integers(0, HIGHEST))
def test_steps_add_up(required: tuple[str, ...], first: int, second: int) -> None:
    assert relaxed(relaxed(required, first), second) == relaxed(required, first + second)


@given(SKILLS, SKILLS)
def test_sufficient_are_exactly_the_levels_that_satisfy(own: Skill, required: Skill) -> None:
    assert satisfies([own.text], [required.text]) is (own.text in sufficient(required.text))
