"""The rate–current curve of the excitability patterns (G, H)."""

from __future__ import annotations

import numpy as np

from plausiwidgets.patterns import Pattern, Verdict
from plausiwidgets.widgets.figure.drawing import Singles

ABOVE_TEXTS = {1e-4: "+0.01 %", 1e-2: "+1 %", 1e-1: "+10 %", 1.0: "+100 %"}
"""Currents above the rheobase, as a share of it, and how an axis names them."""


def shows_rates(pattern: Pattern) -> bool:
    """Return whether a pattern is about rates: then a curve says more than the other sweeps' traces."""
    return pattern.curve is not None


def rate_curve(verdict: Verdict) -> tuple[Singles, Singles]:
    """Return current above the rheobase (as a share of it) and rate in Hz, as the judge measured them."""
    rate = np.asarray(verdict.measured["rate"], float).reshape(len(ABOVE_TEXTS), -1)[:, 0]
    known = np.isfinite(rate)
    x = np.array(list(ABOVE_TEXTS), np.float32)[known]
    return x, np.ascontiguousarray(rate[known], np.float32)
