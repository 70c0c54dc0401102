"""Excitability classes: the rate–current curve just above the rheobase (G and H)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np

from plausiwidgets.engine.piece import Floats, Value, pulse
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import Mark
from plausiwidgets.patterns.criterion import at_least, at_most, between, quantity, ratio
from plausiwidgets.patterns.izhikevich.common import HOLDING, SOURCE, STEP, longer, spikes
from plausiwidgets.patterns.pattern import Curve, Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Mask, Measurement
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep

LENGTH = 3000.0
"""Length of a step in ms."""
ABOVE = {"just above rheobase": 1e-4, "1 % above": 1e-2, "10 % above": 0.1, "twice the rheobase": 1.0}
"""Amplitudes of the steps above the rheobase, as shares of it."""
RHEOBASE_TOLERANCE = 1e-7
"""Of the rheobase, as a share of it."""
LONG_STEP, LONG_TOLERANCE, NEAREST = 20_000.0, 1e-8, 1e-6
"""At verification: length of a step in ms; tolerance of the rheobase and the nearest step above it, as its shares."""
HALVINGS = 7
"""How often the amplitude is halved to find one at which a neuron fires that is blocked at the amplitude."""
MAX_RHEOBASE_RETRIES = 2
"""How often the search for the rheobase goes on where firing ceased again just above."""

FIRES = spikes(
    at_least(2),
    "fires until the end",
    text="Number of spikes in the last 2 s of a 3 s step. If the full amplitude causes depolarization block, the "
    "amplitude is halved until the neuron fires to the end.",
)
MONOTONE = quantity(
    "monotone",
    "f–I curve is monotonic",
    at_least(1.0),
    "1",
    scale=0.2,
    text="Smallest ratio of a firing rate to the rate at the next weaker step.",
)
MAX_RATE = quantity(
    "rate",
    "physiological rate at twice the rheobase",
    at_most(500.0),
    "Hz",
    scale=200.0,
    text="Firing rate at twice the rheobase.",
)
MARKS = (
    Mark("n", "spikes", LENGTH / 3.0, LENGTH, sweep="full amplitude"),
    Mark("period_growth", "intervals", LENGTH / 3.0, LENGTH),
    Mark("period_growth", "intervals", LENGTH / 3.0, LENGTH, sweep="1 % above"),
    Mark("period_growth", "intervals", LENGTH / 3.0, LENGTH, sweep="10 % above"),
    Mark("rate", "spikes", LENGTH / 3.0, LENGTH, sweep="twice the rheobase"),
)
RATE_CURVE = Curve("amplitude", "rate", "step amplitude", "firing rate", y_unit="Hz", onset="rheobase")


def _step(height: Value, length: float = LENGTH) -> Sweep:
    return Sweep([pulse(0.0, length, height)], length)


def _sweeps(s: StimulusValues) -> Mapping[str, Sweep]:
    return {"full amplitude": _step(s.amplitude)}


def _to_the_end(times: Floats, length: float) -> tuple[Mask, Floats]:
    """Return whether a long step fires to its end, and its rate in Hz over the last two thirds."""
    n = f.lengths(times)
    early = f.count(times, 0.0, length / 3.0)
    last = f.at(times, n - 1)
    late = n - early
    isi = (last - f.at(times, early)) / (late - 1)
    lasts = (late >= 2) & (length - last <= 2.0 * isi)
    return lasts, np.where(lasts, 1000.0 / isi, np.nan)


def _procedure(
    holding_zero: bool,
    length: float = LENGTH,
    tolerance: float = RHEOBASE_TOLERANCE,
    above: Mapping[str, float] = ABOVE,
) -> Callable[[Runner], Measurement]:
    """Return the procedure with steps of `length` ms.

    With `holding_zero` the neuron must be silent without any holding current too. The `tolerance` of the rheobase and
    the steps `above` it are shares of it; these are those of `ABOVE`, and smaller ones before them.
    """

    def procedure(runner: Runner) -> Measurement:
        a = runner.stimulus_values.amplitude
        # Of a neuron that fires without any current, no rheobase is that of a resting neuron.
        at_zero = runner.control(0.0) if holding_zero else None
        spontaneous = runner.spontaneous_spikes + (0 if at_zero is None else at_zero)
        probe = runner.apply({"full amplitude": _step(a, length)}, keep=False)["full amplitude"]
        fires_at_a, _ = _to_the_end(probe.times, length)

        def fires(times: Floats) -> Mask:
            return _to_the_end(times, length)[0]

        # A strong current may block a neuron: the strongest of its halves, quarters and so on at which it fires.
        top, silent = a, (spontaneous == 0) & ~fires_at_a & (probe.peak > runner.threshold)
        for k in range(HALVINGS):
            lower = a * 0.5 ** (k + 1)
            shown = silent & runner.steps_show(fires, lower, length, length, silent)
            top, silent = np.where(shown, lower, top), silent & ~shown
        full = runner.apply({"full amplitude": _step(top, length)})["full amplitude"]
        works = _to_the_end(full.times, length)[0] & (spontaneous == 0)
        rheobase = runner.weakest_step(fires, length, length, np.zeros(runner.n), top, works, tolerance)
        for _ in range(MAX_RHEOBASE_RETRIES):
            # A resonating neuron fires in slivers of amplitudes below its rheobase: go on above.
            higher = np.where(works, rheobase, 0.0) * (1.0 + min(above.values()))
            again = works & np.isfinite(rheobase) & (higher < top)
            again &= ~runner.steps_show(fires, higher, length, length, again)
            further = runner.weakest_step(fires, length, length, higher, top, again, tolerance)
            rheobase = np.where(again, further, rheobase)
        works &= np.isfinite(rheobase)
        base = np.where(works, rheobase, 0.0)
        heights = {name: base * (1.0 + share) for name, share in above.items()}
        responses = runner.apply({name: _step(h, length) for name, h in heights.items()}, only=works)
        every = [_to_the_end(r.times, length)[1] for r in responses.values()]
        rates = every[-len(ABOVE) :]
        monotone = reduce(np.minimum, [b / c for b, c in zip(rates[1:], rates[:-1], strict=True)])
        periods = [1000.0 / rate for rate in rates]
        nearer = 1000.0 / every[0] - periods[0]
        farther = periods[1] - periods[2]
        growth = np.where(farther > 0, (periods[0] - periods[1]) / farther, np.nan)
        goes_on = nearer / (periods[0] - periods[1])
        shortest = reduce(np.minimum, [f.shortest_isi(r.times) for r in responses.values()])
        return Measurement(
            {
                "n": full.count(length / 3.0),
                "period_growth": growth,
                "goes_on": goes_on,
                "rate_rheobase": rates[0],
                "rate_range": rates[3] / rates[0],
                "rate_near": rates[0] / rates[1],
                "rate_floor": rates[0] / rates[3],
                "monotone": monotone,
                "rate": rates[3],
                "min_isi": np.where(works, shortest, np.nan),
            },
            runner.gap_to_threshold(probe),
            {"amplitude": np.stack(list(heights.values())), "rate": np.stack(every), "rheobase": rheobase},
            at_zero,
        )

    return procedure


_CRITERIA_1 = (
    FIRES,
    quantity(
        "period_growth",
        "period diverges at rheobase (class 1)",
        at_least(1.5),
        "1",
        scale=0.5,
        text="Growth of the period from 1 % to 0.01 % above rheobase, divided by its growth from 10 % to 1 %. A "
        "class 1 neuron can fire arbitrarily slowly. The value is 13 if the rate grows as the square root of "
        "the distance from rheobase (SNIC). It is 2 if the period grows logarithmically.",
    ),
    ratio(
        "rate_range",
        "firing rate rises strongly with current",
        at_least(4.0),
        scale=1.0,
        text="Firing rate at twice the rheobase, divided by the rate just above rheobase.",
    ),
    MONOTONE,
    MAX_RATE,
)

_GOES_ON = quantity(
    "goes_on",
    "period keeps growing",
    at_least(0.5),
    "1",
    scale=0.5,
    text="Growth of the period from 0.01 % to 0.0001 % above rheobase, divided by its growth from 1 % to 0.01 %.",
)

CLASS_1_EXCITABLE = Pattern(
    key="class_1_excitable",
    letter="G",
    title="Class 1 excitability",
    in_sentence="class 1 excitability",
    description="Just above rheobase the neuron fires slowly, and its firing rate rises smoothly with the current.",
    look_for="Look for an f–I curve that starts near zero.",
    function="The firing rate can encode the strength of the input over a wide range.",
    parameter_hint="Recovery must respond weakly to the potential (small or negative b in the Izhikevich model).",
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=_sweeps,
    procedure=_procedure(holding_zero=False),
    searches_threshold=True,
    criteria=_CRITERIA_1,
    verification={
        "with steps of 20 s": longer(
            [STEP, HOLDING],
            (*_CRITERIA_1, _GOES_ON),
            _sweeps,
            procedure=_procedure(False, LONG_STEP, LONG_TOLERANCE, {"next to the rheobase": NEAREST, **ABOVE}),
        )
    },
    main_sweep="just above rheobase",
    curve=RATE_CURVE,
    marks=MARKS,
    budget=10_000,
)

_CRITERIA_2 = (
    FIRES,
    quantity(
        "period_growth",
        "period stays finite at rheobase (class 2)",
        at_most(1.5),
        "1",
        scale=0.5,
        text="Growth of the period from 1 % to 0.01 % above rheobase, divided by its growth from 10 % to 1 %. A "
        "class 2 neuron has a minimum firing rate, which gives 0 to 1.2.",
    ),
    quantity(
        "rate_rheobase",
        "fires fast enough at rheobase",
        at_least(3.0),
        "Hz",
        scale=3.0,
        text="Firing rate just above rheobase. A class 2 neuron does not start at zero.",
    ),
    quantity(
        "rate_near",
        "flat f–I curve near rheobase",
        between(0.75, 1.05),
        "1",
        scale=0.2,
        text="Firing rate just above rheobase, divided by the rate 1 % above rheobase.",
    ),
    quantity(
        "rate_floor",
        "starts at a high rate",
        at_least(0.2),
        "1",
        scale=0.1,
        text="Firing rate just above rheobase, divided by the rate at twice the rheobase.",
    ),
    MAX_RATE,
)

_NOT_ABOVE_0 = StimulusParameter("holding", 0.0, -1.0, 0.0, of="current", limits=(None, 0.0))

CLASS_2_EXCITABLE = Pattern(
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
    source=SOURCE,
    stimulus_parameters=[STEP, _NOT_ABOVE_0],
    sweeps=_sweeps,
    procedure=_procedure(holding_zero=True),
    searches_threshold=True,
    criteria=_CRITERIA_2,
    verification={
        "with steps of 20 s": longer(
            [STEP, _NOT_ABOVE_0], _CRITERIA_2, _sweeps, procedure=_procedure(True, LONG_STEP, LONG_TOLERANCE)
        )
    },
    main_sweep="just above rheobase",
    curve=RATE_CURVE,
    marks=MARKS,
    budget=10_000,
)
