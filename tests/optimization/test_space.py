"""The search space: free parameters, box, scales, invalid input."""

import math

import numpy as np
import pytest
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.space import Space, fold


def test_fold_reflects_at_both_ends():
    unit = np.array([0.0, 0.25, 1.0, 1.25, 2.0, 2.25, -0.25, -1.25, 7.5])
    np.testing.assert_allclose(fold(unit), [0.0, 0.25, 1.0, 0.75, 0.0, 0.25, 0.25, 0.75, 0.5])


def test_all_parameters_except_the_fixed_ones_are_free_in_their_order():
    assert Space.build(PARAMETERS).names == ("tau", "a", "c", "amplitude")
    assert Space.build(PARAMETERS, fixed=("a", "amplitude")).names == ("tau", "c")
    assert Space.build(PARAMETERS, fixed="a").names == ("tau", "c", "amplitude")
    assert Space.build(PARAMETERS, bounds={"bias": (-2, 2)}).names == ("tau", "a", "c", "bias", "amplitude")


def test_fixed_values_come_from_mapping_start_or_default():
    space = Space.build(PARAMETERS, start={"c": -60.0}, fixed={"a": 0.5, "c": -50.0})
    assert space.base["a"] == 0.5
    assert space.base["c"] == -50.0
    assert Space.build(PARAMETERS, start={"c": -60.0}, fixed=["c"]).base["c"] == -60.0
    assert Space.build(PARAMETERS, fixed=["c"]).base["c"] == -65.0


@pytest.mark.parametrize("spread", [1.0, 8.0, 0.1])
def test_encode_inverts_decode_and_the_cube_fills_the_box(spread):
    space = Space.build(PARAMETERS)
    chart = space.chart(spread)
    unit = np.random.default_rng(1).random((50, space.size))
    np.testing.assert_allclose(chart.encode(chart.decode(unit)), unit, atol=1e-12)
    ends = chart.decode(np.array([[0.0] * space.size, [1.0] * space.size]))
    np.testing.assert_allclose(ends, [space.low, space.high])
    assert np.all((chart.decode(unit) >= space.low) & (chart.decode(unit) <= space.high))


def test_values_are_complete():
    space = Space.build(PARAMETERS, fixed=["tau"])
    points = space.chart().decode(np.full((3, space.size), 0.5))
    values = space.values(points)
    assert list(values) == list(PARAMETERS)
    assert all(v.shape == (3,) for v in values.values())
    assert np.all(values["tau"] == 20.0)
    np.testing.assert_array_equal(space.point({n: v[1] for n, v in values.items()}), points[1])


def test_a_start_outside_the_range_widens_the_bounds():
    space = Space.build(PARAMETERS, start={"c": -90.0})
    assert space.low[space.names.index("c")] == -90.0


def test_a_default_outside_the_bounds_is_moved_to_the_nearest_bound():
    space = Space.build(PARAMETERS, start={"tau": 30.0}, bounds={"c": (-60.0, -50.0), "a": (0.5, 0.9), "bias": (-2, 2)})
    assert (space.base["c"], space.base["a"], space.base["bias"]) == (-60.0, 0.5, 0.0)
    point = space.point(space.base)
    assert np.all((point >= space.low) & (point <= space.high))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"fixed": ["ampltude"]}, r"fixed: unknown parameter 'ampltude'\. Did you mean 'amplitude'\? Valid: tau"),
        ({"bounds": {"taw": (1, 2)}}, r"bounds: unknown parameter 'taw'\. Did you mean 'tau'\?"),
        ({"start": {"nothing": 1}}, "start: unknown parameter .*Valid: tau, a, c, bias, amplitude"),
        ({"bounds": {"c": (-50, -60)}}, r"bounds of 'c' must be \(low, high\) with low < high, got \(-50, -60\)"),
        ({"bounds": {"c": (-50, math.inf)}}, "bounds of 'c'.*inf"),
        ({"bounds": {"c": (-1e308, 1e308)}}, "bounds of 'c' must span at most 1e[+]300, got -1e[+]308 to 1e[+]308"),
        ({"start": {"c": 1.7e308}}, "range of 'c' must span at most 1e[+]300, got -80 to 1.7e[+]308"),
        ({"bounds": {"c": 3.0}}, "bounds of 'c' must be a pair of numbers .*, got 3.0"),
        ({"bounds": {"tau": (-1, 5)}}, "bounds of 'tau'.*-1"),
        ({"start": {"tau": 0.0}}, "'tau' must be a finite number > 0 .*, got 0"),
        ({"start": {"c": math.nan}}, "'c' must be a finite number .*, got nan"),
        ({"start": {"c": [1.0, 2.0]}}, "array of shape"),
        ({"start": {"c": -70.0}, "bounds": {"c": (-60, -50)}}, "must be within its bounds -60 to -50, got -70"),
        ({"fixed": list(PARAMETERS)}, "must leave at least one parameter"),
    ],
)
def test_errors_name_the_value_and_the_accepted_values(arguments, text):
    with pytest.raises(ValueError, match=text):
        Space.build(PARAMETERS, **arguments)
