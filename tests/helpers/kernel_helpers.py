"""Ways to run one step of a program, for the tests of the compiled engine."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numba import njit

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.program.program import Program
from plausiwidgets.simulation.compiled.export import export_step
from plausiwidgets.simulation.compiled.source import assignments, text_of

_SOURCE = """
import math
import numpy as np
from plausiwidgets.simulation.compiled.mathfunctions import exp, floor_divide, log, remainder, sigmoid, whole32, whole64

def step(current_, state_, parameters_, out, dt):
    for i in range(current_.size):
        {body}
"""


def lanes_model(step: Callable, states: int, parameters: Sequence[str] = ("p",), **options) -> NeuronModel:
    """Return a model around `step`, which is not validated and starts at zero."""
    return NeuronModel(
        key="under_test", step=step,
        parameters=[Parameter(n, 1.5, 0.5, 2.5) for n in parameters],
        initial_state=lambda p, holding: tuple(0.0 * holding for _ in range(states)),
        current=Parameter("current", 1.0, -10.0, 10.0),
        **({"rest": -65.0, "threshold": -50.0, "dt": 0.1, "validate": False} | options),
    )  # fmt: skip


def in_order(program: Program) -> str:
    """Return a program as text in which what it computes is named in the order in which it comes up."""
    names: dict[str, str] = {}
    lines = [f"{text}  # {x.dtype} {x.level}" for text, x in zip(assignments(program.body), program.body, strict=True)]
    text = "\n".join([*lines, *map(text_of, (program.spikes, *program.state))])
    return re.sub(r"\bx\d+\b", lambda found: names.setdefault(found[0], f"x{len(names)}"), text)


def compiled_body(program: Program) -> Callable:
    """Return ``run(current [n], state [states, n], parameters [parameters, n], dt)``: (spikes, *state) by machine code.

    It is a loop around what a kernel computes in a step, without what all kernels share.
    """
    lines = ["current = current_[i]"]
    lines += [f"s{j} = state_[{j}, i]" for j in range(len(program.state))]
    lines += [f"p{j} = parameters_[{j}, i]" for j in range(len(program.parameters))]
    lines += assignments(program.body)
    lines += [f"out[{j}, i] = {text_of(value)}" for j, value in enumerate((program.spikes, *program.state))]
    namespace: dict = {}
    exec(_SOURCE.format(body="\n        ".join(lines)), namespace)
    kernel = njit(error_model="numpy")(namespace["step"])

    def run(current: np.ndarray, state: np.ndarray, parameters: np.ndarray, dt: float) -> np.ndarray:
        out = np.empty((1 + len(program.state), current.size))
        kernel(current, state, parameters, out, dt)
        return out

    return run


def outputs_of(function: Callable, count: int) -> tuple[Callable, Callable]:
    """Return (compiled, eager): `function`(a, b, dt) → `count` tensors, on arrays a and b.

    The compiled one goes through the export and the table, and runs as a loop over lanes.
    """

    def step(current, state, p, dt):
        results = function(current, state[0], dt)
        return torch.zeros_like(current), tuple(results)

    run = compiled_body(export_step(lanes_model(step, count)))

    def compiled(a: np.ndarray, b: np.ndarray, dt: float = 0.1) -> np.ndarray:
        return run(a, np.stack([b] * count), np.full((1, a.size), 1.5), dt)[1:]

    def eager(a: np.ndarray, b: np.ndarray, dt: float = 0.1) -> np.ndarray:
        results = function(torch.from_numpy(a), torch.from_numpy(b), torch.tensor(dt, dtype=torch.float64))
        return np.stack([np.broadcast_to(r.to(torch.float64).numpy(), a.shape) for r in results])

    return compiled, eager
