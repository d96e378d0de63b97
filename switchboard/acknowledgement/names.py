"""What of names may be printed: a brand's, a confirmed first one, a reference, a way to reach us."""

import re
import unicodedata

from switchboard import gsm7

REFERENCE = re.compile(r"[A-Za-z0-9._#-]{1,32}")
BRAND_LIMIT = 40
"""Characters of a brand; a longer one is cut."""
_PLAIN_JOINTS = str.maketrans("\u2019", "'")


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


def visible(text: str) -> str:
    """Return it on one line, without controls, lone surrogates and what turns the writing direction around."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(
        character for character in composed if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn"}
    )
