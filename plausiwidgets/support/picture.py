"""Small static pictures as SVG text, with lines, dots and cells on two axes.

A saved notebook contains them and shows them without a kernel, for example on GitHub or on a web page. They have a
white background, which is also readable on a dark page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.support.printed import number

Floats = NDArray[np.float64]

WIDTH = 640
"""Width of a picture in px."""
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 8, 22
"""Margins of a plot in px. Its title and the title of its x axis each take LINE more."""
LINE = 17
SIZE = 12
"""Size of the font in px."""
APART = (84, 30)
"""Minimum distance in px of two ticks along x and y."""
LETTER = 6.6
"""Approximate width of a letter in px."""

BLUE, ORANGE, GREEN, PURPLE, GREY, TEXT, EDGE = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#9b3f7b",
    "#8a8a8a",
    "#222222",
    "#e2e2e2",
)
"""Okabe and Ito's colours, and those of the axes."""


@dataclass(frozen=True)
class Axis:
    """One axis of a plot, with the unit in its title.

    Attributes
    ----------
    low, high : float
        Ends of the axis.
    title : str
        Title with the unit.
    scale : callable
        Strictly increasing function that maps the values.
    ticks : bool
        Whether the axis has ticks with numbers.
    """

    low: float
    high: float
    title: str = ""
    scale: Callable[[Any], Any] = field(default=lambda x: x)
    ticks: bool = True

    def share(self, values: ArrayLike) -> Floats:
        """Return the positions of values, from 0 at the low end to 1 at the high end."""
        start, end = float(self.scale(self.low)), float(self.scale(self.high))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((np.asarray(self.scale(np.asarray(values, float))) - start) / ((end - start) or 1.0))

    def marks(self, room: float, apart: float) -> list[float]:
        """Return round numbers, ascending, whose distance is at least `apart` px on an axis of `room` px."""
        if not self.low < self.high:
            return [self.low]
        most = max(int(room // apart), 1)
        # Test at a quarter, because the middle of a symmetric range is always at one half.
        quarter = self.share(0.75 * self.low + 0.25 * self.high)
        if abs(float(quarter) - 0.25) < 1e-6:
            step = _round_step((self.high - self.low) / most)
            first = math.ceil(self.low / step - 1e-9)
            return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]
        found: list[float] = []
        for value in sorted(self._round_numbers(), key=_roundness):
            places = self.share([*found, value]) * room
            if np.all(np.abs(places[:-1] - places[-1]) >= apart):
                found.append(value)
        return sorted(found)

    def _round_numbers(self) -> list[float]:
        most = max(abs(self.low), abs(self.high))
        least = self.low if self.low > 0.0 else 1e-6 * most
        powers = range(math.floor(math.log10(least)), math.floor(math.log10(most)) + 1)
        sizes = [0.0, *(m * 10.0**k for k in powers for m in (1, 2, 5))]
        return [v for v in {*sizes, *(-s for s in sizes)} if self.low <= v <= self.high]


class Plot:
    """A plot with one pair of axes. Each of its methods draws one element and returns the plot.

    Parameters
    ----------
    x, y : Axis
        The axes.
    height : float
        Height in px of the area between the axes.
    title : str
        Title above the plot.
    key : sequence of (str, str)
        Colour and text of each entry of the legend, which is above the plot on the right.
    """

    def __init__(
        self, x: Axis, y: Axis, height: float, *, title: str = "", key: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.x, self.y, self.height, self.title, self.key = x, y, height, title, key
        self.width = WIDTH - LEFT - RIGHT
        self.parts: list[str] = []

    @property
    def whole(self) -> float:
        """Height in px, including the margins."""
        return self._top + self.height + (BOTTOM + LINE * bool(self.x.title) if self.x.ticks else TOP)

    @property
    def _top(self) -> float:
        return TOP + LINE * bool(self.title or self.key)

    def line(self, x: ArrayLike, y: ArrayLike, colour: str = BLUE, *, width: float = 1.5, dash: str = "") -> Plot:
        """Draw a line with gaps where a value is not finite."""
        at, up = self._envelope(self._px(x), self._py(y))
        path = _path(at, up)
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"{extra}/>'
        )
        return self

    def stairs(self, x: ArrayLike, y: ArrayLike, colour: str = ORANGE) -> Plot:
        """Draw a line that keeps each value until the next one."""
        at, up = np.asarray(x, float), np.asarray(y, float)
        return self.line(np.repeat(at, 2)[1:], np.repeat(up, 2)[:-1], colour, width=2.0)

    def dots(self, x: ArrayLike, y: ArrayLike, colour: str = GREY, *, size: float = 2.0, hollow: bool = False) -> Plot:
        """Draw dots, without those that are not finite. Dots outside the axes are drawn at the edge."""
        at, up = self._px(np.atleast_1d(x)), self._py(np.atleast_1d(y))
        kept = np.isfinite(at) & np.isfinite(up)
        if hollow:
            self.parts += [
                f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{size:g}" fill="#fff" stroke="{colour}" stroke-width="2"/>'
                for a, b in zip(at[kept], up[kept], strict=True)
            ]
        else:
            path = "".join(f"M{a:.1f},{b:.1f}h0" for a, b in zip(at[kept], up[kept], strict=True))
            self.parts.append(f'<path d="{path}" stroke="{colour}" stroke-width="{size:g}" stroke-linecap="round"/>')
        return self

    def bars(self, x: ArrayLike, colour: str = TEXT, *, share: tuple[float, float] = (0.9, 1.0)) -> Plot:
        """Draw a vertical stroke at each x, between two fractions of the height."""
        low, high = (self._top + self.height * (1.0 - part) for part in share)
        at = np.unique(self._px(np.atleast_1d(x)).round(1))
        path = "".join(f"M{a:.1f},{low:.1f}V{high:.1f}" for a in at if np.isfinite(a))
        self.parts.append(f'<path d="{path}" stroke="{colour}" stroke-width="1.2"/>')
        return self

    def label(self, x: float, y: float, text: str, *, right: float = 0.0, up: float = 0.0) -> Plot:
        """Write a text next to a point.

        `right` and `up` are between -1 and 1, in units of the text width and of a line.
        """
        anchor = "start" if right > 0.0 else "end" if right < 0.0 else "middle"
        shift = 9.0 * ((right > 0.0) - (right < 0.0))
        self.parts.append(_label(float(self._px(x)) + shift, float(self._py(y)) + 4.0 - 19.0 * up, text, anchor))
        return self

    def cells(self, colours: Sequence[Sequence[str]]) -> Plot:
        """Fill the area with rows of cells from the bottom up, without the cells whose colour is empty."""
        rows = len(colours)
        tall, wide = self.height / rows, self.width / max(len(colours[0]), 1)
        for j, row in enumerate(colours):
            first = 0
            for i in range(1, len(row) + 1):
                if i < len(row) and row[i] == row[first]:
                    continue
                if row[first]:
                    x, y = LEFT + first * wide, self._top + self.height - (j + 1) * tall
                    # Neighbours overlap slightly, because the white background would otherwise be visible between them.
                    self.parts.append(
                        f'<rect x="{x:.2f}" y="{y:.2f}" width="{(i - first) * wide + 0.3:.2f}" '
                        f'height="{tall + 0.3:.2f}" fill="{row[first]}"/>'
                    )
                first = i
        return self

    def svg(self, top: float) -> str:
        """Return the SVG group of the plot's elements, `top` px from the upper edge."""
        bottom, right = self._top + self.height, LEFT + self.width
        parts = [f'<g transform="translate(0,{top:g})">']
        for value in self.x.marks(self.width, APART[0]) if self.x.ticks else ():
            x = float(self._px(value))
            parts.append(f'<path d="M{x:.1f},{self._top:g}V{bottom:g}" stroke="{EDGE}"/>')
            parts.append(_label(x, bottom + 15, number(value), "middle"))
        for value in self.y.marks(self.height, APART[1]) if self.y.ticks else ():
            y = float(self._py(value))
            parts.append(f'<path d="M{LEFT},{y:.1f}H{right:g}" stroke="{EDGE}"/>')
            parts.append(_label(LEFT - 6, y + 4, number(value), "end"))
        area = f'<svg x="{LEFT}" y="{self._top - 2:g}" width="{self.width:g}" height="{self.height + 4:g}" '
        inner = f'viewBox="{LEFT} {self._top - 2:g} {self.width:g} {self.height + 4:g}">'
        parts += [area, inner, *self.parts, "</svg>"]
        parts.append(f'<path d="M{LEFT},{self._top:g}V{bottom:g}H{right:g}" fill="none" stroke="{GREY}"/>')
        if self.x.title and self.x.ticks:
            parts.append(_label(LEFT + self.width / 2, bottom + 15 + LINE, self.x.title, "middle"))
        if self.y.title:
            middle = self._top + self.height / 2
            text = _label(14, middle, self.y.title, "middle")
            parts.append(text.replace("<text ", f'<text transform="rotate(-90 14 {middle:g})" '))
        if self.title:
            parts.append(_label(LEFT, TOP + 9, self.title, "start", weight="bold"))
        at = float(right)
        for colour, text in reversed(self.key):
            parts.append(_label(at, TOP + 9, text, "end"))
            at -= LETTER * len(text) + 6
            parts.append(f'<path d="M{at - 16:.1f},{TOP + 5}h16" stroke="{colour}" stroke-width="3"/>')
            at -= 30
        return "".join([*parts, "</g>"])

    def _px(self, x: ArrayLike) -> Floats:
        return LEFT + self.x.share(x) * self.width

    def _py(self, y: ArrayLike) -> Floats:
        return self._top + (1.0 - np.clip(self.y.share(y), 0.0, 1.0)) * self.height

    def _envelope(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the minimum and maximum of each pixel column if there are more points than are visible."""
        columns = int(self.width)
        if len(x) <= 4 * columns or not np.all(np.isfinite(y)):
            return x, y
        starts = np.linspace(0, len(x), columns + 1)[:-1].astype(int)
        low, high, first = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts), y[starts]
        rising = np.abs(first - low) <= np.abs(first - high)
        up = np.stack([np.where(rising, low, high), np.where(rising, high, low)], axis=1)
        return np.repeat(x[starts], 2), up.ravel()


def drawn(*plots: Plot) -> str:
    """Return plots one below the other as SVG text."""
    tops = np.cumsum([0.0, *(plot.whole for plot in plots)])
    groups = "".join(plot.svg(float(top)) for plot, top in zip(plots, tops, strict=False))
    return framed(groups, WIDTH, float(tops[-1]))


def framed(elements: str, width: float, height: float) -> str:
    """Return elements on a white background as SVG text."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" font-size="{SIZE}" fill="{TEXT}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{elements}</svg>'
    )


def span(arrays: Iterable[ArrayLike], margin: float = 0.05) -> tuple[float, float]:
    """Return the range of the finite values of arrays, with a margin as a fraction of the range."""
    values = [np.asarray(a, float).ravel() for a in arrays]
    known = np.concatenate([v[np.isfinite(v)] for v in values]) if values else np.empty(0)
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    room = max(margin * (high - low), 1e-9, 1e-3 * abs(high) if low == high else 0.0)
    return low - room, high + room


def shade(share: float) -> str:
    """Return the colour at a fraction of the way from dark blue to light grey."""
    part = min(max(share, 0.0), 1.0) if math.isfinite(share) else 1.0
    return "#" + "".join(f"{round(a + part * (0xF2 - a)):02x}" for a in (0x0B, 0x5D, 0x8F))


def _path(x: Floats, y: Floats) -> str:
    parts, pen = [], "M"
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            pen = "M"
            continue
        parts.append(f"{pen}{a:.1f},{b:.1f}")
        pen = "L"
    return "".join(parts)


def _label(x: float, y: float, text: str, anchor: str, weight: str = "") -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{bold}>{escape(text)}</text>'


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0.0 else 1.0
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))


def _roundness(value: float) -> tuple[int, float]:
    """Return the rank of a number: 0, then powers of ten, then 5 and 2 times one, larger before smaller numbers."""
    if value == 0.0:
        return 0, 0.0
    digit = f"{abs(value):.0e}"[0]
    return ("", "1", "5", "2").index(digit), -abs(value)
