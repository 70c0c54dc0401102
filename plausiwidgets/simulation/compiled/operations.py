"""The table of ATen operations that act on each lane by itself, and the source each becomes.

The meaning is torch's: types are promoted as torch does, small powers are products, minima let a
nan through, rounding is half to even, a remainder has the sign of its divisor. Arithmetic is equal to
the last bit; what is transcendental may differ in the last places, and by one or two units of the last
place what torch rounds once or in another type: ``add(alpha=)``, ``addcmul``, ``lerp``, ``x**0.5``,
integer powers from the fourth on, and ``sqrt`` of float32 or of integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from plausiwidgets.simulation.compiled.program import UNIFORM, Body, Number, Value

_NUMPY_NAMES = {
    torch.float64: "np.float64", torch.float32: "np.float32", torch.int64: "np.int64",
    torch.int32: "np.int32", torch.int16: "np.int16", torch.int8: "np.int8", torch.uint8: "np.uint8",
    torch.bool: "np.bool_",
}  # fmt: skip

_NARROW = (torch.int16, torch.int8, torch.uint8)

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
    """One node of the graph: an operation, what it gets, and the type of what it gives.

    Attributes
    ----------
    body : Body
        Where its result is assigned.
    arguments : dict of str to Value, list or other
        Everything that the operation takes, by the names of its schema, defaults included: a graph drops an
        argument that has its default value.
    dtype : torch.dtype
    dims : {0, 1}
        Of the result: one number for all lanes, or one for each.
    """

    body: Body
    arguments: dict[str, Any]
    dtype: torch.dtype
    dims: int

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def number(self, name: str) -> Any:
        """Return an argument that must be a constant: a number, a word or None."""
        value = self.arguments[name]
        if not isinstance(value, Value):
            return value
        if value.number is None:
            raise Unsupported(f"gets {name} from a tensor that is not a constant")
        return value.number

    def values(self) -> list[Value]:
        """Return the operands in order."""
        return [a for a in self.arguments.values() if isinstance(a, Value)]

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


Lowering = Callable[[Call], Value]
TABLE: dict[str, Lowering] = {}


def _elementwise(text: str, *, boolean: str | None = None, of: str = "result") -> Lowering:
    """Return the lowering of an operation whose operands share a type.

    `of` says which: that of the result, ``"promoted"`` (of the operands, for comparisons),
    ``"bool"``, or ``"float64"`` for functions computed in double precision.
    """

    def lower(call: Call) -> Value:
        operands = call.values()
        if of == "promoted":
            dtype = promoted(operands)
        elif of == "bool":
            dtype = torch.bool
        elif of == "float64":
            dtype = torch.float64
        else:
            dtype = call.dtype
        template = text
        if dtype == torch.bool and of == "result":
            if boolean is None:
                raise Unsupported("is applied to booleans")
            template = boolean
        return call.result(template.format(*(cast(v, dtype) for v in operands)))

    return lower


def _with_alpha(sign: str, boolean: str | None, first: str = "self", second: str = "other") -> Lowering:
    def lower(call: Call) -> Value:
        a, b = call[first], call[second]
        alpha = call.number("alpha")
        if call.dtype == torch.bool:
            if boolean is None or alpha != 1:
                raise Unsupported("is applied to booleans")
            return call.result(f"{cast(a, torch.bool)} {boolean} {cast(b, torch.bool)}", a, b)
        right = cast(b, call.dtype)
        if alpha != 1:
            right = f"{literal(alpha, call.dtype)} * {right}"
        return call.result(f"{cast(a, call.dtype)} {sign} {right}", a, b)

    return lower


def _division(call: Call) -> Value:
    a, b = (cast(v, call.dtype) for v in call.values())
    mode = call.arguments.get("rounding_mode")
    if mode is None:
        return call.result(f"{a} / {b}")
    if not call.dtype.is_floating_point:
        raise Unsupported("divides integers: compute in torch.float64, `torch.floor(x.to(torch.float64) / n)`")
    return call.result(f"floor_divide({a}, {b})" if mode == "floor" else f"np.trunc({a} / {b})")


def _remainder(function: str) -> Lowering:
    def lower(call: Call) -> Value:
        if not call.dtype.is_floating_point:
            raise Unsupported("divides integers: compute in torch.float64, `x.to(torch.float64) % n`")
        return call.result(f"{function}({', '.join(cast(v, call.dtype) for v in call.values())})")

    return lower


_MOST_FACTORS = 8
"""Integer powers up to this one are products, as torch computes the second and the third."""


def _product(call: Call, base: Value, n: int) -> Value:
    """Return the n-th power of `base`: of two equal factors where n is even."""
    x = cast(base, call.dtype)
    if n == 1:
        return call.result(x, base)
    if n % 2:
        even = _product(call, base, n - 1)
        return call.result(f"{even.text} * {x}", even, base)
    half = _product(call, base, n // 2)
    return call.result(f"{half.text} * {half.text}", half)


def _power(call: Call) -> Value:
    base, exponent = call["self"], call["exponent"]
    x = cast(base, call.dtype)
    if not call.dtype.is_floating_point:
        raise Unsupported("raises integers to a power: compute in torch.float64, `x.to(torch.float64)**n`")
    n = exponent.number if exponent.dims < 0 else None
    if n == 0:
        return call.result("1.0", base)
    if n in (0.5, -0.5):
        return call.result(f"math.sqrt({x})" if n > 0 else f"1.0 / math.sqrt({x})", base)
    if n is not None and abs(n) in range(1, _MOST_FACTORS + 1):
        power = _product(call, base, int(abs(n)))
        return power if n > 0 else call.result(f"1.0 / {power.text}", power)
    return call.result(f"math.pow({x}, {cast(exponent, call.dtype)})", base, exponent)


def _extremum(sign: str, *, skip_nan: bool = False) -> Lowering:
    """Lower max or min of two; a nan wins, or loses with `skip_nan`."""

    def lower(call: Call) -> Value:
        if call.dtype == torch.bool:
            return _elementwise("", boolean="{0} | {1}" if sign == ">" else "{0} & {1}")(call)
        a, b = (cast(v, call.dtype) for v in call.values())
        winner = f"({b} != {b})" if skip_nan else f"({a} != {a})"
        return call.result(f"{a} if ({a} {sign} {b}) | {winner} else {b}")

    return lower


def _clamp(least: str, most: str) -> Lowering:
    def lower(call: Call) -> Value:
        value = call["self"]
        for name, sign in ((least, "<"), (most, ">")):
            bound = call[name]
            if bound is None:
                continue
            x, edge = cast(value, call.dtype), cast(bound, call.dtype)
            outside = f"{x} {sign} {edge}"
            if bound.number is None:
                outside = f"({outside}) | ({edge} != {edge})"
            value = call.result(f"{edge} if {outside} else {x}", value, bound)
        return call.result(cast(value, call.dtype), value)

    return lower


def _where(call: Call) -> Value:
    chosen, a, b = call["condition"], call["self"], call["other"]
    return call.result(f"{cast(a, call.dtype)} if {cast(chosen, torch.bool)} else {cast(b, call.dtype)}")


def _select_by_mask(call: Call) -> Value:
    """Lower ``x[mask]``: the same lanes, remembered as a selection."""
    value, mask = call["self"], _only_mask(call["indices"])
    if value.mask is not None or mask.mask is not None:
        raise Unsupported("selects from lanes that are selected already: combine the masks, `v[a & b]`")
    chosen = call.body.assign(cast(mask, torch.bool), torch.bool, mask.dims, [mask])
    text = cast(value, value.dtype)
    return call.body.assign(text, value.dtype, 1, [value, chosen], chosen.text)


def _put_by_mask(call: Call) -> Value:
    """Lower ``x[mask] = y``, with one y for all or one that was selected by the same mask."""
    value, mask, new = call["self"], _only_mask(call["indices"]), call["values"]
    chosen = call.body.assign(cast(mask, torch.bool), torch.bool, mask.dims, [mask])
    if new.mask is not None and new.mask != chosen.text:
        raise Unsupported("assigns lanes selected by another mask")
    if new.mask is None and new.dims == 1 and new.number is None:
        raise Unsupported("assigns a value for each selected lane")
    y = cast(new, call.dtype)
    if call.number("accumulate"):
        y = f"{cast(value, call.dtype)} + {y}"
    text = f"({y}) if {chosen.text} else {cast(value, call.dtype)}"
    return call.body.assign(text, call.dtype, 1, [value, chosen, new])


def _only_mask(indices: Any) -> Value:
    if len(indices) != 1 or not isinstance(indices[0], Value) or indices[0].dtype != torch.bool:
        raise Unsupported("picks lanes by their number")
    return indices[0]


def _constant(call: Call, number: Number) -> Value:
    """Return a constant as the result's type holds it: 0.1 is another number in float32."""
    return Value("", call.dtype, call.dims, UNIFORM, torch.tensor(number, dtype=call.dtype).item())


