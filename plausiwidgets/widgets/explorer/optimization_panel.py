"""Settings, buttons, progress and curve of a search; it shows snapshots and knows no thread."""

from __future__ import annotations

import html
import math
from collections.abc import Callable

import ipywidgets as w

from plausiwidgets.optimization import Snapshot
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.status import MARKS, WORDS
from plausiwidgets.widgets.explorer.loss_curve import LossCurve
from plausiwidgets.widgets.explorer.selection import Selection
from plausiwidgets.widgets.explorer.session import Panel

ACTIONS = ("optimize", "pause", "stop", "use_best")


class OptimizationPanel(Panel):
    """What a person sees of an optimization.

    Parameters
    ----------
    pressed : callable
        ``pressed(action)`` with one of ``"optimize"``, ``"pause"`` (or resume), ``"stop"`` and
        ``"use_best"``.

    Attributes
    ----------
    progress, curve : ipywidgets.Widget
        How far it is in words, and the loss as it falls.
    view : ipywidgets.Widget
        Both with the buttons, and the settings behind a button of their own.
    """

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._budget_default = 0
        self._start = w.ToggleButtons(
            options=[("the sliders", True), ("random points", False)],
            description="Start from",
            tooltips=[
                "Look at the present parameters first, and start one of the searches there",
                "Start from good points of a random screen of the whole box",
            ],
        )
        self._budget = w.BoundedIntText(
            1000, min=100, max=100_000_000, step=1000, description="Budget",
            tooltip="Most evaluations; one is one parameter set, judged with all sweeps",
        )  # fmt: skip
        self._seed = w.BoundedIntText(
            0, min=0, max=2**31 - 1, description="Seed", tooltip="The same seed gives the same search"
        )
        self._popsize = w.BoundedIntText(
            32, min=4, max=512, description="Population",
            tooltip="Candidates in each generation of CMA-ES, for each of the starts side by side",
        )  # fmt: skip
        settings = w.VBox([self._start, self._budget, self._seed, self._popsize])
        settings.add_class("pw-settings")
        more = w.ToggleButton(False, description="Settings", tooltip="Where a search starts, and how long it may take")
        settings.layout.display = "none"
        more.observe(lambda change: settings.layout.set_trait("display", "" if change["new"] else "none"), "value")
        self._optimize = w.Button(
            description="Optimize", button_style="primary",
            tooltip="Search in the background for parameters that show the pattern; the sliders stay usable",
        )  # fmt: skip
        self._pause = w.Button(description="Pause", tooltip="Hold the search, or let it go on")
        self._stop = w.Button(description="Stop", tooltip="End the search and keep the best")
        self._use = w.Button(description="Use best", tooltip="Put the best parameters on the sliders")
        buttons = w.HBox([self._optimize, self._pause, self._stop, self._use, more])
        buttons.add_class("pw-buttons")
        for button, action in zip(buttons.children, ACTIONS, strict=False):
            button.on_click(lambda _, action=action: pressed(action))
        self.progress = w.HTML()
        self.progress.add_class("pw-progress-box")
        self.curve = LossCurve()
        self.view = w.Box([buttons, settings, self.progress, self.curve])
        self.view.add_class("pw-search")
        self.idle()

    # -- settings --------------------------------------------------------------------------------

    @property
    def from_sliders(self) -> bool:
        """Whether one search starts at the sliders."""
        return bool(self._start.value)

    @property
    def settings(self) -> dict[str, int]:
        """Budget, seed and population, as ``start_optimization`` takes them."""
        return {
            "budget": int(self._budget.value),
            "seed": int(self._seed.value),
            "popsize": int(self._popsize.value),
        }

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show the pattern's budget, unless a person has typed one."""
        budget = selection.pattern.budget
        if self._budget.value == self._budget_default or not self._budget_default:
            self._budget.value = budget
        self._budget_default = budget

    # -- state -----------------------------------------------------------------------------------

    def idle(self) -> None:
        """No search of this model and pattern: Optimize is the next step."""
        self._enable(running=False, paused=False, best=False)
        hint = "Drag until every criterion has its ✓, or press <b>Optimize</b> and go on dragging while it searches."
        self.progress.value = f'<p class="pw-hint">{hint}</p>'

    def starting(self) -> None:
        """A search is about to begin."""
        self._enable(running=True, paused=False, best=False)
        self.progress.value = _bar(0.0, "starting …", "")

    def show(self, snapshot: Snapshot, title: str = "") -> None:
        """Show a snapshot; with `title`, as one of another model or pattern than the shown one."""
        running = not snapshot.ended
        self._enable(running, snapshot.state == "paused", snapshot.best_parameters is not None, title)
        share = snapshot.evaluations / snapshot.budget if snapshot.budget else 0.0
        self.progress.value = (
            _bar(share, headline(snapshot), "" if running else f"pw-{snapshot.state}")
            + f'<p class="pw-numbers">{numbers(snapshot)}</p>'
            + (f'<p class="pw-of">search for {html.escape(title)}</p>' if title else "")
        )

    def show_curve(self, snapshot: Snapshot) -> None:
        """Draw the losses of a snapshot."""
        if history := snapshot.history:
            self.curve.show(*(history[name] for name in ("evaluations", "best", "current", "restarts")))

    def _enable(self, running: bool, paused: bool, best: bool, title: str = "") -> None:
        self._optimize.disabled = running
        self._pause.disabled = not running
        self._stop.disabled = not running
        self._use.disabled = not best
        self._pause.description = "Resume" if paused else "Pause"
        self._use.tooltip = (
            f"Go back to {title} with the best parameters" if title else "Put the best parameters on the sliders"
        )


def headline(snapshot: Snapshot) -> str:
    """Return what a search is doing, or how it ended."""
    status = snapshot.status
    if snapshot.state == "failed":
        return f"{MARKS['failed']} the search failed"
    if status != "rejected":
        why = f": not {snapshot.failed_check}" if snapshot.failed_check else ""
        return f"{MARKS[status]} {WORDS[status]}{why}"
    if snapshot.state == "paused":
        return "❚❚ paused"
    if not snapshot.ended:
        return {"screen": "screening parameter space …", "verify": "verifying …"}.get(snapshot.phase, "searching …")
    mark = f"{MARKS['rejected']} " if snapshot.state == "done" else "■ stopped: "
    return f"{mark}not found within {grouped(snapshot.evaluations)} evaluations"


def numbers(snapshot: Snapshot) -> str:
    """Return the numbers under the bar."""
    parts = [
        f"generation {snapshot.generation}",
        f"{grouped(snapshot.evaluations)} of {grouped(snapshot.budget)} evaluations",
    ]
    if math.isfinite(snapshot.best_loss):
        parts.append(f"best loss {number(snapshot.best_loss, 3)}")
    time = seconds(snapshot.elapsed)
    if not snapshot.ended and math.isfinite(snapshot.remaining):
        time += f", ≤ {seconds(snapshot.remaining)} to go"
    return " · ".join([*parts, time])


def grouped(count: int) -> str:
    """Return a count with its thousands apart."""
    return f"{count:,}".replace(",", " ")


def seconds(value: float) -> str:
    """Return a duration for a person."""
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min"


def _bar(share: float, text: str, kind: str) -> str:
    percent = round(100 * min(max(share, 0.0), 1.0))
    return (
        f'<div class="pw-headline {kind}" role="status">{html.escape(text)}</div>'
        f'<div class="pw-meter" role="progressbar" aria-valuenow="{percent}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-label="budget used"><div style="width:{percent}%"></div></div>'
    )
