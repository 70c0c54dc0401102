"""A program run by NumPy, without a compiler: what the kernel of one of the package's neurons is compared with.

It takes a function of NumPy for each instruction and step, whatever the number of lanes: a few hundred times as long
as a kernel.
"""

from __future__ import annotations

from plausiwidgets.program.arrays import stepper
from plausiwidgets.program.program import Program
from plausiwidgets.simulation.lanes import Checkpoint, Engine, LaneJob, LaneResult
from plausiwidgets.simulation.loop import run_loop


def numpy_engine(program: Program) -> Engine:
    """Return an engine that runs jobs of the model of `program`."""

    def engine(job: LaneJob, checkpoint: Checkpoint | None = None) -> LaneResult:
        parameters = {f"p{i}": job.params[name] for i, name in enumerate(program.parameters)}
        return run_loop(job, stepper(program, {"dt": job.dt} | parameters), "numpy", checkpoint)

    return engine
