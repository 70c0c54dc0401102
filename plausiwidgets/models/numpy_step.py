"""Conversion of a step that is a NumPy function into a program, by the tracer.

If a step uses neither the name of NumPy nor that of torch, running it determines its library, because ``v.clip(0, 1)``
and ``fired.astype(float)`` contain no library name.

The tracer cannot follow a step that branches on a value or assigns to some of the lanes. Such a step runs in a Python
loop through torch, with a warning. A program is compared with the step before it replaces the step.
"""

from __future__ import annotations

import dis
import random
from collections.abc import Callable, Iterator, Sequence, Sized
from functools import partial
from importlib.util import find_spec
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.program.arrays import evaluate
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.engine.program.tracer import NotTraceableError, StepTracer
from plausiwidgets.models.captured import Outside, captured, global_names
from plausiwidgets.models.checked_model import CheckedModel
from plausiwidgets.models.contract import Namespace, random_values
from plausiwidgets.models.parameter import Floats
from plausiwidgets.support.extras import NotInstalledError
from plausiwidgets.support.lazy import torch

Lanes = Floats | np.float64
"""Inputs of a NumPy step: arrays of several lanes, or the numbers of one lane."""
_LANES, _STEPS, _RESTART = 40, 120, 6
"""Number of lanes and steps in the comparison of a program with the step, and number of steps between new states."""
_MAX_DEPTH = 4
"""Maximum depth of nested function calls in which a library is searched for."""


def take_numpy(model: CheckedModel) -> None:
    """Convert the NumPy functions of a model to programs, and leave any other model unchanged.

    If the step is a NumPy function that cannot be converted, it stays a NumPy function that is called with torch
    tensors.

    Raises
    ------
    ValueError
        If the step draws random numbers or changes a number outside itself.
    ImportError
        If the step cannot be converted and torch is not installed.
    """
    if not _may_be_numpy(model):
        return
    lanes, failed = _accepted_lanes(model)
    try:
        if lanes is None:
            raise NotTraceableError(failed)
        grown = _check_memory(model, lanes)
        if failed or grown:
            raise NotTraceableError(
                f"it accepts only one lane at a time: {failed}" if failed else f"it changes {grown}"
            )
        programs = _traced(model)
        _compare(model, programs)
    except _RefusedError as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # Any exception may occur if a value is not an array.
        reason = str(error) or type(error).__name__
        if find_spec("torch") is None:
            where = f"model {model.key!r}: the step cannot be converted to a program ({reason}), and "
            raise NotInstalledError("torch", where) from None
        if lanes is None:  # The step may accept tensors.
            return
        model.step = NumpyFunction(model.step, reason, lanes is np.float64)
        for name in ("initial_state", "rest", "threshold"):
            if callable(entry := getattr(model, name)):
                setattr(model, name, NumpyFunction(entry))
        return
    model.programs = programs
    model.step = ProgramStep(programs, model.spike_level)
    model.initial_state = model.step.initial_state


class _RefusedError(ValueError):
    """A step whose result does not depend only on its arguments."""


# ------------------------------------------------------------------ detection of a NumPy step


def _may_be_numpy(model: CheckedModel) -> bool:
    """Return whether a step uses NumPy and not torch, or uses neither by name and does not run on tensors."""
    used = set(_libraries(model.step, set(), 0))
    if "torch" in used:
        return False
    return "numpy" in used or find_spec("torch") is None or not _runs_on_tensors(model)


def _runs_on_tensors(model: CheckedModel) -> bool:
    """Return whether a step without a library name runs on tensors and returns float64 tensors."""
    try:
        with torch.no_grad():
            out = _run(model, lambda x: torch.full((3,), float(x), dtype=torch.float64))
    except Exception:  # Any exception may occur if a value is not a tensor.
        return False
    values = [x for entry in out for x in (entry if isinstance(entry, tuple) else (entry,))]
    types = {x.dtype for x in values if isinstance(x, torch.Tensor)}
    return types == {torch.float64}


