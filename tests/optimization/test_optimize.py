"""`optimize` and `start_optimization` on neuron models: success, reproducibility, strategies, invalid input."""

import itertools
import json
import math
import warnings

import numpy as np
import pytest
import torch
from optimization_fakes import comparable
from small_neurons import good_step, make
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.optimization import Strategy
from plausiwidgets.optimization.control import gate
from plausiwidgets.support.quiet import warn_caller


class Grid(Strategy):
    """Judges the middles of a grid of 2 × 2 × …, once."""

    def __init__(self, space, seed, budget, start):
        corners = np.array(list(itertools.product([0.25, 0.75], repeat=space.size)))
        self.batches = [space.chart().decode(part) for part in np.array_split(corners, 8)]
        self.told = []

    def ask(self):
        return self.batches[len(self.told)]

    def tell(self, penalties):
        self.told.append(penalties)
        self.finished = len(self.told) == len(self.batches)


@pytest.mark.parametrize(
    ("model", "pattern"),
    [("izhikevich", "tonic_bursting"), ("adex", "mixed_mode"), ("adex", "spike_frequency_adaptation")],
)
def test_finds_within_the_default_budget(model, pattern):
    result = pw.optimize(model, pattern, seed=2)
    assert result.replicated
    assert result.reproducible
    assert pw.judge(model, pattern, result.parameters).replicated


def test_lif_does_not_burst_and_the_summary_says_not_found():
    result = pw.optimize("lif", "tonic_bursting", seed=0, budget=2000)
    assert not result.accepted
    assert 0 < result.loss < math.inf
    assert f"not found after {result.evaluations} evaluations" in result.summary
    assert result.loss == pytest.approx(pw.judge("lif", "tonic_bursting", result.parameters).loss)


def test_background_foreground_and_paused_give_the_same_result():
    options = {"seed": 5, "budget": 1500, "start": {"amplitude": 12.0}}
    one = pw.optimize("izhikevich", "rebound_burst", **options)
    run = pw.start_optimization("izhikevich", "rebound_burst", **options)
    run.pause()
    with gate.urgent():
        pw.judge("izhikevich", "rebound_burst")
    run.resume()
    assert comparable(run.result(120)) == comparable(one)


def test_the_start_is_judged_first_and_fixed_parameters_stay():
    seen = []
    asked = {"start": {"a": 0.03, "c": -61.0}, "fixed": ["a"], "bounds": {"c": (-62.0, -60.0)}}
    result = pw.optimize("izhikevich", "tonic_bursting", **asked, budget=300, popsize=8, progress=seen.append)
    assert seen[0].evaluations == 1
    assert seen[0].parameters["c"] == -61.0
    assert seen[0].unmet
    assert result.parameters["a"] == 0.03
    assert -62.0 <= result.parameters["c"] <= -60.0
    assert "a" not in result.bounds
    assert result.bounds["c"] == (-62.0, -60.0)
    assert list(result.parameters) == list(pw.patterns.get("tonic_bursting").parameters(pw.models.get("izhikevich")))


def test_the_history_has_a_row_for_each_evaluation_that_judge_confirms():
    result = pw.optimize("lif", "phasic_spiking", budget=600, popsize=8)
    history = result.history
    keys = [check.key for check in pw.judge("lif", "phasic_spiking", verify=False).criteria]
    own = ["loss", "best", "status", "generation", "restarts", "phase"]
    assert list(history.columns) == [*own, *result.bounds, *(f"penalty_{key}" for key in keys)]
    assert list(history.index) == list(range(1, result.evaluations + 1))
    assert history["best"].equals(history["loss"].cummin()) and history["best"].iloc[-1] == result.loss
    assert set(history["phase"]) == {"screen", "search"}
    again = pw.judge("lif", "phasic_spiking", history[list(result.bounds)].to_dict("series"), verify=False)
    assert list(again.loss) == list(history["loss"])
    for check in again.criteria:
        assert list(check.penalty) == list(history[f"penalty_{check.key}"])
    data = json.loads(result.to_json())
    assert data["versions"]["numba"]
    assert pw.Result.from_json(result.to_json()).verdict.loss == pytest.approx(result.loss)


def test_global_random_generators_are_unchanged():
    import torch

    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    pw.optimize("lif", "tonic_bursting", budget=200, popsize=8)
    drawn = np.random.rand(), torch.rand(1).item()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    assert drawn == (np.random.rand(), torch.rand(1).item())  # noqa: NPY002


def test_a_custom_strategy_chooses_the_points():
    result = pw.optimize("lif", "tonic_bursting", strategy=Grid)
    assert (result.stop_reason, result.status) == ("finished", "rejected")
    assert result.evaluations == 2 ** len(result.bounds)
    assert result.reproducible
    assert set(result.history["phase"]) == {"search"}
    assert pw.optimize("adex", "tonic_spiking", strategy=Grid).replicated


def test_a_custom_strategy_stays_within_the_budget_and_the_bounds():
    class Wild(Strategy):
        def __init__(self, space, seed, budget, start):
            self.rng, self.size = np.random.default_rng(seed), space.size

        def ask(self):
            return self.rng.normal(0.0, 1e3, (30, self.size))

        def tell(self, penalties):
            assert np.all(np.isfinite(penalties))

    result = pw.optimize("lif", "tonic_bursting", budget=100, strategy=Wild, seed=3)
    assert (result.stop_reason, result.evaluations) == ("budget", 90)
    assert all(low <= result.parameters[name] <= high for name, (low, high) in result.bounds.items())


