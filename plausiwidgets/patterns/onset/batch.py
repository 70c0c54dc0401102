"""Measurement of the onsets of many neurons, whose runs are simulated together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.lanes import LaneResult
from plausiwidgets.patterns.onset.outcome import BudgetError, Onset
from plausiwidgets.patterns.onset.train import Run, Train, whole_steps

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Procedure = Generator[Run, Train, Onset]
Simulate = Callable[[Places, Floats, Floats, int, bool], LaneResult]

RECORDED = 2e7
"""Maximum number of potentials that are kept at the same time."""


@dataclass(frozen=True)
class Bench:
    """Neurons at rest with the function that simulates them.

    Attributes
    ----------
    rest : ndarray, shape [state variables, n]
        States at rest.
    dt : float
        Time step in ms.
    budget : float
        Maximum simulated time of a neuron in ms.
    simulate : callable
        ``simulate(neurons, state, current, steps, record)`` returns the responses to constant steps above the holding
        current.
    """

    rest: Floats
    dt: float
    budget: float
    simulate: Simulate

    def outcomes(self, procedures: Mapping[int, Procedure]) -> dict[int, Onset]:
        """Return the onset of each neuron, given the measurement procedures by the index of their neuron."""
        out: dict[int, Onset] = {}
        spent = dict.fromkeys(procedures, 0)
        runs = {i: next(procedure) for i, procedure in procedures.items()}
        while runs:
            affordable: dict[int, tuple[Run, int]] = {}
            for i, run in runs.items():
                steps = whole_steps(run.time, self.dt)
                spent[i] += steps
                if spent[i] * self.dt > self.budget:
                    spent[i] -= steps
                    out[i] = _stopped(procedures[i])
                else:
                    affordable[i] = run, steps
            trains, runs = self._trains(affordable), {}
            for i, train in trains.items():
                try:
                    runs[i] = procedures[i].send(train)
                except StopIteration as end:
                    out[i] = end.value
        for i, onset in out.items():
            onset.time = spent[i] * self.dt
        return out

    def _trains(self, runs: Mapping[int, tuple[Run, int]]) -> dict[int, Train]:
        """Return the spike trains of runs by neuron, after simulating runs of equal length together."""
        groups: dict[tuple[int, bool], list[int]] = {}
        for i, (run, steps) in runs.items():
            groups.setdefault((steps, run.record), []).append(i)
        out: dict[int, Train] = {}
        for (steps, record), neurons in groups.items():
            size = max(int(RECORDED / steps), 1) if record else len(neurons)
            for begin in range(0, len(neurons), size):
                out |= self._group(neurons[begin : begin + size], runs, steps, record)
        return out

    def _group(
        self, neurons: list[int], runs: Mapping[int, tuple[Run, int]], steps: int, record: bool
    ) -> dict[int, Train]:
        every = [runs[i][0] for i in neurons]
        states = [self.rest[:, i] if run.state is None else run.state for i, run in zip(neurons, every, strict=True)]
        current = np.array([run.current for run in every])
        result = self.simulate(np.array(neurons), np.stack(states, axis=1), current, steps, record)
        return {
            i: Train(
                result.spikes[k, : result.counts[k]].astype(np.int64),
                steps,
                self.dt,
                result.state[:, k],
                bool(result.diverged[k] >= 0),
                None if result.recorded is None else result.recorded[0][k],
            )
            for k, i in enumerate(neurons)
        }


def _stopped(procedure: Procedure) -> Onset:
    """Return the onset of a neuron whose budget is exhausted."""
    try:
        procedure.throw(BudgetError())
    except StopIteration as end:
        result: Onset = end.value
        return result
    raise AssertionError("The procedure of an onset must end when its budget is exhausted.")
