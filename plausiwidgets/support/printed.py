"""Printed form of objects: a small table, as text of 80 columns or as HTML with a picture that needs no kernel."""

from __future__ import annotations

import base64
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike

WIDTH = 80
"""Number of columns of a terminal."""
GAP = 2
"""Number of spaces between two columns."""
NARROWEST = 12
"""Minimum width to which a column of words is wrapped."""


def number(value: float, digits: int = 4) -> str:
    """Return a number with `digits` significant digits, or a dash for nan.

    Examples
    --------
    >>> number(-0.012345), number(float("nan")), number(123456.7), number(5.45e-16)
    ('−0.01235', '–', '123457', '0')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) < 1e-12:  # Such values are rounding errors in any unit.
        return "0"
    text = f"{value:.{digits}g}"
    if "e" in text and 1e-4 <= abs(value) < 1e7:
        text = f"{value:.0f}"
    return text.replace("-", "−")


def grouped(count: float) -> str:
    """Return an integer with a thin space between thousands for 10 000 and above.

    Examples
    --------
    >>> grouped(3000), grouped(1000000)
    ('3000', '1\u202f000\u202f000')
    """
    return f"{count:.0f}" if abs(count) < 10_000 else f"{count:,.0f}".replace(",", "\u202f")


def extent(values: ArrayLike, digits: int = 4) -> str:
    """Return the minimum and maximum of the finite values as text, or one number if they are equal."""
    known = np.asarray(values, float).ravel()
    known = known[np.isfinite(known)]
    if not known.size:
        return "–"
    low, high = (number(float(x), digits) for x in (known.min(), known.max()))
    return low if low == high else f"{low} to {high}"


@dataclass(frozen=True)
class Table:
    """A table with a title above it and notes below it. The columns in `numbers` are aligned to the right.

    Examples
    --------
    >>> print(Table("lif: 2 parameters", ("name", "value", "unit"), [("tau", "20", "ms"), ("rest", "−65", "mV")],
    ...             numbers=(1,)))
    lif: 2 parameters
      name  value  unit
      tau      20  ms
      rest    −65  mV
    """

    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
    numbers: Sequence[int] = ()

    def __str__(self) -> str:
        lines = _filled(self.title)
        if self.rows:
            lines += self._lines()
        for note in self.notes:
            lines += _filled(note)
        return "\n".join(lines)

    def html(self, picture: str = "") -> str:
        """Return the table as HTML, with the SVG text `picture` as an image."""
        heads = "".join(self._cell("th", i, head) for i, head in enumerate(self.heads))
        body = "".join(
            f"<tr>{''.join(self._cell('td', i, cell) for i, cell in enumerate(row))}</tr>" for row in self.rows
        )
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>" if self.rows else ""
        notes = "".join(f"<div><small>{escape(note)}</small></div>" for note in self.notes)
        image = as_image(picture, self.title) if picture else ""
        return f"<div><div><b>{escape(self.title)}</b></div>{image}{table}{notes}</div>"

    def _cell(self, tag: str, column: int, text: str) -> str:
        side = "right" if column in self.numbers else "left"
        return f'<{tag} style="text-align: {side}">{escape(text)}</{tag}>'

    def _lines(self) -> list[str]:
        rows = [self.heads, *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.heads))]
        indent = GAP if self.heads[0] else 0  # A column of symbols without a head is not indented.
        while (over := indent + sum(widths) + GAP * (len(widths) - 1) - WIDTH) > 0:
            words = [i for i in range(len(widths)) if i not in self.numbers and widths[i] > NARROWEST]
            if not words:
                break
            widest = max(words, key=widths.__getitem__)
            widths[widest] = max(widths[widest] - over, NARROWEST)
        lines = []
        for row in rows:
            cells = [textwrap.wrap(text, max(width, 1)) or [""] for text, width in zip(row, widths, strict=True)]
            for k in range(max(map(len, cells))):
                parts = [
                    (cell[k] if k < len(cell) else "").rjust(width)
                    if i in self.numbers
                    else (cell[k] if k < len(cell) else "").ljust(width)
                    for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
                ]
                lines.append((" " * indent + (" " * GAP).join(parts)).rstrip())
        return lines


def as_image(svg: str, alt: str) -> str:
    """Return SVG text as an HTML image, because untrusted notebooks and GitHub remove SVG elements."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}" style="max-width: 100%"/>'


class Printed:
    """An object that prints as a table, with a ``repr`` of one line."""

    def _table(self) -> Table:
        """Return the table that the object prints."""
        raise NotImplementedError

    def _picture(self) -> str:
        """Return the picture of the object as SVG text, or an empty string."""
        return ""

    def __str__(self) -> str:
        return str(self._table())

    def _repr_html_(self) -> str:
        """Return the table and the picture as HTML for a notebook."""
        return self._table().html(self._picture())


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
