"""Firing patterns: a protocol with a measurement and criteria."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import Floats
from plausiwidgets.engine.traces import Traces
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.annotations import Mark, Time  # noqa: F401  (types of the fields of a Protocol)
from plausiwidgets.patterns.criterion import AT_REST, BELOW_THRESHOLD, CELL, MIN_ISI, QUIET, WHOLE, Criterion
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.protocol import Protocol, StimulusParameter, StimulusValues, set_fields, unique  # noqa: F401
from plausiwidgets.patterns.response import Graded, Measurement, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.synthetic import SETS
from plausiwidgets.support.arguments import checked, whole
from plausiwidgets.support.names import unknown
from plausiwidgets.support.renamed import renamed

DIVISORS = (2, 4, 8, 16)
"""Divisors of the time step at which a verification may repeat a pattern."""


@checked
@dataclass(frozen=True)
class AmplitudeWindow:
    """Sweeps whose thresholds bound the amplitude of a pattern, so that a search can solve for it.

    Attributes
    ----------
    fire, silent : tuple of str
        Names of the sweeps that must elicit spikes, and of the sweeps that must not. Spikes count in the `response`
        window of each sweep.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.AmplitudeWindow(fire=("pair",), silent=("single",)).fire
    ('pair',)
    """

    fire: tuple[str, ...]
    silent: tuple[str, ...]


@checked
@dataclass(frozen=True)
class Curve:
    """Measured curve of a pattern for a figure.

    Attributes
    ----------
    x, y : str
        Names in ``Verdict.measured``.
    x_label, y_label, x_unit, y_unit : str
        Labels and units of the axes. An empty `x_unit` is the unit of the model's current.
    onset : str
        Name in ``Verdict.measured`` of the value of x below which y is 0. The curve is then drawn over multiples of
        this value.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Curve("amplitude", "rate", "Current", "Rate", y_unit="Hz").y_unit
    'Hz'
    """

    x: str
    y: str
    x_label: str
    y_label: str
    x_unit: str = ""
    y_unit: str = ""
    onset: str = ""


@checked
@renamed
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Pattern(Protocol):
    """Firing pattern: a stimulus, a measurement and criteria.

    Pass ``sweeps`` and ``measure``. For a pattern that adapts its sweeps to responses, pass a ``procedure`` instead of
    ``measure``. The criteria of every pattern are added, for example that the neuron is silent and at rest before the
    onset, and that no interspike interval is shorter than 1 ms.

    Parameters
    ----------
    key : str
        Identifier.
    title : str
        Title for users.
    criteria : sequence of Criterion
        Criteria that must all be met.
    stimulus_parameters : sequence of StimulusParameter
        Parameters of the stimulus.
    sweeps : callable
        ``sweeps(s)`` returns a mapping from names to `Sweep`. Stimulus values such as ``s.amplitude`` are arrays of
        shape [n]. If there is a procedure, the sweeps are used for the sketch of the stimulus only.
    measure : callable
        ``measure(r, s)`` returns a mapping from features to arrays of shape [n]. ``r["name"]`` is the `Response` to a
        sweep, and attributes such as ``r.span`` describe the neurons at rest (`Responses`). A feature is nan where it
        cannot be computed.
    procedure : callable
        ``procedure(runner)`` applies sweeps to a `plausiwidgets.patterns.runner.Runner` and returns a `Measurement`.
    searches_threshold : bool
        Whether the procedure searches for the weakest step that elicits a spike, which takes many simulations.
    amplitude_window : AmplitudeWindow, optional
        Sweeps that bound the amplitude, so that a search can solve for it.
    verification : mapping of str to Pattern
        Longer or finer forms of the pattern with the same stimulus parameters, which a verified set must also show. The
        key describes the test, such as ``"with a stimulus of 4 s"``.
    finer : tuple of int, optional
        Divisors of the time step at which a verified set must still show the pattern. By default, 2, 4, 8 and 16. The
        default is 8 for a form in the verification of another pattern that is measured on sweeps.
    equal : tuple of str
        Names in ``Verdict.measured`` whose values must be the same at the finer time steps of each form of the
        verification.
    comes_back : bool
        Whether a verified set must return to rest and be silent some seconds after each sweep.
    curve : Curve, optional
        Measured curve for a figure.
    reference : (str, mapping of str to float, float) or mapping of str to Traces, optional
        Target in a figure: the model key, parameters and time step in ms of a neuron that shows the pattern, or a
        recording for each sweep.
    at_rest : bool
        Whether the neuron must be at rest before the onset. False is only for a recording that contains spikes from its
        start.
    budget : int
        Default number of evaluations of a search.
    in_sentence, letter, description, look_for, function, parameter_hint, source, main_sweep, event, fine, marks
        Arguments of `Protocol`.

    Raises
    ------
    ValueError
        If names occur twice, sweeps or features are missing or have a wrong shape, or texts are empty.

    Examples
    --------
    >>> from plausiwidgets.patterns import Criterion, StimulusParameter, Pattern, Sweep, pulse
    >>> Pattern(
    ...     key="one_spike", title="One spike",
    ...     stimulus_parameters=[StimulusParameter("amplitude", 2.0, 0.02, 20.0, of="current", scale="log",
    ...                                            limits=(0.0, None))],
    ...     sweeps=lambda s: {"pulse": Sweep([pulse(0.0, 5.0, s.amplitude)], end=200.0)},
    ...     measure=lambda r, s: {"n": r["pulse"].count()},
    ...     criteria=[Criterion("n", "spikes", "Spikes after the pulse.", "spikes", low=1, high=1, kind="count")],
    ... ).stimulus_names
    ('amplitude',)
    """

    criteria: Sequence[Criterion]
    measure: Callable[[Responses, StimulusValues], Mapping[str, ArrayLike | Graded]] | None = None
    procedure: Callable[[Runner], Measurement] | None = None
    searches_threshold: bool = False
    amplitude_window: AmplitudeWindow | None = None
    verification: Mapping[str, Pattern] = field(default_factory=dict)
    finer: tuple[int, ...] | None = None
    equal: tuple[str, ...] = ()
    comes_back: bool = True
    curve: Curve | None = None
    reference: tuple[str, Mapping[str, float], float | None] | Mapping[str, Traces] | None = None
    at_rest: bool = True
    budget: int = 100_000
    tried: bool = field(default=True, init=False)
    """Whether the functions of the pattern are custom, and are therefore tested."""

    def __post_init__(self) -> None:
        where = f"pattern {self.key!r}"
        whole(where, "budget", self.budget, 1)
        self._check_keys()
        for part in self.finer or ():
            if part not in DIVISORS:
                raise ValueError(f"{where}: finer must contain only {', '.join(map(str, DIVISORS))}, got {part}.")
        if not self.criteria:
            raise ValueError(f"{where} must have at least one criterion. Without criteria, every neuron shows it.")
        unique(f"{where}: criterion", [c.key for c in self.criteria])
        set_fields(self, criteria=with_common(self.criteria, self.at_rest))
        if (self.procedure is None) == (self.measure is None):
            raise ValueError(f"{where} must have either measure (with sweeps) or procedure.")
        if self.measure is not None and self.sweeps is None:
            raise ValueError(f"{where} must have sweeps, because it has measure. Pass sweeps.")
        set_fields(self, tried=trial.is_needed())
        sweeps: dict[str, Sweep] = {}
        if self.sweeps is not None:
            defaults = {value.key: [value.default] for value in self.stimulus_parameters}
            sweeps = trial.try_sweeps(self) if self.tried else self.sweeps_at(defaults)
        if self.measure is not None:
            self._check_main_sweep(sweeps)
            self._check_window(sweeps)
        known = OF_BENCH if self.measure is None else COMMON
        features = trial.try_features(self, sweeps, known) if self.tried else None
        if features is not None:
            of_package = known if self.measure is None else (*known, RATE)
            check_features(self, self.criteria, dict.fromkeys(of_package, np.zeros(SETS)) | features, SETS)

    @property
    def adapts(self) -> bool:
        """Whether the pattern chooses sweeps according to responses."""
        return self.procedure is not None

    def measured_on(self, runner: Runner) -> Measurement:
        """Return the measurements of the pattern on the sets of a runner."""
        with np.errstate(all="ignore"):  # a feature that cannot be computed is nan or infinite
            return self._measured_on(runner)

    def _measured_on(self, runner: Runner) -> Measurement:
        if self.procedure is not None:
            measured = self.procedure(runner)
            common = runner.common_features()
            if measured.spontaneous is not None:
                common[QUIET.key] = common[QUIET.key] + measured.spontaneous
            return replace(measured, features=dict(measured.features) | common)
        assert self.sweeps is not None
        s = runner.stimulus_values
        sweeps = self.sweeps(s)
        # Measure the distance from the threshold in a sweep in which the neuron should fire.
        graded = self.amplitude_window.fire[0] if self.amplitude_window else self.main_sweep
        responses = runner.apply(sweeps, graded=graded, durations=self.durations(s))
        assert self.measure is not None
        features = runner.common_features() | rate_limits(responses, sweeps) | dict(self.measure(responses, s))
        return Measurement(features, runner.gap_to_threshold(responses[graded]))

    def _check_window(self, sweeps: Mapping[str, Sweep]) -> None:
        window, where = self.amplitude_window, f"pattern {self.key!r}"
        if window is None:
            return
        for name in (*window.fire, *window.silent):
            if name not in sweeps:
                raise unknown(where, "sweep", name, sweeps)
        if "amplitude" not in self.stimulus_names or not window.fire or not window.silent:
            raise ValueError(
                f"{where}: amplitude_window requires a stimulus parameter 'amplitude', at least one sweep in fire and "
                "at least one in silent."
            )

    def __repr__(self) -> str:
        return f"<Pattern {self.key!r}: {', '.join(c.key for c in self.criteria)}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(c.title)}</td>"
            f"<td style='text-align:left'>{html.escape(interval(c.low, c.high, c.unit))}</td>"
            f"<td style='text-align:left'>{html.escape(c.description)}</td></tr>"
            for c in self.criteria
        )
        return self._card(f"<table><tr><th>criterion</th><th>accepted</th><th>what is measured</th></tr>{rows}</table>")


OF_BENCH = tuple(c.key for c in (QUIET, AT_REST, BELOW_THRESHOLD, WHOLE, CELL))
"""Features that are measured for every pattern at rest and in all of its sweeps."""
COMMON = (*OF_BENCH, MIN_ISI.key)
"""Features that are measured for every pattern with sweeps."""
RATE = "rate"
"""Feature that is also measured for a pattern with sweeps, unless the pattern measures it itself."""


def with_common(criteria: Sequence[Criterion], at_rest: bool = True) -> tuple[Criterion, ...]:
    """Return the criteria of a pattern together with the criteria of every pattern that it does not replace."""
    given = {c.key for c in criteria}
    before = [c for c in (QUIET, AT_REST, BELOW_THRESHOLD) if at_rest and c.key not in given]
    return (*before, *criteria, *(c for c in (MIN_ISI, WHOLE, CELL) if c.key not in given))


def rate_limits(responses: Responses, sweeps: Mapping[str, Sweep]) -> dict[str, ArrayLike | Graded]:
    """Return the shortest interval in ms and the highest rate in Hz over all sweeps, shape [n]."""
    shortest, rates = [], []
    for name, sweep in sweeps.items():
        t0, t1 = sweep.window
        times = responses[name].window(t0, t1)
        shortest.append(f.shortest_isi(times))
        rates.append(f.lengths(times) / ((t1 - t0) / 1000.0))
    return {
        "min_isi": reduce(np.minimum, shortest),
        RATE: reduce(np.maximum, rates),
    }


def check_features(
    pattern: Protocol, criteria: Sequence[Criterion], features: Mapping[str, ArrayLike | Graded], n: int
) -> dict[str, Floats]:
    """Return the features of criteria as arrays of shape [n].

    Raises
    ------
    ValueError
        If a feature is missing or has a wrong shape.
    """
    out = {}
    for criterion in criteria:
        if criterion.key not in features:
            raise ValueError(
                f"pattern {pattern.key!r}: criterion {criterion.key!r} requires a feature that is not measured. "
                f"Measured: {', '.join(features)}."
            )
        value = features[criterion.key]
        array = np.asarray(value.value if isinstance(value, Graded) else value, dtype=np.float64)
        if array.shape not in ((), (n,)):
            raise ValueError(
                f"pattern {pattern.key!r}: feature {criterion.key!r} must have the shape [n], one value for each of "
                f"the {n} parameter sets, got the shape {list(array.shape)}."
            )
        out[criterion.key] = np.broadcast_to(array, (n,))
    return out
