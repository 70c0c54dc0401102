"""Measurement of a pattern as a tape, which is a program that computes the features from the responses.

:func:`tape_of` calls the pattern's own ``measure`` or ``procedure`` with traced values.
``widgets/app/src/engine/tape.ts`` plays a tape in the app, and :mod:`plausiwidgets.widgets.catalogue.replay` in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.piece import Floats
from plausiwidgets.engine.program.arrays import Values, run, value_of
from plausiwidgets.engine.program.program import (
    BOOL,
    DOUBLE,
    FIXED,
    RECORD,
    Instruction,
    Operation,
    Part,
    Value,
)
from plausiwidgets.engine.program.rows import FIELD, NUMBER, ROW, RowTracer, of_rows
from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.onset.arrays import Onsets
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.response import Graded, Mask, Measurement, Response, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.widgets.catalogue.program_json import PROPERTY, STIMULUS, Writer
from plausiwidgets.widgets.catalogue.sweep_programs import TracedSweep

AT_REST = ("span", "threshold", "ceiling", "v_baseline", "baseline_range", "baseline_peak", "spontaneous_spikes")
AT_THE_END = ("lowest", "highest", "rise")
"""Attributes of a runner that a tape reads, for the neuron at rest and for all sweeps."""

RUNNER = Value(f"{PROPERTY}runner", RECORD, 0, FIXED)
RESPONSES = Value(f"{PROPERTY}responses", RECORD, 0, FIXED)
"""Inputs for the runner that applies the sweeps, and for the responses to its calls."""
_TIMES = f"{PROPERTY}times"
"""Spike times of the responses to the steps that a search applies."""

# -- operations on responses, and on the runner ------------------------------------------------------


def _shows(part: Part, runner: Runner) -> Callable[[Floats], Mask]:
    """Return the function that a part computes from spike times of shape (lanes, maximum number of spikes)."""
    values = inputs_of(runner)
    return lambda times: np.asarray(value_of(part.result, run(part.body, values | {_TIMES: times})), dtype=bool)


def _per_set(x: ArrayLike, runner: Runner) -> NDArray[Any]:
    return np.broadcast_to(np.asarray(x), (runner.n,))


def _weakest_step(runner: Runner, *arguments: Any) -> Floats:
    width, duration, low, high, works, tolerance, part = arguments
    bounds = [_per_set(x, runner) for x in (low, high, works)]
    return runner.weakest_step(_shows(part, runner), width, duration, bounds[0], bounds[1], bounds[2], tolerance)


def _steps_show(runner: Runner, *arguments: Any) -> Mask:
    heights, width, duration, only, part = arguments
    return runner.steps_show(_shows(part, runner), _per_set(heights, runner), width, duration, _per_set(only, runner))


def _onset(runner: Runner, top: ArrayLike, only: ArrayLike, depth: str) -> Onsets:
    return runner.onset(_per_set(top, runner), depth, _per_set(only, runner))


def _of_response(name: str) -> Operation:
    return of_rows(name, lambda responses, k, sweep: getattr(responses[k][sweep], name))


_ROWS = {"times": ROW, "peak": NUMBER, "top": NUMBER, "bottom": NUMBER}
_OF_RESPONSES = {name: _of_response(name) for name in _ROWS}
_POTENTIAL = of_rows("v", lambda responses, t0, t1, k, sweep: responses[k][sweep].v(t0, t1))
_CONTROL = of_rows("control", lambda runner, holding: runner.control(holding))
_THRESHOLD_AT = of_rows("threshold_at", lambda runner, current: runner.threshold_at(current))
_WEAKEST_STEP = of_rows("weakest_step", _weakest_step)
_STEPS_SHOW = of_rows("steps_show", _steps_show)
_ONSET = of_rows("onset", _onset)


def inputs_of(runner: Runner) -> Values:
    """Return the inputs of a tape whose values are known before a sweep is applied."""
    stimulus = {STIMULUS + name: x for name, x in vars(runner.stimulus_values).items()}
    return stimulus | {PROPERTY + name: getattr(runner, name) for name in ("dt", *AT_REST)} | {RUNNER.name: runner}


# -- the tape ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """Sweeps that a pattern applies together, with the arguments of :meth:`Runner.apply`.

    If `shown` is true, the sweeps are only for the figure and not measured.
    """

    sweeps: Mapping[str, TracedSweep]
    graded: str
    only: Value | None
    keep: bool
    shown: bool

    @property
    def values(self) -> list[Value]:
        """Values that must be computed before the call."""
        only = [] if self.only is None else [self.only]
        return [*(x for sweep in self.sweeps.values() for x in sweep.values), *only]


@dataclass(frozen=True)
class Tape:
    """Program that computes the features of a pattern.

    Attributes
    ----------
    body : tuple of Instruction
        Instructions, in the order of the pattern's functions.
    calls : sequence of Call
        Applied sweeps, in their order.
    features, progress : dict of str to Value
        Features of the criteria, and the progress of the graded features.
    gap : Value
        Distance from the threshold, see :class:`Measurement`.
    """

    body: tuple[Instruction, ...]
    calls: tuple[Call, ...]
    features: Mapping[str, Value]
    progress: Mapping[str, Value]
    gap: Value

    def data(self) -> dict[str, object]:
        """Return the tape as JSON."""
        writer = Writer(self.body)
        return {
            "body": writer.body,
            "applied": [_call_data(call, writer) for call in self.calls],
            "features": {key: writer.argument(x) for key, x in self.features.items()},
            "progress": {key: writer.argument(x) for key, x in self.progress.items()},
            "gap": writer.argument(self.gap),
        }


def tape_of(model: NeuronModel, pattern: Pattern) -> Tape | None:
    """Return the measurement of a pattern as a tape, or None if its functions cannot be traced."""
    try:
        return trace(model, pattern)
    except Exception:  # Custom functions may do anything with their values.
        return None


def trace(model: NeuronModel, pattern: Pattern) -> Tape:
    """Return the measurement of a pattern as a tape.

    Raises
    ------
    NotTraceableError
        If a function of the pattern uses an operation that the table does not contain. A function may also raise any
        other error on traced values.
    """
    runner = _TracedRunner(model, pattern)
    with np.errstate(all="ignore"):
        measured = pattern.measured_on(runner)
    return runner.tape(measured, [c.key for c in pattern.criteria])


@dataclass(frozen=True)
class _TracedResponse(Response):
    """Placeholder for the response to a sweep, which is not simulated."""

    place: tuple[int, str] = (0, "")

    def v(self, t0: float, t1: float) -> Any:
        tracer = cast(Traced, self.times).tracer
        times = [tracer.value(t0), tracer.value(t1)]
        return Traced(tracer, tracer.body.add(_POTENTIAL, [RESPONSES, *times], DOUBLE, ROW, self.place))


class _TracedRunner(Runner):
    """Runner that traces the operations of a pattern and simulates nothing."""

    def __init__(self, model: NeuronModel, pattern: Pattern) -> None:
        self.model, self.n = model, 1
        self.full_spike = model.full_spike()
        self.tracer = RowTracer()
        stimulus = {name: self.tracer.input(STIMULUS + name, FIXED) for name in pattern.stimulus_names}
        self.stimulus_values = SimpleNamespace(**stimulus)
        for name in ("dt", *AT_REST, *AT_THE_END):
            setattr(self, name, self.tracer.input(PROPERTY + name, FIXED))
        self.calls: list[Call] = []

    def tape(self, measured: Measurement, keys: list[str]) -> Tape:
        """Return the tape of a measurement, without instructions that the criteria do not need."""
        self.tracer.check()
        features, progress = {}, {}
        for key in keys:
            feature = measured.features[key]
            if isinstance(feature, Graded):
                features[key] = self.tracer.value(feature.value)
                progress[key] = self.tracer.value(feature.progress)
            else:
                features[key] = self.tracer.value(feature)
        gap = self.tracer.value(measured.gap_to_threshold)
        before = [x for call in self.calls for x in call.values]
        body = self.tracer.body.needed([*before, *features.values(), *progress.values(), gap])
        return Tape(body, tuple(self.calls), features, progress, gap)

    def _traced(
        self, operation: Operation, of: Value, arguments: tuple[object, ...], *attributes: object, dims: int = NUMBER
    ) -> Any:
        values = [of, *(self.tracer.value(x) for x in arguments)]
        dtype = BOOL if operation is _STEPS_SHOW else DOUBLE
        return Traced(self.tracer, self.tracer.body.add(operation, values, dtype, dims, attributes))

    def apply(
        self,
        sweeps: Mapping[str, Sweep],
        *,
        graded: str = "",
        durations: Mapping[str, float] | None = None,
        only: Mask | None = None,
        keep: bool = True,
        shown: bool = False,
    ) -> Responses:
        k = len(self.calls)
        traced = {
            name: TracedSweep.of(sweep, None if durations is None else durations[name], self.tracer)
            for name, sweep in sweeps.items()
        }
        where = None if only is None else self.tracer.value(only)
        self.calls.append(Call(traced, graded or next(iter(sweeps)), where, keep, shown))
        responses = {}
        for name, sweep in sweeps.items():
            times, peak, top, bottom = (
                self._traced(row, RESPONSES, (), k, name, dims=_ROWS[key]) for key, row in _OF_RESPONSES.items()
            )
            responses[name] = _TracedResponse(times, sweep.end, peak, self.dt, top=top, bottom=bottom, place=(k, name))
        return self.responses(responses)

    def show(self, sweeps: Mapping[str, Sweep], *, only: Mask) -> None:
        self.apply(sweeps, only=only, shown=True)

    def control(self, holding: ArrayLike) -> NDArray[np.int64]:
        return self._traced(_CONTROL, RUNNER, (holding,))

    def threshold_at(self, current: ArrayLike) -> Floats:
        return self._traced(_THRESHOLD_AT, RUNNER, (current,))

    def weakest_step(
        self,
        shows: Callable[[Floats], Mask],
        width: float,
        duration: float,
        low: Floats,
        high: Floats,
        works: Mask,
        tolerance: float,
    ) -> Floats:
        given = (width, duration, low, high, works, tolerance)
        return self._traced(_WEAKEST_STEP, RUNNER, given, self._part(shows))

    def steps_show(
        self, shows: Callable[[Floats], Mask], heights: Floats, width: float, duration: float, only: Mask
    ) -> Mask:
        return self._traced(_STEPS_SHOW, RUNNER, (heights, width, duration, only), self._part(shows))

    def onset(self, top: Floats, depth: str, only: Mask) -> Onsets:
        values = [RUNNER, self.tracer.value(top), self.tracer.value(only)]
        record = self.tracer.body.add(_ONSET, values, RECORD, NUMBER, (depth,))
        names = (field.name for field in fields(Onsets) if field.name != "curve")  # A tape has no curve.

        def one(name: str) -> Any:
            return Traced(self.tracer, self.tracer.body.add(FIELD, [record], DOUBLE, NUMBER, (name,)))

        return Onsets(**{name: one(name) for name in names})

    def _part(self, shows: Callable[[Floats], Mask]) -> Part:
        # The part uses the same tracer, so it may contain instructions that the tape has computed before.
        result = self.tracer.value(shows(cast(Floats, self.tracer.input(_TIMES, FIXED, ROW))))
        return Part(self.tracer.body.needed([result]), result)


def _call_data(call: Call, writer: Writer) -> dict[str, object]:
    return {
        "sweeps": [
            {
                "name": name,
                "pieces": [[writer.argument(x) for x in piece] for piece in sweep.pieces],
                "end": writer.argument(sweep.end),
                "duration": None if sweep.duration is None else writer.argument(sweep.duration),
                "response": [writer.argument(x) for x in sweep.window],
                "voltage": None if sweep.voltage is None else [float(x) for x in sweep.voltage],
            }
            for name, sweep in call.sweeps.items()
        ],
        "graded": call.graded,
        "only": None if call.only is None else writer.argument(call.only),
        "keep": call.keep,
        "shown": call.shown,
    }
