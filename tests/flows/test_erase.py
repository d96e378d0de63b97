"""Erasing a customer reaches every store, gives back what was held, and stays (rules SEC-16, TW-11)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switchboard.aws.records import attributes
from switchboard.aws.stream import change_of
from switchboard.bookmark import Draft
from switchboard.conversation import Conversation, Entry, Status
from switchboard.erasure import SETTLING, State
from switchboard.errors import ConflictError, SecretMissingError, SendRefusedError, SendThrottledError
from switchboard.events import ConversationErased, MessageReceived
from switchboard.flows import desk, reading
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.erasures import admit, ask_for, erase_again
from switchboard.flows.media import key_of
from switchboard.flows.publish import events_of
from switchboard.message import Attachment, ConsentChange, Message, Party, Reaction
from tests import aws_events
from tests.doubles import Overridden
from tests.erasing import Erasing
from tests.world import CUSTOMER, World

CANARY = "canary-words"
OTHER = "+15551230002"


@pytest.fixture
def erasing(world: World) -> Erasing:
    return Erasing(world)


def a_message(sent: timedelta | None = None, world: World | None = None, **changes: Any) -> Message:
    sent_at = world.now + sent if world and sent is not None else None
    defaults = {"channel": "sms", "account": "acme-sms", "sender": Party(address=CUSTOMER), "provider_id": "SM1"}
    return Message(**{**defaults, "text": CANARY, "sent_at": sent_at, **changes})


def receive(world: World, message: Any) -> bool:
    """The router's beginning: what it admits is routed."""
    if not admit(message, world.now, world.board):
        return False
    world.route(message)
    return True


def converse(world: World) -> desk.Caller:
    """A customer with a conversation that ann holds, with an answer, an acknowledgement and a consent."""
    ann = world.agent("ann", units=2)
    world.text(CANARY, sid="SM1")
    world.settle()
    world.later(seconds=30)
    desk.reply(ann, world.only().id, f"{CANARY} too", "k1", world.board)
    world.settle()
    return ann


def stop(world: World) -> None:
    change = ConsentChange(
        channel="sms",
        account="acme-sms",
        provider_id="SM8",
        sender=Party(address=CUSTOMER),
        kind="opt_out",
        wording=CANARY,
    )
    assert receive(world, change)


def put(world: World, entry: Entry) -> None:
    assert world.conversations.record(entry) is None


def test_SEC_16_nothing_of_the_customer_is_left_in_any_table(erasing: Erasing, world: World) -> None:
    converse(world)
    stop(world)
    taken = erasing.ask()
    assert erasing.finish() == ["looks_again", "done"]
    stored = erasing.stored()
    assert CUSTOMER not in stored
    assert CANARY not in stored
    done = world.board.erasures.get(taken.code)
    assert done
    assert (done.state, done.found.conversations, done.found.messages) == (State.DONE, 1, 3)
    assert done.asked[0].by == "agent:dee"


def test_SEC_16_what_was_decided_about_the_customer_goes_with_the_conversation(erasing: Erasing, world: World) -> None:
    converse(world)
    gone = world.only()
    world.text(sender=OTHER)
    (other,) = [known for known in world.all_conversations() if known.id != gone.id]
    assert world.board.decisions.of(gone.id)
    erasing.ask()
    erasing.finish()
    assert world.board.decisions.of(gone.id) == []
    assert world.board.decisions.of(other.id)


def test_SEC_16_what_agents_read_and_began_to_write_goes_with_the_conversation_and_nothing_else_does(
    erasing: Erasing, world: World
) -> None:
    ann, ben = world.agent("ann"), world.agent("ben", online=False)
    world.text()
    world.text(sender=OTHER)
    drafts = [
        reading.keep_draft(who, known.id, Draft(text=CANARY), None, world.board)
        for who in (ann, ben)
        for known in world.all_conversations()
    ]
    reading.mark_read(ben, world.all_conversations()[0].id, None, world.board)
    erasing.ask()
    erasing.finish()
    left = world.board.bookmarks.within(world.only().thread)
    assert [(one.agent_id, one.draft) for one in left] == [("ann", drafts[0]), ("ben", drafts[2])]
    assert len(rows(world, "bookmark#")) == len(left)


