"""Neuron and pattern whose names and texts are markup and code of an attacker."""

import torch

import plausiwidgets as pw
from plausiwidgets.engine.piece import pulse
from plausiwidgets.patterns.sweep import Sweep

MARKUP = (
    "</script><script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 2">',
    "`${window.hacked = 3}`",
    "'; window.hacked = 4; '",
    "\u2028window.hacked = 5\u2029",
    "<!-- <script>",
    "]]>",
    "\\",
    "&lt;b&gt; {0} %s $title",
)
TEXT = " ".join(MARKUP)


def model() -> pw.NeuronModel:
    def step(current, state, p, dt):
        (v,) = state
        v = v + dt / p.toString * (p.constructor - v + current)
        fired = v > -50.0
        return fired.to(v.dtype), (torch.where(fired, p.constructor, v),)

    parameters = [
        pw.Parameter("toString", 20.0, 5.0, 50.0, unit=MARKUP[1], scale="log", description=TEXT),
        pw.Parameter("constructor", -65.0, -80.0, -55.0, unit="mV", description=TEXT),
    ]
    return pw.NeuronModel(
        "hostile",
        step,
        parameters,
        initial_state=lambda p, holding: (p.constructor,),
        rest="constructor",
        threshold=-50.0,
        current=pw.Parameter("current", 30.0, 0.0, 100.0, unit=MARKUP[0]),
        states=("v",),
        title=TEXT,
        description=TEXT,
        source=TEXT,
        equations=TEXT,
        presets=[pw.Preset(TEXT, {"toString": 15.0}, source=TEXT)],
    )


def pattern() -> pw.Pattern:
    return pw.Pattern(
        key="hostile_pattern",
        title=TEXT,
        letter=MARKUP[0],
        description=TEXT,
        look_for=TEXT,
        function=TEXT,
        parameter_hint=TEXT,
        source=TEXT,
        stimulus_parameters=[
            pw.StimulusParameter("amplitude", 1.0, 0.1, 3.0, of="current", limits=(0.0, None), description=TEXT),
            pw.StimulusParameter("width", 100.0, 50.0, 200.0, unit="ms"),
        ],
        sweeps=lambda s: {
            TEXT: Sweep([pulse(0.0, s.width, s.amplitude)], end=s.width + 50.0),
            MARKUP[0]: Sweep([pulse(0.0, 2.0 * s.width, s.amplitude)], end=2.0 * s.width + 50.0),
        },
        measure=lambda r, s: {"n": r[TEXT].count()},
        criteria=[pw.Criterion("n", TEXT, TEXT, MARKUP[1], low=1, kind="count")],
    )
