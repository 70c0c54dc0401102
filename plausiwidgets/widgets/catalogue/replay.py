"""What is recorded of a custom pattern is played in Python, and refused unless it gives what its functions give.

A function that asks what kind of value it has, or that catches what a :class:`Formula` refuses, may do something else
when it is recorded; a page would then judge by another rule than Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from plausiwidgets.engine.current import Floats, Piece
from plausiwidgets.engine.formula import OPERATIONS, PRIMITIVES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.widgets.catalogue.tape import Tape, numbers_of, sweep_formulas, sweep_numbers, tape_of

ON_ROWS: dict[str, Callable[..., Any]] = {
    "entry": lambda row, place: row[:, place],
    "piece": lambda row, first, last: row[:, first:last],
    "how_many": lambda row: row.sum(axis=1),
    "highest": lambda row: row.max(axis=1),
    "lowest": lambda row: row.min(axis=1),
    "any": lambda row: row.any(axis=1),
    "all": lambda row: row.all(axis=1),
}
"""What indices and methods of an array do with a row: over its entries, never over the sets."""

_SETS = 6
"""Sets on which a tape is compared: the defaults, and others from all over the sliders."""
_SWEEPS, _PIECES = 50, 5000
"""Values at which formulas of sweeps are compared; fewer where so many pieces were compared."""

_CONSTANTS = {"@nan": np.nan, "@inf": np.inf, "@-inf": -np.inf}
_PER_SET = {"weakest_step": (2, 3, 4), "steps_show": (0, 3)}
"""Arguments of a search that have a value for each set."""


def checked_formulas(pattern: Protocol, prefix: str = "") -> dict[str, dict[str, Any]] | None:
    """Return the sweeps of a pattern as `sweep_formulas`, or None also where they are not those of its function."""
    formulas = sweep_formulas(pattern, prefix)
    return formulas if formulas is not None and _sweeps_agree(pattern, prefix, formulas) else None


def checked_tape(model: NeuronModel, pattern: Pattern) -> Tape | None:
    """Return what a pattern measures as `tape_of`, or None also where it is not what a custom function measures.

    The functions of packaged patterns are held to their tapes by tests.
    """
    tape = tape_of(model, pattern)
    return tape if tape is None or not pattern.tried or _tape_agrees(tape, model, pattern) else None


def _sweeps_agree(pattern: Protocol, prefix: str, formulas: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether formulas give the sweeps of a pattern, to the last bit, at values from all over their ranges."""
    rng = np.random.default_rng(0)
    pieces = sum(len(sweep["pieces"]) for sweep in formulas.values())
    for _ in range(min(_SWEEPS, max(_PIECES // max(pieces, 1), 3))):
        values = {v.key: np.array([v.parameter(1.0, "").from_unit(rng.random())]) for v in pattern.stimulus_parameters}
        numbers = {prefix + name: float(value[0]) for name, value in values.items()}
        durations = pattern.durations(SimpleNamespace(**values))
        sweeps = pattern.sweeps_at(values)
        if list(sweeps) != list(formulas):
            return False
        for name, sweep in sweeps.items():
            if sweep_numbers(sweep, durations[name]) != numbers_of(formulas[name], numbers):
                return False
    return True


def _tape_agrees(tape: Tape, model: NeuronModel, pattern: Pattern) -> bool:
    """Return whether a tape gives what the pattern measures, to the last bit, on sets from all over the sliders."""
    rng = np.random.default_rng(0)
    values = {
        name: np.array([p.default, *p.from_unit(rng.random(_SETS - 1))])
        for name, p in pattern.parameters(model).items()
    }
    runner = Runner(model, values, model.dt)
    again = runner.with_stimulus(values)
    measured = pattern.measured_on(runner)
    try:
        features, progress, gap = play(tape, again)
    except Exception:  # a tape of a function that has returned something else
        return False
    same = [np.array_equal(runner.divergence, again.divergence), _equal(measured.gap_to_threshold, gap)]
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


def play(tape: Tape, runner: Runner) -> tuple[dict[str, Any], dict[str, Any], Floats]:
    """Return features, their progress and the gap to the threshold as the tape computes them on a runner."""
    player = _Player(tape, runner)
    with np.errstate(all="ignore"):
        for k, entry in enumerate(tape["applied"]):
            if not entry["shown"]:
                player.responses(k)
        features = {key: player.value(x) for key, x in tape["features"].items()}
        return features, {key: player.value(x) for key, x in tape["progress"].items()}, player.value(tape["gap"])


class _Player:
    def __init__(self, tape: Tape, runner: Runner, times: Floats | None = None) -> None:
        self.tape, self.runner, self.times = tape, runner, times
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
        return getattr(self.runner, name[1:]) if name[0] == "@" else getattr(self.runner.stimulus_values, name)

    def _computed(self, name: str, *arguments: Any) -> Any:
        if name in ("times", "peak", "top"):
            return getattr(self.responses(int(arguments[0]))[arguments[1]], name)
        if name == "v":
            return self.responses(int(arguments[0]))[arguments[1]].v(*map(self.value, arguments[2:]))
        if name in _PER_SET:
            return self._searched(name, *arguments)
        if name == "field":
            return getattr(self.value(arguments[0]), arguments[1])
        values = [self.value(x) for x in arguments]
        if name in ("control", "threshold_at"):
            return getattr(self.runner, name)(*values)
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

    def _searched(self, name: str, inner: Tape, *arguments: Any) -> Any:
        def shows(times: Floats) -> Any:
            return _Player(inner, self.runner, times).value(inner["result"])

        given = [self._of_sets(x) if i in _PER_SET[name] else self.value(x) for i, x in enumerate(arguments)]
        return getattr(self.runner, name)(shows, *given)

    def _of_sets(self, argument: Any) -> Any:
        value = np.asarray(self.value(argument))
        return np.broadcast_to(value, (self.runner.n,)).astype(bool if value.dtype == bool else float)

    def responses(self, k: int) -> Responses:
        """Return the responses to the sweeps of one call."""
        if k not in self._responses:
            entry = self.tape["applied"][k]
            sweeps = {sweep["name"]: self._sweep(sweep) for sweep in entry["sweeps"]}
            durations = {s["name"]: self.value(s["duration"]) for s in entry["sweeps"] if s["duration"] is not None}
            self._responses[k] = self.runner.apply(
                sweeps,
                graded=entry["graded"],
                keep=entry["keep"],
                durations={name: float(np.max(x)) for name, x in durations.items()} or None,
                only=None if entry["only"] is None else self._of_sets(entry["only"]),
            )
        return self._responses[k]

    def _sweep(self, sweep: Mapping[str, Any]) -> Sweep:
        pieces = [Piece(*map(self.value, piece)) for piece in sweep["pieces"]]
        response = tuple(map(self.value, sweep["response"]))
        return Sweep(pieces, self.value(sweep["end"]), response, sweep["voltage"] and tuple(sweep["voltage"]))
