"""Which lines of a mail its author wrote, and which a mail program quoted."""

from collections.abc import Sequence
from enum import Enum, auto

from switchboard.channels.email import headlines
from switchboard.channels.email.headlines import Headline, Kind

_SHORT = 200  # letters of one's own above a forwarded message: then the message is what one wants to show (rule EM-13)
_MOST_LINES = 5_000  # in which headlines are looked for; ">" counts in all


class Origin(Enum):
    """Where a line comes from. A forwarded line is shown like a new one, but isn't searched for a signature."""

    NEW = auto()
    QUOTED = auto()
    FORWARDED = auto()


def origins(lines: Sequence[str]) -> list[Origin]:
    """Tell the origin of each clean line. Unmarked lines between marked ones are answers, and new."""
    found: list[Origin] = []
    own = 0
    while len(found) < len(lines):
        at = len(found)
        headline = headlines.find(lines, at) if at < _MOST_LINES else None
        if headline:
            found += _headed(lines, at, headline, own)
        elif headlines.is_marked(lines[at]) or _trails(lines, at, found):
            found.append(Origin.QUOTED)
        else:
            found.append(Origin.NEW)
            own += len(lines[at])
    return found


def _headed(lines: Sequence[str], at: int, headline: Headline, own: int) -> list[Origin]:
    """Tell the origin of a headline's lines, and of all below it where no ">" says how far the quote goes."""
    rest = len(lines) - at
    if headline.kind is Kind.FORWARD and own < _SHORT:
        return [Origin.FORWARDED] * rest
    marked = headlines.is_marked_below(lines, at + headline.length)
    return [Origin.QUOTED] * (headline.length if marked else rest)


def _trails(lines: Sequence[str], at: int, found: Sequence[Origin]) -> bool:
    """Tell whether a line belongs to the quote above it: a blank one, or the rest of a link that was broken there."""
    if at == 0 or found[-1] is not Origin.QUOTED:
        return False
    if not lines[at]:
        return True
    above = lines[at - 1]
    within = at + 1 < len(lines) and headlines.is_marked(lines[at + 1])
    return within and "://" in above and " " not in lines[at] and above.count("(") + above.count("<") > above.count(")")
