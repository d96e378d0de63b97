import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.consent import (
    HELP,
    OPT_IN,
    OPT_OUT,
    Consent,
    ConsentEvent,
    ConsentState,
    apply,
    fold,
    keyword,
    lifts_stop,
    suspected_opt_out,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
EVENTS = st.sampled_from(get_args(ConsentEvent))
STOPPED_BY_CUSTOMER = Consent(ConsentState.STOPPED, NOON)
STOPPED_BY_PERSON = Consent(ConsentState.STOPPED, NOON, set_by_person=True)
SUSPECTED = Consent(ConsentState.SUSPECTED, NOON)


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        *("stop all", "Opt out", "opt-out", "OPT_OUT"),
    ],
)
def test_TW_4_the_keywords_of_twilio_and_the_fcc_opt_out(text: str) -> None:
    assert keyword(text) == "opt_out"


@pytest.mark.parametrize(
    "text", ["arret", "Arrêt", "stopp", "parar", "BAJA", "alto", "pare", "стоп", "停止", "退订", "הסר"]
)
def test_TW_5_keywords_of_other_languages_opt_out(text: str) -> None:
    assert keyword(text) == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        "  stop  ",
        "Stop.",
        "«STOP!!!»",
        "s.t.o.p",
        "\uff33\uff34\uff2f\uff30",  # full width
        "\U0001d412\U0001d413\U0001d40e\U0001d40f",  # mathematical bold
        "stop 🛑🙏🏽",
        "STOP\n",
        "stop\ufe0f",
        "s̶t̶o̶p̶",
        "STOP\u3164",
        "(opt  \t out)",
    ],
)
def test_TW_5_dressing_does_not_hide_a_stop(text: str) -> None:
    assert keyword(text) == "opt_out"


@given(st.data())
def test_TW_5_zero_width_characters_do_not_hide_a_stop(data: st.DataObject) -> None:
    invisible = st.text("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u202e\u2066\u115f", max_size=3)
    assert keyword("".join(letter + data.draw(invisible) for letter in "stop")) == "opt_out"


@given(st.sampled_from(sorted(OPT_OUT)), st.sampled_from([str.upper, str.title, str.casefold]))
def test_TW_5_case_never_matters(word: str, change: Callable[[str], str]) -> None:
    assert keyword(change(word)) == "opt_out"


@pytest.mark.parametrize("text", ["START", "unstop", "Start!"])
def test_TW_4_start_and_unstop_opt_in(text: str) -> None:
    assert keyword(text) == "opt_in"


@pytest.mark.parametrize("text", ["HELP", "info", "Help?"])
def test_TW_4_help_and_info_ask_for_help(text: str) -> None:
    assert keyword(text) == "help"


@pytest.mark.parametrize(
    "text", ["Hilfe", "ayuda", "help me with my order", "start again", "", "   ", "🛑", "stopover"]
)
def test_other_messages_are_no_keyword(text: str) -> None:
    assert keyword(text) is None


@pytest.mark.parametrize("text", ["YES", "yes", " Yes! "])
def test_TW_7_a_bare_yes_is_an_answer_unless_the_router_knows_of_a_stop(text: str) -> None:
    assert keyword(text) is None
    assert lifts_stop(text)


@pytest.mark.parametrize("text", ["yes please", "yeah", "START", "yes" * 100])
def test_TW_7_only_a_bare_yes_lifts_a_stop(text: str) -> None:
    assert not lifts_stop(text)


def test_a_long_text_is_never_a_keyword() -> None:
    assert keyword("stop" + " " * 200) is None


def test_no_word_means_two_things() -> None:
    assert not OPT_OUT & OPT_IN
    assert not (OPT_OUT | OPT_IN) & HELP
    assert "" not in OPT_OUT


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_folding_does_not_depend_on_how_the_text_was_composed(text: str, form: str) -> None:
    assert fold(unicodedata.normalize(form, text)) == fold(text)  # type: ignore[arg-type]  # a literal, drawn


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Stop texting me!",
        "STOP SENDING ME TEXTS",
        "Hi, please stop messaging this number.",
        "can you stop texting me",
        "I asked you to stop contacting me",
        "I told you: stop!",
        "stop it",
        "please stop",
        "stop now please",
        "stop stop stop",
        "stpo",
        "no more messages",
        "No more texts please",
        "lose my number",
        "please delete my number",
        "take me off your list",
        "remove me from this list please",
        "unsubscribe me",
        "how do I unsubscribe?",
        "unsuscribe",
        "I want to opt out",
        "Opt me out of these messages",
        "leave me alone",
        "I revoke my consent",
        "don't text me again",
        "Do not contact me anymore",
        "never text me again",
        "I don\u2019t want any more messages",
        "I no longer wish to receive texts",
        "I don't want to hear from you",
        "stop the messages",
        "Wrong person. Stop all texts.",
        "Arrêtez de m'envoyer des messages",
        "plus de SMS svp",
        "Keine Nachrichten mehr",
        "Bitte schreiben Sie mir nicht mehr",
        "no me manden más mensajes",
        "dejen de escribirme",
        "Não quero mais receber mensagens",
        "smettetela di scrivermi",
        "geen sms meer",
        "Не пишите мне",  # noqa: RUF001  # Cyrillic, as meant
        "请不要再给我发短信",
        "もう送らないでください",
        "문자 보내지 마세요",
    ],
)
def test_TW_5_a_revocation_in_other_words_is_suspected(text: str) -> None:
    assert suspected_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "please don't stop",
        "Please don't stop texting me, I need the updates",
        "cancel my order",
        "I will stop by the shop",
        "stop by the shop",
        "when does the bus stop here",
        "the app stops working",
        "please stop the delivery",
        "why did you stop texting me?",
        "I can't stop. Text me when you're ready",
        "I don't want to lose my number when I switch",
        "I did not unsubscribe!",
        "why was I removed? I did not opt out",
        "you never text me back",
        "I get no more messages from you, why?",
        "Do you have any more messages for me?",
        "the text on the label is wrong",
        "don't call me before noon please",
        "one stop before the end",
        "Is my subscription at an end?",
        "my texts don't arrive",
        "no more than two please",
        "remove the item from my order",
        "delete my last order",
        "don't send the blue one",
        "the alarm won't stop",
        "full stop",
        "yes",
        "",
    ],
)
def test_TW_5_near_misses_are_not_suspected(text: str) -> None:
    assert not suspected_opt_out(text)


