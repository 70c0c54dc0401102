"""The result of a simulation: recorded states, spikes and the injected current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.support.picture import BLUE, GREEN, GREY, ORANGE, PURPLE, Axis, Plot, drawn, span
from plausiwidgets.support.printed import Printed, Table, extent, number

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


LANES = 4
"""Maximum number of lanes that are printed and drawn."""
_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


@dataclass(frozen=True, repr=False)
class Traces(Printed):
    """Recorded states, spikes and injected currents of simulated lanes.

    A lane is one parameter set with one stimulus. The lanes of a parameter set are consecutive.

    Attributes
    ----------
    t : ndarray, shape (T,)
        Left edges of the time steps in ms. 0 is the stimulus onset.
    states : mapping of str to ndarray, shape (lanes, T)
        The recorded state variables after each step, including the reset. Values after a divergence are nan.
    spike_times : list of ndarray
        Spike times of each lane in ms. A spike time is the left edge of the step in which the lane fired, so a spike
        belongs to the half-open window of its step.
    diverged_at : ndarray, shape (lanes,)
        Time in ms of the first step that was not finite or exceeded the model's limit, nan if there is no such step.
    current : ndarray, shape (lanes, T)
        Injected current in the model's unit, averaged over each step.
    engine : {"compiled", "numpy", "python", "torch"}
        The engine that ran the simulation.
    current_unit : str
        Unit of the current.
    model : str
        Name of the neuron model.
    potential : str
        Name of the state variable that is the membrane potential.
    potential_unit : str
        Unit of the membrane potential.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> traces = pw.simulate("lif", pw.Current.step(25.0, 50.0), record=("v", "rho"))
    >>> traces
    <Traces of lif: 1 lanes, -50 to 49.9 ms, engine compiled>
    >>> list(traces.to_frame().columns)
    ['lane', 't', 'v', 'rho', 'current']
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
    potential_unit: str = "mV"

    @property
    def v(self) -> Floats:
        """Membrane potential in `potential_unit`, shape (lanes, T).

        Raises
        ------
        ValueError
            If the potential was not recorded.
        """
        if self.potential not in self.states:
            raise ValueError(
                f"the membrane potential {self.potential!r} was not recorded, only "
                f"{', '.join(self.states) or 'nothing'}. Pass record=({self.potential!r}, …) to simulate."
            )
        return self.states[self.potential]

    def lane(self, index: int) -> Traces:
        """Return the traces of one lane. Negative numbers count from the last lane."""
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

    def _table(self) -> Table:
        shown = list(self.states)[:3]
        rows = [
            (
                str(i),
                str(len(spikes)),
                number(float(spikes[0])) if len(spikes) else "–",
                *(extent(self.states[name][i]) for name in shown),
                extent(self.current[i]),
                "" if np.isnan(self.diverged_at[i]) else f"diverged at {number(float(self.diverged_at[i]))} ms",
            )
            for i, spikes in enumerate(self.spike_times[:LANES])
        ]
        heads = ("lane", "spikes", "first (ms)", *shown, f"current ({self.current_unit})", "")
        more = len(self) - LANES
        notes = [f"and {more} more lane{'s' * (more > 1)}"] if more > 0 else []
        return Table(repr(self)[1:-1].replace("1 lanes", "1 lane"), heads, rows, notes, numbers=(0, 1, 2))

    def _picture(self) -> str:
        return drawn(*self._plots())

    def _plots(
        self, title: str = "", height: float = 130.0, last: bool = True, behind: Traces | None = None
    ) -> list[Plot]:
        """Return plots of the potential with its spikes, and of the current.

        With `last`, the plot of the current has a time axis. `behind` is a recording that is drawn behind the first
        lane.
        """
        if not self.t.size:
            return []
        ends, name = (float(self.t[0]), float(self.t[-1])), self.potential
        if name not in self.states:
            name = next(iter(self.states), "")
        lanes = range(min(len(self), LANES))
        plots = []
        if name:
            values = [self.states[name][i] for i in lanes]
            recorded = [] if behind is None or name not in behind.states else [behind.states[name][0]]
            low, high = span([*values, *recorded])
            unit = f" ({self.potential_unit})" if name == self.potential and self.potential_unit != "1" else ""
            key = [] if behind is None else [(_COLOURS[0], "response"), (GREY, "recording")]
            up = Axis(low, high + 0.12 * (high - low), f"{name}{unit}")
            plot = Plot(Axis(*ends, ticks=False), up, height, title=title, key=key)
            if behind is not None:
                inside = (behind.t >= ends[0]) & (behind.t <= ends[1])
                for course in recorded:
                    plot.line(behind.t[inside], course[inside], GREY)
                plot.bars(behind.spike_times[0][behind.spike_times[0] >= ends[0]], GREY, share=(0.8, 0.86))
            for i, one in zip(lanes, values, strict=True):
                plot.line(self.t, one, _COLOURS[i])
                top = 1.0 - 0.02 * i
                plot.bars(self.spike_times[i], _COLOURS[i], share=(top - 0.09, top))
            plots.append(plot)
        time = Axis(*ends, "time (ms)" if last else "", ticks=last)
        low, high = span([self.current[i] for i in lanes], 0.1)
        injected = Plot(time, Axis(low, high, self.current_unit), 34.0)
        for i in lanes:
            injected.line(self.t, self.current[i], GREY if len(lanes) == 1 else _COLOURS[i])
        return [*plots, injected]

    def to_frame(self) -> pd.DataFrame:
        """Return a table with one row per lane and time: lane, t (ms), the recorded state variables and the current."""
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


def joined_traces(several: Sequence[Traces]) -> Traces:
    """Return the lanes of several traces of one model in one object. Shorter traces are padded with nan."""
    longest = max(several, key=lambda one: one.t.size)

    def lanes(values: Sequence[Floats]) -> Floats:
        missing = [((0, 0), (0, longest.t.size - x.shape[1])) for x in values]
        return np.concatenate([np.pad(x, p, constant_values=np.nan) for x, p in zip(values, missing, strict=True)])

    return replace(
        longest,
        states={name: lanes([one.states[name] for one in several]) for name in longest.states},
        spike_times=[spikes for one in several for spikes in one.spike_times],
        diverged_at=np.concatenate([one.diverged_at for one in several]),
        current=lanes([one.current for one in several]),
    )
