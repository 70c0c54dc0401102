"""From traces to pixels: no extreme is lost, and a spike is drawn from the potential up to its peak."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plausiwidgets.widgets.drawing.envelope import envelope, make_grid


def trace(n: int, dt: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(1, n + 1) * dt - 50.0
    return t, -65.0 + np.sin(t / 7.0)


@given(n=st.integers(3, 30_000), columns=st.integers(50, 1200), where=st.lists(st.floats(0, 0.999), max_size=30))
def test_every_extreme_survives(n: int, columns: int, where: list[float]) -> None:
    t, v = trace(n)
    v[[int(share * n) for share in where]] = 20.0
    grid = make_grid(t, columns)
    y = envelope(v, grid)
    assert y.dtype == grid.x.dtype == np.float32
    assert len(y) == len(grid.x) <= max(2 * columns, n)
    assert np.all(np.diff(grid.x) > 0)
    assert y.max() == np.float32(v.max()) and y.min() == np.float32(v.min())
    column = (t[-1] - t[0]) / columns
    for share in where:
        near = np.abs(grid.x - t[int(share * n)]) <= 2 * column
        assert y[near].max() == 20.0


def test_a_zoom_shows_every_sample() -> None:
    t, v = trace(25_000)
    window = (100.0, 120.0)
    grid = make_grid(t, 800, window)
    inside = (t >= window[0]) & (t <= window[1])
    shown = (grid.x >= window[0]) & (grid.x <= window[1])
    assert shown.sum() >= inside.sum()
    assert len(grid.x) < 8000
    assert len(envelope(v, grid)) == len(grid.x)
    # Of samples that lie on a line, what is drawn does: there are no stairs.
    inside = (grid.x >= window[0]) & (grid.x <= window[1])
    np.testing.assert_allclose(envelope(t, grid)[inside], grid.x[inside], rtol=1e-6)


def test_a_diverged_trace_has_a_gap() -> None:
    t, v = trace(20_000)
    v[10_000:] = np.nan
    y = envelope(v, make_grid(t, 500))
    assert np.isfinite(y[:490]).all()
    assert np.isnan(y[-490:]).all()
