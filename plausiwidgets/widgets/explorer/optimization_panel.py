"""Settings, buttons, progress and curve of a search."""

from __future__ import annotations

import html
import math
from collections.abc import Callable

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.status import MARKS, WORDS
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.explorer.loss_curve import LossCurve
from plausiwidgets.widgets.session.starts import ruled_out

WAYS = {
    "seed": (marked("New seed"), marked("The same search from other random points")),
    "random": (marked("Random start"), marked("Start from good points of a random screen, not from the sliders")),
    "wider": (
        marked("Wider ranges"),
        marked("Widen the range of every ticked parameter of the model by a half to each side"),
    ),
    "budget": (marked("More budget"), marked("Four times as many evaluations")),
}
"""Next steps after a search that found nothing, each with a button."""

BUDGETS = (100, 100_000_000)
MORE = 4
"""Factor of the budget for “More budget”."""


class OptimizationPanel:
    """The widgets of a search.

    Parameters
    ----------
    pressed : callable
        ``pressed(action)`` with one of ``"optimize"``, ``"pause"`` (or resume), ``"stop"``,
        ``"use_best"``, ``"back"``, and those of :data:`WAYS`.
    refused : callable
        ``refused(sentence)`` is called for a typed setting that is not valid.

    Attributes
    ----------
    progress, curve : ipywidgets.Widget
        State in words, and the objective curve.
    view : ipywidgets.Widget
        Both with the buttons, and the settings behind a button of their own.
    elsewhere : ipywidgets.Widget
        A line about a search for another pattern, and a button that goes back to it.
    """

    _first: Result | None = None  # of the search that is shown, after its first generation

    def __init__(self, pressed: Callable[[str], None], refused: Callable[[str], None]) -> None:
        self._refused = refused
        self._judged, self._cannot = True, ""
        self._budget_default = 1000
        self._start = w.ToggleButtons(
            options=[(tr("the sliders"), True), (tr("random points"), False)],
            description=tr("Start from"),
            tooltips=[
                tr("Look at the present parameters first, and begin CMA-ES there"),
                tr("Start from good points of a random screen of the whole box"),
            ],
        )
        self._budget = w.Text(
            "1000", description=tr("Budget"), continuous_update=False,
            tooltip=tr("Most evaluations; one is one parameter set, judged with all sweeps"),
        )  # fmt: skip
        self._budget.observe(self._on_budget, "value")
        self._seed = w.BoundedIntText(
            0, min=0, max=2**31 - 1, description=tr("Seed"), tooltip=tr("The same seed gives the same search")
        )
        self._popsize = w.BoundedIntText(
            32, min=4, max=512, description=tr("Population"),
            tooltip=tr("Candidates in each generation of CMA-ES; the population that evolves has its own size"),
        )  # fmt: skip
        settings = w.VBox([self._start, self._budget, self._seed, self._popsize])
        settings.layout.display = "none"
        more = w.ToggleButton(
            False, description=tr("Settings"), tooltip=tr("Where a search starts, and how long it may take")
        )
        more.observe(lambda change: settings.layout.set_trait("display", "" if change["new"] else "none"), "value")

        shared = {"layout": w.Layout(), "style": w.ButtonStyle()}  # each is a message of its own to the page

        def button(action: str, title: str, tip: str) -> w.Button:
            made = w.Button(description=tr(title), tooltip=tr(tip), **shared)
            made.on_click(lambda _: pressed(action))
            return made

        tip = marked("Search in the background for parameters that show the pattern; the sliders stay usable")
        self._optimize = button("optimize", marked("Optimize"), tip)
        self._pause = button("pause", marked("Pause"), marked("Hold the search, or let it go on"))
        self._stop = button("stop", marked("Stop"), marked("End the search and keep the best"))
        self._use = button("use_best", marked("Use best"), marked("Put the best parameters on the sliders"))
        buttons = w.HBox([self._optimize, self._pause, self._stop, self._use, more])
        self._ways = w.HBox([button(way, title, tip) for way, (title, tip) in WAYS.items()])
        back = button("back", marked("Back to it"), marked("Show that model and pattern again, with its search"))
        self._elsewhere_text = w.HTML()
        self.elsewhere = w.HBox([self._elsewhere_text, back])
        self.progress = w.HTML()
        self.curve = LossCurve()
        self.view = w.Box([buttons, settings, self.progress, self._ways, self.curve])
        for widget, name in (
            (settings, "settings"), (more, "settings-button"), (buttons, "buttons"), (self._ways, "ways"),
            (self.elsewhere, "elsewhere"), (self.progress, "progress-box"), (self.view, "search"),
        ):  # fmt: skip
            widget.add_class(f"pw-{name}")
        self.show_elsewhere()
        self.idle()

    # -- settings --------------------------------------------------------------------------------

    @property
    def from_sliders(self) -> bool:
        """Whether a search starts at the sliders."""
        return bool(self._start.value)

    @property
    def settings(self) -> dict[str, int]:
        """Budget, seed and population, as ``start_optimization`` takes them."""
        return {
            "budget": budget_of(self._budget.value),
            "seed": int(self._seed.value),
            "popsize": int(self._popsize.value),
        }

    def set(self, *, seed: int | None = None, from_sliders: bool | None = None, more: bool = False) -> None:
        """Change settings; `more`: a larger budget."""
        if seed is not None:
            self._seed.value = seed
        if from_sliders is not None:
            self._start.value = from_sliders
        if more:
            self._budget.value = grouped(min(MORE * budget_of(self._budget.value), BUDGETS[1]))

    def show_pair(self, model: NeuronModel, pattern: Protocol) -> None:
        """Show the pattern's budget, unless another one was typed."""
        self._judged = isinstance(pattern, Judged)
        self._cannot = html.escape(ruled_out(model, pattern))
        if not isinstance(pattern, Judged):
            return
        if budget_of(self._budget.value) == self._budget_default:
            self._budget.value = grouped(pattern.budget)
        self._budget_default = pattern.budget

    def _on_budget(self, change: dict[str, str]) -> None:
        try:
            self._budget.value = grouped(budget_of(change["new"]))
        except ValueError as error:
            self._budget.value = change["old"]
            self._refused(str(error))

    # -- state -----------------------------------------------------------------------------------

    def idle(self) -> None:
        """No search of this model and pattern: Optimize is the next step."""
        self._enable(running=False, paused=False, best=False)
        hint = (
            tr("<b>Practise</b> moves some sliders away: drag them back to ▼, until every criterion has its ✓.")
            + f' <span class="pw-second">{tr("<b>Optimize</b> searches for you.")}</span>'
        )
        if self._cannot:
            hint = self._cannot
        if not self._judged:
            hint = tr("A stimulus is shown. A search needs criteria: pick a pattern, or the pattern’s own stimulus.")
        tip = tr("Optimize searches in the background")
        self.progress.value = f'<p class="pw-hint" title="{self._cannot or tip}">{hint}</p>'

    def starting(self) -> None:
        """A search is about to begin."""
        self._enable(running=True, paused=False, best=False)
        self.progress.value = _bar(0.0, tr("starting …"), "")

    def show(self, snapshot: Result, timed: bool = True) -> None:
        """Show a snapshot of the search for what is shown; `timed`: with the time that is left."""
        running = not snapshot.ended
        in_vain = bool(within(snapshot))
        self._enable(running, snapshot.state == "paused", bool(snapshot.parameters), in_vain)
        share = snapshot.evaluations / snapshot.budget if snapshot.budget else 0.0
        if in_vain:
            self.progress.value = _in_vain(snapshot)
        else:
            line = f'<p class="pw-numbers">{numbers(snapshot, self._remaining(snapshot) if timed else math.nan)}</p>'
            self.progress.value = _bar(share, headline(snapshot), kind(snapshot)) + line

    def _remaining(self, snapshot: Result) -> float:
        """Return the working time in s until the budget is spent, nan where it is not known.

        It follows the pace since the first generation, which had to wait for the compiler.
        """
        first = self._first
        if first is None or first.id != snapshot.id or snapshot.seconds < first.seconds:
            first = self._first = snapshot if snapshot.evaluations else None
        done = snapshot.evaluations - first.evaluations if first is not None else 0
        if first is None or done == 0 or snapshot.ended or snapshot.accepted:
            return math.nan
        return (snapshot.budget - snapshot.evaluations) / done * (snapshot.seconds - first.seconds)

    def show_elsewhere(self, title: str = "", snapshot: Result | None = None) -> None:
        """Name a search for another model or pattern and how far it is; without one, nothing."""
        self.elsewhere.layout.display = "" if snapshot is not None else "none"
        if snapshot is not None:
            share = "" if snapshot.ended else f" ({100 * snapshot.evaluations / max(snapshot.budget, 1):.0f} %)"
            text = f"{title}: {headline(snapshot)}{within(snapshot)}{share}"
            self._elsewhere_text.value = f'<p role="status">{html.escape(text)}</p>'

    def show_curve(self, snapshot: Result) -> None:
        """Draw the losses of a snapshot."""
        if len(snapshot.tries):
            self.curve.show(snapshot.tries)

    def _enable(self, running: bool, paused: bool, best: bool, in_vain: bool = False) -> None:
        self._ways.layout.display = "" if in_vain else "none"
        self._optimize.disabled = running
        self._pause.disabled = not running
        self._stop.disabled = not running
        self._use.disabled = not best
        self._pause.description = tr("Resume") if paused else tr("Pause")


