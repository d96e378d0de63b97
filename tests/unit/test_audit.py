"""What is kept of leads' decisions."""

from hypothesis import given
from hypothesis import strategies as st

from switchboard.audit import Difference, differences, tag_of

values = st.dictionaries(st.sampled_from(["name", "units", "queues"]), st.text(max_size=3))


def test_only_what_changed_is_told_with_what_it_was() -> None:
    before, after = {"name": "Ann", "units": "3"}, {"name": "Ann", "units": "5", "queues": "support"}
    assert differences(before, after) == (
        Difference(field="units", before="3", after="5"),
        Difference(field="queues", before=None, after="support"),
    )


@given(values, values)
def test_the_same_settings_and_no_others_have_the_same_tag(one: dict[str, str], other: dict[str, str]) -> None:
    assert (tag_of(one) == tag_of(other)) is (one == other)
    assert tag_of(dict(reversed(one.items()))) == tag_of(one)


@given(values, values)
def test_differences_lead_from_the_one_to_the_other(before: dict[str, str], after: dict[str, str]) -> None:
    made = dict(before)
    for one in differences(before, after):
        assert made.get(one.field) == one.before
        made |= {one.field: one.after or ""}
        if one.after is None:
            del made[one.field]
    assert made == after
