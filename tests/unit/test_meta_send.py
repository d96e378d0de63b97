"""The senders of Meta's networks against the double of Meta, through a real socket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.double import Fault, serving
from sandbox.meta import App, Line, Meta, Product
from switchboard.channels import Channel, Sender, channel
from switchboard.errors import (
    SecretMissingError,
    SendError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.message import DeliveryStatus, Outgoing

SECRET = {"app_secret": "0" * 32, "access_token": "canary-token-" + "x" * 30}
SOON = timedelta(seconds=5)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    """Noon, until a test says otherwise."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class MetaSending:
    """What they share; below: both ends as a network names them, and what a message is right after it was sent."""

    network: Product
    ours: str
    customer: str
    status: DeliveryStatus = DeliveryStatus.SENT

    @property
    def channel(self) -> Channel:
        return channel(self.network)

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def outgoing(self) -> Outgoing:
        return Outgoing(
            account="support",
            sender=self.ours,
            recipient=self.customer,
            text="Canary: your parcel is on its way ✈",
            conversation_id="support.c1.1",
            message_id="ack",
        )

    @pytest.fixture
    def meta(self, clock: Clock) -> Meta:
        line = Line(self.network, self.ours)
        meta = Meta(App(SECRET["app_secret"], SECRET["access_token"], [line]), now=clock)
        meta.record_inbound(self.customer, self.ours, "Where is it?")
        return meta

    @pytest.fixture
    def sender(self, meta: Meta) -> Iterator[Sender]:
        with serving(meta) as base_url:
            yield self.channel.connect(SECRET, base_url, SOON)

    def failure(self, sender: Sender, outgoing: Outgoing) -> SendError:
        """What sending raises; it shows nothing of what is private."""
        with pytest.raises(SendError) as caught:
            sender.send(outgoing)
        shown = f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"
        assert not any(secret in shown for secret in ("anary", self.customer, self.ours, "127.0.0.1"))
        return caught.value

    def test_a_text_is_sent(self, sender: Sender, meta: Meta, outgoing: Outgoing) -> None:
        sent = sender.send(outgoing)
        [note] = [note for note in meta.notes if not note.inbound]
        assert (note.id, note.customer, note.body) == (sent.provider_id, self.customer, outgoing.text)
        assert sent.status is self.status

    def test_MT_6_a_wrong_app_secret_proves_nothing(self, meta: Meta, outgoing: Outgoing) -> None:
        with serving(meta) as base_url:
            other = self.channel.connect(SECRET | {"app_secret": "1" * 32}, base_url, SOON)
            assert self.failure(other, outgoing).code == "100"

    def test_MT_6_a_refused_token_is_tried_again_later(self, meta: Meta, outgoing: Outgoing) -> None:
        with serving(meta) as base_url:
            other = self.channel.connect(SECRET | {"access_token": "y" * 40}, base_url, SOON)
            error = self.failure(other, outgoing)
        assert isinstance(error, SendThrottledError)
        assert error.code == "190"

    def test_FB_1_and_WA_3_outside_of_the_window_nothing_is_sent(
        self, sender: Sender, clock: Clock, outgoing: Outgoing
    ) -> None:
        clock.now += timedelta(hours=24, seconds=1)
        error = self.failure(sender, outgoing)
        assert isinstance(error, SendRefusedError)
        assert (error.code, error.retryable) == ("window", False)

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("throttled", SendThrottledError),
            ("error", SendUnknownError),
            ("error_after_accept", SendUnknownError),
        ],
    )
    def test_a_failure_says_whether_anything_may_be_out(
        self, sender: Sender, meta: Meta, outgoing: Outgoing, fault: Fault, kind: type[SendError]
    ) -> None:
        meta.fail_next(fault)
        assert type(self.failure(sender, outgoing)) is kind
        sender.send(outgoing)

    def test_no_answer_in_time_is_unknown(self, meta: Meta, outgoing: Outgoing) -> None:
        with serving(meta) as base_url:
            meta.fail_next("timeout_after_accept")
            impatient = self.channel.connect(SECRET, base_url, timedelta(seconds=0.2))
            assert isinstance(self.failure(impatient, outgoing), SendUnknownError)
        assert [note.body for note in meta.notes if not note.inbound] == [outgoing.text]

    def test_without_a_connection_nothing_is_sent(self, outgoing: Outgoing) -> None:
        nobody = self.channel.connect(SECRET, "http://127.0.0.1:9", SOON)
        error = self.failure(nobody, outgoing)
        assert isinstance(error, SendThrottledError)
        assert error.code == "unreachable"

    @pytest.mark.parametrize(
        "secret", [{}, {"app_secret": "0" * 32}, {"access_token": "x" * 40}, SECRET | {"app_secret": "REPLACE_ME"}]
    )
    def test_X_13_without_credentials_nothing_is_sent(self, secret: dict[str, str]) -> None:
        with pytest.raises(SecretMissingError):
            self.channel.connect(secret, None, SOON)

    def test_meta_cannot_be_asked_what_it_sent(self, sender: Sender, outgoing: Outgoing) -> None:
        assert list(sender.find(outgoing, NOON)) == []


class TestInstagram(MetaSending):
    network, ours, customer = "instagram", "17841400000000001", "200000000000001"

    def test_IG_1_a_text_is_cut_to_1000_bytes_between_characters(
        self, sender: Sender, meta: Meta, outgoing: Outgoing
    ) -> None:
        sender.send(outgoing.model_copy(update={"text": "a" + "ä" * 600}))
        assert meta.notes[-1].body == "a" + "ä" * 499

    def test_someone_who_is_not_available_is_blocked(self, sender: Sender, meta: Meta, outgoing: Outgoing) -> None:
        meta.blocked.add((self.ours, self.customer))
        assert self.failure(sender, outgoing).code == "blocked"


class TestMessenger(MetaSending):
    network, ours, customer = "messenger", "100000000000001", "200000000000001"

    def test_someone_who_is_not_available_is_blocked(self, sender: Sender, meta: Meta, outgoing: Outgoing) -> None:
        meta.blocked.add((self.ours, self.customer))
        assert self.failure(sender, outgoing).code == "blocked"

    def test_a_text_is_cut_to_2000_characters(self, sender: Sender, meta: Meta, outgoing: Outgoing) -> None:
        sender.send(outgoing.model_copy(update={"text": "ä" * 3000}))
        assert len(meta.notes[-1].body) == 2000


class TestWhatsApp(MetaSending):
    network, ours, customer = "whatsapp", "106540352242922", "15005550101"
    status = DeliveryStatus.QUEUED

    def test_WA_1_a_user_id_is_sent_to_as_such(self, sender: Sender, meta: Meta, outgoing: Outgoing) -> None:
        meta.record_inbound("US.1349", self.ours, "Hi")
        sender.send(outgoing.model_copy(update={"recipient": "US.1349"}))
        assert meta.notes[-1].customer == "US.1349"

    def test_a_text_is_cut_to_4096_characters(self, sender: Sender, meta: Meta, outgoing: Outgoing) -> None:
        sender.send(outgoing.model_copy(update={"text": "ä" * 5000}))
        assert len(meta.notes[-1].body) == 4096

    def test_WA_5_too_fast_for_a_pair_is_tried_again_later(
        self, sender: Sender, meta: Meta, outgoing: Outgoing
    ) -> None:
        meta.fail_next("throttled")
        assert self.failure(sender, outgoing).retryable
