"""A search in the background: snapshots out, switches in."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from plausiwidgets.optimization.control import Control, Stopped
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.priority import Gate
from plausiwidgets.optimization.progress import Progress, as_progress
from plausiwidgets.optimization.result import Result, make_result
from plausiwidgets.optimization.snapshot import Snapshot, take


class Run:
    """An optimization, in its own thread or (`execute`) in the caller's.

    Made by `plausiwidgets.start_optimization`. Pause and stop take effect inside of a generation;
    a generation that a stop interrupts does not count. The same seed gives the same run, paused or
    not.

    Parameters
    ----------
    optimizer : Optimizer
    max_seconds : float, optional
        Limit of the working time.
    progress : Progress, callable, str or None
        What is told of every generation.
    gate : Gate, optional
        Where a waiting slider goes first; default: the process's own.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_seconds: float | None = None,
        progress: Any = None,
        gate: Gate | None = None,
    ) -> None:
        self.optimizer = optimizer
        self._progress: Progress = as_progress(progress)
        self._control = Control(max_seconds, gate, self._on_change)
        self._ended = threading.Event()
        self._snapshot = take(optimizer, "running", 0.0)
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None

    # -- for everyone --------------------------------------------------------------------------

    def start(self) -> Run:
        """Begin in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="plausiwidgets-optimization", daemon=True)
        self._thread.start()
        return self

    def pause(self) -> None:
        """Hold the run where it is; it keeps its place within the generation."""
        self._control.pause()

    def resume(self) -> None:
        """Let a paused run go on."""
        self._control.resume()

    def stop(self) -> None:
        """End the run and keep its best."""
        self._control.stop()

    def snapshot(self) -> Snapshot:
        """Return the state as it is now."""
        snapshot = self._snapshot
        return snapshot if snapshot.ended else replace(snapshot, elapsed=self._control.elapsed)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it came."""
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the end and return what was found.

        Raises
        ------
        TimeoutError
            If the run goes on after `timeout` seconds.
        Exception
            What the model's step raised.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the optimization goes on after {timeout:g} s")
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    # -- the work ------------------------------------------------------------------------------

    def execute(self) -> Result:
        """Run in the calling thread; KeyboardInterrupt ends it and returns what there is."""
        self._work()
        return self.result()

    def _work(self) -> None:
        control, optimizer = self._control, self.optimizer
        control.begin()
        reason, robustness = "stopped", None
        try:
            self._progress.init(self.snapshot())
            while True:
                control.checkpoint()
                if optimizer.step(control.checkpoint) is None:
                    break
                self._publish("running")
                self._progress.step(self._snapshot)
            if optimizer.best is not None and optimizer.best.fragile is not None:
                self._publish("running", phase="verify")
                robustness = optimizer.robustness(control.checkpoint)
            reason = "solved" if optimizer.solved else "budget"
        except Stopped as stopped:
            reason = str(stopped)
        except KeyboardInterrupt:
            reason = "stopped"
        except BaseException as error:
            self._error = error
        self._finish(reason, robustness)

    def _finish(self, reason: str, robustness: float | None) -> None:
        self._control.end()
        elapsed = self._control.elapsed
        try:
            if self._error is None:
                self._result = make_result(self.optimizer, elapsed, reason, robustness)
                state = "done" if self._result.reproducible else "stopped"
                self._publish(state, phase=self._snapshot.phase)
            else:
                text = f"{type(self._error).__name__}: {self._error}"
                self._publish("failed", phase=self._snapshot.phase, error=text)
            self._progress.close(self._snapshot)
        except Exception as error:
            self._error = self._error or error
            self._snapshot = replace(self._snapshot, state="failed", error=f"{type(error).__name__}: {error}")
        finally:
            self._ended.set()

    def _publish(self, state: str, phase: str = "", error: str = "") -> None:
        self._snapshot = take(self.optimizer, state, self._control.elapsed, phase, error)

    def _on_change(self, state: str) -> None:
        # Within a generation: what it found so far is not counted yet, only the state changes.
        self._snapshot = replace(self._snapshot, state=state, elapsed=self._control.elapsed)
