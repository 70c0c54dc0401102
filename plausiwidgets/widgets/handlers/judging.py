"""Evaluation and verification of the selection. Listeners to the same selection share one verdict."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from plausiwidgets.engine.compiled.availability import has_numba
from plausiwidgets.engine.compiled.engine import interim_engine
from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.optimization.control import chosen_gate
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.all_of import in_sentence
from plausiwidgets.patterns.evaluation import evaluate, evaluate_early, single
from plausiwidgets.patterns.settling import TRANSIENT
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.texts import tr
from plausiwidgets.widgets.catalogue.contents import is_packaged
from plausiwidgets.widgets.handlers.packing import measured
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.worker import Priority, SupersededError, Worker

REST = 0.25
"""Time in s without a change after which the selection is verified."""

OFTEN = 0.2
"""Minimum time in s between two progress reports of a simulation."""

Listener = Callable[[Verdict | Exception | None, bool], object]
"""``listener(verdict, last)``, called with the verdict at the time step, then with the verified verdict.

The first argument is an exception if the simulation failed, and None if the selection was superseded.
"""

Far = Callable[[int, int], object]
"""``far(done, total)`` with time steps of a loop in Python. The total is 0 if it is not known."""


class NotSimulatedError(ValueError):
    """Error of a custom neuron or pattern, with a text that names both."""


@dataclass(eq=False)
class _Job:
    """The evaluation of one selection, whose fields change only while the lock of `Judging` is held."""

    selection: Selection
    listeners: dict[Hashable, Listener] = field(default_factory=dict)
    watchers: dict[Hashable, Far] = field(default_factory=dict)
    start: float = math.inf  # latest time at which it is evaluated
    begun: bool = False
    due: float = math.inf  # latest time at which it is verified
    judged: Verdict | None = None  # a batch of one set
    outcome: Verdict | Exception | None = None


class Judging:
    """Evaluator of the current selection, first at its time step, then with the verification tests.

    A newer selection replaces the selection that is being evaluated. Several requests about one selection share a
    verdict.

    Attributes
    ----------
    gate : Gate
        Gate that stops background work during an evaluation.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.gate = chosen_gate()
        # Call listeners and watchers without the lock, because they may call `ask`, `leave` or `end`, which take it.
        self._lock = threading.Lock()
        self._now: _Job | None = None

    def ask(
        self,
        selection: Selection,
        who: Hashable,
        listener: Listener,
        rest: float = 0.0,
        after: float = 0.0,
        far: Far | None = None,
    ) -> None:
        """Call `listener` with the verdicts on a selection.

        Parameters
        ----------
        selection : Selection
        who : hashable
            Key of the listener.
        listener : callable
            Function of the verdict and of whether it is the last one, see `Listener`.
        rest : float, optional
            Time in s between evaluation and verification. With infinity, this call does not require a verification.
        after : float, optional
            Time in s before the evaluation.
        far : callable, optional
            Function that is called with the progress of a long simulation, see `Far`.
        """
        start = time.monotonic() + after
        due = start + rest
        superseded: list[Listener] = []
        with self._lock:
            job = self._now
            if job is None or not _same(job.selection, selection) or isinstance(job.outcome, Exception):
                superseded = [] if job is None else list(job.listeners.values())
                job = self._now = _Job(selection)
            known: Verdict | Exception | None = job.outcome
            if known is None:
                job.listeners[who] = listener
                if far is not None:
                    job.watchers[who] = far
                known = None if job.judged is None else single(job.judged)
            last = job.outcome is not None
            begin = not job.begun and start < job.start
            sooner = not last and due < job.due
            job.start, job.due = min(job.start, start), min(job.due, due)
            mine = job
        for other in superseded:
            other(None, True)
        if known is not None:
            listener(known, last)
        if begin:
            self._worker.ask("judge", Priority.DRAG, lambda checkpoint: self._judge(mine, checkpoint), after)
        if sooner:
            self._worker.ask("verify", Priority.VERIFY, lambda checkpoint: self._verify(mine, checkpoint), after + rest)

    def leave(self, who: Hashable) -> None:
        """Remove the listener with the key `who`."""
        with self._lock:
            if self._now is not None:
                self._now.listeners.pop(who, None)
                self._now.watchers.pop(who, None)

    def end(self, who: Hashable) -> None:
        """End the work for the listener with the key `who`.

        Other listeners get the verdict when the selection is requested again.
        """
        with self._lock:
            job = self._now
            if job is None or who not in job.listeners or job.judged is not None:
                return
            del job.listeners[who]
            job.watchers.pop(who, None)
            job.begun, job.start, job.due = False, math.inf, math.inf
        self._worker.cancel("judge")
        self._worker.cancel("verify")

    def close(self) -> None:
        """Drop the current work and its listeners."""
        with self._lock:
            self._now = None

    def _judge(self, job: _Job, checkpoint: Checkpoint) -> None:
        selection = job.selection
        with self._lock:
            job.begun = True
        record = _recorded(selection)

        def report(done: int, total: int) -> None:
            with self._lock:
                watchers = list(job.watchers.values())
            for far in watchers:
                far(done, total)

        def judge() -> Verdict:
            early = _before_compiled(selection, record, checkpoint)
            return judge_one(selection, record, _counted(selection, checkpoint, report)) if early is None else early

        self._try(job, judge, last=False)

    def _verify(self, job: _Job, checkpoint: Checkpoint) -> None:
        selection, judged = job.selection, job.judged
        if judged is None:
            return
        if not has_numba():  # Without Numba, a verification would take minutes for each move of a slider.
            self._try(job, lambda: judged, last=True)
            return

        def verify() -> Verdict:
            # A compiled kernel now exists, so its verdict replaces that of plain Python.
            by_kernel = judge_one(selection, _recorded(selection), checkpoint) if judged.engine == "python" else judged
            return verify_sets(selection.model, selection.pattern, by_kernel, checkpoint=checkpoint)

        self._try(job, verify, last=True)

    def _try(self, job: _Job, work: Callable[[], Verdict], last: bool) -> None:
        """Publish the outcome of `work`, unless another selection has replaced that of `job`."""
        outcome: Verdict | Exception
        try:
            with self.gate.urgent():
                made = work()
        except SupersededError:
            raise
        except Exception as error:  # The error comes from a custom model or pattern.
            outcome, last = _named(job.selection, error), True
        else:
            outcome = single(made)
        with self._lock:
            if self._now is not job or job.outcome is not None:
                return
            if last:
                job.outcome = outcome
            else:
                job.judged = made
            listeners = list(job.listeners.values())
            if last:
                job.listeners, job.watchers = {}, {}
        for listener in listeners:
            listener(outcome, last)


