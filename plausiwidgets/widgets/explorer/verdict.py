"""The verdict: every criterion of the pattern with what was measured and what is asked for."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from typing import Any

import ipywidgets as w

from plausiwidgets.widgets.explorer.numbers import shown


class VerdictView:
    """Badge, loss and list of criteria; a mark beside every colour.

    Attributes
    ----------
    head : ipywidgets.Widget
        Badge and loss, to be placed beside the figure: visible during a drag.
    view : ipywidgets.Widget
        The criteria.
    """

    def __init__(self) -> None:
        self.head = w.HTML()
        self.head.add_class("pw-badge-box")
        self._table = w.HTML()
        self.view = w.VBox([w.HTML('<span class="pw-title">Criteria</span>'), self._table])
        self.view.add_class("pw-verdict")

    def show(self, verdict: Any) -> None:
        """Show the verdict of one parameter set."""
        word, mark, kind, note = badge(verdict)
        self.head.value = (
            f'<span class="pw-badge pw-{kind}" role="status" title="{html.escape(note)}">'
            f"{mark} {word}</span>"
            f'<span class="pw-loss" title="Sum over the criteria of how far each is missed; '
            f'0 exactly when all hold. Optimize makes it small.">loss {shown(verdict.loss, 3)}</span>'
        )
        self._table.value = table(verdict.checks)

    def fail(self, text: str) -> None:
        """Say that there is no verdict."""
        self.head.value = '<span class="pw-badge pw-no">✗ no verdict</span>'
        self._table.value = f'<p class="pw-hint">{html.escape(text)}</p>'


def badge(verdict: Any) -> tuple[str, str, str, str]:
    """Return word, mark, CSS kind and explanation of a verdict as a whole."""
    missed = sum(not check.passed for check in verdict.checks)
    if not verdict.accepted:
        note = "Not all criteria hold with these parameters."
        return f"{missed} of {len(verdict.checks)} missed", "✗", "no", note
    if verdict.status == "replicated":
        return "replicated", "✓", "yes", "Every criterion holds, at this time step and at half of it."
    if verdict.status == "fragile":
        note = "Every criterion holds at this time step, but not at half of it: the outcome depends on it."
        return "numerically fragile", "⚠", "hmm", note
    return "accepted", "✓", "yes", "Every criterion holds; half the time step is checked when the slider rests."


def table(checks: Iterable[Any]) -> str:
    """Return the criteria as an HTML table."""
    rows = []
    for check in checks:
        mark, word, kind = ("✓", "holds", "yes") if check.passed else ("✗", "missed", "no")
        rows.append(
            f'<tr class="pw-{kind}" title="{html.escape(check.text)}">'
            f'<td class="pw-mark" aria-label="{word}">{mark}</td>'
            f"<td>{html.escape(check.name)}</td>"
            f'<td class="pw-value">{shown(check.value, 3)}</td>'
            f'<td class="pw-asked">{html.escape(interval(check.low, check.high, check.unit))}</td></tr>'
        )
    return (
        '<table class="pw-checks"><thead><tr><th></th><th>criterion</th><th>measured</th>'
        f"<th>asked for</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def interval(low: float | None, high: float | None, unit: str) -> str:
    """Return an accepted interval as a person writes it."""
    low = -math.inf if low is None else low
    high = math.inf if high is None else high
    unit = f" {unit}" if unit and unit != "1" else ""
    if unit == " spikes" and 1 in (low, high):
        unit = " spike"
    if low == high or (high == 0 and low < 0):
        return f"{shown(high)}{unit}"
    if math.isinf(high):
        return "any" if math.isinf(low) else f"≥ {shown(low)}{unit}"
    if math.isinf(low) or (low == 0 and high > 0):
        return f"≤ {shown(high)}{unit}"
    return f"{shown(low)} to {shown(high)}{unit}"