@given(st.text(max_size=500))
def test_suspecting_never_fails(text: str) -> None:
    assert suspected_opt_out(text) in {True, False}


def test_suspecting_a_body_of_64_kilobytes_is_linear() -> None:
    started = datetime.now(UTC)
    assert not suspected_opt_out("please dont " * 5_000)
    assert datetime.now(UTC) - started < timedelta(seconds=2)


def test_a_new_address_may_be_written_to() -> None:
    assert Consent().allows_automation
    assert Consent().allows_replies


def test_TW_4_stop_forbids_everything() -> None:
    stopped = apply(Consent(), "opt_out", NOON)
    assert stopped == STOPPED_BY_CUSTOMER
    assert not stopped.allows_automation
    assert not stopped.allows_replies


def test_TW_5_a_suspicion_silences_automation_but_not_the_agent() -> None:
    suspected = apply(Consent(), "suspected", NOON)
    assert not suspected.allows_automation
    assert suspected.allows_replies


def test_TW_7_start_lifts_what_stop_set() -> None:
    assert apply(STOPPED_BY_CUSTOMER, "opt_in", LATER) == Consent(ConsentState.GRANTED, LATER)


@pytest.mark.parametrize("consent", [STOPPED_BY_PERSON, SUSPECTED, Consent()])
def test_TW_7_start_lifts_only_what_stop_set(consent: Consent) -> None:
    assert apply(consent, "opt_in", LATER) is consent


def test_a_person_confirms_a_suspicion() -> None:
    assert apply(SUSPECTED, "confirmed", LATER) == Consent(ConsentState.STOPPED, LATER, set_by_person=True)


STOPPED_BY_BOTH = replace(STOPPED_BY_PERSON, said_stop=True)


def test_TW_7_where_both_stopped_it_each_takes_back_their_own() -> None:
    assert apply(STOPPED_BY_PERSON, "opt_out", LATER) == STOPPED_BY_BOTH
    assert apply(STOPPED_BY_BOTH, "opt_in", LATER) == STOPPED_BY_PERSON
    assert apply(STOPPED_BY_BOTH, "dismissed", LATER) == STOPPED_BY_CUSTOMER


@pytest.mark.parametrize("consent", [STOPPED_BY_CUSTOMER, STOPPED_BY_BOTH])
def test_TW_7_a_persons_words_never_lift_a_customers_stop(consent: Consent) -> None:
    assert apply(apply(consent, "confirmed", LATER), "dismissed", LATER).is_customers_stop


def test_a_person_confirms_a_stop_and_its_date_stays() -> None:
    assert apply(STOPPED_BY_CUSTOMER, "confirmed", LATER) == STOPPED_BY_BOTH


@pytest.mark.parametrize("consent", [SUSPECTED, STOPPED_BY_PERSON])
def test_a_person_lifts_what_a_person_decides(consent: Consent) -> None:
    assert apply(consent, "dismissed", LATER) == Consent(ConsentState.GRANTED, LATER)


def test_a_person_does_not_lift_a_stop() -> None:
    assert apply(STOPPED_BY_CUSTOMER, "dismissed", LATER) is STOPPED_BY_CUSTOMER


@given(st.lists(EVENTS))
def test_a_stop_always_stops(history: list[ConsentEvent]) -> None:
    consent = Consent()
    for event in history:
        consent = apply(consent, event, NOON)
    assert apply(consent, "opt_out", LATER).state is ConsentState.STOPPED


@given(st.lists(EVENTS), EVENTS)
def test_the_same_event_twice_changes_nothing_more(history: list[ConsentEvent], event: ConsentEvent) -> None:
    consent = Consent()
    for past in history:
        consent = apply(consent, past, NOON)
    once = apply(consent, event, NOON)
    assert apply(once, event, LATER) is once


@given(EVENTS)
def test_asking_for_help_changes_nothing(event: ConsentEvent) -> None:
    consent = apply(Consent(), event, NOON)
    assert apply(consent, "help", LATER) is consent
