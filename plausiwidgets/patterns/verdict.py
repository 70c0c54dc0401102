"""The verdict: every criterion with its value, the loss, and whether the pattern is replicated."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from plausiwidgets.simulation.traces import Traces

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Check:
    """One criterion as judged; numbers for one set, arrays [n] for many.

    Attributes
    ----------
    key, name, text, unit : str
    value : float or ndarray
        Measured feature, nan where it could not be computed.
    low, high : float or ndarray
        Accepted interval, both ends included.
    passed : bool or ndarray
    cost : float or ndarray
        What it adds to the loss: 0 where passed, at most 1.
    """

    key: str
    name: str
    text: str
    unit: str
    value: Any
    low: Any
    high: Any
    passed: Any
    cost: Any


@dataclass(frozen=True)
class Verdict:
    """Whether parameter sets show a pattern; numbers for one set, arrays [n] for many.

    Attributes
    ----------
    model, pattern : str
    parameters : dict
        The judged values: the model's parameters and the stimulus values.
    dt : float
        Time step in ms.
    loss : float or ndarray
        Sum of the costs; 0 exactly where accepted; above the number of criteria where the
        simulation diverged.
    accepted : bool or ndarray
        Every criterion holds at `dt`.
    fragile : bool, None or ndarray
        Accepted at `dt` and not at `dt` / 2; None where that was not checked.
    checks : tuple of Check
    diverged : bool or ndarray
    engine : {"compiled", "torch"}
    measured : mapping of str to ndarray
        Further measurements, such as the points of a rate–current curve.
    """

    model: str
    pattern: str
    parameters: Mapping[str, Any]
    dt: float
    loss: Any
    accepted: Any
    fragile: Any
    checks: tuple[Check, ...]
    diverged: Any
    engine: str
    measured: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _record: Callable[[], dict[str, Traces]] | None = field(default=None, repr=False, compare=False)

    @property
    def replicated(self) -> Any:
        """Accepted, and not fragile (an unchecked one counts as not fragile)."""
        if isinstance(self.fragile, np.ndarray):
            return self.accepted & ~np.array([bool(x) for x in self.fragile])
        return bool(self.accepted and not self.fragile)

    @cached_property
    def traces(self) -> dict[str, Traces]:
        """Sweep name → Traces of all sets, simulated again with the potential when first asked for."""
        return self._record() if self._record is not None else {}

    def with_fragile(self, fragile: Any) -> Verdict:
        """Return the same verdict with the check at half the time step."""
        return replace(self, fragile=fragile)

    def to_frame(self) -> pd.DataFrame:
        """Return a row per criterion (and per set, where there are many)."""
        import pandas as pd

        many = isinstance(self.loss, np.ndarray)
        frames = []
        for check in self.checks:
            frame = pd.DataFrame({
                "set": np.arange(len(self.loss)) if many else [0],
                "criterion": check.name, "value": np.atleast_1d(check.value), "low": np.atleast_1d(check.low),
                "high": np.atleast_1d(check.high), "unit": check.unit, "passed": np.atleast_1d(check.passed),
                "cost": np.atleast_1d(check.cost), "text": check.text,
            })
            frames.append(frame)
        frame = pd.concat(frames, ignore_index=True)
        return frame if many else frame.drop(columns="set")

    def _repr_html_(self) -> str:
        if isinstance(self.loss, np.ndarray):
            n = len(self.loss)
            return (f"<p>{html.escape(self.model)}, {html.escape(self.pattern)}: {int(np.sum(self.accepted))} of {n} "
                    f"sets accepted</p>")
        rows = "".join(
            f"<tr><td>{'✓' if c.passed else '✗'}</td><td style='text-align:left'>{html.escape(c.name)}</td>"
            f"<td>{number(c.value)} {html.escape(c.unit)}</td><td>{interval(c.low, c.high)}</td></tr>"
            for c in self.checks
        )
        state = "fragile" if self.fragile else "accepted, not verified" if self.fragile is None else "replicated"
        state = state if self.accepted else "not shown"
        return (f"<table><caption>{html.escape(self.model)}, {html.escape(self.pattern)}: <b>{state}</b>, loss "
                f"{self.loss:.3g}</caption><tr><th></th><th>criterion</th><th>measured</th><th>accepted</th></tr>"
                f"{rows}</table>")


def number(value: float) -> str:
    """Return a number for people: a dash where it could not be computed."""
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def interval(low: float, high: float) -> str:
    """Return an accepted interval for people."""
    if np.isneginf(low) and np.isposinf(high):
        return "any"
    if low == high:
        return f"= {number(low)}"
    if np.isneginf(low):
        return f"≤ {number(high)}"
    if np.isposinf(high):
        return f"≥ {number(low)}"
    return f"{number(low)} – {number(high)}"
