"""The loss of a set is independent of the other sets of its batch, to the last bit; extreme values warn nobody."""

import subprocess
import sys
import warnings
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.engine import threads
from plausiwidgets.patterns.evaluation import evaluate

MODELS = ("lif", "izhikevich", "izhikevich_2004", "adex", "wilson")
SETS, ALONE = 36, 6


def some_sets(model: pw.NeuronModel, pattern: pw.Pattern, seed: int) -> dict[str, np.ndarray]:
    """Return sets of the whole box, and sets around the defaults, where neurons fire."""
    rng = np.random.default_rng(seed)
    anywhere = np.arange(SETS) % 3 == 0
    values = {}
    for name, parameter in pattern.parameters(model).items():
        near = np.clip(parameter.default * rng.normal(1.0, 0.2, SETS), parameter.low, parameter.high)
        values[name] = np.where(anywhere, parameter.from_unit(rng.random(SETS)), near)
    return values


@pytest.mark.parametrize("key", pw.patterns.names())
def test_the_loss_is_the_same_in_any_batch(key, monkeypatch):
    pattern = pw.patterns.get(key)
    for seed, name in enumerate(MODELS):
        model = pw.models.get(name)
        values = some_sets(model, pattern, seed)

        def losses(sets, model=model, values=values):
            return evaluate(model, pattern, {n: x[sets] for n, x in values.items()}, model.dt).loss

        order = np.random.default_rng(seed).permutation(SETS)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            whole = losses(np.arange(SETS))
            np.testing.assert_array_equal(losses(order), whole[order], err_msg=f"{name}, in another order")
            alone = [losses(np.array([i]))[0] for i in range(ALONE)]
            np.testing.assert_array_equal(alone, whole[:ALONE], err_msg=f"{name}, alone")
            for count in (1, 2):
                monkeypatch.setattr(threads, "thread_count", lambda count=count: count)
                again = losses(np.arange(SETS))
                np.testing.assert_array_equal(again, whole, err_msg=f"{name}, on {count} threads")
            monkeypatch.undo()


@pytest.mark.parametrize(
    ("model", "pattern", "parameters"),
    [
        ("izhikevich", "spike_latency", {"mn": -5.8368}),
        ("izhikevich", "class_1_excitable", {"bias": 1e6}),
        ("adex", "bistability", {"delta_T": 1e-9}),
        ("izhikevich_2004", "mixed_mode", {"b": 1e300}),
        ("lif", "integrator", {"tau_mem": 2.0, "holding": 1e300}),
        ("lif", "tonic_spiking", {"tau_mem": 1e300}),
    ],
)
def test_extreme_values_give_no_warning(model, pattern, parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = pw.judge(model, pattern, parameters)
        assert verdict.loss >= 0
        assert isinstance(dict(verdict.traces), dict)  # simulated again, without diverged sets
        repr(verdict)
        verdict._repr_html_()


EVERYTHING = """
import plausiwidgets as pw
assert pw.judge("izhikevich", "tonic_spiking").replicated
assert pw.judge("adex_norse", "tonic_spiking").replicated
assert pw.optimize("lif", "tonic_spiking", budget=20).accepted
table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=100)
assert pw.assessment.plausibility_score(table, measure=False)["shown"][0] == 1
shown = pw.plausibility_map(table)
shown.open_cell("lif", "tonic_spiking")
shown.close()
pw.plausibility_chart(table)
explorer = pw.Explorer()
assert explorer.optimize(budget=300).wait(60)
assert explorer.wait()
explorer.close()
print("in the end", __debug__)
"""


@pytest.mark.slow
def test_judge_works_without_assertions_and_with_warnings_as_errors(tmp_path):
    command = [sys.executable, "-W", "error", "-O", "-c", EVERYTHING]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert (run.stdout, run.stderr) == ("in the end False\n", "")


@pytest.mark.parametrize("threads_asked", ["²", "0", "-1", "two", "1.5", "٣"])
def test_an_invalid_number_of_threads_is_refused(monkeypatch, threads_asked):
    monkeypatch.setenv("PLAUSIWIDGETS_THREADS", threads_asked)
    with pytest.raises(ValueError, match=r"PLAUSIWIDGETS_THREADS must be an integer ≥ 1, got '.*'"):
        threads.thread_count()


@pytest.mark.parametrize(
    ("pattern", "verify"),
    [("tonic_spiking", True), ("class_1_excitable", False), (("rebound_spike", "tonic_bursting"), False)],
)
def test_many_sets_are_judged_in_blocks_with_the_same_verdict(pattern, verify, monkeypatch):
    asked = pattern if isinstance(pattern, str) else pw.patterns.all_of(*pattern)
    values = some_sets(pw.models.get("izhikevich"), pw.patterns.get(asked), 0)
    whole = pw.judge("izhikevich", asked, values, verify=verify)
    monkeypatch.setattr(import_module("plausiwidgets.patterns.judge"), "BLOCK", 10)
    seen = []
    blocks = pw.judge("izhikevich", asked, values, verify=verify, progress=seen.append)
    pd.testing.assert_frame_equal(blocks.to_frame(), whole.to_frame(), check_exact=True)
    np.testing.assert_equal(dict(blocks.parameters), dict(whole.parameters))
    np.testing.assert_equal(dict(blocks.measured), dict(whole.measured))
    for name in ("loss", "status", "failed_test", "failed_loss", "diverged"):
        np.testing.assert_array_equal(getattr(blocks, name), getattr(whole, name), name)
        assert getattr(blocks, name).dtype == getattr(whole, name).dtype, name
    assert {(one.done, one.of) for one in seen} >= {(10, SETS), (30, SETS)}
    assert (seen[-1].state, seen[-1].done) == ("done", SETS)
    assert str(blocks) == str(whole)
    traces, others = whole.traces, blocks.traces
    assert list(others) == list(traces)
    for name, trace in traces.items():
        np.testing.assert_array_equal(others[name].v, trace.v)
        np.testing.assert_array_equal(others[name].current, trace.current)
        assert [one.tolist() for one in others[name].spike_times] == [one.tolist() for one in trace.spike_times]
