"""Choice of the engine: machine code where a model can be compiled, else a loop of its program or its torch step."""

from __future__ import annotations

from contextlib import suppress

from plausiwidgets.engine.compiled.availability import has_numba
from plausiwidgets.engine.lanes import Checkpoint, Engine, LaneJob, LaneResult, NotCompilableError
from plausiwidgets.engine.program.program import Program
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

        try:
            return run_compiled(job, checkpoint)
        except NotCompilableError:
            if engine == "compiled":
                raise
            if job.model.programs is not None:
                return _run_program(job, job.model.programs.step, checkpoint)
    return run_torch(job, checkpoint)


NARROW = 16
"""Lanes up to which plain Python, which simulates one lane at a time, is faster than NumPy."""


def _run_program(job: LaneJob, program: Program, checkpoint: Checkpoint | None) -> LaneResult:
    """Simulate a batch of lanes without a kernel."""
    from plausiwidgets.engine.compiled.engine import plain_engine
    from plausiwidgets.engine.loop import run_program

    if job.lanes <= NARROW and not has_numba():
        with suppress(ArithmeticError, ValueError):  # numbers for which Python raises
            return plain_engine(job.model, program)(job, checkpoint)
    return run_program(job, program, checkpoint)
