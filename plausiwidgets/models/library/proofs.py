"""Proofs that apply to several neurons, whatever their parameters.

Each constant maps patterns to an argument of one or two sentences. The docstring of a neuron explains why the argument
applies to it.
"""

from __future__ import annotations

Arguments = dict[str, str]

_ORDER = "Before the first spike the model has only one variable, so its solutions never cross. "
ORDERED: Arguments = {
    "rebound_spike": f"{_ORDER}After inhibition the potential approaches rest from below and never reaches the "
    "threshold.",
    "rebound_burst": f"{_ORDER}After inhibition the potential approaches rest from below and never reaches the "
    "threshold.",
    "threshold_variability": f"{_ORDER}An excitation after inhibition leaves the potential lower than the same "
    "excitation without inhibition.",
    "inhibition_induced_spiking": f"{_ORDER}An inhibited neuron stays below a resting neuron, which does not fire.",
    "inhibition_induced_bursting": f"{_ORDER}An inhibited neuron stays below a resting neuron, which does not fire.",
    "resonator": f"{_ORDER}The depolarization left by one pulse only decays, so a second pulse that elicits a spike at "
    "T also does so at T/2.",
    "accommodation": f"{_ORDER}From its midpoint the slow ramp is never weaker than the fast ramp, so it depolarizes "
    "the neuron at least as much.",
}
"""Proofs for neurons with one variable until the first spike, which may store more than this variable after a spike."""

_MONOTONE = "After a pulse the only variable approaches rest from one side"
ONE_VARIABLE: Arguments = ORDERED | {
    "subthreshold_oscillations": f"{_MONOTONE}, so the potential cannot oscillate.",
    "depolarizing_after_potential": f"{_MONOTONE}. A potential above rest only falls, so there is no "
    "afterdepolarization.",
}
"""Proofs for neurons with one variable that each spike sets to the same value."""

_SAME = "Every spike resets the whole state to the same value, so "
_NO_BURSTS = f"{_SAME}all interspike intervals under a constant current are equal and there are no bursts."
_ONCE = f"{_SAME}under a constant current the neuron fires once or without end."
RESETS_ALL: Arguments = {
    "tonic_bursting": _NO_BURSTS,
    "phasic_bursting": _ONCE,
    "rebound_burst": _ONCE,
    "inhibition_induced_bursting": _NO_BURSTS,
    "mixed_mode": f"{_SAME}the second interspike interval under a constant current is as long as the last.",
    "spike_frequency_adaptation": f"{_SAME}the interspike intervals under a constant current never lengthen.",
}
"""Proofs for neurons whose reset sets the whole state to the same value."""

_MONOTONE_INTERVALS = "The interspike intervals under a constant current therefore only grow or only shrink, so there "
NO_ALTERNATION = f"{_MONOTONE_INTERVALS}are no bursts."
"""End of the argument for neurons whose state after a spike increases with the state after the previous spike."""

_LEAK = "After a pulse the potential only returns to rest, so no spike occurs after the end of the pulse."
LEAKY: Arguments = {"spike_latency": _LEAK, "bistability": _LEAK}
"""Proofs for neurons that are linear below the threshold and reset below it."""
