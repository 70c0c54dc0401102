"""A pattern as programs, for a page without Python: its sweeps, and its tape, the way from responses to features.

:func:`sweep_programs` and :func:`tape_of` call the pattern's own ``sweeps``, ``measure`` or ``procedure`` with traced
values. ``widgets/app/src/engine/tape.ts`` plays a tape in the app, and :mod:`plausiwidgets.widgets.catalogue.replay` in
Python. The sweeps that a procedure chooses for a neuron, such as those just above its rheobase, depend on responses;
:func:`applied_sweeps` returns them for one parameter set.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.current import Floats
from plausiwidgets.engine.program.arrays import Values, run, value_of
from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import (
    BOOL,
    DOUBLE,
    FIXED,
    RECORD,
    Instruction,
    Operation,
    Value,
)
from plausiwidgets.engine.program.rows import NUMBER, ROW, RowTracer, of_rows
from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.response import Graded, Mask, Measurement, Response, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep

if TYPE_CHECKING:
    Json = float | str | bool | list["Json"] | dict[str, "Json"] | None
SweepNumbers = dict[str, Any]
"""A sweep of one parameter set: ``pieces``, each a list of on, off, start and end; ``end``; and ``duration``, the time
in ms to simulate."""

AT_REST = ("span", "threshold", "v_baseline", "baseline_range", "baseline_peak", "spontaneous_spikes")
AT_THE_END = ("lowest", "highest", "rise")
"""Attributes of a runner that a tape reads, with ``@`` before them: of the neuron at rest, and of all sweeps."""

STIMULUS, PROPERTY = ".", "@"
"""What the names of inputs begin with. The key of a stimulus value is an identifier, so no two names are equal."""

_RUNNER = Value("@runner", RECORD, 0, FIXED)
_RESPONSES = Value("@responses", RECORD, 0, FIXED)
"""The runner that applies the sweeps, and the responses to each of its calls. The app has its own."""
_TIMES = "@times"
"""Spike times of the responses to the steps that a search applies."""


# -- operations on responses, and on the runner ------------------------------------------------------


def _per_set(x: Any, runner: Runner) -> NDArray[Any]:
    return np.broadcast_to(np.asarray(x), (runner.n,))


def _weakest_step(runner: Runner, *arguments: Any) -> Floats:
    width, duration, low, high, works, tolerance, part = arguments
    bounds = [_per_set(x, runner) for x in (low, high, works)]
    return runner.weakest_step(part.on(runner), width, duration, bounds[0], bounds[1], bounds[2], tolerance)


def _steps_show(runner: Runner, *arguments: Any) -> Mask:
    heights, width, duration, only, part = arguments
    return runner.steps_show(part.on(runner), _per_set(heights, runner), width, duration, _per_set(only, runner))


def _of_response(name: str) -> Operation:
    return of_rows(name, lambda responses, k, sweep: getattr(responses[k][sweep], name))


_ROWS = {"times": ROW, "peak": NUMBER, "top": NUMBER}
_OF_RESPONSES = {name: _of_response(name) for name in _ROWS}
_POTENTIAL = of_rows("v", lambda responses, t0, t1, k, sweep: responses[k][sweep].v(t0, t1))
_CONTROL = of_rows("control", lambda runner, holding: runner.control(holding))
_THRESHOLD_AT = of_rows("threshold_at", lambda runner, current: runner.threshold_at(current))
_WEAKEST_STEP = of_rows("weakest_step", _weakest_step)
_STEPS_SHOW = of_rows("steps_show", _steps_show)


@dataclass(frozen=True)
class Part:
    """The part of a tape that is computed for each step of a search, from its spike times."""

    body: tuple[Instruction, ...]
    result: Value

    def on(self, runner: Runner) -> Callable[[Floats], Mask]:
        """Return a function of spike times, shape [lanes, most spikes]."""
        values = inputs_of(runner)
        return lambda times: value_of(self.result, run(self.body, values | {_TIMES: times}))


def inputs_of(runner: Runner) -> Values:
    """Return the inputs of a tape that are known before any sweep is applied."""
    stimulus = {STIMULUS + name: x for name, x in vars(runner.stimulus_values).items()}
    return stimulus | {PROPERTY + name: getattr(runner, name) for name in ("dt", *AT_REST)} | {_RUNNER.name: runner}


# -- sweeps ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TracedSweep:
    """A sweep whose times and currents are values of a program."""

    pieces: tuple[tuple[Value, ...], ...]
    end: Value
    duration: Value | None
    window: tuple[Value, ...]
    voltage: tuple[float, float] | None

    @classmethod
    def of(cls, sweep: Sweep, duration: float | Traced | None, tracer: RowTracer) -> TracedSweep:
        """Return a sweep of traced values; those that are numbers are constants."""
        pieces = [tuple(tracer.value(x) for x in (p.on, p.off, p.first, p.last)) for p in sweep.pieces]
        window = tuple(tracer.value(x) for x in sweep.window)
        last = None if duration is None else tracer.value(duration)
        return cls(tuple(pieces), tracer.value(sweep.end), last, window, sweep.voltage)

    @property
    def values(self) -> list[Value]:
        """What has to be computed before the sweep is applied."""
        last = [] if self.duration is None else [self.duration]
        return [*(x for piece in self.pieces for x in piece), self.end, *last, *self.window]


@dataclass(frozen=True)
class SweepProgram:
    """A sweep of the stimulus values alone, with the program that computes it."""

    body: tuple[Instruction, ...]
    sweep: TracedSweep

    def numbers(self, values: Mapping[str, float]) -> SweepNumbers:
        """Return the sweep at some stimulus values."""
        known = run(self.body, {STIMULUS + name: np.float64(x) for name, x in values.items()})
        return _sweep_data(self.sweep, lambda x: float(value_of(x, known)))

    def data(self) -> SweepNumbers:
        """Return the sweep as JSON: arguments of the app's player instead of numbers, and the ``body`` they need."""
        writer = _Writer(self.body)
        return ({"body": writer.body} if self.body else {}) | _sweep_data(self.sweep, writer.argument)