def _convert(name: str) -> Lowering:
    """Lower a cast, or a copy, of the argument `name`."""

    def lower(call: Call) -> Value:
        value = call[name]
        if value.number is not None:
            return _constant(call, value.number)
        if value.dtype == call.dtype and value.dims == call.dims:
            return value
        if value.dtype.is_floating_point and call.dtype in _NARROW:
            raise Unsupported(
                f"turns a number into {call.dtype}, where one out of range has no meaning: use torch.int64"
            )
        return call.result(cast(value, call.dtype), value)

    return lower


def _fill(name: str) -> Lowering:
    return lambda call: _constant(call, call.number(name))


def _rounded(call: Call) -> Value:
    value = call["self"]
    x = cast(value, call.dtype)
    if not call.dtype.is_floating_point:
        return call.result(x, value)
    decimals = call.number("decimals") if "decimals" in call.arguments else 0
    if decimals == 0:
        return call.result(f"np.rint({x})", value)
    power = literal(10.0 ** abs(decimals), call.dtype)
    scale, back = ("*", "/") if decimals > 0 else ("/", "*")
    return call.result(f"np.rint({x} {scale} {power}) {back} {power}", value)


def _float_only(function: str) -> Lowering:
    """Lower a rounding function; integers are already round."""

    def lower(call: Call) -> Value:
        x = cast(call["self"], call.dtype)
        return call.result(f"{function}({x})" if call.dtype.is_floating_point else x)

    return lower


