"""The table of operations against torch itself, on random and on special numbers."""

import itertools
import math

import numpy as np
import pytest
import torch
from kernel_helpers import by_javascript, by_kernel, by_numpy, in_order, lanes_model

from plausiwidgets.engine.compiled import export
from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.compiled.interpreter import interpreter
from plausiwidgets.engine.compiled.lowering import COMPOSED
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob, NotCompilableError
from plausiwidgets.engine.program.operations import TABLE

F = torch.nn.functional
f32, f64, i64, i32 = torch.float32, torch.float64, torch.int64, torch.int32

SPECIAL = [
    0.0,
    -0.0,
    0.5,
    -0.5,
    1.0,
    -1.0,
    1.5,
    2.0,
    2.5,
    -2.5,
    3.0,
    -3.5,
    7.25,
    -64.9,
    1e-3,
    100.0,
    -745.0,
    709.0,
    1e-310,
    -5e-324,
    1e300,
    -1e300,
    math.inf,
    -math.inf,
    math.nan,
]


def numbers():
    rng = np.random.default_rng(0)
    pairs = list(itertools.product(SPECIAL, SPECIAL))
    special = np.array(pairs).T
    usual = np.stack([rng.normal(0.0, 5.0, 400), rng.normal(0.0, 5.0, 400)])
    return np.ascontiguousarray(np.concatenate([special, usual], axis=1))


def put(v, mask, new):
    out = v.clone()
    out[mask] = new
    return out


def swapped(v, mask, other):
    out = v.clone()
    out[mask] = other[mask]
    return out


def bumped(v, mask):
    out = v.clone()
    out[mask] += 1.0
    return out


def chained(v):
    out = v.clone()
    out[out > 3.0] = 1.0
    out += 1.0
    out.clamp_(min=-2.0)
    return out


K = torch.tensor([3.0])

