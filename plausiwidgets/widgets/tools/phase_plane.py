"""The phase plane beside the sliders; its JavaScript lives beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import traitlets as t

from plausiwidgets.analysis.phase_lines import PhaseLine, line_of, range_of
from plausiwidgets.analysis.phase_planes import (
    STEADY,
    FixedPoint,
    Flow,
    PhasePlane,
    Range,
    phase_plane,
    ranges_of,
)
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Verdict
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.answers.phase import ABOVE, GRID, GRIDS, LINE, _heights, current_levels, path, rate_of
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.drawing import Floats
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.phase_figure import arrows, current_text, eigenvalues_text, line_arrows, state_text
from plausiwidgets.widgets.view.script_widget import AXES, ScriptWidget

_HERE = Path(__file__).parent

TOO_WIDE = 1.6
"""A picture so many times too wide is narrowed at rest."""

NOW = "now"


class PhasePlaneView(ScriptWidget):
    """The picture, a button that lets the point run, and menus for the variables.

    Attributes
    ----------
    scene : dict
        All that is drawn; arrays as bytes of float32.
    pair, others : str
        What was chosen: two variables with a space between them (empty: the first two), and whether the
        others are ``"steady"`` or as ``"now"``.
    now : float
        Time in ms at which the moving point was left.
    """

    _esm = AXES + (_HERE / "phase_plane.js").read_text("utf-8")
    scene = t.Dict().tag(sync=True)
    pair = t.Unicode("").tag(sync=True)
    others = t.Unicode(STEADY).tag(sync=True)
    now = t.Float(0.0).tag(sync=True)


class PhasePlanePanel(Panel):
    """Nullclines, fixed points and the trajectory of the sweep that is shown, live under the sliders.

    Of a neuron of one variable it is the phase line: the rate of change over that variable.
    """

    title = marked("Phase plane")
    tip = marked("Nullclines, fixed points and the trajectory of the shown sweep; of one variable, its rate of change")

    place = "tools"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = PhasePlaneView()
        self._shown = False
        self._fit = False
        self._model: NeuronModel | None = None
        self._sweep = ""
        self._fitted: tuple[tuple[str, str], tuple[Range, Range]] | None = None
        self._tight: tuple[Range, Range] | None = None
        self.view.observe(lambda _: self._ask(fit=True), ["pair", "others"])
        self.view.observe(lambda _: self._ask(fit=False) if self.view.others == NOW else None, "now")

    @property
    def needs_states(self) -> bool:  # type: ignore[override]
        """Only while it is open."""
        return self._shown

    def on_shown(self, shown: bool) -> None:
        """Begin to draw, or stop."""
        self._shown = shown
        self._ask(fit=True)

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Forget what was chosen for another neuron."""
        if selection.model is not self._model:
            self._model = selection.model
            with self.view.hold_sync():
                self.view.pair, self.view.others = "", STEADY
        if jumped:
            self._sweep = selection.pattern.main_sweep

    def on_response(self, response: Response) -> None:
        """Draw what the sliders say."""
        if response.role == "yours":
            self._ask(fit=response.jumped)

    def on_rest(self, selection: Selection) -> None:
        """Narrow what has become much too wide; no drag goes on."""
        if self._tight is not None and self._fitted is not None:
            pairs = zip(self._fitted[1], self._tight, strict=True)
            if any(b - a > TOO_WIDE * (d - c) for (a, b), (c, d) in pairs):
                self._ask(fit=True)

    def on_sweep(self, name: str) -> None:
        """Follow the sweep that the figure shows large."""
        self._sweep = name
        self._ask(fit=True)

    def _ask(self, fit: bool) -> None:
        if self._shown:
            self._fit = self._fit or fit
            self.explorer.worker.ask("phase plane", Priority.TOOL, lambda _: self._draw())

    def _draw(self) -> None:
        shown = self.explorer.session.response("yours")
        if shown is None:
            return
        if shown.verdict is None:  # it could not be simulated: what is there is of other values, or of another neuron
            self.view.scene = {}
            return
        fit, self._fit = self._fit, False
        try:
            scene = self._scene(shown.selection, shown.verdict, fit)
        except Exception as error:
            scene = {"message": str(error)}
        if scene:
            self.view.scene = scene

    # -- what is drawn ---------------------------------------------------------------------------

    def _scene(self, selection: Selection, verdict: Verdict, fit: bool) -> dict[str, Any]:
        model, traces = selection.model, verdict.traces
        sweep = traces.get(self._sweep) or next(iter(traces.values()), None)
        if sweep is None or len(sweep.states) < len(model.states):
            return {}  # judged before the panel was opened: the next response has all of them
        values = {name: selection.values[name] for name in model.parameters}
        flow = Flow(model, values, float(sweep.current[0, 0]))
        flowing = [flow.names[i] for i in flow.flowing]
        if len(flowing) == 1:
            return self._line(model, flow, values, sweep, fit)
        chosen = tuple(self.view.pair.split()) or tuple(flowing[:2])
        pair = chosen[0], chosen[1]
        ranges = self._ranges(flow, pair, sweep, fit)
        others: str | Mapping[str, float] = STEADY
        if len(flowing) > 2 and self.view.others == NOW:
            k = int(np.searchsorted(sweep.t, self.view.now).clip(0, len(sweep.t) - 1))
            others = {name: float(sweep.states[name][0, k]) for name in flowing if name not in pair}
        levels, at = current_levels(sweep)
        grid = GRIDS.get(len(flowing), GRID)
        bounds = dict(zip(pair, ranges, strict=True))
        planes = [
            phase_plane(model, values, level, pair=pair, bounds=bounds, others=others, points=grid) for level in levels
        ]
        after = at[sweep.t >= 0.0]
        x, y = (sweep.states[name][0] for name in pair)
        return {
            "names": list(pair),
            "labels": [state.label for name in pair for state in model.states if state.key == name],
            "ranges": [list(r) for r in ranges],
            "levels": [_level(plane, model) for plane in planes],
            "usual": int(np.bincount(after, minlength=len(levels)).argmax()) if after.size else 0,
            "path": path(sweep, x, y, ranges, at, broken=model.spike_level is None),
            "variables": flowing if len(flowing) > 2 else [],
            "sentence": planes[0].sentence,
            "fit": fit,
        }

    def _line(
        self, model: NeuronModel, flow: Flow, values: Mapping[str, float], sweep: Traces, fit: bool
    ) -> dict[str, Any]:
        """Return what is drawn of a neuron of one variable: its rate of change for each current of the sweep."""
        (name,) = (flow.names[i] for i in flow.flowing)
        state = next(one for one in model.states if one.key == name)
        levels, at = current_levels(sweep)
        visited = sweep.states[name][0]
        x_range = range_of(flow, visited[visited < flow.threshold + ABOVE * flow.span] if flow.resets else visited)
        lines = [line_of(Flow(model, values, level), model.key, level, x_range, LINE) for level in levels]
        ranges = self._widened((name, ""), (x_range, _heights(lines, flow)), fit)
        lines = [line_of(Flow(model, values, level), model.key, level, ranges[0], LINE) for level in levels]
        after = at[sweep.t >= 0.0]
        return {
            "names": [name],
            "labels": [state.label, f"d{name}/dt ({'1' if state.unit == '1' else state.unit}/ms)"],
            "ranges": [list(r) for r in ranges],
            "levels": [_line_level(line, model, ranges) for line in lines],
            "usual": int(np.bincount(after, minlength=len(levels)).argmax()) if after.size else 0,
            "path": path(sweep, visited, rate_of(sweep, name, flow.resets), ranges, at, broken=flow.resets),
            "variables": [],
            "sentence": tr("Where the curve is above 0 the potential rises, where it is below it falls."),
            "fit": fit,
        }

    def _ranges(self, flow: Flow, pair: tuple[str, str], sweep: Traces, fit: bool) -> tuple[Range, Range]:
        """Return what is shown: in a drag it only widens, so that the picture holds still."""
        visited = np.stack([sweep.states[name][0] for name in pair])
        if flow.resets and pair[0] == flow.names[0]:
            visited = visited[:, visited[0] < flow.threshold + ABOVE * flow.span]
        return self._widened(pair, ranges_of(flow, [flow.names.index(name) for name in pair], visited), fit)

    def _widened(self, pair: tuple[str, str], found: tuple[Range, Range], fit: bool) -> tuple[Range, Range]:
        self._tight = found
        if not fit and self._fitted is not None and self._fitted[0] == pair:
            wide = [(min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(found, self._fitted[1], strict=True)]
            found = wide[0], wide[1]
        self._fitted = pair, found
        return found


def _level(plane: PhasePlane, model: NeuronModel) -> dict[str, Any]:
    return {
        "text": current_text(plane.current, model),
        "nullclines": [[_bytes(line) for line in lines] for lines in plane.nullclines],
        "arrows": _bytes(arrows(plane)),
        "points": [_point(point, plane.pair, point.state[plane.pair[1]]) for point in plane.fixed_points],
    }


def _line_level(line: PhaseLine, model: NeuronModel, ranges: tuple[Range, Range]) -> dict[str, Any]:
    known = np.isfinite(line.rate)
    pieces = np.split(np.stack([line.x, line.rate], axis=1), np.flatnonzero(known[1:] != known[:-1]) + 1)
    return {
        "text": current_text(line.current, model),
        "nullclines": [[_bytes(piece) for piece in pieces if np.isfinite(piece).all()]],
        "arrows": _bytes(line_arrows(line)),
        "points": [_point(point, (line.variable,), 0.0) for point in line.fixed_points],
    }


def _point(point: FixedPoint, names: tuple[str, ...], y: float) -> dict[str, Any]:
    return {
        "x": point.state[names[0]],
        "y": y,
        "kind": point.kind,
        "text": state_text(point, names),
        "eigenvalues": eigenvalues_text(point),
    }


def _bytes(values: Floats) -> bytes:
    return np.ascontiguousarray(values, dtype=np.float32).tobytes()
