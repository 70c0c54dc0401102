"""From a model's torch step to a program: ``torch.export``, then the table of operations."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import torch

from plausiwidgets.models.contract import _depends_on_other_lanes as depends_on_other_lanes
from plausiwidgets.models.contract import _probes as probes
from plausiwidgets.simulation.compiled import reasons
from plausiwidgets.simulation.compiled.lowering import DTYPES, Call, Unsupported, cast
from plausiwidgets.simulation.compiled.operations import TABLE
from plausiwidgets.simulation.compiled.program import FIXED, MOVING, UNIFORM, Body, Program, Value
from plausiwidgets.simulation.compiled.purity import why_impure
from plausiwidgets.simulation.lanes import NotCompilable

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

_LANES = 7
"""Lanes of the example that is traced; the graph holds for any number of them."""

_SKIPPED = ("_assert_tensor_metadata", "_assert_scalar", "sym_size", "sym_constrain_range_for_size")
"""Nodes that compute nothing."""

_SIZED_BY_FIRST = ("full", "full_like", "copy")
_SIZED_BY_REST = ("expand", "view", "_unsafe_view", "slice")


class _StepModule(torch.nn.Module):
    """A model's step with flat inputs and outputs."""

    def __init__(self, model: NeuronModel) -> None:
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


def export_step(model: NeuronModel) -> Program:
    """Return the step of `model` as a program.

    Raises
    ------
    NotCompilable
        If the step is not a function of its inputs, cannot be traced, or contains what the table
        does not cover; the text names the operation, the line of the step where that is known, and
        what to write instead.
    """
    impure = why_impure(model)
    if impure is not None:
        raise NotCompilable(impure)
    exported = _trace(model)
    try:
        program = _Translation(model, exported).program()
    except Unsupported as error:
        raise NotCompilable(str(error)) from None
    except Exception as error:  # a graph that nobody thought of; the torch engine may know better
        raise NotCompilable(reasons.of_exception(model, error)) from error
    if _knows_other_lanes(model):
        raise NotCompilable(reasons.other_lanes(model))
    return program


def _knows_other_lanes(model: NeuronModel) -> bool:
    """Return whether a lane alone differs: what is traced is a step of several lanes."""
    with suppress(Exception):  # a step that raises at some values does so in torch, not in a kernel
        return any(depends_on_other_lanes(model, inputs) for inputs in probes(model))
    return False


class _Muted:
    """A stream that drops what one thread writes."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        if self._stream is None or threading.get_ident() == self._thread:
            return len(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep torch from reporting on its own what is raised as a reason."""
    loggers = [
        logging.getLogger(f"torch.{n}") for n in ("fx.experimental.symbolic_shapes", "export", "_export")
    ]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    # Other threads keep their stderr; a replacement by others in the meantime stays.
    stderr, muted = sys.stderr, _Muted(sys.stderr)
    sys.stderr = muted
    try:
        # For good: catch_warnings puts back what it found, also while another thread exports.
        warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if sys.stderr is muted:
            sys.stderr = stderr
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _trace(model: NeuronModel) -> Any:
    values = [p.default for p in model.parameters.values()]
    parameters = [torch.full((_LANES,), v, dtype=torch.float64) for v in values]
    start = model.start(model.defaults(), [0.0] * _LANES)
    state = [torch.from_numpy(row.copy()) for row in start]
    current = torch.full((_LANES,), model.current.default, dtype=torch.float64)
    dt = torch.tensor(model.dt, dtype=torch.float64)
    lanes = torch.export.Dim("lanes", min=2)
    along = {0: lanes}
    shapes = (along, [along] * len(state), [along] * len(parameters), None)
    with _quiet(), torch.no_grad():
        try:
            return torch.export.export(
                _StepModule(model), (current, state, parameters, dt), dynamic_shapes=shapes, strict=False
            ).run_decompositions()
        except Exception as error:
            raise NotCompilable(reasons.of_exception(model, error)) from error


