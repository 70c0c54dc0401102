"""The pattern of recorded sweeps of a cell: their currents, and what a neuron must reproduce as criteria."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.current import SETTLE, Piece
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import MIN_ISI, Criterion
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues, usual_current
from plausiwidgets.patterns.response import Graded, Response, Responses
from plausiwidgets.patterns.sweep import BEFORE, Sweep
from plausiwidgets.patterns.trial import untried
from plausiwidgets.recordings.injected_current import SAME, Injected, injected
from plausiwidgets.recordings.table import Data, threshold_of
from plausiwidgets.recordings.units import AMPERE
from plausiwidgets.support.arguments import finite, shown
from plausiwidgets.support.names import unknown
from plausiwidgets.support.printed import number
from plausiwidgets.support.renamed import renamed
from plausiwidgets.texts import marked, tr

Floats = NDArray[np.float64]

PRECISION = 4.0
"""Largest precision Δ in ms of a coincidence, where it is not given."""
SWEEP = "recording"
"""Name of the sweep where there is one."""

SPIKES = ("n", "latency", "mean_isi", "cv", "times")
ALL = (
    *SPIKES,
    "rest",
    "rate_before",
    "course",
    "resistance",
    "time_constant",
    "level",
    "sag",
    "ahp",
    "height",
    "width",
)
"""What is compared, by name; the order is that of the criteria."""

REST, COURSE, TROUGH, PEAK, SAG, LEVEL = 2.0, 2.0, 3.0, 6.0, 1.0, 3.0
"""Least tolerance in mV of the potential at rest, the course, the lowest potential after a spike, its top, the sag, and
the potential at the end of a step."""
OF_COURSE = 0.15
"""Tolerance of the course, as a share of the range that the potential has outside of spikes."""
STEP = 0.5
"""Distance in ms of the samples at which two courses are compared."""
AROUND = (2.0, 4.0)
"""Time in ms before and after a spike in which courses are not compared."""
STRETCH = 100.0
"""Shortest time in ms between changes of the current in which the spikes of a cell that fires by itself are counted."""
MIN_STEP, MIN_DEFLECTION = 30.0, 2.0
"""Length in ms and size in mV of a response to a step of which resistance, time constant and sag are measured."""
DECAY = (1.0, 10.0)
"""Time in ms after a step in which the decay is measured, as eFEL has it."""
SMOOTH = 1.0
"""Time in ms over which a potential is averaged: its lowest sample is lower by the noise."""
ARTEFACT = 0.2
"""A crossing of the threshold that is over within this time in ms, at an edge of the current, is no spike."""
OF_OTHERS = 0.25
"""Nor is one that lasts for less than this share of what is usual."""
CUT = 0.5
"""Distance of samples in ms from which on height and width of spikes are not compared: the sampling cuts them."""
REPEAT = 2.0 * math.sqrt(2.0)
"""By how many of its standard deviations a repeat differs from a measured value at most: both vary."""
GAMMA = 0.7
"""Least coincidence factor, as a share of what repeated sweeps of the cell reach among each other."""


@dataclass(frozen=True)
class Settings:
    """What is asked of a recording; see :func:`from_recording`."""

    key: str = "recording"
    title: str = ""
    step: tuple[float, float] | None = None
    silent_before: bool | None = None
    threshold: float | None = None
    as_measured: bool | None = None
    compare: Mapping[str, float] | None = None
    distance: str = "coincidence"
    precision: float | None = None
    time_constant: float = 10.0
    tolerance: float = 0.1
    vary: tuple[str, ...] = ()
    budget: int = 50_000

    def weight(self, name: str) -> float:
        """Return the weight of what is compared; 0 where it is not."""
        return 1.0 if self.compare is None else self.compare.get(name, 0.0)


def weights_of(compare: Iterable[str] | Mapping[str, float] | None) -> dict[str, float] | None:
    """Return the weight of each thing that is compared, the largest 1; None for all that a recording has."""
    if compare is None:
        return None
    asked = compare if isinstance(compare, Mapping) else dict.fromkeys(compare, 1.0)
    out: dict[str, float] = {}
    for name, weight in asked.items():
        if name not in (*ALL, "spikes"):
            raise unknown("from_recording: compare", "name", name, ("spikes", *ALL))
        finite("from_recording", f"the weight of {name!r} in compare", weight, low=0.0)
        out |= dict.fromkeys(SPIKES if name == "spikes" else (name,), float(weight))
    out = {name: weight for name, weight in out.items() if weight > 0.0}
    if not out:
        raise ValueError(
            f"from_recording: compare must contain at least one name with a weight > 0, got {shown(compare)}. "
            f"Valid: spikes, {', '.join(ALL)}."
        )
    largest = max(out.values())
    return {name: weight / largest for name, weight in out.items()}


@dataclass(frozen=True)
class Compared:
    """A criterion of a recording.

    Attributes
    ----------
    name : str
        In ``compare`` of :func:`from_recording`.
    sweep : str
        Of which it is; empty for all sweeps together.
    criterion : Criterion
        Its title does not name the sweep.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])
    >>> [one.name for one in cell.compared]
    ['n', 'latency', 'mean_isi', 'cv', 'times']
    """

    name: str
    sweep: str
    criterion: Criterion


@renamed
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RecordedPattern(Pattern):
    """The pattern of recorded sweeps: what is asked of a neuron is what the cell did.

    Attributes
    ----------
    protocols : mapping of str to Injected
        For each sweep, the current that was recovered from its samples; ``.words("pA")`` says it. Empty without a
        current.
    current_unit : str
        Unit of the recorded current; empty where it is that of the model.
    held_out : RecordedPattern or None
        The sweeps that were left out, for ``pw.judge(model, pattern.held_out, result.parameters)``.
    reliability : mapping of str to float
        For each sweep that was repeated, the coincidence factor that the repeats reach among each other.
    numbers : mapping of str to tuple of int
        For each sweep, its number in the file, and those of its repeats.
    begins : mapping of str to float
        For each sweep, the time of the recording in ms that is 0 in a figure.
    compared : tuple of Compared
        The criteria of the recording, each with its name in ``compare``, and its sweep.
    left_out : tuple of str
        What is compared only where ``compare`` names it, as the cell fires by itself: it would miss it in a repeat.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])
    >>> isinstance(cell, pw.recordings.RecordedPattern), cell.held_out, cell.protocols
    (True, None, {})
    """

    protocols: Mapping[str, Injected] = field(default_factory=dict)
    current_unit: str = ""
    held_out: RecordedPattern | None = None
    reliability: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    begins: Mapping[str, float] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    left_out: tuple[str, ...] = ()

    def _in_units_of(self, model: NeuronModel) -> dict[str, Parameter]:
        known, unit = super()._in_units_of(model), model.current.unit
        if not self.current_unit or "current_scale" not in known or unit == self.current_unit:
            return known
        if unit in AMPERE:
            factor, is_known = AMPERE[self.current_unit] / AMPERE[unit], True
        else:
            levels = [abs(x + i.holding) for i in self.protocols.values() for p in i.pieces for x in (p.first, p.last)]
            factor, is_known = usual_current(model) / (max(levels, default=0.0) or 1.0), False
        for name, p in known.items():
            vary = p.vary if is_known or name == "holding" else True
            known[name] = replace(p, default=p.default * factor, low=p.low * factor, high=p.high * factor, vary=vary)
        return known


# -- the pattern --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Recorded:
    """A sweep as it is compared: times in ms from its begin, the onset of the stimulus at `onset`.

    `repeats` are sweeps of the same current, itself among them.
    """

    name: str
    data: Data
    begin: float
    onset: float
    end: float
    current: Injected | None
    pieces: Callable[[StimulusValues], Sequence[Piece]]
    repeats: tuple[Data, ...]

    def train(self, data: Data | None = None) -> Floats:
        """Return the spikes from the begin on."""
        times = (self.data if data is None else data).spikes - self.begin
        return times[(times >= 0.0) & (times < self.end)]

    @property
    def trains(self) -> list[Floats]:
        return [self.train(data) for data in self.repeats]

    def trains_within(self, first: float, last: float) -> list[Floats]:
        """Return the spikes of each repeat in [first, last) ms from the begin."""
        return [t[(t >= first) & (t < last)] for t in self.trains]

    def fires(self, first: float, last: float) -> bool:
        """Return whether there is a spike in [first, last) ms from the begin, in any repeat."""
        return any(t.size for t in self.trains_within(first, last))

    def rows(self, first: float, last: float, least: int) -> list[tuple[Floats, Floats, float]]:
        """Return (potential, spikes, dt) of repeats over [first, last) ms from the begin, with `least` spikes or more.

        Potential and spikes have the shape [1, n], as of lanes; spike times are from `first` on.
        """
        trains = zip(self.repeats, self.trains_within(first, last), strict=True)
        return [(self.v(data, first, last)[None], t[None] - first, self.dt) for data, t in trains if t.size >= least]

    def span(self, first: float, last: float) -> dict[str, str]:
        """Return two times from the begin as a text has them, on the scale of the recording."""
        return {"start": number(first + self.begin, 6), "end": number(last + self.begin, 6)}

    @cached_property
    def dt(self) -> float:
        return float(np.median(np.diff(self.data.t)))

    def v(self, data: Data, first: float, last: float) -> Floats:
        """Return the recorded potential over [first, last) ms from the begin."""
        assert data.v is not None
        chosen = (data.t - self.begin >= first - 1e-9) & (data.t - self.begin < last - 1e-9)
        return data.v[chosen]

    def stretches(self) -> list[tuple[float, float]]:
        """Return the times from one change of the current to another, from the begin on, each at least STRETCH long."""
        pieces = () if self.current is None or self.current.measured else self.current.pieces
        bounds = [0.0]
        for edge in sorted(x - self.begin for p in pieces for x in (p.on, p.off)):
            if edge - bounds[-1] >= STRETCH and self.end - edge >= STRETCH:
                bounds.append(edge)
        return list(pairwise([*bounds, self.end]))

    def level(self, stretch: tuple[float, float]) -> float:
        """Return the current in the middle of a stretch."""
        if self.current is None:
            return 0.0
        t = self.begin + 0.5 * sum(stretch)
        return self.current.holding + sum(
            p.first + (p.last - p.first) * (t - p.on) / (p.off - p.on) for p in self.current.pieces if p.on <= t < p.off
        )

    def steps(self) -> Iterator[Piece]:
        """Yield the steps of its current that are long enough for a resistance, times from the begin."""
        for p in self.current.pieces if self.current is not None and not self.current.measured else ():
            if p.first == p.last and p.off - p.on >= MIN_STEP and p.off <= self.data.end - 1e-9:
                yield Piece(p.on - self.begin, p.off - self.begin, p.first, p.last)


def made_of(
    sweeps: Sequence[Data], settings: Settings, source: str, current_unit: str, holdout: Sequence[Data] = ()
) -> RecordedPattern:
    """Return the pattern of checked sweeps of a file, or of none; see :func:`from_recording`."""
    groups, values, silent = _stimulus(sweeps, settings)
    _refuse_artefacts(groups)
    features = _Features(groups, settings, silent, current_unit)
    first = groups[0]
    total = sum(g.train().size for g in groups)
    if not total and not any(c.key.startswith(("course", "resistance")) for c in features.criteria):
        raise ValueError(
            "the recording must have spikes after the stimulus onset (current), or a potential to compare. Otherwise "
            "every silent neuron shows it."
        )
    protocols = {g.name: g.current for g in groups if g.current is not None}
    words = [
        f"{name}: {p.words(current_unit)}" if len(protocols) > 1 else p.words(current_unit)
        for name, p in protocols.items()
    ]
    title = settings.title or Path(source).stem.replace("_", " ") or "Recording"
    train = next((g.train() for g in groups if g.train().size), np.empty(0))
    windows = {g.name: (0.0, g.end) if features.needs_potential(g.name) else None for g in groups}

    def sweeps_of(s: StimulusValues) -> dict[str, Sweep]:
        return {g.name: Sweep(g.pieces(s), g.end, voltage=windows[g.name]) for g in groups}

    held_out = None
    if holdout:
        held_out = made_of(holdout, replace(settings, title=f"{title}: held out"), source, current_unit)
    description = [
        tr(
            "Recording with {sweeps} sweeps of up to {end} ms. Number of spikes: {count}.",
            sweeps=len(sweeps),
            end=f"{max(g.end for g in groups):g}",
            count=total,
        )
        if len(sweeps) > 1
        else tr("Recorded response of {end} ms. Number of spikes: {count}.", end=f"{first.end:g}", count=total),
        *(words if len(sweeps) == 1 else ()),
    ]
    if train.size:
        look = tr(
            "Look for spikes at the same times as in the target. Its first spike is at {time} ms.",
            time=number(train[0], 3),
        )
    else:
        look = tr("Look for a trace that follows the target without a spike.")
    with untried():  # the functions are the package's own, which tests try
        return RecordedPattern(
            key=settings.key,
            title=title,
            in_sentence=tr("the recording {title}", title=title) if settings.title or source else tr("the recording"),
            description=" ".join(description),
            look_for=look,
            source=source,
            stimulus_parameters=values,
            sweeps=sweeps_of,
            measure=features.measure,
            criteria=features.criteria,
            reference={g.name: _traces(g) for g in groups},
            at_rest=silent,
            budget=settings.budget,
            protocols=protocols,
            current_unit=current_unit,
            held_out=held_out,
            reliability=features.reliability,
            numbers={g.name: tuple(data.number for data in g.repeats) for g in groups},
            begins={g.name: g.begin for g in groups},
            compared=tuple(features.compared),
            left_out=tuple(name for name in ALL if name in features.left_out),
        )


# -- stimulus ----------------------------------------------------------------------------------------


SCALE = marked(
    "Scale factor for the recorded current, relative to the holding current. Use it for a "
    "model with another current unit."
)


def _stimulus(
    sweeps: Sequence[Data], settings: Settings
) -> tuple[list[_Recorded], tuple[StimulusParameter, ...], bool]:
    """Return the sweeps with their currents, the stimulus parameters, and whether the sweeps begin in silence."""
    given = [data.current for data in sweeps if data.current is not None]
    if not given:
        return _unknown_step(sweeps, settings)
    if len(given) != len(sweeps):
        raise ValueError("the sweeps must either all have a current or all have no current.")
    if settings.step is not None:
        raise ValueError("from_recording: pass either current or step. With a current, the stimulus is known.")
    reach = max(float(np.quantile(x, 0.99) - np.quantile(x, 0.01)) for x in given)
    currents = [injected(data.t, data.current, settings.as_measured, reach) for data in sweeps]  # type: ignore[arg-type]
    holding = currents[0].holding
    near = 0.02 * reach + 1e-9 * abs(holding)
    silent = _silent_before(sweeps, [c.onset for c in currents], settings)
    if all(c.onset is None for c in currents) and len({round(c.holding / (near or 1.0)) for c in currents}) == 1:
        # It never changes: a step from 0 at the start, unless the cell is recorded as it is.
        silent = silent and bool(holding)
        if silent:
            end = max(data.end for data in sweeps)
            currents = [
                Injected(0.0, (Piece(float(d.t[0]), end, c.holding, c.holding),), c.noise)
                for d, c in zip(sweeps, currents, strict=True)
            ]
            holding = 0.0
    groups: list[_Recorded] = []
    for data, c in zip(sweeps, currents, strict=True):
        twin = next((g for g in groups if g.current is not None and _same(g.current, c, near, g.data, data)), None)
        if twin is not None:
            groups[groups.index(twin)] = replace(twin, repeats=(*twin.repeats, data))
            continue
        start = float(data.t[0])
        onset = start if c.onset is None else float(c.onset)
        begin = onset if abs(c.holding - holding) <= near else start
        pieces = _pieces_of(c, begin, data.end - begin, 0.0 if begin == onset else c.holding - holding)
        groups.append(_Recorded(data.label or SWEEP, data, begin, onset - begin, data.end - begin, c, pieces, (data,)))
    levels = [abs(x) for c in currents for p in c.pieces for x in (p.first, p.last)]
    wide = max(levels, default=0.0) or abs(holding) or 1.0
    values = (
        StimulusParameter(
            "holding", holding, holding - wide, holding + wide, of="injected", vary="holding" in settings.vary
        ),
        StimulusParameter(
            "current_scale",
            1.0,
            1e-3,
            1e3,
            unit="×",
            scale="log",
            vary="current_scale" in settings.vary,
            description=SCALE,
        ),
    )
    _check_vary(settings.vary, values)
    return groups, values, silent


def _silent_before(sweeps: Sequence[Data], onsets: Sequence[float | None], settings: Settings) -> bool:
    """Return whether sweeps begin in silence, as the user or, by default, the recording says."""
    fires = False
    for data, onset in zip(sweeps, onsets, strict=True):
        begin = data.t[0] if onset is None else onset
        early = data.spikes[data.spikes < begin]
        fires = fires or early.size > 0
        if settings.silent_before and early.size:
            raise ValueError(
                "from_recording: silent_before must not be True for a recording with spikes before the stimulus onset "
                f"at {begin:g} ms. The first spike is at {early[0]:g} ms."
            )
    return not fires if settings.silent_before is None else settings.silent_before


def _pieces_of(
    current: Injected, begin: float, end: float, level: float
) -> Callable[[StimulusValues], Sequence[Piece]]:
    """Return the pieces of a sweep by its stimulus values; `level` is what its holding is above that of the others."""
    known = [(p.on - begin, p.off - begin, p.first, p.last) for p in current.pieces]
    if level:
        known.append((0.0, end, level, level))
    return lambda s: [Piece(on, off, first * s.current_scale, last * s.current_scale) for on, off, first, last in known]


def _same(a: Injected, b: Injected, near: float, of_a: Data, of_b: Data) -> bool:
    """Return whether two sweeps are of one current, and as long."""
    if len(a.pieces) != len(b.pieces) or abs(a.holding - b.holding) > near or a.measured != b.measured:
        return False
    if abs((of_a.end - of_a.t[0]) - (of_b.end - of_b.t[0])) > 1.0 or abs(of_a.t[0] - of_b.t[0]) > 1e-6:
        return False
    return all(
        max(abs(p.on - q.on), abs(p.off - q.off)) < 0.5 and max(abs(p.first - q.first), abs(p.last - q.last)) <= near
        for p, q in zip(a.pieces, b.pieces, strict=True)
    )


def _unknown_step(
    sweeps: Sequence[Data], settings: Settings
) -> tuple[list[_Recorded], tuple[StimulusParameter, ...], bool]:
    """Return what :func:`_stimulus` does for a recording without its current."""
    if len(sweeps) > 1:
        raise ValueError(
            f"the recording has {len(sweeps)} sweeps, which requires a current. Pass current (for a file, the name of "
            "its column), or choose one sweep (sweeps=[0])."
        )
    data = sweeps[0]
    start, end = float(data.t[0]), data.end
    on, off = (start, end) if settings.step is None else (float(settings.step[0]), float(settings.step[1]))
    if not start <= on < off <= end:
        raise ValueError(
            f"from_recording: step must be two increasing times from {start:g} to {end:g} ms, the length of the sweep, "
            f"got {settings.step}."
        )
    silent = _silent_before(sweeps, [on], settings)
    if not (data.spikes >= on).any():
        ends = ""
        if data.v is not None:
            level = threshold_of([data.v]) if settings.threshold is None else settings.threshold
            ends = f" Between {data.v.min():.3g} and {data.v.max():.3g} mV, v never crosses {level:.3g} mV upwards."
        raise ValueError(
            f"a recording without a current must have spikes after the stimulus onset at {on:g} ms.{ends} Otherwise "
            "every silent neuron shows it. Pass current, threshold or spikes."
        )
    values = (
        StimulusParameter("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None)),
        StimulusParameter(
            "holding", 0.0, -1.0, 1.0, of="current", scale="asinh", linear_width=0.05, vary="holding" in settings.vary
        ),
    )
    _check_vary(settings.vary, values)

    def pieces(s: StimulusValues) -> Sequence[Piece]:
        return [Piece(0.0, off - on, s.amplitude, s.amplitude)]

    return [_Recorded(SWEEP, data, on, 0.0, end - on, None, pieces, (data,))], values, silent


def _check_vary(vary: tuple[str, ...], values: Sequence[StimulusParameter]) -> None:
    for name in vary:
        if name not in [value.key for value in values]:
            raise unknown("from_recording: vary", "stimulus parameter", name, [value.key for value in values])


def _refuse_artefacts(groups: Sequence[_Recorded]) -> None:
    """Raise a ValueError for a very short crossing of the threshold, at an edge of the current or among long spikes."""
    known = [g for g in groups if g.data.crossed and g.dt <= 0.5 * ARTEFACT]
    lasting = {id(data): _lasting(data) for g in known for data in g.repeats}
    every = [x for durations in lasting.values() for x in durations]
    usual = float(np.median(every)) if every else 0.0
    for g in known:
        pieces = g.current.pieces if g.current is not None and not g.current.measured else ()
        edges = np.array([x for p in pieces for x in (p.on, p.off)])
        for data in g.repeats:
            for spike, duration in zip(data.spikes, lasting[id(data)], strict=True):
                if edges.size and np.abs(edges - spike).min() <= 0.5 and _is_brief(data, g.dt, spike):
                    where = "at an edge of the current. This is an artefact of the stimulus"
                elif duration < ARTEFACT and duration < OF_OTHERS * usual:
                    where = f"while other spikes last for {usual:.2g} ms. This is an artefact"
                else:
                    continue
                raise ValueError(
                    f"{data.label + ': ' if data.label else ''}v crosses the threshold at {spike:g} ms for less than "
                    f"{ARTEFACT:g} ms, {where}, not a spike. Remove it from v, or pass the spike times (spikes=…)."
                )


def _lasting(data: Data) -> list[float]:
    """Return for how long in ms each spike stays above the potential at which it was found."""
    assert data.v is not None
    out: list[float] = []
    for k in np.searchsorted(data.t, data.spikes, side="right").tolist():
        level = max(data.v[k - 1], np.interp(data.spikes[len(out)], data.t[k - 1 : k + 1], data.v[k - 1 : k + 1]))
        below = np.flatnonzero(data.v[k:] < level)
        out.append(float(data.t[k + below[0]] - data.t[k]) if below.size else math.inf)
    return out


def _is_brief(data: Data, dt: float, spike: float) -> bool:
    """Return whether the potential is back below half of its rise at once."""
    assert data.v is not None
    k = int(np.searchsorted(data.t, spike))
    top = k + int(data.v[k : k + 5].argmax())
    half = 0.5 * (data.v[max(k - 1, 0)] + data.v[top])
    return bool((data.v[top : min(top + round(ARTEFACT / dt), data.v.size)] <= half).any())


# -- criteria ----------------------------------------------------------------------------------------


COINCIDENCE = marked(
    "Coincidence factor of the spike times (Kistler et al. 1997). 1 means identical spike "
    "trains, 0 means chance level. Precision"
)
VAN_ROSSUM = marked(
    "Distance D² between the simulated and recorded spike trains, divided by the number of "
    "recorded spikes (van Rossum 2001). A missing or extra spike adds 0.5 to D². Time "
    "constant"
)

Value = Callable[[Response, Responses], ArrayLike | Graded]
Measured = Callable[[Response, Responses], Mapping[str, ArrayLike | Graded]]


class _Features:
    """The criteria of recorded sweeps, and what measures them."""

    def __init__(self, groups: Sequence[_Recorded], settings: Settings, silent: bool, current_unit: str) -> None:
        self.settings = settings
        self.reliability: dict[str, float] = {}
        self.compared = list[Compared]()
        self.left_out = set[str]()
        self._many = len(groups) > 1
        self._current_unit = current_unit
        self._silent, self._irregular = silent, _irregularity(groups)
        self._firing = [] if silent else _firing_levels(groups)
        self._measures: list[tuple[str, Measured]] = []
        self._before(groups)
        for i, g in enumerate(groups):
            self._of_sweep(g, f"_{i}" if self._many else "")
        if not self.compared:
            raise ValueError(
                "from_recording: compare must contain at least one feature that the recording has, got "
                f"{', '.join(settings.compare or ALL)}."
            )

    @property
    def criteria(self) -> list[Criterion]:
        """What is compared, with the sweep in the title where there are several."""
        return [
            replace(c.criterion, title=f"{c.sweep}: {c.criterion.title}") if c.sweep and self._many else c.criterion
            for c in self.compared
        ]

    def needs_potential(self, name: str) -> bool:
        """Return whether the potential of a sweep is measured."""
        return any(c.sweep == name and c.name not in SPIKES for c in self.compared)

    def measure(self, r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
        """Return the features of all sweeps."""
        out: dict[str, ArrayLike | Graded] = {}
        for name, measure in self._measures:
            out |= measure(r[name or next(iter(r))], r)
        return out

    def _add(self, name: str, criterion: Criterion, value: Value | None = None, sweep: str = "") -> None:
        """Compare something; `value` gives it of a response, where it is not measured together with others."""
        self.compared.append(Compared(name, sweep, replace(criterion, weight=self.settings.weight(name))))
        if value is not None:
            self._measures.append((sweep, lambda x, r: {criterion.key: value(x, r)}))

    def _asked(self, name: str, usual: bool = True) -> bool:
        """Return whether something is compared; what is not `usual` is so only where `compare` names it."""
        if not usual:
            self.left_out.add(name)
        return self.settings.weight(name) > 0.0 and (usual or self.settings.compare is not None)

    # -- before the stimulus

    def _before(self, groups: Sequence[_Recorded]) -> None:
        """Ask for the potential at rest, or for the rate at which the cell fires before the stimulus."""
        known = [(g, data) for g in groups for data in g.repeats if g.onset == 0.0 and g.current is not None]
        if self._silent and self._asked("rest"):
            rests = [
                float(np.mean(v))
                for g, data in known
                if data.v is not None and (v := g.v(data, -min(BEFORE, g.begin - data.t[0]), 0.0)).size * g.dt >= 2.0
            ]
            if rests:
                middle = float(np.mean(rests))
                slack = max(REST, 2.0 * float(np.std(rests)))
                self._add(
                    "rest",
                    Criterion(
                        "rest",
                        marked("matching resting potential"),
                        marked("Membrane potential before the stimulus."),
                        "mV",
                        low=middle - slack,
                        high=middle + slack,
                        scale=5.0,
                    ),
                    lambda x, r: r.v_baseline,
                )
        if not self._silent and self._asked("rate_before"):
            spans = [g.onset + g.begin - float(data.t[0]) for g in groups for data in g.repeats]
            count = sum(int((data.spikes < g.begin + g.onset).sum()) for g in groups for data in g.repeats)
            seconds = sum(spans) / 1000.0
            if seconds > 0.05:
                rate = count / seconds
                slack = max(2.0 * math.sqrt(max(count, 1)) / seconds, self.settings.tolerance * rate)
                seen = SETTLE / 1000.0
                self._add(
                    "rate_before",
                    Criterion(
                        "rate_before",
                        marked("matching firing rate before the stimulus"),
                        marked("Firing rate at the holding current, at which the recorded cell also fires."),
                        "Hz",
                        low=max(rate - slack, 0.0),
                        high=rate + slack,
                        scale=max(5.0, 0.5 * rate),
                    ),
                    lambda x, r: r.spontaneous_spikes / seen,
                )

    # -- one sweep

    def _of_sweep(self, g: _Recorded, mark: str) -> None:
        first = len(self.compared)
        self._spikes(g, mark)
        if g.data.v is not None:
            self._course(g, mark)
            if self._silent:
                self._steps(g, mark)
            else:
                self._levels(g, mark)
            self._shape(g, mark)
        self.compared[first:] = sorted(self.compared[first:], key=lambda c: ALL.index(c.name))

    def _spikes(self, g: _Recorded, mark: str) -> None:
        """Ask for number, latency, intervals and times of the spikes."""
        settings, trains = self.settings, g.trains
        train = trains[0]
        isi = np.diff(train)
        if isi.size and isi.min() < MIN_ISI.low:
            i = int(isi.argmin())
            raise ValueError(
                f"the spikes at {train[i] + g.begin:g} and {train[i + 1] + g.begin:g} ms must be at least "
                f"{MIN_ISI.low:g} ms apart, as for every neuron, got {isi[i]:.3g} ms. Are the times in ms, and is each "
                "spike listed only once?"
            )
        fired = [x for x in trains if x.size]
        precision = settings.precision
        if precision is None:
            precision = min(PRECISION, 0.25 * float(isi.mean())) if isi.size else PRECISION
        # Of a cell that fires by itself the phase is known nowhere, and its pauses are those of the current: what its
        # spikes have from one change of the current to the next is compared.
        stretches = [(0.0, g.end)] if self._silent else g.stretches()
        for j, stretch in enumerate(stretches):
            self._train(g, stretch, f"{mark}_{j}" if len(stretches) > 1 else mark)
        onset = g.onset
        late = [x[x >= onset] for x in fired]
        firsts = [float(x[0] - onset) for x in late if x.size]
        if firsts and self._asked("latency"):
            first = float(np.mean(firsts))
            cycle = 0.0 if self._silent else max(_first_cycles(x, stretches) for x in late)
            slack = max(settings.tolerance * first, precision, 2.0 * float(np.std(firsts)), cycle)
            self._add(
                "latency",
                Criterion(
                    f"latency{mark}",
                    marked("matching latency"),
                    marked("Time from stimulus onset to the first spike."),
                    "ms",
                    low=max(first - slack, 0.0) if cycle else first - slack,
                    high=first + slack,
                    scale=max(10.0, 0.5 * first),
                ),
                lambda x, r: f.first(x.window(onset) if onset else x.window()) - onset,
                g.name,
            )
        if fired and self._asked("times", self._silent or len(trains) > 1):
            self._times(g, fired, mark, precision)

    def _train(self, g: _Recorded, stretch: tuple[float, float], mark: str) -> None:
        """Ask for number and intervals of the spikes in a stretch of a sweep."""
        tolerance, (begin, end) = self.settings.tolerance, stretch
        trains = g.trains_within(begin, end)
        whole = end - begin >= g.end
        counts = [x.size for x in trains]
        asked = []

        def add(name: str, criterion: Criterion) -> None:
            title = criterion.title
            if not whole:
                title = tr("{criterion} from {start} to {end} ms", criterion=tr(title), **g.span(begin, end))
            self._add(name, replace(criterion, title=title), sweep=g.name)
            asked.append(name)

        if self._asked("n"):
            chance = 0.0 if self._silent else self._chance(max(counts), g.level(stretch))
            slack = int(max(tolerance * max(counts), chance) + 1e-9)
            text = marked("Number of spikes from stimulus onset to the end of the recording.")
            if not whole:
                text = marked("Number of spikes between two changes of the current.")
            add(
                "n",
                Criterion(
                    f"n{mark}",
                    marked("matching number of spikes"),
                    text,
                    "spikes",
                    low=max(min(counts) - slack, 0),
                    high=max(counts) + slack,
                    kind="count",
                ),
            )
        means = [float(np.diff(x).mean()) for x in trains if x.size >= (2 if self._silent else 3)]
        if means and self._asked("mean_isi"):
            share = tolerance if self._silent else max(tolerance, REPEAT * self._irregular / math.sqrt(max(counts) - 1))
            add(
                "mean_isi",
                Criterion(
                    f"mean_isi{mark}",
                    marked("matching mean interval"),
                    marked("Mean interspike interval (ISI)."),
                    "ms",
                    low=min(means) * (1.0 - min(share, 0.99)),
                    high=max(means) * (1.0 + share),
                    scale=0.3,
                    kind="log",
                ),
            )
        cvs = [float(np.diff(x).std() / np.diff(x).mean()) for x in trains if x.size >= 3]
        if cvs and self._asked("cv", self._silent):
            add(
                "cv",
                Criterion(
                    f"cv{mark}",
                    marked("matching CV of the intervals"),
                    marked("Coefficient of variation (standard deviation / mean) of the interspike intervals."),
                    "1",
                    low=max(min(cvs) - tolerance, 0.0),
                    high=max(cvs) + tolerance,
                    scale=0.3,
                ),
            )

        def measure(x: Response, r: Responses) -> dict[str, ArrayLike | Graded]:
            times = x.window() if whole else x.window(begin, end)
            gaps = f.intervals(times)
            values = {"n": f.lengths(times), "mean_isi": f.mean(gaps), "cv": f.cv(gaps)}
            return {f"{name}{mark}": values[name] for name in asked}

        if asked:
            self._measures.append((g.name, measure))

    def _chance(self, count: int, level: float) -> float:
        """Return by how much the number of spikes of a cell that fires by itself differs in a repeat.

        Of a renewal process the variance is CV² times the number, and 1/6 for the phase (Cox, Renewal Theory, 1962).
        Where it is silent it stays silent, but at a current at which it fires in another stretch.
        """
        if count == 0 and not any(low <= level <= high for low, high in self._firing):
            return 0.0
        return REPEAT * math.sqrt(self._irregular**2 * count + 1.0 / 6.0)

    def _times(self, g: _Recorded, trains: list[Floats], mark: str, precision: float) -> None:
        end, tau = g.end, self.settings.time_constant
        most = max(x.size for x in trains)
        if self.settings.distance == "van_rossum":
            self._add(
                "times",
                Criterion(
                    f"van_rossum{mark}",
                    marked("small van Rossum distance"),
                    f"{VAN_ROSSUM}: τ = {tau:g} ms",
                    "1",
                    high=0.2,
                    scale=0.3,
                ),
                lambda x, r: _average([f.van_rossum(x.window(), train, tau) / train.size for train in trains]),
                g.name,
            )
            return
        if 2.0 * precision * most >= end:
            raise ValueError(
                f"from_recording: precision must be less than {end / (2.0 * most):.3g} ms, got {precision:g} ms. With "
                f"this precision, {most} spikes in {end:g} ms coincide by chance."
            )
        own = 1.0
        if len(trains) > 1:
            pairs = [f.coincidences(a[None], b, precision, end).gamma[0] for a in trains for b in trains if a is not b]
            own = self.reliability[g.name] = float(np.mean(pairs))

        def coincide(x: Response, r: Responses) -> Graded:
            found = [f.coincidences(x.window(), train, precision, end) for train in trains]
            return Graded(_average([y.gamma for y in found]), _average([y.progress for y in found]))

        text = f"{COINCIDENCE}: ± {number(precision, 3)} ms"
        self._add(
            "times",
            Criterion(f"gamma{mark}", marked("high coincidence factor Γ"), text, "1", low=GAMMA * own, scale=0.3),
            coincide,
            g.name,
        )

    def _course(self, g: _Recorded, mark: str) -> None:
        """Ask for the course of the potential outside of spikes."""
        if not self._asked("course"):
            return
        courses = np.array([_course_of(g, data) for data in g.repeats])
        known_in = np.count_nonzero(np.isfinite(courses), axis=0)
        reference = np.where(known_in > 0, np.nansum(courses, axis=0) / np.maximum(known_in, 1), np.nan)
        known = reference[np.isfinite(reference)]
        if known.size < 10:
            return
        reach = float(np.quantile(known, 0.99) - np.quantile(known, 0.01))
        spread = max(float(np.sqrt(np.nansum((c - reference) ** 2) / max(np.isfinite(c).sum(), 1))) for c in courses)
        high = max(COURSE, OF_COURSE * reach, 2.0 * spread, 0.0 if self._silent else _of_phase(g, courses[0]))
        end = g.end
        self._add(
            "course",
            Criterion(
                f"course{mark}",
                marked("small subthreshold RMS error"),
                marked(
                    "Root mean square difference between the simulated and recorded membrane potential, "
                    "excluding spikes."
                ),
                "mV",
                high=high,
                scale=2.0 * high,
            ),
            lambda x, r: f.course_distance(x.v(0.0, end), x.window(), x.dt, reference, STEP, *AROUND),
            g.name,
        )

    def _steps(self, g: _Recorded, mark: str) -> None:
        """Ask for resistance, time constant and sag of a long step at the onset, without a spike."""
        if g.onset != 0.0:
            return  # it begins from another level
        p = next((p for p in g.steps() if not g.fires(p.on, p.off + DECAY[1])), None)
        if p is None or p.on != 0.0:
            return
        tenth = 0.1 * (p.off - p.on)
        before = [g.v(data, -min(BEFORE, g.begin - data.t[0]), 0.0) for data in g.repeats]
        if not all(v.size for v in before):
            return
        bases = np.array([v.mean() for v in before])
        steady = np.array([g.v(data, p.off - tenth, p.off).mean() for data in g.repeats])
        deflection = float(np.mean(steady - bases))
        if abs(deflection) < MIN_DEFLECTION:
            return
        if self._asked("resistance"):
            self._resistance(g, mark, p, steady - bases)
        if g.end >= p.off + DECAY[1] + 1.0 and self._asked("time_constant"):
            self._decay(g, mark, p, bases)
        if deflection < 0.0 and self._asked("sag"):
            self._sag(g, mark, p, steady)

    def _levels(self, g: _Recorded, mark: str) -> None:
        """Ask for the potential at the end of silent steps, and the sag, of a cell that has no rest to measure from."""
        for j, p in enumerate(g.steps()):
            if p.on >= 0.0 and p.off <= g.end and not g.fires(0.5 * (p.on + p.off), p.off):
                self._level(g, f"{mark}_{j}", p)

    def _level(self, g: _Recorded, mark: str, p: Piece) -> None:
        half, tenth, span = 0.5 * (p.on + p.off), 0.1 * (p.off - p.on), g.span(p.on, p.off)
        steady = np.array([g.v(data, p.off - tenth, p.off).mean() for data in g.repeats])
        level = float(np.mean(steady))
        usual = float(np.median(np.concatenate([data.v for data in g.repeats if data.v is not None])))
        if self._asked("level"):
            parts = [
                float(g.v(data, p.off - k * tenth, p.off - (k - 1) * tenth).mean())
                for data in g.repeats
                for k in range(1, 6)
            ]
            slack = max(LEVEL, 2.0 * self.settings.tolerance * abs(level - usual), REPEAT * float(np.std(parts)))
            # Where a step silences by depolarization, it holds the potential above where a neuron resets.
            self._add(
                "level",
                Criterion(
                    f"level{mark}",
                    tr("matching potential at the end of the step from {start} to {end} ms", **span),
                    marked("Mean membrane potential in the last tenth of the step."),
                    "mV",
                    low=level - slack,
                    high=level + slack,
                    scale=max(5.0, slack),
                    without_reset=level > usual,
                ),
                lambda x, r: f.mean(x.v(p.off - tenth, p.off)),
                g.name,
            )
        from_above = all(g.v(data, p.on, p.on + SMOOTH).mean() > level for data in g.repeats)
        if level < usual and from_above and not g.fires(p.on, p.off) and self._asked("sag"):
            # Its lowest potential is lower by the noise of the membrane, which the neurons do not have.
            noise = max(_residual(_means(g.v(data, half, p.off), g.dt, SMOOTH)) for data in g.repeats)
            self._sag(g, mark, p, steady, tr("matching sag from {start} to {end} ms", **span), 3.0 * noise)

    def _resistance(self, g: _Recorded, mark: str, p: Piece, deflections: Floats) -> None:
        known = self._current_unit in AMPERE
        factor, unit = (1e-9 / AMPERE[self._current_unit], "MΩ") if known else (1.0, "mV/unit")
        values = (factor * deflections / p.first).tolist()
        if min(values) <= 0.0:
            raise ValueError(
                f"{g.name}: the potential must follow the current of the step that starts at {p.on + g.begin:g} ms, "
                f"got an input resistance of {min(values):.3g} {unit}. Does the current have the wrong sign?"
            )
        tolerance, tenth = 2.0 * self.settings.tolerance, 0.1 * (p.off - p.on)
        self._add(
            "resistance",
            Criterion(
                f"resistance{mark}",
                marked("matching input resistance"),
                marked("Change of the membrane potential from rest to the end of the step, divided by the current."),
                unit,
                low=min(values) * (1.0 - min(tolerance, 0.9)),
                high=max(values) * (1.0 + tolerance),
                scale=0.3,
                kind="log",
            ),
            lambda x, r: factor * (f.mean(x.v(p.off - tenth, p.off)) - r.v_baseline) / p.first,
            g.name,
        )

    def _decay(self, g: _Recorded, mark: str, p: Piece, bases: Floats) -> None:
        first, last = p.off + DECAY[0], p.off + DECAY[1]
        found = [
            float(f.decay_time(g.v(data, first, last)[None], np.array([base]), g.dt)[0])
            for data, base in zip(g.repeats, bases, strict=True)
        ]
        taus = [tau for tau in found if np.isfinite(tau)]
        if not taus:
            return
        tolerance = 3.0 * self.settings.tolerance
        self._add(
            "time_constant",
            Criterion(
                f"time_constant{mark}",
                marked("matching membrane time constant"),
                marked("Time constant of the decay of the membrane potential from 1 to 10 ms after the step."),
                "ms",
                low=min(taus) * (1.0 - min(tolerance, 0.9)),
                high=max(taus) * (1.0 + tolerance),
                scale=0.3,
                kind="log",
            ),
            lambda x, r: f.decay_time(x.v(first, last), r.v_baseline, x.dt),
            g.name,
        )

    def _sag(
        self, g: _Recorded, mark: str, p: Piece, steady: Floats, title: str = marked("matching sag"), noise: float = 0.0
    ) -> None:
        lowest = [_means(g.v(data, p.on, p.off), g.dt, SMOOTH).min() for data in g.repeats]
        sags = np.maximum(steady - lowest, 0.0).tolist()
        tenth, slack = 0.1 * (p.off - p.on), max(SAG, 2.0 * self.settings.tolerance * max(sags)) + noise
        self._add(
            "sag",
            Criterion(
                f"sag{mark}",
                title,
                marked("Potential at the end of the step minus the minimum during the step."),
                "mV",
                low=min(sags) - slack,
                high=max(sags) + slack,
                scale=3.0,
            ),
            lambda x, r: f.mean(x.v(p.off - tenth, p.off)) - x.v(p.on, p.off).min(axis=1),
            g.name,
        )

    def _shape(self, g: _Recorded, mark: str) -> None:
        """Ask for the potential between spikes, and for height and width of spikes of a neuron without a reset."""
        stretches = [(0.0, g.end)] if self._silent else g.stretches()
        for j, (begin, end) in enumerate(stretches):
            rows = g.rows(begin, end, 2 if self._silent else 3)
            title, key, error = marked("matching potential between spikes"), f"ahp{mark}", 0.0
            if rows and not self._silent:
                title = tr("{criterion} from {start} to {end} ms", criterion=tr(title), **g.span(begin, end))
                # The potential after the last spike may be that of another stretch.
                key, error = f"{key}_{j}", max(_error_of_mean((v, t[:, :-1], dt), np.minimum) for v, t, dt in rows)
            self._of_spikes(
                g,
                rows,
                "ahp",
                f.mean_trough,
                Criterion(
                    key,
                    title,
                    marked("Mean of the minimum potentials between spikes."),
                    "mV",
                    low=-TROUGH,
                    high=TROUGH,
                    scale=5.0,
                ),
                begin,
                end,
                REPEAT * error,
            )
        rows = g.rows(0.0, g.end, 2)
        if g.dt > CUT or not rows:
            return
        error = 0.0 if self._silent else REPEAT * max(_error_of_mean(row, np.maximum) for row in rows)
        self._of_spikes(
            g,
            rows,
            "height",
            f.mean_peak,
            Criterion(
                f"height{mark}",
                marked("matching spike peak"),
                marked("Mean peak potential of the spikes."),
                "mV",
                low=-PEAK,
                high=PEAK,
                scale=10.0,
                without_reset=True,
            ),
            0.0,
            g.end,
            error,
        )
        self._of_spikes(
            g,
            rows,
            "width",
            f.half_width,
            Criterion(
                f"width{mark}",
                marked("matching spike width"),
                marked("Mean spike width at half height, excluding the first spike."),
                "ms",
                low=-0.1,
                high=0.1,
                scale=0.5,
                without_reset=True,
            ),
            0.0,
            g.end,
            share=3.0 * self.settings.tolerance,
        )

    def _of_spikes(
        self,
        g: _Recorded,
        rows: Sequence[tuple[Floats, Floats, float]],
        name: str,
        measure: Callable[[Floats, Floats, float], Floats],
        criterion: Criterion,
        begin: float,
        end: float,
        error: float = 0.0,
        share: float = 0.0,
    ) -> None:
        """Ask for what a sweep has on the average of its spikes; the criterion says by how much it differs at least."""
        values = np.array([float(measure(*row)[0]) for row in rows])
        values = values[np.isfinite(values)]
        if not values.size or not self._asked(name):
            return
        middle = float(values.mean())
        slack = max(criterion.high, 2.0 * float(values.std()), error, share * middle)
        whole = end - begin >= g.end

        def of_response(x: Response, r: Responses) -> ArrayLike:
            if criterion.without_reset and r.full_spike is None:
                return np.nan
            return measure(x.v(begin, end), x.window() if whole else x.window(begin, end) - begin, x.dt)

        self._add(name, replace(criterion, low=middle - slack, high=middle + slack), of_response, g.name)


def _irregularity(groups: Sequence[_Recorded]) -> float:
    """Return how irregular neighbouring intervals are: CV2 (Holt et al. 1996), which a slow change does not enlarge.

    Of a renewal process it is the coefficient of variation; 1, that of a Poisson process, where there are few spikes.
    """
    ratios: list[float] = []
    for g in groups:
        for train in g.trains:
            for a, b in g.stretches():
                isi = np.diff(train[(train >= a) & (train < b)])
                ratios += (2.0 * np.abs(np.diff(isi)) / (isi[1:] + isi[:-1])).tolist()
    return float(np.mean(ratios)) if len(ratios) >= 5 else 1.0


def _firing_levels(groups: Sequence[_Recorded]) -> list[tuple[float, float]]:
    """Return the currents at which a cell fires in some stretch, each with what is the same level."""
    levels = [(g.level(stretch), g.fires(*stretch)) for g in groups for stretch in g.stretches()]
    near = SAME * float(np.ptp([level for level, _ in levels]))
    return [(level - near, level + near) for level, fires in levels if fires]


def _first_cycles(train: Floats, stretches: Sequence[tuple[float, float]]) -> float:
    """Return the longest of the first intervals of a train, before the current changes; 0 without one."""
    end = next((b for a, b in stretches if train.size and a <= train[0] < b), 0.0)
    isi = np.diff(train[train < end][:4])
    return float(isi.max(initial=0.0))


def _of_phase(g: _Recorded, course: Floats) -> float:
    """Return the distance in mV of two courses of a cell that fires by itself whose spikes have independent phases."""
    places = np.arange(1, course.size + 1) * STEP
    apart, known = 0.0, int(np.isfinite(course).sum())
    for a, b in g.stretches():
        part = course[(places >= a) & (places < b) & np.isfinite(course)]
        if part.size and any(x.size >= 2 for x in g.trains_within(a, b)):
            apart += 2.0 * float(part.var()) * part.size
    return 1.25 * math.sqrt(apart / max(known, 1))


def _error_of_mean(row: tuple[Floats, Floats, float], extreme: np.ufunc) -> float:
    """Return the standard error of the mean of what is largest or smallest from each spike to the next."""
    (v,), (times,), dt = row
    edges = np.minimum(np.round(times / dt).astype(np.intp), v.size - 1)
    each = extreme.reduceat(v, edges)
    return float(each.std() / math.sqrt(each.size)) if each.size else 0.0


def _residual(v: Floats) -> float:
    """Return the standard deviation of a potential about the line through it."""
    place = np.arange(v.size) - 0.5 * (v.size - 1)
    return float(np.std(v - v.mean() - place * (float(place @ v) / max(float(place @ place), 1.0))))


def _average(values: Sequence[Floats]) -> Floats:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total / float(len(values)) if len(values) > 1 else total


def _means(v: Floats, dt: float, span: float) -> Floats:
    """Return means over a time in ms, one for each sample; beyond the ends it stays as it is there."""
    width = max(round(span / dt), 1)
    padded = np.pad(v, width, mode="edge")
    return v if width == 1 else np.asarray(np.convolve(padded, np.ones(width) / width, "same")[width:-width])


def _course_of(g: _Recorded, data: Data) -> Floats:
    """Return the potential at each STEP ms from the begin on, the mean around it; nan at spikes."""
    assert data.v is not None
    t = data.t - g.begin
    places = np.arange(1, int((g.end - 1e-9) / STEP) + 1) * STEP
    course = np.interp(places, t, _means(data.v, g.dt, STEP), right=np.nan)
    for spike in data.spikes - g.begin:
        course[(places >= spike - AROUND[0]) & (places < spike + AROUND[1])] = np.nan
    return np.asarray(course)


def _traces(g: _Recorded) -> Traces:
    """Return a recorded sweep as traces on a regular grid, 0 at its begin."""
    data = g.data
    steps = np.diff(data.t)
    if data.t.size == 2:
        t = np.linspace(data.t[0], data.t[1], 2000)
    elif np.ptp(steps) > 1e-3 * steps.mean():
        t = np.linspace(data.t[0], data.t[-1], data.t.size)
    else:
        t = data.t
    held = np.searchsorted(data.t, t, side="right") - 1
    return Traces(
        t - g.begin,
        {} if data.v is None else {"v": np.interp(t, data.t, data.v)[None]},
        [data.spikes - g.begin],
        np.array([np.nan]),
        np.zeros((1, t.size)) if data.current is None else data.current[held][None],
        "",
        model=SWEEP,
    )
