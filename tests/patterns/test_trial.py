"""Custom patterns are judged as by hand, and faulty ones refused in a sentence when they are made."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from random_patterns import Drawn, draw
from small_neurons import good_step, make
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.engine.piece import Piece
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.trial import try_features
from plausiwidgets.widgets.catalogue.sweep_programs import sweep_programs


def steady(end, **changes):
    """Return a pattern that counts the spikes of a step until an end that depends on the values."""
    fields = dict(
        stimulus_parameters=[
            *doublet().stimulus_parameters,
            pw.StimulusParameter("delay", 50.0, 0.0, 200.0, unit="ms"),
        ],
        sweeps=lambda s: {"step": pw.Sweep([pw.pulse(0.0, 1000.0, s.amplitude)], end=end(s))},
        measure=lambda r, s: {"n": r["step"].count()},
        criteria=[pw.Criterion("n", "spikes", "Spikes.", "spikes", low=1.0)],
    )
    return doublet(**(fields | changes))


FORMS = {
    f"{key} {name}".strip(): form
    for key in pw.patterns.names()
    for name, form in {"": pw.patterns.get(key), **pw.patterns.get(key).verification}.items()
}
"""The twenty patterns and the longer forms of their verification."""


@pytest.mark.parametrize("name", FORMS)
def test_the_packages_own_patterns_which_are_imported_untried_pass_the_trial(name, monkeypatch):
    tried = []
    monkeypatch.setattr(trial, "try_features", lambda *args: tried.append(True) or try_features(*args))
    again = replace(FORMS[name])
    assert tried and again.tried and not FORMS[name].tried
    assert again.main_sweep == FORMS[name].main_sweep


# -- how long is simulated ---------------------------------------------------------------------------


def test_the_page_simulates_the_same_time():
    [program] = sweep_programs(steady(lambda s: 400.0 - s.delay)).values()
    for delay in (0.0, 50.0, 200.0):
        assert program.numbers({"amplitude": 1.0, "width": 20.0, "delay": delay})["duration"] == 400.0


# -- sets that depend on each other ------------------------------------------------------------------


@pytest.mark.parametrize("end", [lambda s: np.max(s.width) + 99.0, lambda s: s.width.mean(), lambda s: s.width[0]])
def test_sweeps_that_mix_the_sets_are_refused(end):
    with pytest.raises(ValueError, match=r"sweeps returns a different end of sweep 'step'"):
        steady(end)


# -- what is refused in a sentence -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["quiet", "at_rest", "min_isi", "whole", "cell", "below_threshold"])
def test_a_measure_does_not_replace_the_common_criteria(name):
    with pytest.raises(ValueError, match=rf"measure must not return '{name}', which is measured for every pattern"):
        steady(lambda s: 400.0, measure=lambda r, s: {"n": r["step"].count(), name: 0.0 * s.width})


@pytest.mark.parametrize("name", ["dt", "model", "pattern", "seed", "lock", "samples", "lines", "self"])
def test_a_name_that_links_and_calls_need_is_refused(name):
    with pytest.raises(ValueError, match=rf"reserved for links and settings, got '{name}'"):
        pw.StimulusParameter(name, 5.0, 1.0, 9.0, unit="ms")


@pytest.mark.parametrize("name", ["read", "values", "name", "key"])
def test_a_parameter_may_have_any_other_name(name):
    def step(current, state, p, dt):
        return good_step(current, state, SimpleNamespace(tau=getattr(p, name)), dt)

    neuron = make(step, [pw.Parameter(name, 20.0, 5.0, 50.0)])
    assert len(pw.simulate(neuron, pw.Current.step(30.0, 100.0), {name: 10.0}).spike_times[0]) > 0


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        (lambda s: {f"step {s.width[0]:g}": pw.Sweep([], 400.0)}, "the same names and numbers of pieces"),
        (lambda s: {"a": pw.Sweep([pw.pulse(0.0, 9.0, 1.0)] * int(s.width[0] // 10), 400.0)}, "numbers of pieces"),
        (lambda s: {"a": pw.Sweep([pw.pulse(0.0, 9.0, np.ones(7))], 400.0)}, r"first value of piece 1.*shape \[7\]"),
        (lambda s: {"a": pw.Sweep([], 400.0, response=(0.0, 500.0))}, r"response must be within .*, got 0 to 500 ms"),
        (lambda s: {"a": pw.Sweep([], 400.0, response=(-9.0, 300.0))}, "within 0 to 400 ms, the end of the sweep"),
        (lambda s: {"a": pw.Sweep([], 400.0, response=(300.0, 200.0))}, "got 300 to 200 ms"),
        (lambda s: {"a": pw.Sweep([], 400.0, voltage=(0.0, 900.0))}, r"voltage must be within .*, got 0 to 900 ms"),
        (lambda s: {"a": pw.Sweep([], 400.0, voltage=(0.0, s.width))}, "the same for all parameter sets"),
        (lambda s: {"a": pw.Sweep([], 1e9)}, "longest time .* must be at most 1e.06, got 1e.09.*UNBOUNDED to 1"),
        (lambda s: {"a": pw.Sweep([pw.pulse(0.0, 10**400, 1.0)], 400.0)}, "width must be a finite number .*, got 1000"),
    ],
)
def test_objects_that_are_not_sweeps_are_rejected(sweep, said):
    with pytest.raises(ValueError, match=said):
        steady(lambda s: 400.0, sweeps=sweep, measure=lambda r, s: {"n": 0.0 * s.width}, main_sweep="")


def rough(samples):
    """Return a current of as many linear pieces as samples."""
    noise = np.random.default_rng(0).normal(20.0, 5.0, samples)
    return pw.Current.values(np.arange(samples) * 0.1, noise)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: pw.analysis.loss_profiles("lif", "tonic_spiking", points=10**9),
            "number of parameter sets must be .*, got 7e.09",
        ),
        (lambda: pw.simulate("lif", pw.Current.step(1.0, 1e9)), "number of time steps must be at most .*, got 1e.10"),
        (lambda: pw.simulate("lif", pw.Current.step(1.0, 5e4), {"tau_mem": np.full(5000, 9.0)}), "recorded values"),
        (lambda: pw.judge("lif", "tonic_spiking", dt=1e-12), r"steps in 1 ms \(1 / dt\)"),
        (lambda: pw.analysis.fi_curve("lif", np.zeros(10**6)), "number of currents"),
        (
            lambda: pw.judge("lif", "tonic_spiking", {"amplitude": np.ones(4_000_000)}),
            "number of sets must be .*, got 4e.06",
        ),
        (lambda: pw.optimize("lif", "tonic_spiking", popsize=10**9), r"population \(popsize\) must be .*, got 1e.09"),
        (lambda: pw.assess("lif", "tonic_spiking", seed=range(10**7)), "number of searches must .*, got 100001"),
        (lambda: pw.assess("lif", "tonic_spiking", seed=iter(int, 1)), "number of searches must .*, got 100001"),
        (lambda: pw.simulate("lif", rough(100_000)), "at most 1000 linear pieces, got 100000"),
        (
            lambda: pw.Current([pw.pulse(i, 0.5, 1.0) for i in range(20_000)], 2e4),
            "number of pieces must .*, got 20000",
        ),
        (lambda: pw.analysis.phase_line("lif", points=10**8), "number of points"),
        (lambda: pw.analysis.phase_plane("adex", points=(10**5, 10**5)), "points of the grid"),
        (lambda: pw.judge("lif", "tonic_spiking", {"tau_mem": 10**400}), "'tau_mem' must be .*, got 1000"),
    ],
)
def test_an_excessive_request_is_rejected_with_advice(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_an_excessive_request_can_be_forced(monkeypatch):
    monkeypatch.setattr("plausiwidgets.models.simulate.MAX_STEPS", 100.0)
    with pytest.raises(ValueError, match="PLAUSIWIDGETS_UNBOUNDED"):
        pw.simulate("lif", pw.Current.step(1.0, 50.0))
    monkeypatch.setenv("PLAUSIWIDGETS_UNBOUNDED", "1")
    assert pw.simulate("lif", pw.Current.step(1.0, 50.0)).t.size == 1000


# -- random patterns ---------------------------------------------------------------------------------


def wrong_of(seed):
    """Return in what a random pattern was judged otherwise than by hand, or otherwise alone than among others."""
    drawn: Drawn = draw(seed)
    pattern = drawn.make()
    rng = np.random.default_rng(seed)
    model = pw.models.get("lif" if seed % 2 else "adex")
    usual = model.current.default
    values = {
        "amplitude": usual * rng.uniform(0.5, 2.5, 4),
        "width": rng.uniform(20, 150, 4),
        "delay": rng.uniform(0, 200, 4),
    }
    verdict = pw.judge(model, pattern, values, verify=False)
    wrong = []
    for i in range(4):
        s = SimpleNamespace(**{name: float(x[i]) for name, x in values.items()})
        alone = pw.judge(model, pattern, vars(s), verify=False)
        sweeps = drawn.sweeps(s)
        for check, single in zip(verdict.criteria, alone.criteria, strict=True):
            if not np.array_equal(check.value[i], single.value, equal_nan=True):
                wrong.append(f"seed {seed}: {check.key} is {single.value} alone, {check.value[i]} among others")
            if check.key in drawn.by_hand:
                name, by_hand = drawn.by_hand[check.key]
                end = float(sweeps[name].end)
                times = pw.simulate(model, pw.Current(sweeps[name].pieces, end, settle=1000.0)).spike_times[0]
                least, most = by_hand(times[times >= 0.0], s, end)
                same = np.isnan(least) and np.isnan(check.value[i])
                if not (same or least <= check.value[i] <= most):
                    wrong.append(f"seed {seed}: {check.key} is {check.value[i]}, by hand {least} to {most}")
    return wrong


@pytest.mark.parametrize("seed", range(12))
def test_a_random_pattern_is_judged_as_by_hand(seed):
    assert wrong_of(seed) == []


@pytest.mark.benchmark
def test_three_hundred_random_patterns():
    assert [wrong for seed in range(300) for wrong in wrong_of(seed)] == []


@pytest.mark.parametrize(("on", "off"), [(lambda s: s.amplitude * np.nan, 100.0), (lambda s: s.amplitude, np.inf)])
def test_a_current_that_is_not_finite_is_refused_by_its_piece(on, off):
    with pytest.raises(ValueError, match=r"the [\w ]+ of piece 1 of sweep 'pulse' must be finite, got "):
        doublet(sweeps=lambda s: {"pulse": pw.Sweep([Piece(0.0, off, on(s), on(s))], end=200.0)})


def test_a_guard_that_is_not_finite_has_no_program():
    def sweeps(s):
        amplitude = np.where(s.amplitude > 0.0, s.amplitude, np.nan)
        return {"pulse": pw.Sweep([pw.pulse(0.0, 50.0, amplitude)], end=200.0)}

    assert sweep_programs(doublet(sweeps=sweeps)) is None
