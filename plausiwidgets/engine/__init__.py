"""Simulation of many lanes at once, by machine code or by the torch loop."""
