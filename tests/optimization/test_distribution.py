"""Where a search looks: the distribution is that of pycma, and the population that of differential evolution."""

import numpy as np
import pytest
from numpy.random import SeedSequence
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.cmaes import CmaRun
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import Portfolio
from plausiwidgets.optimization.space import Space


def test_the_distribution_is_that_of_the_points_of_pycma():
    chart = Space.build(PARAMETERS).chart()
    run = CmaRun(chart, np.full(len(chart.parameters), 0.9), 0.3, 16, SeedSequence(1), 30)
    for _ in range(8):
        run.tell(np.sum((chart.encode(run.ask()) - 0.3) ** 2, axis=1))
    es, found = run._es, run.distribution(1.0)
    scale = es.sigma * es.sigma_vec.scaling * np.ones(es.N)
    np.testing.assert_allclose(found.covariance, np.diag(scale) @ es.sm.C @ np.diag(scale), rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), es.stds, rtol=1e-9)
    np.testing.assert_array_equal(found.mean, es.mean)
    points = np.array(es.ask(20_000))
    np.testing.assert_allclose(np.cov(points.T), found.covariance, atol=0.05 * np.diag(found.covariance).max())


def told(strategy, generations):
    for _ in range(generations):
        points = strategy.ask()
        strategy.tell(np.abs(strategy.space.chart().encode(points) - 0.3))
    return strategy.distribution()


def test_a_search_from_a_start_has_the_distribution_of_its_run_and_other_searches_have_a_population():
    space = Space.build(PARAMETERS)
    start = space.point({name: parameter.default for name, parameter in PARAMETERS.items()})
    assert told(Portfolio(space, 0, 5000), 1) is None
    population = told(Portfolio(space, 0, 5000), 6)
    assert population.mean.size == 0
    assert population.population.shape == (32, space.size)
    assert np.all((population.population >= space.low) & (population.population <= space.high))
    run = told(Portfolio(space, 0, 5000, start), 4)
    assert run.population.size == 0
    assert run.mean.shape == (space.size,)
    assert np.linalg.eigvalsh(run.covariance).min() > 0


def test_each_run_has_its_own_spread():
    strategy = Portfolio(Space.build(PARAMETERS), 0, 50_000, Space.build(PARAMETERS).low)
    spreads = []
    while strategy.restarts < 3:
        points = strategy.ask()
        strategy.tell(np.ones((len(points), 2)))
        found = strategy.distribution()
        if found is not None and found.mean.size and found.spread not in spreads[-1:]:
            assert strategy._run.chart is strategy._charts[strategy.options.spreads.index(found.spread)]
            spreads.append(found.spread)
    assert spreads[:2] == [1.0, 8.0]


@pytest.mark.parametrize("keep", [True, False])
def test_a_search_without_a_history_computes_no_distribution(keep, monkeypatch):
    asked = []
    monkeypatch.setattr(Portfolio, "distribution", lambda self: asked.append(self))
    problem = make_problem("lif", "tonic_spiking")
    Optimizer(problem, 0, 500, keep_history=keep).step()
    assert bool(asked) is keep
