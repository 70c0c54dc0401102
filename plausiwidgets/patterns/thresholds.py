"""Protocols that find a threshold first: excitability classes (G, H) and spike latency (I)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import TAIL, Bench, SweepPiece
from plausiwidgets.patterns.criterion import Evidence
from plausiwidgets.patterns.pattern import usual_current
from plausiwidgets.patterns.steps import silence

Floats = NDArray[np.float64]

AT_ONCE = 16
"""Lanes that cost little more than one: few sets try the points of several bisections in one round."""

SMALLEST_SHARE = 1e-6
LONG = 3000.0
ABOVE = (1e-4, 1e-2, 0.1, 1.0)
RHEOBASE_TOLERANCE = 1e-7
SLIVERS = 2
"""How often the search for the rheobase goes on where firing ceased again just above."""
PULSE_TOLERANCE = 1e-5
PULSE_FACTORS = (1.0005, 1.02, 1.1, 1.5)
PULSE_WIDTH = 3.0


def smallest_firing(
    fires: Callable[[Floats, NDArray[np.bool_]], NDArray[np.bool_]],
    low: Floats, high: Floats, works: NDArray[np.bool_], tolerance: float,
) -> Floats:
    """Return the amplitude between `low` and `high` at which firing begins, by bisection.

    The result is that of plain bisection, to the last bit, however many sets are tried at once.

    Parameters
    ----------
    fires : callable
        ``fires(amplitudes [points, n], active [n])`` returns whether each fires.
    low, high : ndarray, shape [n]
        Amplitudes known not to fire, and known to fire where `works`.
    works : boolean ndarray, shape [n]
    tolerance : float
        Relative to the result.

    Returns
    -------
    ndarray, shape [n]
        An amplitude that fires; nan where not `works`, or below a millionth of `high`.
    """
    low, top = low.copy(), high.copy()
    lanes = np.arange(high.size)
    while True:
        # What fires at next to nothing has no threshold.
        works = works & (top > SMALLEST_SHARE * high)
        active = works & (top - low > tolerance * top)
        if not active.any():
            break
        levels = max((AT_ONCE // int(active.sum()) + 1).bit_length() - 1, 1)
        ends = np.stack([low, top])
        for _ in range(levels):
            between = np.empty((2 * len(ends) - 1, high.size))
            between[::2], between[1::2] = ends, 0.5 * (ends[:-1] + ends[1:])
            ends = between
        hits = fires(ends[1:-1], active)
        left, right = np.zeros(high.size, int), np.full(high.size, len(ends) - 1)
        for _ in range(levels):
            middle = (left + right) // 2
            wide = ends[right, lanes] - ends[left, lanes] > tolerance * ends[right, lanes]
            hit = hits[middle - 1, lanes]
            left = np.where(wide & ~hit, middle, left)
            right = np.where(wide & hit, middle, right)
            # A set that is done keeps its ends; the index of the others halves.
        low = np.where(active, ends[left, lanes], low)
        top = np.where(active, ends[right, lanes], top)
    return np.where(works, top, np.nan)


def _to_the_end(times: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Return whether a long step fires to its end, and its rate in Hz over the last two thirds."""
    n = f.lengths(times)
    early = f.count(times, 0.0, LONG / 3.0)
    last = f.at(times, n - 1)
    late = n - early
    with np.errstate(invalid="ignore", divide="ignore"):
        isi = (last - f.at(times, early)) / (late - 1)
        lasts = (late >= 2) & (LONG - last <= 2.0 * isi)
    return lasts, np.where(lasts, 1000.0 / isi, np.nan)


