"""The package's neurons without a reset against the published equations by the classical Runge–Kutta method."""

import equations
import numpy as np
import picture
import pytest

import plausiwidgets as pw


@pytest.mark.parametrize("name", list(equations.EQUATIONS))
def test_a_fine_step_of_the_package_gives_the_spikes_of_the_published_equations(name):
    model = pw.models.get(name)
    amplitude, end = model.current.default, 200.0
    start = model.start({n: [x] for n, x in model.defaults().items()}, [0.0])[:, 0]
    pieces = [(0.0, end, amplitude, amplitude)]
    t, v, _ = equations.integrate(name, model.defaults(), start, end, model.dt / 4, 0.0, pieces)
    theirs = t[1:][(v[:-1] < model.spike_level) & (v[1:] >= model.spike_level)]
    current = pw.Current.step(amplitude, end=end, before=0.0)
    ours = pw.simulate(name, current, dt=model.dt / 8).spike_times[0]
    assert len(theirs) == len(ours) >= 2
    assert np.abs(theirs - ours).max() < 0.25
    # A viewer's spikes are those that rise by a third of a full one, wherever they cross.
    assert len(picture.upstrokes(t, v, picture.SHARE * picture.FULL[name])) in (len(ours), len(ours) - 1)
