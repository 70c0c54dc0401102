"""A search in the background."""

from __future__ import annotations

from dataclasses import replace

from plausiwidgets.optimization.background import Background, warn
from plausiwidgets.optimization.control import Gate
from plausiwidgets.optimization.guarded_strategy import StrategyError
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.result import Result
from plausiwidgets.support.progress import ProgressLike


class Run(Background[Result, Result]):
    """An optimization in the background, as `plausiwidgets.start_optimization` returns it.

    ``snapshot()`` returns the record so far, ``result()`` the last one. Pause and stop take effect within a generation;
    a generation that a stop interrupts is discarded. The same seed gives the same result, paused or not.

    Parameters
    ----------
    optimizer : Optimizer
    time_limit : float, optional
        Limit of the working time.
    progress : Progress, callable, str or None
        Receives a snapshot of every step.
    gate : Gate, optional
        Where urgent jobs go first; default: the gate of this process.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> run = pw.start_optimization("lif", "tonic_spiking", seed=0, budget=200)
    >>> run.result().status
    'replicated'
    """

    what = "optimization"

    def __init__(
        self,
        optimizer: Optimizer,
        time_limit: float | None = None,
        progress: ProgressLike = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(optimizer.result, progress, time_limit, gate)
        self._optimizer = optimizer

    def _run(self) -> str:
        checkpoint, optimizer = self._checkpoint, self._optimizer
        checkpoint()
        try:
            while (result := optimizer.step(checkpoint)) is not None:
                self._publish(result)
                self._report()
                checkpoint()
        except StrategyError as error:
            if not optimizer.result.evaluations:
                raise
            # A long search must not be lost with the strategy that ended it.
            self._publish(replace(optimizer.result, error=str(error)))
            warn(
                f"the search ended after {optimizer.result.evaluations} evaluations, which the result contains. {error}"
            )
            return "failed"
        self._publish(replace(optimizer.result, phase="verify"))
        self._publish(replace(self._snapshot, robustness=optimizer.robustness(checkpoint)))
        return optimizer.stop_reason

    def _finish(self, **ending: str) -> None:
        super()._finish(phase="", **ending)

    def _outcome(self) -> Result:
        return self._snapshot
