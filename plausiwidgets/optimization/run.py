"""Search in the background."""

from __future__ import annotations

from dataclasses import replace

from plausiwidgets.optimization.background import Background, warn
from plausiwidgets.optimization.control import Gate
from plausiwidgets.optimization.guarded_strategy import StrategyError
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.result import Result
from plausiwidgets.support.progress import ProgressLike


class Run(Background[Result, Result]):
    """Search in the background that `plausiwidgets.start_optimization` returns.

    ``snapshot()`` returns the current record, and ``result()`` the final one. A pause or a stop takes effect within a
    generation. A stop discards the current generation. Pauses do not change the result.

    Parameters
    ----------
    optimizer : Optimizer
        Search to run.
    time_limit : float, optional
        Limit of the working time in s.
    progress : Progress, callable, str or None
        Receiver of a snapshot after every generation.
    gate : Gate, optional
        Gate at which the search waits for urgent jobs, by default that of the process.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> run = pw.start_optimization("lif", "tonic_spiking", seed=0, budget=200)
    >>> run.result().status
    'replicated'
    """

    what = "optimization"
    _function = "optimize"

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
            # Keep the evaluations of a long search if its strategy fails.
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
