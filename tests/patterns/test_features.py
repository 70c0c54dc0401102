"""Features: against eFEL where the definition is the same, and through anything."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plausiwidgets as pw
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import KINDS, Criterion

FEATURES = (
    f.intervals,
    f.lengths,
    f.first,
    f.last,
    f.late_half,
    f.mean,
    f.cv,
    f.smallest,
    f.largest,
    f.spread,
    f.median,
    f.shortest_isi,
    f.adaptation_index,
    f.growth,
)


def padded(trains):
    most = max((len(t) for t in trains), default=0)
    out = np.full((len(trains), most), np.nan)
    for row, train in zip(out, trains, strict=True):
        row[: len(train)] = np.sort(train)
    return out


times = st.floats(0.0, 500.0) | st.sampled_from([0.0, 500.0, 250.0])
trains = st.lists(st.lists(times, max_size=12), min_size=1, max_size=4) | st.just([list(np.linspace(0, 500, 3000))])


@given(trains)
@settings(max_examples=150, deadline=None)
def test_every_feature_accepts_any_spike_train(some):
    rows = padded(some)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for feature in FEATURES:
            assert len(feature(rows)) == len(some)
        isi = f.intervals(rows)
        for feature in (f.cv, f.spread, f.median, f.adaptation_index, f.growth, f.late_half):
            assert len(feature(isi)) == len(some)
        f.persistence(rows, 500.0)
        bursts = f.bursts(rows, 500.0)
        assert (bursts.complete >= 0).all()
        inside = f.window(rows, 0.0, 500.0)
    counts = [sum(0.0 <= t < 500.0 for t in train) for train in some]
    assert list(f.lengths(inside)) == counts == list(f.count(rows, 0.0, 500.0))


@given(st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=40), st.integers(0, 60), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_feature_accepts_any_potential(values, start, diverged):
    v = np.array([values, [values[0]] * len(values)])
    if diverged:
        v[0, -1] = np.nan
    first = np.array([start, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = f.swings(v, v[:, 0], np.array([1.0, 1.0]), first)
        top = f.hump(v, v[:, 0], first, np.full(2, v.shape[1]), np.zeros(2), first)
        width = f.voltage_range(v)
    assert found.number[1] == 0 and top.rise[1] == 0 and top.undershoot[1] == 0 and width[1] == 0
    assert ((found.progress >= 0) & (found.progress < 1)).all()


def train(*isi: float) -> np.ndarray:
    """Return a train of spikes with these intervals, shape [1, spikes]."""
    return np.cumsum([10.0, *isi])[None]


def sizes(times: np.ndarray) -> list[int]:
    """Return the number of spikes of each burst."""
    return [len(one) for one in np.split(times[0], np.flatnonzero(f.burst_gaps(times)[0]) + 1)]


def test_bursts_whose_last_interval_is_long_are_separated():
    # The burster of Hindmarsh and Rose at I = 3.25: sorted, its intervals have no jump of more than 1.5.
    chaotic = train(
        *(12.6, 15.6, 22.0, 61.5, 17.3, 27.6, 72.2, 12.4, 15.3, 21.2, 55.4, 14.0, 18.4, 32.1, 71.6, 12.7, 15.7, 22.6),
        *(65.0, 13.5, 17.4, 27.8, 72.2),
    )
    assert sizes(chaotic) == [4, 3, 4, 4, 4, 4, 1]
    found = f.bursts(chaotic, 700.0)
    assert found.ratio[0] >= 2.0 and found.complete[0] == 6


def test_the_last_interval_of_a_burst_that_the_stimulus_cuts_off_is_no_pause():
    one = (2.2, 2.5, 3.0, 3.8, 7.5)
    assert sizes(train(*one, 34.0, *one, 34.0, *one)) == [6, 6, 6]


def test_a_single_spike_among_bursts_is_a_burst_of_its_own():
    times = train(3.0, 3.5, 40.0, 3.0, 3.5, 40.0, 45.0, 3.0, 3.5)
    assert sizes(times) == [3, 3, 1, 3] and f.bursts(times, 200.0).shortest[0] == 1.0


@pytest.mark.parametrize(
    "isi", [[9.0] * 20, np.geomspace(5.0, 40.0, 12), np.geomspace(40.0, 5.0, 12), [5.0, 20.0] * 8, [5.0, 30.0]]
)
def test_regular_firing_adaptation_and_doublets_are_no_bursts(isi):
    found = f.bursts(train(*isi), 1000.0)
    assert found.ratio[0] < 2.0 and found.complete[0] == 0 and np.isnan(found.shortest[0])


CRITERIA = [(key, c) for key in pw.patterns.names() for c in pw.patterns.get(key).criteria]


@pytest.mark.parametrize(("key", "criterion"), CRITERIA, ids=lambda x: x if isinstance(x, str) else x.key)
def test_moving_towards_the_accepted_range_never_increases_the_penalty(key, criterion):
    span = np.full(400, 15.0)
    low, high = criterion.interval(span, 0.1)
    zero = np.zeros(400)

    def penalty(values):
        return criterion.penalty(values, low, high, span, zero, zero)

    step = 1.0 if criterion.kind == "count" else 0.05 * max(criterion.scale, 0.05)
    if np.isfinite(criterion.low):
        below = low[0] - step * np.arange(1, 401)
        below = below[below >= 0] if criterion.kind in ("log", "count") else below
        if below.size:
            c = penalty(np.resize(below, 400))[: below.size]
            assert (np.diff(c) >= 0).all() and (c > 0).all() and (c <= 1).all()
    if np.isfinite(criterion.high):
        c = penalty(high[0] + step * np.arange(1, 401))
        assert (np.diff(c) >= 0).all() and (c > 0).all() and (c <= 1).all()
    inside = low[0] if np.isfinite(criterion.low) else high[0]
    assert (penalty(np.full(400, inside)) == 0).all()
    assert (penalty(np.full(400, np.nan)) == 1).all()


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(KINDS))
@settings(max_examples=200, deadline=None)
def test_the_penalty_is_finite_for_any_measurement(value, kind):
    criterion = Criterion("x", "x", "x", low=1.0, high=2.0, kind=kind)
    one = np.ones(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        penalty = criterion.penalty(np.array([value]), one, 2 * one, 15 * one, 0.3 * one, 0 * one)[0]
    assert 0 <= penalty <= 1 and (penalty == 0) == (1 <= value <= 2)


SETTINGS = {
    "Threshold": -20.0,
    "ignore_first_ISI": False,
    "strict_stiminterval": True,
    "interp_step": 0.1,
    "spike_skipf": 0.0,
    "max_spike_skip": 0,
}
"""Of eFEL, for features whose definition is the same: the adaptation index without leaving out spikes, all ISIs."""


def test_features_agree_with_efel():
    efel = pytest.importorskip("efel")
    efel.reset()
    for name, value in SETTINGS.items():
        efel.set_setting(name, value)
    rng = np.random.default_rng(0)
    bounds = {"tau_w": (30, 200), "b": (0, 120), "V_r": (-65, -52), "a": (0, 5)}
    names = ["peak_time", "ISI_CV", "Spikecount", "time_to_first_spike", "adaptation_index", "ISI_values"]
    compared = 0
    for _ in range(100):
        current = pw.Current.pulse(0.0, 400.0, rng.uniform(300, 900), end=450.0)
        traces = pw.simulate("adex", current, {k: rng.uniform(*ends) for k, ends in bounds.items()}, dt=0.1)
        v, start = traces.v[0].copy(), -traces.t[0]
        steps = np.round((traces.spike_times[0] + start) / 0.1).astype(int)
        # eFEL finds a peak only where the potential was below its threshold in between.
        if len(steps) < 5 or np.diff(steps).min() < 5:
            continue
        compared += 1
        v[steps] = 20.0  # the peak that the reset cut off
        trace = {"T": traces.t + start, "V": v, "stim_start": [start], "stim_end": [start + 400.0]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = efel.get_feature_values([trace], names)[0]
        rows = f.window(traces.spike_times[0][None], 0.0, 400.0)
        isi = f.intervals(rows)
        np.testing.assert_allclose(theirs["peak_time"] - start, rows[0], atol=0.101)
        assert theirs["Spikecount"][0] == f.lengths(rows)[0]
        np.testing.assert_allclose(theirs["ISI_values"], isi[0], atol=0.02)
        # eFEL's CV has n − 1 in the denominator.
        k = f.lengths(isi)[0]
        assert theirs["ISI_CV"][0] == pytest.approx(f.cv(isi)[0] * np.sqrt(k / (k - 1)), rel=1e-3, abs=1e-6)
        assert theirs["time_to_first_spike"][0] == pytest.approx(f.first(rows)[0], abs=0.101)
        assert theirs["adaptation_index"][0] == pytest.approx(f.adaptation_index(isi)[0], rel=1e-3, abs=1e-4)
    assert compared > 75
