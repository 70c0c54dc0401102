"""The plane of two parameters beside the sliders; its JavaScript lives beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import traitlets as t

from plausiwidgets.analysis.known import known_sets
from plausiwidgets.analysis.planes import ALL, ParameterPlane, parameter_plane
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import Protocol, names
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.formatting import number
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.map.cells import pattern_title
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.slider import STEPS, dragged
from plausiwidgets.widgets.session.worker import Priority, Superseded
from plausiwidgets.widgets.view.axis import ticks
from plausiwidgets.widgets.view.drawing import Floats
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.plane_figure import COLOURS, DASHES, letter_place, outlines
from plausiwidgets.widgets.view.script_widget import AXES, ScriptWidget

_HERE = Path(__file__).parent

STAGES = (10, 20, 40)
"""Points of a side: first, and then as long as it is quick."""
WARM = 2
"""Points of a side of a plane that is not shown: after it, the time of another one is not that of a compilation."""
PATIENCE = {"this": 15.0, ALL: 40.0}
"""Expected seconds of a stage above which the former one is left as it is: of the shown pattern, and of all."""
BITS = 31
"""Criteria or patterns of which each cell is told whether they hold."""

THIS = "this"


class PlaneView(ScriptWidget):
    """A picture of a plane, with the neuron as a point that can be dragged.

    Attributes
    ----------
    scene : dict
        What is drawn; arrays as bytes. ``message`` alone where there is nothing.
    dots : list of dict
        Known neurons: ``x``, ``y`` (shares of the axes), ``kind`` and ``text``.
    point : list of float
        Where the neuron is, as shares of the axes.
    pair : list of str
        Names along x and y.
    options : list of str
        Names that may be chosen.
    shown : {"this", "all"}
        The shown pattern, or all.
    """

    _esm = AXES + (_HERE / "plane.js").read_text("utf-8")
    scene = t.Dict().tag(sync=True)
    dots: t.List = t.List().tag(sync=True)
    point: t.List = t.List([0.5, 0.5]).tag(sync=True)
    pair: t.List = t.List().tag(sync=True)
    options: t.List = t.List().tag(sync=True)
    shown = t.Unicode(THIS).tag(sync=True)


class PlanePanel(Panel):
    """Where in the plane of two sliders the pattern holds, or which of all patterns; live, and coarse first.

    A plane is judged by the thread that the operating system runs last, so that it does not delay a drag or a search.
    The coarse plane of a drag is finished before the next one begins; what is finer ends as soon as something changes.
    Without a kernel, and for all patterns, it is made at rest.
    """

    title = marked("Plane")
    tip = marked("Where in the plane of two sliders the pattern holds, and how far it is elsewhere; drag the point")

    place = "tools"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = PlaneView()
        self.view.on_msg(self._on_message)
        self.view.observe(lambda _: self._on_chosen(), ["pair", "shown"])
        self._opened = False
        self._current: Selection | None = None
        self._slow = False
        self._pairs: dict[NeuronModel, list[str]] = {}
        self._found: dict[tuple[str, str], Mapping[str, float]] = {}  # by model and pattern, the last find of each
        self._best: Selection | None = None
        self._pinned: Selection | None = None

    # -- the session -----------------------------------------------------------------------------

    def on_shown(self, shown: bool) -> None:
        """Begin to judge, or stop."""
        self._opened = shown
        if shown:
            self._show_dots()
            self._ask()
        else:
            self.explorer.worker.cancel("plane")

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Move the point, and judge anew where more has changed."""
        before, self._current = self._current, selection
        anew = before is None or not before.is_about(selection.model, selection.pattern)
        if anew:
            self._best, self._slow = None, False  # of the model before; a verdict will tell
        if anew or jumped:
            self._choose(selection)
        x, y = self.view.pair
        if anew or before is None or before.dt != selection.dt or before.bounds != selection.bounds:
            self._show_dots()
            self._ask()
        elif any(before.values[name] != value for name, value in selection.values.items() if name not in (x, y)):
            if self._slow or self.view.shown == ALL:
                self.explorer.worker.cancel("plane")  # it waits for a rest
            else:
                self._ask()
        self.view.point = self._place(selection.values)

    def on_rest(self, selection: Selection) -> None:
        """Judge what is too slow for a drag."""
        if self._slow or self.view.shown == ALL:
            self._ask()

    def on_response(self, response: Response) -> None:
        """Show the best of a search and what is pinned, and note whether there is a kernel."""
        if response.role == "yours" and response.verdict is not None:
            self._slow = response.verdict.engine in ("torch", "numpy")
        elif response.role == "best":
            self._best = response.selection if response.verdict is not None else None
            self._show_dots()
        elif response.role == "pinned":
            self._pinned = response.pinned
            self._show_dots()

    def on_result(self, result: Result) -> None:
        """Keep the stimulus of what a search has found."""
        if result.replicated:
            self._found[result.model, result.pattern] = dict(result.parameters)
            self._show_dots()

    # -- what was chosen -------------------------------------------------------------------------

    def _choose(self, selection: Selection) -> None:
        """Offer the values of a neuron, and choose two of them."""
        options = [name for name in selection.values if name not in selection.locked]
        if len(options) < 2:  # an exercise with one slider: the other axis is seen, and stays where it is
            options = list(selection.values)
        kept = self._pairs.get(selection.model, [])
        pair = kept if all(name in options for name in kept) and kept else usual_pair(selection)
        with self.view.hold_sync():
            self.view.options = options
            self.view.pair = pair

    def _on_chosen(self) -> None:
        with self.explorer.session.lock:
            selection = self._current
            if selection is None or len(self.view.pair) != 2:
                return
            x, y = self.view.pair
            if x == y or x not in selection.values or y not in selection.values:
                self.view.pair = usual_pair(selection)
                return
            self._pairs[selection.model] = [x, y]
            self.view.point = self._place(selection.values)
            self._show_dots()
            self._ask()

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        if not isinstance(content, dict):
            return
        session = self.explorer.session
        if isinstance(held := content.get("hold"), bool):
            session.hold(held)
        place = content.get("go")
        if isinstance(place, list) and len(place) == 2 and all(isinstance(share, (int, float)) for share in place):
            self.explorer.messages.attempt("plane", lambda: self._go(float(place[0]), float(place[1])))

    def _go(self, *place: float) -> None:
        """Move both sliders to a place, given in shares of their tracks."""
        session = self.explorer.session
        with session.lock:
            selection = session.selection
            for name, share in zip(self.view.pair, place, strict=True):
                value = dragged(selection.parameters[name], round(share * STEPS), *selection.bounds[name])
                if value != selection.values[name] and name not in selection.locked:
                    selection = selection.with_value(name, value)
            session.change(selection, "plane")
            self.view.point = self._place(session.selection.values)

    # -- what is drawn ---------------------------------------------------------------------------

    def _ask(self) -> None:
        if self._opened:
            self.explorer.worker.ask("plane", Priority.IDLE, self._compute)

    def _compute(self, checkpoint: Checkpoint) -> None:
        selection, pair, shown = self._current, list(self.view.pair), self.view.shown
        if selection is None or not self._opened:
            return
        if not isinstance(selection.pattern, Judged):
            self.view.scene = {"message": tr("A stimulus is shown, not judged: pick a firing pattern.")}
            return
        for points in (WARM, *STAGES):
            began = monotonic()
            try:
                # The first plane of a drag is finished: one after the other is seen, however long the drag.
                finished = points <= STAGES[0] and not self._slow
                plane = self._judged(selection, pair, shown, points, None if finished else checkpoint)
            except Superseded:
                raise
            except Exception as error:  # what a custom neuron or pattern raises
                checkpoint()
                self.view.scene = {"message": str(error)}
                return
            now = self._current
            if now is None or not now.is_about(selection.model, selection.pattern) or list(self.view.pair) != pair:
                return
            if self.view.shown != shown:
                return
            if points == WARM:
                continue
            took = monotonic() - began
            finer = points < STAGES[-1] and not self._slow and 4.0 * took < PATIENCE[shown]
            self.view.scene = scene_of(plane, selection, finer)
            checkpoint()
            if not finer:
                return

    def _judged(
        self, selection: Selection, pair: list[str], shown: str, points: int, checkpoint: Checkpoint | None
    ) -> ParameterPlane:
        x, y = pair
        settings: dict[str, Any] = {
            "points": points, "bounds": {name: selection.bounds[name] for name in pair}, "dt": selection.dt,
            "progress": None if checkpoint is None else lambda _: checkpoint(),
        }  # fmt: skip
        model = selection.model
        if shown != ALL:
            return parameter_plane(model, selection.pattern, x, y, selection.values, **settings)
        own = {name: selection.values[name] for name in model.parameters}
        patterns: list[str | Protocol] = []
        for key in names():
            pattern = get_pattern(key)
            last = self._found.get((model.key, key), {})
            found = selection.values if pattern is selection.pattern else last
            own |= {f"{pattern.prefix}{name}": found[name] for name in pattern.free if name in found}
            patterns.append(pattern)
        return parameter_plane(model, patterns, x, y, own, **settings)

    def _place(self, values: Mapping[str, float]) -> list[float]:
        """Return where a set lies, as shares of the axes; beyond 0 to 1 where it is out of their ranges."""
        selection = self._current
        assert selection is not None
        return [
            float(selection.parameters[name].to_unit(values[name], *selection.bounds[name])) for name in self.view.pair
        ]

    def _show_dots(self) -> None:
        selection = self._current
        if selection is None or not self._opened:
            return
        sets: list[tuple[str, str, Mapping[str, float]]] = []
        if isinstance(selection.pattern, Judged):
            for values, _, preset in known_sets(selection.model, selection.pattern):
                kind = "published" if preset is not None else "known"
                title = tr(preset.title) if preset is not None else tr("found by a search, not published")
                sets.append((kind, title, {**defaults(selection), **values}))
        if found := self._found.get((selection.model.key, selection.pattern.key)):
            sets.append(("found", tr("found by your search"), found))
        if self._best is not None and self._best.is_about(selection.model, selection.pattern):
            sets.append(("best", tr("best of the search"), self._best.values))
        if self._pinned is not None and self._pinned.model is selection.model:
            sets.append(("pinned", tr("compared"), self._pinned.values))
        dots = []
        for kind, text, known in sets:
            if all(name in known for name in self.view.pair):
                x, y = self._place(known)
                if 0.0 <= x <= 1.0 and 0.0 <= y <= 1.0:
                    dots.append({"kind": kind, "text": text, "x": x, "y": y})
        self.view.dots = dots


