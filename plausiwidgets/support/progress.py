"""Progress of a search or an assessment: an interface of three methods and its implementations."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from plausiwidgets.support.arguments import shown
from plausiwidgets.support.quiet import imported
from plausiwidgets.support.renamed import renamed


@dataclass(frozen=True)
class Bar:
    """The content of a progress bar for a snapshot.

    Attributes
    ----------
    unit : str
        Unit of `position` and `total`.
    position : int
        Completed work.
    total : int
        Total work, 0 if it is not known.
    text : str
        Text next to the bar.
    line : str
        The snapshot in one line.
    milestone : bool
        Whether a progress that skips snapshots must show this one.
    """

    unit: str
    position: int
    total: int
    text: str
    line: str
    milestone: bool = False


class WorkSnapshot(Protocol):
    """The attributes of a `Result` or a `StudySnapshot` that a progress uses.

    The state is ``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` or ``"failed"``.
    """

    @property
    def state(self) -> str: ...

    @property
    def ended(self) -> bool: ...

    @property
    def _bar(self) -> Bar: ...


class Progress(Protocol):
    """Interface of an object that receives the snapshots of a search or an assessment in its thread.

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
        """Start the display."""

    def step(self, snapshot: Any) -> None:
        """Show a snapshot."""

    def close(self, snapshot: Any) -> None:
        """End the display with the last snapshot."""


ProgressLike = Progress | Callable[..., object] | str | None
"""A progress, a function of a snapshot, a name, or None."""


class NoProgress:
    """A progress that shows nothing."""

    def init(self, snapshot: WorkSnapshot) -> None:
        """Start the display."""

    def step(self, snapshot: WorkSnapshot) -> None:
        """Show a snapshot."""

    def close(self, snapshot: WorkSnapshot) -> None:
        """End the display."""


class CallbackProgress(NoProgress):
    """A progress that calls a function with every snapshot, including the last one."""

    def __init__(self, callback: Callable[[WorkSnapshot], object]) -> None:
        self.callback = callback

    def step(self, snapshot: WorkSnapshot) -> None:
        """Call the function with a snapshot."""
        self.callback(snapshot)

    close = step


FIRST = 2.0
"""Maximum time in s until the first line of a `TextProgress`."""


class TextProgress(NoProgress):
    """A progress that prints a line to a file at intervals, for each finished search, and at the end.

    It stops printing at the first error, for example if a terminal was closed.

    Parameters
    ----------
    file : file object, optional
        Text file, by default the standard error.
    every : float
        Minimum interval between lines in s. The first line comes after at most 2 s.
    """

    def __init__(self, file: TextIO | None = None, every: float = 2.0) -> None:
        self.file = file
        self.every = every
        self._last, self._lost = 0.0, False

    def init(self, snapshot: WorkSnapshot) -> None:
        """Start the clock."""
        self._last, self._lost = time.monotonic() + min(FIRST - self.every, 0.0), False

    def step(self, snapshot: WorkSnapshot) -> None:
        """Print a line if one is due."""
        if snapshot._bar.milestone or time.monotonic() - self._last >= self.every:
            self._last = time.monotonic()
            self._write(snapshot._bar.line)

    def close(self, snapshot: WorkSnapshot) -> None:
        """Print the last line."""
        self._write(snapshot._bar.line)

    def _write(self, line: str) -> None:
        file = sys.stderr if self.file is None else self.file
        if file is None or self._lost:  # print would write file=None to standard output.
            return
        try:
            print(line, file=file, flush=True)
        except (OSError, ValueError):  # A closed file raises a ValueError.
            self._lost = True


class TqdmProgress(NoProgress):
    """A progress with a tqdm bar over evaluations, or over the searches of an assessment.

    Raises
    ------
    ImportError
        If tqdm is not installed.
    """

    def __init__(self) -> None:
        self._tqdm = imported("tqdm.auto").tqdm  # Import tqdm before any work starts.

    def init(self, snapshot: WorkSnapshot) -> None:
        """Open the bar."""

        self._tqdm_bar = self._tqdm(total=snapshot._bar.total, unit=snapshot._bar.unit)

    def step(self, snapshot: WorkSnapshot) -> None:
        """Move the bar."""
        self._tqdm_bar.update(snapshot._bar.position - self._tqdm_bar.n)
        self._tqdm_bar.set_postfix_str(snapshot._bar.text, refresh=False)

    def close(self, snapshot: WorkSnapshot) -> None:
        """Close the bar."""
        self.step(snapshot)
        self._tqdm_bar.close()


_NAMED: dict[str, Callable[[], Progress]] = {"text": TextProgress, "tqdm": TqdmProgress}


def as_progress(where: str, progress: ProgressLike) -> Progress:
    """Return a Progress for None, a name, a function of a snapshot, or a Progress.

    Raises
    ------
    ValueError
        If `progress` is anything else.
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
        f"{where}: progress must be None, 'text', 'tqdm', a function of a snapshot, or an object with init, step and "
        f"close, got {shown(progress)}."
    )


@renamed
@dataclass(frozen=True)
class Work:
    """A snapshot of work that has no `Result`, for a progress.

    Attributes
    ----------
    what : str
        Name of the function that does the work.
    seconds : float
        Elapsed time in s.
    state : str
        ``"running"`` or ``"done"``.
    done, of : int
        Number of completed items and of all items, 0 if the number is not known.
    each : str
        Name of the items, in the plural.
    """

    what: str
    seconds: float
    state: str = "running"
    done: int = 0
    of: int = 0
    each: str = "sets"

    @property
    def ended(self) -> bool:
        """Whether the work is over."""
        return self.state != "running"

    @property
    def _bar(self) -> Bar:
        """Content of a progress bar, whose unit is seconds if the number of items is not known."""
        counted = f"{self.done} of {self.of} {self.each}, " if self.of else ""
        line = f"{self.what}: {self.state}, {counted}{self.seconds:.1f} s"
        position = self.done if self.of else int(self.seconds)
        return Bar(self.each if self.of else "s", position, self.of, self.what, line)


class Watch:
    """A function that work calls every few milliseconds to report its state to a progress.

    The work sets `done` and `of`, which have the same meaning as in `Work`.
    """

    def __init__(self, what: str, progress: Progress, of: int = 0, each: str = "sets") -> None:
        self.done, self.of, self.each = 0, of, each
        self._what, self._progress, self._began = what, progress, time.monotonic()

    def __call__(self) -> None:
        self._progress.step(self.snapshot())

    def snapshot(self, state: str = "running") -> Work:
        """Return a snapshot of the work."""
        return Work(self._what, time.monotonic() - self._began, state, self.done, self.of, self.each)


@contextmanager
def watched(what: str, progress: ProgressLike, of: int = 0, each: str = "sets") -> Iterator[Watch | None]:
    """Provide a block with a `Watch` that its work must call every few milliseconds, or None without a progress.

    An exception that the progress raises ends the work.
    """
    if progress is None:
        yield None
        return
    shown = as_progress(what, progress)
    watch = Watch(what, shown, of, each)
    shown.init(watch.snapshot())
    yield watch
    shown.close(watch.snapshot("done"))
