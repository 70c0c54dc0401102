"""A step that is a function of NumPy: the tracer turns it into a program.

Whether a step that names neither NumPy nor torch is one of NumPy is found by running it: ``v.clip(0, 1)`` and
``fired.astype(float)`` name no library.

A step that the tracer cannot follow, because it branches on a value or assigns to some of the lanes, runs as a loop by
way of torch, with a warning. A program is compared with the step itself before it takes its place.
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
"""What a step of NumPy takes: arrays of several lanes, or the numbers of one."""
_LANES, _STEPS, _AGAIN = 40, 120, 6
"""Of the comparison of a program with the step; after so many steps it goes on from other states."""
_DEEPEST = 4
"""How many functions deep a library is looked for."""


def take_numpy(model: CheckedModel) -> None:
    """Make a model of a step that is a function of NumPy; leave one that is none.

    A step of NumPy that cannot be written down stays one, behind tensors of torch.

    Raises
    ------
    ValueError
        For a step that draws random numbers, or changes a number outside of it.
    ImportError
        Where it cannot be written down, and torch is not installed.
    """
    if not _may_be_numpy(model):
        return
    lanes, failed = _tried(model)
    try:
        if lanes is None:
            raise NotTraceableError(failed)
        grown = _refuse_memory(model, lanes)
        if failed or grown:
            raise NotTraceableError(
                f"it accepts only one lane at a time: {failed}" if failed else f"it changes {grown}"
            )
        programs = _traced(model)
        _compare(model, programs)
    except _RefusedError as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # of any kind, for a value that is no array
        reason = str(error) or type(error).__name__
        if find_spec("torch") is None:
            where = f"model {model.key!r}: the step cannot be converted to a program ({reason}), and "
            raise NotInstalledError("torch", where) from None
        if lanes is None:  # perhaps it takes tensors
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
    """A step that is no function of its arguments."""


# ------------------------------------------------------------------ is it one of NumPy?


def _may_be_numpy(model: CheckedModel) -> bool:
    """Return whether a step uses NumPy and no torch, or names neither of them and does not run on tensors."""
    used = set(_libraries(model.step, set(), 0))
    if "torch" in used:
        return False
    return "numpy" in used or find_spec("torch") is None or not _runs_on_tensors(model)


def _runs_on_tensors(model: CheckedModel) -> bool:
    """Return whether a step of no library runs on tensors, and returns numbers of their type."""
    try:
        with torch.no_grad():
            out = _run(model, lambda x: torch.full((3,), float(x), dtype=torch.float64))
    except Exception:  # of any kind, for a value that is no tensor
        return False
    values = [x for entry in out for x in (entry if isinstance(entry, tuple) else (entry,))]
    types = {x.dtype for x in values if isinstance(x, torch.Tensor)}
    return types == {torch.float64}


def _libraries(function: object, seen: set[int], depth: int) -> Iterator[str]:
    """Yield the packages of what a function names, and of what the functions name that it calls."""
    while not isinstance(function, FunctionType):
        inner = function.func if isinstance(function, partial) else getattr(function, "__func__", None)
        function = inner or getattr(type(function), "__call__", None)  # noqa: B004
        if not isinstance(function, FunctionType | MethodType | partial):
            return
    if depth > _DEEPEST or id(function) in seen:
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


def _tried(model: CheckedModel) -> tuple[Callable[[float], Lanes] | None, str]:
    """Return what a step takes, arrays of some lanes, or the numbers of one, or None; and what it raises on arrays."""
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
    """Run a step at the defaults, with a share of the current, on lanes of any library; return its results."""
    p = Namespace(**{name: lanes(q.default) for name, q in model.parameters.items()})
    state = tuple(x + lanes(1.0 - share) for x in model.initial_state(p, lanes(0.0)))
    with np.errstate(all="ignore"):
        out = model.step(lanes(share * model.current.default), state, p, np.float64(model.dt))
    return tuple(out)


def _refuse_memory(model: CheckedModel, lanes: Callable[[float], Lanes]) -> str:
    """Refuse a step that draws random numbers or remembers a number outside of its state; return what it appends to."""
    before = Outside({"step": model.step})
    if all(_draws(model, lanes) for _ in range(3)):  # meanwhile another thread may draw some
        raise _RefusedError(f"model {model.key!r}: the step must be deterministic, but it draws random numbers.")
    name, _ = before.changed() or ("", "")
    if not name or name.startswith("len("):
        return name
    raise _RefusedError(
        f"model {model.key!r}: the step must not change {name}, which is defined outside the step. Make every value "
        f"that it remembers an entry of the state. Do not use random numbers, and do not count calls."
    )


def _draws(model: CheckedModel, lanes: Callable[[float], Lanes]) -> bool:
    """Run a step, and return whether the usual random numbers are other ones after it."""

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
    return Programs(tracer.program(fired, new), begin.program(0.0, [*started, *_ends(model, p)]))


def _ends(model: CheckedModel, p: Namespace) -> list[object]:
    """Return rest and threshold."""
    return [getattr(p, x) if isinstance(x, str) else x(p) if callable(x) else x for x in (model.rest, model.threshold)]


def _compare(model: CheckedModel, programs: Programs) -> None:
    """Refuse a program that does not give what the step gives: from many states, at several time steps."""
    rng = np.random.default_rng(0)
    values = random_values(model, _LANES, rng)
    p = Namespace(**values)
    drive = rng.uniform(model.current.low, model.current.high, _LANES)
    *start, rest, threshold = programs.start_at(values, drive)
    with np.errstate(all="ignore"):
        _refuse_others(
            [*model.initial_state(p, drive.copy()), *_ends(model, p)], [*start, rest, threshold], "starting point"
        )
        state = begin = np.stack(programs.start_at(values, np.zeros(_LANES))[:-2])
        for k in range(_STEPS):
            if k and k % _AGAIN == 0:
                state = _moved(begin, rest, threshold, rng)
            now, dt = drive * rng.uniform(-0.5, 1.5, _LANES), model.dt / (1, 2, 6)[k % 3]
            out = model.step(now.copy(), tuple(x.copy() for x in state), p, np.float64(dt))
            fired, new = ([], out) if model.spike_level is not None else ([out[0]], out[1])
            inputs: dict[str, ArrayLike] = {f"p{i}": values[name] for i, name in enumerate(programs.step.parameters)}
            inputs |= {f"s{i}": x for i, x in enumerate(state)}
            inputs |= {"current": now, "dt": dt}
            ours, computed = evaluate(programs.step, inputs)
            _refuse_others([*new, *fired], [*computed, *([ours] if fired else [])], f"step {k}")
            state = np.stack([np.nan_to_num(np.broadcast_to(x, _LANES)) for x in computed])


def _moved(start: Floats, rest: Floats, threshold: Floats, rng: np.random.Generator) -> Floats:
    """Return other states: of any potential about the threshold, and of any size of the others."""
    state = np.nan_to_num(start.copy())
    state[0] = rest + rng.uniform(-1.0, 2.0, _LANES) * np.nan_to_num(threshold - rest)
    state[1:] += rng.normal(size=state[1:].shape) * 10.0 ** rng.uniform(-2.0, 2.0, state[1:].shape)
    return state


def _refuse_others(theirs: Sequence[object], ours: Sequence[ArrayLike], when: str) -> None:
    for one, other in zip(theirs, ours, strict=True):
        if not np.allclose(np.asarray(one, dtype=np.float64), other, 1e-9, 1e-12, equal_nan=True):
            raise NotTraceableError(f"the program and the step return different results at {when} of a comparison")


# ------------------------------------------------------------------ a loop


class NumpyFunction:
    """A function of NumPy, behind tensors of torch.

    Parameters
    ----------
    function : callable
    reason : str
        Of a step, why it could not be written down.
    alone : bool
        Whether it takes the numbers of one lane, and no arrays of several.
    """

    def __init__(self, function: Callable[..., object], reason: str = "", alone: bool = False) -> None:
        self.function, self.not_traced, self.alone = function, reason, alone

    def __call__(self, *arguments: object) -> object:
        if self.alone and isinstance(arguments[0], Sized) and len(arguments[0]) > 1:
            raise ValueError(f"ambiguous: the step accepts only one lane, {self.not_traced}.")
        out = self.function(*(_given(x, self.alone) for x in arguments))
        return _tensors(out, (1,) if self.alone else None)


class _Read(Namespace):
    """Parameters as arrays or numbers, each when it is read."""

    def __init__(self, p: Namespace, alone: bool) -> None:
        vars(self).update(_p=p, _alone=alone)

    def __getattr__(self, name: str) -> object:
        return _given(getattr(self._p, name), self._alone)


def _given(value: object, alone: bool) -> object:
    """Return tensors as arrays, or as the numbers of one lane; in a tuple or a namespace too."""
    if isinstance(value, torch.Tensor):
        return value.numpy() if value.dim() and not alone else np.float64(value.item())
    if isinstance(value, tuple | list):
        return tuple(_given(x, alone) for x in value)
    return _Read(value, alone) if isinstance(value, Namespace) else value


def _tensors(value: object, shape: tuple[int, ...] | None = None) -> object:
    """Return arrays as tensors, in a tuple too; with a shape, numbers as well."""
    if isinstance(value, tuple | list):
        return tuple(_tensors(x, shape) for x in value)
    if isinstance(value, np.ndarray) or shape is not None:
        array = np.ascontiguousarray(value, dtype=np.float64)
        return torch.from_numpy(array if shape is None else array.reshape(shape))
    return value
