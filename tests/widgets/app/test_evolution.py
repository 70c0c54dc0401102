"""CMA-ES of the app gives the points of pycma for the same normal numbers."""

from pathlib import Path

import cma
import numpy as np
import pytest
from node import imported, run

GENERATIONS = 40


def canonical(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvectors whose largest component is positive: pycma leaves their signs to LAPACK."""
    values, vectors = np.linalg.eigh(matrix)
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))]
    return values, vectors * np.where(largest < 0, -1.0, 1.0)


def rough(points: np.ndarray) -> np.ndarray:
    """A bent valley with unequal axes, whose values are all different."""
    n = points.shape[1]
    bent = points - 0.3 - 0.2 * np.roll(points, 1, axis=1) ** 2
    return np.sum(10.0 ** (3.0 * np.arange(n) / max(n - 1, 1)) * bent**2, axis=1)


@pytest.mark.parametrize(("dimension", "popsize"), [(1, 6), (2, 6), (4, 8), (7, 40), (12, 16)])
def test_the_same_normals_give_the_same_points_as_pycma(tmp_path: Path, dimension: int, popsize: int) -> None:
    rng = np.random.default_rng(dimension)
    normals = rng.standard_normal((GENERATIONS, popsize, dimension))
    following = iter(normals)
    es = cma.CMAEvolutionStrategy(
        np.full(dimension, 0.5),
        0.3,
        {
            "popsize": popsize,
            "seed": np.nan,
            "randn": lambda *shape: next(following),
            "verbose": -9,
            "verb_log": 0,
            "verb_disp": 0,
            "signals_filename": "",
        },
    )
    es.sm.eigenmethod = canonical
    asked, losses = [], []
    for _ in range(GENERATIONS):
        points = np.asarray(es.ask())
        asked.append(points)
        losses.append(rough(points))
        es.tell(list(points), list(losses[-1]), check_points=False)
    source = f"""
        {imported("Evolution, ellipseOf", "engine/search/cmaes", "models/cloud")}
        function answer({{ normals, losses }}) {{
            let k = 0;
            const run = new Evolution(new Array({dimension}).fill(0.5), 0.3, {popsize}, () => normals[k++]);
            const asked = losses.map((one) => {{
                const points = run.ask();
                run.tell(points, one);
                return points;
            }});
            const found = {{ at: 0, spread: 1, ...run.distribution() }};
            const plane = [0, {dimension - 1}];
            const {{ xs, ys }} = {dimension} > 1 ? ellipseOf(found, plane) : {{ xs: [], ys: [] }};
            return {{ asked, sigma: run.sigma, xs, ys }};
        }}
    """
    found = run(tmp_path, source, {"normals": normals, "losses": [list(one) for one in losses]})
    assert np.abs(np.array(found["asked"]) - np.array(asked)).max() < 1e-10
    assert abs(found["sigma"] - es.sigma) < 1e-10
    if dimension > 1:
        check_ellipse(es, [0, dimension - 1], np.array([found["xs"], found["ys"]]))


def check_ellipse(es: cma.CMAEvolutionStrategy, plane: list[int], corners: np.ndarray) -> None:
    """The corners are at two standard deviations of pycma, and the ellipse touches its standard deviations."""
    scale = es.sigma * es.sigma_vec.scaling * np.ones(es.N)
    block = (np.diag(scale) @ es.sm.C @ np.diag(scale))[np.ix_(plane, plane)]
    away = corners - np.asarray(es.mean)[plane][:, None]
    values, vectors = np.linalg.eigh(block)
    units = vectors.T @ away / (2 * np.sqrt(values))[:, None]
    assert np.abs(np.sum(units**2, axis=0) - 1.0).max() < 1e-9
    assert np.abs(np.abs(away).max(axis=1)[0] - 2 * es.stds[plane[0]]) < 1e-9
