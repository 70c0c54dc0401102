"""The twenty firing patterns of Izhikevich (2004), with their protocols, criteria and explanations.

Source of the classification: E. M. Izhikevich, "Which model to use for cortical spiking neurons?", IEEE Transactions on
Neural Networks 15(5), 2004, figure 1. Each module contains a family of patterns that share a stimulus.
"""

from plausiwidgets.patterns import trial

with trial.untried():
    from plausiwidgets.patterns.izhikevich import (
        accommodation,
        after_pulse,
        bistability,
        excitability,
        latency,
        pulse_pairs,
        rebound,
        steps,
    )

TWENTY = (
    steps.TONIC_SPIKING,
    steps.PHASIC_SPIKING,
    steps.TONIC_BURSTING,
    steps.PHASIC_BURSTING,
    steps.MIXED_MODE,
    steps.SPIKE_FREQUENCY_ADAPTATION,
    excitability.CLASS_1_EXCITABLE,
    excitability.CLASS_2_EXCITABLE,
    latency.SPIKE_LATENCY,
    after_pulse.SUBTHRESHOLD_OSCILLATIONS,
    pulse_pairs.RESONATOR,
    pulse_pairs.INTEGRATOR,
    rebound.REBOUND_SPIKE,
    rebound.REBOUND_BURST,
    rebound.THRESHOLD_VARIABILITY,
    bistability.BISTABILITY,
    after_pulse.DEPOLARIZING_AFTER_POTENTIAL,
    accommodation.ACCOMMODATION,
    steps.INHIBITION_INDUCED_SPIKING,
    steps.INHIBITION_INDUCED_BURSTING,
)
"""All patterns in the order of their letters, A to T."""
