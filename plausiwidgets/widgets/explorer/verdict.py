"""The verdict: every criterion of the pattern with what was measured and what it must be."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

import ipywidgets as w
import numpy as np

from plausiwidgets.patterns import Check, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.formatting import interval, number
from plausiwidgets.patterns.status import EXPLANATIONS, MARKS, WORDS
from plausiwidgets.simulation.compiled.engine import is_ready
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.pin import PinPanel
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.view.panel import Host, Panel, Part
from plausiwidgets.widgets.view.style import ROLE_TITLES, SHORT_TITLES

KINDS = {"replicated": "yes", "fragile": "hmm", "unverified": "unknown", "rejected": "no"}
"""Colour of a status, as a class of the style sheet."""

DIVERGED = marked(
    "The neuron runs away: its variables leave all bounds, and there is nothing to measure. Move a slider back."
)

LOSS_TIP = marked("Distance to the pattern, summed over the criteria: 0 when all hold. Optimize makes it small.")


class VerdictPanel(Panel):
    """A chip of the sliders and one of the best that was found, with the key of the other lines, and the criteria.

    Each chip shows how its trace is drawn, a mark beside every colour, and what is still missed.

    Attributes
    ----------
    yours, best : ipywidgets.Widget
        The chips.
    view : ipywidgets.Widget
        The criteria, as the sliders meet them.
    """

    place = "side"
    order = 30

    def __init__(self, explorer: Host) -> None:
        self.yours, self.best, self._table = w.HTML(), w.HTML(), w.HTML()
        self.yours.add_class("pw-yours")
        self.best.add_class("pw-best")
        self._table.add_class("pw-scroll")
        self._title = w.HTML()
        self.view = w.VBox([self._title, self._table])
        self.view.add_class("pw-verdict")
        self._about: Selection | None = None
        self._judged: Selection | None = None  # what the chip is about
        key, sweeps = explorer.panel(PinPanel).key, explorer.panel(FigurePanel).sweeps
        self._chips = w.Box([self.yours, key, self.best, sweeps])
        self._chips.add_class("pw-chips")

    @property
    def parts(self) -> Iterable[Part]:
        """The chips above the figure, and the criteria."""
        return (Part("look", self._chips), *super().parts)

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Remove what is said of another model or pattern, and of a superseded selection while the next takes long."""
        another = self._about is None or not self._about.is_about(selection.model, selection.pattern)
        judged = isinstance(selection.pattern, Judged)
        if another:
            self._title.value = f'<h3 class="pw-title">{tr("Criteria") if judged else tr("Response")}</h3>'
            self.best.value = chip(
                "best", "–", "unknown", tr("press Optimize to search") if judged else tr("nothing to search for")
            )
        if another or (jumped and not is_ready(selection.model)):
            known = selection.model.programs is not None or is_ready(selection.model)
            doing = (tr("judging …") if judged else "…") if known else tr("compiling the model …")
            self.yours.value = chip("yours", "…", "unknown", doing)
            self._table.value = ""
            self._judged = None
        self._about = selection
        self._mark_stale(selection)

    def _mark_stale(self, shown: Selection) -> None:
        """Mark the verdict where it is of other values; the style sheet waits a moment before it shows that."""
        judged = self._judged
        stale = judged is not None and (judged.values, judged.dt) != (shown.values, shown.dt)
        (self._chips.add_class if stale else self._chips.remove_class)("pw-stale")

    def on_response(self, response: Response) -> None:
        """Show a verdict."""
        verdict = response.verdict
        if response.role == "best":
            # Also true of a search that was stopped at once.
            self.best.value = (
                of_verdict("best", verdict) if verdict else chip("best", "–", "unknown", tr("nothing judged yet"))
            )
        if response.role != "yours":
            return
        self._judged = response.selection
        self._mark_stale(response.selection)
        if verdict is None:
            text = tr("The model could not be simulated with these parameters.")
            self.yours.value = chip("yours", f"{MARKS['rejected']} {tr('no verdict')}", "no", text)
            self._table.value = f'<p class="pw-hint">{text}</p>'
            return
        if not isinstance(response.selection.pattern, Judged):
            self.yours.value = chip("yours", tr(WORDS["unjudged"]), "unknown", tr(EXPLANATIONS["unjudged"]))
            self._table.value = described(verdict)
            return
        preset = response.selection.origin.preset if response.selection.origin else None
        if preset is not None and preset.pattern is None:
            title = tr(preset.title)
            text = tr("“{title}” was published for none of the patterns here: it is shown, not judged.", title=title)
            self.yours.value = chip("yours", tr("not judged"), "unknown", text)
            more = tr("Drag a slider, and it is judged.")
            self._table.value = f'<p class="pw-hint">{html.escape(text)} {more}</p>'
            return
        self.yours.value = of_verdict("yours", verdict, published=preset is not None)
        self._table.value = _table(verdict.checks, response.selection.pattern)


