"""Progress of a run or an assessment as an interface of three calls, so that a run knows no screen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO


class Progress(Protocol):
    """What a run tells; called from the run's thread, one call at a time."""

    def init(self, snapshot: Any) -> None:
        """Begin."""

    def step(self, snapshot: Any) -> None:
        """Show a finished generation."""

    def close(self, snapshot: Any) -> None:
        """End, with the last snapshot."""


class NoProgress:
    """Shows nothing."""

    def init(self, snapshot: Any) -> None:
        """Begin."""

    def step(self, snapshot: Any) -> None:
        """Do nothing."""

    def close(self, snapshot: Any) -> None:
        """End."""


class CallbackProgress(NoProgress):
    """Passes every snapshot to a function, the last one included."""

    def __init__(self, callback: Callable[[Any], Any]) -> None:
        self.callback = callback

    def step(self, snapshot: Any) -> None:
        """Pass it on."""
        self.callback(snapshot)

    def close(self, snapshot: Any) -> None:
        """Pass it on."""
        self.callback(snapshot)


class TextProgress(NoProgress):
    """One line every few seconds, one for each search that ends, and one at the end.

    A stream that fails, such as that of a terminal that was closed, is written to no more.

    Parameters
    ----------
    file : text stream, optional
        Default: standard error.
    every : float
        Least time between two lines, in s.
    """

    def __init__(self, file: TextIO | None = None, every: float = 2.0) -> None:
        self.file = file
        self.every = every
        self._last = 0.0
        self._lost = False

    def init(self, snapshot: Any) -> None:
        """Begin."""
        self._last = time.monotonic()
        self._lost = False

    def step(self, snapshot: Any) -> None:
        """Write a line, when it is time."""
        if getattr(snapshot, "ended_unit", None) or time.monotonic() - self._last >= self.every:
            self._last = time.monotonic()
            self._write(snapshot.line())

    def close(self, snapshot: Any) -> None:
        """Write the last line."""
        self._write(snapshot.line())

    def _write(self, line: str) -> None:
        file = sys.stderr if self.file is None else self.file
        if file is None or self._lost:  # without a standard error, print would take standard output
            return
        try:
            print(line, file=file, flush=True)
        except (OSError, ValueError):  # ValueError: it was closed
            self._lost = True


class TqdmProgress(NoProgress):
    """A tqdm bar over evaluations, or over the searches of an assessment.

    tqdm is not a dependency: install it to use this.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options
        self._bar: Any = None

    def init(self, snapshot: Any) -> None:
        """Open the bar."""
        from tqdm.auto import tqdm  # type: ignore[import-untyped]

        self._bar = tqdm(total=snapshot.total, unit=snapshot.unit, **self.options)

    def step(self, snapshot: Any) -> None:
        """Move the bar."""
        self._bar.update(snapshot.position - self._bar.n)
        self._bar.set_postfix_str(snapshot.postfix(), refresh=False)

    def close(self, snapshot: Any) -> None:
        """Close the bar."""
        self.step(snapshot)
        self._bar.close()


def as_progress(progress: Any) -> Progress:
    """Return what `progress` means: None, a name, a function of a snapshot, or a Progress.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if progress is None or progress is False:
        return NoProgress()
    if progress is True or progress == "text":
        return TextProgress()
    if progress == "tqdm":
        return TqdmProgress()
    if all(callable(getattr(progress, call, None)) for call in ("init", "step", "close")):
        return progress  # type: ignore[no-any-return]
    if callable(progress):
        return CallbackProgress(progress)
    raise ValueError(
        f"progress is {progress!r}, valid is: None, 'text', 'tqdm', a function of a snapshot, "
        "or an object with init, step and close"
    )
