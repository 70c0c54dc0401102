"""The packaged tables: all models of the package, and neurons from torch libraries, × the twenty patterns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from itertools import product
from pathlib import Path

from plausiwidgets import models, patterns
from plausiwidgets.assessment.score import plausibility_score
from plausiwidgets.assessment.table import csv_text, read_csv
from plausiwidgets.patterns import packaged
from plausiwidgets.patterns.packaged import DEFAULTS, TABLE, VERIFIED, rows_of
from plausiwidgets.patterns.verification import nearness
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.names import unknown
from plausiwidgets.support.whole_file import write_whole

SCORE = "zoo_score.csv"
COMMAND = (
    f"plausiwidgets assess all --workers 2 --store zoo.jsonl --csv {TABLE} && "
    f"python -c \"from plausiwidgets.assessment.packaged import finish_table; finish_table('{TABLE}')\""
)
"""The command that wrote table and score, with seed 0 and default budgets, and others if these find nothing.

Version 0.2 also searched the 70 pairs that an argument rules out, and found no set. These rows are kept.
"""
TORCH_TABLE, TORCH_SCORE = "torch_neurons.csv", "torch_neurons_score.csv"
"""Written by ``plausiwidgets assess notebooks/torch_neurons.py:all --budget 4000 --csv torch_neurons.csv --score
torch_neurons_score.csv``, with seed 0, snnTorch 1.0, SpikingJelly 2.0, sinabs 3.1 and Norse 1.1."""


def data_file(name: str) -> Traversable:
    """Return a file of the packaged assessments."""
    return packaged.data_file(name) if name == TABLE else files("plausiwidgets") / "assessment" / "data" / name


_FILES = {"package": (TABLE, SCORE), "torch": (TORCH_TABLE, TORCH_SCORE)}


@checked
def packaged_table(neurons: str = "package") -> pd.DataFrame:
    """Return a table of neurons and the twenty patterns that comes with the package.

    Parameters
    ----------
    neurons : {"package", "torch"}
        ``"package"``: the package's models, with seed 0 and the budget of an assessment. If only a search with another
        seed or a larger budget finds a good set (:func:`is_good`), the row is from that search, and has its `seed` and
        `budget`. ``"torch"``: neurons from snnTorch, SpikingJelly, sinabs and Norse, made by
        ``notebooks/torch_neurons.py``. Reading the table requires none of these libraries.

    Returns
    -------
    pandas.DataFrame
        Table with the versions and the date of each row, as from :func:`plausiwidgets.assessment.read_csv`.

    Raises
    ------
    ValueError
        For another word.

    Examples
    --------
    >>> from plausiwidgets.assessment import packaged_table
    >>> table = packaged_table()
    >>> len(table["model"].unique()), len(table["pattern"].unique())
    (20, 20)
    >>> packaged_table("torch").query("model == 'snntorch_leaky' and pattern == 'tonic_spiking'")["status"].item()
    'replicated'
    """
    with as_file(data_file(_files(neurons)[0])) as path:
        return read_csv(path)


@checked
def packaged_score(neurons: str = "package") -> pd.DataFrame:
    """Return the score of :func:`packaged_table`, with times from the machine that computed it.

    Parameters
    ----------
    neurons : {"package", "torch"}
        As for :func:`packaged_table`, with the same error.

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


def write_verified(*names: str) -> None:
    """Judge the presets and defaults of all models or of the named ones, and write the list of verified sets.

    The rows of other models stay in the file.
    """
    path = Path(str(packaged.data_file(VERIFIED)))
    kept = path.read_text(encoding="utf-8").splitlines(keepends=True)[1:] if names and path.exists() else []
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for model in models.names():
        if names and model not in names:
            text.writelines(row for row in kept if row.startswith(f"{model},"))
            continue
        for pattern in patterns.names():
            writer.writerows((model, pattern, title) for title in verified_of(model, pattern))
    write_whole(path, f"model,pattern,set\n{text.getvalue()}")


def verified_of(model: str, pattern: str) -> list[str]:
    """Return the titles of the presets of a pair that a verdict replicates, and `DEFAULTS` where these are."""
    from plausiwidgets.patterns.judge import judge

    known = packaged.known_sets(models.get(model), patterns.get(pattern))
    presets = {one.preset.title: judge(model, pattern, one.parameters, dt=one.dt) for one in known if one.preset}
    verdicts = {**presets, DEFAULTS: judge(model, pattern, {})}
    return [title for title, verdict in verdicts.items() if verdict.replicated]


def finish_table(found: str | Path) -> None:
    """Put the rows of a table of seed 0 into the package's table, and compute its score again.

    Rows of other models and patterns stay in the package's table. If seed 0 found no good set (:func:`is_good`) and the
    former table has one, the search runs again with the seed and the budget of the former row. All other rows are those
    of seed 0. The table `found` must have the budgets of an assessment, and all neurons and patterns or new ones.
    """
    from plausiwidgets.assessment.api import assess

    rows = rows_of(Path(found).read_text(encoding="utf-8"))
    former = rows_of(data_file(TABLE).read_text(encoding="utf-8"))
    for (model, pattern), row in list(rows.items()):
        known = former.get((model, pattern), row)
        if is_good(known) and not is_good(row):
            again = assess(model, pattern, seed=int(known["seed"]), budget=int(known["budget"]))
            rows |= {pair: other for pair, other in rows_of(csv_text(again)).items() if is_good(other)}
    every = former | rows
    order = [pair for pair in product(models.names(), patterns.names()) if pair in every]
    _write({pair: every[pair] for pair in order})


NEAREST = 0.75
"""Maximum share of the limits of the verification that the spike shape of a set in the table may reach."""


def is_good(row: Mapping[str, str]) -> bool:
    """Return whether a row has a verified set whose spikes are far from the limits of the verification.

    The verification of neurons without a reset rejects half spikes, spikes that differ too little from them, and spikes
    that end on a plateau. A viewer, to whom the sets of the table are examples, would not recognize a set that only
    just passes. A row with another seed replaces it, if there is one. The status of the pair stays the same.
    """
    if row["status"] != "replicated":
        return False
    pattern, model = patterns.get(row["pattern"]), models.get(row["model"])
    assert isinstance(pattern, patterns.Pattern)
    return nearness(model, pattern, json.loads(row["parameters"])) <= NEAREST


def _write(rows: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Write the package's table, and its score."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(next(iter(rows.values()))), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows.values())
    with as_file(data_file(TABLE)) as path, as_file(data_file(SCORE)) as score:
        write_whole(path, text.getvalue())
        write_whole(score, plausibility_score(read_csv(path)).to_csv(index=False))
