"""Integers, and floats that no integer holds, are the same numbers in every engine."""

import math
import platform

import numpy as np
import pytest
import torch
from kernel_helpers import by_javascript, by_kernel, by_numpy, by_plain_python, lanes_model

from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.lanes import NotCompilableError

f32, f64, i32, i64 = torch.float32, torch.float64, torch.int32, torch.int64

NUMBERS = np.array(
    [
        0.0,
        -0.0,
        0.5,
        -0.9,
        1.0,
        -1.5,
        2.5,
        1e3,
        123456789.0,
        2.0**24 + 1.0,
        2.0**31 - 1.0,
        2.0**31 - 0.5,
        2.0**31,
        2.0**31 + 1.0,
        -(2.0**31),
        -(2.0**31) - 0.5,
        -(2.0**31) - 1.0,
        2.0**32,
        2.0**32 + 7.0,
        1e10,
        -1e10,
        2.0**53,
        2.0**62,
        2.0**62 + 2.0**38,
        -(2.0**62) - 2.0**38,
        2.0**63 - 1024.0,
        2.0**63,
        -(2.0**63),
        -(2.0**63) - 2048.0,
        1e19,
        -1e19,
        1e300,
        -1e300,
        math.inf,
        -math.inf,
        math.nan,
        *np.linspace(-5.0, 5.0, 29),
    ]
)

CASES = {
    "float to int64": lambda a: a.to(i64).to(f64),
    "float to int32": lambda a: a.to(i32).to(f64),
    "float32 to int64": lambda a: a.to(f32).to(i64).to(f64),
    "float32 to int32": lambda a: a.to(f32).to(i32).to(f64),
    "int64 to int32": lambda a: a.to(i64).to(i32).to(f64),
    "int64 to int16, int8 and uint8": lambda a: (
        a.to(i64).to(torch.int16).to(f64) + a.to(i64).to(torch.int8) * 1e-3 + a.to(i64).to(torch.uint8) * 1e-6
    ),
    "int64 to float32, rounded once": lambda a: (a.to(i64) + 1).to(f32).to(f64),
    "int32 at least 2**31": lambda a: (a.to(i32) >= 2**31).to(f64),
    "int32 below 2**31": lambda a: torch.where(a.to(i32) < 2**31, a, 0.5),
    "int32 plus 2**31": lambda a: (a.to(i32) + 2**31).to(f64),
    "int32 equal to 2**32": lambda a: (a.to(i32) == 2**32).to(f64),
    "int32 beside int64": lambda a: (a.to(i32) + torch.full_like(a, 2.0**31).to(i64)).to(f64),
    "products of int32": lambda a: (a.to(i32) * a.to(i32) * 3).to(f64),
    "products of int64": lambda a: (a.to(i64) * a.to(i64) * 4_000_000_007).to(f64),
    "a flag times large numbers": lambda a: ((a > 0).to(i64) * 2**62 * 4 + (a > 0).to(i64) * (2**62 - 1) * 5).to(f64),
    "minus and the size of the smallest": lambda a: (-a.to(i64)).to(f64) + a.to(i64).abs().to(f64),
    "the smallest int32": lambda a: (-a.to(i32)).to(f64) + a.to(i32).abs().to(f64),
    "bits": lambda a: ((a.to(i64) & 255) ^ (~a.to(i64) | 7)).to(f64),
    "the larger": lambda a: torch.maximum(a.to(i32), torch.full_like(a, 7.0).to(i32)).to(f64),
    "a whole number of float32": lambda a: (a.to(i64) > torch.full_like(a, 2.0**24 + 1.0).to(f32)).to(f64),
}


def step(current, state, p, dt):
    return torch.zeros_like(current), tuple(case(current) for case in CASES.values())


@pytest.fixture(scope="module")
def program():
    return export_step(lanes_model(step, len(CASES)))


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="torch casts what no integer holds otherwise")
@pytest.mark.parametrize("engine", [by_kernel, by_numpy, by_plain_python, by_javascript])
def test_an_integer_is_the_same_in_every_engine(engine, program, tmp_path):
    ours = engine(program, NUMBERS, np.zeros(NUMBERS.size), tmp_path)
    for lanes in (NUMBERS.size, 1):  # torch computes many at once by other instructions
        theirs = np.concatenate(
            [np.stack(step(torch.from_numpy(x), (), None, None)[1]) for x in np.split(NUMBERS, NUMBERS.size // lanes)],
            axis=1,
        )
        wrong = [
            f"{name}: {NUMBERS[i]!r} gives {x[i]!r}, torch has {y[i]!r} with {lanes} lanes"
            for name, x, y in zip(CASES, ours, theirs, strict=True)
            for i in np.flatnonzero(~((x == y) | (np.isnan(x) & np.isnan(y))))
        ]
        assert not wrong, "\n".join(wrong)


def test_a_number_that_no_integer_holds_is_refused_by_name():
    def huge(current, state, p, dt):
        return torch.zeros_like(current), (torch.where(current.to(i64) == 2**63, 1.0, 0.0),)

    with pytest.raises(NotCompilableError, match=r"eq reads 9223372036854775808, which is too large for torch.int64"):
        export_step(lanes_model(huge, 1))
