"""Replay of the programs of a pattern in Python, to reject programs that differ from its functions.

A custom function may return other results while it is traced, for example if it depends on the type of its values. A
page would then have another verdict than Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import Floats, piece_of
from plausiwidgets.engine.program.arrays import Values, run, value_of
from plausiwidgets.engine.program.program import Value, needed
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.widgets.catalogue.program_json import PROPERTY
from plausiwidgets.widgets.catalogue.sweep_programs import SweepProgram, sweep_numbers, sweep_programs
from plausiwidgets.widgets.catalogue.tape import AT_THE_END, RESPONSES, Call, Tape, inputs_of, tape_of

_SETS = 6
"""Number of parameter sets on which a tape is compared, which are the defaults and random positions of the sliders."""
_SWEEPS, _PIECES = 50, 5000
"""Maximum numbers of random values, and of pieces of all sweeps together, at which sweep programs are compared."""


def checked_programs(pattern: Protocol, prefix: str = "") -> dict[str, SweepProgram] | None:
    """Return the sweeps of a pattern as programs, or None if the programs return other sweeps than its function.

    See :func:`sweep_programs`.
    """
    programs = sweep_programs(pattern, prefix)
    return programs if programs is not None and _sweeps_agree(pattern, prefix, programs) else None


def checked_tape(model: NeuronModel, pattern: Pattern) -> Tape | None:
    """Return the tape of a pattern, or None if it returns other features than the function of a custom pattern.

    Tests compare the tapes of packaged patterns with their functions. See :func:`tape_of`.
    """
    tape = tape_of(model, pattern)
    return tape if tape is None or not pattern.tried or _tape_agrees(tape, model, pattern) else None


def _sweeps_agree(pattern: Protocol, prefix: str, programs: Mapping[str, SweepProgram]) -> bool:
    """Return whether programs return exactly the sweeps of a pattern, at random values within the ranges."""
    rng = np.random.default_rng(0)
    pieces = sum(len(x.sweep.pieces) for x in programs.values())
    for _ in range(min(_SWEEPS, max(_PIECES // max(pieces, 1), 3))):
        values = {v.key: np.array([v.parameter(1.0, "").from_unit(rng.random())]) for v in pattern.stimulus_parameters}
        numbers = {prefix + name: float(value[0]) for name, value in values.items()}
        durations = pattern.durations(SimpleNamespace(**values))
        sweeps = pattern.sweeps_at(values)
        if list(sweeps) != list(programs):
            return False
        for name, sweep in sweeps.items():
            if sweep_numbers(sweep, durations[name]) != programs[name].numbers(numbers):
                return False
    return True


def _tape_agrees(tape: Tape, model: NeuronModel, pattern: Pattern) -> bool:
    """Return whether a tape returns exactly the features of a pattern, at the defaults and random slider positions."""
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
    except Exception:  # The function returned something else while it was traced.
        return False
    same = [np.array_equal(runner.divergence, again.divergence), _equal(measured.gap_to_threshold, gap)]
    for key, feature in features.items():
        expected = measured.features[key]
        if isinstance(expected, Graded):
            same.append(_equal(expected.progress, progress[key]))
            expected = expected.value
        same.append(_equal(expected, feature))
    return all(same)


def _equal(a: ArrayLike, b: ArrayLike) -> bool:
    one, other = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    return bool(np.array_equal(one, other, equal_nan=True))


def play(tape: Tape, runner: Runner) -> tuple[dict[str, Any], dict[str, Any], Floats]:
    """Return the features, their progress and the gap to the threshold that a tape computes on a runner."""
    responses: list[Responses | None] = []
    values = inputs_of(runner) | {RESPONSES.name: responses}

    def computed(outputs: Iterable[Value]) -> list[Any]:
        outputs = tuple(outputs)
        run(tuple(line for line in needed(tape.body, outputs) if line.name not in values), values)
        return [value_of(x, values) for x in outputs]

    for call in tape.calls:
        computed(call.values)
        responses.append(None if call.shown else _apply(call, runner, values))
    values |= {PROPERTY + name: getattr(runner, name) for name in AT_THE_END}
    features = dict(zip(tape.features, computed(tape.features.values()), strict=True))
    progress = dict(zip(tape.progress, computed(tape.progress.values()), strict=True))
    return features, progress, computed([tape.gap])[0]


def _apply(call: Call, runner: Runner, values: Values) -> Responses:
    """Return the responses to the sweeps of a call, whose values must have been computed."""

    def at(x: Value) -> Any:
        return value_of(x, values)

    sweeps, durations = {}, {}
    for name, sweep in call.sweeps.items():
        pieces = [piece_of(tuple(map(at, piece))) for piece in sweep.pieces]
        begin, end = map(at, sweep.window)
        sweeps[name] = Sweep(pieces, at(sweep.end), (begin, end), sweep.voltage)
        if sweep.duration is not None:
            durations[name] = float(np.max(at(sweep.duration)))
    only = None if call.only is None else np.broadcast_to(at(call.only), (runner.n,))
    return runner.apply(sweeps, graded=call.graded, keep=call.keep, durations=durations or None, only=only)
