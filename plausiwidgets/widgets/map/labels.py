"""Where the labels of points stand, so that none covers another; plain numbers, no plotly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

GAPS = (10.0, 16.0, 24.0, 36.0, 50.0, 66.0, 84.0, 104.0)
"""Distances in px of a label from its point, the nearest first."""
ANGLES = tuple(math.radians(a) for a in (0, 180, 90, 270, 30, 330, 150, 210, 60, 300, 120, 240, 15, 345, 165, 195))
"""Directions in which a label may stand, the preferred ones first; counterclockwise from the right."""
LEADER = 13.0
"""From this distance on a line leads from the point to its label."""
POINT = 7.0
"""Half the size in px of a point."""
ROUNDS = 4


_WIDTHS = {**dict.fromkeys("ijlft.,:;'()|- ", 0.3), **dict.fromkeys("mwMW", 0.82), **dict.fromkeys("rsz", 0.45)}


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in px, in a sans-serif font of `size` px.

    Examples
    --------
    >>> text_width("illicit", 13.0) < text_width("mammoth", 13.0)
    True
    """
    return size * sum(_WIDTHS.get(letter, 0.69 if letter.isupper() else 0.56) for letter in text)


@dataclass(frozen=True)
class Label:
    """A placed label; all in px, y upwards.

    Attributes
    ----------
    x, y : float
        Its centre.
    leader : ((float, float), (float, float)) or None
        Ends of the line that leads to it, where it stands apart.
    """

    x: float
    y: float
    leader: tuple[tuple[float, float], tuple[float, float]] | None


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> _Box:
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def overlap(self, other: _Box) -> float:
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(wide, 0.0) * max(high, 0.0)

    def outside(self, area: _Box) -> float:
        whole = (self.right - self.left) * (self.top - self.bottom)
        return whole - self.overlap(area)


def place(
    points: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]], area: tuple[float, float]
) -> list[Label]:
    """Place a label for each point: beside it where there is room, else further off.

    Parameters
    ----------
    points : sequence of (float, float)
        In px from the lower left corner.
    sizes : sequence of (float, float)
        Width and height of each label in px.
    area : (float, float)
        Width and height of what the labels must lie within.

    Examples
    --------
    >>> [round(label.x) for label in place([(50.0, 50.0)], [(40.0, 10.0)], (200.0, 100.0))]
    [80]
    """
    whole = _Box(0.0, 0.0, *area)
    marks = [_Box.around(x, y, 2 * POINT, 2 * POINT) for x, y in points]
    boxes: list[_Box | None] = [None] * len(points)

    def cost(i: int, x: float, y: float, gap: float, preference: int) -> float:
        box = _Box.around(x, y, *sizes[i])
        hidden = sum(box.overlap(other) for j, other in enumerate(boxes) if other is not None and j != i)
        hidden += sum(box.overlap(mark) for j, mark in enumerate(marks) if j != i) + box.outside(whole)
        crossed = 0.0
        if gap > LEADER:
            line = _leader(points[i], box)
            crossed = sum(_crosses(line, other) for j, other in enumerate(boxes) if other is not None and j != i)
            crossed += sum(_crosses(line, mark) for j, mark in enumerate(marks) if j != i)
        return 100.0 * hidden + 200.0 * crossed + gap + 0.3 * preference

    crowd = [sum(abs(x - a) < 120.0 and abs(y - b) < 40.0 for a, b in points) for x, y in points]
    for _ in range(ROUNDS):
        for i in sorted(range(len(points)), key=lambda i: (-crowd[i], i)):
            (x, y), (width, height) = points[i], sizes[i]
            candidates = (
                (cost(i, cx, cy, gap, k), cx, cy)
                for gap in GAPS
                for k, angle in enumerate(ANGLES)
                for cx, cy in [_beside(x, y, width, height, gap, angle)]
            )
            _, cx, cy = min(candidates)
            boxes[i] = _Box.around(cx, cy, width, height)
    placed = []
    for point, box in zip(points, boxes, strict=True):
        assert box is not None
        line = _leader(point, box)
        apart = math.dist(*line) > LEADER
        placed.append(Label((box.left + box.right) / 2, (box.bottom + box.top) / 2, line if apart else None))
    return placed


def _beside(x: float, y: float, width: float, height: float, gap: float, angle: float) -> tuple[float, float]:
    """Return the centre of a label whose nearest edge is `gap` px off in a direction."""
    dx, dy = math.cos(angle), math.sin(angle)
    sideways = width / 2 / abs(dx) if abs(dx) > 1e-9 else math.inf
    reach = min(sideways, height / 2 / abs(dy) if abs(dy) > 1e-9 else math.inf)
    return x + dx * (gap + reach), y + dy * (gap + reach)


def _leader(point: tuple[float, float], box: _Box) -> tuple[tuple[float, float], tuple[float, float]]:
    x, y = point
    end = min(max(x, box.left), box.right), min(max(y, box.bottom), box.top)
    length = math.dist(point, end) or 1.0
    share = min(POINT / length, 1.0)
    return (x + (end[0] - x) * share, y + (end[1] - y) * share), end


def _crosses(line: tuple[tuple[float, float], tuple[float, float]], box: _Box) -> float:
    """Return 1.0 where a line runs through a box."""
    (x0, y0), (x1, y1) = line
    near, far = 0.0, 1.0
    for start, delta, low, high in ((x0, x1 - x0, box.left, box.right), (y0, y1 - y0, box.bottom, box.top)):
        if abs(delta) < 1e-9:
            if not low < start < high:
                return 0.0
            continue
        a, b = sorted(((low - start) / delta, (high - start) / delta))
        near, far = max(near, a), min(far, b)
    return float(near < far)