@pytest.mark.parametrize("call", [pw.optimize, pw.start_optimization])
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"model": "izhikevitch"}, "Did you mean 'izhikevich'"),
        ({"pattern": "bursting"}, "unknown pattern"),
        ({"seed": -1}, "optimize: seed must be an integer ≥ 0, got -1."),
        ({"budget": 0}, "optimize: budget must be an integer ≥ 1, got 0."),
        ({"popsize": 3}, "optimize: popsize must be an integer ≥ 4, got 3."),
        ({"popsize": 8, "strategy": Grid}, "pass either popsize or strategy"),
        ({"time_limit": -1}, "time_limit must be a finite number > 0 .*, got -1"),
        ({"dt": 0}, "dt must be .*, got 0"),
        ({"engine": "gpu"}, "unknown engine 'gpu'.*auto, compiled, torch"),
        ({"fixed": ["x"]}, "fixed: unknown parameter 'x'"),
    ],
)
def test_errors_name_the_value_and_the_accepted_values(call, arguments, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call(**({"model": "izhikevich", "pattern": "tonic_bursting"} | arguments))


def test_a_search_that_only_torch_can_run_warns_with_the_reason_and_the_line_of_the_caller():
    def step(current, state, p, dt):
        return good_step(current + 0.0 * torch.special.bessel_j0(state[0]), state, p, dt)

    neuron = make(step, key="slow", dt=0.5)
    with pytest.warns(UserWarning, match=r"'slow' takes hundreds of times.*bessel_j0") as warned:
        pw.optimize(neuron, "rebound_spike", budget=1)
    assert {one.filename for one in warned if "slow" in str(one.message)} == {__file__}
    with pytest.warns(UserWarning, match="'slow' takes hundreds of times") as warned:
        pw.assess(neuron, "rebound_spike", budget=1)
    assert {one.filename for one in warned if "slow" in str(one.message)} == {__file__}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pw.optimize(neuron, "rebound_spike", budget=1, engine="torch")


def test_a_warning_reaches_code_that_has_no_name() -> None:
    with pytest.warns(UserWarning, match="slow"):
        exec("warn('slow')", {"warn": warn_caller})


def test_a_pattern_that_a_proof_rules_out_is_reported_with_the_result_and_not_sampled():
    result = pw.optimize("lif", "rebound_spike", budget=64)
    argument = pw.models.get("lif").ruled_out["rebound_spike"]
    assert result.summary == f"not found after 64 evaluations, and ruled out: {argument}"
    assert pw.Result.from_json(result.to_json()).summary == result.summary
    with pytest.raises(pw.analysis.NoSolutionError, match="pattern 'rebound_spike' is ruled out for model 'lif'"):
        pw.analysis.sample_accepted("lif", "rebound_spike")
    both = pw.optimize("lif", pw.patterns.all_of("tonic_spiking", "rebound_spike"), budget=32)
    assert both.summary == f"not found after 32 evaluations, and ruled out: {argument}"
    own = pw.Result.from_dict(result.to_dict() | {"ruled_out": ""})  # of a custom neuron with the name of one here
    assert "ruled out" not in own.summary


def test_the_record_contains_the_start_and_the_source_of_the_points():
    asked = {"start": {"b": 10.0}, "fixed": {"C": 200.0}, "bounds": {"tau_w": (50.0, 200.0)}, "popsize": 12}
    result = pw.Result.from_json(pw.optimize("adex", "tonic_spiking", budget=64, **asked).to_json())
    assert result.start["b"] == 10.0 and "C" not in result.bounds and result.start["C"] == 200.0
    assert result.strategy.startswith("Portfolio(Options(popsize=12")
    bounds = dict(result.bounds)
    fixed = {name: value for name, value in result.parameters.items() if name not in bounds}
    again = pw.optimize("adex", "tonic_spiking", start=result.start, fixed=fixed, bounds=bounds, popsize=12, budget=64)
    assert (again.parameters, again.evaluations) == (result.parameters, result.evaluations)
    with pytest.raises(ValueError, match="'tau_w' must be either in fixed or in bounds"):
        pw.optimize("adex", "tonic_spiking", fixed=["tau_w"], bounds={"tau_w": (50.0, 120.0)})


def test_a_record_without_a_set_has_no_verdict_and_a_record_of_several_patterns_has_a_verdict_for_each():
    with pytest.raises(ValueError, match="has no parameter set"):
        _ = pw.Result("lif", "tonic_spiking", 0, 100).verdict
    found = pw.optimize("lif", pw.patterns.all_of("tonic_spiking", "integrator"), seed=0, budget=3000)
    read = pw.Result.from_json(found.to_json())
    assert read.verdict.status == found.status == "replicated"


def test_a_set_is_never_moved_beyond_its_hard_limits():
    longest = 200.0 / 3.0
    width = pw.StimulusParameter("width", longest, 2.0, longest, unit="ms")
    own = doublet(
        stimulus_parameters=[doublet().stimulus_parameters[0], width],
        sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, s.width, s.amplitude)], end=300.0)},
        criteria=[pw.Criterion("n", "spikes", "Spikes.", low=1)],
    )
    (row,) = pw.assess("lif", own, budget=300).itertuples()
    assert pw.judge("lif", own, row.parameters).status == row.status == "replicated"


def test_bounds_whose_span_overflows_are_refused_and_a_set_is_never_nan():
    with pytest.raises(ValueError, match="bounds of 'a' must span at most"):
        pw.optimize("izhikevich", "tonic_spiking", bounds={"a": (-1e308, 1e308)}, budget=20)
    result = pw.optimize("izhikevich", "tonic_spiking", bounds={"a": (-5e299, 5e299)}, budget=300, seed=0)
    assert np.isfinite(list(result.parameters.values())).all()
