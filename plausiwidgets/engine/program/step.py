"""The step and the initial state of programs as functions of torch tensors or NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.program.arrays import evaluate
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import BOOL, Program, Value
from plausiwidgets.support.lazy import torch

Lanes = Union["torch.Tensor", NDArray[np.float64]]
"""Numbers of the lanes: a torch tensor or a NumPy array."""


class ProgramStep:
    """The step of a neuron that is defined by programs.

    Parameters
    ----------
    programs : Programs
        Programs of the neuron.
    level : float or None
        Level whose upward crossing is a spike. If given, the step returns only the state.
    singular : bool
        Whether a rate may be 0/0 at a potential, because the equations come from another source. The check of a new
        model in ``models/contract.py`` then skips its search for such potentials.
    """

    def __init__(self, programs: Programs, level: float | None, singular: bool = False) -> None:
        self.programs, self.level, self.singular = programs, level, singular

    def __call__(
        self, current: Lanes, state: Sequence[Lanes], p: SimpleNamespace, dt: Lanes
    ) -> tuple[Lanes, ...] | tuple[Lanes, tuple[Lanes, ...]]:
        inputs = {"current": current, "dt": dt} | {f"s{i}": x for i, x in enumerate(state)}
        spikes, *new = _values(self.programs.step, inputs, p)
        return tuple(new) if self.level is not None else (spikes, tuple(new))

    def initial_state(self, p: SimpleNamespace, holding: Lanes) -> tuple[Lanes, ...]:
        """Return the initial state, without the resting potential and the threshold that follow it."""
        # The start program returns its spikes, the state, the resting potential and the threshold, in this order.
        return tuple(_values(self.programs.start, {"current": holding}, p)[1:-2])


def _values(program: Program, inputs: dict[str, Lanes], p: SimpleNamespace) -> list[Lanes]:
    """Return the spikes and the state of a program."""
    current = inputs["current"]
    values: dict[str, Any] = inputs | {f"p{i}": getattr(p, name) for i, name in enumerate(program.parameters)}
    if isinstance(current, np.ndarray):
        spikes, state = evaluate(program, values)
        return [np.broadcast_to(x, current.shape) for x in (spikes, *state)]

    def value(v: Value) -> torch.Tensor:
        kind = torch.bool if v.dtype == BOOL else torch.float64
        return values[v.name] if v.number is None else torch.tensor(v.number, dtype=kind)

    for line in program.body:
        arguments = [value(a) for a in line.arguments]
        kind = torch.bool if line.dtype == BOOL else torch.float64
        made = arguments[0] if line.operation is CAST else getattr(torch, line.operation.array)(*arguments)
        values[line.name] = made.to(kind)
    # An output may be a constant without lanes or a truth value, so add zeros to get a float64 tensor with all lanes.
    return [value(v) + torch.zeros_like(current) for v in (program.spikes, *program.state)]
