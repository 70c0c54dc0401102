"""Export of all functions of a neuron model: step, initial state, resting potential and threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import SupportsFloat

from numpy.typing import ArrayLike

from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.engine.neuron import Floats, Neuron, Parameter, StateVariable
from plausiwidgets.engine.program.lowest_root import root_finder
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import Program
from plausiwidgets.support.lazy import torch

Tensors = tuple["torch.Tensor", ...]
Advance = Callable[["torch.Tensor", Tensors, SimpleNamespace, "torch.Tensor"], tuple["torch.Tensor", Tensors]]
"""A function of (current, state, p, dt) that returns (spikes, state)."""


def export_programs(model: Neuron) -> Programs:
    """Return the programs of a model, exported from its step, initial state, resting potential and threshold.

    Raises
    ------
    NotCompilableError
        If one of the functions cannot be compiled.
    """
    found: list[torch.Tensor] = []

    def wide(value: object, p: SimpleNamespace, current: torch.Tensor) -> torch.Tensor:
        if isinstance(value, str):
            value = getattr(p, value)
        elif callable(value):
            value = value(p)
        if isinstance(value, torch.Tensor):
            return value.double()
        assert isinstance(value, SupportsFloat)
        return torch.full_like(current, float(value))

    def begin(
        current: torch.Tensor, state: Tensors, p: SimpleNamespace, dt: torch.Tensor, balanced: bool = False
    ) -> tuple[torch.Tensor, Tensors]:
        # Each of the two exports traces this function, and the first balance is not part of the second graph.
        found.clear()

        # The search for the root cannot be traced, so the start program takes the root as its first state variable.
        # `Programs.start_at` finds this root with a separate program of the balance.
        def at_given(balance: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
            found.append(balance(state[0]))
            return state[0]

        token = root_finder.set(at_given)
        try:
            started = tuple(wide(s, p, current) for s in model.initial_state(p, current))
        finally:
            root_finder.reset(token)
        # The balance is an output of a second export, because only the initial state of the model defines it.
        if balanced:
            return found[0], ()
        # The outputs are the spikes (always 0), the state, the resting potential and the threshold. Keep this order,
        # because `ProgramStep.initial_state` and the users of `Programs.start_at` rely on it.
        return torch.zeros_like(current), (*started, wide(model.rest, p, current), wide(model.threshold, p, current))

    step, start = export_step(model), _exported(model, begin)
    return Programs(step, start, _exported(model, partial(begin, balanced=True)) if found else None)


@dataclass(frozen=True)
class _Part:
    """A function of a neuron other than its step, wrapped so that it can be exported like a step."""

    neuron: Neuron
    step: Advance

    @property
    def key(self) -> str:
        return self.neuron.key

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return self.neuron.parameters

    @property
    def states(self) -> Sequence[StateVariable]:
        return self.neuron.states

    @property
    def current(self) -> Parameter:
        return self.neuron.current

    @property
    def dt(self) -> float:
        return self.neuron.dt

    def defaults(self) -> dict[str, float]:
        return self.neuron.defaults()

    def namespace(self, values: Mapping[str, object]) -> SimpleNamespace:
        return self.neuron.namespace(values)

    def start(self, values: Mapping[str, ArrayLike], holding: ArrayLike) -> Floats:
        return self.neuron.start(values, holding)

    def advance(
        self, current: torch.Tensor, state: Tensors, p: SimpleNamespace, dt: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors]:
        return self.step(current, state, p, dt)


def _exported(model: Neuron, function: Advance) -> Program:
    try:
        return export_step(_Part(model, function))
    except NotCompilableError as error:
        reason = str(error).partition("because ")[2] or str(error)
        raise NotCompilableError(
            f"the initial state of model {model.key!r} cannot be compiled, because {reason}"
        ) from None
