"""Verification of stored parameter sets."""

from __future__ import annotations

from collections.abc import Mapping

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.judge import judge
from plausiwidgets.patterns.pattern import Pattern


def is_verified(model: NeuronModel, pattern: Pattern, values: Mapping[str, float], dt: float) -> bool:
    """Return whether a parameter set is verified according to the current rules.

    A set that contains a removed parameter, or a value outside the current limits, is not verified.
    """
    try:
        return bool(judge(model, pattern, values, dt=dt).replicated)
    except ValueError:
        return False
