"""Score of each model in an assessment: the number of patterns that it shows and its operation count."""

from __future__ import annotations

import math
from collections.abc import Iterable

from plausiwidgets import models as registry
from plausiwidgets.assessment.table import require_columns
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.models import NeuronModel, operation_count
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.names import unknown

SCORE_COLUMNS = {
    "model": "name of the model",
    "title": "title of the model",
    "patterns": "number of patterns that were searched for",
    "shown": "number of patterns that are replicated with at least one seed",
    "fragile": "number of patterns whose best set fails a verification test",
    "unverified": "number of patterns whose best set meets all criteria and was not verified",
    "not_found": "number of patterns that were not found within the budget and the parameter ranges",
    "failed": "number of patterns for which every search failed with an error",
    "robustness": "median robustness of the replicated sets",
    "operations_per_ms": "number of operations for 1 ms at dt, counted in the compiled program; nan without one",
    "ns_per_ms": "measured time in ns for 1 ms of one neuron among 320, on one thread of this machine",
    "dt": "time step of the model in ms",
    "free_parameters": "number of parameters of the model that a search varies by default",
}

_BEST_FIRST = (*STATUSES, "unsearched", "failed")
_COUNTED = {
    "replicated": "shown",
    "fragile": "fragile",
    "unverified": "unverified",
    "rejected": "not_found",
    "failed": "failed",
}


@checked
def plausibility_score(
    table: pd.DataFrame, models: Iterable[NeuronModel] = (), *, measure: bool = True
) -> pd.DataFrame:
    """Return the number of shown patterns and the operation count of each model in an assessment.

    Rare and common patterns have equal weight. "Not found" depends on the budget, the parameter ranges and the
    protocol, so it does not prove that the model cannot show the pattern. The operation count applies to the time step
    and the numerical method of the model.

    Parameters
    ----------
    table : pandas.DataFrame
        Table of `plausiwidgets.assess`. If it contains several seeds, the best one counts.
    models : iterable of NeuronModel, optional
        Models in the table that are not registered.
    measure : bool
        Whether to measure the simulation time, which takes about 1 s for a model that has not run yet.

    Returns
    -------
    pandas.DataFrame
        A row for each model with the columns of `plausiwidgets.assessment.SCORE_COLUMNS`, ordered by the number of
        shown patterns and the operation count.

    Raises
    ------
    ValueError
        If `table` is empty, lacks a column or contains an unknown status.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.assess(["lif"], ["tonic_spiking", "tonic_bursting"], budget=200)
    >>> pw.assessment.plausibility_score(table, measure=False)[["model", "patterns", "shown", "not_found"]]
      model  patterns  shown  not_found
    0   lif         2      1          1
    """
    require_columns(table, "the table", ("model", "pattern", "status"))
    if table.empty:
        raise ValueError("plausibility_score: table must have at least one row, got an empty table.")
    for status in table["status"].unique():
        if status not in _BEST_FIRST:
            raise unknown("plausibility_score: table", "status", status, _BEST_FIRST)
    own = {model.key: model for model in models}
    rows = []
    for name, of_model in table.groupby("model", sort=False):
        neuron = own.get(str(name)) or (registry.get(str(name)) if name in registry.names() else None)
        best = of_model.groupby("pattern")["status"].agg(lambda found: min(found, key=_BEST_FIRST.index))
        counts = best.map(_COUNTED).value_counts()
        replicated = of_model[of_model["status"] == "replicated"]
        rows.append(
            {
                "model": str(name),
                "title": neuron.title if neuron else str(name),
                "patterns": int((best != "unsearched").sum()),
                **{
                    word: int(counts.get(word, 0)) for word in ("shown", "fragile", "unverified", "not_found", "failed")
                },
                "robustness": float(replicated["robustness"].median()) if "robustness" in table else math.nan,
                **_operations(neuron, measure),
            }
        )
    score = pd.DataFrame(rows, columns=list(SCORE_COLUMNS))
    return score.sort_values(["shown", "operations_per_ms"], ascending=[False, True], ignore_index=True)


def _operations(neuron: NeuronModel | None, measure: bool) -> dict[str, float]:
    if neuron is None:
        return {"operations_per_ms": math.nan, "ns_per_ms": math.nan, "dt": math.nan, "free_parameters": math.nan}
    free = sum(parameter.vary for parameter in neuron.parameters.values())
    try:
        operations = operation_count.operations_per_ms(neuron)
        time = operation_count.nanoseconds(neuron) / neuron.dt if measure else math.nan
    except NotCompilableError:  # the time of the torch engine is not a property of the model
        operations = time = math.nan
    return {"operations_per_ms": operations, "ns_per_ms": time, "dt": neuron.dt, "free_parameters": free}
