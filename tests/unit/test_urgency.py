"""What a text is taken to say of danger, fraud, outages, feeling and hurry, and what it is not."""

from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.policy import Priority
from switchboard.urgency import LOWERING, Kind, Score, Signal, read, weigh, write_compiled
from switchboard.urgency import lexicon as lexicon_module
from switchboard.urgency.lexicon import Cue, lexicon
from switchboard.urgency.meanings import meanings
from switchboard.urgency.weighing import HIGH, LOW, URGENT
from switchboard.urgency.words import fold, own_words, words_of
from tests.growth import grows_no_faster

SIGNALS = st.sampled_from(sorted(meanings().values(), key=repr))
RAISING = SIGNALS.filter(lambda signal: signal.kind not in LOWERING)
RANK = {priority: rank for rank, priority in enumerate(reversed(Priority))}
KINDS = get_args(Kind)


def kinds(text: str, language: str | None = "en", subject: str | None = None) -> set[str]:
    return {signal.kind for signal in read(text, language, subject)}


def priority(text: str, language: str | None = "en") -> Priority:
    return weigh(read(text, language)).priority


# What is recognised


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the charger caught fire"),
        ("es", "hay humo saliendo del horno"),
        ("fr", "le grille-pain a pris feu"),
        ("de", "Es riecht hier nach Gas"),
        ("pt", "o carregador pegou fogo"),
        ("it", "il caricabatterie ha preso fuoco"),
        ("nl", "de oplader staat in brand"),
        ("ar", "يخرج دخان من الغسالة"),
        ("hi", "चार्जर में आग लग गई"),
        ("ja", "洗濯機から煙が出ています"),
    ],
)
def test_danger_is_urgent_in_each_language(language: str, text: str) -> None:
    assert kinds(text, language) == {"safety"}
    assert priority(text, language) is Priority.URGENT


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("fraud", "someone stole my card"),
        ("outage", "no internet since yesterday"),
        ("fear", "I'm terrified of losing my home"),
        ("anger", "this is unacceptable"),
        ("leaving", "I'm switching to another provider"),
        ("urgency", "please answer as soon as possible"),
        ("deadline", "my flight leaves in 3 hours"),
        ("no_rush", "no rush at all"),
        ("thanks", "thanks, problem solved"),
    ],
)
def test_each_kind_is_recognised(kind: str, text: str) -> None:
    assert kinds(text) == {kind}


def test_the_most_pressing_signal_stands_first() -> None:
    found = read("This is unacceptable, the charger caught fire!", "en")
    assert [signal.kind for signal in found] == ["safety", "anger"]


@pytest.mark.parametrize(
    "text", ["URGENTE", "ūrgénté", "\uff55\uff52\uff47\uff45\uff4e\uff54\uff45", "urgenteeee", "ur\u200bgente"]
)
def test_TW_5_case_accents_width_and_zero_width_characters_do_not_hide_a_word(text: str) -> None:
    assert kinds(text, "es") == {"urgency"} | ({"emphasis"} & kinds(text, "es"))


@pytest.mark.parametrize(
    "text", ["I didn't make these charges", "I didnt make these charges", "I didn\u2019t make these charges"]
)
def test_an_apostrophe_may_be_left_out(text: str) -> None:
    assert kinds(text) == {"fraud"}


def test_words_may_stand_between_the_parts_of_a_phrase() -> None:
    assert kinds("there are two charges on my card I didn't make") == {"fraud"}


def test_a_phrase_does_not_run_over_the_end_of_a_sentence() -> None:
    assert "safety" not in kinds("I like the smell. Gas is cheap here")


def test_a_line_break_is_only_a_space() -> None:
    assert kinds("the charger caught\nfire") == {"safety"}


def test_a_subject_is_read_too() -> None:
    assert kinds("see below", subject="URGENT request") == {"urgency"}


def test_the_subject_of_an_answer_repeats_what_was_said_before() -> None:
    assert kinds("all clear to me", subject="Re: URGENT: your invoice") == set()


# Near-misses


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "there is no smoke and no fire in the kitchen"),
        ("en", "I have not been hacked"),
        ("es", "no me han robado nada"),
        ("fr", "je n'ai pas été piraté"),
        ("de", "Es raucht nicht"),
        ("pt", "não fui hackeado"),
        ("it", "non mi hanno rubato la carta"),
        ("nl", "ik ben niet gehackt"),
        ("ja", "煙は出ていません"),
    ],
)
def test_what_is_negated_is_not_said(language: str, text: str) -> None:
    assert kinds(text, language) == set()


