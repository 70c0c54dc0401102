"""Gate at which background work waits for urgent jobs."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

POLL = 0.02
"""Maximum time in s until work that waits at a gate notices a stop."""


class Gate:
    """Gate that lets urgent jobs, such as those of a dragged slider, run before background work.

    Background work calls :meth:`wait` about every 10 ms. An urgent job runs within ``with gate.urgent():``, and does
    not wait for itself.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0
        self._own = threading.local()  # contains how often each thread has closed the gate

    @property
    def closed(self) -> bool:
        """Whether background work must wait."""
        return self._urgent > 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Close the gate within a context."""
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
        """Return whether an urgent job may continue without waiting, which is always the case here.

        The gate of a server makes long urgent jobs wait for short ones.
        """
        return True

    def wait(self, timeout: float = POLL) -> bool:
        """Wait at most `timeout` seconds while the gate is closed, and return whether it is open."""
        if getattr(self._own, "count", 0):
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self.closed, timeout)

    def reopen(self) -> None:
        """Open the gate in a forked process, except for urgent jobs of the only thread that still runs."""
        self._changed = threading.Condition()  # another thread of the parent process may have held the lock
        self._urgent = getattr(self._own, "count", 0)


gate = Gate()
"""Gate of this process, which apps close and at which searches wait."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=gate.reopen)

_chosen: ContextVar[Gate | None] = ContextVar("gate", default=None)


@contextmanager
def waiting_at(chosen: Gate) -> Iterator[None]:
    """Let work that is created within a context wait at another gate, such as that of a server's visitor."""
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen_gate() -> Gate:
    """Return the gate of :func:`waiting_at`, or the gate of this process by default."""
    return _chosen.get() or gate


class StoppedError(Exception):
    """Exception of a checkpoint that ends the work, whose text is the reason."""
