"""A measure or a procedure that mixes its sets is refused, whatever guards it has; one that does not is taken."""

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns import Measurement, trial
from plausiwidgets.patterns import features as f


def isi(r):
    return np.diff(r["step"].times, axis=-1)


def v(r):
    return r["step"].v(0.0, 50.0)


SEEN = []


def most_so_far(r):
    """The largest count of this call and of those before."""
    SEEN.append(max(r["step"].count().max(), 1))
    return max(SEEN)


def guarded(r, value, least=3):
    """The usual guard: a value for the sets that fired, nan for the others."""
    return np.where(r["step"].count() >= least, value, np.nan)


MIXING = {
    "nanmean without an axis": lambda r, s: guarded(r, np.nanmean(isi(r))),
    "nanmax without an axis": lambda r, s: guarded(r, np.nanmax(isi(r), initial=0.0)),
    "nanmin without an axis": lambda r, s: guarded(r, np.nanmin(isi(r), initial=1e9)),
    "histogram without an axis": lambda r, s: guarded(r, np.histogram(isi(r)[np.isfinite(isi(r))], bins=5)[0].max()),
    "largest peak": lambda r, s: r["step"].top - np.max(r["step"].top),
    "any spontaneous spike": lambda r, s: np.where(r.spontaneous_spikes.any(), np.nan, r["step"].count()),
    "mean rest": lambda r, s: r.v_baseline - np.mean(r.v_baseline),
    "threshold of the first": lambda r, s: (v(r) > r.threshold[0]).sum(axis=1),
    "spread of the widths": lambda r, s: r["step"].count() + np.ptp(s.width),
    "mean potential": lambda r, s: v(r).max(axis=1) - v(r).mean(),
    "number of sets, far more": lambda r, s: r["step"].count() + (r.n > 100),
    "columns of the spikes": lambda r, s: 0.0 * s.width + r["step"].times.shape[1],
    "more than thirty spikes somewhere": lambda r, s: r["step"].count() + (r["step"].times.shape[1] > 30),
    "mean over padding": lambda r, s: np.nan_to_num(r["step"].times).mean(axis=1),
    "first set": lambda r, s: guarded(r, r["step"].count()[0]),
    "last set": lambda r, s: guarded(r, r["step"].count()[-1]),
    "of the best set": lambda r, s: guarded(r, isi(r)[np.argmax(r["step"].count())][:1].sum() if isi(r).size else 0.0),
    "order of the sets": lambda r, s: np.cumsum(r["step"].count()),
    "running maximum": lambda r, s: np.maximum.accumulate(r["step"].count()),
    "all silent": lambda r, s: np.where((r["step"].count() == 0).all(), 9.0, r["step"].count()),
    "above the median": lambda r, s: 1.0 * (r["step"].count() > np.median(r["step"].count())),
    "winsorized": lambda r, s: np.clip(r["step"].count(), None, np.percentile(r["step"].count(), 90)),
    "gaps filled by the mean": lambda r, s: np.where(
        np.isnan(r["step"].first()), np.nanmean(r["step"].first()), r["step"].first()
    ),
    "noise by place": lambda r, s: r["step"].count() + np.random.default_rng(0).normal(size=r.n),
    "graded by all": lambda r, s: pw.patterns.Graded(r["step"].count(), 0.5 * np.mean(s.width) / 100.0 + 0.0 * s.width),
    "over the most that was seen so far": lambda r, s: r["step"].count() / most_so_far(r),
}
"""The hardest to find of each way to mix: some are seen by one of the companies of the trial alone."""

