"""A program: a list of instructions, such as one time step of a neuron or the measurement of a pattern.

An export or a tracer writes it, and every back end formats or evaluates it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

BOOL, SINGLE, DOUBLE, LONG = (np.dtype(name) for name in ("bool", "float32", "float64", "int64"))
RECORD = np.dtype(object)
"""Several values together: a list, or the fields of a dataclass."""

UNIFORM, FIXED, MOVING = range(3)
"""What a value depends on: dt and constants; parameters as well; the state or the current as well."""

Number = float | int | bool


@dataclass(frozen=True)
class Operation:
    """A row of the table in ``operations.py``. In a form, ``{0}``, ``{1}`` … stand for the arguments.

    Attributes
    ----------
    name : str
        That of the operation in ATen, if it has one.
    python : str
        For Numba, and for plain Python, with the functions of ``mathfunctions.py``, of ``math`` and of NumPy.
    array : str
        The function on arrays: its name in torch, and in NumPy unless `numpy` is given.
    numpy : callable or None
        The function on arrays of NumPy, if it has another name there than in torch, or no name.
    soft : callable or None
        The same on truth values, torch's tensors that are 0.0 and 1.0 and have a gradient.
    javascript : str or None
        With the functions of ``Math`` and of ``runtime.js``; empty: as in Python; None: JavaScript does not have it.
    brian2 : str or None
        In an expression of Brian2; empty and None as above.
    operations : int
        As :mod:`plausiwidgets.models.operation_count` counts.
    computes : str
        The type of its arguments: that of the ``"result"``, the one ``"promoted"`` of all of them, ``"bool"``,
        ``"float64"``, or for a ``"choice"`` a bool and twice that of the result. A ``"division"`` refuses integers,
        and for ``"rounding"`` they are round already. A function of whole ``"rows"`` takes its arguments as they are.
    truth : bool
        Whether its result is a truth value.
    boolean : str
        The row that takes its place where it is applied to truth values.
    distance : callable or None
        For a comparison of tensors: how far they are from where it changes, above 0 where it holds.
    unbounded : bool
        Whether its derivative, or its value, may be infinite at finite arguments.
    exact : bool
        Whether every back end returns the same float64 or truth value, to the last bit. Only such operations measure a
        pattern, because Python and a page must reach the same verdict.
    """

    name: str
    python: str
    array: str
    javascript: str | None = ""
    brian2: str | None = ""
    operations: int = 1
    computes: str = "result"
    truth: bool = False
    boolean: str = ""
    distance: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None = None
    soft: Callable[..., torch.Tensor] | None = None
    unbounded: bool = False
    exact: bool = True
    numpy: Callable[..., object] | None = None

    @cached_property
    def function(self) -> Callable[..., object]:
        """The function on arrays of NumPy."""
        found: Callable[..., object] = self.numpy or getattr(np, self.array)
        return found


@dataclass(frozen=True)
class Value:
    """A number of a program: an input, a constant, or the result of an instruction.

    Attributes
    ----------
    name : str
        Empty for a constant.
    dtype : numpy.dtype
    dims : {-1, 0, 1, 2}
        A Python number, a 0-d tensor, or a tensor of lanes, which torch's type promotion distinguishes; or a row of
        entries for each lane, such as its spike times.
    level : int
        ``UNIFORM``, ``FIXED`` or ``MOVING``.
    number : float, int, bool or None
        The value of a constant.
    mask : str or None
        Which mask selected these lanes, for what ``v[mask]`` gave.
    """

    name: str
    dtype: np.dtype
    dims: int
    level: int
    number: Number | None = None
    mask: str | None = None

    @property
    def key(self) -> str:
        """What distinguishes it from other values: 0.0 is not -0.0."""
        return self.name or f"{self.dtype} {self.number!r}"


@dataclass(frozen=True)
class Instruction:
    """``name = operation(*arguments, *attributes)``; all arguments have the type in which the operation computes.

    Attributes are constants that are not numbers of a lane: the place of an entry, the name of a field, a program.
    """

    name: str
    operation: Operation
    arguments: tuple[Value, ...]
    dtype: np.dtype
    level: int
    attributes: tuple[Hashable, ...] = ()

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the arguments that are no constants."""
        return tuple(a.name for a in self.arguments if a.name)

    @cached_property
    def spreads(self) -> bool:
        """Whether a number of each lane is combined with each entry of a row."""
        return self.operation.computes != "rows" and {1, 2} <= {a.dims for a in self.arguments}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What distinguishes each of the arguments from other values."""
        return tuple(a.key for a in self.arguments)


@dataclass(frozen=True)
class Part:
    """A part of a program that is run several times, such as for each step of a search: an attribute of an instruction.

    It contains all instructions that its result needs.
    """

    body: tuple[Instruction, ...]
    result: Value


@dataclass(frozen=True)
class Program:
    """A step.

    Its inputs are called ``current``, ``dt``, ``s0`` … (state) and ``p0`` … (parameters in the
    order of ``parameters``).

    Attributes
    ----------
    parameters : tuple of str
    body : tuple of Instruction
        In an order that can be run, without what the outputs do not need.
    spikes : Value
        A float64.
    state : tuple of Value
    """

    parameters: tuple[str, ...]
    body: tuple[Instruction, ...]
    spikes: Value
    state: tuple[Value, ...]

    @property
    def single(self) -> bool:
        """Whether something is computed in float32."""
        return any(line.dtype == SINGLE for line in self.body)


@dataclass
class Body:
    """Instructions in the making; what is equal is computed once."""

    lines: dict[tuple[object, ...], Instruction] = field(default_factory=dict)

    def add(
        self,
        operation: Operation,
        arguments: Sequence[Value],
        dtype: np.dtype,
        dims: int,
        attributes: tuple[Hashable, ...] = (),
    ) -> Value:
        level = max((a.level for a in arguments), default=UNIFORM)
        key = (operation.name, dtype, attributes, *(a.key for a in arguments))
        if key not in self.lines:
            plain = tuple(a if a.mask is None else replace(a, mask=None) for a in arguments)
            self.lines[key] = Instruction(f"x{len(self.lines)}", operation, plain, dtype, level, attributes)
        return Value(self.lines[key].name, dtype, dims, level)

    def insert(self, program: Program, inputs: Mapping[str, Value]) -> tuple[Value, list[Value]]:
        """Add the instructions of a program, and return its (spikes, state) for other inputs than its own."""
        values = dict(inputs)

        def replaced(value: Value) -> Value:
            return value if value.number is not None else values[value.name]

        for line in program.body:
            arguments = [replaced(a) for a in line.arguments]
            dims = max((1, *(a.dims for a in arguments)))
            values[line.name] = self.add(line.operation, arguments, line.dtype, dims, line.attributes)
        return replaced(program.spikes), [replaced(v) for v in program.state]

    def needed(self, outputs: Iterable[Value]) -> tuple[Instruction, ...]:
        """Return the instructions that `outputs` depend on."""
        return needed(tuple(self.lines.values()), outputs)


def needed(lines: Sequence[Instruction], outputs: Iterable[Value]) -> tuple[Instruction, ...]:
    """Return those of some instructions that `outputs` depend on, in the same order."""
    wanted = {v.name for v in outputs}
    kept = []
    for line in reversed(lines):
        if line.name in wanted:
            wanted.update(line.reads)
            kept.append(line)
    return tuple(reversed(kept))
