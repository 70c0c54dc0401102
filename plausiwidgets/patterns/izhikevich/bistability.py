"""Bistability: one pulse starts a lasting firing, another one ends it (P)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import Bench, Measurement
from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.izhikevich.common import HOLDING, MIN_ISI, PERSISTS, PULSE, RATE, SOURCE, spikes
from plausiwidgets.patterns.pattern import Pattern, Stimulus
from plausiwidgets.patterns.sweep import Floats, Sweep, Value, pulse

WIDTH = 5.0
"""Width of a pulse in ms."""
RUN = 1000.0
"""Length of a sweep in ms."""
PHASES = 20
"""Times within a period of the running firing at which the second pulse is tried, with either sign."""


def _second(amplitude: Value, onset: Value, height: Value) -> Sweep:
    return Sweep([pulse(0.0, WIDTH, amplitude), pulse(onset, WIDTH, height)], RUN)


def _sketch(s: Stimulus) -> Mapping[str, Sweep]:
    return {"second pulse": _second(s.amplitude, 400.0, s.amplitude)}


def _protocol(bench: Bench) -> Measurement:
    a = bench.stimulus.amplitude
    first = bench.apply({"first pulse": Sweep([pulse(0.0, WIDTH, a)], RUN)})["first pulse"]
    times = first.window()
    n = f.lengths(times)
    period = f.median(f.late_half(f.intervals(times)))
    persists = f.persistence(times, RUN)
    goes_on = (n >= 8) & (persists <= 1.5) & (bench.spontaneous_spikes == 0) & np.isfinite(period)

    # A third into the run: transients are over, and there is time left to stay silent.
    base = np.where(goes_on, f.at(times, n // 3), 0.0)
    step = np.where(goes_on, period, 0.0) / PHASES
    sweeps, onsets = {}, []
    for sign in (1.0, -1.0):
        for phase in range(PHASES):
            onset = base + phase * step
            onsets.append(onset)
            sweeps[f"{sign:+.0f} {phase}"] = _second(a, onset, sign * a)
    responses = bench.apply(sweeps, only=goes_on, keep=False)
    quiet = [
        _longest_silence(r.window(t), t + WIDTH, RUN) for r, t in zip(responses.values(), onsets, strict=True)
    ]
    quiet_periods = np.stack(quiet) / np.where(goes_on, period, np.nan)
    best = np.where(np.isfinite(quiet_periods), quiet_periods, -1.0).argmax(axis=0)
    if bench.recording and goes_on.any():
        onset = np.stack(onsets)[best, np.arange(bench.n)]
        bench.apply({"second pulse": _second(a, onset, np.where(best < PHASES, a, -a))}, only=goes_on)
    return Measurement(
        {
            "quiet": bench.spontaneous_spikes,
            "n": n,
            "min_isi": f.shortest_isi(times),
            "rate": n / (RUN / 1000.0),
            "persists": persists,
            "silenced": np.where(goes_on, quiet_periods[best, np.arange(bench.n)], np.nan),
        },
        bench.gap_to_threshold(first),
    )


def _longest_silence(times: Floats, start: Floats, end: float) -> Floats:
    """Return the longest time without a spike from `start` ms on to `end`, shape [n]."""
    n = times.shape[0]
    after = np.where(times >= start[:, None], times, np.nan)
    edges = np.concatenate([start[:, None], np.sort(after, axis=1), np.full((n, 1), np.nan)], axis=1)
    edges[np.arange(n), f.lengths(edges)] = end
    return f.largest(np.diff(edges, axis=1))


BISTABILITY = Pattern(
    key="bistability",
    letter="P",
    title="Bistability",
    description=(
        "One brief pulse switches a lasting firing on, and another one, of either sign, well timed, switches "
        "it off."
    ),
    look_for="Look for firing that goes on after the first pulse and stops after the second.",
    function="A memory of one bit in a single neuron.",
    parameter_hint="Rest and firing must both be stable: holding level and reset decide.",
    source=SOURCE,
    stimulus=[PULSE, HOLDING],
    sweeps=_sketch,
    protocol=_protocol,
    criteria=[
        spikes(8, text="Spikes in the second after a single pulse: the firing must sustain itself."),
        replace(PERSISTS, text="Silence before the end of the second, in typical intervals between spikes: the firing "
                "must go on."),
        Criterion("silenced", "silence after a second pulse", "The longest one after a second pulse at the best of 20 "
                  "phases and of either sign, in periods of the running firing.", "periods", low=4.0, scale=1.0,
                  kind="log"),
        MIN_ISI, RATE,
    ],
    main_sweep="second pulse",
    budget=50_000,
)
