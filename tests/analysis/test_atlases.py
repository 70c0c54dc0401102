"""The atlas of a neuron: its cells, its representatives and its search."""

import json

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.analysis.atlas_protocols import AXES, PROTOCOLS
from plausiwidgets.widgets.catalogue.tape import tape_of


@pytest.fixture(scope="module")
def found():
    return pw.analysis.atlas("izhikevich", points=10, budget=3000, seed=1)


def test_a_representative_is_in_its_cell_with_finer_steps_and_rounded_parameters(found):
    x, y = (axis.edges(10) for axis in found.axes)
    for one in found.behaviours[::6]:
        rounded = {name: float(f"{value:.3g}") for name, value in one.parameters.items()}
        for values, dt in ((one.parameters, found.dt), (one.parameters, found.dt / 2), (rounded, found.dt)):
            amplitude = values["amplitude"]
            model = {name: value for name, value in values.items() if name != "amplitude"}
            times = pw.simulate("izhikevich", pw.Current.step(amplitude, 1000.0), model, dt=dt).spike_times[0]
            times = times[(times >= 0.0) & (times < 1000.0)]
            late = np.diff(times)[(len(times) - 1) // 2 :]
            spread = late.max() / late.min() if late.size > 1 else 0.0
            assert (np.searchsorted(x, times.size, "right"), np.searchsorted(y, spread, "right")) == one.cell
            assert times.size == 1 or np.diff(times).min() >= 1.0


def test_the_numbers_of_an_atlas_agree(found):
    cells = [one.cell for one in found.behaviours]
    assert cells == sorted(set(cells)) and found.coverage == len(cells) / 100
    assert found.history[-1] == (found.evaluations, len(cells))
    table = found.to_frame()
    assert len(table) == len(cells) and json.loads(table["spike_times"][0]) == list(found.behaviours[0].spike_times)
    assert str(found).startswith(f"izhikevich: {len(cells)} different responses to a step in 10 × 10 cells")


def test_a_name_is_a_pattern_whose_criteria_are_met(found):
    named = [one for one in found.behaviours if "A" in one.names]
    assert named and all(not one.names for one in found.nameless(5))
    verdict = pw.judge("izhikevich", "tonic_spiking", named[0].parameters, dt=found.dt, verify=False)
    assert verdict.accepted


def test_the_same_seed_gives_the_same_atlas(found):
    again = pw.analysis.atlas("izhikevich", points=10, budget=3000, seed=1)
    assert again == found


def test_a_search_fills_more_cells_than_uniform_sampling(found):
    uniform = pw.analysis.atlas("izhikevich", points=10, budget=3000, seed=1, search=False)
    assert len(found.behaviours) > 1.3 * len(uniform.behaviours)


def test_fixed_parameters_keep_their_value():
    found = pw.analysis.atlas("izhikevich", {"a": 0.03}, fixed=["a", "b"], points=4, budget=400)
    assert {(one.parameters["a"], one.parameters["b"]) for one in found.behaviours} == {(0.03, 0.2)}


@pytest.mark.parametrize("protocol", [*PROTOCOLS])
def test_a_page_can_evaluate_every_protocol(protocol):
    assert tape_of(pw.models.get("izhikevich"), PROTOCOLS[protocol]) is not None


def test_a_neuron_that_stays_silent_has_an_empty_atlas():
    found = pw.analysis.atlas("lif", bounds={"amplitude": (0.1, 0.2)}, points=1, budget=10)
    assert found.coverage == 0.0 and not found.nameless() and len(pw.plot(found).data) == 3
    assert str(found).endswith("The neuron must be silent and at rest before the stimulus, and fire in response to it.")


def test_one_response_is_counted_in_the_singular():
    found = pw.analysis.atlas("lif", points=1, budget=50)
    assert str(found).startswith("lif: 1 different response to a step in 1 × 1 cells (100 %)")


def test_the_picture_has_a_stroke_for_each_spike(found):
    named, others, readings = pw.plot(found).data
    spikes = sum(min(len(one.spike_times), 60) for one in found.behaviours)
    assert (len(named.x) + len(others.x)) // 3 == spikes and len(readings.x) == len(found.behaviours)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"axes": ["rate"]}, "axes must be two different names of rate, irregularity"),
        ({"axes": ["rate", "rate"]}, "got rate, rate"),
        ({"axes": ["rate", "colour"]}, "unknown axis 'colour'"),
        ({"protocol": "sine"}, "unknown protocol 'sine'"),
        ({"points": 0}, "points must be"),
        ({"points": 201}, "points"),
        ({"budget": 0}, "budget must be"),
        ({"bounds": {"a": (1.0, 0.0)}}, "bounds of 'a' must be"),
        ({"fixed": ["tau"]}, "unknown parameter 'tau'"),
    ],
)
def test_bad_input_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        pw.analysis.atlas("izhikevich", **arguments)


def test_every_axis_has_ascending_edges():
    for axis in AXES.values():
        edges = axis.edges(7)
        assert len(edges) == 6 and (np.diff(edges) > 0).all() and axis.low < edges[0] < edges[-1] < axis.high
