"""The arithmetic of a chip: the number format of each state variable and each parameter of a neuron."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plausiwidgets.models.number_format import NumberFormat


@dataclass(frozen=True)
class Arithmetic:
    """An arithmetic other than float64.

    Attributes
    ----------
    name : str
        Name in a sentence, such as ``"16-bit fixed point"``.
    states, parameters : mapping of str to NumberFormat
        Format of each state variable and each parameter.
    """

    name: str
    states: Mapping[str, NumberFormat]
    parameters: Mapping[str, NumberFormat]

    def rounded(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return values with rounded model parameters and unchanged stimulus parameters."""
        return {
            name: float(self.parameters[name].rounded(np.asarray(value))) if name in self.parameters else value
            for name, value in values.items()
        }
