"""Translation of a model's torch step into a program: ``torch.export``, then the table of operations.

If an operation has no compiled form, the error names the operation, the line of the step that calls it, and an
alternative.
"""

from __future__ import annotations

import linecache
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import CodeType, FrameType
from typing import TYPE_CHECKING, TextIO

from plausiwidgets.engine.compiled.lowering import NUMPY, RESHAPED, Call, UnsupportedError, covers, lower
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.engine.program.program import BOOL, DOUBLE, FIXED, LONG, MOVING, UNIFORM, Body, Program, Value
from plausiwidgets.support.arguments import sentence
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.quiet import imported

if TYPE_CHECKING:
    from torch.utils._python_dispatch import TorchDispatchMode

    from plausiwidgets.engine.neuron import Step
else:
    TorchDispatchMode = imported("torch.utils._python_dispatch").TorchDispatchMode

_LANES = 7
"""Number of lanes of the traced example. The graph is valid for any number of lanes."""

_SKIPPED = ("_assert_tensor_metadata", "_assert_scalar", "sym_size", "sym_constrain_range_for_size")
"""Nodes that compute nothing."""

_REWRITTEN = ("where", "rsub", "__and__", "__or__", "__xor__", "zeros_like", "ones_like")
"""Operations that torch would decompose into its core operations, although the table contains them."""

_SIZED_BY_FIRST = ("full", "full_like", "zeros_like", "ones_like", "copy")
_SIZED_BY_REST = ("expand", "view", "_unsafe_view", "slice", *RESHAPED)

# ------------------------------------------------------------------ advice for error messages

_ELEMENTWISE = (
    "has no compiled form. Compute each lane separately, without other lanes and without random numbers. Use "
    "elementwise operations such as +, exp and where"
)
_VALUES = (
    "it converts a tensor to a Python value or a NumPy array, for example for an `if`. Write `torch.where(condition, "
    "a, b)` instead of an `if`, and `&`, `|`, `~` instead of `and`, `or`, `not`. Use functions from torch, such as "
    "`torch.exp(x)`"
)
_NUMBER_OF_LANES = (
    "it uses the number of lanes, for example with `len(v)`, `v.numel()` or `v.shape`. Make the number a Parameter or "
    "a constant"
)
_IN_PLACE = "it changes an input in place. Write `v = v + x` instead of `v += x`"
_OUTSIDE = "it keeps values outside its state, such as a counter or a list. Make them entries of the state"
_REASONS = {
    "Constraints violated": _NUMBER_OF_LANES,
    "specialized": _NUMBER_OF_LANES,
    "ambiguous": _VALUES,
    "data-dependent": _VALUES,
    "Python scalars": _VALUES,
    "converted to": _VALUES,
    ".item": _VALUES,
    "numpy": _VALUES,
    "fake tensor in the exported program": "it uses a tensor in a way that torch cannot trace, such as `.data`. Use "
    "the tensor itself, or a copy (`v.clone()`)",
}
"""Reason for an error of torch, by a part of its text."""


class _StepModule(torch.nn.Module):
    """A model's step as a module with flat inputs and outputs."""

    def __init__(self, model: Step) -> None:
        super().__init__()
        self._advance = model.advance
        self._namespace = model.namespace
        self._names = tuple(model.parameters)

    def forward(
        self,
        current: torch.Tensor,
        state: list[torch.Tensor],
        parameters: list[torch.Tensor],
        dt: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        p = self._namespace(dict(zip(self._names, parameters, strict=True)))
        spikes, new = self._advance(current, tuple(state), p, dt)
        return (spikes, *new)


def export_step(model: Step) -> Program:
    """Return the step of `model` as a program.

    Raises
    ------
    NotCompilableError
        If the step cannot be traced or contains an operation that the table does not cover. The message contains the
        operation, the line of the step if it was found, and an alternative.
    """
    reason = getattr(model.step, "not_traced", None)
    if reason is not None:
        raise NotCompilableError(
            f"the step of model {model.key!r} cannot be compiled, because it is a NumPy function that cannot be "
            f"converted to a program ({reason}). Compute each lane separately, with np.where instead of an `if` or an "
            f"assignment."
        )
    try:
        return _Translation(model, _trace(model)).program()
    except UnsupportedError as error:
        raise NotCompilableError(str(error)) from None
    except Exception as error:
        raise NotCompilableError(_of_error(model, error)) from error


class _Muted:
    """A stream that drops the output of one thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        if self._stream is None or threading.get_ident() == self._thread:
            return len(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress torch's own reports of errors that are raised with a reason."""
    loggers = [
        logging.getLogger(f"torch.{n}")
        for n in ("fx.experimental.symbolic_shapes", "export", "_export", "_subclasses.fake_tensor")
    ]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    # Mute this thread only, and restore stderr only if no other code has replaced it in the meantime.
    stderr, muted = sys.stderr, _Muted(sys.stderr)
    sys.stderr = muted
    try:
        # Added outside catch_warnings, which restores its saved filters even while another thread exports.
        warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if sys.stderr is muted:
            sys.stderr = stderr
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


Example = tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor], torch.Tensor]


