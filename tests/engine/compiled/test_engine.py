"""The compiled engine against the torch engine."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from weakref import ref

import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model
from lane_jobs import default_job, differing, random_job, take, unequal
from small_neurons import has_exponential

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import run_compiled, why_not
from plausiwidgets.engine.compiled.kernel import PAD, WIDTH
from plausiwidgets.engine.current import Current
from plausiwidgets.engine.lane_current import LaneCurrent, lane_current
from plausiwidgets.engine.piece import pulse, ramp
from plausiwidgets.engine.torch_engine import run_torch

EXPONENTIAL = [name for name in pw.models.names() if has_exponential(name)]
ALGEBRAIC = [name for name in pw.models.names() if not has_exponential(name)]


@pytest.mark.parametrize("name", ALGEBRAIC)
def test_a_model_without_transcendental_functions_is_the_same_to_the_last_bit(name):
    job = random_job(pw.models.get(name), 1000, 2000, window=(200, 2000), peak_window=(0, 1500), extremes=True)
    compiled, reference = run_compiled(job), run_torch(job)
    assert unequal(compiled, reference) == []
    assert compiled.counts.sum() > 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPONENTIAL)
def test_a_model_with_exp_differs_no_more_than_two_references_by_an_ulp(name, monkeypatch):
    job = random_job(pw.models.get(name), 1000, 2000)
    reference = run_torch(job)
    compiled = run_compiled(job)
    exp = torch.exp
    up = torch.tensor(torch.inf, dtype=torch.float64)
    monkeypatch.setattr(torch, "exp", lambda x: torch.nextafter(exp(x), up))
    other = run_torch(job)
    assert reference.counts.sum() > 1000
    assert differing(compiled, reference) <= max(differing(other, reference), 10)


@pytest.mark.parametrize("lanes", [1, 2, PAD - 1, PAD, PAD + 1, WIDTH - 1, WIDTH, WIDTH + 1, 3 * WIDTH + 5])
def test_a_lane_is_the_same_alone_and_among_any_number_of_lanes_in_any_order(lanes):
    windows = {"window": (0, 800), "peak_window": (100, 800), "extremes": True}
    job = random_job(pw.models.get("izhikevich" if lanes % 2 else "adex"), lanes, 800, seed=lanes, **windows)
    together, order = run_compiled(job), np.random.default_rng(1).permutation(lanes)
    for some in (order, order[:1]):
        found = run_compiled(take(job, some))
        for field in ("counts", "diverged", "v_max", "lowest", "highest", "rise"):
            np.testing.assert_array_equal(getattr(found, field), getattr(together, field)[some], field)
        np.testing.assert_array_equal(found.recorded[0], together.recorded[0][some])
        np.testing.assert_array_equal(found.state, together.state[:, some])


@pytest.mark.parametrize("threads", ["1", "2", "3", "8"])
def test_results_do_not_depend_on_threads(threads, monkeypatch):
    job = random_job(pw.models.get("adex"), 500, 6000, window=(0, 100), peak_window=(0, 6000), extremes=True)
    monkeypatch.setenv("PLAUSIWIDGETS_THREADS", "1")
    one = run_compiled(job)
    monkeypatch.setenv("PLAUSIWIDGETS_THREADS", threads)
    assert unequal(one, run_compiled(job, lambda: None)) == []


def test_no_lanes_and_no_steps():
    model = pw.models.get("izhikevich")
    job = default_job(model, 3, 0, window=(0, 0))
    nothing, reference = run_compiled(job), run_torch(job)
    assert unequal(nothing, reference) == []
    assert run_compiled(default_job(model, 3, 5)).counts.tolist() == [0, 0, 0]


def test_each_lane_has_its_own_current():
    rng = np.random.default_rng(0)

    def drawn():
        pieces = [make(*rng.uniform((-5.0, 0.0, -10.0), (150.0, 90.0, 20.0))) for make in (pulse, ramp, pulse)]
        return Current(pieces[: rng.integers(4)], 240.0, holding=rng.uniform(-2.0, 2.0))

    job = default_job(pw.models.get("izhikevich"), 150, 880, window=(0, 880))
    job = replace(job, current=lane_current([drawn() for _ in range(150)], -20.0))
    assert unequal(run_compiled(job), run_torch(job)) == []


def runaway(current, state, p, dt):
    """Grow by a factor for each step; fire at each 16th step."""
    v, count = state
    count = count + 1.0
    fired = torch.remainder(count, 16.0) == 0.0
    return fired.to(v.dtype), (v * p.p + current, count)


def start_at_one(p, holding):
    return 1.0 + 0.0 * holding, 0.0 * holding


def growing_job(factors, steps=400, **options):
    model = lanes_model(runaway, 2)
    vars(model)["initial_state"] = start_at_one
    factors = np.asarray(factors, dtype=float)
    job = default_job(model, factors.size, steps, **options)
    return replace(job, params={"p": factors}, current=LaneCurrent.constant(np.zeros(factors.size)))


def test_a_diverged_lane_is_marked_and_silent_from_then_on():
    rng = np.random.default_rng(0)
    factors = np.where(rng.random(200) < 0.5, rng.uniform(1.01, 1.5, 200), rng.uniform(0.5, 1.0, 200))
    job = growing_job(factors, window=(20, 390), peak_window=(0, 400))
    result = run_compiled(job)
    assert unequal(result, run_torch(job)) == []
    lost = result.diverged >= 0
    assert 50 < lost.sum() < 150
    assert np.array_equal(lost, factors > 1.02) or (lost == (factors**400 > 1e4)).all()
    assert np.isnan(result.state[:, lost]).all()
    for lane in np.flatnonzero(lost):
        assert (result.spikes[lane, : result.counts[lane]] < result.diverged[lane]).all()
        assert np.isnan(result.recorded[0][lane, max(result.diverged[lane] - 20, 0) :]).all()


def test_all_lanes_may_diverge_also_in_the_first_step():
    job = growing_job([1e6] * 20 + [2.0] * 20, window=(0, 400))
    result = run_compiled(job)
    assert unequal(result, run_torch(job)) == []
    assert result.diverged.tolist() == [0] * 20 + [13] * 20


def test_a_state_that_is_not_finite_is_a_divergence_too():
    def step(current, state, p, dt):
        v, u = state
        return torch.zeros_like(v), (v, u + p.p * 1e306)

    job = default_job(lanes_model(step, 2), 9, 200)
    job = replace(job, params={"p": np.linspace(0.5, 2.5, 9)})
    result = run_compiled(job)
    assert unequal(result, run_torch(job)) == []
    assert (result.diverged > 0).any()


@pytest.mark.parametrize("every", [1.0, 3.0])
def test_no_spike_is_lost_however_many_there_are(every):
    def step(current, state, p, dt):
        v, count = state
        count = torch.where(count + 1.0 >= p.p, 0.0, count + 1.0)
        return (count == 0.0).to(v.dtype), (v, count)

    job = default_job(lanes_model(step, 2), 150, 3000)
    periods = np.where(np.arange(150) % 2 == 0, every, 50.0)
    job = replace(job, params={"p": periods})
    result = run_compiled(job)
    assert unequal(result, run_torch(job)) == []
    assert result.counts[0] == 3000 // every
    assert result.counts[1] == 60


@pytest.mark.parametrize("limit", [1, 5, 40])
@pytest.mark.parametrize("lanes", [1, 4, 300])
def test_a_runaway_is_given_up_even_if_its_step_forgets_its_state(lanes, limit):
    def step(current, state, p, dt):
        v, left = state
        v = torch.where(left > 0.0, 0.0, v + dt * (p.p * current - v))  # nan is clamped away too
        fired = v > 0.5
        return fired.to(v.dtype), (torch.where(fired, 0.0, v), torch.where(fired, 0.25, left - dt))

    model = lanes_model(step, 2)
    current = LaneCurrent.constant(np.linspace(0.4, 40.0, lanes) if lanes > 1 else np.array([40.0]))
    windows = {"window": (0, 3000), "peak_window": (5, 2000)}
    job = default_job(model, lanes, 3000, spike_limit=limit, **windows)
    job = replace(job, params={"p": np.ones(lanes)}, current=current, dt=0.1)
    result = run_compiled(job)
    assert unequal(result, run_torch(job)) == []
    assert result.counts[-1] == limit and result.diverged[-1] > 0 and np.isnan(result.recorded[0][-1, -1])


@pytest.mark.slow
def test_spikes_may_be_a_mask_or_another_type():
    for dtype in (torch.bool, torch.float32, torch.int64):

        def step(current, state, p, dt, dtype=dtype):
            (v,) = state
            v = v + dt * p.p * current
            fired = v > 1.0
            return fired.to(dtype), (torch.where(fired, 0.0, v),)

        job = default_job(lanes_model(step, 1), 5, 600)
        result = run_compiled(job)
        assert unequal(result, run_torch(job)) == []
        assert result.counts.min() > 2


def test_parameters_that_the_step_does_not_read_do_no_harm():
    def step(current, state, p, dt):
        (v,) = state
        v = v + dt * p.used * current
        return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, 0.0, v),)

    model = lanes_model(step, 1, ["unused", "used"])
    assert unequal(run_compiled(default_job(model, 5, 600)), run_torch(default_job(model, 5, 600))) == []


def test_a_model_may_have_no_parameters_and_states_that_stay():
    def step(current, state, p, dt):
        v, kept, _ = state
        v = v + dt * current
        fired = v > 1.0
        return fired.to(v.dtype), (torch.where(fired, kept, v), kept, torch.full_like(v, 2.0))

    job = default_job(lanes_model(step, 3, []), 5, 600, window=(0, 600))
    result = run_compiled(job)
    assert unequal(result, run_torch(job)) == []
    assert result.counts.min() > 1


def test_values_that_depend_only_on_parameters_may_have_any_type():
    def step(current, state, p, dt):
        (v,) = state
        count = torch.round(p.p / dt).to(torch.int64) + 2
        single = p.p.float() * 0.1
        large = p.p > 1.4
        v = v + dt * torch.where(large, single.double(), count.double()) * current
        fired = v > count
        return fired.to(v.dtype), (torch.where(fired & large, 0.0, torch.where(fired, -1.0, v)),)

    job = default_job(lanes_model(step, 1), 60, 500, window=(0, 500))
    job = replace(job, params={"p": np.linspace(0.5, 2.5, 60)})
    assert unequal(run_compiled(job), run_torch(job)) == []


def test_an_error_of_a_checkpoint_ends_the_run():
    job = default_job(pw.models.get("adex"), 1000, 200_000)
    calls = []

    def stop_at_third():
        calls.append(1)
        if len(calls) == 3:
            raise LookupError

    with pytest.raises(LookupError):
        run_compiled(job, stop_at_third)
    assert len(calls) == 3


def test_a_blocked_checkpoint_stops_all_work():
    job = default_job(pw.models.get("adex"), 1000, 20_000)
    gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_compiled, job, gate.wait)
        with pytest.raises(TimeoutError):
            running.result(0.05)
        gate.set()
        assert unequal(running.result(60), run_compiled(job)) == []


def test_several_threads_may_compile_and_simulate_at_once():
    model = growing_job([1.0]).model
    jobs = [growing_job(np.linspace(0.9, 1.05, 100 + i), steps=2000) for i in range(6)]
    jobs = [replace(job, model=model) for job in jobs]
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(run_compiled, jobs))
    for job, result in zip(jobs, results, strict=True):
        assert unequal(result, run_torch(job)) == []


def test_a_job_is_not_changed():
    job = random_job(pw.models.get("adex"), 50, 500)
    before = [job.state.copy(), job.current.pieces.copy(), *(v.copy() for v in job.params.values())]
    run_compiled(job)
    after = [job.state, job.current.pieces, *job.params.values()]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_kernel_is_made_once_and_goes_with_its_model_also_if_the_step_holds_it(monkeypatch):
    class Neuron:
        def step(self, current, state, p, dt):
            return runaway(current, state, p, dt)

    exports, export = [], torch.export.export
    monkeypatch.setattr(torch.export, "export", lambda *args, **options: exports.append(1) or export(*args, **options))
    neuron = Neuron()
    neuron.model = lanes_model(neuron.step, 2)
    for _ in range(3):
        assert why_not(neuron.model) is None
    assert exports == [1]
    gone = ref(neuron.model)
    del neuron
    gc.collect()
    assert gone() is None