def of_verdict(role: str, verdict: Verdict, published: bool = False) -> str:
    """Return the chip of a verdict as HTML; of a published set it says that, and why it is missed here."""
    status = verdict.status
    missed = [check for check in verdict.checks if not check.passed]
    text = tr(EXPLANATIONS[status])
    words, bracket, rest = tr(WORDS[status]).partition(" (")
    more = bracket + rest
    if status == "unverified":
        words, text = words.split(", ")
    elif verdict.diverged:
        words, text = tr("diverged"), tr(DIVERGED)
    elif status == "rejected":
        total = len(verdict.checks)
        words, more = tr("{number} of {total}", number=total - len(missed), total=total), f" {tr('hold')}"
        if published:
            text = tr("published for this pattern, missed here because {reasons}", reasons=in_words(missed))
        else:
            text = in_words(missed)
    elif verdict.failed_check:
        text = tr("not {check}", check=tr(verdict.failed_check))
    loss = tr("distance {value}", value=number(verdict.loss, 3))
    return chip(role, f"{MARKS[status]} {words}", KINDS[status], text, loss, more)


def described(verdict: Verdict) -> str:
    """Return what a neuron does under a stimulus that is not judged, as HTML."""
    rows = []
    for name, trace in verdict.traces.items():
        times = trace.spike_times[0]
        times, early = times[times >= 0.0], int((times < 0.0).sum())
        rows += [((f"{tr(name)}: " if len(verdict.traces) > 1 else "") + tr("spikes"), str(times.size), "")]
        rows += [(tr("spikes before it"), str(early), "")] if early else []
        rows += [(tr("first spike"), number(float(times[0]), 4), "ms")] if times.size else []
        if times.size > 1:
            isi = np.diff(times)
            rows += [(tr("shortest interval"), number(float(isi.min()), 4), "ms")]
            rows += [(tr("longest interval"), number(float(isi.max()), 4), "ms")]
    body = "".join(
        f'<tr><td></td><td>{html.escape(name)}</td><td class="pw-value">{value}</td>'
        f'<td class="pw-asked">{unit}</td></tr>'
        for name, value, unit in rows
    )
    head = f"<thead><tr><td></td><th>{tr('what it does')}</th><th>{tr('measured')}</th><th></th></tr></thead>"
    return f'<table class="pw-checks">{head}<tbody>{body}</tbody></table>'


def in_words(missed: Iterable[Check]) -> str:
    """Return what is missed and by how much, the worst first of what was measured: it says why the rest was not.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> silent = pw.judge("izhikevich", "rebound_spike", {"amplitude": 0.1}, verify=False)
    >>> in_words(check for check in silent.checks if not check.passed)
    'spikes is 0 (must be 1 spike), latency: nothing to measure'
    """
    worst = sorted(missed, key=lambda check: (not math.isfinite(check.value), -check.cost))
    return ", ".join(
        tr(
            "{criterion} is {measured} (must be {accepted})",
            criterion=tr(check.title),
            measured=measured(check),
            accepted=interval(check.low, check.high, check.unit, tr),
        )
        if math.isfinite(check.value)
        else f"{tr(check.title)}: {tr('nothing to measure')}"
        for check in worst
    )


def measured(check: Check) -> str:
    """Return what was measured; 0 where it is negligible beside the limits."""
    limits = [abs(end) for end in (check.low, check.high) if math.isfinite(end)]
    nothing = abs(check.value) < 1e-6 * max(limits, default=0.0)
    return number(0.0 if nothing else check.value, 3)


def chip(role: str, words: str, kind: str, text: str, loss: str = "", more: str = "") -> str:
    """Return a chip as HTML: whose it is and how that is drawn, the verdict, and a text behind it.

    `more` stands behind the verdict where there is room.
    """
    word = html.escape(words) + (f'<span class="pw-detail">{html.escape(more)}</span>' if more else "")
    short, title = tr(SHORT_TITLES[role]), tr(ROLE_TITLES[role])
    return (
        f'<span class="pw-chip pw-{kind}"><svg class="pw-key" viewBox="0 0 26 8" aria-hidden="true">'
        f'<path class="pw-line-{role}" d="M0 4H26"/></svg><b data-short="{short}">{title}</b>'
        f'<span class="pw-word">{word}</span></span>'
        f'<span class="pw-open-criteria" title="{html.escape(text)}">{html.escape(text)}</span>'
        f'<span class="pw-loss" title="{tr(LOSS_TIP)}">{loss}</span>'
    )


def _table(checks: Iterable[Check], pattern: Judged) -> str:
    """Return the criteria as HTML; of several patterns each has a heading, in place of its title in every name."""
    heads = [part.within("") for prefix, part in pattern.components.items() if prefix]
    rows, last = [], ""
    for check in checks:
        head = next((one for one in heads if check.title.startswith(one)), "")
        if head != last:
            rows.append(f'<tr class="pw-part"><th colspan="4" scope="rowgroup">{html.escape(tr(head[:-2]))}</th></tr>')
            last = head
        mark, word, kind = ("✓", tr("holds"), "yes") if check.passed else ("✗", tr("missed"), "no")
        rows.append(
            f'<tr class="pw-{kind}" data-criterion="{html.escape(check.key)}" tabindex="0" '
            f'title="{html.escape(tr(check.description))}">'
            f'<td class="pw-mark" aria-label="{word}">{mark}</td>'
            f"<td>{html.escape(tr(check.title.removeprefix(head)))}</td>"
            f'<td class="pw-value">{measured(check)}</td>'
            f'<td class="pw-asked">{html.escape(interval(check.low, check.high, check.unit, tr))}</td></tr>'
        )
    return (
        f'<table class="pw-checks"><thead><tr><td></td><th>{tr("criterion")}</th><th>{tr("measured")}</th>'
        f"<th>{tr('must be')}</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
