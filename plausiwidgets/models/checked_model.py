"""What the checks of a new model require of it; :class:`plausiwidgets.models.model.NeuronModel` satisfies it.

The model imports its checks, so that they cannot import the model.
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
    """A neuron whose functions and their properties the checks may replace."""

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
        """Return resting potential and spike threshold in mV at the default parameters."""
