"""Progress of a run or an assessment: an interface of three calls, and what implements it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from plausiwidgets.arguments import shown


class WorkSnapshot(Protocol):
    """What the record of a search and the `StudySnapshot` of an assessment have in common."""

    unit: str
    """What a progress bar counts."""

    @property
    def state(self) -> str:
        """``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` or ``"failed"``."""

    @property
    def ended(self) -> bool:
        """Whether the work is over."""

    @property
    def milestone(self) -> bool:
        """Whether a progress that skips snapshots still shows this one."""

    @property
    def total(self) -> int:
        """Length of a progress bar."""

    @property
    def position(self) -> int:
        """Place on a progress bar."""

    def postfix(self) -> str:
        """Return what stands beside a progress bar."""

    def line(self) -> str:
        """Return the snapshot in one line."""


class Progress(Protocol):
    """What a run tells; called from the run's thread, one call at a time.

    Examples
    --------
    >>> class Dots:
    ...     def init(self, snapshot):
    ...         print("begins", end="")
    ...     def step(self, snapshot):
    ...         print(".", end="")
    ...     def close(self, snapshot):
    ...         print(snapshot.state)
    >>> result = plausiwidgets.optimize("adex", "tonic_spiking", progress=Dots())    # doctest: +SKIP
    begins.....done
    """

    def init(self, snapshot: Any) -> None:
        """Begin."""

    def step(self, snapshot: Any) -> None:
        """Show a finished generation."""

    def close(self, snapshot: Any) -> None:
        """End, with the last snapshot."""


ProgressLike = Progress | Callable[[Any], object] | str | None
"""What `as_progress` takes."""


class NoProgress:
    """Shows nothing."""

    def init(self, snapshot: WorkSnapshot) -> None:
        """Begin."""

    def step(self, snapshot: WorkSnapshot) -> None:
        """Do nothing."""

    def close(self, snapshot: WorkSnapshot) -> None:
        """End."""


class CallbackProgress(NoProgress):
    """Passes every snapshot to a function, the last one included."""

    def __init__(self, callback: Callable[[Any], object]) -> None:
        self.callback = callback

    def step(self, snapshot: WorkSnapshot) -> None:
        """Pass it on."""
        self.callback(snapshot)

    def close(self, snapshot: WorkSnapshot) -> None:
        """Pass it on."""
        self.callback(snapshot)


class TextProgress(NoProgress):
    """One line every few seconds, one for each search that ends, and one at the end.

    Writing ends with the first error, such as that of a terminal that was closed.

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

    def init(self, snapshot: WorkSnapshot) -> None:
        """Begin."""
        self._last = time.monotonic()
        self._lost = False

    def step(self, snapshot: WorkSnapshot) -> None:
        """Write a line, when it is time."""
        if snapshot.milestone or time.monotonic() - self._last >= self.every:
            self._last = time.monotonic()
            self._write(snapshot.line())

    def close(self, snapshot: WorkSnapshot) -> None:
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

    def init(self, snapshot: WorkSnapshot) -> None:
        """Open the bar."""
        from tqdm.auto import tqdm  # type: ignore[import-untyped]

        self._bar = tqdm(total=snapshot.total, unit=snapshot.unit)

    def step(self, snapshot: WorkSnapshot) -> None:
        """Move the bar."""
        self._bar.update(snapshot.position - self._bar.n)
        self._bar.set_postfix_str(snapshot.postfix(), refresh=False)

    def close(self, snapshot: WorkSnapshot) -> None:
        """Close the bar."""
        self.step(snapshot)
        self._bar.close()


_NAMED: dict[str, Callable[[], Progress]] = {"text": TextProgress, "tqdm": TqdmProgress}


def as_progress(progress: ProgressLike) -> Progress:
    """Return what `progress` means: None, a name, a function of a snapshot, or a Progress.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> type(as_progress("text")).__name__, type(as_progress(print)).__name__
    ('TextProgress', 'CallbackProgress')
    """
    if progress is None:
        return NoProgress()
    if isinstance(progress, str) and progress in _NAMED:
        return _NAMED[progress]()
    if all(callable(getattr(progress, call, None)) for call in ("init", "step", "close")):
        return progress  # type: ignore[return-value]
    if callable(progress):
        return CallbackProgress(progress)
    raise ValueError(
        f"progress is {shown(progress)}, valid is: None, 'text', 'tqdm', a function of a snapshot, "
        "or an object with init, step and close"
    )
