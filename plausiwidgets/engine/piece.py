"""Pieces of an injected current: lines, noise and chirps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.engine.waveform import CHIRP, MAX_FREQUENCY, MAX_SEED, MIN_TAU, NOISE
from plausiwidgets.support.arguments import numbers, shown

Floats = NDArray[np.float64]
if TYPE_CHECKING:
    Value = float | Floats
else:  # A page computes currents with a program, so its values are traced.
    Value = float | Floats | Traced
"""A number, or one value for each of n parameter sets."""


@dataclass(frozen=True)
class Piece:
    """A line from `first` to `last` over [on, off) ms, zero outside, in the unit of the current."""

    on: float
    off: float
    first: float
    last: float

    WORDS: ClassVar[Mapping[str, str]] = {"on": "onset", "off": "end", "first": "first value", "last": "last value"}
    """The fields, in words for errors."""

    @property
    def numbers(self) -> tuple[float, ...]:
        """Fields of the line, followed by the kind and two parameters if the piece is a waveform."""
        return self.on, self.off, self.first, self.last


@dataclass(frozen=True)
class Noise(Piece):
    """Noise over [on, off) ms, zero outside. `first` and `last` are its standard deviation. See `noise`."""

    tau: float
    seed: float

    WORDS: ClassVar[Mapping[str, str]] = {**Piece.WORDS, "tau": "time constant (tau)", "seed": "seed"}

    @property
    def numbers(self) -> tuple[float, ...]:
        """Fields of the line, then the kind `NOISE`, tau and seed."""
        return self.on, self.off, self.first, self.last, NOISE, self.tau, self.seed


@dataclass(frozen=True)
class Chirp(Piece):
    """A chirp over [on, off) ms, zero outside. `first` and `last` are its amplitude. See `chirp`."""

    f0: float
    f1: float

    WORDS: ClassVar[Mapping[str, str]] = {**Piece.WORDS, "f0": "first frequency (f0)", "f1": "last frequency (f1)"}

    @property
    def numbers(self) -> tuple[float, ...]:
        """Fields of the line, then the kind `CHIRP`, f0 and f1."""
        return self.on, self.off, self.first, self.last, CHIRP, self.f0, self.f1


def piece_of(values: Sequence[Value]) -> Piece:
    """Return the piece with the given `numbers`."""
    if len(values) == 4:
        return Piece(*values)  # type: ignore[arg-type]  # or one value for each set
    kind = Noise if values[4] == NOISE else Chirp
    return kind(*values[:4], *values[5:])  # type: ignore[arg-type]


def checked_piece(values: Sequence[float]) -> Piece:
    """Return the piece with the given `numbers`, which come from outside the package and are checked.

    Raises
    ------
    ValueError
        If a number is outside of its range.

    Examples
    --------
    >>> checked_piece([0.0, 100.0, 2.0, 2.0, 1.0, 5.0, 3.0])
    Noise(on=0.0, off=100.0, first=2.0, last=2.0, tau=5.0, seed=3.0)
    """
    if len(values) == 4:
        return Piece(*values)
    on, off, height, _, kind, a, b = values
    if kind not in (NOISE, CHIRP):
        raise ValueError(f"the fifth number of a piece must be 1 (noise) or 2 (a chirp), got {kind:g}.")
    made = (noise if kind == NOISE else chirp)(on, off - on, height, a, b)
    return replace(made, off=off)  # Set off again, because on + (off - on) may differ from it in the last bit.


def check_values(where: str, **values: Value) -> None:
    """Check that values are finite numbers or 1-D arrays.

    The check is fast, because every evaluation creates sweeps.

    Raises
    ------
    TypeError
        If a value is not a number or a 1-D array.
    ValueError
        If a value is not finite.
    """
    for argument, value in values.items():
        if isinstance(value, Traced):
            continue
        array = numbers(value) if isinstance(value, (Real, np.ndarray)) else None
        if array is None or array.ndim > 1 or not np.isfinite(array).all():
            error = TypeError if array is None or array.ndim > 1 else ValueError
            raise error(
                f"{where}: {argument} must be a finite number or a 1-D array of finite numbers, got {shown(value)}."
            )


def pulse(onset: Value, width: Value, amplitude: Value) -> Piece:
    """Return a constant current of `amplitude` over [onset, onset + width) ms, above the holding level.

    Parameters
    ----------
    onset, width : float or ndarray, shape (n,)
        Start and duration in ms.
    amplitude : float or ndarray, shape (n,)
        Current in the model's unit.

    Returns
    -------
    Piece

    Raises
    ------
    TypeError, ValueError
        If a value is not a finite number or a 1-D array of finite numbers.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.pulse(0.0, 5.0, -2.0)
    Piece(on=0.0, off=5.0, first=-2.0, last=-2.0)
    """
    check_values("pulse", onset=onset, width=width, amplitude=amplitude)
    return Piece(onset, onset + width, amplitude, amplitude)  # type: ignore[arg-type]  # or one value for each set


def ramp(onset: Value, width: Value, amplitude: Value) -> Piece:
    """Return a current that rises from 0 to `amplitude` over [onset, onset + width) ms, above the holding level.

    Parameters
    ----------
    onset, width : float or ndarray, shape (n,)
        Start and duration in ms.
    amplitude : float or ndarray, shape (n,)
        Current at the end of the ramp, in the model's unit.

    Returns
    -------
    Piece

    Raises
    ------
    TypeError, ValueError
        If a value is not a finite number or a 1-D array of finite numbers.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.ramp(0.0, 200.0, 5.0)
    Piece(on=0.0, off=200.0, first=0.0, last=5.0)
    """
    check_values("ramp", onset=onset, width=width, amplitude=amplitude)
    return Piece(onset, onset + width, 0.0, amplitude)  # type: ignore[arg-type]


def noise(onset: Value, width: Value, sd: Value, tau: Value = 5.0, seed: Value = 0) -> Noise:
    """Return frozen noise over [onset, onset + width) ms, above the holding level.

    The noise is an Ornstein–Uhlenbeck process with mean 0. It is a path on a grid of 0.1 ms, linear between the points
    of the grid. The path does not depend on the time step of the simulation, and every time step gets the mean of the
    path over the step. The path of a seed is the same on every machine and in the app, to the last bit.

    Parameters
    ----------
    onset, width : float or ndarray, shape (n,)
        Start and duration in ms. A longer noise with the same seed has the same beginning.
    sd : float or ndarray, shape (n,)
        Standard deviation at the points of the grid, in the model's unit.
    tau : float or ndarray, shape (n,)
        Time constant of the autocorrelation in ms, at least 0.1.
    seed : int or ndarray, shape (n,)
        Seed from 0 to 2³² − 1. Noises with different seeds are independent.

    Returns
    -------
    Noise

    Raises
    ------
    ValueError
        If a number is not finite or is outside of its range.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.noise(0.0, 200.0, 20.0, tau=5.0, seed=3)
    Noise(on=0.0, off=200.0, first=20.0, last=20.0, tau=5.0, seed=3)
    """
    check_values("noise", onset=onset, width=width, sd=sd, tau=tau, seed=seed)
    _check_range("noise", "sd", sd, 0.0, np.inf, "a number > 0, or 0 within an array", zero=False)
    _check_range("noise", "tau", tau, MIN_TAU, np.inf, f"at least {MIN_TAU:g} ms, the grid of the noise")
    _check_range("noise", "seed", seed, 0.0, MAX_SEED, "an integer from 0 to 2³² − 1", integer=True)
    return Noise(onset, onset + width, sd, sd, tau, seed)  # type: ignore[arg-type]


def chirp(onset: Value, width: Value, amplitude: Value, f0: Value, f1: Value) -> Chirp:
    """Return a sine wave whose frequency changes linearly over [onset, onset + width) ms, above the holding level.

    The chirp starts with phase 0. Like `noise`, it is linear between points on a grid of 0.1 ms. This lowers its
    amplitude by 3 % at 1000 Hz and by less than 0.04 % below 100 Hz.

    Parameters
    ----------
    onset, width : float or ndarray, shape (n,)
        Start and duration in ms.
    amplitude : float or ndarray, shape (n,)
        Amplitude in the model's unit.
    f0, f1 : float or ndarray, shape (n,)
        First and last frequency in Hz, from 0 to 5000. A simulation requires frequencies of at most half of the inverse
        of its time step, for example 500 Hz at 1 ms.

    Returns
    -------
    Chirp

    Raises
    ------
    ValueError
        If a number is not finite or is outside of its range.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.chirp(0.0, 1000.0, 5.0, 1.0, 40.0)
    Chirp(on=0.0, off=1000.0, first=5.0, last=5.0, f0=1.0, f1=40.0)
    """
    check_values("chirp", onset=onset, width=width, amplitude=amplitude, f0=f0, f1=f1)
    for name, frequency in (("f0", f0), ("f1", f1)):
        _check_range("chirp", name, frequency, 0.0, MAX_FREQUENCY, f"a frequency from 0 to {MAX_FREQUENCY:g} Hz")
    if not isinstance(f0, Traced) and not isinstance(f1, Traced) and not np.any(np.add(f0, f1)):
        raise ValueError("chirp: f0 or f1 must be a frequency > 0 Hz, got 0 for both.")
    return Chirp(onset, onset + width, amplitude, amplitude, f0, f1)  # type: ignore[arg-type]


def _check_range(
    where: str,
    name: str,
    value: Value,
    low: float,
    high: float,
    required: str,
    *,
    zero: bool = True,
    integer: bool = False,
) -> None:
    """Check that numbers are within a range. Traced values pass, because a program computes them later."""
    if isinstance(value, Traced):
        return
    array = np.asarray(value, dtype=np.float64)
    bad = (array < low) | (array > high)
    if integer:
        bad |= array != np.floor(array)
    if not zero and array.ndim == 0:
        bad |= array == 0.0
    if bad.any():
        raise ValueError(f"{where}: {name} must be {required}, got {shown(value)}.")
