"""Verification of accepted sets at finer time steps, with longer stimuli and from other initial states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.criterion import QUIET, USUAL_SPAN, WHOLE, Criterion, at_most, quantity
from plausiwidgets.patterns.evaluation import Floats, evaluate, judged_alone, together
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol, StimulusValues
from plausiwidgets.patterns.response import Responses
from plausiwidgets.patterns.runner import KICK, Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.verdict import Verdict
from plausiwidgets.support.names import unknown
from plausiwidgets.texts import marked

FINER = {2: "half", 4: "a quarter", 8: "an eighth", 16: "a sixteenth"}
"""Divisors of the time step in finer simulations, in words."""
LONGEST_ISI = "longest_isi"
"""Key of the criterion that requires a compact burst."""
DIGITS = 6
"""Number of significant digits with which a verified set must still show its pattern."""
LONG_REST = 6000.0
"""Time in ms at rest after which a verified set must still show its pattern."""
LONG = 20_000.0
"""Time in ms at the holding current for which a verified set must stay silent and at rest."""

ALONE = marked("when evaluated without other parameter sets")


def verify_sets(
    model: NeuronModel,
    pattern: Protocol,
    verdict: Verdict,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Verdict:
    """Return a verdict of n sets in which each accepted set is either replicated or fragile.

    An accepted set is replicated if it meets all criteria in each of these tests:

    - time steps of a half to a sixteenth, or with the divisors in `Pattern.finer`
    - values rounded to six significant digits
    - a start on the other side of rest, and a longer rest
    - 20 s at the holding current, and 6 s after the stimulus, at rest if the pattern starts at rest
    - each form in the verification of the pattern

    If the neuron has no reset, each of its upstrokes must also be a spike. If the pattern is custom, each replicated
    set is also evaluated without the other sets. A neuron in discrete time is verified in steps of its dt only. The
    results of sets that are not accepted are unchanged.
    """
    if isinstance(pattern, AllOf):
        parts = {
            part.key: verify_sets(model, part, verdict.parts[part.key], engine, checkpoint) for part in pattern.parts
        }
        return together(pattern, verdict.parameters, parts)
    if not isinstance(pattern, Pattern):
        return verdict
    status, failed = verdict.status.astype(object), verdict.failed_test.copy()
    failed_loss = np.zeros(len(verdict.loss))
    left = np.flatnonzero(verdict.accepted)
    # A set that fails a test is not simulated in the later tests, of which the finest time steps are the last.
    for name, check in _verification(model, pattern, verdict.dt, engine, checkpoint):
        if not left.size:
            break
        loss = check({n: v[left] for n, v in verdict.parameters.items()})
        lost = left[loss > 0]
        status[lost], failed[lost], failed_loss[lost] = "fragile", name, loss[loss > 0]
        left = left[loss == 0]
    status[left] = "replicated"
    if len(status) > 1 and pattern.tried:  # unit tests cover the separation of sets in packaged functions
        for i in left.tolist():
            if not judged_alone(model, pattern, verdict, i, engine, checkpoint):
                status[i], failed[i], failed_loss[i] = "fragile", ALONE, 1.0
    return replace(verdict, status=status.astype(str), failed_test=failed, failed_loss=failed_loss)


AFTERWARDS, LATE = 6000.0, 1000.0
"""Times in ms after the stimulus at which a verified set must be at rest, and after which it must be silent."""
BACK = quantity(
    "away",
    "returns to rest",
    at_most(1.5),
    "mV",
    scale=3.0,
    per_span=True,
    text="Distance from the resting potential several seconds later.",
)
HALF = quantity(
    "half",
    "no partial spikes",
    at_most(WHOLE.low),
    "1",
    scale=0.3,
    text="Largest upstroke after the first spike that stays below the spike level, as a fraction of a full spike.",
)
CLEAR = quantity(
    "clear",
    "spikes clearly larger than other upstrokes",
    at_most(1 / 1.5),
    "1",
    scale=0.3,
    text="Largest upstroke after the first spike that stays below the spike level, as a fraction of the smallest "
    "spike.",
)
BRIEF = quantity(
    "brief",
    "spikes short enough",
    at_most(50.0),
    "ms",
    scale=50.0,
    text="Longest time for which the potential stays above half the height of the largest spike.",
)

RING = quantity(
    "ring",
    "burst ends without ringing",
    at_most(0.5 * WHOLE.low),
    "1",
    scale=0.15,
    text="Largest upstroke after the last spike, within 3 times the longest interspike interval of the burst, as a "
    "fraction of a full spike. A burst is separated by pauses; a decaying oscillation is not a burst.",
)
PAUSE = 3.0
"""Length of the pause after a burst in multiples of the longest interspike interval of the burst."""

LossOf = Callable[[Mapping[str, Floats]], Floats]


def _verification(
    model: NeuronModel, pattern: Pattern, dt: float, engine: str, checkpoint: Checkpoint | None
) -> Iterator[tuple[str, LossOf]]:
    """Yield the name of each verification test with its function from values to a loss, shape [n].

    The loss of a passed test is 0.
    """
    finer = model.has_finer_steps

    def at(factor: float, form: Pattern = pattern, settle: float = SETTLE, kick: float = KICK) -> LossOf:
        return lambda values: np.asarray(
            evaluate(model, form, values, dt * factor, engine, checkpoint, settle=settle, kick=kick).loss
        )

    def alike(loss_of: LossOf, form: Pattern, part: int) -> LossOf:
        """Return a loss that is also 1 where a value that must be equal differs between two time steps."""

        def loss(values: Mapping[str, Floats]) -> Floats:
            own, fine = (evaluate(model, form, values, dt / k, engine, checkpoint) for k in (1, part))
            for name in pattern.equal:
                if name not in own.measured:
                    raise unknown(f"pattern {pattern.key!r}: equal", "measurement", name, own.measured)
            same = [own.measured[name] == fine.measured[name] for name in pattern.equal]
            return np.where(np.all(same, axis=0), fine.loss, np.maximum(fine.loss, 1.0))

        return loss if pattern.equal else loss_of

    def rounded(values: Mapping[str, Floats]) -> Floats:
        known = pattern.parameters(model)
        return at(1)({n: known[n].clip(np.array([float(f"{x:.{DIGITS}g}") for x in v])) for n, v in values.items()})

    def rest(values: Mapping[str, Floats]) -> Floats:
        runner = Runner(model, values, dt, engine, checkpoint)
        later = Runner(model, values, dt, engine, checkpoint, settle=LONG)
        away = np.abs(later.v_baseline - runner.v_baseline) / runner.span * USUAL_SPAN
        loss = QUIET.violation(later.spontaneous_spikes) + BACK.violation(away)
        return np.where(later.divergence > 0, 1.0, loss)

    def shaped(*criteria: Criterion) -> LossOf:
        """Return the function of the largest loss over all responses with a spike."""

        def largest(values: Mapping[str, Floats]) -> Floats:
            losses = np.zeros(len(next(iter(values.values()))))
            for i, form in forms_of_spikes(model, pattern, values, dt, engine, checkpoint):
                losses[i] = max(losses[i], sum(float(c.violation(form[c.key])) for c in criteria))
            return losses

        return largest

    # A verdict that a finer step changes reflects the error of the integration, not the neuron.
    own = (tuple(FINER) if pattern.finer is None else pattern.finer) if finer else ()
    if 2 in own:
        yield f"at {FINER[2]} the time step", at(1 / 2)
    # Tables and articles print six digits, and a reader must be able to reproduce the set from them.
    yield f"with parameters rounded to {DIGITS} significant digits", rounded
    if model.spike_level is not None:
        yield "without partial spikes", shaped(HALF, CLEAR)
        yield f"with no spike longer than {BRIEF.high:g} ms", shaped(BRIEF)
        if any(criterion.key == LONGEST_ISI for criterion in pattern.criteria):
            yield "without ringing after the burst", shaped(RING)
    if pattern.at_rest:
        # If the boundary of the basin of attraction is close to rest, the neuron returns from one side only.
        yield "when started on the other side of rest", at(1, kick=-KICK)
        # A slow variable may still change after the usual time, so that the neuron only seems to be at rest.
        yield f"after {LONG_REST / 1000:g} s at rest", at(1, settle=LONG_REST)
        # Near a bifurcation, a neuron drifts for seconds before it fires spontaneously.
        yield f"during {LONG / 1000:g} s at rest", rest
        if pattern.comes_back and pattern.sweeps is not None:
            yield f"back at rest {AFTERWARDS / 1000:g} s after the stimulus", at(1, back_at_rest(pattern))
    for words, form in pattern.verification.items():
        yield words, at(1, form)
        # A response that lasts or returns only by chance is unlikely to do so at a different time step.
        usual = () if form.measure is None else (8,)
        for part in (usual if form.finer is None else form.finer) if finer else ():
            yield f"{words}, at {FINER[part]} of the time step", alike(at(1 / part, form), form, part)
        if form.measure is None:
            continue
        if pattern.at_rest and pattern.comes_back:
            back = back_at_rest(form)
            yield f"{words}, and back at rest {AFTERWARDS / 1000:g} s later", at(1, back)
            if finer:
                yield f"{words}, and back at rest, at an eighth of the time step", at(1 / 8, back)
    # The finest time steps take most of the time of a verification, so few sets should reach them.
    for part in own:
        if part != 2:
            yield f"at {FINER[part]} of the time step", at(1 / part)


def forms_of_spikes(
    model: NeuronModel,
    pattern: Pattern,
    values: Mapping[str, Floats],
    dt: float,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Iterator[tuple[int, dict[str, float]]]:
    """Yield the index of a set and its measures of the shape of spikes, for each response with a spike.

    The measures are those of `HALF`, `CLEAR`, `BRIEF` and `RING`, computed from the potential at rest and after the
    onset. The model must not have a reset.
    """
    level, full, potential = model.spike_level, model.full_spike(), model.states[0].key
    assert level is not None and full is not None
    for trace in evaluate(model, pattern, values, dt, engine, checkpoint, [potential]).traces.values():
        begin = int(np.searchsorted(trace.t, 0.0))
        for i, times in enumerate(trace.spike_times):
            if not (times >= 0.0).any():
                continue
            v, rest = trace.states[potential][i, begin:], float(trace.states[potential][i, begin - 1])
            form = {HALF.key: 0.0, CLEAR.key: 0.0, BRIEF.key: f.longest_above(v, 0.5 * (rest + v.max())) * dt}
            form[RING.key] = f.ringing(v, times[times >= 0.0] / dt, rest, level, PAUSE) / full
            # Smaller upstrokes can violate neither `HALF` nor `CLEAR`.
            rises, tops = f.upstrokes(v, rest, CLEAR.high * WHOLE.low * full)
            spikes = tops >= level
            # Upstrokes before the first spike are those of a potential that approaches its threshold.
            if spikes.any():
                others = np.max(rises[spikes.argmax() :][~spikes[spikes.argmax() :]], initial=0.0)
                form |= {HALF.key: others / full, CLEAR.key: others / rises[spikes].min()}
            yield i, form


def nearness(model: NeuronModel, pattern: Pattern, values: Mapping[str, float]) -> float:
    """Return how close the spikes of a set are to the limits of their shape, 0 far away and 1 at a limit.

    The result is 0 for a neuron with a reset, whose spikes have no limits of shape.
    """
    if model.spike_level is None:
        return 0.0
    one = {name: np.array([float(values.get(name, p.default))]) for name, p in pattern.parameters(model).items()}
    forms = [form for _, form in forms_of_spikes(model, pattern, one, model.dt)]
    return max((form[c.key] / c.high for form in forms for c in (HALF, CLEAR, BRIEF)), default=0.0)


def back_at_rest(pattern: Pattern) -> Pattern:
    """Return a pattern with the same sweeps, which requires silence after 1 s and rest 6 s after the stimulus."""
    assert pattern.sweeps is not None
    sweeps_of = pattern.sweeps
    # Use the same length for every set, so that the result of a set does not depend on the other sets.
    longest = {
        v.key: v.limits[1] if v.unit == "ms" and v.limits and v.limits[1] else v.default
        for v in pattern.stimulus_parameters
    }
    end = _last_off(sweeps_of(SimpleNamespace(**{n: np.array([x]) for n, x in longest.items()})))[0] + AFTERWARDS

    def sweeps(s: StimulusValues) -> dict[str, Sweep]:
        # Use 50 ms as before the stimulus, so that the two distances from rest are comparable.
        window = (float(end) - 50.0, float(end))
        return {
            n: Sweep(sweep.pieces, float(end), response=window, voltage=window) for n, sweep in sweeps_of(s).items()
        }

    def measure(r: Responses, s: StimulusValues) -> dict[str, Floats]:
        late = _last_off(sweeps_of(s)) + LATE
        away = [np.abs(x.v(end - 50.0, end) - r.v_baseline[:, None]).max(axis=1) for x in r.values()]
        return {"late": np.sum([x.count(late) for x in r.values()], axis=0), "away": np.max(away, axis=0)}

    late = replace(
        QUIET,
        key="late",
        title="silent after the stimulus",
        description="Number of spikes later than 1 s after the stimulus.",
    )
    # A procedure judges the spikes in the steps that it chooses. The full step may block the neuron after small spikes.
    spikes = [replace(WHOLE, low=0.0)] if pattern.adapts else []
    with trial.untried():  # skip the tests, because the sweeps are those of the pattern and the measurement is packaged
        return Pattern(
            key="back_at_rest",
            title="Back at rest",
            stimulus_parameters=pattern.stimulus_parameters,
            sweeps=sweeps,
            measure=measure,
            criteria=[late, BACK, *spikes],
        )


def _last_off(sweeps: Mapping[str, Sweep]) -> Floats:
    """Return the time in ms at which the last piece of any sweep ends, shape [n] or [1]."""
    offs = [np.atleast_1d(np.asarray(p.off, dtype=np.float64)) for sweep in sweeps.values() for p in sweep.pieces]
    return np.asarray(np.max(np.broadcast_arrays(np.zeros(1), *offs), axis=0))