# Each entry: a function of (a, b, dt); all of these must agree with torch to the last bit.
EXACT = {
    "add": lambda a, b, dt: a + b,
    "add a number": lambda a, b, dt: 3 + a,
    "add with alpha": lambda a, b, dt: torch.add(a, b, alpha=2),
    "sub": lambda a, b, dt: a - b,
    "rsub": lambda a, b, dt: 1 - a,
    "rsub of integers": lambda a, b, dt: 2 - (a > 0).long(),
    "mul": lambda a, b, dt: a * b,
    "dt is an input": lambda a, b, dt: a * dt,
    "div": lambda a, b, dt: a / b,
    "div by number": lambda a, b, dt: a / 3,
    "reciprocal": lambda a, b, dt: 1 / a,
    "two over": lambda a, b, dt: 2.5 / a,
    "neg": lambda a, b, dt: -a,
    "div floor": lambda a, b, dt: a // b,
    "div trunc": lambda a, b, dt: torch.div(a, b, rounding_mode="trunc"),
    "remainder": lambda a, b, dt: a % b,
    "remainder of number": lambda a, b, dt: 7.5 % a,
    "remainder by number": lambda a, b, dt: a % -2.5,
    "fmod": lambda a, b, dt: torch.fmod(a, b),
    "square": lambda a, b, dt: a**2,
    "cube": lambda a, b, dt: a**3,
    "power one": lambda a, b, dt: a**1,
    "power zero": lambda a, b, dt: a**0,
    "inverse square": lambda a, b, dt: a**-2,
    "inverse": lambda a, b, dt: a**-1,
    "torch.square": lambda a, b, dt: torch.square(a),
    "abs": lambda a, b, dt: a.abs(),
    "sign": lambda a, b, dt: a.sign(),
    "sgn": lambda a, b, dt: torch.sgn(a),
    "floor": lambda a, b, dt: a.floor(),
    "ceil": lambda a, b, dt: a.ceil(),
    "trunc": lambda a, b, dt: a.trunc(),
    "round": lambda a, b, dt: a.round(),
    "frac": lambda a, b, dt: a.frac(),
    "round to 2": lambda a, b, dt: a.round(decimals=2),
    "round to -1": lambda a, b, dt: a.round(decimals=-1),
    "relu": lambda a, b, dt: F.relu(a),
    "hardtanh": lambda a, b, dt: F.hardtanh(a),
    "hardtanh by default": lambda a, b, dt: torch.ops.aten.hardtanh(a),
    "hardtanh up to 2": lambda a, b, dt: torch.ops.aten.hardtanh(a, -1, 2),
    "signbit": lambda a, b, dt: torch.signbit(torch.nan_to_num(a)),  # JavaScript does not tell the sign of a nan
    "relu6": lambda a, b, dt: F.relu6(a),
    "leaky_relu": lambda a, b, dt: F.leaky_relu(a),
    "threshold": lambda a, b, dt: F.threshold(a, 0.1, 20.0),
    "maximum": lambda a, b, dt: torch.maximum(a, b),
    "minimum": lambda a, b, dt: torch.minimum(a, b),
    "max": lambda a, b, dt: torch.max(a, b),
    "fmax": lambda a, b, dt: torch.fmax(a, b),
    "fmin": lambda a, b, dt: torch.fmin(a, b),
    "clamp": lambda a, b, dt: a.clamp(-1.0, 2.0),
    "clamp_min": lambda a, b, dt: a.clamp_min(0.5),
    "clamp_max": lambda a, b, dt: torch.clamp(a, max=0.5),
    "clamp by tensors": lambda a, b, dt: torch.clamp(a, b, b.abs()),
    "clamp an int": lambda a, b, dt: a.clamp(0, 1),
    "where": lambda a, b, dt: torch.where(a > b, a, b),
    "where number": lambda a, b, dt: torch.where(a > 0.5, a, 0.0),
    "where ints": lambda a, b, dt: torch.where(a > 0.5, 1, 0) * b,
    "where captured": lambda a, b, dt: torch.where(a > b, torch.tensor(1.0, dtype=f64), torch.tensor(0.0)),
    "masked_fill": lambda a, b, dt: a.masked_fill(a > 0.5, 3.0),
    "masked_fill dt": lambda a, b, dt: a.masked_fill(a > 0.5, dt),
    "heaviside": lambda a, b, dt: torch.heaviside(a, b),
    "lerp": lambda a, b, dt: a + 0.25 * (b - a),
    "addcmul": lambda a, b, dt: a + 2 * a * b,
    "nan_to_num": lambda a, b, dt: torch.nan_to_num(a),
    "copysign": lambda a, b, dt: torch.copysign(a, torch.nan_to_num(b)),
    "lt": lambda a, b, dt: a < b,
    "le": lambda a, b, dt: a <= b,
    "gt": lambda a, b, dt: (a > b).to(f64),
    "ge": lambda a, b, dt: a >= 0.1,
    "eq": lambda a, b, dt: a == b,
    "ne": lambda a, b, dt: a != b,
    "compare with float32": lambda a, b, dt: a > torch.as_tensor(0.1),
    "compare with int": lambda a, b, dt: a > 1,
    "and": lambda a, b, dt: (a > 0) & (b > 0),
    "or": lambda a, b, dt: (a > 0) | (b > 0),
    "xor": lambda a, b, dt: (a > 0) ^ (b > 0),
    "not": lambda a, b, dt: ~(a > 0),
    "logical_and": lambda a, b, dt: torch.logical_and(a, b),
    "logical_or": lambda a, b, dt: torch.logical_or(a > 1, b),
    "logical_xor": lambda a, b, dt: torch.logical_xor(a, b),
    "logical_not": lambda a, b, dt: torch.logical_not(a),
    "isnan": lambda a, b, dt: torch.isnan(a),
    "isinf": lambda a, b, dt: torch.isinf(a),
    "isfinite": lambda a, b, dt: torch.isfinite(a),
    "mask times value": lambda a, b, dt: (a > 0) * b,
    "mask times mask": lambda a, b, dt: (a > 0) * (b > 0) * b,
    "mask plus mask": lambda a, b, dt: (a > 0) + (b > 0),
    "bool as float": lambda a, b, dt: (a > 0).double() + (b > 0).float(),
    "to float32": lambda a, b, dt: (a.float() * 0.1 + b.float()).double(),
    "float32 less": lambda a, b, dt: a.float() < 0.1,
    "to type of other": lambda a, b, dt: a.to(f32).to(b),
    "type_as": lambda a, b, dt: (a > 0).type_as(b),
    "ints": lambda a, b, dt: (a > 0.5).to(i32) * 2 + (b > 0).to(i64),
    "int minimum": lambda a, b, dt: torch.minimum((a > 0).long() * 3, (b > 0).long()),
    "int bits": lambda a, b, dt: ((a > 0).long() * 6) & ((b > 0).long() * 3),
    "int shift of sign": lambda a, b, dt: -(a > 0).long(),
    "masked constant": lambda a, b, dt: put(a, a > 0.5, -65.0),
    "masked 0-d": lambda a, b, dt: put(a, b > 0.5, dt),
    "masked by mask": lambda a, b, dt: swapped(a, a > 0.5, b),
    "masked sum": lambda a, b, dt: bumped(a, b > 0.5),
    "index_put": lambda a, b, dt: torch.index_put(a, (a > 0.5,), dt),
    "in place on own": lambda a, b, dt: chained(a),
    "masked read and sum": lambda a, b, dt: put(a, a > 0.5, (b[a > 0.5] + 1.0) * 2.0),
    "full_like": lambda a, b, dt: torch.full_like(a, 3) * b,
    "fill of float32": lambda a, b, dt: torch.full_like(a.float(), 0.1).double() * b,
    "captured as float32": lambda a, b, dt: torch.tensor(0.1, dtype=f64).to(f32) * a,
    "zeros_like": lambda a, b, dt: torch.zeros_like(a) + b,
    "ones_like": lambda a, b, dt: torch.ones_like(a, dtype=torch.int64) * b,
    "ones": lambda a, b, dt: torch.ones(a.shape, dtype=f64) * b,
    "full": lambda a, b, dt: torch.full((a.shape[0],), 2.0) + b,
    "new_zeros": lambda a, b, dt: a.new_zeros(a.shape) + b,
    "captured": lambda a, b, dt: a + K + torch.tensor(2.0),
    "captured int": lambda a, b, dt: a + torch.tensor(2),
    "expand": lambda a, b, dt: dt.expand_as(a) * a,
    "empty fill": lambda a, b, dt: torch.empty_like(a).fill_(2.0) + b,
    "copy": lambda a, b, dt: a.clone().copy_(b),
    "detach": lambda a, b, dt: a.detach() + b.clone().contiguous(),
    "view": lambda a, b, dt: a.view(-1) + b.reshape(a.shape),
    "whole slice": lambda a, b, dt: a[:] + b,
    "constant": lambda a, b, dt: torch.full_like(a, 7.5),
    "input": lambda a, b, dt: b,
    # Axes of length one beside the lanes.
    "column": lambda a, b, dt: (a.unsqueeze(1) + b.unsqueeze(1)).squeeze(1),
    "select": lambda a, b, dt: a.unsqueeze(0).select(0, 0),
    "reshape": lambda a, b, dt: a.reshape(-1, 1).squeeze(1),
    "permute": lambda a, b, dt: a.unsqueeze(0).permute(1, 0).squeeze(1),
    "transpose": lambda a, b, dt: a.unsqueeze(0).transpose(0, 1).squeeze(1),
    "t": lambda a, b, dt: a.unsqueeze(0).t().squeeze(1),
    "stack": lambda a, b, dt: torch.stack([a]).squeeze(0),
    "cat": lambda a, b, dt: torch.cat([a.unsqueeze(1)]).squeeze(1),
}

