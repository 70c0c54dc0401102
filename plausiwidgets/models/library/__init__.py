"""The built-in neurons, one per file: equations with their source, step, parameters and published sets.

Each file has the name of its model and defines the model as ``NEURON``. The file is imported on the first use of the
model.
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
"""Names of the built-in models, in the order in which menus and tables show them."""


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of published sets in this directory.

    Examples
    --------
    >>> rows("adex.csv")[0]["pattern"]
    'tonic spiking'
    """
    text = files(__name__).joinpath(table).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
