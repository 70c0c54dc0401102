"""A step tried on a few lanes: from far below to far above threshold, all together and each alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel
    from plausiwidgets.models.parameter import Parameter

_LANES = 7
_TRIES = 4
"""How often a difference must show before it is none of a random number that was drawn rarely."""

Outputs = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Inputs:
    """What a step gets, but for the namespace of the parameters.

    Attributes
    ----------
    current : torch.Tensor
    state : tuple of torch.Tensor
    values : dict of str to torch.Tensor
        The parameters.
    dt : torch.Tensor
    names : tuple of str
        Of the state variables.
    when : str
        In words, for an error.
    """

    current: torch.Tensor
    state: tuple[torch.Tensor, ...]
    values: dict[str, torch.Tensor]
    dt: torch.Tensor
    names: tuple[str, ...]
    when: str

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return self.current.numel()

    def copy(self) -> Inputs:
        """Return equal inputs that share nothing with these."""
        return self._each(lambda t: t.clone())

    def alone(self) -> list[Inputs]:
        """Return each lane by itself."""
        return [self._each(lambda t, i=i: t[i : i + 1].clone() if t.dim() else t.clone()) for i in range(self.lanes)]

    def named(self) -> dict[str, torch.Tensor]:
        """Return all tensors by the names that a person knows them by."""
        return (
            {"current": self.current, "dt": self.dt}
            | {f"state {n!r}": s for n, s in zip(self.names, self.state, strict=True)}
            | {f"p.{n}": v for n, v in self.values.items()}
        )

    def _each(self, change: Any) -> Inputs:
        return Inputs(
            change(self.current),
            tuple(change(s) for s in self.state),
            {n: change(v) for n, v in self.values.items()},
            change(self.dt),
            self.names,
            self.when,
        )


def probes(model: NeuronModel) -> Iterator[Inputs]:
    """Yield inputs that show more of a step than the first one of a neuron at rest.

    First the default parameters with potentials from far below to far above threshold, so that
    some lanes fire; then parameters, currents and states that differ in every lane.
    """
    usual = {n: np.full(_LANES, p.default) for n, p in model.parameters.items()}
    with suppress(Exception):  # an initial state without a meaning says nothing about the step
        state = model.start(usual, np.zeros(_LANES))
        state[0] = _ladder(model)
        current = np.full(_LANES, model.current.default)
        yield _inputs(model, current, state, usual, "with potentials from far below to far above threshold")
    with suppress(Exception):
        spread = {n: _spread(p, j) for j, (n, p) in enumerate(model.parameters.items())}
        state = np.nan_to_num(model.start(spread, np.zeros(_LANES)))
        state[0] += np.linspace(-0.5, 1.5, _LANES) * model.span(model.defaults())[0]
        state[1:] += 0.1 * np.arange(_LANES)
        current = _spread(model.current, len(spread))
        yield _inputs(model, current, state, spread, "at other parameters within their ranges")


def run(model: NeuronModel, inputs: Inputs) -> Outputs:
    """Return (spikes, *state) of one step as float64; `inputs` is as the step leaves it."""
    with torch.no_grad(), np.errstate(all="ignore"):
        spikes, new = model.advance(inputs.current, inputs.state, model.namespace(inputs.values), inputs.dt)
    return tuple(_flat(x, inputs.lanes) for x in (spikes, *new))


def equal(a: Outputs, b: Outputs, tolerance: float = 0.0) -> bool:
    """Return whether two outcomes are the same, nan being equal to nan."""
    return len(a) == len(b) and all(
        x.shape == y.shape and torch.allclose(x, y, rtol=tolerance, atol=tolerance * 1e-3, equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )


def depends_on_other_lanes(model: NeuronModel, inputs: Inputs) -> bool:
    """Return whether a lane gives other values alone than together with the others.

    A step that gives other values each time, as with random numbers, cannot be told to do so.
    """
    for _ in range(_TRIES):
        together = run(model, inputs.copy())
        if not equal(together, run(model, inputs.copy())):
            return False
        try:
            alone = [run(model, lane) for lane in inputs.alone()]
        except Exception:  # it needs the others
            continue
        # The last bit of torch's exp may depend on its place in a vector.
        if equal(together, tuple(torch.cat(parts) for parts in zip(*alone, strict=True)), 1e-9):
            return False
    return True


def _inputs(model: NeuronModel, current: Any, state: Any, values: dict[str, Any], when: str) -> Inputs:
    return Inputs(
        torch.from_numpy(current),
        tuple(torch.from_numpy(row.copy()) for row in state),
        {n: torch.from_numpy(v) for n, v in values.items()},
        torch.tensor(model.dt, dtype=torch.float64),
        tuple(s.name for s in model.states),
        when,
    )


def _ladder(model: NeuronModel) -> np.ndarray:
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span, edge = threshold - rest, 0.99 * model.limit
    above = [threshold + 0.1 * span, threshold + 2.0 * span, max(threshold, model.peak) + span, edge]
    return np.clip(np.array([-edge, rest - 2.0 * span, rest + 0.5 * span, *above]), -edge, edge)


def _spread(parameter: Parameter, place: int) -> np.ndarray:
    """Return a value of each lane within the range of a parameter, in another order for each `place`."""
    return parameter.from_unit(np.arange(1, _LANES + 1) * 0.618 * (place + 1) % 1.0)


def _flat(value: Any, lanes: int) -> torch.Tensor:
    """Return an output as float64 of shape [lanes]; a lane alone may give a bare number."""
    tensor = torch.as_tensor(value).to(torch.float64)
    return tensor.reshape(1).expand(lanes) if tensor.numel() == 1 else tensor
