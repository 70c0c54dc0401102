"""Panels that open on demand: phase plane, equations, curves, stimulus, mystery, export."""
