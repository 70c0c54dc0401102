"""What is drawn of the criteria: at the times and with the numbers that the judge measures."""

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.marks import Mark, event_window, shapes


def reference(key):
    """Return pattern, model and verdict of the published parameters."""
    model = pw.models.get("izhikevich_2004")
    preset = [p for p in model.presets if p.pattern == key][-1]
    return pw.patterns.get(key), model, pw.judge(model, key, preset.parameters, dt=preset.dt, verify=False)


def drawn(key, sweep=""):
    """Return the shapes of a sweep by their criteria, and the measured values."""
    pattern, model, verdict = reference(key)
    sweep = sweep or pattern.main_sweep
    found = {}
    for shape in shapes(pattern, sweep, model, verdict.parameters, verdict.traces[sweep]):
        found.setdefault(shape.criterion, []).append(shape)
    return found, {check.key: check.value for check in verdict.checks}


@pytest.mark.parametrize("key", pw.patterns.names()[:20])
def test_every_mark_is_of_a_criterion_and_of_a_sweep_and_lies_within_the_trace(key):
    pattern, model, verdict = reference(key)
    assert pattern.marks
    assert {mark.criterion for mark in pattern.marks} <= {c.key for c in pattern.criteria}
    assert {mark.sweep or pattern.main_sweep for mark in pattern.marks} <= set(verdict.traces)
    for name, trace in verdict.traces.items():
        low, high = event_window(pattern, name, verdict.parameters, trace)
        assert trace.t[0] <= low < high <= trace.t[-1]
        for shape in shapes(pattern, name, model, verdict.parameters, trace):
            assert trace.t[0] <= shape.t0 <= shape.t1 <= trace.t[-1]
            assert np.isfinite([shape.v0, shape.v1]).all() == (shape.form in ("band", "dot"))


@pytest.mark.parametrize("key", pw.patterns.names()[:20])
def test_what_a_pattern_is_about_lies_in_the_window_that_is_shown(key):
    pattern, _, verdict = reference(key)
    trace = verdict.traces[pattern.main_sweep]
    low, high = event_window(pattern, pattern.main_sweep, verdict.parameters, trace)
    spikes = trace.spike_times[0]
    assert ((spikes >= low) & (spikes <= high)).all()
    assert low <= 0.0


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
    assert found["hump"][0].v1 - found["hump"][0].v0 == pytest.approx(measured["hump"], abs=1e-3)


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
