"""Sets that were once called replicated, and what each of them misses.

``data/false_claims.json`` holds sets that searches found under weaker rules: neurons on an unstable rest, drifting into
firing by themselves, in a pause, rebounding from an undershoot, or firing where a period stays finite; leaky neurons
held at their threshold, and bursts of hundreds of spikes; oscillations that die away, potentials that run away with
their threshold, and a pair that a proof rules out.
"""

import json

import pytest
from paths import DATA

import plausiwidgets as pw

CLAIMS = json.loads((DATA / "false_claims.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: f"{c['model']}-{c['pattern']}")
def test_a_false_claim_is_rejected_by_the_rule_that_it_breaks(claim):
    verdict = pw.judge(claim["model"], claim["pattern"], claim["parameters"], dt=claim["dt"])
    if claim["failed_test"]:
        status = "rejected" if claim["failed_test"] == "contradicts a proof" else "fragile"
        assert (verdict.status, verdict.failed_test) == (status, claim["failed_test"])
        assert claim["failed_test"] in verdict._repr_html_()
    else:
        assert verdict.status == "rejected"
        assert [c.key for c in verdict.criteria if not c.passed] == claim["missed"]
