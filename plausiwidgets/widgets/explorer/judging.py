"""From a selection to its response: judged at once, verified at rest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization.control import gate
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.judge import EARLY, evaluate, evaluate_early, single, verify_sets
from plausiwidgets.simulation.compiled.engine import before_compiled, is_ready, why_not
from plausiwidgets.simulation.lanes import Checkpoint, Engine
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.starts import moved_further
from plausiwidgets.widgets.session.worker import Priority, Superseded
from plausiwidgets.widgets.view.panel import Host, Panel, Part

REST = 0.25
"""Time in s without a change after which a drag has ended, and the selection is verified."""

MAX_WAIT = 0.3
"""Time in s after which a drag is judged although the page has not answered: it may be gone."""

BREATH = 0.05
"""Least time in s from one judgement of a drag to the next: the page needs time for other things."""

MAX_LINGER = 0.15
"""Most time in s that a background run waits after a drag's picture was sent, so that the page can draw it."""


class Judging(Panel):
    """Judges what is selected and publishes the responses.

    A drag is judged at its time step alone, which is quick enough; what is selected after `REST` without a change is
    verified too. Newer selections replace those that wait.
    """

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._figure = explorer.panel(FigurePanel).figure  # the next judgement waits until its page has drawn the last
        self._jumped = False  # whether there was a jump that has not been drawn
        self._changed_at = self._judged_at = -1e9
        self._newest: Selection | None = None
        self._judged: Verdict | None = None  # of the newest, as one of n = 1 sets; None where it failed

    @property
    def parts(self) -> Iterable[Part]:
        """None: it is invisible."""
        return ()

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Judge it in place of older ones that wait, and verify it at rest."""
        before, self._newest = self._newest, selection
        if before is not None and not jumped and (before.values, before.dt) == (selection.values, selection.dt):
            return
        self.judge(selection, jumped)

    def judge(self, selection: Selection, jumped: bool) -> None:
        """Judge a selection even if it did not change."""
        self._jumped = self._jumped or jumped
        self._changed_at = time.monotonic()
        pause = max(self._judged_at + BREATH - self._changed_at, 0.0)
        self.explorer.worker.ask(
            "judge", Priority.DRAG, lambda checkpoint: self._judge(selection, jumped, checkpoint), pause
        )
        self.explorer.worker.ask(
            "verify", Priority.VERIFY, lambda checkpoint: self._verify(selection, checkpoint), REST
        )

    @property
    def calm(self) -> bool:
        """Whether the last change is longer ago than a drag pauses."""
        return time.monotonic() - self._changed_at > REST

    # -- on a thread of the worker ---------------------------------------------------------------

    def _judge(self, selection: Selection, jump: bool, checkpoint: Checkpoint) -> None:
        self._figure.wait_drawn(MAX_WAIT)
        with self.explorer.session.lock:
            checkpoint()
            jumped, self._jumped = self._jumped, False
        self._judged_at = time.monotonic()
        self._judged = None
        shown = False

        def superseded() -> None:
            """Leave a jump for whatever follows, and a drag for a jump; of a long drag each picture is drawn."""
            if jump or self._jumped:
                checkpoint()

        if not is_ready(selection.model):  # the target is there long before the kernel
            self._ask_target(selection)
        try:
            with gate.urgent(min(self._figure.seconds, MAX_LINGER)):
                early = self._before_compiled(selection)
                if early is not None:
                    if self._jumped or self._moved_further(selection, early):
                        return  # superseded
                    self.explorer.session.publish(Response("yours", selection, single(early), jumped=jumped))
                    # Elsewhere: what is changed meanwhile is drawn at once, too.
                    self.explorer.worker.ask("compile", Priority.FIGURE, lambda _: self._compile(selection.model))
                    return
                recorded = self.explorer.session.recorded(selection.model)
                judged = judge_quickly(selection, recorded, "auto", superseded)
                if self._jumped or self._moved_further(selection, judged):
                    return
                shown = self.explorer.session.publish(Response("yours", selection, single(judged), jumped=jumped))
        except Superseded:
            self._jumped = self._jumped or jumped
            raise
        except Exception as error:
            self._failed(error, selection)
        else:
            self._judged = judged
            self.explorer.messages.clear("model")
        if jumped and not shown:
            self._jumped = True  # the next one is fitted in its place
        self._ask_target(selection)

    def _compile(self, model: NeuronModel) -> None:
        """Make a kernel, then judge what is selected now."""
        why_not(model)  # a reason is told with the judgement
        with self.explorer.session.lock:
            newest = self._newest
            if newest is not None and newest.model is model:
                self.judge(newest, jumped=False)

    def _before_compiled(self, selection: Selection) -> Verdict | None:
        """Judge while nothing is compiled, where that can be done in a fraction of the time; None where it cannot."""
        began = time.thread_time()
        engine = before_compiled(selection.model)
        if engine is None:
            return None
        within = max(time.thread_time() - began, EARLY)  # not longer than the export
        recorded = self.explorer.session.recorded(selection.model)
        arrays = {name: np.array([value]) for name, value in selection.values.items()}
        return evaluate_early(
            engine, selection.model, selection.pattern, arrays, selection.dt, record=recorded, within=within
        )

    def _moved_further(self, selection: Selection, verdict: Verdict) -> bool:
        """Skip starts that are already solved or diverge; return whether this one was."""
        one = single(verdict)
        further = moved_further(selection) if one.accepted or one.diverged else None
        return further is not None and self.explorer.session.replaced(selection, further)

    def _verify(self, selection: Selection, checkpoint: Checkpoint) -> None:
        self.explorer.session.rest(selection)
        judged = self._judged
        if judged is None:
            return
        try:
            with gate.urgent():
                verdict = verify(selection, judged, checkpoint)
        except Superseded:
            raise
        except Exception as error:
            self._failed(error, selection)
            return
        checkpoint()
        self.explorer.session.publish(Response("yours", selection, single(verdict)))

    def _ask_target(self, selection: Selection) -> None:
        if self.explorer.session.response("target") is None:
            self.explorer.worker.ask("target", Priority.FIGURE, lambda _: self._publish_target(selection))

    def _publish_target(self, selection: Selection) -> None:
        if self.explorer.session.response("target") is not None:
            return
        try:
            target = patterns.target(selection.pattern)
        except Exception as error:
            self.explorer.messages.error("model", error)
            return
        if target is not None:
            self.explorer.session.publish(Response("target", selection, target.verdict, target))

    def _failed(self, error: Exception, selection: Selection) -> None:
        self.explorer.messages.error("model", error)
        self.explorer.session.publish(Response("yours", selection, None))


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
    return verify_sets(selection.model, selection.pattern, verdict, checkpoint=checkpoint)
