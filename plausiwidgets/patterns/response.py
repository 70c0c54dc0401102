"""Responses of n sets to the sweeps of a pattern, and the measurements on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.piece import Floats, Value
from plausiwidgets.patterns import features as f

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Response:
    """Response of n sets to one sweep.

    Times are in ms from the onset, and windows are half-open.

    Attributes
    ----------
    times : ndarray, shape [n, max spikes]
        Ascending spike times, padded with nan.
    end : float or ndarray, shape [n]
        End of the sweep.
    peak : ndarray, shape [n]
        Largest potential in mV within the `response` window of the graded sweep.
    dt : float
        Time step in ms.
    potential : ndarray, shape [n, steps], or None
        Recorded part of the potential in mV, which :meth:`v` returns. None without a recording.
    first_step : int
        Number of time steps from the onset to the start of `potential`.
    top, bottom : ndarray, shape [n]
        Largest and lowest potential of the whole sweep in mV.

    Examples
    --------
    >>> import numpy as np
    >>> from plausiwidgets.patterns import Response
    >>> response = Response(np.array([[5.0, 30.0], [8.0, np.nan]]), end=100.0, peak=np.array([20.0, 20.0]), dt=0.1)
    >>> response.count(), response.first(10.0)
    (array([2, 1]), array([30., nan]))
    """

    times: Floats
    end: Value
    peak: Floats
    dt: float
    potential: Floats | None = field(default=None, repr=False)
    first_step: int = 0
    top: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    bottom: Floats = field(default_factory=lambda: np.empty(0), repr=False)

    def window(self, t0: ArrayLike = 0.0, t1: ArrayLike | None = None) -> Floats:
        """Return the spike times in [t0, t1), by default until the end, as a new padded array."""
        return f.window(self.times, t0, self.end if t1 is None else t1)

    def count(self, t0: ArrayLike = 0.0, t1: ArrayLike | None = None) -> NDArray[np.int64]:
        """Return the number of spikes in [t0, t1), shape [n]."""
        return f.count(self.times, t0, self.end if t1 is None else t1)

    def first(self, t0: ArrayLike = 0.0, t1: ArrayLike | None = None) -> Floats:
        """Return the time of the first spike in [t0, t1), nan without one, shape [n]."""
        return f.first(self.window(t0, t1))

    def last(self, t0: ArrayLike = 0.0, t1: ArrayLike | None = None) -> Floats:
        """Return the time of the last spike in [t0, t1), nan without one, shape [n]."""
        return f.last(self.window(t0, t1))

    def v(self, t0: float, t1: float) -> Floats:
        """Return the potential in mV after the time steps that start in [t0, t1), shape [n, steps].

        Raises
        ------
        ValueError
            If the sweep does not record the potential in this window. Pass ``voltage=(t0, t1)`` to its `Sweep`.
        """
        a, b = round(t0 / self.dt) - self.first_step, round(t1 / self.dt) - self.first_step
        if self.potential is None or a < 0 or b > self.potential.shape[1]:
            raise ValueError(
                f"the potential from {t0:g} to {t1:g} ms is not recorded. Pass voltage=({t0:g}, {t1:g}) to its Sweep."
            )
        return self.potential[:, a:b]


@dataclass(frozen=True)
class Responses(Mapping[str, Response]):
    """Responses to the sweeps of a pattern by name, with properties of the neurons at rest.

    Attributes
    ----------
    n : int
        Number of parameter sets.
    dt : float
        Time step in ms.
    span, threshold : ndarray, shape [n]
        Distance from the resting potential to the threshold, and the threshold, in mV.
    v_baseline, baseline_range, baseline_peak : ndarray, shape [n]
        Settled potential at the onset, and its range and maximum in the preceding 50 ms, in mV.
    spontaneous_spikes : ndarray, shape [n]
        Number of spikes at the holding current after the first 100 ms.
    full_spike : float or None
        Height of a full spike of the model in mV, None for a model with a reset.
    threshold_at : callable
        ``threshold_at(current)`` returns the threshold in mV of the neurons settled at a constant current, shape [n].
        It differs from `threshold` only if the threshold is a state variable.

    Examples
    --------
    The function ``measure`` of a pattern receives the responses:

    >>> def measure(r, s):
    ...     return {"n": r["step"].count(), "rise": (r["step"].top - r.v_baseline) / r.span}
    """

    responses: Mapping[str, Response]
    n: int
    dt: float
    span: Floats
    threshold: Floats
    v_baseline: Floats
    baseline_range: Floats
    baseline_peak: Floats
    spontaneous_spikes: NDArray[np.int64]
    full_spike: float | None = None
    threshold_at: Callable[[ArrayLike], Floats] = field(default=lambda current: np.empty(0), repr=False)

    def all_or_none(self, fire: Sequence[str], silent: Sequence[str]) -> Floats:
        """Return the distance between the peaks of sweeps with spikes and the potential of silent sweeps, shape [n].

        Parameters
        ----------
        fire, silent : sequence of str
            Names of the sweeps that must elicit a spike, and of the sweeps that must not.

        Returns
        -------
        ndarray, shape [n]
            Lowest peak of the sweeps in `fire` minus the highest potential of the sweeps in `silent`, as a share of a
            full spike. nan if a sweep in `fire` is silent, and for a neuron with a reset.
        """
        if self.full_spike is None:
            return np.full(self.n, np.nan)
        lowest = reduce(np.minimum, [np.where(self[x].count() > 0, self[x].top, np.nan) for x in fire])
        highest: Floats = reduce(np.maximum, [self[x].top for x in silent])
        return (lowest - highest) / self.full_spike

    def __getitem__(self, name: str) -> Response:
        return self.responses[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.responses)

    def __len__(self) -> int:
        return len(self.responses)


@dataclass(frozen=True)
class Graded:
    """Feature that changes in jumps, with the progress towards the next jump, as arrays of shape [n].

    Attributes
    ----------
    value : ndarray
        Value of the feature, such as a number of spikes.
    progress : ndarray
        Progress in the unit of the value, smaller than the next jump. It guides a search towards the jump.

    Examples
    --------
    >>> import numpy as np
    >>> from plausiwidgets.patterns import Graded
    >>> spikes = Graded(np.array([0, 2]), progress=np.array([0.4, 0.0]))  # the first set is near its first spike
    >>> spikes.value + spikes.progress
    array([0.4, 2. ])
    """

    value: NDArray[Any]
    progress: Floats


@dataclass(frozen=True)
class Measurement:
    """Measurements on n sets.

    Attributes
    ----------
    features : mapping of str to ndarray, shape [n], or Graded
        Value for each criterion of the pattern, nan where it cannot be computed.
    gap_to_threshold : ndarray, shape [n]
        Distance of the largest potential of the response from the threshold, divided by the span.
    curve : mapping of str to ndarray, shape [points, n]
        Points of a curve, such as rates over currents.
    spontaneous : ndarray, shape [n], optional
        Number of spikes at rest in addition to the spikes at the holding current, such as spikes in a
        :meth:`Runner.control`. They count as spikes before the stimulus.

    Examples
    --------
    >>> import numpy as np
    >>> from plausiwidgets.patterns import Measurement
    >>> Measurement({"rate": np.array([12.5])}, gap_to_threshold=np.array([0.0])).features["rate"]
    array([12.5])
    """

    features: Mapping[str, ArrayLike | Graded]
    gap_to_threshold: Floats
    curve: Mapping[str, Floats] = field(default_factory=dict)
    spontaneous: NDArray[np.int64] | None = None