def excitability(holding_zero: bool) -> Callable[[Bench], Evidence]:
    """Return the protocol of long steps just above the rheobase (G, H).

    `holding_zero`: the neuron must be silent without any holding current too.
    """

    def protocol(bench: Bench) -> Evidence:
        a = bench.values["amplitude"]
        noise = bench.noise + (bench.control(0.0) if holding_zero else 0)
        (full,) = bench.run({"full amplitude": [(0.0, LONG, a, a)]}, LONG, peak=(0.0, LONG))
        fires_at_a, _ = _to_the_end(full.times)

        def fires(points: Floats, active: NDArray[np.bool_]) -> NDArray[np.bool_]:
            times = bench.steps(points, LONG, LONG, active)
            return _to_the_end(times.reshape(points.size, times.shape[2]))[0].reshape(points.shape)

        works = fires_at_a & (noise == 0)
        rheobase = smallest_firing(fires, np.zeros(bench.n), a, works, RHEOBASE_TOLERANCE)
        for _ in range(SLIVERS):
            # A resonating neuron fires in slivers of amplitudes below its rheobase: go on above.
            above = np.where(works, rheobase, 0.0) * (1.0 + ABOVE[0])
            again = works & np.isfinite(rheobase) & (above < a)
            again &= ~fires(above[None], again)[0]
            if not again.any():
                break
            further = smallest_firing(fires, above, a, again, RHEOBASE_TOLERANCE)
            rheobase = np.where(again, further, rheobase)
        works &= np.isfinite(rheobase)
        base = np.where(works, rheobase, 0.0)
        heights = [base * (1.0 + e) for e in ABOVE]
        names = ("just above rheobase", "1 % above", "10 % above", "twice the rheobase")
        records = bench.run(
            {name: [(0.0, LONG, h, h)] for name, h in zip(names, heights, strict=True)}, LONG, only=works
        )
        rates = [_to_the_end(r.times)[1] for r in records]
        with np.errstate(invalid="ignore"):
            monotone = np.min([b / c for b, c in zip(rates[1:], rates[:-1], strict=True)], axis=0)
        return Evidence(
            {
                "quiet": noise,
                "n": f.count(full.times, LONG / 3.0, LONG),
                "rate_rheobase": rates[0],
                "rate_range": rates[3] / rates[0],
                "rate_near": rates[0] / rates[1],
                "rate_floor": rates[0] / rates[3],
                "monotone": monotone,
                "rate": rates[3],
                "min_isi": np.where(works, np.min([f.shortest_isi(r.times) for r in records], axis=0), np.nan),
                "rheobase": 100.0 * rheobase / usual_current(bench.model),
            },
            silence(bench, full.peak),
            measured={"amplitude": np.stack(heights), "rate": np.stack(rates), "rheobase": rheobase},
        )

    return protocol


def spike_latency(bench: Bench) -> Evidence:
    """Short pulses at and above the threshold amplitude (I)."""
    a = bench.values["amplitude"]
    end = PULSE_WIDTH + TAIL

    def sweep(heights: Any) -> list[SweepPiece]:
        return [(0.0, PULSE_WIDTH, heights, heights)]

    (full,) = bench.run({"full amplitude": sweep(a)}, end, peak=(0.0, end))
    works = (f.lengths(full.times) > 0) & (bench.noise == 0)

    def fires(points: Floats, active: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(bench.steps(points, PULSE_WIDTH, end, active)).any(axis=2), dtype=bool)

    threshold = smallest_firing(fires, np.zeros(bench.n), a, works, PULSE_TOLERANCE)
    works &= np.isfinite(threshold)
    base = np.where(works, threshold, 0.0)
    names = ("at the threshold", "2 % above", "10 % above", "50 % above")
    records = bench.run(
        {name: sweep(base * factor) for name, factor in zip(names, PULSE_FACTORS, strict=True)}, end, only=works
    )
    latencies = [f.first(r.times) for r in records]
    counts = np.stack([f.lengths(r.times) for r in records])
    with np.errstate(invalid="ignore"):
        monotone = np.min([b / c for b, c in zip(latencies[:-1], latencies[1:], strict=True)], axis=0)
    return Evidence(
        {
            "quiet": bench.noise,
            "n": f.lengths(full.times),
            "delay": latencies[0] - PULSE_WIDTH,
            "latency_range": latencies[0] / latencies[3],
            "monotone": monotone,
            "each": np.where(works, counts.max(axis=0), np.nan),
        },
        silence(bench, full.peak),
        measured={"amplitude": np.stack([base * x for x in PULSE_FACTORS]), "latency": np.stack(latencies),
                  "threshold": threshold},
    )
