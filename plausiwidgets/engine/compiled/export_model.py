"""Export of all that a neuron computes: its step, initial state, rest and threshold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import Program
from plausiwidgets.models.library import kinetics
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.support.lazy import torch


def export_programs(model: NeuronModel) -> Programs:
    """Return the programs of a model, exported from its step, its initial state, rest and threshold."""
    found: list[torch.Tensor] = []

    def wide(value: Any, p: Any, current: torch.Tensor) -> torch.Tensor:
        if isinstance(value, str):
            value = getattr(p, value)
        elif callable(value):
            value = value(p)
        return value.double() if isinstance(value, torch.Tensor) else torch.full_like(current, float(value))

    def begin(
        current: torch.Tensor, state: Any, p: Any, dt: torch.Tensor, balanced: bool = False
    ) -> tuple[torch.Tensor, tuple[Any, ...]]:
        found.clear()

        def at_given(balance: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
            found.append(balance(state[0]))
            return state[0]

        token = kinetics.solver.set(at_given)
        try:
            started = tuple(wide(s, p, current) for s in model.initial_state(p, current))
        finally:
            kinetics.solver.reset(token)
        if balanced:
            return found[0], ()
        return torch.zeros_like(current), (*started, wide(model.rest, p, current), wide(model.threshold, p, current))

    step, start = export_step(model), _exported(model, begin)
    return Programs(step, start, _exported(model, partial(begin, balanced=True)) if found else None)


def _exported(model: NeuronModel, step: Callable[..., Any]) -> Program:
    beginning = NeuronModel(
        model.key,
        step,
        list(model.parameters.values()),
        model.initial_state,
        model.current,
        0.0,
        1.0,
        model.dt,
        states=model.states,
        limit=model.limit,
        validate=False,
    )
    try:
        return export_step(beginning)
    except NotCompilableError as error:
        reason = str(error).partition("because ")[2] or str(error)
        raise NotCompilableError(
            f"the initial state of model {model.key!r} cannot be compiled, because {reason}"
        ) from None
