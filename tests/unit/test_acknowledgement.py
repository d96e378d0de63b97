import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard import acknowledgement, gsm7
from switchboard.acknowledgement import Situation, choose_language, decide, languages, render, wording
from switchboard.channels.sms.reach import is_reachable
from switchboard.hours import Hours, Interval
from switchboard.promise import Promise

FIRST = Situation(
    kind="message",
    consent_stopped=False,
    already_acknowledged=False,
    answered=False,
    conversation_open=True,
    recipient_ok=True,
    undeliverable=False,
    acks_today=0,
    repeats=0,
    enabled=True,
    age=timedelta(seconds=2),
)

NEW_YORK = Hours("America/New_York", ((Interval(540, 1020),),) * 5 + ((), ()))
TUESDAY_10 = datetime(2026, 11, 24, 15, tzinfo=UTC)
TUESDAY_20 = datetime(2026, 11, 25, 1, tzinfo=UTC)


def test_AK_2_a_customers_first_message_is_acknowledged() -> None:
    assert decide(FIRST) == acknowledgement.Decision(send=True, reason="first_message")


@pytest.mark.parametrize("kind", ["opt_out", "opt_in", "help", "delivery_status", "echo", "system", "unknown"])
def test_TW_4_AK_2_only_a_message_is_acknowledged(kind: str) -> None:
    assert decide(replace(FIRST, kind=kind)) == acknowledgement.Decision(send=False, reason="not_a_message")


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (replace(FIRST, consent_stopped=True), "opted_out"),
        (replace(FIRST, enabled=False), "disabled"),
        (replace(FIRST, already_acknowledged=True), "already_acknowledged"),
        (replace(FIRST, answered=True), "already_answered"),
        (replace(FIRST, conversation_open=False), "resolved"),
        (replace(FIRST, recipient_ok=False), "no_reply_address"),
        (replace(FIRST, undeliverable=True), "suppressed"),
        (replace(FIRST, repeats=2), "repeating"),
        (replace(FIRST, acks_today=3), "rate_limited"),
        (replace(FIRST, age=timedelta(hours=24, seconds=1)), "stale"),
    ],
)
def test_AK_2_each_row_of_the_table_keeps_silent_with_its_reason(situation: Situation, reason: str) -> None:
    assert decide(situation) == acknowledgement.Decision(send=False, reason=reason)


@pytest.mark.parametrize(
    "situation",
    [
        replace(FIRST, acks_today=2),  # rate_limited
        replace(FIRST, repeats=1),  # repeating
        replace(FIRST, age=timedelta(hours=24)),  # stale
        replace(FIRST, age=timedelta(seconds=-3)),  # a provider's clock ahead of ours
    ],
)
def test_AK_2_a_near_miss_of_a_row_with_a_limit_is_acknowledged(situation: Situation) -> None:
    assert decide(situation).send


@pytest.mark.parametrize(
    "situation",
    [
        replace(FIRST, consent_stopped=True, already_acknowledged=True, acks_today=9, enabled=False),
        replace(FIRST, consent_stopped=True, answered=True, conversation_open=False, recipient_ok=False),
    ],
)
def test_AK_5_an_opt_out_is_the_reason_told_whatever_else_is_known(situation: Situation) -> None:
    assert decide(situation).reason == "opted_out"


@given(st.builds(Situation, kind=st.sampled_from(["message", "echo"])))
def test_AK_2_an_acknowledgement_is_sent_only_where_nothing_speaks_against_it(situation: Situation) -> None:
    fine = replace(FIRST, acks_today=situation.acks_today, repeats=situation.repeats, age=situation.age)
    within = situation.acks_today < 3 and situation.repeats < 2 and situation.age <= timedelta(hours=24)
    allowed = situation == fine and within
    assert decide(situation).send == allowed


@pytest.mark.parametrize("address", ["+15005550006", "+34600000000", "+12345678", "+123456789012345"])
def test_an_e164_number_can_be_answered(address: str) -> None:
    assert is_reachable(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "12345",
        "+12345",
        "ACME",
        "15005550006",
        "+1234567890123456",
        "+0123456789",
        "+1 5005550006",
        "+1500555000\u0661",
        "+15005550006\n",
        "+",
    ],
)
def test_a_short_code_or_alphanumeric_sender_cannot_be_answered(address: str) -> None:
    assert not is_reachable(address)


