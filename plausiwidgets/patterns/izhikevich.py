"""The twenty firing patterns of Izhikevich 2004: how each is tested, and what it teaches.

Source of the classification: E. M. Izhikevich, "Which model to use for cortical spiking
neurons?", IEEE Transactions on Neural Networks 15(5), 2004, figure 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plausiwidgets.patterns import pulses, steps, thresholds
from plausiwidgets.patterns.bench import TAIL, SweepPiece
from plausiwidgets.patterns.criterion import (
    BURST_LARGEST,
    BURST_RATIO,
    BURST_SMALLEST,
    BURSTS_PERSIST,
    FLAT,
    MIN_ISI,
    PERSISTS,
    QUIET,
    QUIET_AFTER,
    RATE,
    Criterion,
    latency,
    spikes,
)
from plausiwidgets.patterns.pattern import FreeValue, Pattern, add
from plausiwidgets.patterns.texts import TEXTS

SOURCE = (
    "Pattern: Izhikevich, IEEE Trans. Neural Networks 15(5), 2004, fig. 1; "
    "protocol, criteria and intervals are this package's choice"
)

Values = Mapping[str, Any]
Sketch = tuple[float, dict[str, list[SweepPiece]]]

# Currents are factors of the model's default current, which makes it fire when it lasts.
STEP = FreeValue(1.0, 0.02, 3.0, "log", limits=(0.0, None))
PULSE = FreeValue(2.0, 0.02, 20.0, "log", limits=(0.0, None))
HOLDING = FreeValue(0.0, -1.0, 1.0, "asinh", 0.05)
# Inhibition-induced firing lives at holding levels close to a balance of large currents.
WIDE_HOLDING = FreeValue(0.0, -1.0, 9.0, "linear")

CV = Criterion("cv", "irregularity", "Standard deviation over mean of the intervals in the later half: small is "
               "regular.", "1", high=0.1, scale=0.2)
SPREAD = Criterion("spread", "longest over shortest ISI", "Of the later half.", "1", high=1.5, scale=1.0)
LONGEST = Criterion("longest_isi", "longest ISI", "The longest interval within the burst.", "ms", high=25.0,
                    scale=25.0)


def _add(
    key: str, letter: str, title: str, values: Mapping[str, FreeValue], criteria: tuple[Criterion, ...],
    protocol: Any, sketch: Any, telling: str, budget: int = 100_000,
) -> None:
    text = TEXTS[key]
    add(Pattern(key, letter, title, text.description, text.look_for, text.function, text.parameter_hint,
                SOURCE, values, criteria, protocol, sketch, telling, budget))


def _step_sketch(length: float, sign: float = 1.0) -> Any:
    def sketch(v: Values) -> Sketch:
        a = sign * v["amplitude"]
        return length + TAIL, {"step": [(0.0, length, a, a)]}

    return sketch


def _pulse_sketch(width: float, end: float, name: str = "pulse", sign: float = 1.0) -> Any:
    def sketch(v: Values) -> Sketch:
        a = sign * v["amplitude"]
        return end, {name: [(0.0, width, a, a)]}

    return sketch


def _silent(key: str, text: str, sweep: str = "") -> Criterion:
    return Criterion(key, f"{sweep or key}: silent", text, "spikes", high=0, kind="count")


def _bursts(low: int, text: str) -> Criterion:
    return Criterion("bursts", "complete bursts", text, "bursts", low=low, kind="count")


_STEP_VALUES = {"amplitude": STEP, "holding": HOLDING}
_PULSE_VALUES = {"amplitude": PULSE, "holding": HOLDING}

_add("tonic_spiking", "A", "Tonic spiking", _STEP_VALUES,
     (QUIET, spikes(5),
      # Without it mixed mode and spike frequency adaptation pass: their late half is regular too.
      Criterion("initial", "no initial burst", "Longer of the first two intervals over the steady interval: the "
                "firing must not start with a burst.", "1", low=1.0 / 3.0, scale=0.5, kind="log"),
      CV, SPREAD, PERSISTS, QUIET_AFTER, MIN_ISI, RATE),
     steps.step(500.0, 50.0, steps.tonic), _step_sketch(500.0), "step")

_add("phasic_spiking", "B", "Phasic spiking", _STEP_VALUES,
     (QUIET, spikes(1, 1), latency(100.0, "Time from the onset to the spike."), FLAT, QUIET_AFTER),
     steps.step(2000.0, 50.0, steps.phasic), _step_sketch(2000.0), "step")

_add("tonic_bursting", "C", "Tonic bursting", _STEP_VALUES,
     (QUIET, _bursts(3, "Bursts of 3 to 40 spikes that the end of the step does not cut off."), BURST_RATIO,
      BURST_SMALLEST, BURST_LARGEST,
      Criterion("period_cv", "irregularity of bursts", "Standard deviation over mean of the time from burst to burst.",
                "1", high=0.2, scale=0.3),
      BURSTS_PERSIST, QUIET_AFTER, MIN_ISI),
     steps.step(500.0, 100.0, steps.bursting), _step_sketch(500.0), "step")

_add("phasic_bursting", "D", "Phasic bursting", _STEP_VALUES,
     (QUIET, spikes(3, 40), latency(100.0, "Time from the onset to the first spike."), LONGEST,
      Criterion("last", "last spike", "Time of the last spike: the burst must be over soon.", "ms", high=200.0,
                scale=200.0),
      FLAT, QUIET_AFTER, MIN_ISI),
     steps.step(2000.0, 100.0, steps.phasic), _step_sketch(2000.0), "step")

_add("mixed_mode", "E", "Mixed mode", _STEP_VALUES,
     (QUIET, spikes(7),
      Criterion("initial", "initial burst", "Longer of the first two intervals over the median of the later half: the "
                "firing must start with a burst.", "1", high=1.0 / 3.0, scale=0.5, kind="log"),
      Criterion("jump", "step to regular firing", "The interval after the burst over the median of the later half: the "
                "burst must end at once.", "1", low=0.9, scale=0.3),
      CV, PERSISTS, MIN_ISI, RATE),
     steps.step(500.0, 50.0, steps.mixed), _step_sketch(500.0), "step")

_add("spike_frequency_adaptation", "F", "Spike frequency adaptation", _STEP_VALUES,
     (QUIET, spikes(6),
      Criterion("steady_growth", "intervals hardly shrink", "Smallest ratio of an interval to the one before it.",
                "1", low=0.95, scale=0.2),
      Criterion("rises", "growing intervals", "How many intervals are more than 5 % longer than the one before.",
                "ISIs", low=3, kind="count"),
      Criterion("last_over_first", "last over first interval", "How much slower the firing has become.", "1",
                low=1.5, scale=0.5, kind="log"),
      Criterion("adaptation_index", "adaptation index", "Mean of (ISI − previous ISI) / (ISI + previous ISI).", "1",
                low=0.01, scale=0.02),
      PERSISTS, MIN_ISI, RATE),
     steps.step(500.0, 50.0, steps.adapting), _step_sketch(500.0), "step")


def _rates_sketch(v: Values) -> Sketch:
    a = v["amplitude"]
    return thresholds.LONG, {
        f"{share:g} A": [(0.0, thresholds.LONG, share * a, share * a)] for share in (0.5, 0.75, 1.0)
    }


_FIRES = spikes(2, text="Spikes in the last 2 s of a step of 3 s at the full amplitude: one that is strong enough "
                "must fire to its end.")
_MONOTONE = Criterion("monotone", "rate never falls with current", "Smallest ratio of a rate to that of the next "
                      "weaker step.", "1", low=1.0, scale=0.2)
_MAX_RATE = Criterion("rate", "rate at twice the rheobase", "Spikes per second there.", "Hz", high=500.0, scale=200.0)

_add("class_1_excitable", "G", "Class 1 excitable", _STEP_VALUES,
     (QUIET, _FIRES,
      Criterion("rate_rheobase", "rate at the rheobase", "Rate just above the weakest step that keeps the neuron "
                "firing: class 1 starts slowly.", "Hz", high=10.0, scale=10.0),
      Criterion("rate_range", "rise of the rate", "Rate at twice the rheobase over that just above it.", "1", low=4.0,
                scale=1.0, kind="log"),
      _MONOTONE, _MAX_RATE, MIN_ISI),
     thresholds.excitability(False), _rates_sketch, "just above rheobase", budget=10_000)

_add("class_2_excitable", "H", "Class 2 excitable",
     {"amplitude": STEP, "holding": FreeValue(0.0, -1.0, 0.0, "linear", limits=(None, 0.0))},
     (QUIET, _FIRES,
      Criterion("rate_rheobase", "rate at the rheobase", "Rate just above the weakest step that keeps the neuron "
                "firing: class 2 starts at a high rate.", "Hz", low=10.0, scale=10.0),
      Criterion("rate_near", "no steep start", "Rate just above the rheobase over that 1 % above.", "1", low=0.75,
                high=1.05, scale=0.2),
      # A leaky neuron that rests a hair below its threshold, with a deep reset, would pass.
      Criterion("rheobase", "rheobase", "The weakest step that keeps the neuron firing, as a share of the model's "
                "usual current: a neuron that rests at its threshold fires at any current.", "%", low=1.0, scale=1.0,
                kind="log"),
      Criterion("rate_floor", "start over later rate", "Rate just above the rheobase over that at twice it.", "1",
                low=0.2, scale=0.1),
      _MAX_RATE, MIN_ISI),
     thresholds.excitability(True), _rates_sketch, "just above rheobase", budget=10_000)

_add("spike_latency", "I", "Spike latency", _PULSE_VALUES,
     (QUIET, spikes(1, text="Spikes after a pulse of the full amplitude."),
      Criterion("delay", "delay at the threshold", "Time from the end of the weakest pulse that fires to its spike.",
                "ms", low=5.0, scale=5.0),
      Criterion("latency_range", "latency depends on strength", "Latency at the threshold over that of a pulse half "
                "as strong again.", "1", low=2.0, scale=0.5, kind="log"),
      Criterion("monotone", "stronger is never later", "Smallest ratio of a latency to that of the next stronger "
                "pulse.", "1", low=1.0, scale=0.2),
      Criterion("each", "one spike each", "The most spikes that one of the four pulses evokes.", "spikes", low=1,
                high=1, kind="count")),
     thresholds.spike_latency, _pulse_sketch(thresholds.PULSE_WIDTH, thresholds.PULSE_WIDTH + TAIL),
     "at the threshold", budget=50_000)

_add("subthreshold_oscillations", "J", "Subthreshold oscillations", _PULSE_VALUES,
     (QUIET, spikes(0, 1, "Spikes from the pulse on: one at most."),
      Criterion("wobble", "steady before the pulse", "How much the potential moves in the 50 ms before it.", "mV",
                high=pulses.EXTREMUM, scale=0.5, per_span=True),
      Criterion("extrema", "swings", "Turning points on alternating sides of the resting potential, each at least "
                "0.1 mV away (for a span of 15 mV).", "extrema", low=3, kind="count")),
     pulses.oscillation, _pulse_sketch(5.0, 505.0), "pulse")


def _interval(default: float, low: float, high: float) -> FreeValue:
    return FreeValue(default, low, high, "log", limits=(low, high))


def _pair_criteria(gaps: Mapping[str, float], fire: tuple[str, ...]) -> tuple[Criterion, ...]:
    out = []
    for name in (*gaps, "single pulse"):
        if name in fire:
            out.append(Criterion(name, f"{name}: fires", "Spikes from two pulses whose onsets are this far apart.",
                                 "spikes", low=1, kind="count"))
        else:
            what = "single pulse" if name == "single pulse" else "pair of pulses at this gap"
            out.append(_silent(name, f"Spikes after the {what}: it must not reach the threshold."))
    return tuple(out)


_add("resonator", "K", "Resonator", _PULSE_VALUES | {"interval": _interval(30.0, 10.0, 100.0)},
     (QUIET, *_pair_criteria(pulses.RESONATOR_GAPS, ("gap T",)), MIN_ISI, RATE),
     pulses.resonator,
     lambda v: (pulses.RESONATOR_END, pulses.pairs(pulses.RESONATOR_WIDTH, pulses.RESONATOR_GAPS, v)), "gap T")

_add("integrator", "L", "Integrator", _PULSE_VALUES | {"interval": _interval(5.0, 4.0, 15.0)},
     (QUIET, *_pair_criteria(pulses.INTEGRATOR_GAPS, ("gap T", "gap 0.6 T")), MIN_ISI, RATE),
     pulses.integrator,
     lambda v: (pulses.INTEGRATOR_END, pulses.pairs(pulses.INTEGRATOR_WIDTH, pulses.INTEGRATOR_GAPS, v)), "gap T")

_DURING = Criterion("during", "silent during inhibition", "Spikes during the inhibitory pulse.", "spikes", high=0,
                    kind="count")
_REBOUND = latency(150.0, "Time from the release of the inhibition to the first spike.")

_add("rebound_spike", "M", "Rebound spike", _PULSE_VALUES,
     (QUIET, _DURING, spikes(1, 1, "Spikes after the release."), _REBOUND),
     pulses.rebound(500.0), _pulse_sketch(5.0, 505.0, "release", -1.0), "release")

_add("rebound_burst", "N", "Rebound burst", _PULSE_VALUES,
     (QUIET, _DURING, spikes(3, 40, "Spikes after the release."), _REBOUND, LONGEST,
      Criterion("last", "last spike", "Time from the release to the last spike.", "ms", high=350.0, scale=200.0),
      MIN_ISI),
     pulses.rebound(700.0), _pulse_sketch(5.0, 705.0, "release", -1.0), "release")

_add("threshold_variability", "O", "Threshold variability",
     _PULSE_VALUES | {"inhibition": FreeValue(2.0, 0.02, 20.0, "log", limits=(0.0, None))},
     (QUIET, _silent("up", "Spikes after the excitatory pulse alone.", "excitation alone"),
      _silent("down", "Spikes after the inhibitory pulse alone.", "inhibition alone"),
      Criterion("n", "both: fires", "Spikes from the excitatory pulse on, when inhibition comes 10 ms before it.",
                "spikes", low=1, kind="count"),
      _silent("early", "Spikes before the excitatory pulse, when both are given.", "both, before the excitation"),
      MIN_ISI, RATE),
     pulses.variability,
     lambda v: (pulses.VARIABILITY_END, pulses.variability_sweeps(v)), "both")

_add("bistability", "P", "Bistability", _PULSE_VALUES,
     (QUIET, spikes(8, text="Spikes in the second after a single pulse: the firing must sustain itself."),
      replace(PERSISTS, text="Silence before the end of the second, in typical intervals between spikes: the firing "
              "must go on."),
      Criterion("silenced", "silence after a second pulse", "The longest one after a second pulse at the best of 20 "
                "phases and of either sign, in periods of the running firing.", "periods", low=4.0, scale=1.0,
                kind="log"),
      MIN_ISI, RATE),
     pulses.bistability,
     lambda v: (pulses.RUN, {"second pulse": [(0.0, 5.0, v["amplitude"], v["amplitude"]),
                                              (400.0, 405.0, v["amplitude"], v["amplitude"])]}), "second pulse",
     budget=50_000)

_add("depolarizing_after_potential", "Q", "Depolarizing after-potential", _PULSE_VALUES,
     (QUIET, spikes(1, 1, "Spikes after the pulse."),
      Criterion("hump", "height of the hump", "Top of the hump after the spike, above the resting potential.", "mV",
                low=2.25, scale=3.0, per_span=True),
      Criterion("rise", "rise of the hump", "How far the potential rises again after the reset.", "mV", low=0.45,
                scale=1.0, per_span=True),
      Criterion("left", "returns to rest", "Distance from the resting potential after 200 ms.", "mV", high=1.5,
                scale=3.0, per_span=True)),
     pulses.after_potential, _pulse_sketch(2.0, 202.0), "pulse")


_add("accommodation", "R", "Accommodation", {"amplitude": STEP, "holding": HOLDING},
     (QUIET, _silent("slow", "Spikes during the slow ramp, although it ends twice as high.", "slow ramp"),
      Criterion("fast", "fast ramp: fires", "Spikes during the fast ramp and the 50 ms after it.", "spikes", low=1,
                kind="count"),
      MIN_ISI, RATE),
     steps.accommodation, lambda v: (steps.RAMP_END, steps.accommodation_sweeps(v)), "slow ramp")

_WIDE_VALUES = {"amplitude": STEP, "holding": WIDE_HOLDING}

_add("inhibition_induced_spiking", "S", "Inhibition-induced spiking", _WIDE_VALUES,
     (QUIET, spikes(3, text="Spikes during the inhibition."),
      Criterion("cv", "irregularity", "Standard deviation over mean of the intervals.", "1", high=0.3, scale=0.3),
      Criterion("spread", "evenness", "Longest over shortest interval.", "1", high=2.0, scale=1.0),
      PERSISTS, QUIET_AFTER, MIN_ISI, RATE),
     steps.step(400.0, 75.0, steps.inhibited, -1.0), _step_sketch(400.0, -1.0), "step")

_add("inhibition_induced_bursting", "T", "Inhibition-induced bursting", _WIDE_VALUES,
     (QUIET, _bursts(2, "Bursts of 3 to 40 spikes during the inhibition."), BURST_RATIO,
      BURST_SMALLEST, BURST_LARGEST, BURSTS_PERSIST, QUIET_AFTER, MIN_ISI),
     steps.step(400.0, 75.0, steps.bursting, -1.0), _step_sketch(400.0, -1.0), "step")
