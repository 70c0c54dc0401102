"""Why a step cannot be compiled, in words that say what to write instead."""

from __future__ import annotations

import linecache
import traceback
from typing import TYPE_CHECKING, Any

import torch

from plausiwidgets.simulation.compiled import lines

if TYPE_CHECKING:
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
    "index_select", "gather", "median", "slice", "split", "split_with_sizes", "unbind", "softmax", "linalg_vector_norm",
)  # fmt: skip
_SPELLINGS = {
    "rand": ("rand", "bernoulli"), "native_dropout": ("native_dropout", "bernoulli"), "cat": ("cat", "stack"),
    "slice_scatter": ("slice_scatter", "copy", "fill"), "div": ("floor_divide", "div"),
}  # fmt: skip
"""What an operation of an exported graph may be called in the step itself, the likeliest first."""
_SIZES = (
    *(f"torch.Tensor.{n}" for n in ("__len__", "numel", "tolist", "size", "shape.__get__")),
    "unbind", "split", "split_with_sizes", "slice",
)  # fmt: skip
"""Where a step may ask for the number of lanes, the likeliest first."""
_CONTROL = ("cond", "while_loop", "scan", "map_impl", "associative_scan")
_INSTEAD = {
    "slice_scatter": ". To replace a whole tensor write `v = x`, not `v[:] = x`",
    "lshift": ". Write `x * 2**n` instead of `x << n`",
    "rshift": ". Write `torch.floor(x.to(torch.float64) / 2**n)` instead of `x >> n`",
}
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
    line = lines.of_traceback(model, error)
    code = linecache.getline(*line).strip() if line else ""
    called = any(f"{word}(" in code for word in ("math.exp", "float", "int", "item", "math.sqrt", "math.log"))
    if any("_higher_order_ops" in f.f_code.co_filename for f, _ in traceback.walk_tb(error.__traceback__)):
        reason = _control("torch.cond" if "cond" in code else "a function")
    elif "GuardOnDataDependent" in type(error).__name__ or "ambiguous" in text:
        reason = _NUMBER if called or "zuf" in text else _BRANCH
    elif "Python scalars" in text or "converted to" in text or ".item" in text:
        reason = _NUMBER
    elif ".numpy()" in text or "numpy" in text.lower():
        reason = "it hands a tensor to NumPy. Use torch's function of the same name"
    elif "Constraints violated" in text or "specialized" in text:
        return lane_count(model)
    elif "fake tensor in the exported program constant" in text:
        line = lines.of_operation(model, ["torch.Tensor.data.__get__"])
        reason = (
            "it reads or changes a tensor where torch cannot follow, as with `.data`. Use the tensor itself, "
            "or `v.clone()` to work on a copy"
        )
    else:
        first = text.strip().splitlines()[0] if text.strip() else ""
        reason = f"torch.export raised {type(error).__name__}" + (f": {first}" if first else "")
    return _sentence(model, reason, lines.at(line))


def _control(name: str) -> str:
    return (
        f"{name} that branches or loops on the values of a tensor has no compiled form. Compute both sides and "
        f"choose with `torch.where(condition, a, b)`"
    )


def operation(model: NeuronModel, name: str, node: Any = None) -> str:
    """Return why an operation outside of the table ends the compilation."""
    bare = name.strip("_").removeprefix("native_")
    if bare.startswith(_RANDOM):
        reason = (
            f"the operation {name} draws random numbers, and a model is deterministic. Only the torch engine "
            f"runs it"
        )
    elif bare == "local_scalar_dense" or bare == "item":
        reason = _NUMBER
    elif bare in _CONTROL:
        line = (lines.of_node(node) if node is not None else None) or lines.of_source(model, bare)
        return _sentence(model, _control(f"torch.{bare}"), lines.at(line))
    elif bare in _ACROSS:
        return picks(model, name, node)
    else:
        reason = f"the operation {name} has no compiled form{_INSTEAD.get(bare, '')}"
    return _sentence(model, reason, _at(model, name, node))


def picks(model: NeuronModel, name: str, node: Any = None) -> str:
    """Return that an operation makes of several lanes what is not one value for each."""
    reason = (
        f"the operation {name} combines or picks lanes, and each lane is a neuron of its own. Compute "
        f"elementwise, from the lane's own current, state and parameters"
    )
    return _sentence(model, reason, _at(model, name, node))


def random_numbers(model: NeuronModel) -> str | None:
    """Return which of torch's operations in the step draws random numbers, if one does."""
    drawing = [n for n in lines.calls(model) if n.startswith(_RANDOM)]
    return operation(model, drawing[0]) if drawing else None


def usage(model: NeuronModel, name: str, problem: str, node: Any = None) -> str:
    """Return that an operation of the table is used in a way that it does not cover."""
    return _sentence(model, f"the operation {name} {problem}", _at(model, name, node))


def shape(model: NeuronModel, name: str, found: Any, node: Any = None) -> str:
    """Return that an intermediate result is not a tensor of lanes."""
    reason = (
        f"the operation {name} makes a tensor of shape {found}; everything must have the shape [lanes] of "
        f"the current"
    )
    return _sentence(model, reason, _at(model, name, node))


def dtype(model: NeuronModel, name: str, found: torch.dtype, node: Any = None) -> str:
    """Return that an intermediate result has a type that kernels do not compute with."""
    return _sentence(
        model,
        f"the operation {name} makes a tensor of {found}; use torch.float64",
        _at(model, name, node),
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
    return _sentence(
        model,
        "it keeps values outside of its state, such as a counter, a list or a generator of random numbers. Make "
        "them entries of the state",
    )


def unsteady(model: NeuronModel) -> str:
    """Return that the step gives now this, now that."""
    return random_numbers(model) or _sentence(
        model,
        "it gives other values for the same inputs: random numbers, or a counter outside of its state. Only the "
        "torch engine runs it; make a counter an entry of the state",
    )


def other_lanes(model: NeuronModel) -> str:
    """Return that a lane alone gives other values than together with others."""
    return _sentence(
        model,
        "a lane gives other values alone than together with others, and each lane is a neuron of its own. Compute "
        "elementwise, and not with the number of lanes",
        lines.at(lines.of_operation(model, _SIZES)),
    )


def lane_count(model: NeuronModel, node: Any = None) -> str:
    """Return that the step computes with the number of lanes."""
    line = (lines.of_node(node) if node is not None else None) or lines.of_operation(model, _SIZES)
    return _sentence(
        model,
        "it computes with the number of lanes, and each lane is a neuron of its own. Make the number a "
        "Parameter or a constant",
        lines.at(line),
    )


def _at(model: NeuronModel, name: str, node: Any) -> str:
    """Return the line of a node, or of the first operation of its name, as the end of a sentence."""
    line = lines.of_node(node) if node is not None else None
    bare = name.strip("_")
    return lines.at(line or lines.of_operation(model, _SPELLINGS.get(bare, (bare,))))
