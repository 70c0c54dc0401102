"""The four statuses of a verdict, and two where there is none: the mark, words and explanation of each for a user."""

from __future__ import annotations

STATUSES = ("replicated", "fragile", "unverified", "rejected")
"""From the strongest claim to none. A search that raised an error is "failed" in a table, a stimulus "unjudged"."""

MARKS = {"replicated": "✓", "fragile": "~", "unverified": "○", "rejected": "✗", "failed": "!", "unjudged": "–"}

WORDS = {
    "replicated": "shows it (verified)",
    "fragile": "holds, but not robustly",
    "unverified": "holds, not verified",
    "rejected": "not shown",
    "failed": "failed",
    "unjudged": "not judged",
}
"""What a screen says for a status; tables and code keep the status itself."""

SEARCH_WORDS = WORDS | {"rejected": "not found"}
"""Words for a search: one without a result does not show that there is none."""

EXPLANATIONS = {
    "replicated": "Every criterion holds, also in each check of the verification.",
    "fragile": "Every criterion holds at this time step, but not in one of the checks of the verification.",
    "unverified": "Every criterion holds at this time step; the verification has not been made.",
    "rejected": "At least one criterion does not hold.",
    "failed": "The model raised an error.",
    "unjudged": "A stimulus without criteria, which is not judged.",
}
