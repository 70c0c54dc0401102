"""The table of ATen operations that act on each lane by itself, and the source each becomes.

The meaning is torch's: types are promoted as torch does, small powers are products, minima let a
nan through, rounding is half to even, a remainder has the sign of its divisor. Arithmetic is equal to
the last bit; what is transcendental may differ in the last places, and by one unit of the last place
what torch rounds once or in another type: ``add(alpha=)``, ``addcmul``, ``lerp``, ``x**0.5``, and
``sqrt`` of float32 or of integers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from plausiwidgets.simulation.compiled.lowering import Call, Unsupported, cast, literal, promoted
from plausiwidgets.simulation.compiled.program import UNIFORM, Number, Value

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


def _with_alpha(sign: str, boolean: str | None) -> Lowering:
    def lower(call: Call) -> Value:
        a, b = call.args[:2]
        alpha = call.number(2, "alpha", 1)
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
    a, b = (cast(v, call.dtype) for v in call.args[:2])
    mode = call.number(2, "rounding_mode", None)
    if mode is None:
        return call.result(f"{a} / {b}", *call.args[:2])
    if not call.dtype.is_floating_point:
        raise Unsupported("divides integers: compute in torch.float64, `torch.floor(x.to(torch.float64) / n)`")
    text = f"floor_divide({a}, {b})" if mode == "floor" else f"np.trunc({a} / {b})"
    return call.result(text, *call.args[:2])


def _remainder(function: str) -> Lowering:
    def lower(call: Call) -> Value:
        if not call.dtype.is_floating_point:
            raise Unsupported("divides integers: compute in torch.float64, `x.to(torch.float64) % n`")
        return call.result(f"{function}({', '.join(cast(v, call.dtype) for v in call.values())})")

    return lower


def _power(call: Call) -> Value:
    base, exponent = call.args[:2]
    x = cast(base, call.dtype)
    if not call.dtype.is_floating_point:
        raise Unsupported("raises integers to a power: compute in torch.float64, `x.to(torch.float64)**n`")
    n = exponent.number if exponent.dims < 0 else None
    small = {
        2: f"{x} * {x}", 3: f"{x} * {x} * {x}", 0.5: f"math.sqrt({x})", 1: x, 0: "1.0",
        -0.5: f"1.0 / math.sqrt({x})", -1: f"1.0 / {x}", -2: f"1.0 / ({x} * {x})",
    }  # fmt: skip
    if n in small:
        return call.result(small[n], base)
    return call.result(f"math.pow({x}, {cast(exponent, call.dtype)})", base, exponent)


def _extremum(sign: str, *, skip_nan: bool = False) -> Lowering:
    """Lower max or min of two; a nan wins, or loses with `skip_nan`."""

    def lower(call: Call) -> Value:
        if call.dtype == torch.bool:
            return _elementwise("", boolean="{0} | {1}" if sign == ">" else "{0} & {1}")(call)
        a, b = (cast(v, call.dtype) for v in call.args[:2])
        winner = f"({b} != {b})" if skip_nan else f"({a} != {a})"
        return call.result(f"{a} if ({a} {sign} {b}) | {winner} else {b}", *call.args[:2])

    return lower


def _clamp(call: Call) -> Value:
    value = call.args[0]
    for place, name, sign in ((1, "min", "<"), (2, "max", ">")):
        bound = call.args[place] if place < len(call.args) else call.kwargs.get(name)
        if bound is None:
            continue
        x, edge = cast(value, call.dtype), cast(bound, call.dtype)
        outside = f"{x} {sign} {edge}"
        if bound.number is None:
            outside = f"({outside}) | ({edge} != {edge})"
        value = call.result(f"{edge} if {outside} else {x}", value, bound)
    return call.result(cast(value, call.dtype), value)


def _where(call: Call) -> Value:
    chosen, a, b = call.args[:3]
    text = f"{cast(a, call.dtype)} if {cast(chosen, torch.bool)} else {cast(b, call.dtype)}"
    return call.result(text, chosen, a, b)


def _select_by_mask(call: Call) -> Value:
    """Lower ``x[mask]``: the same lanes, remembered as a selection."""
    value, mask = call.args[0], _only_mask(call.args[1])
    if value.mask is not None or mask.mask is not None:
        raise Unsupported("selects from lanes that are selected already: combine the masks, `v[a & b]`")
    chosen = call.body.assign(cast(mask, torch.bool), torch.bool, mask.dims, [mask])
    text = cast(value, value.dtype)
    return call.body.assign(text, value.dtype, 1, [value, chosen], chosen.text)


def _put_by_mask(call: Call) -> Value:
    """Lower ``x[mask] = y``, with one y for all or one that was selected by the same mask."""
    value, mask, new = call.args[0], _only_mask(call.args[1]), call.args[2]
    chosen = call.body.assign(cast(mask, torch.bool), torch.bool, mask.dims, [mask])
    if new.mask is not None and new.mask != chosen.text:
        raise Unsupported("assigns lanes selected by another mask")
    if new.mask is None and new.dims == 1 and new.number is None:
        raise Unsupported("assigns a value for each selected lane")
    y = cast(new, call.dtype)
    if call.number(3, "accumulate", False):
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


def _convert(call: Call) -> Value:
    return _converted(call, call.args[0])


def _copy(call: Call) -> Value:
    return _converted(call, call.args[1])


def _converted(call: Call, value: Value) -> Value:
    if value.number is not None:
        return _constant(call, value.number)
    return call.result(cast(value, call.dtype), value)


def _fill(place: int) -> Lowering:
    def lower(call: Call) -> Value:
        number = call.number(place, "fill_value", 0)
        if number is None:
            raise Unsupported("fills with a value that is not a constant")
        return _constant(call, number)

    return lower


def _rounded(call: Call) -> Value:
    decimals = call.number(1, "decimals", 0)
    x = cast(call.args[0], call.dtype)
    if not call.dtype.is_floating_point:
        return call.result(x, call.args[0])
    power = literal(10.0 ** abs(decimals), call.dtype)
    if decimals == 0:
        return call.result(f"np.rint({x})", call.args[0])
    scale, back = ("*", "/") if decimals > 0 else ("/", "*")
    return call.result(f"np.rint({x} {scale} {power}) {back} {power}", call.args[0])


def _float_only(function: str) -> Lowering:
    """Lower a rounding function; integers are already round."""

    def lower(call: Call) -> Value:
        x = cast(call.args[0], call.dtype)
        return call.result(f"{function}({x})" if call.dtype.is_floating_point else x, call.args[0])

    return lower


def _relu(call: Call) -> Value:
    x = cast(call.args[0], call.dtype)
    return call.result(f"{x} if ({x} > 0) | ({x} != {x}) else {literal(0, call.dtype)}", call.args[0])


def _sign(call: Call) -> Value:
    x, (minus, zero, plus) = cast(call.args[0], call.dtype), (literal(n, call.dtype) for n in (-1, 0, 1))
    return call.result(f"{plus} if {x} > 0 else ({minus} if {x} < 0 else {zero})", call.args[0])


def _leaky(call: Call) -> Value:
    x, slope = cast(call.args[0], call.dtype), call.number(1, "negative_slope", 0.01)
    return call.result(f"{x} if {x} > 0.0 else {x} * {literal(slope, call.dtype)}", call.args[0])


def _elu(call: Call) -> Value:
    x = cast(call.args[0], call.dtype)
    alpha, scale, inner = (
        literal(call.number(i, n, 1.0), call.dtype) for i, n in ((1, "alpha"), (2, "scale"), (3, "input_scale"))
    )
    below = f"math.expm1({x} * {inner}) * ({alpha} * {scale})"
    return call.result(f"{x} * {scale} if {x} > 0.0 else {below}", call.args[0])


TABLE.update(
    add=_with_alpha("+", "|"), sub=_with_alpha("-", None), div=_division, pow=_power,
    mul=_elementwise("{0} * {1}", boolean="{0} & {1}"), neg=_elementwise("-{0}"),
    reciprocal=_elementwise("1.0 / {0}"), rsqrt=_elementwise("1.0 / math.sqrt({0})"),
    remainder=_remainder("remainder"), fmod=_remainder("np.fmod"),
    abs=_elementwise("abs({0})"), relu=_relu, sign=_sign,
    floor=_float_only("np.floor"), ceil=_float_only("np.ceil"), trunc=_float_only("np.trunc"), round=_rounded,
    maximum=_extremum(">"), minimum=_extremum("<"),
    fmax=_extremum(">", skip_nan=True), fmin=_extremum("<", skip_nan=True),
    clamp=_clamp, hardtanh=_clamp,
    where=_where, index=_select_by_mask, index_put=_put_by_mask,
    _to_copy=_convert, clone=_convert, alias=_convert, detach=_convert, lift_fresh_copy=_convert,
    expand=_convert, view=_convert, _unsafe_view=_convert, slice=_convert, copy=_copy,
    full=_fill(1), full_like=_fill(1), scalar_tensor=_fill(0),
    leaky_relu=_leaky, elu=_elu,
)  # fmt: skip
for _name, _operator in dict(eq="==", ne="!=", lt="<", le="<=", gt=">", ge=">=").items():
    TABLE[_name] = _elementwise(f"{{0}} {_operator} {{1}}", of="promoted")
for _name, _operator in dict(logical_and="&", logical_or="|", logical_xor="^").items():
    TABLE[_name] = _elementwise(f"{{0}} {_operator} {{1}}", of="bool")
for _name, _operator in dict(bitwise_and="&", bitwise_or="|", bitwise_xor="^").items():
    TABLE[_name] = _elementwise(f"{{0}} {_operator} {{1}}", boolean=f"{{0}} {_operator} {{1}}")
TABLE.update(
    logical_not=_elementwise("not {0}", of="bool"),
    bitwise_not=_elementwise("~{0}", boolean="not {0}"),
    isnan=_elementwise("{0} != {0}", of="promoted"),
    isinf=_elementwise("abs({0}) == np.inf", of="promoted"),
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
