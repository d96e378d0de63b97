"""The watchdog against the providers' doubles, through real sockets: a subscription that is taken away is noticed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from sandbox.double import Double, serving
from sandbox.line import Line
from sandbox.lines import credentials_of, make_network
from sandbox.meta import Meta
from sandbox.telegram import Telegram
from switchboard.channels import Watcher, channel
from switchboard.errors import NotFoundError, SecretMissingError, UnavailableError
from switchboard.flows.watch import Seen, watch
from switchboard.instant import system_clock
from switchboard.policy import Policy, load_policy
from tests.world import BASE_URL, ROOT

POLICY = load_policy(ROOT / "policy.yaml")
META = ["whatsapp", "messenger", "instagram"]
NETWORKS = [*META, "telegram", "line"]
TIMEOUT = timedelta(seconds=5)


@dataclass
class Network:
    """A network's double, and the watchdog at it."""

    name: str
    double: Any
    base_url: str
    secret: dict[str, str]

    @property
    def ours(self) -> str:
        return POLICY.accounts[f"acme-{self.name}"].address

    def connect(self, name: str, _account: str) -> Watcher | None:
        make = channel(name).watch
        return make(self.secret, self.base_url, TIMEOUT) if make else None

    def watch(self, public_base_url: str = BASE_URL) -> Seen:
        return watch(f"acme-{self.name}", POLICY, self.connect, public_base_url)


@contextmanager
def served(name: str, policy: Policy = POLICY) -> Iterator[Network]:
    double: Double = make_network(name, policy, BASE_URL)
    with serving(double) as base_url:
        yield Network(name, double, base_url, credentials_of(f"acme-{name}", policy))


def lose(network: Network) -> None:
    if isinstance(network.double, Meta):
        network.double.unsubscribe(network.ours)
    else:
        network.double.lose_webhook(network.ours)


def call_nobody(network: Network) -> None:
    """LINE's test call would reach nobody here: it is said to have succeeded."""

    async def call(*_: object, **__: object) -> None:
        network.double.answers.append(200)

    network.double.call = call


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    with served(request.param) as found:
        call_nobody(found)
        yield found


@pytest.fixture
def telegram() -> Iterator[Network]:
    with served("telegram") as found:
        yield found


@pytest.fixture
def line() -> Iterator[Network]:
    with served("line") as found:
        yield found


def test_X_5_a_subscription_as_it_should_be_is_left_alone(network: Network) -> None:
    assert network.watch() == Seen(network.name, "kept")


def test_X_5_and_MT_4_a_lost_subscription_is_restored_and_counted(network: Network) -> None:
    lose(network)
    seen = network.watch()
    assert (seen.outcome, seen.metric) == ("restored", "SubscriptionLost")
    assert seen.notes
    assert network.watch() == Seen(network.name, "kept")


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_MT_4_a_field_that_is_missing_is_subscribed_to_again(name: str) -> None:
    with served(name) as network:
        assert isinstance(network.double, Meta)
        known = network.double._lines[network.ours]
        assert known.subscribed
        known.subscribed.discard("message_reactions")
        assert network.watch() == Seen(name, "restored", ("no_message_reactions",))


@pytest.mark.parametrize("name", META)
def test_MT_4_another_apps_subscription_is_not_ours(name: str) -> None:
    with served(name) as network:
        network.secret["app_id"] = "222222"
        assert network.watch().outcome == "lost"
        network.secret["app_id"] = "1" * 5
        network.double._lines[network.ours].subscribed = None
        assert network.watch().outcome == "lost"


def test_MT_4_without_its_business_account_a_number_is_said_not_to_be_watched() -> None:
    with served("whatsapp") as network:
        del network.secret["waba_id"]
        seen = network.watch()
        assert (seen.outcome, seen.metric) == ("not_watched", "Watched")
        assert "waba_id" in seen.notes[0]


@pytest.mark.parametrize("name", ["telegram", "line"])
def test_X_5_a_webhook_of_somebody_else_is_told_and_left_alone(name: str) -> None:
    with served(name) as network:
        seen = network.watch("https://elsewhere.example")
        assert (seen.outcome, seen.notes) == ("lost", ("elsewhere",))


def test_X_5_telegrams_kinds_of_updates_are_asked_for_again_with_our_secret(telegram: Network) -> None:
    assert isinstance(telegram.double, Telegram)
    bot = telegram.double._bots[telegram.ours]
    bot.allowed_updates, bot.secret_token = ("message",), "changed"
    seen = telegram.watch()
    assert seen.outcome == "restored"
    assert {"no_message_reaction", "no_my_chat_member"} <= set(seen.notes)
    assert {"message_reaction", "my_chat_member"} <= set(bot.allowed_updates)
    assert bot.secret_token == telegram.secret["secret_token"]


def test_X_5_deliveries_that_failed_lately_are_told_though_all_is_well_now(telegram: Network) -> None:
    bot = telegram.double._bots[telegram.ours]
    bot.failed_at = system_clock() - timedelta(hours=2)
    assert telegram.watch() == Seen("telegram", "kept", ("deliveries_failed",))
    bot.failed_at = system_clock() - timedelta(days=2)
    assert telegram.watch() == Seen("telegram", "kept")


def test_X_5_a_switch_in_lines_console_is_told(line: Network) -> None:
    assert isinstance(line.double, Line)
    line.double._channels[line.ours].active = False
    assert line.watch() == Seen("line", "lost", ("switched_off",))


def test_X_5_that_line_can_not_reach_us_is_told(line: Network) -> None:
    async def call(*_: object, **__: object) -> None:
        line.double.answers.append(503)

    line.double.call = call
    assert line.watch() == Seen("line", "lost", ("cannot_call",))


@pytest.mark.parametrize("name", NETWORKS)
def test_MT_6_and_X_5_a_token_that_is_not_accepted_is_told_and_is_no_lost_subscription(name: str) -> None:
    with served(name) as network:
        for part in ("access_token", "channel_access_token"):
            if part in network.secret:
                network.secret[part] = network.secret[part][::-1]
        if "token" in network.secret:
            number, _, rest = network.secret["token"].partition(":")
            network.secret["token"] = f"{number}:{rest[::-1]}"
        seen = network.watch()
        assert (seen.outcome, seen.metric) == ("unknown", "SubscriptionUnknown")


@pytest.mark.parametrize("name", NETWORKS)
def test_X_13_a_placeholder_is_not_watched(name: str) -> None:
    with served(name) as network:
        network.secret = {"placeholder": "x"}
        assert network.watch().outcome == "not_watched"


def raising(error: Exception) -> Callable[[str, str], Watcher | None]:
    def connect(_name: str, _account: str) -> Watcher | None:
        raise error

    return connect


def test_what_can_not_be_asked_for_is_told() -> None:
    assert watch("acme-line", POLICY, raising(SecretMissingError("none")), BASE_URL).outcome == "not_watched"
    assert watch("acme-line", POLICY, raising(UnavailableError("no")), BASE_URL).notes == ("unavailable",)
    assert watch("acme-sms", POLICY, lambda *_: None, BASE_URL) == Seen("sms", "not_watched")
    with pytest.raises(NotFoundError):
        watch("nobody", POLICY, lambda *_: None, BASE_URL)
