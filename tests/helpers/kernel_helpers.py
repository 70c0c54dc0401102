"""Functions that run one step of a program with machine code, NumPy, plain Python and JavaScript."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import node
import numpy as np
from numba import njit

from plausiwidgets.engine.compiled.interpreter import interpreter
from plausiwidgets.engine.compiled.source import assignments, text_of
from plausiwidgets.engine.javascript.expressions import declarations
from plausiwidgets.engine.javascript.expressions import text_of as javascript_of
from plausiwidgets.engine.javascript.module import runtime
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.engine.program.arrays import evaluate
from plausiwidgets.engine.program.program import Program
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter

_SOURCE = """
import math
import numpy as np
from plausiwidgets.engine.compiled.mathfunctions import exp, floor_divide, log, remainder, sigmoid, whole32, whole64

def step(current_, state_, parameters_, out, dt):
    for i in range(current_.size):
        {body}
"""


def lanes_model(step: Callable, states: int, parameters: Sequence[str] = ("p",), **options) -> NeuronModel:
    """Return a model around `step`, which is not validated and starts at zero."""
    return NeuronModel(
        key="under_test",
        step=step,
        parameters=[Parameter(n, 1.5, 0.5, 2.5) for n in parameters],
        initial_state=lambda p, holding: tuple(0.0 * holding for _ in range(states)),
        current=Parameter("current", 1.0, -10.0, 10.0),
        **({"rest": -65.0, "threshold": -50.0, "dt": 0.1, "validate": False} | options),
    )


def in_order(program: Program) -> str:
    """Return a program as text in which the results are numbered in the order of their first use."""
    names: dict[str, str] = {}
    lines = [f"{text}  # {x.dtype} {x.level}" for text, x in zip(assignments(program.body), program.body, strict=True)]
    text = "\n".join([*lines, *map(text_of, (program.spikes, *program.state))])
    return re.sub(r"\bx\d+\b", lambda found: names.setdefault(found[0], f"x{len(names)}"), text)


def compiled_body(program: Program) -> Callable:
    """Return a function that computes spikes and new states of a program by machine code.

    Its arguments are the current of shape (n,), the state of shape (states, n), the parameters of shape (parameters, n)
    and dt. The result has the spikes in its first row. The function is a loop around the body of a kernel.
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


def by_kernel(program: Program, current: np.ndarray, state: np.ndarray, folder: Path) -> np.ndarray:
    """Return the states after one step by machine code, shape (variables, n), where each initial state is `state`."""
    states = np.stack([state] * len(program.state))
    return compiled_body(program)(current, states, np.full((len(program.parameters), current.size), 1.5), 0.1)[1:]


def by_numpy(program: Program, current: np.ndarray, state: np.ndarray, folder: Path) -> np.ndarray:
    """Return the states after one step by NumPy, see :func:`by_kernel`."""
    given = {"current": current, "dt": 0.1} | {f"s{i}": state for i in range(len(program.state))}
    return np.stack([np.broadcast_to(x, current.shape) for x in evaluate(program, given)[1]])


def by_plain_python(program: Program, current: np.ndarray, state: np.ndarray, folder: Path) -> np.ndarray:
    """Return the states after one step by plain Python, see :func:`by_kernel`.

    The results must be finite, because lanes with other results diverge.
    """
    model = lanes_model(lambda *given: None, len(program.state), limit=1e300)
    states, parameters = np.stack([state] * len(program.state)), {"p": np.full(current.size, 1.5)}
    return interpreter(program)(LaneJob(model, parameters, states, LaneCurrent.constant(current), 1, 0.1), None).state


def by_javascript(program: Program, current: np.ndarray, state: np.ndarray, folder: Path) -> np.ndarray:
    """Return the states after one step by JavaScript, see :func:`by_kernel`."""
    states = ", ".join(f"s{i} = b[i]" for i in range(len(program.state)))
    source = "\n".join(
        [
            runtime(),
            "function answer({ a, b, dt }) {",
            "const out = [];",
            "for (let i = 0; i < a.length; i++) {",
            f"const current = a[i], {states};",
            *declarations(program.body),
            f"out.push({', '.join(map(javascript_of, program.state))});",
            "}",
            "return bytes(out); }",
        ]
    )
    return node.run(folder, source, {"a": current, "b": state, "dt": 0.1}).reshape(current.size, -1).T
