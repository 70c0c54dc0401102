"""What is drawn of the criteria: at the times and with the numbers that the judge measures."""

import re

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.annotations import Mark
from plausiwidgets.widgets.figures.annotations import event_window, shapes


def reference(key):
    """Return pattern, model and verdict of the published parameters."""
    model = pw.models.get("izhikevich_2004")
    preset = [p for p in model.presets if p.pattern == key][-1]
    return pw.patterns.get(key), model, pw.judge(model, key, preset.parameters, dt=preset.dt, verify=False)


@pytest.mark.parametrize("key", pw.patterns.names())
def test_picture_and_criterion_show_the_same_number(key):
    pattern, model, verdict = reference(key)
    checks = {check.key: check for check in verdict.criteria}
    for name in verdict.traces:
        for shape in shapes(pattern, name, model, verdict):
            check = checks[shape.criteria[0]]
            if shape.form != "arrow" or check.unit not in ("intervals", "periods", "ms") or check.key == "ends":
                continue
            numbers = [float(x) for x in re.findall(r"\d+\.?\d*", shape.text)]
            assert any(x == pytest.approx(abs(check.value), rel=6e-3, abs=1e-3) for x in numbers), shape.text


def test_silence_is_marked_where_a_spike_is_missing_and_not_where_none_is_needed():
    model, pulses = pw.models.get("adex"), {}
    for key in ("subthreshold_oscillations", "depolarizing_after_potential"):
        verdict = pw.judge(model, key, {"amplitude": 100.0}, verify=False)
        marked = shapes(pw.patterns.get(key), "pulse", model, verdict)
        pulses[key] = [(shape.form, shape.ok) for shape in marked if "n" in shape.criteria]
    assert pulses == {
        "subthreshold_oscillations": [("window", True)],
        "depolarizing_after_potential": [("window", False)],
    }


def drawn(key, sweep=""):
    """Return the shapes of a sweep by their criteria, and the measured values."""
    pattern, model, verdict = reference(key)
    sweep = sweep or pattern.main_sweep
    found = {}
    for shape in shapes(pattern, sweep, model, verdict):
        for criterion in shape.criteria:
            found.setdefault(criterion, []).append(shape)
    return found, {check.key: check.value for check in verdict.criteria}


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
        for shape in shapes(pattern, name, model, verdict):
            assert trace.t[0] <= shape.t0 <= shape.t1 <= trace.t[-1] and np.isfinite([shape.v0, shape.v1]).all()


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


def test_the_hump_is_the_judges():
    found, measured = drawn("depolarizing_after_potential")
    for key in ("hump", "rise", "undershoot"):
        assert abs(found[key][0].v1 - found[key][0].v0) == pytest.approx(measured[key], abs=1e-3)


def test_the_interval_of_a_resonator_stands_between_its_pulses():
    found, _ = drawn("resonator")
    arrow = next(shape for shape in found["gap T"] if shape.form == "arrow")
    assert (arrow.t0, arrow.t1, arrow.text) == (0.0, 40.0, "T = 40 ms")
    silent, _ = drawn("resonator", "single pulse")
    assert (silent["single pulse"][0].form, silent["single pulse"][0].ok) == ("window", True)


def test_several_patterns_each_have_their_marks():
    both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    verdict = pw.judge("izhikevich", both, verify=False)
    model = pw.models.get("izhikevich")
    keys = {check.key for check in verdict.criteria}
    for name in verdict.traces:
        found = {criterion for shape in shapes(both, name, model, verdict) for criterion in shape.criteria}
        assert found <= keys
        assert found


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"unknown kind 'cloud'\. Valid: spikes"):
        Mark("n", "cloud")
