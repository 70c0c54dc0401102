"""Fingerprints of packaged results, which change exactly when the rules change on which a result depends.

A fingerprint has three parts, such as ``"5f0c2a1b-90d4e7aa-c31f6e02"``, so that a stale row shows what changed:

- the neuron: the operations of its programs, its parameters with their ranges, its time step
- the pattern: its stimulus parameters, sweeps, measured features, criteria and verification tests
- the result: a parameter set with its time step, or the status of a pair without a set

Operations are hashed as a graph, each with its name and the hashes of its arguments. Texts, names of variables and the
order of independent lines do not affect the hash. Code that is not traced, such as a feature with a loop, is
represented by its number in `HAND_WRITTEN`. The search does not affect the fingerprint, because the evaluation of a
parameter set does not depend on its origin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import NamedTuple, cast

from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import DOUBLE, UNIFORM, Instruction, Part, Program, Value
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.patterns import runner, settling, verification
from plausiwidgets.patterns.criterion import USUAL_SPAN, Criterion
from plausiwidgets.patterns.packaged import default_set, known_sets
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusParameter
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.patterns.sweep import BEFORE
from plausiwidgets.widgets.catalogue.sweep_programs import TracedSweep, sweep_programs
from plausiwidgets.widgets.catalogue.tape import Call, trace

HAND_WRITTEN = {
    # The procedure of every pattern consists of rest, sweeps, penalties, bisection and verification.
    "runner": 1,
    "control": 1,
    "threshold_at": 1,
    "weakest_step": 1,
    "steps_show": 1,
    "onset": 1,
    "penalty": 1,
    "verification": 1,
    # These are features of spike times and potentials.
    "adaptation_index": 1,
    "at": 1,
    "bursts": 2,
    "climbs": 1,
    "coincidences": 1,
    "count": 1,
    "course_distance": 1,
    "cv": 1,
    "cv2": 1,
    "decay_time": 1,
    "first": 1,
    "first_below": 1,
    "growth": 1,
    "half_width": 1,
    "hump": 2,
    "intervals": 1,
    "largest": 1,
    "last": 1,
    "late_half": 1,
    "leading": 1,
    "lengths": 1,
    "mean": 1,
    "mean_peak": 1,
    "mean_trough": 1,
    "median": 1,
    "one_of": 1,
    "persistence": 1,
    "place_of_least": 1,
    "shortest_isi": 1,
    "smallest": 1,
    "spread": 1,
    "swings": 1,
    "van_rossum": 1,
    "voltage_range": 1,
    "window": 1,
}
"""Version number of each procedure that is not traced.