def _example(model: Step, lanes: int) -> Example:
    """Return (current, state, parameters, dt) of a neuron at rest at the default parameters."""
    state = model.start(model.defaults(), [0.0] * lanes)
    current = torch.full((lanes,), model.current.default, dtype=torch.float64)
    parameters = [torch.full((lanes,), p.default, dtype=torch.float64) for p in model.parameters.values()]
    dt = torch.tensor(model.dt, dtype=torch.float64)
    return current, [torch.from_numpy(row.copy()) for row in state], parameters, dt


def _trace(model: Step) -> torch.export.ExportedProgram:
    example = _example(model, _LANES)
    along = {0: torch.export.Dim("lanes", min=2)}
    shapes = (along, [along] * len(example[1]), [along] * len(example[2]), None)
    with _quiet(), torch.no_grad():
        exported = torch.export.export(_StepModule(model), example, dynamic_shapes=shapes, strict=False)
        return exported if _is_plain(exported) else exported.run_decompositions()


def _is_plain(exported: torch.export.ExportedProgram) -> bool:
    """Return whether torch would leave a graph unchanged, so that its rewriting can be skipped.

    Rewriting takes twice as long as the export. It is unnecessary if the graph changes nothing in place, reads only
    plain tensors from outside, and contains only operations of the table or of torch's core.
    """
    from torch.export import default_decompositions

    for spec in exported.graph_signature.input_specs:
        outside = spec.kind.name != "USER_INPUT"
        if outside and type(exported.constants.get(spec.target)) is not torch.Tensor:
            return False
    rewritten = default_decompositions()
    for node in exported.graph.nodes:
        if node.op in ("placeholder", "output"):
            continue
        name = _name_of(node)
        if name in _SKIPPED:
            continue
        operation = _of_aten(node)
        if not covers(name) or operation is None or operation._schema.is_mutable:
            return False
        if name not in _REWRITTEN and operation in rewritten:
            return False
    return True


def _of_aten(node: torch.fx.Node) -> torch._ops.OpOverload | None:
    """Return the ATen operation of a node, or None for any other operation."""
    target = node.target
    return target if isinstance(target, torch._ops.OpOverload) and target.namespace == "aten" else None


def _name_of(node: torch.fx.Node) -> str:
    packet = getattr(node.target, "overloadpacket", None)
    return str(getattr(packet, "__name__", getattr(node.target, "__name__", str(node.target))))


