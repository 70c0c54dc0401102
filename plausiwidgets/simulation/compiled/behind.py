"""Kernels that are made in the background after an answer without them, and what is said while one is awaited."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread, Timer, current_thread
from typing import TYPE_CHECKING

from plausiwidgets.simulation.compiled.engine import is_ready, why_not
from plausiwidgets.simulation.threads import ENDING, start_daemon

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

DELAY = 1.0
"""Time in s from an answer to the making of the kernel: a script that ends with its answer has none to wait for."""

TOLD = 1.0
"""Time in s of waiting after which a line says what is awaited."""


class _Maker:
    """The kernels that are to be made, and the thread that makes them, one after the other, while there are some.

    A kernel that has been begun is made to its end: Numba interrupted from another thread may keep its locks. Python's
    exit and a fork wait for that one, and for none that has not been begun.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._due: dict[NeuronModel, float] = {}
        self._thread: Thread | None = None
        self._forking = False

    def request(self, model: NeuronModel, delay: float) -> None:
        """Make a kernel some time from now, or as soon as was requested before."""
        with self._changed:
            due = time.monotonic() + delay
            self._due[model] = min(due, self._due.get(model, due))
            if self._thread is None and not self._forking:
                with suppress(RuntimeError):  # Python is exiting
                    self._thread = start_daemon(self._work, "plausiwidgets-compile", self._forget)
            self._changed.notify_all()

    def before_fork(self) -> None:
        """End the thread, which a child would not have, while it would have its locks; the next request goes on."""
        with self._changed:
            thread, self._forking = self._thread, True
            self._changed.notify_all()
        if thread is not None and thread is not current_thread():
            thread.join(ENDING)
        self._forking = False

    def _forget(self) -> None:
        with self._changed:
            self._due.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._due or self._forking:
                    self._thread = None
                    return
                model = min(self._due, key=self._due.__getitem__)
                left = self._due[model] - time.monotonic()
                if left > 0.0:
                    self._changed.wait(left)
                    continue
                del self._due[model]
            with suppress(Exception):  # whoever needs the kernel meets the same error
                why_not(model)
            del model


_maker = _Maker()


def _forked() -> None:
    global _maker
    _maker = _Maker()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: _maker.before_fork(), after_in_child=_forked)


def compile_behind(model: NeuronModel, delay: float = DELAY) -> None:
    """Make the kernel of `model`, or load it, in the background, `delay` seconds from now."""
    _maker.request(model, delay)


@contextmanager
def awaited(model: NeuronModel) -> Iterator[None]:
    """Say in one line on stderr, if there is one, that the block waits for the kernel of `model` for over a second."""

    def tell() -> None:
        doing = "loading the compiled" if is_ready(model) else "compiling"
        with suppress(Exception):  # it may be closed
            if sys.stderr is not None:  # else print would take stdout
                print(f"plausiwidgets: {doing} model {model.key!r}, which takes some seconds", file=sys.stderr)

    timer = Timer(TOLD, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
