"""Mail that somebody passed on: from whom it was at first (rule EM-13)."""

import re
from dataclasses import dataclass

from switchboard.channels.email import addresses, headlines, quotes, words
from switchboard.channels.email.mail import Mail, Part
from switchboard.channels.email.quotes import Origin
from switchboard.message import Forwarded

_MARKS = (
    "begin forwarded message", "forwarded message", "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail", "message transf[ée]r[ée]",
    "d[ée]but du message (?:r[ée]exp[ée]di|transf[ée]r)[ée]",
    "mensaje reenviado", "inicio del mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato",
    "mensagem encaminhada", "in[íi]cio da mensagem (?:encaminhada|reenviada)", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "vidarebefordrat (?:meddelande|brev)", "videresendt (?:besked|melding|meddelelse)",
    "v[äa]litetty viesti", "przekazana wiadomo[śs][ćc]", "wiadomo[śs][ćc] przekazana dalej",
    "p[řr]eposlan[áa] zpr[áa]va",
    "пересланное сообщение", "пересылаемое сообщение", "переслане повідомлення", "iletilen (?:ileti|mesaj)",
    "転送メッセージ", "转发的邮件", "轉寄郵件", "전달된 메시지",
)  # fmt: skip
_MARK = re.compile(
    rf"[ \t>*_]{{0,10}}(?:[-_=]{{2,40}}[ \t]{{0,5}})?(?:{'|'.join(_MARKS)})"
    r"[ \t]{0,5}:?[ \t]{0,5}(?:[-_=]{2,40})?[ \t*]{0,5}",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"\s{0,5}(?:fwd?|wg|tr|rv|i|enc|doorst|vb|vs|pd|yml|fs|转发|轉寄|転送)\s{0,2}[:\uff1a]", re.IGNORECASE
)
_KEY = re.compile(r"[ \t>*]{0,10}([\w\u00c0-\uffff .-]{1,30}?)[ \t*]{0,3}[:\uff1a][ \t*]{0,5}(.{1,500})")
_FROM = frozenset({
    "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "mittente", "remitente", "expéditeur", "от",
    "від", "kimden", "差出人", "发件人", "寄件者", "보낸사람",
})  # fmt: skip
_DATE = frozenset({
    "date", "sent", "datum", "gesendet", "envoyé", "enviado", "enviada", "fecha", "data", "inviato", "verzonden",
    "wysłano", "skickat", "sendt", "lähetetty", "odesláno", "дата", "отправлено", "tarih", "gönderildi", "日付",
    "送信日時", "日期", "发送时间", "날짜",
})  # fmt: skip
_SUBJECT = frozenset({
    "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "temat", "ämne", "emne", "aihe",
    "předmět", "тема", "konu", "件名", "主题", "主旨", "제목",
})  # fmt: skip
_HEADER_LINES = 12
_MOST_LINES = 5000
_LONGEST_DATE = 200
OWN_TEXT = 200
"""Characters of somebody's own text above a forward, below which the forward is what they want to say."""


@dataclass(frozen=True, slots=True)
class Forward:
    """What is passed on; `at_line` is where it begins in the text, None where it came as a file."""

    origin: Forwarded
    at_line: int | None = None


def find(mail: Mail, text: str) -> Forward | None:
    """Find what a mail passes on: a whole message, or a block in its text."""
    carried = next((part for part in mail.parts() if part.content_type == "message/rfc822" and part.children), None)
    if carried is not None:
        return _from_message(carried.children[0])
    return _from_block(text, is_named_so=_PREFIX.match(mail.headers.get("subject") or "") is not None)


def own_text(text: str, forward: Forward) -> str:
    """Return what the forwarding person wrote above it."""
    return text if forward.at_line is None else "\n".join(text.split("\n")[: forward.at_line]).strip()


def _from_message(message: Part) -> Forward:
    headers = message.headers
    return Forward(_origin(next(iter(headers.wire("from")), ""), headers.get("date"), headers.get("subject")))


def _origin(sender: str, date: str | None, subject: str | None) -> Forwarded:
    return Forwarded(
        sender=next(iter(addresses.mailboxes(sender)), None),
        date=words.line(date or "", _LONGEST_DATE) or None,
        subject=words.line(subject or "", words.LONGEST_SUBJECT) or None,
    )


def _from_block(text: str, *, is_named_so: bool) -> Forward | None:
    """Find the line that says so, or under a subject that does, a header block without such a line (Outlook)."""
    lines = text.split("\n")[:_MOST_LINES]
    for number, line in enumerate(lines):
        if len(line) < OWN_TEXT and (_MARK.fullmatch(line) or (is_named_so and _starts_header(line))):
            found = _header_block(lines[number : number + _HEADER_LINES])
            if found.get("from"):
                if _is_quoted(lines[: number + 1]):
                    return None
                return Forward(_origin(found["from"], found.get("date"), found.get("subject")), number)
    return None


def _is_quoted(lines: list[str]) -> bool:
    """Tell whether the last of the lines belongs to a quote that begins above it: then somebody else forwarded."""
    origins = quotes.origins([headlines.clean(line) for line in lines])
    return origins[-1] is Origin.QUOTED and origins[-2:-1] == [Origin.QUOTED]


def _starts_header(line: str) -> bool:
    found = _KEY.fullmatch(line)
    return found is not None and _word(found.group(1)) in _FROM


def _header_block(lines: list[str]) -> dict[str, str]:
    block: dict[str, str] = {}
    for line in lines:
        found = _KEY.fullmatch(line[: OWN_TEXT * 3])
        word = _word(found.group(1)) if found else ""
        for name, known in (("from", _FROM), ("date", _DATE), ("subject", _SUBJECT)):
            if found and word in known:
                block.setdefault(name, found.group(2).strip())
    return block


def _word(key: str) -> str:
    return key.replace(" ", "").lower()
