"""Fast problem with a known solution, and other helpers for tests of searches."""

import time
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd

from plausiwidgets.models.parameter import Parameter
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import Portfolio
from plausiwidgets.optimization.problem import Batch, Problem
from plausiwidgets.optimization.space import Space

PARAMETERS = {
    "tau": Parameter("tau", 20.0, 1.0, 100.0, unit="ms", scale="log", limits=(0.0, None)),
    "a": Parameter("a", 0.02, -0.1, 1.0, scale="asinh", linear_width=0.01),
    "c": Parameter("c", -65.0, -80.0, -40.0, unit="mV"),
    "bias": Parameter("bias", 0.0, -1.0, 1.0, vary=False),
    "amplitude": Parameter("amplitude", 10.0, 0.2, 30.0, scale="log", group="stimulus"),
}


@dataclass(frozen=True)
class FakeProblem(Problem):
    """Problem that is solved within a ball around 0.3 in the unit cube.

    At half the time step, the centre of the ball is shifted by `finer`.
    """

    radius: float = 0.1
    finer: float = 0.0
    seconds: float = 0.0
    error: Exception | None = None

    def judge(self, values, checkpoint=None, *, settled=None, dt=None):
        if self.error is not None:
            raise self.error
        end = time.monotonic() + self.seconds
        while True:
            if checkpoint:
                checkpoint()
            if time.monotonic() >= end:
                break
            time.sleep(0.002)
        points = np.stack([values[n] for n in self.space.names], axis=1)
        unit = self.space.chart().encode(points)
        centre = 0.3 + (self.finer if dt is not None else 0.0)
        distance = np.linalg.norm(unit - centre, axis=1) / np.sqrt(self.space.size)
        beyond = np.maximum(distance - self.radius, 0.0)
        loss = beyond / (1.0 + beyond)
        return Batch.unverified(values, loss, loss[:, None], ("distance",))

    def verified(self, values, checkpoint=None, *, settled=None):
        """Verify sets at half the time step only."""
        finer = self.judge(values, checkpoint, dt=self.dt / 2)
        status = np.where(finer.accepted, "replicated", "fragile")
        return status, np.where(finer.accepted, "", "at half the time step"), finer.loss


def fake_problem(start=None, fixed=(), bounds=None, **options):
    """Return a FakeProblem over `PARAMETERS`."""
    space = Space.build(PARAMETERS, start, fixed, bounds)
    pattern = SimpleNamespace(key="ball", letter="", components={})
    return FakeProblem(SimpleNamespace(key="fake", programs=()), pattern, space, dt=0.1, **options)


def fake_optimizer(seed=0, budget=20_000, options=None, start=None, **problem):
    """Return an Optimizer of a `fake_problem` with options of the default strategy."""
    made = fake_problem(start, **problem)
    strategy = partial(Portfolio, options=options)
    return Optimizer(made, seed, budget, strategy, made.space.base if start is not None else None)


def comparable(result):
    """Return a result as a dict without its computing time."""
    data = result.to_dict()
    del data["seconds"]
    return data


def same_table(one, two):
    left, right = one.drop(columns="seconds"), two.drop(columns="seconds")
    pd.testing.assert_frame_equal(left, right, check_exact=True)
