"""The torch engine: the model's own torch step in a Python loop over time.

It runs any step, on all lanes at once, and is the reference for the compiled engine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from plausiwidgets.simulation.lane_current import fill_current, next_change
from plausiwidgets.simulation.lanes import Checkpoint, Extremes, LaneJob, LaneResult, pad_spikes


def run_torch(job: LaneJob, checkpoint: Checkpoint | None = None) -> LaneResult:
    """Simulate a batch of lanes in torch, float64, without autograd.

    Raises
    ------
    Exception
        Any exception of the model's step, unchanged.
    """
    if job.model.lanewise and job.lanes > 1:
        return _lane_by_lane(job, checkpoint)
    with torch.no_grad():
        return _loop(job, checkpoint)


def _loop(job: LaneJob, checkpoint: Checkpoint | None) -> LaneResult:
    model, current, dt = job.model, job.current, job.dt
    lanes = job.lanes
    p = model.namespace(job.params)
    state = tuple(torch.from_numpy(np.array(row)) for row in job.state)
    dt_tensor = torch.tensor(dt, dtype=torch.float64)
    buffer = np.empty(lanes)
    injected = torch.empty(lanes, dtype=torch.float64)
    change = 0
    k0, k1 = job.window or (0, 0)
    m0, m1 = job.peak_window or (0, 0)
    rows = np.full((len(job.record), k1 - k0, lanes), np.nan)
    v_max = torch.full((lanes,), -np.inf, dtype=torch.float64)
    extremes = Extremes(job.state[0]) if job.extremes else None
    diverged = torch.full((lanes,), -1, dtype=torch.int64)
    alive = torch.ones(lanes, dtype=torch.bool)
    tally = torch.zeros(lanes, dtype=torch.int64)
    event_steps: list[np.ndarray] = []
    event_lanes: list[np.ndarray] = []

    for k in range(job.steps):
        if checkpoint is not None:
            checkpoint()
        if k >= change:
            fill_current(k, dt, current.t0, current.base, current.pieces, buffer)
            injected = torch.from_numpy(buffer.copy())
            change = next_change(k, dt, current.t0, current.pieces)
        spikes, new = model.advance(injected, state, p, dt_tensor)
        state = tuple(_lanes_of(s, lanes) for s in new)
        spikes = _lanes_of(spikes, lanes)
        v = state[0]
        good = v.abs() <= model.limit
        for s in state[1:]:
            good &= s.isfinite()
        if job.spike_limit is not None:
            good &= tally < job.spike_limit
        lost = alive & ~good
        if lost.any():
            diverged[lost] = k
            alive &= good
            # A diverged lane stays nan, also where its next step would be finite.
            state = tuple(torch.where(alive, s, torch.nan) for s in state)
            if not alive.any():
                break
        fired = (spikes != 0) & alive
        if extremes is not None:
            extremes.step(v.numpy(), fired.numpy(), alive.numpy())
        if fired.any():
            which = fired.nonzero()[:, 0].numpy()
            event_lanes.append(which)
            event_steps.append(np.full(which.size, k, dtype=np.int64))
            if job.spike_limit is not None:
                tally += fired
        if k0 <= k < k1:
            for place, variable in enumerate(job.record):
                rows[place, k - k0] = torch.where(alive, state[variable], torch.nan).numpy()
        if m0 <= k < m1:
            v_max = torch.where(alive, torch.maximum(v_max, v), v_max)

    none = np.empty(0, dtype=np.int64)
    spikes_out, counts = pad_spikes(np.concatenate([none, *event_steps]), np.concatenate([none, *event_lanes]), lanes)
    dead = ~alive.numpy()
    final = np.stack([s.numpy() for s in state]).astype(np.float64)
    final[:, dead] = np.nan
    return LaneResult(
        final,
        spikes_out,
        counts,
        rows.transpose(0, 2, 1) if job.window else None,
        v_max.numpy(),
        *(extremes or Extremes(job.state[0])).results(),
        diverged.numpy(),
        "torch",
    )


def _lanes_of(value: object, lanes: int) -> torch.Tensor:
    """Return a result of a step as float64, shape [lanes]; a step of one lane may return a number."""
    tensor = value if isinstance(value, torch.Tensor) else torch.tensor(value)
    if tensor.dtype != torch.float64:
        tensor = tensor.to(torch.float64)
    if tensor.shape != (lanes,):
        if tensor.numel() != 1:
            raise ValueError(
                f"the step returned a tensor of shape {list(tensor.shape)}, it must be [lanes], here [{lanes}]"
            )
        tensor = tensor.reshape(1).expand(lanes)
    return tensor


def _lane_by_lane(job: LaneJob, checkpoint: Checkpoint | None) -> LaneResult:
    """Run a step that branches in Python on a tensor: one lane at a time."""
    parts = []
    for lane in range(job.lanes):
        one = np.array([lane])
        params = {n: values[one] for n, values in job.params.items()}
        single = replace(job, params=params, state=job.state[:, one], current=job.current.take(one))
        with torch.no_grad():
            parts.append(_loop(single, checkpoint))
    counts = np.concatenate([r.counts for r in parts])
    spikes = np.full((job.lanes, int(counts.max(initial=0))), -1, dtype=np.int32)
    for lane, r in enumerate(parts):
        spikes[lane, : r.spikes.shape[1]] = r.spikes[0]
    return LaneResult(
        np.concatenate([r.state for r in parts], axis=1),
        spikes,
        counts,
        np.concatenate([r.recorded for r in parts if r.recorded is not None], axis=1) if job.window else None,
        np.concatenate([r.v_max for r in parts]),
        np.concatenate([r.lowest for r in parts]),
        np.concatenate([r.highest for r in parts]),
        np.concatenate([r.rise for r in parts]),
        np.concatenate([r.diverged for r in parts]),
        "torch",
    )
