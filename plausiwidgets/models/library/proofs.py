"""What a neuron cannot show, whatever its parameters: arguments that hold for several neurons.

Each is a mapping of patterns to the argument in a sentence; a neuron's docstring says why it holds there.
"""

from __future__ import annotations

Arguments = dict[str, str]

_ORDER = "Up to the first spike there is one variable, and two solutions of one equation never cross: "
ORDERED: Arguments = {
    "rebound_spike": f"{_ORDER}inhibition leaves the potential below the resting one for good.",
    "rebound_burst": f"{_ORDER}inhibition leaves the potential below the resting one for good.",
    "threshold_variability": f"{_ORDER}with inhibition before it, an excitation ends lower than without.",
    "inhibition_induced_spiking": f"{_ORDER}an inhibited neuron stays below one that rests.",
    "inhibition_induced_bursting": f"{_ORDER}an inhibited neuron stays below one that rests.",
    "resonator": f"{_ORDER}what one pulse leaves only shrinks, so that a second one that fires at T fires at T/2.",
    "accommodation": f"{_ORDER}from its middle on the slow ramp is above all of the fast one, and so is v.",
}
"""For neurons with one variable until they fire; what they remember of a spike may be more."""

_MONOTONE = "After a pulse, one variable moves towards its rest from one side: "
ONE_VARIABLE: Arguments = ORDERED | {
    "subthreshold_oscillations": _MONOTONE + "it does not swing.",
    "depolarizing_after_potential": _MONOTONE + "what rises is below rest, and what is above it falls.",
}
"""For neurons with one variable that a spike sets to one value."""

_SAME = "A spike sets the whole state to one value, so all intervals after the first spike are equal: "
RESETS_ALL: Arguments = {
    "tonic_bursting": _SAME + "there are no bursts.",
    "phasic_bursting": _SAME + "it fires once, or for ever.",
    "rebound_burst": _SAME + "it fires once, or for ever.",
    "inhibition_induced_bursting": _SAME + "there are no bursts.",
    "mixed_mode": _SAME + "the second interval is as long as the last.",
    "spike_frequency_adaptation": _SAME + "the last interval is as long as the second.",
}
"""For neurons whose reset forgets everything."""

_LEAK = "After a pulse the potential only falls back to rest: "
LEAKY: Arguments = {
    "spike_latency": _LEAK + "nothing fires later than the pulse.",
    "bistability": _LEAK + "nothing fires later than the pulse.",
}
"""For neurons that are linear below the threshold, with a reset below it."""
