"""Protocol of the models that the contract checks; :class:`plausiwidgets.models.model.NeuronModel` implements it.

The model imports its checks, so the checks cannot import the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from plausiwidgets.engine.neuron import Neuron
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.models.parameter import Parameter


class State(Protocol):
    """A state variable."""

    @property
    def key(self) -> str:
        """Name in errors."""

    @property
    def unit(self) -> str:
        """Unit in errors."""


class CheckedModel(Neuron, Protocol):
    """A neuron whose functions and their properties may be replaced by the checks."""

    step: Callable[..., Any]
    initial_state: Callable[..., Sequence[Any]]
    rest: float | str | Callable[..., object]
    threshold: float | str | Callable[..., object]
    programs: Programs | None
    lanewise: bool
    discrete: bool
    spike_level: float | None

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Parameters in the order of the program's inputs."""

    @property
    def current(self) -> Parameter:
        """Injected current."""

    @property
    def states(self) -> Sequence[State]:
        """State variables, the membrane potential first."""

    def usual_rest_threshold(self) -> tuple[float, float]:
        """Return the resting potential and the spike threshold in mV at the default parameters."""
