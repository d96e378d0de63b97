"""What customers let us do: the words that stop and start automatic messages, and the state they lead to.

A text that *is* a keyword changes consent (rule TW-4). A text that merely asks to be left alone, in whatever words, is
only suspected of it (rule TW-5): automation falls silent at once and a person decides. 47 CFR 64.1200(a)(10) lets
people revoke "by any reasonable means", so a false suspicion is the cheaper mistake.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Literal, TypeAlias

Keyword: TypeAlias = Literal["opt_out", "opt_in", "help"]
ConsentEvent: TypeAlias = Literal["opt_out", "opt_in", "help", "suspected", "confirmed", "dismissed"]
"""What can happen to a consent: a keyword (or the provider's 21610, as `opt_out`), wording that looks like a
revocation, and a person's verdict on it."""

LONGEST_KEYWORD = 100
"""Characters: what is longer is a message, and need not be folded to know it."""


class ConsentState(StrEnum):
    """Whether automation may write, from one account to one address."""

    GRANTED = "granted"
    SUSPECTED = "suspected"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Consent:
    """The state between one account and one address, since when, and whether a person set it (rule TW-7)."""

    state: ConsentState = ConsentState.GRANTED
    since: datetime | None = None
    set_by_person: bool = False
    said_stop: bool = False
    """Of a stop that a person set: the customer said STOP, too, which outlasts the person's taking it back."""

    @property
    def allows_automation(self) -> bool:
        """Acknowledgements and new promises."""
        return self.state is ConsentState.GRANTED

    @property
    def allows_replies(self) -> bool:
        """An agent's own answer: still right under suspicion, to ask what was meant."""
        return self.state is not ConsentState.STOPPED

    @property
    def is_customers_stop(self) -> bool:
        """Whether the customer's own STOP, or the provider's word of it, is in force: no person may lift that."""
        return self.state is ConsentState.STOPPED and (self.said_stop or not self.set_by_person)


def apply(consent: Consent, kind: ConsentEvent, at: datetime) -> Consent:
    """Return the consent after an event: the same object where the event changes nothing.

    START lifts only what STOP set: neither a suspicion nor a stop that a person confirmed. A person's dismissal lifts
    exactly these two, and never a STOP. Where both stopped it, each takes back their own.
    """
    if consent.since and at < consent.since:
        return consent  # it was overtaken by what happened later
    if _lifts(consent, kind):
        return Consent(ConsentState.GRANTED, at)
    if kind == "suspected" and consent.allows_automation:
        return Consent(ConsentState.SUSPECTED, at)
    if kind in {"opt_out", "confirmed"} and consent.allows_replies:
        return Consent(ConsentState.STOPPED, at, set_by_person=kind == "confirmed")
    return consent if consent.allows_replies else _share(consent, kind)


def _share(consent: Consent, kind: ConsentEvent) -> Consent:
    """A stop after another word on it: both may have set it."""
    if kind == "opt_out" and consent.set_by_person and not consent.said_stop:
        return replace(consent, said_stop=True)
    if kind == "confirmed" and not consent.set_by_person:
        return replace(consent, set_by_person=True, said_stop=True)
    if kind == "opt_in" and consent.said_stop:
        return replace(consent, said_stop=False)
    if kind == "dismissed" and consent.said_stop:
        return replace(consent, set_by_person=False, said_stop=False)
    return consent


def _lifts(consent: Consent, kind: ConsentEvent) -> bool:
    if kind == "opt_in":
        return consent.state is ConsentState.STOPPED and not consent.set_by_person
    return kind == "dismissed" and not consent.allows_automation and not consent.is_customers_stop


def keyword(text: str) -> Keyword | None:
    """Tell what a text asks for if it is nothing but a keyword.

    A bare YES is none: it opts in only someone who is stopped, and is an ordinary answer from anybody else. Whoever
    knows the state asks `lifts_stop`.
    """
    if len(text) > LONGEST_KEYWORD:
        return None
    folded = fold(text)
    if folded in OPT_OUT:
        return "opt_out"
    if folded in OPT_IN:
        return "opt_in"
    return "help" if folded in HELP else None


def lifts_stop(text: str) -> bool:
    """Tell whether a message from somebody who is stopped starts automation again: Twilio's bare YES."""
    return len(text) <= LONGEST_KEYWORD and fold(text) == "yes"


def suspected_opt_out(text: str) -> bool:
    """Tell whether a message reads as if its sender wanted no more messages (rule TW-5)."""
    return any(_revokes(clause) for clause in _clauses(text))


def fold(text: str) -> str:
    """Strip a text of what hides a word: width, case, accents, punctuation, emoji, zero-width signs, extra spaces.

    >>> fold("  S\u200bt\u00f6p!! \U0001f6d1")
    'stop'
    """
    kept = (character for character in _plain(text) if character.isalnum() or character.isspace())
    return " ".join("".join(kept).split())


_INVISIBLE_LETTERS = re.compile("[\u115f\u1160\u3164\uffa0]")  # Hangul fillers: letters to Unicode, nothing to the eye


def _plain(text: str) -> str:
    """Compatibility forms made plain, lower case, no combining marks."""
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE_LETTERS.sub("", text)).casefold()
    return "".join(character for character in decomposed if not unicodedata.category(character).startswith("M"))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in words)


