"""Choice of the engine: machine code if a model can be compiled, else a loop over its program or its torch step."""

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
    job : LaneJob
        The lanes, their currents and the number of steps.
    engine : {"auto", "compiled", "torch"}, or callable
        ``"auto"`` compiles the model if possible. Otherwise NumPy runs the program of a built-in model, and torch runs
        a custom step.
    checkpoint : callable, optional
        Called every few milliseconds of work. An exception that it raises ends the simulation.

    Returns
    -------
    LaneResult

    Raises
    ------
    ImportError
        If torch is needed and not installed.
    NotCompilableError
        If ``engine="compiled"`` and the model cannot be compiled. The message contains the reason.
    ValueError
        If `engine` is unknown.
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
"""Maximum number of lanes for which plain Python, which simulates one lane at a time, is faster than NumPy."""


def _run_program(job: LaneJob, program: Program, checkpoint: Checkpoint | None) -> LaneResult:
    """Simulate a batch of lanes without a kernel."""
    from plausiwidgets.engine.compiled.engine import plain_engine
    from plausiwidgets.engine.loop import run_program

    if job.lanes <= NARROW and not has_numba():
        # Python raises for some numbers for which NumPy returns inf or nan.
        with suppress(ArithmeticError, ValueError):
            return plain_engine(job.model, program)(job, checkpoint)
    return run_program(job, program, checkpoint)
