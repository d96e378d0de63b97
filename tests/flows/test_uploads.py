"""Files for an answer: asked for, put, checked, kept; and handed out to whoever was sent a link."""

from dataclasses import replace
from datetime import timedelta

import pytest

from switchboard.channels.files import LINKED
from switchboard.conversation import Conversation, Entry
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows import desk, uploads
from switchboard.message import Attachment
from tests.shelf import MemoryShelf, upload
from tests.world import World


@pytest.fixture
def shelf(world: World) -> MemoryShelf:
    return MemoryShelf(world.clock)


@pytest.fixture
def ann(world: World) -> desk.Caller:
    caller = world.agent("ann")
    world.text()
    return caller


def enclose(
    who: desk.Caller, world: World, shelf: MemoryShelf, *ids: str, scanned: bool = True
) -> tuple[Attachment, ...]:
    return uploads.enclose(who, world.only(), ids, world.board, shelf, scanned=scanned)


def test_an_upload_is_asked_for_with_its_size_and_type_and_lives_ten_minutes(
    world: World, ann: desk.Caller, shelf: MemoryShelf
) -> None:
    file = uploads.Declared("folder/l\u00e4mp.png", "image/PNG; x=y", 100)
    asked = uploads.ask(ann, world.only().id, file, "u1", world.board, shelf)
    assert shelf.offered == {f"uploads/{world.only().id}/ann/u1": ("l\u00e4mp.png", "image/png", 100)}
    assert (asked.upload_id, asked.expires_at) == ("u1", world.now + timedelta(minutes=10))


def test_only_who_has_the_conversation_uploads_for_it(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    bob = world.agent("bob", online=False)
    with pytest.raises(ForbiddenError, match="take it over first"):
        upload(bob, world.only().id, world.board, shelf)
    with pytest.raises(NotFoundError):
        upload(world.agent("carl", queues=("returns",)), world.only().id, world.board, shelf)


def test_an_answers_files_are_kept_apart_from_where_they_were_put(
    world: World, ann: desk.Caller, shelf: MemoryShelf
) -> None:
    one = upload(ann, world.only().id, world.board, shelf)
    (file,) = enclose(ann, world, shelf, one, one)
    assert (file.filename, file.content_type, file.sniffed_type) == ("lamp.png", "image/png", "image/png")
    assert file.key == f"outgoing/{world.only().id}/{one}"
    assert file.key in shelf.files
    assert not file.is_awaited


def test_an_upload_of_somebody_elses_or_of_another_conversation_is_unknown(
    world: World, ann: desk.Caller, shelf: MemoryShelf
) -> None:
    one = upload(ann, world.only().id, world.board, shelf)
    for who, wanted in ((desk.Caller("bob"), one), (ann, "nothing"), (ann, f"../ann/{one}")):
        with pytest.raises(RefusedError, match="is not there, or is not yours"):
            enclose(who, world, shelf, wanted)


def test_what_was_never_put_is_refused(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    uploads.ask(ann, world.only().id, uploads.Declared("a.png", "image/png", 5), "u1", world.board, shelf)
    with pytest.raises(RefusedError, match="put the file to its url"):
        enclose(ann, world, shelf, "u1")


def test_a_file_of_another_size_than_was_declared_is_refused(
    world: World, ann: desk.Caller, shelf: MemoryShelf
) -> None:
    one = upload(ann, world.only().id, world.board, shelf)
    shelf.put(f"uploads/{world.only().id}/ann/{one}", b"\x89PNG\r\n\x1a\nmore")
    with pytest.raises(UnfitError, match="size that was declared"):
        enclose(ann, world, shelf, one)


def test_SEC_10_a_program_behind_a_pictures_name_is_refused(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    one = upload(ann, world.only().id, world.board, shelf, content=b"MZ\x90\x00")
    with pytest.raises(UnfitError, match="not what its type says"):
        enclose(ann, world, shelf, one)


@pytest.mark.parametrize(("verdict", "why"), [(None, "not scanned yet"), ("THREATS_FOUND", "malware")])
def test_SEC_10_what_is_not_found_clean_is_not_sent_but_where_nothing_scans(
    world: World, ann: desk.Caller, shelf: MemoryShelf, verdict: str | None, why: str
) -> None:
    one = upload(ann, world.only().id, world.board, shelf)
    shelf.verdicts[f"uploads/{world.only().id}/ann/{one}"] = verdict
    with pytest.raises(RefusedError, match=why):
        enclose(ann, world, shelf, one)
    assert enclose(ann, world, shelf, one, scanned=False)


def test_files_that_are_too_large_together_are_refused(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 3_000_000
    ids = [upload(ann, world.only().id, world.board, shelf, content=picture) for _ in range(2)]
    with pytest.raises(UnfitError, match="5 MB in all"):
        enclose(ann, world, shelf, *ids)


def test_what_goes_as_a_link_takes_no_room_in_the_message(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 6_000_000
    ids = [upload(ann, world.only().id, world.board, shelf, content=picture) for _ in range(2)]
    assert len(enclose(ann, world, shelf, *ids)) == 2


def test_more_files_than_the_channel_takes_are_refused(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    ids = [upload(ann, world.only().id, world.board, shelf) for _ in range(11)]
    with pytest.raises(UnfitError, match="10 at most"):
        enclose(ann, world, shelf, *ids)


def test_a_file_larger_than_the_channel_takes_is_refused_before_it_is_put(
    world: World, ann: desk.Caller, shelf: MemoryShelf
) -> None:
    file = uploads.Declared("a.pdf", "application/pdf", LINKED + 1)
    with pytest.raises(UnfitError, match="make it smaller"):
        uploads.ask(ann, world.only().id, file, "u1", world.board, shelf)


def test_an_answer_shows_its_files_and_may_have_no_words(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    one = upload(ann, world.only().id, world.board, shelf)

    def complete(known: Conversation, entry: Entry) -> Entry:
        files = uploads.enclose(ann, known, [one], world.board, shelf, scanned=True)
        return replace(entry, attachments=files)

    entry, _ = desk.reply(ann, world.only().id, "", "k", world.board, complete)
    written = world.conversations.entry(entry.thread, entry.id)
    assert written
    assert [file.filename for file in written.attachments] == ["lamp.png"]


def test_a_link_hands_its_file_out_for_a_month(world: World, ann: desk.Caller, shelf: MemoryShelf) -> None:
    one = upload(ann, world.only().id, world.board, shelf)
    enclose(ann, world, shelf, one)

    def ask(file_id: str = one) -> str:
        return uploads.hand_out(world.only().id, file_id, shelf, lambda *told: "|".join(told), world.now)

    assert ask() == f"outgoing/{world.only().id}/{one}|lamp.png|image/png"
    with pytest.raises(NotFoundError):
        ask("other")
    world.later(days=31)
    with pytest.raises(NotFoundError):
        ask()
