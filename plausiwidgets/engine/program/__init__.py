"""One time step of a neuron as data: instructions, the table of operations, their text, and their values in NumPy."""
