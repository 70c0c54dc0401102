"""Features of recorded sweeps as criteria, with the accepted ranges within which a neuron reproduces them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.piece import Piece
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import MIN_ISI, Criterion
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Graded, Response, Responses
from plausiwidgets.patterns.sweep import BEFORE
from plausiwidgets.recordings.injected_current import SAME
from plausiwidgets.recordings.recorded_stimulus import Stimulus
from plausiwidgets.recordings.recorded_sweep import RecordedSweep, smoothed, spikes_before
from plausiwidgets.recordings.settings import ALL, SPIKES, Settings
from plausiwidgets.recordings.table import PLATEAU, Data
from plausiwidgets.recordings.units import AMPERE
from plausiwidgets.support.printed import number
from plausiwidgets.texts import marked, tr

Floats = NDArray[np.float64]

PRECISION = 4.0
"""Maximum default precision Δ of a coincidence in ms."""
REST, COURSE, TROUGH, PEAK, SAG, LEVEL = 2.0, 2.0, 3.0, 6.0, 1.0, 3.0
"""Minimum tolerances in mV.

They apply to the resting potential, the course, the minimum after a spike, the peak, the sag, and the potential at the
end of a step.
"""
OF_COURSE = 0.15
"""Tolerance of the course as a share of the range of the potential outside spikes."""
STEP = 0.5
"""Distance in ms of the samples at which two courses are compared."""
AROUND = (2.0, 4.0)
"""Times in ms before and after a spike in which courses are not compared."""
MIN_DEFLECTION = 2.0
"""Minimum response in mV to a step from which resistance, time constant and sag are measured."""
DECAY = (1.0, 10.0)
"""Times in ms after a step between which the decay is measured, as in eFEL."""
SMOOTH = 1.0
"""Time in ms over which a potential is averaged, because noise lowers its minimum."""
CUT = 0.5
"""Maximum sampling interval in ms at which height and width of spikes are compared."""
OF_LOWEST = 3.0
"""Expected difference of the minimum of a noisy step from its mean, in standard deviations of the noise."""
REPEAT = 2.0 * math.sqrt(2.0)
"""Maximum difference of a repeat from a measured value in standard deviations, because both vary."""
MIN_PAIRS = 4
"""Minimum number of pairs of neighbouring intervals whose irregularity is compared."""
GAMMA = 0.7
"""Minimum coincidence factor as a share of that of repeated sweeps among each other."""


@dataclass(frozen=True)
class Compared:
    """Criterion of a recording.

    Attributes
    ----------
    name : str
        Name of the feature in ``compare`` of :func:`from_recording`.
    sweep : str
        Name of its sweep, empty for all sweeps together.
    criterion : Criterion
        The criterion, whose title does not contain the name of the sweep.

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


