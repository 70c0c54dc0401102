"""Protocols with one long step, up or down, or a ramp: A–F, R, S and T."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import TAIL, Bench, Record, SweepPiece
from plausiwidgets.patterns.criterion import Evidence
from plausiwidgets.patterns.voltage import extent

Measure = Callable[[Bench, Record, Any, float], dict[str, Any]]


def silence(bench: Bench, peak: Any) -> Any:
    """Return the distance of a potential to the threshold over the span; 0 above it."""
    short = np.clip(bench.threshold - peak, 0.0, None) / bench.span
    return np.where(np.isfinite(short), short, 10.0)


def runaway(records: Sequence[Record], length: float) -> dict[str, Any]:
    """Return the shortest ISI (ms) and the highest mean rate (Hz) over several sweeps of `length` ms."""
    return {
        "min_isi": np.min([f.shortest_isi(r.times) for r in records], axis=0),
        "rate": np.max([f.lengths(r.times) for r in records], axis=0) / (length / 1000.0),
    }


def step(length: float, quiet_from: float, measure: Measure, sign: float = 1.0) -> Callable[[Bench], Evidence]:
    """Return the protocol of one step of `length` ms, `sign` times the amplitude high.

    `quiet_from` is the time in ms after its end from which the neuron must be silent.
    """

    def protocol(bench: Bench) -> Evidence:
        a = sign * bench.values["amplitude"]
        (record,) = bench.run(
            {"step": [(0.0, length, a, a)]}, length + TAIL, v=(length - 100.0, length), peak=(0.0, length)
        )
        times = f.window(record.times, 0.0, length)
        n = f.lengths(times)
        measured = {
            "quiet": bench.noise,
            "n": n,
            "min_isi": f.shortest_isi(times),
            "rate": n / (length / 1000.0),
            "quiet_after": f.count(record.times, length + quiet_from, length + TAIL),
        }
        return Evidence(measured | measure(bench, record, times, length), silence(bench, record.peak))

    return protocol


def tonic(bench: Bench, record: Record, times: Any, length: float) -> dict[str, Any]:
    """Measure regular firing that lasts (A)."""
    isi = f.intervals(times)
    late = f.late_half(isi)
    return {
        "initial": initial_burst(isi, late),
        "cv": f.cv(late),
        "spread": f.spread(late),
        "persists": f.persistence(times, length),
    }


def initial_burst(isi: Any, late: Any) -> Any:
    """Return the longer of the first two intervals over the median of the late half."""
    both = np.where(f.lengths(isi) >= 2, f.largest(isi[:, :2]), np.nan)
    return both / f.median(late)


def phasic(bench: Bench, record: Record, times: Any, length: float) -> dict[str, Any]:
    """Measure firing at the onset only (B, D)."""
    return {
        "latency": f.first(times),
        "longest_isi": f.largest(f.intervals(times)),
        "last": f.last(times),
        "flat": extent(record.between(length - 100.0, length)),
    }


def bursting(bench: Bench, record: Record, times: Any, length: float) -> dict[str, Any]:
    """Measure bursts that last (C, T)."""
    b = f.bursts(times, length)
    return {
        "bursts": b.complete, "ratio": b.ratio, "smallest": b.shortest, "largest": b.longest,
        "period_cv": b.period_cv, "persists": (length - f.last(times)) / b.period,
    }


def mixed(bench: Bench, record: Record, times: Any, length: float) -> dict[str, Any]:
    """Measure a burst followed by regular firing (E)."""
    isi = f.intervals(times)
    late = f.late_half(isi)
    steady = f.median(late)
    initial = np.cumprod(isi < steady[:, None] / 3.0, axis=1).sum(axis=1)
    return {
        "initial": initial_burst(isi, late),
        "jump": f.at(isi, initial) / steady,
        "cv": f.cv(late),
        "persists": f.persistence(times, length),
    }


def adapting(bench: Bench, record: Record, times: Any, length: float) -> dict[str, Any]:
    """Measure intervals that grow (F)."""
    isi = f.intervals(times)
    growth = f.growth(isi)
    k = f.lengths(isi)
    return {
        "steady_growth": f.smallest(growth),
        "rises": (growth > 1.05).sum(axis=1),
        "last_over_first": np.where(k >= 2, f.at(isi, k - 1) / f.at(isi, 0), np.nan),
        "adaptation_index": f.adaptation_index(isi),
        "persists": f.persistence(times, length),
    }


def inhibited(bench: Bench, record: Record, times: Any, length: float) -> dict[str, Any]:
    """Measure regular firing during inhibition (S)."""
    isi = f.intervals(times)
    return {"cv": f.cv(isi), "spread": f.spread(isi), "persists": f.persistence(times, length)}


SLOW_RAMP, FAST_RAMP, RAMP_END = 200.0, 12.5, 500.0
FAST_RESPONSE = FAST_RAMP + 50.0


def accommodation_sweeps(values: Mapping[str, Any]) -> dict[str, list[SweepPiece]]:
    """Return a ramp to A/2 that is fast, and one to A that is slow."""
    a = values["amplitude"]
    return {"fast ramp": [(0.0, FAST_RAMP, 0.0, 0.5 * a)], "slow ramp": [(0.0, SLOW_RAMP, 0.0, a)]}


def accommodation(bench: Bench) -> Evidence:
    """Ramps up slowly to A, and fast to A/2 (R)."""
    fast, slow = bench.run(accommodation_sweeps(bench.values), RAMP_END, peak=(0.0, FAST_RESPONSE))
    return Evidence(
        {
            "quiet": bench.noise,
            "slow": f.count(slow.times, 0.0, SLOW_RAMP),
            "fast": f.count(fast.times, 0.0, FAST_RESPONSE),
        }
        | runaway([fast, slow], RAMP_END),
        silence(bench, fast.peak),
    )
