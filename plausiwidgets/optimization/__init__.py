"""Search for parameters of a firing pattern by differential evolution and CMA-ES."""

from typing import TYPE_CHECKING

from plausiwidgets.optimization.api import optimize, start_optimization
from plausiwidgets.optimization.guarded_strategy import StrategyError
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.strategy import Strategy, StrategyFactory
from plausiwidgets.support.lazy import lazily

__all__ = ["Result", "Run", "Strategy", "StrategyError", "StrategyFactory", "optimize", "start_optimization"]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {})[0]  # imports the module of each name on first use
