"""Reliability and precision of spike times in response to a repeated current (Mainen & Sejnowski 1995)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.current import Current
from plausiwidgets.engine.piece import Piece, noise, pulse
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import simulate
from plausiwidgets.patterns.protocol import usual_current
from plausiwidgets.support.arguments import checked, finite, whole
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.picture import BLUE, GREY, ORANGE, Axis, Plot, drawn, span
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.texts import tr

Floats = NDArray[np.float64]

SETTLE = 1500.0
"""Time in ms at the holding current before the stimulus."""
WIDTH = 1.5
"""Standard deviation in ms of the Gaussian kernel that smooths the rate of all trials."""
HIGH = 3.0
"""Minimum rate of an event as a multiple of the mean rate."""
BIN = 0.25
"""Distance in ms between the points of the rate."""
FROZEN, PRIVATE = 0.5, 0.05
"""Default standard deviations of the frozen and of the private noise, as shares of the model's default current."""


@dataclass(frozen=True)
class Events:
    """Spike times of repeated trials, with the events at which they coincide.

    Attributes
    ----------
    spike_times : tuple of ndarray
        Spike times of each trial in ms from the stimulus onset.
    rate : ndarray, shape [points]
        Mean rate of all trials over time in Hz, smoothed with a Gaussian of 1.5 ms, with a point every 0.25 ms.
    events : ndarray, shape [events, 2]
        Start and end in ms of each event, in which the rate is above three times its mean.
    reliability : float
        Share of all spikes that occur in events, nan without spikes.
    precision : float
        Standard deviation in ms of the spike times in an event, averaged over the events, nan without events.
    """

    spike_times: tuple[Floats, ...]
    rate: Floats = field(repr=False)
    events: Floats = field(repr=False)
    reliability: float
    precision: float