def sweep_programs(pattern: Protocol, prefix: str = "") -> dict[str, SweepProgram] | None:
    """Return the sweeps of a pattern without components as programs, or None if its function cannot be traced.

    Parameters
    ----------
    prefix : str
        Before the names of its stimulus values.

    Examples
    --------
    >>> from plausiwidgets import patterns
    >>> sweep_programs(patterns.get("rebound_spike"))["release"].data()["body"][-1]
    ['add', 'width', 500.0]
    """
    if pattern.sweeps is None:
        return {}
    tracer = RowTracer()
    s = SimpleNamespace(**{name: tracer.input(STIMULUS + prefix + name, FIXED) for name in pattern.stimulus_names})
    try:
        durations = pattern.durations(s)
        sweeps = {name: TracedSweep.of(x, durations[name], tracer) for name, x in pattern.sweeps(s).items()}
        tracer.check()
    except Exception:  # a custom function may do anything with its values
        return None
    programs = {name: SweepProgram(tracer.body.needed(sweep.values), sweep) for name, sweep in sweeps.items()}
    constants = [a for x in programs.values() for a in (*x.sweep.values, *(b for y in x.body for b in y.arguments))]
    # The check of a sweep refuses currents that are not finite, but it sees no traced value.
    return None if any(a.number is not None and not math.isfinite(a.number) for a in constants) else programs


def sweep_numbers(sweep: Sweep, duration: float) -> SweepNumbers:
    """Return a sweep of one parameter set."""
    tracer = RowTracer()
    return _sweep_data(TracedSweep.of(sweep, duration, tracer), lambda x: float(cast(float, x.number)))


def _sweep_data(sweep: TracedSweep, written: Callable[[Value], Any]) -> SweepNumbers:
    assert sweep.duration is not None
    pieces = [[written(x) for x in piece] for piece in sweep.pieces]
    return {"pieces": pieces, "end": written(sweep.end), "duration": written(sweep.duration)}


