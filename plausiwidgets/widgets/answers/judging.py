"""Simulate and verify: the verdicts of what is selected, made once whoever asks for them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from plausiwidgets.optimization.control import gate
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.judge import evaluate, single, verify_sets
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.widgets.answers.packing import measured
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority, Superseded, Worker

REST = 0.25
"""Time in s without a change after which what is selected is verified."""

Heard = Callable[[Verdict | Exception | None, bool], object]
"""``heard(verdict, last)``: the verdict at the time step, then the verified one; an error, or None if superseded."""


@dataclass(eq=False)
class _Job:
    selection: Selection
    listeners: dict[Hashable, Heard] = field(default_factory=dict)
    due: float = math.inf  # when it is verified, at the latest
    judged: Verdict | None = None  # of n = 1 sets
    outcome: Verdict | Exception | None = None


class Judging:
    """Judges a selection at its time step, then verifies it; a newer one replaces an older one.

    Whoever asks about the selection that is being judged hears the same verdict.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._lock = threading.Lock()
        self._now: _Job | None = None

    def ask(self, selection: Selection, who: Hashable, heard: Heard, rest: float = 0.0, after: float = 0.0) -> None:
        """Tell the verdicts of a selection to `heard`; it is judged `after` seconds, and verified after `rest` more."""
        rest += after
        due = time.monotonic() + rest
        superseded: list[Heard] = []
        with self._lock:
            job = self._now
            fresh = job is None or not _same(job.selection, selection) or isinstance(job.outcome, Exception)
            if job is None or fresh:
                superseded = [] if job is None else list(job.listeners.values())
                job = self._now = _Job(selection)
            known: Verdict | Exception | None = job.outcome
            if known is None:
                job.listeners[who] = heard
                known = None if job.judged is None else single(job.judged)
            last = job.outcome is not None
            sooner = not last and due < job.due
            job.due = min(job.due, due)
            mine = job
        for other in superseded:
            other(None, True)
        if known is not None:
            heard(known, last)
        if fresh:
            self._worker.ask("judge", Priority.DRAG, lambda checkpoint: self._judge(mine, checkpoint), after)
        if sooner:
            self._worker.ask("verify", Priority.VERIFY, lambda checkpoint: self._verify(mine, checkpoint), rest)

    def leave(self, who: Hashable) -> None:
        """Tell `who` no more."""
        with self._lock:
            if self._now is not None:
                self._now.listeners.pop(who, None)

    def close(self) -> None:
        """Forget what is judged and who listens."""
        with self._lock:
            self._now = None

    def _judge(self, job: _Job, checkpoint: Checkpoint) -> None:
        self._try(job, lambda: judge_one(job.selection, (), checkpoint), last=False)

    def _verify(self, job: _Job, checkpoint: Checkpoint) -> None:
        selection, judged = job.selection, job.judged
        if judged is not None:
            self._try(
                job, lambda: verify_sets(selection.model, selection.pattern, judged, checkpoint=checkpoint), last=True
            )

    def _try(self, job: _Job, work: Callable[[], Verdict], last: bool) -> None:
        """Tell what comes of some work, unless something else is judged by then."""
        told: Verdict | Exception
        try:
            with gate.urgent():
                made = work()
        except Superseded:
            raise
        except Exception as error:  # of a custom model or pattern
            told, last = error, True
        else:
            told = single(made)
        with self._lock:
            if self._now is not job or job.outcome is not None:
                return
            if last:
                job.outcome = told
            else:
                job.judged = made
            listeners = list(job.listeners.values())
            if last:
                job.listeners = {}
        for heard in listeners:
            heard(told, last)


def judge_one(selection: Selection, record: tuple[str, ...], checkpoint: Checkpoint | None = None) -> Verdict:
    """Return the verdict of a selection as of n = 1 sets, with the traces of some state variables, not verified."""
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    return evaluate(selection.model, selection.pattern, arrays, selection.dt, checkpoint=checkpoint, record=record)


def _same(one: Selection, other: Selection) -> bool:
    return one.is_about(other.model, other.pattern) and (one.values, one.dt) == (other.values, other.dt)


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict of one set as an answer has it.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> data = verdict_data(pw.judge("lif", "tonic_spiking", {}))
    >>> data["status"], data["loss"], data["checks"][0]["passed"]
    ('replicated', 0.0, True)
    """
    return {
        "status": str(verdict.status), "loss": measured(verdict.loss), "diverged": bool(verdict.diverged),
        "failed_check": str(verdict.failed_check), "engine": verdict.engine,
        "checks": [
            {"key": c.key, "name": c.title, "unit": c.unit, "value": measured(c.value), "low": measured(c.low),
             "high": measured(c.high), "passed": bool(c.passed), "cost": measured(c.cost)}
            for c in verdict.checks
        ],
        "parts": {key: str(part.status) for key, part in verdict.parts.items()},
    }  # fmt: skip
