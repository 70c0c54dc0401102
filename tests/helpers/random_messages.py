"""Random messages of a page, most of which contain an error."""

import random
from typing import Any

from app_client import box_of, set_of

from plausiwidgets.widgets.handlers.messages import TABLE
from plausiwidgets.widgets.handlers.types import ByName, Choice, Flag, ListOf, Nullable, Number, Optional, Pair, Whole

NAMES = (
    "izhikevich",
    "lif",
    "adex",
    "tonic_spiking",
    "rebound_spike",
    "class_1_excitable",
    "stimulus_values",
    "v",
    "a",
    "amplitude",
    "",
    "x" * 500,
    "__class__",
    "\ud800",
    "../../etc/passwd",
    "-1",
)
NUMBERS = (0, 1, -1, 2, 10, 0.1, 1e-320, 1e308, -1e308, 2**53, 2**70, 10**400, float("nan"), float("inf"), True)
LONG = ("assess", "repertoire", "samples", "search", "plane", "profiles", "bifurcations", "tolerance")
"""Kinds whose work may take minutes. Their requests are cancelled."""


def anything(rng: random.Random, depth: int = 0) -> Any:
    """Return a random value, which may have a type that JSON does not support."""
    kind = rng.randrange(9 if depth < 3 else 6)
    if kind < 2:
        return rng.choice(NUMBERS)
    if kind < 4:
        return rng.choice(NAMES)
    if kind < 6:
        return rng.choice((None, False, b"x", (), object))
    if kind == 6:
        return [anything(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(NAMES): anything(rng, depth + 1) for _ in range(rng.randrange(4))}


def value_of(kind: Any, rng: random.Random) -> Any:
    """Return a random value for a type of the table, within its limits or just outside."""
    if isinstance(kind, (Optional, Nullable)):
        return value_of(kind.of, rng)
    if isinstance(kind, Choice):
        return rng.choice(kind.among)
    if isinstance(kind, Flag):
        return rng.random() < 0.5
    if isinstance(kind, Whole):
        return rng.choice((kind.low, kind.low + 1, kind.high, 12, kind.high + 1))
    if isinstance(kind, Number):
        return rng.choice((0.0, 0.1, 1.0, 50.0, *NUMBERS))
    if isinstance(kind, Pair):
        return rng.choice(([0.0, 1.0], [1.0, 0.0], [-1e308, 1e308], [0.0, 1e300], [5, 5], [1.0]))
    if isinstance(kind, ListOf):
        return [value_of(kind.of, rng) for _ in range(rng.randrange(4))]
    if isinstance(kind, ByName):
        return {rng.choice(NAMES): value_of(kind.of, rng) for _ in range(rng.randrange(4))}
    return rng.choice(NAMES)


def message(rng: random.Random, number: int) -> tuple[Any, Any]:
    """Return a random message and its buffers."""
    if rng.random() < 0.1:
        return anything(rng), anything(rng)
    kind = rng.choice(list(TABLE))
    row = TABLE[kind]
    usual = set_of("izhikevich", rng.choice(("tonic_spiking", "rebound_spike")))
    usual |= box_of(usual) | {"budget": 50, "count": 10, "points": [2], "of": f"n{number - 1}"}
    fields = {
        name: usual[name] if name in usual and rng.random() < 0.8 else value_of(of, rng)
        for name, of in row.fields.items()
    }
    if rng.random() < 0.4 and fields:
        fields[rng.choice(list(fields))] = anything(rng)
    if rng.random() < 0.1:
        fields[rng.choice(NAMES)] = anything(rng)
    data = rng.randbytes(rng.choice((0, 1, 100, 5000)))
    buffers = [data] if row.buffer and rng.random() < 0.9 else rng.choice(([], [data], [data, data], None, [3], "x"))
    return {"kind": kind, "id": f"n{number}", **fields}, buffers if rng.random() < 0.5 or row.buffer else []
