"""The measurement of the onset of firing against closed formulas and against sets that a window of time misjudges."""

from dataclasses import replace

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.onset.arrays import DEPTHS
from plausiwidgets.patterns.onset.batch import Bench
from plausiwidgets.patterns.onset.ladder import Neuron
from plausiwidgets.patterns.onset.outcome import FINITE, LOGARITHM, ROOT, SEARCH, SPONTANEOUS, STAIRCASE, UNCLEAR
from plausiwidgets.patterns.onset.procedure import onset_of
from plausiwidgets.patterns.onset.train import Train, whole_steps
from plausiwidgets.patterns.runner import Runner

CLASSES = ("class_1_excitable", "class_2_excitable")
SKIPPING = {"C": 0.978783, "E_K": -77.3848, "E_L": -54.4354, "E_Na": 50.0, "g_K": 27.0101, "g_L": 0.145239}
SKIPPING |= {"g_Na": 113.795, "rate_h": 1.0, "rate_n": 0.142441, "temperature": 6.3387}
"""A set of Hodgkin and Huxley's neuron with a rate that falls in steps, at a step of 7.6 and a holding of -0.45."""
SLOW = {"C": 163.4199935264428, "g_L": 14.073547156177257, "E_L": -67.34625217039138, "V_T": -45.48260419163853}
SLOW |= {"delta_T": 0.918457540210771, "V_r": -54.84201946668327, "a": -7.7735282108187675, "b": 112.60841153562069}
SLOW |= {"tau_w": 188.76244486648912}
SLOW_STEP, SLOW_HOLDING = 515.1351378618998, -30.16372199886096
"""A set of the adaptive exponential neuron, whose period is 130 ms at twice the rheobase and grows as a root."""


def onsets(name, parameters, top, holding=0.0, depth="search", **options):
    """Return the onsets of some sets of a neuron."""
    model = pw.models.get(name)
    values = {**model.complete(parameters), "holding": np.asarray(holding)}
    n = max(np.size(x) for x in values.values())
    arrays = {key: np.broadcast_to(np.asarray(x, float), (n,)).copy() for key, x in values.items()}
    return Runner(model, arrays, model.dt).onsets(np.full(n, top), depth, **options)


def accepted(name, parameters, **stimulus):
    """Return of which classes a set is."""
    return tuple(bool(pw.judge(name, key, {**parameters, **stimulus}, verify=False).accepted) for key in CLASSES)


def quadratic(count, above):
    """Return sets of the quadratic neuron whose reset is below or above the vertex, with the vertex."""
    rng = np.random.default_rng(900)
    a = np.exp(rng.uniform(np.log(0.002), np.log(0.05), count))
    rest, threshold = rng.uniform(-80.0, -58.0, count), rng.uniform(-55.0, -40.0, count)
    vertex = 0.5 * (rest + threshold)
    reset = vertex + rng.uniform(0.05, 0.95, count) * (threshold - vertex) if above else np.minimum(vertex - 1.0, -65.0)
    return {"a": a, "v_rest": rest, "v_threshold": threshold, "v_reset": reset}


def test_a_quadratic_neuron_that_resets_below_its_vertex_starts_as_a_square_root():
    sets = quadratic(24, above=False)
    measured = onsets("qif", sets, 60.0)
    assert {one.kind for one in measured} == {ROOT}
    critical = sets["a"] * (0.5 * (sets["v_threshold"] - sets["v_rest"])) ** 2
    np.testing.assert_allclose([one.rheobase for one in measured], critical, rtol=2e-3)
    np.testing.assert_allclose([one.exponent for one in measured], 0.5, atol=0.12)


def test_a_quadratic_neuron_that_resets_above_its_vertex_keeps_firing_below_its_onset():
    sets = quadratic(24, above=True)
    measured = onsets("qif", sets, 60.0, down=True)
    assert {one.kind for one in measured} == {FINITE} and all(one.persists for one in measured)
    ends = sets["a"] * (sets["v_threshold"] - sets["v_reset"]) * (sets["v_reset"] - sets["v_rest"])
    np.testing.assert_allclose([one.down_to for one in measured], ends, rtol=1e-3)
    assert {one.ending for one in measured} <= {LOGARITHM, UNCLEAR}