def usual_pair(selection: Selection) -> list[str]:
    """Return the two values that a plane begins with: the last free parameters of the model, which shape its firing.

    Examples
    --------
    >>> usual_pair(Selection.of("izhikevich", "tonic_bursting"))
    ['c', 'd']
    """
    own = [name for name in selection.model.parameters if name in selection.free]
    others = [name for name in selection.values if name not in own and name not in selection.locked]
    return [*own[-2:], *others, *selection.locked][:2]


def defaults(selection: Selection) -> dict[str, float]:
    """Return the defaults of everything that is selected."""
    return {name: p.default for name, p in selection.parameters.items()}


def scene_of(plane: ParameterPlane, selection: Selection, finer: bool = False) -> dict[str, Any]:
    """Return what is drawn of a plane; `finer` says that a finer one follows.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> selection = Selection.of("lif", "tonic_spiking")
    >>> plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", points=4)
    >>> scene = scene_of(plane, selection)
    >>> len(scene["loss"]), scene["labels"][1], scene["ticks"][1][0]
    (64, 'tau_mem (ms)', [0.0, '2'])
    """
    share = np.linspace(0.0, 1.0, len(plane.x))
    ranges = [(float(side[0]), float(side[-1])) for side in (plane.x, plane.y)]
    scene: dict[str, Any] = {
        "names": list(plane.pair),
        "labels": [p.label for p in plane.axes],
        "ticks": [
            [[float(p.to_unit(value, *ends)), number(value)] for value in ticks(p, *ends, most)]
            for p, ends, most in zip(plane.axes, ranges, (6, 5), strict=True)
        ],
        "values": [[number(value) for value in side] for side in (plane.x, plane.y)],
        "points": len(plane.x),
        "several": plane.several,
        "finer": finer,
        "coarse": len(plane.x) < STAGES[-1] and not finer,
    }
    if plane.several:
        keys = plane.patterns[:BITS]
        shown = plane.accepted
        scene["words"] = [pattern_title(key, get_pattern(key)) for key in keys]
        scene["bits"] = _bits(shown[: len(keys)])
        regions = []
        for k, (key, mask) in enumerate(
            (key, mask) for key, mask in zip(plane.patterns, shown, strict=True) if mask.any()
        ):
            row, column = letter_place(mask)
            pattern = get_pattern(key)
            regions.append({
                "letter": pattern.letter or key[:3], "colour": COLOURS[k % len(COLOURS)],
                "dash": DASHES[(k // len(COLOURS)) % len(DASHES)].replace("solid", "").replace("px", ""),
                "line": _line(mask, share), "at": [float(share[column]), float(share[row])],
            })  # fmt: skip
        scene["regions"] = regions
        return scene
    (verdict,) = plane.verdicts.values()
    passed = np.stack([np.asarray(check.passed, dtype=bool) for check in verdict.checks[:BITS]])
    lasting = np.asarray(verdict.loss)[~np.asarray(verdict.diverged)]
    return scene | {
        "words": [tr(check.title) for check in verdict.checks[:BITS]],
        "bits": _bits(~passed),
        "loss": plane.loss.astype(np.float32).tobytes(),
        "worst": float(lasting.max()) if lasting.size and lasting.max() > 0.0 else 1.0,
        "holds": _line(plane.accepted, share),
        "share": float(plane.accepted.mean()),
    }


def _bits(flags: np.ndarray) -> bytes:
    """Return flags [k, …] of each cell as bits of a number."""
    weights = (1 << np.arange(len(flags), dtype=np.uint32)).astype(np.uint32)
    cells = flags.reshape(len(flags), -1).astype(np.uint32)
    return np.sum(cells * weights[:, None], axis=0, dtype=np.uint32).tobytes()


def _line(mask: np.ndarray, share: Floats) -> bytes:
    return np.stack(outlines(mask, share, share), axis=1).astype(np.float32).tobytes()
