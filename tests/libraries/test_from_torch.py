"""Neurons of snnTorch, SpikingJelly, sinabs and Norse in one line: the potentials and spikes of their libraries."""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import sinabs.activation
import sinabs.layers
import torch
from foreign import outcome
from neurons import MADE, REFUSED, compared
from torch_styles import STYLES

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.interop.from_torch import from_torch

CASES = [(library, name) for library, neurons in MADE.items() for name in neurons]


@pytest.mark.parametrize(("library", "name"), CASES)
def test_one_line_imports_a_neuron_with_the_states_and_spikes_of_its_library(library, name):
    model, difference, same, spikes = compared(library, name)
    assert same and spikes >= 20
    assert difference < 1e-5  # of libraries that keep some of their numbers in float32; else below 1e-12
    assert why_not(model) is None
    assert pw.judge(model, "tonic_spiking", verify=False).engine == "compiled"


def contents(module: torch.nn.Module) -> list[object]:
    """Return the places of a module, with the objects and the numbers in them."""
    found: list[object] = [module.training]
    for part in module.modules():
        for home in (vars(part), part._parameters, part._buffers):
            found += [(key, id(value), repr(value)) for key, value in home.items() if not key.startswith("_")]
    return found


@pytest.mark.parametrize("name", ["LazyPair", "EulerPair", "DictState", "RingBuffer"])
def test_a_module_of_any_style_has_its_own_spikes_and_stays_as_it_is(name):
    module = STYLES[name]()
    before, drawn = contents(module), torch.get_rng_state()
    from_torch(module)
    assert contents(module) == before and torch.equal(torch.get_rng_state(), drawn)
    found = outcome(STYLES[name])
    assert found["equal from the beginning"] and found["equal from a random state"]
    assert found["spikes from the beginning"] > 20


def test_a_module_is_compared_with_itself_and_not_with_its_copy():
    words = {"tau_mem": 20.0, "tau_adapt": 100.0, "norm_input": False, "spike_fn": sinabs.activation.SingleSpike}
    model = from_torch(sinabs.layers.ALIF(**words))  # its __deepcopy__ forgets norm_input
    assert model.current.default < 0.1
    assert "Constant" in str(model) and "tau_adapt from 'tau_adapt'" in " ".join(str(model).split())


def test_states_begin_where_the_user_puts_them():
    model = from_torch(STYLES["LazyPair"](), initial={"v": -60.0, "u": -12.0})
    np.testing.assert_array_equal(model.start(model.defaults(), np.zeros(1))[:, 0], [-60.0, -12.0])
    with pytest.raises(ValueError, match="unknown state 'x'"):
        from_torch(STYLES["LazyPair"](), initial={"x": 0.0})


@pytest.mark.parametrize("name", REFUSED)
def test_an_unsupported_module_is_rejected_by_name(name):
    make, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        from_torch(make())


@pytest.mark.parametrize("key", ["snntorch_leaky", "spikingjelly_qif", "norse_izhikevich"])
def test_the_sets_of_the_packaged_table_are_verified_again(key, monkeypatch):
    monkeypatch.setattr(pw, "from_torch", lambda module, **options: partial(from_torch, module, **options))
    made = runpy.run_path(str(Path(__file__).parents[2] / "notebooks" / "torch_neurons.py"))["NEURONS"]
    model = next(one for one in made if one.keywords["key"] == key)()
    table = packaged_table("torch").query("model == @key and status == 'replicated'")
    for found in table.sample(2, random_state=0).itertuples():
        assert pw.judge(model, found.pattern, found.parameters).replicated, found.pattern
