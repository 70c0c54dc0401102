"""Progress of a search or an assessment: an interface of three calls and its implementations."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from plausiwidgets.support.arguments import shown
from plausiwidgets.support.quiet import imported


class WorkSnapshot(Protocol):
    """What a progress needs of a `Result` or a `StudySnapshot`.

    The state is ``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` or ``"failed"``. A progress that skips snapshots
    must show a milestone. Unit, total, position and postfix are those of a progress bar.
    """

    @property
    def unit(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def ended(self) -> bool: ...

    @property
    def milestone(self) -> bool: ...

    @property
    def total(self) -> int: ...

    @property
    def position(self) -> int: ...

    def postfix(self) -> str: ...

    def line(self) -> str: ...


class Progress(Protocol):
    """Receives the snapshots of a search or an assessment, in its thread.

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
        """Show a snapshot."""

    def close(self, snapshot: Any) -> None:
        """End, with the last snapshot."""


ProgressLike = Progress | Callable[[Any], object] | str | None
"""A progress, a function of a snapshot, a name, or None."""


class NoProgress:
    """Shows nothing."""

    def init(self, snapshot: WorkSnapshot) -> None:
        """Begin."""

    def step(self, snapshot: WorkSnapshot) -> None:
        """Show a snapshot."""

    def close(self, snapshot: WorkSnapshot) -> None:
        """End."""


class CallbackProgress(NoProgress):
    """Calls a function with every snapshot, the last one included."""

    def __init__(self, callback: Callable[[Any], object]) -> None:
        self.callback = callback

    def step(self, snapshot: WorkSnapshot) -> None:
        """Call the function."""
        self.callback(snapshot)

    close = step


class TextProgress(NoProgress):
    """Prints a line to a file (default: standard error) `every` few seconds, for each finished search, and at the end.

    It stops at the first error, such as of a closed terminal.
    """

    def __init__(self, file: TextIO | None = None, every: float = 2.0) -> None:
        self.file = file
        self.every = every
        self._last, self._lost = 0.0, False

    def init(self, snapshot: WorkSnapshot) -> None:
        """Start the clock."""
        self._last, self._lost = time.monotonic(), False

    def step(self, snapshot: WorkSnapshot) -> None:
        """Print a line if one is due."""
        if snapshot.milestone or time.monotonic() - self._last >= self.every:
            self._last = time.monotonic()
            self._write(snapshot.line())

    def close(self, snapshot: WorkSnapshot) -> None:
        """Print the last line."""
        self._write(snapshot.line())

    def _write(self, line: str) -> None:
        file = sys.stderr if self.file is None else self.file
        if file is None or self._lost:  # print would write file=None to standard output
            return
        try:
            print(line, file=file, flush=True)
        except (OSError, ValueError):  # ValueError: a closed file
            self._lost = True


class TqdmProgress(NoProgress):
    """A tqdm bar over evaluations, or over the searches of an assessment; ImportError without tqdm."""

    def __init__(self) -> None:
        self._tqdm = imported("tqdm.auto").tqdm  # before anything runs

    def init(self, snapshot: WorkSnapshot) -> None:
        """Open the bar."""

        self._bar = self._tqdm(total=snapshot.total, unit=snapshot.unit)

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
    """Return a Progress for None, a name, a function of a snapshot or a Progress; ValueError for anything else."""
    if progress is None:
        return NoProgress()
    if isinstance(progress, str) and progress in _NAMED:
        return _NAMED[progress]()
    if all(callable(getattr(progress, call, None)) for call in ("init", "step", "close")):
        return progress  # type: ignore[return-value]
    if callable(progress):
        return CallbackProgress(progress)
    raise ValueError(
        "progress must be None, 'text', 'tqdm', a function of a snapshot, or an object with init, step and close, "
        f"got {shown(progress)}."
    )


@dataclass(frozen=True)
class Work:
    """How far work is that has no `Result` to show: a snapshot for a progress.

    `what` is the name of the function; `done` and `of` are 0 where it is not known how many there are of `each`.
    """

    what: str
    seconds: float
    state: str = "running"
    done: int = 0
    of: int = 0
    each: str = "sets"
    milestone = False

    @property
    def unit(self) -> str:
        """Unit of a progress bar."""
        return self.each if self.of else "s"

    @property
    def ended(self) -> bool:
        """Whether the work is over."""
        return self.state != "running"

    @property
    def total(self) -> int:
        """Length of a progress bar; 0 where it is not known how much is left."""
        return self.of

    @property
    def position(self) -> int:
        """Position on a progress bar."""
        return self.done if self.of else int(self.seconds)

    def postfix(self) -> str:
        """Return the text beside a progress bar."""
        return self.what

    def line(self) -> str:
        """Return the snapshot in one line."""
        counted = f"{self.done} of {self.of} {self.each}, " if self.of else ""
        return f"{self.what}: {self.state}, {counted}{self.seconds:.1f} s"


class Watch:
    """What work calls every few ms: it reports to a progress how far the work is, in `done` and `of` as of a `Work`."""

    def __init__(self, what: str, progress: Progress, of: int = 0, each: str = "sets") -> None:
        self.done, self.of, self.each = 0, of, each
        self._what, self._progress, self._began = what, progress, time.monotonic()

    def __call__(self) -> None:
        self._progress.step(self.snapshot())

    def snapshot(self, state: str = "running") -> Work:
        """Return how far the work is."""
        return Work(self._what, time.monotonic() - self._began, state, self.done, self.of, self.each)


@contextmanager
def watched(what: str, progress: ProgressLike, of: int = 0, each: str = "sets") -> Iterator[Watch | None]:
    """Give a block what its work calls every few ms, and report it to a progress; None where there is no progress.

    What the progress raises ends the work.
    """
    if progress is None:
        yield None
        return
    shown = as_progress(progress)
    watch = Watch(what, shown, of, each)
    shown.init(watch.snapshot())
    yield watch
    shown.close(watch.snapshot("done"))
