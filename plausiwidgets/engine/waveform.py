"""Noise and chirps as paths on a grid of 0.1 ms, equal to the last bit in Python and in the app.

Both use only 32-bit integers and the operations + − × ÷ √, which every machine rounds in the same way. The app has the
same functions in ``javascript/runtime.js``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.uint32]

LINE, NOISE, CHIRP = 0.0, 1.0, 2.0
"""Kinds of pieces."""

GRID = 0.1
"""Distance of the points of a path in ms."""
MIN_TAU = GRID
"""Minimum time constant of noise in ms."""
MAX_SEED = 2**32 - 1
MAX_FREQUENCY = 500.0 / GRID
"""Maximum frequency of a chirp in Hz, with two points per period."""

_ROUNDS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
_UNIFORM = 12
"""Number of uniform numbers in the sum that approximates a normal number. Each has a variance of 1/12."""
_CHUNK = 1 << 15
"""Number of points that are computed together, so that a long path needs little memory."""

_SINE = (
    6.283185307179586,
    -41.34170224039976,
    81.60524927607506,
    -76.70585975306139,
    42.058693944897655,
    -15.09464257682299,
    3.819952584848282,
    -0.7181223017785006,
    0.10422916220813984,
    -0.012031585942120627,
    0.0011309237482517963,
)
"""Coefficients of the Taylor series of sin(2πx) in x, x³, x⁵ and so on. The error is below 1e-16 for |x| ≤ 1/4."""


class Path(NamedTuple):
    """A waveform of a piece, for an amplitude of 1.

    Attributes
    ----------
    kind : float
        `NOISE` or `CHIRP`.
    on, off : float
        Start and end in ms.
    a, b : float
        tau (ms) and seed of noise, f0 and f1 (Hz) of a chirp.
    """

    kind: float
    on: float
    off: float
    a: float
    b: float

    def points(self, until: float = math.inf) -> Floats:
        """Return the values at `on` and at every 0.1 ms after it, up to one point after `off` or `until`."""
        count = math.floor(max(min(self.off, until) - self.on, 0.0) / GRID) + 2
        if self.kind == NOISE:
            return noise_points(self.a, int(self.b), count)
        return chirp_points(self.a, self.b, self.off - self.on, count)

    def means(self, t0: float, dt: float, steps: int) -> Floats:
        """Return the mean over each of `steps` time steps of `dt` ms, the first of which starts at `t0`."""
        if self.off <= self.on:
            return np.zeros(steps)
        edges = t0 + np.arange(steps + 1) * dt
        x = self.points(edges[-1])  # A piece may last much longer than the simulation.
        # The integral from the first point to each point, in units of the grid
        whole = np.concatenate([[0.0], np.cumsum(0.5 * (x[:-1] + x[1:]))])
        place = (np.minimum(np.maximum(edges, self.on), self.off) - self.on) / GRID
        i = np.minimum(np.floor(place).astype(np.intp), x.size - 2)
        share = place - i
        integral = whole[i] + share * (x[i] + 0.5 * share * (x[i + 1] - x[i]))
        return (integral[1:] - integral[:-1]) * (GRID / dt)


def check_frequencies(paths: Iterable[Path], dt: float) -> None:
    """Check that a time step of `dt` ms resolves the frequencies of all chirps.

    Raises
    ------
    ValueError
        If a frequency is above half of the sampling rate.
    """
    highest = max((max(path.a, path.b) for path in paths if path.kind == CHIRP), default=0.0)
    if highest > 500.0 / dt:
        raise ValueError(
            f"chirp: f0 and f1 must be at most {500.0 / dt:g} Hz, half of the sampling rate at dt = {dt:g} ms, got "
            f"{highest:g} Hz. Use a smaller dt."
        )


def random_words(seed: int, counters: Words) -> tuple[Words, Words]:
    """Return two 32-bit words per counter from Threefry-2x32 with 20 rounds (Salmon et al. 2011) and key (seed, 0).

    A generator that computes each number from a counter needs no loop over the numbers.

    Examples
    --------
    >>> [hex(int(word[0])) for word in random_words(0, np.zeros(1, np.uint32))]
    ['0x6b200159', '0x99ba4efe']
    """
    keys = (seed, 0, _PARITY ^ seed)
    x, y = counters + np.uint32(seed), np.zeros_like(counters)
    for block in range(5):
        for bits in _ROUNDS[block % 2]:
            x = x + y
            y = ((y << np.uint32(bits)) | (y >> np.uint32(32 - bits))) ^ x
        x = x + np.uint32(keys[(block + 1) % 3])
        y = y + np.uint32((keys[(block + 2) % 3] + block + 1) % 2**32)
    return x, y


def normal_numbers(seed: int, first: int, last: int) -> Floats:
    """Return the normal numbers `first` to `last` − 1 of a seed, each the sum of twelve uniform numbers minus 6."""
    pairs = _UNIFORM // 2
    x, y = random_words(seed, np.arange(first * pairs, last * pairs, dtype=np.uint32))
    # A sum of integers below 2^53 is exact in any order. Each word represents the middle of its interval.
    total = (x.astype(np.float64) + y.astype(np.float64)).reshape(-1, pairs).sum(axis=1)
    return (total + 0.5 * _UNIFORM) / 2.0**32 - 0.5 * _UNIFORM


@lru_cache(maxsize=32)
def noise_points(tau: float, seed: int, count: int) -> Floats:
    """Return `count` points of an Ornstein–Uhlenbeck process with mean 0 and variance 1."""
    decay = (1.0 - GRID / (2.0 * tau)) / (1.0 + GRID / (2.0 * tau))
    spread = math.sqrt(1.0 - decay * decay)
    points: list[float] = []
    for first in range(0, count, _CHUNK):
        for number in normal_numbers(seed, first, min(first + _CHUNK, count)).tolist():
            points.append(decay * points[-1] + spread * number if points else number)
    found = np.array(points)
    found.setflags(write=False)
    return found


def chirp_points(f0: float, f1: float, width: float, count: int) -> Floats:
    """Return `count` points of a sine wave whose frequency changes from `f0` to `f1` (Hz) over `width` ms."""
    seconds = np.arange(count) / (1000.0 / GRID)
    return sine(seconds * (f0 + 0.5 * (f1 - f0) * (seconds / (width / 1000.0))))


def sine(cycles: Floats) -> Floats:
    """Return sin(2πx) to 1e-15, because a sine of the C library differs between machines in its last bit."""
    x = cycles - np.floor(cycles + 0.5)
    x = np.where(x > 0.25, 0.5 - x, np.where(x < -0.25, -0.5 - x, x))
    square = x * x
    total = np.full_like(x, _SINE[-1])
    for coefficient in _SINE[-2::-1]:
        total = total * square + coefficient
    return total * x
