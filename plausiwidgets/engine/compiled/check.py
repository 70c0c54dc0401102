"""Comparison of a kernel with torch before its first use: both run the same steps from the same states.

For a built-in model, NumPy runs the program instead of torch. ``models/export_programs.py`` has already compared the
program with torch, so only the compiler of this machine is left to check.

Torch runs a few lanes for 1000 steps, at the default parameters and at parameters spread over their ranges. The
currents make the lanes fire, and the runs use the model's time step and finer ones. Each step is one sample: the kernel
gets the state before the step and must return the state that torch returned. Because every step starts from torch's
state, chaos cannot hide an error, and the first difference shows its cause. Further samples start from states that no
lane visited, up to the limit of the potential.

Before the export, torch repeats the first steps. A step that draws random numbers, or that counts outside its state,
returns different values and is rejected. Otherwise the export would leave its placeholder tensors in the values that
the step remembers.
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
"""Tolerance of a state variable after one step, relative to its usual size.

It is far above the rounding errors of functions such as exp, and far below any visible difference.
"""
_SINGLE_TOLERANCE = 1e-6
"""Tolerance for a step that computes in float32, in which torch's own last bits vary."""
_RUNS = ((1.0, 800), (0.5, 100), (0.125, 100))
"""Time step in multiples of the model's, and number of steps. The verification uses the finer time steps."""
_AT_DEFAULTS, _SPREAD = 3, 13
"""Numbers of lanes at the default parameters and at other parameters.

Additional lanes cost torch almost no time, additional steps do.
"""
_UNVISITED = 512
_NEIGHBOUR = 1e-13
"""Relative distance of the neighbouring states that show the sensitivity of a result."""
_SINGLE_LANES = 32
"""Number of samples that also run as single lanes, for which a kernel has separate code."""


@dataclass(frozen=True)
class Steps:
    """Single steps, each in its own lane, with the results that torch computed.

    Attributes
    ----------
    job : LaneJob
        A job of one step.
    state : ndarray, shape (state variables, lanes)
        State after the step.
    fired : boolean ndarray, shape (lanes,)
        Whether the neuron fired in the step.
    names : callable
        ``names(lane)`` describes the step in words.
    usual : ndarray, shape (state variables,)
        Usual size of each state variable.
    doubt : ndarray, shape (state variables, lanes), or None
        Uncertainty of torch's result due to the last bits of its input. It is infinite if the neuron fires in only one
        of two neighbouring states.
    """

    job: LaneJob
    state: Floats
    fired: NDArray[np.bool_]
    names: Callable[[int], str]
    usual: Floats
    doubt: Floats | None = None


