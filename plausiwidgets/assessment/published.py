"""The published assessments: all models of the package, and neurons of torch libraries, × the twenty patterns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import as_file
from itertools import product
from pathlib import Path

from plausiwidgets import models, patterns
from plausiwidgets.analysis.known import DEFAULTS, SCORE, TABLE, TORCH_SCORE, TORCH_TABLE, data_file
from plausiwidgets.assessment.score import plausibility_score
from plausiwidgets.assessment.table import csv_text, read_csv
from plausiwidgets.patterns.verification import nearness
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.names import unknown
from plausiwidgets.support.whole_file import write_whole

_FILES = {"package": (TABLE, SCORE), "torch": (TORCH_TABLE, TORCH_SCORE)}


@checked
def published_table(neurons: str = "package") -> pd.DataFrame:
    """Return a table of neurons and the twenty patterns that comes with the package.

    Parameters
    ----------
    neurons : {"package", "torch"}
        The package's models, as :data:`COMMAND` wrote it: a row is that of seed 0 with the budget of an assessment.
        Where this search does not find a good set (:func:`is_good`), and one with another seed or a larger budget does,
        it is that of the latter, as the columns `seed` and `budget` tell. Or neurons of snnTorch, SpikingJelly, sinabs
        and Norse, each made in one line by ``notebooks/torch_neurons.py``, as :data:`TORCH_COMMAND` wrote it, for which
        none of these libraries is needed.

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
    from plausiwidgets.patterns.judge import judge

    pairs = [(model, pattern) for model in models.names() for pattern in patterns.names()]
    held = [f"{model},{pattern}\n" for model, pattern in pairs if judge(model, pattern).replicated]
    with as_file(data_file(DEFAULTS)) as path:
        path.write_text("model,pattern\n" + "".join(held), encoding="utf-8")


def finish_table(found: str | Path) -> None:
    """Put the rows of a table of seed 0 into the package's table, and make its score anew.

    What the package has of other models and patterns stays in it. Where seed 0 found no good set (:func:`is_good`), and
    the former table has one, the search is made again with the seed and the budget that the former table names; all
    else is left to seed 0.

    Parameters
    ----------
    found : path
        The table of seed 0, with the budgets of an assessment, of all neurons and patterns or of new ones.
    """
    rows, former = _rows(Path(found).read_text(encoding="utf-8")), _rows(data_file(TABLE).read_text(encoding="utf-8"))
    for (model, pattern), row in list(rows.items()):
        known = former.get((model, pattern), row)
        if is_good(known) and not is_good(row):
            rows |= _found_by(model, pattern, [int(known["seed"])], int(known["budget"]))
    every = former | rows
    order = [pair for pair in product(models.names(), patterns.names()) if pair in every]
    _write({pair: every[pair] for pair in order}, plausibility_score)


def search_again(model: str, pattern: str, *seeds: int, budget: int | None = None) -> bool:
    """Search a pair with several seeds, and put the first good set (:func:`is_good`) into the package's table.

    Parameters
    ----------
    model, pattern : str
        Names of the package.
    *seeds : int
        Seeds in their order.
    budget : int, optional
        Largest number of evaluations of each search. Default: that of an assessment.

    Returns
    -------
    bool
        Whether one was found. If not, the table stays as it is. The score keeps the times of the models.
    """
    found = _found_by(model, pattern, seeds, budget)
    times = published_score().set_index("model")["ns_per_ms"]

    def scored(table: pd.DataFrame) -> pd.DataFrame:
        score = plausibility_score(table, measure=False)
        return score.assign(ns_per_ms=score["model"].map(times))

    if found:
        _write(_rows(data_file(TABLE).read_text(encoding="utf-8")) | found, scored)
    return bool(found)


NEAREST = 0.75
"""Share of the limits of the verification that the form of the spikes of a set in the table may use up."""


def is_good(row: Mapping[str, str]) -> bool:
    """Return whether a row has a verified set whose spikes are not so by a hair.

    The verification of neurons without a reset refuses half spikes, spikes that differ too little from them, and spikes
    that end on a plateau; what only just passes is not recognized by a viewer, who takes the sets of the table for
    examples. A row with another seed takes its place, if there is one: the status of the pair is the same.
    """
    if row["status"] != "replicated":
        return False
    pattern, model = patterns.get(row["pattern"]), models.get(row["model"])
    assert isinstance(pattern, patterns.Pattern)
    return nearness(model, pattern, json.loads(row["parameters"])) <= NEAREST


_Rows = dict[tuple[str, str], dict[str, str]]


def _found_by(model: str, pattern: str, seeds: Iterable[int], budget: int | None) -> _Rows:
    """Return the row of the first seed that finds a good set, by its pair; nothing if none does."""
    from plausiwidgets.assessment.api import assess

    for seed in seeds:
        rows = _rows(csv_text(assess(model, pattern, seed=seed, budget=budget)))
        if is_good(rows[model, pattern]):
            return rows
    return {}


def _rows(text: str) -> _Rows:
    """Return the rows of a table as texts, so that what is written again is what was read."""
    return {(row["model"], row["pattern"]): row for row in csv.DictReader(io.StringIO(text, newline=""))}


def _write(rows: _Rows, scored: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Write the package's table, and its score."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(next(iter(rows.values()))), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows.values())
    with as_file(data_file(TABLE)) as path:
        write_whole(path, text.getvalue())
        write_whole(path.with_name(SCORE), scored(read_csv(path)).to_csv(index=False))
