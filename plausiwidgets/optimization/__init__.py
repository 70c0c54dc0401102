"""Search for parameters of a firing pattern, by differential evolution and CMA-ES."""

from plausiwidgets.optimization.api import optimize, start_optimization
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.strategy import Strategy, StrategyFactory

__all__ = ["Result", "Run", "Strategy", "StrategyFactory", "optimize", "start_optimization"]
