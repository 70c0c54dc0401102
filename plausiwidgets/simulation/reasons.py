"""Why a step cannot be compiled, in words that say what to write instead."""

from __future__ import annotations

import linecache
import traceback
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

if TYPE_CHECKING:
    from types import FrameType

    from plausiwidgets.models.model import NeuronModel

_RANDOM = (
    "rand",
    "randn",
    "bernoulli",
    "normal",
    "dropout",
    "poisson",
    "multinomial",
    "exponential",
    "uniform",
)
_ACROSS = (
    "sum", "mean", "any", "all", "amax", "amin", "max", "min", "cumsum", "cumprod", "prod", "std", "var",
    "sort", "argmax", "argmin", "mm", "matmul", "dot", "cat", "stack", "roll", "flip", "select",
    "index_select", "gather", "median",
)  # fmt: skip
_BRANCH = (
    "it decides in Python on the values of a tensor. Write `torch.where(condition, a, b)` instead of an "
    "`if`, and `&`, `|`, `~` instead of `and`, `or`, `not`"
)
_NUMBER = (
    "it turns a tensor into a Python number. Use torch's functions on the tensor itself: `torch.exp(x)`, not "
    "`math.exp(x)`, and no `float(x)`, `int(x)` or `x.item()`"
)


def _sentence(model: NeuronModel, reason: str, line: str = "") -> str:
    return f"the step of model {model.name!r} cannot be compiled: {reason}{line}"


def of_exception(model: NeuronModel, error: Exception) -> str:
    """Return why tracing the step ended in `error`."""
    text = str(error)
    line = _line_of_traceback(model, error)
    code = linecache.getline(*line).strip() if line else ""
    called = any(f"{word}(" in code for word in ("math.exp", "float", "int", "item", "math.sqrt", "math.log"))
    if "GuardOnDataDependent" in type(error).__name__ or "ambiguous" in text:
        reason = _NUMBER if called or "zuf" in text else _BRANCH
    elif "Python scalars" in text or "converted to" in text or ".item" in text:
        reason = _NUMBER
    elif ".numpy()" in text or "numpy" in text.lower():
        reason = "it hands a tensor to NumPy. Use torch's function of the same name"
    elif "Constraints violated" in text or "specialized" in text:
        return lane_count(model)
    else:
        first = text.strip().splitlines()[0] if text.strip() else ""
        reason = f"torch.export raised {type(error).__name__}" + (f": {first}" if first else "")
    return _sentence(model, reason, _at(line))


def operation(model: NeuronModel, name: str) -> str:
    """Return why an operation outside of the table ends the compilation."""
    bare = name.strip("_").removeprefix("native_")
    if bare.startswith(_RANDOM):
        reason = (
            f"the operation {name} draws random numbers, and a model is deterministic. Only the torch engine "
            f"runs it"
        )
    elif bare == "local_scalar_dense" or bare == "item":
        reason = _NUMBER
    elif bare in _ACROSS:
        reason = (
            f"the operation {name} combines or picks lanes, and each lane is a neuron of its own. Compute "
            f"elementwise, from the lane's own current, state and parameters"
        )
    else:
        reason = f"the operation {name} has no compiled form"
    return _sentence(model, reason, _at(_line_of_operation(model, name)))


def usage(model: NeuronModel, name: str, problem: str) -> str:
    """Return that an operation of the table is used in a way that it does not cover."""
    return _sentence(model, f"the operation {name} {problem}", _at(_line_of_operation(model, name)))


def shape(model: NeuronModel, name: str, found: Any) -> str:
    """Return that an intermediate result is not a tensor of lanes."""
    reason = (
        f"the operation {name} makes a tensor of shape {found}; everything must have the shape [lanes] of "
        f"the current"
    )
    return _sentence(model, reason, _at(_line_of_operation(model, name)))


def dtype(model: NeuronModel, name: str, found: torch.dtype) -> str:
    """Return that an intermediate result has a type that kernels do not compute with."""
    return _sentence(
        model,
        f"the operation {name} makes a tensor of {found}; use torch.float64",
        _at(_line_of_operation(model, name)),
    )


def captured(model: NeuronModel, tensor: Any) -> str:
    """Return that a tensor from outside of the step is not a single number."""
    what = f"a tensor of shape {list(tensor.shape)}" if isinstance(tensor, torch.Tensor) else "an object"
    return _sentence(model, f"it reads {what} from outside of the step; make each number a Parameter")


def changes_input(model: NeuronModel) -> str:
    """Return that the step works in place."""
    return _sentence(model, "it changes an input in place. Write `v = v + x`, not `v += x`")


def keeps_state(model: NeuronModel) -> str:
    """Return that the step remembers something outside of its state."""
    return _sentence(model, "it keeps values outside of its state. Make them entries of the state")


def lane_count(model: NeuronModel) -> str:
    """Return that the step computes with the number of lanes."""
    return _sentence(
        model,
        "it computes with the number of lanes, and each lane is a neuron of its own. Make the number a "
        "Parameter or a constant",
    )


# -- lines of the step -------------------------------------------------------------------------

Line = tuple[str, int]


def _at(line: Line | None) -> str:
    if line is None:
        return ""
    code = linecache.getline(*line).strip()
    return f" ({line[0]}, line {line[1]}{f': `{code}`' if code else ''})"


def _line_of_traceback(model: NeuronModel, error: BaseException) -> Line | None:
    """Return the innermost line of the user's code in the traceback of `error`."""
    inside = False
    line = None
    code = _code_of(model)
    for frame, number in traceback.walk_tb(error.__traceback__):
        inside = inside or frame.f_code is code
        if inside and not _is_library(frame):
            line = (frame.f_code.co_filename, number)
    return line


def _is_library(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__", "")
    return name.split(".")[0] in ("torch", "numpy", "sympy", "norse") or name == __name__


def _code_of(model: NeuronModel) -> Any:
    step = model.step
    step = getattr(step, "__wrapped__", step)
    step = getattr(step, "__func__", step)
    return getattr(step, "__code__", None) or getattr(type(step).__call__, "__code__", None)


class _Watch(TorchDispatchMode):
    """Notes the line of the step at which an operation is first called."""

    def __init__(self, model: NeuronModel, name: str) -> None:
        super().__init__()
        self.code = _code_of(model)
        self.name = name
        self.line: Line | None = None

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        called = func.overloadpacket.__name__.rstrip("_").lstrip("_")
        if self.line is None and called == self.name.strip("_"):
            self.line = self._user_line()
        return func(*args, **(kwargs or {}))

    def _user_line(self) -> Line | None:
        line = None
        for frame, number in traceback.walk_stack(None):
            if line is None and not _is_library(frame):
                line = (frame.f_code.co_filename, number)
            if frame.f_code is self.code:
                return line
        return None


def _line_of_operation(model: NeuronModel, name: str) -> Line | None:
    """Run the step once in torch and return the line that calls the operation `name`."""
    values = {n: torch.full((3,), p.default, dtype=torch.float64) for n, p in model.parameters.items()}
    watch = _Watch(model, name)
    try:
        state = tuple(torch.from_numpy(row.copy()) for row in model.start(model.defaults(), [0.0] * 3))
        current = torch.full((3,), model.current.default, dtype=torch.float64)
        with torch.no_grad(), watch:
            model.step(current, state, model.namespace(values), torch.tensor(model.dt, dtype=torch.float64))
    except Exception:  # a reason without its line is better than none
        return watch.line
    return watch.line
