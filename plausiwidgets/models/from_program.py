"""A neuron model that is made of programs, as of equations, or of a step that is a function of NumPy, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plausiwidgets.models.contract import check_program
from plausiwidgets.models.model import NeuronModel, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.program_step import ProgramStart, ProgramStep
from plausiwidgets.program.neuron import Programs


def of_programs(
    key: str,
    programs: Programs,
    parameters: Sequence[Parameter],
    current: Parameter,
    rest: Any,
    threshold: Any,
    dt: float,
    *,
    states: Sequence[StateVariable],
    singular: bool = False,
    **options: Any,
) -> NeuronModel:
    """Return a model that computes what programs say, checked on a few lanes.

    Parameters
    ----------
    programs : Programs
        The step and the initial state; behind the latter rest and threshold.
    singular : bool
        Whether a rate may be 0/0 at a potential, as others have written it.

    Raises
    ------
    ValueError
        As :class:`NeuronModel`.
    """
    step = ProgramStep(programs.step, options.get("spike_level") is not None)
    model = NeuronModel(
        key, step, parameters, ProgramStart(programs.start), current, rest, threshold, dt, states=states,
        validate=False, **options,
    )  # fmt: skip
    model.programs = programs
    check_program(model, singular)
    return model
