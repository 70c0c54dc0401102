"""A kernel against torch, before it is used: the same steps by both, each from the same state.

The program of one of the package's neurons was compared with torch by ``models/export_programs.py``. NumPy takes
torch's place for it: what is left to compare is what the compiler makes of the program on this machine.

Torch runs some lanes for 1000 steps, at the defaults and at parameters spread over their ranges, driven so that
they fire, at the model's time step and at finer ones. Each of these steps is one sample: the kernel must make of its
state what torch made of it, so that nothing can hide behind chaos, and the first difference is the cause. To them come
states that no lane visited, out to the limit of the potential.

Before the export torch makes the first steps once more: what draws random numbers or counts outside of its state
gives something else then, and is refused before an export can leave its stand-ins in what the step remembers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.current import Current
from plausiwidgets.engine.lane_current import LaneCurrent, lane_current
from plausiwidgets.engine.lanes import Floats, LaneJob, LaneResult, NotCompilableError
from plausiwidgets.engine.loop import run_program
from plausiwidgets.engine.piece import Piece
from plausiwidgets.engine.torch_engine import run_torch

if TYPE_CHECKING:
    from plausiwidgets.engine.neuron import Neuron

Run = Callable[[LaneJob], LaneResult]

_TOLERANCE = 1e-9
"""Of a state variable after one step, relative to its usual size: far above what the last bits of exp and its kin make
of it, and far below what is visible."""
_SINGLE_TOLERANCE = 1e-6
"""The same where a step computes in float32, in which torch itself is not sure of the last bit."""
_RUNS = ((1.0, 800), (0.5, 100), (0.125, 100))
"""Time step, in those of the model, and number of steps: verification asks for the finer ones."""
_AT_DEFAULTS, _SPREAD = 3, 13
"""Lanes at the default parameters and at others: more lanes cost torch nothing, more steps do."""
_UNVISITED = 512
_BESIDE = 1e-13
"""Relative distance of the states that show how certain a result is."""
_ALONE = 32
"""Samples that are run as single lanes as well: a kernel has code of its own for them."""


@dataclass(frozen=True)
class Steps:
    """Single steps, each in a lane of its own, and what torch made of them.

    Attributes
    ----------
    job : LaneJob
        Of one step.
    state : ndarray, shape [state variables, lanes]
    fired : boolean ndarray, shape [lanes]
    names : callable
        ``names(lane)``: which step it is, in words.
    usual : ndarray, shape [state variables]
        Usual size of each state variable.
    doubt : ndarray, shape [state variables, lanes], or None
        How far torch's own result moves with the last bits of its input; infinite where it does not say.
    """

    job: LaneJob
    state: Floats
    fired: NDArray[np.bool_]
    names: Callable[[int], str]
    usual: Floats
    doubt: Floats | None = None


def observe(model: Neuron) -> list[Steps]:
    """Return steps that torch made, or NumPy of a program of the package; none where torch cannot make them.

    An export will explain why it cannot.

    Raises
    ------
    NotCompilableError
        If the step keeps state between calls: an export would leave placeholder tensors there.
    """
    with np.errstate(all="ignore"):
        if model.programs is not None:
            program = model.programs.step
            return _observe(model, lambda job: run_program(job, program))
        if model.lanewise:
            return []
        try:
            return _observe(model, run_torch)
        except (NotCompilableError, ImportError):
            raise
        except Exception:
            return []


def _by(model: Neuron) -> str:
    """Return what made the observed steps, in words."""
    return "torch" if model.programs is None else "its program"


def compare_lanes(model: Neuron, observed: list[Steps]) -> None:
    """Raise an error for a step whose result for a lane depends on the number of lanes."""
    if not observed:
        raise NotCompilableError(
            f"model {model.key!r} cannot be compiled, because torch cannot run its step on several lanes."
        )
    for steps in observed:
        difference = _difference(steps, run_torch, "with another number of lanes", _SINGLE_TOLERANCE)
        if difference is not None:
            raise NotCompilableError(
                f"the step of model {model.key!r} cannot be compiled, because the result for a lane depends on the "
                f"other lanes or on chance ({difference}). Compute each lane separately. Do not use the number of "
                f"lanes or random numbers."
            )


def compare(model: Neuron, observed: list[Steps], run: Run, single: bool) -> None:
    """Raise an error for a kernel whose results differ from the `observed` steps."""
    tolerance = _SINGLE_TOLERANCE if single else _TOLERANCE
    for steps in observed:
        difference = _difference(steps, run, "compiled", tolerance)
        if difference is None:
            continue
        differs = f"the compiled form of model {model.key!r} differs from {_by(model)} ({difference}), so"
        if model.programs is not None:
            raise NotCompilableError(
                f"{differs} NumPy runs the model. The compiler is wrong on this machine. Install another version of "
                "Numba."
            )
        raise NotCompilableError(
            f"{differs} only the torch engine runs the model. The step must not keep values outside its state, draw "
            f"random numbers, or detect tracing. Make all values that it remembers entries of the state."
        )


def some(observed: list[Steps]) -> list[Steps]:
    """Return few of the steps that torch made, for an engine that takes them one by one."""
    return [_take(s, np.linspace(0, s.job.lanes - 1, min(_SOME, s.job.lanes), dtype=int)) for s in observed]


_SOME = 200
_AGAIN = 100
"""Steps that torch makes twice."""


def _remembers(job: LaneJob, recorded: Floats, run: Run) -> bool:
    again = run(replace(job, steps=_AGAIN)).recorded
    return again is None or not np.array_equal(again[:, :, :_AGAIN], recorded[:, :, :_AGAIN], equal_nan=True)


def _observe(model: Neuron, run: Run) -> list[Steps]:
    values, amplitudes = _parameters(model)
    everything = tuple(range(len(model.states)))
    state = model.start(values, np.zeros(_AT_DEFAULTS + _SPREAD))
    start, observed, visited = state, list[Steps](), [state]
    usual = np.abs(state[:, 0])
    for factor, steps in _RUNS:
        dt = factor * model.dt
        job = LaneJob(model, values, state, _drive(amplitudes, steps * dt), steps, dt, (0, steps), everything)
        result = run(job)
        assert result.recorded is not None
        if not observed and _remembers(job, result.recorded, run):
            raise NotCompilableError(
                f"the step of model {model.key!r} cannot be compiled, because it changes values outside its state, "
                f"such as a counter, a list or a random number generator. Make all values that it remembers entries of "
                f"the state."
            )
        usual = np.fmax(usual, np.fmax.reduce(np.abs(result.recorded[:, 0]), axis=1, initial=0.0))
        observed.append(_single_steps(job, result, usual))
        visited.append(observed[-1].state)
        state = np.where(np.isfinite(result.state), result.state, start)
    job = _unvisited(model, np.concatenate(visited, axis=1))
    result = run(job)
    # So far out, the sine of an exponential may be any number.
    beside = run(replace(job, state=job.state * (1.0 + _BESIDE)))
    doubt = np.where(result.counts == beside.counts, 100.0 * np.abs(beside.state - result.state), np.inf)
    observed.append(Steps(job, result.state, result.counts > 0, lambda lane: "in an unusual state", usual, doubt))
    return observed


def _parameters(model: Neuron) -> tuple[dict[str, Floats], Floats]:
    """Return the parameters, and the largest current, of each lane."""
    # Multiples of the golden ratio, in another order for each parameter, fill every range evenly.
    share = np.arange(1, _SPREAD + 1) * 0.6180339887498949
    values = {
        name: np.concatenate([np.full(_AT_DEFAULTS, p.default), p.from_unit(share * (i + 1) % 1.0)])
        for i, (name, p) in enumerate(model.parameters.items())
    }
    current = model.current
    spread = current.from_unit(share * (len(values) + 1) % 1.0)
    return values, np.concatenate([[current.default, current.high, current.low], spread])


def _drive(amplitudes: Floats, duration: float) -> LaneCurrent:
    """Return a step, then a ramp to twice its height, then nothing, for each lane."""
    on, change, off = 0.1 * duration, 0.6 * duration, 0.9 * duration
    currents = [
        Current((Piece(on, change, a, a), Piece(change, off, 0.0, 2.0 * a)), duration) for a in map(float, amplitudes)
    ]
    return lane_current(currents, 0.0)


def _single_steps(job: LaneJob, result: LaneResult, usual: Floats) -> Steps:
    """Return each step of a run, but for those of a lane that has diverged."""
    assert result.recorded is not None
    after = result.recorded
    before = np.concatenate([job.state[:, :, None], after[:, :, :-1]], axis=2)
    fired = np.zeros(after.shape[1:], dtype=bool)
    for lane, count in enumerate(result.counts):
        fired[lane, result.spikes[lane, :count]] = True
    kept = (result.diverged[:, None] < 0) | (np.arange(job.steps) < result.diverged[:, None])
    times, lanes = np.nonzero(kept.T)  # in order of time, so that the first difference is the earliest
    single = LaneJob(
        job.model,
        {n: v[lanes] for n, v in job.params.items()},
        before[:, lanes, times],
        LaneCurrent.constant(job.current.values(job.steps, job.dt)[lanes, times]),
        1,
        job.dt,
    )

    def name(i: int) -> str:
        which = "at the default parameters" if lanes[i] < _AT_DEFAULTS else "at other parameters"
        return f"in step {times[i]} of a run {which} with dt = {job.dt:g} ms"

    return Steps(single, after[:, lanes, times], fired[lanes, times], name, usual)


def _unvisited(model: Neuron, visited: Floats) -> LaneJob:
    """Return single steps from states around those `visited`, at any parameters and currents."""
    rng = np.random.default_rng(0)
    values = {name: p.from_unit(rng.random(_UNVISITED)) for name, p in model.parameters.items()}
    low, high = visited.min(axis=1, keepdims=True), visited.max(axis=1, keepdims=True)
    width = np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
    state = low - width + 3.0 * width * rng.random((len(visited), _UNVISITED))
    state = np.where(np.isfinite(state), state, low)
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span = threshold - rest
    state[0] = rng.uniform(rest - 2.0 * span, max(threshold, model.peak) + span, _UNVISITED)
    far = rng.random(_UNVISITED) < 0.25
    distance = model.limit * 10.0 ** rng.uniform(-3.0, 0.0, _UNVISITED)
    state[0, far] = (distance * rng.choice([-1.0, 1.0], _UNVISITED))[far]
    current = rng.uniform(model.current.low, model.current.high, _UNVISITED)
    return LaneJob(model, values, state, LaneCurrent.constant(current), 1, model.dt)


def _take(steps: Steps, lanes: NDArray[np.intp]) -> Steps:
    job = steps.job
    params = {n: v[lanes] for n, v in job.params.items()}
    few = LaneJob(job.model, params, job.state[:, lanes], job.current.take(lanes), 1, job.dt)
    return replace(
        steps,
        job=few,
        state=steps.state[:, lanes],
        fired=steps.fired[lanes],
        names=lambda i: steps.names(int(lanes[i])),
        doubt=None if steps.doubt is None else steps.doubt[:, lanes],
    )


def _difference(steps: Steps, run: Run, how: str, tolerance: float) -> str | None:
    """Describe the first step for which `run` differs, with all lanes together or one lane alone."""
    with np.errstate(all="ignore"):
        found = _first_difference(steps, run(steps.job), how, tolerance)
        for lane in np.linspace(0, steps.job.lanes - 1, _ALONE, dtype=int) if found is None else ():
            one = _take(steps, np.array([lane]))
            found = found or _first_difference(one, run(one.job), how, tolerance)
    return found


def _first_difference(steps: Steps, result: LaneResult, how: str, tolerance: float) -> str | None:
    ours, theirs = result.state, steps.state
    size = np.maximum(np.maximum(np.abs(theirs), np.abs(steps.job.state)), steps.usual[:, None])
    allowed, spikes = tolerance * size, (result.counts > 0) == steps.fired
    if steps.doubt is not None:
        allowed, spikes = np.fmax(allowed, steps.doubt), spikes | np.isinf(steps.doubt).any(axis=0)
    equal = (ours == theirs) | (np.abs(ours - theirs) <= allowed) | (np.isnan(ours) & np.isnan(theirs))
    wrong = np.flatnonzero(~(equal.all(axis=0) & spikes))
    if not wrong.size:
        return None
    lane = int(wrong[0])
    names, by = [s.key for s in steps.job.model.states], _by(steps.job.model)
    bad = np.flatnonzero(~equal[:, lane])
    what = (
        f"state {names[bad[0]]!r} becomes {theirs[bad[0], lane]:.10g} with {by} and {ours[bad[0], lane]:.10g} {how}"
        if bad.size
        else f"the neuron {'fires' if steps.fired[lane] else 'does not fire'} with {by}, but not {how}"
    )
    start = ", ".join(f"{n} = {x:.10g}" for n, x in zip(names, steps.job.state[:, lane], strict=True))
    return f"{steps.names(lane)}, from {start}: {what}"
