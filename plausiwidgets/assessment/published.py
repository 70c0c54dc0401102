"""The assessment that comes with the package: all of its models × the twenty patterns, searched once."""

from __future__ import annotations

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

import pandas as pd

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


def _file(name: str) -> Traversable:
    file = files("plausiwidgets.assessment") / "data" / name
    if not file.is_file():
        raise FileNotFoundError(f"the package was built without {name}; this command makes it: {COMMAND}")
    return file
