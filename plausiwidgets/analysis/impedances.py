"""Impedance of a neuron below threshold: the response of its potential to a small current at each frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.current import SETTLE, Current
from plausiwidgets.engine.lane_current import LaneCurrent, lane_current
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.engine.piece import chirp
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.support.arguments import bounded, checked, finite
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.picture import BLUE, ORANGE, TEXT, Axis, Plot, drawn, span
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.texts import tr

Floats = NDArray[np.float64]

WIDTH = 10_000.0
"""Duration of the chirp in ms."""
AFTER = 3000.0
"""Time in ms after the chirp in which the neuron returns to rest."""
SHARE = 0.01
"""Default amplitude of the chirp as a share of the model's default current, which makes the neuron fire."""
BEYOND = 1.15
"""Factor by which the chirp exceeds the range of shown frequencies, because it has less power at its own limits."""
LINEAR = 0.01
"""Minimum nonlinearity that the printed text mentions.

The nonlinearity is the relative difference of the impedances at half and at the full amplitude.
"""
MAX_STEPS = 1e7


@dataclass(frozen=True, repr=False)
class Impedance(Printed):
    """Impedance of a neuron at a holding current.

    Attributes
    ----------
    model : str
        Key of the model.
    frequency : ndarray, shape [n]
        Ascending frequencies in Hz.
    magnitude : ndarray, shape [n]
        Amplitude of the potential divided by that of the current, in `unit`.
    phase : ndarray, shape [n]
        Phase of the potential relative to the current in degrees, negative where the potential lags.
    unit : str
        Unit of the potential divided by that of the current.
    holding, amplitude : float
        Holding current and amplitude of the chirp, in the unit of the model.
    nonlinearity : float
        Maximum relative difference from the impedance at half of the amplitude. If it is small, the amplitude is small
        enough.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> print(pw.analysis.impedance("lif"))
    lif: impedance from 1 to 100 Hz
      frequency (Hz)  magnitude (mV/mV)  phase (°)
                   1             0.9922       −7.1
                   2               0.97      −14.1
                   5             0.8473      −32.1
                  10             0.6236      −51.4
                  20             0.3705      −68.3
                  50             0.1576      −80.9
                 100            0.07955      −85.4
    No resonance: the magnitude is largest at the lowest frequency.
    """

    model: str
    frequency: Floats = field(repr=False)
    magnitude: Floats = field(repr=False)
    phase: Floats = field(repr=False)
    unit: str
    holding: float
    amplitude: float
    nonlinearity: float

    @property
    def resonance(self) -> float:
        """Frequency in Hz at which the magnitude is largest, nan if that is the lowest or the highest frequency."""
        i = int(np.argmax(self.magnitude))
        return float(self.frequency[i]) if 0 < i < self.frequency.size - 1 else float("nan")

    @property
    def strength(self) -> float:
        """Maximum magnitude divided by that at the lowest frequency, 1 without a resonance."""
        return float(self.magnitude.max() / self.magnitude[0])

    def __repr__(self) -> str:
        ends = f"{number(float(self.frequency[0]))} to {number(float(self.frequency[-1]))} Hz"
        return f"<Impedance of {self.model}, {ends}, resonance {number(self.resonance)} Hz>"

    def to_frame(self) -> pd.DataFrame:
        """Return a table with the columns ``frequency`` (Hz), ``magnitude`` and ``phase`` (degrees)."""
        return pd.DataFrame({"frequency": self.frequency, "magnitude": self.magnitude, "phase": self.phase})

    def _table(self) -> Table:
        low, high = float(self.frequency[0]), float(self.frequency[-1])
        round_ones = [m * 10.0**k for k in range(-3, 5) for m in (1, 2, 5) if low <= m * 10.0**k <= high]
        places = [int(np.abs(self.frequency - f).argmin()) for f in round_ones]
        rows = [
            (number(self.frequency[i], 3), number(self.magnitude[i]), f"{self.phase[i]:.1f}".replace("-", "−"))
            for i in dict.fromkeys(places)
        ]
        return Table(
            tr(
                "{model}: impedance from {low} to {high} Hz", model=self.model, low=number(low, 3), high=number(high, 3)
            ),
            (tr("frequency (Hz)"), f"{tr('magnitude')} ({self.unit})", tr("phase (°)")),
            rows,
            self.notes,
            (0, 1, 2),
        )

    @property
    def notes(self) -> list[str]:
        """Sentences about the resonance and about a large amplitude."""
        if np.isfinite(self.resonance):
            words = {"frequency": number(self.resonance, 3), "strength": number(self.strength, 3)}
            notes = [
                tr("Resonance at {frequency} Hz, {strength} times the magnitude at the lowest frequency.", **words)
            ]
        elif self.magnitude.argmax() == 0:
            notes = [tr("No resonance: the magnitude is largest at the lowest frequency.")]
        else:
            notes = [tr("The magnitude is largest at the highest frequency. Increase f1 to find a resonance.")]
        if self.nonlinearity > LINEAR:
            share = f"{100.0 * self.nonlinearity:.2g}"
            notes.append(
                tr(
                    "Half of the amplitude changes the impedance by up to {share} %. Use a smaller amplitude.",
                    share=share,
                )
            )
        return notes

    def _picture(self) -> str:
        ends, logs = (float(self.frequency[0]), float(self.frequency[-1])), np.log10
        above = Plot(
            Axis(*ends, "", logs, ticks=False), Axis(0.0, 1.05 * float(self.magnitude.max()), self.unit), 130.0
        )
        above.line(self.frequency, self.magnitude, BLUE, width=2.0)
        if np.isfinite(self.resonance):
            above.dots(self.resonance, self.magnitude.max(), TEXT, size=8.0)
        below = Plot(Axis(*ends, tr("frequency (Hz)"), logs), Axis(*span([self.phase, [0.0]]), tr("phase (°)")), 90.0)
        below.line(ends, (0.0, 0.0), TEXT, width=0.7).line(self.frequency, self.phase, ORANGE, width=2.0)
        return drawn(above, below)


