"""How benchmarks show what they found: a table for the terminal, JSON for machines, bars for the eye."""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
_BAR, _LABEL, _WIDTH = 22, 250, 860
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_COLOURS = ("#3465a4", "#c4a000", "#4e9a06", "#75507b")


def show_table(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column is text, the others are numbers and stand to the right."""
    texts = [list(headers), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(headers))]
    print(f"\n{title}\n")
    for number, row in enumerate(texts):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  " + "  ".join(cells).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)


def save(name: str, found: Mapping[str, Any]) -> None:
    """Write `results/<name>.json`, with the machine and the date."""
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), **found}
    _write(f"{name}.json", json.dumps(told, indent=2, default=str) + "\n")


def machine() -> str:
    """What this was measured on."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def save_bars(name: str, title: str, bars: Mapping[str, Sequence[float]], series: Sequence[str], goal: float) -> None:
    """Write `results/<name>.svg`: a bar per label, made of one piece per series; a line where the goal is."""
    most = max([goal, *(sum(pieces) for pieces in bars.values())]) * 1.15
    scale = (_WIDTH - _LABEL) / most
    height = 80 + (len(bars) + 1) * (_BAR + 8)
    drawn = [_caption(0, 20, title, size=15)]
    for row, (label, pieces) in enumerate(bars.items()):
        top, left = 36 + row * (_BAR + 8), float(_LABEL)
        drawn.append(_caption(0, top + 16, label))
        for piece, colour in zip(pieces, _COLOURS, strict=False):
            wide = piece * scale
            drawn.append(
                f'<rect x="{left:.1f}" y="{top}" width="{piece * scale:.1f}" height="{_BAR}" fill="{colour}"/>'
            )
            left += wide
        drawn.append(_caption(left + 5, top + 16, f"{sum(pieces):.2f}"))
    if goal:
        x = _LABEL + goal * scale
        drawn.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="30" y2="{height - 50}" stroke="#cc0000" stroke-width="2"/>')
        drawn.append(_caption(x + 4, height - 48, f"goal {goal:g}"))
    for number, (label, colour) in enumerate(zip(series, _COLOURS, strict=False)):
        left = _LABEL + number * 200
        drawn.append(f'<rect x="{left}" y="{height - 28}" width="14" height="14" fill="{colour}"/>')
        drawn.append(_caption(left + 20, height - 16, label))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH + 60}" height="{height}" font-family="sans-serif">'
    _write(f"{name}.svg", svg + '<rect width="100%" height="100%" fill="white"/>' + "".join(drawn) + "</svg>\n")


@dataclass(frozen=True)
class Points:
    """A series of a plot over a week: pairs of the day (0 is Monday 00:00) and a value."""

    label: str
    colour: str
    pairs: Sequence[tuple[float, float]]


def save_points(name: str, title: str, series: Sequence[Points]) -> None:
    """Write `results/<name>.svg`: values over the days of a week."""
    most = max((value for points in series for _, value in points.pairs), default=0.0) or 1.0
    step = 10 ** math.floor(math.log10(most)) / (2 if most < 5 * 10 ** math.floor(math.log10(most)) else 1)
    day, scale, bottom = _WIDTH / len(_DAYS), 360 / most, 400
    drawn = [_caption(0, 20, title, size=15)]
    for line in range(int(most / step) + 1):
        y = bottom - line * step * scale
        drawn.append(f'<line x1="40" x2="{_WIDTH + 40}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d3d7cf"/>')
        drawn.append(_caption(0, round(y) + 4, f"{line * step:g}", size=11))
    drawn += [_caption(44 + number * day, bottom + 18, label) for number, label in enumerate(_DAYS)]
    for number, points in enumerate(series):
        drawn += [
            f'<circle cx="{40 + x * day:.1f}" cy="{bottom - y * scale:.1f}" r="1.6" fill="{points.colour}"/>'
            for x, y in points.pairs
        ]
        left = 40 + number * 200
        drawn.append(f'<circle cx="{left + 6}" cy="{bottom + 37}" r="5" fill="{points.colour}"/>')
        drawn.append(_caption(left + 20, bottom + 42, points.label))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH + 60}" height="460" font-family="sans-serif">'
    _write(f"{name}.svg", svg + '<rect width="100%" height="100%" fill="white"/>' + "".join(drawn) + "</svg>\n")


def _caption(x: float, y: float, text: str, size: int = 13) -> str:
    return f'<text x="{x:.1f}" y="{y}" font-size="{size}">{escape(text)}</text>'


def _write(name: str, text: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / name
    path.write_text(text, encoding="utf-8")
    print(f"  → {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
