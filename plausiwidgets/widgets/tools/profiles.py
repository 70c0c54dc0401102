"""The effect of each slider alone: marks on its track, and the loss along it as a small curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import traitlets as t

from plausiwidgets.analysis.known import known_sets
from plausiwidgets.analysis.profiles import Profile, loss_profiles
from plausiwidgets.analysis.rate_curves import rate_curve
from plausiwidgets.patterns.formatting import number
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.teaching.mysteries import KEY as MYSTERY
from plausiwidgets.texts import marked
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority, Superseded
from plausiwidgets.widgets.view.drawing import Floats
from plausiwidgets.widgets.view.panel import Host, Panel, Part
from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget

_HERE = Path(__file__).parent

COARSE, FINE = 21, 61
"""Points of a profile: first, and where those came quickly."""
CURRENTS = 61
"""Points of the rate over the current."""
QUICK, PATIENCE = 0.5, 6.0
"""Seconds of the coarse profiles after which no finer ones are made, and after which they are given up."""


class TrackMarks(ScriptWidget):
    """Draws marks onto the tracks of an explorer's sliders, and says in a line what they mean.

    Attributes
    ----------
    marks : dict of str to dict
        For each parameter, as shares of its track: ``default`` and ``goal`` (one each, or null), and
        ``holds``, pairs from where to where the pattern holds (null while it is not known).
    spread : dict of str to list of float
        Heights, from 0 to 1, of the bars of a histogram over the track: of accepted sets that were sampled.
    """

    _esm = DRAWING + (_HERE / "track_marks.js").read_text("utf-8")
    marks = t.Dict().tag(sync=True)
    spread = t.Dict().tag(sync=True)


class ProfileCurves(ScriptWidget):
    """A small curve of the loss for each slider.

    Attributes
    ----------
    curves : list of dict
        ``name``, ``low``, ``high`` (as text), ``at`` (where on its track the slider is, from 0 to 1), and
        ``share`` and ``loss`` of the points (float32).
    rate : dict
        ``current`` and ``rate`` (float32, from zero), ``unit``, and ``at``, the current of the slider (null without).
    """

    _esm = DRAWING + (_HERE / "profiles.js").read_text("utf-8")
    curves: t.List = t.List().tag(sync=True)
    rate = t.Dict().tag(sync=True)


class ProfilesPanel(Panel):
    """Computes the profiles at rest, marks the sliders with them, and draws them when it is opened.

    Attributes
    ----------
    marks : TrackMarks
        Of the sliders.
    """

    title = marked("Curves")
    tip = marked(
        "The rate over the current, and the distance along each slider alone: where it is 0, the pattern holds"
    )

    place = "tools"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = ProfileCurves()
        self.marks = TrackMarks()
        self._current: Selection | None = None
        self._goal: Mapping[str, float] = {}
        self._opened = False

    @property
    def parts(self) -> Iterable[Part]:
        """The curves, and the key of the marks below the sliders."""
        return (*super().parts, Part("side", self.marks, 20))

    def on_shown(self, shown: bool) -> None:
        """Compute the rate over the current too while it is open."""
        self._opened = shown
        if shown and self._current is not None:
            self.on_rest(self._current)

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Remove the marks that no longer hold; default and goal stay."""
        before, self._current = self._current, selection
        stays = before is not None and before.is_about(selection.model, selection.pattern)
        former, is_turn = self._goal, selection.origin is not None and selection.origin.solved is not None
        if is_turn or not stays:
            self._goal = goal_values(selection)
        if before is None or not stays or former != self._goal:
            self.explorer.worker.cancel("profiles")
            self.marks.marks = marks(selection, {}, self._goal)
            if not stays:
                self.view.curves, self.view.rate = [], {}
        elif before.bounds != selection.bounds:
            self.marks.marks = marks(selection, {}, self._goal)
            self.on_rest(selection)
        elif before.values != selection.values or before.dt != selection.dt:
            self.explorer.worker.cancel("profiles")
            shown = self.marks.marks
            if any(mark["holds"] is not None for mark in shown.values()):
                self.marks.marks = {name: {**mark, "holds": None} for name, mark in shown.items()}

    def on_rest(self, selection: Selection) -> None:
        """Compute the profiles; not those of a mystery, whose answer they would show."""
        if selection.pattern.key == MYSTERY:
            return
        self.explorer.worker.ask("profiles", Priority.IDLE, lambda checkpoint: self._compute(selection, checkpoint))

    def _compute(self, selection: Selection, checkpoint: Checkpoint) -> None:
        began = monotonic()

        def in_time() -> None:
            checkpoint()
            if monotonic() - began > PATIENCE:
                raise Superseded

        try:
            if self._opened:
                found_rate = rate(selection)
                checkpoint()
                self.view.rate = found_rate
            for points in (COARSE, FINE):
                found = loss_profiles(
                    selection.model, selection.pattern, selection.values, bounds=selection.bounds, points=points,
                    dt=selection.dt, progress=lambda _: in_time(),
                )  # fmt: skip
                checkpoint()
                self._show(selection, found)
                if monotonic() - began > QUICK:
                    break
        except Superseded:
            raise
        except Exception:  # what cannot be judged has no profile, and the verdict says why
            checkpoint()
            self._show(selection, {})

    def _show(self, selection: Selection, profiles: Mapping[str, Profile]) -> None:
        self.marks.marks = marks(selection, profiles, self._goal)
        self.view.curves = curves(selection, profiles)


