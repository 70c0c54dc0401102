"""Searches, which continue after the page that started them is closed.

A reloaded page gets the evaluations of a search from the first one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from plausiwidgets.engine.threads import start_daemon
from plausiwidgets.optimization import Result, Run, start_optimization
from plausiwidgets.optimization.distribution import Distribution
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.support.progress import NoProgress
from plausiwidgets.widgets.handlers.lookup import Known
from plausiwidgets.widgets.handlers.messages import SENTENCE, unsent
from plausiwidgets.widgets.handlers.packing import measured, packed
from plausiwidgets.widgets.handlers.script import search_of
from plausiwidgets.widgets.handlers.selection import Selection

INTERVAL = 0.1
"""Time in s between two answers of a search. Ten answers per second look continuous."""

FIRST_INTERVAL = 0.02
"""Time in s between two checks for the first evaluation of a search."""

NEWEST = 2000
"""Maximum number of evaluations whose values an answer contains. A whole search may have many more."""

KEPT = 8
"""Maximum number of kept searches. The oldest ended searches are dropped first."""

TRIES = 8
"""Evaluations per second of a search in a race, about as many as a user sees during a drag.

Without this limit, a search reaches 100 points after 0.03 to 1.2 s. For half of 20 mysteries it takes up to 0.2 s and
450 evaluations, which is less than a minute at this pace. A user who moves one slider after another, in 3 s each, needs
9 drags.
"""

HEAD_START = 32
"""Number of evaluations for which the search waits at the start, because its first points arrive together."""


class Pace(NoProgress):
    """Progress display that limits a search to `TRIES` evaluations per second until a set meets every criterion."""

    run: Run | None = None

    def init(self, snapshot: Any) -> None:
        """Start the clock and wait for the first evaluations."""
        self._began = time.monotonic()
        self.step(snapshot)

    def step(self, snapshot: Any) -> None:
        """Wait until the next evaluations are due or the search is stopped."""
        due = self._began + (snapshot.evaluations + HEAD_START) / TRIES
        while not snapshot.accepted and time.monotonic() < due and not (self.run and self.run.stopping):
            time.sleep(0.02)


@dataclass(eq=False)
class Search:
    """Search that was started by the app or by Python.

    Attributes
    ----------
    identity : str
        Id of the request that started it, or an id of the host.
    selection : Selection
        Selection of the search, with its own time step.
    run : Run
    settings : mapping
        Settings of `start_optimization`, except `progress`.
    sent : int
        Number of evaluations that have been sent.
    over : bool
        Whether the end of the search has been sent.
    """

    identity: str
    selection: Selection
    run: Run
    settings: Mapping[str, object]
    sent: int = 0
    over: bool = False
    changed: tuple[object, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)


class Searches:
    """Searches of an explorer. One runs at a time, and its new evaluations are sent ten times per second.

    Parameters
    ----------
    send : callable
        ``send(answer, buffer)``.
    known : Known

    Attributes
    ----------
    noted : callable
        ``noted(search, snapshot)``, called whenever new evaluations of a search have been sent.
    """

    def __init__(self, send: Callable[[dict[str, object], bytes | None], object], known: Known) -> None:
        self._send, self._known = send, known
        self._lock = threading.Lock()
        self._all: dict[str, Search] = {}
        self._wake = threading.Event()
        self._publishing = False
        self._closed = False
        self._count = 0
        self.noted: Callable[[Search, Result], object] = lambda search, snapshot: None

    @property
    def newest(self) -> Search | None:
        """Search that was started last, or None."""
        with self._lock:
            return next(reversed(self._all.values()), None)

    def begin(self, selection: Selection, identity: str = "", **settings: Any) -> Search:
        """Start a search for a selection and stop the running search.

        By default, the free parameters, ranges, start and time step are those of the selection.
        """
        usual = search_of(selection)
        # A fixed parameter has no range, and a parameter with a range is not fixed.
        usual["bounds"] = {
            name: ends for name, ends in usual["bounds"].items() if name not in settings.get("fixed", ())
        }
        usual["fixed"] = {name: x for name, x in usual["fixed"].items() if name not in (settings.get("bounds") or ())}
        merged = usual | settings
        own = selection.with_dt(selection.dt if merged["dt"] is None else merged["dt"])
        judged(selection.pattern, "searched for")
        # The running search is stopped later, because it continues if this call raises an error.
        run = start_optimization(selection.model, selection.pattern, **merged)
        self.stop()
        with self._lock:
            self._count += 1
            kept = {name: value for name, value in merged.items() if name != "progress"}
            search = Search(identity or f"host-{self._count}", own, run, kept)
            self._all[search.identity] = search
            for eldest in [one for one in self._all.values() if one.over][: max(len(self._all) - KEPT, 0)]:
                del self._all[eldest.identity]
            if self._closed:
                run.stop()
        self._publish()
        return search

    def get(self, identity: str) -> Search:
        """Return the search with an id.

        Raises
        ------
        ValueError
            For an unknown id.
        """
        with self._lock:
            found = self._all.get(identity)
        if found is None:
            raise ValueError(
                f"there is no search {identity!r}. It ended with its kernel, or newer searches replaced it."
            )
        return found

    def settings(self, selection: Selection) -> Mapping[str, object] | None:
        """Return the settings of the last search for a model and a pattern, or None without a search."""
        about = [one for one in self.all() if one.selection.is_about(selection.model, selection.pattern)]
        return about[-1].settings if about else None

    def all(self) -> list[Search]:
        """Return the kept searches, oldest first."""
        with self._lock:
            return list(self._all.values())

    def stop(self) -> None:
        """Stop all running searches. Their best parameters are kept."""
        for search in self.all():
            search.run.stop()
        self._wake.set()

    def close(self) -> None:
        """Stop all running searches and start no more."""
        self._closed = True
        self.stop()

    def send_whole(self, search: Search) -> None:
        """Send a search from its first evaluation."""
        self._report(search, whole=True)

    def hasten(self) -> None:
        """Send all new evaluations immediately."""
        self._wake.set()

    # -- the publisher ---------------------------------------------------------------------------

    def _publish(self) -> None:
        """Start a thread that sends new evaluations until the last search ends."""
        self._wake.set()
        with self._lock:
            if self._publishing:
                return
            self._publishing = True
        start_daemon(self._run, "plausiwidgets publisher", self.close)

    def _run(self) -> None:
        while True:
            with self._lock:
                going = [search for search in self._all.values() if not search.over]
                if not going:
                    self._publishing = False
                    return
            for search in going:
                self._report(search)
            if self._wake.wait(INTERVAL if going[-1].sent else FIRST_INTERVAL):
                self._wake.clear()
                going[-1].run.wait(0.02)  # A search needs a moment to stop.

    def _report(self, search: Search, whole: bool = False) -> None:
        """Send the new evaluations of a search without raising an error.

        If an answer cannot be sent, the search is stopped, and the page gets the error.
        """
        try:
            self._send_news(search, whole)
        except Exception as error:
            search.over = True
            search.run.stop()
            with suppress(Exception):  # The connection itself may be closed.
                self._send(unsent("search", search.identity, error), None)

    def _send_news(self, search: Search, whole: bool) -> None:
        """Send the new evaluations of a search and, if it has ended, its final state."""
        with search.lock:
            snapshot = search.run.snapshot()
            tries = snapshot._history
            now = (snapshot.state, snapshot.phase, snapshot.evaluations, snapshot.status)
            if not whole and now == search.changed and not snapshot.ended:
                return
            first = 0 if whole else search.sent
            search.sent, search.changed = len(tries.loss), now
            where = snapshot._distribution or Distribution()
            places, data = packed(
                {
                    "loss": ("f4", tries.loss[first:]),
                    "restarts": ("i4", tries.restarted),
                    "values": ("f4", tries.values[max(first, len(tries.loss) - NEWEST) :]),
                    "mean": ("f8", where.mean),
                    "covariance": ("f8", where.covariance),
                    "population": ("f4", where.population),
                }
            )
            ended, was_over = snapshot.ended, search.over
            search.over = was_over or ended
            answer: dict[str, object] = {
                "kind": "search",
                "id": search.identity,
                "state": snapshot.state,
                "arrays": places,
                "from": first,
                "search": self._data(search, snapshot),
                "spread": where.spread,
            }
            if first == 0:
                answer["space"] = _space(snapshot)
            if snapshot.state == "failed":
                answer["error"] = snapshot.error[:SENTENCE] or "the search failed"
            self._send(answer, data)
        if not was_over:
            self.noted(search, snapshot)

    def _data(self, search: Search, snapshot: Result) -> dict[str, object]:
        selection = search.selection
        return {
            "id": search.identity,
            "model": self._known.name_of_model(selection.model),
            "pattern": self._known.name_of_pattern(selection.pattern),
            "dt": selection.dt,
            "evaluations": snapshot.evaluations,
            "budget": snapshot.budget,
            "loss": measured(snapshot.loss),
            "best": dict(snapshot.parameters),
            "at_bounds": list(snapshot.at_bounds),
            "status": snapshot.status,
            "seconds": float(snapshot.seconds),
            "sentence": snapshot.summary[:SENTENCE],
        }


def _space(snapshot: Result) -> list[dict[str, object]]:
    """Return the free parameters of a search with their limits."""
    if snapshot.problem is None:
        return []
    parameters = snapshot.problem.space.parameters
    return [
        {
            "name": name,
            "low": low,
            "high": high,
            "scale": parameters[name].scale,
            "linear_width": parameters[name].linear_width,
        }
        for name, (low, high) in snapshot.bounds.items()
    ]
