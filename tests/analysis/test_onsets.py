"""How a neuron begins to fire: bifurcations and borders of firing as the literature and closed formulas have them."""

from dataclasses import replace

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.analysis.onsets import FOLD, HOMOCLINIC, ON_CIRCLE, SUBCRITICAL, SUPERCRITICAL, THRESHOLD, diagrams

CYCLE = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 1.0 / 15.0}


def found(model, parameters=None, **options):
    return pw.analysis.bifurcation_diagram(model, parameters, **options)


def currents(diagram, kind):
    return sorted(point.current for point in diagram.points if point.kind == kind)


@pytest.fixture(scope="module")
def squid():
    return found("hodgkin_huxley", currents=(-10.0, 170.0))


def test_hodgkin_and_huxleys_axon_has_the_two_andronov_hopf_points_of_rinzel_and_miller(squid):
    """Rinzel & Miller 1980: 9.78 (subcritical), 154.5 (supercritical), and periodic solutions from 6.26 on."""
    assert currents(squid, SUBCRITICAL) == pytest.approx([9.78], abs=0.01)
    assert currents(squid, SUPERCRITICAL) == pytest.approx([154.5], abs=0.1)
    assert squid.kind == SUBCRITICAL and squid.lost.current == pytest.approx(9.78, abs=0.01)
    assert squid.ends == FOLD and squid.fires_until == pytest.approx(6.265, abs=0.01)
    assert squid.bistable and squid.separatrix and squid.steps == pytest.approx(6.265, abs=0.02)


def test_beyond_its_spikes_the_oscillation_shrinks_to_the_second_point(squid):
    current, low, high, rate = squid.firing
    small = np.isnan(rate)
    assert small.any() and current[small].min() > 50.0 and 145.0 < current.max() < 154.6
    assert (np.diff((high - low)[small]) < 0.0).all() and (high - low)[-1] < 20.0


def test_each_kind_of_onset_and_of_end_is_a_sentence(squid):
    begins, steps, ends, both = squid.sentences
    expected = (
        "The resting state disappears or loses stability at 9.7755 µA/cm²: subcritical Andronov–Hopf. The resting"
    )
    assert begins.startswith(expected)
    assert steps.startswith("The weakest current step from rest that elicits sustained firing is 6.2")
    assert "even though a stable resting state still exists" in steps
    assert "fold of limit cycles. A stable and an unstable limit cycle collide" in ends
    assert both.startswith("Between 6.2") and both.endswith("depending on its initial state.")


def test_fixed_points_come_before_the_firing_and_nothing_is_drawn_across_a_gap():
    neuron = pw.models.get("morris_lecar")
    first, last = diagrams(neuron, None, (-100.0, 300.0), 0.0, 200, neuron.dt)
    np.testing.assert_array_equal(first.current, last.current)
    assert first.firing.size == 0 < last.firing.size
    apart = replace(last, potential=np.where(last.potential > 0.0, last.potential + 50.0, last.potential))
    both = np.stack([apart.branch(stable)[1] for stable in (True, False)])
    jump = int(np.argmax(np.diff(apart.potential))) + 1
    assert np.isnan(both[:, jump]).all() and not np.isnan(both[:, 1:jump]).all(axis=0).any()


@pytest.mark.parametrize(
    ("parameters", "kind", "lost", "ends", "until"),
    [
        ({}, SUBCRITICAL, 93.86, FOLD, 88.29),
        (CYCLE, ON_CIRCLE, 39.96, ON_CIRCLE, 39.96),
        (CYCLE | {"phi": 0.23}, "saddle-node", 39.96, HOMOCLINIC, 35.01),
    ],
)
def test_the_three_sets_of_morris_and_lecars_neuron_begin_to_fire_as_rinzel_and_ermentrout_say(
    parameters, kind, lost, ends, until
):
    """Rinzel & Ermentrout 1998; Ermentrout & Terman 2010, ch. 3. Where the third set ends to fire is our own value."""
    diagram = found("morris_lecar", parameters)
    assert (diagram.kind, diagram.ends) == (kind, ends)
    assert diagram.lost.current == pytest.approx(lost, abs=0.05)
    assert diagram.fires_until == pytest.approx(until, abs=0.1)


