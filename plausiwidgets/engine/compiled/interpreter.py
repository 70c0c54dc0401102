"""A program as plain Python code, which runs immediately but a hundred times slower than a kernel.

The code runs one lane at a time. It bridges the time until Numba has compiled the kernel, and it does not import Numba.
Python raises an error if its arithmetic differs from that of a kernel, for example for a division by zero or an
overflow.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from plausiwidgets.engine.compiled.kernel import finite_or_nan, indented
from plausiwidgets.engine.compiled.source import assignments, text_of
from plausiwidgets.engine.lanes import Checkpoint, Engine, Extremes, LaneJob, LaneResult, pad_spikes
from plausiwidgets.engine.program.program import MOVING, Program

_TEMPLATE = """\
def run(currents, state, parameters, dt, limit, spike_limit, checkpoint):
    [{parameters}] = parameters
    [{state}] = state
    path, spikes = [], []
    current = currents[0] if currents else 0.0
{fixed}
    for k, current in enumerate(currents):
        if not k & 511:
            checkpoint()
{moving}
        spike = {spikes}
        {state}, = {new_state},
        if not (abs({checked}) <= limit) or len(spikes) >= spike_limit:
            return path, spikes, k
        if spike != 0.0:
            spikes.append(k)
        path.append(({state},))
    return path, spikes, -1
"""


# A kernel returns infinity or nan where the functions of Python raise an error.
def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    return math.log(x) if x > 0.0 else (-math.inf if x == 0.0 else math.nan)


# Machine code converts every number that is out of range to the smallest integer.
def _whole(x: float, edge: float) -> int:
    return int(x) if -edge - 1.0 < x < edge else -int(edge)


_FUNCTIONS = {
    "math": math,
    "np": np,
    "exp": _exp,
    "log": _log,
    "sigmoid": lambda x: 1.0 / (1.0 + _exp(-x)),
    "remainder": lambda a, b: a % b,
    "floor_divide": lambda a, b: a // b,
    "whole64": lambda x: np.int64(_whole(x, 2.0**63)),
    "whole32": lambda x: np.int32(_whole(x, 2.0**31)),
}


def interpreter(program: Program) -> Engine:
    """Return an engine that runs jobs of the model of `program` in plain Python.

    The engine raises the errors of Python, such as ZeroDivisionError, for numbers that it cannot compute.
    """
    inputs = [f"p{i}" for i in range(len(program.parameters))]
    state = [f"s{i}" for i in range(len(program.state))]
    lines = {
        moving: assignments(line for line in program.body if (line.level == MOVING) is moving)
        for moving in (False, True)
    }
    text = _TEMPLATE.format(
        parameters=", ".join(inputs),
        state=", ".join(state),
        fixed=indented(4, lines[False]),
        moving=indented(8, lines[True]),
        spikes=text_of(program.spikes),
        new_state=", ".join(map(text_of, program.state)),
        checked=finite_or_nan(state),
    )
    names: dict[str, Any] = dict(_FUNCTIONS)
    # The source was emitted a few lines above from a table of known operations, so it is safe to execute.
    exec(compile(text, "<step as plain Python>", "exec"), names)
    run = names["run"]

    def engine(job: LaneJob, checkpoint: Checkpoint | None = None) -> LaneResult:
        currents = job.current.values(job.steps, job.dt)
        limit = math.inf if job.spike_limit is None else job.spike_limit
        with np.errstate(all="ignore"):  # NumPy's integers wrap around, as a kernel's do.
            lanes = [
                run(
                    currents[i].tolist(),
                    job.state[:, i].tolist(),
                    [float(job.params[n][i]) for n in program.parameters],
                    job.dt,
                    job.model.limit,
                    limit,
                    checkpoint or (lambda: None),
                )
                for i in range(job.lanes)
            ]
        return _result(job, lanes)

    return engine


def _result(job: LaneJob, lanes: list[tuple[list[tuple[float, ...]], list[int], int]]) -> LaneResult:
    path = np.full((len(job.state), job.lanes, job.steps), np.nan)
    for i, (states, _, _) in enumerate(lanes):
        if states:
            path[:, i, : len(states)] = np.array(states).T
    spikes, counts = pad_spikes(
        np.array([k for _, fired, _ in lanes for k in fired], dtype=np.int64),
        np.array([i for i, (_, fired, _) in enumerate(lanes) for _ in fired], dtype=np.int64),
        job.lanes,
    )
    k0, k1 = job.window or (0, 0)
    m0, m1 = job.peak_window or (0, 0)
    recorded = np.full((len(job.record), job.lanes, k1 - k0), np.nan)
    recorded[:, :, : max(job.steps - k0, 0)] = path[list(job.record), :, k0:k1]
    extremes = Extremes(job.state[0])
    if job.extremes:
        fired = np.zeros((job.steps, job.lanes), dtype=bool)
        for i, (_, steps, _) in enumerate(lanes):
            fired[steps, i] = True
        for v, spikes_of_step in zip(path[0].T, fired, strict=True):
            extremes.step(v, spikes_of_step, np.isfinite(v))
    return LaneResult(
        path[:, :, -1] if job.steps else job.state,
        spikes,
        counts,
        recorded if job.window else None,
        np.fmax.reduce(path[0, :, m0:m1], axis=1, initial=-np.inf),
        *extremes.results(),
        np.array([lost for _, _, lost in lanes], dtype=np.int64),
        "python",
    )
