"""Runs side by side as one HTML page: tables and plots, in light and dark, nothing from elsewhere."""

import math
from collections.abc import Callable, Sequence
from html import escape

from switchboard.policy import Priority
from switchboard.whatif.figures import Figures, Waits, agent_rows, rows, spoken

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 860, 260, 60, 36
_TICKS = (60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)
"""Seconds that the axis of times names, as far as it reaches."""
_STEPS = 200
_DASHES = ("", "", ' stroke-dasharray="9 6"')
"""Of each column's curve: one that lies on another lets it be seen."""
_MOST_AGENTS = 40
"""Bars of a plot: with more agents only the table has them."""
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1c1e21; --quiet: #626a73; --line: #d8dce1;
  --c0: #6b7785; --c1: #2f6fb0; --c2: #c2571a; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --ink: #e6e8eb; --quiet: #9aa3ad; --line: #343a41;
    --c0: #9aa5b1; --c1: #6aa9e9; --c2: #f0955a; } }
body { margin: 2rem auto; max-width: 56rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
p { color: var(--quiet); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child, td:nth-child(2):nth-last-child(5) { text-align: left; }
thead th { color: var(--quiet); font-weight: 600; }
svg { width: 100%; height: auto; } svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
.axis { stroke: var(--line); } .legend span { margin-right: 1.4rem; white-space: nowrap; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; }
@media (max-width: 40rem) { svg text { font-size: 18px; } th, td { padding: .25rem .3rem; font-size: .85rem; } }
"""


def page(title: str, notes: Sequence[str], columns: Sequence[Figures]) -> str:
    """Show runs side by side; `notes` say what they were made from and what was assumed."""
    agents = {agent for figures in columns for agent in figures.loads}
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(note)}</p>" for note in notes),
        _legend(columns),
        "<h2>Missed targets, by class</h2>",
        _bars("Missed targets, by class", [str(one) for one in Priority], columns, _missed),
        "<h2>Answered within, all classes, in business time</h2>",
        _curves([figures.all for figures in columns]),
        "<h2>Response times, by class</h2>",
        _table(rows(columns)),
        "<h2>Load, by agent</h2>",
        _bars("Load, by agent", sorted(agents), columns, _load) if len(agents) <= _MOST_AGENTS else "",
        _table(agent_rows(columns)),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html><html lang="en"><head>{head}<title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _missed(figures: Figures, priority: str) -> float:
    return figures.waits[Priority(priority)].missed_share


def _load(figures: Figures, agent_id: str) -> float | None:
    load = figures.loads.get(agent_id)
    return load.share if load else None


def _legend(columns: Sequence[Figures]) -> str:
    named = (
        f'<span><i style="background:var(--c{n})"></i>{escape(figures.title)}</span>'
        for n, figures in enumerate(columns)
    )
    return f'<p class="legend">{"".join(named)}</p>'


def _table(cells: Sequence[Sequence[str]]) -> str:
    head, *body = cells
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in body)
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'


def _bars(
    label: str, names: Sequence[str], columns: Sequence[Figures], value: Callable[[Figures, str], float | None]
) -> str:
    """Groups of bars, each a share of one; what has no value has no bar."""
    if not names:
        return ""
    group = (_WIDTH - _LEFT) / len(names)
    bar = min(40.0, group * 0.8 / len(columns))
    drawn = [_share_axis()]
    for place, name in enumerate(names):
        left = _LEFT + place * group + (group - bar * len(columns)) / 2
        for n, figures in enumerate(columns):
            share = value(figures, name)
            if share is not None:
                top = _y(min(share, 1.0))
                drawn.append(
                    f'<rect x="{left + n * bar:.1f}" y="{top:.1f}" width="{bar - 2:.1f}" '
                    f'height="{_y(0) - top:.1f}" fill="var(--c{n})"><title>{escape(name)}: {share:.1%}</title></rect>'
                )
        middle = _LEFT + (place + 0.5) * group
        drawn.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(name[:14])}</text>')
    return _svg(label, drawn)


def _curves(waits: Sequence[Waits]) -> str:
    """The share of all waits that was answered within a time, which is drawn on a logarithmic axis."""
    longest = max((one.seconds[-1] for one in waits if one.seconds), default=60.0)
    ends = math.log(max(longest, _TICKS[0] * 2))
    start = math.log(_TICKS[0] / 4)

    def x(seconds: float) -> float:
        return _LEFT + (math.log(max(seconds, _TICKS[0] / 4)) - start) / (ends - start) * (_WIDTH - _LEFT)

    drawn = [_share_axis()]
    for tick in _TICKS:
        if tick <= longest:
            drawn.append(
                f'<line class="axis" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{_y(1):.1f}" y2="{_y(0):.1f}"/>'
            )
            label = spoken(tick)
            drawn.append(f'<text x="{x(tick):.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{label}</text>')
    for n, one in enumerate(waits):
        shown = range(0, len(one.seconds), max(1, len(one.seconds) // _STEPS))
        points = [f"{x(one.seconds[at]):.1f},{_y((at + 1) / one.count):.1f}" for at in shown]
        if points:
            points.append(f"{x(one.seconds[-1]):.1f},{_y(len(one.seconds) / one.count):.1f}")
        line = f'stroke="var(--c{n})" stroke-width="2.2"{_DASHES[n % len(_DASHES)]}'
        drawn.append(f'<polyline points="{" ".join(points)}" fill="none" {line}/>')
    return _svg("Share answered within a time", drawn)


def _share_axis() -> str:
    lines = (
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{_y(share):.1f}" y2="{_y(share):.1f}"/>'
        f'<text x="{_LEFT - 8}" y="{_y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return "".join(lines)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - 14)


def _svg(label: str, drawn: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH + 20} {_HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(drawn)}</svg>'
