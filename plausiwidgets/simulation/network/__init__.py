"""A neuron in a network: the program of its step as a differentiable layer, and as Brian2's code."""
