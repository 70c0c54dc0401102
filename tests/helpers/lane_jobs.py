"""Batches of lanes for the tests and benchmarks of the engines."""

from dataclasses import fields, replace

import numpy as np

from plausiwidgets.engine.current import Current
from plausiwidgets.engine.lane_current import lane_current
from plausiwidgets.engine.lanes import LaneJob, LaneResult
from plausiwidgets.models.model import NeuronModel


def default_job(model: NeuronModel, lanes: int, steps: int, **options) -> LaneJob:
    """Return lanes with the default parameters and a step of the default current."""
    values = {n: np.full(lanes, p.default) for n, p in model.parameters.items()}
    stimulus = Current.step(model.current.default, 1e6)
    current = lane_current([stimulus] * lanes, -20.0)
    return LaneJob(model, values, model.start(values, np.zeros(lanes)), current, steps, model.dt, **options)


def random_job(model: NeuronModel, lanes: int, steps: int, seed: int = 0, **options) -> LaneJob:
    """Return lanes with random parameters within their ranges and a step of a random current."""
    rng = np.random.default_rng(seed)
    values = {n: p.from_unit(rng.random(lanes)) for n, p in model.parameters.items()}
    amplitude = rng.uniform(model.current.low, model.current.high, lanes)
    end = 0.8 * steps * model.dt
    current = lane_current([Current.step(float(a), end) for a in amplitude], -0.1 * steps * model.dt)
    return LaneJob(model, values, model.start(values, np.zeros(lanes)), current, steps, model.dt, **options)


def take(job: LaneJob, lanes: np.ndarray) -> LaneJob:
    """Return some lanes of a job."""
    return replace(
        job,
        params={n: v[lanes] for n, v in job.params.items()},
        state=job.state[:, lanes],
        current=job.current.take(lanes),
    )


def differing(a: LaneResult, b: LaneResult) -> int:
    """Return the number of lanes in which the spikes of two results differ."""
    pairs = zip(a.spikes, b.spikes, a.counts, b.counts, strict=True)
    return sum(n != m or not np.array_equal(x[:n], y[:m]) for x, y, n, m in pairs)


def unequal(a: LaneResult, b: LaneResult) -> list[str]:
    """Return the names of the fields in which two results differ by at least one bit."""
    return [
        f.name
        for f in fields(LaneResult)
        if f.name != "engine"
        and not (
            np.array_equal(getattr(a, f.name), getattr(b, f.name), equal_nan=True)
            if isinstance(getattr(a, f.name), np.ndarray)
            else getattr(a, f.name) is getattr(b, f.name)
        )
    ]
