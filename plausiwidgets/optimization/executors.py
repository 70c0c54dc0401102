"""Units on whatever has ``submit``: process pools, loky, a dask client; or here, one by one."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, ProcessPoolExecutor
from typing import Any

from plausiwidgets.optimization.units import Outcome, Task, make_row, run_unit
from plausiwidgets.simulation.lanes import Checkpoint

POLL = 0.05
"""Time in s between two looks at a stop while units run elsewhere."""


class Elsewhere:
    """Runs tasks on an executor and gives their outcomes as they come.

    A worker that dies takes its task down, and on some executors all others with it: each of
    those is tried once more, alone, so that the guilty one is known; dying again, it is reported.

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

    def run(self, tasks: Iterable[Task], checkpoint: Checkpoint) -> Iterator[Outcome]:
        """Yield the outcome of every task, in the order in which they end.

        What `checkpoint` raises (a stop) cancels what has not begun, and passes through.
        """
        lost: list[tuple[Task, BaseException]] = []
        for task, outcome in self._gather(list(tasks), checkpoint):
            if isinstance(outcome, Outcome):
                yield outcome
            else:
                lost.append((task, outcome))
        for task, error in lost:
            self._renew()
            ((_, outcome),) = self._gather([task], checkpoint)
            if isinstance(outcome, Outcome):
                yield outcome
            else:
                text = f"its worker died twice ({type(error).__name__}, {type(outcome).__name__}: {outcome})"
                yield Outcome(task.key, make_row(task, None, "failed", error=text))

    def close(self) -> None:
        """End the pool that replaced a broken one; the user's own executor is left alone."""
        if self._own is not None:
            self._own.shutdown(wait=False, cancel_futures=True)

    def _gather(self, tasks: list[Task], checkpoint: Checkpoint) -> Iterator[tuple[Task, Outcome | BaseException]]:
        ended: queue.SimpleQueue[tuple[Task, Any]] = queue.SimpleQueue()
        futures = []
        try:
            for task in tasks:
                try:
                    future = self._executor.submit(run_unit, task)
                except BrokenExecutor as error:
                    ended.put((task, error))
                    continue
                futures.append(future)
                future.add_done_callback(_to(ended, task))
            for _ in tasks:
                yield _outcome(*_next(ended, checkpoint))
        finally:
            for future in futures:
                future.cancel()

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


def _outcome(task: Task, future: Any) -> tuple[Task, Outcome | BaseException]:
    if isinstance(future, BaseException):
        return task, future
    try:
        return task, future.result()
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        if "pickle" not in str(error).lower():
            return task, error
        raise ValueError(
            f"unit {task.key!r} cannot be sent to this executor ({error}). A model defined in a notebook or "
            "with a local function needs loky.get_reusable_executor() or a dask client"
        ) from error
    except CancelledError as error:
        return task, error
    except Exception as error:
        return task, error
