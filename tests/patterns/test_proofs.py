"""What a neuron cannot show, by proof: patterns that exist, and that neither the table nor a search contradicts."""

import copy

import numpy as np
import pytest
from scipy.optimize import brentq
from small_neurons import good_step, make
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
from plausiwidgets.assessment.table import make_table, pair_status
from plausiwidgets.models import library
from plausiwidgets.models.proof import Proof

ARGUED = [name for name in library.NAMES if pw.models.get(name).ruled_out]


@pytest.mark.parametrize("name", ARGUED)
def test_the_packaged_table_does_not_contradict_a_proof(name):
    model, table = pw.models.get(name), packaged_table()
    assert set(model.ruled_out) <= set(pw.patterns.names()) and all(model.ruled_out.values())
    table = table[table["model"] == name]
    assert not set(model.ruled_out) & set(table[table["status"] == "replicated"]["pattern"])
    assert not set(model.ruled_out) & {preset.pattern for preset in model.presets if _is_shown(model, preset)}
    assert all(why in model._repr_html_() for why in model.ruled_out.values())


def _is_shown(model, preset):
    return bool(preset.pattern) and pw.judge(model, preset.pattern, preset.parameters, dt=preset.dt).replicated


def test_a_proof_does_not_apply_to_a_custom_pattern_with_the_same_key():
    own = doublet(key="rebound_spike")
    found = pw.optimize("lif", own, seed=0, budget=400)
    assert found.replicated and found.ruled_out == ""
    assert len(pw.analysis.sample_accepted("lif", own, 3)) == 3
    assert pw.optimize("lif", "rebound_spike", seed=0, budget=20).ruled_out


def test_a_leaky_neuron_can_show_three_patterns_only():
    can = set(pw.patterns.names()[:20]) - set(pw.models.get("lif").ruled_out)
    assert can == {"tonic_spiking", "class_1_excitable", "integrator"}


@pytest.mark.parametrize(
    ("name", "pattern"), [("qif", "resonator"), ("lsnn", "rebound_spike"), ("rf", "tonic_bursting")]
)
def test_a_short_search_for_a_ruled_out_pattern_finds_nothing(name, pattern):
    assert pattern in pw.models.get(name).ruled_out
    assert not pw.optimize(name, pattern, budget=2000).replicated


# -- a proof overrides the evaluation --------------------------------------------------------------

FALSE = Proof("This proof is false.", {"tau_mem": (10.0, 30.0)})


def with_proof(name: str, pattern: str, proof: Proof) -> pw.NeuronModel:
    """Return a model with a proof that its packaged set contradicts."""
    made = copy.copy(pw.models.get(name))
    made.__dict__.update(proofs={pattern: proof}, ruled_out={pattern: proof.text})
    return made


def test_a_set_that_contradicts_a_proof_is_rejected():
    model, known = with_proof("lif", "tonic_spiking", FALSE), dict(pw.judge("lif", "tonic_spiking").parameters)
    verdict = pw.judge(model, "tonic_spiking", known)
    assert (verdict.status, verdict.failed_test, verdict.loss) == ("rejected", "contradicts a proof", 0.0)
    assert not verdict.accepted and FALSE.text in str(verdict._table().notes)
    outside = pw.judge(model, "tonic_spiking", known | {"tau_mem": 31.0})
    assert outside.replicated and outside.proof == ""
    both = pw.judge(model, "tonic_spiking", {"tau_mem": np.array([20.0, 31.0])}, verify=True)
    assert both.status.tolist() == ["rejected", "replicated"] and both.accepted.tolist() == [False, True]


def test_of_several_patterns_the_ruled_out_one_is_named():
    model = with_proof("lif", "tonic_spiking", FALSE)
    verdict = pw.judge(model, pw.patterns.all_of("tonic_spiking", "integrator"))
    assert verdict.status == "rejected" and verdict.proof == FALSE.text
    assert verdict.failed_test == "Tonic spiking: contradicts a proof"


