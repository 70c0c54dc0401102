"""Client of the app in Python, which sends requests and compares each answer with the table of messages."""

import threading
import uuid
from itertools import count
from typing import Any

import numpy as np

from plausiwidgets.widgets.handlers.messages import FINAL, wrong_answer
from plausiwidgets.widgets.handlers.packing import unpacked
from plausiwidgets.widgets.handlers.requests import Handlers
from plausiwidgets.widgets.handlers.selection import Selection

PATIENCE = 120.0
"""Maximum time in s until an answer."""


class Client:
    """Page of the app. `heard` contains all answers in their order, and `wrong` the errors of the answers."""

    def __init__(self, answers: Handlers | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.wrong: list[str] = []
        self._changed = threading.Condition()
        self._page, self._ids = uuid.uuid4().hex[:8], count()
        self.answers = Handlers(self.tell) if answers is None else answers

    def tell(self, answer: dict[str, Any], buffer: bytes | None) -> None:
        """Store an answer of the host and check it."""
        with self._changed:
            if problem := wrong_answer(answer, buffer):
                self.wrong.append(problem)
            of = [one for one in self.heard if one["id"] == answer["id"] and one["kind"] == answer["kind"]]
            if of and of[-1]["state"] in FINAL and answer["kind"] != "search":
                self.wrong.append(f"{answer['kind']} is answered after its last answer")
            data = {} if buffer is None else unpacked(answer.get("arrays", {}), buffer)
            self.heard.append({**answer, "arrays": data})
            self._changed.notify_all()

    def say(self, kind: str, buffers: object = (), **fields: Any) -> str:
        """Send a request, and return its id."""
        identity = f"{self._page}-{next(self._ids)}"
        self.answers.receive({"kind": kind, "id": identity, **fields}, buffers)
        return identity

    def of(self, identity: str) -> list[dict[str, Any]]:
        """Return the answers to a request so far."""
        with self._changed:
            return [answer for answer in self.heard if answer["id"] == identity]

    def last(self, identity: str) -> dict[str, Any]:
        """Wait for the last answer to a request."""
        return self.until(identity, lambda answer: answer["state"] in FINAL)

    def until(self, identity: str, enough: Any) -> dict[str, Any]:
        """Wait for an answer to a request for which `enough(answer)` is true."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.heard if one["id"] == identity and enough(one)), None)

        with self._changed:
            assert self._changed.wait_for(found, PATIENCE), f"not answered; heard {self.heard[-3:]}"
            answer = found()
            assert answer is not None
            return answer

    def ask(self, kind: str, buffers: object = (), **fields: Any) -> dict[str, Any]:
        """Send a request, and wait for its last answer."""
        return self.last(self.say(kind, buffers, **fields))

    def close(self) -> None:
        """Close the handlers, and check that all answers match the table."""
        self.answers.close()
        assert self.wrong == []


def set_of(model: str = "izhikevich", pattern: str = "tonic_spiking", **values: float) -> dict[str, Any]:
    """Return the fields of a request about a model and a pattern, with these values and defaults."""
    selection = Selection.of(model, pattern, values)
    return {"model": model, "pattern": pattern, "values": dict(selection.values), "dt": selection.dt}


def box_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the ranges and the free parameters for the fields of a request."""
    selection = Selection.of(fields["model"], fields["pattern"], fields["values"], fields["dt"])
    return {"bounds": {name: list(ends) for name, ends in selection.bounds.items()}, "free": list(selection.varied)}


def losses(answers: list[dict[str, Any]]) -> np.ndarray:
    """Return the losses of a search as a page assembles them from the answers."""
    size = max(answer["from"] + len(answer["arrays"]["loss"]) for answer in answers if "from" in answer)
    out = np.full(size, np.nan, np.float32)
    for answer in answers:
        if "from" in answer:
            out[answer["from"] :][: len(answer["arrays"]["loss"])] = answer["arrays"]["loss"]
    return out