def applied_sweeps(
    model: NeuronModel, pattern: Protocol, values: Mapping[str, float], dt: float
) -> dict[str, SweepNumbers]:
    """Return the sweeps that a pattern's procedure applies to a neuron, and shows.

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


@dataclass(frozen=True)
class Call:
    """Sweeps that a pattern applies together; arguments as of :meth:`Runner.apply`.

    With `shown` they are for the figure, and nothing is measured.
    """

    sweeps: Mapping[str, TracedSweep]
    graded: str
    only: Value | None
    keep: bool
    shown: bool

    @property
    def values(self) -> list[Value]:
        """What has to be computed before the call."""
        only = [] if self.only is None else [self.only]
        return [*(x for sweep in self.sweeps.values() for x in sweep.values), *only]


@dataclass(frozen=True)
class Tape:
    """What a pattern measures.

    Attributes
    ----------
    body : tuple of Instruction
        All that is computed, in the order of the pattern's functions.
    calls : sequence of Call
        The sweeps that it applies, in their order.
    features, progress : dict of str to Value
        The values of the criteria, and the progress of those that are graded.
    gap : Value
        Distance from the threshold, see :class:`Measurement`.
    """

    body: tuple[Instruction, ...]
    calls: tuple[Call, ...]
    features: Mapping[str, Value]
    progress: Mapping[str, Value]
    gap: Value

    def data(self) -> dict[str, Any]:
        """Return the tape as JSON."""
        writer = _Writer(self.body)
        return {
            "body": writer.body,
            "applied": [_call_data(call, writer) for call in self.calls],
            "features": {key: writer.argument(x) for key, x in self.features.items()},
            "progress": {key: writer.argument(x) for key, x in self.progress.items()},
            "gap": writer.argument(self.gap),
        }


def tape_of(model: NeuronModel, pattern: Pattern) -> Tape | None:
    """Return what a pattern measures as a tape, or None if its functions cannot be traced."""
    runner = _TracedRunner(model, pattern)
    try:
        with np.errstate(all="ignore"):
            measured = pattern.measured_on(runner)
        return runner.tape(measured, [c.key for c in pattern.criteria])
    except Exception:  # custom functions may do anything with their values
        return None


@dataclass(frozen=True)
class _TracedResponse(Response):
    """The response to a sweep that has not been simulated."""

    place: tuple[int, str] = (0, "")

    def v(self, t0: float, t1: float) -> Any:
        tracer = cast(Traced, self.times).tracer
        times = [tracer.value(t0), tracer.value(t1)]
        return Traced(tracer, tracer.body.add(_POTENTIAL, [_RESPONSES, *times], DOUBLE, ROW, self.place))


class _TracedRunner(Runner):
    """A runner that traces what a pattern does, and simulates nothing."""

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
        """Return the tape of a measurement, as far as the criteria need it."""
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
        self, operation: Operation, of: Value, arguments: tuple[Any, ...], *attributes: Any, dims: int = NUMBER
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
            times, peak, top = (
                self._traced(row, _RESPONSES, (), k, name, dims=_ROWS[key]) for key, row in _OF_RESPONSES.items()
            )
            responses[name] = _TracedResponse(times, sweep.end, peak, self.dt, top=top, place=(k, name))
        return self.responses(responses)

    def show(self, sweeps: Mapping[str, Sweep], *, only: Mask) -> None:
        self.apply(sweeps, only=only, shown=True)

    def control(self, holding: Any) -> Any:
        return self._traced(_CONTROL, _RUNNER, (holding,))

    def threshold_at(self, current: Any) -> Any:
        return self._traced(_THRESHOLD_AT, _RUNNER, (current,))

    def weakest_step(
        self,
        shows: Callable[[Floats], Mask],
        width: float,
        duration: float,
        low: Floats,
        high: Floats,
        works: Mask,
        tolerance: float,
    ) -> Any:
        given = (width, duration, low, high, works, tolerance)
        return self._traced(_WEAKEST_STEP, _RUNNER, given, self._part(shows))

    def steps_show(
        self, shows: Callable[[Floats], Mask], heights: Floats, width: float, duration: float, only: Mask
    ) -> Any:
        return self._traced(_STEPS_SHOW, _RUNNER, (heights, width, duration, only), self._part(shows))

    def _part(self, shows: Callable[[Floats], Mask]) -> Part:
        # It has the same tracer, so it may use what the pattern has computed before. The tape then has it twice.
        result = self.tracer.value(shows(cast(Floats, self.tracer.input(_TIMES, FIXED, ROW))))
        return Part(self.tracer.body.needed([result]), result)


# -- as JSON -----------------------------------------------------------------------------------------


class _Writer:
    """Instructions as JSON, ``[operation, argument, …, attribute, …]``.

    An argument is a number, a truth value, the name of an input, or ``[place]``: the result of another instruction.
    """

    def __init__(self, body: tuple[Instruction, ...]) -> None:
        self._places = {line.name: i for i, line in enumerate(body)}
        self.body = [self._line(line) for line in body]

    def argument(self, value: Value) -> Json:
        x = value.number
        if x is None:
            return [self._places[value.name]] if value.name in self._places else value.name.removeprefix(STIMULUS)
        if value.dtype == BOOL:
            return bool(x)
        # JSON has no numbers that are not finite.
        return float(x) if math.isfinite(x) else "@nan" if math.isnan(x) else "@inf" if x > 0 else "@-inf"

    def _line(self, line: Instruction) -> list[Json]:
        arguments = [self.argument(a) for a in line.arguments if a not in (_RUNNER, _RESPONSES)]
        if line.operation is CAST:  # a number in the app has no type, so a conversion is an operation of the table
            return ["ne", *arguments, 0.0] if line.dtype == BOOL else ["where", *arguments, 1.0, 0.0]
        return [line.operation.name, *arguments, *map(_attribute, line.attributes)]


def _attribute(x: Any) -> Json:
    if not isinstance(x, Part):
        return cast("Json", x)
    writer = _Writer(x.body)
    return {"body": cast("Json", writer.body), "result": writer.argument(x.result)}


def _call_data(call: Call, writer: _Writer) -> dict[str, Any]:
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
