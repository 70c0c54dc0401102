"""Panels that explain: the gallery, the phase plane, the equations, the mystery neuron."""
