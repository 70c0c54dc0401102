"""Units on an executor: threads, process pools, loky, a dask client."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Protocol, runtime_checkable

from plausiwidgets.assessment.units import Unit, run_unit
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.optimization.result import Result

POLL = 0.05
"""Longest time in s until a stop is noticed while units run elsewhere."""

WINDOW = 1000
"""Largest number of units submitted at a time: enough for hundreds of workers, and bounded for the client."""

HINT = "A model or strategy from a notebook, or with a local function, requires loky.get_reusable_executor() or Dask."


class _Future(Protocol):
    """The part of a future that a study uses."""

    def result(self) -> Result: ...

    def cancel(self) -> object: ...

    def add_done_callback(self, function: Callable[..., object], /) -> object: ...


@runtime_checkable
class Executor(Protocol):
    """An object with ``submit`` as in `concurrent.futures.Executor`.

    Its futures have ``result()``, ``cancel()`` and ``add_done_callback()``.
    """

    def submit(self, function: Callable[[Unit], Result], unit: Unit, /) -> _Future:
        """Return a future of ``function(unit)``."""


class ExecutorDiedError(RuntimeError):
    """The worker processes of an executor have died, so it runs no further search."""


def run_on(
    executor: Executor,
    units: Iterable[Unit],
    checkpoint: Checkpoint,
    begin: Callable[[Unit], object] = lambda unit: None,
) -> Iterator[Result]:
    """Yield the record of every unit as it ends.

    `begin` is called with each unit before it is submitted. A unit that cannot run yields a failed record. If
    `checkpoint` raises, the waiting units are cancelled. The function raises an ExecutorDiedError if a worker died with
    all units of its pool, and a ValueError if no unit can be pickled for this executor.
    """
    sent, unsendable, died = False, [], None
    for unit, answer in _answers(executor, units, checkpoint, begin):
        if isinstance(answer, BrokenExecutor) and not _of_main(unit):
            # The units that ended before the pool broke are still in the queue.
            died = died or answer
        elif isinstance(answer, Exception) and _unsendable(answer):
            unsendable.append((unit, answer))
        else:
            sent = True
            yield _failed(unit, answer) if isinstance(answer, Exception) else answer
    if unsendable and not sent:
        unit, error = unsendable[0]
        what = f"the search for {unit.waiting.pattern} with {unit.waiting.model}"
        raise ValueError(f"assess: {what} cannot be sent to this executor ({error}). {HINT}") from error
    yield from (_failed(unit, error) for unit, error in unsendable)
    if died is not None:
        raise ExecutorDiedError(type(died).__name__) from died


def _answers(
    executor: Executor, units: Iterable[Unit], checkpoint: Checkpoint, begin: Callable[[Unit], object]
) -> Iterator[tuple[Unit, Result | Exception]]:
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    out: dict[int, tuple[Unit, _Future]] = {}  # number → unit and its future
    waiting = enumerate(units)
    try:
        while True:
            for number, unit in islice(waiting, WINDOW - len(out)):
                begin(unit)
                try:
                    future = executor.submit(run_unit, unit)
                except Exception as error:
                    future = Future[Result]()
                    future.set_exception(error)
                out[number] = unit, future
                future.add_done_callback(lambda _, number=number: ended.put(number))
            if not out:
                return
            unit, future = out.pop(_next(ended, checkpoint))
            try:
                answer: Result | Exception = future.result()
            except Exception as error:
                answer = error
            yield unit, answer
    finally:
        for _, future in out.values():
            with suppress(Exception):  # a closed executor may refuse
                future.cancel()


def _next(ended: queue.SimpleQueue[int], checkpoint: Checkpoint) -> int:
    while True:
        checkpoint()
        with suppress(queue.Empty):
            return ended.get(timeout=POLL)


def _failed(unit: Unit, error: Exception) -> Result:
    text = f"could not be run: {type(error).__name__}: {error}".rstrip(": .")
    if _unsendable(error) or isinstance(error, BrokenExecutor):
        return replace(unit.waiting, stop_reason="failed", error=f"{text}. {HINT}")
    return replace(unit.waiting, stop_reason="failed", error=text)


def _of_main(unit: Unit) -> bool:
    """Return whether a unit has code of the main module, which workers of a new process lack and may die of."""
    code = (getattr(unit.model, "step", None), unit.strategy)
    return any(getattr(one, "__module__", None) == "__main__" for one in code)


def _unsendable(error: Exception) -> bool:
    if isinstance(error, pickle.PicklingError):
        return True
    text = str(error).lower()
    return isinstance(error, (AttributeError, TypeError)) and ("pickle" in text or "local object" in text)
