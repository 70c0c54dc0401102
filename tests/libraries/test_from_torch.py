"""Neurons of snnTorch, SpikingJelly, sinabs and Norse in one line: the potentials and spikes of their libraries."""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path

import pytest
from neurons import MADE, REFUSED, compared

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.interop.from_torch import from_torch

CASES = [(library, name) for library, neurons in MADE.items() for name in neurons]


@pytest.mark.parametrize(("library", "name"), CASES)
def test_one_line_takes_it_with_the_states_and_spikes_of_its_library_from_rest_and_from_anywhere(library, name):
    model, difference, same, spikes = compared(library, name)
    assert same and spikes >= 20
    assert difference < 1e-5  # of libraries that keep some of their numbers in float32; else below 1e-12
    assert why_not(model) is None
    assert pw.judge(model, "tonic_spiking", verify=False).engine == "compiled"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_neuron_here_is_refused_by_name(name):
    make, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        from_torch(make())


@pytest.mark.parametrize("key", ["snntorch_leaky", "spikingjelly_qif", "norse_izhikevich"])
def test_what_the_packaged_table_found_is_replicated_again(key, monkeypatch):
    monkeypatch.setattr(pw, "from_torch", lambda module, **options: partial(from_torch, module, **options))
    made = runpy.run_path(str(Path(__file__).parents[2] / "notebooks" / "torch_neurons.py"))["NEURONS"]
    model = next(one for one in made if one.keywords["key"] == key)()
    table = packaged_table("torch").query("model == @key and status == 'replicated'")
    for found in table.sample(2, random_state=0).itertuples():
        assert pw.judge(model, found.pattern, found.parameters).replicated, found.pattern
