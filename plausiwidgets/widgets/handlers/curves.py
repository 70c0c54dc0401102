"""Curves of a neuron: the loss along each parameter, the f–I curve, and the bifurcations along the current."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets.analysis.fi_curves import fi_curve
from plausiwidgets.analysis.onsets import POINTS, Bifurcation, diagrams
from plausiwidgets.analysis.profiles import loss_profiles
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr
from plausiwidgets.widgets.handlers.packing import Arrays
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

QUICK, PATIENCE = 0.5, 6.0
"""Durations of coarse profiles in s above which finer profiles are omitted and above which a request fails."""


def profiles(handlers: Handlers, request: Request) -> None:
    """Send the loss along every parameter, on coarse grids first.

    Raises
    ------
    ValueError
        If the pattern belongs to a mystery, because the profiles would reveal its parameters.
    """
    selection = handlers.selection(request)
    if request["pattern"] in handlers.known.exercises:
        raise ValueError("profiles: the pattern must not be a mystery, because profiles show its answer.")
    grids = sorted(set(request["points"]))

    def work(request: Request, checkpoint: Checkpoint) -> None:
        began = monotonic()

        def in_time(_: object) -> None:
            checkpoint()
            if monotonic() - began > PATIENCE:
                raise ValueError(f"profiles: they must take at most {PATIENCE:g} s, which this neuron exceeds.")

        for k, points in enumerate(grids):
            found = loss_profiles(
                selection.model,
                selection.pattern,
                selection.values,
                bounds=selection.bounds,
                points=points,
                dt=selection.dt,
                progress=in_time,
            )
            checkpoint()
            finer = k + 1 < len(grids) and monotonic() - began < QUICK
            arrays: Arrays = {f"{name}.values": ("f8", one.values) for name, one in found.items()}
            arrays |= {f"{name}.loss": ("f4", one.loss) for name, one in found.items()}
            request.reply("running" if finer else "done", arrays=arrays, names=list(found), finer=finer)
            if not finer:
                return

    handlers.work(request, Priority.IDLE, work)


def rate(handlers: Handlers, request: Request) -> None:
    """Send the firing rate at currents from zero to the requested maximum."""
    model = handlers.known.model(request["model"])
    values = {name: x for name, x in request["values"].items() if name in model.parameters}
    model.complete(values)
    dt = check_dt(model, request["dt"])
    if not request["most"]:
        raise ValueError("rate: most must be a current other than 0, got 0.")
    currents = np.linspace(0.0, request["most"], request["points"])

    def work(request: Request, checkpoint: Checkpoint) -> None:
        rates = fi_curve(model, currents, values, holding=request["holding"], dt=dt)
        request.reply(arrays={"current": ("f4", currents), "rate": ("f4", rates)})

    handlers.work(request, Priority.TOOL, work)


def bifurcations(handlers: Handlers, request: Request) -> None:
    """Send the fixed points along the current, then the bifurcations and the range of the firing neuron."""
    model = handlers.known.model(request["model"])
    values = {name: x for name, x in request["values"].items() if name in model.parameters}
    dt, holding = check_dt(model, request["dt"]), request["holding"]
    room = 0.5 * (model.current.high - model.current.low)
    usual = min(model.current.low, holding - room), max(model.current.high, holding + room)
    low, high = request.fields.get("currents", usual)
    if not low <= holding < high:
        raise ValueError(
            tr(
                "The current range must start at or below the holding current {holding} and end above "
                "it, got {low} to {high}.",
                low=number(low),
                high=number(high),
                holding=number(holding),
            )
        )

    def work(request: Request, checkpoint: Checkpoint) -> None:
        made = diagrams(model, values, (low, high), holding, POINTS, dt, checkpoint=checkpoint)
        for last, found in zip((False, True), made, strict=True):
            arrays: Arrays = {
                "stable": ("f8", np.stack(found.branch(True))),
                "unstable": ("f8", np.stack(found.branch(False))),
                "firing": ("f8", found.firing),
            }
            request.reply(
                "done" if last else "running",
                arrays=arrays,
                currents=[low, high],
                onset=tr(found.kind) if last else "",
                sentences=found.sentences if last else [],
                points=[_onset(point, model.current.unit) for point in found.points],
            )

    handlers.work(request, Priority.TOOL, work)


def _onset(point: Bifurcation, unit: str) -> dict[str, object]:
    text = f"{number(point.current, 5)} {'' if unit == '1' else unit}".strip()
    if np.isfinite(point.frequency):
        text += f", {number(point.frequency, 3)} Hz"
    return {"kind": tr(point.kind), "current": point.current, "potential": point.potential, "text": text}