class _Translation:
    """Translation of an exported graph into a program, node by node."""

    def __init__(self, model: Step, exported: torch.export.ExportedProgram) -> None:
        self.model = model
        self.exported = exported
        self.body = Body()
        self.values: dict[torch.fx.Node, Value] = {}
        self.failed: dict[torch.fx.Node, str] = {}

    def program(self) -> Program:
        self._inputs()
        for node in self.exported.graph.nodes:
            if node.op == "call_function":
                self._node(node)
        spikes, *state = (Call(self.body, {}, DOUBLE, 1).cast(v, DOUBLE) for v in self._outputs())
        body = self.body.needed([spikes, *state])
        return Program(tuple(self.model.parameters), body, spikes, tuple(state))

    def _inputs(self) -> None:
        specs = self.exported.graph_signature.input_specs
        placeholders = [n for n in self.exported.graph.nodes if n.op == "placeholder"]
        names = ["current", *(f"s{i}" for i in range(len(self.model.states)))]
        levels = [MOVING] * len(names)
        names += [f"p{i}" for i in range(len(self.model.parameters))] + ["dt"]
        levels += [FIXED] * len(self.model.parameters) + [UNIFORM]
        inputs = iter(zip(names, levels, strict=True))
        captured = {**self.exported.state_dict, **self.exported.constants}
        for node, spec in zip(placeholders, specs, strict=True):
            if spec.kind.name == "USER_INPUT":
                name, level = next(inputs)
                self.values[node] = Value(name, DOUBLE, 0 if name == "dt" else 1, level)
                if name == "current":
                    self.lanes = str(node.meta["val"].shape[0])
            else:
                self._constant(node, captured[spec.target])

    def _constant(self, node: torch.fx.Node, tensor: object) -> None:
        if isinstance(tensor, torch.Tensor) and tensor.numel() == 1 and tensor.dtype in NUMPY:
            self.values[node] = Value("", NUMPY[tensor.dtype], tensor.dim(), UNIFORM, tensor.item())
        else:
            what = f"a tensor of shape {list(tensor.shape)}" if isinstance(tensor, torch.Tensor) else "an object"
            self.failed[node] = _sentence(
                self.model, f"it reads {what} from outside the step. Make each number a Parameter"
            )

    def _outputs(self) -> list[Value]:
        nodes = {n.name: n for n in self.exported.graph.nodes}
        outputs = []
        for spec in self.exported.graph_signature.output_specs:
            if spec.kind.name == "USER_INPUT_MUTATION":
                raise UnsupportedError(_sentence(self.model, _IN_PLACE))
            if spec.kind.name != "USER_OUTPUT":
                raise UnsupportedError(_sentence(self.model, _OUTSIDE))
            value = self._operand(nodes[spec.arg.name] if hasattr(spec.arg, "name") else spec.arg.value)
            assert isinstance(value, Value)
            outputs.append(value)
        if any(value.mask is not None for value in outputs):
            raise UnsupportedError(_sentence(self.model, "it does not return all lanes"))
        return outputs

    def _operand(self, argument: object) -> object:
        if isinstance(argument, torch.fx.Node):
            if argument in self.failed:
                raise UnsupportedError(self.failed[argument])
            if argument not in self.values:
                raise UnsupportedError(_sentence(self.model, _NUMBER_OF_LANES))
            return self.values[argument]
        if isinstance(argument, bool | int | float):
            kinds = {bool: BOOL, int: LONG, float: DOUBLE}
            return Value("", kinds[type(argument)], -1, UNIFORM, argument)
        if isinstance(argument, list | tuple):
            return [self._operand(a) if isinstance(a, torch.fx.Node) else a for a in argument]
        return argument

    def _node(self, node: torch.fx.Node) -> None:
        """Translate a node. A failure matters only if an output needs the node."""
        name = _name_of(node)
        aten = _of_aten(node)
        if name in _SKIPPED:
            return
        value = node.meta.get("val")
        try:
            if isinstance(value, torch.Tensor):
                self.values[node] = self._lower(name if aten else "", name, node)
            elif aten or isinstance(value, tuple | list):
                self._lower("", name, node)
            # Arithmetic with the number of lanes needs no translation, but an earlier failure is the reason to report.
            else:
                for argument in node.all_input_nodes:
                    if argument in self.failed:
                        raise UnsupportedError(self.failed[argument])
        except UnsupportedError as error:
            self.failed[node] = str(error)

    def _lower(self, key: str, name: str, node: torch.fx.Node) -> Value:
        def refuse(problem: str) -> UnsupportedError:
            line = _line_of(self.model, name, getattr(node.meta.get("val"), "dtype", None))
            if name == "_local_scalar_dense":
                return UnsupportedError(_sentence(self.model, _VALUES, line))
            return UnsupportedError(_sentence(self.model, f"the operation {name} {problem}", line))

        if not covers(key):
            for argument in node.all_input_nodes:
                if argument in self.failed:
                    raise UnsupportedError(self.failed[argument])
            raise refuse(_ELEMENTWISE)
        operation = _of_aten(node)
        assert operation is not None  # covers() excludes other operations.
        if key == "view" and operation._overloadname == "dtype":
            raise refuse("reads the bits of a number as another type. To convert a number, use `x.to(torch.float64)`")
        if self._picks(key, node):
            raise refuse("selects some of the lanes, although each lane is a separate neuron")
        arguments = self._arguments(key, operation, node)
        masked = key == "index" or any(isinstance(a, Value) and a.mask is not None for a in arguments.values())
        meta = node.meta["val"]
        if meta.dtype not in NUMPY:
            raise refuse(f"creates a tensor of type {meta.dtype}. Use torch.float64")
        if not (masked and key != "index_put") and _shape(node) not in ([], ["1"], [self.lanes]):
            raise refuse(f"creates a tensor of shape {_shape(node)}. Use the shape of the current, [lanes]")
        try:
            return lower(key, Call(self.body, arguments, NUMPY[meta.dtype], min(meta.dim(), 1)))
        except UnsupportedError as error:
            raise refuse(str(error)) from None

    def _arguments(self, key: str, operation: torch._ops.OpOverload, node: torch.fx.Node) -> dict[str, object]:
        """Return the operands by name, including the defaults that the graph omits."""
        found = {}
        for i, argument in enumerate(operation._schema.arguments):
            # For some operations the first argument, or every other argument, only determines the size of the result.
            if (key in _SIZED_BY_FIRST and i == 0) or (key in _SIZED_BY_REST and i > 0):
                continue
            given = node.args[i] if i < len(node.args) else node.kwargs.get(argument.name, argument.default_value)
            found[argument.name] = self._operand(given)
        return found

    def _picks(self, key: str, node: torch.fx.Node) -> bool:
        """Return whether a node selects one lane for all lanes, or some of the lanes that a mask selected."""
        shape = _shape(node)
        first = node.args[0] if node.args else None
        if key in _SIZED_BY_REST and isinstance(first, torch.fx.Node):
            value = self.values.get(first)
            if value is not None and value.mask is not None:
                return shape != _shape(first)
        scalar = shape == ["1"] or (key in RESHAPED and not shape)
        return scalar and any(_shape(n) == [self.lanes] for n in node.all_input_nodes)


