"""A pattern as data, for a page without Python: its sweeps, and the operations from responses to features.

:func:`sweep_formulas` and :func:`tape_of` call the pattern's own ``sweeps``, ``measure`` or ``procedure`` with values
that record what is done with them (:mod:`plausiwidgets.engine.formula`); ``widgets/app/engine/judge.js`` computes
the features from the tape. The sweeps that a procedure chooses for a neuron, such as those just above its rheobase,
have no formulas; :func:`applied_sweeps` returns them for one set of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from plausiwidgets.engine.formula import NUMBER, OPERATIONS, ROW, Formula, Tree, operand
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.response import Graded, Measurement, Response, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep

OF_BENCH = (
    "span",
    "threshold",
    "v_baseline",
    "baseline_range",
    "baseline_peak",
    "spontaneous_spikes",
    "lowest",
    "highest",
    "rise",
)
"""Attributes of a runner that a tape names, with ``@`` before them; ``@dt`` is its time step."""

_OF_RESPONSES = (("times", ROW), ("peak", NUMBER), ("top", NUMBER))

_SEARCHED = "searched"
"""In a tree, before what is asked of the spike times (``@times``) of each step that a search tries."""

Tape = dict[str, Any]


# -- sweeps ------------------------------------------------------------------------------------------


def sweep_formulas(pattern: Protocol, prefix: str = "") -> dict[str, dict[str, Any]] | None:
    """Return the sweeps of a pattern without parts as formulas, or None where they are none.

    Parameters
    ----------
    prefix : str
        Before the names of its stimulus values.

    Returns
    -------
    dict of str to dict
        For each sweep ``pieces``, each a list of the trees of on, off, start and end; ``end``; and ``duration``, the
        time in ms to simulate, as `Protocol.durations` has it.

    Examples
    --------
    >>> from plausiwidgets import patterns
    >>> sweep_formulas(patterns.get("rebound_spike"))["release"]["end"]
    ['+', 'width', 500.0]
    """
    if pattern.sweeps is None:
        return {}
    s = SimpleNamespace(**{name: Formula(prefix + name) for name in pattern.stimulus_names})
    try:
        durations = pattern.durations(s)
        sweeps = {name: sweep_numbers(sweep, durations[name]) for name, sweep in pattern.sweeps(s).items()}
    except Exception:  # a custom function may do anything with its values
        return None
    return None if "'@" in repr(sweeps) else sweeps  # a number that is not finite is none of a current


def sweep_numbers(sweep: Sweep, duration: Any) -> dict[str, Any]:
    """Return a sweep of one set as numbers, or of formulas as their trees."""
    pieces = [[operand(x) for x in (p.on, p.off, p.first, p.last)] for p in sweep.pieces]
    return {"pieces": pieces, "end": operand(sweep.end), "duration": operand(duration)}


def value_of(tree: Tree, values: Mapping[str, float]) -> float:
    if isinstance(tree, str):
        return float(values[tree])
    if isinstance(tree, list):
        return float(OPERATIONS[tree[0]](*(value_of(operand, values) for operand in tree[1:])))
    return float(tree)


def numbers_of(formulas: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
    """Return the formulas of a sweep with numbers in place of the trees."""
    pieces = [[value_of(tree, values) for tree in piece] for piece in formulas["pieces"]]
    return {"pieces": pieces} | {name: value_of(formulas[name], values) for name in ("end", "duration")}


def applied_sweeps(
    model: NeuronModel, pattern: Protocol, values: Mapping[str, float], dt: float
) -> dict[str, dict[str, Any]]:
    """Return the sweeps that a pattern's procedure applies to a neuron, and shows, as :func:`numbers_of` does.

    Parameters
    ----------
    values : mapping of str to float
        Every parameter of the model and every stimulus value of the pattern.
    dt : float
        Time step in ms.
    """
    one_set = {name: np.array([value]) for name, value in values.items()}
    runner = Runner(model, one_set, dt, record=(model.states[0].key,))
    with np.errstate(invalid="ignore"):
        pattern.measured_on(runner)
    return {name: sweep_numbers(sweep, duration) for name, (sweep, duration) in runner.shown.items()}


# -- features ----------------------------------------------------------------------------------------


def tape_of(model: NeuronModel, pattern: Pattern) -> Tape | None:
    """Return what a pattern measures as data, or None where it cannot be recorded."""
    recorder = _Recorder(model, pattern)
    try:
        with np.errstate(all="ignore"):
            measured = pattern.measured_on(recorder)
        return _tape(recorder, measured, [c.key for c in pattern.criteria])
    except Exception:  # custom functions may do anything with their values
        return None


class _Recorded(Response):
    """The response to a sweep that has not been simulated."""

    def v(self, t0: float, t1: float) -> Any:
        tree = self.times.tree  # type: ignore[attr-defined]
        return Formula(["v", *tree[1:], operand(t0), operand(t1)], ROW)


class _Recorder(Runner):
    """A runner that notes what is applied to it in place of simulating it."""

    def __init__(self, model: NeuronModel, pattern: Pattern) -> None:
        self.model, self.n = model, 1
        self.full_spike = model.full_spike()
        self.stimulus_values = SimpleNamespace(**{name: Formula(name) for name in pattern.stimulus_names})
        self.dt: Any = Formula("@dt")
        for name in OF_BENCH:
            setattr(self, name, Formula(f"@{name}"))
        self.applied: list[dict[str, Any]] = []

    def apply(
        self,
        sweeps: Mapping[str, Sweep],
        *,
        graded: str = "",
        durations: Any = None,
        only: Any = None,
        keep: bool = True,
        shown: bool = False,
    ) -> Responses:
        graded, k = graded or next(iter(sweeps)), float(len(self.applied))
        self.applied.append(
            {
                "sweeps": sweeps,
                "durations": durations,
                "graded": graded,
                "only": only,
                "keep": keep,
                "shown": shown,
            }
        )
        responses = {}
        for name, sweep in sweeps.items():
            times, *largest = (cast(Any, Formula([what, k, name], kind)) for what, kind in _OF_RESPONSES)
            responses[name] = _Recorded(times, sweep.end, largest[0], self.dt, top=largest[1])
        return self.responses(responses)

    def show(self, sweeps: Mapping[str, Sweep], *, only: Any) -> None:
        self.apply(sweeps, only=only, shown=True)

    def control(self, holding: Any) -> Any:
        return Formula(["control", operand(holding)])

    def threshold_at(self, current: Any) -> Any:
        return Formula(["threshold_at", operand(current)])

    def weakest_step(
        self, shows: Any, width: float, duration: float, low: Any, high: Any, works: Any, tolerance: float
    ) -> Any:
        given = [width, duration, low, high, works, tolerance]
        return Formula(["weakest_step", _searched(shows), *map(operand, given)])

    def steps_show(self, shows: Any, heights: Any, width: float, duration: float, only: Any) -> Any:
        return Formula(["steps_show", _searched(shows), *map(operand, [heights, width, duration, only])])


def _searched(shows: Any) -> Tree:
    return [_SEARCHED, shows(Formula("@times", ROW)).tree]


class _Nodes:
    """Trees as a list of nodes: what occurs twice is one node."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self._places: dict[Any, int] = {}
        self._known: dict[int, tuple[Tree, list[int]]] = {}

    def of(self, value: Any) -> Any:
        """Return a value as an argument of a node."""
        return self._argument(operand(value))

    def _argument(self, tree: Any) -> Any:
        if not isinstance(tree, list):
            return tree
        if tree[0] == _SEARCHED:
            inner = _Nodes()
            result = inner._argument(tree[1])
            return {"nodes": inner.nodes, "result": result}
        if id(tree) in self._known:
            return self._known[id(tree)][1]
        node = [tree[0], *map(self._argument, tree[1:])]
        key = repr(node)
        if key not in self._places:
            self._places[key] = len(self.nodes)
            self.nodes.append(node)
        self._known[id(tree)] = (tree, [self._places[key]])  # with the tree, so that its id stays its own
        return self._known[id(tree)][1]

    def sweep(self, name: str, sweep: Sweep, durations: Mapping[str, Any] | None) -> dict[str, Any]:
        return {
            "name": name,
            "pieces": [[self.of(x) for x in (p.on, p.off, p.first, p.last)] for p in sweep.pieces],
            "end": self.of(sweep.end),
            "duration": None if durations is None else self.of(durations[name]),
            "response": [self.of(x) for x in sweep.window],
            "voltage": None if sweep.voltage is None else [float(x) for x in sweep.voltage],
        }


def _tape(recorder: _Recorder, measured: Measurement, keys: list[str]) -> Tape:
    nodes = _Nodes()
    features, progress = {}, {}
    for key in keys:
        feature = measured.features[key]
        if isinstance(feature, Graded):
            features[key], progress[key] = nodes.of(feature.value), nodes.of(feature.progress)
        else:
            features[key] = nodes.of(feature)
    gap = nodes.of(measured.gap_to_threshold)
    applied = []
    for entry in recorder.applied:
        durations, only = entry.pop("durations"), entry["only"]
        sweeps = [nodes.sweep(name, sweep, durations) for name, sweep in entry["sweeps"].items()]
        applied.append(entry | {"sweeps": sweeps, "only": None if only is None else nodes.of(only)})
    return {"nodes": nodes.nodes, "applied": applied, "features": features, "progress": progress, "gap": gap}
