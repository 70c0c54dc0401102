"""Searching for the parameters of a firing pattern with CMA-ES."""

from plausiwidgets.optimization.api import optimize, start_optimization
from plausiwidgets.optimization.priority import gate
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.snapshot import Snapshot

__all__ = ["Result", "Run", "Snapshot", "gate", "optimize", "start_optimization"]
