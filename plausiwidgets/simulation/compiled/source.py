"""The instructions of a program as Python: for Numba, and for Python itself."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch

from plausiwidgets.simulation.compiled.operations import CAST
from plausiwidgets.simulation.compiled.program import Instruction, Value

_TYPES = {torch.bool: "np.bool_"} | {
    dtype: f"np.{str(dtype).removeprefix('torch.')}"
    for dtype in (
        torch.float64, torch.float32, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8
    )
}  # fmt: skip
_NATIVE = (torch.bool, torch.int64, torch.float64)
"""Types that the operators and functions of Python, as Numba compiles them, keep by themselves."""


def assignments(lines: Iterable[Instruction]) -> list[str]:
    """Return an assignment for each instruction."""
    return [f"{line.name} = {_expression(line)}" for line in lines]


def text_of(value: Value) -> str:
    """Return a value: its name, or a literal of its type."""
    if value.number is None:
        return value.name
    number, dtype = value.number, value.dtype
    if not dtype.is_floating_point:
        text = repr(bool(number)) if dtype == torch.bool else repr(int(number))
    elif math.isfinite(number):
        text = repr(float(number))
    else:
        text = "np.nan" if math.isnan(number) else "np.inf" if number > 0 else "-np.inf"
    text = f"({text})" if text.startswith("-") else text
    return text if dtype in _NATIVE else f"{_TYPES[dtype]}({text})"


def _expression(line: Instruction) -> str:
    arguments = [text_of(a) for a in line.arguments]
    if line.operation is not CAST:
        text = line.operation.python.format(*arguments)
        return text if line.dtype in _NATIVE else f"{_TYPES[line.dtype]}({text})"
    (x,), own = arguments, line.arguments[0].dtype
    if line.dtype == torch.bool:
        return f"{x} != 0"
    if own == torch.bool:
        one, zero = (text_of(Value("", line.dtype, 0, 0, n)) for n in (1, 0))
        return f"{one} if {x} else {zero}"
    return f"{_TYPES[line.dtype]}({x})"
