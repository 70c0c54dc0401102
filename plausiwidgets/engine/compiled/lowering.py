"""Translation of ATen operations into rows of the table of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from plausiwidgets.engine.program.operations import CAST, TABLE
from plausiwidgets.engine.program.program import BOOL, DOUBLE, LONG, SINGLE, UNIFORM, Body, Number, Operation, Value
from plausiwidgets.support.lazy import torch

NUMPY = {
    getattr(torch, str(dtype)): dtype
    for dtype in (
        DOUBLE,
        SINGLE,
        LONG,
        *map(np.dtype, ("int32", "int16", "int8", "uint8")),
        BOOL,
    )
}
"""Types of values in a program, by the corresponding types of torch."""
TORCH = {dtype: tensors for tensors, dtype in NUMPY.items()}
_NARROW = tuple(map(np.dtype, ("int16", "int8", "uint8")))


class UnsupportedError(Exception):
    """An operation is used in a way that the table does not cover. The message contains its name."""


@dataclass
class Call:
    """A node of the graph: an operation, its arguments, and the type of its result.

    Attributes
    ----------
    body : Body
        Body that receives the instructions.
    arguments : dict of str to Value, list or other
        All arguments of the operation, by their names in its schema. Defaults are included, although a graph omits an
        argument that has its default value.
    dtype : numpy.dtype
        Type of the result.
    dims : {0, 1}
        Whether the result is one number for all lanes (0) or one number per lane (1).
    """

    body: Body
    arguments: Mapping[str, object]
    dtype: np.dtype
    dims: int

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def number(self, name: str) -> Any:
        """Return an argument that must be a constant: a number, a string or None."""
        value = self.arguments[name]
        if not isinstance(value, Value):
            return value
        if value.number is None:
            raise UnsupportedError(f"requires a constant for {name}, but gets a tensor that is not a constant")
        return value.number

    def values(self) -> list[Value]:
        """Return the operands in order."""
        return [a for a in self.arguments.values() if isinstance(a, Value)]

    def constant(self, number: Number) -> Value:
        """Return a constant rounded to the type of the result, because 0.1 is a different number in float32."""
        return Value("", self.dtype, self.dims, UNIFORM, torch.tensor(number, dtype=TORCH[self.dtype]).item())

    def apply(self, name: str, *operands: Value, dtype: np.dtype | None = None) -> Value:
        """Return the result of a row of the table for `operands`, as `dtype` (by default, the type of the node)."""
        row, dtype = TABLE[name], dtype or self.dtype
        if row.computes == "choice":
            return self._add(row, [self.cast(operands[0], BOOL), *(self.cast(v, dtype) for v in operands[1:])], dtype)
        if row.computes == "division" and dtype.kind != "f":
            raise UnsupportedError("divides integers. Use torch.float64: `torch.floor(x.to(torch.float64) / n)`")
        if row.computes == "rounding" and dtype.kind != "f":
            return self.cast(operands[0], dtype)
        if not row.truth and row.computes != "float64" and dtype == BOOL:
            if not row.boolean:
                raise UnsupportedError("is applied to booleans")
            return self.apply(row.boolean, *operands)
        kinds = {"promoted": promoted, "bool": lambda _: BOOL, "float64": lambda _: DOUBLE}
        kind = kinds.get(row.computes, lambda _: dtype)(operands)
        value = self._add(row, [self.cast(v, kind) for v in operands], BOOL if row.truth else kind)
        return value if row.truth else self.cast(value, dtype)

    def cast(self, value: Value, dtype: np.dtype) -> Value:
        """Return a value converted to another type."""
        if dtype == LONG and value.number is not None and not -(2**63) <= value.number < 2**63:
            raise UnsupportedError(f"reads {value.number}, which is too large for torch.int64")
        if value.dtype == dtype:
            return value
        if value.number is None:
            return self._add(CAST, [value], dtype)
        number, own = value.number, value.dtype
        if value.dims < 0 and dtype.kind == "f":  # The operand is a Python number.
            number, own = float(number), DOUBLE
        # Convert in torch, because 2**31 is a different number in int32, and 0.1 in float32.
        return replace(value, dtype=dtype, number=torch.tensor(number, dtype=TORCH[own]).to(TORCH[dtype]).item())

    def _add(self, row: Operation, operands: list[Value], dtype: np.dtype) -> Value:
        masks = {v.mask for v in operands if v.mask is not None}
        if masks and (len(masks) > 1 or any(v.mask is None and v.dims == 1 and v.number is None for v in operands)):
            raise UnsupportedError("combines lanes that are selected by different masks")
        return replace(self.body.add(row, operands, dtype, self.dims), mask=masks.pop() if masks else None)


def promoted(operands: tuple[Value, ...]) -> np.dtype:
    """Return the type in which torch compares `operands`."""
    samples: list[Any] = [
        v.number if v.dims < 0 and v.number is not None else torch.empty((1,) * max(v.dims, 0), dtype=TORCH[v.dtype])
        for v in operands
    ]
    return NUMPY[torch.result_type(*samples)]


RESHAPED = ("unsqueeze", "squeeze", "select", "reshape", "permute", "transpose", "t")
"""Operations that only move axes. The lanes stay the same if every other axis has length one."""


def covers(name: str) -> bool:
    """Return whether an ATen operation can be translated."""
    return name in COMPOSED or name in TABLE


def lower(name: str, call: Call) -> Value:
    """Add the instructions of an ATen operation to the body of `call`, and return its result."""
    return COMPOSED[name](call) if name in COMPOSED else call.apply(name, *call.values())


# ------------------------------------------------------------------ operations composed of rows

Lowering = Callable[[Call], Value]


def _row(name: str) -> Lowering:
    return lambda call: call.apply(name, *call.values())


def _with_alpha(name: str, first: str = "self", second: str = "other") -> Lowering:
    def lower(call: Call) -> Value:
        a, b, alpha = call[first], call[second], call.number("alpha")
        if alpha != 1:
            b = call.apply("mul", call.constant(alpha), b)
        return call.apply(name, a, b)

    return lower


def _division(call: Call) -> Value:
    a, b = call.values()
    mode = call.arguments.get("rounding_mode")
    if mode == "floor":
        return call.apply("floor_divide", a, b)
    if mode == "trunc" and call.dtype.kind != "f":
        raise UnsupportedError("divides integers. Use torch.float64: `torch.trunc(x.to(torch.float64) / n)`")
    quotient = call.apply("div", a, b)
    return quotient if mode is None else call.apply("trunc", quotient)


_MAX_FACTORS = 8
"""Largest integer power that is computed as a product. torch computes the second and third powers in this way."""


def _product(call: Call, base: Value, n: int) -> Value:
    """Return the n-th power of `base` as a product of two equal factors if n is even."""
    if n == 1:
        return call.cast(base, call.dtype)
    if n % 2:
        return call.apply("mul", _product(call, base, n - 1), base)
    half = _product(call, base, n // 2)
    return call.apply("mul", half, half)


def _power(call: Call) -> Value:
    base, exponent = call["self"], call["exponent"]
    if call.dtype.kind != "f":
        raise UnsupportedError("raises integers to a power. Use torch.float64: `x.to(torch.float64)**n`")
    n = exponent.number if exponent.dims < 0 else None
    if n == 0:
        return call.constant(1.0)
    if n is not None and (abs(n) == 0.5 or abs(n) in range(1, _MAX_FACTORS + 1)):
        power = call.apply("sqrt", base) if abs(n) == 0.5 else _product(call, base, int(abs(n)))
        return power if n > 0 else call.apply("div", call.constant(1.0), power)
    return call.apply("pow", base, exponent)


def _clamp(least: str, most: str) -> Lowering:
    def lower(call: Call) -> Value:
        value = call["self"]
        for bound, name in ((call[least], "maximum"), (call[most], "minimum")):
            if bound is not None:
                value = call.apply(name, value, bound)
        return call.cast(value, call.dtype)

    return lower


def _select_by_mask(call: Call) -> Value:
    """Lower ``x[mask]`` to the same lanes, marked as selected by the mask."""
    value, mask = call["self"], _only_mask(call["indices"])
    if value.mask is not None or mask.mask is not None:
        raise UnsupportedError("selects from lanes that are already selected. Combine the masks: `v[a & b]`")
    return replace(value, dims=1, mask=mask.key)


def _put_by_mask(call: Call) -> Value:
    """Lower ``x[mask] = y``, where y is one number, or was selected by the same mask."""
    value, mask, new = call["self"], _only_mask(call["indices"]), call["values"]
    if new.mask is not None and new.mask != mask.key:
        raise UnsupportedError("assigns values of lanes that are selected by another mask")
    if new.mask is None and new.dims == 1 and new.number is None:
        raise UnsupportedError(
            "assigns a tensor to the selected lanes. Assign one number, or lanes selected by the same mask"
        )
    new = replace(new, mask=None)
    if call.number("accumulate"):
        new = call.apply("add", value, new)
    return call.apply("where", mask, new, value)


def _only_mask(indices: Sequence[object]) -> Value:
    if len(indices) != 1 or not isinstance(indices[0], Value) or indices[0].dtype != BOOL:
        raise UnsupportedError("selects lanes by their index")
    return indices[0]


def _convert(name: str) -> Lowering:
    """Return the lowering of a cast or copy of the argument `name`."""

    def lower(call: Call) -> Value:
        value = call[name]
        if value.number is not None:
            return call.constant(value.number)
        if value.dtype.kind == "f" and call.dtype in _NARROW:
            raise UnsupportedError(
                f"converts a number to torch.{call.dtype}, which is undefined for numbers out of range. Use torch.int64"
            )
        return replace(call.cast(value, call.dtype), dims=call.dims)

    return lower


def _fill(name: str) -> Lowering:
    return lambda call: call.constant(call.number(name))


def _rounded(call: Call) -> Value:
    decimals = call.number("decimals") if "decimals" in call.arguments else 0
    if decimals == 0 or call.dtype.kind != "f":
        return call.apply("rint", call["self"])
    there, back = ("mul", "div") if decimals > 0 else ("div", "mul")
    power = call.constant(10.0 ** abs(decimals))
    return call.apply(back, call.apply("rint", call.apply(there, call["self"], power)), power)


def _sign(call: Call) -> Value:
    x, (minus, zero, plus) = call["self"], map(call.constant, (-1, 0, 1))
    below = call.apply("where", call.apply("lt", x, zero), minus, zero)
    return call.apply("where", call.apply("gt", x, zero), plus, below)


def _below_zero(function: Callable[[Call, Value], Value], scale: str | None = None) -> Lowering:
    """Return the lowering of a function that is x, or x times `scale`, above zero, and `function` below."""

    def lower(call: Call) -> Value:
        x = call["self"]
        above = x if scale is None else call.apply("mul", x, call.constant(call.number(scale)))
        return call.apply("where", call.apply("gt", x, call.constant(0)), above, function(call, x))

    return lower


def _elu(call: Call, x: Value) -> Value:
    alpha, scale, inner = (call.constant(call.number(n)) for n in ("alpha", "scale", "input_scale"))
    return call.apply("mul", call.apply("expm1", call.apply("mul", x, inner)), call.apply("mul", alpha, scale))


def _only(name: str) -> Lowering:
    """Return the lowering of an operation that joins a list `name` of tensors, for a list of one tensor."""

    def lower(call: Call) -> Value:
        values = call[name]
        if len(values) != 1:
            raise UnsupportedError("joins several tensors. Use tensors of the shape of the current, [lanes]")
        return replace(call.cast(values[0], call.dtype), dims=call.dims)

    return lower


COMPOSED: dict[str, Lowering] = dict(
    add=_with_alpha("add"),
    sub=_with_alpha("sub"),
    rsub=_with_alpha("sub", "other", "self"),
    div=_division,
    pow=_power,
    reciprocal=lambda call: call.apply("div", call.constant(1), call["self"]),
    rsqrt=lambda call: call.apply("div", call.constant(1), call.apply("sqrt", call["self"])),
    exp2=lambda call: call.apply("pow", call.constant(2), call["self"]),
    signbit=lambda call: call.apply(
        "lt",
        call.apply("copysign", Value("", DOUBLE, -1, UNIFORM, 1.0), call["self"], dtype=DOUBLE),
        Value("", DOUBLE, -1, UNIFORM, 0.0),
    ),
    relu=lambda call: call.apply("maximum", call["self"], call.constant(0)),
    sign=_sign,
    round=_rounded,
    clamp=_clamp("min", "max"),
    hardtanh=_clamp("min_val", "max_val"),
    leaky_relu=_below_zero(lambda call, x: call.apply("mul", x, call.constant(call.number("negative_slope")))),
    elu=_below_zero(_elu, "scale"),
    index=_select_by_mask,
    index_put=_put_by_mask,
    copy=_convert("src"),
    full=_fill("fill_value"),
    full_like=_fill("fill_value"),
    scalar_tensor=_fill("s"),
    zeros_like=lambda call: call.constant(0),
    ones_like=lambda call: call.constant(1),
    __and__=_row("bitwise_and"),
    __or__=_row("bitwise_or"),
    __xor__=_row("bitwise_xor"),
    **dict.fromkeys(
        (
            "_to_copy",
            "to",
            "clone",
            "alias",
            "detach",
            "lift_fresh_copy",
            "expand",
            "view",
            "_unsafe_view",
            "slice",
            *RESHAPED,
        ),
        _convert("self"),
    ),
    stack=_only("tensors"),
    cat=_only("tensors"),
)
"""ATen operations that have no row of the same name, or that take arguments other than operands."""
