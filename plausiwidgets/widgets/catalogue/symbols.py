"""Printed form of parameter names, with Greek letters and indices."""

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
    """Return the name of a parameter as HTML, with Greek letters and the part after an underscore as an index."""
    head, _, index = html.escape(name).partition("_")
    return GREEK.get(head, head) + (f"<sub>{index}</sub>" if index else "")
