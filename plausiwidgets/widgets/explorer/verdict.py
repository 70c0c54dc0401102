"""The verdict: every criterion of the pattern with what was measured and what is asked for."""

from __future__ import annotations

import html
from collections.abc import Iterable

import ipywidgets as w

from plausiwidgets.patterns import Check
from plausiwidgets.patterns.formatting import interval, number
from plausiwidgets.patterns.status import EXPLANATIONS, MARKS, WORDS
from plausiwidgets.widgets.explorer.session import Panel, Response

KINDS = {"replicated": "yes", "fragile": "hmm", "unverified": "open", "rejected": "no"}
"""Colour of a status, as a class of the style sheet."""

LOSS_TIP = (
    "Sum over the criteria of how far each is missed; 0 exactly when all hold. Optimize makes it small."
)


class VerdictPanel(Panel):
    """Badge, loss and list of criteria; a mark beside every colour.

    Attributes
    ----------
    badge : ipywidgets.Widget
        Status and loss, to be placed beside the figure: visible during a drag.
    view : ipywidgets.Widget
        The criteria.
    """

    def __init__(self) -> None:
        self.badge = w.HTML()
        self.badge.add_class("pw-badge-box")
        self._table = w.HTML()
        self.view = w.VBox([w.HTML('<span class="pw-title">Criteria</span>'), self._table])
        self.view.add_class("pw-verdict")

    def on_response(self, response: Response) -> None:
        """Show the verdict of what the sliders say."""
        if response.role != "yours":
            return
        verdict = response.verdict
        if verdict is None:
            self.badge.value = f'<span class="pw-badge pw-no">{MARKS["rejected"]} no verdict</span>'
            text = "The model could not be simulated with these parameters."
            self._table.value = f'<p class="pw-hint">{text}</p>'
            return
        status = verdict.status
        missed = sum(not check.passed for check in verdict.checks)
        words = f"{missed} of {len(verdict.checks)} missed" if status == "rejected" else WORDS[status]
        if verdict.failed_check:
            words += f": not {verdict.failed_check}"
        why = EXPLANATIONS[status] + (f" Not {verdict.failed_check}." if verdict.failed_check else "")
        self.badge.value = (
            f'<span class="pw-badge pw-{KINDS[status]}" role="status" title="{html.escape(why)}">'
            f"{MARKS[status]} {words}</span>"
            f'<span class="pw-loss" title="{LOSS_TIP}">loss {number(verdict.loss, 3)}</span>'
        )
        self._table.value = _table(verdict.checks)


def _table(checks: Iterable[Check]) -> str:
    rows = []
    for check in checks:
        mark, word, kind = ("✓", "holds", "yes") if check.passed else ("✗", "missed", "no")
        rows.append(
            f'<tr class="pw-{kind}" title="{html.escape(check.text)}">'
            f'<td class="pw-mark" aria-label="{word}">{mark}</td>'
            f"<td>{html.escape(check.name)}</td>"
            f'<td class="pw-value">{number(check.value, 3)}</td>'
            f'<td class="pw-asked">{html.escape(interval(check.low, check.high, check.unit))}</td></tr>'
        )
    return (
        '<table class="pw-checks"><thead><tr><th></th><th>criterion</th><th>measured</th>'
        f"<th>asked for</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
