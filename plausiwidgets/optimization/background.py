"""Work in the background: snapshots out, switches in."""

from __future__ import annotations

import threading
import warnings
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from typing import Any, Generic, Literal, Self, TypeVar, cast

from plausiwidgets.optimization.control import Control, Gate, Stopped
from plausiwidgets.optimization.progress import NoProgress, Progress, ProgressLike, WorkSnapshot, as_progress
from plausiwidgets.simulation.threads import start_daemon, step_back

S = TypeVar("S", bound=WorkSnapshot)
R = TypeVar("R")


class Background(ABC, Generic[S, R]):
    """Work in its own thread, or (`execute`) in the caller's.

    Parameters
    ----------
    snapshot : Result or StudySnapshot
        Of the beginning.
    progress : Progress, callable, str or None
        What is told of every step.
    max_seconds : float, optional
        Limit of the working time.
    gate : Gate, optional
        Where a waiting slider goes first; default: the process's own.
    """

    what: str
    """What goes on, in a word."""
    progress_error = ""
    """Why its progress was switched off, or empty."""

    def __init__(
        self, snapshot: S, progress: ProgressLike = None, max_seconds: float | None = None, gate: Gate | None = None
    ) -> None:
        self._snapshot: S = snapshot
        self._progress: Progress = as_progress(progress)
        self._control = Control(max_seconds, gate, self._on_change)
        self._ended = threading.Event()
        self._error: BaseException | None = None

    # -- public --------------------------------------------------------------------------------

    def start(self) -> Self:
        """Begin in a thread of its own."""
        start_daemon(self._work_behind, f"plausiwidgets-{self.what}", self.stop)
        return self

    def execute(self) -> R:
        """Run in the calling thread; KeyboardInterrupt ends it and returns what there is."""
        self._work()
        return self.result()

    def pause(self) -> None:
        """Hold it where it is; it keeps its place within a generation."""
        self._control.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._control.resume()

    def stop(self) -> None:
        """End it and keep what there is."""
        self._control.stop()

    def snapshot(self) -> S:
        """Return the state as it is now."""
        snapshot = self._snapshot
        return snapshot if snapshot.ended else self._with(snapshot)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it came."""
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> R:
        """Wait for the end and return what was found.

        Raises
        ------
        TimeoutError
            If it goes on after `timeout` seconds.
        Exception
            What ended it, such as an error of the model's step or of the store.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the {self.what} goes on after {timeout:g} s")
        if self._error is not None:
            raise self._error
        return self._outcome()

    # -- the work ------------------------------------------------------------------------------

    @abstractmethod
    def _run(self) -> str:
        """Do the work and return the reason of its end; a checkpoint may leave it with `Stopped`."""

    def _finish(self, **ending: str) -> None:
        """Publish the end: its reason and, where it went wrong, the error."""
        self._publish(self._with(self._snapshot, **ending))

    @abstractmethod
    def _outcome(self) -> R:
        """Return what was found."""

    def _report(self, call: Literal["init", "step", "close"] = "step") -> None:
        """Call the progress; one that raises an error is switched off, and the work goes on."""
        try:
            getattr(self._progress, call)(self.snapshot())
        except Stopped:
            raise
        except Exception as error:
            self._progress = NoProgress()
            self.progress_error = _describe(error)
            warn(f"the progress of the {self.what} failed and is switched off ({self.progress_error}), it goes on")

    def _work_behind(self) -> None:
        step_back()
        self._work()

    def _work(self) -> None:
        reason = "stopped"
        self._control.begin()
        try:
            self._report("init")
            reason = self._run()
        except Stopped as stopped:
            reason = str(stopped)
        except KeyboardInterrupt:
            pass
        except BaseException as error:
            self._error = error
        self._control.end()
        try:
            if self._error is None:
                self._finish(reason=reason)
            else:
                self._finish(reason="failed", error=_describe(self._error))
            with suppress(Stopped, KeyboardInterrupt):  # a second Ctrl-C: the work has ended already
                self._report("close")
        except Exception as error:
            self._error = self._error or error
            self._snapshot = self._with(self._snapshot, reason="failed", error=_describe(error))
        finally:
            self._ended.set()

    def _publish(self, snapshot: S) -> None:
        self._snapshot = self._with(snapshot)

    def _with(self, snapshot: S, **fields: Any) -> S:
        """Return a snapshot with the time of now, and other fields."""
        return cast(S, replace(cast(Any, snapshot), seconds=self._control.elapsed, **fields))

    def _on_change(self, state: str) -> None:
        # Within a generation: what it found so far is not counted yet, only the state changes.
        self._snapshot = self._with(self._snapshot, reason=state)


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warn; a filter that turns warnings into errors does not end the work."""
    with suppress(Warning):
        warnings.warn(text, category, stacklevel=2)


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
