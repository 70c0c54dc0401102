"""Picture of a map as SVG, which a saved notebook shows without a kernel."""

from __future__ import annotations

from html import escape

from plausiwidgets.support.picture import LINE, SIZE, TEXT, framed
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.map_cells import COLOURS, SYMBOLS, WORDS, Grid

CELL, LEFT, TOP = 24, 160, 26
"""Size of a cell in px, and the margins for the names of models and the letters of patterns."""


def map_picture(grid: Grid) -> str:
    """Return a map as SVG text, with a symbol in each cell, the letters of the patterns and a key."""
    patterns, models = list(grid.patterns.items()), list(grid.models)
    letters = [pattern.letter if pattern is not None and pattern.letter else key[:3] for key, pattern in patterns]
    parts = [_text(LEFT + (i + 0.5) * CELL, TOP - 8, letter, "middle") for i, letter in enumerate(letters)]
    met: list[str] = []
    for j, model in enumerate(models):
        y = TOP + j * CELL
        parts.append(_text(LEFT - 8, y + 0.5 * CELL + 4, model, "end"))
        for i, (key, _) in enumerate(patterns):
            status = grid.status(model, key)
            met.append(status)
            colour = COLOURS[status]
            parts.append(
                f'<rect x="{LEFT + i * CELL + 1}" y="{y + 1}" width="{CELL - 2}" height="{CELL - 2}" fill="{colour}"/>'
            )
            parts.append(_text(LEFT + (i + 0.5) * CELL, y + 0.5 * CELL + 4, SYMBOLS[status], "middle"))
    foot = TOP + len(models) * CELL + LINE + 4
    words = " · ".join(f"{SYMBOLS[status]} {tr(WORDS[status])}" for status in COLOURS if status in met)
    parts.append(_text(8, foot, words, "start"))
    width = max(LEFT + len(patterns) * CELL, 7 * len(words)) + 12
    return framed("".join(parts), width, foot + 10)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{TEXT}" font-size="{SIZE}">{escape(text)}</text>'
