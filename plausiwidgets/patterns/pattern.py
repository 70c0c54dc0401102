"""A firing pattern as one object: stimulus, measurement, criteria, and what it teaches."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.arguments import checked, whole
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.names import unknown
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import Bench, Graded, Measurement, Response, Responses
from plausiwidgets.patterns.criterion import AT_REST, BELOW_THRESHOLD, CELL, MIN_ISI, QUIET, WHOLE, Criterion
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.marks import Mark, Time
from plausiwidgets.patterns.sweep import Sweep, sketch
from plausiwidgets.simulation.current import Floats
from plausiwidgets.simulation.traces import Traces

StimulusValues = Any
"""``s`` of a pattern's functions: a namespace with an attribute of shape [n] for each of its free values."""

_CURRENT, _INJECTED = "current", "injected"
_TEXTS = {
    "amplitude": "Amplitude of the stimulus, from the holding level; downwards where it is an inhibition.",
    "holding": "Constant current on which the stimulus rides; the neuron settles at it first.",
}


@checked
@dataclass(frozen=True)
class FreeValue:
    """A free value of a stimulus, which a person drags and a search tunes.

    Parameters
    ----------
    name : str
        Attribute of the namespace that ``sweeps`` and ``measure`` get. ``amplitude`` is the height that a
        search can solve, ``holding`` the current at which the neuron settles (0 where a pattern has none).
    default, low, high : float
        Value and range: in `unit`, or as factors of the model's default current.
    unit : str
        Such as ``"ms"``; not with `of`.
    of : {"", "current", "injected"}
        ``"current"``: the value is a current, in the model's unit, and its range is given as factors of the
        model's default current. ``"injected"``: it is a current whose range is in the model's unit already.
    scale, zero, limits
        As of a `Parameter`. Hard limits of a value in ms are its range, where nothing else is said.
    text : str
        What a person reads about it.
    free : bool
        Whether a search may change it unless told otherwise.

    Raises
    ------
    ValueError
        If it has neither a unit nor is a current, or both.

    Examples
    --------
    >>> FreeValue("width", 5.0, 2.0, 500.0, unit="ms", scale="log", text="Width of the pulse.").limits
    (2.0, 500.0)
    """

    name: str
    default: float
    low: float
    high: float
    unit: str = ""
    of: str = ""
    scale: str = "linear"
    zero: float | None = None
    limits: tuple[float | None, float | None] | None = None
    text: str = ""
    free: bool = True

    def __post_init__(self) -> None:
        if self.of not in ("", _CURRENT, _INJECTED):
            raise ValueError(
                f"stimulus value {self.name!r}: of is {self.of!r}, valid is: 'current', 'injected', or a unit instead"
            )
        if bool(self.unit) == bool(self.of):
            raise ValueError(
                f"stimulus value {self.name!r} needs a unit: say unit='ms', or of='current' for a current in the "
                "model's own unit, and not both"
            )
        if self.limits is None:
            object.__setattr__(self, "limits", (self.low, self.high) if self.unit == "ms" else (None, None))
        self.parameter(1.0, self.unit or "current")

    def parameter(self, current: float, unit: str, source: str = "") -> Parameter:
        """Return it as a parameter of a model whose usual current is `current`, in `unit`."""
        factor = current if self.of == _CURRENT else 1.0
        assert self.limits is not None
        return Parameter(
            self.name,
            self.default * factor,
            self.low * factor,
            self.high * factor,
            unit if self.of else self.unit,
            self.scale,
            None if self.zero is None else self.zero * factor,
            (
                None if self.limits[0] is None else self.limits[0] * factor,
                None if self.limits[1] is None else self.limits[1] * factor,
            ),
            "stimulus",
            self.text or _TEXTS.get(self.name, ""),
            source,
            self.free,
        )


