"""Neurons in Brian2's words: the same potentials and spikes as a NeuronGroup, step by step, compiled without torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from brian2 import kelvin, mmolar, ms, mV
from brian2_examples import EXAMPLES
from brian2_neurons import NEURONS, compared

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.interop import from_brian2 as module
from plausiwidgets.interop.from_brian2 import from_brian2


def slow(names, *long):
    """Mark the cases that take longest: conductances in steps of 0.01 ms, and one equation with other parameters."""
    return [pytest.param(name, marks=pytest.mark.slow) if name in long else name for name in names]


@pytest.mark.parametrize("name", NEURONS)
def test_states_and_spikes_are_those_of_a_neuron_group_from_rest_and_from_anywhere(name):
    words = NEURONS[name]
    model = from_brian2(**words)
    difference, same, spikes = compared(words, model)
    assert same and spikes >= 20
    assert difference < 1e-7
    assert why_not(model) is None
    assert pw.judge(model, "tonic_spiking", verify=False).engine == "compiled"


@pytest.mark.parametrize(
    "name",
    slow(
        EXAMPLES,
        "Wang and Buzsaki 1996",
        "Touboul and Brette 2008",
        *(x for x in EXAMPLES if "Rothman" in x or ("Naud" in x and "tonic" not in x)),
    ),
)
def test_an_example_of_its_documentation_is_taken_as_it_stands_and_judged(name):
    example = EXAMPLES[name]
    model = example.made()
    words = example.words | example.here | {"namespace": example.space}
    difference, same, spikes = compared(words, model, example.steps, example.noise, example.below)
    assert same and spikes >= 20
    assert difference < 1e-6
    assert why_not(model) is None
    assert pw.judge(model, example.pattern, example.stimulus, verify=False).engine == "compiled"


def test_a_parameter_has_its_own_unit_and_is_what_the_equations_make_of_it():
    tau = pw.Parameter("tau", 0.01, 0.005, 0.05, unit="second")
    words = NEURONS["leaky, exact, refractory"]
    drive = pw.Parameter("I", 0.3, 0.0, 1.0, unit="nA")
    model = from_brian2(**words, parameters=[tau], current=drive)
    assert list(model.parameters) == ["tau"] and model.current is drive
    one, two = (
        pw.simulate(from_brian2(**words), pw.Current.step(300.0, 50.0)).spike_times[0],
        pw.simulate(model, pw.Current.step(0.3, 50.0)).spike_times[0],
    )
    np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match=r"'tau' must have a unit of the dimension s, got 'mV'"):
        from_brian2(**words, parameters=[pw.Parameter("tau", 10.0, 5.0, 50.0, unit="mV")])


def test_constants_are_found_where_the_function_is_called():
    tau = 10 * ms  # noqa: F841  read by name
    model = pw.from_brian2("dv/dt = (I - v)/tau : volt\nI : volt", "v > 15*mV", "v = 0*mV")
    assert model.parameters["tau"].default == 10.0 and model.parameters["tau"].unit == "ms"


def test_without_a_threshold_a_level_says_what_a_spike_is():
    eqs = """dx/dt = (y - x**3 + 3*x**2 + I - z)/ms : 1
             dy/dt = (1 - 5*x**2 - y)/ms : 1
             dz/dt = 0.005*(4*(x + 1.6) - z)/ms : 1
             I : 1"""
    model = from_brian2(
        eqs, spike_level=0.5, rest=-1.6, dt=0.05, method="rk4", namespace={}, current=pw.Parameter("I", 2.0, -1.0, 4.0)
    )
    assert model.spike_level == 0.5 and why_not(model) is None
    assert len(pw.simulate(model, pw.Current.step(2.0, 500.0)).spike_times[0]) > 3


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"eqs": "dv/dt = -v/(10*ms) : 1"}, "must have a current 'I'.* from synapses"),
        ({"eqs": "dv/dt = -v/tau + I/tau + 0.1*xi*tau**-0.5 : 1\nI : 1"}, "noise .xi."),
        ({"eqs": "dv/dt = (I*sin(t/tau) - v)/tau : 1\nI : 1", "method": "euler"}, "'t' has no value.* on the time"),
        ({"eqs": "dv/dt = (I + J - v)/tau : 1\nI : 1\nJ : 1"}, "'J' .* must have a value.*only current is 'I'"),
        ({"eqs": "dv/dt = (g - v)/tau : 1\ng : 1 (linked)"}, r"'g' must not be \(linked\), because"),
        ({"eqs": "dv/dt = (I - v)/tau : 1\nI : 1", "current": "J"}, "from_brian2: unknown current 'J'"),
        ({"eqs": "dv/dt = (I - v)/tau : 1\nI : 1", "reset": "v = rand()"}, "function 'rand' is not supported"),
        ({"eqs": "dv/dt = (I - v)/tau : 1\nI : 1", "threshold": "2 > 1"}, "compare 'v' .* got '2 > 1'.* threshold.$"),
    ],
)
def test_an_unsupported_neuron_is_rejected_with_a_sentence(words, problem):
    with pytest.raises(ValueError, match=problem):
        from_brian2(**({"threshold": "v > 1", "reset": "v = 0", "namespace": {"tau": 10 * ms}} | words))


def test_an_error_of_brian2_has_a_sentence_in_front():
    with pytest.raises(ValueError, match=r"^from_brian2: Brian2 must accept the equations.*units"):
        from_brian2("dv/dt = (I - v)/tau : volt\nI : volt", "v > 1*mV", "v = 0*mV", namespace={"tau": 10 * mV})


@pytest.mark.parametrize(
    ("term", "constants", "units"),
    [
        ("k*(v + 60*mV)*(v + 40*mV)/tau", {"k": 0.05 / mV}, {"k": "1/mV"}),
        ("k*(v + 60*mV)*(v + 40*mV)", {"k": 0.005 / ms / mV}, {"k": "1/mV/ms"}),
        ("(v**3/square*0.01 - v)/tau", {"square": 400 * mV**2}, {"square": "mV^2"}),
        ("-(v + g*Ca)/tau", {"g": 1 * mV / mmolar, "jump": 0.5 * mmolar}, {"g": "um^3*mV/mmole", "jump": "mmolar"}),
        ("-v*q**((T - 283.15*kelvin)/(10*kelvin))/tau", {"q": 3.0, "T": 293.15 * kelvin}, {"q": "1", "T": "kelvin"}),
    ],
)
def test_a_constant_of_any_dimension_is_a_parameter_with_its_unit(term, constants, units):
    pool = "\ndCa/dt = -Ca/(100*ms) : mole/metre**3" if "jump" in constants else ""
    reset = "v = -60*mV" + ("; Ca += jump" if pool else "")
    namespace = {"tau": 10 * ms, **constants}
    equations = f"dv/dt = {term} + I/tau : volt\nI : volt{pool}"
    model = from_brian2(equations, "v > 30*mV", reset, namespace=namespace, method="euler")
    assert {name: model.parameters[name].unit for name in units} == units
    assert all(f"{name} in" in str(model) for name, unit in units.items() if unit != "1")


def test_a_neuron_that_fires_without_input_gets_a_current_that_silences_it():
    space = {"tau": 10 * ms, "I0": 20 * mV}
    model = from_brian2("dv/dt = (I + I0 - v)/tau : volt\nI : volt", "v > 15*mV", "v = 0*mV", namespace=space)
    spikes = [pw.simulate(model, pw.Current.step(x, 600.0)).spike_times[0] for x in (model.current.low, 0.0)]
    assert [bool((times > 300.0).any()) for times in spikes] == [False, True]


def test_the_stages_of_an_import_are_shown():
    seen = []
    words = {"threshold": "v > 15*mV", "reset": "v = 0*mV", "namespace": {"tau": 10 * ms}}
    from_brian2("dv/dt = (I - v)/tau : volt\nI : volt", **words, progress=lambda work: seen.append(work.done))
    assert seen == [1, 2, 3, 4, 4]


def test_no_text_is_evaluated_and_torch_is_not_imported():
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile"}
    code = """
import sys
import plausiwidgets as pw
from brian2 import kelvin, mmolar, ms, mV
model = pw.from_brian2("dv/dt = (I - v)/tau : volt\\nI : volt", "v > 15*mV", "v = 0*mV", namespace={"tau": 10*ms})
assert pw.judge(model, "tonic_spiking").replicated
assert "torch" not in sys.modules, "torch was imported"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
