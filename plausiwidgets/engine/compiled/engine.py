"""The compiled engine: a model's own step as machine code, many lanes at once."""

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
"""Work between two checkpoints."""
_SHORT_SECONDS = 1e-3
"""Work that is not worth a second thread."""
_GUESSED_SECONDS = 5e-9
"""Time per lane and step of a kernel that has not run yet."""

_TELLING = 10_000
"""Lanes times steps from which on the time of a piece of work says something."""
_SPARE = 4
"""Work spaces that a kernel keeps for its next call."""


@dataclass(eq=False)
class Compiled:
    """A model's kernel."""

    kernel: KernelFunction
    layout: Layout
    seconds: float = _GUESSED_SECONDS
    """Time per lane and step, as measured last; it only sizes the pieces of work."""
    spare: list[np.ndarray] = field(default_factory=list)
    """Work spaces for the next call."""

    def space(self) -> np.ndarray:
        """Return a work space that is not in use."""
        with suppress(IndexError):
            return self.spare.pop()
        return work_space(self.layout)


compiling = RLock()
"""Held while a step is exported: torch.export is not made for two threads, nor is what it is compared with."""
_compiled: WeakKeyDictionary[Neuron, Compiled | str] = WeakKeyDictionary()
_plain: WeakKeyDictionary[Neuron, Engine] = WeakKeyDictionary()
_exported: WeakKeyDictionary[Neuron, tuple[list[check.Steps], Program]] = WeakKeyDictionary()


def compiled(model: Neuron) -> Compiled:
    """Return the kernel of `model`, made, and checked, when it is first asked for.

    Raises
    ------
    NotCompilableError
        With the reason.
    """
    outcome = _compiled.get(model)
    if outcome is None:
        with compiling:  # a second thread would only do the same again
            outcome = remembered(_compiled, model, lambda: _made(model))
    if isinstance(outcome, str):
        raise NotCompilableError(outcome)
    return outcome


def is_ready(model: Neuron) -> bool:
    """Return whether `model` runs at once: it was compiled in this process or lies in the cache, or cannot be."""
    return model in _compiled or cache.is_noted(model)


def before_compiled(model: Neuron) -> Engine | None:
    """Return an engine that runs `model` while nothing is compiled; None where it does not take long, or there is none.

    The program of a custom step is checked as a kernel is, and the export that it needs is not made again by
    :func:`compiled`.
    """
    if model.programs is not None and not has_numba():
        return plain_engine(model, model.programs.step)
    if model in _compiled:
        return None
    if model.programs is not None:  # with Numba to be imported, a kernel on disk takes longer as well
        if "numba" in sys.modules and is_ready(model):
            return None
        return plain_engine(model, model.programs.step)
    plain = _plain.get(model)
    if plain is not None:  # it is being compiled, with the lock
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
            check.compare(model, check.some(observed), lambda job: run(job, None), program.single)
        except Exception:  # not with these numbers: the kernel will tell
            return None
        _plain[model] = run
        return run


def plain_engine(model: Neuron, program: Program) -> Engine:
    """Return the engine in plain Python for the program of a model."""
    return remembered(_plain, model, lambda: interpreter(program))


def exported(model: Neuron) -> tuple[list[check.Steps], Program]:
    """Return steps to compare with, and the step as a program: the package's own, or by torch."""
    # An export takes seconds, and it is needed once more at most: for the kernel.
    known = _exported.pop(model, None)
    if known is not None:
        return known
    observed, program = check.observe(model), step_program(model)
    if model.programs is None:
        check.compare_lanes(model, observed)
    return observed, program


def step_program(model: Neuron) -> Program:
    """Return the step of `model` as a program: the package's own, or an export by torch."""
    if model.programs is not None:
        return model.programs.step
    from plausiwidgets.engine.compiled.export import export_step

    with compiling:
        return export_step(model)