@pytest.mark.parametrize(
    "text",
    [
        "Hola",
        "¿Dónde está mi pedido?",
        "donde esta mi pedido, todavia no llego",
        "Necesito ayuda con una factura por favor",
        "buenas tardes, quiero cambiar la direccion",
        "Hola, I mean, ¿pueden ayudarme con mi pedido?",
    ],
)
def test_spanish_is_recognised_with_and_without_its_accents(text: str) -> None:
    assert choose_language(text, ("en", "es")) == "es"


@pytest.mark.parametrize(
    "text",
    [
        "Hi",
        "Where is my order?",
        "it STILL hasn't arrived, can you help",
        "I want to talk to Señor Muñoz about my order",
    ],
)
def test_english_is_recognised_where_spanish_is_the_default(text: str) -> None:
    assert choose_language(text, ("es", "en")) == "en"


@pytest.mark.parametrize("text", ["", "😀😀", "12345", "ok", "no", "Peña", "Wo ist mein Paket", "\ud800", "\u202e\x00"])
@pytest.mark.parametrize("offered", [("en", "es"), ("es", "en")])
def test_a_text_that_says_nothing_of_its_language_gets_the_default(text: str, offered: tuple[str, ...]) -> None:
    assert choose_language(text, offered) == offered[0]


def test_a_language_that_the_account_does_not_offer_is_never_chosen() -> None:
    assert choose_language("¿Dónde está mi pedido?", ("en",)) == "en"


@given(st.text(), st.lists(st.sampled_from(["en", "es", "fr", "../en", ""]), max_size=3))
def test_choosing_a_language_never_fails(text: str, offered: list[str]) -> None:
    assert choose_language(text, offered) in (offered or ["en"])


def said(language: str, at: datetime | None, now: datetime = TUESDAY_10, brand: str = "Acme") -> str:
    made = Promise(at, 10.0) if at else None
    return render(language, brand, made, hours=NEW_YORK, now=now, reference="A-17")


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (
            datetime(2026, 11, 24, 19, 30, tzinfo=UTC),
            "We'll answer by 14:30 EST. Ref A-17",
            "Le responderemos hoy antes de las 14:30 EST. Ref. A-17",
        ),
        (
            datetime(2026, 11, 25, 14, 30, tzinfo=UTC),
            "We'll answer tomorrow by 09:30 EST. Ref A-17",
            "Le responderemos mañana antes de las 09:30 EST. Ref. A-17",
        ),
        (
            datetime(2026, 11, 27, 15, tzinfo=UTC),
            "We'll answer on Friday by 10:00 EST. Ref A-17",
            "Le responderemos el viernes antes de las 10:00 EST. Ref. A-17",
        ),
        (
            datetime(2026, 11, 30, 15, tzinfo=UTC),
            "We'll answer on Monday by 10:00 EST. Ref A-17",
            "Le responderemos el lunes antes de las 10:00 EST. Ref. A-17",
        ),
        (
            datetime(2026, 12, 1, 15, tzinfo=UTC),
            "We'll answer on 1 December by 10:00 EST. Ref A-17",
            "Le responderemos el 1 de diciembre antes de las 10:00 EST. Ref. A-17",
        ),
        (
            None,
            "We'll answer as soon as we can. Ref A-17",
            "Le responderemos lo antes posible. Ref. A-17",
        ),
    ],
)
def test_the_promise_is_worded_by_how_far_it_is(at: datetime | None, english: str, spanish: str) -> None:
    assert said("en", at) == f"Acme: Thank you for your message. {english}"
    assert said("es", at) == f"Acme: Gracias por su mensaje. {spanish}"


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (
            datetime(2026, 11, 25, 4, 30, tzinfo=UTC),
            "We're closed now and will answer today by 23:30 EST.",
            "Ahora esta cerrado; le responderemos hoy antes de las 23:30 EST.",
        ),
        (
            datetime(2026, 11, 25, 15, tzinfo=UTC),
            "We're closed now and will answer tomorrow by 10:00 EST.",
            "Ahora esta cerrado; le responderemos mañana antes de las 10:00 EST.",
        ),
        (
            datetime(2026, 11, 28, 15, tzinfo=UTC),
            "We're closed now and will answer on Saturday by 10:00 EST.",
            "Ahora esta cerrado; le responderemos el sabado antes de las 10:00 EST.",
        ),
        (
            datetime(2027, 1, 4, 15, tzinfo=UTC),
            "We're closed now and will answer on 4 January by 10:00 EST.",
            "Ahora esta cerrado; le responderemos el 4 de enero antes de las 10:00 EST.",
        ),
        (
            None,
            "We're closed now and will answer as soon as we can.",
            "Ahora esta cerrado; le responderemos lo antes posible.",
        ),
    ],
)
def test_outside_opening_hours_the_text_says_so(at: datetime | None, english: str, spanish: str) -> None:
    assert english in said("en", at, TUESDAY_20)
    assert spanish in said("es", at, TUESDAY_20)


