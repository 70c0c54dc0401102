"""Comparison of a packaged verdict with a new evaluation."""

import plausiwidgets as pw
from plausiwidgets.patterns.packaged import default_set, published_sets
from plausiwidgets.upkeep.rows import title_of


def check_verdict(row: dict[str, str]) -> None:
    """Raise an AssertionError if an evaluation of the set of a row returns another verdict."""
    model, pattern = pw.models.get(row["model"]), pw.patterns.get(row["pattern"])
    sets = {title_of(one): one for one in (*published_sets(model, pattern), default_set(model, pattern))}
    one = sets[row["set"]]
    verdict = pw.judge(model, pattern, one.parameters, dt=one.dt)
    assert (verdict.status, verdict.failed_test) == (row["status"], row["failed_test"]), row
