"""What the twenty patterns teach: what happens, what to look for, what it is good for, what matters."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The words of a pattern."""

    description: str
    look_for: str
    function: str
    parameter_hint: str


TEXTS = {
    "tonic_spiking": Text(
        "As long as the input is on, the neuron fires a regular train of spikes.",
        "Look for evenly spaced spikes from the onset to the end of the step, and silence before and after.",
        "The rate of firing reports how strong a lasting input is.",
        "The amplitude sets the rate; adaptation slows the train down."),
    "phasic_spiking": Text(
        "The neuron fires a single spike at the onset of the input and then stays quiet.",
        "Look for exactly one spike at the start, and a flat potential for the rest of the step.",
        "Marks that something has changed, and ignores that it lasts.",
        "A recovery variable that follows the potential (b of Izhikevich, a of AdEx) holds the later spikes back."),
    "tonic_bursting": Text(
        "The neuron fires bursts of spikes, one after the other, as long as the input is on.",
        "Look for groups of at least three close spikes, with clear pauses of equal length between the groups.",
        "A burst gets across an unreliable synapse; chattering cells may pace gamma rhythms.",
        "A high reset potential starts the next spike at once; the adaptation added per spike ends the burst."),
    "phasic_bursting": Text(
        "The neuron answers the onset of the input with one burst and then stays quiet.",
        "Look for one burst at the start, then a flat potential.",
        "Reports the start of an input reliably: a burst is harder to miss than a spike.",
        "A high reset makes the burst, recovery that follows the potential ends it for good."),
    "mixed_mode": Text(
        "The neuron starts with a burst and goes on with single, regular spikes.",
        "Look for a few very close spikes first, then one jump to long and even intervals.",
        "Intrinsically bursting cells signal the onset by the burst and the strength by the rate that follows.",
        "Reset potential and adaptation per spike: the reset must allow a burst only while the adaptation is low."),
    "spike_frequency_adaptation": Text(
        "The neuron fires fast at first and then slower and slower.",
        "Look for intervals that grow from spike to spike.",
        "Regular spiking cells of the cortex report the onset strongly and save spikes later.",
        "Adaptation per spike (d of Izhikevich, b of AdEx) and its time constant."),
    "class_1_excitable": Text(
        "The weakest step that fires at all fires slowly, and the rate rises smoothly with the current.",
        "Look for a rate–current curve that starts near zero.",
        "The rate can encode the strength of the input over a wide range.",
        "Recovery must not outrun the potential: a small or negative b of Izhikevich."),
    "class_2_excitable": Text(
        "Below a critical current the neuron is silent; above it, it fires at a high rate at once.",
        "Look for a rate–current curve that starts with a jump.",
        "The neuron tells only whether the input is above threshold; its rate hardly depends on it.",
        "Fast recovery that follows the potential (a and b of Izhikevich, a of AdEx)."),
    "spike_latency": Text(
        "After a brief weak pulse the spike comes late, and later the weaker the pulse was.",
        "Look for the pause between the end of the pulse and the spike, and how it shrinks with a stronger pulse.",
        "The delay encodes the strength of a brief input.",
        "A smooth upswing: the potential must linger close to its threshold."),
    "subthreshold_oscillations": Text(
        "After a brief pulse the potential swings around rest, below the threshold.",
        "Look for damped swings to both sides of the resting potential after the pulse.",
        "A neuron with a rhythm of its own acts as a band-pass filter.",
        "Recovery about as fast as the membrane: a and b of Izhikevich, a and tau_w of AdEx."),
    "resonator": Text(
        "The neuron fires at a pair of pulses only if their interval fits its own rhythm.",
        "Look for a spike at the interval T, and none at half of it, at one and a half, or after a single pulse.",
        "Selects inputs by their frequency: several neurons can share one line.",
        "The period of the subthreshold oscillation sets T; the amplitude lies between two thresholds."),
    "integrator": Text(
        "The neuron fires at pulses that come close together, and not at pulses far apart.",
        "Look for a spike at the short gaps only.",
        "Detects coincident inputs.",
        "The membrane time constant, and an amplitude between half of the threshold and all of it."),
    "rebound_spike": Text(
        "A brief inhibition is followed by a spike.",
        "Look for the spike after the release of the inhibition, and for silence during it.",
        "Turns an inhibitory input into an output; rhythms of half-centre circuits rest on it.",
        "Inhibition must take recovery away: a large b of Izhikevich, a large a of AdEx."),
    "rebound_burst": Text(
        "A brief inhibition is followed by a burst.",
        "Look for at least three close spikes after the release, then silence.",
        "Thalamic cells answer inhibition so, as in sleep spindles.",
        "As for a rebound spike, with a high reset that lets one spike follow the other."),
    "threshold_variability": Text(
        "A weak excitation alone does nothing; after a brief inhibition the same excitation fires.",
        "Look for a spike in the run with both pulses, and none with either alone.",
        "The threshold of a neuron is not a number: it depends on what came before.",
        "Recovery that inhibition takes away, as for a rebound."),
    "bistability": Text(
        "One brief pulse switches a lasting firing on, and another one, of either sign, well timed, switches it off.",
        "Look for firing that goes on after the first pulse and stops after the second.",
        "A memory of one bit in a single neuron.",
        "Rest and firing must both be stable: holding level and reset decide."),
    "depolarizing_after_potential": Text(
        "After the spike the potential does not fall to rest directly: it rises once more.",
        "Look for the hump after the spike.",
        "For a while after a spike the neuron is more excitable.",
        "Fast recovery with a negative jump at the spike (d of Izhikevich)."),
    "accommodation": Text(
        "The neuron fires at a current that rises fast, and not at one that rises slowly, although that ends higher.",
        "Look for a spike in the fast ramp and none in the slow ramp.",
        "Responds to sudden changes and ignores slow drifts.",
        "Recovery must keep up with a slow rise of the potential."),
    "inhibition_induced_spiking": Text(
        "The neuron is silent, and fires while it is inhibited.",
        "Look for regular spikes during the downward step, and silence before and after.",
        "Thalamo-cortical cells can do it, by a current that inhibition activates.",
        "A recovery variable that runs away from its rest (negative a and b of Izhikevich)."),
    "inhibition_induced_bursting": Text(
        "The neuron is silent, and bursts while it is inhibited.",
        "Look for bursts during the downward step, and silence before and after.",
        "Thalamo-cortical cells in sleep, when a spindle spreads.",
        "As for inhibition-induced spiking, with a high reset."),
}
