"""From traces to pixels: no spike is lost, and the target is mapped as said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plausiwidgets as pw
from plausiwidgets.widgets.view.drawing import (
    Line,
    VoltageScale,
    corners,
    envelope,
    make_grid,
    voltage_scale,
    with_spikes,
)


def trace(n: int, dt: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(1, n + 1) * dt - 50.0
    return t, -65.0 + np.sin(t / 7.0)


@given(n=st.integers(3, 30_000), columns=st.integers(50, 1200), where=st.lists(st.floats(0, 0.999), max_size=30))
def test_every_spike_survives(n: int, columns: int, where: list[float]) -> None:
    t, v = trace(n)
    spikes = np.array([t[int(share * n)] for share in where])
    drawn = with_spikes(t, v, spikes, 20.0)
    grid = make_grid(t, columns)
    y = envelope(drawn, grid)
    assert y.dtype == grid.x.dtype == np.float32
    assert len(y) == len(grid.x) <= max(2 * columns, n)
    assert np.all(np.diff(grid.x) > 0)
    assert len(where) == 0 or y.max() == 20.0
    column = (t[-1] - t[0]) / columns
    for spike in spikes:
        near = np.abs(grid.x - spike) <= 2 * column
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


@pytest.mark.parametrize("window", [(-1e9, -1e8), (1e8, 1e9), (-50.0, -49.9), (0.0, 1e9)])
def test_any_zoom_can_be_drawn(window: tuple[float, float]) -> None:
    t, v = trace(20_000)
    grid = make_grid(t, 500, window)
    assert len(envelope(v, grid)) == len(grid.x)


def test_a_diverged_trace_has_a_gap() -> None:
    t, v = trace(20_000)
    v[10_000:] = np.nan
    y = envelope(with_spikes(t, v, np.array([]), 20.0), make_grid(t, 500))
    assert np.isfinite(y[:490]).all()
    assert np.isnan(y[-490:]).all()


def test_spikes_outside_of_the_trace_are_left_out() -> None:
    t, v = trace(100)
    assert with_spikes(t, v, np.array([-1000.0, 1e6]), 20.0).max() < 0


def test_corners_are_all_of_a_step_and_of_a_ramp() -> None:
    t = np.arange(1, 10_001) * 0.1
    step = np.where((t > 100) & (t <= 600), 10.0, 0.0)
    x, y = corners(t, step)
    assert len(x) == 6
    assert np.allclose(np.interp(t, x, y), step, atol=1e-3)
    ramp = np.clip(t - 100, 0, 50)
    x, y = corners(t, ramp)
    assert len(x) <= 6
    assert np.allclose(np.interp(t, x, y), ramp, atol=1e-3)


def test_the_target_is_mapped_rest_to_rest_threshold_to_threshold_peak_to_peak() -> None:
    own, other = VoltageScale(-70.0, -55.0, 30.0), VoltageScale(-62.5, -50.0, 20.0)
    assert own.onto(np.array([-70.0, -55.0, 30.0]), other).tolist() == [-62.5, -50.0, 20.0]
    v = np.linspace(-90, 30, 200)
    assert np.all(np.diff(own.onto(v, other)) > 0)


@pytest.mark.parametrize("name", pw.models.names())
def test_the_axis_is_made_of_where_a_sweep_begins_unless_that_is_in_the_middle_of_a_spike(name: str) -> None:
    model = pw.models.get(name)
    usual = voltage_scale(model)

    def begun(v: float) -> VoltageScale:
        t = np.arange(10.0)
        line = Line(t, np.full(10, v), np.zeros(0), 0.0 * t, np.nan)
        return voltage_scale(model, model.defaults(), {"main": line})

    assert begun(usual.rest - 3.0).rest == usual.rest - 3.0
    for v in (usual.peak - 0.1 * (usual.peak - usual.rest), usual.peak, usual.peak + 1.0, np.nan):
        assert begun(v) == usual
