"""Sets that were once called replicated, and what each of them misses.

``data/false_claims.json`` holds sets that searches found under weaker rules: neurons on an unstable rest, drifting into
firing by themselves, in a pause, rebounding from an undershoot, or firing where a period stays finite.
"""

import json

import numpy as np
import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.patterns.evaluation import evaluate

CLAIMS = json.loads((DATA / "false_claims.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: f"{c['model']}-{c['pattern']}")
def test_a_false_claim_is_rejected_by_the_rule_that_it_breaks(claim):
    verdict = pw.judge(claim["model"], claim["pattern"], claim["parameters"], dt=claim["dt"])
    if claim["failed_check"]:
        assert verdict.status == "fragile" and verdict.failed_check == claim["failed_check"]
        assert claim["failed_check"] in verdict._repr_html_()
    else:
        assert verdict.status == "rejected"
        assert [c.key for c in verdict.checks if not c.passed] == claim["missed"]


def test_a_neuron_on_an_unstable_fixed_point_is_not_at_rest():
    # The resonator's rest loses its stability at some holding level before it vanishes.
    values = {"a": 0.1, "b": 0.26, "c": -60.0, "d": -1.0, "holding": 0.27, "amplitude": 10.0}
    model, pattern = pw.models.get("izhikevich"), pw.patterns.get("phasic_spiking")
    arrays = {n: np.array([values.get(n, p.default)]) for n, p in pattern.parameters(model).items()}
    undisturbed = evaluate(model, pattern, arrays, 0.1, kick=0.0)
    disturbed = evaluate(model, pattern, arrays, 0.1)
    at_rest = {c.key: c.passed[0] for c in undisturbed.checks}, {c.key: c.passed[0] for c in disturbed.checks}
    assert at_rest[0]["quiet"] and at_rest[0]["at_rest"]
    assert not (at_rest[1]["quiet"] and at_rest[1]["at_rest"])


def test_a_leaky_neuron_that_drifts_to_its_threshold_shows_no_rebound():
    # Held at its threshold it fires by itself sooner or later: what follows an inhibition is not its doing.
    verdict = pw.judge("lif", "rebound_spike", {"holding": 15.0 + 1e-9, "amplitude": 5.0})
    assert "quiet" in [c.key for c in verdict.checks if not c.passed] or not verdict.accepted


def test_a_deep_reset_just_below_threshold_is_told_from_phasic_firing():
    values = {"tau_mem": 50.0, "v_reset": -85.0, "holding": 14.95, "amplitude": 0.058}
    assert not pw.judge("lif", "phasic_spiking", values).accepted
    assert not pw.judge("lif", "phasic_spiking", values | {"v_reset": -100.0}).accepted


def test_a_leaky_neuron_that_rests_at_its_threshold_is_not_class_2():
    # Found by a search: but for the growth of its period, every criterion holds.
    values = {
        "tau_mem": 2.0673205339534664,
        "v_rest": -55.00467066215052,
        "v_threshold": -54.982535476931396,
        "v_reset": -83.97381258260485,
        "t_ref": 4.996280151622258,
        "amplitude": 53.26113932534722,
        "holding": -0.0009856728151262928,
    }
    verdict = pw.judge("lif", "class_2_excitable", values, verify=False)
    assert [c.key for c in verdict.checks if not c.passed] == ["period_growth"]


def test_bursts_of_hundreds_of_spikes_are_no_bursts():
    # A reset above the take-off point, and little adaptation for each spike.
    values = {"a": 0.002, "c": -48.0, "d": 0.05, "amplitude": 10.0}
    verdict = pw.judge("izhikevich", "tonic_bursting", values, verify=False)
    largest = next(c for c in verdict.checks if c.key == "largest")
    assert not verdict.accepted and not (largest.passed and largest.value > 40)
