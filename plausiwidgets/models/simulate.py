"""The function `simulate`, for any model and any current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.current import Current, as_current
from plausiwidgets.engine.lane_current import LaneCurrent, lane_current
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.engine.piece import Piece
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.support.arguments import bounded, checked, finite, shown
from plausiwidgets.support.names import unknown

MAX_STEPS, MAX_VALUES, MAX_STEPS_PER_MS = 1e7, 5e8, 1e5
"""Default maximum numbers of steps, values (5e8 values are 4 GB) and steps per ms in a request."""


@checked
def simulate(
    model: str | NeuronModel,
    current: Current | Piece | Sequence[Current | Piece],
    parameters: Mapping[str, ArrayLike] | None = None,
    *,
    dt: float | None = None,
    record: str | Sequence[str] = ("v",),
    engine: str = "auto",
) -> Traces:
    """Simulate all combinations of parameter sets and currents.

    Parameters
    ----------
    model : str or NeuronModel
        The neuron model.
    current : Current, Piece, or a sequence of them
        All currents must have the same ``end``, ``before`` and ``settle``. A piece, such as ``pw.pulse(0.0, 5.0,
        300.0)``, represents a current that ends 200 ms after it.
    parameters : mapping of str to float or 1-D array
        Arrays broadcast to n parameter sets. Parameters without a value have their defaults.
    dt : float, optional
        Time step in ms, by default that of the model.
    record : str or sequence of str
        State variables to record, see ``model.states``. ``"v"`` is the membrane potential, even if the model has
        another name for it. An empty sequence records nothing.
    engine : {"auto", "compiled", "torch"}
        ``"auto"`` compiles the model if possible. ``Traces.engine`` is the engine that ran.

    Returns
    -------
    Traces
        Traces of n × currents lanes. The lanes of a parameter set are consecutive. Before the traces start, the neuron
        may settle at its holding current (``Current.settle``) from the model's initial state.

    Raises
    ------
    ValueError
        If a name is unknown, a value is outside its limits, or the currents differ in length.
    NotCompilableError
        If ``engine="compiled"`` and the model cannot be compiled. The message contains the reason.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> traces = pw.simulate("adex", pw.Current.step(500.0, 100.0), {"b": [30.0, 60.0]}, record=("v", "w"))
    >>> len(traces), list(traces.states), [len(times) for times in traces.spike_times]
    (2, ['v', 'w'], [7, 6])
    """
    neuron = get(model)
    step = check_dt(neuron, dt)
    recorded = _places(neuron, record)
    currents = [as_current(one) for one in ([current] if isinstance(current, Current | Piece) else current)]
    if not currents:
        raise ValueError("simulate: current must be a Current or a list with at least one Current, got an empty list.")
    frames = {(c.end, c.before, c.settle) for c in currents}
    if len(frames) > 1:
        raise ValueError(
            f"simulate: all currents must have the same end, before and settle, got "
            f"{', '.join(map(str, sorted(frames)))}."
        )
    sets = broadcast(neuron.complete(parameters))
    n = len(next(iter(sets.values()))) if sets else 1
    time = currents[0].before + currents[0].end + currents[0].settle
    bounded("simulate", "number of time steps", time / step, MAX_STEPS)
    bounded("simulate", "number of recorded values", time / step * n * len(currents) * (len(recorded) + 1), MAX_VALUES)
    lanes = {name: np.repeat(values, len(currents)) for name, values in sets.items()}
    holding = np.tile([c.holding for c in currents], n)
    state = neuron.start(lanes, holding)
    settle = round(currents[0].settle / step)
    if settle:
        job = LaneJob(neuron, lanes, state, LaneCurrent.constant(holding), settle, step)
        state = run_lanes(job, engine).state
    before = round(currents[0].before / step)
    steps = before + round(currents[0].end / step)
    injected = lane_current(currents * n, -before * step)
    job = LaneJob(neuron, lanes, state, injected, steps, step, window=(0, steps), record=recorded)
    result = run_lanes(job, engine)
    assert result.recorded is not None
    names = [s.key for s in neuron.states]
    return Traces(
        t=np.asarray((np.arange(steps) - before) * step, dtype=np.float64),
        states={names[i]: np.ascontiguousarray(x) for i, x in zip(recorded, result.recorded, strict=True)},
        spike_times=[(row[:c] - before) * step for row, c in zip(result.spikes, result.counts, strict=True)],
        diverged_at=np.where(result.diverged >= 0, (result.diverged - before) * step, np.nan),
        current=np.ascontiguousarray(injected.values(steps, step)),
        engine=result.engine,
        current_unit=neuron.current.unit,
        model=neuron.key,
        potential=names[0],
        potential_unit=neuron.states[0].unit,
    )


def _places(model: NeuronModel, record: str | Sequence[str]) -> tuple[int, ...]:
    """Return the indices of the state variables in `record`."""
    names = [s.key for s in model.states]
    places = []
    for name in [record] if isinstance(record, str) else record:
        if name not in names and name != "v":
            raise unknown(f"model {model.key!r}", "state variable", name, names)
        places.append(names.index(name) if name in names else 0)
    return tuple(dict.fromkeys(places))


def check_dt(model: NeuronModel, dt: float | None) -> float:
    """Return the checked time step in ms, by default that of the model.

    Raises
    ------
    ValueError
        If `dt` is out of range, or differs from that of a model in discrete time.
    """
    if dt is None:
        return model.dt
    if model.discrete and dt != model.dt:
        raise ValueError(
            f"time step: dt must be {model.dt:g} (ms), got {shown(dt)}. Model {model.key!r} is in discrete time, so "
            f"its step does not use dt."
        )
    step = finite("time step", "dt", dt, above=0.0, high=5.0, unit="ms")
    bounded("time step", "number of steps in 1 ms (1 / dt)", 1.0 / step, MAX_STEPS_PER_MS)
    return step


def broadcast(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return every value as an array of n sets, in which numbers are repeated.

    Raises
    ------
    ValueError
        If a value has more than one axis, or arrays differ in length or are empty.
    """
    sizes = {}
    for name, value in values.items():
        if np.ndim(value) > 1:
            raise ValueError(
                f"parameter {name!r} must be a number or a 1-D array, got an array with {np.ndim(value)} axes."
            )
        if np.ndim(value) == 1:
            sizes[name] = len(value)
    lengths = set(sizes.values()) - {1}
    if len(lengths) > 1 or 0 in lengths:
        raise ValueError(
            f"parameters must be numbers or arrays of the same length, and not empty, got lengths {sizes}."
        )
    n = lengths.pop() if lengths else 1
    return {name: np.ascontiguousarray(np.broadcast_to(v, (n,)), dtype=np.float64) for name, v in values.items()}