# Whole messages. Twilio's own first, then per language what carriers and regulators there use.
OPT_OUT = _folded(
    (
        *("stop", "stop all", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "optout"),
        *("arrêt", "arrête", "arrêter", "arrêtez", "désabonner", "désinscrire"),  # French
        *("stopp", "abmelden", "abbestellen"),  # German
        *("alto", "baja", "parar", "pare", "detener", "cancelar", "basta"),  # Spanish
        *("sair", "descadastrar", "cancelar assinatura"),  # Portuguese
        *("disiscrivi", "disiscrivimi", "cancellami", "annulla iscrizione"),  # Italian
        *("stoppen", "afmelden", "uitschrijven"),  # Dutch
        *("avsluta", "avanmäl", "afmeld", "avmeld", "lopeta"),  # Swedish, Danish, Norwegian, Finnish
        *("wypisz", "rezygnuję", "odhlásit", "leiratkozás"),  # Polish, Czech, Hungarian
        *("стоп", "отписаться", "отписка", "відписатися"),  # Russian, Ukrainian
        *("iptal", "διακοπή", "berhenti", "dừng", "hủy"),  # Turkish, Greek, Indonesian, Vietnamese
        *("停止", "退订", "退訂", "取消订阅", "取消訂閱", "配信停止", "ストップ"),  # Chinese, Japanese
        *("수신거부", "중지", "그만", "หยุด", "रोकें", "बंद करो"),  # Korean, Thai, Hindi
        *("توقف", "إيقاف", "إلغاء الاشتراك", "הסר", "עצור", "הפסק"),  # Arabic, Hebrew
    )
)
OPT_IN = _folded(("start", "unstop"))
# Only what Twilio answers by itself: "Hilfe" or "ayuda" alone is a customer who needs an agent.
HELP = _folded(("help", "info"))

# Wording, matched clause by clause, so that "I can't stop. Text me" is two thoughts. A clause is plain words with one
# space between them and no apostrophes, so "don't" is "dont" and "m'envoyer" is "menvoyer". Repetitions are bounded,
# which keeps the time linear whatever is sent.
_TEXTS = r"(?:texts?|text messages?|messages?|messaging|sms|msgs?|spam|notifications?|alerts?|reminders?|marketing)"
_THESE = r"(?:(?:all|any|the|these|this|those|your|with|of|sending|me|further)\s){0,6}"
_POLITE = r"(?:(?:please|pls|plz|just|ok|okay|hi|hello|hey|now|so|and|thanks|thank you|i said|kindly)\s){0,6}"
_ASKED = rf"(?:^|\b(?:to|said|please|pls|plz|just|and|you (?:must|should|can|will|better))\s){_POLITE}"
_PESTERING = r"(?:text|messag|contact|send|call|spamm|bother|harass|writ|remind|notify|pester)ing"
_TO_GET = r"(?:(?:to|any|more|get|receive|have|getting|receiving|you|send|sending|for|your|these|the|me)\s){0,6}"
_WRITE = r"(?:text|message|msg|contact|sms|write|call|spam|send)"
_US = rf"(?:me (?:any ?more|again|ever|anything|{_TEXTS})|me$|us$|this number|my (?:number|phone|cell))"
_ENOUGH = r"(?:\s(?:now|please|pls|thanks|already|immediately|asap|it|this|that|stop|again|me|all|everything)){0,6}$"
_END = rf"(?: me| please| now| my number| (?:from|of) {_THESE}(?:{_TEXTS}|list))?$"

