"""Simulation of many lanes simultaneously, as machine code or in a loop of torch or NumPy."""
