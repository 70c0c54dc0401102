"""A program run by NumPy, without a compiler: what the kernel of one of the package's neurons is compared with.

It takes a function of NumPy for each instruction and step, whatever the number of lanes: a few hundred times as long
as a kernel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plausiwidgets.program.arrays import run, value_of
from plausiwidgets.program.program import MOVING, Program
from plausiwidgets.simulation.lanes import Checkpoint, Engine, Floats, LaneJob, LaneResult
from plausiwidgets.simulation.loop import run_loop


def numpy_engine(program: Program) -> Engine:
    """Return an engine that runs jobs of the model of `program`."""
    before = tuple(line for line in program.body if line.level != MOVING)
    moving = tuple(line for line in program.body if line.level == MOVING)

    def engine(job: LaneJob, checkpoint: Checkpoint | None = None) -> LaneResult:
        parameters = {f"p{i}": job.params[name] for i, name in enumerate(program.parameters)}
        known = run(before, {"dt": job.dt} | parameters)

        def step(current: Floats, state: Sequence[Floats]) -> tuple[Floats, Sequence[Floats]]:
            values = run(moving, known | {"current": current} | {f"s{i}": s for i, s in enumerate(state)})
            spikes, *new = (
                np.broadcast_to(value_of(v, values), (job.lanes,)) for v in (program.spikes, *program.state)
            )
            return spikes, new

        return run_loop(job, step, "numpy", checkpoint)

    return engine
