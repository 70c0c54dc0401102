"""Compilation of kernels in a background thread, and a message on stderr during a long wait."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Timer, current_thread
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING

from plausiwidgets.engine.compiled.engine import is_ready, why_not
from plausiwidgets.engine.threads import ENDING, start_daemon

if TYPE_CHECKING:
    from plausiwidgets.engine.neuron import Neuron

DELAY = 1.0
"""Delay in s between a result and the compilation, so that a short script ends without waiting for a kernel."""

PATIENCE = 1.0
"""Time in s after which a wait for a kernel is reported on stderr."""

_NAME = "plausiwidgets-compile"
_waiting: set[Neuron] = set()
_over = Event()
_one_at_a_time = Lock()


def compile_in_background(model: Neuron, delay: float = DELAY) -> None:
    """Compile or load the kernel of `model` in a background thread, after `delay` seconds.

    A compilation that has started always runs to its end, because Numba may keep its locks if another thread interrupts
    it. The exit of Python and a fork wait for the running compilation and cancel those that have not started.
    """

    def work() -> None:
        try:
            _over.wait(delay)
            with _one_at_a_time, suppress(Exception):  # The call that needs the kernel raises the same error.
                if not _over.is_set():
                    why_not(model)
        finally:
            _waiting.discard(model)

    if model not in _waiting:
        _waiting.add(model)
        try:
            start_daemon(work, _NAME, _over.set)
        except RuntimeError:  # Python is exiting.
            _waiting.discard(model)


def _before_fork() -> None:
    """Stop the background threads before a fork.

    A child process would inherit their locks but not the threads. The next request starts a new thread.
    """
    _over.set()
    for thread in enumerate_threads():
        if thread.name == _NAME and thread is not current_thread():
            thread.join(ENDING)


def _in_child() -> None:
    """Reset the state in a forked child, which inherits the lock of a running thread but not the thread."""
    global _one_at_a_time
    _one_at_a_time = Lock()
    _waiting.clear()
    _over.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_over.clear, after_in_child=_in_child)


@contextmanager
def announced_wait(model: Neuron) -> Iterator[None]:
    """Print a message on stderr if the block waits longer than `PATIENCE` for the kernel of `model`."""

    def announce() -> None:
        doing = "loading the compiled" if is_ready(model) else "compiling"
        with suppress(Exception):  # The stream may be closed.
            if sys.stderr is not None:  # With file=None, print would write to stdout.
                print(f"plausiwidgets: {doing} model {model.key!r}, which takes some seconds", file=sys.stderr)

    timer = Timer(PATIENCE, announce)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
