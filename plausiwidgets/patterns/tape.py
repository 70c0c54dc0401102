"""What a pattern measures, as data: the sweeps it applies and the operations from responses to features.

For a page that judges without Python (``widgets/app/engine/judge.js``). :func:`tape_of` runs a pattern's own
``measure`` or ``procedure`` on a bench that records (:mod:`plausiwidgets.patterns.tracing`); :func:`play` computes the
same features from the tape, with the functions that the judge uses. A tape is refused unless both agree on simulated
neurons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.response import Graded, Measurement, Response, Responses
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.tracing import NUMBER, ON_ROWS, PRIMITIVES, ROW, Traced, operand
from plausiwidgets.simulation.current import Floats, Piece
from plausiwidgets.simulation.formula import OPERATIONS, Tree

OF_BENCH = (
    "span", "threshold", "v_baseline", "baseline_range", "baseline_peak", "spontaneous_spikes", "lowest", "highest",
    "rise",
)  # fmt: skip
"""Attributes of a bench that a tape names, with ``@`` before them; ``@dt`` is its time step."""

_CONSTANTS = {"@nan": np.nan, "@inf": np.inf, "@-inf": -np.inf}
_CHECKED = 6
"""Number of sets on which a tape is compared with the pattern, besides those that are given."""

_OF_RESPONSES = (("times", ROW), ("peak", NUMBER), ("top", NUMBER))

Tape = dict[str, Any]


# -- recording -------------------------------------------------------------------------------------


class _Recorded(Response):
    """The response to a sweep that has not been simulated."""

    def v(self, t0: float, t1: float) -> Any:
        tree = self.times.tree  # type: ignore[attr-defined]
        return Traced(["v", *tree[1:], operand(t0), operand(t1)], ROW)


class _Recorder(Bench):
    """A bench that notes what is applied to it in place of simulating it."""

    def __init__(self, model: NeuronModel, pattern: Pattern) -> None:
        self.model, self.n = model, 1
        self.full_spike = model.full_spike()
        self.stimulus_values = SimpleNamespace(**{name: Traced(name) for name in pattern.free})
        self.dt: Any = Traced("@dt")
        for name in OF_BENCH:
            setattr(self, name, Traced(f"@{name}"))
        self.applied: list[dict[str, Any]] = []

    def apply(
        self, sweeps: Mapping[str, Sweep], *, graded: str = "", durations: Any = None, only: Any = None,
        keep: bool = True, shown: bool = False,
    ) -> Responses:  # fmt: skip
        graded, k = graded or next(iter(sweeps)), float(len(self.applied))
        self.applied.append({
            "sweeps": [_sweep(name, sweep, durations) for name, sweep in sweeps.items()], "graded": graded,
            "only": None if only is None else operand(only), "keep": keep, "shown": shown,
        })  # fmt: skip
        responses = {}
        for name, sweep in sweeps.items():
            times, *largest = (cast(Any, Traced([what, k, name], kind)) for what, kind in _OF_RESPONSES)
            responses[name] = _Recorded(times, sweep.end, largest[0], self.dt, top=largest[1])
        return self.responses(responses)

    def show(self, sweeps: Mapping[str, Sweep], *, only: Any) -> None:
        self.apply(sweeps, only=only, shown=True)

    def control(self, holding: Any) -> Any:
        return Traced(["control", operand(holding)])

    def weakest_step(
        self, shows: Any, width: float, duration: float, low: Any, high: Any, works: Any, tolerance: float
    ) -> Any:
        given = [width, duration, low, high, works, tolerance]
        return Traced(["weakest_step", _Inner(shows), *map(operand, given)])

    def threshold_at(self, current: Any) -> Any:
        return Traced(["threshold_at", operand(current)])

    def steps_show(self, shows: Any, heights: Any, width: float, duration: float, only: Any) -> Any:
        return Traced(["steps_show", _Inner(shows), *map(operand, [heights, width, duration, only])])


class _Inner:
    """What is asked of the spike times of each step that a search tries, as a tree."""

    def __init__(self, shows: Any) -> None:
        self.tree = shows(Traced("@times", ROW)).tree


def _sweep(name: str, sweep: Sweep, durations: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "name": name, "pieces": [[operand(x) for x in (p.on, p.off, p.first, p.last)] for p in sweep.pieces],
        "end": operand(sweep.end), "duration": None if durations is None else operand(durations[name]),
        "response": [operand(x) for x in sweep.window],
        "voltage": None if sweep.voltage is None else [float(x) for x in sweep.voltage],
    }  # fmt: skip


class _Nodes:
    """Trees as a list of nodes: what occurs twice is one node."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self._places: dict[Any, int] = {}
        self._known: dict[int, tuple[Tree, list[int]]] = {}

    def argument(self, tree: Any) -> Any:
        if isinstance(tree, _Inner):
            inner = _Nodes()
            result = inner.argument(tree.tree)
            return {"nodes": inner.nodes, "result": result}
        if not isinstance(tree, list):
            return tree
        if id(tree) in self._known:
            return self._known[id(tree)][1]
        node = [tree[0], *map(self.argument, tree[1:])]
        key = repr(node)
        if key not in self._places:
            self._places[key] = len(self.nodes)
            self.nodes.append(node)
        self._known[id(tree)] = (tree, [self._places[key]])  # with the tree, so that its id stays its own
        return self._known[id(tree)][1]

    def sweep(self, sweep: Mapping[str, Any]) -> dict[str, Any]:
        pieces = [[self.argument(x) for x in piece] for piece in sweep["pieces"]]
        ends = {name: self.argument(sweep[name]) for name in ("end", "duration")}
        response = [self.argument(x) for x in sweep["response"]]
        return {"name": sweep["name"], "pieces": pieces, **ends, "response": response, "voltage": sweep["voltage"]}


