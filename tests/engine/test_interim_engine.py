"""What runs, and is drawn, while a kernel is still being made."""

import numpy as np
import pytest
import torch
from lane_jobs import random_job
from small_neurons import adaptive_counter, good_step, make

import plausiwidgets as pw
from plausiwidgets.engine.compiled import cache, export
from plausiwidgets.engine.compiled.engine import interim_engine, is_ready, run_compiled, why_not
from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.compiled.interpreter import interpreter


@pytest.mark.parametrize("name", ["lif", "adex", "izhikevich", "hodgkin_huxley", "counter"])
def test_plain_python_gives_the_spikes_of_the_kernel(name):
    model = adaptive_counter() if name == "counter" else pw.models.get(name)
    record = tuple(range(len(model.states)))
    windows = {"window": (100, 1400), "peak_window": (0, 700), "extremes": True}
    job = random_job(model, 4, 1500, record=record, spike_limit=30, **windows)
    ours, theirs = interpreter(export_step(model))(job, None), run_compiled(job)
    assert theirs.counts.sum() >= 4
    for field in ("spikes", "counts", "diverged"):
        np.testing.assert_array_equal(getattr(ours, field), getattr(theirs, field), field)
    for field in ("recorded", "state", "v_max", "lowest", "highest", "rise"):
        np.testing.assert_allclose(getattr(ours, field), getattr(theirs, field), rtol=1e-6, atol=1e-6, err_msg=field)


def test_a_lane_that_is_lost_or_given_up_ends_in_plain_python_as_in_the_kernel():
    def step(current, state, p, dt):
        v = torch.where(state[0] > 0.0, state[0] * 3.0, state[0] + 0.1 * dt * current)
        fired = (v > -50.0) & (v < 0.0)
        return fired.to(v.dtype), (torch.where(fired & (current < 80.0), -65.0, v),)

    job = random_job(make(step, validate=False), 12, 300, window=(0, 300), spike_limit=8)
    ours, theirs = interpreter(export_step(job.model))(job, None), run_compiled(job)
    assert 0 < (theirs.diverged >= 0).sum() < 12
    np.testing.assert_array_equal(ours.diverged, theirs.diverged)
    np.testing.assert_allclose(ours.recorded, theirs.recorded)
    np.testing.assert_array_equal(np.isnan(ours.state), np.isnan(theirs.state))


def test_a_cached_kernel_is_used_instead_of_python(cold):
    assert why_not(make(good_step)) is None
    assert interim_engine(make(good_step)) is None
    for file in cache.kernel_directory().glob("__pycache__/*"):  # as after a process that ended while it compiled
        file.unlink()
    assert interim_engine(make(good_step)) is not None


def test_a_program_that_differs_from_torch_is_not_run(cold, monkeypatch):
    monkeypatch.setattr(
        export,
        "export_step",
        lambda model: export_step(make(lambda current, state, p, dt: good_step(1.01 * current, state, p, dt))),
    )
    assert interim_engine(make(good_step)) is None


@pytest.mark.slow
def test_the_first_verdict_of_an_explorer_comes_before_the_kernel_and_measures_the_same(cold):
    heard = []
    explorer = pw.Explorer(make(good_step), "tonic_spiking", {})
    explorer.observe(
        lambda change: heard.append((is_ready(explorer.model), [check.value for check in change.new.criteria])),
        "verdict",
    )
    try:
        assert explorer.wait(120)
    finally:
        explorer.close()
    assert (heard[0][0], heard[-1][0]) == (False, True)
    np.testing.assert_allclose(heard[0][1], heard[-1][1], atol=1e-6)


def test_a_kernel_that_cannot_be_written_is_not_on_disk(monkeypatch):
    monkeypatch.setattr(cache, "kernel_directory", lambda: None)
    assert not cache.is_on_disk(export_step(make(good_step)))
