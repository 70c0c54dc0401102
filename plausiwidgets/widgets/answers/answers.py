"""Who hears the questions of an app, checks them, and sees that each is answered once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from numpy.typing import NDArray

from plausiwidgets.assessment.mystery import Mystery
from plausiwidgets.names import unknown
from plausiwidgets.optimization.sampling import NothingAccepted
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.texts import language as spoken
from plausiwidgets.texts import speaking
from plausiwidgets.widgets.answers.judging import Judging
from plausiwidgets.widgets.answers.known import Known
from plausiwidgets.widgets.answers.messages import FINAL, SENTENCE, TABLE, Question, Refused, checked
from plausiwidgets.widgets.answers.packing import packed
from plausiwidgets.widgets.answers.search import Searches
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority, Worker

Tell = Callable[[dict[str, Any], bytes | None], object]
"""``tell(answer, buffer)``, from any thread."""

IDS = 4096
"""Ids that are remembered: a question that has one of them was heard before."""

PLAIN = (ValueError, TypeError, NothingAccepted)
"""Errors whose text is a sentence for the user."""


class Asked:
    """A question, and whether it has had its last answer.

    Attributes
    ----------
    kind, identity : str
    fields : dict
    data : bytes
        Of its buffer.
    """

    def __init__(self, question: Question, tell: Tell) -> None:
        self.kind, self.identity, self.fields, self.data = question
        self._tell = tell
        self._lock = threading.Lock()
        self._over = False

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    @property
    def over(self) -> bool:
        """Whether it has had its last answer."""
        return self._over

    def tell(self, state: str = "done", arrays: Mapping[str, tuple[str, NDArray[Any]]] | None = None,
             **fields: Any) -> bool:  # fmt: skip
        """Answer; what comes after the last answer is left out. Returns whether it was told."""
        places, data = packed(arrays) if arrays else ({}, b"")
        answer = {"kind": self.kind, "id": self.identity, "state": state, **fields}
        if arrays:
            answer["arrays"] = places
        with self._lock:
            if self._over:
                return False
            self._over = state in FINAL
            self._tell(answer, data if arrays else None)
            return True

    def fail(self, error: Exception | str) -> bool:
        """Answer that it failed, in one sentence."""
        plain = isinstance(error, (str, *PLAIN))
        text = str(error) if plain else f"{type(error).__name__}: {error}"
        return self.tell("failed", error=(" ".join(text.split()) or type(error).__name__)[:SENTENCE])


class Answers:
    """Answers the questions of one app.

    Parameters
    ----------
    tell : callable
        Takes an answer and the bytes of its buffer, or None; it is called from several threads.
    known : Known, optional
        What the app may name.
    own : mapping of str to callable, optional
        Messages that the host itself answers: ``function(asked)``.
    warn : callable, optional
        Is told of an error of the host's own jobs.

    Attributes
    ----------
    known : Known
    worker : Worker
        Does what takes longer than some milliseconds.
    judging : Judging
    searches : Searches
    mysteries : dict of str to Mystery
        Those that were begun, by the name of their pattern.
    """

    def __init__(
        self,
        tell: Tell,
        known: Known | None = None,
        own: Mapping[str, Callable[[Asked], object]] | None = None,
        warn: Callable[[Exception], object] = lambda error: None,
    ) -> None:
        self._send = tell
        self._language = spoken()
        self.known = Known() if known is None else known
        self._own = dict(own or {})
        self.worker = Worker(warn)
        self.judging = Judging(self.worker)
        self.searches = Searches(self.tell, self.known)
        self.mysteries: dict[str, Mystery] = {}
        self._lock = threading.Lock()
        self._ids: deque[str] = deque()
        self._heard: set[str] = set()
        self._open: dict[str, Asked] = {}  # questions whose work goes on
        self._newest: dict[str, Asked] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it answers no more."""
        return self._closed

    def tell(self, answer: dict[str, Any], data: bytes | None = None) -> None:
        """Send an answer, unless it is closed."""
        if not self._closed:
            self._send(answer, data)

    def hear(self, message: object, buffers: object = ()) -> None:
        """Answer a message, which may be anything; it never raises, and may be called from several threads."""
        if self._closed:
            return
        try:
            question = checked(message, buffers)
            self._note(question)
        except Refused as refused:
            self.tell({"kind": "error", "id": refused.identity, "state": "failed", "error": str(refused)[:SENTENCE]})
            return
        asked = Asked(question, self.tell)
        with speaking(self._language):
            try:
                self._answer(asked)
            except Exception as error:
                self._forget(asked)
                asked.fail(error)

    def close(self) -> None:
        """End all that goes on, and answer no more."""
        self._closed = True
        self.searches.close()
        self.worker.close()
        self.judging.close()
        with self._lock:
            self._open.clear()
            self._newest.clear()

    # -- for the functions that answer -----------------------------------------------------------

    def work(
        self, asked: Asked, priority: Priority, function: Callable[[Asked, Checkpoint], object], after: float = 0.0
    ) -> None:
        """Answer in the background: ``function(asked, checkpoint)`` tells the last answer, or raises."""
        key = asked.kind if TABLE[asked.kind].newest else asked.identity
        with self._lock:
            self._open[asked.identity] = asked
            former = self._newest.get(asked.kind) if TABLE[asked.kind].newest else None
            self._newest[asked.kind] = asked
        if former is not None:
            self._forget(former)
            former.tell("superseded")

        def job(checkpoint: Checkpoint) -> None:
            if asked.over:
                return
            try:
                function(asked, checkpoint)
            except Exception as error:
                checkpoint()  # what was superseded has been told so
                asked.fail(error)
            finally:
                if asked.over:
                    self._forget(asked)

        self.worker.ask((key,), priority, job, after)

    def again(self, asked: Asked, priority: Priority, function: Callable[[Asked, Checkpoint], object]) -> None:
        """Go on with a question in another job, so that others come in between."""
        key = asked.kind if TABLE[asked.kind].newest else asked.identity

        def job(checkpoint: Checkpoint) -> None:
            if asked.over:
                return
            try:
                function(asked, checkpoint)
            except Exception as error:
                checkpoint()
                asked.fail(error)
            finally:
                if asked.over:
                    self._forget(asked)

        with self._lock:
            if self._open.get(asked.identity) is not asked:
                return
        self.worker.ask((key,), priority, job)

    def hidden(self, hidden: Mystery) -> str:
        """Keep a mystery, and return the name of its pattern."""
        name = self.known.name_of_pattern(hidden.pattern)
        self.mysteries[name] = hidden
        return name

    def selection(self, asked: Asked) -> Selection:
        """Return what a question is about, with its ranges and what is free, where it names them.

        Raises
        ------
        ValueError
            For an unknown name, or a value, time step or range that is not valid.
        """
        fields = asked.fields
        model, pattern = self.known.model(fields["model"]), self.known.pattern(fields["pattern"])
        made = Selection.of(model, pattern, fields["values"], fields["dt"])
        for name in (*fields.get("bounds", ()), *fields.get("free", ()), *fields.get("locked", ())):
            if name not in made.values:
                raise unknown(f"value of model {model.key!r} with pattern {pattern.key!r}", name, made.values)
        for name, (low, high) in fields.get("bounds", {}).items():
            if not low <= made.values[name] <= high:
                raise ValueError(f"bounds of {name}: {low:g} to {high:g} leave out its value, {made.values[name]:g}")
            made = made.with_bounds(name, low, high)
        return made.with_free(fields["free"]) if "free" in fields else made

    # -- within ----------------------------------------------------------------------------------

    def _note(self, question: Question) -> None:
        """Remember the id of a question; refuse one that was heard before."""
        with self._lock:
            if question.identity in self._heard:
                raise Refused(question.identity, f"{question.kind}: the id {question.identity!r} was heard before")
            self._heard.add(question.identity)
            self._ids.append(question.identity)
            if len(self._ids) > IDS:
                self._heard.discard(self._ids.popleft())

    def _answer(self, asked: Asked) -> None:
        if asked.kind == "cancel":
            self._cancel(asked)
        elif asked.kind in self._own:
            self._own[asked.kind](asked)
        elif not (home := TABLE[asked.kind].home):
            raise ValueError(f"{asked.kind}: this host keeps no selection")
        else:
            getattr(import_module(f"plausiwidgets.widgets.answers.{home}"), asked.kind)(self, asked)

    def _cancel(self, asked: Asked) -> None:
        """End the work of a question, where it goes on; what has ended is no error."""
        with self._lock:
            other = self._open.get(asked["of"])
        if other is not None:
            self._forget(other)
            other.tell("stopped")
            self.worker.cancel((other.kind if TABLE[other.kind].newest else other.identity,))
            self.judging.leave(other)
        asked.tell()

    def hold(self, asked: Asked) -> None:
        """Keep a question that something else than the worker answers, so that it can be cancelled."""
        with self._lock:
            self._open[asked.identity] = asked

    def _forget(self, asked: Asked) -> None:
        with self._lock:
            if self._open.get(asked.identity) is asked:
                del self._open[asked.identity]
            if self._newest.get(asked.kind) is asked:
                del self._newest[asked.kind]
