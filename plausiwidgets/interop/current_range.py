"""Search for the range of a current that makes a neuron fire, and silences one that fires without input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plausiwidgets.models.parameter import Floats, Parameter

_DEFAULT_SPIKES = 10
"""Minimum number of spikes in a trial at the default current."""

Count = Callable[[Floats], Floats]
"""Function that returns the number of spikes of a neuron at each of several constant currents."""


def current_range(
    key: str, unit: str, sizes: Floats, count: Count, where: str, steps: str, often: int = _DEFAULT_SPIKES
) -> Parameter:
    """Return the injected current with a default of 1.5 times the smallest one that elicits a spike, or more.

    The range surrounds the default. For a neuron that fires without input, it extends from a current that silences the
    neuron to one at which it fires faster.

    Parameters
    ----------
    key, unit : str
        Key and unit of the parameter.
    sizes : ndarray, shape (n,)
        Absolute values of the current, ascending and above 0, in `unit`.
    count : callable
        Function that returns the numbers of spikes at several constant currents.
    where, steps : str
        Start of an error message, and length of a trial in words.
    often : int
        Minimum number of spikes at the default current.

    Returns
    -------
    Parameter

    Raises
    ------
    ValueError
        If no current makes the neuron fire, or none silences a neuron that fires without input.
    """
    counts = count(np.concatenate([[0.0], sizes]))
    alone, more = float(counts[0]), counts[1:] - counts[0]
    if alone == 0.0 and not (more > 0).any():
        raise ValueError(
            f"{where}: the neuron must fire within {steps} at a constant current from {sizes[0]:.3g} to "
            f"{sizes[-1]:.3g}{_in_unit(unit)}. Pass current, a Parameter with a default that makes the neuron fire."
        )
    if alone == 0.0:
        default = _default_current(sizes, more, often)
        return Parameter(key, default, -2.0 * default, 10.0 * default, unit)
    for sign, driven in ((1.0, more), (-1.0, count(-sizes) - alone)):
        quiet = count(-sign * sizes) == 0
        if quiet.any() and (driven > 0).any():
            default = _default_current(sizes, driven, often)
            silent = float(f"{1.5 * sizes[int(quiet.argmax())]:.2g}")
            low, high = sorted((-sign * max(silent, 2.0 * default), sign * 10.0 * default))
            return Parameter(key, sign * default, low, high, unit)
    raise ValueError(
        f"{where}: the neuron fires {alone:g} times within {steps} without input, and no range of the current was "
        f"found that can silence it and drive it, from {-sizes[-1]:.3g} to {sizes[-1]:.3g}{_in_unit(unit)}. Pass "
        f"current, a Parameter with such a range."
    )


def _default_current(sizes: Floats, more: Floats, often: int) -> float:
    """Return 1.5 times the smallest current that adds a spike, or the one that adds `often` spikes if it is larger."""
    # A neuron that integrates without a leak eventually fires at any current, so the default must add several spikes.
    least, several = (float(sizes[int((more >= n).argmax())]) for n in (1, often))
    return float(f"{max(1.5 * least, several):.2g}")


def _in_unit(unit: str) -> str:
    return "" if unit in ("", "1") else f" {unit}"
