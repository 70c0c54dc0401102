"""All ways to show a pattern: sampled sets as points over any two of their values, and on the sliders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
import traitlets as t

from plausiwidgets.analysis import NothingAccepted
from plausiwidgets.analysis.samples import LEAST, Sampling, Step
from plausiwidgets.lazy import pandas as pd
from plausiwidgets.models import Parameter
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.patterns import Check
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.formatting import number
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.teaching.mysteries import KEY as MYSTERY
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.worker import Priority, Superseded
from plausiwidgets.widgets.tools.plane import usual_pair
from plausiwidgets.widgets.tools.profiles import ProfilesPanel
from plausiwidgets.widgets.view.axis import ticks
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import AXES, ScriptWidget

_HERE = Path(__file__).parent

BARS = 16
"""Bars of a histogram on a slider."""
SLICE = 0.25
"""Time in s after which other jobs of the background come in between."""

HINT = marked("All ways to show the pattern: sets from the ranges of all ticked values.")
HIDDEN = marked("Not of a mystery: its answer would be among them.")
UNJUDGED = marked("A stimulus is shown, not judged: pick a firing pattern.")


class SamplesView(ScriptWidget):
    """A button, and a picture of the sets.

    Attributes
    ----------
    columns : list of dict
        What differs among the sets: ``key``, ``name``, ``label``, ``ticks`` (pairs of share and text), and a number for
        each set, ``share`` (float32, of the axis) and ``value`` (float64).
    pair : list of str
        Keys along x and y.
    here : dict of str to float
        Where the neuron of the sliders is on the axis of each key.
    text : str
        What is said while no set is pointed at.
    running, possible : bool
        Whether the button stops, and whether it does anything.
    """

    _esm = AXES + (_HERE / "samples.js").read_text("utf-8")
    columns: t.List = t.List().tag(sync=True)
    pair: t.List = t.List().tag(sync=True)
    here = t.Dict().tag(sync=True)
    text = t.Unicode(HINT).tag(sync=True)
    running = t.Bool(False).tag(sync=True)
    possible = t.Bool(True).tag(sync=True)


class SamplesPanel(Panel):
    """Sets that show the pattern within the ranges, sampled on request; each opens with a click.

    The sampling goes on batch by batch, on the thread that the operating system runs last, with other jobs in between.
    The sets are those of the ticked values and their ranges: with other ones they are gone.

    Attributes
    ----------
    sets : pandas.DataFrame or None
        As of :func:`plausiwidgets.analysis.sample_accepted`.
    """

    title = marked("Samples")
    tip = marked("All ways: sets that show the pattern, spread over the whole region; each point opens its neuron")

    place = "tools"
    waits = True

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = SamplesView()
        self.view.on_msg(self._on_message)
        self._marks = explorer.panel(ProfilesPanel).marks
        self._current: Selection | None = None
        self._about: Selection | None = None
        self._sampling: Sampling | None = None
        self._checks: Mapping[str, Check] = {}
        self._axes: dict[str, Axis] = {}
        self.sets: pd.DataFrame | None = None

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Drop sets of another region; else show where the neuron is among them."""
        before, self._current = self._current, selection
        if before is None or not before.is_about(selection.model, selection.pattern):
            self._checks = {}
        if before is None or not same_region(before, selection):
            self._clear()
        self._show_here()

    def on_response(self, response: Response) -> None:
        """Show where the measured features of the neuron are."""
        if response.role == "yours" and response.verdict is not None:
            self._checks = {check.key: check for check in response.verdict.checks}
            self._show_here()

    def on_close(self) -> None:
        """End the sampling."""
        self._sampling = None

    # -- sampling --------------------------------------------------------------------------------

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        if not isinstance(content, dict):
            return
        if content.get("press"):
            self.explorer.messages.attempt("samples", self._press)
        at = content.get("open")
        if isinstance(at, int) and self.sets is not None and 0 <= at < len(self.sets):
            self.explorer.messages.attempt("samples", lambda: self._open(at))

    def _press(self) -> None:
        with self.explorer.session.lock:
            selection = self._current
            if self._sampling is not None or selection is None:
                self._stop()
                return
            self._clear()
            fixed = {name: selection.values[name] for name in selection.fixed}
            bounds = {name: selection.bounds[name] for name in selection.free}
            problem = make_problem(selection.model, selection.pattern, None, fixed, bounds, dt=selection.dt)
            self._sampling = Sampling(problem, LEAST, seed=0)
            self.view.text, self.view.running = tr("Sampling …"), True
            self._ask()

    def _stop(self) -> None:
        self._sampling = None
        self.explorer.worker.cancel("samples")
        self.view.running = False
        self.view.text = tr(self._hint())

    def _clear(self) -> None:
        self._stop()
        self.sets = None
        self._axes = {}
        self.view.columns = []
        self._marks.spread = {}
        self.view.possible = self._hint() == HINT

    def _hint(self) -> str:
        selection = self._current
        if selection is None or not isinstance(selection.pattern, Judged):
            return UNJUDGED
        return HIDDEN if selection.pattern.key == MYSTERY else HINT

    def _ask(self) -> None:
        self.explorer.worker.ask("samples", Priority.IDLE, self._work)

    def _work(self, checkpoint: Checkpoint) -> None:
        """Go on for a while, so that other jobs come in between."""
        sampling, began = self._sampling, monotonic()
        if sampling is None:
            return
        said, sets = "", None
        try:
            step: Step | None = sampling.step(checkpoint)
            while step is not None and monotonic() - began < SLICE:
                step = sampling.step(checkpoint)
            if step is None:
                sets = sampling.table(checkpoint=checkpoint)
        except Superseded:
            raise
        except NothingAccepted:
            said = tr("Found none. Tick more values, widen their ranges, or let a search find the first.")
        except Exception as error:  # what a custom neuron or pattern raises
            checkpoint()
            said = str(error)
        with self.explorer.session.lock:
            if sampling is not self._sampling:
                return
            if sets is not None:
                self._show(sets)
            elif said:
                self._stop()
                self.view.text = said
            elif step is not None:
                text = tr("{count} sets judged", count=step.evaluations)
                if not np.isinf(step.loss):
                    text += tr(", now within a distance of {value}", value=number(step.loss, 2))
                self.view.text = f"{text} …"
                self._ask()

    # -- what is shown ---------------------------------------------------------------------------

    def _show(self, sets: pd.DataFrame) -> None:
        selection = self._current
        assert selection is not None
        self._stop()
        self.sets = sets
        self._axes = axes_of(sets, selection, self._checks)
        columns: list[dict[str, Any]] = []
        for key, (name, label, scale) in self._axes.items():
            values = sets[key].to_numpy(dtype=np.float64)
            marks = ticks(scale, scale.low, scale.high, 5)
            columns.append({
                "key": key, "name": name, "label": label, "value": values.tobytes(),
                "share": np.asarray(scale.to_unit(values), dtype=np.float32).tobytes(),
                "ticks": [[float(scale.to_unit(value)), number(value)] for value in marks],
            })  # fmt: skip
        kept = [key for key in self.view.pair if key in self._axes]
        pair = kept if len(kept) == 2 else [name for name in usual_pair(selection) if name in self._axes]
        with self.view.hold_sync():
            self.view.columns = columns
            self.view.pair = [*pair, *(key for key in self._axes if key not in pair)][:2]
            share = number(100.0 * sets.attrs["volume"], 2)
            self.view.text = tr(
                "{count} sets (not verified) of the {share} % of the ranges that show it. Click one to open it.",
                count=len(sets), share=share,
            )  # fmt: skip
        own = {name: self._axes[name].scale for name in selection.free if name in self._axes}
        self._marks.spread = {name: bars(scale.to_unit(sets[name].to_numpy())) for name, scale in own.items()}
        self._show_here()

    def _show_here(self) -> None:
        selection = self._current
        if selection is None or not self._axes:
            return
        measured = {
            (key if key not in selection.values else f"{key}_measured"): float(check.value)
            for key, check in self._checks.items()
        }
        values = {**measured, **selection.values}
        self.view.here = {
            key: float(axis.scale.to_unit(values[key]))
            for key, axis in self._axes.items()
            if key in values and np.isfinite(values[key])
        }

    def _open(self, at: int) -> None:
        session = self.explorer.session
        with session.lock:
            assert self.sets is not None
            row = self.sets.iloc[at]
            values = {name: float(row[name]) for name in session.selection.values}
            session.pick(session.selection.filled(values, session.selection.dt))


