"""Firing patterns, and the one judge of them."""

from plausiwidgets.patterns import izhikevich  # noqa: F401  (it registers the twenty patterns)
from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.judge import evaluate, judge
from plausiwidgets.patterns.pattern import Pattern, get, is_builtin, is_registered, names
from plausiwidgets.patterns.target import Target, target
from plausiwidgets.patterns.verdict import Check, Verdict

__all__ = [
    "Check", "Criterion", "Pattern", "Target", "Verdict", "evaluate", "get", "is_builtin", "is_registered", "judge",
    "names", "target",
]  # fmt: skip
