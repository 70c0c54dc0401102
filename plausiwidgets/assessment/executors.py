"""Units of a study on an executor: threads, process pools, loky or a Dask client."""

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
"""Maximum time in s until a stop is noticed while units run in other processes."""

WINDOW = 1000
"""Maximum number of submitted units, which is enough for hundreds of workers and limits the memory of the client."""

HINT = "A model or strategy from a notebook, or with a local function, requires loky.get_reusable_executor() or Dask."


class _Future(Protocol):
    """Part of a future that a study uses."""

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
    """Error for an executor whose worker processes have died, so that it cannot run another search."""


def run_on(
    executor: Executor,
    units: Iterable[Unit],
    checkpoint: Checkpoint,
    begin: Callable[[Unit], object] = lambda unit: None,
) -> Iterator[Result]:
    """Yield the record of every unit when it ends.

    Parameters
    ----------
    checkpoint : callable
        Function that may raise an exception, which cancels the waiting units.
    begin : callable
        Function that is called with each unit before it is submitted.

    Yields
    ------
    Result
        A failed record for a unit that cannot run.

    Raises
    ------
    ExecutorDiedError
        If the worker processes of a pool died.
    ValueError
        If no unit can be pickled for this executor.
    """
    sent, unsendable, died = False, [], None
    for unit, answer in _answers(executor, units, checkpoint, begin):
        if isinstance(answer, BrokenExecutor) and not _of_main(unit):
            # Continue, because the units that ended before the pool broke are still in the queue.
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
    out: dict[int, tuple[Unit, _Future]] = {}  # unit and future by number
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
            with suppress(Exception):  # a closed executor may raise an error
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
    """Return whether a unit contains code of the main module, which may crash workers because they lack it."""
    code = (getattr(unit.model, "step", None), unit.strategy)
    return any(getattr(one, "__module__", None) == "__main__" for one in code)


def _unsendable(error: Exception) -> bool:
    if isinstance(error, pickle.PicklingError):
        return True
    text = str(error).lower()
    return isinstance(error, (AttributeError, TypeError)) and ("pickle" in text or "local object" in text)