@checked
@dataclass(frozen=True)
class AmplitudeWindow:
    """The two thresholds between which the amplitude of a pattern lies, and is solved by a search.

    Attributes
    ----------
    fire, silent : tuple of str
        Sweeps that must fire, and that must not. Spikes count in each sweep's `response` window.
    """

    fire: tuple[str, ...]
    silent: tuple[str, ...]


@checked
@dataclass(frozen=True)
class Curve:
    """What a pattern measures as a curve, for a figure.

    Attributes
    ----------
    x, y : str
        Names in ``Verdict.measured``.
    x_label, y_label, x_unit, y_unit : str
        For the axes; an empty `x_unit` is the unit of the model's current.
    onset : str
        Name in ``Verdict.measured`` of the x below which y is 0. The curve is then drawn over x as a multiple of it.
    """

    x: str
    y: str
    x_label: str
    y_label: str
    x_unit: str = ""
    y_unit: str = ""
    onset: str = ""


_in_units: WeakKeyDictionary[Pattern, WeakKeyDictionary[NeuronModel, dict[str, Parameter]]] = WeakKeyDictionary()
"""The stimulus values of patterns in the units of models, which each judgement asks for."""


@checked
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Pattern:
    """A firing pattern: how a neuron is stimulated, what is measured, and what is accepted.

    Give ``sweeps`` and ``measure``, or, for a pattern that adapts its sweeps to what it saw, a ``procedure``.
    What holds for every pattern is added: the neuron is silent and at rest before the onset, and no
    interval between spikes is shorter than 1 ms.

    Parameters
    ----------
    key : str
        Identifier.
    title : str
    criteria : sequence of Criterion
        All must hold for the pattern to be accepted.
    judged : bool
        Whether there is anything to judge. Without it, it is a stimulus: sweeps that are shown, and nothing else.
    free_values : sequence of FreeValue
        Of its stimulus.
    sweeps : callable
        ``sweeps(s)`` returns name → `Sweep`; ``s.amplitude`` and so on are arrays of shape [n]. With a
        procedure it only serves the sketch of the stimulus.
    measure : callable
        ``measure(r, s)`` returns feature → array of shape [n]; ``r["name"]`` is the `Response` to a sweep,
        ``r.span`` and so on say what the neurons are like at rest (`Responses`). A feature is nan where it
        cannot be computed.
    procedure : callable
        ``procedure(bench)`` applies sweeps to a `Bench` and returns a `Measurement`.
    letter, description, look_for, function, parameter_hint, source : str
        For people: what happens, what to look at, what it may be good for in the brain, which parameter
        matters, and where it comes from.
    main_sweep : str
        Name of the sweep to look at first; default: the first one.
    amplitude_window : AmplitudeWindow, optional
        Lets a search solve the amplitude of each candidate.
    long_control : callable, optional
        ``long_control(s)`` returns name → `Sweep`, for the verification: no spike may fall into the response
        window of any.
    curve : Curve, optional
    event : (Time, Time), optional
        From when to when a figure shows the sweeps: what the pattern is about, where it is short against them.
    fine : bool
        Whether what it is about are a few millivolts below the threshold: a figure then cuts the spikes off.
    marks : sequence of Mark
        How what the criteria measure is drawn into the traces; one of a criterion that is not asked for is not.
    reference : (str, mapping of str to float, float) or mapping of str to Traces, optional
        The target in a figure: name, parameters and time step in ms of a neuron that shows the pattern, or a
        recording for each sweep.
    at_rest : bool
        Whether the neuron must be at rest before the onset. Only a recording that fires from its start does
        without.
    parts : sequence of Pattern
        Patterns that must all be shown with one set of model parameters, made by `all_of`: stimulus and criteria
        are then theirs, and there is nothing to measure besides.
    budget : int
        Evaluations that a search for it takes by default.

    Raises
    ------
    ValueError
        If names are used twice, sweeps or features are missing or of the wrong shape, or texts are empty;
        the message says what to change.

    Examples
    --------
    >>> from plausiwidgets.patterns import Criterion, FreeValue, Pattern, Sweep, pulse
    >>> Pattern(
    ...     key="one_spike", title="One spike",
    ...     free_values=[FreeValue("amplitude", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None))],
    ...     sweeps=lambda s: {"pulse": Sweep([pulse(0.0, 5.0, s.amplitude)], end=200.0)},
    ...     measure=lambda r, s: {"n": r["pulse"].count()},
    ...     criteria=[Criterion("n", "spikes", "Spikes after the pulse.", "spikes", low=1, high=1, kind="count")],
    ... ).free
    ('amplitude',)
    """

    key: str
    title: str
    criteria: Sequence[Criterion]
    free_values: Sequence[FreeValue] = ()
    sweeps: Callable[[StimulusValues], Mapping[str, Sweep]] | None = None
    measure: Callable[[Responses, StimulusValues], Mapping[str, ArrayLike | Graded]] | None = None
    procedure: Callable[[Bench], Measurement] | None = None
    letter: str = ""
    description: str = ""
    look_for: str = ""
    function: str = ""
    parameter_hint: str = ""
    source: str = ""
    main_sweep: str = ""
    amplitude_window: AmplitudeWindow | None = None
    long_control: Callable[[StimulusValues], Mapping[str, Sweep]] | None = None
    curve: Curve | None = None
    event: tuple[Time, Time] | None = None
    fine: bool = False
    marks: Sequence[Mark] = ()
    reference: tuple[str, Mapping[str, float], float | None] | Mapping[str, Traces] | None = None
    at_rest: bool = True
    parts: Sequence[Pattern] = ()
    budget: int = 100_000
    judged: bool = True

    def __post_init__(self) -> None:
        where = f"pattern {self.key!r}"
        whole(where, "budget", self.budget, 1)
        if not self.key.isidentifier():
            raise ValueError(f"a pattern's key must be a Python identifier, not {self.key!r}")
        if unicodedata.normalize("NFKC", self.key) != self.key:
            raise ValueError(f"{where}: write the key as {unicodedata.normalize('NFKC', self.key)!r}")
        if not self.title:
            raise ValueError(f"{where} needs a title")
        if self.judged and not self.criteria:
            raise ValueError(f"{where} has no criteria: every neuron would show it")
        _unique(f"{where}: stimulus value", self.free)
        _unique(f"{where}: criterion", [c.key for c in self.criteria])
        _set(self, free_values=tuple(self.free_values), parts=tuple(self.parts), marks=tuple(self.marks))
        if self.parts:
            _set(self, criteria=tuple(self.criteria))
            return
        if not self.judged:
            if self.criteria or self.measure or self.procedure or self.sweeps is None:
                raise ValueError(f"{where} is not judged: it has sweeps, and neither criteria, measure nor procedure")
            _set(self, criteria=())
            self._try_sweeps()
            return
        _set(self, criteria=with_common(self.criteria, self.at_rest))
        if (self.procedure is None) == (self.measure is None):
            raise ValueError(f"{where} needs either measure (and sweeps) or procedure")
        if self.measure is not None and self.sweeps is None:
            raise ValueError(f"{where} measures the responses to its sweeps, but has none: give sweeps")
        if self.measure is not None:
            self._try()

    def require_judged(self, what: str) -> None:
        """Raise a ValueError where there is nothing to judge; it says that there is nothing to do `what`."""
        if not self.judged:
            raise ValueError(
                f"“{self.title}” is a stimulus without criteria: there is nothing to {what}. Choose a firing pattern"
            )

    # -- values --------------------------------------------------------------------------------

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the stimulus values."""
        return tuple(value.name for value in self.free_values)

    @property
    def prefix(self) -> str:
        """What its stimulus values and criteria are called by among those of other patterns: key and underscore."""
        return f"{self.key}_"

    def within(self, name: str) -> str:
        """Return the name of one of its criteria or sweeps among those of other patterns, for people."""
        return f"{self.title}: {name}"

    @property
    def components(self) -> dict[str, Pattern]:
        """What is judged on a bench of its own: prefix of the stimulus values → pattern; without parts, itself."""
        return {part.prefix: part for part in self.parts} or {"": self}

    def values_of(self, prefix: str, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return the values of one component, by the names that it has for them."""
        mine = self.components[prefix].free
        model = {name: value for name, value in values.items() if name not in self.free}
        return model | {name: values[prefix + name] for name in mine}

    def stimulus_parameters(self, model: NeuronModel) -> dict[str, Parameter]:
        """Return the free stimulus values as parameters in the model's own units and ranges.

        Raises
        ------
        ValueError
            If the model has a parameter of the same name.
        """
        known = _in_units.setdefault(self, WeakKeyDictionary())
        if model not in known:
            known[model] = self._in_units_of(model)
        return dict(known[model])

    def _in_units_of(self, model: NeuronModel) -> dict[str, Parameter]:
        if self.parts:
            return {
                part.prefix + name: replace(p, name=part.prefix + name, description=part.within(p.description))
                for part in self.parts
                for name, p in part.stimulus_parameters(model).items()
            }
        out = {}
        for value in self.free_values:
            if value.name in model.parameters:
                raise ValueError(
                    f"{value.name!r} is both a stimulus value of pattern {self.key!r} and a parameter of model "
                    f"{model.name!r}: rename one"
                )
            p = value.parameter(usual_current(model), model.current.unit, self.source)
            low, high = max(p.low, model.current.low), min(p.high, model.current.high)
            # Where the model's range leaves nothing of the pattern's, the pattern's holds.
            if value.name == "holding" and value.of == _CURRENT and low < high:
                p = replace(p, default=float(np.clip(p.default, low, high)), low=low, high=high)
            out[value.name] = p
        return out

    def parameters(self, model: NeuronModel) -> dict[str, Parameter]:
        """Return the model's parameters and the stimulus values: all that can be tuned."""
        return dict(model.parameters) | self.stimulus_parameters(model)

    # -- sweeps --------------------------------------------------------------------------------

    def sweeps_at(self, values: Mapping[str, ArrayLike]) -> dict[str, Sweep]:
        """Return the sweeps for given stimulus values; none for a procedure without."""
        if self.parts:
            return {
                part.within(name): sweep
                for part in self.parts
                for name, sweep in part.sweeps_at({n: values[part.prefix + n] for n in part.free}).items()
            }
        if self.sweeps is None:
            return {}
        return dict(self.sweeps(SimpleNamespace(**{n: np.asarray(values[n], dtype=np.float64) for n in self.free})))

    def durations(self, stimulus: StimulusValues) -> dict[str, float]:
        """Return the time in ms to simulate of each sweep: its length at the longest times that are allowed.

        Taken at the hard upper limits of the values in ms, so that it is the same for every set.
        """
        assert self.sweeps is not None
        longest = dict(vars(stimulus))
        for value in self.free_values:
            if value.unit == "ms" and value.limits is not None and value.limits[1] is not None:
                longest[value.name] = np.full_like(longest[value.name], value.limits[1])
        return {name: float(np.max(sweep.end)) for name, sweep in self.sweeps(SimpleNamespace(**longest)).items()}

    def measured_on(self, bench: Bench) -> Measurement:
        """Return what the pattern measures on the sets of a bench."""
        with np.errstate(all="ignore"):  # what cannot be computed is nan or infinite, and is judged as that
            return self._measured_on(bench)

    def _measured_on(self, bench: Bench) -> Measurement:
        if self.procedure is not None:
            measured = self.procedure(bench)
            return replace(measured, features=bench.common_features() | dict(measured.features))
        assert self.sweeps is not None
        s = bench.stimulus_values
        sweeps = self.sweeps(s)
        # A silent neuron is graded where it should fire.
        graded = self.amplitude_window.fire[0] if self.amplitude_window else self.main_sweep
        responses = bench.apply(sweeps, graded=graded, durations=self.durations(s))
        if self.measure is None:
            return Measurement({}, bench.gap_to_threshold(responses[graded]))
        features = bench.common_features() | rate_limits(responses, sweeps) | dict(self.measure(responses, s))
        return Measurement(features, bench.gap_to_threshold(responses[graded]))

    # -- construction --------------------------------------------------------------------------

    def _try_sweeps(self) -> tuple[StimulusValues, dict[str, Sweep]]:
        """Return stimulus values and sweeps of three sets, checked."""
        where, n = f"pattern {self.key!r}", 3
        assert self.sweeps is not None
        s = SimpleNamespace(**{v.name: np.full(n, v.default) for v in self.free_values})
        sweeps = self._call("sweeps", self.sweeps, s)
        if not isinstance(sweeps, Mapping) or not sweeps or not all(isinstance(x, Sweep) for x in sweeps.values()):
            raise ValueError(f"{where}: sweeps must return a dict of name → Sweep, not {sweeps!r}")
        if not self.main_sweep:
            _set(self, main_sweep=next(iter(sweeps)))
        window = self.amplitude_window
        named = (self.main_sweep, *((*window.fire, *window.silent) if window else ()))
        for name in named:
            if name not in sweeps:
                raise unknown(f"sweep of {where}", name, sweeps)
        if window and ("amplitude" not in self.free or not window.fire or not window.silent):
            raise ValueError(
                f"{where}: amplitude_window needs a stimulus value 'amplitude', and sweeps that fire and that do not"
            )
        for name, sweep in sweeps.items():
            ends = np.broadcast_to(np.asarray(sweep.end, dtype=np.float64), (n,))
            if not (np.isfinite(ends).all() and (ends > 0).all()):
                raise ValueError(f"{where}: sweep {name!r} ends at {sweep.end!r}, valid is: a finite time > 0 (ms)")
        return s, dict(sweeps)

    def _try(self) -> None:
        """Run sweeps and measure on made-up responses of three sets: silent, one spike, many spikes."""
        where, n, dt = f"pattern {self.key!r}", 3, 0.1
        assert self.measure is not None
        s, sweeps = self._try_sweeps()
        responses = {}
        for name, sweep in sweeps.items():
            ends = np.broadcast_to(np.asarray(sweep.end, dtype=np.float64), (n,))
            times = np.full((n, 30), np.nan)
            times[1, 0], times[2] = 0.4 * ends[1], np.linspace(0.05, 0.95, 30) * ends[2]
            potential = None
            if sweep.voltage is not None:
                t0, t1 = sweep.voltage
                potential = np.full((n, max(round(t1 / dt) - round(t0 / dt), 0)), -60.0)
            first = 0 if sweep.voltage is None else round(sweep.voltage[0] / dt)
            responses[name] = Response(times, sweep.end, np.full(n, -60.0), dt, potential, first)
        flat = np.full(n, -60.0)
        silence = np.zeros(n, np.int64)
        made_up = Responses(responses, n, dt, np.full(n, 15.0), flat + 15.0, flat, 0.0 * flat, flat, silence)
        with np.errstate(all="ignore"):
            features = self._call("measure", self.measure, made_up, s)
        if not isinstance(features, Mapping):
            raise ValueError(f"{where}: measure must return a dict of feature → values, not {type(features).__name__}")
        measured_beside = dict.fromkeys((c.key for c in (QUIET, AT_REST, BELOW_THRESHOLD, WHOLE, CELL)), flat)
        check_features(self, measured_beside | rate_limits(made_up, sweeps) | dict(features), n)

    def _call(self, what: str, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        except Exception as error:
            raise ValueError(
                f"pattern {self.key!r}: {what} raised {type(error).__name__}: {error} (tried with three sets: silent, "
                f"one spike, thirty spikes; free_values are {', '.join(self.free) or 'none'}; a feature that cannot "
                "be computed is nan)"
            ) from error

    def __repr__(self) -> str:
        return f"<Pattern {self.key!r}: {', '.join(c.key for c in self.criteria) or 'shown, not judged'}>"

    def _repr_html_(self) -> str:
        if self.parts:
            cards = "".join(part._repr_html_() for part in self.parts)
            return f"<h3>{html.escape(self.title)}</h3><p>{html.escape(self.description)}</p>{cards}"
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(c.name)}</td>"
            f"<td style='text-align:left'>{html.escape(interval(c.low, c.high, c.unit))}</td>"
            f"<td style='text-align:left'>{html.escape(c.text)}</td></tr>"
            for c in self.criteria
        )
        head = f"{self.letter} · {self.title}" if self.letter else self.title
        drawn = sketch(self.sweeps_at({v.name: [v.default] for v in self.free_values}))
        return (
            f"<div style='max-width:46em'><h3>{html.escape(head)}</h3>"
            f"<p>{html.escape(self.description)} <b>{html.escape(self.look_for)}</b></p>"
            f"<p>{html.escape(self.function)} {html.escape(self.parameter_hint)}</p>{drawn}"
            f"<table><tr><th>criterion</th><th>accepted</th><th>what is measured</th></tr>{rows}</table>"
            f"<p><small>{html.escape(self.source)}</small></p></div>"
        )


