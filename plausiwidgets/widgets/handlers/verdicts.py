"""Requests for verdicts: simulate, verify and verify a candidate."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.engine.traces import Traces
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.evaluation import single
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.widgets.drawing.lines import scale_at
from plausiwidgets.widgets.handlers.judging import judge_one, verdict_data
from plausiwidgets.widgets.handlers.packing import Arrays
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request


def simulate(handlers: Handlers, request: Request) -> None:
    """Simulate and evaluate the selection at its time step, with high priority.

    With `states`, the request runs as a separate job, which does not change the verdict.
    """
    selection = handlers.selection(request)
    names = [state.key for state in selection.model.states]

    def take(verdict: Verdict, last: bool) -> None:
        _tell_traces(request, verdict, selection, names[: None if request["states"] else 1])

    def work(request: Request, checkpoint: Checkpoint) -> None:
        with handlers.judging.gate.urgent():
            take(single(judge_one(selection, tuple(names), checkpoint)), True)

    def far(done: int, total: int) -> None:
        request.reply("running", done=done, total=total, verdict=None, sweeps=[], scale=[])

    if request["states"]:
        handlers.work(request, Priority.DRAG, work)
    else:
        handlers.hold(request)
        handlers.judging.ask(selection, request, _heard(request, take), math.inf, far=far)


def _heard(
    request: Request, take: Callable[[Verdict, bool], object]
) -> Callable[[Verdict | Exception | None, bool], None]:
    """Return a listener for :meth:`Judging.ask` that answers a request.

    Parameters
    ----------
    take : callable
        ``take(verdict, last)``, which sends a verdict and is not called for an error.
    """

    def listener(verdict: Verdict | Exception | None, last: bool) -> None:
        if verdict is None:
            request.reply("superseded")
        elif isinstance(verdict, Exception):
            request.fail(verdict)
        else:
            take(verdict, last)

    return listener


def _tell_traces(request: Request, verdict: Verdict, selection: Selection, record: Sequence[str]) -> None:
    """Send the verdict on one parameter set with its traces."""
    every = list(verdict.traces)
    # The page may not know the sweeps of an adaptive protocol, which chooses them during the evaluation.
    wanted = [name for name in every if not request["sweeps"] or name in request["sweeps"]] or every[:1]
    sweeps, arrays = traces_of(verdict, selection.dt, wanted, record)
    scale = scale_of(selection, verdict.traces[wanted[0]]) if wanted else []
    request.reply(arrays=arrays, verdict=verdict_data(verdict), sweeps=sweeps, scale=scale, done=0, total=0)


def traces_of(
    verdict: Verdict, dt: float, names: Sequence[str], record: Sequence[str]
) -> tuple[list[dict[str, object]], Arrays]:
    """Return some sweeps of the verdict on one parameter set and the arrays of their traces.

    Parameters
    ----------
    dt : float
        Time step in ms, for a trace with a single time step.
    names : sequence of str
        Names of the sweeps.
    record : sequence of str
        State variables, of which the first one is the potential.
    """
    sweeps: list[dict[str, object]] = []
    arrays: Arrays = {}
    for k, name in enumerate(names):
        trace = verdict.traces[name]
        step = float(trace.t[1] - trace.t[0]) if trace.t.size > 1 else dt
        sweeps.append({"name": name, "t0": float(trace.t[0]), "dt": step, "states": list(record)})
        arrays |= {
            f"{k}.v": ("f4", trace.v[0]),
            f"{k}.current": ("f4", trace.current[0]),
            f"{k}.spikes": ("f8", trace.spike_times[0]),
        }
        arrays |= {f"{k}.state.{state}": ("f4", trace.states[state][0]) for state in record[1:]}
    return sweeps, arrays


def scale_of(selection: Selection, trace: Traces) -> list[float]:
    """Return rest, threshold and peak of the potential as the criteria use them, or an empty list if they are unknown.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> selection = Selection.of("lif", "tonic_spiking", {"v_rest": -70.0, "v_threshold": -50.0})
    >>> trace = pw.simulate("lif", pw.Current.step(0.0, 1.0), {"v_rest": -70.0})
    >>> scale_of(selection, trace)
    [-70.0, -50.0, 20.0]
    """
    before = trace.v[0][trace.t < 0.0]
    found = scale_at(selection.model, selection.values, float(before[-1]) if before.size else np.nan)
    scale = [found.rest, found.threshold, found.peak]
    return scale if np.isfinite(scale).all() else []


def verify(handlers: Handlers, request: Request) -> None:
    """Send the verdict at the time step, then the verified verdict."""
    selection = handlers.selection(request)

    def take(verdict: Verdict, last: bool) -> None:
        request.reply("done" if last else "running", verdict=verdict_data(verdict))

    handlers.hold(request)
    handlers.judging.ask(selection, request, _heard(request, take))


def verify_candidate(handlers: Handlers, request: Request) -> None:
    """Verify a parameter set that a search of the page has found.

    Verdicts on the shown set have priority.
    """
    selection = handlers.selection(request)

    def work(request: Request, checkpoint: Checkpoint) -> None:
        verdict = judge_one(selection, (), checkpoint)
        verified = verify_sets(selection.model, selection.pattern, verdict, checkpoint=checkpoint)
        request.reply(verdict=verdict_data(single(verified)))

    handlers.work(request, Priority.TOOL, work)
