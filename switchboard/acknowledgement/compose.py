"""The words of an acknowledgement or a renewal: composed from facts, sentence by sentence, for one channel.

A text message is one segment where the alphabet allows: what may be left out is left out in a fixed order. Other
networks get the same sentences in one paragraph, mail gets paragraphs, and HTML of the same words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from switchboard import gsm7, letter
from switchboard.acknowledgement.customs import abbreviation
from switchboard.acknowledgement.names import (
    REFERENCE,
    cut_septets,
    plain_name,
    printable_brand,
    visible,
)
from switchboard.acknowledgement.telling import Composed, Telling
from switchboard.acknowledgement.texts import Texts, texts_in
from switchboard.estimate.spoken import Spoken
from switchboard.first_name import first_name_in
from switchboard.hours import MINUTES_PER_DAY, zone_info

_COURTESIES = ("hello", "thanks")
_LEFT_OUT = (*_COURTESIES, "closed")
"""What a text message does without, the first first, until it fits."""
_MOST_SEGMENTS = 2
"""Of a text message whose alphabet has only 70 characters to the segment."""
_WEEK = 7
_LINK = "https://"
_NO_BREAK = "\u00a0"
_FIRST_STRONG, _LEFT_TO_RIGHT, _END = "\u2068", "\u2066", "\u2069"
_ISLANDS: Mapping[str, str] = {
    **dict.fromkeys(("brand", "city", "name", "time"), _FIRST_STRONG),
    **dict.fromkeys(("contact", "reference"), _LEFT_TO_RIGHT),
}
"""What may hold words of another writing direction than the sentence's, and the mark that begins them."""


def compose(telling: Telling) -> Composed:
    """Return what to send. ValueError if the reference isn't one to print: 1 to 32 of A-Z a-z 0-9 . _ # -."""
    if not REFERENCE.fullmatch(telling.reference):
        raise ValueError("the reference can't be printed: use 1 to 32 characters of A-Z a-z 0-9 . _ # -")
    texts = texts_in(telling.language, telling.voice.tone)
    if telling.channel == "sms":
        return Composed(_text_message(_Speaker(telling, texts, "sms")))
    speaker = _Speaker(telling, texts, "chat")
    if telling.channel == "email":
        text = _mail(speaker)
        return Composed(text, letter.page(text, texts.language))
    return Composed(texts.joint.join(sentence for _, sentence in speaker.sentences()))


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says one thing after the other, with the sentences of one table."""

    telling: Telling
    texts: Texts
    table: str

    def sentences(self) -> Iterator[tuple[str, str]]:
        """What there is to say, in order, each under a name: greeting, state, promise, safety, and the number."""
        told = self.telling
        if self.name:
            yield "hello", self.say("hello", name=self.name)
        yield from self.body()
        if told.discloses:
            yield "disclosure", self.say("disclosure")
        yield "reference", self.reference()

    def body(self) -> Iterator[tuple[str, str]]:
        """What stands between greeting and number."""
        told = self.telling
        opening = "apology" if told.kind == "renewal" else "upset" if told.upset or told.safety else "thanks"
        yield opening, self.say(opening, brand=visible(told.voice.brand))
        if told.safety and told.voice.safety:
            which = "safety_link" if told.voice.safety.startswith(_LINK) else "safety_phone"
            yield "safety", self.say(which, contact=told.voice.safety.replace(" ", _NO_BREAK))
        if told.kind == "first" and not told.hours.is_open(told.now):
            yield "closed", self._closed()
        yield "promise", self._promise()

    @property
    def name(self) -> str | None:
        """The first name, where there is one to print."""
        return first_name_in(self.telling.first_name)

    def reference(self) -> str:
        """The number to quote."""
        return self.say("reference", reference=self.telling.reference)

    def say(self, line: str, **values: str) -> str:
        """Fill in a sentence. In writing from right to left each value is an island of its own direction."""
        return self.texts.sentences[self.table, line].substitute(self._islands(values))

    def line(self, table: str, line: str, **values: str) -> str:
        """The same of another table."""
        return self.texts.sentences[table, line].substitute(self._islands(values))

    def _islands(self, values: Mapping[str, str]) -> dict[str, str]:
        if not self.texts.customs.is_rtl:
            return dict(values)
        return {name: f"{_ISLANDS[name]}{value}{_END}" if name in _ISLANDS else value for name, value in values.items()}

    def _closed(self) -> str:
        """That nobody is there, why if it is a holiday, and when somebody will be.

        A text message says when only where no promise does.
        """
        told = self.telling
        today = told.now.astimezone(zone_info(told.hours.zone)).date()
        state = self.say("holiday" if told.hours.exceptions.get(today) == () else "closed")
        opens = told.hours.next_opening(told.now)
        if opens is None or (self.table == "sms" and told.spoken):
            return state
        opening = self._at(f"opens_{self._how_far(opens)}", opens, named=not _has_time(told.spoken))
        return self.texts.joint.join((state, opening))

    def _promise(self) -> str:
        spoken = self.telling.spoken
        if spoken is None:
            return self.say("unknown")
        if spoken.minutes is not None:
            plural = self.texts.customs.plural(spoken.minutes)
            return self.texts.counted[self.table, plural].substitute(self._islands({"minutes": str(spoken.minutes)}))
        if spoken.kind == "date":
            return self._at("date", spoken.at)
        how_far = self._how_far(spoken.at)
        return self._at("date_time" if how_far == "date" else how_far, spoken.at)

    def _at(self, line: str, at: datetime, *, named: bool = True) -> str:
        """A sentence with a time and a day. Our zone is named with the time, unless it is the customer's."""
        local, customs = at.astimezone(self._zone), self.texts.customs
        time = self.texts.clock[customs.plural(customs.hour(local))].substitute(time=customs.clock(local))
        if named and self.telling.zone is None:
            names = {"zone": abbreviation(local), "city": customs.city(self.telling.hours.zone)}
            time = self.texts.sentences["sms" if self.table == "sms" else "mail", "zone"].substitute(names, time=time)
        return self.say(line, time=time, weekday=customs.weekday(local.date()), date=customs.day(local.date()))

    def _how_far(self, at: datetime) -> str:
        days = (at.astimezone(self._zone).date() - self.telling.now.astimezone(self._zone).date()).days
        if days >= _WEEK:
            return "date"
        return ("today", "tomorrow")[max(days, 0)] if days <= 1 else "weekday"

    @property
    def _zone(self) -> ZoneInfo:
        return zone_info(self.telling.zone or self.telling.hours.zone)


