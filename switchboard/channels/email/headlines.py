"""The lines that mail programs write above a quoted or forwarded message.

Four kinds: an attribution ("On … Ann wrote:"), a block of headers (From, Sent, To, Subject), a rule with words
("-----Original Message-----"), and the same for a forwarded message. They are known by structure: a date, a time, an
address, few words in lower case, a colon. Words tip the balance (wordings.toml), so that a program or a language that
nobody has listed works where its structure is plain. Every look is at a bounded number of bounded lines.
"""

# ruff: noqa: RUF001  # typographic dashes and quotes are what is looked for
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from switchboard.channels.email import wordings

_LONGEST_LINE = 400
_MOST_LINES = 5  # of an attribution, wrapped
_MOST_HEADERS = 12  # lines of a block
_MOST_SMALL_WORDS = 8  # beside the verb: "Em qua., 3 de mai. de 2024 às 10:30, Ana escreveu:" has five
_FEW_SMALL_WORDS = 4  # where there is no verb: "от", "at", "um … Uhr"
_TIME = re.compile(r"(?<!\d)\d{1,2}(?:[:.h\uff1a]\d{2}(?!\d)|時\d{2}|시 ?\d{2}|点\d{2}|點\d{2}| ?uhr| ?[ap]\.?m\b)")
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20|25)\d\d(?!\d)"  # a year (25xx: Thailand's)
    r"|\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}(?!\d)"
    r"|\d{1,2}月 ?\d{1,2}日|\d{1,2}월 ?\d{1,2}일)"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'@:,;]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BRACKETED = re.compile(r"<[^<>]{0,200}>|\[[^\[\]]{0,200}\]|\(\S{0,100}@[^()]{0,100}\)|\"[^\"]{0,100}\"")
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_RULE = re.compile(r"[-_=*#~\u2010-\u2015\u2500\u2501]{2,200}")
_LINE_RULE = re.compile(r"[-_=\u2010-\u2015\u2500\u2501](?: ?[-_=\u2010-\u2015\u2500\u2501]){4,200}")
_HEADER = re.compile(r"([^\W\d][\w'’ .-]{0,30}?) ?[:\uff1a]\s*(.*)")
_LONGEST_RULE = 120
_MOST_RULE_WORDS = 6  # "----- Mensagem original enviada por Ana -----", and no sentence
_SHARED = re.compile(r"(?<=\S)[-\s*]*\s(?=(?:On|Am|Le|El|Il|Op|Em|W dniu|Den|På|Dne|Vào|Pada|În|Στις) [^:]{0,40}\d)")
_COLONS = (":", "\uff1a", ":-")


class Kind(Enum):
    """What a headline says of the lines below it."""

    QUOTE = auto()
    FORWARD = auto()


@dataclass(frozen=True, slots=True)
class Headline:
    """`length` lines that a program wrote."""

    length: int
    kind: Kind = Kind.QUOTE


def clean(line: str) -> str:
    """Prepare a line for comparing: no format characters, no emphasis, plain spaces; its beginning if it is long."""
    if len(line) > _LONGEST_LINE:
        line = line[:_LONGEST_LINE]
    if not line.isascii():
        line = "".join(" " if char.isspace() else char for char in line if unicodedata.category(char) != "Cf")
    return line.replace("*", "").strip() or line.strip()


def separate(line: str) -> tuple[str, ...]:
    """Part a line that holds the end of the new text and then an attribution, as some programs join them."""
    shared = _SHARED.search(line) if len(line) <= _LONGEST_LINE and line.rstrip().endswith(_COLONS) else None
    if shared and not is_marked(line.lstrip()) and _Evidence.of(line[shared.end() :]).sure:
        return line[: shared.start()], line[shared.end() :]
    return (line,)


def is_rule(line: str) -> bool:
    """Tell whether a clean line is a row of dashes or underscores."""
    return _LINE_RULE.fullmatch(line) is not None


def is_marked(line: str) -> bool:
    """Tell whether ">" marks a clean line as quoted; ">>> look here <<<" is decoration."""
    return line.startswith(">") and not line.endswith("<")


def is_marked_below(lines: Sequence[str], at: int) -> bool:
    """Tell whether the next text from this line on is marked as quoted."""
    return is_marked(next((line for line in lines[at : at + 4] if line), ""))


def find(lines: Sequence[str], start: int) -> Headline | None:
    """Find the headline that begins at this clean line."""
    line = lines[start]
    if not line or is_marked(line):
        return None
    return _worded_rule(line) or _headers(lines, start) or _forward_line(line) or _attribution(lines, start)


def _worded_rule(line: str) -> Headline | None:
    """Recognise "-----Original Message-----" and a helpdesk's "reply above this line"."""
    if wordings.pattern("above").search(line.casefold()) and len(line) <= _LONGEST_RULE:
        return Headline(1)
    head, tail = _RULE.match(line), _RULE.search(line[::-1])
    if not head or not tail or tail.start() or head.end() + tail.end() >= len(line):
        return None
    inner = line[head.end() : len(line) - tail.end()].strip(" :").casefold()
    evidence = _Evidence.of(inner)
    if len(inner.split()) > _MOST_RULE_WORDS:
        return Headline(1) if evidence.wrote and evidence.date else None
    if wordings.pattern("forwarded").search(inner):
        return Headline(1, Kind.FORWARD)
    named = wordings.pattern("message").search(inner) or (evidence.wrote and not evidence.told)
    return Headline(1) if named else None