class RecordedFeatures:
    """Criteria of recorded sweeps, and the functions that measure them."""

    def __init__(self, stimulus: Stimulus, settings: Settings, current_unit: str) -> None:
        groups, silent = stimulus.sweeps, stimulus.is_silent
        self._near = stimulus.near
        self.settings = settings
        self.reliability: dict[str, float] = {}
        self.compared = list[Compared]()
        self.left_out = set[str]()
        self._many = len(groups) > 1
        self._current_unit = current_unit
        self._silent, self._irregular = silent, _irregularity(groups)
        self._firing = _firing_levels([g for g in groups if not g.is_timed])
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
        """Compared features, with the sweep in the title if there are several."""
        return [
            replace(c.criterion, title=f"{c.sweep}: {c.criterion.title}") if c.sweep and self._many else c.criterion
            for c in self.compared
        ]

    def needs_potential(self, name: str) -> bool:
        """Return whether features of the potential of a sweep are compared."""
        return any(c.sweep == name and c.name not in SPIKES for c in self.compared)

    def measure(self, r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
        """Return the features of all sweeps."""
        out: dict[str, ArrayLike | Graded] = {}
        for name, measure in self._measures:
            out |= measure(r[name or next(iter(r))], r)
        return out

    def own_values(self, responses: Mapping[str, Responses]) -> dict[str, float]:
        """Return the features of the recording, given its responses with the resting potential of each sweep."""
        out: dict[str, float] = {}
        for name, measure in self._measures:
            at_rest = responses[name]
            found = measure(at_rest[name or next(iter(at_rest))], at_rest)
            for key, value in found.items():
                out[key] = float(np.ravel(value.value if isinstance(value, Graded) else value)[0])
        return out

    def _add(self, name: str, criterion: Criterion, value: Value | None = None, sweep: str = "") -> None:
        """Add a criterion and, unless several features are measured together, the function that measures it."""
        self.compared.append(Compared(name, sweep, replace(criterion, weight=self.settings.weight(name))))
        if value is not None:
            self._measures.append((sweep, lambda x, r: {criterion.key: value(x, r)}))

    def _is_compared(self, name: str, usual: bool = True) -> bool:
        """Return whether a feature is compared.

        A feature that is not `usual` is compared only if `compare` contains its name.
        """
        if not usual:
            self.left_out.add(name)
        return self.settings.weight(name) > 0.0 and (usual or self.settings.compare is not None)

    # -- before the stimulus

    def _before(self, groups: Sequence[RecordedSweep]) -> None:
        """Add the resting potential, or the firing rate before the stimulus if the cell fires spontaneously."""
        known = [(g, data) for g in groups for data in g.repeats if g.onset == 0.0 and g.current is not None]
        if self._silent and self._is_compared("rest"):
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
        if not self._silent and self._is_compared("rate_before"):
            count, seconds = spikes_before(groups)
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

    def _of_sweep(self, g: RecordedSweep, mark: str) -> None:
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

    def _spikes(self, g: RecordedSweep, mark: str) -> None:
        """Add the number, the latency, the intervals and the times of the spikes."""
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
        # The phase of spontaneous firing is arbitrary, and its pauses depend on the current. Therefore compare spikes
        # between changes of the current.
        stretches = g.stretches()
        for j, stretch in enumerate(stretches):
            self._train(g, stretch, f"{mark}_{j}" if len(stretches) > 1 else mark)
        onset = g.onset
        late = [x[x >= onset] for x in fired]
        firsts = [float(x[0] - onset) for x in late if x.size]
        if firsts and g.has_stimulus and self._is_compared("latency"):
            first = float(np.mean(firsts))
            cycle = 0.0 if g.is_timed else max(_first_cycles(x, stretches) for x in late)
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
        if fired and self._is_compared("times", g.is_timed or (len(trains) > 1 and g.has_stimulus)):
            self._times(g, fired, mark, precision)

    def _train(self, g: RecordedSweep, stretch: tuple[float, float], mark: str) -> None:
        """Add the number and the intervals of the spikes in a stretch of a sweep."""
        begin, end = stretch
        trains = g.trains_within(begin, end)
        whole = len(g.stretches()) == 1
        found = {
            "n": self._count(g, stretch, trains, mark),
            "mean_isi": self._mean_interval(g, trains, mark),
            "cv": self._variation(trains, mark),
            "cv2": self._regularity(g, stretch, trains, mark),
        }
        compared = [
            name
            for name, criterion in found.items()
            if criterion is not None and self._is_compared(name, name != "cv" or g.is_timed)
        ]
        for name in compared:
            criterion = found[name]
            assert criterion is not None
            title = criterion.title
            if not whole:
                title = tr("{criterion} from {start} to {end} ms", criterion=tr(title), **g.span(begin, end))
            self._add(name, replace(criterion, title=title), sweep=g.name)

        def measure(x: Response, r: Responses) -> dict[str, ArrayLike | Graded]:
            times = x.window() if whole and not begin else x.window(begin, end)
            gaps = f.intervals(times)
            values = {"n": f.lengths(times), "mean_isi": f.mean(gaps), "cv": f.cv(gaps), "cv2": f.cv2(gaps)}
            return {f"{name}{mark}": values[name] for name in compared}

        if compared:
            self._measures.append((g.name, measure))

    def _count(self, g: RecordedSweep, stretch: tuple[float, float], trains: Sequence[Floats], mark: str) -> Criterion:
        """Return the criterion for the number of spikes in a stretch."""
        counts = [x.size for x in trains]
        chance = 0.0 if g.is_timed else self._chance(max(counts), g.level(stretch))
        slack = int(max(self.settings.tolerance * max(counts), chance) + 1e-9)
        text = marked("Number of spikes from stimulus onset to the end of the recording.")
        if len(g.stretches()) > 1:
            text = marked("Number of spikes between two changes of the current.")
        return Criterion(
            f"n{mark}",
            marked("matching number of spikes"),
            text,
            "spikes",
            low=max(min(counts) - slack, 0),
            high=max(counts) + slack,
            kind="count",
        )

    def _mean_interval(self, g: RecordedSweep, trains: Sequence[Floats], mark: str) -> Criterion | None:
        """Return the criterion for the mean interval in a stretch, or None if it has too few spikes."""
        means = [float(np.diff(x).mean()) for x in trains if x.size >= (2 if g.is_timed else 3)]
        if not means:
            return None
        share = self.settings.tolerance
        if not g.is_timed:
            share = max(share, REPEAT * self._irregular / math.sqrt(max(x.size for x in trains) - 1))
        return Criterion(
            f"mean_isi{mark}",
            marked("matching mean interval"),
            marked("Mean interspike interval (ISI)."),
            "ms",
            low=min(means) * (1.0 - min(share, 0.99)),
            high=max(means) * (1.0 + share),
            scale=0.3,
            kind="log",
        )

    def _variation(self, trains: Sequence[Floats], mark: str) -> Criterion | None:
        """Return the criterion for the coefficient of variation, or None if there are too few intervals."""
        cvs = [float(np.diff(x).std() / np.diff(x).mean()) for x in trains if x.size >= 3]
        if not cvs:
            return None
        return Criterion(
            f"cv{mark}",
            marked("matching CV of the intervals"),
            marked("Coefficient of variation (standard deviation / mean) of the interspike intervals."),
            "1",
            low=max(min(cvs) - self.settings.tolerance, 0.0),
            high=max(cvs) + self.settings.tolerance,
            scale=0.3,
        )

    def _regularity(
        self, g: RecordedSweep, stretch: tuple[float, float], trains: Sequence[Floats], mark: str
    ) -> Criterion | None:
        """Return the criterion for the regularity of spontaneous firing in a stretch, or None if it is too short."""
        ratios = [f.neighbour_ratios(np.diff(x)) for x in trains]
        pairs = np.concatenate(ratios)
        if not self._is_spontaneous(g, stretch) or pairs.size < MIN_PAIRS:
            return None
        mean = float(np.mean([x.mean() for x in ratios if x.size]))
        slack = max(2.0 * self.settings.tolerance, REPEAT * float(pairs.std()) / math.sqrt(pairs.size))
        return Criterion(
            f"cv2{mark}",
            marked("matching regularity of spontaneous firing (CV2)"),
            marked("Mean of 2 |a − b| / (a + b) over neighbouring interspike intervals at the holding current."),
            "1",
            low=max(mean - slack, 0.0),
            high=mean + slack,
            scale=0.3,
        )

    def _is_spontaneous(self, g: RecordedSweep, stretch: tuple[float, float]) -> bool:
        """Return whether a stretch is at the holding current of a cell that fires without a stimulus."""
        if g.is_timed or g.current is None:
            return False
        return abs(g.level(stretch) - g.current.holding) <= self._near

    def _chance(self, count: int, level: float) -> float:
        """Return the difference in the number of spikes that a repeat may have, for a cell that fires spontaneously.

        The variance of a renewal process is CV² times the number of spikes, plus 1/6 for the phase (Cox, Renewal
        Theory, 1962). A silent stretch stays silent, unless the cell fires at the same current in another stretch.
        """
        if count == 0 and not any(low <= level <= high for low, high in self._firing):
            return 0.0
        return REPEAT * math.sqrt(self._irregular**2 * count + 1.0 / 6.0)

    def _times(self, g: RecordedSweep, trains: list[Floats], mark: str, precision: float) -> None:
        begin, end, tau = g.lead, g.end, self.settings.time_constant
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
                lambda x, r: _average(
                    [f.van_rossum(x.window(begin, end), train, tau) / train.size for train in trains]
                ),
                g.name,
            )
            return
        if 2.0 * precision * most >= end - begin:
            raise ValueError(
                f"from_recording: precision must be less than {(end - begin) / (2.0 * most):.3g} ms, got "
                f"{precision:g} ms. With this precision, {most} spikes in {end - begin:g} ms coincide by chance."
            )
        own = 1.0
        if len(trains) > 1:
            pairs = [
                f.coincidences(a[None], b, precision, end - begin).gamma[0]
                for a in trains
                for b in trains
                if a is not b
            ]
            own = self.reliability[g.name] = float(np.mean(pairs))

        def coincide(x: Response, r: Responses) -> Graded:
            found = [f.coincidences(x.window(begin, end), train, precision, end - begin) for train in trains]
            return Graded(_average([y.gamma for y in found]), _average([y.progress for y in found]))

        text = f"{COINCIDENCE}: ± {number(precision, 3)} ms"
        self._add(
            "times",
            Criterion(f"gamma{mark}", marked("high coincidence factor Γ"), text, "1", low=GAMMA * own, scale=0.3),
            coincide,
            g.name,
        )

    def _course(self, g: RecordedSweep, mark: str) -> None:
        """Add the course of the potential outside spikes."""
        if not self._is_compared("course"):
            return
        courses = np.array([_course_of(g, data) for data in g.repeats])
        known_in = np.count_nonzero(np.isfinite(courses), axis=0)
        reference = np.where(known_in > 0, np.nansum(courses, axis=0) / np.maximum(known_in, 1), np.nan)
        known = reference[np.isfinite(reference)]
        if known.size < 10:
            return
        reach = float(np.quantile(known, 0.99) - np.quantile(known, 0.01))
        spread = max(float(np.sqrt(np.nansum((c - reference) ** 2) / max(np.isfinite(c).sum(), 1))) for c in courses)
        high = max(COURSE, OF_COURSE * reach, 2.0 * spread, 0.0 if g.is_timed else _of_phase(g, courses[0]))
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

    def _steps(self, g: RecordedSweep, mark: str) -> None:
        """Add the resistance, the time constant and the sag of a long step without spikes at the onset."""
        if g.onset != 0.0:
            return  # the step starts from another level
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
        if self._is_compared("resistance"):
            self._resistance(g, mark, p, steady - bases)
        if g.end >= p.off + DECAY[1] + 1.0 and self._is_compared("time_constant"):
            self._decay(g, mark, p, bases)
        if deflection < 0.0 and self._is_compared("sag"):
            self._sag(g, mark, p, steady)

    def _levels(self, g: RecordedSweep, mark: str) -> None:
        """Add the potential at the end of silent steps, and the sag, for a cell that has no resting potential."""
        for j, p in enumerate(g.steps()):
            if p.on >= 0.0 and p.off <= g.end and not g.fires(0.5 * (p.on + p.off), p.off):
                self._level(g, f"{mark}_{j}", p)

    def _level(self, g: RecordedSweep, mark: str, p: Piece) -> None:
        tenth, span = 0.1 * (p.off - p.on), g.span(p.on, p.off)
        steady = np.array([g.v(data, p.off - tenth, p.off).mean() for data in g.repeats])
        level = float(np.mean(steady))
        usual = float(np.median(np.concatenate([data.v for data in g.repeats if data.v is not None])))
        if self._is_compared("level"):
            parts = [
                float(g.v(data, p.off - k * tenth, p.off - (k - 1) * tenth).mean())
                for data in g.repeats
                for k in range(1, 6)
            ]
            slack = max(LEVEL, 2.0 * self.settings.tolerance * abs(level - usual), REPEAT * float(np.std(parts)))
            # If depolarization silences the cell, the step holds its potential above the level at which a neuron
            # resets.
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
        if level < usual and from_above and not g.fires(p.on, p.off) and self._is_compared("sag"):
            self._sag(g, mark, p, steady, tr("matching sag from {start} to {end} ms", **span))

    def _resistance(self, g: RecordedSweep, mark: str, p: Piece, deflections: Floats) -> None:
        known = self._current_unit in AMPERE
        factor, unit = (1e-9 / AMPERE[self._current_unit], "MΩ") if known else (1.0, "mV/unit")
        values = (factor * deflections / p.first).tolist()
        if min(values) <= 0.0:
            raise ValueError(
                f"{g.name}: the potential must follow the current of the step that starts at {p.on + g.begin:g} ms, "
                f"got an input resistance of {min(values):.3g} {unit}. Does the current have the "
                "wrong sign, or is the series resistance too large?"
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

    def _decay(self, g: RecordedSweep, mark: str, p: Piece, bases: Floats) -> None:
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

    def _sag(self, g: RecordedSweep, mark: str, p: Piece, steady: Floats, title: str = marked("matching sag")) -> None:
        lowest = [smoothed(g.v(data, p.on, p.off), g.dt, SMOOTH).min() for data in g.repeats]
        sags = np.maximum(steady - lowest, 0.0).tolist()
        # The minimum is lowered by the noise of the recording, which simulated neurons do not have.
        half, tenth = 0.5 * (p.on + p.off), 0.1 * (p.off - p.on)
        noise = max(_residual(smoothed(g.v(data, half, p.off), g.dt, SMOOTH)) for data in g.repeats)
        slack = max(SAG, 2.0 * self.settings.tolerance * max(sags)) + OF_LOWEST * noise
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

    def _shape(self, g: RecordedSweep, mark: str) -> None:
        """Add the potential between spikes, and the height and the width of spikes for a neuron without a reset."""
        stretches = g.stretches()
        for j, (begin, end) in enumerate(stretches):
            rows = g.rows(begin, end, 2 if g.is_timed else 3)
            title, key, error = marked("matching potential between spikes"), f"ahp{mark}", 0.0
            if rows and not g.is_timed:
                title = tr("{criterion} from {start} to {end} ms", criterion=tr(title), **g.span(begin, end))
                # The potential after the last spike may belong to another stretch.
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
        rows = g.rows(g.lead, g.end, 2)
        if g.dt > CUT or not rows:
            return
        error = 0.0 if g.is_timed else REPEAT * max(_error_of_mean(row, np.maximum) for row in rows)
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
            g.lead,
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
            g.lead,
            g.end,
            share=3.0 * self.settings.tolerance,
        )

    def _of_spikes(
        self,
        g: RecordedSweep,
        rows: Sequence[tuple[Floats, Floats, float]],
        name: str,
        measure: Callable[[Floats, Floats, float], Floats],
        criterion: Criterion,
        begin: float,
        end: float,
        error: float = 0.0,
        share: float = 0.0,
    ) -> None:
        """Add a feature that is averaged over the spikes of a sweep.

        The upper limit of `criterion` is the minimum tolerance of the feature.
        """
        values = np.array([float(measure(*row)[0]) for row in rows])
        values = values[np.isfinite(values)]
        if not values.size or not self._is_compared(name):
            return
        middle = float(values.mean())
        if name == "width" and middle > PLATEAU:
            return  # the samples miss the peaks of such spikes
        slack = max(criterion.high, 2.0 * float(values.std()), error, share * middle)
        whole = end - begin >= g.end - g.lead

        def of_response(x: Response, r: Responses) -> ArrayLike:
            if criterion.without_reset and r.full_spike is None:
                return np.nan
            times = x.window() if whole and not begin else x.window(begin, end) - begin
            return measure(x.v(begin, end), times, x.dt)

        self._add(name, replace(criterion, low=middle - slack, high=middle + slack), of_response, g.name)


