"""The published assessments: all models of the package, and neurons of torch libraries, × the twenty patterns."""

from __future__ import annotations

import csv
import io
from importlib.resources import as_file

from plausiwidgets.analysis.known import DEFAULTS, SCORE, TABLE, TORCH_SCORE, TORCH_TABLE, data_file
from plausiwidgets.assessment.score import plausibility_score
from plausiwidgets.assessment.table import csv_text, read_csv
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.names import unknown
from plausiwidgets.support.whole_file import write_whole

OTHER_SEEDS = {
    ("hindmarsh_rose", "mixed_mode"): 1,
    ("wilson", "rebound_spike"): 6,
    ("wilson", "rebound_burst"): 1,
    ("connor_stevens", "subthreshold_oscillations"): 3,
    ("adex", "depolarizing_after_potential"): 1,
    ("adex", "inhibition_induced_bursting"): 3,
}
"""Searches of the table with another seed: the sets of seed 0 hold, but a viewer would not know these patterns in them.

Half spikes between the large ones, spikes that end on a plateau, swings that are too small to be seen beside a spike.
Of the last two, seed 0 does not find the first, and the second is found by some seeds only, and after more evaluations:
see `BUDGETS`.
"""

BUDGETS = {("adex", "inhibition_induced_bursting"): 100_000}
"""Searches of the table with another budget than that of an assessment: the default one of `plausiwidgets.optimize`."""


_FILES = {"package": (TABLE, SCORE), "torch": (TORCH_TABLE, TORCH_SCORE)}


@checked
def published_table(neurons: str = "package") -> pd.DataFrame:
    """Return a table of neurons and the twenty patterns that comes with the package.

    Parameters
    ----------
    neurons : {"package", "torch"}
        The package's models, as :data:`COMMAND` wrote it, a few rows being those of another seed, :data:`OTHER_SEEDS`,
        or budget, :data:`BUDGETS`; or neurons of snnTorch, SpikingJelly, sinabs and Norse, each made in one line by
        ``notebooks/torch_neurons.py``, as :data:`TORCH_COMMAND` wrote it, for which none of these libraries is needed.

    Returns
    -------
    pandas.DataFrame
        With the versions and the date, as of :func:`plausiwidgets.assessment.read_csv`: the package's was made on
        several days, so that they are a column of it.

    Raises
    ------
    ValueError
        For another word.
    FileNotFoundError
        If the package was built without it.

    Examples
    --------
    >>> from plausiwidgets.assessment import published_table
    >>> table = published_table()
    >>> len(table["model"].unique()), len(table["pattern"].unique())
    (20, 20)
    >>> published_table("torch").query("model == 'snntorch_leaky' and pattern == 'tonic_spiking'")["status"].item()
    'replicated'
    """
    with as_file(data_file(_files(neurons)[0])) as path:
        return read_csv(path)


@checked
def published_score(neurons: str = "package") -> pd.DataFrame:
    """Return the score of :func:`published_table`, with times measured on the machine that made it.

    Parameters
    ----------
    neurons : {"package", "torch"}
        As of :func:`published_table`.

    Raises
    ------
    ValueError
        For another word.
    FileNotFoundError
        If the package was built without it.

    Examples
    --------
    >>> from plausiwidgets.assessment import published_score
    >>> int(published_score().set_index("model").loc["lif", "patterns"])
    20
    """
    with as_file(data_file(_files(neurons)[1])) as path:
        return pd.read_csv(path)


def _files(neurons: str) -> tuple[str, str]:
    if neurons not in _FILES:
        raise unknown("neurons", neurons, _FILES)
    return _FILES[neurons]


def write_defaults() -> None:
    """Judge the defaults of every model of the package under every pattern, and write which of them hold."""
    from plausiwidgets import models, patterns
    from plausiwidgets.patterns.judge import judge

    pairs = [(model, pattern) for model in models.names() for pattern in patterns.names()]
    held = [f"{model},{pattern}\n" for model, pattern in pairs if judge(model, pattern).replicated]
    with as_file(data_file(DEFAULTS)) as path:
        path.write_text("model,pattern\n" + "".join(held), encoding="utf-8")


def finish_table() -> None:
    """Put rows of :data:`OTHER_SEEDS` in the place of those of seed 0, and write the score of the table."""
    from plausiwidgets.assessment.api import assess

    with as_file(data_file(TABLE)) as path:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        rows = {(row["model"], row["pattern"]): row for row in reader}
        for (model, pattern), seed in OTHER_SEEDS.items():
            found = csv_text(assess(model, pattern, seed=seed, budget=BUDGETS.get((model, pattern))))
            rows[model, pattern] = next(csv.DictReader(io.StringIO(found, newline="")))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, reader.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
        write_whole(path, text.getvalue())
        write_whole(path.with_name(SCORE), plausibility_score(read_csv(path)).to_csv(index=False))