def _relu(call: Call) -> Value:
    x = cast(call["self"], call.dtype)
    return call.result(f"{x} if ({x} > 0) | ({x} != {x}) else {literal(0, call.dtype)}")


def _sign(call: Call) -> Value:
    x, (minus, zero, plus) = cast(call["self"], call.dtype), (literal(n, call.dtype) for n in (-1, 0, 1))
    return call.result(f"{plus} if {x} > 0 else ({minus} if {x} < 0 else {zero})")


def _leaky(call: Call) -> Value:
    x, slope = cast(call["self"], call.dtype), literal(call.number("negative_slope"), call.dtype)
    return call.result(f"{x} if {x} > 0.0 else {x} * {slope}", call["self"])


def _elu(call: Call) -> Value:
    x = cast(call["self"], call.dtype)
    alpha, scale, inner = (literal(call.number(n), call.dtype) for n in ("alpha", "scale", "input_scale"))
    below = f"math.expm1({x} * {inner}) * ({alpha} * {scale})"
    return call.result(f"{x} * {scale} if {x} > 0.0 else {below}", call["self"])


TABLE.update(
    add=_with_alpha("+", "|"), sub=_with_alpha("-", None), div=_division, pow=_power,
    mul=_elementwise("{0} * {1}", boolean="{0} & {1}"), neg=_elementwise("-{0}"),
    reciprocal=_elementwise("1.0 / {0}"), rsqrt=_elementwise("1.0 / math.sqrt({0})"),
    remainder=_remainder("remainder"), fmod=_remainder("np.fmod"),
    abs=_elementwise("abs({0})"), relu=_relu, sign=_sign,
    floor=_float_only("np.floor"), ceil=_float_only("np.ceil"), trunc=_float_only("np.trunc"), round=_rounded,
    maximum=_extremum(">"), minimum=_extremum("<"),
    fmax=_extremum(">", skip_nan=True), fmin=_extremum("<", skip_nan=True),
    clamp=_clamp("min", "max"), hardtanh=_clamp("min_val", "max_val"),
    where=_where, index=_select_by_mask, index_put=_put_by_mask, copy=_convert("src"),
    full=_fill("fill_value"), full_like=_fill("fill_value"), scalar_tensor=_fill("s"),
    zeros_like=lambda call: _constant(call, 0), ones_like=lambda call: _constant(call, 1),
    rsub=_with_alpha("-", None, "other", "self"),
    leaky_relu=_leaky, elu=_elu,
)  # fmt: skip
for _name in (
    "_to_copy", "to", "clone", "alias", "detach", "lift_fresh_copy", "expand", "view", "_unsafe_view", "slice",
):  # fmt: skip
    TABLE[_name] = _convert("self")
for _name, _operator in dict(eq="==", ne="!=", lt="<", le="<=", gt=">", ge=">=").items():
    TABLE[_name] = _elementwise(f"{{0}} {_operator} {{1}}", of="promoted")
for _name, _operator in dict(logical_and="&", logical_or="|", logical_xor="^").items():
    TABLE[_name] = _elementwise(f"{{0}} {_operator} {{1}}", of="bool")
for _name, _operator in dict(bitwise_and="&", bitwise_or="|", bitwise_xor="^").items():
    TABLE[_name] = _elementwise(f"{{0}} {_operator} {{1}}", boolean=f"{{0}} {_operator} {{1}}")
    TABLE[f"__{_name.removeprefix('bitwise_')}__"] = TABLE[_name]
TABLE.update(
    logical_not=_elementwise("not {0}", of="bool"),
    bitwise_not=_elementwise("~{0}", boolean="not {0}"),
    isnan=_elementwise("{0} != {0}", of="promoted"),
    isinf=_elementwise("abs({0}) == np.inf", of="promoted"),
    signbit=_elementwise("math.copysign(1.0, {0}) < 0.0", of="float64"),
    exp=_elementwise("exp({0})", of="float64"),
    log=_elementwise("log({0})", of="float64"),
    sigmoid=_elementwise("sigmoid({0})", of="float64"),
    exp2=_elementwise("math.pow(2.0, {0})", of="float64"),
    copysign=_elementwise("math.copysign({0}, {1})", of="float64"),
    atan2=_elementwise("math.atan2({0}, {1})", of="float64"),
    hypot=_elementwise("math.hypot({0}, {1})", of="float64"),
)
for _name in (
    "sqrt", "expm1", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asin", "acos", "atan", "asinh", "acosh", "atanh", "erf", "erfc",
):  # fmt: skip
    TABLE[_name] = _elementwise(f"math.{_name}({{0}})", of="float64")
