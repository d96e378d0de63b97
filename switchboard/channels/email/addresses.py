"""Address lists as people and programs write them (RFC 5322 and worse), and one form of an address to compare by.

A list is scanned once from left to right. Encoded words are decoded after it is taken apart, so that a comma or an
angle bracket in somebody's name can't make another address of it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from switchboard.channels.email import words
from switchboard.message import Party

LONGEST_ADDRESS = 320
LONGEST_NAME = 200
_LONGEST_DOMAIN = 253
_LONGEST_LABEL = 63

_PIECE = re.compile(r'\\.|[",;:<>()]|[^\\",;:<>()]+|\\', re.DOTALL)
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_AROUND_AT = re.compile(r"\s?@\s?")
_AROUND_DOT = re.compile(r"\s?\.\s?")


def mailboxes(value: str) -> tuple[Party, ...]:
    """Return everybody in an unfolded address list; what is no address in it is passed over.

    Groups give their members. A name is taken from the phrase, else from a comment, and may be absent.
    """
    if "@" not in value and "=?" in value:
        value = words.decode(value)  # some encode the address as well, which no standard allows
    return tuple(_parties(value))


def canonical(address: str) -> str:
    """Return the form that tells whether two addresses are one: for identity, never for display or for sending.

    Lower-case, composed, the domain in ASCII (IDNA) without a final dot. Plus tags and dots stay: only the domain's
    owner knows what they mean.
    """
    plain = unicodedata.normalize("NFC", address.strip().strip("<>")).lower()
    local, at, domain = plain.rpartition("@")
    return f"{local}@{ascii_domain(domain)}" if at else plain


def ascii_domain(domain: str) -> str:
    """Return the domain with its international labels in Punycode; what can't be, stays."""
    labels = domain.rstrip(".").replace("\u3002", ".")
    if labels.isascii() or len(labels) > _LONGEST_DOMAIN:
        return labels
    return ".".join(_ascii_label(label) for label in labels.split("."))


def domain_of(address: str) -> str:
    """Return the canonical domain; empty where there is none."""
    return canonical(address).rpartition("@")[2] if "@" in address else ""


def _ascii_label(label: str) -> str:
    if label.isascii() or len(label) > _LONGEST_LABEL:
        return label
    try:
        return "xn--" + label.encode("punycode").decode("ascii")
    except UnicodeError:
        return label


@dataclass(slots=True)
class _Mailbox:
    """One element of a list while it is read: what stands bare, in comments, and (None: nowhere) in angle brackets."""

    bare: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    is_angle_open: bool = False
    is_after_quote: bool = False

    @property
    def phrase(self) -> str:
        return "".join(self.bare).strip()

    @property
    def is_only_a_name(self) -> bool:
        return self.angle is None and bool(self.phrase) and "@" not in self.phrase

    @property
    def is_in_route(self) -> bool:
        """Whether a comma belongs to a source route, `<@a,@b:user@c>`."""
        return self.is_angle_open and "".join((self.angle or [])[:2]).lstrip().startswith("@")

    def open_angle(self) -> None:
        self.angle = self.angle or []
        self.is_angle_open = True

    def add(self, piece: str) -> None:
        if self.is_after_quote and piece.startswith("@") and not self.is_angle_open:
            self.angle, self.bare = ['"', *self.bare, '"', piece], []  # those were the quotes of a local part
        elif self.is_angle_open and self.angle is not None:
            self.angle.append(piece)
        else:
            self.bare.append(piece)
        self.is_after_quote = False

    def add_quote(self, *, closes: bool) -> None:
        """Keep the quotes of a local part, which mean something; drop those of a name, which don't."""
        self.add('"' if self.is_angle_open else "")
        self.is_after_quote = closes


def _parties(value: str) -> Iterator[Party]:
    pending = ""
    alone = value.split("(", 1)[0].strip()
    for mailbox in _elements(value):
        if mailbox.angle is not None and pending:
            mailbox.bare.insert(0, f"{pending}, ")  # "Doe, Jane <jane@…>" without the quotes that it needs
        if mailbox.is_only_a_name and not (mailbox.phrase == alone and " " not in alone):  # "root" alone is an address
            pending = f"{pending}, {mailbox.phrase}" if pending else mailbox.phrase
            continue
        pending = ""
        yield from _read(mailbox)


def _elements(value: str) -> Iterator[_Mailbox]:  # one state machine, a branch for each special character
    mailbox, is_quoted, depth = _Mailbox(), False, 0
    for found in _PIECE.finditer(value):
        piece = found.group()
        if is_quoted and piece != '"':
            mailbox.add(_unescaped(piece))
        elif depth:
            depth += {"(": 1, ")": -1}.get(piece, 0)
            mailbox.comments.append(_unescaped(piece) if depth else " ")
        elif piece == "(":
            depth = 1
        elif piece == '"':
            mailbox.add_quote(closes=is_quoted)
            is_quoted = not is_quoted
        elif piece == "<":
            mailbox.open_angle()
        elif piece == ">":
            mailbox.is_angle_open = False
        elif piece in ",;" and not mailbox.is_in_route:
            yield mailbox
            mailbox = _Mailbox()
        elif piece == ":" and mailbox.angle is None and "@" not in mailbox.phrase:
            mailbox = _Mailbox()  # that was the name of a group
        else:
            mailbox.add(piece)
    yield mailbox


def _unescaped(piece: str) -> str:
    return piece[1:] if piece.startswith("\\") and len(piece) > 1 else piece


def _read(mailbox: _Mailbox) -> Iterator[Party]:
    comment = _name("".join(mailbox.comments))
    if mailbox.angle is not None:
        address = _address("".join(mailbox.angle))
        if address is None and "@" in mailbox.phrase:  # "jane@example.com <>"
            yield from _bare(mailbox.phrase, comment)
        elif address is not None:
            yield Party(address=address, name=_name(mailbox.phrase) or comment)
    elif mailbox.phrase:
        yield from _bare(mailbox.phrase, comment)


def _bare(phrase: str, comment: str | None) -> Iterator[Party]:
    """Read addresses without angle brackets; several may stand there with only spaces between."""
    joined = _AROUND_DOT.sub(".", _AROUND_AT.sub("@", " ".join(phrase.split()))) if phrase.count("@") == 1 else phrase
    found = [word for word in joined.split() if "@" in word] or joined.split()[:1]
    name = comment
    if name is None and len(found) == 1:
        name = _name(" ".join(other for other in joined.split() if other != found[0]))
    for word in found:
        address = _address(word)
        if address is not None:
            yield Party(address=address, name=name)


def _address(written: str) -> str | None:
    """Return what stands in the brackets as an address; a source route and white space don't belong to it."""
    plain = written.strip()
    if plain.startswith("@") and ":" in plain:
        plain = plain.partition(":")[2]
    plain = plain.removeprefix("mailto:") if '"' in plain else "".join(plain.removeprefix("mailto:").split())
    plain = "".join(c for c in words.decode(plain) if unicodedata.category(c) not in _UNFIT).strip("<>' ")
    local, at, domain = plain.rpartition("@")
    is_address = bool(local and domain) if at else bool(plain)
    return plain if is_address and len(plain) <= LONGEST_ADDRESS else None


def _name(written: str) -> str | None:
    """Return a name for people to read: decoded, on one line, without the quotes that some programs nest."""
    decoded = words.decode(" ".join(written.split()))
    plain = "".join(" " if c.isspace() else c for c in decoded if c.isspace() or unicodedata.category(c) not in _UNFIT)
    name = " ".join(plain.split())
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name[:LONGEST_NAME].strip() or None