# These go through exp, a logarithm, a sine …: the last bits may differ.
CLOSE = {
    "rsub with alpha": lambda a, b, dt: torch.rsub(a, 0.1, alpha=3),
    "exp": lambda a, b, dt: torch.exp(a),
    "exp2": lambda a, b, dt: torch.exp2(a),
    "expm1": lambda a, b, dt: torch.expm1(a),
    "log": lambda a, b, dt: torch.log(a),
    "log1p": lambda a, b, dt: torch.log1p(a),
    "log2": lambda a, b, dt: torch.log2(a),
    "log10": lambda a, b, dt: torch.log10(a),
    "sigmoid": lambda a, b, dt: torch.sigmoid(a),
    "tanh": lambda a, b, dt: torch.tanh(a),
    "silu": lambda a, b, dt: F.silu(a),
    "softplus": lambda a, b, dt: F.softplus(a),
    "elu": lambda a, b, dt: F.elu(a),
    "elu by default": lambda a, b, dt: torch.ops.aten.elu(a),
    "fourth power": lambda a, b, dt: a**4,
    "fifth power": lambda a, b, dt: a**5,
    "eighth power": lambda a, b, dt: a**8,
    "inverse cube": lambda a, b, dt: a**-3,
    "sin": lambda a, b, dt: torch.sin(a.clamp(-1e6, 1e6)),
    "cos": lambda a, b, dt: torch.cos(a.clamp(-1e6, 1e6)),
    "tan": lambda a, b, dt: torch.tan(a.clamp(-1e3, 1e3)),
    "sinh": lambda a, b, dt: torch.sinh(a),
    "cosh": lambda a, b, dt: torch.cosh(a),
    "asin": lambda a, b, dt: torch.asin(a),
    "acos": lambda a, b, dt: torch.acos(a),
    "atan": lambda a, b, dt: torch.atan(a),
    "asinh": lambda a, b, dt: torch.asinh(a.clamp(-1e100, 1e100)),
    "acosh": lambda a, b, dt: torch.acosh(a),
    "atanh": lambda a, b, dt: torch.atanh(a),
    "atan2": lambda a, b, dt: torch.atan2(a, b),
    "hypot": lambda a, b, dt: torch.hypot(a, b),
    "erf": lambda a, b, dt: torch.erf(a),
    "erfc": lambda a, b, dt: torch.erfc(a),
    "pow": lambda a, b, dt: torch.pow(a, b),
    "pow number": lambda a, b, dt: a**1.5,
    "number pow": lambda a, b, dt: 2.0**a,
    "torch.rsqrt": lambda a, b, dt: torch.rsqrt(a),
    "logaddexp": lambda a, b, dt: torch.logaddexp(a, b),
    "sqrt": lambda a, b, dt: torch.sqrt(a),
    "root": lambda a, b, dt: a**0.5,
    "inverse root": lambda a, b, dt: a**-0.5,
    "xlogy": lambda a, b, dt: torch.xlogy(a, b),
    "exp of float32": lambda a, b, dt: torch.exp(a.float()).double(),
}


