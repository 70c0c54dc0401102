"""Units on whatever has ``submit``: threads, process pools, loky, a dask client."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

from plausiwidgets.assessment.units import Outcome, Task, make_row, run_unit
from plausiwidgets.simulation.lanes import Checkpoint

POLL = 0.05
"""Time in s between two looks at a stop while units run elsewhere."""

HINT = "A model defined in a notebook or with a local function needs loky.get_reusable_executor() or a dask client"


@runtime_checkable
class Executor(Protocol):
    """Whatever has ``submit``, as `concurrent.futures.Executor` has it.

    What it returns needs ``result()``, ``cancel()`` and ``add_done_callback()``.
    """

    def submit(self, function: Callable[[Task], Outcome], task: Task, /) -> Any:
        """Return a future of ``function(task)``."""


def check_executor(executor: Executor) -> Executor:
    """Return an executor, or raise a ValueError that says what is one."""
    if not isinstance(executor, Executor):
        raise ValueError(
            f"executor is {executor!r}, valid is: None, or anything with submit, such as a "
            "concurrent.futures.ProcessPoolExecutor, loky.get_reusable_executor() or a dask client"
        )
    return executor


def run_on(executor: Executor, tasks: Iterable[Task], checkpoint: Checkpoint) -> Iterator[Outcome]:
    """Yield the outcome of every task, in the order in which they end.

    A task that cannot be run, or whose worker died, is a failed row that says why: a worker that dies
    takes down all that its pool holds, and a study with a store tries these again. What `checkpoint`
    raises (a stop) cancels what has not begun, and passes through.

    Raises
    ------
    ValueError
        If not one task can be sent to this executor.
    """
    asked = list(tasks)
    unsendable: list[Outcome] = []
    for task, answer in _answers(executor, asked, checkpoint):
        if isinstance(answer, Outcome):
            yield answer
            continue
        outcome = _failed(task, answer)
        if not _unsendable(answer):
            yield outcome
            continue
        unsendable.append(outcome)
        if len(unsendable) == len(asked):
            raise ValueError(f"unit {task.key!r} cannot be sent to this executor ({answer}). {HINT}") from answer
    yield from unsendable


def _answers(
    executor: Executor, tasks: list[Task], checkpoint: Checkpoint
) -> Iterator[tuple[Task, Outcome | Exception]]:
    ended: queue.SimpleQueue[tuple[Task, Any]] = queue.SimpleQueue()
    futures = []
    try:
        for task in tasks:
            try:
                future = executor.submit(run_unit, task)
                if not callable(getattr(future, "add_done_callback", None)):
                    raise TypeError(f"submit returned {future!r}, valid is: a future with add_done_callback")
            except Exception as error:
                ended.put((task, error))
                continue
            futures.append(future)
            future.add_done_callback(lambda future, task=task: ended.put((task, future)))
        for _ in tasks:
            task, answer = _next(ended, checkpoint)
            if not isinstance(answer, Exception):
                try:
                    answer = answer.result()
                except Exception as error:
                    answer = error
            yield task, answer
    finally:
        for future in futures:
            with suppress(Exception):  # an executor that was closed may refuse; what there is counts
                future.cancel()


def _next(ended: queue.SimpleQueue[tuple[Task, Any]], checkpoint: Checkpoint) -> tuple[Task, Any]:
    while True:
        checkpoint()
        with suppress(queue.Empty):
            return ended.get(timeout=POLL)


def _failed(task: Task, error: Exception) -> Outcome:
    text = f"could not be run: {type(error).__name__}: {error}".rstrip(": .")
    # The workers of a new process may lack what was defined in the main module, and die of it.
    from_main = getattr(getattr(task.unit.model, "step", None), "__module__", None) == "__main__"
    if _unsendable(error) or (isinstance(error, BrokenExecutor) and from_main):
        text += f". {HINT}"
    return Outcome(task.key, make_row(task, None, "failed", error=text))


def _unsendable(error: Exception) -> bool:
    if isinstance(error, pickle.PicklingError):
        return True
    text = str(error).lower()
    return isinstance(error, (AttributeError, TypeError)) and ("pickle" in text or "local object" in text)
