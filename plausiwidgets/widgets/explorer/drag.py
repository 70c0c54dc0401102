"""From a dragged slider to the moved trace and verdict: one job at a time, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from plausiwidgets.optimization import gate
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.judge import single
from plausiwidgets.widgets.explorer import judging
from plausiwidgets.widgets.explorer.live import NewestWins
from plausiwidgets.widgets.explorer.search import Topic
from plausiwidgets.widgets.explorer.status import StatusLine
from plausiwidgets.widgets.explorer.sweeps import SweepPicker
from plausiwidgets.widgets.explorer.verdict import VerdictView
from plausiwidgets.widgets.figure.scene import Scene

MAX_WAIT = 0.3
"""Time in s after which a drag is drawn although the page has not answered: it may be gone."""

MAX_LINGER = 0.15
"""Most time in s that a background run waits after a drag's picture was sent, so that the page can draw it."""

CALM = 0.4
"""Time in s without a change after which nobody drags any more."""


@dataclass(frozen=True)
class Job:
    """What to judge and draw; `fresh`: it follows a jump, so that the axes are fitted anew."""

    topic: Topic
    values: Mapping[str, float]
    fresh: bool


def _merged(waiting: Job, new: Job) -> Job:
    """Return the newer job; a jump that was never drawn is still to be fitted."""
    return replace(new, fresh=new.fresh or waiting.fresh)


class _Superseded(Exception):
    """A newer job waits: what is being verified is of no interest any more."""


class DragPath:
    """Judges and draws the sliders' values on a thread of its own.

    While dragging, a job is judged at its time step alone; when the slider rests, at half of it too.

    Parameters
    ----------
    scene, sweeps, verdict, status
        The parts of the explorer that show it.
    settled : callable
        Called from the thread when the slider rests, whether or not the model could be simulated.
    """

    def __init__(
        self,
        scene: Scene,
        sweeps: SweepPicker,
        verdict: VerdictView,
        status: StatusLine,
        settled: Callable[[], None],
    ) -> None:
        self._scene = scene
        self._figure = scene.figure
        self._sweeps = sweeps
        self._verdict = verdict
        self._status = status
        self._settled = settled
        self._worker: NewestWins[Job] = NewestWins(
            self._work, self._settle, self._failed, lambda: self._figure.wait_drawn(MAX_WAIT), merge=_merged
        )
        self._judged: Verdict | None = None  # of the last job; None where it failed
        self._unfitted = False  # whether a jump failed before it was drawn

    def put(self, topic: Topic, values: Mapping[str, float], fresh: bool) -> None:
        """Judge and draw these values, in place of older ones that wait; returns at once."""
        self._worker.put(Job(topic, values, fresh))

    @property
    def calm(self) -> bool:
        """Whether nobody drags."""
        return self._worker.idle > CALM

    def join(self, timeout: float) -> bool:
        """Wait until everything is judged and drawn; return whether it is."""
        return self._worker.join(timeout)

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _work(self, job: Job) -> None:
        topic = job.topic
        self._judged = None
        self._unfitted = self._unfitted or job.fresh
        with gate.urgent(min(self._figure.seconds, MAX_LINGER)):
            judged = judging.judged(topic.model, topic.pattern, job.values, topic.dt)
            verdict = single(judged)
            with self._figure.update():
                if topic.number != self._scene.topic:
                    return
                self._scene.draw("live", verdict, topic.number, fit=self._unfitted)
        self._unfitted = False
        self._judged = judged
        self._verdict.show(verdict)
        self._status.clear("model")
        if not self._worker.waiting:
            self._draw_target(topic)

    def _settle(self, job: Job) -> None:
        topic = job.topic
        self._settled()
        self._draw_target(topic)
        if self._judged is None:
            return
        try:
            with gate.urgent():
                verdict = single(judging.verified(topic.model, topic.pattern, self._judged, self._yield_to_newer))
        except _Superseded:
            return
        if self._worker.waiting:
            return
        with self._figure.update():
            if topic.number != self._scene.topic:
                return
            self._verdict.show(verdict)
            self._scene.settle()

    def _yield_to_newer(self) -> None:
        if self._worker.waiting:
            raise _Superseded

    def _draw_target(self, topic: Topic) -> None:
        if self._scene.has("target"):
            return
        target = judging.target(topic.pattern)
        with self._figure.update():
            if topic.number == self._scene.topic:
                if target is not None:
                    self._scene.draw_target(target, topic.number)
                self._sweeps.show(self._scene.sweeps, self._scene.shown)

    def _failed(self, error: Exception) -> None:
        self._status.error("model", error)
        self._verdict.fail("The model could not be simulated with these parameters.")
        self._scene.clear("live")
