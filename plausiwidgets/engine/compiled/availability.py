"""Detection of Numba. Without Numba, NumPy and plain Python run programs, and torch runs custom steps."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

NO_NUMBA = (
    "Numba is not installed, so that a simulation takes hundreds of times as long, and only verify=True verifies a "
    "verdict. Run: pip install numba"
)


@cache
def has_numba() -> bool:
    """Return whether Numba can be imported, without importing it."""
    try:
        return find_spec("numba") is not None
    except (ImportError, ValueError):  # Something in this process blocks the import.
        return False
