"""Packaged tables of the built-in models and of neurons from torch libraries with the twenty patterns."""

from __future__ import annotations

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

from plausiwidgets.assessment.table import read_csv
from plausiwidgets.patterns import packaged
from plausiwidgets.patterns.packaged import TABLE
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.names import unknown

SCORE = "zoo_score.csv"
TORCH_TABLE, TORCH_SCORE = "torch_neurons.csv", "torch_neurons_score.csv"
"""Files of the neurons from torch libraries.

They were written by ``plausiwidgets assess notebooks/torch_neurons.py:all --budget 4000 --csv torch_neurons.csv --score
torch_neurons_score.csv``, with seed 0, snnTorch 1.0, SpikingJelly 2.0, sinabs 3.1 and Norse 1.1. The command ``python
-m plausiwidgets.upkeep torch`` updates them.
"""


def data_file(name: str) -> Traversable:
    """Return the path of a file of the packaged assessments."""
    return packaged.data_file(name) if name == TABLE else files("plausiwidgets") / "assessment" / "data" / name


_FILES = {"package": (TABLE, SCORE), "torch": (TORCH_TABLE, TORCH_SCORE)}


@checked
def packaged_table(neurons: str = "package") -> pd.DataFrame:
    """Return a packaged table of neurons and the twenty patterns.

    Parameters
    ----------
    neurons : {"package", "torch"}
        With ``"package"``, the neurons are the built-in models, with seed 0 and the budget of an assessment. Some rows
        are from a search with another seed or a larger budget, because only that search finds a set whose spikes are
        far from the limits of the verification. They contain its `seed` and `budget`. With ``"torch"``, the neurons are
        from snnTorch, SpikingJelly, sinabs and Norse, created by ``notebooks/torch_neurons.py``. You can read the table
        without these libraries.

    Returns
    -------
    pandas.DataFrame
        Table of :func:`plausiwidgets.assessment.read_csv`, with the versions and the date of each row.

    Raises
    ------
    ValueError
        If `neurons` is not one of these strings.

    Examples
    --------
    >>> from plausiwidgets.assessment import packaged_table
    >>> table = packaged_table()
    >>> len(table["model"].unique()), len(table["pattern"].unique())
    (22, 20)
    >>> packaged_table("torch").query("model == 'snntorch_leaky' and pattern == 'tonic_spiking'")["status"].item()
    'replicated'
    """
    with as_file(data_file(_files(neurons)[0])) as path:
        return read_csv(path)


@checked
def packaged_score(neurons: str = "package") -> pd.DataFrame:
    """Return the score of each model in :func:`packaged_table`, with times from the machine that computed it.

    Parameters
    ----------
    neurons : {"package", "torch"}
        Table to use, as in :func:`packaged_table`, with the same error.

    Examples
    --------
    >>> from plausiwidgets.assessment import packaged_score
    >>> int(packaged_score().set_index("model").loc["lif", "patterns"])
    20
    """
    with as_file(data_file(_files(neurons)[1])) as path:
        return pd.read_csv(path)


def _files(neurons: str) -> tuple[str, str]:
    if neurons not in _FILES:
        raise unknown("neurons", "name", neurons, _FILES)
    return _FILES[neurons]