def test_the_second_point_of_morris_and_lecars_first_set_is_at_212():
    diagram = found("morris_lecar", currents=(0.0, 250.0))
    assert currents(diagram, SUBCRITICAL) == pytest.approx([93.86, 212.0], abs=0.1)


@pytest.mark.parametrize(("a", "b"), [(0.02, 0.2), (0.1, 0.26), (0.1, -0.1), (0.3, 0.2)])
def test_izhikevichs_neuron_has_the_points_of_its_formulas(a, b):
    """A saddle-node where 0.08 v + 5 = b, and before it an Andronov–Hopf point where 0.08 v + 5 = a, if b > a."""

    def current(slope):
        v = (slope - 5.0) / 0.08
        return b * v - (0.04 * v * v + 5.0 * v + 140.0)

    diagram = found("izhikevich", {"a": a, "b": b})
    assert currents(diagram, "saddle-node") == pytest.approx([current(b)], abs=1e-4)
    hopf = [point for point in diagram.points if "Hopf" in point.kind]
    if b > a:
        assert [point.current for point in hopf] == pytest.approx([current(a)], abs=1e-4)
        assert hopf[0].frequency == pytest.approx(1000.0 * np.sqrt(a * (b - a)) / (2.0 * np.pi), rel=1e-4)
        assert diagram.kind == hopf[0].kind == SUBCRITICAL
    else:
        assert not hopf and diagram.kind in (ON_CIRCLE, "saddle-node")


def test_a_leaky_neuron_begins_to_fire_where_its_rest_reaches_the_threshold():
    own = {"tau_mem": 20.0, "v_rest": -65.0, "v_threshold": -50.0}
    diagram = found("lif", own, currents=(-10.0, 30.0))
    assert (diagram.kind, diagram.ends) == (THRESHOLD, THRESHOLD)
    assert diagram.lost.current == pytest.approx(15.0, abs=1e-3)
    assert [diagram.steps, diagram.fires_until] == pytest.approx([15.0, 15.0], abs=1e-3)
    assert not diagram.bistable


def test_the_quadratic_neuron_begins_at_a_saddle_node_on_a_circle():
    diagram = found("qif", {"a": 0.02, "v_rest": -65.0, "v_threshold": -45.0})
    assert diagram.kind == ON_CIRCLE and diagram.lost.current == pytest.approx(0.02 * 20.0**2 / 4.0, abs=1e-4)
    assert diagram.steps == pytest.approx(2.0, rel=1e-2)


def test_the_diagram_is_plotted_with_fixed_points_firing_and_bifurcations(squid):
    figure = pw.plot(squid)
    names = [trace.name for trace in figure.data]
    assert names == [
        "stable fixed points",
        "unstable fixed points",
        "maximum potential during firing",
        "minimum potential during firing",
        SUBCRITICAL,
        SUPERCRITICAL,
    ]
    stable, _, highest, lowest = figure.data[:4]
    assert np.isnan(stable.y[(stable.x > 20.0) & (stable.x < 140.0)]).all() and (highest.y > lowest.y + 1.5).all()
    assert figure.layout.xaxis.title.text == "current (µA/cm²)" and "subcritical" in figure.layout.title.text


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"low ≤ holding \(0\) < high, got \(5.0, 1.0\)"):
        found("lif", currents=(5.0, 1.0))
    with pytest.raises(ValueError, match="points must be an integer ≥ 20, got 3"):
        found("lif", points=3)
    with pytest.raises(ValueError, match="holding"):
        found("lif", holding=1e9)


def test_a_current_that_does_not_drive_the_potential_and_a_holding_current_that_fires_are_refused():
    with pytest.raises(
        ValueError, match=r"the current of model 'rf' must change only its potential, v, but it changes x"
    ):
        found("rf")
    with pytest.raises(ValueError, match=r"at which model 'lif' is at rest, got 20"):
        found("lif", holding=20.0)
