"""The lowest resting potential of a neuron, found by grids, or replaced while a neuron is exported."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.support.lazy import torch

Floats = NDArray[np.float64]
Balance = Callable[["torch.Tensor"], "torch.Tensor"]


def lowest_root(balance: Callable[[Floats], Floats]) -> Floats:
    """Return the lowest potential in mV between −150 and 60 at which `balance` falls through 0, shape [lanes].

    Parameters
    ----------
    balance : callable
        ``balance(v)`` of potentials [potentials, 1] or [potentials, lanes] is the current there,
        [potentials, lanes]. Where it has no root, the result is the end it is driven to.
    """
    low, step = np.full((1, 1), -150.0), 3.0
    for points in (71, 31, 31):  # finer each time, all points at once: a few operations in place of many
        grid = low + step * np.arange(points)[:, None]
        rises = balance(grid) > 0.0
        # The last point that rises before the first that falls; the first point where all fall.
        last = np.maximum(np.argmin(rises, axis=0) - 1, 0)
        low, step = low + step * np.where(rises.all(axis=0), points - 1, last), step / 30.0
    return low[0]


def _by_grids(balance: Balance) -> torch.Tensor:
    return torch.from_numpy(lowest_root(lambda v: balance(torch.from_numpy(v)).numpy()))


root_finder: ContextVar[Callable[[Balance], torch.Tensor]] = ContextVar("root_finder", default=_by_grids)
"""Finds the root of a balance of tensors. The export sets another one, because a search cannot be traced."""