def test_a_leaky_neuron_grows_by_its_time_constant_with_each_tenfold_approach():
    tau = np.array([8.0, 15.0, 20.0, 30.0])
    for one, constant in zip(onsets("lif", {"tau_mem": tau}, 60.0), tau, strict=True):
        assert one.kind == LOGARITHM and one.rheobase == pytest.approx(15.0, abs=1e-6)
        steps = np.diff(one.periods)[2:-1] / np.diff(-np.log10(one.shares))[2:-1]
        np.testing.assert_allclose(steps, constant * np.log(10.0), rtol=0.03)


def test_an_exponential_neuron_has_the_class_of_its_reset():
    resets = np.array([-55.0, -52.0, -48.0, -46.0])
    kinds = [one.kind for one in onsets("eif", {"V_r": resets, "V_T": -50.0}, 1500.0)]
    assert kinds == [ROOT, ROOT, FINITE, FINITE]


def test_a_resonator_starts_at_a_finite_rate_also_if_its_turn_is_slow():
    sets = {"b": np.array([-0.1, -0.177267]), "omega": np.array([0.4, 0.0501326])}
    sets |= {"x_reset": np.array([0.0, -0.220605]), "y_reset": np.array([1.0, 0.929646])}
    assert [one.kind for one in onsets("rf", sets, 0.74, 0.06)] == [FINITE, FINITE]


def test_the_onset_of_a_slow_neuron_is_its_saddle_node():
    """The period diverges at the current at which the fixed points vanish, according to SciPy's LSODA as well."""
    one = onsets("adex", SLOW, SLOW_STEP, SLOW_HOLDING)[0]
    assert one.kind == ROOT and not one.persists
    g, a, delta = SLOW["g_L"], SLOW["a"], SLOW["delta_T"]
    fold = SLOW["V_T"] + delta * np.log(1.0 + a / g)
    step = (g + a) * (fold - SLOW["E_L"]) - delta * (g + a) - SLOW_HOLDING
    assert one.rheobase == pytest.approx(step, rel=2e-4)


@pytest.mark.parametrize(
    ("name", "parameters", "top", "holding", "classes"),
    [
        ("qif", {"a": 0.002}, 20.0, 0.0, (True, False)),  # a membrane of 25 ms
        ("eif", {"C": 600.0, "g_L": 10.0}, 1500.0, 0.0, (True, False)),
        ("izhikevich_2007", {}, 100.0, 0.0, (True, False)),  # regular spiking
        ("adex", SLOW, SLOW_STEP, SLOW_HOLDING, (True, False)),
        ("izhikevich", {}, 10.0, 0.0, (False, False)),  # a logarithm from 20 to 4 Hz
        ("fitzhugh_nagumo", {}, 0.6, 0.0, (False, True)),  # next to a canard
        ("hodgkin_huxley", {}, 10.0, 0.0, (False, True)),
    ],
)
def test_neurons_that_a_window_of_time_misjudges_have_their_class(name, parameters, top, holding, classes):
    assert accepted(name, parameters, amplitude=top, holding=holding) == classes


def test_a_neuron_that_skips_cycles_of_its_oscillation_is_in_neither_class():
    one = onsets("hodgkin_huxley", SKIPPING, 7.61709, -0.450808)[0]
    assert one.kind == STAIRCASE and one.ripples > 5 > one.ripples_far == 0
    assert accepted("hodgkin_huxley", SKIPPING, amplitude=7.61709, holding=-0.450808) == (False, False)


def test_a_neuron_that_fires_at_its_holding_current_has_no_onset():
    assert onsets("lif", {}, 20.0, 30.0)[0].kind == SPONTANEOUS