_ENGLISH = (
    rf"^{_POLITE}(?:stop|stopp+|stpo|sotp|stip|stahp|quit it){_ENOUGH}",
    rf"{_ASKED}(?:(?:can|could|would|will) you )?(?:stop|quit|cease) (?:ever )?{_PESTERING}",
    rf"{_ASKED}(?:stop|cease|end) {_THESE}{_TEXTS}\b",
    rf"(?:^|\b(?:please|want|and)\s){_POLITE}no more {_THESE}{_TEXTS}\b",
    rf"\b(?:dont|do not|no longer|not) (?:want|wish|need|like|care) {_TO_GET}{_TEXTS}\b",
    r"\b(?:dont|do not|no longer|never) (?:want|wish) to hear from (?:you|this)",
    rf"(?:^|\bplease\s){_POLITE}(?:dont|do not|never) (?:ever )?{_WRITE}(?: to)? {_US}",
    r"\bnever (?:text|message|contact|write|call)(?: to)? me again",
    rf"{_ASKED}(?:lose|delete|remove|erase|forget) (?:my|this) (?:phone |cell |mobile )?number",
    rf"{_ASKED}(?:take|get|remove|drop|delete) (?:me|my number|this number) (?:off|from|of)\b",
    rf"\bunsubscribe{_END}",
    rf"\bopt(?:ing)? (?:me )?out{_END}",
    r"\b(?:unsuscribe|unsubcribe|unsubscibe|unsubsribe)\b",
    r"\bleave me alone\b",
    r"\b(?:revoke|withdraw|withdrawing|revoking) (?:all |my ){0,2}consent",
)
_FRENCH = (
    r"\barretez? (?:de |d)?(?:m|me |nous )?(?:envoyer|ecrire|contacter|sms|messages?)",
    r"^(?:svp |merci )?plus (?:de |aucun )(?:messages?|sms|textos?)",
    r"\bne me? ?(?:contactez|ecrivez|envoyez) plus",
    r"\b(?:desabonnez|desinscrivez) ?moi\b|\blaissez ?moi tranquille\b",
)
_GERMAN = (
    r"\bkeine (?:weiteren |mehr )?(?:nachrichten|sms)(?: mehr)?$",
    r"\bnicht mehr (?:kontaktieren|schreiben|anschreiben)\b",
    r"\b(?:schreib|schreibt|schreiben sie) mir nicht mehr\b|\bhor(?:en|t)? (?:sie |bitte ){0,2}auf mir\b",
    r"\b(?:melden|meldet) (?:sie )?mich ab\b|\b(?:lass|lasst|lassen sie) mich in ruhe\b",
)
_SPANISH = (
    r"\bno (?:me |nos )?(?:envi|mand|escrib|contact|molest)\w* mas\b",
    r"^(?:por favor )?no mas (?:mensajes|sms|textos)\b|\bno quiero (?:recibir )?mas (?:mensajes|sms)",
    r"\bdeje?n? de (?:enviar|mandar|escribir|molestar)|\b(?:den|de|dar)me de baja\b",
)
_PORTUGUESE = (
    r"\bpare?m? de (?:me )?(?:enviar|mandar|escrever)",
    r"\bnao (?:quero (?:mais )?(?:receber )?(?:mais )?(?:mensagens|sms)|(?:me )?(?:envi|mand|escrev|contat)\w* mais\b)",
)
_ITALIAN = (
    r"\bsmett\w+ di (?:scriver|mandar|inviar|contattar)",
    r"\bnon (?:mi )?(?:scriv|mand|invi|contatt)\w+ piu\b|^basta (?:messaggi|sms)\b",
)
_DUTCH = (
    r"\b(?:stop|hou op) met (?:sms|bericht|stu)",
    r"^(?:graag |alstublieft )?geen (?:sms|berichten|smsjes)\w* meer|\bniet meer (?:sms|contact|berichten)",
)
_RUSSIAN = (
    r"\bне (?:пишите|присылайте|отправляйте|шлите|звоните)\b",  # noqa: RUF001  # Cyrillic, as meant
    r"\b(?:хватит|прекратите) (?:писать|слать|присылать)",
)
_CHINESE = (r"(?:不要再|别再|別再)(?:给我|給我|发|發|联系|聯絡)", r"不要(?:给我|給我)?(?:发|發)(?:短信|簡訊|信息)")
_JAPANESE = (r"(?:送ら|送信し|連絡し)ないで", r"配信を?(?:停止|止め)")
_KOREAN = (r"문자.{0,4}보내지", r"연락하지\s?마")

_LANGUAGES = (
    *(_ENGLISH, _FRENCH, _GERMAN, _SPANISH, _PORTUGUESE, _ITALIAN, _DUTCH),
    *(_RUSSIAN, _CHINESE, _JAPANESE, _KOREAN),
)
_NEGATED = re.compile(
    r"\b(?:dont|do not|didnt|did not|doesnt|never|cant|cannot|can not|wont|will not|not|why|when|did|without|if)\s"
    r"(?:\w+\s){0,5}(?:stop|unsubscribe|opt out|lose|delete|remove)"
)
_CLAUSE_ENDS = re.compile(r"[.!?;:,\n\r\u3002\uff01\uff1f\uff0c\u3001\u061f\u060c]|\bbut\b")
_APOSTROPHES = re.compile("['\u2019\u02bc`\u00b4]")


def _clauses(text: str) -> Iterable[str]:
    for clause in _CLAUSE_ENDS.split(_APOSTROPHES.sub("", _plain(text))):
        words = "".join(character if character.isalnum() else " " for character in clause)
        yield " ".join(words.split())


def _revokes(clause: str) -> bool:
    return not _NEGATED.search(clause) and any(pattern.search(clause) for pattern in _revocations())


@cache
def _revocations() -> tuple[re.Pattern[str], ...]:
    """Compiled on first use: only the router asks."""
    return tuple(re.compile("|".join(map(_plain, language))) for language in _LANGUAGES)
