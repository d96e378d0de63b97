"""What of names may be printed: a brand's, a customer's first one, a reference, a way to reach us."""

import re
import unicodedata

from switchboard import gsm7

REFERENCE = re.compile(r"[A-Za-z0-9._#-]{1,32}")
BRAND_LIMIT = 40
"""Characters of a brand; a longer one is cut."""
LONGEST_FIRST_NAME = 20
"""Characters as people count them: marks belong to their letter."""

_MOST_MARKS = 3  # on one letter: Vietnamese and Hindi need two
_JOINTS = frozenset("-'\u2019")
_PLAIN_JOINTS = str.maketrans("\u2019", "'")


def first_name(confirmed: str | None) -> str | None:
    """Return the name if it is nothing but one: letters with their marks, joined by hyphens or apostrophes."""
    name = unicodedata.normalize("NFC", confirmed or "").strip()
    if not name or not _is_letter(name[0]) or name[-1] in _JOINTS:
        return None
    count = marks = 0
    for character in name:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        count += not marks
        if marks > _MOST_MARKS or not (marks or _is_letter(character) or character in _JOINTS):
            return None
    return name if count <= LONGEST_FIRST_NAME else None


def plain_name(name: str) -> str | None:
    """Return a first name in the alphabet of text messages; None where it can't be read in it."""
    plain = gsm7.transliterate(name)
    return None if "?" in plain else plain.translate(_PLAIN_JOINTS)


def printable_brand(brand: str, *, in_gsm7: bool) -> str:
    """Return a brand on one line, cut, for text messages in their alphabet; empty if nothing of it can be read."""
    shown = gsm7.transliterate(brand[: 4 * BRAND_LIMIT]) if in_gsm7 else visible(brand[: 4 * BRAND_LIMIT])
    line = " ".join(shown.split())
    cut = cut_septets(line, BRAND_LIMIT) if in_gsm7 else line[:BRAND_LIMIT].rstrip()
    return cut if any(character.isalnum() for character in cut) else ""


def cut_septets(text: str, limit: int) -> str:
    """Return the longest beginning of a text in the alphabet that has at most so many septets."""
    while gsm7.septets(text) > limit:
        text = text[:-1]
    return text.rstrip()


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")


def visible(text: str) -> str:
    """Return it on one line, without controls, lone surrogates and what turns the writing direction around."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(
        character for character in composed if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn"}
    )
