"""A pattern as a small card in a notebook, with a sketch of its stimulus in SVG."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets.patterns.bench import BEFORE, SweepPiece
from plausiwidgets.patterns.verdict import interval

if TYPE_CHECKING:
    from plausiwidgets.patterns.pattern import Pattern

_WIDTH, _HEIGHT = 220.0, 34.0


def card(pattern: Pattern) -> str:
    """Return HTML: title, what happens, what to look for, the stimulus, and the criteria."""
    rows = "".join(
        f"<tr><td style='text-align:left'>{html.escape(c.name)}</td>"
        f"<td style='text-align:left'>{interval(c.low, c.high)} {html.escape(c.unit)}</td>"
        f"<td style='text-align:left'>{html.escape(c.text)}</td></tr>"
        for c in pattern.criteria
    )
    return (
        f"<div style='max-width:46em'><h3>{pattern.letter} · {html.escape(pattern.title)}</h3>"
        f"<p>{html.escape(pattern.description)} <b>{html.escape(pattern.look_for)}</b></p>"
        f"<p>{html.escape(pattern.function)} {html.escape(pattern.parameter_hint)}</p>{sketches(pattern)}"
        f"<table><tr><th>criterion</th><th>accepted</th><th>what is measured</th></tr>{rows}</table>"
        f"<p><small>{html.escape(pattern.source)}</small></p></div>"
    )


def sketches(pattern: Pattern) -> str:
    """Return the stimulus of each sweep as inline SVG, with its name."""
    values = {name: v.default for name, v in pattern.values.items()}
    duration, sweeps = pattern.sketch(values)
    top = max((abs(float(x)) for s in sweeps.values() for p in s for x in p[2:]), default=1.0) or 1.0
    out = []
    for name, pieces in sweeps.items():
        out.append(
            f"<div style='display:inline-block;margin:0 1em .5em 0'><small>{html.escape(name)}</small><br>"
            f"{_svg(pieces, duration, top)}</div>"
        )
    return "".join(out)


def _svg(pieces: Sequence[SweepPiece], duration: float, top: float) -> str:
    t = np.linspace(-BEFORE, duration, 1200)
    current = np.zeros_like(t)
    for on, off, start, end in pieces:
        inside = (t >= on) & (t < off)
        share = (t - on) / max(float(off) - float(on), 1e-9)
        current = np.where(inside, current + start + (np.asarray(end) - start) * share, current)
    x = (t + BEFORE) / (duration + BEFORE) * _WIDTH
    y = _HEIGHT / 2 - current / top * (_HEIGHT / 2 - 2)
    keep = np.r_[True, np.diff(y) != 0] | np.r_[np.diff(y) != 0, True]
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[keep], y[keep], strict=True))
    return (
        f"<svg width='{_WIDTH:.0f}' height='{_HEIGHT:.0f}' role='img' aria-label='stimulus over time'>"
        f"<polyline points='{points}' fill='none' stroke='currentColor' stroke-width='1.5'/></svg>"
    )
