"""Search for parameters of a firing pattern, by differential evolution and CMA-ES."""

from plausiwidgets.optimization.api import optimize, start_optimization
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.sampling import NothingAccepted, sample_accepted
from plausiwidgets.optimization.strategy import Strategy, StrategyFactory
from plausiwidgets.optimization.tries import Tries

__all__ = [
    "NothingAccepted", "Result", "Run", "Strategy", "StrategyFactory", "Tries", "optimize", "sample_accepted",
    "start_optimization",
]  # fmt: skip
