"""Copies that an agent names, and mail that is passed on: to whom, with what, and what it leaves as it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switchboard.conversation import Conversation, Entry
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows import desk
from switchboard.flows.copies import check_recipients
from switchboard.flows.files import CLEAN
from switchboard.flows.forward import LONGEST, Archive, PassedOn, forward
from switchboard.message import Attachment, Automation, Content, DeliveryStatus, Message, Party, Thread
from switchboard.policy import AccountPolicy
from tests.world import World

ACCOUNT, OURS, ALSO_OURS = "acme-mail", "help@acme.example", "returns@acme.example"
JANE, BOSS, EXPERT = "jane@customer.example", "boss@customer.example", "expert@partner.example"


class Bucket:
    """Whole messages, and what the scan found of files."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.verdicts: dict[str, str | None] = {}

    def fetch(self, key: str) -> bytes:
        return self.kept[key]

    def verdict(self, key: str) -> str | None:
        return self.verdicts.get(key, CLEAN)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def world(world: World) -> World:
    mails = {
        key: AccountPolicy(channel="email", address=address, brand="acme", queue="support", languages=("en",))
        for key, address in ((ACCOUNT, OURS), ("acme-other", ALSO_OURS))
    }
    world.with_policy(accounts={**world.policy.accounts, **mails})
    return world


@pytest.fixture
def ann(world: World) -> desk.Caller:
    return world.agent("ann")


def a_mail(world: World, number: int = 1, sender: str = JANE, **changes: Any) -> Message:
    known: dict[str, Any] = {
        "channel": "email",
        "account": ACCOUNT,
        "provider_id": f"ses{number}",
        "sender": Party(address=sender),
        "to": (Party(address=OURS),),
        "cc": (Party(address=BOSS),),
        "subject": "Does it hum?",
        "text": f"The lamp hums, {number}.",
        "thread": Thread(message_id=f"{number}@customer.example"),
        "auto": Automation(answer_to=sender),
    }
    message = Message(**{**known, **changes})
    world.route(message)
    return message


def pass_on(
    who: desk.Caller, world: World, bucket: Any, *to: str, note: str = "Please look.", ids: Any = None, key: str = "f1"
) -> Entry:
    archive = Archive(bucket, bucket, is_scanned=True)
    return forward(who, world.only().id, PassedOn(to or (EXPERT,), note, ids), key, world.board, archive)[0]


def with_cc(who: desk.Caller, world: World, *cc: str) -> Entry:
    def complete(known: Conversation, entry: Entry) -> Entry:
        return replace(entry, cc=check_recipients(cc, "cc", known, world.board), has_own_copies=True)

    return desk.reply(who, world.only().id, "It may.", "k", world.board, complete)[0]


# -- copies -----------------------------------------------------------------------------------------


def test_without_a_word_of_it_whoever_had_a_copy_gets_one(world: World, ann: desk.Caller) -> None:
    a_mail(world)
    desk.reply(ann, world.only().id, "It may.", "k", world.board)
    world.settle()
    assert world.provider.taken[-1].cc == (BOSS,)


@pytest.mark.parametrize("cc", [(), (EXPERT,), (EXPERT, BOSS)])
def test_a_list_of_copies_is_exactly_who_gets_one(world: World, ann: desk.Caller, cc: tuple[str, ...]) -> None:
    a_mail(world)
    with_cc(ann, world, *cc)
    world.settle()
    assert world.provider.taken[-1].cc == cc


def test_an_address_gets_one_copy_and_the_recipient_none(world: World, ann: desk.Caller) -> None:
    a_mail(world)
    with_cc(ann, world, EXPERT, EXPERT.upper(), JANE)
    world.settle()
    assert world.provider.taken[-1].cc == (EXPERT,)


@pytest.mark.parametrize("ours", [OURS, OURS.upper(), ALSO_OURS, "help+c.x.y@acme.example"])
def test_X_15_no_copy_goes_to_ourselves(world: World, ann: desk.Caller, ours: str) -> None:
    a_mail(world)
    with pytest.raises(UnfitError, match=r"cc\.1: an address of ours"):
        with_cc(ann, world, EXPERT, ours)


@pytest.mark.parametrize("wrong", ["boss", "a@b@c", "a b@c.example", "a@b.example\nBcc: x@y.example", "@x.example"])
def test_SEC_7_what_is_no_address_gets_no_copy(world: World, ann: desk.Caller, wrong: str) -> None:
    a_mail(world)
    with pytest.raises(UnfitError, match=r"cc\.0: no mail address"):
        with_cc(ann, world, wrong)


def test_EM_25_no_copy_goes_to_an_address_that_bounced_and_the_error_says_which_without_it(
    world: World, ann: desk.Caller
) -> None:
    a_mail(world)
    contact = world.board.customers.meet(f"email:{EXPERT}", "c9", world.now)
    world.board.customers.suppress(contact, "bounced")
    with pytest.raises(UnfitError, match=r"cc\.1: this address bounced") as caught:
        with_cc(ann, world, BOSS, EXPERT)
    assert EXPERT not in str(caught.value)


def test_EM_25_a_copy_is_left_out_whose_address_bounced_since(world: World, ann: desk.Caller) -> None:
    a_mail(world)
    with_cc(ann, world, EXPERT, BOSS)
    world.board.customers.suppress(world.board.customers.meet(f"email:{EXPERT}", "c9", world.now), "bounced")
    world.settle()
    assert world.provider.taken[-1].cc == (BOSS,)


def test_only_mail_has_copies(world: World, ann: desk.Caller) -> None:
    world.text()
    with pytest.raises(UnfitError, match="only mail"):
        with_cc(ann, world, EXPERT)


