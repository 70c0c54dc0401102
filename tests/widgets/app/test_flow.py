"""The phase plane of the page: nullclines and fixed points as `pw.analysis.phase_plane` has them."""

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.widgets.catalogue.described import has_plane

PRESET = dict(next(p for p in pw.models.get("izhikevich").presets if p.pattern == "tonic_spiking").parameters)
CASES = [
    *(
        ("izhikevich", {n: PRESET[n] for n in pw.models.get("izhikevich").parameters}, current)
        for current in (0.0, 3.79, 3.81, 3.99, 4.05, 14.0)
    ),
    ("izhikevich", {"a": 0.1, "b": 0.26}, 0.37),
    ("adex", {}, 0.0),
    ("adex", {}, 100.0),
    ("adex", {}, 900.0),
    *(("fitzhugh_nagumo", {}, current) for current in (0.0, 0.5, 1.0)),
    *(("morris_lecar", {}, current) for current in (0.0, 40.0, 90.0)),
]
SOURCE = """
const answer = (cases) => cases.map(({ model, parameters, current, resets, ranges }) =>
  planeOf(flowOf(NEURONS[model], parameters, current, resets), ...ranges));
"""


def test_the_plane_is_that_of_python(tmp_path):
    planes, given = [], []
    for name, parameters, current in CASES:
        plane = pw.analysis.phase_plane(name, parameters, current, points=(73, 57))
        planes.append(plane)
        ranges = [[float(axis[0]), float(axis[-1])] for axis in (plane.x, plane.y)]
        resets = pw.models.get(name).spike_level is None
        given.append({"model": name, "parameters": parameters, "current": current, "resets": resets, "ranges": ranges})
    models = {name: pw.models.get(name) for name, *_ in CASES}
    neurons = ", ".join(f"{name}: {neuron_object(model)}" for name, model in models.items())
    engine = node.imported("flowOf, planeOf", "engine/flow")
    source = f"{engine}\n{runtime()}\nconst NEURONS = {{ {neurons} }};\n{SOURCE}"
    kinds = set()
    for case, plane, answer in zip(CASES, planes, node.run(tmp_path, source, given), strict=True):
        assert [point["kind"] for point in answer["points"]] == [point.kind for point in plane.fixed_points], case
        kinds |= {point.kind for point in plane.fixed_points}
        for ours, theirs in zip(plane.fixed_points, answer["points"], strict=True):
            state = [ours.state[name] for name in plane.pair]
            np.testing.assert_allclose([theirs["x"], theirs["y"]], state, rtol=1e-4, atol=1e-4, err_msg=str(case))
        size = np.array([np.ptp(plane.x), np.ptp(plane.y)])
        for ours, theirs in zip(plane.nullclines, answer["nullclines"], strict=True):
            assert bool(ours) == bool(theirs), case
            if not ours:
                continue
            line = np.concatenate(ours) / size
            segments = np.array(theirs).reshape(-1, 2) / size
            away = np.linalg.norm(segments[:, None] - line[None], axis=2).min(axis=1)
            assert away.max() < 0.03, case  # of the ranges: both lines are drawn from points of a grid
            back = np.linalg.norm(segments[None] - line[:, None], axis=2).min(axis=1)
            assert np.quantile(back, 0.95) < 0.03, case
    assert kinds == {"stable node", "stable focus", "unstable node", "unstable focus", "saddle"}


@pytest.mark.parametrize(("model", "has"), [("izhikevich", True), ("lif", False), ("hodgkin_huxley", False)])
def test_a_neuron_of_two_variables_has_a_plane(model, has):
    assert has_plane(pw.models.get(model)) == has
