"""Who goes first: a waiting slider holds every background run at its next checkpoint."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

POLL = 0.02
"""Longest time, in s, between two looks of a waiting run at its own stop button."""


class Gate:
    """Lets urgent jobs pass before background runs, in one process.

    A background run calls :meth:`wait` at its checkpoints, some ten milliseconds of work apart; an
    urgent job runs inside of ``with gate.urgent():``. Any number of either may exist at once.

    Examples
    --------
    >>> gate = Gate()
    >>> with gate.urgent():
    ...     gate.closed
    True
    >>> gate.closed
    False
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holders: dict[int, int] = {}
        self._until = 0.0

    @property
    def closed(self) -> bool:
        """Whether background runs have to wait."""
        return bool(self._holders) or self._until > time.monotonic()

    @contextmanager
    def urgent(self, linger: float = 0.0) -> Iterator[None]:
        """Hold background runs while the block waits or works.

        Parameters
        ----------
        linger : float
            Keep the gate closed for this many seconds after the block, so that a picture that it
            sent can be drawn before the cores are busy again.
        """
        me = threading.get_ident()
        with self._changed:
            self._holders[me] = self._holders.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._holders[me] -= 1
                if not self._holders[me]:
                    del self._holders[me]
                self._until = max(self._until, time.monotonic() + linger)
                self._changed.notify_all()

    def wait(self, timeout: float = POLL) -> bool:
        """Wait while the gate is closed, at most `timeout` seconds; return whether it is open.

        A thread that is itself inside of :meth:`urgent` never waits for itself.
        """
        if not self.closed:
            return True
        me = threading.get_ident()
        with self._changed:
            if me in self._holders:
                return True
            end = time.monotonic() + timeout
            while self.closed:
                now = time.monotonic()
                if now >= end:
                    return False
                pause = end - now
                if not self._holders:
                    pause = min(pause, max(self._until - now, 1e-4))
                self._changed.wait(pause)
            return True


gate = Gate()
"""The gate of this process: explorers close it, background runs wait at it."""