def marks(
    selection: Selection, profiles: Mapping[str, Profile], goal: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Return the marks of every slider, as shares of its track."""
    out = {}
    for name, parameter in selection.parameters.items():
        low, high = selection.bounds[name]
        values = {"default": parameter.default, "goal": goal.get(name)}
        mark: dict[str, Any] = {
            key: None if value is None or not low <= value <= high else _share(selection, name, value)
            for key, value in values.items()
        }
        mark["holds"] = None
        if name in profiles:
            mark["holds"] = [
                [float(a), float(b)] for a, b in holds(shares(selection, profiles[name]), profiles[name].loss)
            ]
        out[name] = mark
    return out


def holds(share: Floats, loss: Floats) -> list[tuple[float, float]]:
    """Return from where to where the loss is 0, halfway to the neighbours for which it is not."""
    edges = np.concatenate([share[:1], 0.5 * (share[1:] + share[:-1]), share[-1:]])
    zero = np.concatenate([[False], loss == 0.0, [False]])
    first, last = np.flatnonzero(~zero[:-1] & zero[1:]), np.flatnonzero(zero[:-1] & ~zero[1:])
    return list(zip(edges[first], edges[last], strict=True))


def goal_values(selection: Selection) -> Mapping[str, float]:
    """Return what a turn was moved from, else the first values that are known to show the pattern; or nothing."""
    origin = selection.origin
    if origin is not None and origin.solved is not None and origin.attempt:
        return origin.solved.values
    known = known_sets(selection.model, selection.pattern)
    if not known:
        return {}
    values = known[0][0]
    return values or {name: parameter.default for name, parameter in selection.parameters.items()}


def curves(selection: Selection, profiles: Mapping[str, Profile]) -> list[dict[str, Any]]:
    """Return the curves of the profiles, in the order of the sliders; those that are free first."""
    order = sorted(profiles, key=lambda name: name not in selection.free)
    return [
        {
            "name": name,
            "low": number(selection.bounds[name][0], 3),
            "high": number(selection.bounds[name][1], 3),
            "at": _share(selection, name, selection.values[name]),
            "share": shares(selection, profiles[name]).astype(np.float32).tobytes(),
            "loss": profiles[name].loss.astype(np.float32).tobytes(),
        }
        for name in order
    ]


def shares(selection: Selection, profile: Profile) -> Floats:
    """Return where the points of a profile are on its slider's track."""
    low, high = selection.bounds[profile.key]
    return np.asarray(selection.parameters[profile.key].to_unit(profile.values, low, high))


def rate(selection: Selection) -> dict[str, Any]:
    """Return the rate over the current at the holding level, from zero to the end of the amplitude's slider."""
    model, values = selection.model, selection.values
    most = selection.bounds["amplitude"][1] if "amplitude" in values else max(model.current.high, 1e-9)
    currents = np.linspace(0.0, most, CURRENTS)
    own = {name: values[name] for name in model.parameters}
    rates = rate_curve(model, currents, own, holding=values.get("holding", 0.0), dt=selection.dt)
    return {
        "current": currents.astype(np.float32).tobytes(), "rate": rates.astype(np.float32).tobytes(),
        "unit": "" if model.current.unit == "1" else model.current.unit, "at": values.get("amplitude"),
    }  # fmt: skip


def _share(selection: Selection, name: str, value: float) -> float:
    low, high = selection.bounds[name]
    return float(selection.parameters[name].to_unit(value, low, high))
