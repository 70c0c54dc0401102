"""The result of a simulation: recorded states, spikes and the injected current."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Traces:
    """Simulated lanes of one duration; a lane is one parameter set under one stimulus, set-major.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> traces = pw.simulate("lif", pw.Current.step(25.0, 50.0), record=("v", "rho"))
    >>> traces
    <Traces of lif: 1 lanes, -50 to 49.9 ms, engine compiled>
    >>> list(traces.to_frame().columns)
    ['lane', 't', 'v', 'rho', 'current']

    Attributes
    ----------
    t : ndarray, shape [T]
        Left edges of the time steps in ms; 0 is the stimulus onset.
    states : mapping of str to ndarray, shape [lanes, T]
        The recorded state variables after each step, a reset applied; nan once a lane has diverged.
    spike_times : list of ndarray
        Spike times of each lane in ms: left edges of the steps in which it fired, so that a spike belongs
        to the half-open window of its step.
    diverged_at : ndarray, shape [lanes]
        Time in ms of the first step that was not finite or exceeded the model's limit; nan without one.
    current : ndarray, shape [lanes, T]
        Injected current, the mean over each step, in the model's unit.
    engine : {"compiled", "torch"}
        The engine that was used.
    current_unit : str
    model : str
    potential : str
        Name of the state variable that is the membrane potential.
    """

    t: Floats
    states: Mapping[str, Floats]
    spike_times: list[Floats]
    diverged_at: Floats
    current: Floats
    engine: str
    current_unit: str = ""
    model: str = ""
    potential: str = "v"

    @property
    def v(self) -> Floats:
        """Membrane potential in mV, shape [lanes, T].

        Raises
        ------
        ValueError
            If it was not recorded.
        """
        if self.potential not in self.states:
            raise ValueError(
                f"the membrane potential {self.potential!r} was not recorded, only "
                f"{', '.join(self.states) or 'nothing'}: simulate with record=({self.potential!r}, …)"
            )
        return self.states[self.potential]

    def lane(self, index: int) -> Traces:
        """Return the traces of one lane; negative numbers count from the last."""
        place = range(len(self))[index]
        one = slice(place, place + 1)
        return replace(
            self,
            states={name: values[one] for name, values in self.states.items()},
            spike_times=self.spike_times[one],
            diverged_at=self.diverged_at[one],
            current=self.current[one],
        )

    def __len__(self) -> int:
        return len(self.spike_times)

    def __repr__(self) -> str:
        lost = int(np.isfinite(self.diverged_at).sum())
        note = f", {lost} diverged" if lost else ""
        span = f"{self.t[0]:g} to {self.t[-1]:g} ms" if self.t.size else "no time"
        return f"<Traces of {self.model}: {len(self)} lanes, {span}, engine {self.engine}{note}>"

    def to_frame(self) -> pd.DataFrame:
        """Return columns lane, t (ms), the recorded state variables and current, one row per lane and time."""
        import pandas as pd

        lanes, steps = self.current.shape
        return pd.DataFrame(
            {
                "lane": np.repeat(np.arange(lanes), steps),
                "t": np.tile(self.t, lanes),
                **{name: values.ravel() for name, values in self.states.items()},
                "current": self.current.ravel(),
            }
        )