def test_a_negation_reaches_no_further_than_its_clause() -> None:
    assert kinds("No, the house is on fire") == {"safety"}
    assert kinds("I did nothing and it exploded") == {"safety"}


@pytest.mark.parametrize("text", ["not urgent", "it isn't urgent at all", "this is not an emergency"])
def test_what_is_not_urgent_can_wait(text: str) -> None:
    assert kinds(text) == {"no_rush"}
    assert priority(text) is Priority.LOW


@pytest.mark.parametrize(
    "text",
    [
        "do you sell fire extinguishers",
        "is the Fire TV stick back",
        "I'm dying to see it",
        "your emergency contact form",
        "I'm afraid I lost the receipt",
        "I work in fraud prevention",
    ],
)
def test_a_near_miss_is_none_of_its_words(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text", ["Does the insurance cover theft if my card was stolen?", "How much is urgent delivery, if it is urgent?"]
)
def test_a_general_question_is_about_nothing_that_happened(text: str) -> None:
    assert kinds(text) == set()


def test_a_general_question_leaves_the_next_sentence_alone() -> None:
    assert kinds("Do you sell smoke detectors? My kitchen is full of smoke.") == {"safety"}


def test_an_urgent_care_clinic_in_a_signature_is_not_urgent() -> None:
    assert kinds("Where is my order?\n\nJane Hill\nUrgent Care Clinic, 24h Emergency Line") == set()


@pytest.mark.parametrize(
    "below",
    [
        "> URGENT: answer immediately",
        "-- \nTom\nThis is urgent",
        "On Mon, 3 Aug 2026 Billing wrote:\nURGENT: pay immediately",
        "-----Original Message-----\nURGENT: pay immediately",
    ],
)
def test_what_is_quoted_or_signed_below_is_not_read(below: str) -> None:
    assert kinds(f"Tuesday is fine.\n{below}") == set()


def test_a_line_that_only_looks_like_the_head_of_an_answer_hides_nothing() -> None:
    assert kinds("Hello,\nOn top of that, here is what happened:\nthe oven caught fire") == {"safety"}


def test_hurry_in_quotation_marks_is_somebody_elses() -> None:
    assert kinds('your mail said "urgent, last chance" but the code fails') == set()


def test_danger_in_quotation_marks_counts() -> None:
    assert kinds('he shouted "I will kill you"') == {"safety"}


def test_two_inch_marks_far_apart_are_no_quotation() -> None:
    assert "urgency" in kinds('the 5" screen ' + "and so on " * 10 + 'is urgent, and the 6" too')


@pytest.mark.parametrize("text", ["Thanks in advance. What are your hours?", "Thank you, does it come in red?"])
def test_who_thanks_and_asks_is_polite(text: str) -> None:
    assert kinds(text) == set()


def test_thanks_in_a_long_text_end_nothing() -> None:
    assert kinds("Thank you, I will send you the photos of the sofa and of the table on my way home") == set()


def test_capitals_and_exclamation_marks_alone_say_nothing() -> None:
    assert kinds("HELLO WHERE IS MY ORDER PLEASE!!!") == set()


def test_capitals_add_a_little_to_what_is_said() -> None:
    quiet, loud = (
        weigh(read("please answer as soon as possible", "en")),
        weigh(read("PLEASE ANSWER AS SOON AS POSSIBLE", "en")),
    )
    assert loud.points - quiet.points == 5
    assert loud.priority is quiet.priority


# Languages


def test_an_unknown_language_is_read_for_what_cannot_be_mistaken() -> None:
    assert kinds("me robaron la tarjeta", None) == {"fraud"}
    assert kinds("mi banco se llama Brand", None) == set()


def test_a_word_of_another_language_means_nothing_in_this_one() -> None:
    assert kinds("a gift of a well-known brand, kind of sauer", "en") == set()


def test_two_languages_may_be_mixed() -> None:
    assert kinds("hola, my card was stolen, gracias", "es") == {"fraud"}


def test_a_language_without_lexicon_is_an_unknown_one() -> None:
    assert read("someone stole my card", "pl") == read("someone stole my card", None)


