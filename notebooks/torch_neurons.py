"""The neurons that machine learning uses, each in one line, as `plausiwidgets assess` takes them.

With snnTorch, SpikingJelly, sinabs and Norse installed::

    plausiwidgets assess torch_neurons.py:all --budget 1000 --workers 2 --csv torch_neurons.csv

A step is 1 ms. Classes begin with what their libraries give them, and with 10 or 20 ms where they take a time constant;
every number that a step reads may be searched within a factor of five, a decay from 0.3 to 0.999.
"""

import norse.torch as norse
import sinabs.layers
import snntorch
from sinabs.activation import SingleSpike
from spikingjelly.activation_based import neuron as jelly

import plausiwidgets as pw

MADE = {
    "snntorch_leaky": ("snnTorch: Leaky", snntorch.Leaky(0.9)),
    "snntorch_synaptic": ("snnTorch: Synaptic", snntorch.Synaptic(alpha=0.9, beta=0.8)),
    "snntorch_alpha": ("snnTorch: Alpha", snntorch.Alpha(alpha=0.9, beta=0.8)),
    "spikingjelly_if": ("SpikingJelly: IFNode", jelly.IFNode()),
    "spikingjelly_lif": ("SpikingJelly: LIFNode", jelly.LIFNode(tau=10.0)),
    "spikingjelly_clif": ("SpikingJelly: ComplementaryLIFNode", jelly.ComplementaryLIFNode(tau=10.0)),
    "spikingjelly_cubalif": ("SpikingJelly: CUBALIFNode", jelly.CUBALIFNode()),
    "spikingjelly_qif": ("SpikingJelly: QIFNode", jelly.QIFNode(tau=10.0)),
    "spikingjelly_eif": ("SpikingJelly: EIFNode", jelly.EIFNode(tau=10.0)),
    "spikingjelly_izhikevich": ("SpikingJelly: IzhikevichNode", jelly.IzhikevichNode(tau=10.0)),
    "spikingjelly_raf": ("SpikingJelly: RAFNode", jelly.RAFNode()),
    "sinabs_alif": ("sinabs: ALIF", sinabs.layers.ALIF(tau_mem=20.0, tau_adapt=100.0, spike_fn=SingleSpike)),
    "norse_lif": ("Norse: LIFCell", norse.LIFCell()),
    "norse_lif_ex": ("Norse: LIFExCell", norse.LIFExCell()),
    "norse_lif_adex": ("Norse: LIFAdExCell", norse.LIFAdExCell()),
    "norse_lif_refrac": ("Norse: LIFRefracCell", norse.LIFRefracCell()),
    "norse_lif_adex_refrac": ("Norse: LIFAdExRefracCell", norse.LIFAdExRefracCell()),
    "norse_lsnn": ("Norse: LSNNCell", norse.LSNNCell()),
    "norse_izhikevich": ("Norse: IzhikevichCell", norse.IzhikevichCell(norse.tonic_spiking)),
}

NEURONS = [pw.from_torch(module, key=key, title=title) for key, (title, module) in MADE.items()]
