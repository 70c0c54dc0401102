"""Time slices of about a second, by which the visitors of one worker process share it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Condition

from plausiwidgets.optimization.control import Gate, gate

LENGTH = 1.0
"""Time in s after which a turn ends if another visitor waits."""
WANTED = 0.5
"""Time in s after its last checkpoint after which a visitor does not count: the work has ended or is in a step."""
POLL = 0.2
"""Maximum time in s of one wait, after which a visitor notices a stop."""
SPENT = 2.0
"""Recent processor time in s of verdicts, above which a visitor's verdicts wait for their turn like other work."""
FIRST = 2.0
"""Recent processor time in s in which the first evaluations of a visitor's searches precede all running work."""
FADES = 30.0
"""Time in s in which the used time of a visitor decays to 1/e, so that visitors who have waited long go first."""


class Turns:
    """Gives turns to visitors, first to the one with the smallest recent use.

    Searches without evaluations precede those with evaluations, in the order of their starts. A visitor who has just
    started a search therefore waits for the first evaluations of others, and not for their turns.

    Parameters
    ----------
    length : float
        Length of a turn in s.
    clock, worked : callable
        Return the time in s, and the processor time of the calling thread.
    """

    def __init__(
        self,
        length: float = LENGTH,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = time.thread_time,
    ) -> None:
        self.length = length
        self._clock, self.worked = clock, worked
        self._changed = Condition()
        self._seen: dict[Turn, float] = {}
        self._waiting: dict[Turn, int] = {}
        self._holder: Turn | None = None
        self._since = 0.0

    def now(self) -> float:
        """Return the time in s."""
        return self._clock()

    def join(self) -> Turn:
        """Return the gate of another visitor."""
        return Turn(self)

    def before(self, turn: Turn) -> int:
        """Return the number of visitors ahead of one that waits."""
        with self._changed:
            now = self._clock()
            wanting = self._wanting(now)
            if self._holder is turn or not any(one is not turn for one in wanting):
                return 0
            return sum(one is self._holder or one.rank(now) < turn.rank(now) for one in wanting if one is not turn)

    def silent(self, least: float) -> list[Turn]:
        """Return the visitor whose turn it is as a list, if it works without a checkpoint for more than `least` s."""
        with self._changed:
            holder, now = self._holder, self._clock()
            late = holder is not None and holder.working() and now - self._seen.get(holder, now) > least
            return [holder] if late and holder is not None else []

    def holds(self, turn: Turn) -> bool:
        """Return whether it is the turn of a visitor that is at work."""
        return self._holder is turn and turn.working()

    def leave(self, turn: Turn) -> None:
        """Remove a visitor."""
        with self._changed:
            self._seen.pop(turn, None)
            if self._holder is turn:
                self._holder = None
            self._changed.notify_all()

    @contextmanager
    def wanted(self, turn: Turn) -> Iterator[None]:
        """Request a turn for a visitor during the block, however long the block waits."""
        with self._changed:
            self._waiting[turn] = self._waiting.get(turn, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._seen[turn] = self._clock()
                if self._waiting[turn] == 1:
                    del self._waiting[turn]
                else:
                    self._waiting[turn] -= 1

    def prolong(self, turn: Turn, seconds: float) -> None:
        """Extend a turn by the time for which verdicts delayed it, which is not counted."""
        with self._changed:
            if self._holder is turn:
                self._since += seconds

    def wait(self, turn: Turn, timeout: float) -> bool:
        """Wait until it is the turn of a visitor; return whether it is."""
        end = self._clock() + max(timeout, POLL)
        with self._changed:
            while not self.claim(turn):
                if (now := self._clock()) >= end:
                    return False
                self._changed.wait(min(end - now, POLL))
            return True

    def claim(self, turn: Turn) -> bool:
        """Return whether it is the turn of a visitor who requests one."""
        with self._changed:
            now = self._clock()
            self._seen[turn] = now
            return self._may(turn, now)

    def _wanting(self, now: float) -> list[Turn]:
        wanting = [one for one, at in self._seen.items() if now - at <= WANTED or one in self._waiting]
        # All others have ended, but the silence of the visitor whose turn it is is still watched.
        self._seen = {one: at for one, at in self._seen.items() if one in wanting or one is self._holder}
        return wanting

    def _may(self, turn: Turn, now: float) -> bool:
        wanting = self._wanting(now)
        holder = self._holder
        if holder is not None and holder in wanting and not self._is_over(holder, wanting, now):
            return holder is turn
        if holder is not None:
            holder.charge(min(now, self._seen.get(holder, now)) - self._since, now)
        following = min(wanting, key=lambda one: one.rank(now))
        self._holder, self._since = following, now
        if following is not holder:
            self._changed.notify_all()
        return following is turn

    def _is_over(self, holder: Turn, wanting: list[Turn], now: float) -> bool:
        """Return whether a turn is over."""
        if now - self._since >= self.length:
            return True
        if holder.begun is not None:
            return not holder.begins()
        return any(one.is_new(now) for one in wanting)


class Used:
    """Recently used time, which decays.

    Examples
    --------
    >>> used = Used()
    >>> used.add(2.0, now=100.0)
    >>> used.at(100.0), round(used.at(100.0 + FADES), 2)
    (2.0, 0.74)
    """

    def __init__(self) -> None:
        self._used, self._at = 0.0, 0.0

    def at(self, now: float) -> float:
        """Return the decayed time in s at a time."""
        return self._used * math.exp((self._at - now) / FADES)

    def add(self, seconds: float, now: float) -> None:
        """Add the used time."""
        self._used, self._at = self.at(now) + max(seconds, 0.0), now


class Turn(Gate):
    """The gate at which the searches and long jobs of one visitor wait.

    Verdicts do not wait, as long as a visitor has not spent much time with them.

    Attributes
    ----------
    number : int
        Among visitors with the same use, the lowest number goes first.
    away : bool
        Whether the visitor has left, so that all others precede it.
    working : callable
        Function that returns whether the visitor has running work.
    begun : float or None
        Time in s since which a search of the visitor waits for its first evaluation.
    begins : callable
        Function that returns whether that search has no evaluations yet.
    """

    _count = 0

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns
        self._used, self._verdicts, self._first = Used(), Used(), Used()
        # For each thread: its work when its verdict began (None: by turns), and the time of its last wait.
        self._thread = threading.local()
        Turn._count += 1
        self.number = Turn._count
        self.away = False
        self.working: Callable[[], bool] = lambda: False
        self.begun: float | None = None
        self.begins: Callable[[], bool] = lambda: False

    def wait(self, timeout: float = POLL) -> bool:
        """Wait for the turn, and for a running verdict. Return whether the work may continue."""
        own, worked = self._thread, self._turns.worked()
        if self.begun is not None:
            self._first.add(worked - getattr(own, "worked", worked), self._turns.now())
        own.worked = worked
        with self._turns.wanted(self):
            began = self._turns.now()
            is_open = gate.wait(timeout)
            self._turns.prolong(self, self._turns.now() - began)
            return is_open and self._turns.wait(self, timeout)

    def begin(self) -> None:
        """Note that a search starts."""
        self.begun = self._turns.now()

    def is_new(self, now: float) -> bool:
        """Return whether a search waits for its first evaluation, and precedes those that have some."""
        return self.begun is not None and not self.away and self._first.at(now) < FIRST

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Stop all turns during the block, as long as this visitor may."""
        own = self._thread
        own.began, own.stack = self._turns.worked(), ExitStack()
        own.stack.enter_context(gate.urgent())
        own.stack.callback(self._spend)
        self.hurry()
        try:
            yield
        finally:
            own.stack.close()
            own.began = math.inf

    def hurry(self) -> bool:
        """Return whether the verdict of this thread precedes all other work. Otherwise it delays no visitor."""
        began = getattr(self._thread, "began", math.inf)
        if began is None or began == math.inf:
            return began is not None
        if self._verdicts.at(self._turns.now()) + self._turns.worked() - began < SPENT:
            return True
        self._thread.stack.close()
        self._thread.began = None
        return False

    def _spend(self) -> None:
        self._verdicts.add(self._turns.worked() - self._thread.began, self._turns.now())

    def used(self, now: float) -> float:
        """Return the recently used time in s."""
        return self._used.at(now)

    def rank(self, now: float) -> tuple[bool, bool, float, int]:
        """Return the rank of the visitor. The smallest rank goes first."""
        if self.begun is not None and self.is_new(now):
            return self.away, False, self.begun, self.number
        return self.away, True, self.used(now), self.number

    def charge(self, seconds: float, now: float) -> None:
        """Add the used time."""
        self._used.add(seconds, now)
        if self.begun is not None and not self.begins():
            self.begun = None

    def before(self) -> int:
        """Return the number of visitors ahead of this one."""
        return self._turns.before(self)

    def leave(self) -> None:
        """Withdraw the visitor."""
        self._turns.leave(self)