def test_the_onset_of_a_set_does_not_depend_on_the_sets_beside_it():
    sets = quadratic(6, above=False)
    together = onsets("qif", sets, 60.0)
    for k, one in enumerate(together):
        assert onsets("qif", {name: x[k : k + 1] for name, x in sets.items()}, 60.0) == [one]


def test_an_unclear_onset_is_measured_again_to_the_full_depth(monkeypatch):
    """At the depth of a search, the exponents of these neurons are close to the limit of a logarithm."""
    sets = {"a": np.array([0.015015671, 0.008619319]), "b": np.array([0.06852087, 0.0059831909])}
    sets |= {"c": np.array([-65.410528, -70.0]), "d": np.array([12.0, 3.7687115])}
    found, deep = (onsets("izhikevich", sets, 100.0, depth=depth) for depth in ("search", "deep"))
    assert [one.kind for one in found] == [one.kind for one in deep] == [LOGARITHM, LOGARITHM]
    monkeypatch.setitem(DEPTHS, "search", replace(DEPTHS["search"], deeper=None))
    once = onsets("izhikevich", sets, 100.0)
    assert [one.kind for one in once] == [UNCLEAR, UNCLEAR]
    for first, last, both in zip(once, deep, found, strict=True):
        assert both.time == first.time + last.time


def test_a_neuron_beyond_its_budget_is_unclear_and_not_measured_again(monkeypatch):
    monkeypatch.setattr(Bench, "outcomes", _with_a_small_budget(Bench.outcomes))
    one = onsets("lif", {}, 60.0)[0]
    assert one.kind == UNCLEAR and one.exhausted and one.top == 60.0 and one.time <= 2000.0


@pytest.mark.parametrize("late", [300.0, 1000.0])
def test_a_neuron_that_fires_late_at_its_holding_current_is_unclear(late):
    """Short runs of such a neuron have a rheobase, but longer runs fire at any current."""

    def train(run):
        steps = int(np.ceil(run.time / 0.1))
        fires = run.current >= 1.0 or run.time > late or (run.state is not None and run.state[0] > 0.0)
        spikes = np.arange(100, steps if fires else 100, 100)
        return Train(spikes, steps, 0.1, np.array([float(fires)]), False, np.zeros(steps) if run.record else None)

    onset = _returned(onset_of(2.5, Neuron(0.1, 100.0, 50.0, True), SEARCH, 1e-15), train)
    assert onset.kind == UNCLEAR and np.isfinite(onset.rheobase)


def _returned(runs, train):
    """Return the result of a measurement whose runs have given trains."""
    try:
        run = next(runs)
        while True:
            run = runs.send(train(run))
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("budget", [200.0, 2000.0])
def test_a_neuron_that_exceeds_its_budget_gets_a_verdict(monkeypatch, budget):
    """The rheobase is unknown if the budget ends before there is a bracket."""
    monkeypatch.setattr(Bench, "outcomes", _with_a_small_budget(Bench.outcomes, budget))
    verdict = pw.judge("lif", "class_2_excitable", {"amplitude": 60.0}, verify=False)
    assert verdict.status == "rejected" and np.isfinite(verdict.loss)


def _with_a_small_budget(outcomes, budget=2000.0):
    def limited(bench, procedures):
        return outcomes(Bench(bench.rest, bench.dt, budget, bench.simulate), procedures)

    return limited


def test_a_train_has_a_period_only_if_it_continues_to_the_end():
    spikes = np.arange(10, 200, 20)
    train = Train(spikes, 200, 0.5, np.zeros(1), False)
    assert (train.period, train.calm, train.spread) == (10.0, True, 19.0 / 21.0)
    ended = Train(spikes, 400, 0.5, np.zeros(1), False)
    assert not ended.fires and np.isnan(ended.period)
    assert train.followed_by(train).spikes.tolist() == [*spikes, *(spikes + 200)]


def test_runs_have_eight_lengths_per_octave():
    lengths = {whole_steps(float(time), 1.0) for time in range(1024, 2049)}
    assert len(lengths) == 9 and all(whole_steps(float(t), 1.0) >= t for t in range(1, 500))
