"""The vectorizable exponential and logarithm over the whole range of doubles."""

import math

import numpy as np
import pytest
from numba import njit

from plausiwidgets.engine.compiled import mathfunctions


@njit
def _exp(x, out):
    for i in range(x.size):
        out[i] = mathfunctions.exp(x[i])


@njit
def _log(x, out):
    for i in range(x.size):
        out[i] = mathfunctions.log(x[i])


def _applied(function, x):
    x = np.asarray(x, dtype=np.float64)
    out = np.empty_like(x)
    function(x, out)
    return out


def exp(x):
    return _applied(_exp, x)


def log(x):
    return _applied(_log, x)


# Where a long double is a double, the yardstick itself is off by half a unit or more.
SLACK = 0.0 if np.finfo(np.longdouble).nmant > 52 else 0.7


def ulps(ours, x, function=np.exp):
    with np.errstate(over="ignore", under="ignore"):
        exact = function(x.astype(np.longdouble))
    return np.abs((ours.astype(np.longdouble) - exact) / np.spacing(exact.astype(np.float64)))


@pytest.mark.parametrize(
    ("low", "high"), [(-708.3, 709.78), (-1.0, 1.0), (-30.0, 30.0), (-1e-8, 1e-8), (-745.0, -708.0)]
)
def test_exp_is_right_to_two_units_in_the_last_place(low, high):
    x = np.random.default_rng(1).uniform(low, high, 200_000)
    assert ulps(exp(x), x).max() < 1.3 + SLACK


def test_exp_agrees_with_math_exp_at_every_power_of_two():
    n = np.arange(-1074, 1024, dtype=np.float64)
    for shift in (-1e-9, 0.0, 1e-9):
        x = n * math.log(2.0) + shift
        expected = np.array([math.exp(v) for v in x])
        np.testing.assert_allclose(exp(x), expected, rtol=5e-16, atol=5e-324)


def test_exp_of_special_numbers():
    assert exp([0.0, -0.0]).tolist() == [1.0, 1.0]
    assert exp([math.inf, 710.0, 1e300]).tolist() == [math.inf] * 3
    assert exp([-math.inf, -746.0, -1e300]).tolist() == [0.0] * 3
    assert np.isnan(exp([math.nan, -math.nan])).all()
    # Largest argument with a finite result, smallest with a result above zero.
    assert exp([709.782712893384]).tolist() == [math.exp(709.782712893384)]
    assert exp([709.7827128933841]).tolist() == [math.inf]
    assert exp([-745.1332191019411]).tolist() == [5e-324]
    assert exp([-745.1332191019412]).tolist() == [0.0]


def test_exp_without_a_fused_multiply_add_is_as_good(monkeypatch):
    plain = njit(lambda a, b, c: a * b + c)
    monkeypatch.setattr(mathfunctions, "_muladd", plain)
    other = njit(mathfunctions.exp.py_func)

    @njit
    def loop(x, out):
        for i in range(x.size):
            out[i] = other(x[i])

    x = np.random.default_rng(4).uniform(-700.0, 700.0, 50_000)
    out = np.empty_like(x)
    loop(x, out)
    assert ulps(out, x).max() < 2.0 + SLACK


def test_exp_is_vectorized_without_a_call():
    exp([1.0])
    assembly = "".join(_exp.inspect_asm().values())
    if "xmm" in assembly:  # x86
        assert "mulpd" in assembly


@pytest.mark.parametrize(
    ("low", "high"), [(-708.0, 709.0), (-1.0, 1.0), (-1e-3, 1e-3), (-1e-8, 1e-8), (-744.0, -708.0)]
)
def test_log_is_right_to_a_unit_in_the_last_place(low, high):
    x = np.exp(np.random.default_rng(2).uniform(low, high, 200_000))
    assert ulps(log(x), x, np.log).max() < 1.0 + SLACK


def test_log_of_every_power_of_two_and_its_neighbours():
    x = 2.0 ** np.arange(-1073, 1024, dtype=np.float64)
    for near in (np.nextafter(x, 0.0), x, np.nextafter(x, np.inf)):
        np.testing.assert_allclose(log(near), np.log(near), rtol=4e-16, atol=0.0)
