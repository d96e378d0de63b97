"""Customers' files: what is fetched, kept, refused, and removed again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import IO, Any

import pytest

from switchboard.channels.media import Download
from switchboard.conversation import Entry, delete, edit
from switchboard.errors import (
    ConflictError,
    MediaRefusedError,
    MediaUnavailableError,
    NotFoundError,
    SecretMissingError,
    SwitchboardError,
    UnavailableError,
)
from switchboard.flows.media import Means, fetch_files, forget_files, key_of
from switchboard.flows.publish import Change, events_of
from switchboard.message import Attachment, Message, Party
from tests.unit.test_channel_media import SMS, TELEGRAM
from tests.unit.test_filetype import EICAR
from tests.world import CUSTOMER, World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME{}"
SECRETS = {"acme-sms": SMS, "acme-telegram": TELEGRAM}


@dataclass
class Outside:
    """The networks and the bucket, in memory; implements `Web`, `MediaStore`, `RawStore` and `Secrets`."""

    answers: dict[str, bytes | int | SwitchboardError] = field(default_factory=dict)
    """By URL: a file, a status, or an error."""
    kept: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    on_put: Callable[[], None] = lambda: None
    seconds: float = 0

    def get(self, download: Download, hosts: Sequence[str], limit: int, into: IO[bytes]) -> int:
        self.asked.append(download.url)
        answer = self.answers.get(download.url, PNG)
        if isinstance(answer, SwitchboardError):
            raise answer
        if isinstance(answer, int):
            return answer
        into.write(answer)
        return 200

    def put(self, key: str, content: IO[bytes]) -> None:
        self.kept[key] = content.read()
        self.on_put()

    def verdict(self, key: str) -> str | None:
        raise NotImplementedError

    def link(self, key: str, filename: str) -> str:
        raise NotImplementedError

    def keep(self, key: str, raw: bytes) -> None:
        self.kept[key] = raw

    def fetch(self, key: str) -> bytes:
        if key not in self.kept:
            raise NotFoundError("gone")
        return self.kept[key]

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.kept.pop(key, None)

    def remove_all(self, prefix: str) -> None:
        self.remove([key for key in self.kept if key.startswith(prefix)])

    def of(self, account: str) -> Sequence[dict[str, str]]:
        if account not in SECRETS:
            raise SecretMissingError("no secret")
        return [SECRETS[account]]

    def refresh(self, account: str) -> bool:
        return False


@dataclass
class Case:
    """A message with files, and what happens to them."""

    world: World
    outside: Outside
    means: Means

    def receive(self, *urls: str, **more: Any) -> Entry:
        """A customer sends a message with a file at each of these URLs."""
        files = tuple(Attachment(url=url, content_type="image/png") for url in urls)
        account, channel = more.pop("account", "acme-sms"), more.pop("channel", "sms")
        self.world.route(
            Message(
                **{
                    "channel": channel,
                    "account": account,
                    "provider_id": "MM1",
                    "sender": Party(address=CUSTOMER),
                    "attachments": files,
                    **more,
                }
            )
        )
        return self.entry

    @property
    def entry(self) -> Entry:
        (one,) = [e for e in self.world.entries(self.world.only()) if e.direction == "inbound"]
        return one

    def fetch(self, **more: bool) -> str:
        return fetch_files(self.entry.thread, self.entry.id, self.means, **more)


@pytest.fixture
def case(world: World) -> Case:
    outside = Outside()
    means = Means(
        conversations=world.conversations,
        secrets=outside,
        raw=outside,
        store=outside,
        web=lambda _: outside,
        clock=world.clock,
        stopwatch=lambda: outside.seconds,
    )
    return Case(world, outside, means)


def test_FB_5_a_file_is_copied_and_described_by_what_it_is(case: Case) -> None:
    case.receive(URL.format(0))
    assert case.fetch() == "fetched"
    (file,) = case.entry.attachments
    assert file.key == "media/acme-sms/MM1/0"
    assert (file.sniffed_type, file.size, file.sha256) == ("image/png", len(PNG), sha256(PNG).hexdigest())
    assert case.outside.kept == {file.key: PNG}


def test_TW_10_nothing_is_fetched_before_the_message_is_safe(case: Case) -> None:
    entry = case.receive(URL.format(0))
    assert case.outside.asked == []
    assert entry.attachments[0].is_awaited


def test_SEC_9_links_in_a_text_are_never_fetched(case: Case) -> None:
    case.receive(text="see https://169.254.169.254/ and https://api.twilio.com/a.png")
    assert case.fetch() == "nothing_to_fetch"
    assert case.outside.asked == []
    (added,) = events_of(Change(None, case.entry, case.world.now))
    assert added.model_dump()["attachments"] == 0


def test_what_was_fetched_is_not_fetched_again(case: Case) -> None:
    case.receive(URL.format(0))
    case.fetch()
    assert case.fetch() == "nothing_to_fetch"
    assert len(case.outside.asked) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (404, "gone"),
        (410, "gone"),
        (400, "refused"),
        (MediaRefusedError("host_not_allowed"), "host_not_allowed"),
        (MediaRefusedError("too_large"), "too_large"),
    ],
)
def test_SEC_8_what_can_not_be_had_is_recorded_by_a_code(case: Case, answer: int | SwitchboardError, code: str) -> None:
    case.receive(URL.format(0), URL.format(1))
    case.outside.answers[URL.format(0)] = answer
    assert case.fetch() == "fetched"
    refused, fetched = case.entry.attachments
    assert (refused.refusal, refused.key) == (code, None)
    assert fetched.key, "its sibling is fetched all the same"


def test_SEC_10_malware_is_not_kept(case: Case) -> None:
    case.receive(URL.format(0))
    case.outside.answers[URL.format(0)] = EICAR
    case.fetch()
    assert case.entry.attachments[0].refusal == "malware"
    assert case.outside.kept == {}


@pytest.mark.parametrize("answer", [429, 503, MediaUnavailableError("slow")])
def test_what_can_not_be_had_now_comes_again_and_the_rest_is_kept(case: Case, answer: int | SwitchboardError) -> None:
    case.receive(URL.format(0), URL.format(1))
    case.outside.answers[URL.format(0)] = answer
    with pytest.raises(UnavailableError):
        case.fetch()
    late, fetched = case.entry.attachments
    assert late.is_awaited
    assert fetched.key
    case.outside.answers.clear()
    assert case.fetch() == "fetched"
    assert case.outside.asked == [URL.format(0), URL.format(1), URL.format(0)]


def test_after_the_last_try_a_file_is_unavailable_and_not_silently_lost(case: Case) -> None:
    case.receive(URL.format(0))
    case.outside.answers[URL.format(0)] = 503
    assert case.fetch(is_last_try=True) == "fetched"
    assert case.entry.attachments[0].refusal == "unavailable"


def test_without_a_secret_files_come_again_until_the_last_try(case: Case) -> None:
    case.receive(URL.format(0), account="acme-returns")
    with pytest.raises(SecretMissingError):
        case.fetch()
    case.fetch(is_last_try=True)
    assert case.entry.attachments[0].refusal == "unavailable"


def test_more_files_than_a_run_has_time_for_come_with_the_next(case: Case) -> None:
    case.receive(*(URL.format(n) for n in range(4)))

    def tick() -> None:
        case.outside.seconds += 15

    case.outside.on_put = tick
    with pytest.raises(MediaUnavailableError):
        case.fetch()
    assert [file.is_awaited for file in case.entry.attachments] == [False, False, True, True]
    assert case.fetch() == "fetched"
    assert not any(file.is_awaited for file in case.entry.attachments)


def test_a_file_said_to_be_too_large_is_not_even_asked_for(case: Case) -> None:
    large = Attachment(url="telegram-file:a", size=20_000_001)
    case.receive(account="acme-telegram", channel="telegram", attachments=(large,))
    case.fetch()
    assert case.entry.attachments[0].refusal == "too_large"
    assert case.outside.asked == []


def test_a_telegram_file_takes_two_steps(case: Case) -> None:
    question = f"https://api.telegram.org/bot{TELEGRAM['token']}/getFile?file_id=a"
    case.outside.answers[question] = b'{"ok": true, "result": {"file_path": "photos/1.jpg"}}'
    case.receive("telegram-file:a", account="acme-telegram", channel="telegram")
    assert case.fetch() == "fetched"
    assert case.outside.asked == [question, f"https://api.telegram.org/file/bot{TELEGRAM['token']}/photos/1.jpg"]


def test_an_attachment_without_a_reference_is_unreadable(case: Case) -> None:
    case.receive(attachments=(Attachment(),))
    case.fetch()
    assert case.entry.attachments[0].refusal == "unreadable"


@pytest.mark.parametrize(("flag", "code"), [("ephemeral", "ephemeral"), ("virus", "malware")])
def test_IG_2_and_EM_3_what_vanishes_or_harms_is_never_copied(case: Case, flag: str, code: str) -> None:
    case.receive(URL.format(0), flags=(flag,))
    case.fetch()
    assert case.entry.attachments[0].refusal == code
    assert (case.outside.asked, case.outside.kept) == ([], {})


# Mail

MAIL = (
    b"From: a@example.com\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n"
    b"--x\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1.7\n--x--\n"
)


def _mail(case: Case) -> Entry:
    file = Attachment(content_type="application/pdf", filename="a.pdf", size=8)
    # recorded as the text message that it isn't: only where its bytes are matters here
    entry = case.receive(attachments=(file,), raw="mail/acme-sms/1")
    item = {"thread": {"S": entry.thread}, "item": {"S": f"message#{entry.id}"}}
    case.world.client.update_item(
        TableName="conversations",
        Key=item,
        UpdateExpression="SET channel = :email",
        ExpressionAttributeValues={":email": {"S": "email"}},
    )
    return case.entry


def test_EM_16_a_file_of_a_mail_is_taken_out_of_the_raw_mail(case: Case) -> None:
    _mail(case)
    case.outside.kept["mail/acme-sms/1"] = MAIL
    assert case.fetch() == "fetched"
    (file,) = case.entry.attachments
    assert (file.sniffed_type, file.size) == ("application/pdf", 8)
    assert case.outside.kept[str(file.key)] == b"%PDF-1.7"
    assert case.outside.asked == []


@pytest.mark.parametrize("kept", [{}, {"mail/acme-sms/1": b"Subject: none\n\nno files"}])
def test_a_file_that_is_not_in_the_raw_mail_is_gone(case: Case, kept: dict[str, bytes]) -> None:
    _mail(case)
    case.outside.kept |= kept
    case.fetch()
    assert case.entry.attachments[0].refusal == "gone"


# Senders who change their minds


def _meanwhile(case: Case, change: Callable[[Entry], Entry]) -> None:
    """The sender changes the message while its file is on its way."""

    def act() -> None:
        case.outside.on_put = lambda: None
        known = case.entry
        case.world.conversations.amend(known, change(known))

    case.outside.on_put = act


def test_FB_4_a_message_taken_back_meanwhile_wins_and_our_copy_goes(case: Case) -> None:
    case.receive(URL.format(0))
    _meanwhile(case, lambda known: delete(known, case.world.now))
    assert case.fetch() == "superseded"
    assert (case.entry.change, case.entry.attachments) == ("deleted", ())
    assert case.outside.kept == {}


def test_a_message_edited_meanwhile_keeps_its_new_file_only(case: Case) -> None:
    case.receive(URL.format(0))
    new = (Attachment(url=URL.format(9)),)

    def change(known: Entry) -> Entry:
        changed = edit(known, "new", new, case.world.now)
        assert changed
        return changed

    _meanwhile(case, change)
    with pytest.raises(ConflictError):
        case.fetch()
    assert case.outside.kept == {}
    assert case.fetch() == "fetched"
    assert list(case.outside.kept) == [key_of(case.entry, 0)] == [case.entry.attachments[0].key]


def test_two_runs_at_once_leave_one_copy_that_the_message_knows(case: Case) -> None:
    case.receive(URL.format(0))

    def other() -> None:
        case.outside.on_put = lambda: None
        case.world.later(seconds=1)
        assert case.fetch() == "fetched"

    case.outside.on_put = other
    assert case.fetch() == "superseded"
    assert list(case.outside.kept) == [case.entry.attachments[0].key]


def test_a_reaction_that_was_read_before_the_files_came_does_not_undo_them(case: Case) -> None:
    stale = case.receive(URL.format(0))
    case.fetch()
    with pytest.raises(ConflictError):
        case.world.conversations.amend(stale, stale)


def test_a_message_that_was_erased_meanwhile_does_not_come_back(case: Case) -> None:
    entry = case.receive(URL.format(0))

    def erase() -> None:
        key = {"thread": {"S": entry.thread}, "item": {"S": f"message#{entry.id}"}}
        case.world.client.delete_item(TableName="conversations", Key=key)

    case.outside.on_put = erase
    assert fetch_files(entry.thread, entry.id, case.means) == "superseded"
    assert case.outside.kept == {}
    assert case.world.conversations.entry(entry.thread, entry.id) is None


def test_FB_4_and_WA_4_copies_of_what_was_taken_back_later_are_named_and_removed(case: Case) -> None:
    case.receive(URL.format(0))
    case.fetch()
    before = case.entry
    after = delete(before, case.world.now + timedelta(minutes=1))
    (changed,) = events_of(Change(before, after, case.world.now))
    forget_files(changed.model_dump()["removed"], case.means)
    assert case.outside.kept == {}


def test_whoever_shows_a_message_is_told_that_its_files_are_there(case: Case) -> None:
    before = case.receive(URL.format(0))
    case.fetch()
    (changed,) = events_of(Change(before, case.entry, case.world.now))
    assert changed.model_dump()["change"] == "fetched"


def test_how_many_files_are_awaited_is_told_with_the_message(case: Case) -> None:
    entry = case.receive(URL.format(0), URL.format(1))
    (added,) = events_of(Change(None, entry, case.world.now))
    assert added.model_dump()["attachments"] == 2
