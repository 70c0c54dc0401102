"""Neurons from machine learning as models, each imported in one line, for `plausiwidgets assess`.

Install snnTorch, SpikingJelly, sinabs and Norse. Then run::

    plausiwidgets assess torch_neurons.py:all --budget 4000 --store torch_neurons.jsonl --csv torch_neurons.csv

A time step is 1 ms. Classes have the defaults of their libraries, and a time constant of 10 or 20 ms if they need one.
The bounds of each number that a step reads are a fifth and five times its value, and those of a decay 0.3 and 0.999.
"""

import norse.torch as norse
import sinabs.layers
import snntorch
from sinabs.activation import SingleSpike
from spikingjelly.activation_based import neuron as jelly

import plausiwidgets as pw

TITLES = {"snntorch": "snnTorch", "spikingjelly": "SpikingJelly", "sinabs": "sinabs", "norse": "Norse"}
MADE = {
    "snntorch_leaky": snntorch.Leaky(0.9),
    "snntorch_synaptic": snntorch.Synaptic(alpha=0.9, beta=0.8),
    "sinabs_alif": sinabs.layers.ALIF(tau_mem=20.0, tau_adapt=100.0, spike_fn=SingleSpike),
    "spikingjelly_izhikevich": jelly.IzhikevichNode(tau=10.0),
    "spikingjelly_qif": jelly.QIFNode(tau=10.0),
    "spikingjelly_eif": jelly.EIFNode(tau=10.0),
    "norse_lif_adex": norse.LIFAdExCell(),
    "norse_lsnn": norse.LSNNCell(),
    "norse_izhikevich": norse.IzhikevichCell(norse.tonic_spiking),
    "spikingjelly_clif": jelly.ComplementaryLIFNode(tau=10.0),
    "spikingjelly_raf": jelly.RAFNode(),
    "snntorch_alpha": snntorch.Alpha(alpha=0.9, beta=0.8),
    "spikingjelly_lif": jelly.LIFNode(tau=10.0),
    "norse_lif_refrac": norse.LIFRefracCell(),
}

NEURONS = [
    pw.from_torch(module, key=key, title=f"{TITLES[key.partition('_')[0]]} {type(module).__name__}")
    for key, module in MADE.items()
]
