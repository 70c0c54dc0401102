"""Statuses of a parameter set, and of a pair of a model and a pattern: one symbol and one word for each."""

from __future__ import annotations

from plausiwidgets.texts import marked

STATUSES = ("replicated", "fragile", "unverified", "rejected")
"""Statuses of a verdict, from the strongest claim to none."""

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
"""Symbol of each status, the same for a parameter set and for a pair."""

WORDS = {
    "replicated": "verified",
    "fragile": "not robust",
    "unverified": "criteria met, not verified",
    "rejected": "criteria not met",
    "failed": "error",
    "unjudged": "no criteria",
}
"""Word for the status of one parameter set; tables and code keep the status."""

PAIR_WORDS = WORDS | {"rejected": "not found", "ruled_out": "ruled out", "unsearched": "not searched"}
"""Word for the status of a pair of a model and a pattern.

A search without a result does not show that no parameters exist, so that a pair is "not found". A proof rules it out.
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
