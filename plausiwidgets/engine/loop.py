"""The loop over time around a Python step function for all lanes, and its use to run a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from plausiwidgets.engine.lane_current import fill_current, next_change
from plausiwidgets.engine.lanes import Checkpoint, Extremes, Floats, LaneJob, LaneResult, pad_spikes
from plausiwidgets.engine.program.arrays import stepper
from plausiwidgets.engine.program.program import Program

Step = Callable[[Floats, Sequence[Floats]], tuple[Floats, Sequence[Floats]]]
"""``step(current, state) -> (spikes, state)`` with arrays of shape (lanes,), which the loop does not modify."""


def run_loop(job: LaneJob, step: Step, engine: str, checkpoint: Checkpoint | None = None) -> LaneResult:
    """Simulate a batch of lanes with the function `step`. `engine` is the name of the engine in the result."""
    model, current, dt, lanes = job.model, job.current, job.dt, job.lanes
    state: Sequence[Floats] = [np.array(row) for row in job.state]
    injected, change, table = np.empty(lanes), 0, current.table(job.steps, dt)
    k0, k1 = job.window or (0, 0)
    m0, m1 = job.peak_window or (0, 0)
    rows = np.full((len(job.record), k1 - k0, lanes), np.nan)
    v_max = np.full(lanes, -np.inf)
    extremes = Extremes(job.state[0]) if job.extremes else None
    diverged = np.full(lanes, -1, dtype=np.int64)
    alive = np.ones(lanes, dtype=bool)
    tally = np.zeros(lanes, dtype=np.int64)
    event_steps: list[np.ndarray] = []
    event_lanes: list[np.ndarray] = []

    for k in range(job.steps):
        if checkpoint is not None:
            checkpoint()
        # Most currents are constant over many time steps, so compute them only when one changes.
        if k >= change:
            injected = np.empty(lanes)
            fill_current(k, dt, current.t0, current.base, current.pieces, table, injected)
            change = next_change(k, dt, current.t0, current.pieces)
        spikes, state = step(injected, state)
        v = state[0]
        good = np.abs(v) <= model.limit
        # Only the potential has a limit. Every other variable may have any finite value.
        for s in state[1:]:
            good &= np.isfinite(s)
        if job.spike_limit is not None:
            good &= tally < job.spike_limit
        lost = alive & ~good
        if lost.any():
            diverged[lost] = k
            alive &= good
            # A diverged lane stays nan, even if its next step would be finite.
            state = [np.where(alive, s, np.nan) for s in state]
            if not alive.any():
                break
        fired = (spikes != 0) & alive
        if extremes is not None:
            extremes.step(v, fired, alive)
        if fired.any():
            which = np.flatnonzero(fired)
            event_lanes.append(which)
            event_steps.append(np.full(which.size, k, dtype=np.int64))
            if job.spike_limit is not None:
                tally += fired
        if k0 <= k < k1:
            for place, variable in enumerate(job.record):
                rows[place, k - k0] = np.where(alive, state[variable], np.nan)
        if m0 <= k < m1:
            v_max = np.where(alive, np.maximum(v_max, v), v_max)

    # NumPy cannot concatenate an empty list, which occurs in a job without spikes.
    none = np.empty(0, dtype=np.int64)
    spikes_out, counts = pad_spikes(np.concatenate([none, *event_steps]), np.concatenate([none, *event_lanes]), lanes)
    final = np.stack(state).astype(np.float64)
    final[:, ~alive] = np.nan
    return LaneResult(
        final,
        spikes_out,
        counts,
        rows.transpose(0, 2, 1) if job.window else None,
        v_max,
        *(extremes or Extremes(job.state[0])).results(),
        diverged,
        engine,
    )


def run_program(job: LaneJob, program: Program, checkpoint: Checkpoint | None = None) -> LaneResult:
    """Simulate a batch of lanes with NumPy from the program of their step, without a compiler.

    Each instruction is one NumPy call per step, whatever the number of lanes. This takes a few hundred times as long as
    a kernel.
    """
    constants = {f"p{i}": job.params[name] for i, name in enumerate(program.parameters)} | {"dt": job.dt}
    return run_loop(job, stepper(program, constants), "numpy", checkpoint)