def test_a_search_reports_a_contradiction_with_both_sides():
    model = with_proof("lif", "tonic_spiking", FALSE)
    inside = {"tau_mem": (12.0, 28.0)}
    found = pw.optimize(model, "tonic_spiking", bounds=inside, seed=0, budget=200)
    assert (found.status, found.failed_test, found.loss) == ("rejected", "contradicts a proof", 0.0)
    assert found.evaluations <= 200 and found.volume.hits == 0
    assert "meets all criteria, but contradicts a proof" in found.summary and found.summary.endswith(FALSE.text)
    (row,) = make_table([found]).itertuples()
    assert pair_status(row.status, row.summary) == "ruled_out"


def test_a_pair_is_searched_where_the_bounds_reach_beyond_the_limits_of_a_proof():
    model = with_proof("lif", "tonic_spiking", FALSE)
    for settings in ({}, {"bounds": {"tau_mem": (25.0, 35.0)}}, {"fixed": {"tau_mem": 40.0}}):
        found = pw.optimize(model, "tonic_spiking", seed=0, budget=200, **settings)
        assert found.ruled_out == "" and found.replicated, settings
    with pytest.raises(pw.analysis.NoSolutionError, match="This proof is false"):
        pw.analysis.sample_accepted(model, "tonic_spiking", 3, fixed={"tau_mem": 20.0})


def test_the_limits_of_a_proof_are_parameters_and_contain_the_ranges():
    for name in ARGUED:
        model = pw.models.get(name)
        ranges = {key: (p.low, p.high) for key, p in model.parameters.items()}
        assert all(proof.holds_within(ranges) for proof in model.proofs.values()), name
    with pytest.raises(ValueError, match="limits of a proof: unknown parameter 'tua'"):
        make(good_step, ruled_out={"resonator": Proof("Never.", {"tua": (0.0, 1.0)})})


# -- premises --------------------------------------------------------------------------------------


def random_sets(name: str, count: int = 200) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {key: p.from_unit(rng.random(count)) for key, p in pw.models.get(name).parameters.items()}


def trains_under_steps(name: str, amplitudes: list[float], values: dict[str, np.ndarray], length: float = 3000.0):
    """Return the spike trains of settled neurons under steps, with the current of each step, in ms."""
    currents = [pw.Current.step(x, length, settle=1000.0) for x in amplitudes]
    return pw.simulate(name, currents, values, record=()).spike_times


def test_an_inhibited_oscillator_stays_below_rest():
    t = np.arange(0.0, 600.0, 0.01)
    for b, omega in zip(*(random_sets("rf")[key][:40] for key in ("b", "omega")), strict=True):
        response = omega - np.exp(b * t) * (omega * np.cos(omega * t) - b * np.sin(omega * t))
        assert response.min() >= -1e-12, (b, omega)


def test_the_second_spike_of_a_quadratic_neuron_follows_within_400_ms():
    limits = pw.models.get("qif").proofs["phasic_spiking"].limits
    (a, _), middle = limits["a"], 0.5 * (limits["v_rest"][1] + limits["v_threshold"][1])
    top = pw.models.get("qif").parameters["v_peak"].limits[0] - middle
    for curvature in np.geomspace(*limits["a"], 30):
        for height in (top, 2.0 * top):
            # The weakest current with a latency of 100 ms from the vertex; a neuron at rest needs a stronger one.
            def late(d, curvature=curvature, height=height):
                root = np.sqrt(curvature * d)
                return np.arctan(np.sqrt(curvature / d) * height) / root - 100.0

            weakest = 1e-12 if late(1e-12) < 0.0 else brentq(late, 1e-12, 1e6)
            assert np.pi / np.sqrt(curvature * weakest) <= 400.0, (curvature, height)
    assert np.pi / (a * top) < 33.0


def eif_time(low, high, above, delta, threshold):
    """Return the time from one potential to another in membrane time constants, `above` mV above the rheobase."""
    width = np.sqrt(2.0 * delta * above)
    u = np.linspace(np.arcsinh((low - threshold) / width), np.arcsinh((high - threshold) / width), 2001)
    x = width * np.sinh(u) / delta
    return np.trapezoid(width * np.cosh(u) / (above + delta * (np.expm1(np.minimum(x, 600.0)) - x)), u)


