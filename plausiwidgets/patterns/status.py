"""Statuses of a parameter set and of a pair of model and pattern, with their symbols and words."""

from __future__ import annotations

from plausiwidgets.texts import marked

STATUSES = ("replicated", "fragile", "unverified", "rejected")
"""Statuses of a verdict from the strongest to the weakest."""

SYMBOLS = {
    "replicated": "✓",
    "fragile": "~",
    "unverified": "○",
    "rejected": "✗",
    "ruled_out": "∅",
    "unsearched": "·",
    "failed": "!",
    "unjudged": "–",
}
"""Symbol of each status of a parameter set or a pair."""

WORDS = {
    "replicated": "verified",
    "fragile": "not robust",
    "unverified": "criteria met, not verified",
    "rejected": "criteria not met",
    "failed": "error",
    "unjudged": "no criteria",
}
"""Word for each status of one parameter set on screen, whereas tables and code contain the status."""

PAIR_WORDS = WORDS | {"rejected": "not found", "ruled_out": "ruled out", "unsearched": "not searched"}
"""Word for each status of a pair of model and pattern.

A search without a result does not prove that no parameters exist, so the pair is "not found". A proof rules it out.
"""

CONTRADICTS = marked("contradicts a proof")
"""Failed test of a set that meets all criteria of a pattern that a proof rules out."""

EXPLANATIONS = {
    "replicated": "All criteria are met, and every verification test passes.",
    "fragile": "All criteria are met at this time step, but one verification test fails.",
    "unverified": "All criteria are met at this time step; not yet verified.",
    "rejected": "At least one criterion is not met.",
    "failed": "The model raised an error.",
    "unjudged": "A stimulus without criteria, so there is nothing to evaluate.",
}