def observe(model: Neuron) -> list[Steps]:
    """Return steps with their results, computed by torch or, for a built-in model, by NumPy.

    The list is empty if torch cannot run the step on several lanes. The export then reports the reason.

    Raises
    ------
    NotCompilableError
        If the step keeps state between calls, where an export would leave placeholder tensors.
    ImportError
        If torch is needed and not installed.
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


def _reference_name(model: Neuron) -> str:
    """Return the name of the reference that computed the observed steps, for an error message."""
    return "torch" if model.programs is None else "its program"


def compare_lanes(model: Neuron, observed: list[Steps]) -> None:
    """Raise an error if the result of a step for one lane depends on the number of lanes."""
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
    """Raise an error if the results of a kernel differ from the `observed` steps."""
    tolerance = _SINGLE_TOLERANCE if single else _TOLERANCE
    for steps in observed:
        difference = _difference(steps, run, "compiled", tolerance)
        if difference is None:
            continue
        differs = f"the compiled form of model {model.key!r} differs from {_reference_name(model)} ({difference}), so"
        if model.programs is not None:
            raise NotCompilableError(
                f"{differs} NumPy runs the model. The compiler is wrong on this machine. Install another version of "
                "Numba."
            )
        raise NotCompilableError(
            f"{differs} only the torch engine runs the model. The step must not keep values outside its state, draw "
            f"random numbers, or detect tracing. Make all values that it remembers entries of the state."
        )


def subset(observed: list[Steps]) -> list[Steps]:
    """Return at most `_MAX_SAMPLES` of the samples of each run, for an engine that simulates one lane at a time."""
    return [_take(s, np.linspace(0, s.job.lanes - 1, min(_MAX_SAMPLES, s.job.lanes), dtype=int)) for s in observed]


_MAX_SAMPLES = 200
_REPEATED = 100
"""Number of steps that torch repeats."""


def _keeps_state(job: LaneJob, recorded: Floats, run: Run) -> bool:
    again = run(replace(job, steps=_REPEATED)).recorded
    return again is None or not np.array_equal(again[:, :, :_REPEATED], recorded[:, :, :_REPEATED], equal_nan=True)


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
        if not observed and _keeps_state(job, result.recorded, run):
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
    # In such extreme states, a result such as the sine of an exponential may be any number.
    beside = run(replace(job, state=job.state * (1.0 + _NEIGHBOUR)))
    doubt = np.where(result.counts == beside.counts, 100.0 * np.abs(beside.state - result.state), np.inf)
    observed.append(Steps(job, result.state, result.counts > 0, lambda lane: "in an unusual state", usual, doubt))
    return observed


def _parameters(model: Neuron) -> tuple[dict[str, Floats], Floats]:
    """Return the parameters and the largest current of each lane."""
    # Multiples of the golden ratio fill every range evenly. The order differs between parameters.
    share = np.arange(1, _SPREAD + 1) * 0.6180339887498949
    values = {
        name: np.concatenate([np.full(_AT_DEFAULTS, p.default), p.from_unit(share * (i + 1) % 1.0)])
        for i, (name, p) in enumerate(model.parameters.items())
    }
    current = model.current
    spread = current.from_unit(share * (len(values) + 1) % 1.0)
    return values, np.concatenate([[current.default, current.high, current.low], spread])


def _drive(amplitudes: Floats, duration: float) -> LaneCurrent:
    """Return a current for each lane: a step, a ramp to twice its height, then zero."""
    on, change, off = 0.1 * duration, 0.6 * duration, 0.9 * duration
    currents = [
        Current((Piece(on, change, a, a), Piece(change, off, 0.0, 2.0 * a)), duration) for a in map(float, amplitudes)
    ]
    return lane_current(currents, 0.0)


def _single_steps(job: LaneJob, result: LaneResult, usual: Floats) -> Steps:
    """Return each step of a run as one sample, without the steps of a lane after it diverged."""
    assert result.recorded is not None
    after = result.recorded
    before = np.concatenate([job.state[:, :, None], after[:, :, :-1]], axis=2)
    fired = np.zeros(after.shape[1:], dtype=bool)
    for lane, count in enumerate(result.counts):
        fired[lane, result.spikes[lane, :count]] = True
    kept = (result.diverged[:, None] < 0) | (np.arange(job.steps) < result.diverged[:, None])
    # Sort by time, so that the first difference found is the earliest.
    times, lanes = np.nonzero(kept.T)
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
    """Return single steps from states around those `visited`, at random parameters and currents."""
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
    """Describe the first step for which `run` differs, with all lanes together or with a single lane."""
    with np.errstate(all="ignore"):
        found = _first_difference(steps, run(steps.job), how, tolerance)
        for lane in np.linspace(0, steps.job.lanes - 1, _SINGLE_LANES, dtype=int) if found is None else ():
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
    names, by = [s.key for s in steps.job.model.states], _reference_name(steps.job.model)
    bad = np.flatnonzero(~equal[:, lane])
    what = (
        f"state {names[bad[0]]!r} becomes {theirs[bad[0], lane]:.10g} with {by} and {ours[bad[0], lane]:.10g} {how}"
        if bad.size
        else f"the neuron {'fires' if steps.fired[lane] else 'does not fire'} with {by}, but not {how}"
    )
    start = ", ".join(f"{n} = {x:.10g}" for n, x in zip(names, steps.job.state[:, lane], strict=True))
    return f"{steps.names(lane)}, from {start}: {what}"
