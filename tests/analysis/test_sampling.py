"""Accepted sets are spread over all of the accepted region, each part by its volume."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.random import default_rng
from scipy.stats import ks_1samp, ks_2samp

import plausiwidgets as pw
from plausiwidgets.analysis import NoSolutionError
from plausiwidgets.analysis.samples import Sample, subset_steps

OWN = ["tau_mem", "v_rest", "v_threshold", "v_reset", "t_ref", "amplitude", "holding"]


def subset_simulation(loss: Callable, dimensions: int, count: int, seed: int) -> Sample:
    steps = subset_steps(loss, dimensions, count, default_rng(seed))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_two_boxes_that_are_apart_have_the_weights_of_their_volumes() -> None:
    """Two cubes of 5 dimensions, of 1.2e-4 and 3.2e-4 of the box."""

    def loss(x: np.ndarray) -> np.ndarray:
        small, large = np.abs(x - 0.2).max(axis=1) - 0.082, np.abs(x - 0.75).max(axis=1) - 0.1
        return np.maximum(np.minimum(small, large), 0.0)

    volumes, shares, covered = [], [], []
    exact = 0.164**5, 0.2**5
    for seed in range(4):
        sample = subset_simulation(loss, 5, 1000, seed)
        assert (loss(sample.units) == 0.0).all() and len(np.unique(sample.units, axis=0)) == 1000
        volumes.append(sample.volume)
        covered.append(sample.interval[0] <= sum(exact) <= sample.interval[1])
        shares.append(float((sample.units[:, 0] > 0.5).mean()))
        inside = sample.units[sample.units[:, 0] > 0.5]
        assert all(ks_1samp((x - 0.65) / 0.2, lambda u: np.clip(u, 0, 1)).pvalue > 1e-4 for x in inside.T)
    assert sum(covered) >= 3
    assert np.mean(volumes) == pytest.approx(sum(exact), rel=0.15)
    assert np.mean(shares) == pytest.approx(exact[1] / sum(exact), abs=0.06)


def test_a_thin_curved_region_is_filled() -> None:
    def loss(x: np.ndarray) -> np.ndarray:
        return np.maximum(np.abs(x[:, 1] - 0.2 - 0.6 * x[:, 0] ** 2) - 0.001, 0.0)

    sample = subset_simulation(loss, 3, 1000, 1)
    assert sample.volume == pytest.approx(0.002, rel=0.2) and sample.levels > 1
    assert ks_1samp(sample.units[:, 0], lambda u: np.clip(u, 0, 1)).pvalue > 1e-3
    across = (sample.units[:, 1] - 0.2 - 0.6 * sample.units[:, 0] ** 2) / 0.002 + 0.5
    assert ks_1samp(across, lambda u: np.clip(u, 0, 1)).pvalue > 1e-3


@pytest.fixture(scope="module")
def samples() -> list[pd.DataFrame]:
    return [pw.analysis.sample_accepted("lif", "tonic_spiking", n=300, seed=seed) for seed in (0, 1)]


@pytest.mark.slow
def test_the_sets_are_accepted_by_every_engine_and_two_seeds_agree(samples: list[pd.DataFrame]) -> None:
    one, other = samples
    for name in OWN:
        assert ks_2samp(one[name], other[name]).pvalue > 1e-4, name
    assert not one[OWN].equals(other[OWN])
    judged = pw.judge("lif", "tonic_spiking", one[OWN].head(10), engine="torch", verify=False)
    assert judged.accepted.all()
    for check in judged.criteria:
        assert one[check.key].head(10).to_numpy() == pytest.approx(check.value, nan_ok=True)
    # Nothing fires below the exact rheobase.
    assert (one["amplitude"] + one["holding"] > one["v_threshold"] - one["v_rest"]).all()


def test_its_volume_is_that_of_points_that_are_thrown_at_random(samples: list[pd.DataFrame]) -> None:
    known = pw.patterns.get("tonic_spiking").parameters(pw.models.get("lif"))
    rng = default_rng(0)
    thrown = {name: p.from_unit(rng.random(4000)) for name, p in known.items() if p.vary}
    share = float(pw.judge("lif", "tonic_spiking", thrown, verify=False).accepted.mean())
    assert [table.attrs["volume"] for table in samples] == pytest.approx([share, share], rel=0.15)


def test_fixed_parameters_keep_their_values_and_bounds_are_respected() -> None:
    settings = {"fixed": {"tau_mem": 15.0, "t_ref": 1.0}, "bounds": {"amplitude": (20.0, 30.0)}}
    table = pw.analysis.sample_accepted("lif", "tonic_spiking", n=30, verify=True, **settings)
    assert (table["tau_mem"] == 15.0).all() and (table["t_ref"] == 1.0).all()
    assert table["amplitude"].between(20.0, 30.0).all() and len(table) == 30
    judged = pw.judge("lif", "tonic_spiking", table[OWN], verify=True)
    assert (judged.status == table["status"]).all() and judged.replicated.mean() > 0.5


def test_an_empty_region_is_reported_and_bad_input_is_rejected() -> None:
    with pytest.raises(
        NoSolutionError, match=r"no parameter set meets all criteria in [0-9]+ evaluations \(smallest loss 1\)"
    ):
        subset_simulation(lambda x: 1.0 + 0.0 * x[:, 0], 2, 100, 0)
    with pytest.raises(NoSolutionError, match="smallest loss"):
        subset_simulation(lambda x: 1.0 + x[:, 0], 2, 100, 0)
    with pytest.raises(ValueError, match="n must be an integer ≥ 1, got 0"):
        pw.analysis.sample_accepted("lif", "tonic_spiking", n=0)
    with pytest.raises(ValueError, match="at most 20000"):
        pw.analysis.sample_accepted("lif", "tonic_spiking", n=10**6)
    with pytest.raises(ValueError, match="cannot be searched for"):
        pw.analysis.sample_accepted("lif", pw.patterns.stimulus("step"))


def test_a_region_that_a_plain_yes_or_no_bounds_is_filled_though_few_points_are_in_it_at_first() -> None:
    sample = subset_simulation(lambda x: (x[:, 0] > 0.003).astype(float), 3, 600, 0)
    assert len(sample.units) == len(np.unique(sample.units, axis=0)) == 600
    assert sample.interval[0] < 0.003 < sample.interval[1] and sample.units[:, 0].max() <= 0.003


def test_a_region_that_is_no_needle_is_sampled_by_plain_rejection_with_an_exact_interval() -> None:
    covered = 0
    for seed in range(20):
        sample = subset_simulation(lambda x: np.maximum(x[:, 0] - 0.036, 0.0), 6, 500, seed)
        assert sample.levels == 1 and len(np.unique(sample.units, axis=0)) == len(sample.units) >= 500
        assert sample.evaluations < 20_000  # subset simulation takes 165 000
        covered += sample.interval[0] <= 0.036 <= sample.interval[1]
    assert covered >= 17