ALONE_TOO = {
    "mean of the intervals": lambda r, s: guarded(r, np.nanmean(isi(r), axis=-1)),
    "mean of the intervals by features": lambda r, s: f.mean(f.intervals(r["step"].window())),
    "a masked array": lambda r, s: np.ma.filled(np.ma.masked_invalid(isi(r)).mean(axis=1).astype(float), np.nan),
    "a loop that fills": lambda r, s: filled(r),
    "a list": lambda r, s: [float(n) for n in r["step"].count()],
    "an integer": lambda r, s: r["step"].count().astype(np.int32),
    "divided by zero": lambda r, s: 1.0 / r["step"].count(),
    "fft of each": lambda r, s: np.abs(np.fft.rfft(v(r), axis=-1))[:, 1],
    "a number or values": lambda r, s: isi(r).shape[1] and np.argmax(np.nan_to_num(isi(r)), axis=1) + 0.0 * s.width,
    "graded": lambda r, s: pw.patterns.Graded(r["step"].count(), np.clip(s.width / 200.0, 0.0, 0.9)),
}
"""`n` of each set is its own."""


def filled(r):
    out = np.full(r.n, np.nan)
    for i in range(r.n):
        own = r["step"].times[i]
        own = own[~np.isnan(own)]
        if len(own) > 1:
            out[i] = np.diff(own).mean()
    return out


