"""Functions that kernels call: versions that LLVM can vectorize, or that follow torch's semantics.

Only kernels import this module, because it requires Numba.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import extending, types

from plausiwidgets.engine.compiled.shared import shared

# The annotation is for compiled callers, which do not pass the first argument.
intrinsic: Any = extending.intrinsic
Codegen = Callable[[object, ir.IRBuilder, object, Sequence[ir.Value]], ir.Value]


def _cpu_has_fma() -> bool:
    """Return whether this CPU has a fused multiply-add instruction, because its emulation in software is slow."""
    features = llvmlite.binding.get_host_cpu_features()
    machine = llvmlite.binding.get_default_triple().split("-")[0]
    return bool(features.get("fma")) or machine in ("aarch64", "arm64")


@intrinsic
def _fused(typingctx: object, a: types.Type, b: types.Type, c: types.Type) -> tuple[object, Codegen]:
    """Return a·b + c with a single rounding."""

    def codegen(context: object, builder: ir.IRBuilder, signature: object, args: Sequence[ir.Value]) -> ir.Value:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


@intrinsic
def bits_of(typingctx: object, x: types.Type) -> tuple[object, Codegen]:
    """Return the bits of a double as an integer."""

    def codegen(context: object, builder: ir.IRBuilder, signature: object, args: Sequence[ir.Value]) -> ir.Value:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def _from_bits(typingctx: object, i: types.Type) -> tuple[object, Codegen]:
    """Return the double with the given bits."""

    def codegen(context: object, builder: ir.IRBuilder, signature: object, args: Sequence[ir.Value]) -> ir.Value:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


inline = shared(forceinline=True)


@inline
def _rounded_twice(a: float, b: float, c: float) -> float:
    return a * b + c


_muladd: Callable[[float, float, float], float] = _fused if _cpu_has_fma() else _rounded_twice


# Adding this number to a number below 2^51 leaves no bits for a fraction, so the sum is rounded to an integer. The low
# bits of the sum then contain that integer, and the remaining ones of the low 52 bits are zero.
_ROUND = 1.5 * 2.0**52
_PER_LN2 = 1.0 / math.log(2.0)
# ln 2 in two parts. The upper part ends in 11 zero bits, so its product with an exponent is exact.
_LN2_HIGH = float.fromhex("0x1.62e42fefa3800p-1")
_LN2_LOW = float.fromhex("0x1.ef35793c76730p-45")
# (e^r − 1 − r)/r² on |r| ≤ ln(2)/2 as a polynomial in r, from a Chebyshev interpolation of degree 9 computed with 60
# digits. The relative error of e^r is below 2^-55.
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11 = (
    float.fromhex(c)
    for c in (
        "0x1.0000000000001p-1",
        "0x1.5555555555556p-3",
        "0x1.5555555553d4fp-5",
        "0x1.11111111109adp-7",
        "0x1.6c16c17893833p-10",
        "0x1.a01a01a7c8d47p-13",
        "0x1.a019b8ef67c6cp-16",
        "0x1.71de0d9c145d0p-19",
        "0x1.2891a8c1d838dp-22",
        "0x1.af38d53857513p-26",
    )
)


# e^x is inf above _OVERFLOW, 0 below _UNDERFLOW, and not a normal number below _SMALL.
_OVERFLOW, _UNDERFLOW, _SMALL = 709.782712893384, -745.2, -708.0


@inline
def exp(x: float) -> float:
    """Return e^x to 1.3 ulp without a branch: inf above 709.78, denormal below -708.4, 0 below -745.13.

    x = n·ln 2 + r with an integer n. e^r is a polynomial, evaluated in pairs (Estrin's scheme), so that a single lane
    does not wait for a chain of sums. 2^n is added to the exponent bits. A result below the normal numbers is computed
    2^64 times too large and then multiplied by 2^-64, which rounds it. Infinite, nan and zero results are selected at
    the end, outside the chain.
    """
    shifted: float = _muladd(x, _PER_LN2, _ROUND)
    n = shifted - _ROUND
    r = _muladd(n, -_LN2_LOW, _muladd(n, -_LN2_HIGH, x))
    r2 = r * r
    r4 = r2 * r2
    low = _muladd(_muladd(_C5, r, _C4), r2, _muladd(_C3, r, _C2))
    high = _muladd(_muladd(_C11, r, _C10), r4, _muladd(_muladd(_C9, r, _C8), r2, _muladd(_C7, r, _C6)))
    mantissa = 1.0 + _muladd(r4 * r2, high, _muladd(r2, low, r))
    small = x < _SMALL
    lift = 64 if small else 0
    lower = 2.0**-64 if small else 1.0
    exponent: int = (bits_of(shifted) + lift) << 52
    value = _from_bits(bits_of(mantissa) + exponent) * lower
    # The result is inf or nan, or 0 for a negative argument.
    beyond = x * 1e308
    beyond = 0.0 if beyond < 0.0 else beyond
    return value if (x >= _UNDERFLOW) & (x <= _OVERFLOW) else beyond


# (log((1+s)/(1−s)) − 2s)/s³ on |s| ≤ (√2 − 1)/(√2 + 1) as a polynomial in s², from a Chebyshev interpolation of degree
# 6 computed with 60 digits. Its relative error is below 2^-51. The factor s² reduces the error of the logarithm to
# 2^-57.
_L0, _L1, _L2, _L3, _L4, _L5, _L6 = (
    float.fromhex(c)
    for c in (
        "0x1.5555555555558p-1",
        "0x1.99999999952e2p-2",
        "0x1.2492492df148dp-2",
        "0x1.c71c62e5800a1p-3",
        "0x1.7462b4ab2ef6bp-3",
        "0x1.39fe606542ddep-3",
        "0x1.2b584aae78a57p-3",
    )
)
_SMALLEST_NORMAL = 2.0**-1022
_BITS_OF_ROOT_HALF = 0x3FE6A09E667F3BCD
_BITS_OF_ROUND = 0x4338000000000000


@inline
def log(x: float) -> float:
    """Return the natural logarithm to 1 ulp without a branch: -inf at 0, nan below 0.

    x = 2^k·m with m between √½ and √2. With f = m − 1 and s = f/(2 + f), log m = f − s·(f − s²·(…)), so that the
    rounded terms are small compared with f.
    """
    small = x < _SMALLEST_NORMAL
    bits = bits_of(x * 2.0**54 if small else x)
    whole = (bits - _BITS_OF_ROOT_HALF) >> 52
    f = _from_bits(bits - (whole << 52)) - 1.0
    # Convert an integer below 2^51 to a double through its bits, because LLVM cannot vectorize a conversion on every
    # CPU.
    k = _from_bits(whole + _BITS_OF_ROUND) - _ROUND - (54.0 if small else 0.0)
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    low = _muladd(_muladd(_L3, z, _L2), z2, _muladd(_L1, z, _L0))
    high = _muladd(_L6, z2, _muladd(_L5, z, _L4))
    series = _muladd(z2 * z2, high, low)
    rest = _muladd(k, _LN2_LOW, s * _muladd(z, series, -f))
    value = _muladd(k, _LN2_HIGH, f + rest)
    # inf and nan stay unchanged, zero becomes -inf, and negative arguments become nan.
    beyond = x if x > 0.0 else (-np.inf if x == 0.0 else np.nan)
    return value if (x > 0.0) & (x < np.inf) else beyond


@inline
def sigmoid(x: float) -> float:
    """Return 1/(1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x))


@inline
def whole64(x: float) -> int:
    """Return x truncated to a 64-bit integer, or the smallest integer if x is out of range, as torch on x86."""
    inside = (x >= -(2.0**63)) & (x < 2.0**63)
    return np.int64(x if inside else -(2.0**63))  # type: ignore[return-value]


@inline
def whole32(x: float) -> int:
    """Return x truncated to a 32-bit integer, or the smallest integer if x is out of range."""
    inside = (x > -(2.0**31) - 1.0) & (x < 2.0**31)
    return np.int32(x if inside else -(2.0**31))  # type: ignore[return-value]


@inline
def remainder(a: float, b: float) -> float:
    """Return a modulo b with the sign of b, as in torch and Python."""
    rest = np.fmod(a, b)
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        rest += b
    return rest


@inline
def floor_divide(a: float, b: float) -> float:
    """Return the largest integer that is not above a/b, rounded as in torch."""
    if b == 0.0:
        return a / b
    rest = np.fmod(a, b)
    quotient = (a - rest) / b
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return math.copysign(0.0, a / b)
    whole = np.floor(quotient)
    if quotient - whole > 0.5:
        whole += 1.0
    return whole
