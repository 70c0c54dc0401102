"""The page that needs no server: a neuron, firing patterns and their sliders in one file."""
