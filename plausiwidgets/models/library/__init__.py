"""The package's own neurons, one a file: equations and their source, step, parameters, published sets.

Each file is named after its model and defines it as ``NEURON``; it is read when the model is first asked for.
"""

from __future__ import annotations

import csv
from importlib.resources import files

NAMES = (
    "lif",
    "lif_adapt",
    "qif",
    "eif",
    "rf",
    "ifb",
    "lsnn",
    "mihalas_niebur",
    "glif",
    "adex",
    "adex_refrac",
    "adex_norse",
    "izhikevich",
    "izhikevich_2004",
    "izhikevich_2007",
    "fitzhugh_nagumo",
    "hindmarsh_rose",
    "morris_lecar",
    "wilson",
    "hodgkin_huxley",
    "connor_stevens",
    "wang_buzsaki",
)
"""In the order in which people meet them."""


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of published sets that stands beside the models.

    Examples
    --------
    >>> rows("adex.csv")[0]["pattern"]
    'tonic spiking'
    """
    text = files(__name__).joinpath(table).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
