"""Protocols with short pulses: J–P and Q."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import TAIL, Bench, SweepPiece
from plausiwidgets.patterns.criterion import USUAL_SPAN, Evidence
from plausiwidgets.patterns.steps import runaway, silence
from plausiwidgets.patterns.voltage import hump, swings

EXTREMUM = 0.1
"""Smallest extremum of a subthreshold oscillation in mV, for a span of 15 mV."""


def oscillation(bench: Bench) -> Evidence:
    """One 5 ms pulse, then 500 ms free (J)."""
    a = bench.values["amplitude"]
    width, end = 5.0, 505.0
    (record,) = bench.run({"pulse": [(0.0, width, a, a)]}, end, v=(0.0, end), peak=(0.0, end))
    assert record.v is not None
    last = np.nan_to_num(f.last(record.times), nan=0.0)
    start = np.round(np.maximum(last, width) / bench.dt).astype(np.int64)
    found = swings(record.v, bench.level, EXTREMUM * bench.span / USUAL_SPAN, start)
    return Evidence(
        {
            "quiet": bench.noise, "n": f.lengths(record.times), "wobble": bench.wobble,
            "extrema": found.number.astype(float),
        },
        np.zeros(bench.n),
        partial={"extrema": found.partial},
    )


def pairs(
    width: float, gaps: Mapping[str, float], values: Mapping[str, Any]
) -> dict[str, list[SweepPiece]]:
    """Return sweeps of two pulses, `gaps` times the interval T apart onset to onset, and a single pulse."""
    a, t = values["amplitude"], values["interval"]
    sweeps: dict[str, list[SweepPiece]] = {
        name: [(0.0, width, a, a), (factor * t, factor * t + width, a, a)] for name, factor in gaps.items()
    }
    sweeps["single pulse"] = [(0.0, width, a, a)]
    return sweeps


RESONATOR_GAPS = {"gap T": 1.0, "gap T/2": 0.5, "gap 1.5 T": 1.5}
INTEGRATOR_GAPS = {"gap T": 1.0, "gap 0.6 T": 0.6, "gap 2 T": 2.0, "gap 4 T": 4.0, "gap 8 T": 8.0}
RESONATOR_WIDTH, INTEGRATOR_WIDTH = 4.0, 2.0
# The longest interval of the range plus the tail, the same for every set of a batch.
RESONATOR_END = 1.5 * 100.0 + RESONATOR_WIDTH + TAIL
INTEGRATOR_END = 8.0 * 15.0 + INTEGRATOR_WIDTH + TAIL


def resonator(bench: Bench) -> Evidence:
    """Pairs of pulses at T/2, T and 1.5 T, and a single pulse (K)."""
    return _pairs(bench, RESONATOR_WIDTH, RESONATOR_GAPS, RESONATOR_END)


def integrator(bench: Bench) -> Evidence:
    """Pairs of pulses at 0.6, 1, 2, 4 and 8 T, and a single pulse (L)."""
    return _pairs(bench, INTEGRATOR_WIDTH, INTEGRATOR_GAPS, INTEGRATOR_END)


def _pairs(bench: Bench, width: float, gaps: Mapping[str, float], end: float) -> Evidence:
    sweeps = pairs(width, gaps, bench.values)
    records = bench.run(sweeps, end, peak=(0.0, end))
    counts = {name: f.lengths(r.times) for name, r in zip(sweeps, records, strict=True)}
    return Evidence({"quiet": bench.noise} | counts | runaway(records, end), silence(bench, records[0].peak))


def rebound(duration: float) -> Any:
    """Return the protocol of a 5 ms inhibitory pulse and what follows its release (M, N)."""

    def protocol(bench: Bench) -> Evidence:
        a = bench.values["amplitude"]
        width = 5.0
        end = width + duration
        (record,) = bench.run({"release": [(0.0, width, -a, -a)]}, end, peak=(width, end))
        after = f.window(record.times, width, end)
        return Evidence(
            {
                "quiet": bench.noise,
                "during": f.count(record.times, 0.0, width),
                "n": f.lengths(after),
                "latency": f.first(after) - width,
                "longest_isi": f.largest(f.intervals(after)),
                "last": f.last(after) - width,
                "min_isi": f.shortest_isi(after),
            },
            silence(bench, record.peak),
        )

    return protocol


VARIABILITY_END = 15.0 + TAIL


def variability_sweeps(values: Mapping[str, Any]) -> dict[str, list[SweepPiece]]:
    """Return excitation, inhibition, and inhibition 10 ms before the excitation."""
    a, i = values["amplitude"], values["inhibition"]
    up: SweepPiece = (10.0, 15.0, a, a)
    down: SweepPiece = (0.0, 5.0, -i, -i)
    return {"both": [down, up], "excitation alone": [up], "inhibition alone": [down]}


def variability(bench: Bench) -> Evidence:
    """Excitation alone, inhibition alone, and inhibition before excitation (O)."""
    end = VARIABILITY_END
    both, up, down = bench.run(variability_sweeps(bench.values), end, peak=(0.0, end))
    return Evidence(
        {
            "quiet": bench.noise,
            "up": f.lengths(up.times),
            "down": f.lengths(down.times),
            "n": f.count(both.times, 10.0, end),
            "early": f.count(both.times, 0.0, 10.0),
        }
        | runaway([both, up, down], end),
        silence(bench, both.peak),
    )


PHASES = 20
RUN = 1000.0


def bistability(bench: Bench) -> Evidence:
    """A pulse that starts the firing, and a second one at some phase that ends it (P)."""
    a = bench.values["amplitude"]
    (record,) = bench.run({"first pulse": [(0.0, 5.0, a, a)]}, RUN, peak=(0.0, RUN))
    times = f.window(record.times, 0.0, RUN)
    n = f.lengths(times)
    period = f.median(f.late_half(f.intervals(times)))
    persists = f.persistence(times, RUN)
    goes_on = (n >= 8) & (persists <= 1.5) & (bench.noise == 0) & np.isfinite(period)

    # A third into the run: transients are over, and there is time left to stay silent.
    base = np.where(goes_on, f.at(times, n // 3), 0.0)
    step = np.where(goes_on, period, 0.0) / PHASES
    sweeps: dict[str, list[SweepPiece]] = {}
    onsets = []
    for sign in (1.0, -1.0):
        for phase in range(PHASES):
            onset = base + phase * step
            onsets.append(onset)
            sweeps[f"{sign:+.0f} {phase}"] = [
                (0.0, 5.0, a, a), (onset, onset + 5.0, sign * a, sign * a)
            ]
    records = bench.run(sweeps, RUN, only=goes_on, keep=False)
    quiet_periods = np.stack(
        [_longest_silence(f.window(r.times, t, RUN), t + 5.0, RUN) for r, t in zip(records, onsets, strict=True)]
    ) / np.where(goes_on, period, np.nan)
    best = np.where(np.isfinite(quiet_periods), quiet_periods, -1.0).argmax(axis=0)
    if bench.record and goes_on.any():
        onset = np.stack(onsets)[best, np.arange(bench.n)]
        height = np.where(best < PHASES, a, -a)
        bench.run({"second pulse": [(0.0, 5.0, a, a), (onset, onset + 5.0, height, height)]}, RUN, only=goes_on)
    return Evidence(
        {
            "quiet": bench.noise,
            "n": n,
            "min_isi": f.shortest_isi(times),
            "rate": n / (RUN / 1000.0),
            "persists": persists,
            "silenced": np.where(goes_on, quiet_periods[best, np.arange(bench.n)], np.nan),
        },
        silence(bench, record.peak),
    )


def _longest_silence(times: Any, start: Any, end: float) -> Any:
    """Return the longest time without a spike from `start` ms on to `end`, shape [n]."""
    n = times.shape[0]
    after = np.where(times >= start[:, None], times, np.nan)
    edges = np.concatenate([start[:, None], np.sort(after, axis=1), np.full((n, 1), np.nan)], axis=1)
    edges[np.arange(n), f.lengths(edges)] = end
    return f.largest(np.diff(edges, axis=1))


def after_potential(bench: Bench) -> Evidence:
    """One 2 ms pulse, then 200 ms free (Q)."""
    a = bench.values["amplitude"]
    width, end = 2.0, 202.0
    (record,) = bench.run({"pulse": [(0.0, width, a, a)]}, end, v=(0.0, end), peak=(0.0, end))
    assert record.v is not None
    n = f.lengths(record.times)
    # The hump is looked for after the spike and after the pulse, whichever ends later.
    after = np.maximum(np.nan_to_num(f.last(record.times), nan=0.0), width)
    start = np.round(after / bench.dt).astype(np.int64)
    found = hump(record.v, bench.level, start)
    fired = n >= 1
    return Evidence(
        {
            "quiet": bench.noise,
            "n": n,
            "hump": np.where(fired, found.height, np.nan),
            "rise": np.where(fired, found.rise, np.nan),
            "left": np.where(fired, found.left, np.nan),
        },
        silence(bench, record.peak),
    )
