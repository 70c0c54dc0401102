"""The gate at which work in the background lets urgent jobs go first."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

POLL = 0.02
"""Longest time in s until work that waits at a gate notices a stop."""


class Gate:
    """Lets urgent jobs, such as those of a dragged slider, run before work in the background.

    Work in the background calls :meth:`wait` about every 10 ms; an urgent job runs in ``with gate.urgent():``, and does
    not wait for itself.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0
        self._own = threading.local()  # of each thread, how often it has closed the gate

    @property
    def closed(self) -> bool:
        """Whether work in the background has to wait."""
        return self._urgent > 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Close the gate during the block."""
        with self._changed:
            self._urgent += 1
        self._own.count = getattr(self._own, "count", 0) + 1
        try:
            yield
        finally:
            self._own.count -= 1
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    def hurry(self) -> bool:
        """Return whether an urgent job continues without waiting. On a server, a long one waits for short ones."""
        return True

    def wait(self, timeout: float = POLL) -> bool:
        """Wait while the gate is closed, at most `timeout` seconds; return whether it is open."""
        if getattr(self._own, "count", 0):
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self.closed, timeout)

    def reopen(self) -> None:
        """Open the gate in a forked process for all urgent jobs but those of the only thread that still runs."""
        self._changed = threading.Condition()  # a thread of the parent may have held the lock
        self._urgent = getattr(self._own, "count", 0)


gate = Gate()
"""The gate of this process: explorers close it, searches wait at it."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=gate.reopen)

_chosen: ContextVar[Gate | None] = ContextVar("gate", default=None)


@contextmanager
def waiting_at(chosen: Gate) -> Iterator[None]:
    """Let work that is begun in the block wait at another gate, such as that of a visitor of a server."""
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen_gate() -> Gate:
    """Return the gate of :func:`waiting_at`, or that of this process."""
    return _chosen.get() or gate


class StoppedError(Exception):
    """Raised by a checkpoint to end the work; its text is the reason."""
