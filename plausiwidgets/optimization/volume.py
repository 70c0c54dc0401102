"""Estimate of the share of a parameter space that shows a pattern, from screened points."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Volume:
    """Numbers of all screened points of a search and of those that show the pattern.

    A search that ends with a hit in a screen overestimates the share slightly, because it screens until a hit is
    verified.

    Attributes
    ----------
    hits : int
        Number of screened points that are accepted at dt.
    screened : int
        Number of screened points.
    """

    hits: int = 0
    screened: int = 0

    @property
    def share(self) -> float:
        """Estimated share of the search space, nan without screened points."""
        return self.hits / self.screened if self.screened else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Exact 95 % interval of the share, one-sided without a hit."""
        return binomial_interval(self.hits, self.screened)

    @property
    def expected_random(self) -> float:
        """Expected number of evaluations of a random search until a first hit at dt, nan without a hit."""
        return self.screened / self.hits if self.hits else math.nan

    @property
    def expected_random_bound(self) -> float:
        """Lower bound of `expected_random` with 95 % confidence."""
        high = self.interval[1]
        return 1.0 / high if high > 0 else math.inf


def binomial_interval(hits: int, n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share (Clopper and Pearson, Biometrika 26:404, 1934).

    Without a hit, or with hits only, it is a one-sided 95 % bound, such as about 3/n for no hit in n.
    """
    if not n:
        return 0.0, 1.0
    tail = 0.05 / (1.0 if hits in (0, n) else 2.0)
    low = 0.0 if hits == 0 else _bisect(lambda p: _at_most(hits - 1, n, p) > 1.0 - tail)
    high = 1.0 if hits == n else _bisect(lambda p: _at_most(hits, n, p) > tail)
    return low, high


def _at_most(k: int, n: int, p: float) -> float:
    """Return the probability of at most `k` hits in `n` at a share `p`."""
    if p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 1.0 if k >= n else 0.0
    i = np.arange(k + 1)
    choose = np.concatenate([[0.0], np.cumsum(np.log((n - i[1:] + 1) / i[1:]))])
    return float(min(1.0, np.exp(choose + i * math.log(p) + (n - i) * math.log1p(-p)).sum()))


def _bisect(above: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if above(middle):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
