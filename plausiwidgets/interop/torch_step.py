"""Evaluation of a program in torch, with gradients.

The state is computed as in the step, and comparisons have no derivative. The spikes are evaluated a second time from
the comparisons that determine them, with the derivative of a surrogate. With ``through_state``, these comparisons also
have this derivative in the state. All other comparisons, such as one that avoids 0/0 in a rate, never have a
derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from plausiwidgets.engine.compiled import check
from plausiwidgets.engine.compiled.engine import compiling, exported, remembered
from plausiwidgets.engine.compiled.lowering import TORCH
from plausiwidgets.engine.lanes import LaneJob, LaneResult
from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import BOOL, DOUBLE, MOVING, Instruction, Program, Value
from plausiwidgets.engine.torch_engine import loop_of_tensors
from plausiwidgets.interop.surrogate import Chosen, Guarded
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.support.lazy import torch

Tensors = dict[str, torch.Tensor]
Fire = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Function that returns a soft truth value for a comparison and its distance from the point where it changes."""

_steps: WeakKeyDictionary[NeuronModel, TorchStep] = WeakKeyDictionary()


def torch_step(model: NeuronModel) -> TorchStep:
    """Return the step of a model after checking that it agrees with the model's own step in torch."""

    def make() -> TorchStep:
        observed, program = exported(model)
        step = TorchStep(program)
        check.compare(model, observed, step.run, program.single)
        return step

    with compiling:
        return remembered(_steps, model, make)


class TorchStep:
    """A program with the properties that its evaluation in torch requires.

    Attributes
    ----------
    program : Program
        The program of the step.
    deciding : frozenset of str
        Names of the comparisons that determine a spike and have a distance.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._before = [line for line in program.body if line.level != MOVING]
        self._body = [line for line in program.body if line.level == MOVING]
        self._to_spikes = _up_to_comparisons(program)
        self.deciding = frozenset(line.name for line in self._to_spikes if line.operation.distance is not None)
        self._guarded = _guarded(program)
        self._plain = {line.name for line in program.body if line.operation is not CAST} - self._guarded
        self._constants: dict[tuple[torch.dtype, torch.device], Tensors] = {}

    def __deepcopy__(self, memo: object) -> TorchStep:
        """Return the step itself, because copies of a layer share its immutable data."""
        return self

    def prepare(self, parameters: Sequence[torch.Tensor], dt: float) -> Tensors:
        """Return the values that are the same in every step, in the type and on the device of the parameters."""
        like = parameters[0] if parameters else torch.zeros((), dtype=torch.float64)
        values = {f"p{i}": p for i, p in enumerate(parameters)} | self._constants_like(like)
        values["dt"] = torch.as_tensor(dt, dtype=like.dtype, device=like.device)
        for line in self._before:
            values[line.name] = self._computed(line, values, like.dtype)
        return values

    def advance(
        self, current: torch.Tensor, state: Sequence[torch.Tensor], prepared: Tensors, fire: Fire, through_state: bool
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return (spikes, state) after a step, with the values from :meth:`prepare`, in tensors of one shape.

        With `through_state`, the state has a derivative with respect to the soft values of the comparisons that
        determine a spike.
        """
        values, soft = prepared | {"current": current} | {f"s{i}": s for i, s in enumerate(state)}, set[str]()
        for line in self._body:
            values[line.name] = self._computed(line, values, current.dtype, soft, fire if through_state else None)
        new = [values[v.key] for v in self.program.state]
        if not through_state:
            values = dict(values)
            for line in self._to_spikes:
                values[line.name] = self._computed(line, values, current.dtype, soft, fire)
        return values[self.program.spikes.key], new

    def run(self, job: LaneJob) -> LaneResult:
        """Run a job, for the comparison with torch."""
        prepared = self.prepare([torch.from_numpy(np.asarray(job.params[n])) for n in self.program.parameters], job.dt)

        def fire(holds: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
            return holds.to(distance.dtype)

        return loop_of_tensors(
            job, lambda current, state: self.advance(current, state, prepared, fire, False), "network"
        )

    def _constants_like(self, like: torch.Tensor) -> Tensors:
        made = self._constants.get((like.dtype, like.device))
        if made is None:
            used = [a for line in self.program.body for a in line.arguments]
            used += [self.program.spikes, *self.program.state]
            made = {
                v.key: torch.tensor(v.number, dtype=_type(v.dtype, like.dtype), device=like.device)
                for v in used
                if v.number is not None
            }
            self._constants[like.dtype, like.device] = made
        return made

    def _computed(
        self,
        line: Instruction,
        values: Tensors,
        floating: torch.dtype,
        soft: set[str] | None = None,
        fire: Fire | None = None,
    ) -> torch.Tensor:
        """Return the result of an instruction, and add its name to `soft` if it is a soft truth value."""
        row = line.operation
        function: Any = None if row is CAST else getattr(torch, row.array)
        arguments = [values[key] for key in line.keys]
        if not soft and fire is None and line.name in self._plain:  # Nearly all instructions of a step take this path.
            return function(*arguments)
        dtype = _type(line.dtype, floating)
        if line.name in self._guarded:
            arguments = [Guarded.apply(a) if a.requires_grad else a for a in arguments]
        softly = [soft is not None and a.name in soft for a in line.arguments]
        if fire is not None and line.name in self.deciding:
            assert soft is not None and row.distance is not None
            soft.add(line.name)
            return fire(function(*arguments), row.distance(*arguments))
        if not any(softly):
            return arguments[0].to(dtype) if row is CAST else function(*arguments)
        assert soft is not None
        if row is CAST:
            return arguments[0].to(dtype)
        if row.soft is None and row.computes != "choice":
            return function(*(a > 0.5 if s else a for a, s in zip(arguments, softly, strict=True)))
        if line.dtype == BOOL:
            soft.add(line.name)
        arguments = [a.to(floating) if a.dtype == torch.bool else a for a in arguments]
        return row.soft(*arguments) if row.soft is not None else Chosen.apply(*arguments)


def _type(dtype: np.dtype, floating: torch.dtype) -> torch.dtype:
    """Return the type of a value in a layer whose numbers are `floating`."""
    return floating if dtype == DOUBLE else TORCH[dtype]


def _up_to_comparisons(program: Program) -> list[Instruction]:
    """Return the instructions from the comparisons that determine a spike, including these, to the spikes."""
    wanted, found = {program.spikes.name}, []
    for line in reversed(program.body):
        if line.name in wanted:
            found.append(line)
            if not line.operation.truth or line.operation.soft is not None:
                wanted.update(line.reads)
    return found[::-1]


def _guarded(program: Program) -> set[str]:
    """Return the names of values that may overflow in a branch that a ``where`` does not choose."""
    hidden: set[str] = set()
    for line in reversed(program.body):
        branches: tuple[Value, ...] = line.arguments[1:] if line.operation.computes == "choice" else ()
        hidden.update(a.name for a in branches)
        if line.name in hidden:
            hidden.update(line.reads)
    large: set[str] = set()
    for line in program.body:
        decisive = line.arguments[1:] if line.operation.name == "div" else line.arguments
        unbounded = line.operation.unbounded and any(a.level == MOVING for a in decisive)
        if unbounded or not large.isdisjoint(line.reads):
            large.add(line.name)
    return hidden & large