def tape_of(model: NeuronModel, pattern: Pattern, sets: Sequence[Mapping[str, float]], dt: float) -> Tape | None:
    """Return what a pattern measures as data, or None where it cannot be recorded.

    Parameters
    ----------
    sets : list of mappings of str to float
        Complete sets of the model with this pattern, on which the tape must agree with the pattern, besides others.
    dt : float
        Time step in ms of these comparisons.
    """
    recorder = _Recorder(model, pattern)
    try:
        with np.errstate(all="ignore"):
            measured = pattern.measured_on(recorder)
        tape = _tape(recorder, measured, [c.key for c in pattern.criteria])
    except Exception:  # custom functions may do anything with their values
        return None
    return tape if _agrees(tape, model, pattern, sets, dt) else None


def _tape(recorder: _Recorder, measured: Measurement, keys: list[str]) -> Tape:
    nodes = _Nodes()
    features, progress = {}, {}
    for key in keys:
        feature = measured.features[key]
        graded = isinstance(feature, Graded)
        features[key] = nodes.argument(operand(feature.value if isinstance(feature, Graded) else feature))
        if graded:
            progress[key] = nodes.argument(operand(feature.progress))  # type: ignore[union-attr]
    gap = nodes.argument(operand(measured.gap_to_threshold))
    applied = [
        entry | {"sweeps": [nodes.sweep(s) for s in entry["sweeps"]],
                 "only": None if entry["only"] is None else nodes.argument(entry["only"])}
        for entry in recorder.applied
    ]  # fmt: skip
    return {"nodes": nodes.nodes, "applied": applied, "features": features, "progress": progress, "gap": gap}


# -- playing ---------------------------------------------------------------------------------------


def play(tape: Tape, bench: Bench) -> tuple[dict[str, Any], dict[str, Any], Floats]:
    """Return features, their progress and the gap to the threshold as the tape computes them on a bench."""
    player = _Player(tape, bench)
    with np.errstate(all="ignore"):
        for k, entry in enumerate(tape["applied"]):
            if not entry["shown"]:
                player.responses(k)
        features = {key: player.value(x) for key, x in tape["features"].items()}
        return features, {key: player.value(x) for key, x in tape["progress"].items()}, player.value(tape["gap"])