def step_of(cases):
    """Return a step with a state variable for each case."""

    def step(current, state, p, dt):
        return torch.zeros_like(current), tuple(f(current, state[0], dt).to(f64) for f in cases.values())

    return step


def is_lost(name, x, y):
    """Where a quotient has no fraction left, torch's vectorized fmod gives nan, libm and NumPy the exact rest."""
    return np.isnan(y) & np.isfinite(x) if "rem" in name or "fmod" in name else np.zeros(len(y), dtype=bool)


def assert_same_as_torch(cases, engine, folder, tolerance):
    """Fail with the first numbers of each case of which an engine makes something else than torch."""
    a, b = numbers()
    program = export_step(lanes_model(step_of(cases), len(cases)))
    _, theirs = step_of(cases)(torch.from_numpy(a), (torch.from_numpy(b),), None, torch.tensor(0.1, dtype=f64))
    wrong = []
    for name, x, tensor in zip(cases, engine(program, a, b, folder), theirs, strict=True):
        y = np.broadcast_to(tensor.numpy(), a.shape)
        with np.errstate(all="ignore"):
            near = np.abs(x - y) <= tolerance(name) * np.abs(y)
            same = (x == y) | near | (np.isnan(x) & np.isnan(y)) | (np.abs(x - y) < 1e-300 * bool(tolerance(name)))
        for i in np.flatnonzero(~(same | is_lost(name, x, y)))[:1]:
            wrong.append(f"{name}: f({a[i]!r}, {b[i]!r}) is {x[i]!r}, torch has {y[i]!r}")
    assert not wrong, "\n".join(wrong)