# -- passing on -------------------------------------------------------------------------------------


def test_the_customers_newest_message_is_passed_on_below_the_agents_words(
    world: World, ann: desk.Caller, bucket: Bucket
) -> None:
    a_mail(world)
    entry = pass_on(ann, world, bucket)
    assert (entry.kind, entry.direction, entry.to) == ("forward", "outbound", (Party(address=EXPERT),))
    assert entry.text.startswith("Please look.\n\n---------- Forwarded message ----------\n")
    for line in (f"From: {JANE}", "Subject: Does it hum?", "The lamp hums, 1."):
        assert line in entry.text


def test_it_goes_to_others_with_our_mark_and_not_to_the_customer(
    world: World, ann: desk.Caller, bucket: Bucket
) -> None:
    a_mail(world)
    pass_on(ann, world, bucket, EXPERT, "second@partner.example")
    world.settle()
    (mail,) = [sent for sent in world.provider.taken if sent.passes_on]
    assert (mail.recipient, mail.also_to, mail.cc) == (EXPERT, ("second@partner.example",), ())
    assert (mail.passes_on, mail.thread, mail.subject) == (True, None, "Does it hum?")
    assert mail.conversation_id == world.only().id


def test_whoever_waits_goes_on_waiting(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world)
    world.settle()
    before = world.only()
    pass_on(ann, world, bucket)
    world.settle()
    after = world.only()
    kept = ("awaiting_since", "due_at", "promise_due_at", "answers", "answer", "owner", "answered_at", "status")
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert after.outbound == before.outbound + 1


def test_EM_21_what_they_answer_belongs_to_the_conversation(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world)
    pass_on(ann, world, bucket)
    world.settle()
    token = Thread(message_id="9@partner.example", token=world.only().id)
    a_mail(world, 2, sender=EXPERT, thread=token, cc=(), text="It may.")
    assert [entry.text for entry in world.entries(world.only()) if entry.direction == "inbound"][-1] == "It may."


def test_the_same_key_passes_on_once(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world)
    assert pass_on(ann, world, bucket) == pass_on(ann, world, bucket, BOSS)
    world.settle()
    assert [mail.recipient for mail in world.provider.taken if mail.passes_on] == [EXPERT]


def test_files_go_along_each_once(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    files = tuple(Attachment(filename=f"{n}.png", content_type="image/png", size=5, key=f"media/{n}") for n in range(2))
    a_mail(world, attachments=(*files, files[0]))
    entry = pass_on(ann, world, bucket)
    assert [file.key for file in entry.attachments] == ["media/0", "media/1"]


def test_SEC_10_a_file_that_is_not_clean_is_not_passed_on(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world, attachments=(Attachment(filename="a.png", size=5, key="media/0"),))
    for verdict, why in ((None, "not scanned yet"), ("THREATS_FOUND", "malware")):
        bucket.verdicts["media/0"] = verdict
        with pytest.raises(RefusedError, match=why):
            pass_on(ann, world, bucket)


def test_a_file_that_is_still_fetched_has_to_be_waited_for(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world, attachments=(Attachment(filename="a.png"),))
    with pytest.raises(RefusedError, match="not fetched yet"):
        pass_on(ann, world, bucket)


def test_the_whole_of_a_message_is_passed_on_up_to_a_limit(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    bucket.kept["content/1"] = Content(text="short", full_text="x" * LONGEST).model_dump_json().encode()
    a_mail(world, text="short", content="content/1")
    entry = pass_on(ann, world, bucket, note="")
    assert len(entry.text) == LONGEST
    assert entry.text.endswith("[\u2026]")


def test_messages_are_chosen_by_their_ids(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    first = a_mail(world)
    reference = Thread(message_id="2@customer.example", in_reply_to="1@customer.example")
    a_mail(world, 2, thread=reference)
    entry = pass_on(ann, world, bucket, ids=[first.provider_id])
    assert "hums, 1." in entry.text
    assert "hums, 2." not in entry.text
    with pytest.raises(NotFoundError, match="1 of them"):
        pass_on(ann, world, bucket, ids=["nothing"], key="f2")


def test_X_15_nothing_is_passed_on_to_ourselves(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world)
    with pytest.raises(UnfitError, match=r"to\.0: an address of ours"):
        pass_on(ann, world, bucket, ALSO_OURS)


def test_only_its_owner_passes_mail_on(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world)
    with pytest.raises(ForbiddenError):
        pass_on(world.agent("bob", online=False), world, bucket)


def test_a_chat_is_not_passed_on(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    world.text()
    with pytest.raises(UnfitError, match="only mail"):
        pass_on(ann, world, bucket)


def test_EM_25_a_recipient_that_bounced_since_gets_nothing(world: World, ann: desk.Caller, bucket: Bucket) -> None:
    a_mail(world)
    entry = pass_on(ann, world, bucket)
    world.board.customers.suppress(world.board.customers.meet(f"email:{EXPERT}", "c9", world.now), "bounced")
    world.later(seconds=timedelta(seconds=1).total_seconds())
    world.settle()
    written = world.conversations.entry(entry.thread, entry.id)
    assert written
    assert (written.status, written.code) == (DeliveryStatus.FAILED, "suppressed")


def test_a_colleagues_forward_is_no_answer_that_a_reply_would_repeat(
    world: World, ann: desk.Caller, bucket: Bucket
) -> None:
    a_mail(world)
    known = world.only()
    pass_on(ann, world, bucket)
    seen = desk.Seen(revision=known.revision, outbound=known.outbound)
    desk.reply(desk.Caller("ann", seen=seen), known.id, "It may.", "k", world.board)