def _irregularity(groups: Sequence[RecordedSweep]) -> float:
    """Return the irregularity of neighbouring intervals, CV2 (Holt et al. 1996).

    A slow change of the rate does not enlarge CV2. For a renewal process, it is the coefficient of variation. If there
    are few spikes, the result is 1, the value of a Poisson process.
    """
    ratios: list[float] = []
    for g in groups:
        for train in g.trains:
            for a, b in g.stretches():
                isi = np.diff(train[(train >= a) & (train < b)])
                ratios += f.neighbour_ratios(isi).tolist()
    return float(np.mean(ratios)) if len(ratios) >= 5 else 1.0


def _firing_levels(groups: Sequence[RecordedSweep]) -> list[tuple[float, float]]:
    """Return the ranges of current around the levels at which a cell fires in some stretch."""
    levels = [(g.level(stretch), g.fires(*stretch)) for g in groups for stretch in g.stretches()]
    if not levels:
        return []
    near = SAME * float(np.ptp([level for level, _ in levels]))
    return [(level - near, level + near) for level, fires in levels if fires]


def _first_cycles(train: Floats, stretches: Sequence[tuple[float, float]]) -> float:
    """Return the longest of the first intervals of a train before the current changes in ms, 0 without one."""
    end = next((b for a, b in stretches if train.size and a <= train[0] < b), 0.0)
    isi = np.diff(train[train < end][:4])
    return float(isi.max(initial=0.0))