def taken(cases, engine):
    """Return the cases that an engine takes: a row without a form in JavaScript is refused there by its name."""
    refused = [name for name, row in TABLE.items() if row.javascript is None and engine is by_javascript]
    return {name: function for name, function in cases.items() if not any(one in name for one in refused)}


@pytest.mark.slow
@pytest.mark.parametrize("engine", [by_kernel, by_javascript])
def test_exact_operations_agree_with_torch_to_the_last_bit(engine, tmp_path):
    assert_same_as_torch(taken(EXACT, engine), engine, tmp_path, lambda name: 0.0)


@pytest.mark.parametrize("engine", [by_kernel, by_javascript])
def test_transcendental_operations_agree_with_torch_to_a_few_units_of_the_last_place(engine, tmp_path):
    assert_same_as_torch(taken(CLOSE, engine), engine, tmp_path, lambda name: 2e-7 if "float32" in name else 2e-15)


def test_the_functions_of_numpy_have_the_values_of_torch(tmp_path):
    assert_same_as_torch(EXACT | CLOSE, by_numpy, tmp_path, lambda name: 1e-6)


@pytest.mark.slow
def test_a_zero_has_the_same_sign_in_machine_code_and_in_javascript(tmp_path):
    cases = taken(EXACT, by_javascript)
    program, given = export_step(lanes_model(step_of(cases), len(cases))), numbers()
    one, other = (engine(program, *given, tmp_path) for engine in (by_kernel, by_javascript))
    lost = ((np.signbit(one) != np.signbit(other)) & (one == 0)).any(axis=1)
    assert [name for name, wrong in zip(cases, lost, strict=True) if wrong] == []


REWRITTEN = (
    "rsub",
    "rsub with alpha",
    "rsub of integers",
    "where number",
    "where ints",
    "where captured",
    "and",
    "or",
    "xor",
    "bool as float",
    "to float32",
    "to type of other",
    "ints",
    "int bits",
    "zeros_like",
    "ones_like",
)


def test_composite_operations_of_the_table_equal_their_decomposition_in_torch(monkeypatch):
    model = lanes_model(step_of({name: (EXACT | CLOSE)[name] for name in REWRITTEN}), len(REWRITTEN))
    assert export._is_plain(export._trace(model))
    as_it_is = in_order(export_step(model))
    monkeypatch.setattr(export, "_is_plain", lambda exported: False)
    assert in_order(export_step(model)) == as_it_is


def test_every_entry_of_the_table_is_covered():
    functions = [*EXACT.values(), *CLOSE.values()]

    class Module(torch.nn.Module):
        def forward(self, a, b, dt):
            return [f(a, b, dt) for f in functions]

    a = torch.rand(5, dtype=f64)
    graph = torch.export.export(Module(), (a, a.clone(), torch.tensor(0.1, dtype=f64)), strict=False)
    called = {
        node.target.overloadpacket.__name__
        for exported in (graph, graph.run_decompositions())
        for node in exported.graph.nodes
        if hasattr(node.target, "overloadpacket")
    }
    # Spellings of other versions of torch for what these tests meet under another name.
    elsewhere = {"_unsafe_view", "detach", "lift_fresh_copy", "rsqrt"}
    composed_of = {"rint", "floor_divide", "logical_and", "logical_xor"}
    uncalled = (set(TABLE) | set(COMPOSED)) - called - elsewhere - composed_of
    assert uncalled == set(), "add a call of each operation to EXACT or CLOSE"


