"""What the table of operations is written in: constants and casts as source, and torch's types."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from plausiwidgets.simulation.compiled.program import Body, Number, Value

_NUMPY_NAMES = {
    torch.float64: "np.float64", torch.float32: "np.float32", torch.int64: "np.int64",
    torch.int32: "np.int32", torch.int16: "np.int16", torch.int8: "np.int8", torch.uint8: "np.uint8",
    torch.bool: "np.bool_",
}  # fmt: skip

DTYPES = tuple(_NUMPY_NAMES)
"""Types a kernel can compute with."""


class Unsupported(Exception):
    """An operation is used in a way that the table does not cover; the text says which."""


def literal(number: Number, dtype: torch.dtype) -> str:
    """Return a constant of a type as source text."""
    if dtype == torch.bool:
        return str(bool(number))
    if not dtype.is_floating_point:
        text = repr(int(number))
    elif math.isnan(number):
        text = "np.nan"
    elif math.isinf(number):
        text = "np.inf" if number > 0 else "(-np.inf)"
    else:
        text = repr(float(number))
        text = f"({text})" if text.startswith("-") else text
    return text if dtype in (torch.float64, torch.int64) else f"{_NUMPY_NAMES[dtype]}({text})"


def cast(value: Value, dtype: torch.dtype) -> str:
    """Return source text for `value` as `dtype`."""
    if value.number is not None:
        return literal(value.number, dtype)
    if value.dtype == dtype:
        return value.text
    if dtype == torch.bool:
        return f"({value.text} != 0)"
    if value.dtype == torch.bool:
        return f"({literal(1, dtype)} if {value.text} else {literal(0, dtype)})"
    return f"{_NUMPY_NAMES[dtype]}({value.text})"


@dataclass
class Call:
    """One node of the graph: an operation, what it gets, and the type of what it gives."""

    body: Body
    args: list[Any]
    kwargs: dict[str, Any]
    dtype: torch.dtype
    dims: int

    def number(self, place: int, name: str, default: Any) -> Any:
        """Return an argument that torch declares as a Python number."""
        value = self.args[place] if place < len(self.args) else self.kwargs.get(name, default)
        return value.number if isinstance(value, Value) else value

    def values(self) -> list[Value]:
        """Return the operands."""
        return [a for a in self.args if isinstance(a, Value)]

    def result(self, text: str, *operands: Value, dtype: torch.dtype | None = None) -> Value:
        """Return the outcome `text` as a new value."""
        dtype = dtype or self.dtype
        inputs = list(operands) or self.values()
        masks = {v.mask for v in inputs if v.mask is not None}
        if masks and (len(masks) > 1 or any(v.mask is None and v.dims == 1 for v in inputs)):
            raise Unsupported("combines lanes selected by different masks")
        if dtype not in (torch.bool, torch.int64, torch.float64):
            text = f"{_NUMPY_NAMES[dtype]}({text})"
        return self.body.assign(text, dtype, self.dims, inputs, masks.pop() if masks else None)


def promoted(operands: list[Value]) -> torch.dtype:
    """Return the type in which torch compares `operands`."""
    if len(operands) == 1:
        return operands[0].dtype
    samples: list[Any] = [
        v.number if v.dims < 0 and v.number is not None else torch.empty((1,) * max(v.dims, 0), dtype=v.dtype)
        for v in operands
    ]
    return torch.result_type(*samples)
