"""Pairs of pulses: the resonator fires at one interval, the integrator at short intervals (K and L)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import pulse
from plausiwidgets.engine.traces import Traces
from plausiwidgets.patterns.annotations import After, Mark
from plausiwidgets.patterns.criterion import Criterion, at_least, count, quantity
from plausiwidgets.patterns.izhikevich.common import (
    ALL_OR_NONE,
    BEFORE_ONSET,
    HOLDING,
    PULSE,
    RATE,
    SOURCE,
    interval,
    longer,
    silent,
)
from plausiwidgets.patterns.pattern import AmplitudeWindow, Pattern
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import TAIL, Sweep

SINGLE = "single pulse"


def _sweeps(width: float, gaps: Mapping[str, float]) -> Callable[[StimulusValues], Mapping[str, Sweep]]:
    """Return a protocol with a single pulse and pairs of pulses, whose onsets are `gaps` times the interval T apart."""

    def sweeps(s: StimulusValues) -> dict[str, Sweep]:
        first = pulse(0.0, width, s.amplitude)
        end = max(gaps.values()) * s.interval + width + TAIL
        pairs = {
            name: Sweep([first, pulse(factor * s.interval, width, s.amplitude)], end) for name, factor in gaps.items()
        }
        return pairs | {SINGLE: Sweep([first], end)}

    return sweeps


def _measure(window: AmplitudeWindow) -> Callable[[Responses, StimulusValues], Mapping[str, ArrayLike | Graded]]:
    """Return the function that measures the spikes of each sweep and whether they are all-or-none."""

    def measure(r: Responses, s: StimulusValues) -> Mapping[str, ArrayLike | Graded]:
        counts = {name: response.count() for name, response in r.items()}
        return counts | {"all_or_none": r.all_or_none(window.fire, window.silent)}

    return measure


def _criteria(window: AmplitudeWindow) -> list[Criterion]:
    fire = [
        count(
            name,
            f"fires at {name}",
            at_least(1),
            "spikes",
            "Number of spikes after two pulses with this interval between their onsets.",
        )
        for name in window.fire
    ]
    rest = [_single() if name == SINGLE else _pair(name) for name in window.silent]
    return [*fire, *rest, ALL_OR_NONE, RATE]


def _pair(gap: str) -> Criterion:
    text = "Number of spikes after a pair of pulses with this gap. The pair must stay below the threshold."
    return silent(gap, f"silent at {gap}", text)


def _single() -> Criterion:
    text = "Number of spikes after a single pulse. The pulse must stay below the threshold."
    return silent(SINGLE, "silent after a single pulse", text)


def _marks(window: AmplitudeWindow, gaps: Mapping[str, float]) -> list[Mark]:
    """Return the annotations of the pulse intervals, and of the required and forbidden spikes of each sweep."""
    fire = [
        mark
        for name in window.fire
        for mark in (Mark(name, "span", 0.0, _onset(gaps[name]), name, name[4:]), Mark(name, "spikes", 0.0, sweep=name))
    ]
    return [*BEFORE_ONSET, *fire, *(Mark(name, "quiet", 0.0, sweep=name) for name in window.silent)]


def _onset(factor: float) -> Callable[[StimulusValues, Traces], float]:
    return lambda s, trace: float(factor * s.interval)


# -- resonator (K) ---------------------------------------------------------------------------------

RESONATOR_GAPS = {"gap T": 1.0, "gap T/2": 0.5, "gap 1.5 T": 1.5}
RESONATOR_WINDOW = AmplitudeWindow(fire=("gap T",), silent=("gap T/2", "gap 1.5 T", SINGLE))

UNDERSHOOT = quantity(
    "undershoot",
    "swings below rest",
    at_least(0.3),
    "mV",
    scale=1.0,
    per_span=True,
    text="Drop of the potential below rest after a single pulse. A resonant neuron swings to both sides of rest.",
)


def _resonance(r: Responses, s: StimulusValues) -> Mapping[str, ArrayLike | Graded]:
    return {**_measure(RESONATOR_WINDOW)(r, s), "undershoot": r.v_baseline - r[SINGLE].bottom}


RESONATOR = Pattern(
    key="resonator",
    letter="K",
    title="Resonator",
    in_sentence="resonance",
    description="The neuron fires in response to a pair of pulses only if their interval matches its own period.",
    look_for=("Look for a spike at interval T, and no spike at T/2, at 1.5 T or after a single pulse."),
    function="Selects inputs by their frequency, so several neurons can share one line.",
    parameter_hint=(
        "The period of the subthreshold oscillation sets T. The amplitude must be enough for a "
        "pair at interval T but not for the other stimuli."
    ),
    source=SOURCE,
    stimulus_parameters=[PULSE, HOLDING, interval(30.0, 10.0, 100.0)],
    sweeps=_sweeps(4.0, RESONATOR_GAPS),
    measure=_resonance,
    criteria=[*_criteria(RESONATOR_WINDOW), UNDERSHOOT],
    event=(-15.0, After(90.0)),
    marks=[*_marks(RESONATOR_WINDOW, RESONATOR_GAPS), Mark("undershoot", "flat", 4.0, 104.0, SINGLE)],
    main_sweep="gap T",
    amplitude_window=RESONATOR_WINDOW,
)

# -- integrator (L) --------------------------------------------------------------------------------

INTEGRATOR_GAPS = {"gap T": 1.0, "gap 0.6 T": 0.6, "gap 2 T": 2.0, "gap 4 T": 4.0, "gap 8 T": 8.0}
INTEGRATOR_WINDOW = AmplitudeWindow(fire=("gap T", "gap 0.6 T"), silent=("gap 2 T", "gap 4 T", "gap 8 T", SINGLE))

_T = interval(5.0, 4.0, 15.0)
_GAPS = {f"gap {x:g} T": float(x) for x in np.arange(2.0, 8.01, 0.125)}
_EVERY_GAP = longer(
    [PULSE, HOLDING, _T],
    [silent("most", "silent at every gap", "Maximum number of spikes after a pair of pulses that are 2 to 8 T apart.")],
    _sweeps(2.0, _GAPS),
    lambda r, s: {"most": reduce(np.maximum, [r[name].count() for name in _GAPS])},
)

INTEGRATOR = Pattern(
    key="integrator",
    letter="L",
    title="Integrator",
    in_sentence="temporal integration",
    description="The neuron fires in response to two pulses in close succession, but not to pulses far apart.",
    look_for="Look for a spike at the short gaps only.",
    function="Detects coincident inputs.",
    parameter_hint="The membrane time constant, and an amplitude between half the threshold and the full threshold.",
    source=SOURCE,
    stimulus_parameters=[PULSE, HOLDING, _T],
    sweeps=_sweeps(2.0, INTEGRATOR_GAPS),
    measure=_measure(INTEGRATOR_WINDOW),
    criteria=_criteria(INTEGRATOR_WINDOW),
    event=(-10.0, After(60.0)),
    marks=_marks(INTEGRATOR_WINDOW, INTEGRATOR_GAPS),
    main_sweep="gap T",
    amplitude_window=INTEGRATOR_WINDOW,
    verification={"at every gap from 2 T to 8 T": _EVERY_GAP},
)