def test_today_and_tomorrow_are_those_of_the_hours_zone() -> None:
    utc_day_later = datetime(2026, 11, 25, 2, tzinfo=UTC)  # still Tuesday in New York
    assert "today by 21:00 EST" in said("en", utc_day_later, TUESDAY_20)


def test_a_zone_without_letters_is_written_as_an_offset() -> None:
    hours = Hours.always("America/Sao_Paulo")
    text = render("en", "Acme", Promise(TUESDAY_20, 1.0), hours=hours, now=TUESDAY_10, reference="A-17")
    assert "by 22:00 UTC-03." in text


def test_a_brand_with_typographic_signs_becomes_plain() -> None:
    assert said("en", None, brand="Bob\u2019s \u201cCafé\u201d ☕").startswith('Bob\'s "Café": ')


@pytest.mark.parametrize("brand", ["", "   ", "😀", "日本", "\n\r"])
def test_a_brand_that_cannot_be_written_gives_way_to_a_general_name(brand: str) -> None:
    assert said("en", None, brand=brand).startswith("Customer service: ")
    assert said("es", None, brand=brand).startswith("Atencion al cliente: ")


@pytest.mark.parametrize("brand", ["$reference", "${time}", "{7*7}", "{{7*7}}", "%s", "$$"])
def test_SEC_14_AK_4_a_brand_is_never_read_as_a_template(brand: str) -> None:
    assert said("en", None, brand=f"A {brand}").startswith(f"A {brand}: ")


def test_a_long_text_loses_its_thanks_before_its_brand() -> None:
    made = Promise(datetime(2026, 11, 25, 15, tzinfo=UTC), 1.0)
    brand = "Sons and Daughters of Acme and Company"
    text = render("es", brand, made, hours=NEW_YORK, now=TUESDAY_20, reference="R" * 32)
    assert text.startswith(f"{brand}: Ahora esta cerrado;")


def test_a_long_brand_is_cut() -> None:
    assert said("en", None, brand="W" * 100).startswith("W" * acknowledgement.BRAND_LIMIT + ": Thank you")


def test_a_brand_is_cut_further_where_even_without_thanks_there_is_no_room() -> None:
    closed = Hours("Asia/Kathmandu", ((),) * 7)  # its abbreviation is an offset of five characters
    made = Promise(datetime(2026, 9, 30, tzinfo=UTC), 1.0)
    text = render("es", "W" * 40, made, hours=closed, now=made.at - timedelta(days=9), reference="R" * 32)
    assert re.match("W{30,39}: Ahora", text)
    assert gsm7.septets(text) == gsm7.SINGLE_SEPTETS