def test_each_row_has_its_function_in_torch_and_in_numpy():
    lost = [row.name for row in TABLE.values() if not callable(getattr(torch, row.array, None))]
    assert lost == [], "torch has no function `array` of these rows"
    lost = [row.name for row in TABLE.values() if row.numpy is None and not hasattr(np, row.array)]
    assert lost == [], "NumPy has no function `array` of these rows: give each a function `numpy`"


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        (lambda a: a + a.mean(), "mean"),
        (lambda a: torch.cumsum(a, 0), "cumsum"),
        (lambda a: torch.roll(a, 1), None),
        (lambda a: torch.where((a > 0).any(), a, -a), "any"),
        (lambda a: a + torch.rand_like(a), "rand"),
        (lambda a: torch.bernoulli(a.sigmoid()), "rand"),
        (lambda a: F.dropout(a, 0.5, True), "dropout"),
        (lambda a: a * a.shape[0], "number of lanes"),
        (lambda a: a / len(a), "number of lanes"),
        (lambda a: a + a[0], "select"),
        (lambda a: a + torch.tensor([1.0, 2.0])[1] * a[0].item(), None),
        (lambda a: torch.lgamma(a), "lgamma"),
        (lambda a: a + torch.arange(a.shape[0]), "arange"),
        (lambda a: torch.stack([a, a]).sum(0), "cat"),
        (lambda a: a.half().double(), "float16"),
        (lambda a: a[a > 0].sum() + a, "sum"),
        (lambda a: (a > 0).long() // 2 + a, "integers"),
        (lambda a: a - a[:1], "slice selects some of the lanes"),
        (lambda a: a - a[-1:], "slice selects some of the lanes"),
        (lambda a: a - torch.narrow(a, 0, 0, 1), "selects some of the lanes"),
        (lambda a: a[:1].expand(a.shape), "selects some of the lanes"),
        (lambda a: a + torch.zeros(1, dtype=f64).copy_(a[:1]), "selects some of the lanes"),
        (lambda a: put(a, a > 0.5, a[a > 0.5][:1]), "selects some of the lanes"),
        (lambda a: (a > 0).long().view(f64) + a, r"reads the bits.*`x.to\(torch.float64\)`"),
        (lambda a: (a * 100.0).to(torch.uint8) + a, "converts a number to torch.uint8.*torch.int64"),
        (lambda a: (a * 100.0).to(torch.int8) + a, "converts a number to torch.int8"),
    ],
)
def test_an_operation_that_is_not_elementwise_is_rejected_by_name(function, operation):
    def step(current, state, p, dt):
        return torch.zeros_like(current), (function(current),)

    with pytest.raises(NotCompilableError, match=operation or "cannot be compiled"):
        export_step(lanes_model(step, 1))


def test_an_operation_outside_of_the_table_does_not_matter_where_nothing_uses_it():
    def step(current, state, p, dt):
        current.mean()
        return torch.zeros_like(current), (current + state[0],)

    assert len(export_step(lanes_model(step, 1)).body) == 1


def test_masks_of_different_lanes_do_not_mix():
    def step(current, state, p, dt):
        v = state[0].clone()
        v[v > 0] = current[current > 0]
        return torch.zeros_like(v), (v,)

    with pytest.raises(NotCompilableError, match="another mask"):
        export_step(lanes_model(step, 1))


def test_results_for_selected_lanes_equal_those_for_all_lanes():
    def step(current, state, p, dt):
        shifted = put(state[0], state[0] > 0.0, (p.p + current.new_ones(()))[state[0] > 0.0] + 1.0)
        fixed = torch.where(p.p > 1.0, (p.p + current.new_ones(())) + 1.0, p.p)
        return torch.zeros_like(current), (shifted, fixed)

    program = export_step(lanes_model(step, 2))
    levels = {line.name: line.level for line in program.body}
    late = [line.name for line in program.body if any(levels.get(x, 0) > line.level for x in line.reads)]
    assert late == [], "computed before what they read"
    job = LaneJob(
        lanes_model(step, 2),
        {"p": np.array([0.5, 2.0])},
        np.array([[1.0, -1.0], [0.0, 0.0]]),
        LaneCurrent.constant(np.zeros(2)),
        1,
        0.1,
    )
    np.testing.assert_array_equal(interpreter(program)(job).state, [[2.5, -1.0], [0.5, 4.0]])


def test_small_integer_powers_are_products():
    def step(current, state, p, dt):
        return torch.zeros_like(current), (current**2 + current**3 + current**4 + current**8 + current**-3,)

    assert {line.operation.name for line in export_step(lanes_model(step, 1)).body} == {"mul", "div", "add"}


def test_equal_expressions_are_computed_once():
    def step(current, state, p, dt):
        return torch.zeros_like(current), (current * p.p + torch.exp(current * p.p),)

    lines = export_step(lanes_model(step, 1)).body
    assert [line.operation.name for line in lines].count("mul") == 1