def same_region(one: Selection, other: Selection) -> bool:
    """Return whether two selections are of the same box of the same problem, wherever in it they lie.

    Examples
    --------
    >>> one = Selection.of("lif", "tonic_spiking")
    >>> same_region(one, one.with_value("tau_mem", 10.0)), same_region(one, Selection.of("lif", "integrator"))
    (True, False)
    """
    return (
        one.is_about(other.model, other.pattern)
        and (one.dt, one.free) == (other.dt, other.free)
        and all(one.bounds[name] == other.bounds[name] for name in one.free)
        and all(one.values[name] == other.values[name] for name in one.fixed)
    )


class Axis(NamedTuple):
    """What differs among the sets: its name in a menu, its label at an axis, and its range and scale."""

    name: str
    label: str
    scale: Parameter


def axes_of(sets: pd.DataFrame, selection: Selection, checks: Mapping[str, Check]) -> dict[str, Axis]:
    """Return an axis for each column of sampled sets in which they differ.

    A value has the range and the scale of its slider; a measured feature is linear.
    """
    axes = {}
    for key in sets.columns.drop("status"):
        finite = sets[key].to_numpy(dtype=np.float64)
        finite = finite[np.isfinite(finite)]
        if not finite.size or np.ptp(finite) <= 1e-9 * max(np.abs(finite).max(), 1.0):  # rounding
            continue
        if key in selection.values:
            p, (low, high) = selection.parameters[key], selection.bounds[key]
            axes[key] = Axis(p.key, p.label, Parameter(p.key, low, low, high, scale=p.scale, zero=p.zero))
        else:
            check = checks.get(key.removesuffix("_measured"))
            name, unit = (tr(check.title), tr(check.unit)) if check else (key, "")
            room = 0.04 * np.ptp(finite)
            low, high = float(finite.min() - room), float(finite.max() + room)
            said = f"{name} ({unit})" if unit not in ("", "1", name) else name
            axes[key] = Axis(name, said, Parameter("feature", low, low, high))
    return axes


def bars(share: np.ndarray) -> list[float]:
    """Return the heights of a histogram over 0 to 1, of which the largest is 1.

    Examples
    --------
    >>> bars(np.array([0.0, 0.01, 0.99]))[:2], bars(np.array([0.5]))[BARS // 2]
    ([1.0, 0.0], 1.0)
    """
    counts, _ = np.histogram(share, bins=BARS, range=(0.0, 1.0))
    return [float(x) for x in counts / max(counts.max(), 1)]
