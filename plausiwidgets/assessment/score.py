"""Which model to use? What each model of an assessment shows, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from plausiwidgets import models as registry
from plausiwidgets.arguments import checked
from plausiwidgets.models import NeuronModel
from plausiwidgets.names import unknown
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.simulation import cost
from plausiwidgets.simulation.lanes import NotCompilable

SCORE_COLUMNS = {
    "model": "name of the model",
    "title": "for people",
    "patterns": "patterns that were searched",
    "shown": "of these, patterns that it shows: replicated, with any seed",
    "fragile": "patterns accepted at its time step that no verification held for",
    "not_found": "patterns not found within the evaluations, in its box",
    "failed": "patterns of which every search raised an error",
    "robustness": "median over the patterns shown, of the share of copies, changed by up to 1 %, that stay accepted",
    "operations_per_ms": "operations for 1 ms at dt, counted from its program; nan where it has none",
    "ns_per_ms": "measured time for 1 ms of one neuron among 320, in ns, on one thread of this machine",
    "dt": "its time step in ms",
    "free_parameters": "parameters of the model that a search may change",
}

_BEST_FIRST = (*STATUSES, "failed")
_COUNTED = {"replicated": "shown", "fragile": "fragile", "unverified": "fragile", "rejected": "not_found",
            "failed": "failed"}  # fmt: skip


@checked
def plausibility_score(
    table: pd.DataFrame, models: Iterable[NeuronModel] = (), *, measure: bool = True
) -> pd.DataFrame:
    """Return a row for each model of an assessment: what it shows, and what it costs.

    A count of patterns is what it is: it gives a rare pattern the weight of a common one, and a neuron that
    shows fewer of them may be the better one for a question that needs only these. "Not found" says that a search
    of so many evaluations, in the box of the model's parameters and under this protocol, was in vain: it does not
    prove that the model cannot show the pattern. And the cost is that of the model's own time step and method.

    Parameters
    ----------
    table : pandas.DataFrame
        What `plausiwidgets.assess` returned, with any number of seeds; of several, the best counts.
    models : iterable of NeuronModel, optional
        Models of the table that are not registered.
    measure : bool
        Measure the time too: about a second for a model that has not run yet. Without, it is nan.

    Returns
    -------
    pandas.DataFrame
        The columns are explained in `plausiwidgets.assessment.SCORE_COLUMNS`; the rows are ordered by the number
        of patterns shown, then by cost.

    Raises
    ------
    ValueError
        If `table` is no such table, is empty, or names an unknown status.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.assess(["lif"], ["tonic_spiking", "tonic_bursting"], budget=200)
    >>> pw.plausibility_score(table, measure=False)[["model", "patterns", "shown", "not_found"]]
      model  patterns  shown  not_found
    0   lif         2      1          1
    """
    missing = [name for name in ("model", "pattern", "status") if name not in getattr(table, "columns", ())]
    if missing:
        raise ValueError(
            f"the table has no column {', '.join(map(repr, missing))}; valid is: the DataFrame that "
            "plausiwidgets.assess returns"
        )
    if table.empty:
        raise ValueError("the table has no rows: there is nothing to score")
    for status in table["status"].unique():
        if status not in _BEST_FIRST:
            raise unknown("status", status, _BEST_FIRST)
    own = {model.name: model for model in models}
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
                "patterns": len(best),
                **{word: int(counts.get(word, 0)) for word in ("shown", "fragile", "not_found", "failed")},
                "robustness": float(replicated["robustness"].median()) if "robustness" in table else math.nan,
                **_cost(neuron, measure),
            }
        )
    score = pd.DataFrame(rows, columns=list(SCORE_COLUMNS))
    return score.sort_values(["shown", "operations_per_ms"], ascending=[False, True], ignore_index=True)


def _cost(neuron: NeuronModel | None, measure: bool) -> dict[str, float]:
    if neuron is None:
        return {"operations_per_ms": math.nan, "ns_per_ms": math.nan, "dt": math.nan, "free_parameters": math.nan}
    free = sum(parameter.free for parameter in neuron.parameters.values())
    try:
        operations = cost.operations_per_ms(neuron)
        time = cost.nanoseconds_per_ms(neuron) if measure else math.nan
    except NotCompilable:  # what torch needs is no property of the neuron
        operations = time = math.nan
    return {"operations_per_ms": operations, "ns_per_ms": time, "dt": neuron.dt, "free_parameters": free}
