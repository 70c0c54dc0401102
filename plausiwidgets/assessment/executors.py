"""Units on whatever has ``submit``: threads, process pools, loky, a dask client."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from plausiwidgets.assessment.units import Unit, run_unit
from plausiwidgets.optimization.result import Result
from plausiwidgets.simulation.lanes import Checkpoint

POLL = 0.05
"""Time in s between two looks at a stop while units run elsewhere."""

WINDOW = 1000
"""Most units that an executor holds at a time: enough for hundreds of workers, and what the client does for each unit
does not grow with their number."""

HINT = "A model defined in a notebook or with a local function needs loky.get_reusable_executor() or a dask client"


@runtime_checkable
class Executor(Protocol):
    """Whatever has ``submit``, as `concurrent.futures.Executor` has it.

    What it returns needs ``result()``, ``cancel()`` and ``add_done_callback()``.
    """

    def submit(self, function: Callable[[Unit], Result], unit: Unit, /) -> Any:
        """Return a future of ``function(unit)``."""


def check_executor(executor: Executor) -> Executor:
    """Return an executor, or raise a ValueError that says what is one."""
    if not isinstance(executor, Executor):
        raise ValueError(
            f"executor is {executor!r}, valid is: None, or anything with submit, such as a "
            "concurrent.futures.ProcessPoolExecutor, loky.get_reusable_executor() or a dask client"
        )
    return executor


def run_on(
    executor: Executor,
    units: Iterable[Unit],
    checkpoint: Checkpoint,
    begin: Callable[[Unit], object] = lambda unit: None,
) -> Iterator[Result]:
    """Yield the record of every unit, in the order in which they end.

    At most `WINDOW` units are handed out at a time; `begin` is called with each before it is.

    A unit that cannot be run, or whose worker died, has failed, and its record says why: a worker that dies
    takes down all that its pool holds. What `checkpoint` raises (a stop) cancels what has not begun, and passes
    through.

    Raises
    ------
    ValueError
        If not one unit can be sent to this executor.
    """
    sent = False
    unsendable: list[tuple[Result, Exception]] = []
    for unit, answer in _answers(executor, units, checkpoint, begin):
        if isinstance(answer, Result):
            sent = True
            yield answer
        elif _unsendable(answer):
            unsendable.append((_failed(unit, answer), answer))
        else:
            sent = True
            yield _failed(unit, answer)
    if unsendable and not sent:
        result, error = unsendable[0]
        what = f"the search of {result.model}, {result.pattern}"
        raise ValueError(f"{what} cannot be sent to this executor ({error}). {HINT}") from error
    yield from (result for result, _ in unsendable)


def _answers(
    executor: Executor, units: Iterable[Unit], checkpoint: Checkpoint, begin: Callable[[Unit], object]
) -> Iterator[tuple[Unit, Result | Exception]]:
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    out: dict[int, tuple[Unit, Any]] = {}  # by their numbers: the future of each unit, or why there is none
    waiting = enumerate(units)
    try:
        while True:
            for number, unit in islice(waiting, WINDOW - len(out)):
                begin(unit)
                try:
                    future = executor.submit(run_unit, unit)
                    if not callable(getattr(future, "add_done_callback", None)):
                        raise TypeError(f"submit returned {future!r}, valid is: a future with add_done_callback")
                except Exception as error:
                    out[number] = unit, error
                    ended.put(number)
                    continue
                out[number] = unit, future
                future.add_done_callback(lambda _, number=number: ended.put(number))
            if not out:
                return
            unit, answer = out.pop(_next(ended, checkpoint))
            if not isinstance(answer, Exception):
                try:
                    answer = answer.result()
                except Exception as error:
                    answer = error
            yield unit, answer
    finally:
        for _, future in out.values():
            with suppress(Exception):  # an executor that was closed may refuse; what there is counts
                future.cancel()


def _next(ended: queue.SimpleQueue[int], checkpoint: Checkpoint) -> int:
    while True:
        checkpoint()
        with suppress(queue.Empty):
            return ended.get(timeout=POLL)


def _failed(unit: Unit, error: Exception) -> Result:
    text = f"could not be run: {type(error).__name__}: {error}".rstrip(": .")
    # The workers of a new process may lack what was defined in the main module, and die of it.
    from_main = getattr(getattr(unit.model, "step", None), "__module__", None) == "__main__"
    if _unsendable(error) or (isinstance(error, BrokenExecutor) and from_main):
        text += f". {HINT}"
    return replace(unit.waiting, reason="failed", error=text)


def _unsendable(error: Exception) -> bool:
    if isinstance(error, pickle.PicklingError):
        return True
    text = str(error).lower()
    return isinstance(error, (AttributeError, TypeError)) and ("pickle" in text or "local object" in text)
