"""Sweeps of a pattern as programs of its stimulus values, for a page without Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import numpy as np

from plausiwidgets.engine.program.arrays import run, value_of
from plausiwidgets.engine.program.program import FIXED, Instruction, Value
from plausiwidgets.engine.program.rows import RowTracer
from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.widgets.catalogue.program_json import STIMULUS, Writer

SweepNumbers = dict[str, object]
"""Sweep of one parameter set as a dict with ``pieces``, ``end`` and ``duration``.

Each piece is a list of on, off, start and end. The duration is the simulated time in ms."""


@dataclass(frozen=True)
class TracedSweep:
    """Sweep whose times and currents are values of a program."""

    pieces: tuple[tuple[Value, ...], ...]
    end: Value
    duration: Value | None
    window: tuple[Value, ...]
    voltage: tuple[float, float] | None

    @classmethod
    def of(cls, sweep: Sweep, duration: float | Traced | None, tracer: RowTracer) -> TracedSweep:
        """Return a sweep of traced values, in which numbers become constants."""
        pieces = [tuple(tracer.value(x) for x in p.numbers) for p in sweep.pieces]
        window = tuple(tracer.value(x) for x in sweep.window)
        last = None if duration is None else tracer.value(duration)
        return cls(tuple(pieces), tracer.value(sweep.end), last, window, sweep.voltage)

    @property
    def values(self) -> list[Value]:
        """Values that must be computed before the sweep is applied."""
        last = [] if self.duration is None else [self.duration]
        return [*(x for piece in self.pieces for x in piece), self.end, *last, *self.window]


@dataclass(frozen=True)
class SweepProgram:
    """Sweep that depends only on stimulus values, with the program that computes it."""

    body: tuple[Instruction, ...]
    sweep: TracedSweep

    def numbers(self, values: Mapping[str, float]) -> SweepNumbers:
        """Return the numbers of the sweep at some stimulus values."""
        known = run(self.body, {STIMULUS + name: np.float64(x) for name, x in values.items()})
        return _sweep_data(self.sweep, lambda x: float(value_of(x, known)))

    def data(self) -> SweepNumbers:
        """Return the sweep as data for JSON.

        ``body`` contains the instructions that compute its values. The other entries refer to the results of these
        instructions, or are numbers.
        """
        writer = Writer(self.body)
        return ({"body": writer.body} if self.body else {}) | _sweep_data(self.sweep, writer.argument)


def sweep_programs(pattern: Protocol, prefix: str = "") -> dict[str, SweepProgram] | None:
    """Return the sweeps of a pattern as programs, or None if its function cannot be traced.

    Parameters
    ----------
    prefix : str
        Prefix of the names of the stimulus values.

    Examples
    --------
    >>> from plausiwidgets import patterns
    >>> release = sweep_programs(patterns.get("rebound_spike"))["release"]
    >>> release.data()["body"][:3]
    [['neg', 'amplitude'], ['add', 0.0, 'width'], ['add', 'width', 500.0]]
    >>> release.numbers({"width": 5.0, "amplitude": 2.0})["pieces"]
    [[0.0, 5.0, -2.0, -2.0]]
    """
    if pattern.sweeps is None:
        return {}
    tracer = RowTracer()
    s = SimpleNamespace(**{name: tracer.input(STIMULUS + prefix + name, FIXED) for name in pattern.stimulus_names})
    try:
        durations = pattern.durations(s)
        sweeps = {name: TracedSweep.of(x, durations[name], tracer) for name, x in pattern.sweeps(s).items()}
        tracer.check()
    except Exception:  # A custom function may do anything with its values.
        return None
    programs = {name: SweepProgram(tracer.body.needed(sweep.values), sweep) for name, sweep in sweeps.items()}
    constants = [a for x in programs.values() for a in (*x.sweep.values, *(b for y in x.body for b in y.arguments))]
    # The check of a sweep rejects currents that are not finite, but it does not see traced values.
    return None if any(a.number is not None and not math.isfinite(a.number) for a in constants) else programs


def sweep_numbers(sweep: Sweep, duration: float) -> SweepNumbers:
    """Return the numbers of a sweep of one parameter set."""
    tracer = RowTracer()
    return _sweep_data(TracedSweep.of(sweep, duration, tracer), lambda x: float(cast(float, x.number)))


def _sweep_data(sweep: TracedSweep, written: Callable[[Value], object]) -> SweepNumbers:
    assert sweep.duration is not None
    pieces = [[written(x) for x in piece] for piece in sweep.pieces]
    return {"pieces": pieces, "end": written(sweep.end), "duration": written(sweep.duration)}


def applied_sweeps(
    model: NeuronModel, pattern: Protocol, values: Mapping[str, float], dt: float
) -> dict[str, SweepNumbers]:
    """Return the sweeps that the procedure of a pattern applies to a neuron and shows.

    Parameters
    ----------
    values : mapping of str to float
        Values of all parameters of the model and of the stimulus.
    dt : float
        Time step in ms.
    """
    one_set = {name: np.array([value]) for name, value in values.items()}
    runner = Runner(model, one_set, dt, record=(model.states[0].key,))
    with np.errstate(invalid="ignore"):
        pattern.measured_on(runner)
    return {name: sweep_numbers(sweep, duration) for name, (sweep, duration) in runner.shown.items()}
