"""A step that is a function of NumPy: written down as a program by values that record what is done with them.

What they cannot follow, such as a decision by Python or an assignment to some of the lanes, runs as a loop by way of
torch, and says so. A program is compared with the step itself before it takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from plausiwidgets.lazy import torch
from plausiwidgets.models.contract import Namespace, check_program
from plausiwidgets.models.program_step import ProgramStart, ProgramStep
from plausiwidgets.program.arrays import evaluate
from plausiwidgets.program.neuron import Programs
from plausiwidgets.program.recorded import NotRecorded, Recorder

_LANES, _STEPS = 40, 60
"""Of the comparison of a program with the step."""


def take_numpy(model: Any) -> bool:
    """Make a model of a step that is a function of NumPy; return whether it is one and was written down.

    A step of NumPy that cannot be written down stays one, behind tensors of torch, and is left to the contract.

    Raises
    ------
    ValueError
        As :func:`plausiwidgets.models.contract.check_program`.
    """
    if not _may_be_numpy(model.step) or not _runs(model):
        return False
    try:
        programs = _recorded(model)
        _compare(model, programs)
    except Exception as error:  # whatever a step does with a value that is no array
        model.step = NumpyStep(model.step, str(error) or type(error).__name__)
        for name in ("initial_state", "rest", "threshold"):
            if callable(entry := getattr(model, name)):
                setattr(model, name, NumpyFunction(entry))
        return False
    model.programs = programs
    model.step = ProgramStep(programs.step, model.spike_level is not None)
    model.initial_state = ProgramStart(programs.start)
    check_program(model)
    return True


def _may_be_numpy(step: Any) -> bool:
    """Return whether a function names NumPy and not torch; or neither, where torch is not installed."""
    code = getattr(step, "__code__", None)
    if code is None:
        return False
    known = {**getattr(step, "__globals__", {}), **_captured(step)}
    objects = [known[name] for name in _names(code) if name in known]
    used = {"torch" if x is torch else x.__name__.partition(".")[0] for x in objects
            if x is torch or isinstance(x, ModuleType)}  # fmt: skip
    return "torch" not in used and ("numpy" in used or find_spec("torch") is None)


def _captured(step: Any) -> dict[str, Any]:
    cells = dict(zip(step.__code__.co_freevars, step.__closure__ or (), strict=True))
    return {name: cell.cell_contents for name, cell in cells.items()}


def _names(code: CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _runs(model: Any) -> bool:
    """Return whether the step takes arrays of NumPy."""
    try:
        p, holding = _arrays(model, 3), np.zeros(3)
        state = [np.broadcast_to(np.asarray(x, dtype=np.float64), (3,)).copy() for x in model.initial_state(p, holding)]
        with np.errstate(all="ignore"):
            model.step(np.full(3, model.current.default), tuple(state), p, np.float64(model.dt))
    except Exception:  # a step of torch raises whatever it likes
        return False
    return True


def _arrays(model: Any, lanes: int) -> Namespace:
    return Namespace(**{name: np.full(lanes, q.default) for name, q in model.parameters.items()})


def _recorded(model: Any) -> Programs:
    """Return the programs of a step, of the initial state, and of rest and threshold."""
    begin = Recorder(model.parameters, 0)
    p = Namespace(**begin.parameters)
    started = tuple(model.initial_state(p, begin.current))
    ends = [getattr(p, x) if isinstance(x, str) else x(p) if callable(x) else x for x in (model.rest, model.threshold)]
    recorder = Recorder(model.parameters, len(started))
    out = model.step(recorder.current, tuple(recorder.state), Namespace(**recorder.parameters), recorder.dt)
    if model.spike_level is None:
        fired, new = out
    else:
        new = out
        fired = np.logical_and(recorder.state[0] < model.spike_level, new[0] >= model.spike_level)
    if len(new) != len(started):
        raise NotRecorded(f"the step returns {len(new)} state variables, initial_state {len(started)}")
    return Programs(recorder.program(fired, new), begin.program(0.0, [*started, *ends]))


def _compare(model: Any, programs: Programs) -> None:
    """Refuse a program that does not give what the step gives, over some steps on lanes that differ.

    Raises
    ------
    NotRecorded
        With the step that differs.
    """
    rng = np.random.default_rng(0)
    values = {name: p.from_unit(rng.random(_LANES)) for name, p in model.parameters.items()}
    for name, p in model.parameters.items():
        values[name][::2] = p.default
    current = rng.uniform(model.current.low, model.current.high, _LANES)
    inputs = {f"p{i}": values[name] for i, name in enumerate(programs.step.parameters)}
    state = [np.array(x) for x in programs.start_at(values, np.zeros(_LANES))[:-2]]
    p = Namespace(**values)
    for k in range(_STEPS):
        drive = current * rng.uniform(-0.5, 1.5, _LANES)
        with np.errstate(all="ignore"):
            out = model.step(drive.copy(), tuple(x.copy() for x in state), p, np.float64(model.dt))
        fired, new = (None, out) if model.spike_level is not None else out
        ours, computed = evaluate(programs.step, inputs | {"current": drive, "dt": model.dt}
                                  | {f"s{i}": x for i, x in enumerate(state)})  # fmt: skip
        pairs = [*zip(new, computed, strict=True), *([] if fired is None else [(fired, ours)])]
        for theirs, mine in pairs:
            if not np.allclose(np.asarray(theirs, dtype=np.float64), mine, 1e-9, 1e-12, equal_nan=True):
                raise NotRecorded(f"another result than that of the step itself, in step {k} of a comparison")
        state = [np.nan_to_num(np.broadcast_to(x, (_LANES,))) for x in computed]


class NumpyFunction:
    """A function of NumPy, behind tensors of torch."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        return _tensors(self.function(*map(_array, arguments)))


class NumpyStep(NumpyFunction):
    """A step of NumPy that could not be written down, with the reason."""

    def __init__(self, function: Callable[..., Any], reason: str) -> None:
        super().__init__(function)
        self.not_recorded = reason


def _array(value: Any) -> Any:
    """Return tensors as arrays, in a tuple or a namespace too."""
    if isinstance(value, torch.Tensor):
        return value.numpy() if value.dim() else np.float64(value.item())
    if isinstance(value, tuple | list):
        return tuple(map(_array, value))
    if isinstance(value, Namespace):
        return Namespace(**{name: _array(getattr(value, name)) for name in _attributes(value)})
    return value


def _attributes(p: Namespace) -> Sequence[str]:
    values: Mapping[str, Any] = vars(p)
    return [name for name in values if not name.startswith("_")]


def _tensors(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(map(_tensors, value))
    if isinstance(value, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(value, dtype=np.float64))
    return value
