"""Neurons in Brian2's words: the same potentials and spikes as a NeuronGroup, step by step, compiled without torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
from brian2 import Mohm, ms, msiemens, mV, nA, nS, pF, uF, uS

import plausiwidgets as pw
from plausiwidgets.models import from_brian2 as module
from plausiwidgets.models.from_brian2 import _Run, _Units, from_brian2
from plausiwidgets.simulation.compiled.engine import why_not

ADEX = {
    "eqs": """dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C : volt
              dw/dt = (a*(vm - EL) - w)/tauw : amp
              I : amp""",
    "threshold": "vm > Vcut", "reset": "vm = Vr; w += b",
    "namespace": {"C": 281 * pF, "gL": 30 * nS, "EL": -70.6 * mV, "VT": -50.4 * mV, "DeltaT": 2 * mV, "tauw": 144 * ms,
                  "a": 4 * nS, "b": 0.0805 * nA, "Vr": -70.6 * mV, "Vcut": -40.4 * mV},
}  # fmt: skip
GATES = """
    dm/dt = 1.28/ms/exprel((13*mV - v + VT)/(4*mV))*(1 - m) - 1.4/ms/exprel((v - VT - 40*mV)/(5*mV))*m : 1
    dn/dt = 0.16/ms/exprel((15*mV - v + VT)/(5*mV))*(1 - n) - 0.5/ms*exp((10*mV - v + VT)/(40*mV))*n : 1
    dh/dt = 0.128/ms*exp((17*mV - v + VT)/(18*mV))*(1 - h) - 4/ms/(1 + exp((40*mV - v + VT)/(5*mV)))*h : 1
    I : amp"""
NEURONS = {
    **{f"AdEx by {method}": ADEX | {"method": method}
       for method in ("euler", "exponential_euler", "rk2", "rk4", "heun")},
    "Izhikevich": {
        "eqs": """dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I : volt
                  du/dt = a*(b*v - u) : volt/second
                  I : volt/second""",
        "threshold": "v >= 30*mV", "reset": "v = c; u += d", "method": "euler",
        "namespace": {"a": 0.02 / ms, "b": 0.2 / ms, "c": -65 * mV, "d": 8 * mV / ms},
    },
    "Wang-Buzsaki": {
        "eqs": """dv/dt = (-gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK) - gL*(v - EL) + I)/Cm : volt
                  m = alpha/(alpha + 4/ms*exp(-(v + 60*mV)/(18*mV))) : 1
                  alpha = 1/ms/exprel(-(v + 35*mV)/(10*mV)) : Hz
                  dh/dt = 5*(0.07/ms*exp(-(v + 58*mV)/(20*mV))*(1 - h) - h/ms/(exp(-(v + 28*mV)/(10*mV)) + 1)) : 1
                  dn/dt = 5*(0.1/ms/exprel(-(v + 34*mV)/(10*mV))*(1 - n) - 0.125/ms*exp(-(v + 44*mV)/(80*mV))*n) : 1
                  I : amp""",
        "threshold": "v > -20*mV", "refractory": "v > -20*mV", "method": "exponential_euler", "dt": 0.02,
        "namespace": {"Cm": 1 * uF, "gL": 0.1 * msiemens, "EL": -65 * mV, "ENa": 55 * mV, "EK": -90 * mV,
                      "gNa": 35 * msiemens, "gK": 9 * msiemens},
    },
    "Hodgkin-Huxley": {
        "eqs": "dv/dt = (gl*(El - v) - gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK) + I)/Cm : volt" + GATES,
        "threshold": "v > -40*mV", "refractory": "v > -40*mV", "method": "exponential_euler", "dt": 0.02,
        "namespace": {"Cm": 200 * pF, "gl": 10 * nS, "El": -65 * mV, "EK": -90 * mV, "ENa": 50 * mV, "gNa": 20 * uS,
                      "gK": 6 * uS, "VT": -63 * mV},
    },
    "leaky, exact, refractory": {
        "eqs": "dv/dt = (R*I - v)/tau : volt (unless refractory)\nI : amp",
        "threshold": "v > 15*mV", "reset": "v = 0*mV", "refractory": 5 * ms,
        "namespace": {"tau": 10 * ms, "R": 100 * Mohm},
    },
    "leaky, refractory by a parameter": {
        "eqs": "dv/dt = (R*I - v)/tau : volt (unless refractory)\nI : amp",
        "threshold": "v > 15*mV", "reset": "v = 0*mV", "refractory": "2*wait",
        "namespace": {"tau": 10 * ms, "R": 100 * Mohm, "wait": 1.7 * ms},
    },
    "adaptive threshold": {
        "eqs": "dv/dt = (I - v)/(10*ms) : volt\ndvt/dt = (10*mV - vt)/(15*ms) : volt\nI : volt",
        "threshold": "v > vt", "reset": "v = 0*mV; vt += 3*mV", "method": "exact",
    },
    "Platkiewicz-Brette": {
        "eqs": """dv/dt = (EL - v + I)/tau : volt
                  dtheta/dt = (vT + a*clip(v - Vi, 0*mV, inf*mV) - theta)/tauh : volt
                  I : volt""",
        "threshold": "v > theta", "reset": "v = EL", "refractory": 5 * ms, "method": "euler",
        "namespace": {"EL": -70 * mV, "vT": -55 * mV, "Vi": -63 * mV, "tau": 5 * ms, "tauh": 5 * ms, "a": 5 / 6},
    },
    "MAT2": {
        "eqs": """dv/dt = (R*I - v)/tau : volt
                  dH1/dt = -H1/(10*ms) : volt
                  dH2/dt = -H2/(200*ms) : volt
                  I : amp""",
        "threshold": "v > H1 + H2 + 15*mV", "reset": "H1 += 37*mV; H2 += 2*mV", "refractory": 2 * ms,
        "namespace": {"tau": 5 * ms, "R": 50 * Mohm},
    },
    "quadratic": {
        "eqs": "dv/dt = (k*(v - vr)*(v - vt) + I)/C : volt\nI : amp",
        "threshold": "v > 30*mV", "reset": "v = -65*mV", "method": "euler",
        "namespace": {"k": 0.7 * nS / mV, "vr": -60 * mV, "vt": -40 * mV, "C": 100 * pF},
    },
}  # fmt: skip


def of_brian2(words: dict, model: pw.NeuronModel, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (potential, fired) of a NeuronGroup after each step, [lanes, steps], from the model's initial state."""
    words = {"method": ("exact", "exponential_euler", "euler")} | words
    words.pop("dt", None)
    steps, lanes = noise.shape
    group = b2.NeuronGroup(lanes, words.pop("eqs"), dt=model.dt * ms, **({"namespace": {}} | words))
    units, current = _Units(b2), group.variables[model.current.key]
    size = units.size(model.current.unit, current.dim, "current")
    for state, values in zip(model.states, model.start(model.defaults(), np.zeros(lanes)), strict=True):
        if state.key in group.variables:
            variable = group.variables[state.key]
            variable.set_value(values * units.of(variable.dim)[1])
    potential = group.variables[model.states[0].key]
    course, fired = np.empty((lanes, steps)), np.zeros((lanes, steps), dtype=bool)

    @b2.network_operation(dt=model.dt * ms, when="start")
    def inject(t):
        current.set_value(noise[round(float(t / ms) / model.dt)] * size)

    @b2.network_operation(dt=model.dt * ms, when="end")
    def note(t):
        course[:, round(float(t / ms) / model.dt)] = potential.get_value() / units.of(potential.dim)[1]

    spikes = b2.SpikeMonitor(group)
    b2.Network(group, inject, note, spikes).run(steps * model.dt * ms, namespace={})
    fired[np.asarray(spikes.i), np.round(np.asarray(spikes.t / ms) / model.dt).astype(int)] = True
    return course, fired


