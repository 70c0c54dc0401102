"""The points of a Sobol sequence are those of torch, which are held to be right."""

import numpy as np
import pytest
import torch
from torch.quasirandom import SobolEngine

from plausiwidgets.optimization.sobol import DIMENSIONS, Sobol


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
@pytest.mark.parametrize("size", [1, 2, 13, DIMENSIONS])
def test_points_are_those_of_torch(size, seed):
    theirs, ours = SobolEngine(size, scramble=True, seed=seed), Sobol(size, seed)
    theirs.fast_forward(1)
    for count in (32, 1, 500):
        np.testing.assert_array_equal(ours.draw(count), theirs.draw(count, dtype=torch.float64).numpy())


def test_there_are_more_dimensions_than_direction_numbers():
    points = Sobol(DIMENSIONS + 3, seed=1).draw(256)
    assert points.shape == (256, DIMENSIONS + 3)
    assert ((points >= 0.0) & (points < 1.0)).all()
    np.testing.assert_allclose(points.mean(axis=0), 0.5, atol=0.06)