@dataclass(frozen=True, repr=False)
class Reliability(Printed):
    """Spike times of a neuron in repeated trials with frozen noise and with a constant current.

    Attributes
    ----------
    model : str
        Key of the model.
    frozen, constant : Events
        Events of the trials with the mean current and frozen noise, and of the trials with the mean current only. Each
        trial also has its own private noise.
    duration : float
        Duration of the stimulus in ms.
    mean, sd, private_sd, tau : float
        Mean current and standard deviations of the frozen and of the private noise in the unit of the model, and the
        time constant of both noises in ms.
    seed : int
        Seed of the frozen noise.
    current : ndarray, shape [steps]
        Current in each time step with frozen noise, without private noise.
    unit : str
        Unit of the current.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.reliability("lif", trials=10, duration=500.0)
    >>> found.frozen.reliability > found.constant.reliability
    True
    """

    model: str
    frozen: Events
    constant: Events
    duration: float
    mean: float
    sd: float
    private_sd: float
    tau: float
    seed: int
    current: Floats = field(repr=False)
    unit: str

    @property
    def reliability(self) -> float:
        """Share of the spikes with frozen noise that occur in events."""
        return self.frozen.reliability

    @property
    def precision(self) -> float:
        """Mean standard deviation in ms of the spike times in the events with frozen noise."""
        return self.frozen.precision

    def __repr__(self) -> str:
        words = f"reliability {number(self.reliability, 3)}, precision {number(self.precision, 3)} ms"
        return f"<Reliability of {self.model}: {words}>"

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each spike.

        The columns are ``current`` (``"frozen"`` or ``"constant"``), ``trial`` and ``time`` in ms.
        """
        rows = [
            (name, trial, float(time))
            for name, events in (("frozen", self.frozen), ("constant", self.constant))
            for trial, times in enumerate(events.spike_times)
            for time in times
        ]
        return pd.DataFrame(rows, columns=["current", "trial", "time"])

    def _table(self) -> Table:
        rows = [
            (
                name,
                str(sum(map(len, one.spike_times))),
                str(len(one.events)),
                number(one.reliability, 3),
                number(one.precision, 3),
            )
            for name, one in ((tr("frozen noise"), self.frozen), (tr("constant"), self.constant))
        ]
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        trials = len(self.frozen.spike_times)
        words = {"mean": f"{number(self.mean)}{unit}", "sd": f"{number(self.sd)}{unit}"}
        words |= {"private": f"{number(self.private_sd)}{unit}", "tau": number(self.tau), "seed": str(self.seed)}
        return Table(
            tr("{model}: {count} trials of {time} ms", model=self.model, count=trials, time=number(self.duration)),
            (tr("current"), tr("spikes"), tr("events"), tr("reliability"), tr("precision (ms)")),
            rows,
            [tr("Mean current {mean}, frozen noise {sd}, private noise {private}, tau {tau} ms, seed {seed}", **words)],
            (1, 2, 3, 4),
        )

    def _picture(self) -> str:
        plots = []
        for name, events, colour in (
            (tr("constant"), self.constant, GREY),
            (tr("frozen noise"), self.frozen, BLUE),
        ):
            count = len(events.spike_times)
            plot = Plot(
                Axis(0.0, self.duration, "", ticks=False), Axis(-0.5, count - 0.5, ticks=False), 90.0, title=name
            )
            for trial, times in enumerate(events.spike_times):
                plot.dots(times, np.full(len(times), float(trial)), colour, size=3.0)
            plots.append(plot)
        t = (np.arange(self.current.size) + 0.5) * self.duration / self.current.size
        below = Plot(Axis(0.0, self.duration, tr("time (ms)")), Axis(*span([self.current]), self.unit), 60.0)
        return drawn(*plots, below.line(t, self.current, ORANGE, width=1.0))


@checked
def reliability(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    *,
    mean: float | None = None,
    sd: float | None = None,
    private_sd: float | None = None,
    tau: float = 3.0,
    seed: int = 0,
    trials: int = 25,
    duration: float = 900.0,
    holding: float = 0.0,
    dt: float | None = None,
    engine: str = "auto",
) -> Reliability:
    """Return how well the spike times of repeated trials agree, with and without frozen noise.

    Each trial has its own private noise, which represents the noise of the cell. Mainen & Sejnowski (Science 268, 1995)
    found that the spike times of cortical neurons diverge during a constant current and stay aligned during a
    fluctuating current.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    mean : float, optional
        Mean current during the stimulus in the unit of the model, by default the model's default current.
    sd, private_sd : float, optional
        Standard deviations of the frozen and of the private noise, by default 50 % and 5 % of the model's default
        current.
    tau : float
        Time constant of both noises in ms.
    seed : int
        Seed of the frozen noise, below 2³¹. The seeds of the private noises start at 2³¹ + (`seed` × `trials` mod 2³⁰).
    trials : int
        Number of trials with frozen noise, and number without it, from 2 to 1000.
    duration : float
        Duration of the stimulus in ms.
    holding : float
        Holding current at which the neuron settles before the stimulus.
    dt, engine
        Arguments of :func:`plausiwidgets.simulate`.

    Returns
    -------
    Reliability

    Raises
    ------
    ValueError
        If a number is invalid, or if the neuron diverges.

    Notes
    -----
    An event is a period in which the rate of all trials is above three times its mean. The reliability is the share of
    all spikes that occur in events. The precision is the mean standard deviation of the spike times in an event.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.reliability("izhikevich", duration=300.0, trials=5)
    >>> list(found.to_frame().columns)
    ['current', 'trial', 'time']
    """
    neuron = get(model)
    usual = usual_current(neuron)
    level = usual if mean is None else finite("reliability", "mean", mean)
    width = finite("reliability", "duration", duration, above=0.0, high=1e6, unit="ms")
    count = whole("reliability", "trials", trials, 2, 1000)
    seed = whole("reliability", "seed", seed, 0, 2**31 - 1)
    frozen_sd = FROZEN * usual if sd is None else finite("reliability", "sd", sd, above=0.0)
    private = PRIVATE * usual if private_sd is None else finite("reliability", "private_sd", private_sd, low=0.0)
    step = pulse(0.0, width, level)
    frozen = noise(0.0, width, frozen_sd, tau, seed)
    first = 2**31 + seed * count % 2**30

    def trial(k: int, *pieces: Piece) -> Current:
        own = (noise(0.0, width, private, tau, first + k),) if private else ()
        return Current((*pieces, *own), width, holding, 0.0, SETTLE)

    currents = [trial(k, step, frozen) for k in range(count)] + [trial(k, step) for k in range(count)]
    traces = simulate(neuron, currents, parameters, dt=dt, record=(), engine=engine)
    if np.isfinite(traces.diverged_at).any():
        lane = int(np.flatnonzero(np.isfinite(traces.diverged_at))[0])
        raise ValueError(
            f"reliability: the potential of model {neuron.key!r} must stay finite, but it diverges at "
            f"{traces.diverged_at[lane]:g} ms. Pass a smaller mean or sd."
        )
    shown = simulate(neuron, Current((step, frozen), width, holding, 0.0), parameters, dt=dt, record=(), engine=engine)
    return Reliability(
        neuron.key,
        events_of(traces.spike_times[:count], width),
        events_of(traces.spike_times[count:], width),
        width,
        level,
        frozen_sd,
        private,
        tau,
        seed,
        shown.current[0],
        neuron.current.unit,
    )


def events_of(spike_times: Sequence[Floats], duration: float) -> Events:
    """Return the events of repeated trials, with the reliability and the precision of the spikes.

    Examples
    --------
    >>> found = events_of([np.array([20.0, 60.0]), np.array([22.0]), np.array([21.0, 80.0])], 100.0)
    >>> found.events.round().tolist(), round(found.reliability, 2), round(found.precision, 2)
    ([[18.0, 24.0], [58.0, 62.0], [78.0, 82.0]], 1.0, 0.27)
    """
    trials = [np.asarray(times, dtype=np.float64) for times in spike_times]
    spikes = np.concatenate(trials) if trials else np.empty(0)
    t = np.arange(0.0, duration + BIN, BIN)
    counts = np.bincount(np.clip(np.round(spikes / BIN).astype(np.intp), 0, t.size - 1), minlength=t.size)
    reach = np.arange(-round(5.0 * WIDTH / BIN), round(5.0 * WIDTH / BIN) + 1) * BIN
    kernel = np.exp(-0.5 * (reach / WIDTH) ** 2)
    rate = np.convolve(counts, kernel / (kernel.sum() * BIN), "same")[: t.size] * (1000.0 / max(len(trials), 1))
    mean = spikes.size / max(len(trials), 1) / duration * 1000.0
    above = np.concatenate([[False], rate > HIGH * mean, [False]])
    first, last = np.flatnonzero(~above[:-1] & above[1:]), np.flatnonzero(above[:-1] & ~above[1:]) - 1
    ends = np.stack([t[first] - 0.5 * BIN, t[last] + 0.5 * BIN], axis=1)
    within = [spikes[(spikes >= a) & (spikes < b)] for a, b in ends]
    spreads = [float(times.std()) for times in within if times.size]
    share = sum(times.size for times in within) / spikes.size if spikes.size else float("nan")
    return Events(tuple(trials), rate, ends, share, float(np.mean(spreads)) if spreads else float("nan"))