def _named(selection: Selection, error: Exception) -> Exception:
    """Return an error with a text that names the custom neuron, the pattern and the kind of the original error."""
    kind = type(error).__name__
    text = tr(
        "{model} with {pattern} raised an error: {error}",
        model=tr(selection.model.title),
        pattern=in_sentence(selection.pattern),
        error=f"{kind}: {error}" if str(error) else kind,
    )
    named = NotSimulatedError(text)
    named.__cause__ = error
    return named


def _counted(selection: Selection, checkpoint: Checkpoint, report: Far) -> Checkpoint:
    """Return a checkpoint that counts the time steps of a loop in Python and reports them regularly.

    A loop in Python calls the checkpoint in each time step. Machine code calls it every few ms.
    """
    done, reported = 0, time.monotonic()
    total = -1

    def watch() -> None:
        nonlocal done, reported, total
        checkpoint()
        done += 1
        now = time.monotonic()
        if now - reported > OFTEN:
            reported = now
            if total < 0:
                total = steps_of(selection)
            report(done, total if done <= total else 0)

    return watch


def steps_of(selection: Selection) -> int:
    """Return the number of time steps that a loop in Python needs for a verdict.

    The number is 0 for an adaptive protocol, because its sweeps depend on the responses.

    Examples
    --------
    >>> steps_of(Selection.of("lif", "tonic_spiking", dt=0.5)) > 3000
    True
    >>> steps_of(Selection.of("lif", "class_1_excitable"))
    0
    """
    model, pattern = selection.model, selection.pattern
    length = 0.0  # ms
    for prefix, part in pattern.components.items():
        if part.adapts or part.sweeps is None:
            return 0
        values = {name: np.array([selection.values[prefix + name]]) for name in part.stimulus_names}
        lengths = list(part.durations(SimpleNamespace(**values)).values())
        # Lanes with the same duration run together, unless the step accepts only one lane.
        length += TRANSIENT + SETTLE + sum(lengths if model.lanewise else dict.fromkeys(lengths))
    return round(length / selection.dt)


def _recorded(selection: Selection) -> tuple[str, ...]:
    """Return the state variables whose traces are kept with a verdict.

    No traces are kept for a packaged neuron, because the page simulates it again.
    """
    return () if is_packaged(selection.model) else (selection.model.states[0].key,)


def _before_compiled(selection: Selection, record: tuple[str, ...], checkpoint: Checkpoint) -> Verdict | None:
    """Return the verdict of plain Python while the model has no compiled kernel.

    The result is None if the model has a kernel, or if the evaluation in plain Python would be slow.
    """
    plain = interim_engine(selection.model)
    if plain is None:
        return None
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    return evaluate_early(plain, selection.model, selection.pattern, arrays, selection.dt, checkpoint, record)


def judge_one(selection: Selection, record: tuple[str, ...], checkpoint: Checkpoint | None = None) -> Verdict:
    """Return the unverified verdict on a selection as a batch of one set, with traces of the variables in `record`."""
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    return evaluate(selection.model, selection.pattern, arrays, selection.dt, checkpoint=checkpoint, record=record)


def _same(one: Selection, other: Selection) -> bool:
    return one.is_about(other.model, other.pattern) and (one.values, one.dt) == (other.values, other.dt)


def verdict_data(verdict: Verdict) -> dict[str, object]:
    """Return the verdict on one parameter set as the fields of an answer.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> data = verdict_data(pw.judge("lif", "tonic_spiking", {}))
    >>> data["status"], data["loss"], data["criteria"][0]["passed"]
    ('replicated', 0.0, True)
    """
    return {
        "status": str(verdict.status),
        "loss": measured(verdict.loss),
        "diverged": bool(verdict.diverged),
        "failed_test": str(verdict.failed_test),
        "engine": verdict.engine,
        "criteria": [
            {
                "key": c.key,
                "name": c.title,
                "unit": c.unit,
                "value": measured(c.value),
                "low": measured(c.low),
                "high": measured(c.high),
                "passed": bool(c.passed),
                "penalty": measured(c.penalty),
            }
            for c in verdict.criteria
        ],
        "parts": {key: str(part.status) for key, part in verdict.parts.items()},
    }