def budget_of(text: str) -> int:
    """Return a typed budget, such as ``"20 000"`` or ``"2e4"``, or refuse it in a sentence.

    Examples
    --------
    >>> budget_of("20 000"), budget_of("2e4")
    (20000, 20000)
    """
    low, high = BUDGETS
    try:
        value = float("".join(text.replace("\u202f", " ").split()))
    except ValueError:
        value = math.nan
    if not (low <= value <= high and value == int(value)):
        valid = f"a whole number of evaluations from {grouped(low)} to {grouped(high)}"
        raise ValueError(f"The budget must be {valid}, not “{text[:20]}”.")
    return int(value)


def kind(snapshot: Result) -> str:
    """Return the class of the style sheet for the state of a search."""
    if not snapshot.ended:
        return ""
    if snapshot.state == "failed" or snapshot.status == "rejected":
        return "pw-failed" if snapshot.state != "stopped" else "pw-stopped"
    return f"pw-is-{snapshot.status}"


def headline(snapshot: Result) -> str:
    """Return the state of a search in words."""
    status = snapshot.status
    if snapshot.state == "failed":
        return f"{MARKS['failed']} {tr('the search failed')}"
    if status != "rejected":
        why = ": " + tr("not {check}", check=tr(snapshot.failed_check)) if snapshot.failed_check else ""
        return f"{MARKS[status]} {tr(WORDS[status])}{why}"
    if snapshot.state == "paused":
        return f"❚❚ {tr('paused')}"
    if not snapshot.ended:
        doing = {"screen": tr("screening parameter space …"), "verify": tr("verifying …")}
        return doing.get(snapshot.phase, tr("searching …"))
    return f"{MARKS['rejected']} {tr('not found')}" if snapshot.state == "done" else f"■ {tr('stopped: not found')}"