@given(
    language=st.sampled_from(languages()),
    brand=st.text(max_size=200) | st.text(alphabet="€[]{}WÑ ", min_size=30, max_size=80),
    zone=st.sampled_from(["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"]),
    open_now=st.booleans(),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    wait=st.none() | st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)),
    reference=st.from_regex(acknowledgement.REFERENCE, fullmatch=True),
)
def test_AK_4_every_acknowledgement_is_one_segment_with_its_reference_and_promise(
    *, language: str, brand: str, zone: str, open_now: bool, now: datetime, wait: timedelta | None, reference: str
) -> None:
    hours = Hours.always(zone) if open_now else Hours(zone, ((),) * 7)
    made = None if wait is None else Promise(now + wait, 3.0)
    text = render(language, brand, made, hours=hours, now=now, reference=reference)
    assert gsm7.is_gsm7(text)
    assert gsm7.segments(text) == 1
    assert text.endswith(reference)
    assert "$" in brand or "$" not in text
    assert made is None or re.search(r"\b\d\d:\d\d [A-Z]{3}", text)
    assert not re.search(r"[\r\n\f]", text)


def fixed_texts() -> list[tuple[str, str, str]]:
    return [
        (language, occasion, template.template)
        for language in languages()
        for texts in (acknowledgement.wording(language).open, acknowledgement.wording(language).closed)
        for occasion, template in texts.items()
    ]


@pytest.mark.parametrize(("language", "occasion", "text"), fixed_texts())
def test_the_longest_filling_of_a_text_leaves_room_for_a_brand(language: str, occasion: str, text: str) -> None:
    words = acknowledgement.wording(language)
    longest = {
        "$brand": "",
        "$thanks": "",
        "$time": "00:00",
        "$zone": "UTC+1245",
        "$weekday": max(words.weekdays, key=len),
        "$day": "30",
        "$month": max(words.months, key=len),
        "$reference": "R" * 32,
    }
    filled = re.sub(r"\$[a-z]+", lambda match: longest[match[0]], text)
    assert gsm7.septets(gsm7.transliterate(filled)) <= gsm7.SINGLE_SEPTETS - 15


@pytest.mark.parametrize(("language", "occasion", "text"), fixed_texts())
def test_each_text_names_what_its_occasion_needs(language: str, occasion: str, text: str) -> None:
    needed = {"weekday": {"$weekday"}, "date": {"$day", "$month"}}.get(occasion, set())
    when = set() if occasion == "unknown" else {"$time", "$zone"}
    assert set(re.findall(r"\$[a-z]+", text)) == {"$brand", "$thanks", "$reference"} | needed | when


@pytest.mark.parametrize("language", languages())
def test_each_language_names_seven_weekdays_and_twelve_months(language: str) -> None:
    words = acknowledgement.wording(language)
    assert (len(set(words.weekdays)), len(set(words.months))) == (7, 12)


def test_the_words_that_tell_languages_apart_are_not_shared() -> None:
    assert not acknowledgement.wording("en").words & acknowledgement.wording("es").words


def test_a_language_without_texts_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="offer one of en, es"):
        said("xx", None)


@pytest.mark.parametrize("reference", ["", "A 17", "R" * 33, "$brand", "A17\n"])
def test_a_reference_that_cannot_be_printed_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="1 to 32 characters"):
        render("en", "Acme", None, hours=NEW_YORK, now=TUESDAY_10, reference=reference)


@pytest.mark.parametrize("text", ["Hi $name. Ref $reference", "No reference", "Bad $ sign. Ref $reference"])
def test_SEC_14_a_text_with_another_placeholder_is_refused(text: str) -> None:
    texts = dict.fromkeys(("today", "tomorrow", "weekday", "date", "unknown"), text)
    with pytest.raises(ValueError, match="only"):
        acknowledgement._texts("en", texts)


def test_a_language_file_that_lacks_an_occasion_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly one each"):
        acknowledgement._texts("en", {"today": "Ref $reference"})


def test_texts_are_found_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    acknowledgement.wording.cache_clear()
    acknowledgement.languages.cache_clear()
    assert languages() == ("en", "es")
    assert said("en", None)


@pytest.mark.parametrize("language", languages())
def test_FB_2_a_machine_says_that_it_is_one_where_the_network_asks_for_it(language: str) -> None:
    told = {"hours": NEW_YORK, "now": TUESDAY_10, "reference": "R-1"}
    silent = render(language, "Acme", None, **told)  # type: ignore[arg-type]  # as above
    disclosed = render(language, "Acme", None, discloses=True, **told)  # type: ignore[arg-type]  # as above
    assert disclosed == f"{silent} {wording(language).disclosure}"
