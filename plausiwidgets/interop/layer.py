"""A neuron as a layer of a spiking network, with the interface of Norse."""

from __future__ import annotations

import collections
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import is_

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.interop.surrogate import Function, where_fired
from plausiwidgets.interop.torch_step import Tensors, torch_step
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.printed import Table, extent

State = tuple["torch.Tensor", ...]
"""A NamedTuple with a tensor for each state variable."""


class NeuronLayer(torch.nn.Module):
    """A layer of neurons of one model, created by :func:`plausiwidgets.to_norse`.

    Attributes
    ----------
    model : NeuronModel
        The neuron model.
    neuron : torch.nn.Module
        Parameters of the model: learned ones as ``nn.Parameter``, the others as buffers.
    dt : float
        Time step in ms.
    alpha : tensor
        Steepness of the surrogate in 1/mV.
    scale : tensor or None
        Current for an input of 1, in the unit of the model's current. None if an input is the current itself.
    """

    alpha: torch.Tensor
    scale: torch.Tensor | None

    def __init__(
        self,
        model: NeuronModel,
        values: Mapping[str, ArrayLike],
        dt: float,
        slope: Function,
        alpha: ArrayLike,
        detach_reset: bool,
        learned: Collection[str],
        scale: ArrayLike | None,
    ) -> None:
        super().__init__()
        try:
            self._step = torch_step(model)
        except NotCompilableError as reason:
            raise NotCompilableError(f"to_norse: {reason}") from None
        if not self._step.deciding and model.spike_level is None:
            raise ValueError(
                f"to_norse: the spikes of model {model.key!r} must come from a comparison (<, <=, >, >=), whose "
                f"derivative the surrogate replaces. Compare the potential with a threshold."
            )
        self.model, self.dt, self.slope, self.detach_reset = model, dt, slope, detach_reset
        self.neuron = torch.nn.Module()
        for name, value in values.items():
            if hasattr(self.neuron, name):
                raise ValueError(
                    f"to_norse: a parameter must not have the name of an attribute of torch.nn.Module, got {name!r} of "
                    f"model {model.key!r}."
                )
            tensor = _tensor(value)
            if name in learned:
                self.neuron.register_parameter(name, torch.nn.Parameter(tensor))
            else:
                self.neuron.register_buffer(name, tensor)
        self.register_buffer("alpha", _tensor(alpha))
        self.register_buffer("scale", None if scale is None else _tensor(scale))
        self._state: Callable[..., State] = collections.namedtuple("State", [s.key for s in model.states])  # type: ignore[misc]
        self._prepared = _Prepared()

    def extra_repr(self) -> str:
        """Return the text that torch prints for the layer."""
        return f"{self.model.key}, dt={self.dt:g} ms"

    def __str__(self) -> str:
        rows = [
            (
                name,
                extent(getattr(self.neuron, name).detach().cpu(), 6),
                parameter.unit,
                "learned" if isinstance(getattr(self.neuron, name), torch.nn.Parameter) else "",
            )
            for name, parameter in self.model.parameters.items()
        ]
        sizes = {value.numel() for value in self.neuron.state_dict().values()} - {1}
        neurons = f"{sizes.pop()} neurons" if sizes else "equal neurons"
        given = "1" if self.scale is None else extent(self.scale.cpu(), 6)
        title = f"NeuronLayer of {self.model.key}: {neurons}, dt {self.dt:g} ms"
        note = f"An input of 1 is {given} {self.model.current.unit}."
        return str(Table(title, ("parameter", "value", "unit", ""), rows, [note]))

    def forward(self, input: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        """Advance the layer by one time step.

        Parameters
        ----------
        input : tensor, shape (..., neurons)
            Input of each neuron.
        state : NamedTuple of tensors, shape (..., neurons), optional
            State from the previous step. By default it is the model's initial state without a current.

        Returns
        -------
        spikes : tensor, shape (..., neurons)
            1.0 where a neuron fired, else 0.0.
        state : NamedTuple of tensors, shape (..., neurons)
            State after the step.
        """
        p = [getattr(self.neuron, name) for name in self.model.parameters]
        alpha = self.alpha
        current = input.to(alpha.dtype) if self.scale is None else input.to(alpha.dtype) * self.scale
        if state is None:
            state = self._initial(current, p)
        spikes, new = self._step.advance(
            current,
            state,
            self._ready(p),
            lambda holds, distance: where_fired(holds, distance, alpha, self.slope),
            not self.detach_reset and self.model.spike_level is None,
        )
        level = self.model.spike_level
        # A spike is an upward crossing, whose gradient passes only through the potential at the end of the step.
        if level is not None:
            fired = where_fired(spikes > 0.5, new[0] - level, alpha, self.slope)
            spikes = torch.where(state[0] < level, fired, fired.detach())
        spikes, *entries = (x.expand(current.shape) for x in (spikes, *new))
        return spikes, self._state(*entries)

    def _initial(self, current: torch.Tensor, p: list[torch.Tensor]) -> State:
        """Return a new initial state for each neuron of a batch."""
        shape, n = current.shape, current.numel()
        lanes = {name: x.expand(shape).reshape(n) for name, x in zip(self.model.parameters, p, strict=True)}
        start = self.model.initial_state(self.model.namespace(lanes), current.new_zeros(n, dtype=torch.float64))
        entries = (torch.as_tensor(s).to(current).expand(n).reshape(shape) for s in start)
        return self._state(*(entry.clone() for entry in entries))

    def _ready(self, p: list[torch.Tensor]) -> Tensors:
        """Return the values that depend only on parameters and dt, cached while no parameter is learned or changes."""
        if any(x.requires_grad for x in p) and torch.is_grad_enabled():
            return self._step.prepare(p, self.dt)
        if not self._prepared.belongs_to(p):
            self._prepared = _Prepared(p, self._step.prepare([x.detach() for x in p], self.dt))
        return self._prepared.values


class _Prepared:
    """Cached values that depend only on parameters and dt. They are not part of the layer's state."""

    __slots__ = ("_parameters", "_versions", "values")

    def __init__(self, parameters: Sequence[torch.Tensor] = (), values: Tensors | None = None) -> None:
        self._parameters = tuple(parameters)
        self._versions = tuple(x._version for x in parameters)
        self.values = values or {}

    def belongs_to(self, parameters: Sequence[torch.Tensor]) -> bool:
        """Return whether the values were computed from these parameters, which have not changed since."""
        same = len(self._parameters) == len(parameters) and all(map(is_, self._parameters, parameters))
        return same and bool(self.values) and self._versions == tuple(x._version for x in parameters)


def _tensor(value: ArrayLike) -> torch.Tensor:
    array = np.asarray(value, dtype=np.float64)
    return torch.from_numpy((array.reshape(()) if array.size == 1 else array).copy())
