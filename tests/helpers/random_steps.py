"""Random steps of elementwise operations, for tests that compare kernels with torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from plausiwidgets.models import NeuronModel, Parameter

Function = Callable[..., torch.Tensor]
"""``function(current, a, b, c, p, dt)``, which returns a number for each lane."""

LEAVES: dict[str, Function] = {
    "current": lambda current, a, b, c, p, dt: current,
    "a": lambda current, a, b, c, p, dt: a,
    "b": lambda current, a, b, c, p, dt: b,
    "c": lambda current, a, b, c, p, dt: c,
    "p.p": lambda current, a, b, c, p, dt: p.p,
    "p.q": lambda current, a, b, c, p, dt: p.q,
    "dt * b": lambda current, a, b, c, p, dt: dt * b,
    "0.7 * c": lambda current, a, b, c, p, dt: torch.tensor(0.7, dtype=torch.float64) * c,
}


@dataclass(frozen=True)
class RandomStep:
    """Random step of three state variables.

    Attributes
    ----------
    text : str
        Computed expressions, for a report.
    function : callable
        ``function(current, a, b, c, p, dt)`` returns (a, b, c).
    """

    text: str
    function: Callable


def random_step(seed: int, operations: dict[str, Function]) -> RandomStep:
    """Return the random step of a seed.

    Parameters
    ----------
    operations : dict of str to callable
        Functions of (a, b, dt) by their names.
    """
    rng = np.random.default_rng(seed)

    def number(depth: int) -> tuple[str, Function]:
        if depth <= 0 or rng.random() < 0.1:
            name = str(rng.choice([*LEAVES]))
            return name, LEAVES[name]
        name = str(rng.choice([*operations]))
        (one, first), (other, second) = number(depth - 1), number(depth - 1)

        def value(*given: Any) -> torch.Tensor:
            found = operations[name](first(*given), second(*given), given[-1])
            return torch.nan_to_num(found.to(torch.float64)).clamp(-50.0, 50.0)

        return f"[{name}]({one}, {other})", value

    drawn = [number(int(rng.integers(1, 3))) for _ in "abc"]

    def function(current: torch.Tensor, *given: Any) -> tuple[torch.Tensor, ...]:
        return tuple(
            0.9 * own + 0.1 * value(current, *given) + 0.0 * current
            for own, (_, value) in zip(given, drawn, strict=False)
        )

    return RandomStep("\n".join(text for text, _ in drawn), function)


def model_of(steps: list[RandomStep]) -> NeuronModel:
    """Return one neuron whose state contains the states of all `steps`."""

    def step(current, state, p, dt):
        new = []
        for i, one in enumerate(steps):
            new += one.function(current, *state[3 * i : 3 * i + 3], p, dt)
        return (new[0] > 0.5).to(torch.float64), tuple(x.to(torch.float64) for x in new)

    return NeuronModel(
        "random_step",
        step,
        [Parameter("p", 1.0, 0.5, 2.0), Parameter("q", -0.5, -3.0, 3.0)],
        initial_state=lambda p, holding: tuple(0.3 * (i % 5) - 0.5 for i in range(3 * len(steps))),
        current=Parameter("current", 1.0, -5.0, 5.0),
        rest=-1.0,
        threshold=1.0,
        peak=1.0,
        limit=1e6,
        validate=False,
    )
