"""The model finds what it is for: the code is broken on purpose, one condition at a time, and each is found.

Without this nobody would know whether thousands of histories pass because the code is right or because nobody looks.
That no wake-up is lost is held by `test_handovers.py`, in every order of the steps.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from switchboard import conversation as transition
from switchboard.aws.agents import DynamoAgents
from switchboard.aws.conversations import DynamoConversations
from switchboard.aws.queues import DynamoQueues
from switchboard.decisions import pack
from switchboard.flows import deliver, desk, dispatch, held
from tests.model import play

HISTORIES = 300
"""Within which each must be found; most are among the first ten."""
Patch = pytest.MonkeyPatch


def claims_ask_for_no_room(patch: Patch) -> None:
    take = DynamoConversations._take_units

    def taking(self: Any, after: Any, at: Any, condition: str, told: dict[str, Any]) -> dict[str, Any]:
        write = take(self, after, at, condition, told)
        if "#free" in condition:
            write["Update"]["ConditionExpression"] = "attribute_exists(agent_id)"
        return write

    patch.setattr(DynamoConversations, "_take_units", taking)


def claims_believe_what_was_read(patch: Patch) -> None:
    change = DynamoConversations._change

    def changing(self: Any, before: Any, after: Any) -> Any:
        changed, put = change(self, before, after)
        put["Put"]["ConditionExpression"] = "attribute_exists(thread)"
        return changed, put

    patch.setattr(DynamoConversations, "_change", changing)


def saving_believes_what_was_read(patch: Patch) -> None:
    put = DynamoConversations._put
    patch.setattr(DynamoConversations, "_put", lambda self, item, *_: put(self, item, "attribute_exists(thread)", {}))


def units_are_not_given_back(patch: Patch) -> None:
    give = DynamoConversations._give_back
    patch.setattr(DynamoConversations, "_give_back", lambda self, before, at: give(self, replace(before, cost=0), at))


def redeliveries_are_news(patch: Patch) -> None:
    record = DynamoConversations.record

    def recording(self: Any, entry: Any) -> None:
        record(self, entry)

    patch.setattr(DynamoConversations, "record", recording)


def keys_are_ignored(patch: Patch) -> None:
    reply = desk.reply

    def replying(caller: Any, known: Any, text: Any, key: str, board: Any) -> Any:
        return reply(caller, known, text, f"{key}{board.new_id()}", board)

    patch.setattr(desk, "reply", replying)


def leases_never_end(patch: Patch) -> None:
    claim = transition.claim
    patch.setattr(transition, "claim", lambda *asked: replace(claim(*asked), due_at=None))


def the_sweep_is_told_of_nothing(patch: Patch) -> None:
    patch.setattr("switchboard.aws.conversations.file", lambda known: replace(known, check_at=None))


def lanes_are_not_listed(patch: Patch) -> None:
    patch.setattr(DynamoQueues, "add_lane", lambda *_: None)


def who_leaves_keeps_their_work(patch: Patch) -> None:
    for user in ("desk", "sweep"):
        patch.setattr(f"switchboard.flows.{user}.release_all", lambda *_: 0)


def who_is_full_is_forgotten(patch: Patch) -> None:
    """Whoever was full once is not listed again."""
    patch.setattr(DynamoAgents, "ensure_listed", lambda *_: None)


def the_newest_is_sent_first(patch: Patch) -> None:
    patch.setattr(deliver, "min", max, raising=False)


def whoever_said_stop_is_written_to(patch: Patch) -> None:
    patch.setattr(deliver._Line, "_objection", lambda *_: None)


def a_candidate_is_not_recorded(patch: Patch) -> None:
    patch.setattr(dispatch, "pack", lambda case: pack(replace(case, candidates=case.candidates[1:])))


def messages_survive_their_customer(patch: Patch) -> None:
    patch.setattr(DynamoConversations, "remove", lambda *_: None)


def free_places_stay_free(patch: Patch) -> None:
    patch.setattr(held, "take", lambda *_: False)


MUTATIONS: tuple[Callable[[Patch], None], ...] = (
    claims_ask_for_no_room,
    claims_believe_what_was_read,
    saving_believes_what_was_read,
    units_are_not_given_back,
    redeliveries_are_news,
    keys_are_ignored,
    leases_never_end,
    the_sweep_is_told_of_nothing,
    lanes_are_not_listed,
    who_leaves_keeps_their_work,
    who_is_full_is_forgotten,
    the_newest_is_sent_first,
    whoever_said_stop_is_written_to,
    a_candidate_is_not_recorded,
    messages_survive_their_customer,
    free_places_stay_free,
)


@pytest.mark.long
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_the_model_finds_that(mutation: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutation(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011  # which promise breaks first is another matter
        play(HISTORIES, shrink=False)
