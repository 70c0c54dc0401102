"""Samples of parameter sets that show a pattern, spread over the whole region and sent as soon as they are found."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.analysis import NoSolutionError
from plausiwidgets.analysis.samples import Sampling, Step
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.engine.piece import Floats
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.handlers.packing import measured
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

SLICE = 0.25
"""Duration of a job in s, after which the progress is sent and other background jobs can run."""

NONE = marked("No solution found. Include more parameters, widen their ranges, or run a search first.")


def samples(handlers: Handlers, request: Request) -> None:
    """Sample parameter sets in batches and send each batch.

    The work runs on the thread with the lowest priority.
    """
    selection = handlers.selection(request)
    if request["pattern"] in handlers.known.exercises:
        raise ValueError("samples: the pattern must not be a mystery, because samples show its answer.")
    fixed = {name: selection.values[name] for name in selection.fixed}
    bounds = {name: selection.bounds[name] for name in selection.varied}
    problem = make_problem(selection.model, selection.pattern, None, fixed, bounds, dt=selection.dt)
    names, count = list(selection.values), request["count"]
    met: list[NDArray[np.float64]] = []
    sampling = Sampling(problem, count, request["seed"], met=lambda values: met.append(values))
    sent = 0

    def report(step: Step | None) -> None:
        nonlocal sent
        new = np.concatenate(met)[: count - sent] if met and sent < count else np.empty((0, len(names)))
        met.clear()
        sent += len(new)
        request.reply(
            "running",
            arrays={"values": ("f8", new)},
            names=names,
            done=sent,
            total=count,
            volume=None,
            evaluations=0 if step is None else step.evaluations,
            loss=measured(np.inf if step is None else step.loss),
        )

    def work(request: Request, checkpoint: Checkpoint) -> None:
        began = monotonic()
        try:
            step = sampling.step(checkpoint)
            while step is not None and monotonic() - began < SLICE:
                step = sampling.step(checkpoint)
        except NoSolutionError:
            request.fail(tr(NONE))
            return
        if step is not None:
            report(step)
            handlers.again(request, Priority.IDLE, work)
            return
        table = sampling.table(checkpoint=checkpoint)
        columns = [name for name in table.columns if name != "status"]
        values: Floats = table[columns].to_numpy(dtype=np.float64)
        request.reply(
            arrays={"values": ("f8", values)},
            names=columns,
            done=len(values),
            total=count,
            loss=0.0,
            evaluations=int(table.attrs["evaluations"]),
            volume=float(table.attrs["volume"]),
        )

    handlers.work(request, Priority.IDLE, work)
