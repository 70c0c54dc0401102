"""Evaluation of a program on NumPy arrays, for many lanes simultaneously.

Each instruction is one NumPy call, so no compiler is needed. This module computes the initial state of a neuron, the
steps for the comparison with a kernel, and the measurements of a pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import MOVING, RECORD, Instruction, Program, Value

Floats = NDArray[np.float64]
Step = Callable[[Floats, Iterable[Floats]], tuple[Floats, list[Floats]]]
Values = dict[str, Any]
"""Numbers, arrays of any type and records, by their names in a program."""


def evaluate(program: Program, inputs: Mapping[str, ArrayLike]) -> tuple[Floats, list[Floats]]:
    """Return the (spikes, state) of a program for the given inputs.

    Parameters
    ----------
    program : Program
    inputs : mapping of str to array_like
        The inputs that the program reads: ``current``, ``dt``, ``s0`` … and ``p0`` …. Numbers and arrays broadcast.
    """
    values = run(program.body, dict(inputs))
    return value_of(program.spikes, values), [value_of(v, values) for v in program.state]


def run(lines: tuple[Instruction, ...], values: Values) -> Values:
    """Add the results of instructions to `values`, and return `values`."""
    with np.errstate(all="ignore"):
        for line in lines:
            values[line.name] = _computed(line, [value_of(a, values) for a in line.arguments])
    return values


def stepper(program: Program, constants: Mapping[str, ArrayLike]) -> Step:
    """Return a function ``step(current, state)`` that returns (spikes, state) of a program.

    Instructions that depend only on `constants` (``dt`` and ``p0`` …) are evaluated once.
    """
    known = run(tuple(line for line in program.body if line.level != MOVING), dict(constants))
    moving = tuple(line for line in program.body if line.level == MOVING)

    def step(current: Floats, state: Iterable[Floats]) -> tuple[Floats, list[Floats]]:
        values = run(moving, known | {"current": current} | {f"s{i}": x for i, x in enumerate(state)})
        spikes, *new = (np.broadcast_to(value_of(v, values), current.shape) for v in (program.spikes, *program.state))
        return spikes, new

    return step


def value_of(value: Value, values: Values) -> Any:
    """Return a value: a constant of its type, or a computed number or array."""
    return values[value.name] if value.number is None else value.dtype.type(value.number)


def _computed(line: Instruction, arguments: list[Any]) -> Any:
    if line.operation is CAST:
        return _cast(np.asarray(arguments[0]), line.dtype)
    if line.spreads:
        arguments = [x[:, None] if np.ndim(x) == 1 else x for x in arguments]
    result: Any = line.operation.function(*arguments, *line.attributes)
    return result if line.dtype == RECORD or result.dtype == line.dtype else result.astype(line.dtype)


def _cast(x: Floats, dtype: np.dtype) -> NDArray[np.generic]:
    """Return an array converted to another type.

    A float that is out of range becomes the smallest integer, as in every engine.
    """
    if x.dtype.kind == "f" and dtype.kind == "i":
        least = float(np.iinfo(dtype).min)
        x = np.trunc(x)
        x = np.where((x >= least) & (x < -least), x, least)
    return x.astype(dtype)
