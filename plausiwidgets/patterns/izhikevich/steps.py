"""Firing during one long step: tonic, phasic, bursting, mixed, adapting (A to F), and during inhibition (S and T)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import Floats, pulse
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import at_least, at_most, between, count, exactly, quantity, ratio
from plausiwidgets.patterns.izhikevich.common import (
    BEFORE_ONSET,
    BURST_LARGEST,
    BURST_RATIO,
    BURST_SMALLEST,
    BURSTS_PERSIST,
    FLAT,
    HOLDING,
    INHIBITING_STEP,
    LONGEST_ISI,
    NO_BLOCK,
    PERSISTS,
    QUIET_AFTER,
    RATE,
    SOURCE,
    STEP,
    WHOLE_IN_BURSTS,
    WIDE_HOLDING,
    bursts,
    latency,
    longer,
    marks,
    silent,
    silent_after,
    spikes,
)
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import TAIL, Sweep

SHORT, LONG = 500.0, 2000.0
"""Lengths of a step in ms, for sustained firing and for firing that must not recur."""
INHIBITION, GRACE = 400.0, 75.0
"""Length of a downward step, and time after it in which spikes are allowed, in ms."""
LASTING = 4000.0
"""Length in ms of the step throughout which tonic firing must last in the verification."""

CV = quantity(
    "cv",
    "regular intervals (CV)",
    at_most(0.1),
    "1",
    scale=0.2,
    text="Coefficient of variation (standard deviation / mean) of the interspike intervals in the second half. "
    "Small values mean regular firing.",
)
SPREAD = quantity(
    "spread",
    "similar intervals (max/min)",
    at_most(1.5),
    "1",
    scale=1.0,
    text="Longest divided by shortest interspike interval in the second half.",
)


def step(length: float, sign: float = 1.0) -> Callable[[StimulusValues], Mapping[str, Sweep]]:
    """Return the protocol with one step of `length` ms and a height of `sign` times the amplitude."""
    return lambda s: {
        "step": Sweep(
            [pulse(0.0, length, sign * s.amplitude)],
            length + TAIL,
            response=(0.0, length),
            voltage=(length - 100.0, length),
        )
    }


def lasting(
    stimulus_parameters: Sequence[StimulusParameter], sign: float = 1.0, *, bursts: bool = False
) -> dict[str, Pattern]:
    """Return the verification of sustained firing, and of every burst if `bursts`."""
    criteria = [PERSISTS, *((BURST_RATIO, BURST_SMALLEST, BURST_LARGEST) if bursts else ())]

    def measure(r: Responses, s: StimulusValues) -> Mapping[str, ArrayLike | Graded]:
        times = during(r, LASTING)
        # The longest pause of the second half is between spikes, or between bursts.
        pause = f.largest(f.late_half(f.intervals(times)))
        found = f.bursts(times, LASTING)
        measured = {"ratio": found.ratio, "smallest": found.shortest, "largest": found.longest}
        return measured | {"persists": (LASTING - f.last(times)) / pause}

    return {
        f"with a stimulus of {LASTING / 1000:g} s": longer(stimulus_parameters, criteria, step(LASTING, sign), measure)
    }


def during(r: Responses, length: float) -> Floats:
    return r["step"].window(0.0, length)


def spikes_and_after(r: Responses, length: float, grace: float = 50.0) -> dict[str, ArrayLike | Graded]:
    """Return the number of spikes during the step, and the number later than `grace` ms after its end."""
    return {"n": f.lengths(during(r, length)), "quiet_after": r["step"].count(length + grace)}


def initial_burst(isi: Floats, late: Floats) -> Floats:
    """Return the longer of the first two intervals divided by the median late interval."""
    both = np.where(f.lengths(isi) >= 2, f.largest(isi[:, :2]), np.nan)
    return both / f.median(late)


def bursting(r: Responses, length: float, grace: float) -> dict[str, ArrayLike | Graded]:
    """Return the features of bursts that last until the end of the step."""
    times = during(r, length)
    b = f.bursts(times, length)
    return spikes_and_after(r, length, grace) | {
        "bursts": b.complete,
        "ratio": b.ratio,
        "smallest": b.shortest,
        "largest": b.longest,
        "period_cv": b.period_cv,
        "persists": (length - f.last(times)) / b.period,
    }


# -- tonic spiking (A) -----------------------------------------------------------------------------


def _tonic_spiking(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    times = during(r, SHORT)
    isi = f.intervals(times)
    late = f.late_half(isi)
    return spikes_and_after(r, SHORT) | {
        "initial": initial_burst(isi, late),
        "cv": f.cv(late),
        "spread": f.spread(late),
        "persists": f.persistence(times, SHORT),
    }


TONIC_SPIKING = Pattern(
    key="tonic_spiking",
    letter="A",
    title="Tonic spiking",
    in_sentence="tonic spiking",
    description="The neuron fires a regular train of spikes for as long as the input lasts.",
    look_for="Look for evenly spaced spikes from the onset to the end of the step, and silence before and after.",
    function="The firing rate encodes the strength of a sustained input.",
    parameter_hint="The amplitude sets the firing rate; adaptation lowers it.",
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=step(SHORT),
    measure=_tonic_spiking,
    criteria=[
        spikes(at_least(5), "fires enough spikes"),
        # Mixed mode and a strong adaptation of the first interval are also regular in their second half. This criterion
        # excludes them.
        ratio(
            "initial",
            "starts without a burst",
            at_least(1.0 / 3.0),
            scale=0.5,
            text="Longer of the first two interspike intervals, divided by the steady-state interval. Small values "
            "mean an initial burst.",
        ),
        CV,
        SPREAD,
        PERSISTS,
        QUIET_AFTER,
        RATE,
    ],
    marks=[
        *BEFORE_ONSET,
        *marks(0.0, SHORT, n="spikes", persists="pause"),
        silent_after(50.0),
        *marks(0.0, SHORT, initial="first intervals", cv="late intervals", spread="late intervals"),
    ],
    verification=lasting([STEP, HOLDING]),
)


# -- phasic spiking and bursting (B and D) ---------------------------------------------------------


_NO_LATER_SPIKE = {
    "with a stimulus of 20 s": longer(
        [STEP, HOLDING],
        [silent("late", "silent after the first 2 s", "Number of spikes later than 2 s after stimulus onset.")],
        lambda s: {"long step": Sweep([pulse(0.0, 10.0 * LONG, s.amplitude)], 10.0 * LONG)},
        lambda r, s: {"late": r["long step"].count(LONG)},
    )
}


def _phasic(r: Responses, s: StimulusValues, grace: float) -> dict[str, ArrayLike | Graded]:
    times, late = during(r, LONG), r["step"].v(LONG - 100.0, LONG)
    return spikes_and_after(r, LONG, grace) | {
        "latency": f.first(times),
        "longest_isi": f.largest(f.intervals(times)),
        "last": f.last(times),
        "flat": f.voltage_range(late),
        "no_block": f.mean(late) - r.threshold_at(s.holding + s.amplitude),
    }


PHASIC_SPIKING = Pattern(
    key="phasic_spiking",
    letter="B",
    title="Phasic spiking",
    in_sentence="phasic spiking",
    description="The neuron fires a single spike at stimulus onset and then stays silent.",
    look_for="Look for exactly one spike at stimulus onset, and a flat potential for the rest of the step.",
    function="Signals a change in the input and ignores a sustained input.",
    parameter_hint=(
        "A recovery variable that follows the potential (b in Izhikevich, a in AdEx) prevents later spikes."
    ),
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=step(LONG),
    measure=lambda r, s: _phasic(r, s, 50.0),
    criteria=[
        spikes(exactly(1), "fires exactly one spike"),
        latency(at_most(100.0), "Time from stimulus onset to the spike."),
        FLAT,
        NO_BLOCK,
        QUIET_AFTER,
    ],
    event=(-30.0, 300.0),
    marks=[
        *BEFORE_ONSET,
        silent_after(50.0),
        *marks(0.0, LONG, n="spikes", latency="latency"),
        *marks(LONG - 100.0, LONG, flat="flat", no_block="above threshold"),
    ],
    verification=_NO_LATER_SPIKE,
)

PHASIC_BURSTING = Pattern(
    key="phasic_bursting",
    letter="D",
    title="Phasic bursting",
    in_sentence="phasic bursting",
    description="The neuron fires a single burst at stimulus onset and then stays silent.",
    look_for="Look for one burst at stimulus onset, then a flat potential.",
    function="Signals the onset of an input reliably, because a burst is harder to miss than a single spike.",
    parameter_hint="A high reset potential produces the burst; recovery that follows the membrane potential "
    "prevents further spikes.",
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=step(LONG),
    measure=lambda r, s: _phasic(r, s, 100.0),
    criteria=[
        spikes(between(3, 40), "fires 3 to 40 spikes"),
        latency(at_most(100.0), "Time from stimulus onset to the first spike."),
        LONGEST_ISI,
        quantity(
            "last",
            "burst ends early",
            at_most(200.0),
            "ms",
            scale=200.0,
            text="Time of the last spike after stimulus onset.",
        ),
        FLAT,
        NO_BLOCK,
        QUIET_AFTER,
        WHOLE_IN_BURSTS,
    ],
    event=(-30.0, 300.0),
    marks=[
        *BEFORE_ONSET,
        silent_after(100.0),
        *marks(0.0, LONG, n="spikes", latency="latency", longest_isi="longest interval", last="last"),
        *marks(LONG - 100.0, LONG, flat="flat", no_block="above threshold"),
    ],
    verification=_NO_LATER_SPIKE,
)

# -- tonic bursting (C) ----------------------------------------------------------------------------

TONIC_BURSTING = Pattern(
    key="tonic_bursting",
    letter="C",
    title="Tonic bursting",
    in_sentence="tonic bursting",
    description="The neuron fires one burst of spikes after another for as long as the input lasts.",
    look_for="Look for bursts of at least three closely spaced spikes, separated by clear pauses of equal length.",
    function="A burst is transmitted even by an unreliable synapse; chattering cells may pace gamma rhythms.",
    parameter_hint=(
        "A high reset potential triggers the next spike immediately; spike-triggered adaptation ends the burst."
    ),
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=step(SHORT),
    measure=lambda r, s: bursting(r, SHORT, 100.0),
    criteria=[
        bursts(at_least(3), "Number of bursts of 3 to 40 spikes that are not cut off by the end of the step."),
        BURST_RATIO,
        BURST_SMALLEST,
        BURST_LARGEST,
        quantity(
            "period_cv",
            "regular bursting (CV)",
            at_most(0.2),
            "1",
            scale=0.3,
            text="Coefficient of variation (standard deviation / mean) of the time from one burst onset to the next.",
        ),
        BURSTS_PERSIST,
        QUIET_AFTER,
        WHOLE_IN_BURSTS,
    ],
    marks=[
        *BEFORE_ONSET,
        silent_after(100.0),
        *marks(0.0, SHORT, bursts="bursts", ratio="bursts", smallest="bursts", largest="bursts", period_cv="bursts"),
        *marks(0.0, SHORT, persists="pause"),
    ],
    verification=lasting([STEP, HOLDING], bursts=True),
)

# -- mixed mode (E) --------------------------------------------------------------------------------


def _mixed_mode(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    times = during(r, SHORT)
    isi = f.intervals(times)
    late = f.late_half(isi)
    steady = f.median(late)
    initial = f.leading(isi < steady[:, None] / 3.0)
    return spikes_and_after(r, SHORT) | {
        "initial": initial_burst(isi, late),
        "jump": f.at(isi, initial) / steady,
        "cv": f.cv(late),
        "persists": f.persistence(times, SHORT),
    }


MIXED_MODE = Pattern(
    key="mixed_mode",
    letter="E",
    title="Mixed mode",
    in_sentence="mixed-mode firing",
    description="The neuron starts with a burst and continues with single, regular spikes.",
    look_for="Look for a few closely spaced spikes first, then a jump to long, regular intervals.",
    function="Intrinsically bursting cells signal the stimulus onset with a burst and its strength with the "
    "subsequent firing rate.",
    parameter_hint=(
        "Reset potential and spike-triggered adaptation. The reset must allow a burst only while the adaptation is low."
    ),
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=step(SHORT),
    measure=_mixed_mode,
    criteria=[
        spikes(at_least(7), "fires enough spikes"),
        ratio(
            "initial",
            "starts with a burst",
            at_most(1.0 / 3.0),
            scale=0.5,
            text="Longer of the first two interspike intervals, divided by the median interval in the second half. "
            "Small values mean an initial burst.",
        ),
        quantity(
            "jump",
            "burst ends abruptly",
            at_least(0.9),
            "1",
            scale=0.3,
            text="Interval right after the burst, divided by the median interval in the second half.",
        ),
        CV,
        PERSISTS,
        RATE,
    ],
    marks=[
        *BEFORE_ONSET,
        *marks(0.0, SHORT, n="spikes", persists="pause"),
        *marks(0.0, SHORT, initial="first intervals", jump="intervals", cv="late intervals"),
    ],
    verification=lasting([STEP, HOLDING]),
)

# -- spike-frequency adaptation (F) ----------------------------------------------------------------


def _adaptation(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    times = during(r, SHORT)
    isi = f.intervals(times)
    growth = f.growth(isi)
    k = f.lengths(isi)
    return spikes_and_after(r, SHORT) | {
        "steady_growth": f.smallest(growth),
        "rises": f.climbs(isi, 1.05),
        "last_over_first": np.where(k >= 2, f.at(isi, k - 1) / f.at(isi, 0), np.nan),
        "adaptation_index": f.adaptation_index(isi),
        "persists": f.persistence(times, SHORT),
    }


SPIKE_FREQUENCY_ADAPTATION = Pattern(
    key="spike_frequency_adaptation",
    letter="F",
    title="Spike-frequency adaptation",
    in_sentence="spike-frequency adaptation",
    description="The neuron fires fast at first and then more and more slowly.",
    look_for="Look for intervals that grow from spike to spike.",
    function="Regular-spiking cortical cells respond strongly to a stimulus onset and save spikes later.",
    parameter_hint="Spike-triggered adaptation (d in Izhikevich, b in AdEx) and its time constant.",
    source=SOURCE,
    stimulus_parameters=[STEP, HOLDING],
    sweeps=step(SHORT),
    measure=_adaptation,
    criteria=[
        spikes(at_least(6), "fires enough spikes"),
        quantity(
            "steady_growth",
            "intervals shrink by at most 5 %",
            at_least(0.95),
            "1",
            scale=0.2,
            text="Smallest ratio of an interspike interval to the preceding one.",
        ),
        count(
            "rises",
            "intervals grow repeatedly",
            at_least(3),
            "times",
            "Number of times the interspike interval has grown by another 5 %, in one step or over several spikes.",
        ),
        ratio(
            "last_over_first",
            "last interval much longer than first",
            at_least(1.5),
            scale=0.5,
            text="Last interspike interval divided by the first.",
        ),
        quantity(
            "adaptation_index",
            "adaptation index high enough",
            at_least(0.01),
            "1",
            scale=0.02,
            text="Mean of (interval − previous interval) / (interval + previous interval).",
        ),
        PERSISTS,
        RATE,
    ],
    marks=[
        *BEFORE_ONSET,
        *marks(0.0, SHORT, n="spikes", persists="pause", steady_growth="intervals", rises="intervals"),
        *marks(0.0, SHORT, last_over_first="intervals", adaptation_index="intervals"),
    ],
    verification=lasting([STEP, HOLDING]),
)


# -- inhibition-induced spiking and bursting (S and T) ---------------------------------------------


def _inhibited(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    times = during(r, INHIBITION)
    isi = f.intervals(times)
    return spikes_and_after(r, INHIBITION, GRACE) | {
        "cv": f.cv(isi),
        "spread": f.spread(isi),
        "persists": f.persistence(times, INHIBITION),
        "no_block": r.baseline_peak - r.threshold_at(s.holding),
    }


INHIBITION_INDUCED_SPIKING = Pattern(
    key="inhibition_induced_spiking",
    letter="S",
    title="Inhibition-induced spiking",
    in_sentence="inhibition-induced spiking",
    description="The neuron is silent at the holding current and fires while it is inhibited.",
    look_for="Look for regular spiking during the hyperpolarizing step, and silence before and after.",
    function="Thalamocortical cells show this pattern, because inhibition activates a depolarizing current.",
    parameter_hint=(
        "The recovery variable must be repelled from its resting value (negative a and b in the Izhikevich model)."
    ),
    source=SOURCE,
    stimulus_parameters=[INHIBITING_STEP, WIDE_HOLDING],
    sweeps=step(INHIBITION, -1.0),
    measure=_inhibited,
    criteria=[
        spikes(at_least(3), "fires enough spikes", text="Number of spikes during the inhibition."),
        quantity(
            "cv",
            "regular intervals (CV)",
            at_most(0.3),
            "1",
            scale=0.3,
            text="Coefficient of variation (standard deviation / mean) of the interspike intervals.",
        ),
        quantity(
            "spread",
            "similar intervals (max/min)",
            at_most(2.0),
            "1",
            scale=1.0,
            text="Longest divided by shortest interspike interval.",
        ),
        PERSISTS,
        QUIET_AFTER,
        NO_BLOCK,
        RATE,
    ],
    marks=[
        *BEFORE_ONSET,
        *marks(0.0, INHIBITION, n="spikes", persists="pause"),
        silent_after(GRACE),
        *marks(0.0, INHIBITION, cv="intervals", spread="intervals"),
    ],
    verification=lasting([INHIBITING_STEP, WIDE_HOLDING], -1.0),
)

INHIBITION_INDUCED_BURSTING = Pattern(
    key="inhibition_induced_bursting",
    letter="T",
    title="Inhibition-induced bursting",
    in_sentence="inhibition-induced bursting",
    description="The neuron is silent at the holding current and bursts while it is inhibited.",
    look_for="Look for bursts during the hyperpolarizing step, and silence before and after.",
    function="Thalamocortical cells show this pattern during sleep, when a spindle spreads.",
    parameter_hint="As for inhibition-induced spiking, but with a high reset potential.",
    source=SOURCE,
    stimulus_parameters=[INHIBITING_STEP, WIDE_HOLDING],
    sweeps=step(INHIBITION, -1.0),
    measure=lambda r, s: bursting(r, INHIBITION, GRACE) | {"no_block": r.baseline_peak - r.threshold_at(s.holding)},
    criteria=[
        bursts(at_least(2), "Number of bursts of 3 to 40 spikes during the inhibition."),
        BURST_RATIO,
        BURST_SMALLEST,
        BURST_LARGEST,
        BURSTS_PERSIST,
        QUIET_AFTER,
        NO_BLOCK,
        WHOLE_IN_BURSTS,
    ],
    marks=[
        *BEFORE_ONSET,
        silent_after(GRACE),
        *marks(0.0, INHIBITION, bursts="bursts", ratio="bursts", smallest="bursts", largest="bursts"),
        *marks(0.0, INHIBITION, persists="pause"),
    ],
    verification=lasting([INHIBITING_STEP, WIDE_HOLDING], -1.0, bursts=True),
)
