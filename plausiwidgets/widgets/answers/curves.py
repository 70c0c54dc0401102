"""Curves of a neuron: the loss along each parameter, the f–I curve, and the bifurcations along the current."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from plausiwidgets.analysis.fi_curves import fi_curve
from plausiwidgets.analysis.onsets import POINTS, Bifurcation, diagrams
from plausiwidgets.analysis.profiles import loss_profiles
from plausiwidgets.patterns.formatting import number
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.simulate import check_dt
from plausiwidgets.texts import tr
from plausiwidgets.widgets.answers.packing import Arrays
from plausiwidgets.widgets.session.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked

QUICK, PATIENCE = 0.5, 6.0
"""Time in s of coarse profiles above which no finer profiles follow, and above which the profiles stop."""


def profiles(answers: Answers, asked: Asked) -> None:
    """Judge along every parameter, coarse curves first; not for a mystery, because they would reveal it."""
    selection = answers.selection(asked)
    if asked["pattern"] in answers.mysteries:
        raise ValueError("profiles: the pattern must not be a mystery, because profiles show its answer.")
    grids = sorted(set(asked["points"]))

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
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
            asked.reply("running" if finer else "done", arrays=arrays, names=list(found), finer=finer)
            if not finer:
                return

    answers.work(asked, Priority.IDLE, work)


def rate(answers: Answers, asked: Asked) -> None:
    """Count the spikes at currents starting at zero."""
    model = answers.known.model(asked["model"])
    values = {name: x for name, x in asked["values"].items() if name in model.parameters}
    model.complete(values)
    dt = check_dt(model, asked["dt"])
    if not asked["most"]:
        raise ValueError("rate: most must be a current other than 0, got 0.")
    currents = np.linspace(0.0, asked["most"], asked["points"])

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        rates = fi_curve(model, currents, values, holding=asked["holding"], dt=dt)
        asked.reply(arrays={"current": ("f4", currents), "rate": ("f4", rates)})

    answers.work(asked, Priority.TOOL, work)


def bifurcations(answers: Answers, asked: Asked) -> None:
    """Follow the fixed points along the current, and the neuron's firing."""
    model = answers.known.model(asked["model"])
    values = {name: x for name, x in asked["values"].items() if name in model.parameters}
    dt, holding = check_dt(model, asked["dt"]), asked["holding"]
    room = 0.5 * (model.current.high - model.current.low)
    usual = min(model.current.low, holding - room), max(model.current.high, holding + room)
    low, high = asked.fields.get("currents", usual)
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

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        made = diagrams(model, values, (low, high), holding, POINTS, dt, checkpoint=checkpoint)
        for last, found in zip((False, True), made, strict=True):
            arrays: Arrays = {
                "stable": ("f8", np.stack(found.branch(True))),
                "unstable": ("f8", np.stack(found.branch(False))),
                "firing": ("f8", found.firing),
            }
            asked.reply(
                "done" if last else "running",
                arrays=arrays,
                currents=[low, high],
                onset=tr(found.kind) if last else "",
                sentences=found.sentences if last else [],
                points=[_onset(point, model.current.unit) for point in found.points],
            )

    answers.work(asked, Priority.TOOL, work)


def _onset(point: Bifurcation, unit: str) -> dict[str, Any]:
    text = f"{number(point.current, 5)} {'' if unit == '1' else unit}".strip()
    if np.isfinite(point.frequency):
        text += f", {number(point.frequency, 3)} Hz"
    return {"kind": tr(point.kind), "current": point.current, "potential": point.potential, "text": text}
