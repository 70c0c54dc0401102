"""A program: a list of instructions, such as one time step of a neuron or the measurement of a pattern.

An export or a tracer creates a program. Each back end translates it into source text or evaluates it.
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
"""Dependencies of a value: only dt and constants; also parameters; also the state or the current."""

Number = float | int | bool


@dataclass(frozen=True)
class Operation:
    """A row of the table in ``operations.py``. In a form, ``{0}``, ``{1}`` … represent the arguments.

    Attributes
    ----------
    name : str
        Name of the operation in ATen, if it has one.
    python : str
        Form for Numba and plain Python, with the functions of ``mathfunctions.py``, ``math`` and NumPy.
    array : str
        Name of the function on arrays in torch, and in NumPy unless `numpy` is given.
    numpy : callable or None
        NumPy's function on arrays, if its name differs from that in torch or it has none.
    soft : callable or None
        Function on soft truth values, which are torch tensors between 0.0 and 1.0 with a gradient.
    javascript : str or None
        Form with the functions of ``Math`` and ``runtime.js``. Empty if it equals the Python form, None if JavaScript
        has no form.
    brian2 : str or None
        Form in an expression of Brian2. Empty and None have the same meaning as for `javascript`.
    operations : int
        Operation count, as defined in :mod:`plausiwidgets.models.operation_count`.
    computes : str
        Type of the arguments. ``"result"`` is the type of the result, and ``"promoted"`` the common type of all
        arguments. ``"bool"`` and ``"float64"`` are these types. A ``"choice"`` takes a bool and two values of the type
        of the result. A ``"division"`` rejects integers. A ``"rounding"`` returns integers unchanged. A function of
        whole ``"rows"`` takes its arguments unchanged.
    truth : bool
        Whether the result is a truth value.
    boolean : str
        Name of the row that replaces this one for truth values.
    distance : callable or None
        Signed distance of two tensors from the point where a comparison changes, above 0 if the comparison is true.
    unbounded : bool
        Whether the derivative or the value may be infinite at finite arguments.
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
        """NumPy's function on arrays."""
        found: Callable[..., object] = self.numpy or getattr(np, self.array)
        return found


@dataclass(frozen=True)
class Value:
    """A number of a program: an input, a constant, or the result of an instruction.

    Attributes
    ----------
    name : str
        Name of the input or the instruction, empty for a constant.
    dtype : numpy.dtype
        Type of the number.
    dims : {-1, 0, 1, 2}
        -1 for a Python number, 0 for a 0-d tensor, and 1 for a tensor of lanes, because torch's type promotion
        distinguishes these. 2 for a row of entries per lane, such as its spike times.
    level : int
        ``UNIFORM``, ``FIXED`` or ``MOVING``.
    number : float, int, bool or None
        The value of a constant.
    mask : str or None
        Key of the mask that selected these lanes, if the value is a result of ``v[mask]``.
    """

    name: str
    dtype: np.dtype
    dims: int
    level: int
    number: Number | None = None
    mask: str | None = None

    @property
    def key(self) -> str:
        """Text that distinguishes the value from other values. 0.0 and -0.0 have different keys."""
        return self.name or f"{self.dtype} {self.number!r}"


@dataclass(frozen=True)
class Instruction:
    """``name = operation(*arguments, *attributes)``, where all arguments have the type in which the operation computes.

    Attributes are constants that are not numbers of a lane: the index of an entry, the name of a field, a program.
    """

    name: str
    operation: Operation
    arguments: tuple[Value, ...]
    dtype: np.dtype
    level: int
    attributes: tuple[Hashable, ...] = ()

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the arguments that are not constants."""
        return tuple(a.name for a in self.arguments if a.name)

    @cached_property
    def spreads(self) -> bool:
        """Whether a number per lane is combined with each entry of a row."""
        return self.operation.computes != "rows" and {1, 2} <= {a.dims for a in self.arguments}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of the arguments."""
        return tuple(a.key for a in self.arguments)


@dataclass(frozen=True)
class Part:
    """A part of a program that runs several times, such as in each step of a search.

    It is an attribute of an instruction, and contains all instructions that its result needs.
    """

    body: tuple[Instruction, ...]
    result: Value


@dataclass(frozen=True)
class Program:
    """A time step or another function as a list of instructions.

    Its inputs have the names ``current``, ``dt``, ``s0`` … (state) and ``p0`` … (parameters in the order of
    ``parameters``).

    Attributes
    ----------
    parameters : tuple of str
        Names of the parameters.
    body : tuple of Instruction
        The instructions that the outputs need, in an executable order.
    spikes : Value
        A float64 that is not 0 if the neuron fires.
    state : tuple of Value
        The new state.
    """

    parameters: tuple[str, ...]
    body: tuple[Instruction, ...]
    spikes: Value
    state: tuple[Value, ...]

    @property
    def single(self) -> bool:
        """Whether an instruction computes in float32."""
        return any(line.dtype == SINGLE for line in self.body)


@dataclass
class Body:
    """Instructions of a program under construction, in which equal expressions are computed only once."""

    lines: dict[tuple[object, ...], Instruction] = field(default_factory=dict)

    def add(
        self,
        operation: Operation,
        arguments: Sequence[Value],
        dtype: np.dtype,
        dims: int,
        attributes: tuple[Hashable, ...] = (),
    ) -> Value:
        """Add an instruction unless an equal one exists, and return its result."""
        level = max((a.level for a in arguments), default=UNIFORM)
        key = (operation.name, dtype, attributes, *(a.key for a in arguments))
        if key not in self.lines:
            plain = tuple(a if a.mask is None else replace(a, mask=None) for a in arguments)
            self.lines[key] = Instruction(f"x{len(self.lines)}", operation, plain, dtype, level, attributes)
        return Value(self.lines[key].name, dtype, dims, level)

    def insert(self, program: Program, inputs: Mapping[str, Value]) -> tuple[Value, list[Value]]:
        """Add the instructions of a program for other inputs, and return its (spikes, state)."""
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
    """Return the instructions among `lines` that `outputs` depend on, in the same order."""
    wanted = {v.name for v in outputs}
    kept = []
    for line in reversed(lines):
        if line.name in wanted:
            wanted.update(line.reads)
            kept.append(line)
    return tuple(reversed(kept))
