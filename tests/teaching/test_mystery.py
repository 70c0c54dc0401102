"""The mystery neuron: solvable, unsolved at the start, reproducible, and absent from its link."""

import json
import os
import subprocess
import sys
from urllib.parse import parse_qs

import pytest

import plausiwidgets as pw
from plausiwidgets.teaching.mysteries import score

PLACES = [
    ("izhikevich", "tonic_bursting"),
    ("izhikevich", "resonator"),
    ("adex", "integrator"),
    ("adex", "rebound_spike"),
    ("adex", "subthreshold_oscillations"),
    ("lif", "tonic_spiking"),
    ("fitzhugh_nagumo", "phasic_spiking"),
]


@pytest.mark.parametrize(("model", "pattern"), PLACES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_hidden_set_solves_a_mystery_and_the_start_does_not(model, pattern, seed):
    hidden = pw.teaching.mystery(model, pattern, seed)
    solution = {**hidden.start, **hidden.reveal()}
    assert pw.judge(hidden.model, hidden.pattern, solution, dt=hidden.dt, verify=False).loss == 0.0
    begun = pw.judge(hidden.model, hidden.pattern, hidden.start, dt=hidden.dt, verify=False)
    assert begun.loss > 0.0
    assert not begun.diverged
    different = {name for name, value in hidden.reveal().items() if value != hidden.start[name]}
    assert different == set(hidden.free)
    # Without a spike to match, the pattern itself has few criteria of its own.
    assert score(begun) < (40 if hidden.pattern.key == "mystery" else 100)
    for name in hidden.free:  # the response tells each of them
        alone = solution | {name: hidden.start[name]}
        assert pw.judge(hidden.model, hidden.pattern, alone, dt=hidden.dt, verify=False).loss > 0.0


@pytest.mark.parametrize(
    ("model", "pattern", "seed"),
    [
        *[("izhikevich", "tonic_bursting", seed) for seed in range(6)],
        *[("izhikevich", "rebound_spike", seed) for seed in range(4)],
        *[("lif", "tonic_spiking", seed) for seed in range(3)],
        *[("adex", "tonic_bursting", seed) for seed in range(3)],
    ],
)
def test_a_start_is_a_cell_at_rest_whose_response_leaves_the_target_visible(model, pattern, seed):
    hidden = pw.teaching.mystery(model, pattern, seed)
    begun, target = (
        pw.judge(hidden.model, hidden.pattern, values, dt=hidden.dt, verify=False)
        for values in (hidden.start, {**hidden.start, **hidden.reveal()})
    )
    assert all(criterion.passed for criterion in begun.criteria if criterion.key in ("quiet", "at_rest", "cell"))
    (trace,), (aim,) = begun.traces.values(), target.traces.values()
    low, high = aim.v.min(), max(aim.v.max(), hidden.model.peak)
    assert low - 0.1 * (high - low) <= trace.v.min()
    assert trace.v.max() <= high + 0.1 * (high - low)
    assert trace.v.min() > -130.0
    assert len(trace.spike_times[0]) <= 2 * len(aim.spike_times[0]) + 2


def test_the_hidden_neuron_of_a_seed_stays_the_same():
    for seed, values in (
        (0, {"a": 0.005151, "b": 0.09148, "c": -51.41}),
        (7, {"a": 0.01521, "b": 0.1032, "c": -51.23}),
    ):
        hidden = pw.teaching.mystery("izhikevich", "tonic_bursting", seed)
        assert {name: hidden.reveal()[name] for name in hidden.free} == values


def test_the_figure_of_a_mystery_shows_where_its_spikes_are():
    hidden = pw.teaching.mystery("izhikevich", "rebound_spike", 0)
    begin, end = hidden.pattern.event
    [trace] = pw.judge(
        hidden.model, hidden.pattern, {**hidden.start, **hidden.reveal()}, dt=hidden.dt, verify=False
    ).traces.values()
    spikes = trace.spike_times[0]
    assert begin < 0.0 < spikes.max() < end < 0.3 * trace.t[-1]


def test_the_hidden_neuron_shows_its_pattern():
    hidden = pw.teaching.mystery("izhikevich", "phasic_bursting", 5)
    stimulus = {name: hidden.start[name] for name in hidden.pattern.stimulus_names}
    assert set(stimulus) == {"holding", "current_scale"}
    verdict = pw.judge("izhikevich", hidden.pattern, {**stimulus, **hidden.reveal()}, dt=hidden.dt, verify=False)
    spikes = next(iter(verdict.traces.values())).spike_times[0]
    assert 3 <= len(spikes) <= 40


def test_a_seed_gives_the_same_neuron_in_another_process():
    script = (
        "import json, plausiwidgets as pw\n"
        "m = pw.teaching.mystery('izhikevich', 'tonic_bursting', 3)\n"
        "print(json.dumps([dict(m.start), dict(m.reveal())]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    printed = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
    )
    here = pw.teaching.mystery("izhikevich", "tonic_bursting", 3)
    assert json.loads(printed.stdout) == [dict(here.start), dict(here.reveal())]
    others = {tuple(pw.teaching.mystery("izhikevich", "tonic_bursting", seed).reveal().values()) for seed in range(4)}
    assert len(others) == 4


def test_a_link_contains_model_pattern_and_seed_without_hidden_values():
    hidden = pw.teaching.mystery("adex", "tonic_spiking", 11)
    assert parse_qs(hidden.link) == {"mystery": ["adex.tonic_spiking.11"]}
    for name in hidden.free:
        assert str(hidden.reveal()[name]) not in hidden.link
    assert all(str(value) not in repr(hidden) for name, value in hidden.reveal().items() if name in hidden.free)


def test_a_search_solves_a_mystery():
    hidden = pw.teaching.mystery("izhikevich", "tonic_spiking", 2)
    fixed = [name for name in hidden.start if name not in hidden.free]
    result = pw.optimize(
        hidden.model, hidden.pattern, start=hidden.start, fixed=fixed, dt=hidden.dt, seed=0, budget=20_000
    )
    assert result.loss == 0.0


def test_a_model_without_a_known_set_of_the_pattern_is_refused():
    with pytest.raises(ValueError, match=r"no parameter set of Leaky.*Tonic bursting"):
        pw.teaching.mystery("lif", "tonic_bursting")
    with pytest.raises(ValueError, match=r"seed must be an integer ≥ 0, got -1"):
        pw.teaching.mystery("lif", "tonic_spiking", -1)
