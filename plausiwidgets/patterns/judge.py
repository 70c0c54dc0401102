"""The judge: the one function behind the screen, the optimizer and the table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast, overload
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.arguments import bounded, checked, mapping
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.names import unknown
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.bench import KICK, SETTLE, Bench
from plausiwidgets.patterns.criterion import QUIET, USUAL_SPAN, WHOLE, Criterion, saturated
from plausiwidgets.patterns.pattern import Pattern, check_features
from plausiwidgets.patterns.protocol import Protocol, StimulusValues
from plausiwidgets.patterns.registry import Named
from plausiwidgets.patterns.registry import get as get_pattern
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.verdict import Check, OneVerdict, Verdict, Verdicts
from plausiwidgets.progress import ProgressLike, watched
from plausiwidgets.simulation.compiled.engine import before_compiled, why_not
from plausiwidgets.simulation.lanes import Checkpoint, Engine
from plausiwidgets.simulation.simulate import broadcast, check_dt
from plausiwidgets.simulation.traces import Traces

if TYPE_CHECKING:
    import pandas as pd

    Single = float | np.floating[Any] | np.integer[Any]
    SetsMapping = Mapping[str, ArrayLike] | pd.DataFrame | pd.Series[Any]
else:  # a table has keys and columns, and a script that has none does not load pandas
    SetsMapping = Mapping[str, ArrayLike]

Floats = NDArray[np.float64]

DIGITS = 6
"""Significant digits with which a verified set must still show its pattern."""
LONG_REST = 6000.0
"""Time in ms at rest after which a verified set must still show its pattern."""
LONG = 20_000.0
"""Time in ms at the holding level that a verified set must stay silent, and where it is."""

MOST_SETS = 1e5
"""Sets that are judged at once: a set takes some 10 kB, and what is more is judged in several calls."""
EARLY = 0.5
"""Processor time in s that a judgement in plain Python may always take; one that takes longer is left to the kernel."""


@overload
def judge(
    model: str | NeuronModel,
    pattern: Named,
    parameters: Mapping[str, Single] | None = None,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool | None = None,
    progress: ProgressLike = None,
) -> OneVerdict: ...
@overload
def judge(
    model: str | NeuronModel,
    pattern: Named,
    parameters: SetsMapping,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool | None = None,
    progress: ProgressLike = None,
) -> Verdicts: ...
@checked
def judge(
    model: str | NeuronModel,
    pattern: Named,
    parameters: SetsMapping | None = None,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool | None = None,
    progress: ProgressLike = None,
) -> Verdict[Any, Any, Any]:
    """Judge whether a model shows a pattern with given parameters.

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str, Pattern or Current
        A `Current`, or a protocol without criteria, is shown: the status is ``"unjudged"``, and the traces are the
        response. `plausiwidgets.patterns.all_of` returns the pattern of several at once.
    parameters : mapping of str to float or 1-D array
        The model's parameters and the pattern's stimulus values; what is left out takes its
        default. Arrays broadcast to n sets, and every result then has an axis of n.
    dt : float, optional
        Time step in ms; the model's own by default.
    engine : {"auto", "compiled", "torch"}
    verify : bool, optional
        Judge what is accepted again: at dt/2 to dt/16 (but for a neuron in discrete time), with six significant
        digits, pushed off its rest to the other side, after a longer rest, in 20 s at rest, some seconds after the
        stimulus, and in longer forms of the pattern. Without it what is accepted is "unverified". Default: one set is
        verified, arrays are not.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `plausiwidgets.progress.Work`, or an object with ``init``,
        ``step`` and ``close``. It is called every few ms of work, and what it raises ends the work.

    Returns
    -------
    Verdict
        Booleans and numbers for one set, arrays [n] for n.

    Notes
    -----
    As long as the kernel of a model is not there, with ``engine="auto"``, one set is judged by plain Python
    (`Verdict.engine` is ``"python"``) and the kernel is made in the background. Status and spikes are the same; the
    last digits of a potential, and of a loss above 0, may not be. What is accepted and to be verified waits for the
    kernel, and after a second says so on stderr.

    Raises
    ------
    ValueError
        For an unknown name, or a value that is not finite or outside of its hard limits.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.judge("izhikevich", "tonic_spiking").status
    'replicated'
    """
    neuron, pat = get_model(model), get_pattern(pattern)
    values = complete(neuron, pat, cast(Mapping[str, ArrayLike] | None, parameters))
    many = any(np.ndim(v) > 0 for v in values.values())
    step = check_dt(neuron, dt)
    verified = verify or (verify is None and not many)
    bounded("judge", "number of sets", float(max(np.size(v) for v in values.values())), MOST_SETS)
    arrays = broadcast(values)
    with watched("judge", progress) as checkpoint:
        verdict = None
        if engine == "auto" and not many:
            verdict = _before_kernel(neuron, pat, arrays, step, verified, checkpoint)
        if verdict is None:
            verdict = evaluate(neuron, pat, arrays, step, engine, checkpoint)
            if verified:
                verdict = verify_sets(neuron, pat, verdict, engine, checkpoint)
    return verdict if many else single(verdict)


def _before_kernel(
    model: NeuronModel,
    pattern: Protocol,
    values: Mapping[str, Floats],
    dt: float,
    verify: bool,
    checkpoint: Checkpoint | None,
) -> Verdict | None:
    """Return the verdict of one set before there is a kernel; None when there is one, and it is needed.

    To verify takes plain Python many times as long as to compile: what is accepted, as a whole or in a part, waits for
    the kernel.
    """
    from plausiwidgets.simulation.compiled.behind import awaited, compile_behind

    plain = before_compiled(model)
    if plain is None:
        return None
    early = evaluate_early(plain, model, pattern, values, dt, checkpoint)
    if early is not None and not (verify and any(one.accepted.any() for one in (early, *early.parts.values()))):
        compile_behind(model)
        return early
    with awaited(model):
        why_not(model)
    return None


def evaluate_early(
    plain: Engine,
    model: NeuronModel,
    pattern: Protocol,
    values: Mapping[str, Floats],
    dt: float,
    checkpoint: Checkpoint | None = None,
    record: Sequence[str] = (),
    within: float = EARLY,
) -> Verdict | None:
    """Judge one set (n = 1) in plain Python; None where that takes too long, or plain Python cannot.

    Status and spikes are those of the kernel. Potentials, and a loss above 0, may differ from its own in their last
    digits where a model has an exponential function, which a kernel rounds otherwise.

    Parameters
    ----------
    plain : callable
        As of :func:`plausiwidgets.simulation.compiled.engine.before_compiled`.
    within : float
        Longest processor time in s.
    """
    if any(part.adapts for part in pattern.components.values()):
        return None  # it adapts its sweeps: too many for plain Python
    end, stops = time.thread_time() + within, False

    def watch() -> None:
        nonlocal stops
        if time.thread_time() > end:
            raise TimeoutError
        if checkpoint is not None:
            stops = True
            checkpoint()
            stops = False

    try:
        return evaluate(model, pattern, values, dt, plain, watch, record)
    except Exception:
        if stops:
            raise
        return None  # left to the kernel


def complete(
    model: NeuronModel, pattern: Protocol, parameters: Mapping[str, ArrayLike] | None = None
) -> dict[str, Floats]:
    """Return every parameter and stimulus value, checked.

    Raises
    ------
    ValueError
        As :func:`judge`.
    """
    known = pattern.parameters(model)
    given = mapping(parameters)
    for name in given:
        if name not in known:
            raise unknown(f"parameter of model {model.key!r} with pattern {pattern.key!r}", name, known)
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
    settled: Mapping[str, Bench] | None = None,
) -> Verdict:
    """Judge n complete sets of values at one time step, all in one batch, without verification.

    Parameters
    ----------
    values : mapping of str to ndarray, shape [n]
        Every parameter of the model and every stimulus value of the pattern.
    dt : float
        Time step in ms.
    checkpoint : callable, optional
        Called every few ms of work; what it raises ends the evaluation.
    record : sequence of str
        State variables to keep as traces; without any, the potential is simulated again when the
        verdict's traces are asked for.
    settle, kick : float
        How the neurons are brought to rest, as of a :class:`Bench`.
    settled : mapping of str to Bench, optional
        The same neurons, settled at the same holding level and time step without a record: they need not settle
        again. By the prefix of each component of the pattern (``""`` where it is one).

    Returns
    -------
    Verdict
        With arrays of shape [n].
    """
    if isinstance(pattern, AllOf):
        parts = {
            part.key: evaluate(
                model,
                part,
                pattern.values_of(prefix, values),
                dt,
                engine,
                checkpoint,
                record,
                settle=settle,
                kick=kick,
                settled=None if settled is None else {"": settled[prefix]},
            )
            for prefix, part in pattern.components.items()
        }
        return _together(pattern, values, parts)
    if settled is None:
        bench = Bench(model, values, dt, engine, checkpoint, record, settle=settle, kick=kick)
    else:
        bench = settled[""].with_stimulus(values)
    measured = pattern.measured_on(bench)
    criteria = pattern.criteria if isinstance(pattern, Pattern) else ()
    features = check_features(pattern, measured.features, bench.n) if isinstance(pattern, Pattern) else {}
    none = np.zeros(bench.n)
    diverged = bench.divergence > 0
    checks = []
    potential = model.states[0].unit
    for criterion in criteria:
        if criterion.without_reset and model.spike_level is None:
            continue
        value = np.where(diverged, np.nan, features[criterion.key])
        low, high = criterion.interval(bench.span, dt)
        graded = measured.features[criterion.key]
        # A count that grades itself does not need the distance to the threshold.
        gap, progress = (none, graded.progress) if isinstance(graded, Graded) else (measured.gap_to_threshold, none)
        cost = criterion.cost(value, low, high, bench.span, gap, progress)
        checks.append(Check(
            criterion.key, criterion.title, criterion.description,
            potential if criterion.unit == "mV" else criterion.unit, value, low, high, cost == 0.0, cost
        ))  # fmt: skip
    # One after the other: numpy's own sums over an axis take an order that depends on the number of sets.
    loss = sum((c.cost for c in checks), none)
    # A diverged simulation is worse than every finite one, the earlier the worse.
    loss = np.where(diverged, len(checks) + 1.0 + saturated(bench.divergence), loss)
    status = np.where(loss == 0.0, "unverified", "rejected")
    if not criteria:
        loss, status = np.full(bench.n, np.nan), np.full(bench.n, "unjudged")
    traces = dict(bench.traces)

    def again() -> Mapping[str, Traces]:
        if record:
            return traces
        recorder = Bench(model, values, dt, engine, None, [model.states[0].key], settle=settle, kick=kick)
        pattern.measured_on(recorder)
        return recorder.traces

    verdict = Verdict(
        model=model.key,
        pattern=pattern.key,
        parameters=dict(values),
        dt=dt,
        loss=loss,
        status=status,
        failed_check=np.full(bench.n, "", dtype=object),
        failed_loss=np.zeros(bench.n),
        checks=tuple(checks),
        diverged=diverged,
        engine=bench.engine_used,
        measured={**measured.curve, "lowest": bench.lowest, "highest": bench.highest},
        discrete=model.discrete,
        _main=(pattern.main_sweep,),
        _judged_on=pattern,
        _recording=recording_of(pattern),
        uncompiled=(why_not(model) or "") if engine == "auto" and bench.engine_used == "torch" else "",
        _record=again,
    )
    if bench.n > 1 and isinstance(pattern, Pattern) and pattern.tried:
        seen = _seen_alone.setdefault(pattern, WeakSet())
        if model not in seen:
            # The best, and one from the middle: among responses that differ.
            order = np.argsort(loss, kind="stable")
            for i in (order[0], order[bench.n // 2]):
                judged_alone(
                    pattern, verdict, int(i),
                    lambda one: evaluate(model, pattern, one, dt, engine, checkpoint, settle=settle, kick=kick),
                )  # fmt: skip
            seen.add(model)  # not before: what is refused once is refused again
    return verdict


_seen_alone: WeakKeyDictionary[Pattern, WeakSet[NeuronModel]] = WeakKeyDictionary()
"""Custom patterns, and the models with which a batch of them was compared with sets alone."""


def judged_alone(pattern: Pattern, verdict: Verdict, i: int, judged: Callable[[Mapping[str, Floats]], Verdict]) -> bool:
    """Return whether set i of a verdict of many is accepted alone.

    Parameters
    ----------
    judged : callable
        Returns the verdict of other values, in the same way.

    Raises
    ------
    ValueError
        If a feature is another alone than with others: the pattern mixes its sets, and no number of it can be trusted.
    """
    alone = judged({name: value[i : i + 1] for name, value in verdict.parameters.items()})
    together, single = ({c.key: c.value for c in v.checks} for v in (verdict, alone))
    different = trial.difference(together, single, np.array([i]), len(verdict.loss))
    if different is not None:
        raise ValueError(f"pattern {pattern.key!r} gives a set {trial.mixed(*different)}")
    return bool(alone.loss[0] == 0.0)


ALONE = "alone, without other sets"


def verify_sets(
    model: NeuronModel,
    pattern: Protocol,
    verdict: Verdict,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Verdict:
    """Return a verdict of n sets in which what is accepted is either replicated or fragile.

    What is accepted must stay so at a half to a sixteenth of the time step, with its values rounded to six
    significant digits, when it is pushed off its rest to the other side, and after a longer rest. Where the pattern
    begins at rest, it must stay there for 20 s at the holding level, and be back there 6 s after the stimulus; and it
    must show what the pattern asks for in its own verification. Without a reset, each of its upstrokes is a spike.
    Of a custom pattern, whatever is replicated has been judged alone.
    A neuron in discrete time is verified in steps of its dt. What is not judged stays as it is.
    """
    if isinstance(pattern, AllOf):
        parts = {
            part.key: verify_sets(model, part, verdict.parts[part.key], engine, checkpoint) for part in pattern.parts
        }
        return _together(pattern, verdict.parameters, parts)
    if not isinstance(pattern, Pattern):
        return verdict
    status, failed = verdict.status.astype(object), verdict.failed_check.copy()
    failed_loss = np.zeros(len(verdict.loss))
    left = np.flatnonzero(verdict.accepted)
    for name, check in _verification(model, pattern, verdict.dt, engine, checkpoint):
        if not left.size:
            break
        loss = check({n: v[left] for n, v in verdict.parameters.items()})
        lost = left[loss > 0]
        status[lost], failed[lost], failed_loss[lost] = "fragile", name, loss[loss > 0]
        left = left[loss == 0]
    status[left] = "replicated"
    if len(status) > 1 and pattern.tried:  # that packaged functions keep sets apart is tested
        for i in left.tolist():
            if not judged_alone(
                pattern, verdict, i, lambda one: evaluate(model, pattern, one, verdict.dt, engine, checkpoint)
            ):
                status[i], failed[i], failed_loss[i] = "fragile", ALONE, 1.0
    return replace(verdict, status=status.astype(str), failed_check=failed, failed_loss=failed_loss)


def _together(pattern: AllOf, values: Mapping[str, Floats], parts: Mapping[str, Verdict]) -> Verdict:
    """Return the verdict of n sets on several patterns from that on each: it is as good as the least of them."""
    first = next(iter(parts.values()))
    lost = np.any([v.diverged for v in parts.values()], axis=0)
    criteria = sum(len(v.checks) for v in parts.values())
    loss = sum((v.loss for v in parts.values()), np.zeros(len(lost)))
    # As for a single pattern, a diverged simulation is worse than every finite one, the earlier the worse.
    share = np.max([np.where(v.diverged, v.loss - len(v.checks) - 1.0, 0.0) for v in parts.values()], axis=0)
    ranks = np.max([[STATUSES.index(word) for word in v.status] for v in parts.values()], axis=0)
    status = np.array(STATUSES)[ranks]
    failed = np.full(len(loss), "", dtype=object)
    for part in reversed(pattern.parts):
        fragile = (status == "fragile") & parts[part.key].fragile
        failed[fragile] = [part.within(why) for why in parts[part.key].failed_check[fragile]]
    checks = tuple(
        replace(check, key=part.prefix + check.key, title=part.within(check.title))
        for part in pattern.parts
        for check in parts[part.key].checks
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
        failed_check=failed,
        failed_loss=sum((v.failed_loss for v in parts.values()), np.zeros(len(lost))),
        checks=checks,
        diverged=lost,
        engine=first.engine,
        parts=parts,
        discrete=first.discrete,
        _main=tuple(part.within(part.main_sweep) for part in pattern.parts),
        _judged_on=pattern,
        _recording={part.within(n): t for part in pattern.parts for n, t in recording_of(part).items()},
        uncompiled=first.uncompiled,
        _record=traces,
    )


def recording_of(pattern: Protocol) -> Mapping[str, Traces]:
    """Return the recorded sweeps that a pattern compares with; none where its target is a neuron."""
    reference = pattern.reference if isinstance(pattern, Pattern) else None
    return reference if isinstance(reference, Mapping) else {}


AFTERWARDS, LATE = 6000.0, 1000.0
"""Time in ms after the stimulus at which a verified set is back at rest, and from which on it is silent."""
BACK = Criterion(
    "away",
    "back at rest",
    "How far from its resting potential the neuron is some seconds later.",
    "mV",
    high=1.5,
    scale=3.0,
    per_span=True,
)
HALF = Criterion(
    "half",
    "no half spikes",
    "Largest upstroke after the first spike that stays below the spike level, as a share of a full spike.",
    "1",
    high=WHOLE.low,
    scale=0.3,
)
CLEAR = Criterion(
    "clear",
    "spikes apart from other upstrokes",
    "Largest upstroke after the first spike that stays below the spike level, as a share of the smallest spike.",
    "1",
    high=1 / 1.5,
    scale=0.3,
)
BRIEF = Criterion(
    "brief",
    "spikes end",
    "Longest time that the potential stays above half the height of the largest spike.",
    "ms",
    high=50.0,
    scale=50.0,
)

LossOf = Callable[[Mapping[str, Floats]], Floats]


def _verification(
    model: NeuronModel, pattern: Pattern, dt: float, engine: str, checkpoint: Checkpoint | None
) -> Iterator[tuple[str, LossOf]]:
    """Yield each check in words, and as a function from values to a loss [n] that is 0 where it is passed."""
    level, full = model.spike_level, model.full_spike()
    finer = not model.discrete  # else a finer step would be the same neuron at another speed

    def at(factor: float, settle: float = SETTLE, kick: float = KICK) -> LossOf:
        return lambda values: np.asarray(
            evaluate(model, pattern, values, dt * factor, engine, checkpoint, settle=settle, kick=kick).loss
        )

    def rounded(values: Mapping[str, Floats]) -> Floats:
        known = pattern.parameters(model)
        some = {n: known[n].clip(np.array([float(f"{x:.{DIGITS}g}") for x in v])) for n, v in values.items()}
        return np.asarray(evaluate(model, pattern, some, dt, engine, checkpoint).loss)

    def rest(values: Mapping[str, Floats]) -> Floats:
        bench = Bench(model, values, dt, engine, checkpoint)
        later = Bench(model, values, dt, engine, checkpoint, settle=LONG)
        away = np.abs(later.v_baseline - bench.v_baseline) / bench.span * USUAL_SPAN
        loss = QUIET.violation(later.spontaneous_spikes) + BACK.violation(away)
        return np.where(later.divergence > 0, 1.0, loss)

    def shaped(loss_of: Callable[[Floats, float], float]) -> LossOf:
        """Return the largest loss of the responses with a spike, by the potential from the stimulus on and at rest."""

        def largest(values: Mapping[str, Floats]) -> Floats:
            potential = model.states[0].key
            verdict = evaluate(model, pattern, values, dt, engine, checkpoint, [potential])
            losses = np.zeros(len(verdict.loss))
            for trace in verdict.traces.values():
                v, begin = trace.states[potential], int(np.searchsorted(trace.t, 0.0))
                for i, spikes in enumerate(trace.spike_times):
                    if (spikes >= 0.0).any():
                        losses[i] = max(losses[i], loss_of(v[i, begin:], float(v[i, begin - 1])))
            return losses

        return largest

    def whole(v: Floats, rest: float) -> float:
        assert level is not None and full is not None
        rises, tops = f.upstrokes(v, rest, CLEAR.high * WHOLE.low * full)
        spikes = tops >= level
        if not spikes.any():
            return 0.0
        others = np.max(rises[spikes.argmax() :][~spikes[spikes.argmax() :]], initial=0.0)
        return float(HALF.violation(others / full) + CLEAR.violation(others / rises[spikes].min()))

    def brief(v: Floats, rest: float) -> float:
        return float(BRIEF.violation(f.longest_above(v, 0.5 * (rest + v.max())) * dt))

    def longer(form: Pattern, factor: float = 1.0) -> LossOf:
        return lambda values: np.asarray(evaluate(model, form, values, dt * factor, engine, checkpoint).loss)

    if finer:
        yield "at half the time step", at(1 / 2)
    yield f"with {DIGITS} significant digits", rounded
    if level is not None:
        yield "with every upstroke a whole spike", shaped(whole)
        yield f"with every spike over within {BRIEF.high:g} ms", shaped(brief)
    if pattern.at_rest:
        yield "when it is pushed off its rest to the other side", at(1, kick=-KICK)
        yield f"after {LONG_REST / 1000:g} s at rest", at(1, settle=LONG_REST)
        yield f"in {LONG / 1000:g} s at rest", rest
        if pattern.comes_back and pattern.sweeps is not None:
            yield (
                f"{AFTERWARDS / 1000:g} s after the stimulus, when it must be back at rest",
                longer(back_at_rest(pattern)),
            )
    for words, form in pattern.verification.items():
        yield words, longer(form)
        if form.measure is None:
            continue
        # What lasts by chance, or comes back by chance, does not at another time step.
        if finer:
            yield f"{words}, at an eighth of the time step", longer(form, 1 / 8)
        if pattern.at_rest and pattern.comes_back:
            back = back_at_rest(form)
            yield f"{words}, and back at rest {AFTERWARDS / 1000:g} s after it", longer(back)
            if finer:
                yield f"{words}, and back at rest, at an eighth of the time step", longer(back, 1 / 8)
    for part, word in ((4, "a quarter"), (8, "an eighth"), (16, "a sixteenth")) if finer else ():
        yield f"at {word} of the time step", at(1 / part)


def back_at_rest(pattern: Pattern) -> Pattern:
    """Return the pattern of sweeps that end at rest: silent from 1 s after the stimulus on, and there after 6 s."""
    assert pattern.sweeps is not None
    sweeps_of = pattern.sweeps
    # As long for every set, whatever the others are like.
    longest = {
        v.key: v.limits[1] if v.unit == "ms" and v.limits and v.limits[1] else v.default for v in pattern.free_values
    }
    end = _last_off(sweeps_of(SimpleNamespace(**{n: np.array([x]) for n, x in longest.items()})))[0] + AFTERWARDS

    def sweeps(s: StimulusValues) -> dict[str, Sweep]:
        window = (float(end) - 50.0, float(end))
        return {
            n: Sweep(sweep.pieces, float(end), response=window, voltage=window) for n, sweep in sweeps_of(s).items()
        }

    def measure(r: Responses, s: StimulusValues) -> dict[str, Floats]:
        late = _last_off(sweeps_of(s)) + LATE
        away = [np.abs(x.v(end - 50.0, end) - r.v_baseline[:, None]).max(axis=1) for x in r.values()]
        return {"late": np.sum([x.count(late) for x in r.values()], axis=0), "away": np.max(away, axis=0)}

    late = replace(QUIET, key="late", title="silent after", description="Spikes later than 1 s after the stimulus.")
    with trial.untried():  # its sweeps are those of the pattern, and its measurement is ours
        return Pattern(
            key="back_at_rest", title="Back at rest", free_values=pattern.free_values, sweeps=sweeps, measure=measure,
            criteria=[late, BACK],
        )  # fmt: skip


def _last_off(sweeps: Mapping[str, Sweep]) -> Floats:
    """Return when the last piece of any sweep is over, shape [n] or [1], in ms."""
    offs = [np.atleast_1d(np.asarray(p.off, dtype=np.float64)) for sweep in sweeps.values() for p in sweep.pieces]
    return np.asarray(np.max(np.broadcast_arrays(np.zeros(1), *offs), axis=0))


def single(verdict: Verdict, index: int = 0) -> OneVerdict:
    """Return one set of a verdict of many, as numbers."""

    def pick(x: Any) -> Any:
        value = x[index]
        return value.item() if isinstance(value, np.generic) else value

    def traces() -> Mapping[str, Traces]:
        return {name: traces.lane(index) for name, traces in verdict.traces.items()}

    checks = tuple(
        replace(c, value=pick(c.value), low=pick(c.low), high=pick(c.high), passed=pick(c.passed), cost=pick(c.cost))
        for c in verdict.checks
    )
    return replace(
        verdict,
        parameters={k: pick(v) for k, v in verdict.parameters.items()},
        loss=pick(verdict.loss),
        status=pick(verdict.status),
        failed_check=pick(verdict.failed_check),
        failed_loss=pick(verdict.failed_loss),
        checks=checks,
        diverged=pick(verdict.diverged),
        measured={k: v[..., index] for k, v in verdict.measured.items()},
        parts={key: single(part, index) for key, part in verdict.parts.items()},
        _record=traces,
    )