@pytest.mark.parametrize("name", NEURONS)
def test_potentials_and_spikes_are_those_of_a_neuron_group(name):
    words = NEURONS[name]
    model = from_brian2(**words)
    steps = 1000 if words.get("dt", 0.1) == 0.1 else 4000
    shares = np.array([0.7, 1.0, 2.0, 3.0, 5.0])
    noise = np.random.default_rng(0).uniform(-0.5, 2.5, (steps, shares.size)) * shares * model.current.default
    course, fired = of_brian2(words, model, noise)
    state = model.start(model.defaults(), np.zeros(shares.size))
    run, ours, spikes = _Run(model.programs.step, list(model.parameters.values()), model.dt), [], []
    for x in noise:
        fires, state = run.step(x, state)
        ours.append(state[0])
        spikes.append(fires)
    np.testing.assert_array_equal(np.array(spikes).T != 0, fired)
    assert fired.sum() >= 10
    np.testing.assert_allclose(np.array(ours).T, course, atol=1e-7)
    assert why_not(model) is None
    assert pw.judge(model, "tonic_spiking", verify=False).engine == "compiled"


def test_a_parameter_has_its_own_unit_and_is_what_the_equations_make_of_it():
    tau = pw.Parameter("tau", 0.01, 0.005, 0.05, unit="second")
    words = NEURONS["leaky, exact, refractory"]
    drive = pw.Parameter("I", 0.3, 0.0, 1.0, unit="nA")
    model = from_brian2(**words, parameters=[tau], current=drive)
    assert list(model.parameters) == ["tau"] and model.current is drive
    one, two = (pw.simulate(from_brian2(**words), pw.Current.step(300.0, 50.0)).spike_times[0],
                pw.simulate(model, pw.Current.step(0.3, 50.0)).spike_times[0])  # fmt: skip
    np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match=r"'tau' has the unit 'mV', valid is one of the dimension"):
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
    model = from_brian2(eqs, spike_level=0.5, rest=-1.6, dt=0.05, method="rk4", namespace={},
                        current=pw.Parameter("I", 2.0, -1.0, 4.0))  # fmt: skip
    assert model.spike_level == 0.5 and why_not(model) is None
    assert len(pw.simulate(model, pw.Current.step(2.0, 500.0)).spike_times[0]) > 3


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"eqs": "dv/dt = -v/tau + I/tau + 0.1*xi*tau**-0.5 : 1\nI : 1"}, "noise .xi."),
        ({"eqs": "dv/dt = (I*sin(t/tau) - v)/tau : 1\nI : 1", "method": "euler"}, "'t' has no value here: .* the time"),
        ({"eqs": "dv/dt = (I + J - v)/tau : 1\nI : 1\nJ : 1"}, "parameter 'J' beside the current 'I'.*Several"),
        ({"eqs": "dv/dt = (g - v)/tau : 1\ng : 1 (linked)"}, r"\(linked\): here a neuron stands alone"),
        ({"eqs": "dv/dt = (I - v)/tau : 1\nI : 1", "current": "J"}, "unknown from_brian2: current: 'J'"),
        ({"eqs": "dv/dt = (I - v)/tau : 1\nI : 1", "reset": "v = rand()"}, "function 'rand' is not taken"),
        ({"eqs": "dv/dt = (I - v)/tau : 1\nI : 1", "threshold": "2 > 1"}, "does not compare 'v' with anything"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(words, problem):
    with pytest.raises(ValueError, match=problem):
        from_brian2(**({"threshold": "v > 1", "reset": "v = 0", "namespace": {"tau": 10 * ms}} | words))


def test_brian2_checks_the_units():
    with pytest.raises(Exception, match="units"):
        from_brian2("dv/dt = (I - v)/tau : volt\nI : volt", "v > 1*mV", "v = 0*mV", namespace={"tau": 10 * mV})


def test_no_text_is_evaluated_and_torch_is_not_imported():
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile"}
    code = """
import sys
import plausiwidgets as pw
from brian2 import ms, mV
model = pw.from_brian2("dv/dt = (I - v)/tau : volt\\nI : volt", "v > 15*mV", "v = 0*mV", namespace={"tau": 10*ms})
assert pw.judge(model, "tonic_spiking").replicated
assert "torch" not in sys.modules, "torch was imported"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
