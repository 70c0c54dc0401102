"""Choice of the engine: machine code where a model can be compiled, else the torch loop."""

from __future__ import annotations

from plausiwidgets.names import unknown
from plausiwidgets.simulation.lanes import Checkpoint, Engine, LaneJob, LaneResult, NotCompilable
from plausiwidgets.simulation.torch_engine import run_torch

ENGINES = ("auto", "compiled", "torch")


def run_lanes(job: LaneJob, engine: str | Engine = "auto", checkpoint: Checkpoint | None = None) -> LaneResult:
    """Simulate a batch of lanes.

    Parameters
    ----------
    engine : {"auto", "compiled", "torch"}, or callable
        ``"auto"`` compiles where it can.
    checkpoint : callable, optional
        Called every few ms of work; what it raises ends the simulation.

    Raises
    ------
    NotCompilable
        With ``engine="compiled"``, if the model cannot be compiled; the text says why.
    ValueError
        For an unknown engine.
    """
    if callable(engine):
        return engine(job, checkpoint)
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if engine != "torch":
        from plausiwidgets.simulation.compiled.engine import run_compiled

        try:
            return run_compiled(job, checkpoint)
        except NotCompilable:
            if engine == "compiled":
                raise
    return run_torch(job, checkpoint)
