"""Output, exit codes, numbers and Ctrl-C on the command line.

The terminal may close or interrupt the command at any time.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from plausiwidgets.support.renamed import OPTIONS

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes, of which `INTERRUPTED` means that Ctrl-C ended the command."""


class CommandError(Exception):
    """Error of a command, with its message for the user and the exit code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


class _OldOption(argparse.Action):
    """Option of version 0.3, which ends the command with an error that contains the new name."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.error(f"{self.option_strings[0]} is now {self.const}.")


def reject_old_options(parser: argparse.ArgumentParser, command: str) -> None:
    """Add the old options of a command, which end it with an error that contains the new name."""
    for old, new in OPTIONS[command].items():
        parser.add_argument(
            old, action=_OldOption, nargs="?", const=new, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


def whole_number(low: int, high: int | None = None, what: str = "an integer") -> Callable[[str], int]:
    """Return an argparse type for an integer from `low` to `high` (None for unlimited), which errors call `what`."""
    limits = f"≥ {low}" if high is None else f"from {low} to {high}"

    def parse(text: str) -> int:
        digits = text.replace("_", "")
        if not digits.isascii() or not digits.isdigit() or not low <= int(digits) <= (high or int(digits)):
            raise argparse.ArgumentTypeError(f"the value must be {what} {limits}, got {text!r}.")
        return int(digits)

    return parse


def print_table(text: str) -> str:
    """Print to standard output, and return an error or an empty string."""
    if sys.stdout is None:
        return "the table cannot be printed, because standard output is closed."
    try:
        coding = sys.stdout.encoding or "utf-8"
        print(text.encode(coding, "replace").decode(coding), flush=True)  # an ASCII pipe cannot encode ✓
    except (OSError, ValueError) as error:
        return f"the table cannot be printed ({getattr(error, 'strerror', None) or error})."
    return ""


def complain(text: str) -> None:
    """Print a line to standard error if it exists, because `print` would fall back to standard output."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)
    flush_or_close(sys.stderr)


def flush_or_close(stream: TextIO | None) -> None:
    """Flush a stream, or close it if this fails.

    Python would flush the stream again on exit, and exit with code 120.
    """
    if stream is None:
        return
    with suppress(OSError, ValueError):
        try:
            stream.flush()
        except OSError:
            stream.close()


def exit_at_once(*_: object) -> None:
    """Exit immediately on Ctrl-C before the work starts, because imports may suppress a KeyboardInterrupt."""
    if sys.stderr is not None:
        with suppress(OSError):  # write without a buffer, because the signal may arrive during a write to sys.stderr
            os.write(2, b"plausiwidgets: stopped before the command started.\n")
    os._exit(INTERRUPTED)


@contextmanager
def counted_interrupts() -> Iterator[list[int]]:
    """Count each Ctrl-C within a context instead of raising a KeyboardInterrupt.

    No Ctrl-C can then interrupt the writing of a file or the exit of Python.
    """
    presses: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    # Keep any other handler, such as SIG_IGN, which a shell sets for a background job.
    in_main_thread = threading.current_thread() is threading.main_thread()
    ours = in_main_thread and before in (signal.default_int_handler, exit_at_once)
    if ours:
        signal.signal(signal.SIGINT, lambda number, _: presses.append(number))
    try:
        yield presses
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_IGN if presses or before is exit_at_once else before)