Increase a number when the function returns different values. The patterns that use it are then stale.
"""

OF_RESPONSES = ("times", "peak", "top", "bottom", "v")
"""Operations on the response to a sweep."""
DIGITS = 8
"""Number of digits of each part of a fingerprint."""
NOT_FOUND, RULED_OUT = "none", "ruled_out"
"""Third part of the fingerprint of a pair without a parameter set."""

RULES = (
    (SETTLE, BEFORE, runner.KICK, runner.LOWEST, runner.HIGHEST, runner.SUBTHRESHOLD, runner.MAX_RATE, USUAL_SPAN),
    (settling.TRANSIENT, settling.BLOCK, settling.LONGEST, settling.SETTLED, settling.ROUNDING),
    (verification.DIGITS, verification.LONG_REST, verification.LONG, verification.AFTERWARDS, verification.LATE),
)
"""Numbers in rules that apply to every pattern."""


class Fingerprint(NamedTuple):
    """Fingerprint with its three parts."""

    model: str
    pattern: str
    result: str

    def __str__(self) -> str:
        return "-".join(self)


def of_set(model: NeuronModel, pattern: Pattern, values: Mapping[str, float], dt: float | None = None) -> Fingerprint:
    """Return the fingerprint of a result with a parameter set.

    Parameters that are missing in `values` are at their defaults.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> lif, tonic = pw.models.get("lif"), pw.patterns.get("tonic_spiking")
    >>> of_set(lif, tonic, {}) == of_set(lif, tonic, {"tau_mem": lif.parameters["tau_mem"].default})
    True
    """
    complete = {name: float(values.get(name, p.default)) for name, p in pattern.parameters(model).items()}
    return Fingerprint(of_model(model), of_pattern(pattern), of_values(complete, model.dt if dt is None else dt))


def of_pair(
    model: NeuronModel, pattern: Pattern, held: Mapping[str, float] | None = None, dt: float | None = None
) -> Fingerprint:
    """Return the fingerprint of a pair without a parameter set, because no search found one or a proof rules it out.

    Parameters
    ----------
    held : mapping of str to float, optional
        Parameters of the model that were fixed in the search.
    """
    found = NOT_FOUND if held is None else f"{NOT_FOUND}_{of_values(held, dt)}"
    return Fingerprint(of_model(model), of_pattern(pattern), RULED_OUT if why_ruled_out(pattern, model) else found)


def of_known_sets(model: NeuronModel, pattern: Pattern) -> Fingerprint:
    """Return the fingerprint of the sets that the app provides for a pair, including their verdicts."""
    sets = [default_set(model, pattern), *known_sets(model, pattern)]
    result = _hash([(of_values(one.parameters, one.dt), one.status, one.failed_test) for one in sets])
    return Fingerprint(of_model(model), of_pattern(pattern), result[:DIGITS])


def of_values(values: Mapping[str, float], dt: float | None) -> str:
    """Return the part of a fingerprint for a parameter set with its time step."""
    return _hash(None if dt is None else float(dt), sorted((name, float(x)) for name, x in values.items()))[:DIGITS]


@cache
def of_model(model: NeuronModel) -> str:
    """Return the part of a fingerprint for a built-in model."""
    assert model.programs is not None
    return of_programs(model, model.programs)


def of_programs(model: NeuronModel, programs: Programs) -> str:
    """Return the part of a fingerprint for a model with given programs."""
    height = model.full_spike()
    hashed = _hash(
        *(None if one is None else _program(one) for one in (programs.step, programs.start, programs.balance)),
        *(None if callable(x) else x for x in (model.rest, model.threshold)),
        # The resting potential of some neurons is computed, and its last digits differ between machines.
        None if height is None else f"{height:.6g}",
        (model.spike_level, model.limit, model.dt, model.threshold_place, model.states[0].unit == "mV"),
        _numbers(model.current),
        *sorted(map(_numbers, model.parameters.values())),
    )
    return hashed[:DIGITS]


@cache
def of_pattern(pattern: Pattern) -> str:
    """Return the part of a fingerprint for a pattern with its verification tests."""
    forms = sorted(_form(form) for form in pattern.verification.values())
    common = [
        _criterion(one)
        for one in (verification.BACK, verification.HALF, verification.CLEAR, verification.BRIEF, verification.RING)
    ]
    versions = [HAND_WRITTEN[name] for name in ("runner", "penalty", "verification")]
    return _hash(RULES, versions, common, _form(pattern), forms, pattern.comes_back)[:DIGITS]


def _form(pattern: Pattern) -> str:
    """Return the hash of a pattern without its verification, for models with a reset and for models without one."""
    stimulus = sorted(map(_numbers, pattern.stimulus_parameters))
    traced = [_traced(pattern, height) for height in (None, 1.0)]
    # A procedure chooses its sweeps, but the verification test of its return to rest applies the sweeps of the sketch.
    programs = (sweep_programs(pattern) or {}).values() if pattern.adapts else ()
    sketched = sorted(_Graph(one.body).sweep(one.sweep) for one in programs)
    finer = () if pattern.finer is None else (pattern.finer, pattern.equal)
    return _hash(stimulus, traced, sketched, pattern.at_rest, *finer)


def _numbers(parameter: Parameter | StimulusParameter) -> tuple[object, ...]:
    """Return the properties of a parameter that affect an evaluation or a search.

    They include the key, which parameter sets contain, but no texts.
    """
    p = parameter
    origin = (p.of, p.downwards) if isinstance(p, StimulusParameter) else ()
    limits = tuple(None if x is None else float(x) for x in p.limits or ())
    return (p.key, float(p.default), float(p.low), float(p.high), p.scale, repr(p.linear_width), limits, p.vary, origin)


def _criterion(one: Criterion) -> str:
    bounds = (float(one.low), float(one.high), float(one.scale), float(one.at_least_steps), float(one.weight))
    return _hash(bounds, one.kind, one.per_span, one.without_reset)


# -- operations ----------------------------------------------------------------------------------------------------


def _program(program: Program) -> str:
    """Return the hash of the operations of a program."""
    graph = _Graph(program.body, {f"p{i}": f"parameter {name}" for i, name in enumerate(program.parameters)})
    return _hash(*map(graph.of, (program.spikes, *program.state)))


def _traced(pattern: Pattern, full_spike: float | None) -> str:
    """Return the hash of the measurement of a pattern, for models with a full spike of this height or with a reset."""
    neuron = SimpleNamespace(full_spike=lambda: full_spike, states=[SimpleNamespace(unit="mV")])
    tape = trace(cast(NeuronModel, neuron), pattern)
    graph = _Graph(tape.body, calls=tape.calls)
    nothing = Value("", DOUBLE, 0, UNIFORM, 0.0)
    criteria = sorted(
        _hash(_criterion(one), graph.of(tape.features[one.key]), graph.of(tape.progress.get(one.key, nothing)))
        for one in pattern.criteria
    )
    # Features of all sweeps, such as the minimum potential, depend on each sweep that is not only shown.
    runs = sorted(
        graph.response(k, name) for k, call in enumerate(tape.calls) if not call.shown for name in call.sweeps
    )
    return _hash(graph.of(tape.gap), criteria, runs)


class _Graph:
    """Hashes of instructions, in which a response is identified by its sweep instead of its position in the calls."""

    def __init__(
        self,
        body: Iterable[Instruction],
        names: Mapping[str, str] = MappingProxyType({}),
        calls: Sequence[Call] = (),
    ) -> None:
        self._names, self._calls = names, calls
        self._known: dict[str, str] = {}
        for line in body:
            self._known[line.name] = self._line(line)

    def of(self, value: Value) -> str:
        """Return the hash of a constant, an input, or the result of an instruction."""
        if value.number is not None:
            return _hash(str(value.dtype), repr(value.number))
        return self._known.get(value.name) or _hash(self._names.get(value.name, value.name))

    def _line(self, line: Instruction) -> str:
        name, attributes = line.operation.name, line.attributes
        if name in OF_RESPONSES:
            number, sweep = cast(tuple[int, str], attributes)
            attributes = (self.response(number, sweep),)
        parts = (self._part(one) if isinstance(one, Part) else one for one in attributes)
        return _hash(name, str(line.dtype), HAND_WRITTEN.get(name, 0), *map(self.of, line.arguments), *parts)

    def _part(self, part: Part) -> str:
        """Return the hash of the condition on the spike times that a bisection evaluates in each step."""
        return _Graph(part.body, self._names, self._calls).of(part.result)

    def response(self, number: int, name: str) -> str:
        """Return the hash of the response to a sweep of a call."""
        call = self._calls[number]
        # A sweep without a duration is simulated as long as the longest sweep of the same call.
        ends = sorted(self.of(one.end) for one in call.sweeps.values())
        only = "" if call.only is None else self.of(call.only)
        return _hash(self.sweep(call.sweeps[name], ends), call.graded == name, only, call.keep)

    def sweep(self, sweep: TracedSweep, ends: Sequence[str] = ()) -> str:
        """Return the hash of a sweep, given the `ends` of the sweeps of the same call."""
        return _hash(
            sorted([self.of(x) for x in piece] for piece in sweep.pieces),
            self.of(sweep.end),
            list(ends) if sweep.duration is None else self.of(sweep.duration),
            [self.of(x) for x in sweep.window],
            sweep.voltage,
        )


def _hash(*parts: object) -> str:
    """Return the hash of texts, numbers and lists of them, in which a number counts to its last bit."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
