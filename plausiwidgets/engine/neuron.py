"""Protocols of the neurons that the engine simulates; `plausiwidgets.models.model.NeuronModel` implements them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import torch

    from plausiwidgets.engine.program.neuron import Programs

Floats = NDArray[np.float64]


class Parameter(Protocol):
    """A number that a step reads, or the injected current."""

    @property
    def default(self) -> float:
        """Default value."""

    @property
    def low(self) -> float:
        """Lower end of the range."""

    @property
    def high(self) -> float:
        """Upper end of the range."""

    def from_unit(self, values: ArrayLike) -> Floats:
        """Map `values` from [0, 1] onto the range."""


class StateVariable(Protocol):
    """A state variable."""

    @property
    def key(self) -> str:
        """Name in errors and in JavaScript."""


class Step(Protocol):
    """A function of a neuron that can be exported as a program."""

    @property
    def key(self) -> str:
        """Name of the neuron in errors."""

    @property
    def step(self) -> Callable[..., object]:
        """The step function, from which an error takes the source line."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Parameters in the order of the program's inputs."""

    @property
    def states(self) -> Sequence[StateVariable]:
        """State variables, the membrane potential first."""

    @property
    def current(self) -> Parameter:
        """Injected current."""

    @property
    def dt(self) -> float:
        """Default time step in ms."""

    def defaults(self) -> dict[str, float]:
        """Return the default of every parameter."""

    def namespace(self, values: Mapping[str, object]) -> SimpleNamespace:
        """Return an object with a float64 tensor for each parameter."""

    def start(self, values: Mapping[str, ArrayLike], holding: ArrayLike) -> Floats:
        """Return the initial state of n lanes, shape (state variables, n)."""

    def advance(
        self, current: torch.Tensor, state: tuple[torch.Tensor, ...], p: SimpleNamespace, dt: torch.Tensor
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        """Return (spikes, state) after one step."""


class Neuron(Step, Protocol):
    """A neuron that the engine simulates. It must be hashable, because kernels are stored by neuron."""

    @property
    def programs(self) -> Programs | None:
        """Programs that replace torch, or None for a neuron whose step is exported on demand."""

    @property
    def is_builtin(self) -> bool:
        """Whether the programs come with the package, so that a check of the kernel stays valid in later processes."""

    @property
    def lanewise(self) -> bool:
        """Whether the step takes one lane at a time."""

    @property
    def limit(self) -> float:
        """Absolute potential in mV above which a lane counts as diverged."""

    @property
    def peak(self) -> float:
        """Potential in mV up to which figures draw a spike."""

    @property
    def initial_state(self) -> Callable[..., Sequence[object]]:
        """``initial_state(p, holding)``, a function that returns the state at a constant current."""

    @property
    def rest(self) -> float | str | Callable[..., object]:
        """Resting potential in mV, a parameter's name, or a function of the parameters."""

    @property
    def threshold(self) -> float | str | Callable[..., object]:
        """Spike threshold in mV, a parameter's name, or a function of the parameters."""

    def rest_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
        """Return the resting potential and the spike threshold in mV, each of shape (n,)."""

    def span(self, values: Mapping[str, ArrayLike]) -> Floats:
        """Return the distance from the resting potential to the threshold in mV, shape (n,)."""
