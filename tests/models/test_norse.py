"""Norse's own feed-forward steps, wrapped in a few lines, compile and fire as in torch."""

import functools
from dataclasses import replace

import norse.torch
import numpy as np
import pytest
import torch
from lane_jobs import default_job, differing
from norse.torch.functional import iaf, izhikevich, lif, lif_adex, lif_adex_refrac, lif_refrac, lsnn

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import run_compiled, why_not
from plausiwidgets.engine.current import Current
from plausiwidgets.engine.lane_current import lane_current
from plausiwidgets.engine.torch_engine import run_torch
from plausiwidgets.models.norse import norse_code


def zero(p):
    return 0.0 * p.tau


def adex_parameters(p):
    return lif_adex.LIFAdExParameters(
        adaptation_current=0.2 + zero(p),
        adaptation_spike=0.3 + zero(p),
        delta_T=0.3 + zero(p),
        tau_ada_inv=1.0 / (5.0 * p.tau),
        tau_syn_inv=zero(p),
        tau_mem_inv=1.0 / p.tau,
        v_leak=zero(p),
        v_th=1.0 + zero(p),
        v_reset=zero(p),
    )


STEPS = {
    "iaf": (
        iaf.iaf_feed_forward_step,
        lambda p, dt: iaf.IAFParameters(v_th=1.0 + zero(p), v_reset=zero(p)),
        lambda p, h: iaf.IAFFeedForwardState(zero(p)),
        {"inject": lambda current, p, dt: current * dt / p.tau},
    ),
    "lif_adex_refrac": (
        lif_adex_refrac.lif_adex_refrac_feed_forward_step,
        lambda p, dt: lif_adex_refrac.LIFAdExRefracParameters(adex_parameters(p), torch.round(2.0 / dt)),
        lambda p, h: lif_adex_refrac.LIFAdExRefracFeedForwardState(
            lif_adex.LIFAdExFeedForwardState(zero(p), h, zero(p)), zero(p)
        ),
        {},
    ),
    "izhikevich": (
        izhikevich.izhikevich_feed_forward_step,
        lambda p, dt: izhikevich.IzhikevichParameters(
            a=0.02, b=0.2, c=-65.0, d=p.tau / 2.0, tau_inv=1.0, v_th=torch.as_tensor(30.0)
        ),
        lambda p, h: izhikevich.IzhikevichState(zero(p) - 65.0, zero(p) - 13.0),
        {},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_norse_is_compiled_and_fires_as_in_torch(name):
    step, convert, initial, options = STEPS[name]
    model = pw.from_norse(
        f"norse_{name}",
        step,
        convert,
        initial,
        parameters=[pw.Parameter("tau", 10.0, 5.0, 30.0, unit="ms")],
        current=pw.Parameter("current", 2.0 if name != "izhikevich" else 10.0, 0.0, 30.0),
        rest=-70.0 if name == "izhikevich" else 0.0,
        threshold=-55.0 if name == "izhikevich" else 1.0,
        dt=0.2,
        **options,
    )
    assert why_not(model) is None
    job = default_job(model, 200, 2000, window=(0, 2000), extremes=True)
    amplitudes = np.linspace(0.3, 1.5, 200) * model.current.default
    job = replace(
        job,
        params={"tau": np.random.default_rng(0).uniform(5.0, 30.0, 200)},
        current=lane_current([Current.step(float(a), 300.0) for a in amplitudes], -20.0),
    )
    compiled, reference = run_compiled(job), run_torch(job)
    assert compiled.counts.sum() > 300
    assert differing(compiled, reference) <= (2 if name == "lif_adex_refrac" else 0)


CELLS = [("lif", "LIFRefracCell"), ("lsnn", "LSNNCell"), ("adex_norse", "LIFAdExCell")]


@pytest.mark.parametrize(("name", "cell"), CELLS)
def test_a_cell_of_norse_with_the_exported_parameters_is_the_neuron_under_a_train_of_spikes(name, cell, monkeypatch):
    """Each input drives the neuron for one step, and nothing adds up: LSNN's cell takes it a step later."""
    model, dt = pw.models.get(name), 0.1
    with monkeypatch.context() as patched:
        patched.setattr(torch, "tensor", functools.partial(torch.tensor, dtype=torch.float64))
        names = vars(lif) | vars(lif_refrac) | vars(lif_adex) | vars(lsnn) | {"torch": torch}
        parameters = eval(norse_code(model, model.defaults(), dt), names)
    theirs, ours = getattr(norse.torch, cell)(p=parameters, dt=dt), pw.to_norse(name, dt=dt)
    inputs = torch.zeros(3000, 1, dtype=torch.float64)
    inputs[::50] = 900.0  # a spike each 5 ms, each worth 4.5 mV
    inputs[1500:] = 0.0
    late = int(name == "lsnn")
    found, state, theirs_state = [[], []], None, None
    with torch.no_grad():
        _, theirs_state = theirs(0.0 * inputs[0])
        if name == "lsnn":  # whose cell begins with a threshold of 0
            theirs_state.b.fill_(parameters.v_th)
        for x, delayed in zip(inputs, torch.cat([torch.zeros(late, 1, dtype=torch.float64), inputs]), strict=False):
            z, theirs_state = theirs(x, theirs_state)
            found[0].append(float(z))
            z, state = ours(delayed, state)
            found[1].append(float(z))
    assert 1 < sum(found[1]) < 30
    assert sum(found[0][2000:]) == 0
    assert found[0] == found[1]


def test_norse_refuses_what_has_no_single_current():
    from norse.torch.functional.coba_lif import coba_lif_feed_forward_step

    for step, message in ((coba_lif_feed_forward_step, "conductance"), (lif.lif_step, "recurrent")):
        with pytest.raises(ValueError, match=message):
            pw.from_norse("x", step, print, print, [], pw.Parameter("current", 1.0, 0.0, 2.0), -65.0, -50.0)


def test_a_norse_cell_is_wrapped_in_a_few_lines():
    model = pw.from_norse(
        "my_norse_lif",
        norse.torch.LIFCell(),
        lambda p, dt: lif.LIFParameters(
            tau_syn_inv=zero(p),
            tau_mem_inv=1.0 / p.tau,
            v_leak=-65.0 + zero(p),
            v_th=-50.0 + zero(p),
            v_reset=-65.0 + zero(p),
        ),
        lambda p, holding: lif.LIFFeedForwardState(v=-65.0 + zero(p), i=zero(p)),
        [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log")],
        pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
        rest=-65.0,
        threshold=-50.0,
    )
    assert pw.judge(model, "tonic_spiking").replicated


def test_a_state_of_norse_may_be_plain_numbers():
    def adaptive(p, dt):
        return lsnn.LSNNParameters(
            tau_syn_inv=zero(p),
            tau_mem_inv=1.0 / p.tau,
            tau_adapt_inv=0.01 + zero(p),
            v_leak=-65.0 + zero(p),
            v_th=-50.0 + zero(p),
            v_reset=-65.0 + zero(p),
            beta=1.8 + zero(p),
        )

    def neuron(state):
        return pw.from_norse(
            "numbers",
            lsnn.lsnn_feed_forward_step,
            adaptive,
            state,
            [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
            pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
            rest=-65.0,
            threshold=-50.0,
        )

    numbers = neuron(lambda p, holding: lsnn.LSNNFeedForwardState(v=-65, i=0.0, b=-50.0 + zero(p)))
    tensors = neuron(lambda p, holding: lsnn.LSNNFeedForwardState(v=-65.0 + zero(p), i=zero(p), b=-50.0 + zero(p)))
    assert numbers.start({"tau": [20.0, 30.0]}, [0.0]).tolist() == [[-65.0] * 2, [-50.0] * 2]
    assert why_not(numbers) is None
    ours, theirs = (pw.simulate(m, pw.Current.step(25.0, 300.0)).spike_times[0] for m in (numbers, tensors))
    assert len(ours) > 2
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("argument", ["convert", "initial_state", "inject"])
def test_an_object_that_is_not_a_function_is_named(argument):
    given = dict(convert=lambda p, dt: None, initial_state=lambda p, holding: None)
    with pytest.raises(TypeError, match=f"{argument} must be a function.*, got 1"):
        pw.from_norse(
            "mine",
            lif.lif_feed_forward_step,
            parameters=[],
            current=pw.Parameter("current", 1.0, 0.0, 2.0),
            rest=-65.0,
            threshold=-50.0,
            **(given | {argument: 1}),
        )
