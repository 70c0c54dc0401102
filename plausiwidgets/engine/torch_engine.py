"""The torch engine: the model's own torch step in a Python loop over time.

It runs any step on all lanes simultaneously, and is the reference for the compiled engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from plausiwidgets.engine.lanes import Checkpoint, Floats, LaneJob, LaneResult, joined
from plausiwidgets.engine.loop import run_loop
from plausiwidgets.support.lazy import torch


def run_torch(job: LaneJob, checkpoint: Checkpoint | None = None) -> LaneResult:
    """Simulate a batch of lanes in torch, in float64 and without autograd."""
    if job.model.lanewise and job.lanes > 1:
        return _lane_by_lane(job, checkpoint)
    return _loop(job, checkpoint)


def _loop(job: LaneJob, checkpoint: Checkpoint | None) -> LaneResult:
    p, dt = job.model.namespace(job.params), torch.tensor(job.dt, dtype=torch.float64)
    return loop_of_tensors(job, lambda current, state: job.model.advance(current, state, p, dt), "torch", checkpoint)


def loop_of_tensors(
    job: LaneJob,
    advance: Callable[..., tuple[object, Sequence[object]]],
    engine: str,
    checkpoint: Checkpoint | None = None,
) -> LaneResult:
    """Simulate a batch of lanes with ``advance(current, state)`` of tensors, without autograd.

    `engine` is the name of the engine in the result.
    """

    def step(current: Floats, state: Sequence[Floats]) -> tuple[Floats, Sequence[Floats]]:
        spikes, new = advance(torch.from_numpy(current), tuple(map(torch.from_numpy, state)))
        return _lanes_of(spikes, job.lanes), [_lanes_of(s, job.lanes) for s in new]

    with torch.no_grad():
        return run_loop(job, step, engine, checkpoint)


def _lanes_of(value: object, lanes: int) -> Floats:
    """Return a result of a step as float64, shape (lanes,). A step of one lane may return a number."""
    tensor = value if isinstance(value, torch.Tensor) else torch.tensor(value)
    if tensor.dtype != torch.float64:
        tensor = tensor.to(torch.float64)
    if tensor.shape != (lanes,):
        if tensor.numel() != 1:
            raise ValueError(
                f"the step must return tensors of shape [lanes], here [{lanes}], got shape {list(tensor.shape)}."
            )
        tensor = tensor.reshape(1).expand(lanes)
    return tensor.detach().numpy()


def _lane_by_lane(job: LaneJob, checkpoint: Checkpoint | None) -> LaneResult:
    """Simulate one lane at a time, for a step that branches in Python on a tensor."""
    parts = []
    for lane in range(job.lanes):
        one = np.array([lane])
        params = {n: values[one] for n, values in job.params.items()}
        single = replace(job, params=params, state=job.state[:, one], current=job.current.take(one))
        parts.append(_loop(single, checkpoint))
    recorded = [part.recorded for part in parts if part.recorded is not None]
    return joined(parts, np.concatenate(recorded, axis=1) if recorded else None)
