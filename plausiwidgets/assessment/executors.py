"""Units on whatever has ``submit``: process pools, loky, a dask client; or here, one by one."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import suppress
from typing import Any

from plausiwidgets.assessment.units import Outcome, Task, make_row, run_unit
from plausiwidgets.simulation.lanes import Checkpoint

POLL = 0.05
"""Time in s between two looks at a stop while units run elsewhere."""

HINT = "A model defined in a notebook or with a local function needs loky.get_reusable_executor() or a dask client"

Lost = list[tuple[Task, Exception]]
"""Tasks without an outcome, in the order of their submission, and why."""


class Elsewhere:
    """Runs tasks on an executor and gives their outcomes as they come.

    A worker that dies takes its task down, and on some executors all others with it: those are tried
    once more together, and what is lost again alone, so that the guilty one is known: only a task
    whose worker dies while it is alone is reported. So is one that cannot be run for another reason,
    twice.

    Parameters
    ----------
    executor : object
        Anything with ``submit(function, argument)`` that returns a future with ``result()`` and
        ``add_done_callback()``.

    Raises
    ------
    ValueError
        If it has no ``submit``.
    """

    def __init__(self, executor: Any) -> None:
        if not callable(getattr(executor, "submit", None)):
            raise ValueError(
                f"executor is {executor!r}, valid is: None, or anything with submit, such as a "
                "concurrent.futures.ProcessPoolExecutor, loky.get_reusable_executor() or a dask client"
            )
        self._executor = executor
        self._own: ProcessPoolExecutor | None = None
        self._works = False

    def run(self, tasks: Iterable[Task], checkpoint: Checkpoint) -> Iterator[Outcome]:
        """Yield the outcome of every task, in the order in which they end.

        What `checkpoint` raises (a stop) cancels what has not begun, and passes through.

        Raises
        ------
        ValueError
            If not one task can be sent to this executor.
        """
        asked = list(tasks)
        lost = yield from self._attempt(asked, checkpoint)
        if asked and not self._works and all(_unsendable(error) for _, error in lost):
            task, error = lost[0]
            raise ValueError(f"unit {task.key!r} cannot be sent to this executor ({error}). {HINT}") from error
        lost = yield from self._again(lost, checkpoint)
        guilty = innocent = False
        while lost:
            died = yield from self._again(lost[:1], checkpoint)
            lost = lost[1:]
            for task, error in died:
                yield self._failed(task, error)
            guilty, innocent = guilty or bool(died), innocent or not died
            if guilty and innocent:
                # Once not all die, the rest need not go one by one; while all do, one pool each is the least.
                lost = yield from self._again(lost, checkpoint)
                guilty = innocent = False

    def close(self) -> None:
        """End the pool that replaced a broken one; the user's own executor is left alone."""
        if self._own is not None:
            self._own.shutdown(wait=False, cancel_futures=True)

    def _again(self, lost: Lost, checkpoint: Checkpoint) -> Generator[Outcome, None, Lost]:
        """Try what is lost together; return those whose worker died, perhaps by another's fault."""
        lost = yield from self._attempt([task for task, _ in lost], checkpoint)
        for task, error in lost:
            if not _died(error):
                yield self._failed(task, error)
        return [(task, error) for task, error in lost if _died(error)]

    def _attempt(self, tasks: list[Task], checkpoint: Checkpoint) -> Generator[Outcome, None, Lost]:
        errors = {}
        for task, outcome in self._gather(tasks, checkpoint):
            if isinstance(outcome, Outcome):
                self._works = True
                yield outcome
            else:
                errors[task.key] = outcome
        return [(task, errors[task.key]) for task in tasks if task.key in errors]

    def _gather(self, tasks: list[Task], checkpoint: Checkpoint) -> Iterator[tuple[Task, Outcome | Exception]]:
        ended: queue.SimpleQueue[tuple[Task, Any]] = queue.SimpleQueue()
        futures = []
        try:
            for task in tasks:
                try:
                    future = self._submit(task)
                except Exception as error:
                    ended.put((task, error))
                    continue
                futures.append(future)
                future.add_done_callback(_to(ended, task))
            for _ in tasks:
                yield _outcome(*_next(ended, checkpoint))
        finally:
            for future in futures:
                with suppress(Exception):  # an executor that was closed may refuse; what there is counts
                    future.cancel()

    def _submit(self, task: Task) -> Any:
        try:
            future = self._executor.submit(run_unit, task)
        except BrokenExecutor:  # since before this task, which is not to blame
            self._renew()
            future = self._executor.submit(run_unit, task)
        if not callable(getattr(future, "add_done_callback", None)):
            raise TypeError(f"submit returned {future!r}, valid is: a future with add_done_callback")
        return future

    def _failed(self, task: Task, error: Exception) -> Outcome:
        named = f"{type(error).__name__}: {error}".rstrip(": .")
        text = f"its worker died twice ({named})" if _died(error) else f"could not be run: {named}"
        if _unsendable(error) or (_died(error) and _is_unknown_to(self._executor, task)):
            text += f". {HINT}"
        return Outcome(task.key, make_row(task, None, "failed", error=text))

    def _renew(self) -> None:
        """Replace a broken pool: a dead process breaks a whole concurrent.futures pool, for good."""
        executor = self._executor
        name = f"{type(executor).__module__}.{type(executor).__name__}"
        if name.startswith(("loky", "joblib")):
            from loky import get_reusable_executor

            self._executor = get_reusable_executor(max_workers=executor._max_workers)
        elif isinstance(executor, ProcessPoolExecutor):
            self.close()
            self._own = self._executor = ProcessPoolExecutor(
                executor._max_workers,  # type: ignore[attr-defined]
                executor._mp_context,  # type: ignore[attr-defined]
                executor._initializer,  # type: ignore[attr-defined]
                executor._initargs,  # type: ignore[attr-defined]
            )


def _to(ended: queue.SimpleQueue[tuple[Task, Any]], task: Task) -> Callable[[Any], None]:
    return lambda future: ended.put((task, future))


def _next(ended: queue.SimpleQueue[tuple[Task, Any]], checkpoint: Checkpoint) -> tuple[Task, Any]:
    while True:
        checkpoint()
        try:
            return ended.get(timeout=POLL)
        except queue.Empty:
            continue


def _outcome(task: Task, future: Any) -> tuple[Task, Outcome | Exception]:
    if isinstance(future, Exception):
        return task, future
    try:
        return task, future.result()
    except Exception as error:
        return task, error


def _died(error: Exception) -> bool:
    # By name: dask need not be there.
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def _unsendable(error: Exception) -> bool:
    if isinstance(error, pickle.PicklingError):
        return True
    text = str(error).lower()
    return isinstance(error, (AttributeError, TypeError)) and ("pickle" in text or "local object" in text)


def _is_unknown_to(executor: Any, task: Task) -> bool:
    """Return whether the workers import the model's step from a ``__main__`` that may not have it."""
    if getattr(getattr(task.model, "step", None), "__module__", None) != "__main__":
        return False
    context = getattr(executor, "_mp_context", None)
    return isinstance(executor, ProcessPoolExecutor) and context is not None and context.get_start_method() != "fork"