def _has_time(spoken: Spoken | None) -> bool:
    return spoken is not None and spoken.minutes is None and spoken.kind != "date"


def _mail(speaker: _Speaker) -> str:
    """Paragraphs, and below the signature's dashes what is only to be looked up."""
    told, texts = speaker.telling, speaker.texts
    greeting = (
        speaker.line("mail", "greeting", name=speaker.name)
        if speaker.name
        else texts.sentences["mail", "nameless"].substitute()
    )
    body = dict(speaker.body())
    promise = body.pop("promise")
    safety = body.pop("safety", None)
    closing = f"{speaker.line('mail', 'closing')}\n{visible(told.voice.signature or told.voice.brand)}"
    paragraphs = [greeting, texts.joint.join(body.values()), safety, promise, closing]
    footer = [speaker.reference(), *_opening_hours(speaker), speaker.say("disclosure")]
    return "\n\n".join(filter(None, paragraphs)) + letter.SIGNATURE + "\n".join(footer)


def _opening_hours(speaker: _Speaker) -> list[str]:
    """Weekly hours in their own zone; none where it is always open, or never."""
    hours, customs = speaker.telling.hours, speaker.texts.customs
    days = list(customs.week(hours))
    if not days or all(interval.end - interval.start == MINUTES_PER_DAY for day in hours.weekly for interval in day):
        return []
    return [speaker.line("mail", "hours", city=customs.city(hours.zone)), *days]


def _text_message(speaker: _Speaker) -> str:
    parts = dict(speaker.sentences())
    if not speaker.texts.is_gsm7:
        return _in_units(parts, speaker)
    if name := speaker.name:
        plain = plain_name(name)
        parts |= {"hello": speaker.say("hello", name=plain) if plain else ""}
    return _in_septets({key: gsm7.transliterate(part) for key, part in parts.items()}, speaker)


def _in_septets(parts: Mapping[str, str], speaker: _Speaker) -> str:
    """One segment: without some sentences, then with less of the brand."""
    brand = printable_brand(speaker.telling.voice.brand, in_gsm7=True) or gsm7.transliterate(speaker.say("nameless"))
    *_, barest = tried = list(_shortening(parts))
    texts = [_joined(some, brand, speaker) for some in tried]
    if fitting := next((text for text in texts if gsm7.segments(text) == 1), None):
        return fitting
    room = gsm7.SINGLE_SEPTETS - gsm7.septets(_joined(barest, "", speaker))
    return _joined(barest, cut_septets(brand, max(room, 1)), speaker)


def _in_units(parts: Mapping[str, str], speaker: _Speaker) -> str:
    """One segment if that takes no more than leaving out courtesies, else two."""
    brand = printable_brand(speaker.telling.voice.brand, in_gsm7=False) or speaker.say("nameless")
    tried = [_joined(some, brand, speaker) for some in _shortening(parts)]
    within_one = [text for text in tried[: len(_COURTESIES) + 1] if gsm7.segments(text) == 1]
    within_two = [text for text in tried if gsm7.segments(text) <= _MOST_SEGMENTS]
    return next(iter((*within_one, *within_two, tried[-1])))


def _shortening(parts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """All of it, then less and less."""
    left = {key: part for key, part in parts.items() if part}
    yield left
    for key in _LEFT_OUT:
        left = {other: part for other, part in left.items() if other != key}
        yield left


def _joined(parts: Mapping[str, str], brand: str, speaker: _Speaker) -> str:
    return speaker.texts.joint.join((speaker.say("brand", brand=brand), *parts.values()))
