"""Estimates of the time of a study, measured on the first candidates of each model and pattern."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable
from dataclasses import replace

from plausiwidgets.assessment.units import Unit
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.models.registry import received as received_model
from plausiwidgets.optimization.control import StoppedError
from plausiwidgets.optimization.portfolio import Options
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.shrink_to_defaults import shrink_to_defaults
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.progress import ProgressLike, watched

TRIED = 200
"""Number of evaluated candidates for each model and pattern."""

MAX_SECONDS = 2.0
"""Maximum processor time in s of these evaluations.

The estimate for a slower model is based on fewer candidates.
"""

ESTIMATE_COLUMNS = {
    "model": "name of the model",
    "pattern": "key of the pattern",
    "searches": "number of searches, one for each seed",
    "compiled": "whether the model runs as machine code",
    "reason": "reason why it does not, or why there is no search",
    "candidates": "number of candidates that were evaluated for this estimate",
    "found": "whether one of the candidates shows the pattern",
    "candidate_ms": "processor time per candidate in ms, including verifications",
    "low": "processor time of the searches in s, if each ends after these candidates",
    "high": "processor time of the searches in s, if each that has not ended uses its whole budget",
}
"""Descriptions of the columns of an estimate."""


def estimate_units(units: Iterable[Unit], progress: ProgressLike = None) -> pd.DataFrame:
    """Return the table of `plausiwidgets.assessment.estimate` for some units.

    The first search of each model and pattern runs until `TRIED` candidates are evaluated. A progress display receives
    a `Work` for each row.
    """
    searches: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        searches.setdefault((unit.waiting.model, unit.waiting.pattern), []).append(unit)
    compiling: dict[str, float] = {}
    reasons: dict[str, str] = {}
    rows: list[dict[str, object]] = []
    with watched("estimate", progress, of=len(searches), each="pairs") as watch:
        for (model, pattern), several in searches.items():
            unit = several[0]
            if model not in compiling:
                began = time.process_time()
                asked = "engine='torch' was asked for" if unit.engine == "torch" else None
                reasons[model] = asked or why_not(received_model(unit.model)) or ""
                compiling[model] = time.process_time() - began
            began = time.process_time()
            result, without, ended = _begun(unit)
            low = high = 0.0 if without else time.process_time() - began
            if result.evaluations and not ended:
                high *= unit.budget / result.evaluations
            most = math.inf if unit.time_limit is None else unit.time_limit
            rows.append(
                {
                    "model": model,
                    "pattern": pattern,
                    "searches": len(several),
                    "compiled": not reasons[model],
                    "reason": without or reasons[model],
                    "candidates": result.evaluations,
                    "found": result.replicated,
                    "candidate_ms": 1000.0 * low / max(result.evaluations, 1),
                    "low": len(several) * min(low, most),
                    "high": len(several) * min(high, most),
                }
            )
            if watch is not None:
                watch.done += 1
                watch()
    table = pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))
    table.attrs = {"compile": compiling, "memory": peak_memory()}
    return table


def peak_memory() -> int | None:
    """Return the peak memory of this process in bytes, or None if the system does not report it."""
    try:
        import resource
    except ImportError:  # on Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _begun(unit: Unit) -> tuple[Result, str, bool]:
    """Return the record of a search after its first candidates, the reason without a search, and whether it ended."""
    result, began = unit.waiting, time.process_time()
    if result.ruled_out:
        return result, f"is not searched: {result.ruled_out}", True

    def check() -> None:
        if time.process_time() - began > MAX_SECONDS:
            raise StoppedError("long enough")

    try:
        optimizer = unit.optimizer()
        while result.evaluations < TRIED and (made := optimizer.step(check)) is not None:
            result = made
        if result.replicated:
            shrink_to_defaults(optimizer.problem, result.parameters, unit.seed, check)
    except StoppedError:  # this may happen within the first generation
        return replace(result, evaluations=result.evaluations or min(Options.population, unit.budget)), "", False
    except Exception as failure:
        return unit.waiting, f"fails: {type(failure).__name__}: {failure}", True
    return result, "", result.replicated