def test_the_second_spike_of_an_exponential_neuron_follows_within_1200_ms():
    neuron = pw.models.get("eif")
    limits = neuron.proofs["phasic_spiking"].limits
    slowest = 0.0
    taus = np.geomspace(limits["C"][0] / limits["g_L"][1], limits["C"][1] / limits["g_L"][0], 8)
    for tau in taus:
        for delta in np.linspace(*limits["delta_T"], 4):
            for threshold in np.linspace(*limits["V_T"], 4):

                def late(log, tau=tau, delta=delta, threshold=threshold):
                    return tau * eif_time(threshold, 0.0, np.exp(log), delta, threshold) - 100.0

                weakest = np.exp(brentq(late, -30.0, 15.0)) if late(-30.0) > 0.0 else np.exp(-30.0)
                back = tau * eif_time(limits["V_r"][0], threshold, weakest, delta, threshold)
                slowest = max(slowest, back + 100.0 + neuron.parameters["t_ref"].limits[1])
    assert 700.0 < slowest < 1200.0


@pytest.mark.parametrize("name", ["ifb", "lsnn"])
def test_interspike_intervals_under_a_constant_current_only_grow_or_only_shrink(name):
    neuron = pw.models.get(name)
    compared = 0
    for times in trains_under_steps(name, [0.6 * neuron.current.high, neuron.current.high], random_sets(name, 25)):
        changes = np.diff(np.diff(times))
        compared += changes.size > 4
        # A spike is late by up to one step, so a change of an interval is off by up to two.
        slack = 2.0 * neuron.dt + 1e-9
        assert (changes >= -slack).all() or (changes <= slack).all()
    assert compared > 20


def test_an_inhibited_thalamic_neuron_only_hyperpolarizes():
    values = random_sets("ifb", 60)
    currents = [pw.Current.step(x, 600.0, holding=h, settle=1500.0) for x in (-0.3, -2.0) for h in (0.0, 0.5)]
    traces = pw.simulate("ifb", currents, values)
    rest = traces.states["v"][:, np.searchsorted(traces.t, 0.0) - 1]
    silent = np.array([not times.size for times in traces.spike_times])
    assert silent.sum() > 200 and (traces.states["v"][silent].max(axis=1) <= rest[silent] + 1e-9).all()


def test_a_thalamic_neuron_crosses_rest_at_most_once_after_a_pulse():
    values = random_sets("ifb", 60)
    currents = [
        pw.Current([pw.pulse(0.0, 5.0, x)], end=505.0, holding=h, settle=1500.0)
        for x in (5.0, 20.0)
        for h in (0.0, 0.5)
    ]
    traces = pw.simulate("ifb", currents, values)
    begin = np.searchsorted(traces.t, 0.0)
    rest = traces.states["v"][:, begin - 1 : begin]
    deviation = traces.states["v"][:, begin + round(5.0 / 0.05) :] - rest
    once = np.array([times.size <= 1 and (times >= 0.0).all() for times in traces.spike_times])
    for v in deviation[once]:
        sides = np.sign(v[np.abs(v) > 1e-3])
        assert np.count_nonzero(np.diff(sides)) <= 2  # with the reset of the spike, which is a jump
    assert once.sum() > 100


@pytest.mark.parametrize(("name", "slow"), [("lif_adapt", "tau_g"), ("lsnn", "tau_adapt")])
def test_the_period_grows_without_bound_towards_the_rheobase(name, slow):
    values = {key: x[:5] for key, x in random_sets(name).items()} | {slow: np.array([10.0, 20.0, 50.0, 100.0, 200.0])}
    neuron = pw.models.get(name)
    rest, threshold = neuron.rest_threshold(values)
    membrane = values["C"] / values["g_L"] if name == "lif_adapt" else values["tau_mem"]
    rheobase = (threshold - rest) * (values["g_L"] if name == "lif_adapt" else 1.0)
    for i in range(5):
        one = {key: x[i] for key, x in values.items()}
        currents = [pw.Current.step(rheobase[i] * (1.0 + share), 8000.0) for share in (1e-4, 1e-6)]
        near, nearer = (np.diff(times)[-1] for times in pw.simulate(name, currents, one, record=()).spike_times)
        assert nearer - near >= 0.9 * max(membrane[i], values[slow][i]) * np.log(100.0), i
