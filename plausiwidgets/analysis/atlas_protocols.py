"""Stimuli of an atlas, and measured features of a response that can be its axes.

A protocol is a pattern that is not registered. It has the criteria of every pattern, such as silence before the onset,
and measures each axis. Its measurement is traced like that of the twenty patterns, so that Python and the app return
the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import Floats, Piece, pulse, ramp
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import Criterion, at_least, at_most, count
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.support.names import unknown
from plausiwidgets.texts import marked

LENGTH, TAIL = 1000.0, 500.0
"""Duration of a stimulus and of the time after it in ms."""
GRACE = 100.0
"""Time in ms after the stimulus in which spikes are allowed."""


@dataclass(frozen=True)
class AtlasAxis:
    """Measured feature of a response that can be an axis of an atlas.

    Attributes
    ----------
    key, title, unit : str
        Key, title and unit of the feature.
    low, high : float
        Limits of the axis. The first and the last row of cells contain all values outside the limits.
    scale : {"log", "linear"}
        Scale on which the cells have equal size.
    below : str
        Meaning of the first row if it is special, such as responses with a single interval.
    """

    key: str
    title: str
    unit: str
    low: float
    high: float
    scale: str = "log"
    below: str = ""

    def edges(self, points: int) -> Floats:
        """Return the limits between `points` cells in ascending order, shape [points - 1]."""
        space = np.geomspace if self.scale == "log" else np.linspace
        ends: Floats = space(self.low, self.high, points + 1)
        inner: Floats = ends[1:-1]
        return inner

    def place(self, values: Floats, points: int) -> Floats:
        """Return the positions of values in units of cells, from 0 to `points`, where nan stays nan."""
        low, high, x = self.low, self.high, np.asarray(values, float)
        if self.scale == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.log(x / low) / np.log(high / low)
        else:
            share = (x - low) / (high - low)
        cells: Floats = np.clip(share, 0.0, 1.0) * points
        return cells


AXES = {
    axis.key: axis
    for axis in (
        AtlasAxis("rate", marked("firing rate"), "Hz", 1.0, 300.0),
        AtlasAxis(
            "irregularity",
            marked("longest / shortest interval"),
            "1",
            1.0,
            100.0,
            below=marked("no two intervals at the end"),
        ),
        AtlasAxis("latency", marked("latency of the first spike"), "ms", 1.0, 1000.0),
        AtlasAxis("burst", marked("spikes of the largest burst"), "spikes", 1.0, 40.0, below=marked("no bursts")),
        AtlasAxis("adaptation", marked("last / first interval"), "1", 0.1, 100.0, below=marked("no two intervals")),
    )
}
"""Axes by name."""


def _train(times: Floats, end: float) -> dict[str, ArrayLike | Graded]:
    """Return the feature of each axis for spike times in ms, or 0 if it is not defined, which is below every axis."""
    isi = f.intervals(times)
    number = f.lengths(isi)
    late = f.spread(f.late_half(isi))
    ratio = f.at(isi, number - 1) / f.at(isi, 0)
    burst = f.bursts(times, end).longest
    return {
        "n": f.lengths(times),
        "rate": f.lengths(times) * (1000.0 / end),
        "irregularity": np.where(np.isnan(late), 0.0, late),
        "latency": f.first(times),
        "burst": np.where(np.isnan(burst), 0.0, burst),
        "adaptation": np.where(number >= 2, ratio, 0.0),
    }


_FIRES = count("n", "fires", at_least(1), "spikes", "Number of spikes in the window of the protocol.")
_QUIET_AFTER = count(
    "quiet_after",
    "silent after the stimulus",
    at_most(0),
    "spikes",
    f"Number of spikes later than {GRACE:g} ms after the window of the protocol.",
)


def _protocol(
    key: str,
    title: str,
    pieces: Callable[[StimulusValues], list[Piece]],
    window: tuple[float, float],
    amplitude: StimulusParameter,
) -> Pattern:
    first, last = window

    def measure(r: Responses, s: StimulusValues) -> Mapping[str, ArrayLike | Graded]:
        times = r["stimulus"].window(first, last) - first
        return {**_train(times, last - first), "quiet_after": r["stimulus"].count(last + GRACE)}

    return Pattern(
        key=key,
        title=title,
        stimulus_parameters=[amplitude],
        criteria=[_FIRES, _QUIET_AFTER, *(_measured(axis) for axis in AXES.values())],
        sweeps=lambda s: {"stimulus": Sweep(pieces(s), last + TAIL, response=window)},
        measure=measure,
    )


def _measured(axis: AtlasAxis) -> Criterion:
    """Return a criterion that every defined value meets, so that the verdict contains the value."""
    return Criterion(axis.key, axis.title, f"Axis of the atlas: {axis.title}.", axis.unit, low=0.0)


_STEP = StimulusParameter("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None))

PROTOCOLS = {
    "step": _protocol("atlas_step", "Step", lambda s: [pulse(0.0, LENGTH, s.amplitude)], (0.0, LENGTH), _STEP),
    "release": _protocol(
        "atlas_release",
        "Release from inhibition",
        lambda s: [pulse(0.0, LENGTH, -s.amplitude)],
        (LENGTH, 2.0 * LENGTH),
        replace(_STEP, downwards=True),
    ),
    "ramp": _protocol("atlas_ramp", "Ramp", lambda s: [ramp(0.0, LENGTH, s.amplitude)], (0.0, LENGTH), _STEP),
}
"""Protocols by name: a step, the time after a downward step, and a ramp."""


def axes_of(names: tuple[str, ...]) -> tuple[AtlasAxis, AtlasAxis]:
    """Return two different axes by name.

    Raises
    ------
    ValueError
        If there are not two names, if a name is unknown, or if both are equal.
    """
    if len(names) != 2 or names[0] == names[1]:
        raise ValueError(
            f"atlas: axes must be two different names of {', '.join(AXES)}, got {', '.join(names) or 'none'}."
        )
    for name in names:
        if name not in AXES:
            raise unknown("atlas", "axis", name, AXES)
    return AXES[names[0]], AXES[names[1]]
