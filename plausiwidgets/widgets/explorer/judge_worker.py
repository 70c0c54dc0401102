"""The way from a selection to its response: one thread that judges the newest selection, and verifies at rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.optimization import gate
from plausiwidgets.patterns import Verdict, evaluate
from plausiwidgets.patterns.judge import single
from plausiwidgets.simulation.compiled.engine import before_compiled
from plausiwidgets.simulation.lanes import Checkpoint, Engine
from plausiwidgets.simulation.threads import start_daemon
from plausiwidgets.widgets.session.messages import MessageLine
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Observer, Response, Session
from plausiwidgets.widgets.session.starts import moved_further
from plausiwidgets.widgets.view.plotly_widget import PlotlyFigure

REST = 0.25
"""Time in s without a change after which a selection is verified."""

CALM = 0.4
"""Time in s without a change after which nobody drags any more."""

MAX_WAIT = 0.3
"""Time in s after which a drag is drawn although the page has not answered: it may be gone."""

BREATH = 0.05
"""Least time in s from one judgement of a drag to the next: the page has more to do than to show them."""

MAX_LINGER = 0.15
"""Most time in s that a background run waits after a drag's picture was sent, so that the page can draw it."""


class _Superseded(Exception):
    """A newer selection waits: what is being verified is of no interest any more."""