def test_a_region_does_not_matter() -> None:
    assert read("o carregador pegou fogo", "pt-BR") == read("o carregador pegou fogo", "pt")


def test_a_negation_of_one_language_does_not_negate_another() -> None:
    assert kinds("no, no entiendo: my card was stolen", "es") == {"fraud"}


# Weighing


@given(st.lists(SIGNALS), st.integers(-3, 10))
def test_the_reasons_add_up_to_the_score(signals: list[Signal], repeats: int) -> None:
    score = weigh(signals, repeats)
    assert sum(int(reason.split()[0]) for reason in score.reasons) == score.points


@given(st.lists(SIGNALS), RAISING, st.integers(0, 10))
def test_a_signal_that_raises_never_lowers_the_priority(signals: list[Signal], more: Signal, repeats: int) -> None:
    before, after = weigh(signals, repeats), weigh([*signals, more], repeats)
    assert RANK[after.priority] >= RANK[before.priority]
    assert after.points >= before.points


@given(st.lists(SIGNALS), st.integers(0, 10))
def test_one_more_try_never_lowers_the_priority(signals: list[Signal], repeats: int) -> None:
    assert weigh(signals, repeats + 1).points >= weigh(signals, repeats).points


@given(st.lists(SIGNALS).flatmap(lambda signals: st.tuples(st.just(signals), st.permutations(signals))))
def test_the_order_of_signals_does_not_matter(both: tuple[list[Signal], list[Signal]]) -> None:
    assert weigh(both[0]) == weigh(both[1])


@given(st.lists(RAISING.filter(lambda signal: signal.kind not in {"safety", "fraud", "outage"})), st.integers(0, 10))
def test_feelings_and_hurry_alone_are_high_at_most(signals: list[Signal], repeats: int) -> None:
    assert weigh(signals, repeats).priority is not Priority.URGENT


def test_of_a_kind_only_the_strongest_counts() -> None:
    weak, strong = Signal("anger", 10, "is disappointed"), Signal("anger", 40, "swears")
    assert weigh([weak, strong]) == Score(40, ("+40 swears",))


def test_what_can_wait_is_low_only_if_nothing_presses() -> None:
    patient, gone = meanings()["no_rush", "patient"], meanings()["fraud", "theft"]
    assert weigh([patient]).priority is Priority.LOW
    assert weigh([patient, gone]) == weigh([gone])


def test_nothing_said_is_normal() -> None:
    assert weigh([]) == Score(0, ())
    assert weigh([]).priority is Priority.NORMAL


def test_who_writes_again_rises() -> None:
    assert weigh([], 1).reasons == ("+15 wrote once before in 72 hours",)
    assert weigh([], 1).priority is Priority.NORMAL
    assert weigh([], 2).priority is Priority.HIGH


def test_thanks_repeat_nothing() -> None:
    assert weigh(read("thanks!", "en"), 3).priority is Priority.LOW


def test_an_explanation_says_what_raised_it_and_by_how_much() -> None:
    told = weigh(read("The charger caught fire. Unacceptable!!", "en"), 1).reasons
    assert told == (
        "+100 says that something burns, smokes or explodes",
        "+35 is outraged",
        "+5 writes in capitals or with several exclamation marks",
        "+15 wrote once before in 72 hours",
    )