def usual_current(model: NeuronModel) -> float:
    """Return the current of a step that makes the model fire: what stimulus currents are factors of."""
    return model.current.default if model.current.default > 0 else max(abs(model.current.high), 1e-9)


def with_common(criteria: Sequence[Criterion], at_rest: bool = True) -> tuple[Criterion, ...]:
    """Return the criteria of a pattern with those that hold for every one, where they are not among them."""
    given = {c.key for c in criteria}
    before = [c for c in (QUIET, AT_REST, BELOW_THRESHOLD) if at_rest and c.key not in given]
    return (*before, *criteria, *(c for c in (MIN_ISI, WHOLE, CELL) if c.key not in given))


def rate_limits(responses: Responses, sweeps: Mapping[str, Sweep]) -> dict[str, ArrayLike | Graded]:
    """Return what is measured of the spikes for every pattern: the shortest ISI (ms) and the highest rate (Hz)."""
    shortest, rates = [], []
    for name, sweep in sweeps.items():
        t0, t1 = sweep.window
        times = responses[name].window(t0, t1)
        shortest.append(f.shortest_isi(times))
        rates.append(f.lengths(times) / ((np.asarray(t1) - np.asarray(t0)) / 1000.0))
    return {
        "min_isi": np.min(shortest, axis=0),
        "rate": np.max(rates, axis=0),
    }


