"""Parameter names as they are printed: Greek letters and indices."""

from __future__ import annotations

import html

GREEK = {
    "tau": "τ",
    "delta": "Δ",
    "theta": "θ",
    "alpha": "α",
    "beta": "β",
    "sigma": "σ",
    "rho": "ρ",
    "kappa": "κ",
    "epsilon": "ε",
    "phi": "φ",
}


def symbol(name: str) -> str:
    """Return a parameter's name as HTML: Greek letters, and what follows an underscore as an index."""
    head, _, index = html.escape(name).partition("_")
    return GREEK.get(head, head) + (f"<sub>{index}</sub>" if index else "")
