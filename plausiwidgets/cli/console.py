"""A terminal that may close, fill up or interrupt at any moment: what a command prints, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes; the last one is of a command that Ctrl-C ended."""


class CommandError(Exception):
    """What went wrong, in a sentence for the person at the terminal."""


def print_table(text: str) -> str:
    """Print to standard output; return why that failed, or nothing."""
    if sys.stdout is None:
        return "cannot print the table: standard output is closed"
    try:
        coding = sys.stdout.encoding or "utf-8"
        print(text.encode(coding, "replace").decode(coding), flush=True)  # not every pipe can tell a ✓
    except (OSError, ValueError) as error:
        return f"cannot print the table: {getattr(error, 'strerror', None) or error}"
    return ""


def complain(text: str) -> None:
    """Print a line to standard error, where there is one: `print` would take standard output instead."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)
    flush_or_close(sys.stderr)


def flush_or_close(stream: TextIO | None) -> None:
    """Close a stream that takes no more: Python would try again at its end, and exit with 120."""
    if stream is None:
        return
    with suppress(OSError, ValueError):
        try:
            stream.flush()
        except OSError:
            stream.close()


def exit_at_once(*_: object) -> None:
    """End at once on Ctrl-C, before the work: an exception may be lost in the imports, or come as another."""
    if sys.stderr is not None:
        with suppress(OSError):  # past what Python holds of the stream, which it may be in the midst of
            os.write(2, b"plausiwidgets: stopped before it began\n")
    os._exit(INTERRUPTED)


@contextmanager
def counted_interrupts() -> Iterator[list[int]]:
    """Count what comes of Ctrl-C, so that none ends the writing of a file, or Python's own end, in an exception."""
    presses: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    # Anything else is somebody's choice, such as the shell's for a job in the background.
    in_main_thread = threading.current_thread() is threading.main_thread()
    ours = in_main_thread and before in (signal.default_int_handler, exit_at_once)
    if ours:
        signal.signal(signal.SIGINT, lambda number, _: presses.append(number))
    try:
        yield presses
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_IGN if presses or before is exit_at_once else before)