class _Player:
    def __init__(self, tape: Tape, bench: Bench, times: Floats | None = None) -> None:
        self.tape, self.bench, self.times = tape, bench, times
        self._values: dict[int, Any] = {}
        self._responses: dict[int, Responses] = {}

    def value(self, argument: Any) -> Any:
        """Return the value of an argument of a node."""
        if isinstance(argument, str):
            return self._named(argument)
        if not isinstance(argument, list):
            return argument
        place = argument[0]
        if place not in self._values:
            self._values[place] = self._computed(*self.tape["nodes"][place])
        return self._values[place]

    def _named(self, name: str) -> Any:
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "@times":
            return self.times
        return getattr(self.bench, name[1:]) if name[0] == "@" else getattr(self.bench.stimulus_values, name)

    def _computed(self, name: str, *arguments: Any) -> Any:
        if name in ("times", "peak", "top"):
            return getattr(self.responses(int(arguments[0]))[arguments[1]], name)
        if name == "v":
            return self.responses(int(arguments[0]))[arguments[1]].v(*map(self.value, arguments[2:]))
        if name in ("weakest_step", "steps_show"):
            inner, bench = arguments[0], self.bench

            def shows(times: Floats) -> Any:
                return _Player(inner, bench, times).value(inner["result"])

            given = [self._of_sets(x) if i in _PER_SET[name] else self.value(x) for i, x in enumerate(arguments[1:])]
            return getattr(bench, name)(shows, *given)
        if name == "field":
            return getattr(self.value(arguments[0]), arguments[1])
        values = [self.value(x) for x in arguments]
        if name in ("control", "threshold_at"):
            return getattr(self.bench, name)(*values)
        if name == "list":
            return np.array(values) if all(isinstance(x, float) for x in values) else values
        if name in PRIMITIVES:
            if name in ("coincidences", "van_rossum"):
                values[1] = np.atleast_1d(values[1])
            if name in ("at", "one_of"):
                values[1] = np.asarray(values[1]).astype(np.int64)
            return PRIMITIVES[name](*values)
        if name in ON_ROWS:
            return ON_ROWS[name](values[0], *map(int, values[1:]))
        if any(np.ndim(x) == 2 for x in values):
            values = [x[:, None] if np.ndim(x) == 1 else x for x in values]
        return OPERATIONS[name](*values)

    def _of_sets(self, argument: Any) -> Any:
        value = np.asarray(self.value(argument))
        return np.broadcast_to(value, (self.bench.n,)).astype(bool if value.dtype == bool else float)

    def responses(self, k: int) -> Responses:
        """Return the responses to the sweeps of one call."""
        if k not in self._responses:
            entry = self.tape["applied"][k]
            sweeps = {sweep["name"]: self._sweep(sweep) for sweep in entry["sweeps"]}
            durations = {s["name"]: self.value(s["duration"]) for s in entry["sweeps"] if s["duration"] is not None}
            self._responses[k] = self.bench.apply(
                sweeps, graded=entry["graded"], keep=entry["keep"],
                durations={name: float(np.max(x)) for name, x in durations.items()} or None,
                only=None if entry["only"] is None else self._of_sets(entry["only"]),
            )  # fmt: skip
        return self._responses[k]

    def _sweep(self, sweep: Mapping[str, Any]) -> Sweep:
        pieces = [Piece(*map(self.value, piece)) for piece in sweep["pieces"]]
        response = tuple(map(self.value, sweep["response"]))
        voltage = sweep["voltage"] and tuple(sweep["voltage"])
        return Sweep(pieces, self.value(sweep["end"]), response, voltage)


_PER_SET = {"weakest_step": (2, 3, 4), "steps_show": (0, 3)}


def _agrees(tape: Tape, model: NeuronModel, pattern: Pattern, sets: Sequence[Mapping[str, float]], dt: float) -> bool:
    """Return whether a tape gives what the pattern measures on the given sets and some from all over the sliders."""
    rng = np.random.default_rng(0)
    known = pattern.parameters(model)
    values = {
        name: np.array([*(s[name] for s in sets), p.default, *p.from_unit(rng.random(_CHECKED - 1))])
        for name, p in known.items()
    }
    bench = Bench(model, values, dt)
    measured = pattern.measured_on(bench)
    again = bench.with_stimulus(values)
    try:
        features, progress, gap = play(tape, again)
    except Exception:
        return False
    same = [np.array_equal(bench.divergence, again.divergence), _equal(measured.gap_to_threshold, gap)]
    for key, feature in features.items():
        expected = measured.features[key]
        if isinstance(expected, Graded):
            same.append(_equal(expected.progress, progress[key]))
            expected = expected.value
        same.append(_equal(expected, feature))
    return all(same)


def _equal(a: Any, b: Any) -> bool:
    one, other = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    return bool(np.array_equal(one, other, equal_nan=True))
