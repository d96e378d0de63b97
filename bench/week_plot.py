"""The pictures of a simulated week: who waited how long, what was missed, how much was waiting. Light and dark."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _LEFT, _RIGHT, _ROW, _GROUP = 920, 210, 190, 15, 14
_AXIS = _WIDTH - _LEFT - _RIGHT
_TICKS = {1 / 60: "1 min", 0.1: "6 min", 1: "1 h", 4: "4 h", 9: "a day", 45: "a week"}
"""Hours of business time that the axis names."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
_BACKLOG = 170
_LEGEND = (
    "Business time until the answer, or until now: half within the line, 90 % within the bar, the longest at the dot."
)
_STYLE = """
svg { --ground: #fff; --ink: #1c1e21; --quiet: #626a73; --line: #dfe3e8; --mark: #b3261e;
  --c0: #1d6fbf; --c1: #b0611a; --c2: #2c8a4b; --c3: #8457b8; --c4: #78818c; }
@media (prefers-color-scheme: dark) { svg { --ground: #16181b; --ink: #e8eaed; --quiet: #a3acb6; --line: #343a41;
  --mark: #ff8a80; --c0: #6cb2f5; --c1: #f0a35e; --c2: #6fd08c; --c3: #c3a0ee; --c4: #a7b0ba; } }
text { fill: var(--ink); font: 12px system-ui, sans-serif; } .quiet { fill: var(--quiet); }
.title { font-size: 15px; font-weight: 600; } .axis { stroke: var(--line); } .end { text-anchor: end; }
.middle { text-anchor: middle; } .mark { stroke: var(--mark); stroke-width: 2; } .marked { fill: var(--mark); }
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """A class under one way: hours of business time, and the share of its targets that were missed."""

    half: float
    most: float
    longest: float
    missed: float


@dataclass(frozen=True, slots=True)
class Way:
    """A way to share work: its classes, the first the most pressing, and how many waited, by hours of the week."""

    name: str
    classes: Mapping[str, Spread]
    backlog: Sequence[tuple[float, int]]


def draw(title: str, ways: Sequence[Way], bound: float) -> str:
    """One load as SVG: per class the ways' waits and missed targets, then the backlog over the week.

    `bound` is that of the lowest class's waits for an agent, in hours, under the first way.
    """
    classes = list(ways[0].classes)
    most = max(bound, *(spread.longest for way in ways for spread in way.classes.values()), 1.0)
    top = 74
    bottom = top + len(classes) * (len(ways) * _ROW + _GROUP)
    rows = [line for number, name in enumerate(classes) for line in _class(name, number, ways, most, top)]
    lowest = top + (len(classes) - 1) * (len(ways) * _ROW + _GROUP)
    height = bottom + _BACKLOG + 96
    parts = [
        f'<text class="title" x="0" y="18">{escape(title)}</text>',
        f'<text class="quiet" x="0" y="38">{_LEGEND}</text>',
        f'<text class="quiet" x="{_WIDTH - _RIGHT + 16}" y="{top - 12}">targets missed</text>',
        *_scale(most, top, bottom),
        *rows,
        *_bound(bound, most, lowest),
        *_backlogs(ways, bottom + 44),
        *_legend(ways, height - 12),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-14 -6 {_WIDTH + 28} {height + 6}" '
        f'role="img" aria-label="{escape(title)}"><style>{_STYLE}</style>'
        f'<rect x="-14" y="-6" width="100%" height="100%" style="fill: var(--ground)"/>{"".join(parts)}</svg>\n'
    )


def _x(hours: float, most: float) -> float:
    """Where a wait stands on the axis of logarithms, which begins at a minute."""
    least = 1 / 60
    return _LEFT + _AXIS * math.log(max(hours, least) / least) / math.log(most * 1.05 / least)


def _scale(most: float, top: int, bottom: int) -> Iterator[str]:
    for hours, name in _TICKS.items():
        if hours <= most * 1.05:
            x = _x(hours, most)
            yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 6}" y2="{bottom - _GROUP + 4}"/>'
            yield f'<text class="quiet middle" x="{x:.1f}" y="{top - 12}">{name}</text>'


def _class(name: str, number: int, ways: Sequence[Way], most: float, top: int) -> Iterator[str]:
    first = top + number * (len(ways) * _ROW + _GROUP)
    yield f'<text x="0" y="{first + 11}">{escape(name)}</text>'
    for row, way in enumerate(ways):
        spread, y, colour = way.classes[name], first + row * _ROW, f"var(--c{row})"
        half, ninety, longest = (_x(hours, most) for hours in (spread.half, spread.most, spread.longest))
        yield f'<text class="quiet end" x="{_LEFT - 8}" y="{y + 11}">{escape(way.name)}</text>'
        yield f'<rect x="{_LEFT}" y="{y + 5}" width="{half - _LEFT:.1f}" height="3" style="fill: {colour}"/>'
        yield f'<rect x="{half:.1f}" y="{y + 2}" width="{ninety - half:.1f}" height="9" style="fill: {colour}"/>'
        yield f'<circle cx="{longest:.1f}" cy="{y + 6.5}" r="3.2" style="fill: {colour}"/>'
        left, width = _WIDTH - _RIGHT + 16, (_RIGHT - 66) * spread.missed
        yield f'<rect x="{left}" y="{y + 2}" width="{width:.1f}" height="9" style="fill: {colour}"/>'
        yield f'<text class="quiet" x="{left + width + 5:.1f}" y="{y + 11}">{spread.missed:.1%}</text>'


def _bound(bound: float, most: float, first: int) -> Iterator[str]:
    x = _x(bound, most)
    yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{first - 2}" y2="{first + _ROW}"/>'
    yield f'<text class="marked end" x="{x - 4:.1f}" y="{first - 3}">an agent within {bound:.1f} h</text>'


def _backlogs(ways: Sequence[Way], top: int) -> Iterator[str]:
    most = max((count for way in ways for _, count in way.backlog), default=1) or 1
    days, low = len(_DAYS), top + _BACKLOG
    yield f'<text x="0" y="{top - 8}">Waiting, over the week</text>'
    for day, name in enumerate(_DAYS):
        x = 44 + (_WIDTH - 44) * day / days
        yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{low}"/>'
        yield f'<text class="quiet" x="{x + 4:.1f}" y="{low + 16}">{name}</text>'
    for share in (0, 0.5, 1):
        y = low - share * (_BACKLOG - 10)
        yield f'<line class="axis" x1="44" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="quiet end" x="38" y="{y + 4:.1f}">{most * share:,.0f}</text>'
    for number, way in enumerate(ways):
        path = " ".join(
            f"{44 + (_WIDTH - 44) * hours / (24 * days):.1f},{low - (_BACKLOG - 10) * count / most:.1f}"
            for hours, count in way.backlog
            if hours <= 24 * days
        )
        dashes = "" if number == 0 else f' stroke-dasharray="{2 + 2 * number} 3"'
        yield f'<polyline points="{path}" fill="none" style="stroke: var(--c{number})" stroke-width="1.7"{dashes}/>'


def _legend(ways: Sequence[Way], y: int) -> Iterator[str]:
    for number, way in enumerate(ways):
        x = number * _WIDTH / len(ways)
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="12" height="12" style="fill: var(--c{number})"/>'
        yield f'<text x="{x + 18:.1f}" y="{y}">{escape(way.name)}</text>'
