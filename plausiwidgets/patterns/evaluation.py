"""Evaluation of parameter sets on a pattern at one time step: features, penalties, loss and verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.lanes import Checkpoint, Engine
from plausiwidgets.engine.traces import Traces, joined_traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.criterion import saturated
from plausiwidgets.patterns.pattern import Pattern, check_features
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.registry import proof_against
from plausiwidgets.patterns.response import Graded
from plausiwidgets.patterns.runner import KICK, Runner
from plausiwidgets.patterns.status import CONTRADICTS, STATUSES
from plausiwidgets.patterns.verdict import ENGINE_TITLES, CriterionResult, OneVerdict, Verdict
from plausiwidgets.support.arguments import mapping
from plausiwidgets.support.names import unknown

Floats = NDArray[np.float64]

EARLY = 0.5
"""Limit of the processor time in s of an evaluation in plain Python.

The compiled kernel evaluates a set that takes longer.
"""


def complete(
    model: NeuronModel, pattern: Protocol, parameters: Mapping[str, ArrayLike] | None = None
) -> dict[str, Floats]:
    """Return all model and stimulus parameters as checked arrays, with the errors of :func:`judge`."""
    known = pattern.parameters(model)
    given = mapping(parameters)
    for name in given:
        if name not in known:
            raise unknown(f"model {model.key!r} with pattern {pattern.key!r}", "parameter", name, known)
    return {name: p.check(given.get(name, p.default)) for name, p in known.items()}


def evaluate(
    model: NeuronModel,
    pattern: Protocol,
    values: Mapping[str, Floats],
    dt: float,
    engine: str | Engine = "auto",
    checkpoint: Checkpoint | None = None,
    record: Sequence[str] = (),
    *,
    settle: float = SETTLE,
    kick: float = KICK,
    settled: Mapping[str, Runner] | None = None,
) -> Verdict:
    """Evaluate n complete parameter sets at one time step in a single batch, without verification.

    Parameters
    ----------
    values, dt, engine, checkpoint, settle, kick
        Arguments of :class:`Runner`.
    record : sequence of str
        State variables to keep as traces. If it is empty, the potential is simulated again when the traces of the
        verdict are first requested.
    settled : mapping of str to Runner, optional
        Runners of the same neurons, settled at the same holding level and time step without a record, so that they need
        not settle again. The keys are the prefixes of the components of the pattern, ``""`` for a single pattern.

    Returns
    -------
    Verdict
        With arrays of shape [n].
    """
    if isinstance(pattern, AllOf):
        parts = {}
        for prefix, part in pattern.components.items():
            own, at_rest = pattern.values_of(prefix, values), None if settled is None else {"": settled[prefix]}
            parts[part.key] = evaluate(
                model, part, own, dt, engine, checkpoint, record, settle=settle, kick=kick, settled=at_rest
            )
        return together(pattern, values, parts)
    # A search evaluates the same neurons with several stimuli, so reuse their settled states.
    if settled is None:
        runner = Runner(model, values, dt, engine, checkpoint, record, settle=settle, kick=kick)
    else:
        runner = settled[""].with_stimulus(values)
    measured = pattern.measured_on(runner)
    criteria = pattern.criteria if isinstance(pattern, Pattern) else ()
    features = check_features(pattern, criteria, measured.features, runner.n)
    none = np.zeros(runner.n)
    diverged = runner.divergence > 0
    results = []
    potential = model.states[0].unit
    for criterion in criteria:
        # A neuron with a reset fires at its peak. Neither the height of its spikes nor a depolarization block
        # distinguishes parameter sets.
        if criterion.without_reset and model.spike_level is None:
            continue
        # Features of a truncated trace would be those of another sweep. The penalty of nan is 1.
        value = np.where(diverged, np.nan, features[criterion.key])
        low, high = criterion.interval(runner.span, dt)
        graded = measured.features[criterion.key]
        # A count that grades itself does not need the distance to the threshold.
        gap, progress = (none, graded.progress) if isinstance(graded, Graded) else (measured.gap_to_threshold, none)
        penalty = criterion.penalty(value, low, high, runner.span, gap, progress)
        results.append(
            CriterionResult(
                criterion.key,
                criterion.title,
                criterion.description,
                # The potential of a custom model may have another unit, or none.
                potential if criterion.unit == "mV" else criterion.unit,
                value,
                low,
                high,
                penalty == 0.0,
                penalty,
            )
        )
    # Add the penalties one after the other, because numpy sums over an axis in an order that depends on the number of
    # sets.
    loss = sum((c.penalty for c in results), none)
    # A diverged simulation is worse than every finite one, and worse the earlier it diverges.
    loss = np.where(diverged, len(results) + 1.0 + saturated(runner.divergence), loss)
    # A proof overrides the evaluation. One of the two is wrong, and only a person can find out which.
    proof = proof_against(pattern, model)
    contradicts = (loss == 0.0) & (False if proof is None else proof.holds_for(values))
    status = np.where((loss == 0.0) & ~contradicts, "unverified", "rejected")
    # A stimulus without criteria requires nothing, so neither status would be true.
    if not criteria:
        loss, status = np.full(runner.n, np.nan), np.full(runner.n, "unjudged")
    traces = dict(runner.traces)

    # The traces of a batch take too much memory to be kept for every verdict.
    def again() -> Mapping[str, Traces]:
        if record:
            return traces
        recorder = Runner(model, values, dt, engine, None, [model.states[0].key], settle=settle, kick=kick)
        pattern.measured_on(recorder)
        return recorder.traces

    verdict = Verdict(
        model=model.key,
        pattern=pattern.key,
        parameters=dict(values),
        dt=dt,
        loss=loss,
        status=status,
        failed_test=np.where(contradicts, CONTRADICTS, "").astype(object),
        failed_loss=np.zeros(runner.n),
        criteria=tuple(results),
        diverged=diverged,
        engine=runner.engine_used,
        measured={**measured.curve, "lowest": runner.lowest, "highest": runner.highest},
        discrete=not model.has_finer_steps,
        proof=proof.text if proof is not None and contradicts.any() else "",
        _judged_on=pattern,
        uncompiled=(why_not(model) or "") if engine == "auto" and runner.engine_used in ENGINE_TITLES else "",
        _record=again,
    )
    # A custom measure may mix its sets, for example by a mean over the wrong axis. Compare two sets with their
    # evaluation alone, because a mixed feature invalidates every number.
    if runner.n > 1 and isinstance(pattern, Pattern) and pattern.tried and not runner.sets_differ:
        seen = _seen_alone.setdefault(pattern, WeakSet())
        if model not in seen:
            # Compare the best set and one from the middle of the order, because their responses differ.
            order = np.argsort(loss, kind="stable")
            for i in (order[0], order[runner.n // 2]):
                judged_alone(model, pattern, verdict, int(i), engine, checkpoint, settle=settle, kick=kick)
            seen.add(model)  # add it only after success, so that the same error is raised every time
    return verdict


_seen_alone: WeakKeyDictionary[Pattern, WeakSet[NeuronModel]] = WeakKeyDictionary()
"""Models by custom pattern for which a batch of sets was compared with single sets."""


def judged_alone(
    model: NeuronModel,
    pattern: Pattern,
    verdict: Verdict,
    i: int,
    engine: str | Engine,
    checkpoint: Checkpoint | None,
    *,
    settle: float = SETTLE,
    kick: float = KICK,
) -> bool:
    """Return whether set `i` of a verdict of many sets meets all criteria when it is evaluated alone.

    Parameters
    ----------
    verdict : Verdict
        Verdict of n sets.
    i : int
        Index of the set.
    model, pattern, engine, checkpoint, settle, kick
        Arguments of :func:`evaluate`.

    Raises
    ------
    ValueError
        If a feature depends on the other sets of the batch. The pattern then mixes its sets, and none of its numbers
        can be trusted.
    """
    values = {name: value[i : i + 1] for name, value in verdict.parameters.items()}
    alone = evaluate(model, pattern, values, verdict.dt, engine, checkpoint, settle=settle, kick=kick)
    together, single = ({c.key: c.value for c in v.criteria} for v in (verdict, alone))
    trial.refuse_mixed(f"pattern {pattern.key!r}", together, single, np.array([i]), len(verdict.loss))
    return bool(alone.loss[0] == 0.0)


def evaluate_early(
    plain: Engine,
    model: NeuronModel,
    pattern: Protocol,
    values: Mapping[str, Floats],
    dt: float,
    checkpoint: Checkpoint | None = None,
    record: Sequence[str] = (),
) -> Verdict | None:
    """Evaluate a single parameter set with an engine in plain Python, or return None if that fails or takes too long.

    The status and the spikes equal those of the compiled kernel. If the model has an exponential function, potentials
    and a loss above 0 may differ in their last digits, because a kernel rounds that function differently.
    """
    if any(part.adapts for part in pattern.components.values()):
        return None  # this pattern adapts its sweeps, which are too many for plain Python
    # Measure the time of this thread only, because a busy machine must not change which engine is used.
    end, stops = time.thread_time() + EARLY, False

    def watch() -> None:
        nonlocal stops
        if time.thread_time() > end:
            raise TimeoutError
        if checkpoint is not None:
            # An error of the caller ends the evaluation. After an error of plain Python, the compiled kernel evaluates
            # the set.
            stops = True
            checkpoint()
            stops = False

    try:
        return evaluate(model, pattern, values, dt, plain, watch, record)
    except Exception:
        if stops:
            raise
        return None  # the compiled kernel evaluates the set


def together(pattern: AllOf, values: Mapping[str, Floats], parts: Mapping[str, Verdict]) -> Verdict:
    """Return the verdict of n sets on a combined pattern from the verdicts on its parts.

    The status is the weakest status of all parts.
    """
    first = next(iter(parts.values()))
    lost = np.any([v.diverged for v in parts.values()], axis=0)
    criteria = sum(len(v.criteria) for v in parts.values())
    loss = sum((v.loss for v in parts.values()), np.zeros(len(lost)))
    # As with a single pattern, a diverged simulation is worse than every finite one, and worse the earlier it diverges.
    share = np.max([np.where(v.diverged, v.loss - len(v.criteria) - 1.0, 0.0) for v in parts.values()], axis=0)
    # The statuses are ordered from the strongest to the weakest, so the largest index is the weakest.
    ranks = np.max([[STATUSES.index(word) for word in v.status] for v in parts.values()], axis=0)
    status = np.array(STATUSES)[ranks]
    failed = np.full(len(loss), "", dtype=object)
    # Name the first fragile part, which therefore is written last.
    for part in reversed(pattern.parts):
        failing = (parts[part.key].failed_test != "") & (parts[part.key].status == status)
        failed[failing] = [part.within(why) for why in parts[part.key].failed_test[failing]]
    results = tuple(
        replace(check, key=part.prefix + check.key, title=part.within(check.title))
        for part in pattern.parts
        for check in parts[part.key].criteria
    )

    def traces() -> Mapping[str, Traces]:
        return {part.within(n): trace for part in pattern.parts for n, trace in parts[part.key].traces.items()}

    return Verdict(
        model=first.model,
        pattern=pattern.key,
        parameters=dict(values),
        dt=first.dt,
        loss=np.where(lost, criteria + 1.0 + share, loss),
        status=status,
        failed_test=failed,
        failed_loss=sum((v.failed_loss for v in parts.values()), np.zeros(len(lost))),
        criteria=results,
        diverged=lost,
        engine=first.engine,
        parts=parts,
        discrete=first.discrete,
        proof=next((part.proof for part in parts.values() if part.proof), ""),
        _judged_on=pattern,
        uncompiled=first.uncompiled,
        _record=traces,
    )


def single(verdict: Verdict, index: int = 0) -> OneVerdict:
    """Return the verdict of one set of a batch, with numbers instead of arrays."""

    def pick(arrays: Sequence[Any]) -> Any:
        value = arrays[0][index]
        return value.item() if isinstance(value, np.generic) else value

    def traces() -> Mapping[str, Traces]:
        return {name: traces.lane(index) for name, traces in verdict.traces.items()}

    return replace(
        _made_of([verdict], pick),
        measured={k: v[..., index] for k, v in verdict.measured.items()},
        parts={key: single(part, index) for key, part in verdict.parts.items()},
        _record=traces,
    )


def joined(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of all sets of several verdicts in their order."""
    first = verdicts[0]
    if len(verdicts) == 1:
        return first
    records = [verdict._record for verdict in verdicts]

    def traces() -> Mapping[str, Traces]:
        several = [{} if record is None else record() for record in records]
        return {name: joined_traces([one[name] for one in several]) for name in several[0]}

    return replace(
        _made_of(verdicts, np.concatenate),
        measured={k: np.concatenate([v.measured[k] for v in verdicts], axis=-1) for k in first.measured},
        parts={key: joined([verdict.parts[key] for verdict in verdicts]) for key in first.parts},
        _record=traces,
    )


def _made_of(verdicts: Sequence[Verdict], make: Callable[[list[Any]], Any]) -> Verdict:
    """Return a verdict in which `make` combines the arrays of several verdicts."""
    first = verdicts[0]

    def made(names: Sequence[str], several: Sequence[object]) -> dict[str, Any]:
        return {name: make([getattr(one, name) for one in several]) for name in names}

    results = tuple(
        replace(check, **made(("value", "low", "high", "passed", "penalty"), same))
        for check, *same in zip(first.criteria, *(verdict.criteria for verdict in verdicts), strict=True)
    )
    parameters = {name: make([verdict.parameters[name] for verdict in verdicts]) for name in first.parameters}
    numbers = made(("loss", "status", "failed_test", "failed_loss", "diverged"), verdicts)
    return replace(first, parameters=parameters, criteria=results, **numbers)