def check_features(pattern: Pattern, features: Mapping[str, ArrayLike | Graded], n: int) -> dict[str, Floats]:
    """Return the features of the criteria as arrays of shape [n].

    Raises
    ------
    ValueError
        If a criterion's feature is not measured, or has another shape.
    """
    out = {}
    for criterion in pattern.criteria:
        if criterion.key not in features:
            raise ValueError(
                f"pattern {pattern.key!r}: criterion {criterion.key!r} is about a feature that is not measured; "
                f"measured are {', '.join(features)}"
            )
        value = features[criterion.key]
        array = np.asarray(value.value if isinstance(value, Graded) else value, dtype=np.float64)
        if array.shape not in ((), (n,)):
            raise ValueError(
                f"pattern {pattern.key!r}: feature {criterion.key!r} has the shape {list(array.shape)}, it must be "
                f"[n], a value for each of the {n} sets"
            )
        out[criterion.key] = np.broadcast_to(array, (n,))
    return out


def _unique(what: str, names: Sequence[str]) -> None:
    twice = sorted({n for n in names if list(names).count(n) > 1})
    if twice:
        raise ValueError(f"{what} {', '.join(map(repr, twice))} is named twice")


def _set(pattern: Pattern, **fields: Any) -> None:
    for name, value in fields.items():
        object.__setattr__(pattern, name, value)
