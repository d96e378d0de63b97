"""The alphabet of text messages (GSM 03.38) and how many segments a text is billed and sent as.

A text inside the alphabet is counted in septets, any other in UTF-16 code units (UCS-2). More than fits into one
segment is sent in parts that are shorter, because each carries a header that says how to join them.
"""

import unicodedata
from collections.abc import Iterable

SINGLE_SEPTETS, PART_SEPTETS = 160, 153
SINGLE_UNITS, PART_UNITS = 70, 67

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")  # two septets each: an escape and a character

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022", "-"),
        "\u2044": "/",
        "\u00d7": "x",
        "\t": " ",
        "\u2028": "\n",
        "\u2029": "\n",
        **dict(zip("łŁđĐð\u0131", "lLdDdi", strict=True)),
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "Th",
    }
)


def is_gsm7(text: str) -> bool:
    """Tell whether the whole text is inside the alphabet, and so 160 septets to a segment instead of 70 units."""
    return all(character in BASIC or character in EXTENSION for character in text)


def septets(text: str) -> int:
    """Length of a text that is inside the alphabet."""
    return sum(2 if character in EXTENSION else 1 for character in text)


def segments(text: str) -> int:
    """Count the segments of a text; 1 for an empty one, which is still a message sent."""
    if is_gsm7(text):
        return _parts((2 if character in EXTENSION else 1 for character in text), SINGLE_SEPTETS, PART_SEPTETS)
    return _parts((2 if character > "\uffff" else 1 for character in text), SINGLE_UNITS, PART_UNITS)


def transliterate(text: str) -> str:
    """Bring a text of our own into the alphabet, for templates and brands; what customers write is never altered.

    Quotes, dashes and spaces become plain, accents go where the alphabet lacks the letter, a letter or digit that has
    no plain form becomes "?", and any other sign (an emoji, say) is dropped.
    """
    composed = unicodedata.normalize("NFC", text).translate(_LOOKALIKES)
    return "".join(character if is_gsm7(character) else _plain(character) for character in composed)


def _parts(widths: Iterable[int], single: int, part: int) -> int:
    """Fill parts in order; a character of width 2 (an escaped pair, a surrogate pair) is never split."""
    total, parts, used = 0, 1, 0
    for width in widths:
        total += width
        used += width
        if used > part:
            parts, used = parts + 1, width
    return 1 if total <= single else parts


def _plain(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character).translate(_LOOKALIKES)
    plain = "".join(sign for sign in decomposed if is_gsm7(sign))
    if plain:
        return plain
    return "?" if unicodedata.category(character)[0] in "LN" else ""
