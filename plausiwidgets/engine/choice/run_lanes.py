"""Choice of the engine: machine code where a model can be compiled, else a loop of its program or its torch step."""

from __future__ import annotations

from plausiwidgets.engine.lanes import Checkpoint, Engine, LaneJob, LaneResult, NotCompilableError
from plausiwidgets.engine.torch_engine import run_torch
from plausiwidgets.support.names import unknown

ENGINES = ("auto", "compiled", "torch")


def run_lanes(job: LaneJob, engine: str | Engine = "auto", checkpoint: Checkpoint | None = None) -> LaneResult:
    """Simulate a batch of lanes.

    Parameters
    ----------
    engine : {"auto", "compiled", "torch"}, or callable
        ``"auto"`` compiles where it can. Where it cannot, NumPy runs the program of one of the package's own neurons,
        and torch a custom step.
    checkpoint : callable, optional
        Called every few ms of work; what it raises ends the simulation.

    Raises
    ------
    ImportError
        Where torch is needed and not installed.
    NotCompilableError
        With ``engine="compiled"``, if the model cannot be compiled; the text has the reason.
    ValueError
        For an unknown engine.
    """
    if callable(engine):
        return engine(job, checkpoint)
    if engine not in ENGINES:
        raise unknown("", "engine", engine, ENGINES)
    if engine != "torch":
        from plausiwidgets.engine.compiled.engine import run_compiled
        from plausiwidgets.engine.loop import run_program

        try:
            return run_compiled(job, checkpoint)
        except NotCompilableError:
            if engine == "compiled":
                raise
            if job.model.programs is not None:
                return run_program(job, job.model.programs.step, checkpoint)
    return run_torch(job, checkpoint)
