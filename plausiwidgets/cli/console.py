"""Output, exit codes, numbers and Ctrl-C on the command line; the terminal may close or interrupt at any moment."""

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
"""Exit codes; INTERRUPTED: ended by Ctrl-C."""


class CommandError(Exception):
    """An error of a command; its text is shown to the user, and `code` is the exit code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


class _OldOption(argparse.Action):
    """An option of 0.3, which ends the command with an error that contains the new name."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.error(f"{self.option_strings[0]} is now {self.const}.")


def reject_old_options(parser: argparse.ArgumentParser, command: str) -> None:
    """Make each old option of a command end it with an error that contains the new name."""
    for old, new in OPTIONS[command].items():
        parser.add_argument(
            old, action=_OldOption, nargs="?", const=new, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


def whole_number(low: int, high: int | None = None, what: str = "an integer") -> Callable[[str], int]:
    """Return an argparse type: an integer from `low` to `high` (None: unlimited), which errors call `what`."""
    limits = f"≥ {low}" if high is None else f"from {low} to {high}"

    def parse(text: str) -> int:
        digits = text.replace("_", "")
        if not digits.isascii() or not digits.isdigit() or not low <= int(digits) <= (high or int(digits)):
            raise argparse.ArgumentTypeError(f"the value must be {what} {limits}, got {text!r}.")
        return int(digits)

    return parse


def print_table(text: str) -> str:
    """Print to standard output; return an error, or an empty string."""
    if sys.stdout is None:
        return "the table cannot be printed, because standard output is closed."
    try:
        coding = sys.stdout.encoding or "utf-8"
        print(text.encode(coding, "replace").decode(coding), flush=True)  # an ASCII pipe cannot encode ✓
    except (OSError, ValueError) as error:
        return f"the table cannot be printed ({getattr(error, 'strerror', None) or error})."
    return ""


def complain(text: str) -> None:
    """Print a line to standard error, if there is one; `print` alone would fall back to standard output."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)
    flush_or_close(sys.stderr)


def flush_or_close(stream: TextIO | None) -> None:
    """Flush a stream, or close one that fails: Python would flush it again on exit, and exit with 120."""
    if stream is None:
        return
    with suppress(OSError, ValueError):
        try:
            stream.flush()
        except OSError:
            stream.close()


def exit_at_once(*_: object) -> None:
    """Exit at once on Ctrl-C before the work begins: imports may swallow or replace a KeyboardInterrupt."""
    if sys.stderr is not None:
        with suppress(OSError):  # unbuffered: the signal may arrive during a write to sys.stderr
            os.write(2, b"plausiwidgets: stopped before the command started.\n")
    os._exit(INTERRUPTED)


@contextmanager
def counted_interrupts() -> Iterator[list[int]]:
    """Count presses of Ctrl-C in place of raising, so that none interrupts the writing of a file or Python's exit."""
    presses: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    # Keep any other handler, such as SIG_IGN that a shell sets for a background job.
    in_main_thread = threading.current_thread() is threading.main_thread()
    ours = in_main_thread and before in (signal.default_int_handler, exit_at_once)
    if ours:
        signal.signal(signal.SIGINT, lambda number, _: presses.append(number))
    try:
        yield presses
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_IGN if presses or before is exit_at_once else before)
