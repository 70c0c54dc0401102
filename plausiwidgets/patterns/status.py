"""The four statuses of a verdict, and two where there is none: the mark, words and explanation of each for a user."""

from __future__ import annotations

STATUSES = ("replicated", "fragile", "unverified", "rejected")
"""From the strongest claim to none. A search that raised an error is "failed" in a table, a stimulus "unjudged"."""

MARKS = {"replicated": "✓", "fragile": "~", "unverified": "○", "rejected": "✗", "failed": "!", "unjudged": "–"}

WORDS = {
    "replicated": "verified",
    "fragile": "not robust",
    "unverified": "criteria met, not verified",
    "rejected": "criteria not met",
    "failed": "failed",
    "unjudged": "no criteria",
}
"""What a screen says for a status; tables and code keep the status itself."""

SEARCH_WORDS = WORDS | {"rejected": "not found"}
"""Words for a search: one without a result does not show that there is none."""

EXPLANATIONS = {
    "replicated": "All criteria are met, and every verification test passes.",
    "fragile": "All criteria are met at this time step, but one verification test fails.",
    "unverified": "All criteria are met at this time step; not yet verified.",
    "rejected": "At least one criterion is not met.",
    "failed": "The model raised an error.",
    "unjudged": "A stimulus without criteria, so there is nothing to evaluate.",
}
