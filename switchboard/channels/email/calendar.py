"""Invitations and their answers (`text/calendar`, RFC 5545 and 5546; rule EM-12)."""

import re
from dataclasses import dataclass

from switchboard.channels.email.mail import Mail, Part

ANSWERS = frozenset({"REPLY", "COUNTER", "CANCEL"})
"""Methods that a calendar program sends by itself: nobody wrote, and nobody is to be answered."""

_TYPES = frozenset({"text/calendar", "application/ics"})
_LONGEST = 64 * 1024
_FOLD = re.compile(r"\n[ \t]")
_ESCAPE = re.compile(r"\\([nN,;\\])")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says; `starts` is as written, with its zone's name if it has one."""

    method: str | None
    uid: str | None = None
    starts: str | None = None
    summary: str | None = None

    @property
    def is_answer(self) -> bool:
        return self.method in ANSWERS


def is_calendar(part: Part) -> bool:
    """Tell whether a part is one."""
    return part.content_type in _TYPES


def read(mail: Mail) -> Invitation | None:
    """Return the first invitation of a mail."""
    part = next((part for part in mail.parts() if is_calendar(part)), None)
    return None if part is None else _read(part)


def _read(part: Part) -> Invitation:
    found: dict[str, str] = {}
    in_event = False
    for line in _FOLD.sub("", part.text[:_LONGEST]).split("\n"):
        name, parameters, value = _taken_apart(line)
        if name == "BEGIN":
            in_event = in_event or value.upper() in {"VEVENT", "VTODO"}
        elif name == "METHOD" or (in_event and name in {"UID", "DTSTART", "SUMMARY"}):
            zone = parameters.upper().partition("TZID=")[1] and parameters[parameters.upper().index("TZID=") + 5 :]
            found.setdefault(name, f"{value} {zone.split(';')[0]}" if zone else value)
    method = found.get("METHOD") or part.params.get("method")
    return Invitation(
        method=method.strip().upper() if method else None,
        uid=found.get("UID"),
        starts=found.get("DTSTART"),
        summary=_ESCAPE.sub(_unescaped, found["SUMMARY"]) if "SUMMARY" in found else None,
    )


def _taken_apart(line: str) -> tuple[str, str, str]:
    head, _, value = line.partition(":")
    name, _, parameters = head.partition(";")
    return name.strip().upper(), parameters, value.strip()


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found.group(1) in "nN" else found.group(1)