def pattern_of(measure=None, procedure=None, low=24.0, high=26.0):
    return pw.Pattern(
        key="own",
        title="Own",
        stimulus_parameters=[
            pw.StimulusParameter("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None)),
            pw.StimulusParameter("width", 500.0, 100.0, 900.0, unit="ms"),
        ],
        sweeps=None if measure is None else one_step,
        measure=None if measure is None else lambda r, s: {"feature": measure(r, s)},
        procedure=procedure,
        criteria=[pw.Criterion("feature", "feature", "A feature.", "1", low=low, high=high)],
    )


def one_step(s):
    return {"step": pw.Sweep([pw.pulse(0.0, s.width, s.amplitude)], s.width + 100.0, voltage=(0.0, 100.0))}


@pytest.mark.parametrize("name", MIXING)
def test_a_measure_that_mixes_sets_is_rejected_even_in_a_conditional_branch(name):
    with pytest.raises(ValueError, match=r"pattern 'own': measure returns a different 'feature' .*shape \[n\]"):
        pattern_of(MIXING[name])


@pytest.mark.parametrize("name", ALONE_TOO)
def test_a_measure_of_separate_sets_is_accepted_in_any_style(name):
    pattern = pattern_of(ALONE_TOO[name], low=0.0, high=1e9)
    values = {"amplitude": [60.0, 5.0, 20.0, 200.0], "width": [300.0, 300.0, 500.0, 150.0]}
    many = pw.judge("adex", pattern, values, verify=False).criteria
    alone = pw.judge("adex", pattern, {k: v[2] for k, v in values.items()}, verify=False).criteria
    np.testing.assert_allclose([c.value[2] for c in many], [c.value for c in alone], 1e-9)


# -- procedures --------------------------------------------------------------------------------------


def applied(runner):
    return runner.apply(one_step(runner.stimulus_values))


def through(feature):
    def procedure(runner):
        r = applied(runner)
        return Measurement(
            {"feature": feature(runner, r), "min_isi": f.shortest_isi(r["step"].times)},
            runner.gap_to_threshold(r["step"]),
        )

    return procedure


def rheobase(runner, r):
    a = runner.stimulus_values.amplitude
    fires = runner.steps_show(lambda times: f.lengths(times) >= 1, a, 200.0, 200.0, np.ones(runner.n, bool))
    least = runner.weakest_step(lambda times: f.lengths(times) >= 1, 200.0, 200.0, 0.0 * a, a, fires, 1e-3)
    return least / a


def paired(runner, r, after):
    """Give a second pulse some time after the first spike, `after` of all of them."""
    first = np.nan_to_num(r["step"].first(), nan=10.0)
    second = 0.0 * first + after(first) + 60.0
    a = runner.stimulus_values.amplitude
    return runner.apply({"step": pw.Sweep([pw.pulse(0.0, 50.0, a), pw.pulse(second, 50.0, a)], 400.0)})["step"].count()


MIXING_PROCEDURES = {
    "mean over the sets": through(lambda runner, r: guarded(r, np.nanmean(isi(r)))),
    "a second pulse after the slowest set": through(lambda runner, r: paired(runner, r, np.max)),
}
PROCEDURES_ALONE_TOO = {
    "mean of each set": through(lambda runner, r: guarded(r, np.nanmean(isi(r), axis=1))),
    "rheobase": through(rheobase),
    "a second pulse after the own spike": through(lambda runner, r: paired(runner, r, lambda first: first)),
    "of the neuron": through(lambda runner, r: runner.parameters["tau_w"] + 0.0 * r["step"].count()),
}


@pytest.mark.parametrize("name", MIXING_PROCEDURES)
def test_a_procedure_that_mixes_its_sets_is_refused(name):
    with pytest.raises(ValueError, match=r"pattern 'own': procedure returns a different 'feature' "):
        pattern_of(procedure=MIXING_PROCEDURES[name])


@pytest.mark.parametrize("name", PROCEDURES_ALONE_TOO)
def test_a_procedure_of_separate_sets_is_accepted(name):
    pattern = pattern_of(procedure=PROCEDURES_ALONE_TOO[name], low=0.0, high=1e9)
    verdict = pw.judge("adex", pattern, {"amplitude": [60.0, 700.0], "width": [300.0, 200.0]}, verify=False)
    assert verdict.criteria[-1].value.shape == (2,)


@pytest.mark.parametrize("name", ["quiet", "at_rest", "below_threshold", "whole", "cell"])
def test_a_procedure_does_not_replace_the_common_criteria(name):
    def procedure(runner):
        measured = through(lambda runner, r: r["step"].count())(runner)
        return Measurement({**measured.features, name: np.zeros(runner.n)}, measured.gap_to_threshold)

    with pytest.raises(ValueError, match=rf"procedure must not return '{name}', which is measured for every pattern"):
        pattern_of(procedure=procedure)


def test_errors_of_a_procedure_name_missing_features_and_wrong_return_values():
    with pytest.raises(ValueError, match="'feature' requires a feature that is not measured"):
        pattern_of(procedure=lambda runner: Measurement({}, np.zeros(runner.n)))
    with pytest.raises(ValueError, match="procedure must return a Measurement, got dict"):
        pattern_of(procedure=lambda runner: {})
    with pytest.raises(ValueError, match="procedure raised NameError"):
        pattern_of(procedure=lambda runner: unheard_of)  # noqa: F821


def test_spikes_of_a_further_control_count_before_the_stimulus_too():
    def procedure(runner):
        measured = through(lambda runner, r: r["step"].count())(runner)
        return Measurement(measured.features, measured.gap_to_threshold, spontaneous=runner.control(500.0))

    pattern = pattern_of(procedure=procedure, low=0.0, high=1e9)
    quiet = next(c for c in pw.judge("adex", pattern, {"amplitude": 100.0}).criteria if c.key == "quiet")
    assert quiet.value > 0 and not quiet.passed


# -- what no trial finds -------------------------------------------------------------------------------


def late(value):
    """Mix only where no made-up response is: at more spikes than any of them has."""
    return lambda r, s: np.where(r["step"].count() > 60, value(r), r["step"].count())


def test_a_mixture_that_the_trial_misses_is_found_in_the_first_batch():
    pattern = pattern_of(late(lambda r: np.mean(r["step"].count())), low=0.0, high=1e9)
    values = {"amplitude": [600.0, 1500.0, 900.0, 2000.0], "width": 900.0}
    with pytest.raises(
        ValueError,
        match=r"pattern 'own' returns a different 'feature' for a parameter set if the other sets change .*\[n\]",
    ):
        pw.judge("lif", pattern, {"tau_mem": 5.0, "t_ref": 1.0} | values, verify=False)
    with pytest.raises(ValueError, match="a different 'feature'"):  # a cell that is run again is told again
        pw.judge("lif", pattern, {"tau_mem": 5.0, "t_ref": 1.0} | values, verify=False)


def test_a_set_that_a_search_verifies_is_also_accepted_alone():
    with trial.untried():
        pattern = pattern_of(MIXING["nanmean without an axis"])
    object.__setattr__(pattern, "tried", True)
    with pytest.raises(ValueError, match="a different 'feature' for a parameter set"):
        pw.optimize("adex", pattern, seed=0, budget=2000)
