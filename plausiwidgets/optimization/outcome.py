"""What a search found, in words that claim no more than was seen."""

from __future__ import annotations


def outcome(status: str, evaluations: int, found_after: int | None, loss: float | None) -> str:
    """Return what a search found, in words that claim no more than was seen."""
    if status == "replicated":
        return f"replicated, found after {found_after} evaluations"
    if status == "fragile":
        return f"fragile: accepted at dt but not at dt/2, within {evaluations} evaluations"
    least = "" if loss is None else f", least loss {loss:.3g}"
    return f"not found within {evaluations} evaluations{least}"
