"""Work in the background that can be paused, stopped and inspected."""

from __future__ import annotations

import threading
import time
import warnings
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from typing import Any, Generic, Literal, NoReturn, Self, TypeVar, cast

from plausiwidgets.engine.threads import lower_priority, start_daemon
from plausiwidgets.optimization.control import Gate, StoppedError, chosen_gate
from plausiwidgets.support.progress import NoProgress, Progress, ProgressLike, WorkSnapshot, as_progress

S = TypeVar("S", bound=WorkSnapshot)
R = TypeVar("R")


class Background(ABC, Generic[S, R]):
    """Base class of work in a separate thread (`start`) or in the calling thread (`execute`)."""

    what: str
    """Name of the work in messages."""
    _function: str
    """Function whose name precedes an error about an argument."""
    progress_error = ""
    """Error that switched the progress display off, or an empty string."""

    def __init__(
        self, snapshot: S, progress: ProgressLike = None, time_limit: float | None = None, gate: Gate | None = None
    ) -> None:
        self._snapshot: S = snapshot
        self._progress: Progress = as_progress(self._function, progress)
        self._time_limit = time_limit
        self._gate = gate or chosen_gate()
        self._changed = threading.Condition()
        self._paused = False
        self._stopping = False
        self._begun = False
        self._began = time.monotonic()
        self._idle = 0.0
        self._idle_since: float | None = None
        self._ended = threading.Event()
        self._error: BaseException | None = None

    # -- public --------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the work in a separate thread.

        Raises
        ------
        ValueError
            If the work has already started.
        """
        self._begin()
        start_daemon(self._work_behind, f"plausiwidgets-{self.what}", self.stop)
        return self

    def execute(self) -> R:
        """Run the work in the calling thread, and return its result.

        A KeyboardInterrupt ends the work. The method then returns the result so far.

        Raises
        ------
        ValueError
            If the work has already started.
        """
        self._begin()
        self._work()
        return self.result()

    def pause(self) -> None:
        """Pause the work, even within a generation."""
        self._switch(paused=True)

    def resume(self) -> None:
        """Resume paused work."""
        self._switch(paused=False)

    def stop(self) -> None:
        """Stop the work, and keep the result so far."""
        self._switch(stopping=True)

    @property
    def stopping(self) -> bool:
        """Whether a stop was requested, even if the work has not ended yet."""
        return self._stopping

    def snapshot(self) -> S:
        """Return the current state of the work."""
        snapshot = self._snapshot
        return snapshot if snapshot.ended else self._with(snapshot)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait at most `timeout` seconds for the end of the work, and return whether it has ended."""
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> R:
        """Wait for the end of the work, and return its result.

        Raises
        ------
        TimeoutError
            If the work has not ended after `timeout` seconds.
        Exception
            The error that ended the work, for example in the step of a model.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the {self.what} has not ended after {timeout:g} s.")
        if self._error is not None:
            raise self._error
        return self._outcome()

    def __getstate__(self) -> NoReturn:
        """Raise a TypeError, because a thread cannot be sent to another process."""
        raise TypeError(
            f"a running {self.what} cannot be pickled. Pickle its result() or its snapshot() instead of the run."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._snapshot!r}>"

    def __str__(self) -> str:
        return str(self.snapshot())

    # -- switches and clock --------------------------------------------------------------------

    def _switch(self, paused: bool = False, stopping: bool = False) -> None:
        with self._changed:
            self._paused = paused
            self._stopping |= stopping
            self._changed.notify_all()

    def _checkpoint(self) -> None:
        """Wait while the work is paused or the gate is closed.

        The work calls this method about every 10 ms.

        Raises
        ------
        StoppedError
            After a stop, or after the time limit.
        """
        while not self._stopping:
            if self._time_limit is not None and self._elapsed >= self._time_limit:
                raise StoppedError("time")
            if self._paused:
                self._wait_for_resume()
            elif self._gate.wait():
                return
        raise StoppedError("stopped")

    def _wait_for_resume(self) -> None:
        # The current generation is not counted yet, so only the state of the snapshot changes.
        self._snapshot = self._with(self._snapshot, stop_reason="paused")
        with self._changed:
            self._idle_since = time.monotonic()
            while self._paused and not self._stopping:
                self._changed.wait()
            self._idle += time.monotonic() - self._idle_since
            self._idle_since = None
        if not self._stopping:
            self._snapshot = self._with(self._snapshot, stop_reason="running")

    @property
    def _elapsed(self) -> float:
        """Working time in s, including waits at the gate but not pauses."""
        now = time.monotonic()
        idle_since = self._idle_since
        return now - self._began - self._idle - (now - idle_since if idle_since is not None else 0.0)

    # -- the work ------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._begun:
            raise ValueError(f"the {self.what} has already started. Use snapshot() or result() to get its state.")
        self._begun = True

    @abstractmethod
    def _run(self) -> str:
        """Do the work and return the reason of its end, unless a checkpoint raises `StoppedError`."""

    def _finish(self, **ending: str) -> None:
        """Publish the last snapshot, with the reason of the end and the error of a failure."""
        self._publish(self._with(self._snapshot, **ending))

    @abstractmethod
    def _outcome(self) -> R:
        """Return the result of ended work."""

    def _report(self, call: Literal["init", "step", "close"] = "step") -> None:
        """Call a method of the progress display, which is switched off if it raises an error."""
        try:
            getattr(self._progress, call)(self.snapshot())
        except StoppedError:
            raise
        except Exception as error:
            self._progress = NoProgress()
            self.progress_error = _describe(error)
            warn(f"{self.what}: the progress display failed and is now off ({self.progress_error}).")

    def _work_behind(self) -> None:
        lower_priority()
        self._work()

    def _work(self) -> None:
        reason = "stopped"
        self._began = time.monotonic()
        try:
            self._report("init")
            reason = self._run()
        except StoppedError as stopped:
            reason = str(stopped)
        except KeyboardInterrupt:
            pass
        except BaseException as error:
            self._error = error
        try:
            if self._error is None:
                self._finish(stop_reason=reason)
            else:
                self._finish(stop_reason="failed", error=_describe(self._error))
            with suppress(StoppedError, KeyboardInterrupt):  # a second Ctrl-C may interrupt the display
                self._report("close")
        except Exception as error:
            self._error = self._error or error
            self._snapshot = self._with(self._snapshot, stop_reason="failed", error=_describe(error))
        finally:
            self._ended.set()

    def _publish(self, snapshot: S) -> None:
        self._snapshot = self._with(snapshot)

    def _with(self, snapshot: S, **fields: object) -> S:
        """Return a copy of a snapshot with the current working time and other changed fields."""
        return cast(S, replace(cast(Any, snapshot), seconds=self._elapsed, **fields))


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning without raising it, because a filter that turns warnings into errors would end the work."""
    with suppress(Warning):
        warnings.warn(text, category, stacklevel=2)


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
