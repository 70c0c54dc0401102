"""Excitability classes: the onset of firing at the rheobase (G and H)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypedDict, Unpack

import numpy as np

from plausiwidgets.engine.piece import Value, pulse
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import Mark
from plausiwidgets.patterns.criterion import Criterion, at_least, at_most, count, quantity, ratio
from plausiwidgets.patterns.izhikevich.common import HOLDING, SOURCE, STEP, longer, spikes
from plausiwidgets.patterns.pattern import Curve, Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Measurement
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep

LENGTH = 3000.0
"""Length in ms of the steps in a figure, which is independent of the steps of the measurement."""
ABOVE = {"just above rheobase": 1e-4, "1 % above": 1e-2, "10 % above": 0.1, "twice the rheobase": 1.0}
"""Distances of the amplitudes in a figure from the rheobase, as shares of the rheobase."""

FIRES = spikes(
    at_least(2),
    "fires until the end",
    text="Number of spikes of the steady response to the step. If the full amplitude causes depolarization block, the "
    "amplitude is halved until the neuron fires to the end.",
)
CLEAR = count(
    "clear",
    "clear growth of the period",
    at_least(1),
    "laws",
    "1 if the period near the rheobase follows one law of growth. 0 if the intervals are irregular, if two laws fit "
    "equally well, or if the measurement takes too long.",
)
SKIPPED = count(
    "skipped",
    "no skipped oscillation cycles",
    at_most(0),
    "peaks",
    "Number of subthreshold peaks between two spikes near the rheobase, in excess of one and of those at twice the "
    "rheobase. A rate that falls in steps, because the neuron skips more and more cycles of an oscillation, is in "
    "neither class.",
)
REGULAR = quantity(
    "spread",
    "regular intervals near rheobase",
    at_most(1.5),
    "1",
    scale=1.0,
    text="Longest interspike interval divided by the shortest, at the most irregular step near the rheobase.",
)
NO_BURSTS = quantity(
    "spread_far",
    "no bursts at twice the rheobase",
    at_most(2.0),
    "1",
    scale=1.0,
    text="Longest interspike interval divided by the shortest at twice the rheobase.",
)
MAX_RATE = quantity(
    "rate",
    "physiological rate at twice the rheobase",
    at_most(500.0),
    "Hz",
    scale=200.0,
    text="Firing rate at twice the rheobase, or at the strongest step below it that does not block the neuron.",
)
_GROWTH = (
    "Exponent q of the growth of the period P with the distance d from the rheobase, P = P₀ + k d^−q. It is 1/2 if the "
    "rate starts as a square root (SNIC). It is 0 if the period grows by the same time with each tenfold approach "
    "(logarithm). It is negative if the period remains finite."
)
_RISE = (
    "Firing rate at twice the rheobase, divided by the lowest rate. The rate is followed until it has fallen to 1/32, "
    "or until the distance from the rheobase is 10⁻⁸ of it."
)
MARKS = (
    Mark("n", "spikes", 0.0, LENGTH, sweep="full amplitude"),
    Mark("exponent", "intervals", 0.0, LENGTH),
    Mark("exponent", "intervals", 0.0, LENGTH, sweep="1 % above"),
    Mark("exponent", "intervals", 0.0, LENGTH, sweep="10 % above"),
    Mark("rate", "spikes", 0.0, LENGTH, sweep="twice the rheobase"),
)
RATE_CURVE = Curve("amplitude", "rate", "step amplitude", "firing rate", y_unit="Hz", onset="rheobase")


def _step(height: Value) -> Sweep:
    return Sweep([pulse(0.0, LENGTH, height)], LENGTH)


def _sweeps(s: StimulusValues) -> Mapping[str, Sweep]:
    return {"full amplitude": _step(s.amplitude)}


def _procedure(holding_zero: bool, depth: str = "search") -> Callable[[Runner], Measurement]:
    """Return the procedure that measures the onset of firing to a depth.

    With `holding_zero`, the neuron must also be silent without a holding current.
    """

    def procedure(runner: Runner) -> Measurement:
        amplitude = runner.stimulus_values.amplitude
        # A neuron that fires without any current has no rheobase of a resting neuron.
        at_zero = runner.control(0.0) if holding_zero else None
        spontaneous = runner.spontaneous_spikes + (0 if at_zero is None else at_zero)
        onset = runner.onset(amplitude, depth, spontaneous == 0)
        works = onset.top > 0.0
        full = runner.apply({"full amplitude": _step(np.where(works, onset.top, amplitude))})["full amplitude"]
        base = np.where(works, onset.rheobase, 0.0)
        heights = {name: base * (1.0 + share) for name, share in ABOVE.items()}
        # Leave out stronger steps, because small spikes before a depolarization block contain no information about the
        # onset.
        trains = [
            runner.apply({name: _step(height)}, only=works & (1.0 + ABOVE[name] <= onset.drive))[name].times
            for name, height in heights.items()
        ]
        shortest = reduce(np.minimum, [f.shortest_isi(times) for times in trains])
        return Measurement(
            {
                "n": onset.spikes,
                "exponent": onset.exponent,
                "clear": onset.clear,
                "rise": onset.rise,
                "skipped": np.where(works, onset.skipped, np.nan),
                "spread": onset.spread,
                "spread_far": onset.spread_far,
                "rate": onset.rate,
                "min_isi": np.where(works, shortest, np.nan),
            },
            runner.gap_to_threshold(full),
            {**onset.curve, "rheobase": onset.rheobase, "onset": onset.kind},
            at_zero,
        )

    return procedure


_BOTH = (CLEAR, SKIPPED, REGULAR, NO_BURSTS, MAX_RATE)


class _Texts(TypedDict):
    """Texts of a pattern."""

    key: str
    letter: str
    title: str
    in_sentence: str
    description: str
    look_for: str
    function: str
    parameter_hint: str


def _excitability(
    holding: StimulusParameter, criteria: tuple[Criterion, ...], holding_zero: bool, **texts: Unpack[_Texts]
) -> Pattern:
    """Return the pattern of an excitability class.

    Its verification measures the onset to the full depth at dt and at dt/4.
    """
    deep = longer([STEP, holding], criteria, _sweeps, procedure=_procedure(holding_zero, "deep"), finer=(4,))
    return Pattern(
        source=SOURCE,
        stimulus_parameters=[STEP, holding],
        sweeps=_sweeps,
        procedure=_procedure(holding_zero),
        searches_threshold=True,
        criteria=criteria,
        verification={"with the onset measured to its full depth": deep},
        finer=(),
        equal=("onset",),
        main_sweep="just above rheobase",
        curve=RATE_CURVE,
        marks=MARKS,
        budget=10_000,
        **texts,
    )


CLASS_1_EXCITABLE = _excitability(
    HOLDING,
    (
        FIRES,
        quantity(
            "exponent",
            "period diverges at rheobase (class 1)",
            at_least(-0.13),
            "1",
            scale=0.5,
            text=f"{_GROWTH} A class 1 neuron can fire arbitrarily slowly.",
        ),
        ratio("rise", "rate falls to a tenth", at_least(10.0), scale=1.0, text=_RISE),
        *_BOTH,
    ),
    holding_zero=False,
    key="class_1_excitable",
    letter="G",
    title="Class 1 excitability",
    in_sentence="class 1 excitability",
    description="Just above rheobase the neuron fires slowly, and its firing rate rises smoothly with the current.",
    look_for="Look for an f–I curve that starts near zero.",
    function="The firing rate can encode the strength of the input over a wide range.",
    parameter_hint="Recovery must respond weakly to the potential (small or negative b in the Izhikevich model).",
)

_NOT_ABOVE_0 = StimulusParameter("holding", 0.0, -1.0, 0.0, of="current", limits=(None, 0.0))

CLASS_2_EXCITABLE = _excitability(
    _NOT_ABOVE_0,
    (
        FIRES,
        quantity(
            "exponent",
            "period stays finite at rheobase (class 2)",
            at_most(-0.17),
            "1",
            scale=0.5,
            text=f"{_GROWTH} A class 2 neuron has a minimum firing rate.",
        ),
        ratio("rise", "starts at a high rate", at_most(5.0), scale=1.0, text=_RISE),
        *_BOTH,
    ),
    holding_zero=True,
    key="class_2_excitable",
    letter="H",
    title="Class 2 excitability",
    in_sentence="class 2 excitability",
    description="Below a critical current the neuron is silent; above it, firing starts at a high rate.",
    look_for="Look for an f–I curve that starts with a jump.",
    function=(
        "The neuron signals whether the input is above threshold, but its firing rate hardly depends on the input."
    ),
    parameter_hint="Fast recovery that follows the potential (a and b in Izhikevich, a in AdEx).",
)