class _Translation:
    """The walk over an exported graph."""

    def __init__(self, model: NeuronModel, exported: Any) -> None:
        self.model = model
        self.exported = exported
        self.body = Body()
        self.values: dict[Any, Value] = {}
        self.failed: dict[Any, str] = {}
        self.node: Any = None

    def program(self) -> Program:
        self._inputs()
        for node in self.exported.graph.nodes:
            if node.op == "call_function":
                self._node(node)
        outputs = self._outputs()
        names = [cast(v, torch.float64) for v in outputs]
        # A cast is an expression of its own; the kernel wants names and literals.
        names = [
            text if v.dtype == torch.float64 or v.number is not None
            else self.body.assign(text, torch.float64, 1, [v]).text
            for text, v in zip(names, outputs, strict=True)
        ]  # fmt: skip
        return Program(tuple(self.model.parameters), self.body.needed(names), names[0], tuple(names[1:]))

    def _inputs(self) -> None:
        specs = self.exported.graph_signature.input_specs
        placeholders = [n for n in self.exported.graph.nodes if n.op == "placeholder"]
        states = len(self.model.states)
        names = ["current", *(f"s{i}" for i in range(states))]
        levels = [MOVING] * len(names)
        names += [f"p{i}" for i in range(len(self.model.parameters))] + ["dt"]
        levels += [FIXED] * len(self.model.parameters) + [UNIFORM]
        inputs = iter(zip(names, levels, strict=True))
        for node, spec in zip(placeholders, specs, strict=True):
            if spec.kind.name == "USER_INPUT":
                name, level = next(inputs)
                self.values[node] = Value(name, torch.float64, 0 if name == "dt" else 1, level)
                if name == "current":
                    self.lanes = str(node.meta["val"].shape[0])
            else:
                self._constant(node, self._captured(spec))

    def _captured(self, spec: Any) -> Any:
        exported, target = self.exported, spec.target
        return exported.constants[target] if target in exported.constants else exported.state_dict[target]

    def _constant(self, node: Any, tensor: Any) -> None:
        if not isinstance(tensor, torch.Tensor) or tensor.numel() != 1 or tensor.dtype not in DTYPES:
            self.failed[node] = reasons.captured(self.model, tensor)
            return
        self.values[node] = Value("", tensor.dtype, tensor.dim(), UNIFORM, tensor.item())

    def _outputs(self) -> list[Value]:
        nodes = {n.name: n for n in self.exported.graph.nodes}
        outputs = []
        for spec in self.exported.graph_signature.output_specs:
            if spec.kind.name == "USER_INPUT_MUTATION":
                raise Unsupported(reasons.changes_input(self.model))
            if spec.kind.name != "USER_OUTPUT":
                raise Unsupported(reasons.keeps_state(self.model))
            if not hasattr(spec.arg, "name"):
                outputs.append(self._operand(spec.arg.value))
                continue
            outputs.append(self._operand(nodes[spec.arg.name]))
        for value in outputs:
            if value.mask is not None:
                raise Unsupported(reasons.shape(self.model, "index", "some of the lanes"))
        return outputs

    def _operand(self, argument: Any) -> Any:
        if isinstance(argument, torch.fx.Node):
            if argument in self.failed:
                raise Unsupported(self.failed[argument])
            if argument not in self.values:
                raise Unsupported(reasons.lane_count(self.model, self.node))
            return self.values[argument]
        if isinstance(argument, bool | int | float):
            kinds = {bool: torch.bool, int: torch.int64, float: torch.float64}
            return Value("", kinds[type(argument)], -1, UNIFORM, argument)
        if isinstance(argument, list | tuple):
            return [self._operand(a) if isinstance(a, torch.fx.Node) else a for a in argument]
        return argument

    def _node(self, node: Any) -> None:
        """Translate a node; what cannot be matters only if an output needs it."""
        packet = getattr(node.target, "overloadpacket", None)
        name = getattr(packet, "__name__", getattr(node.target, "__name__", str(node.target)))
        aten = getattr(node.target, "namespace", "") == "aten"
        if name in _SKIPPED:
            return
        self.node = node
        value = node.meta.get("val")
        if not isinstance(value, torch.Tensor):
            inherited = [self.failed[n] for n in node.all_input_nodes if n in self.failed]
            if inherited:
                self.failed[node] = inherited[0]
            elif aten or isinstance(value, tuple | list):
                self.failed[node] = reasons.operation(self.model, name, node)
            return
        try:
            self.values[node] = self._lower(name if aten else "", name, node)
        except Unsupported as error:
            self.failed[node] = str(error)

    def _lower(self, key: str, name: str, node: Any) -> Value:
        meta = node.meta["val"]
        if key not in TABLE:
            for argument in node.all_input_nodes:
                if argument in self.failed:
                    raise Unsupported(self.failed[argument])
            raise Unsupported(reasons.operation(self.model, name, node))
        if self._picks(key, node):
            raise Unsupported(reasons.picks(self.model, name, node))
        # Of some operations the first argument, or all but the first, only says how large the result is.
        given = node.args[:1] if key in _SIZED_BY_REST else node.args
        args = [None if key in _SIZED_BY_FIRST and i == 0 else self._operand(a) for i, a in enumerate(given)]
        kwargs = {k: self._operand(v) for k, v in node.kwargs.items() if k not in ("device", "layout")}
        masked = key == "index" or any(isinstance(a, Value) and a.mask is not None for a in args)
        if meta.dtype not in DTYPES:
            raise Unsupported(reasons.dtype(self.model, name, meta.dtype, node))
        if not (masked and key != "index_put") and not self._is_lanes(meta):
            raise Unsupported(reasons.shape(self.model, name, list(meta.shape), node))
        try:
            return TABLE[key](Call(self.body, args, kwargs, meta.dtype, min(meta.dim(), 1)))
        except Unsupported as error:
            raise Unsupported(reasons.usage(self.model, name, str(error), node)) from None

    def _picks(self, key: str, node: Any) -> bool:
        """Return whether one of several lanes is picked for all, or some of those that a mask selected."""
        shape = _shape(node)
        if key in _SIZED_BY_REST and getattr(self.values.get(node.args[0]), "mask", None) is not None:
            return shape != _shape(node.args[0])
        return shape == ["1"] and any(_shape(n) == [self.lanes] for n in node.all_input_nodes)

    def _is_lanes(self, tensor: Any) -> bool:
        """Return whether a tensor has the lanes' shape, or one number for all of them."""
        shape = [str(n) for n in tensor.shape]
        return shape in ([], ["1"], [self.lanes])


def _shape(node: Any) -> list[str]:
    return [str(n) for n in getattr(node.meta.get("val"), "shape", ())]
