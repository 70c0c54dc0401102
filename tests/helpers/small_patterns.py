"""Small custom pattern for tests."""

import plausiwidgets as pw


def doublet(**changes):
    """Return a pattern of two spikes after a pulse with a free width."""
    fields = dict(
        key="doublet",
        title="Doublet",
        look_for="Look for exactly two spikes.",
        stimulus_parameters=[
            pw.StimulusParameter("amplitude", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None)),
            pw.StimulusParameter("width", 20.0, 5.0, 100.0, unit="ms", scale="log", description="Width of the pulse."),
        ],
        sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, s.width, s.amplitude)], end=s.width + 200.0)},
        measure=lambda r, s: {"n": r["pulse"].count(), "gap": r["pulse"].last() - r["pulse"].first()},
        criteria=[
            pw.Criterion("n", "spikes", "Spikes after the onset.", "spikes", low=2, high=2, kind="count"),
            pw.Criterion("gap", "interval", "From the first to the last spike.", "ms", high=50.0, scale=20.0),
        ],
    )
    return pw.Pattern(**(fields | changes))
