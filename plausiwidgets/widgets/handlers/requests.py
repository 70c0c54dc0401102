"""Validation of the requests of an app, and their answers."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from plausiwidgets.analysis.samples import NoSolutionError
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.support.names import unknown
from plausiwidgets.texts import speaking
from plausiwidgets.widgets.handlers.judging import Judging
from plausiwidgets.widgets.handlers.lookup import Known
from plausiwidgets.widgets.handlers.messages import FINAL, SENTENCE, TABLE, RefusedError, RequestKind, checked, unsent
from plausiwidgets.widgets.handlers.packing import Array, packed
from plausiwidgets.widgets.handlers.search import Searches
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.worker import Priority, SupersededError, Worker

Send = Callable[[dict[str, object], bytes | None], object]
"""``send(answer, buffer)``, which any thread may call."""

Work = Callable[["Request", Checkpoint], object]

IDS = 4096
"""Number of remembered request ids. A request with a remembered id is rejected."""

PLAIN = (ValueError, TypeError, NoSolutionError)
"""Exceptions whose message is a sentence for the user."""


class Request:
    """Request of the app, with methods that answer it.

    Attributes
    ----------
    kind, identity : str
    fields : dict
    data : bytes
        Content of the buffer of the request.
    on_end : list of callable
        Functions that are called after the last answer.
    """

    def __init__(self, received: RequestKind, send: Send) -> None:
        self.kind, self.identity, self.fields, self.data = received
        self._send = send
        self._lock = threading.Lock()
        self._over = False
        self.on_end: list[Callable[[], object]] = []

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    @property
    def over(self) -> bool:
        """Whether the last answer was sent."""
        return self._over

    def reply(self, state: str = "done", arrays: Mapping[str, Array] | None = None, **fields: object) -> bool:
        """Send an answer and return True, or return False if the last answer was sent before."""
        places, data = packed(arrays) if arrays else ({}, b"")
        answer = {"kind": self.kind, "id": self.identity, "state": state, **fields}
        if arrays:
            answer["arrays"] = places
        with self._lock:
            if self._over:
                return False
            self._over = state in FINAL
            try:
                self._send(answer, data if arrays else None)
            except Exception as error:  # For example, JSON cannot represent a number of the answer.
                self._over, state = True, "failed"
                self._send(unsent(self.kind, self.identity, error), None)
        if state in FINAL:
            for end in self.on_end:
                end()
        return True

    def fail(self, error: Exception | str) -> bool:
        """Send the last answer, with the state "failed" and one sentence about the error."""
        plain = isinstance(error, (str, *PLAIN))
        text = str(error) if plain else f"{type(error).__name__}: {error}"
        return self.reply("failed", error=(" ".join(text.split()) or type(error).__name__)[:SENTENCE])


class Handlers:
    """Dispatcher of the requests of one app.

    Parameters
    ----------
    send : callable
        Function that sends an answer with the bytes of its buffer or with None. Several threads call it.
    known : Known, optional
        Models and patterns that the app may name.
    own : mapping of str to callable, optional
        Functions ``function(request)`` of the messages that the host itself answers.
    worker : Worker, optional
        Worker for requests that take longer than a few milliseconds. By default, a worker with its own threads.

    Attributes
    ----------
    known : Known
    worker : Worker
        Worker for requests that take longer than a few milliseconds.
    judging : Judging
    searches : Searches
    shown : callable
        Function that returns the selection that the host shows, or None.
    """

    def __init__(
        self,
        send: Send,
        known: Known | None = None,
        own: Mapping[str, Callable[[Request], object]] | None = None,
        worker: Worker | None = None,
    ) -> None:
        self._send = send
        self.known = Known() if known is None else known
        self._own = dict(own or {})
        self.worker = Worker() if worker is None else worker
        self.judging = Judging(self.worker)
        self.searches = Searches(self.send, self.known)
        self.shown: Callable[[], Selection | None] = lambda: None
        self._lock = threading.Lock()
        self._ids: deque[str] = deque()
        self._seen: set[str] = set()
        self._open: dict[str, Request] = {}  # requests whose work continues
        self._newest: dict[str, Request] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the app is closed, so that no more answers are sent."""
        return self._closed

    def send(self, answer: dict[str, object], data: bytes | None = None) -> None:
        """Send an answer, unless the app is closed."""
        if not self._closed:
            self._send(answer, data)

    def receive(self, message: object, buffers: object = ()) -> None:
        """Answer a message, which may be any object.

        Several threads may call this method. It raises no error. If a message is not valid or fails, the answer
        contains the error.
        """
        if self._closed:
            return
        try:
            received = checked(message, buffers)
            self._note(received)
        except RefusedError as refused:
            self.send({"kind": "error", "id": refused.identity, "state": "failed", "error": str(refused)[:SENTENCE]})
            return
        request = Request(received, self.send)
        with speaking(self.worker.language):
            try:
                self._answer(request)
            except Exception as error:
                request.fail(error)

    def speak(self, language: str) -> None:
        """Set the language of all further answers."""
        self.worker.language = language

    def close(self) -> None:
        """End all running work, and send no more answers."""
        self._closed = True
        self.searches.close()
        self.worker.close()
        self.judging.close()
        with self._lock:
            left = list(self._open.values())
        for request in left:
            request.reply("stopped")

    # -- for the functions that answer -----------------------------------------------------------

    def work(self, request: Request, priority: Priority, function: Work, after: float = 0.0) -> None:
        """Answer a request in the background.

        If only the newest request of a kind counts, the request replaces the running work of this kind. If `function`
        returns before the last answer, it calls :meth:`again` first, so that other jobs can run in between.

        Parameters
        ----------
        request : Request
        priority : Priority
        function : callable
            ``function(request, checkpoint)``, which sends the last answer or raises an exception.
        after : float, optional
            Time in s before which the work does not start.
        """
        self.hold(request)
        self.again(request, priority, function, after)

    def again(self, request: Request, priority: Priority, function: Work, after: float = 0.0) -> None:
        """Continue with a request in another job, unless it has ended."""

        def job(checkpoint: Checkpoint) -> None:
            if request.over:
                return
            try:
                if priority > Priority.VERIFY:
                    checkpoint()
                function(request, checkpoint)
            except SupersededError:
                raise
            except Exception as error:
                request.fail(error)

        if not request.over:
            self.worker.ask(self._key(request), priority, job, after)

    def hold(self, request: Request) -> None:
        """Register a request whose work continues, so that it can be cancelled.

        If only the newest request of a kind counts, an older request of this kind is superseded.
        """
        former = None
        with self._lock:
            self._open[request.identity] = request
            if TABLE[request.kind].newest:
                former, self._newest[request.kind] = self._newest.get(request.kind), request
        request.on_end.append(lambda: self._forget(request))
        if former is not None:
            former.reply("superseded")

    def _key(self, request: Request) -> tuple[str]:
        return (request.kind if TABLE[request.kind].newest else request.identity,)

    def selection(self, request: Request) -> Selection:
        """Return the selection of a request, as described at :meth:`selection_of`."""
        return self.selection_of(request.fields, self.shown())

    def selection_of(self, fields: Mapping[str, Any], shown: Selection | None) -> Selection:
        """Return the selection of some fields, with its ranges and free parameters.

        By default, the ranges and the free parameters are those of `shown`. If `shown` has another model or pattern,
        they are the declared ones.

        Raises
        ------
        ValueError
            For an unknown name, or a value, time step or range that is not valid.
        """
        model, pattern = self.known.model(fields["model"]), self.known.pattern(fields["pattern"])
        if shown is not None and shown.is_about(model, pattern):
            made = shown.with_locked(()).filled(fields["values"], fields["dt"])
        else:
            made = Selection.of(model, pattern, fields["values"], fields["dt"])
        for name in (*fields.get("bounds", ()), *fields.get("free", ()), *fields.get("locked", ())):
            if name not in made.values:
                raise unknown(f"model {model.key!r} with pattern {pattern.key!r}", "parameter", name, made.values)
        for name, (low, high) in fields.get("bounds", {}).items():
            if not low <= made.values[name] <= high:
                raise ValueError(
                    f"bounds of {name} must contain its value, {made.values[name]:g}, got {low:g} to {high:g}."
                )
            made = made.with_bounds(name, low, high)
        return made.with_varied(fields["free"]) if "free" in fields else made

    # -- internal ---------------------------------------------------------------------------------

    def _note(self, received: RequestKind) -> None:
        """Remember the id of a request.

        Raises
        ------
        RefusedError
            For a repeated id.
        """
        with self._lock:
            if received.identity in self._seen:
                raise RefusedError(
                    received.identity,
                    f"{received.kind}: the id must be new, but {received.identity!r} was used before.",
                )
            self._seen.add(received.identity)
            self._ids.append(received.identity)
            if len(self._ids) > IDS:
                self._seen.discard(self._ids.popleft())

    def _answer(self, request: Request) -> None:
        if request.kind == "cancel":
            self._cancel(request)
        elif request.kind == "alive":
            request.reply()
        elif request.kind in self._own:
            self._own[request.kind](request)
        elif not (home := TABLE[request.kind].home):
            raise ValueError(f"{request.kind}: this host has no selection.")
        else:
            getattr(import_module(f"plausiwidgets.widgets.handlers.{home}"), request.kind)(self, request)

    def _cancel(self, request: Request) -> None:
        """End the work of a request, or do nothing if it has ended."""
        with self._lock:
            other = self._open.get(request["of"])
        if other is not None and other.reply("stopped"):
            self.worker.cancel(self._key(other))
            # Other requests may wait for this evaluation, but a loop in Python may run for minutes.
            if other.kind == "simulate":
                self.judging.end(other)
            else:
                self.judging.leave(other)
        request.reply()

    def _forget(self, request: Request) -> None:
        with self._lock:
            if self._open.get(request.identity) is request:
                del self._open[request.identity]
            if self._newest.get(request.kind) is request:
                del self._newest[request.kind]