def _forward_line(line: str) -> Headline | None:
    """Recognise "Begin forwarded message:", alone on its line."""
    words = line.casefold()
    if not words.endswith(_COLONS) or len(words.split()) > 5:  # noqa: PLR2004  # a label, not a sentence
        return None
    if wordings.pattern("forwarded").search(words) and wordings.pattern("message").search(words):
        return Headline(1, Kind.FORWARD)
    return None


def _headers(lines: Sequence[str], start: int) -> Headline | None:
    """Recognise a block of a mail's headers, and the row of dashes above it if there is one."""
    first = start
    if is_rule(lines[start]):
        first = next((i for i in range(start + 1, min(start + 4, len(lines))) if lines[i]), start)
        if first == start:
            return None
    fields, length = _fields(lines, first)
    if _is_block(fields, ruled=first > start):
        return Headline(first - start + length)
    return None


def _fields(lines: Sequence[str], start: int) -> tuple[dict[str, str], int]:
    """Read headers from a line on: what they say, and how many lines that takes. A value may go on below its name."""
    known = wordings.header_fields()
    fields: dict[str, str] = {}
    field, named, end = "", start - 1, start  # the last field, its line, and where its value ends
    for i in range(start, min(start + _MOST_HEADERS, len(lines))):
        header = _HEADER.fullmatch(lines[i])
        name = known.get(header[1].casefold()) if header else None
        if header and name:
            field, named, end = name, i, i + 1
            fields[field] = f"{fields.get(field, '')} {header[2]}"
        elif field and lines[i] and i == end:
            end = i + 1
            fields[field] += f" {lines[i]}"
        elif not field or lines[i] or i > end + 1:
            break
    return fields, named + 1 - start


def _is_block(fields: dict[str, str], *, ruled: bool) -> bool:
    """Tell a mail's headers from a customer's "From: Berlin, To: Paris, Date: 3 May"."""
    if len(fields) < 2 or not fields.keys() & {"from", "sent"}:  # noqa: PLR2004  # one line is no block
        return False
    if ruled or ("subject" in fields and len(fields) > 2):  # noqa: PLR2004  # names alone need a third
        return True
    whole = " ".join(fields.values()).casefold()
    return bool(_ADDRESS.search(whole) and _DATE.search(whole) and _TIME.search(whole))


def _attribution(lines: Sequence[str], start: int) -> Headline | None:
    """Recognise "On … Ann wrote:", on one line or wrapped over a few."""
    joined = ""
    for length in range(1, _MOST_LINES + 1):
        end = start + length
        line = lines[end - 1] if end <= len(lines) else ""
        unclosed = joined.count("<") > joined.count(">")
        if (not line or is_marked(line)) and not unclosed and not _opens_address(lines, end):
            return None
        joined = f"{joined} {line}".strip()
        if len(joined) > _LONGEST_LINE:
            return None
        if line.endswith((*_COLONS, ">")) and _is_attribution(joined, lines, start, end):
            return Headline(length)
        if line.endswith(_COLONS):
            return None
    return None


def _is_attribution(joined: str, lines: Sequence[str], start: int, end: int) -> bool:
    evidence = _Evidence.of(joined)
    likely = evidence.likely and is_marked_below(lines, end)
    if end - start == 1 and joined.endswith(_COLONS):
        return evidence.sure or likely
    if not joined.endswith(_COLONS):  # some programs write none, and then do mark the quote
        whole = end - start == 1 or _belongs(lines, start, end)
        return likely and evidence.date and joined.count("<") == joined.count(">") and whole
    return _belongs(lines, start, end) and (evidence.sure or (likely and evidence.date))


def _belongs(lines: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the first line of a wrapped attribution is part of it, and not the last of the new text."""
    first, rest = lines[start], " ".join(lines[start + 1 : end]).strip()
    if first.endswith((".", "!", "?")) or ((rest[:1].isupper() or rest[:1].isdigit()) and _Evidence.of(rest).sure):
        return False
    evidence = _Evidence.of(first)
    return evidence.date or evidence.time or evidence.address or "<" in (first[-1], rest[:1])


def _opens_address(lines: Sequence[str], at: int) -> bool:
    return at < len(lines) and lines[at].startswith("<")


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks for a text's being an attribution, and (`small` words, `told`) for its being a sentence."""

    wrote: bool
    date: bool
    time: bool
    address: bool
    told: bool
    small: int

    @classmethod
    def of(cls, text: str) -> "_Evidence":
        folded = text.casefold()
        wrote = wordings.pattern("wrote").search(folded)
        small = sum(word[0].islower() for word in _WORD.findall(_BRACKETED.sub(" ", text)))
        return cls(
            wrote=wrote is not None,
            date=_DATE.search(folded) is not None,
            time=_TIME.search(folded) is not None,
            address=_ADDRESS.search(folded) is not None,
            told=wordings.pattern("speakers").search(folded) is not None,
            small=small - (len(wrote[0].split()) if wrote else 0),
        )

    @property
    def sure(self) -> bool:
        """Whether this is an attribution even if nothing marks what stands below it as quoted."""
        if not self.wrote:
            return self.date and self.time and self.address and self.small <= _FEW_SMALL_WORDS and not self.told
        dated = (self.date and (self.time or self.address)) or (self.time and self.address)
        return dated and self.small <= _MOST_SMALL_WORDS and (self.address or not self.told)

    @property
    def likely(self) -> bool:
        """Whether this is an attribution if what stands below it is marked as quoted."""
        if self.wrote:
            return self.small <= _MOST_SMALL_WORDS
        return self.date and (self.time or self.address) and self.small <= _FEW_SMALL_WORDS
