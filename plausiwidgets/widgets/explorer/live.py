"""A drag without a round trip: the page simulates the sweep that it shows, while the kernel judges it.

The page's side is ``live.js``. The kernel sends the neuron as a module, the sweeps as formulas, and the values of its
own picture. A neuron or a pattern without such a form is drawn by the kernel alone, which is slower.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.simulation.javascript.module import runtime, to_javascript
from plausiwidgets.simulation.lanes import NotCompilable
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.parameters import ParameterPanel
from plausiwidgets.widgets.page.contents import BENCH, holding_name, live_sweeps
from plausiwidgets.widgets.page.export import page_file
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.figure import RASTER_HEIGHTS, TICK
from plausiwidgets.widgets.view.panel import Host, Panel

PACE = 0.25
"""Least time in s between two pictures that the kernel sends of a drag, where the page draws it as well."""


class LivePage(anywidget.AnyWidget):
    """Sends a page the data for simulating by itself; an invisible widget.

    Attributes
    ----------
    module : str
        The neuron as an ES module; empty while there is none.
    about : dict
        What stays while a model and a pattern are shown: sweeps, sliders, the figure and its traces. It comes with
        the module, and is another one after each jump to another model or pattern.
    shown : dict
        Which values the kernel's picture is of: values, bounds, time step, sweep, and the number of jumps so far.
    draws : bool
        Whether a page has taken the neuron, and draws a drag by itself.
    """

    _esm = "\n".join([
        runtime(), page_file("bench.js"), page_file("scales.js"),
        (Path(__file__).parent / "live.js").read_text("utf-8"),
    ])  # fmt: skip
    module = t.Unicode().tag(sync=True)
    about = t.Dict().tag(sync=True)
    shown = t.Dict().tag(sync=True)
    draws = t.Bool(False).tag(sync=True)


class Live(Panel):
    """Sends a page its data: of the package's neurons with the selection, of others once they have been judged.

    Attributes
    ----------
    view : LivePage
    """

    place = "page"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = LivePage()
        self._page = page = explorer.page
        self._parameters = explorer.panel(ParameterPanel)
        self._figure = figure = explorer.panel(FigurePanel)
        self._about: Selection | None = None
        self._bounds: Mapping[str, tuple[float, float]] | None = None
        self._jumps = 0
        self._requested: NeuronModel | None = None
        page.observe(lambda _: self._on_page(), "pages")
        self.view.observe(lambda change: setattr(figure, "pace", PACE if change["new"] else 0.0), "draws")

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Forget the neuron that was shown before, and tell of a jump or of another range."""
        if jumped:
            self._jumps += 1
        if self._about is None or not self._about.is_about(selection.model, selection.pattern):
            self._about = selection
            self._requested = None
            with self.view.hold_sync():
                self.view.module, self.view.about, self.view.draws = "", {}, False
                if selection.model.programs is not None:  # nothing to export: its first drag needs no kernel
                    self._requested = selection.model
                    self._send(selection)
        if jumped or selection.bounds != self._bounds:
            self._show(selection)

    def on_response(self, response: Response) -> None:
        """Tell which values the picture is of."""
        if response.role == "yours" and response.verdict is not None:
            self._show(response.selection)

    def on_sweep(self, name: str) -> None:
        """Tell that another sweep is drawn large."""
        if self.view.shown:
            self.view.shown = self.view.shown | {"sweep": self._figure.large}

    def on_rest(self, selection: Selection) -> None:
        """Make the module of a neuron that was judged."""
        if (
            not self._page.pages
            or self._requested is selection.model
            or self.explorer.session.response("yours") is None
        ):
            return
        self._requested = selection.model
        self.explorer.worker.ask("page", Priority.LATER, lambda _: self._emit(selection))

    def _on_page(self) -> None:
        with self.explorer.session.lock:
            if not self.explorer.session.closed:
                self.on_rest(self.explorer.session.selection)

    def _emit(self, selection: Selection) -> None:
        # At its full priority: a kernel that is exported next would wait for it.
        if not self._shows(selection) or all_live_sweeps(selection.pattern) is None:
            return
        try:
            to_javascript(selection.model)  # takes its time here, and is kept
        except Exception:  # without a module the kernel draws alone; errors of the model are reported elsewhere
            return
        with self.explorer.session.lock:
            if self._shows(selection):
                self._send(selection)

    def _send(self, selection: Selection) -> None:
        """Send the neuron; without one, or without formulas of its sweeps, the kernel draws alone."""
        sweeps = all_live_sweeps(selection.pattern)
        if sweeps is None:
            return
        with suppress(NotCompilable), self.view.hold_sync():
            self.view.module = to_javascript(selection.model)
            self.view.about = self._described(selection, sweeps)

    def _shows(self, selection: Selection) -> bool:
        shown = self.explorer.session.selection
        return not self.explorer.session.closed and selection.is_about(shown.model, shown.pattern)

    def _described(self, selection: Selection, sweeps: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "jumps": self._jumps, "bench": BENCH, "sweeps": sweeps, "parameters": list(selection.model.parameters),
            "sliders": {
                name: {"id": slider.model_id, "scale": p.scale, "zero": p.zero}
                for name, slider in self._parameters.sliders.items()
                for p in (selection.parameters[name],)
            },
            "figure": self._figure.figure.model_id,
            "raster": [RASTER_HEIGHTS["yours"] - TICK, RASTER_HEIGHTS["yours"] + TICK],
            "peak": None if selection.model.spike_level is not None else selection.model.peak,
            "fine": selection.pattern.fine,  # the axis of its event holds what is below the threshold
        }  # fmt: skip

    def _show(self, selection: Selection) -> None:
        self._bounds = selection.bounds
        self.view.shown = {
            "values": dict(selection.values), "bounds": {n: list(b) for n, b in selection.bounds.items()},
            "dt": selection.dt, "sweep": self._figure.large, "jumps": self._jumps,
        }  # fmt: skip


def all_live_sweeps(pattern: Protocol) -> list[dict[str, Any]] | None:
    """Return all sweeps of a pattern as formulas, with the name of their holding level; None where one is none."""
    parts = {prefix: live_sweeps(prefix, part) for prefix, part in pattern.components.items()}
    if not all(parts.values()):
        return None
    return [
        {"holding": holding_name(prefix, pattern.components[prefix])} | sweep
        for prefix, sweeps in parts.items()
        for sweep in sweeps
    ]
