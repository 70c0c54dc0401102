"""Surrogates for the derivative of a comparison, which is zero almost everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from plausiwidgets.support.lazy import torch

Gradients = torch.Tensor | tuple[torch.Tensor | None, ...]
Function = Callable[[torch.Tensor], torch.Tensor]


SURROGATES: dict[str, Function] = {
    "superspike": lambda x: 0.5 / (1.0 + x.abs()) ** 2,
    "logistic": lambda x: torch.sigmoid(x) * torch.sigmoid(-x),
    "triangle": lambda x: torch.relu(1.0 - x.abs()),
}
"""Slopes that replace the derivative, as functions of a dimensionless distance.

Superspike is from Zenke & Ganguli 2018, logistic is the derivative of the logistic function, and triangle is from Esser
et al. 2016. The integral of each slope is 1.
"""


class _Context(Protocol):
    """The context in which torch stores the values of a call for its derivative."""

    saved_tensors: tuple[torch.Tensor, ...]
    slope: Function

    def save_for_backward(self, *tensors: torch.Tensor) -> None: ...


class Fired(torch.autograd.Function):
    """A comparison as 1.0 or 0.0, whose gradient is the slope of the surrogate at the distance."""

    @staticmethod
    def forward(
        ctx: _Context, holds: torch.Tensor, distance: torch.Tensor, alpha: torch.Tensor, slope: Function
    ) -> torch.Tensor:
        ctx.save_for_backward(distance, alpha)
        ctx.slope = slope
        return holds.to(distance.dtype)

    @staticmethod
    def backward(ctx: _Context, *gradients: torch.Tensor) -> Gradients:
        distance, alpha = ctx.saved_tensors
        slope = gradients[0] * alpha * ctx.slope(alpha * distance)
        return None, _finite(slope), None, None


def where_fired(holds: torch.Tensor, distance: torch.Tensor, alpha: torch.Tensor, slope: Function) -> torch.Tensor:
    """Return 1.0 where a comparison is true, else 0.0, with the gradient of :class:`Fired`."""
    spikes: torch.Tensor = Fired.apply(holds, distance, alpha, slope)  # type: ignore[no-untyped-call]
    return spikes


class Chosen(torch.autograd.Function):
    """The choice of ``a`` if the soft truth value is 1, else ``b``, with a gradient for all three arguments."""

    @staticmethod
    def forward(ctx: _Context, truth: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(truth, a, b)
        return torch.where(truth > 0.5, a, b)

    @staticmethod
    def backward(ctx: _Context, *gradients: torch.Tensor) -> Gradients:
        truth, a, b = ctx.saved_tensors
        (g,) = gradients
        to_a = g * truth
        return _finite(g * (a - b)).sum_to_size(truth.shape), to_a.sum_to_size(a.shape), (g - to_a).sum_to_size(b.shape)


class Guarded(torch.autograd.Function):
    """The identity, with a gradient in which values that are not finite become 0.

    The derivative of a branch that ``where`` did not choose is 0 times an infinity if the branch overflowed.
    """

    @staticmethod
    def forward(ctx: _Context, x: torch.Tensor) -> torch.Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: _Context, *gradients: torch.Tensor) -> Gradients:
        return _finite(gradients[0])


def _finite(gradient: torch.Tensor) -> torch.Tensor:
    return torch.nan_to_num(gradient, nan=0.0, posinf=0.0, neginf=0.0)
