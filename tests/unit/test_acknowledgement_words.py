"""The words of acknowledgements and renewals: every language, tone, channel and situation, and what may be in them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from switchboard import gsm7, letter
from switchboard.acknowledgement import Telling, compose, languages, voice_of
from switchboard.acknowledgement.customs import customs_of
from switchboard.acknowledgement.preview import CHANNELS, SITUATIONS, Example, examples, telling
from switchboard.acknowledgement.texts import texts_in
from switchboard.estimate.spoken import Spoken, round_up
from switchboard.first_name import first_name_in
from switchboard.hours import Hours, Interval
from switchboard.policy import Brand

EXAMPLES = tuple(examples())
IN_GSM7 = {"en", "es", "fr", "de", "pt"}
VOID = {"meta", "br"}

CHEERFUL = {
    "en": ("thank", "glad", "happy", "great", "!"),
    "es": ("gracias", "encant", "feliz", "alegr", "!"),
    "fr": ("merci", "ravi", "heureux", "plaisir", "!"),
    "de": ("dank", "freue", "gern", "toll", "!"),
    "pt": ("agrade", "obrigad", "feliz", "alegr", "que bom", "!"),
    "ar": ("شكر", "سعيد", "يسع", "!"),
    "hi": ("धन्यवाद", "शुक्रिया", "ख़ुशी", "!"),
    "ja": ("ありがと", "喜ん", "嬉し", "!", "\uff01"),
}
ENGLISH = re.compile(r"\b(the|you|your|answer|open|closed|reference|hours|Monday|December|time)\b", re.IGNORECASE)


def named(example: Example) -> str:
    return f"{example.language}-{example.tone}-{example.channel}-{example.situation}"


def of_channel(channel: str) -> Iterator[Example]:
    return (example for example in EXAMPLES if example.channel == channel)


def said(situation: str, language: str = "en", channel: str = "messenger", **changes: object) -> str:
    return compose(replace(telling(situation, channel, language), **changes)).text  # type: ignore[arg-type]  # fields of Telling


def test_there_are_texts_in_eight_languages() -> None:
    assert languages() == ("ar", "de", "en", "es", "fr", "hi", "ja", "pt")
    assert len(EXAMPLES) == 8 * 2 * len(CHANNELS) * len(SITUATIONS)


# All of them


def test_AK_4_every_text_carries_its_reference_and_the_brand() -> None:
    for example in EXAMPLES:
        text = example.composed.text
        assert "K3V9Q2-1" in text, named(example)
        assert "Acme" in text or example.channel == "messenger", named(example)


def test_SEC_14_nothing_is_left_to_fill_in_and_no_space_is_doubled() -> None:
    for example in EXAMPLES:
        body = example.composed.text.replace(letter.SIGNATURE, "\n\n")
        assert not re.search(r"[${}]|  | [,.]|None", body), named(example)
        assert body == body.strip(), named(example)


def test_every_text_is_well_formed_unicode_on_printable_lines() -> None:
    for example in EXAMPLES:
        text = example.composed.text
        assert text == unicodedata.normalize("NFC", text), named(example)
        assert text.encode().decode() == text
        controls = {character for character in text if unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co"}}
        assert controls <= ({"\n"} if example.channel == "email" else set()), named(example)


def test_a_text_message_is_one_segment_where_the_alphabet_allows_and_never_more_than_two() -> None:
    for example in of_channel("sms"):
        text = example.composed.text
        assert gsm7.is_gsm7(text) == (example.language in IN_GSM7), named(example)
        assert gsm7.segments(text) <= (1 if gsm7.is_gsm7(text) else 2), named(example)


@pytest.mark.parametrize("language", sorted(set(languages()) - IN_GSM7))
@pytest.mark.parametrize("situation", ["Within minutes", "Today", "Tomorrow", "On a weekday", "On a date", "Closed"])
def test_with_70_characters_what_is_usual_is_one_segment_too(language: str, situation: str) -> None:
    assert gsm7.segments(said(situation, language, "sms")) == 1


def test_on_networks_it_is_short() -> None:
    for example in of_channel("messenger"):
        assert len(example.composed.text) <= 500, named(example)
        assert "\n" not in example.composed.text


def test_nothing_but_mail_has_html() -> None:
    for example in EXAMPLES:
        assert (example.composed.html is not None) == (example.channel == "email"), named(example)


@pytest.mark.parametrize("language", languages())
def test_an_upset_customer_reads_a_sentence_that_says_so_and_nothing_cheerful(language: str) -> None:
    for example in EXAMPLES:
        if example.language == language and (example.telling.upset or example.telling.kind == "renewal"):
            sentences = texts_in(language, example.tone).sentences
            line = "apology" if example.telling.kind == "renewal" else "upset"
            table = "sms" if example.channel == "sms" else "chat"
            sentence = sentences[table, line].template
            assert (gsm7.transliterate(sentence) if language in IN_GSM7 and table == "sms" else sentence) in (
                example.composed.text
            ), named(example)
            assert not [word for word in CHEERFUL[language] if word in example.composed.text.casefold()], named(example)


@pytest.mark.parametrize("language", sorted(set(languages()) - {"en"}))
def test_no_sentence_is_left_in_english(language: str) -> None:
    for example in EXAMPLES:
        if example.language == language:
            assert not ENGLISH.search(example.composed.text), named(example)


@pytest.mark.parametrize(("language", "tone"), list(product(languages(), ["formal", "friendly"])))
def test_no_two_lines_of_a_promise_say_the_same(language: str, tone: str) -> None:
    sentences = texts_in(language, tone).sentences
    for table in ("chat", "sms"):
        lines = [sentences[table, line].template for line in ("today", "tomorrow", "unknown", "closed", "holiday")]
        assert len(set(lines)) == len(lines)


def test_a_matter_of_safety_says_how_to_reach_us_faster() -> None:
    for example in EXAMPLES:
        if example.telling.safety:
            text = example.composed.text.replace("\u00a0", " ")
            assert (example.telling.voice.safety or "?") in text, named(example)
        else:
            assert "555" not in example.composed.text, named(example)


@pytest.mark.parametrize("language", languages())
def test_FB_2_a_machine_says_that_it_is_one_where_the_network_asks_for_it(language: str) -> None:
    disclosure = texts_in(language, "formal").sentences["chat", "disclosure"].substitute()
    assert disclosure in said("A machine must say so", language)
    assert disclosure not in said("Today", language)
    assert disclosure in said("Today", language, "email")


# Writing from right to left


def test_in_arabic_brand_time_and_reference_are_islands_of_their_own_direction() -> None:
    for example in EXAMPLES:
        text = example.composed.text
        opened, closed = len(re.findall("[\u2066\u2068]", text)), text.count("\u2069")
        assert opened == closed, named(example)
        assert (opened > 0) == (example.language == "ar"), named(example)
        depth = 0
        for character in text:
            depth += (character in "\u2066\u2068") - (character == "\u2069")
            assert depth in {0, 1}, named(example)
    assert "\u2066K3V9Q2-1\u2069" in said("Today", "ar", "sms")
    assert "\u2068Acme\u2069" in said("Today", "ar", "sms")


def test_the_islands_marks_are_counted_as_characters() -> None:
    text = said("Today", "ar", "sms")
    assert gsm7.segments(text + "\u2068" * (70 - len(text))) == 1
    assert gsm7.segments(text + "\u2068" * (71 - len(text))) == 2


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr"), ("ja", "ltr")])
def test_a_page_has_its_language_and_direction(language: str, direction: str) -> None:
    page = compose(telling("Today", "email", language)).html or ""
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert 'content="light dark"' in page


# Mail


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"p", "div"}:
            self.words += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_a_mails_page_is_well_formed_says_what_the_text_says_and_fetches_nothing() -> None:
    for example in of_channel("email"):
        page, text = example.composed.html or "", example.composed.text.replace(letter.SIGNATURE, "\n")
        reader = read(page)
        assert not reader.open
        assert reader.seen <= {"html", "head", "meta", "title", "style", "body", "div", "p", "br"}, named(example)
        assert reader.words.split() == text.split(), named(example)
        assert not re.search(r"https?:|url\(|@import|src=|href=", page.replace("https://acme.example/now", ""))


HOSTILE = '"><script>alert(1)</script><img src=x onerror=a> &amp; $time ${brand} {7*7} %s'


@pytest.mark.parametrize("language", languages())
def test_SEC_14_a_hostile_brand_or_name_is_only_text(language: str) -> None:
    voice = replace(telling("Today", "email", language).voice, brand=HOSTILE, signature=HOSTILE)
    composed = compose(replace(telling("Today", "email", language), voice=voice, first_name=HOSTILE))
    reader = read(composed.html or "")
    assert "script" not in reader.seen
    assert "onerror" not in reader.attributes
    assert reader.words.split() == composed.text.replace(letter.SIGNATURE, "\n").split()
    assert "$time ${brand} {7*7} %s" in composed.text


# When


@pytest.mark.parametrize(
    ("situation", "text"),
    [
        ("Within minutes", "You will have our answer within 15 minutes."),
        ("Today", "You will have our answer today by 14:30 (New York time)."),
        ("Tomorrow", "You will have our answer tomorrow by 10:00 (New York time)."),
        ("On a weekday", "You will have our answer on Monday by 09:30 (New York time)."),
        ("On a date", "You will have our answer by the end of Friday 4 December."),
        ("Nothing to promise", "We will answer as soon as we can."),
    ],
)
def test_each_kind_of_promise_has_its_words(situation: str, text: str) -> None:
    assert said(situation) == f"Thank you for writing to Acme. {text} Your reference: K3V9Q2-1"


@pytest.mark.parametrize(
    ("language", "time"),
    [
        ("en", "14:30"),
        ("en-US", "2:30\u00a0PM"),
        ("en-GB", "14:30"),
        ("es", "las 14:30"),
        ("es-MX", "las 2:30\u00a0p.m."),
        ("fr", "14:30"),
        ("de", "14:30 Uhr"),
        ("pt", "14:30"),
        ("ar", "2:30\u00a0م"),
        ("hi", "2:30\u00a0pm"),
        ("ja", "14:30"),
    ],
)
def test_times_are_written_as_the_country_writes_them(language: str, time: str) -> None:
    assert time in said("Today", language)


def test_spanish_has_one_article_for_one_oclock_and_another_for_all_others() -> None:
    one = Spoken("today", datetime(2026, 11, 24, 18, 30, tzinfo=UTC), date(2026, 11, 24))
    assert "antes de la 1:30\u00a0p.m." in said("Today", "es-MX", spoken=one)
    assert "antes de las 13:30" in said("Today", "es", spoken=one)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "دقيقة واحدة"), (2, "دقيقتين"), (5, "5 دقائق"), (10, "10 دقائق"), (15, "15 دقيقة"), (100, "100 دقيقة")],
)
def test_arabic_counts_minutes_in_its_six_classes(minutes: int, words: str) -> None:
    spoken = replace(telling("Within minutes", "sms", "ar").spoken, minutes=minutes)  # type: ignore[type-var]  # it has one
    assert f"خلال {words}." in said("Within minutes", "ar", spoken=spoken)


@pytest.mark.parametrize(
    ("language", "classes"),
    [
        ("ar", {"zero", "one", "two", "few", "many", "other"}),
        ("ja", {"other"}),
        ("hi", {"one", "other"}),
        ("de", {"one", "other"}),
    ],
)
def test_a_language_has_the_plurals_that_cldr_says(language: str, classes: set[str]) -> None:
    assert customs_of(language, language).plurals == classes


def test_a_known_zone_is_the_customers_and_needs_no_name() -> None:
    text = said("A customer whose time zone is known", "en")  # 14:30 in New York is past midnight in Kolkata
    assert "tomorrow by 01:00. " in text


def test_in_the_customers_zone_the_day_is_theirs_too() -> None:
    late = Spoken("weekday", datetime(2026, 12, 1, 4, tzinfo=UTC), date(2026, 11, 30))
    assert "on Monday by 23:00 (New York time)" in said("Today", "en", spoken=late)
    assert "on Tuesday by 13:00." in said("Today", "en", spoken=late, zone="Asia/Tokyo")
    assert "on Tuesday 1 December by 04:00." in said("Today", "en", spoken=late, zone="Europe/London")


def test_on_the_autumn_day_of_25_hours_times_are_those_of_the_clock_on_the_wall() -> None:
    saturday = datetime(2026, 10, 31, 20, tzinfo=UTC)
    first, second = (
        Spoken("tomorrow", datetime(2026, 11, 1, hour, 30, tzinfo=UTC), date(2026, 11, 1)) for hour in (5, 6)
    )
    hours = Hours.always("America/New_York")
    texts = [said("Today", "en", "sms", spoken=spoken, now=saturday, hours=hours) for spoken in (first, second)]
    assert ["01:30 EDT" in texts[0], "01:30 EST" in texts[1]] == [True, True]


def test_on_the_spring_day_of_23_hours_too() -> None:
    spoken = Spoken("tomorrow", datetime(2027, 3, 14, 7, tzinfo=UTC), date(2027, 3, 14))
    now = datetime(2027, 3, 13, 20, tzinfo=UTC)
    text = said("Today", "en", "sms", spoken=spoken, now=now, hours=Hours.always("America/New_York"))
    assert "tomorrow by 03:00 EDT" in text


def test_a_zone_without_letters_is_written_as_an_offset_in_text_messages() -> None:
    assert "UTC-03" in said("Today", "pt", "sms", hours=Hours.always("America/Sao_Paulo"))


def test_utc_is_called_utc() -> None:
    assert "14:30 (New York time)" in said("Today")
    assert "19:30 (UTC time)" in said("Today", hours=Hours.always("UTC"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We are closed today for a holiday. We open again tomorrow at 08:00."),
        ("de", "Heute ist wegen eines Feiertags geschlossen. Wir öffnen morgen um 08:00 Uhr."),
        ("es", "Hoy está cerrado por ser festivo. Volvemos a abrir mañana a las 8:00."),
        ("ja", "本日は休業日です。明日8:00に営業を開始いたします。"),
    ],
)
def test_a_holiday_is_said_in_words_with_the_next_opening(language: str, text: str) -> None:
    assert text in said("A holiday", language)


def test_our_zone_is_named_once() -> None:
    for language, channel in product(languages(), ["messenger", "email"]):
        text = said("Closed", language, channel).partition(letter.SIGNATURE)[0]
        city = customs_of(language, language).city("America/New_York")
        assert text.count(city) == 1


def test_closed_for_good_promises_no_opening() -> None:
    never = Hours("America/New_York", ((),) * 7)
    assert said("Nothing to promise", hours=never) == (
        "Thank you for writing to Acme. We are closed at the moment. We will answer as soon as we can. "
        "Your reference: K3V9Q2-1"
    )


def test_opening_hours_stand_below_a_mail_and_not_where_it_is_always_open() -> None:
    assert "Mon\u2013Thu 08:00\u201312:00, 13:00\u201318:00\nFri 08:00\u201316:00" in said("Today", "en", "email")
    assert "Opening hours" not in said("Today", "en", "email", hours=Hours.always())


def test_a_renewal_apologises_and_promises_and_speaks_of_no_closing() -> None:
    closed = telling("Closed", "sms", "en").now
    assert said("A promise renewed", "en", "sms", now=closed) == (
        "Acme: Sorry, it is taking longer than we said. We'll answer tomorrow by 10:00 EST. Ref K3V9Q2-1"
    )


@given(
    zone=st.sampled_from(["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin", "UTC"]),
    theirs=st.none() | st.sampled_from(["Asia/Tokyo", "America/Los_Angeles", "Pacific/Chatham"]),
    language=st.sampled_from([*languages(), "en-US", "es-MX", "xx"]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds the zone
    wait=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=60)),
    brand=st.text(max_size=60),
    name=st.none() | st.text(max_size=30),
    channel=st.sampled_from(sorted(CHANNELS)),
)
def test_whatever_the_facts_there_is_a_text_that_can_be_sent(
    *,
    zone: str,
    theirs: str | None,
    language: str,
    now: datetime,
    wait: timedelta,
    brand: str,
    name: str | None,
    channel: str,
) -> None:
    hours = Hours(zone, ((Interval(540, 1020),),) * 5 + ((), ()))
    bound = hours.next_opening(now + wait)
    spoken = round_up(bound, hours, now) if bound else None
    told = telling("Today", channel, language, brand=brand or "A")
    text = compose(replace(told, hours=hours, spoken=spoken, now=now, zone=theirs, first_name=name)).text
    assert "K3V9Q2-1" in text
    assert text.encode()
    if channel == "sms":
        assert gsm7.segments(text) <= (1 if gsm7.is_gsm7(text) else 2)
        assert "\n" not in text


# Who


@pytest.mark.parametrize(
    "name", ["Ana", "José", "Jean-Luc", "O'Neil", "D\u2019Arcy", "علي", "محمد", "आर्या", "さくら", "Nguyễn", "Zoe\u0301"]
)
def test_a_first_name_is_printed_as_it_is_written(name: str) -> None:
    assert first_name_in(f" {name} ") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "Ana María Gómez",
            "http://a.example",
            "a.example",
            "4nn",
            "Ann!",
            "A\nB",
            "A\u202enn",
            "😀",
            "'Ann",
        ),
        *("-", "Ann-", "Ann<b>", "$brand", "x" * 21, "a" + "\u0301" * 9, "Ann\u200dBob", "@ann", "\ud800"),
    ],
)
def test_what_is_no_first_name_is_left_out(name: str) -> None:
    assert first_name_in(name) is None
    assert "Hello" not in said("Today", first_name=name)


def test_a_name_is_as_long_as_people_count_it() -> None:
    assert first_name_in("é" * 20) == "é" * 20
    assert first_name_in("e\u0323\u0302" * 20) is not None
    assert first_name_in("é" * 21) is None


def test_a_name_that_text_messages_cannot_write_is_left_out_of_them() -> None:
    assert "Hello" not in said("Today", "en", "sms", first_name="さくら")
    assert "Hello さくら" in said("Today", "en", first_name="さくら")
    assert "Hello Jose." in said("Today", "en", "sms", first_name="Jose")


def test_a_brand_with_typographic_signs_becomes_plain_in_text_messages() -> None:
    voice = replace(telling("Today", "sms", "en").voice, brand="Bob\u2019s \u201cCafé\u201d ☕")
    assert said("Today", "en", "sms", voice=voice).startswith('Bob\'s "Café": ')


@pytest.mark.parametrize("brand", ["   ", "😀", "日本", "\n\r"])
def test_a_brand_that_text_messages_cannot_write_gives_way_to_a_general_name(brand: str) -> None:
    voice = replace(telling("Today", "sms", "en").voice, brand=brand)
    assert said("Today", "en", "sms", voice=voice).startswith("Customer service: ")
    assert said("Today", "es", "sms", voice=voice).startswith("Atencion al cliente: ")


def test_a_long_text_loses_its_greeting_then_its_thanks_then_the_hours_then_some_of_its_brand() -> None:
    told = replace(telling("A holiday", "sms", "es"), first_name="Zoé")
    lengths = [5, 34, 40]
    texts = [compose(replace(told, voice=replace(told.voice, brand="W" * length))).text for length in lengths]
    assert ["Hola" in text for text in texts] == [True, False, False]
    assert all(gsm7.segments(text) == 1 for text in texts)
    long = compose(
        replace(told, voice=replace(told.voice, brand="W" * 60), reference="R" * 32, safety=True, upset=True)
    )
    assert re.match(r"W{8,40}: Lamentamos", long.text)
    assert gsm7.septets(long.text) <= 160


@pytest.mark.parametrize("reference", ["", "A 17", "R" * 33, "$brand", "A17\n"])
def test_a_reference_that_cannot_be_printed_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="1 to 32 characters"):
        said("Today", reference=reference)


def test_a_language_without_texts_is_told_in_english() -> None:
    assert said("Today", "xx") == said("Today", "en")


def test_a_friendly_brand_is_on_first_name_terms_where_the_language_knows_any() -> None:
    for language, formal, friendly in [("de", "Sie bekommen", "Du bekommst"), ("fr", "Vous aurez", "Tu auras")]:
        told = telling("Today", "messenger", language)
        assert formal in compose(told).text
        assert friendly in compose(replace(told, voice=replace(told.voice, tone="friendly"))).text


def test_a_brand_speaks_with_the_policys_voice() -> None:
    brand = Brand.model_validate(
        {"name": "Acme", "tone": "friendly", "signature": "Your Acme team", "safety": {"en": "911", "de": "112"}}
    )
    voice = voice_of(brand, "de-AT")
    assert (voice.brand, voice.tone, voice.safety, voice.signature) == ("Acme", "friendly", "112", "Your Acme team")
    assert voice_of(brand, "fr").safety == "911"
    assert "Your Acme team" in said("Today", "en", "email", voice=voice)


def test_AK_4_nothing_that_a_customer_wrote_is_among_the_facts() -> None:
    assert {field.name for field in fields(Telling)} == {
        *("kind", "channel", "language", "voice", "spoken", "hours", "now", "reference", "zone"),
        *("first_name", "upset", "safety", "discloses"),
    }