def _of_phase(g: RecordedSweep, course: Floats) -> float:
    """Return the distance in mV between the courses of a spontaneously firing cell in two repeats.

    The spikes of the repeats have independent phases.
    """
    places = np.arange(1, course.size + 1) * STEP
    apart, known = 0.0, int(np.isfinite(course).sum())
    for a, b in g.stretches():
        part = course[(places >= a) & (places < b) & np.isfinite(course)]
        if part.size and any(x.size >= 2 for x in g.trains_within(a, b)):
            apart += 2.0 * float(part.var()) * part.size
    return 1.25 * math.sqrt(apart / max(known, 1))


def _error_of_mean(row: tuple[Floats, Floats, float], extreme: np.ufunc) -> float:
    """Return the standard error of the mean of the minima or maxima from each spike to the next."""
    (v,), (times,), dt = row
    edges = np.minimum(np.round(times / dt).astype(np.intp), v.size - 1)
    each = extreme.reduceat(v, edges)
    return float(each.std() / math.sqrt(each.size)) if each.size else 0.0


def _residual(v: Floats) -> float:
    """Return the standard deviation of a potential about its regression line."""
    place = np.arange(v.size) - 0.5 * (v.size - 1)
    return float(np.std(v - v.mean() - place * (float(place @ v) / max(float(place @ place), 1.0))))


def _average(values: Sequence[Floats]) -> Floats:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total / float(len(values)) if len(values) > 1 else total


def _course_of(g: RecordedSweep, data: Data) -> Floats:
    """Return the mean potential around every `STEP` ms after the start, nan near spikes."""
    assert data.v is not None
    t = data.t - g.begin
    places = np.arange(1, int((g.end - 1e-9) / STEP) + 1) * STEP
    course = np.interp(places, t, smoothed(data.v, g.dt, STEP), left=np.nan, right=np.nan)
    for spike in data.spikes - g.begin:
        course[(places >= spike - AROUND[0]) & (places < spike + AROUND[1])] = np.nan
    return np.asarray(course)
