"""The compiled engine: the model's own step as machine code, for many lanes simultaneously."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from plausiwidgets.engine.compiled import cache, check
from plausiwidgets.engine.compiled.availability import has_numba
from plausiwidgets.engine.compiled.blocks import Block, Source, work_space
from plausiwidgets.engine.compiled.interpreter import interpreter
from plausiwidgets.engine.compiled.kernel import PAD, WIDTH, KernelFunction, Layout
from plausiwidgets.engine.lanes import Checkpoint, Engine, LaneJob, LaneResult, NotCompilableError, joined
from plausiwidgets.engine.threads import pool, thread_count

if TYPE_CHECKING:
    from plausiwidgets.engine.neuron import Neuron
    from plausiwidgets.engine.program.program import Program

K = TypeVar("K")
T = TypeVar("T")

_ROUND_SECONDS = 4e-3
"""Target duration in s of the work between two checkpoints."""
_SHORT_SECONDS = 1e-3
"""Duration in s of a job below which a second thread does not help."""
_GUESSED_SECONDS = 5e-9
"""Assumed time in s per lane and step of a kernel that has not run yet."""

_MIN_TIMED = 10_000
"""Minimum number of lanes times steps for which a time measurement is meaningful."""
_MAX_SPARE_SPACES = 4
"""Maximum number of work spaces that a kernel keeps for its next call."""


@dataclass(eq=False)
class Compiled:
    """A model's kernel, with its layout, its measured speed and its spare work spaces."""

    kernel: KernelFunction
    layout: Layout
    seconds: float = _GUESSED_SECONDS
    """Time in s per lane and step in the last measurement, used only to size the work between checkpoints."""
    spare: list[np.ndarray] = field(default_factory=list)
    """Work spaces for the next call."""

    def space(self) -> np.ndarray:
        """Return a work space that is not in use."""
        with suppress(IndexError):
            return self.spare.pop()
        return work_space(self.layout)


compiling = RLock()
"""Lock that is held during an export, because neither torch.export nor the comparison is thread-safe."""
_compiled: WeakKeyDictionary[Neuron, Compiled | str] = WeakKeyDictionary()
_plain: WeakKeyDictionary[Neuron, Engine] = WeakKeyDictionary()
_exported: WeakKeyDictionary[Neuron, tuple[list[check.Steps], Program]] = WeakKeyDictionary()


def compiled(model: Neuron) -> Compiled:
    """Return the kernel of `model`, which is compiled and checked on the first call.

    Raises
    ------
    NotCompilableError
        If the model cannot be compiled. The message contains the reason.
    """
    outcome = _compiled.get(model)
    if outcome is None:
        with compiling:  # A second thread would only repeat the same work.
            outcome = remembered(_compiled, model, lambda: _compile_or_reason(model))
    if isinstance(outcome, str):
        raise NotCompilableError(outcome)
    return outcome


def is_ready(model: Neuron) -> bool:
    """Return whether `model` can run without a compilation.

    This is the case if it was compiled in this process, is in the cache on disk, or cannot be compiled.
    """
    return model in _compiled or cache.is_noted(model)


def interim_engine(model: Neuron) -> Engine | None:
    """Return an engine in plain Python that runs `model` until its kernel is compiled, or None.

    The result is None if the kernel is available soon enough, or if there is no such engine. The program of a custom
    step is checked in the same way as a kernel, and :func:`compiled` reuses its export.
    """
    if model.programs is not None and not has_numba():
        return plain_engine(model, model.programs.step)
    if model in _compiled:
        return None
    # If Numba must be imported first, loading a kernel from disk takes longer as well.
    if model.programs is not None:
        if "numba" in sys.modules and is_ready(model):
            return None
        return plain_engine(model, model.programs.step)
    plain = _plain.get(model)
    if plain is not None:
        return plain
    with compiling:
        if is_ready(model):
            return None
        try:
            observed, program = exported(model)
        except NotCompilableError as reason:
            _compiled[model] = str(reason)
            return None
        _exported[model] = observed, program
        if cache.is_on_disk(program):
            return None
        run = interpreter(program)
        try:
            check.compare(model, check.subset(observed), lambda job: run(job, None), program.single)
        # Plain Python cannot compute these numbers. The kernel reports any real difference.
        except Exception:
            return None
        _plain[model] = run
        return run


def plain_engine(model: Neuron, program: Program) -> Engine:
    """Return the engine in plain Python for the program of a model."""
    return remembered(_plain, model, lambda: interpreter(program))


def exported(model: Neuron) -> tuple[list[check.Steps], Program]:
    """Return samples for the comparison, and the step as a program."""
    # An export takes seconds, and only the kernel needs it a second time.
    known = _exported.pop(model, None)
    if known is not None:
        return known
    observed, program = check.observe(model), step_program(model)
    if model.programs is None:
        check.compare_lanes(model, observed)
    return observed, program


def step_program(model: Neuron) -> Program:
    """Return the step of `model` as a program: the packaged one of a built-in model, else an export by torch."""
    if model.programs is not None:
        return model.programs.step
    from plausiwidgets.engine.compiled.export import export_step

    with compiling:
        return export_step(model)


