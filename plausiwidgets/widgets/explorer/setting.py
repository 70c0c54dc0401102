"""Everything that a person sets in an explorer, as one value, and what it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel, Preset
from plausiwidgets.patterns import Pattern
from plausiwidgets.simulation.simulate import check_dt
from plausiwidgets.widgets.explorer import judging
from plausiwidgets.widgets.explorer.state import State


@dataclass(frozen=True)
class Setting:
    """A model and a pattern, and what belongs to them; None: as it was when the two were last shown.

    Attributes
    ----------
    values : mapping of str to float or None
        Every parameter of the model and every stimulus value of the pattern.
    dt : float or None
        Time step in ms.
    bounds : mapping of str to (float, float) or None
        Slider ranges.
    free : tuple of str or None
        What the optimizer may change.
    """

    model: NeuronModel
    pattern: Pattern
    values: Mapping[str, float] | None = None
    dt: float | None = None
    bounds: Mapping[str, tuple[float, float]] | None = None
    free: tuple[str, ...] | None = None


def defaults(model: NeuronModel, pattern: Pattern) -> Setting:
    """Return a model and a pattern as they are declared."""
    declared = pattern.parameters(model)
    return Setting(
        model,
        pattern,
        judging.filled(declared, {}),
        model.dt,
        {name: (parameter.low, parameter.high) for name, parameter in declared.items()},
        tuple(name for name, parameter in declared.items() if parameter.free),
    )


def setting_of(
    model: str | NeuronModel,
    pattern: str | Pattern,
    parameters: Mapping[str, float] | None = None,
    dt: float | None = None,
) -> Setting:
    """Return a complete setting, checked; what is left out takes its default.

    Raises
    ------
    ValueError
        For an unknown name, or a value or time step that is not finite or outside of its hard limits.
    """
    neuron, firing = models.get(model), patterns.get(pattern)
    return Setting(neuron, firing, judging.checked(neuron, firing, parameters), check_dt(neuron, dt))


def setting_of_link(
    query: str, model: str | NeuronModel, pattern: str | Pattern, dt: float | None
) -> tuple[Setting, list[str]]:
    """Return what the query of a link says, the arguments where it says nothing, and notes for a person."""
    neuron, firing = models.get(model), patterns.get(pattern)
    state, notes = State.from_query(query, neuron, firing)
    return setting_of(
        neuron if state.model == neuron.name else state.model,
        firing if state.pattern == firing.key else state.pattern,
        state.parameters,
        dt if state.dt is None else state.dt,
    ), notes


def setting_of_preset(model: NeuronModel, pattern: Pattern, preset: Preset) -> Setting:
    """Return published parameters; what the publication leaves out takes its default."""
    values = judging.filled(pattern.parameters(model), preset.parameters)
    return Setting(model, pattern, values, check_dt(model, preset.dt))