def _libraries(function: object, seen: set[int], depth: int) -> Iterator[str]:
    """Yield the packages of the names in a function and in the functions that it calls."""
    while not isinstance(function, FunctionType):
        inner = function.func if isinstance(function, partial) else getattr(function, "__func__", None)
        function = inner or getattr(type(function), "__call__", None)  # noqa: B004
        if not isinstance(function, FunctionType | MethodType | partial):
            return
    if depth > _MAX_DEPTH or id(function) in seen:
        return
    seen.add(id(function))
    read = (function.__globals__.get(name) for name in global_names(function.__code__))
    for x in (*read, *(x for _, x in captured(function))):
        package = (getattr(x, "__module__", None) or type(x).__module__).partition(".")[0]
        if isinstance(x, FunctionType) and package not in ("numpy", "torch"):
            yield from _libraries(x, seen, depth + 1)
        elif x is torch:
            yield "torch"
        elif x is not None:
            yield x.__name__.partition(".")[0] if isinstance(x, ModuleType) else package
    for line in dis.get_instructions(function.__code__):
        if line.opname == "IMPORT_NAME":
            yield line.argval.partition(".")[0]


def _several(x: float) -> Floats:
    return np.full(3, x)


def _accepted_lanes(model: CheckedModel) -> tuple[Callable[[float], Lanes] | None, str]:
    """Return the form of lanes that a step accepts, and its error message for arrays.

    The form is a function that creates arrays of several lanes or the number of one lane, or None if the step accepts
    neither.
    """
    failed = ""
    for lanes in (_several, np.float64):
        try:
            _run(model, lanes)
        except Exception as error:
            failed = failed or str(error) or type(error).__name__
        else:
            return lanes, failed
    return None, failed


def _run(model: CheckedModel, lanes: Callable[[float], Any], share: float = 1.0) -> tuple[object, ...]:
    """Run a step at the default parameters with a fraction of the default current, and return its results.

    `lanes` creates the lanes of the library from a number.
    """
    p = Namespace(**{name: lanes(q.default) for name, q in model.parameters.items()})
    state = tuple(x + lanes(1.0 - share) for x in model.initial_state(p, lanes(0.0)))
    with np.errstate(all="ignore"):
        out = model.step(lanes(share * model.current.default), state, p, np.float64(model.dt))
    return tuple(out)


def _check_memory(model: CheckedModel, lanes: Callable[[float], Lanes]) -> str:
    """Raise an error if a step is not deterministic or changes a number outside itself.

    Returns the name of the list to which the step appends, or an empty string.
    """
    before = Outside({"step": model.step})
    # Repeat, because another thread may draw random numbers in the meantime.
    if all(_draws(model, lanes) for _ in range(3)):
        raise _RefusedError(f"model {model.key!r}: the step must be deterministic, but it draws random numbers.")
    name, _ = before.changed() or ("", "")
    if not name or name.startswith("len("):
        return name
    raise _RefusedError(
        f"model {model.key!r}: the step must not change {name}, which is defined outside the step. Make every value "
        f"that it remembers an entry of the state. Do not use random numbers, and do not count calls."
    )


def _draws(model: CheckedModel, lanes: Callable[[float], Lanes]) -> bool:
    """Run a step, and return whether the state of the global random number generators has changed."""

    def drawn() -> tuple[object, str]:
        return random.getstate(), str(np.random.get_state(legacy=False))  # noqa: NPY002

    before = drawn()
    _run(model, lanes, 0.9)
    return bool(drawn() != before)


# ------------------------------------------------------------------ the program


def _traced(model: CheckedModel) -> Programs:
    """Return the programs of a step, of the initial state, and of rest and threshold."""
    begin = StepTracer(model.parameters, 0)
    p = Namespace(**begin.parameters)
    started = tuple(model.initial_state(p, begin.current))
    tracer = StepTracer(model.parameters, len(started))
    out = model.step(tracer.current, tuple(tracer.state), Namespace(**tracer.parameters), tracer.dt)
    if model.spike_level is None:
        fired, new = out
    else:
        new = out
        fired = np.logical_and(tracer.state[0] < model.spike_level, new[0] >= model.spike_level)
    if len(new) != len(started):
        raise NotTraceableError(
            f"the step returns {len(new)} state variables, but initial_state returns {len(started)}"
        )
    return Programs(tracer.program(fired, new), begin.program(0.0, [*started, *_rest_and_threshold(model, p)]))


def _rest_and_threshold(model: CheckedModel, p: Namespace) -> list[object]:
    """Return rest and threshold."""
    return [getattr(p, x) if isinstance(x, str) else x(p) if callable(x) else x for x in (model.rest, model.threshold)]


