"""Proofs that a model cannot show a firing pattern, with the limits within which they are valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.support.arguments import checked, mapping

Limits = Mapping[str, tuple[float, float]]


@checked
@dataclass(frozen=True)
class Proof:
    """A proof that a model cannot show a firing pattern, with the limits of its parameters within which it is valid.

    A parameter set outside the limits is evaluated as if there were no proof.

    Parameters
    ----------
    text : str
        The argument, in one or two sentences.
    limits : mapping of str to (low, high)
        Ranges of parameters of the model, in their units, with both ends included. A parameter without limits may have
        any value.

    Raises
    ------
    TypeError
        If an argument has a wrong type.
    ValueError
        If the ends of a range are not in order.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> proof = pw.models.get("qif").proofs["phasic_spiking"]
    >>> proof.limits["a"]
    (0.002, 0.05)
    >>> proof.holds_within({"a": (0.002, 0.01)}), proof.holds_within({"a": (0.001, 0.01)})
    (True, False)
    """

    text: str
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", mapping(self.limits))
        for name, (low, high) in self.limits.items():
            if not low <= high:
                raise ValueError(
                    f"Proof: limits of {name!r} must be (low, high) with low <= high, got ({low}, {high})."
                )

    def holds_for(self, values: Mapping[str, ArrayLike]) -> NDArray[np.bool_]:
        """Return whether parameter sets are within the limits, in the shape of the values."""
        inside: NDArray[np.bool_] = np.array(True)
        for name, (low, high) in self.limits.items():
            value = np.asarray(values[name], dtype=np.float64)
            inside = inside & (value >= low) & (value <= high)
        return inside

    def holds_within(self, bounds: Limits) -> bool:
        """Return whether all bounds of a search are within the limits. Parameters without bounds do not count."""
        return all(
            low <= bounds[name][0] and bounds[name][1] <= high
            for name, (low, high) in self.limits.items()
            if name in bounds
        )