def _made(model: Neuron) -> Compiled | str:
    """Return the kernel of `model`, or why it has none."""
    try:
        return _make(model)
    except NotCompilableError as reason:
        return str(reason)


def _make(model: Neuron) -> Compiled:
    known = cache.load_checked(model)
    if known is not None:
        return Compiled(*known)
    steps, program = exported(model)
    made = Compiled(*cache.make_kernel(program, model.key))
    # Machine code that differs from the step of the model would make every verdict wrong, so it is compared first.
    check.compare(model, steps, lambda job: _run(made, job), program.single)
    cache.mark_checked(model, made.kernel)
    return made


def remembered(known: WeakKeyDictionary[K, T], model: K, make: Callable[[], T]) -> T:
    """Return what `make` gives for a model, made when it is first asked for."""
    made = known.get(model)
    if made is None:
        made = known[model] = make()
    return made


def why_not(model: Neuron) -> str | None:
    """Return why `model` cannot be compiled, or None if it can."""
    try:
        compiled(model)
    except NotCompilableError as reason:
        return str(reason)
    return None


def run_compiled(job: LaneJob, checkpoint: Checkpoint | None = None, *, threads: int | None = None) -> LaneResult:
    """Simulate a batch of lanes by machine code, in at most `threads` threads (default: as many as are of use).

    What comes out does not depend on how the lanes are split into blocks, on the number of
    threads, or on the length of the pieces between two checkpoints.
    """
    return _run(compiled(job.model), job, checkpoint, threads)


def _run(made: Compiled, job: LaneJob, checkpoint: Checkpoint | None = None, threads: int | None = None) -> LaneResult:
    k0, k1 = job.window or (0, 0)
    # The kernels write every number of the window, except for steps beyond the job.
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
        # Between two rounds the checkpoint can end the job, which is a few ms late then.
        if rounds:
            steps = max(int(_ROUND_SECONDS * busy / (lanes * made.seconds)), 16)
            if stop == 0:  # the time per step is a guess until it has been seen for this job
                steps = max(steps // 4, 16)
        first, stop = stop, min(stop + steps, job.steps)
        began = time.perf_counter()
        _advance(live, stop, threads)
        # Lanes that were lost on the way took no time: nothing to learn from.
        if (rounds or lanes * steps > _TELLING) and sum(b.live for b in live) == lanes:
            elapsed = time.perf_counter() - began
            made.seconds = min(max(elapsed * busy / (lanes * (stop - first)), 0.2e-9), 1e-6)
    # Allocating and aligning a work space takes as long as a short job.
    made.spare = [block.space for block in blocks[:_SPARE]]
    kept = recorded if job.window else None
    return blocks[0].result(kept) if len(blocks) == 1 else joined([block.result(None) for block in blocks], kept)


def _spans(lanes: int, threads: int) -> list[tuple[int, int]]:
    """Return (first, last) of each block: equal parts, as many for each thread, whole vectors."""
    count = -(-lanes // WIDTH)
    if threads > 1:
        count = min(-(-count // threads) * threads, -(-lanes // PAD))
    if count < 2:
        return [(0, lanes)]
    # Cut between vectors, because a part of one takes as long as a whole one.
    vectors = -(-lanes // PAD)
    edges = [min(vectors * i // count * PAD, lanes) for i in range(count + 1)]
    return list(zip(edges, edges[1:], strict=False))


def _advance(blocks: list[Block], stop: int, threads: int) -> None:
    """Advance blocks to `stop` in several threads, of which the calling one is one."""
    if threads == 1 or len(blocks) == 1:
        for block in blocks:
            block.advance(stop)
        return
    todo = iter(blocks)
    taking = Lock()

    # Blocks are taken one by one, so that a thread that is slowed down by another program holds up no other.
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
        # All blocks are taken: a helper still queued behind another run has nothing to do here.
        helpers = [helper for helper in helpers if not helper.cancel()]
        wait(helpers)
    for helper in helpers:
        helper.result()
