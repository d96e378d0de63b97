"""The examples of docs/policies: each loads, could be deployed, and places messages as its comments say."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from infra.policy import policy_of, require_channels, require_registration
from switchboard.errors import PolicyError
from switchboard.language import language_of
from switchboard.policy import Policy, Priority, load_policy
from switchboard.priority import aged, place
from switchboard.skills import relaxed
from tests.placed import MONDAY, waiting
from tests.world import ROOT

FILES = sorted((ROOT / "docs/policies").glob("*.yaml"))
EXAMPLES: Mapping[str, Policy] = {path.stem: load_policy(path, year=2026) for path in FILES}
BANK, SHOP, TWO = EXAMPLES["bank"], EXAMPLES["shop"], EXAMPLES["two-people"]
HELLO = "Hello, where is my order?"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_could_be_deployed(name: str) -> None:
    require_channels(EXAMPLES[name])
    require_registration(EXAMPLES[name])
    assert Policy.model_validate_json(EXAMPLES[name].model_dump_json()) == EXAMPLES[name]


@pytest.mark.parametrize("path", [ROOT / "policy.yaml", *FILES], ids=lambda path: path.stem)
def test_an_editor_finds_the_schema(path: Any) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve() == (
        ROOT / "docs/policy.schema.json"
    )


def test_an_account_of_no_channel_is_refused_at_synth(tmp_path: Any) -> None:
    text = (ROOT / "policy.yaml").read_text(encoding="utf-8").replace("channel: line", "channel: fax")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^accounts\.acme-line\.channel: 'fax' is no channel: use one of email, "):
        policy_of("dev", tmp_path)


@pytest.mark.parametrize(
    ("policy", "account", "text", "more", "queue", "priority", "skills"),
    [
        (SHOP, "shop-email", HELLO, {}, "sales", "normal", ()),
        (SHOP, "shop-instagram", "So pretty!", {}, "social", "normal", ()),
        (SHOP, "shop-sms", "I want a refund please", {}, "returns", "normal", ("returns",)),
        (SHOP, "shop-sms", "¿Dónde está mi pedido, por favor?", {}, "sales", "normal", ("spanish",)),
        (SHOP, "shop-email", HELLO, {"tier": "gold"}, "sales", "high", ()),
        (SHOP, "shop-email", HELLO, {"tier": "member"}, "sales", "normal", ()),
        (SHOP, "shop-email", "I'm taking my business elsewhere", {"tier": "member"}, "sales", "high", ("retention:2",)),
        (SHOP, "shop-email", HELLO, {"repeats": 2}, "sales", "high", ()),
        (BANK, "bank-email", "Wie ist mein Kontostand, bitte?", {}, "service", "normal", ("accounts",)),
        (BANK, "bank-sms", "Ich möchte einen Kredit aufnehmen", {}, "service", "normal", ("accounts", "loans:2")),
        (BANK, "bank-private", "Bitte rufen Sie mich an", {}, "wealth", "normal", ("investments:4",)),
        (BANK, "bank-sms", "Meine Karte wurde gestohlen", {}, "fraud", "urgent", ("fraud:3",)),
        (BANK, "bank-email", "Das war Phishing!", {"tier": "private"}, "fraud", "urgent", ("fraud:3",)),
        (BANK, "bank-email", "Guten Tag", {"tier": "private"}, "wealth", "high", ("investments:4",)),
        (BANK, "bank-email", "This is a complaint about your fees", {}, "complaints", "normal", ("english",)),
        (TWO, "bakery-sms", "Hej, har ni öppet på lördag?", {}, "us", "normal", ()),
        (TWO, "bakery-email", "My daughter is allergic: are there nuts in it?", {}, "us", "urgent", ()),
    ],
)
def test_a_message_is_placed(
    policy: Policy, account: str, text: str, more: dict[str, Any], queue: str, priority: str, skills: tuple[str, ...]
) -> None:
    placed = place(text, account, policy, language=language_of(text), **more)
    assert (placed.queue, placed.priority, placed.skills) == (queue, priority, skills)


def test_who_chats_with_the_shop_becomes_pressing_after_three_quarters_of_an_hour() -> None:
    conversation = waiting(place(HELLO, "shop-whatsapp", SHOP))
    assert aged(conversation, SHOP, MONDAY + timedelta(minutes=44)) is None
    assert (late := aged(conversation, SHOP, MONDAY + timedelta(minutes=45)))
    assert late.priority is Priority.HIGH
    assert place(HELLO, "shop-email", SHOP).pending == ()


def test_returns_that_wait_go_to_anybody_of_the_queue_and_then_to_sales() -> None:
    needed = SHOP.queues["returns"].skills
    assert relaxed(needed, SHOP.relaxation("returns", timedelta(hours=2))) == ()
    assert SHOP.queues_for("returns", timedelta(hours=3)) == ("returns", "sales")


def test_the_banks_fraud_stays_with_those_who_can_do_it() -> None:
    assert BANK.relaxation("fraud", timedelta(days=3)) == 0
    assert BANK.queues_for("fraud", timedelta(days=3)) == ("fraud",)


def test_the_bank_asks_for_less_of_an_adviser_as_wealth_waits() -> None:
    needed = BANK.queues["wealth"].skills
    left = [relaxed(needed, BANK.relaxation("wealth", timedelta(minutes=minutes))) for minutes in (0, 30, 60)]
    assert left == [("investments:4",), ("investments:3",), ("investments:2",)]


@pytest.mark.parametrize(
    ("policy", "queue", "day", "is_closed"),
    [
        (SHOP, "sales", date(2026, 11, 26), True),
        (SHOP, "sales", date(2026, 11, 27), False),
        (SHOP, "sales", date(2026, 10, 12), False),
        (SHOP, "returns", date(2026, 10, 12), True),
        (BANK, "service", date(2026, 6, 4), True),
        (BANK, "fraud", date(2026, 12, 25), False),
        (TWO, "us", date(2027, 1, 6), True),
    ],
)
def test_public_holidays_are_closed_where_they_are_kept(policy: Policy, queue: str, day: date, is_closed: bool) -> None:  # noqa: FBT001  # a case of the table
    start = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    assert (policy.hours_of(queue).elapsed(start, start + timedelta(hours=24)) == timedelta(0)) is is_closed