@checked
def impedance(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    *,
    f0: float = 1.0,
    f1: float = 100.0,
    holding: float = 0.0,
    amplitude: float | None = None,
    dt: float | None = None,
    engine: str = "auto",
) -> Impedance:
    """Return the impedance of a neuron below threshold, from its response to a chirp.

    The neuron settles at the holding current. A chirp of 10 s then sweeps the frequencies, and the neuron returns to
    rest for 3 s. The impedance is the Fourier transform of the potential over that of the current, after the response
    without the chirp is subtracted. A linear neuron has the same impedance at every amplitude.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    f0, f1 : float
        Lowest and highest frequency in Hz. The highest frequency must be at most a third of the inverse of the time
        step.
    holding : float
        Holding current in the unit of the model.
    amplitude : float, optional
        Amplitude of the chirp in the unit of the model, by default 1 % of the model's default current.
    dt : float, optional
        Time step in ms, by default that of the model.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.

    Returns
    -------
    Impedance

    Raises
    ------
    ValueError
        If a number is invalid, or if the neuron fires or diverges.

    Notes
    -----
    The method is that of Hutcheon & Yarom, Trends in Neurosciences 23, 2000.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.impedance("rf")
    >>> round(found.resonance), round(found.strength, 2)
    (36, 1.45)
    """
    neuron = get(model)
    step = check_dt(neuron, dt)
    low = finite("impedance", "f0", f0, above=0.0, unit="Hz")
    high = finite("impedance", "f1", f1, above=low, high=1000.0 / step / 3.0, unit="Hz")
    usual = SHARE * max(abs(neuron.current.default), 1e-9)
    size = usual if amplitude is None else finite("impedance", "amplitude", amplitude, above=0.0)
    bounded("impedance", "number of time steps", (WIDTH + AFTER) / step, MAX_STEPS)
    values = {name: float(x) for name, x in neuron.complete(parameters).items()}
    v, injected = _responses(neuron, values, float(holding), (size, 0.5 * size), (low, high), step, engine)
    found = [_transfer(potential, current, step, low, high) for potential, current in zip(v, injected, strict=True)]
    frequency, whole = found[0]
    half = found[1][1]
    potential, current = neuron.states[0].unit, neuron.current.unit
    return Impedance(
        neuron.key,
        frequency,
        np.abs(whole),
        np.degrees(np.unwrap(np.angle(whole))),
        f"{potential or '1'}/{f'({current})' if '/' in current else current or '1'}",
        float(holding),
        size,
        float((np.abs(whole - half) / np.abs(whole).max()).max()),
    )


def _responses(
    neuron: NeuronModel,
    values: Mapping[str, float],
    holding: float,
    sizes: tuple[float, ...],
    frequencies: tuple[float, float],
    dt: float,
    engine: str,
) -> tuple[Floats, Floats]:
    """Return the potential and the current, each minus those of a run without a chirp, shape [sizes, steps]."""
    low, high = frequencies
    ends = (low / BEYOND, min(high * BEYOND, 500.0 / dt))
    chirps = [Current((chirp(0.0, WIDTH, size, *ends),), WIDTH + AFTER, holding) for size in sizes]
    currents = lane_current([*chirps, Current((), WIDTH + AFTER, holding)], 0.0)
    n = len(sizes) + 1
    lanes = {name: np.full(n, x) for name, x in values.items()}
    held = np.full(n, holding)
    state = neuron.start(lanes, held)
    settled = run_lanes(LaneJob(neuron, lanes, state, LaneCurrent.constant(held), round(SETTLE / dt), dt), engine)
    steps = round((WIDTH + AFTER) / dt)
    job = LaneJob(neuron, lanes, settled.state, currents, steps, dt, (0, steps))
    result = run_lanes(job, engine)
    assert result.recorded is not None
    lost = (settled.diverged >= 0).any() or (result.diverged >= 0).any()
    spikes = int(max(settled.counts.max(), result.counts.max()))
    if lost or spikes:
        what = "its potential diverges" if lost else f"it fires {spikes} times"
        raise ValueError(
            f"impedance: model {neuron.key!r} must stay silent, but {what} with an amplitude of {sizes[0]:g} at the "
            f"holding current {holding:g}. Pass a smaller amplitude, or another holding current."
        )
    v, injected = result.recorded[0], currents.values(steps, dt)
    return v[:-1] - v[-1], injected[:-1] - injected[-1]


def _transfer(v: Floats, current: Floats, dt: float, low: float, high: float) -> tuple[Floats, NDArray[np.complex128]]:
    """Return the frequencies in Hz, and the ratio of the potential to the current at each of them.

    The potential is that at the end of each time step, during which the current is constant. The mean of this current
    precedes the potential by half a step, and its spectrum is that of the steps times a sinc function.
    """
    frequency = np.asarray(np.fft.rfftfreq(v.size, dt / 1000.0), dtype=np.float64)
    kept = (frequency >= low * (1.0 - 1e-9)) & (frequency <= high * (1.0 + 1e-9))
    turns = frequency[kept] * dt / 1000.0
    ratio = np.fft.rfft(v)[kept] / np.fft.rfft(current)[kept]
    found = ratio * np.exp(-1j * np.pi * turns) / np.sinc(turns)
    return frequency[kept], np.asarray(found, dtype=np.complex128)
