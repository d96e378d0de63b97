"""Two agents and one conversation on the deployed system: what each has read and begun to write, and who else looks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.api import AgentApi, ProblemError
from sandbox.push import Ear, Looking
from tests.e2e.lab import CUSTOMER, Lab
from tests.e2e.test_erasure import finish, stored

NEVER = 3600.0
"""Seconds between two signs of life, where only what is said at once shall be heard."""
WORDS = "Dear Mia, the canary"


@dataclass
class Console:
    """A console that shows conversations; what it last heard of who else looks."""

    lab: Lab
    ear: Ear
    heard: list[Looking] = field(default_factory=list)

    def look(self, conversation_id: str | None, *, typing: bool = False) -> None:
        self.ear.look(conversation_id, typing=typing)

    def await_others(self, **typing: bool) -> None:
        """Until it shows exactly these, by name, with whether they type."""
        expected = {self.lab.agent_id(name): does for name, does in typing.items()}
        self.lab.wait_for(lambda: self.heard and dict(self.heard[-1].typing) == expected, f"{typing} to be told")


@contextmanager
def console(lab: Lab, username: str) -> Iterator[Console]:
    """An agent's console, connected."""
    api = lab.running.agent(username)
    heard: list[Looking] = []
    ear = Ear(
        api, changed=lambda _: None, reload=lambda: None, looking=heard.append, ask_every=NEVER, chance=lambda: 0.0
    )
    with ear:
        lab.wait_for(ear.connected.is_set, f"{username} to be connected")
        yield Console(lab, ear, heard)
    api.close()


@pytest.fixture
def conversation_id(lab: Lab) -> str:
    """A conversation of Ann's; Dee leads, and so sees it, too."""
    ann = lab.agent("ann")
    lab.text("hello")
    mine: Sequence[dict[str, Any]] = lab.wait_for(ann.conversations, "the conversation")
    return str(mine[0]["conversation_id"])


def item(api: AgentApi, conversation_id: str) -> dict[str, Any]:
    """The conversation in its agent's list, and as itself: both tell the same of what was read."""
    (listed,) = [one for one in api.conversations() if one["conversation_id"] == conversation_id]
    known = api.conversation(conversation_id)
    assert (listed["unread"], listed["has_draft"]) == (known["unread"], known["has_draft"])
    return known


# -- unread ----------------------------------------------------------------------------------------


def test_unread_goes_when_it_is_read_and_returns_with_a_new_message(lab: Lab, conversation_id: str) -> None:
    ann, dee = lab.agent("ann"), lab.agent("dee", online=False)
    assert item(ann, conversation_id)["unread"]
    assert not ann.read(conversation_id)
    assert not item(ann, conversation_id)["unread"]
    assert dee.conversation(conversation_id)["unread"], "she has not looked"
    lab.text("are you there?")
    lab.wait_for(lambda: ann.conversation(conversation_id)["unread"], "the new message")
    assert item(ann, conversation_id)["unread"]
    ann.reply(conversation_id, "Yes!")
    assert not item(ann, conversation_id)["unread"]


def test_a_note_that_means_an_agent_is_unread_to_them(lab: Lab, conversation_id: str) -> None:
    ann, dee = lab.agent("ann"), lab.agent("dee", online=False)
    dee.read(conversation_id)
    ann.note(conversation_id, "What do you think?", [lab.agent_id("dee")])
    assert dee.conversation(conversation_id)["unread"]


# -- drafts ----------------------------------------------------------------------------------------


def test_a_draft_outlives_signing_out_is_nobody_elses_and_ends_with_the_answer(lab: Lab, conversation_id: str) -> None:
    ann = lab.running.agent("ann")
    kept = ann.keep_draft(conversation_id, text=WORDS, cc=["bo@"], attachments=["u1"])
    ann.close()
    back, dee = lab.running.agent("ann"), lab.agent("dee", online=False)
    draft = item(back, conversation_id)["draft"]
    assert (draft["text"], draft["cc"], draft["attachments"], draft["etag"]) == (WORDS, ["bo@"], ["u1"], kept["etag"])
    assert [one["conversation_id"] for one in back.drafts()] == [conversation_id]
    assert (dee.conversation(conversation_id)["draft"]["text"], dee.drafts()) == ("", [])
    back.reply(conversation_id, WORDS)
    assert item(back, conversation_id)["draft"]["text"] == ""
    lab.wait_for(lambda: not back.drafts(), "the index to know it")
    back.close()


def test_of_two_windows_that_write_at_once_one_is_told(lab: Lab, conversation_id: str) -> None:
    ann = lab.agent("ann")
    empty = ann.conversation(conversation_id)["draft"]["etag"]

    def save(text: str) -> int:
        try:
            ann.keep_draft(conversation_id, empty, text=text)
        except ProblemError as refused:
            return refused.status
        return 200

    assert sorted(lab.at_once([lambda: save("one"), lambda: save("two")])) == [200, 412]
    kept = ann.conversation(conversation_id)["draft"]["text"]
    assert save(kept) == 200, "the same again is done already"
    ann.drop_draft(conversation_id)
    assert ann.conversation(conversation_id)["draft"]["etag"] == empty


def test_SEC_16_a_draft_is_erased_with_the_customer(lab: Lab, conversation_id: str) -> None:
    ann, dee = lab.agent("ann"), lab.agent("dee", online=False)
    ann.keep_draft(conversation_id, text=WORDS)
    ann.read(conversation_id)
    assert WORDS in stored(lab)
    code = lab.call("dee", "POST", "erasures", {"channel": "sms", "address": CUSTOMER}).json()["code"]
    assert finish(lab, code)["state"] == "done"
    assert "canary" not in stored(lab)
    assert (ann.drafts(), dee.drafts()) == ([], [])
    with pytest.raises(ProblemError) as gone:
        ann.keep_draft(conversation_id, text=WORDS)
    assert gone.value.status == 404


# -- who else looks --------------------------------------------------------------------------------


def test_one_types_and_the_other_hears_of_it_and_of_the_end(lab: Lab, conversation_id: str) -> None:
    with console(lab, "ann") as ann, console(lab, "dee") as dee:
        ann.look(conversation_id)
        ann.await_others()
        dee.look(conversation_id, typing=True)
        ann.await_others(dee=True)
        dee.await_others(ann=False)
        dee.look(conversation_id)
        ann.await_others(dee=False)
        dee.look(None)
        ann.await_others()


def test_whoever_closes_the_console_is_gone(lab: Lab, conversation_id: str) -> None:
    with console(lab, "ann") as ann:
        ann.look(conversation_id)
        with console(lab, "dee") as dee:
            dee.look(conversation_id)
            ann.await_others(dee=False)
        ann.await_others()


def test_whoever_is_cut_is_gone_at_once_and_back_when_their_console_is(lab: Lab, conversation_id: str) -> None:
    with console(lab, "ann") as ann, console(lab, "dee") as dee:
        ann.look(conversation_id)
        dee.look(conversation_id)
        ann.await_others(dee=False)
        before = len(ann.heard)
        lab.cut("dee")
        lab.wait_for(lambda: any(not one.typing for one in ann.heard[before:]), "Dee to be gone")
        ann.await_others(dee=False)


def test_SEC_17_what_one_may_not_see_one_can_not_look_at(lab: Lab, conversation_id: str) -> None:
    with console(lab, "ann") as ann, console(lab, "cho") as cho:
        ann.look(conversation_id)
        ann.await_others()
        cho.look(conversation_id)
        with console(lab, "dee") as dee:
            dee.look(conversation_id)
            ann.await_others(dee=False)
        assert cho.heard == []