def _compare(model: CheckedModel, programs: Programs) -> None:
    """Compare a program with its step from many states and at several time steps, and raise an error if they differ."""
    rng = np.random.default_rng(0)
    values = random_values(model, _LANES, rng)
    p = Namespace(**values)
    drive = rng.uniform(model.current.low, model.current.high, _LANES)
    *start, rest, threshold = programs.start_at(values, drive)
    with np.errstate(all="ignore"):
        _check_equal(
            [*model.initial_state(p, drive.copy()), *_rest_and_threshold(model, p)],
            [*start, rest, threshold],
            "starting point",
        )
        state = begin = np.stack(programs.start_at(values, np.zeros(_LANES))[:-2])
        for k in range(_STEPS):
            if k and k % _RESTART == 0:
                state = _new_states(begin, rest, threshold, rng)
            now, dt = drive * rng.uniform(-0.5, 1.5, _LANES), model.dt / (1, 2, 6)[k % 3]
            out = model.step(now.copy(), tuple(x.copy() for x in state), p, np.float64(dt))
            fired, new = ([], out) if model.spike_level is not None else ([out[0]], out[1])
            inputs: dict[str, ArrayLike] = {f"p{i}": values[name] for i, name in enumerate(programs.step.parameters)}
            inputs |= {f"s{i}": x for i, x in enumerate(state)}
            inputs |= {"current": now, "dt": dt}
            ours, computed = evaluate(programs.step, inputs)
            _check_equal([*new, *fired], [*computed, *([ours] if fired else [])], f"step {k}")
            state = np.stack([np.nan_to_num(np.broadcast_to(x, _LANES)) for x in computed])


def _new_states(start: Floats, rest: Floats, threshold: Floats, rng: np.random.Generator) -> Floats:
    """Return new states: potentials around rest and threshold, and other variables of many orders of magnitude."""
    state = np.nan_to_num(start.copy())
    state[0] = rest + rng.uniform(-1.0, 2.0, _LANES) * np.nan_to_num(threshold - rest)
    state[1:] += rng.normal(size=state[1:].shape) * 10.0 ** rng.uniform(-2.0, 2.0, state[1:].shape)
    return state


def _check_equal(theirs: Sequence[object], ours: Sequence[ArrayLike], when: str) -> None:
    for one, other in zip(theirs, ours, strict=True):
        if not np.allclose(np.asarray(one, dtype=np.float64), other, 1e-9, 1e-12, equal_nan=True):
            raise NotTraceableError(f"the program and the step return different results at {when} of a comparison")


# ------------------------------------------------------------------ a loop


class NumpyFunction:
    """A NumPy function that accepts and returns torch tensors.

    Parameters
    ----------
    function : callable
        The NumPy function.
    reason : str
        For a step, the reason why it could not be converted to a program.
    alone : bool
        Whether the function accepts only the numbers of one lane instead of arrays.
    """

    def __init__(self, function: Callable[..., object], reason: str = "", alone: bool = False) -> None:
        self.function, self.not_traced, self.alone = function, reason, alone

    def __call__(self, *arguments: object) -> object:
        if self.alone and isinstance(arguments[0], Sized) and len(arguments[0]) > 1:
            raise ValueError(f"ambiguous: the step accepts only one lane, {self.not_traced}.")
        out = self.function(*(_as_arrays(x, self.alone) for x in arguments))
        return _tensors(out, (1,) if self.alone else None)


class _ReadArrays(Namespace):
    """Parameters as arrays or numbers, converted when they are read."""

    def __init__(self, p: Namespace, alone: bool) -> None:
        vars(self).update(_p=p, _alone=alone)

    def __getattr__(self, name: str) -> object:
        return _as_arrays(getattr(self._p, name), self._alone)


def _as_arrays(value: object, alone: bool) -> object:
    """Return tensors as arrays, or as the numbers of one lane, also within a tuple or a namespace."""
    if isinstance(value, torch.Tensor):
        return value.numpy() if value.dim() and not alone else np.float64(value.item())
    if isinstance(value, tuple | list):
        return tuple(_as_arrays(x, alone) for x in value)
    return _ReadArrays(value, alone) if isinstance(value, Namespace) else value


def _tensors(value: object, shape: tuple[int, ...] | None = None) -> object:
    """Return arrays as tensors, also within a tuple. With a `shape`, numbers become tensors as well."""
    if isinstance(value, tuple | list):
        return tuple(_tensors(x, shape) for x in value)
    if isinstance(value, np.ndarray) or shape is not None:
        array = np.ascontiguousarray(value, dtype=np.float64)
        return torch.from_numpy(array if shape is None else array.reshape(shape))
    return value