def _shape(node: torch.fx.Node) -> list[str]:
    """Return the shape of a node without axes of length one, because libraries store lanes as [lanes, 1]."""
    sizes = [str(n) for n in getattr(node.meta.get("val"), "shape", ())]
    return [n for n in sizes if n != "1"] or sizes[:1]


# ------------------------------------------------------------------ reasons and lines

Line = tuple[str, int]

_LIBRARIES = ("torch", "numpy", "sympy", "norse", "plausiwidgets")


def _sentence(model: Step, reason: str, line: Line | None = None) -> str:
    """Return an error message from a reason, the line of the step, and the advice that follows the reason."""
    reason, _, advice = reason.partition(". ")
    code = "" if line is None else linecache.getline(*line).strip()
    place = "" if line is None else f" ({line[0]}, line {line[1]}{f': `{code}`' if code else ''})"
    text = f"the step of model {model.key!r} cannot be compiled, because {reason.removesuffix('.')}{place}."
    return f"{text} {sentence(advice)}" if advice else text


def _of_error(model: Step, error: Exception) -> str:
    """Return an error message for an `error` that was raised while the step was traced."""
    text, frames = str(error), list(traceback.walk_tb(error.__traceback__))
    known = next((reason for words, reason in _REASONS.items() if words in text), None)
    if known is None and any("_higher_order_ops" in frame.f_code.co_filename for frame, _ in frames):
        known = _VALUES  # torch.cond and related functions raise such errors.
    first = text.strip().partition("\n")[0]
    reason = known or f"torch.export raised {type(error).__name__}: {first}"
    return _sentence(model, reason, _innermost(model, reversed(frames)))


def _innermost(model: Step, frames: Iterator[tuple[FrameType, int]]) -> Line | None:
    """Return the innermost line of the user's code, given the frames from the inside."""
    line, code = None, _code_of(model)
    for frame, number in frames:
        if line is None and frame.f_globals.get("__name__", "").partition(".")[0] not in _LIBRARIES:
            line = (frame.f_code.co_filename, number)
        if frame.f_code is code:
            return line
    return None


def _code_of(model: Step) -> CodeType | None:
    step = getattr(model.step, "__wrapped__", model.step)
    step = getattr(step, "__func__", step)
    return getattr(step, "__code__", None) or getattr(type(step).__call__, "__code__", None)


_IN_THE_STEP = {"slice_scatter": "copy", "cat": "stack", "div": "floor_divide", "rand": "bernoulli"}
"""Name in the step of an operation that has another name in an exported graph."""


def _line_of(model: Step, name: str, dtype: torch.dtype | None) -> Line | None:
    """Run the step once in torch and return the line that calls an operation with a result of type `dtype`."""
    calls = _Calls(model)
    current, state, parameters, dt = _example(model, 3)
    p = model.namespace(dict(zip(model.parameters, parameters, strict=True)))
    with suppress(Exception), torch.no_grad(), calls:  # A message without the line is better than no message.
        model.advance(current, tuple(state), p, dt)
    bare = name.strip("_")
    spellings = (bare, _IN_THE_STEP.get(bare, bare))
    found = [call for call in calls.found if call[0] in spellings]
    return next((line for _, kind, line in found if kind == dtype), found[0][2] if found else None)


class _Calls(TorchDispatchMode):
    """Dispatch mode that records each operation of a step with the type of its result and its line."""

    def __init__(self, model: Step) -> None:
        super().__init__()
        self.model = model
        self.found: list[tuple[str, torch.dtype | None, Line]] = []

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: object,
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        line = _innermost(self.model, traceback.walk_stack(sys._getframe(1)))
        if line is not None:
            name = func.overloadpacket.__name__.strip("_")
            self.found.append((name, getattr(result, "dtype", None), line))
        return result
