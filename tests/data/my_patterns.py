"""A custom pattern, as a user may keep it in a file."""

import plausiwidgets as pw

at_least_three = pw.Pattern(
    key="at_least_three",
    title="At least three",
    stimulus_parameters=[
        pw.StimulusParameter("amplitude", 1.0, 0.1, 4.0, of="current", scale="log", limits=(0.0, None))
    ],
    sweeps=lambda s: {"step": pw.Sweep([pw.pulse(0.0, 300.0, s.amplitude)], end=400.0)},
    measure=lambda r, s: {"n": r["step"].count()},
    criteria=[pw.Criterion("n", "spikes", "Spikes in the step.", "spikes", low=3, kind="count")],
)
