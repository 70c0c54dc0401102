"""The table of operations: one row per operation, with its form in every back end and its operation count.

A row acts on each lane separately, and on each entry if a lane has a row of entries. An operation of ATen is a row of
the same name, or is composed of rows (``engine/compiled/lowering.py``). The meaning is that of torch. Types are
promoted as in torch, small powers are products, and minima propagate nan. Halves are rounded to even, and a remainder
has the sign of its divisor.

Arithmetic is equal to the last bit. Transcendental functions may differ in the last places. Functions that torch rounds
once or computes in another type differ by one or two units in the last place: ``add(alpha=)``, ``addcmul``, ``lerp``,
``x**0.5``, integer powers of four and above, and ``sqrt`` of float32 or of integers. If a bound and the bounded value
are zeros of different sign, torch may return the other one.

The operations of the app are generated from the `exact` rows (``widgets/catalogue/generate_operations.py``). A test
fails if a form is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from plausiwidgets.engine.program.program import Operation

if TYPE_CHECKING:
    import torch

Distance = Callable[["torch.Tensor", "torch.Tensor"], "torch.Tensor"]

_TRANSCENDENTAL = 10


def _function(name: str, **options: Any) -> Operation:
    """Return the row of a function that has the same name in almost every back end."""
    usual: dict[str, Any] = dict(
        python=f"math.{name}({{0}})",
        javascript=f"Math.{name}({{0}})",
        brian2=f"{name}({{0}})",
        array=name,
        operations=_TRANSCENDENTAL,
        computes="float64",
        unbounded=True,
        exact=False,
    )
    return Operation(name, **(usual | options))


def _integer(name: str, python: str, boolean: str) -> Operation:
    """Return the row of an operation on the bits of integers. A page computes with doubles, so it is not `exact`."""
    return Operation(name, python, name, brian2=None, boolean=boolean, exact=False)


def _comparison(name: str, array: str, sign: str, distance: Distance | None = None, **options: Any) -> Operation:
    return Operation(name, f"{{0}} {sign} {{1}}", array, computes="promoted", truth=True, distance=distance, **options)


def _above(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a - b


def _below(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return b - a


def _extremum(sign: str, winner: str) -> dict[str, Any]:
    """Return the forms of a maximum or minimum that is the first argument if `winner` is nan."""
    return {
        "python": f"{{0}} if ({{0}} {sign} {{1}}) | ({winner} != {winner}) else {{1}}",
        "operations": 2,
        "javascript": f"({{0}} {sign} {{1}} || {winner} !== {winner} ? {{0}} : {{1}})",
        "brian2": f"choose(({{0}} {sign} {{1}}) or ({winner} != {winner}), {{0}}, {{1}})",
        "boolean": "logical_or" if sign == ">" else "logical_and",
    }


def _truth(python: str, javascript: str, brian2: str) -> dict[str, Any]:
    return dict(python=python, javascript=javascript, brian2=brian2, computes="bool", truth=True)


CAST = Operation("cast", "", "", operations=0)
"""Conversion from the type of the argument to the type of the result, with the rules of each back end."""

TABLE: dict[str, Operation] = {
    row.name: row
    for row in (
        Operation("add", "{0} + {1}", "add", boolean="logical_or"),
        Operation("sub", "{0} - {1}", "subtract"),
        Operation("mul", "{0} * {1}", "multiply", boolean="logical_and"),
        Operation("div", "{0} / {1}", "divide", unbounded=True),
        Operation("neg", "-{0}", "negative"),
        Operation("abs", "abs({0})", "absolute", "absolute({0})"),
        Operation(
            "remainder", "remainder({0}, {1})", "remainder", brian2="({0} % {1})", operations=5, computes="division"
        ),
        Operation("fmod", "np.fmod({0}, {1})", "fmod", "({0} % {1})", None, operations=3, computes="division"),
        Operation(
            "floor_divide",
            "floor_divide({0}, {1})",
            "floor_divide",
            "floorDivide({0}, {1})",
            "({0} // {1})",
            operations=5,
            computes="division",
        ),
        Operation("floor", "np.floor({0})", "floor", "Math.floor({0})", "floor({0})", computes="rounding"),
        Operation("ceil", "np.ceil({0})", "ceil", "Math.ceil({0})", "ceil({0})", computes="rounding"),
        Operation(
            "trunc",
            "np.trunc({0})",
            "trunc",
            "Math.trunc({0})",
            "choose({0} < 0.0, ceil({0}), floor({0}))",
            computes="rounding",
        ),
        Operation(
            "rint",
            "np.rint({0})",
            "round",
            "roundHalfEven({0})",
            "choose({0} - floor({0}) < 0.5, floor({0}), choose({0} - floor({0}) > 0.5, ceil({0}), "
            "2.0*floor(0.5*{0} + 0.25)))",
            computes="rounding",
            numpy=np.rint,
        ),
        Operation("maximum", array="maximum", **_extremum(">", "{0}")),
        Operation("minimum", array="minimum", **_extremum("<", "{0}")),
        Operation("fmax", array="fmax", **_extremum(">", "{1}")),
        Operation("fmin", array="fmin", **_extremum("<", "{1}")),
        Operation(
            "where", "{1} if {0} else {2}", "where", "({0} ? {1} : {2})", "choose({0}, {1}, {2})", computes="choice"
        ),
        _comparison("lt", "less", "<", _below),
        _comparison("le", "less_equal", "<=", _below),
        _comparison("gt", "greater", ">", _above),
        _comparison("ge", "greater_equal", ">=", _above),
        _comparison("eq", "eq", "==", javascript="({0} === {1})", numpy=np.equal),
        _comparison("ne", "not_equal", "!=", javascript="({0} !== {1})"),
        Operation("isnan", "{0} != {0}", "isnan", "({0} !== {0})", computes="float64", truth=True),
        Operation(
            "isfinite",
            "abs({0}) < np.inf",
            "isfinite",
            "(Math.abs({0}) < Infinity)",
            "abs({0}) <= 1.7e308",
            operations=2,
            computes="float64",
            truth=True,
        ),
        Operation(
            "isinf",
            "abs({0}) == np.inf",
            "isinf",
            "(Math.abs({0}) === Infinity)",
            "abs({0}) > 1.7e308",
            operations=2,
            computes="float64",
            truth=True,
        ),
        Operation(
            "logical_and",
            array="logical_and",
            soft=lambda a, b: a * b,
            **_truth("{0} & {1}", "({0} && {1})", "{0} and {1}"),
        ),
        Operation(
            "logical_or",
            array="logical_or",
            soft=lambda a, b: a + b - a * b,
            **_truth("{0} | {1}", "({0} || {1})", "{0} or {1}"),
        ),
        Operation(
            "logical_xor",
            array="logical_xor",
            soft=lambda a, b: a + b - 2.0 * a * b,
            **_truth("{0} ^ {1}", "({0} !== {1})", "({0} and not {1}) or ({1} and not {0})"),
        ),
        Operation("logical_not", array="logical_not", soft=lambda a: 1.0 - a, **_truth("not {0}", "!{0}", "not {0}")),
        _integer("bitwise_and", "{0} & {1}", "logical_and"),
        _integer("bitwise_or", "{0} | {1}", "logical_or"),
        _integer("bitwise_xor", "{0} ^ {1}", "logical_xor"),
        _integer("bitwise_not", "~{0}", "logical_not"),
        Operation("copysign", "math.copysign({0}, {1})", "copysign", "copySign({0}, {1})", None, computes="float64"),
        _function("exp", python="exp({0})", javascript="exponential({0})"),
        _function("log", python="log({0})"),
        _function(
            "sigmoid",
            python="sigmoid({0})",
            javascript="sigmoid({0})",
            brian2="1.0/(1.0 + exp(-{0}))",
            operations=_TRANSCENDENTAL + 3,
            unbounded=False,
            numpy=lambda x: 1.0 / (1.0 + np.exp(-x)),
        ),
        _function("pow", python="math.pow({0}, {1})", javascript="power({0}, {1})", brian2="{0}**{1}", numpy=np.power),
        _function(
            "atan2", python="math.atan2({0}, {1})", javascript="Math.atan2({0}, {1})", brian2=None, numpy=np.arctan2
        ),
        _function("hypot", python="math.hypot({0}, {1})", javascript="Math.hypot({0}, {1})", brian2=None),
        _function("sqrt", exact=True),
        *map(_function, ("expm1", "log1p", "log10", "sinh", "cosh", "tan")),
        _function("log2", brian2=None),
        _function("acosh", brian2=None, numpy=np.arccosh),
        _function("atanh", brian2=None, numpy=np.arctanh),
        *(_function(name, unbounded=False) for name in ("sin", "cos", "tanh")),
        _function("asin", brian2="arcsin({0})", numpy=np.arcsin),
        _function("acos", brian2="arccos({0})", numpy=np.arccos),
        _function("atan", brian2="arctan({0})", unbounded=False, numpy=np.arctan),
        _function("asinh", brian2=None, unbounded=False, numpy=np.arcsinh),
        _function("erf", javascript=None, brian2=None, unbounded=False, numpy=np.vectorize(math.erf)),
        _function("erfc", javascript=None, brian2=None, unbounded=False, numpy=np.vectorize(math.erfc)),
    )
}
"""The rows by their names. An ATen operation that has a row here needs no other definition."""