def test_SEC_16_a_draft_that_is_saved_while_its_conversation_goes_is_gone_too(
    erasing: Erasing, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = world.agent("ann")
    world.text()
    known = world.only()
    real = type(world.conversations).forget

    def forget(*arguments: Any) -> None:
        reading.keep_draft(ann, known.id, Draft(text=CANARY), None, world.board)
        real(*arguments)

    monkeypatch.setattr(type(world.conversations), "forget", forget)
    erasing.ask()
    erasing.finish()
    assert rows(world, "bookmark#") == []


def rows(world: World, prefix: str) -> list[dict[str, Any]]:
    """Items of the conversations table of this kind."""
    items = world.client.scan(TableName="conversations")["Items"]
    return [item for item in items if item["item"]["S"].startswith(prefix)]


def test_another_customer_keeps_everything(erasing: Erasing, world: World) -> None:
    world.text(sender=OTHER)
    (kept,) = world.all_conversations()
    world.text(CANARY)
    erasing.ask()
    erasing.finish()
    assert world.only().id == kept.id
    assert len(world.entries(kept)) == 1
    assert world.board.customers.contact(f"sms:{OTHER}")


def test_all_conversations_with_all_accounts_go(erasing: Erasing, world: World) -> None:
    ann = world.agent("ann")
    world.text("hello")
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    world.text("hello again")
    world.text("to another", account="acme-returns")
    assert len(world.all_conversations()) == 3
    erasing.ask()
    erasing.finish()
    assert world.all_conversations() == []


def test_the_agent_who_holds_it_has_room_again_and_is_offered_the_next(erasing: Erasing, world: World) -> None:
    world.agent("ann", units=1)
    world.text(CANARY)
    world.text(sender=OTHER)
    assert world.free("ann") == 0
    erasing.ask()
    erasing.finish()
    world.settle()
    assert world.only().owner == "ann"
    assert world.free("ann") == 0


def test_a_conversation_that_nobody_holds_gives_nothing_back(erasing: Erasing, world: World) -> None:
    world.text(CANARY)
    world.agent("ann", units=2, queues=("returns",), skills=())
    erasing.ask()
    erasing.finish()
    assert world.free("ann") == 2


def an_exchange(world: World) -> Entry:
    """A mail of the customer's in an exchange of its own, with everything that may lie elsewhere."""
    converse(world)
    known = world.only()
    thread = f"{known.thread}.0123456789"
    mail = replace(known, thread=thread, owner=None, status=Status.IDLE, cost=0, check_at=None)
    world.conversations.open(mail)
    world.client.update_item(
        TableName="conversations",
        Key=attributes({"thread": thread, "item": "conversation#000001"}),
        UpdateExpression="SET revision = :one",
        ExpressionAttributeValues=attributes({":one": mail.revision}),
    )
    (first, *_) = world.entries(known)
    entry = replace(
        first,
        id="mail1",
        thread=thread,
        raw="mail/acme/1",
        content="content/acme/1",
        attachments=(Attachment(key="media/acme/1", filename=CANARY), Attachment(url="https://x")),
    )
    put(world, entry)
    return entry


def test_SEC_16_files_and_raw_bytes_go_also_those_whose_copy_is_not_recorded_yet(
    erasing: Erasing, world: World
) -> None:
    entry = an_exchange(world)
    keys = ("mail/acme/1", "content/acme/1", "media/acme/1", key_of(entry, 1), "mail/acme/2")
    erasing.bucket.objects = dict.fromkeys(keys, b"x")
    taken = erasing.ask()
    erasing.finish()
    assert set(erasing.bucket.objects) == {"mail/acme/2"}
    done = world.board.erasures.get(taken.code)
    assert done
    assert (done.found.conversations, done.found.files) == (2, 2)
    assert CANARY not in erasing.stored()


def test_TW_11_the_provider_deletes_its_copies_in_both_directions(erasing: Erasing, world: World) -> None:
    converse(world)
    ours = {entry.provider_id for entry in world.entries(world.only()) if entry.direction == "outbound"}
    assert len(ours) == 2
    erasing.ask()
    erasing.finish()
    assert set(erasing.provider.forgotten) == {"SM1", *ours}


@pytest.mark.parametrize("error", [SendRefusedError("20404", "no"), SecretMissingError("no")])
def test_what_a_provider_refuses_for_good_is_counted_and_holds_up_nothing(
    erasing: Erasing, world: World, error: Exception
) -> None:
    converse(world)
    taken = erasing.ask()
    erasing.provider.raising = [error]
    assert erasing.finish()[-1] == "done"
    done = world.board.erasures.get(taken.code)
    assert done
    assert done.found.left_at_provider == 1
    assert CUSTOMER not in erasing.stored()


def test_a_provider_that_is_busy_is_asked_again_and_nothing_is_forgotten_meanwhile(
    erasing: Erasing, world: World
) -> None:
    converse(world)
    taken = erasing.ask()
    erasing.provider.raising = [SendThrottledError("429", "later")]
    with pytest.raises(SendThrottledError):
        erasing.work(taken.code)
    assert world.all_conversations()
    erasing.finish()
    assert "SM1" in erasing.provider.forgotten
    assert CUSTOMER not in erasing.stored()


def test_SEC_16_a_late_copy_of_an_old_message_stays_erased(erasing: Erasing, world: World) -> None:
    world.text(CANARY, sid="SM1")
    copy, received = a_message(), world.now
    world.later(seconds=1)
    erasing.ask()
    erasing.finish()
    world.later(days=3)
    assert not admit(copy, received, world.board)  # a dead letter
    late = a_message(timedelta(days=-6), world, channel="sms")
    assert not receive(world, late)  # the network tries again
    assert CUSTOMER not in erasing.stored()


def test_SEC_16_a_new_message_after_it_starts_anew(erasing: Erasing, world: World) -> None:
    world.text(CANARY)
    before = world.only()
    erasing.ask()
    erasing.finish()
    world.later(minutes=1)
    assert receive(world, a_message(provider_id="SM2", text="hello again"))
    after = world.only()
    assert after.customer_id != before.customer_id
    assert (after.number, len(world.entries(after))) == (1, 1)


def test_a_mails_date_which_is_its_senders_own_does_not_make_it_old(erasing: Erasing, world: World) -> None:
    address = "jane@customer.example"
    erasing.ask(f"email:{address}")
    erasing.finish()
    world.later(seconds=1)
    mail = a_message(timedelta(days=-400), world, channel="email", sender=Party(address=address))
    assert admit(mail, world.now, world.board)


def test_SEC_16_an_opt_out_outlives_the_customer(erasing: Erasing, world: World) -> None:
    world.text("hello")
    stop(world)
    erasing.ask()
    erasing.finish()
    assert CUSTOMER not in erasing.stored()
    world.later(minutes=1)
    assert receive(world, a_message(provider_id="SM2", text="hello"))
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert not contact.consent("acme-sms").allows_replies
    assert acknowledge(world.only().thread, 1, world.board) == "opted_out"


def test_what_is_no_message_makes_nobody_known_again(erasing: Erasing, world: World) -> None:
    world.text("hello")
    erasing.ask()
    erasing.finish()
    reaction = Reaction(
        channel="sms",
        account="acme-sms",
        provider_id="r1",
        sender=Party(address=CUSTOMER),
        target="SM1",
        emoji="x",
        sent_at=world.now,
    )
    assert receive(world, reaction)
    assert CUSTOMER not in erasing.stored()


def test_every_id_of_a_customer_is_erased_and_remembered_as_erased(erasing: Erasing, world: World) -> None:
    ids = (Party(address="US.abc"), Party(address="15551230001"))
    message = a_message(channel="whatsapp", account="acme-whatsapp", sender=ids[0], from_mailboxes=ids)
    assert receive(world, message)
    world.later(seconds=1)
    erasing.ask("whatsapp:15551230001")
    assert sorted(erasing.finish()) == ["done", "done", "looks_again", "looks_again"]
    stored = erasing.stored()
    assert "US.abc" not in stored
    assert "15551230001" not in stored
    only_one = message.model_copy(update={"sender": ids[0], "from_mailboxes": (), "sent_at": world.now - SETTLING * 3})
    assert not admit(only_one, world.now, world.board)


def test_whoever_had_several_ids_starts_anew_as_one(erasing: Erasing, world: World) -> None:
    ids = (Party(address="US.abc"), Party(address="15551230001"))
    message = a_message(channel="whatsapp", account="acme-whatsapp", sender=ids[0], from_mailboxes=ids)
    assert receive(world, message)
    erasing.ask("whatsapp:15551230001")
    erasing.finish()
    world.later(seconds=1)
    assert receive(world, message.model_copy(update={"provider_id": "SM2"}))
    contacts = [world.board.customers.contact(f"whatsapp:{one.address}") for one in ids]
    assert len({contact.customer_id for contact in contacts if contact}) == 1
    assert None not in contacts


def test_a_customer_whom_we_do_not_know_leaves_a_tombstone_all_the_same(erasing: Erasing, world: World) -> None:
    taken = erasing.ask()
    assert erasing.finish() == ["looks_again", "done"]
    done = world.board.erasures.get(taken.code)
    assert done
    assert done.found.conversations == 0
    assert not admit(a_message(timedelta(minutes=-5), world), world.now, world.board)


def test_a_request_that_is_done_or_unknown_is_nothing_to_do(erasing: Erasing) -> None:
    taken = erasing.ask()
    erasing.finish()
    assert erasing.work(taken.code) == "nothing_left"
    assert erasing.work("0" * 32) == "nothing_left"


def test_asking_again_while_it_runs_starts_it_again(erasing: Erasing, world: World) -> None:
    taken = erasing.ask()
    erasing.work(taken.code)
    world.later(seconds=10)
    world.text(CANARY)
    erasing.ask()
    assert "done" in erasing.finish()
    assert CUSTOMER not in erasing.stored()


def test_whoever_asks_at_the_same_moment_as_somebody_else_is_told_to_come_again(erasing: Erasing) -> None:
    taken = erasing.ask()
    stale: Any = Overridden(erasing.world.board.erasures, get=lambda _: replace(taken, revision=0, asked=()))
    with pytest.raises(ConflictError):
        ask_for(f"sms:{CUSTOMER}", "agent:ann", replace(erasing.office, erasures=stale))


# -- what was just being written meanwhile ----------------------------------------------------------


def test_SEC_16_what_the_router_was_just_writing_is_found_by_the_second_look(erasing: Erasing, world: World) -> None:
    world.text(CANARY, sid="SM1")
    known, entries = world.only(), world.entries(world.only())
    taken = erasing.ask()
    erasing.work(taken.code)
    assert world.all_conversations() == []
    world.conversations.open(known)
    put(world, entries[0])
    world.board.customers.meet(f"sms:{CUSTOMER}", "another", known.opened_at)
    assert "done" in erasing.finish()
    assert world.all_conversations() == []
    assert CUSTOMER not in erasing.stored()


def test_an_acknowledgement_that_was_just_written_brings_nobody_back(erasing: Erasing, world: World) -> None:
    world.text(CANARY)
    known, taken = world.only(), erasing.ask()
    erasing.work(taken.code)
    world.later(seconds=1)
    world.board.customers.meet(f"sms:{CUSTOMER}", known.customer_id, world.now)
    erasing.finish()
    assert CUSTOMER not in erasing.stored()


def test_what_a_customer_writes_while_it_runs_is_not_lost(erasing: Erasing, world: World) -> None:
    world.text(CANARY, sid="SM1")
    taken = erasing.ask()
    erasing.work(taken.code)
    world.later(seconds=5)
    assert receive(world, a_message(provider_id="SM2", text="something new"))
    erasing.finish()
    assert [entry.text for entry in world.entries(world.only())] == ["something new"]


def test_a_conversation_that_changes_meanwhile_is_read_again(erasing: Erasing, world: World) -> None:
    ann = world.agent("ann")
    world.text(CANARY, sid="SM1")
    real, taken = world.conversations, erasing.ask()
    calls: list[str] = []

    def forget(known: Conversation, at: Any) -> None:
        if not calls:
            calls.append(known.id)
            desk.reply(ann, known.id, CANARY, "k1", replace(world.board, conversations=real))
        real.forget(known, at)

    conversations: Any = Overridden(real, forget=forget)
    world.board = replace(world.board, conversations=conversations)
    erasing.work(taken.code)
    assert calls
    assert CANARY not in erasing.stored()
    assert world.free("ann") == 5


def test_a_move_does_not_bring_back_what_was_erased(world: World) -> None:
    world.text(CANARY, sid="SM1")
    (entry,) = world.entries(world.only())
    world.conversations.remove(entry)
    with pytest.raises(ConflictError):
        world.conversations.move(entry, 2)
    assert world.conversations.entry(entry.thread, entry.id) is None


# -- backups ----------------------------------------------------------------------------------------


def backup(world: World) -> dict[str, list[dict[str, Any]]]:
    return {name: world.client.scan(TableName=name)["Items"] for name in ("conversations", "customers")}


def restore(world: World, items: dict[str, list[dict[str, Any]]]) -> None:
    for name, kept in items.items():
        for item in kept:
            world.client.put_item(TableName=name, Item=item)


def test_SEC_16_a_restored_backup_is_erased_again_and_what_came_since_is_not(erasing: Erasing, world: World) -> None:
    world.text(CANARY, sid="SM1")
    world.text("hello", sender=OTHER)
    taken = backup(world)
    world.later(seconds=1)
    erasing.ask()
    erasing.finish()
    restore(world, taken)
    assert CANARY in erasing.stored()
    contacts = [world.board.customers.contact(f"sms:{number}") for number in (CUSTOMER, OTHER)]
    world.later(days=1)
    assert erase_again([contact for contact in contacts if contact], erasing.office) == 1
    assert erasing.finish() == ["done"], "who restores needs no second look: nobody writes of that time"
    assert CANARY not in erasing.stored()
    assert world.only().address == OTHER


def test_whoever_came_back_by_themselves_is_not_erased_again(erasing: Erasing, world: World) -> None:
    erasing.ask()
    erasing.finish()
    world.later(seconds=1)
    assert receive(world, a_message(provider_id="SM2"))
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert erase_again([contact], erasing.office) == 0


# -- what the outside is told -----------------------------------------------------------------------


def removals(before: Sequence[dict[str, Any]]) -> list[Any]:
    records = aws_events.stream(*[(item, None) for item in before])["Records"]
    changes = [change_of(record) for record in records]
    return [event for change in changes if change for event in events_of(change)]


def test_subscribers_are_told_once_which_conversation_is_gone_and_nothing_of_it(world: World) -> None:
    converse(world)
    known = world.only()
    (told,) = removals(world.client.scan(TableName="conversations")["Items"])
    assert isinstance(told, ConversationErased)
    assert (told.conversation_id, told.account, told.channel) == (known.id, "acme-sms", "sms")
    assert CUSTOMER not in told.model_dump_json()
    assert CANARY not in told.model_dump_json()


def test_the_end_of_what_can_not_be_read_is_told_too() -> None:
    broken = attributes({"thread": "acme-sms.c1", "item": "conversation#000002", "number": "?"})
    (told,) = removals([broken])
    assert told.conversation_id == "acme-sms.c1.2"


def test_nobody_is_told_of_single_messages_that_go(world: World) -> None:
    converse(world)
    items = world.client.scan(TableName="conversations")["Items"]
    kinds = {item["item"]["S"].partition("#")[0] for item in items}
    assert kinds == {"conversation", "message", "bookmark"}
    assert removals([item for item in items if not item["item"]["S"].startswith("conversation#")]) == []


def test_everything_of_a_thread_is_read(world: World) -> None:
    converse(world)
    kinds = [type(record) for record in world.conversations.everything(world.only().thread)]
    assert kinds == [Conversation, Entry, Entry, Entry]


def test_a_dead_letter_that_is_driven_again_is_dropped_by_its_own_time(erasing: Erasing, world: World) -> None:
    received = MessageReceived(at=world.now, message=a_message())
    world.later(seconds=1)
    erasing.ask()
    erasing.finish()
    assert not admit(received.message, received.at, world.board)
