"""The effect of each value alone: the loss along it, and the rate over the current."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets.analysis.profiles import loss_profiles
from plausiwidgets.analysis.rate_curves import rate_curve
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.simulate import check_dt
from plausiwidgets.widgets.answers.packing import Arrays
from plausiwidgets.widgets.session.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked

QUICK, PATIENCE = 0.5, 6.0
"""Time in s of coarse profiles after which no finer ones are made, and after which they are given up."""


def profiles(answers: Answers, asked: Asked) -> None:
    """Judge along every value, the coarse curves first; not of a mystery, whose answer they would show."""
    selection = answers.selection(asked)
    if asked["pattern"] in answers.mysteries:
        raise ValueError("profiles: not of a mystery, its answer would be among them")
    grids = sorted(set(asked["points"]))

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        began = monotonic()

        def in_time(_: object) -> None:
            checkpoint()
            if monotonic() - began > PATIENCE:
                raise ValueError(f"profiles: they take longer than {PATIENCE:g} s with this neuron")

        for k, points in enumerate(grids):
            found = loss_profiles(
                selection.model, selection.pattern, selection.values, bounds=selection.bounds, points=points,
                dt=selection.dt, progress=in_time,
            )  # fmt: skip
            checkpoint()
            finer = k + 1 < len(grids) and monotonic() - began < QUICK
            arrays: Arrays = {f"{name}.values": ("f8", one.values) for name, one in found.items()}
            arrays |= {f"{name}.loss": ("f4", one.loss) for name, one in found.items()}
            asked.tell("running" if finer else "done", arrays=arrays, names=list(found), finer=finer)
            if not finer:
                return

    answers.work(asked, Priority.IDLE, work)


def rate(answers: Answers, asked: Asked) -> None:
    """Count the spikes at currents from zero on."""
    model = answers.known.model(asked["model"])
    values = {name: x for name, x in asked["values"].items() if name in model.parameters}
    model.complete(values)
    dt = check_dt(model, asked["dt"])
    if not asked["most"]:
        raise ValueError("rate: most is 0, valid is another current")
    currents = np.linspace(0.0, asked["most"], asked["points"])

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        rates = rate_curve(model, currents, values, holding=asked["holding"], dt=dt)
        asked.tell(arrays={"current": ("f4", currents), "rate": ("f4", rates)})

    answers.work(asked, Priority.TOOL, work)
