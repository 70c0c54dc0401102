"""Work of which only the newest counts: what comes while an older one waits takes its place."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

from plausiwidgets.simulation.threads import start_daemon

Item = TypeVar("Item")


class Newest(Generic[Item]):
    """Does what it is asked for on a thread of its own, which goes when nothing is left to do.

    Parameters
    ----------
    work : callable
        Called with an item at a time; it says itself what is wrong, and raises nothing.
    name : str
        Of the thread.
    """

    def __init__(self, work: Callable[[Item], None], name: str) -> None:
        self._work = work
        self._name = name
        self._changed = Condition()
        self._waiting: list[Item] = []
        self._thread: Thread | None = None
        self._closed = False

    def ask(self, item: Item) -> None:
        """Work on this as soon as what is worked on now is done; returns at once."""
        with self._changed:
            if self._closed:
                return
            self._waiting = [item]
            if self._thread is None:
                self._thread = start_daemon(self._run, f"plausiwidgets {self._name}", self.close)

    def join(self, timeout: float = 30.0) -> bool:
        """Wait until all is done; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout)

    def close(self) -> None:
        """Forget what waits, and take no more."""
        with self._changed:
            self._closed = True
            self._waiting = []

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    self._changed.notify_all()
                    return
                (item,), self._waiting = self._waiting, []
            self._work(item)
