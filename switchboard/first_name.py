"""What of a confirmed name may be printed: a first name and nothing else, so that nobody writes through us."""

import unicodedata

LONGEST = 20
"""Characters as people count them: marks belong to their letter."""

_MOST_MARKS = 3  # on one letter: Vietnamese and Hindi need two
_JOINTS = frozenset("-'\u2019")


def first_name_in(confirmed: str | None) -> str | None:
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
    return name if count <= LONGEST else None


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")
