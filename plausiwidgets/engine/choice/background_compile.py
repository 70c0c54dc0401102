"""Kernels that are made in the background after an answer without them, and the line on stderr while one is awaited."""

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
"""Time in s from an answer to the making of the kernel: a script that ends with its answer has none to wait for."""

PATIENCE = 1.0
"""Time in s of waiting after which a line names what is awaited."""

_NAME = "plausiwidgets-compile"
_waiting: set[Neuron] = set()
_over = Event()
_one_at_a_time = Lock()


def compile_behind(model: Neuron, delay: float = DELAY) -> None:
    """Make the kernel of `model`, or load it, in the background, `delay` seconds from now.

    A kernel that has been begun is made to its end: Numba interrupted from another thread may keep its locks. Python's
    exit and a fork wait for that one, and for none that has not been begun.
    """

    def work() -> None:
        try:
            _over.wait(delay)
            with _one_at_a_time, suppress(Exception):  # the call that needs the kernel raises the same error
                if not _over.is_set():
                    why_not(model)
        finally:
            _waiting.discard(model)

    if model not in _waiting:
        _waiting.add(model)
        try:
            start_daemon(work, _NAME, _over.set)
        except RuntimeError:  # Python is exiting
            _waiting.discard(model)


def _before_fork() -> None:
    """End the threads, which a child would not have, while it would have their locks; the next request goes on."""
    _over.set()
    for thread in enumerate_threads():
        if thread.name == _NAME and thread is not current_thread():
            thread.join(ENDING)


def _in_child() -> None:
    """Forget a thread that was not waited for: the child has its lock, and not the thread."""
    global _one_at_a_time
    _one_at_a_time = Lock()
    _waiting.clear()
    _over.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_over.clear, after_in_child=_in_child)


@contextmanager
def awaited(model: Neuron) -> Iterator[None]:
    """Say in one line on stderr, if there is one, that the block waits for the kernel of `model` for over a second."""

    def announce() -> None:
        doing = "loading the compiled" if is_ready(model) else "compiling"
        with suppress(Exception):  # it may be closed
            if sys.stderr is not None:  # else print would take stdout
                print(f"plausiwidgets: {doing} model {model.key!r}, which takes some seconds", file=sys.stderr)

    timer = Timer(PATIENCE, announce)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
