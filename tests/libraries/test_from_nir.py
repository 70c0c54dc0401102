"""Neurons of NIR as models, with the time step and the reset that NIR leaves to the platform."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import nir
import numpy as np
import pytest
import torch
from nir_neurons import NODES, RESETS, compared, one

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import why_not

LIF, IF = NODES["LIF"], NODES["IF"]


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("reset", RESETS)
def test_states_and_spikes_are_those_of_its_equations_from_rest_and_from_anywhere(name, reset):
    model = pw.from_nir(NODES[name], dt=0.1, reset=reset)
    difference, same, spikes = compared(NODES[name], reset, model)
    assert same and spikes >= 20
    assert difference < 1e-10
    assert why_not(model) is None
    assert pw.judge(model, "tonic_spiking", verify=False).accepted


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_a_spike_may_be_the_crossing_of_a_level_in_every_engine(kind):
    model = pw.from_nir(LIF, dt=1.0, reset="zero", spike_level=0.5)
    x, v, dt = (kind(np.array([y])) for y in (model.current.default, 0.1, 1.0))
    p = model.namespace({name: [y] for name, y in model.defaults().items()})
    if kind is np.asarray:
        p = SimpleNamespace(**{name: y.numpy() for name, y in vars(p).items()})
    before, fired = v, []
    for k in range(200):
        (v,) = model.step(x, (before,), p, dt)
        fired += [float(k)] * bool(before < 0.5 <= v)
        before = v
    assert len(fired) > 5
    spikes = pw.simulate(model, pw.Current.step(model.current.default, 200.0)).spike_times[0]
    assert spikes[spikes >= 0.0].tolist() == fired
    with pytest.raises(TypeError, match="spike_level must be a finite number, got 'high'"):
        pw.from_nir(LIF, dt=1.0, reset="zero", spike_level="high")


def test_the_nodes_before_a_neuron_are_followed_along_the_edges():
    nodes = {
        "n": LIF,
        "later": nir.Linear(np.array([[3.0]])),
        "in": nir.Input(one(1)),
        "out": nir.Output(one(1)),
        "first": nir.Affine(np.array([[2.0]]), np.array([0.1])),
    }
    edges = [("later", "n"), ("in", "first"), ("first", "later"), ("n", "out")]
    drive = pw.Parameter("current", 0.1, -1.0, 3.0)
    whole = pw.from_nir(nir.NIRGraph(nodes, edges), dt=0.1, reset="zero", current=drive)
    alone = pw.from_nir(LIF, dt=0.1, reset="zero")
    ours = pw.simulate(whole, pw.Current.step(0.1, 200.0)).spike_times[0]
    theirs = pw.simulate(alone, pw.Current.step(3.0 * (2.0 * 0.1 + 0.1), 200.0)).spike_times[0]
    assert len(ours) > 3
    np.testing.assert_allclose(np.diff(ours)[-3:], np.diff(theirs)[-3:], atol=0.11)


def graph_with(edges: list[tuple[str, str]], **nodes: object) -> nir.NIRGraph:
    inner = {"in": nir.Input(one(1)), "n": LIF, "out": nir.Output(one(1)), **nodes}
    return nir.NIRGraph(inner, edges)


@pytest.mark.parametrize(
    ("edges", "nodes", "words"),
    [
        (
            [("in", "n"), ("n", "r"), ("r", "n"), ("n", "out")],
            {"r": nir.Linear(np.array([[0.5]]))},
            "must be a chain .*, but 'n' has input from 'in', 'r'",
        ),
        (
            [("in", "w"), ("w", "n"), ("n", "out")],
            {"w": nir.Linear(np.array([[0.5, 0.5]]))},
            "'w' must have one input, .* got 2",
        ),
        (
            [("in", "n"), ("n", "w"), ("w", "out")],
            {"w": nir.Linear(np.array([[0.5]]))},
            "must lead to .*, but 'w' does not",
        ),
        ([("in", "n"), ("n", "b"), ("b", "out")], {"b": IF}, r"got 2 neurons \(LIF, IF\)"),
    ],
)
def test_a_graph_that_is_no_chain_to_one_neuron_is_refused(edges, nodes, words):
    with pytest.raises(ValueError, match=words):
        pw.from_nir(graph_with(edges, **nodes), dt=0.1, reset="zero")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: nir.LI(tau=one(0.02), r=one(1.0), v_leak=one(0.0)),
            "NIR's LI is a leaky integrator, which never fires",
        ),
        (lambda: nir.Threshold(one(1.0)), "NIR's Threshold has no state"),
        (
            lambda: nir.IF(r=np.array([1.0, 2.0]), v_threshold=np.array([1.0, 1.0])),
            "r of NIR's IF must have one value, got 2 different values",
        ),
    ],
)
def test_an_object_that_is_not_a_neuron_is_rejected_by_name(make, words):
    with pytest.raises(ValueError, match=words):
        pw.from_nir(make(), dt=0.1, reset="zero")


def test_a_reset_and_a_time_step_must_be_known():
    with pytest.raises(ValueError, match="dt must be passed"):
        pw.from_nir(LIF, reset="zero")
    with pytest.raises(ValueError, match="reset must be 'zero', 'subtract' or a number, got 'soft'"):
        pw.from_nir(LIF, dt=0.1, reset="soft")
    with pytest.raises(ValueError, match="tau of NIR's LIF must be a finite number"):
        pw.from_nir(with_reset(LIF, tau=None), dt=0.1)
    with pytest.raises(TypeError, match=r"Use pw\.from_nir\(node, dt=…, reset=…\)"):
        pw.judge(LIF, "tonic_spiking")


def with_reset(node: object, **fields: object) -> object:
    """Return a node as NIR 1.0.8 has it, with a reset."""
    made = copy.copy(node)
    for name, value in {"v_reset": one(-0.2), **fields}.items():
        object.__setattr__(made, name, value)
    return made


@pytest.mark.parametrize("name", ["LIF", "CubaLIF", "IF"])
def test_the_reset_of_a_node_is_a_parameter(name):
    model = pw.from_nir(with_reset(NODES[name]), dt=0.1)
    difference, same, spikes = compared(NODES[name], -0.2, model)
    assert same and spikes >= 20 and difference < 1e-10
    assert model.parameters["v_reset"].default == -0.2
    if not hasattr(LIF, "v_reset"):
        with pytest.raises(ValueError, match="has no v_reset"):
            pw.from_nir(LIF, dt=0.1)


@pytest.mark.parametrize("v_reset", [-65.0, -45.0])
def test_the_packaged_leaky_neuron_is_a_node_of_nir_and_comes_back(v_reset):
    values = {"tau_mem": 15.0, "t_ref": 0.0, "v_reset": v_reset}
    again = pw.from_nir(pw.to_nir("lif", values))
    current = pw.Current.step(20.0, 300.0)
    ours = pw.simulate(again, current).spike_times[0]
    theirs = pw.simulate("lif", current, values).spike_times[0]
    assert len(theirs) > 5
    np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ValueError, match="model must be 'lif', got 'adex'"):
        pw.to_nir("adex")
    with pytest.raises(ValueError, match="no refractory period"):
        pw.to_nir("lif")


def test_a_neuron_that_fires_without_input_gets_a_current_that_silences_it():
    nodes = {"n": LIF, "first": nir.Affine(np.array([[1.0]]), np.array([0.8]))}
    model = pw.from_nir(nir.NIRGraph(nodes, [("first", "n")]), dt=0.1, reset="zero")
    spikes = [pw.simulate(model, pw.Current.step(x, 600.0)).spike_times[0] for x in (model.current.low, 0.0)]
    assert [bool((times > 300.0).any()) for times in spikes] == [False, True]
