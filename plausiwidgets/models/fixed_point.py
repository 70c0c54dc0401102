"""Neurons in the arithmetic of a chip: state variables and parameters in the number format of the chip.

Such a neuron is a model whose step ends with the rounding of its state. Intermediate values are float64, so the
products and sums of a step are not rounded. The neuron is verified only at its own time step, because a finer one would
be a different machine.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from plausiwidgets.engine.program.arrays import run, stepper, value_of
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import Program, Value
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.engine.program.tracer import StepTracer, Traced
from plausiwidgets.models.arithmetic import Arithmetic
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.number_format import FEWEST_BITS, FLOATING, MOST_BITS, FixedPoint
from plausiwidgets.models.parameter import Floats
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.support.arguments import checked, finite, mapping, shown
from plausiwidgets.support.names import unknown

MIN_RANGE, MAX_RANGE = 1e-30, 1e30
"""Limits of the range of a variable, which are far from the ranges of neurons."""
RANGES = "state_ranges.json"
"""File with the largest absolute value of each state variable in the packaged sets, by model."""
_CURRENTS, _DURATION = 8, 500.0
"""Number of currents, and their duration in ms, that determine the ranges of the state variables of a custom neuron."""


@checked
def fixed_point(
    model: str | NeuronModel,
    bits: int | str,
    *,
    ranges: Mapping[str, float] | None = None,
    rounding: str = "nearest",
    dt: float | None = None,
) -> NeuronModel:
    """Return a neuron whose state variables and parameters are rounded after each time step, as on a chip.

    You can simulate, evaluate, optimize and explore it like any other model. If you pass no parameters, a function uses
    the rounded packaged set of `model`. The neuron is verified only at its own time step, because a finer one would be
    a different machine.

    Parameters
    ----------
    model : str or NeuronModel
        A neuron in float64.
    bits : int or {"float32", "float16", "bfloat16"}
        Number of bits of signed fixed point with saturation, from 3 to 32 including the sign, or a floating-point
        format.
    ranges : mapping of str to float, optional
        Largest absolute value of a state variable or parameter in fixed point, in its unit, rounded up to a power of
        two. The default for a state variable is the largest value in the packaged sets of the model. For a custom
        neuron it is the largest value during eight steps of current at the default parameters. The default for a
        parameter is the larger absolute end of its range.
    rounding : {"nearest"}
        Round to the nearest value, and to the even one halfway between two values.
    dt : float, optional
        Default time step in ms, such as the 1.0 of most chips. The default is that of `model`.

    Returns
    -------
    NeuronModel
        Its key is that of `model` followed by the format, such as ``izhikevich_16_bits``.

    Raises
    ------
    ValueError
        If a format, name or rounding is unknown, the resting state or a default is outside its range, or a parameter
        by which the neuron divides rounds to 0.

    Notes
    -----
    Intermediate products and sums are float64. A chip that rounds them as well has further errors.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> chip = pw.models.fixed_point("izhikevich", 16)
    >>> pw.judge(chip, "tonic_spiking").in_steps
    ' in steps of 0.25 ms'
    >>> trace = pw.simulate(chip, pw.Current.step(10.0, 100.0), record=["v"])
    >>> bool((trace.states["v"] % (1 / 256) == 0).all())
    True
    """
    neuron = get(model)
    if neuron.arithmetic is not None and neuron.exact is not None:
        raise ValueError(
            f"fixed_point: model must be in float64, got {neuron.key!r} in {neuron.arithmetic.name}. Pass "
            f"{neuron.exact.key!r}."
        )
    if rounding != "nearest":
        raise ValueError(
            f"fixed_point: rounding must be 'nearest', got {shown(rounding)}. Stochastic rounding needs random "
            f"numbers, but a step must return the same state for the same input."
        )
    arithmetic = _arithmetic(neuron, bits, mapping(ranges))
    made = copy.copy(neuron)
    programs = _rounded_programs(neuron, arithmetic)
    step = ProgramStep(programs, neuron.spike_level)
    vars(made).update(
        key=f"{neuron.key}_{_suffix(bits)}",
        title=f"{neuron.title}, {arithmetic.name}",
        in_sentence=f"{neuron.in_sentence} in {arithmetic.name}",
        description=f"{neuron.description} {_formats_in_words(arithmetic)}".strip(),
        dt=check_dt(neuron, dt),
        order=None,
        presets=(),
        proofs={},  # The proofs assume real numbers.
        ruled_out={},
        arithmetic=arithmetic,
        exact=neuron,
        programs=programs,
        step=step,
        initial_state=step.initial_state,
    )
    _check_start(made, neuron, arithmetic)
    return made


def _suffix(bits: int | str) -> str:
    return bits if isinstance(bits, str) else f"{bits}_bits"


def _arithmetic(neuron: NeuronModel, bits: int | str, ranges: Mapping[str, float]) -> Arithmetic:
    known = [*(s.key for s in neuron.states), *neuron.parameters]
    for name, value in ranges.items():
        if name not in known:
            raise unknown(f"fixed_point: ranges of model {neuron.key!r}", "state variable or parameter", name, known)
        finite("fixed_point", f"ranges[{name!r}]", value, low=MIN_RANGE, high=MAX_RANGE)
    if isinstance(bits, str):
        if bits not in FLOATING:
            raise ValueError(f"fixed_point: bits must be {_VALID}, got {shown(bits)}.")
        one = FLOATING[bits]
        return Arithmetic(bits, dict.fromkeys(known[: len(neuron.states)], one), dict.fromkeys(neuron.parameters, one))
    if not FEWEST_BITS <= bits <= MOST_BITS:
        raise ValueError(f"fixed_point: bits must be {_VALID}, got {bits}.")
    largest = state_ranges(neuron) | {name: max(abs(p.low), abs(p.high)) for name, p in neuron.parameters.items()}
    formats = {name: FixedPoint(bits, _power_of_two(ranges.get(name, largest[name]))) for name in known}
    return Arithmetic(
        f"{bits}-bit fixed point",
        {s.key: formats[s.key] for s in neuron.states},
        {name: formats[name] for name in neuron.parameters},
    )


_VALID = f"a whole number from {FEWEST_BITS} to {MOST_BITS}, {', '.join(map(repr, FLOATING))}".replace(
    ", 'bfloat16'", " or 'bfloat16'"
)


def _power_of_two(value: float) -> float:
    """Return the smallest power of two that is at least `value`."""
    return 2.0 ** math.ceil(math.log2(value)) if value > 0.0 else 1.0


def state_ranges(neuron: NeuronModel) -> dict[str, float]:
    """Return the largest absolute value that each state variable is expected to reach, in its unit."""
    known = packaged_ranges(neuron)
    if known is not None:
        return dict(known)
    # Run in NumPy, because a page waits for these ranges and a kernel would take seconds to compile.
    programs = _programs_of(neuron)
    values = {f"p{i}": value for i, value in enumerate(neuron.defaults().values())}
    step = stepper(programs.step, values | {"dt": neuron.dt})
    current = np.linspace(neuron.current.low, neuron.current.high, _CURRENTS)
    state = list(neuron.start(neuron.defaults(), np.zeros(_CURRENTS)))
    largest = [largest_value(x) for x in state]
    for _ in range(round(_DURATION / neuron.dt)):
        _, state = step(current, state)
        largest = [max(size, largest_value(x)) for size, x in zip(largest, state, strict=True)]
    return {s.key: size for s, size in zip(neuron.states, largest, strict=True)}


def _programs_of(neuron: NeuronModel) -> Programs:
    if neuron.programs is not None:
        return neuron.programs
    from plausiwidgets.engine.compiled.export_model import export_programs  # This import requires torch.

    return export_programs(neuron)


def largest_value(values: Floats) -> float:
    """Return the largest finite absolute value, or 1 if no value is finite."""
    size = np.abs(values[np.isfinite(values)])
    return float(size.max(initial=0.0)) or 1.0


def packaged_ranges(neuron: NeuronModel) -> Mapping[str, float] | None:
    """Return the largest absolute value of each state variable in the packaged sets, or None without such sets."""
    return _ranges_by_model().get(neuron.key) if neuron.is_builtin else None


@cache
def _ranges_by_model() -> Mapping[str, Mapping[str, float]]:
    text = (files("plausiwidgets.models.library") / RANGES).read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, float]] = json.loads(text)
    return found


def _formats_in_words(arithmetic: Arithmetic) -> str:
    """Return a sentence about the number formats for the card of a model."""
    formats = arithmetic.states.items()
    listed = ", ".join(f"{name} {f}" if isinstance(f, FixedPoint) else f"{name} as {f}" for name, f in formats)
    return (
        f"Number format of the state variables: {listed}. The parameters are rounded too, intermediate values are not."
    )


def _rounded_programs(neuron: NeuronModel, arithmetic: Arithmetic) -> Programs:
    """Return the programs of a neuron with rounded parameters and a rounded state at the end of each step."""
    exact = _programs_of(neuron)
    formats = list(arithmetic.states.values())
    tracer = StepTracer(neuron.parameters, len(formats))
    spikes, state = _inserted(tracer, exact.step, arithmetic)
    new = [f.rounded(x) for f, x in zip(formats, state, strict=True)]
    if neuron.spike_level is not None:
        # The rounded potential determines the spike, because the next step starts from it.
        spikes = np.logical_and(tracer.state[0] < neuron.spike_level, new[0] >= neuron.spike_level)
    starter = StepTracer(neuron.parameters, 1)
    _, first = _inserted(starter, exact.start, arithmetic)
    # The resting potential and the threshold follow the state. Patterns are measured with them, so they are not
    # rounded.
    _, ends = _inserted(starter, exact.start, None)
    begin = [*(f.rounded(x) for f, x in zip(formats, first, strict=False)), *ends[-2:]]
    balance = None
    if exact.balance is not None:
        balancer = StepTracer(neuron.parameters, 1)
        balance = balancer.program(_inserted(balancer, exact.balance, arithmetic)[0], ())
    return Programs(tracer.program(spikes, new), starter.program(0.0, begin), balance)


def _inserted(tracer: StepTracer, program: Program, arithmetic: Arithmetic | None) -> tuple[Traced, list[Traced]]:
    """Add a program to a tracer, with rounded parameters if an arithmetic is given, and return its (spikes, state)."""
    parameters: Sequence[Traced] = list(tracer.parameters.values())
    if arithmetic is not None:
        formats = arithmetic.parameters.values()
        parameters = [f.rounded(p) for f, p in zip(formats, parameters, strict=True)]
    inputs: dict[str, Value] = {"current": tracer.current.value, "dt": tracer.dt.value}
    inputs |= {f"s{i}": x.value for i, x in enumerate(tracer.state)}
    inputs |= {f"p{i}": x.value for i, x in enumerate(parameters)}
    spikes, state = tracer.body.insert(program, inputs)
    return Traced(tracer, spikes), [Traced(tracer, x) for x in state]


def _check_start(made: NeuronModel, neuron: NeuronModel, arithmetic: Arithmetic) -> None:
    """Check that the resting state and the defaults are within their ranges, and that the first step is finite.

    Raises
    ------
    ValueError
        If one of these conditions is not met.
    """
    values = neuron.defaults()
    rests = neuron.start(values, 0.0)[:, 0]
    for (name, one), rest in zip(arithmetic.states.items(), rests, strict=True):
        if isinstance(one, FixedPoint) and abs(rest) > one.limit:
            raise ValueError(
                f"fixed_point: the range of {name!r} must be at least {_power_of_two(abs(rest)):g}, got "
                f"{one.limit:g}, because model {neuron.key!r} rests at {rest:g}."
            )
    for name, one in arithmetic.parameters.items():
        if isinstance(one, FixedPoint) and abs(values[name]) > one.limit:
            raise ValueError(
                f"fixed_point: the range of {name!r} must be at least {_power_of_two(abs(values[name])):g}, got "
                f"{one.limit:g}, because its default in model {neuron.key!r} is {values[name]:g}."
            )
    rounded = arithmetic.rounded(values)
    assert made.programs is not None
    # Compute this step without a kernel, whose compilation takes seconds.
    state = made.start(values, 0.0)
    inputs = {"current": made.current.default, "dt": made.dt} | {f"s{i}": x for i, x in enumerate(state)}
    inputs |= {f"p{i}": value for i, value in enumerate(values.values())}
    step = made.programs.step
    computed = run(step.body, inputs)
    lost = [name for name, value in values.items() if value != 0.0 and rounded[name] == 0.0]
    # A reset may hide the result of a division by 0 from the state.
    if lost and not all(np.isfinite(x).all() for x in computed.values()):
        raise ValueError(
            f"fixed_point: parameter {lost[0]!r} must not round to 0 in {arithmetic.parameters[lost[0]]}, got "
            f"{values[lost[0]]:g}, because model {neuron.key!r} divides by it. Use more bits, or a smaller range in "
            f"ranges={{{lost[0]!r}: …}}."
        )
    if np.isfinite(state).all() and all(np.isfinite(value_of(x, computed)).all() for x in step.state):
        return
    raise ValueError(
        f"fixed_point: model {neuron.key!r} is not finite after one step in {arithmetic.name}. Use more bits or other "
        f"ranges."
    )
