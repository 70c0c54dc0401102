"""The target of a figure: the reference neuron showing the pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from plausiwidgets.models.model import Preset
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns.judge import complete, evaluate, single
from plausiwidgets.patterns.pattern import Pattern, get
from plausiwidgets.patterns.verdict import Verdict
from plausiwidgets.simulation.simulate import broadcast
from plausiwidgets.simulation.traces import Traces

REFERENCE = "izhikevich_2004"


@dataclass(frozen=True)
class Target:
    """The reference neuron at its own amplitude, units and time step.

    Attributes
    ----------
    preset : Preset
        Its parameters.
    verdict : Verdict
    rest, threshold, peak : float
        In mV: what maps its potential onto another model's scale.
    """

    preset: Preset
    verdict: Verdict
    rest: float
    threshold: float
    peak: float

    @property
    def traces(self) -> dict[str, Traces]:
        """Sweep name → Traces."""
        return self.verdict.traces


@cache
def _target(key: str) -> Target:
    model = get_model(REFERENCE)
    pattern = get(key)
    presets = [p for p in model.presets if p.pattern == key]
    preset = presets[-1]  # the robust set where there are two
    assert preset.dt is not None
    values = broadcast(complete(model, pattern, preset.parameters))
    verdict = single(evaluate(model, pattern, values, preset.dt, record=True))
    # The settled potential is where the neuron of this pattern rests, holding current included.
    rest = float(next(iter(verdict.traces.values())).v[0, 0])
    return Target(preset, verdict, rest, rest + float(model.span(values)[0]), model.peak)


def target(pattern: str | Pattern) -> Target:
    """Return the reference neuron of a pattern: Izhikevich's published parameters.

    For depolarizing after-potential and inhibition-induced bursting the published sets hold
    only at their own time step; the target shows sets that do not depend on it.
    """
    return _target(get(pattern).key)