# Situations: told in no words that a lexicon has as a phrase


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "since the plumber left the toaster keeps sparking", "safety"),
        ("en", "a stranger in Ohio spent all of my points", "fraud"),
        ("en", "last week the entire warehouse was locked out for a day", "outage"),
        ("de", "Der Föhn hat beim Einschalten geknallt", "safety"),
        ("es", "el patinete se puso a echar chispas", "safety"),
        ("fr", "la bouilloire fait des étincelles", "safety"),
        ("it", "dal ferro escono scintille", "safety"),
        ("nl", "er komen vonken uit de waterkoker", "safety"),
        ("pt", "a torradeira soltou faíscas", "safety"),
        ("ja", "トースターから炎が見えます", "safety"),
    ],
)
def test_a_situation_is_told_by_its_parts_in_any_order(language: str, text: str, kind: str) -> None:
    assert kind in kinds(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "Do you have a lamp that looks like a flame?",
        "if the lamp ever smokes, who pays?",
        "Would a toaster melt this tray?",
        "the heater never sparked, I only want another colour",
        "a spark of joy. The lamp arrived",
    ],
)
def test_what_is_asked_supposed_negated_or_in_two_sentences_is_no_situation(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize("text", ["do you deliver tomorrow morning?", "Does it have an emergency stop?"])
def test_a_time_that_is_asked_about_is_no_deadline(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize("text", ["this is an emmergency", "this is an emergnecy", "please answer immediatly"])
def test_long_words_may_be_misspelt(text: str) -> None:
    assert kinds(text) == {"urgency"}


def test_a_word_that_is_nearly_another_is_itself() -> None:
    assert kinds("please update the contact and send the sacred facture") == set()


@pytest.mark.parametrize("language", ["ne", "mr"])
def test_short_hindi_that_is_taken_for_a_neighbour_of_it_is_read_as_hindi(language: str) -> None:
    assert kinds("चार्जर में आग लग गई", language) == {"safety"}


# What holds for any text


@given(st.text(), st.sampled_from([None, "en", "de", "ja", "xx", ""]), st.none() | st.text())
def test_any_text_is_read(text: str, language: str | None, subject: str | None) -> None:
    signals = read(text, language, subject)
    assert {signal.kind for signal in signals} <= set(KINDS)
    assert len({signal.kind for signal in signals}) == len(signals)


@given(st.sampled_from(sorted({evidence.evidence for evidence in meanings().values()})), st.text(min_size=1))
def test_evidence_is_never_the_customers_words(evidence: str, text: str) -> None:
    assert all(signal in meanings().values() for signal in read(f"{evidence} {text}", "en"))


@pytest.mark.parametrize(
    "piece",
    [
        "fire ",
        "not on ",
        "set my ",
        'x" ',
        "in 2 ",
        "\n \n",
        "a",
        "...",
        "someone my my my my my ",
        "my toaster sparks ",
        "! ",
        "On a",
    ],
)
def test_reading_takes_no_longer_than_the_text_is_long(piece: str) -> None:
    assert grows_no_faster(lambda size: piece * (size // len(piece)), lambda text: read(text, "en"))


def test_of_a_long_text_only_the_beginning_is_read() -> None:
    assert kinds("where is it " * 2000 + "my card was stolen") == set()


# The files


def test_each_meaning_is_one_of_the_kinds_and_weighs_in_its_direction() -> None:
    assert {kind for kind, _ in meanings()} == set(KINDS)
    assert all((signal.points < 0) == (kind in LOWERING) for (kind, _), signal in meanings().items())


def test_thresholds_are_as_the_file_tells_people() -> None:
    assert (URGENT, HIGH, LOW) == (70, 30, -15)


def test_each_phrase_has_words_and_each_list_words_that_can_stand_in_a_text() -> None:
    assert not lexicon().ends[0]
    assert [word for word in lexicon().lists if words_of(word) != [word]] == []


def test_each_list_that_a_phrase_names_exists() -> None:
    known = set(chain.from_iterable(lexicon().lists.values()))
    words = set(chain.from_iterable(lexicon().following))
    assert {word for word in words if word.startswith("#") and word != "#"} == known


def test_each_situation_is_made_of_cues_that_exist_and_each_cue_is_part_of_one() -> None:
    cues = {phrase.meaning.name for phrase in lexicon().phrases if isinstance(phrase.meaning, Cue)}
    known = lexicon().situations
    assert cues == known.keys() | {name for each in known.values() for one in each for name in one.others}


def test_lexicons_read_the_same_from_the_file_that_functions_carry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = lexicon()
    write_compiled(tmp_path)
    monkeypatch.setattr(lexicon_module, "_HERE", tmp_path)
    assert lexicon.__wrapped__() == compiled


# Words


def test_folding_leaves_no_case_accent_or_width() -> None:
    assert fold("Devolución \uff26\uff49\uff52\uff45 ÄSS") == "devolucion fire ass"


def test_japanese_signs_are_words_and_hindi_vowels_belong_to_theirs() -> None:
    assert words_of("火事だ") == ["火", "事", "た"]
    assert len(words_of("हिंदी में")) == 2


def test_own_words_keep_a_text_that_begins_like_a_quotation() -> None:
    assert own_words("On fire: help") == "On fire: help"
