"""The assessment that comes with the package: all of its models × the twenty patterns, searched once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

import pandas as pd

from plausiwidgets.arguments import checked
from plausiwidgets.assessment.table import read_csv

TABLE, SCORE = "zoo.csv", "zoo_score.csv"
COMMAND = (
    f"plausiwidgets assess all --workers 2 --store zoo.db --csv plausiwidgets/assessment/data/{TABLE} "
    f"--score plausiwidgets/assessment/data/{SCORE}"
)
"""What made both files, with seed 0 and the default budgets."""


def published_table() -> pd.DataFrame:
    """Return the table of the package's own models and the twenty patterns, without a search.

    It is what :data:`COMMAND` wrote; ``.attrs`` hold the versions and the date.

    Raises
    ------
    FileNotFoundError
        If the package was built without it.

    Examples
    --------
    >>> from plausiwidgets.assessment import published_table
    >>> published_table().groupby("model")["status"].value_counts()     # doctest: +SKIP
    """
    with as_file(_file(TABLE)) as path:
        return read_csv(path)


def published_score() -> pd.DataFrame:
    """Return the score of :func:`published_table`, with the times of the machine that made it.

    Raises
    ------
    FileNotFoundError
        If the package was built without it.

    Examples
    --------
    >>> from plausiwidgets.assessment import published_score
    >>> published_score()[["model", "shown", "operations_per_ms"]]      # doctest: +SKIP
    """
    with as_file(_file(SCORE)) as path:
        return pd.read_csv(path)


@cache
def _replicated() -> dict[tuple[str, str], dict[str, float]]:
    try:
        text = _file(TABLE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {  # without pandas, which takes fifty times as long
        (row["model"], row["pattern"]): json.loads(row["parameters"])
        for row in csv.DictReader(io.StringIO(text, newline=""))
        if row["status"] == "replicated"
    }


@checked
def published_parameters(model: str, pattern: str) -> Mapping[str, float] | None:
    """Return the verified set that :func:`published_table` has for a model and a pattern.

    None where it has none, and where the package was built without the table.

    Parameters
    ----------
    model, pattern : str
        Names.

    Returns
    -------
    mapping of str to float, or None
        The model's parameters and the stimulus values.

    Examples
    --------
    >>> from plausiwidgets.assessment import published_parameters
    >>> sorted(published_parameters("lif", "tonic_spiking"))[:3]
    ['amplitude', 'holding', 't_ref']
    >>> published_parameters("lif", "tonic_bursting") is None
    True
    """
    found = _replicated().get((model, pattern))
    return None if found is None else dict(found)


def _file(name: str) -> Traversable:
    file = files("plausiwidgets.assessment") / "data" / name
    if not file.is_file():
        raise FileNotFoundError(f"the package was built without {name}; this command makes it: {COMMAND}")
    return file
