"""Verify a stored parameter set again."""

from __future__ import annotations

from collections.abc import Mapping

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.judge import judge
from plausiwidgets.patterns.pattern import Pattern


def is_verified(model: NeuronModel, pattern: Pattern, values: Mapping[str, float], dt: float) -> bool:
    """Return whether a parameter set shows a pattern by today's rules.

    A set with a parameter that was removed, or with a value outside today's limits, does not.
    """
    try:
        return bool(judge(model, pattern, values, dt=dt).replicated)
    except ValueError:
        return False
