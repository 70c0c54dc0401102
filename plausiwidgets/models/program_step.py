"""The step and the initial state of a program as functions of arrays of NumPy or tensors of torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from plausiwidgets.program.arrays import evaluate
from plausiwidgets.program.operations import CAST
from plausiwidgets.program.program import BOOL, Program
from plausiwidgets.support.lazy import torch


class ProgramStep:
    """The step of a program, on tensors of torch or arrays of NumPy."""

    of_program = True

    def __init__(self, program: Program, level: bool = False) -> None:
        self.program, self.level = program, level

    def __call__(self, current: Any, state: Sequence[Any], p: Any, dt: Any) -> Any:
        inputs = {"current": current, "dt": dt} | {f"s{i}": x for i, x in enumerate(state)}
        spikes, new = _values(self.program, inputs, p, current)
        return tuple(new) if self.level else (spikes, tuple(new))


class ProgramStart:
    """The initial state of a program, without the rest and the threshold that follow."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def __call__(self, p: Any, holding: Any) -> tuple[Any, ...]:
        _, state = _values(self.program, {"current": holding}, p, holding)
        return tuple(state[:-2])


def _values(program: Program, inputs: dict[str, Any], p: Any, like: Any) -> tuple[Any, list[Any]]:
    """Return (spikes, state) of a program, by NumPy or by torch, as `like` is."""
    inputs = inputs | {f"p{i}": getattr(p, name) for i, name in enumerate(program.parameters)}
    if isinstance(like, np.ndarray):
        spikes, state = evaluate(program, inputs)
        return np.broadcast_to(spikes, like.shape), [np.broadcast_to(x, like.shape) for x in state]
    values = dict(inputs)

    def value(v: Any) -> Any:
        kind = torch.bool if v.dtype == BOOL else torch.float64
        return values[v.name] if v.number is None else torch.tensor(v.number, dtype=kind)

    for line in program.body:
        arguments = [value(a) for a in line.arguments]
        kind = torch.bool if line.dtype == BOOL else torch.float64
        made = arguments[0] if line.operation is CAST else getattr(torch, line.operation.array)(*arguments)
        values[line.name] = made.to(kind)
    lanes = [value(v) + torch.zeros_like(like) for v in (program.spikes, *program.state)]
    return lanes[0], lanes[1:]
