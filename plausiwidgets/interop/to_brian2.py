"""Conversion of a neuron into a Brian2 group, which runs the same program in each time step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import Floats, LaneJob, NotCompilableError
from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import BOOL, DOUBLE, LONG, Instruction, Program, Value
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import broadcast, check_dt
from plausiwidgets.support.arguments import checked, finite, shown
from plausiwidgets.support.quiet import imported


@checked
def to_brian2(
    model: str | NeuronModel,
    parameters: Mapping[str, ArrayLike] | None = None,
    n: int | None = None,
    *,
    dt: float | None = None,
    current: str | float = 0.0,
    holding: float | None = None,
) -> Any:
    """Return a Brian2 ``NeuronGroup`` that takes the same steps as :func:`plausiwidgets.simulate`.

    State variables and parameters have the names of the model and are numbers without a unit. A name that Brian2 or the
    group needs, such as ``t``, becomes ``neuron_t``. This function needs Brian2, which ``pip install
    'plausiwidgets[brian2]'`` installs, with NumPy below 2.4.

    Parameters
    ----------
    model : str or NeuronModel
        The neuron model.
    parameters : mapping of str to float or 1-D array, optional
        Parameters without a value have their defaults. An array has one value for each neuron.
    n : int, optional
        Number of neurons, by default the length of the arrays, or 1.
    dt : float, optional
        Time step in ms, by default that of the model.
    current : float or str
        The injected current in the model's unit. A number is the initial value of ``group.current``. A string is an
        expression of Brian2, such as ``"injected(t)"`` with a ``TimedArray``.
    holding : float, optional
        Current at which the neurons settle for 1.5 s before they start, as before the stimulus of a pattern. By default
        they start in the model's initial state without a current.

    Returns
    -------
    brian2.NeuronGroup
        A group with a threshold on ``spike``. Synapses add to ``synaptic``, which is part of the current in the next
        time step.

    Raises
    ------
    ImportError
        If Brian2, or PyTorch for a custom neuron, is not installed.
    NotCompilableError
        If the step cannot be exported, or uses an operation that Brian2 does not have. The message contains its name.
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> import brian2                                                                     # doctest: +SKIP
    >>> group = pw.to_brian2("adex", {"b": [30.0, 60.0]}, current=500.0)                  # doctest: +SKIP
    >>> spikes = brian2.SpikeMonitor(group)                                               # doctest: +SKIP
    >>> synapses = brian2.Synapses(group, group, on_pre="synaptic_post += 200.0")         # doctest: +SKIP
    >>> synapses.connect(i=0, j=1)                                                        # doctest: +SKIP
    >>> brian2.run(100 * brian2.ms)                                                       # doctest: +SKIP
    """
    neuron = get(model)
    step = check_dt(neuron, dt)
    values = broadcast(neuron.complete(parameters))
    given = max((v.size for v in values.values()), default=1)
    n = given if n is None else n
    if holding is not None:
        finite("to_brian2", "holding", holding)
    if n < 1 or given not in (1, n):
        accepted = "an integer ≥ 1" if given == 1 else f"{given}, the length of the parameter arrays"
        raise ValueError(f"to_brian2: n must be {accepted}, got {n}.")
    brian2 = imported("brian2")
    names = _names(neuron)
    states = [names[s.key] for s in neuron.states]
    lines = [f"{name} : 1" for name in (*states, "spike", "synaptic")]
    lines += [f"{names[name]} : 1 (constant)" for name in neuron.parameters]
    lines.append(f"current = {current} : 1" if isinstance(current, str) else "current : 1")
    code = brian2_code(neuron, step)
    options = {"threshold": "spike > 0.5", "reset": "", "dt": step * brian2.ms, "namespace": {"choose": _choose()}}
    try:
        group = brian2.NeuronGroup(n, "\n".join(lines), **options)
        group.run_regularly(code, when="groups")
    except Exception as error:  # Brian2 raises errors of many types.
        text = " ".join(str(error).split()).removesuffix(".")
        raise ValueError(
            f"to_brian2: Brian2 must accept model {neuron.key!r} and its current, {shown(current)}, but it raises "
            f"{type(error).__name__}: {text}. If current is an expression, use names that Brian2 knows."
        ) from error
    for name, value in values.items():
        setattr(group, names[name], value)
    for name, entry in zip(states, _settled(neuron, values, given, step, holding), strict=True):
        setattr(group, name, entry)
    if not isinstance(current, str):
        group.current = current
    return group


def _settled(neuron: NeuronModel, values: dict[str, Floats], n: int, dt: float, holding: float | None) -> Floats:
    """Return the state of n neurons after settling at a holding current, or their initial state if it is None."""
    held = np.full(n, holding or 0.0)
    state = neuron.start(values, held)
    if holding is None:
        return state
    return run_lanes(LaneJob(neuron, values, state, LaneCurrent.constant(held), round(SETTLE / dt), dt)).state


def brian2_code(model: NeuronModel, dt: float) -> str:
    """Return the assignments of a time step of `dt` ms in Brian2's language.

    Raises
    ------
    NotCompilableError
        If the step cannot be exported, or uses an operation that Brian2 does not have.
    """
    try:
        program = _program(model)
    except NotCompilableError as reason:
        raise NotCompilableError(f"to_brian2: {reason}") from None
    own = _names(model)
    names = {"current": "_injected", "dt": repr(dt)}
    names |= {f"s{i}": own[s.key] for i, s in enumerate(model.states)}
    names |= {f"p{i}": own[name] for i, name in enumerate(program.parameters)}
    names |= {line.name: f"_step_{line.name}" for line in program.body}

    def refuse(what: str) -> NotCompilableError:
        return NotCompilableError(f"to_brian2: the step of model {model.key!r} {what}, which Brian2 does not have.")

    def text(value: Value) -> str:
        if value.number is None:
            return names[value.name]
        if value.dtype == BOOL:
            return str(bool(value.number))
        if math.isnan(value.number):
            raise refuse("uses nan")
        number = repr(value.number)
        return f"({number})" if number.startswith("-") else number

    whole = _whole_numbers(program)

    def expression(line: Instruction) -> str:
        for dtype, key in ((line.dtype, line.name), *((a.dtype, a.name) for a in line.arguments if a.number is None)):
            if dtype not in (BOOL, DOUBLE, LONG) and key not in whole:
                raise refuse(f"uses the type {dtype}")
        arguments = [text(a) for a in line.arguments]
        if line.operation is CAST:
            (x,), own = arguments, line.arguments[0].dtype
            if line.dtype == BOOL:
                return f"{x} != 0"
            return f"int({x})" if line.dtype == LONG else f"1.0*int({x})" if own == BOOL else f"1.0*{x}"
        form = line.operation.brian2
        if form is None:
            raise refuse(f"uses {line.operation.name}")
        return (form or line.operation.python).format(*arguments)

    code = ["_injected = current + synaptic", *(f"{names[line.name]} = {expression(line)}" for line in program.body)]
    code += [f"_new_{i} = {text(value)}" for i, value in enumerate(program.state)]
    code += [f"{own[s.key]} = _new_{i}" for i, s in enumerate(model.states)]
    return "\n".join([*code, f"spike = {text(program.spikes)}", "synaptic = 0.0"])


def _whole_numbers(program: Program) -> set[str]:
    """Return the names of values that are small integers in any type, such as a comparison cast to float32."""
    found: set[str] = set()

    def is_whole(value: Value) -> bool:
        if value.number is not None:
            return float(value.number).is_integer() and abs(value.number) < _EXACT
        return value.name in found or value.dtype == BOOL

    for line in program.body:
        kept = line.operation is CAST or line.operation.name in _KEEP_WHOLE
        operands = line.arguments[1:] if line.operation.computes == "choice" else line.arguments
        if kept and all(map(is_whole, operands)):
            found.add(line.name)
    return found


_KEEP_WHOLE = ("add", "sub", "mul", "neg", "where", "maximum", "minimum")
"""Operations that return an integer for integers."""
_EXACT = 2**20


def _program(model: NeuronModel) -> Program:
    if model.programs is not None:
        return model.programs.step
    from plausiwidgets.interop.torch_step import torch_step

    return torch_step(model).program


_RESERVED = {
    *("N", "i", "j", "t", "dt", "xi", "lastspike", "not_refractory", "refractory"),
    *("current", "synaptic", "spike", "choose"),
}


def _names(model: NeuronModel) -> dict[str, str]:
    """Return the names of states and parameters in a group."""
    brian2 = imported("brian2")
    taken = _RESERVED | {*brian2.DEFAULT_FUNCTIONS, *brian2.DEFAULT_CONSTANTS, *brian2.DEFAULT_UNITS}
    names = [*(s.key for s in model.states), *model.parameters]
    return {name: f"neuron_{name}" if name in taken or name.startswith("_") else name for name in names}


@cache
def _choose() -> object:
    """Return a Brian2 function that chooses one of two values.

    A sum of products with 0 and 1 would turn inf into nan.
    """
    function = imported("brian2").Function(
        np.where, arg_units=[1, 1, 1], return_unit=1, arg_types=["boolean", "any", "any"], return_type="highest"
    )
    c = "static inline double choose(bool chosen, double a, double b) { return chosen ? a : b; }"
    function.implementations.add_implementation("cpp", c)
    cython = "cdef double choose(bint chosen, double a, double b):\n    return a if chosen else b"
    function.implementations.add_implementation("cython", cython)
    return function
