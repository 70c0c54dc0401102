"""Search for the lowest resting potential of a neuron on grids, which an export can replace."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.support.lazy import torch

Floats = NDArray[np.float64]
Balance = Callable[["torch.Tensor"], "torch.Tensor"]


def lowest_root(balance: Callable[[Floats], Floats]) -> Floats:
    """Return the lowest potential in mV between −150 and 60 at which `balance` falls through 0, shape (lanes,).

    Without a root, the result is the end of the interval towards which the balance drives the potential.

    Parameters
    ----------
    balance : callable
        ``balance(v)`` returns the current, shape (potentials, lanes), at potentials of shape (potentials, 1) or
        (potentials, lanes).
    """
    low, step = np.full((1, 1), -150.0), 3.0
    # Refine the grid twice and evaluate all its points together, which needs only a few operations.
    for points in (71, 31, 31):
        grid = low + step * np.arange(points)[:, None]
        rises = balance(grid) > 0.0
        # Take the last point that rises before the first that falls, or the first point if all of them fall.
        last = np.maximum(np.argmin(rises, axis=0) - 1, 0)
        low, step = low + step * np.where(rises.all(axis=0), points - 1, last), step / 30.0
    return low[0]


def _by_grids(balance: Balance) -> torch.Tensor:
    return torch.from_numpy(lowest_root(lambda v: balance(torch.from_numpy(v)).numpy()))


root_finder: ContextVar[Callable[[Balance], torch.Tensor]] = ContextVar("root_finder", default=_by_grids)
"""Function that finds the root of a balance of tensors. The export replaces it, because a search cannot be traced."""
