"""How machines write: their addresses, their subjects by language, and how they name a reason. See machines.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from switchboard.channels.email.mail import Mail

_TABLES = Path(__file__).with_suffix(".toml")
_AFTER_SUBJECT = re.compile(r"\s*(?:$|[:\uff1a;,.!()\[\]/|\u2013\u2014\uff08\u3010-])")
_OPENING = " \t[(\u3010\uff08*<\"'"
_ANYBODY_IS_OUT = re.compile(
    r"(?:auto: ?)?.{1,80} (?:is|will be|am|are) (?:currently |now )?(?:out of (?:the )?office|on vacation|on leave)\b"
)
_FORWARDED = frozenset({"fwd", "fw", "wg", "tr", "rv", "enc", "i", "vs", "vb", "pd", "ynt", "转发", "轉寄", "転送"})
_WORD = re.compile(r"[\w-]{1,60}")
_READ_AT_MOST = 16 * 1024
_ON_THE_ADDRESS = frozenset({"user_unknown", "host_unknown", "moved", "disabled"})


@dataclass(frozen=True)
class _Words:
    automatic: tuple[str, ...]
    bounce: tuple[str, ...]
    complaint: tuple[str, ...]
    system: "_Names"
    reporters: "_Names"
    reporter_names: tuple[str, ...]
    delays: tuple[str, ...]
    not_the_address: tuple[str, ...]
    certain_codes: Mapping[str, str]
    codes: Mapping[str, str]
    reasons: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class _Names:
    """Local parts: whole ones, beginnings and ends."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]

    def __contains__(self, local_part: str) -> bool:
        return local_part in self.whole or local_part.startswith(self.starts) or local_part.endswith(self.ends)


def is_system_address(address: str) -> bool:
    """Tell whether an address is a machine's by its local part."""
    return (
        address.rpartition("@")[0].lower() in _words().system if "@" in address else address.lower() in _words().system
    )


def is_automatic_subject(subject: str) -> bool:
    """Tell whether a subject begins as those of automatic answers do; "Re: Out of office" is somebody's reply."""
    folded = _folded(subject)
    return _begins(folded, _words().automatic) or _ANYBODY_IS_OUT.match(folded[:200]) is not None


def is_bounce_subject(subject: str) -> bool:
    """Tell whether a subject begins as those of delivery reports do."""
    return _begins(_folded(subject), _words().bounce)


def is_forwarded_bounce_subject(subject: str) -> bool:
    """Tell whether somebody forwards a delivery report."""
    prefix, _, rest = _folded(subject).partition(":")
    return prefix in _FORWARDED and is_bounce_subject(rest)


def is_delay(text: str) -> bool:
    """Tell whether a report says that delivery goes on being tried."""
    folded = _flat(text)
    return any(phrase in folded for phrase in _words().delays)


def reason(diagnosis: str, dsn: str | None = None) -> str | None:
    """Name why a mail was not delivered, by the words of a diagnosis, else by its code; None where neither tells."""
    code = dsn[2:] if dsn else ""
    if code in _words().certain_codes:
        return _words().certain_codes[code]
    folded = _flat(diagnosis)
    said = next((name for name, phrases in _words().reasons if any(phrase in folded for phrase in phrases)), None)
    if said in _ON_THE_ADDRESS and any(phrase in folded for phrase in _words().not_the_address):
        return "refused"
    return _words().codes.get(code, said) if said in {None, "failed", "refused"} else said


def is_complaint_subject(subject: str) -> bool:
    """Tell whether a subject begins as those of complaints to abuse desks do."""
    return _folded(subject).startswith(_words().complaint)


def is_unsubscription(mail: Mail) -> bool:
    """Tell whether a mail program wrote this because somebody pressed "unsubscribe" (RFC 2369, RFC 8058)."""
    return is_automatic(mail) and _folded(mail.headers.get("subject") or "") in {"unsubscribe", "opt-out", "remove"}


def is_automatic(mail: Mail) -> bool:
    """Tell whether a mail says of itself that no person sent it (RFC 3834)."""
    return any(word(value) not in {"no", None} for value in mail.headers.all("auto-submitted"))


def has_null_sender(mail: Mail) -> bool:
    """Tell whether the envelope sender is empty, as it is for what must never be answered (RFC 3834, RFC 5321)."""
    if mail.envelope is not None and mail.envelope.sender is not None:
        return not mail.envelope.sender.strip("<> ")
    return any(not value.strip("<> ") for value in mail.headers.all("return-path"))


def sends_reports(mail: Mail) -> bool:
    """Tell whether a mail can be a delivery report: a machine sent it, and one that delivers mail."""
    headers = mail.headers
    subject = headers.get("subject") or ""
    return (
        (has_null_sender(mail) and not is_automatic_subject(subject))
        or "x-failed-recipients" in headers
        or mail.root.content_type == "multipart/report"
        or _is_reporter(headers.get("from") or "")
        or (is_automatic(mail) and is_bounce_subject(subject))
    )


def _is_reporter(sender: str) -> bool:
    folded = sender.lower()
    locals_named = (found.strip("<>\"'(),;").partition("@")[0] for found in folded.split()[:20])
    return any(name in folded for name in _words().reporter_names) or any(
        name in _words().reporters for name in locals_named
    )


def word(text: str) -> str | None:
    """The first word of a field's value, in lower case."""
    found = _WORD.search(text)
    return found.group().lower() if found else None


def _begins(folded: str, subjects: Iterable[str]) -> bool:
    return any(folded.startswith(each) and _AFTER_SUBJECT.match(folded, len(each)) for each in subjects)


def _folded(subject: str) -> str:
    return " ".join(subject[:500].casefold().split()).lstrip(_OPENING)


def _flat(text: str) -> str:
    return " ".join(text[:_READ_AT_MOST].lower().replace("\u2019", "'").split())


@cache
def _words() -> _Words:
    source = tomllib.loads(_TABLES.read_text(encoding="utf-8"))
    subjects, senders = source["subjects"], source["senders"]
    return _Words(
        automatic=_all(subjects["automatic"]),
        bounce=_all(subjects["bounce"]),
        complaint=_all(subjects["complaint"]),
        system=_names(senders["system"]),
        reporters=_names(senders["reporters"]),
        reporter_names=tuple(senders["reporter_names"]),
        delays=tuple(source["delays"]["phrases"]),
        not_the_address=tuple(source["not_the_address"]["phrases"]),
        certain_codes=source["certain_codes"],
        codes=source["codes"],
        reasons=tuple((table["reason"], tuple(table["phrases"])) for table in source["reasons"]),
    )


def _all(by_language: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple({each.casefold() for subjects in by_language.values() for each in subjects})


def _names(written: list[str]) -> _Names:
    return _Names(
        whole=frozenset(name for name in written if "*" not in name),
        starts=tuple(name.removesuffix("*") for name in written if name.endswith("*")),
        ends=tuple(name.removeprefix("*") for name in written if name.startswith("*")),
    )