def _compile_or_reason(model: Neuron) -> Compiled | str:
    """Return the kernel of `model`, or the reason why the model cannot be compiled."""
    try:
        return _compile(model)
    except NotCompilableError as reason:
        return str(reason)


def _compile(model: Neuron) -> Compiled:
    known = cache.load_checked(model)
    if known is not None:
        return Compiled(*known)
    steps, program = exported(model)
    made = Compiled(*cache.make_kernel(program, model.key))
    # Compare the machine code first, because a difference from the model's step would make every verdict wrong.
    check.compare(model, steps, lambda job: _run(made, job), program.single)
    cache.mark_checked(model, made.kernel)
    return made


def remembered(known: WeakKeyDictionary[K, T], model: K, make: Callable[[], T]) -> T:
    """Return the stored value for a model, and store the result of `make` on the first call."""
    made = known.get(model)
    if made is None:
        made = known[model] = make()
    return made


def why_not(model: Neuron) -> str | None:
    """Return the reason why `model` cannot be compiled, or None if it can."""
    try:
        compiled(model)
    except NotCompilableError as reason:
        return str(reason)
    return None


def run_compiled(job: LaneJob, checkpoint: Checkpoint | None = None, *, threads: int | None = None) -> LaneResult:
    """Simulate a batch of lanes as machine code, in at most `threads` threads (default: as many as are useful).

    The result depends neither on the division of the lanes into blocks, nor on the number of threads, nor on the number
    of steps between two checkpoints.
    """
    return _run(compiled(job.model), job, checkpoint, threads)


def _run(made: Compiled, job: LaneJob, checkpoint: Checkpoint | None = None, threads: int | None = None) -> LaneResult:
    k0, k1 = job.window or (0, 0)
    # The kernels write every number of the window, except for steps after the end of the job.
    recorded = np.empty((len(job.record), job.lanes, k1 - k0))
    if k1 > job.steps:
        recorded[:, :, max(job.steps - k0, 0) :] = np.nan
    work = job.lanes * job.steps * made.seconds
    if threads is None:
        # Waking a thread takes longer than a short job.
        threads = 1 if work < _SHORT_SECONDS else thread_count()
    source = Source(made.layout, job)
    blocks = [Block(made.kernel, source, made.space(), recorded, a, b) for a, b in _spans(job.lanes, threads)]
    stop = 0
    while stop < job.steps and (live := [b for b in blocks if b.live]):
        if checkpoint is not None:
            checkpoint()
        lanes, busy = sum(b.live for b in live), min(threads, len(live))
        steps, rounds = job.steps, work >= _ROUND_SECONDS
        # The checkpoint can end the job only between two rounds, so a round takes a few milliseconds.
        if rounds:
            steps = max(int(_ROUND_SECONDS * busy / (lanes * made.seconds)), 16)
            # The time per step is an assumption until a round of this job has been measured.
            if stop == 0:
                steps = max(steps // 4, 16)
        first, stop = stop, min(stop + steps, job.steps)
        began = time.perf_counter()
        _advance(live, stop, threads)
        # A round in which lanes diverged took less time, so its measurement is not used.
        if (rounds or lanes * steps > _MIN_TIMED) and sum(b.live for b in live) == lanes:
            elapsed = time.perf_counter() - began
            made.seconds = min(max(elapsed * busy / (lanes * (stop - first)), 0.2e-9), 1e-6)
    # Keep work spaces, because allocating and aligning one takes as long as a short job.
    made.spare = [block.space for block in blocks[:_MAX_SPARE_SPACES]]
    kept = recorded if job.window else None
    return blocks[0].result(kept) if len(blocks) == 1 else joined([block.result(None) for block in blocks], kept)


def _spans(lanes: int, threads: int) -> list[tuple[int, int]]:
    """Return (first, last) of each block: parts of equal size in whole vectors, equally many for each thread."""
    count = -(-lanes // WIDTH)
    if threads > 1:
        count = min(-(-count // threads) * threads, -(-lanes // PAD))
    if count < 2:
        return [(0, lanes)]
    # Cut between vectors, because a part of a vector takes as long as a whole one.
    vectors = -(-lanes // PAD)
    edges = [min(vectors * i // count * PAD, lanes) for i in range(count + 1)]
    return list(zip(edges, edges[1:], strict=False))


def _advance(blocks: list[Block], stop: int, threads: int) -> None:
    """Advance blocks to step `stop` in several threads, including the calling thread."""
    if threads == 1 or len(blocks) == 1:
        for block in blocks:
            block.advance(stop)
        return
    todo = iter(blocks)
    taking = Lock()

    # Threads take one block at a time, so a thread that another program slows down does not delay the others.
    def work() -> None:
        while True:
            with taking:
                block = next(todo, None)
            if block is None:
                return
            block.advance(stop)

    helpers = [pool().submit(work) for _ in range(min(threads, len(blocks)) - 1)]
    try:
        work()
    finally:
        # All blocks are taken, so a helper that is still queued has no work.
        helpers = [helper for helper in helpers if not helper.cancel()]
        wait(helpers)
    for helper in helpers:
        helper.result()
