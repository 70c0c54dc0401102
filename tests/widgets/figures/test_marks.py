"""What is drawn of the criteria: at the times and with the numbers that the judge measures."""

import re

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.marks import Mark
from plausiwidgets.widgets.figures.marks import event_window, shapes


def reference(key):
    """Return pattern, model and verdict of the published parameters."""
    model = pw.models.get("izhikevich_2004")
    preset = [p for p in model.presets if p.pattern == key][-1]
    return pw.patterns.get(key), model, pw.judge(model, key, preset.parameters, dt=preset.dt, verify=False)


ONE_NUMBER = ("spikes", "intervals", "periods", "mV", "ms")
"""Units of criteria whose value stands in the text of a window, an arrow or a band."""


def contradictions(pattern, model, verdict):
    """Return the marks whose text does not have the number of their criterion."""
    checks, wrong = {check.key: check for check in verdict.checks}, []
    for name, trace in verdict.traces.items():
        for shape in shapes(pattern, name, model, verdict.parameters, trace, verdict.checks):
            check = checks[shape.criterion]
            named = shape.text.startswith(("T =", "0.6 T =")) or check.key in ("latency_range", "ends")
            if shape.form not in ("window", "arrow", "band") or check.unit not in ONE_NUMBER or named:
                continue
            numbers = [0.0] if shape.text in ("silent", "no spike") else []
            numbers += [abs(float(x)) for x in re.findall(r"\d+\.?\d*", shape.text)]
            if not any(x == pytest.approx(abs(check.value), rel=6e-3, abs=1e-3) for x in numbers):
                wrong.append((check.key, check.value, shape.text))
    return wrong


@pytest.mark.parametrize("key", pw.patterns.names())
def test_picture_and_criterion_say_one_number(key):
    assert contradictions(*reference(key)) == []
    model, pattern = pw.models.get("izhikevich"), pw.patterns.get(key)
    for holding in (0.0, 8.0):  # at rest, and firing before anything happens
        allowed = pattern.parameters(model)["holding"].clip(holding)
        verdict = pw.judge(model, pattern, {"holding": float(allowed)}, verify=False)
        assert contradictions(pattern, model, verdict) == []


def test_silence_is_marked_where_a_spike_is_missing_and_not_where_none_is_needed():
    model, pulses = pw.models.get("adex"), {}
    for key in ("subthreshold_oscillations", "depolarizing_after_potential"):
        pattern, verdict = pw.patterns.get(key), pw.judge(model, key, {"amplitude": 100.0}, verify=False)
        drawn = shapes(pattern, "pulse", model, verdict.parameters, verdict.traces["pulse"], verdict.checks)
        pulses[key] = [shape.text for shape in drawn if shape.criterion == "n"]
    assert pulses == {"subthreshold_oscillations": [], "depolarizing_after_potential": ["no spike"]}


def test_spikes_before_the_trace_begins_are_counted_as_the_judge_counts_them():
    model, pattern = pw.models.get("izhikevich"), pw.patterns.get("phasic_spiking")
    verdict = pw.judge(model, pattern, {"holding": 8.0}, verify=False)
    trace, (check,) = verdict.traces["step"], [check for check in verdict.checks if check.key == "quiet"]
    here = int((trace.spike_times[0] < 0.0).sum())
    assert check.value > here > 0
    texts = {shape.text for shape in shapes(pattern, "step", model, verdict.parameters, trace, verdict.checks)}
    assert f"{check.value:.0f} spikes, {here} of them here" in texts


def drawn(key, sweep=""):
    """Return the shapes of a sweep by their criteria, and the measured values."""
    pattern, model, verdict = reference(key)
    sweep = sweep or pattern.main_sweep
    found = {}
    for shape in shapes(pattern, sweep, model, verdict.parameters, verdict.traces[sweep]):
        found.setdefault(shape.criterion, []).append(shape)
    return found, {check.key: check.value for check in verdict.checks}


@pytest.mark.parametrize("key", pw.patterns.names())
def test_every_mark_is_of_a_criterion_and_of_a_sweep_and_lies_within_the_trace_whose_spikes_are_shown(key):
    pattern, model, verdict = reference(key)
    assert pattern.marks
    assert {mark.criterion for mark in pattern.marks} <= {c.key for c in pattern.criteria}
    assert {mark.sweep or pattern.main_sweep for mark in pattern.marks} <= set(verdict.traces)
    for name, trace in verdict.traces.items():
        low, high = event_window(pattern, name, verdict.parameters, trace)
        assert trace.t[0] <= low < high <= trace.t[-1]
        if name == pattern.main_sweep:
            spikes = trace.spike_times[0]
            assert ((spikes >= low) & (spikes <= high)).all() and low <= 0.0
        for shape in shapes(pattern, name, model, verdict.parameters, trace):
            assert trace.t[0] <= shape.t0 <= shape.t1 <= trace.t[-1]
            assert np.isfinite([shape.v0, shape.v1]).all() == (shape.form in ("band", "dot"))


def test_counts_and_times_are_those_of_the_judge():
    found, measured = drawn("phasic_bursting")
    assert found["n"][0].text == f"{measured['n']:.0f} spikes"
    assert found["latency"][0].t1 - found["latency"][0].t0 == pytest.approx(measured["latency"])
    assert found["last"][0].t1 == pytest.approx(measured["last"])
    [longest] = found["longest_isi"]
    assert longest.t1 - longest.t0 == pytest.approx(measured["longest_isi"])
    found, measured = drawn("tonic_spiking")
    late = [shape.t1 - shape.t0 for shape in found["cv"]]
    assert np.std(late) / np.mean(late) == pytest.approx(measured["cv"])
    assert max(late) / min(late) == pytest.approx(measured["spread"])
    found, measured = drawn("rebound_spike")
    assert found["latency"][0].t1 - found["latency"][0].t0 == pytest.approx(measured["latency"])


def test_bursts_are_cut_as_the_judge_cuts_them():
    found, measured = drawn("tonic_bursting")
    sizes = [int(shape.text) for shape in found["bursts"]]
    assert len(sizes) == pytest.approx(measured["bursts"], abs=1)  # the last one may not be complete
    assert max(sizes) == measured["largest"]
    assert sorted(sizes)[0] in (measured["smallest"], sizes[-1])


def test_swings_and_hump_are_the_judges():
    found, measured = drawn("subthreshold_oscillations")
    assert len(found["extrema"]) == measured["extrema"] > 4
    found, measured = drawn("depolarizing_after_potential")
    for key in ("hump", "rise", "undershoot"):
        assert abs(found[key][0].v1 - found[key][0].v0) == pytest.approx(measured[key], abs=1e-3)


def test_the_interval_of_a_resonator_stands_between_its_pulses():
    found, _ = drawn("resonator")
    arrow = next(shape for shape in found["gap T"] if shape.form == "arrow")
    assert (arrow.t0, arrow.t1, arrow.text) == (0.0, 40.0, "T = 40 ms")
    silent, _ = drawn("resonator", "single pulse")
    assert silent["single pulse"][0].text == "silent"


def test_several_patterns_each_have_their_marks():
    both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    verdict = pw.judge("izhikevich", both, verify=False)
    model = pw.models.get("izhikevich")
    keys = {check.key for check in verdict.checks}
    for name, trace in verdict.traces.items():
        found = {shape.criterion for shape in shapes(both, name, model, verdict.parameters, trace)}
        assert found <= keys
        assert found


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"'cloud', valid is one of spikes"):
        Mark("n", "cloud")