class JudgeWorker(Observer):
    """Judges what is selected on a thread of its own, and publishes the responses.

    Nothing queues up: a selection that comes while another waits replaces it. It is judged at its time step
    alone, which is quick enough for a drag; the newest is verified when nothing has changed for `REST`.

    Parameters
    ----------
    session : Session
    figure : PlotlyFigure
        Whose page is waited for, so that it never lags behind.
    messages : MessageLine
    """

    def __init__(self, session: Session, figure: PlotlyFigure, messages: MessageLine) -> None:
        self._session = session
        self._figure = figure
        self._messages = messages
        self._changed = threading.Condition()
        self._next: Selection | None = None
        self._jumped = False  # whether there was a jump that has not been drawn
        self._busy = False
        self._closed = False
        self._changed_at = -1e9
        self._thread: threading.Thread | None = None
        self._newest: Selection | None = None
        self._judged: Verdict | None = None  # of the newest, as one of n = 1 sets; None where it failed

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Judge it, in place of older ones that wait; returns at once."""
        before, self._newest = self._newest, selection
        if before is not None and not jumped and (before.values, before.dt) == (selection.values, selection.dt):
            return
        with self._changed:
            if self._closed:
                return
            self._next = selection
            self._jumped = self._jumped or jumped
            self._changed_at = time.monotonic()
            if self._thread is None:
                self._thread = start_daemon(self._run, "plausiwidgets judge", self.close)
            self._changed.notify_all()

    @property
    def calm(self) -> bool:
        """Whether nobody drags."""
        return time.monotonic() - self._changed_at > CALM

    def join(self, timeout: float) -> bool:
        """Wait until everything is judged and verified; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._next is None and not self._busy, timeout)

    def close(self) -> None:
        """End the thread after what it does now."""
        with self._changed:
            self._closed = True
            self._next = None
            self._changed.notify_all()

    # -- on the thread ---------------------------------------------------------------------------

    @property
    def _newer(self) -> bool:
        return self._next is not None or self._closed

    def _run(self) -> None:
        unverified: Selection | None = None
        judged_at = -1e9
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._newer, None if unverified is None else REST)
                self._busy = True
                newer = self._newer
            if newer:
                self._figure.wait_drawn(MAX_WAIT)
                time.sleep(max(judged_at + BREATH - time.monotonic(), 0.0))
            with self._changed:
                if self._closed:
                    self._busy = False
                    self._changed.notify_all()
                    return
                selection, self._next = self._next, None
                jumped = self._jumped
                if selection is not None:
                    self._jumped = False
            if selection is not None:
                unverified = selection
                judged_at = time.monotonic()
                self._judge(selection, jumped)
            elif unverified is not None:
                selection, unverified = unverified, None
                self._verify(selection)
            with self._changed:
                self._busy = unverified is not None
                self._changed.notify_all()

    def _judge(self, selection: Selection, jumped: bool) -> None:
        self._judged = None
        try:
            with gate.urgent(min(self._figure.seconds, MAX_LINGER)):
                sketch = self._before_compiled(selection)
                if sketch is not None:
                    if self._jumped or self._moved_further(selection, sketch):
                        return  # a person has left it, or we do: what is said would be of something else
                    self._session.publish(Response("sketch", selection, single(sketch), jumped=jumped))
                judged = judge_quickly(selection, self._session.recorded(selection.model))
                if self._jumped or self._moved_further(selection, judged):
                    return
                shown = self._session.publish(Response("yours", selection, single(judged), jumped=jumped))
        except Exception as error:
            self._failed(error, selection)
            shown = False
        else:
            self._judged = judged
            self._messages.clear("model")
        if jumped and not shown:
            with self._changed:
                self._jumped = True  # the next one is fitted in its place
        if shown and not self._newer:
            self._publish_target(selection)

    def _before_compiled(self, selection: Selection) -> Verdict | None:
        """Judge while nothing is compiled, where that can be done in a fraction of the time; None where it cannot."""
        if any(part.protocol is not None for part in selection.pattern.components.values()):
            return None  # it adapts its sweeps: too many for plain Python
        began = time.monotonic()
        engine = before_compiled(selection.model)
        if engine is None:
            return None
        exported = time.monotonic()
        end = exported + (exported - began)  # not longer than the export

        def checkpoint() -> None:
            if time.monotonic() > end:
                raise TimeoutError

        try:
            return judge_quickly(selection, self._session.recorded(selection.model), engine, checkpoint)
        except Exception:  # whatever Python cannot compute, the kernel will
            return None

    def _moved_further(self, selection: Selection, verdict: Verdict) -> bool:
        """Go on to another selection where this one was to be tuned: neither solved already, nor without a response."""
        one = single(verdict)
        further = moved_further(selection) if one.accepted or one.diverged else None
        return further is not None and self._session.replaced(selection, further)

    def _verify(self, selection: Selection) -> None:
        self._session.rest(selection)
        self._publish_target(selection)
        if self._judged is None:
            return
        try:
            with gate.urgent():
                verdict = verify(selection, self._judged, self._checkpoint)
        except _Superseded:
            return
        except Exception as error:
            self._failed(error, selection)
            return
        if not self._newer:
            self._session.publish(Response("yours", selection, single(verdict)))

    def _checkpoint(self) -> None:
        if self._newer:
            raise _Superseded

    def _publish_target(self, selection: Selection) -> None:
        if self._session.response("target") is not None:
            return
        try:
            target = patterns.target(selection.pattern)
        except Exception as error:
            self._messages.error("model", error)
            return
        if target is not None:
            self._session.publish(Response("target", selection, target.verdict, target))

    def _failed(self, error: Exception, selection: Selection) -> None:
        self._messages.error("model", error)
        self._session.publish(Response("yours", selection, None))


def judge_quickly(
    selection: Selection, record: Sequence[str], engine: str | Engine = "auto", checkpoint: Checkpoint | None = None
) -> Verdict:
    """Return the verdict of n = 1 sets with the traces of some state variables, at the time step alone."""
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    return evaluate(
        selection.model, selection.pattern, arrays, selection.dt, engine=engine, checkpoint=checkpoint, record=record
    )


def verify(selection: Selection, verdict: Verdict, checkpoint: Checkpoint) -> Verdict:
    """Return the verdict with its verification; what `checkpoint` raises ends it."""
    return patterns.verify(selection.model, selection.pattern, verdict, checkpoint=checkpoint)