def within(snapshot: Result) -> str:
    """Return what a search that found nothing has tried in words, to stand behind its headline; else nothing."""
    if not snapshot.ended or snapshot.status != "rejected" or snapshot.state == "failed":
        return ""
    return tr(" within {count} evaluations", count=grouped(snapshot.evaluations))


def numbers(snapshot: Result, remaining: float) -> str:
    """Return the numbers under the bar; `remaining`: working time in s until the budget is spent, or nan."""
    done, all_of_it = grouped(snapshot.evaluations), grouped(snapshot.budget)
    parts = [tr("{count} of {total} evaluations", count=done, total=all_of_it)]
    if math.isfinite(snapshot.loss):
        parts.append(tr("least distance {value}", value=number(snapshot.loss, 3)))
    time = seconds(snapshot.seconds)
    if math.isfinite(remaining):
        time += tr(", ≤ {time} to go", time=seconds(remaining))
    return " · ".join([*parts, time])


def grouped(count: int) -> str:
    """Return a count with spaces between thousands."""
    return f"{count:,}".replace(",", " ")


def seconds(value: float) -> str:
    """Return a duration as text."""
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min"


def _line(text: str, kind: str, more: str = "") -> str:
    """Return a headline; `more` is left out where there is no room."""
    shown = html.escape(text) + (f'<span class="pw-within">{html.escape(more)}</span>' if more else "")
    return f'<div class="pw-headline {kind}" role="status" title="{html.escape(text + more)}">{shown}</div>'


def _in_vain(snapshot: Result) -> str:
    """Return the headline of a search that found nothing, with the least loss where there is room."""
    loss = tr("least distance {value}", value=number(snapshot.loss, 3) if math.isfinite(snapshot.loss) else "–")
    line = _line(headline(snapshot), kind(snapshot), within(snapshot))
    return f'<div class="pw-in-vain" title="{loss}">{line}<span>{loss}</span></div>'


def _bar(share: float, text: str, kind: str) -> str:
    used = tr("budget used")
    percent = round(100 * min(max(share, 0.0), 1.0))
    return (
        f'{_line(text, kind)}<div class="pw-meter" role="progressbar" aria-valuenow="{percent}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-label="{used}"><div style="width:{percent}%"></div></div>'
    )
