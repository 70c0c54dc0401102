"""Bistability: one pulse starts sustained firing, and a second pulse ends it (P)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from plausiwidgets.engine.piece import Floats, Value, pulse
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import Mark, last_onset
from plausiwidgets.patterns.criterion import at_least, at_most, quantity
from plausiwidgets.patterns.izhikevich.common import (
    BEFORE_ONSET,
    HOLDING,
    PERSISTS,
    PULSE,
    RATE,
    SOURCE,
    longer,
    spikes,
)
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Measurement, Response
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep

WIDTH = 5.0
"""Width of a pulse in ms."""
RUN, AFTER = 1000.0, 1300.0
"""Lengths in ms of sweeps with one and with two pulses.

At least 500 ms remain after the second pulse.
"""
LASTING = 6000.0
"""Time in ms for which both states must last in the verification."""
LATE = 50.0
"""Time in ms at the end of a sweep in which the potential must be at its settled level."""
PHASES = 20
"""Number of times within a firing period at which the second pulse is applied, with either sign."""


def _second(amplitude: Value, onset: Value, height: Value, end: float = AFTER) -> Sweep:
    return Sweep([pulse(0.0, WIDTH, amplitude), pulse(onset, WIDTH, height)], end, voltage=(end - LATE, end))


def _sketch(s: StimulusValues) -> Mapping[str, Sweep]:
    return {"second pulse": _second(s.amplitude, 400.0, s.amplitude)}


def _procedure(runner: Runner, end: float = RUN, after: float = AFTER) -> Measurement:
    """Measure a sweep of `end` ms with one pulse, and sweeps of `after` ms with two.

    The second pulse is in the first second.
    """
    a = runner.stimulus_values.amplitude
    first = runner.apply({"first pulse": Sweep([pulse(0.0, WIDTH, a)], end)})["first pulse"]
    times = first.window(0.0, RUN)
    n = f.lengths(times)
    period = f.median(f.late_half(f.intervals(times)))
    persists = f.persistence(first.window(), end)
    goes_on = (n >= 8) & (persists <= 1.5) & (runner.spontaneous_spikes == 0) & np.isfinite(period)

    # Start after a third of the spikes, when transients are over and enough time is left for the silence.
    base = np.where(goes_on, f.at(times, n // 3), 0.0)
    step = np.where(goes_on, period, 0.0) / PHASES
    sweeps, onsets = {}, []
    for sign in (1.0, -1.0):
        for phase in range(PHASES):
            onset = base + phase * step
            onsets.append(onset)
            sweeps[f"{sign:+.0f} {phase}"] = _second(a, onset, sign * a, after)
    responses = runner.apply(sweeps, only=goes_on, keep=False)
    tails = [_tail(r, t, period) for r, t in zip(responses.values(), onsets, strict=True)]
    away = [_away(r, runner.v_baseline, after) for r in responses.values()]
    # Choose the phase after which the firing ends soonest. Among equal phases, choose the one that ends closest to
    # rest.
    best = f.place_of_least(
        [
            np.where(np.isfinite(tail), tail, np.inf) + 1e-6 * np.where(np.isfinite(x), x, 1e3)
            for tail, x in zip(tails, away, strict=True)
        ]
    )
    height = np.where(best < PHASES, a, -a)
    runner.show({"second pulse": _second(a, f.one_of(onsets, best), height, after)}, only=goes_on)
    return Measurement(
        {
            "n": n,
            "min_isi": f.shortest_isi(times),
            "rate": n / (RUN / 1000.0),
            "persists": persists,
            "ends": np.where(goes_on, f.one_of(tails, best), np.nan),
            "returns": np.where(goes_on, f.one_of(away, best), np.nan),
        },
        runner.gap_to_threshold(first),
    )


def _tail(response: Response, onset: Floats, period: Floats) -> Floats:
    """Return the time from a second pulse to the last spike in periods, 0 without a spike, shape [n]."""
    after = response.last(onset) - onset
    return np.where(np.isfinite(period), np.where(np.isfinite(after), after, 0.0) / period, np.nan)


def _away(response: Response, v_baseline: Floats, end: float) -> Floats:
    """Return the maximum distance of the potential from its settled level at the end in mV, shape [n]."""
    return np.abs(response.v(end - LATE, end) - v_baseline[:, None]).max(axis=1)


_CRITERIA = (
    spikes(
        at_least(8),
        "keeps firing after the pulse",
        text="Number of spikes in the second after a single pulse. The firing must sustain itself.",
    ),
    replace(
        PERSISTS,
        description="Time from the last spike to the end of the sweep, in units of the typical interspike interval.",
    ),
    quantity(
        "ends",
        "second pulse stops the firing",
        at_most(1.5),
        "periods",
        scale=3.0,
        text="Time from a second pulse to the last spike, in units of the firing period. The second pulse is tested "
        "at 20 phases with either sign, and the best result counts.",
    ),
    quantity(
        "returns",
        "returns to rest",
        at_most(1.5),
        "mV",
        scale=3.0,
        per_span=True,
        text="Distance from the resting potential at the end. A pause in firing is not the second stable state.",
    ),
    RATE,
)

BISTABILITY = Pattern(
    key="bistability",
    letter="P",
    title="Bistability",
    in_sentence="bistability",
    description=(
        "One brief pulse switches on sustained firing; a second, well-timed pulse of either sign switches it off."
    ),
    look_for="Look for firing that continues after the first pulse and stops after the second.",
    function="A one-bit memory in a single neuron.",
    parameter_hint=(
        "Rest and firing must both be stable, which depends on the holding current and the reset potential."
    ),
    source=SOURCE,
    stimulus_parameters=[PULSE, HOLDING],
    sweeps=_sketch,
    procedure=_procedure,
    criteria=_CRITERIA,
    marks=[
        *BEFORE_ONSET,
        Mark("n", "spikes", 0.0, RUN, "first pulse"),
        Mark("persists", "pause", 0.0, RUN, "first pulse"),
        Mark("ends", "last", last_onset),
        Mark("ends", "quiet", last_onset),
        Mark("returns", "level", AFTER - LATE, AFTER),
    ],
    main_sweep="second pulse",
    verification={
        f"during {LASTING / 1000:g} s of firing and {LASTING / 1000:g} s of silence": longer(
            [PULSE, HOLDING], _CRITERIA, _sketch, procedure=lambda runner: _procedure(runner, LASTING, RUN + LASTING)
        )
    },
    comes_back=False,
    budget=50_000,
)
