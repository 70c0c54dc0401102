"""Ways to run one step of a program, for the tests of the compiled engine."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numba import njit

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.simulation.compiled.export import export_step

_SOURCE = """
import math
import numpy as np
from plausiwidgets.simulation.compiled.mathfunctions import exp, floor_divide, remainder, sigmoid

def step(inputs, out, dt):
    for i in range(inputs.shape[1]):
        {body}
"""


def lanes_model(step: Callable, states: int, parameters: Sequence[str] = ("p",), **options) -> NeuronModel:
    """Return a model around `step`, which is not validated and starts at zero."""
    return NeuronModel(
        name="under_test", step=step,
        parameters=[Parameter(n, 1.5, 0.5, 2.5) for n in parameters],
        initial_state=lambda p, holding: tuple(0.0 * holding for _ in range(states)),
        current=Parameter("current", 1.0, -10.0, 10.0),
        **({"rest": -65.0, "threshold": -50.0, "dt": 0.1, "validate": False} | options),
    )  # fmt: skip


def outputs_of(function: Callable, count: int) -> tuple[Callable, Callable]:
    """Return (compiled, eager): `function`(a, b, dt) → `count` tensors, on arrays a and b.

    The compiled one goes through the export and the table, and runs as a loop over lanes.
    """

    def step(current, state, p, dt):
        results = function(current, state[0], dt)
        return torch.zeros_like(current), tuple(results)

    model = lanes_model(step, count)
    program = export_step(model)
    lines = ["current = inputs[0, i]", "s0 = inputs[1, i]", "p0 = 1.5"]
    lines += [f"{line.name} = {line.text}" for line in program.body]
    lines += [f"out[{j}, i] = {name}" for j, name in enumerate(program.state)]
    namespace: dict = {}
    exec(_SOURCE.format(body="\n        ".join(lines)), namespace)
    kernel = njit(error_model="numpy")(namespace["step"])

    def compiled(a: np.ndarray, b: np.ndarray, dt: float = 0.1) -> np.ndarray:
        out = np.empty((count, a.size))
        kernel(np.stack([a, b]), out, dt)
        return out

    def eager(a: np.ndarray, b: np.ndarray, dt: float = 0.1) -> np.ndarray:
        results = function(torch.from_numpy(a), torch.from_numpy(b), torch.tensor(dt, dtype=torch.float64))
        return np.stack([np.broadcast_to(r.to(torch.float64).numpy(), a.shape) for r in results])

    return compiled, eager
