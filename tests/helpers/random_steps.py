"""Random steps out of torch's elementwise operations, for the test that no kernel differs silently from torch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from plausiwidgets.models import NeuronModel, Parameter

UNARY = [
    "torch.exp(0.1 * {0})", "torch.sin({0})", "torch.cos({0})", "torch.tanh({0})", "torch.sigmoid({0})", "{0}.abs()",
    "torch.sqrt({0}.abs())", "torch.log({0}.abs() + 0.5)", "{0}.floor()", "{0}.ceil()", "{0}.round()", "{0}.trunc()",
    "{0}.frac()", "F.relu({0})", "-{0}", "torch.expm1(0.05 * {0})", "torch.log1p({0}.abs())", "torch.erf({0})",
    "torch.atan({0})", "torch.sinh({0}.clamp(-5, 5))", "torch.cosh({0}.clamp(-5, 5))", "F.softplus({0})",
    "F.elu({0})", "F.silu({0})", "F.leaky_relu({0})", "F.hardtanh({0})", "torch.ops.aten.hardtanh({0})",
    "torch.ops.aten.elu({0})", "{0}.clamp(-3.0, 2)", "{0}.clamp_min(0.25)", "torch.clamp({0}, max=1)",
    "{0}.float().double()", "({0}.float() * 0.1).double()", "torch.nan_to_num({0})", "{0}.sign()", "torch.square({0})",
    "1 / ({0}.abs() + 0.1)", "torch.rsqrt({0}.abs() + 0.1)", "{0} ** 2", "{0} ** 3", "{0} ** 4", "{0} ** 7",
    "({0}.abs() + 1) ** -1", "({0}.abs() + 1) ** -2", "({0}.abs() + 1) ** -3", "{0}.abs() ** 0.5",
    "({0}.abs() + 0.1) ** 1.7", "({0}.abs() + 1) ** -0.5", "{0}.round(decimals=1)", "torch.exp2({0}.clamp(-9, 9))",
    "torch.log2({0}.abs() + 1)", "torch.full_like({0}, 2) * {0}", "torch.zeros_like({0}) + {0}", "{0}.clone()",
    "torch.asinh({0})", "F.relu6({0})", "F.threshold({0}, 0.1, 2.0)", "F.hardsigmoid({0})",
    "({0} * 10).to(torch.int64).to(torch.float64)", "({0} * 3).to(torch.int32) * 0.5", "{0}.view(-1)", "{0}[:]",
    "torch.rad2deg({0})", "torch.sinc({0})", "F.logsigmoid({0})", "F.mish({0})", "F.softsign({0})", "F.selu({0})",
]  # fmt: skip
BINARY = [
    "({0} + {1})", "({0} - {1})", "({0} * {1})", "({0} / ({1}.abs() + 0.1))", "torch.maximum({0}, {1})",
    "torch.minimum({0}, {1})", "({0} % ({1}.abs() + 0.5))", "({0} // ({1}.abs() + 0.5))", "torch.fmax({0}, {1})",
    "torch.fmod({0}, {1}.abs() + 0.5)", "torch.atan2({0}, {1})", "torch.hypot({0}, {1})", "torch.copysign({0}, {1})",
    "torch.pow({0}.abs() + 0.1, {1}.clamp(-3, 3))", "torch.lerp({0}, {1}, 0.3)", "torch.addcmul({0}, {1}, dt)",
    "torch.heaviside({0}, {1})", "torch.add({0}, {1}, alpha=0.3)",
    "torch.logaddexp({0}.clamp(-9, 9), {1}.clamp(-9, 9))",
    "torch.sub({0}, {1}, alpha=2)", "torch.xlogy({0}, {1}.abs() + 0.1)", "torch.addcdiv({0}, {1}, p.p)",
    "({0} * dt)", "({0} * p.q)", "({0} + 1.5)", "(2 - {0})",
]  # fmt: skip
CHOICES = [
    "torch.where({2}, {0}, {1})", "torch.where({2}, {0}, 0.5)", "put({0}, {2}, -1.0)", "swap({0}, {2}, {1})",
    "({2}) * {0}", "({2}).to({0}.dtype)", "{0}.masked_fill({2}, 0.25)", "bump({0}, {2})",
    "torch.where({2}, 1, 0) * {0}", "({2}).long() * 3 - ({2}).to(torch.int32)", "torch.index_put({0}, ({2},), dt)",
]  # fmt: skip
CONDITIONS = [
    "({0} > {1})", "({0} <= {1})", "({0} >= 0.5)", "({0} != {1})", "torch.isfinite({0})", "torch.isnan({0} / {1})",
    "torch.logical_not({0} > 1)", "~({0} > 0.1)", "torch.signbit({0})", "({0} < torch.as_tensor(0.1))",
]  # fmt: skip
JOINED = ["({0} & {1})", "({0} | {1})", "({0} ^ {1})", "torch.logical_and({0}, {1})"]
LEAVES = ["current", "a", "b", "c", "p.p", "p.q", "0.1 * a", "dt * b", "torch.tensor(0.7, dtype=torch.float64) * c"]


def put(v: torch.Tensor, mask: torch.Tensor, number: float) -> torch.Tensor:
    out = v.clone()
    out[mask] = number
    return out


def swap(v: torch.Tensor, mask: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    out = v.clone()
    out[mask] = other[mask]
    return out


def bump(v: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    out = v.clone()
    out[mask] += 1.0
    return out


@dataclass(frozen=True)
class RandomStep:
    """A step of three state variables, drawn from a seed."""

    text: str  # what it computes, for a report
    function: Callable  # (current, a, b, c, p, dt) → (a, b, c)


def random_step(seed: int) -> RandomStep:
    """Return the step of a seed."""
    rng = np.random.default_rng(seed)

    def pick(entries: list[str]) -> str:
        return entries[int(rng.integers(len(entries)))]

    def condition(depth: int) -> str:
        if rng.random() < 0.3:
            return pick(JOINED).format(condition(depth - 1), condition(depth - 1))
        return pick(CONDITIONS).format(number(depth - 1), number(depth - 1))

    def number(depth: int) -> str:
        if depth <= 0 or rng.random() < 0.1:
            return f"({pick(LEAVES)})"
        kind = rng.random()
        if kind < 0.4:
            return f"({pick(UNARY).format(number(depth - 1))})"
        if kind < 0.75:
            return f"({pick(BINARY).format(number(depth - 1), number(depth - 1))})"
        return f"({pick(CHOICES).format(number(depth - 1), number(depth - 1), condition(depth - 1))})"

    lines = []
    for name in "abc":
        text = number(int(rng.integers(1, 4)))
        bounded = pick(["torch.tanh({0})", "2 * torch.sin({0})", "({0}).clamp(-50.0, 50.0)", "0.9 * {1} + 0.1 * ({0})"])
        lines.append(f"    new_{name} = {bounded.format(text, name)} + 0.0 * current")
    source = "\n".join(["def function(current, a, b, c, p, dt):", *lines, "    return new_a, new_b, new_c"])
    names = {"torch": torch, "F": F, "put": put, "swap": swap, "bump": bump}
    exec(source, names)
    return RandomStep(source, names["function"])


def model_of(steps: list[RandomStep]) -> NeuronModel:
    """Return one neuron whose state is that of all `steps`, side by side."""

    def step(current, state, p, dt):
        new = []
        for i, one in enumerate(steps):
            new += one.function(current, *state[3 * i : 3 * i + 3], p, dt)
        return (new[0] > 0.5).to(torch.float64), tuple(x.to(torch.float64) for x in new)

    return NeuronModel(
        "random_step", step, [Parameter("p", 1.0, 0.5, 2.0), Parameter("q", -0.5, -3.0, 3.0)],
        initial_state=lambda p, holding: tuple(0.3 * (i % 5) - 0.5 for i in range(3 * len(steps))),
        current=Parameter("current", 1.0, -5.0, 5.0), rest=-1.0, threshold=1.0, peak=1.0, limit=1e6, validate=False,
    )  # fmt: skip
