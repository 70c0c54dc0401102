"""A mystery neuron: hidden parameters for the user to find, by hand or by a search."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from plausiwidgets.arguments import checked, whole
from plausiwidgets.assessment.published import known_sets
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns import Verdict, from_recording
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.judge import complete, evaluate, single
from plausiwidgets.patterns.registry import Named
from plausiwidgets.simulation.simulate import broadcast
from plausiwidgets.simulation.traces import Traces

KEY = "mystery"
"""Key of the pattern that matches the response of a mystery."""

HIDING = 0.16
"""Largest distance of a hidden parameter from a known set, as a share of its slider."""
AWAY = (0.12, 0.4)
"""Least and largest distance of a start from the hidden set, as shares of the slider."""
TRIED = 64
"""Number of candidates for a hidden set, and for a start."""
DRAWS = 6
"""Number of draws of the parameters to hide, in case their change has no effect on the response."""
DIGITS = 4
"""Significant digits of hidden values: they are the same on every machine."""


@dataclass(frozen=True)
class Mystery:
    """A neuron with a known response and hidden parameters.

    Attributes
    ----------
    model : NeuronModel
    about : Pattern or AllOf
        The pattern that it shows.
    seed : int
    pattern : Pattern or AllOf
        Matches its response; judged and searched like any other pattern.
    start : mapping of str to float
        Parameters to begin from, with the stimulus of the response.
    moved : tuple of str
        Names of the hidden parameters; all other values of the start are correct.
    dt : float
        Time step in ms.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> riddle = pw.mystery("lif", "tonic_spiking", seed=1)
    >>> riddle.link, len(riddle.moved)
    ('mystery=lif.tonic_spiking.1', 3)
    """

    model: NeuronModel
    about: Judged
    seed: int
    pattern: Judged
    start: Mapping[str, float]
    moved: tuple[str, ...]
    dt: float
    _hidden: Mapping[str, float] = field(repr=False)

    def reveal(self) -> Mapping[str, float]:
        """Return the hidden parameters."""
        return self._hidden

    @property
    def link(self) -> str:
        """Query of a link to it: model, pattern and seed."""
        return f"mystery={self.model.name}.{self.about.key}.{self.seed}"


@checked
def mystery(model: str | NeuronModel, pattern: Named, seed: int = 0, *, moved: int = 3) -> Mystery:
    """Hide the parameters of a neuron that shows a pattern.

    A known set that shows the pattern has some of its free parameters moved at random, such that it still shows it.
    With the hidden parameters every criterion of :attr:`Mystery.pattern` holds, with those of the start it does not.
    The same arguments give the same neuron on every machine.

    Parameters
    ----------
    model, pattern
        As of :func:`plausiwidgets.judge`.
    seed : int
        At least 0.
    moved : int
        Number of free parameters to hide; at least 1.

    Raises
    ------
    ValueError
        For an unknown name, a protocol without criteria, or if no known set of the model shows the pattern.

    Examples
    --------
    >>> hidden = mystery("izhikevich", "tonic_bursting", seed=7)
    >>> hidden.moved, hidden.link
    (('a', 'b', 'c'), 'mystery=izhikevich.tonic_bursting.7')
    """
    neuron, about = get_model(model), judged(get_pattern(pattern), "match")
    seed, moved = whole("mystery", "seed", seed, 0), whole("mystery", "moved", moved, 1)
    random = np.random.default_rng([seed, zlib.crc32(neuron.name.encode()), zlib.crc32(about.key.encode())])
    free = [name for name, p in neuron.parameters.items() if p.free]
    # A custom model or pattern has no known sets, but its defaults may show the pattern.
    for values, dt, _ in known_sets(neuron, about) or [({}, neuron.dt, None)]:
        base = {name: float(value) for name, value in complete(neuron, about, values).items()}
        for _ in range(DRAWS):
            chosen = random.choice(len(free), size=min(moved, len(free)), replace=False)
            names = tuple(free[i] for i in sorted(chosen.tolist()))
            found = _hidden_near(neuron, about, seed, names, base, dt, random)
            if found is not None:
                return found
    raise ValueError(
        f"no set of {neuron.title} is known that shows {about.title}: register one as a Preset, or choose "
        "another pattern"
    )


def _hidden_near(
    model: NeuronModel, about: Judged, seed: int, names: tuple[str, ...], base: Mapping[str, float], dt: float,
    random: np.random.Generator,
) -> Mystery | None:  # fmt: skip
    """Return a mystery with these parameters moved from a known set, or None."""
    candidates = {name: np.full(TRIED, value) for name, value in base.items()}
    for name in names:
        p = model.parameters[name]
        candidates[name] = _at(p, _share(p, base[name]) + random.uniform(-HIDING, HIDING, TRIED))
    candidates = {name: np.append(values, base[name]) for name, values in candidates.items()}  # the known set is last
    verdict = evaluate(model, about, candidates, dt, record=(model.states[0].name,))
    for place in np.flatnonzero(verdict.accepted)[:2]:
        found = _made(model, about, seed, names, dt, single(verdict, int(place)), random)
        if found is not None:
            return found
    return None


def _made(
    model: NeuronModel, about: Judged, seed: int, names: tuple[str, ...], dt: float, verdict: Verdict,
    random: np.random.Generator,
) -> Mystery | None:  # fmt: skip
    """Return the mystery of an accepted set; None if its response cannot be matched, or no start misses it."""
    trace = _telling(about, verdict)
    hidden = {name: float(verdict.parameters[name]) for name in model.parameters}
    if trace is None:  # no spike to match: the task is the pattern itself
        pattern: Judged = about
        known = complete(model, pattern, verdict.parameters)
    else:
        pattern = from_recording(
            trace.t, v=trace.v[0], spikes=trace.spike_times[0], current=trace.current[0], key=KEY,
            title=f"Mystery {seed}", current_tolerance=1e-6,
        )  # fmt: skip
        known = complete(model, pattern, hidden)
    if evaluate(model, pattern, broadcast(known), dt).loss[0] > 0.0:
        return None
    starts = {name: np.full(TRIED, float(value)) for name, value in known.items()}
    for name in names:
        p = model.parameters[name]
        share = _share(p, hidden[name])
        away = random.uniform(*AWAY, TRIED) * random.choice([-1.0, 1.0], TRIED)
        away = np.where((share + away < 0.0) | (share + away > 1.0), -away, away)  # back into the slider
        starts[name] = _at(p, share + away)
    begun = evaluate(model, pattern, starts, dt)
    good = np.flatnonzero((begun.loss > 0.0) & ~begun.diverged)
    if not good.size:
        return None
    # Prefer a start that fires, but not much more often than the hidden neuron.
    spikes = {check.key: check.value for check in begun.checks}.get("n", np.zeros(TRIED))
    usual = 1 if trace is None else int((trace.spike_times[0] >= 0.0).sum())
    calm = good[(spikes[good] <= 2 * usual + 2) & (spikes[good] >= 1)]
    place = calm[0] if calm.size else good[0]
    start = {name: float(values[place]) for name, values in starts.items()}
    return Mystery(model, about, seed, pattern, MappingProxyType(start), names, dt, MappingProxyType(hidden))


def _telling(about: Judged, verdict: Verdict) -> Traces | None:
    """Return the sweep to match: the main one if it fires, else the one with the most spikes; None without any."""
    traces = [trace for trace in verdict.traces.values() if (trace.spike_times[0] >= 0.0).any()]
    main = verdict.traces.get(about.main_sweep)
    if main is not None and (main.spike_times[0] >= 0.0).any():
        return main
    return max(traces, key=lambda trace: trace.spike_times[0].size, default=None)


def _share(p: Parameter, value: float) -> float:
    """Return the position of a value on its slider, in [0, 1]."""
    return float(np.clip(p.to_unit(value), 0.0, 1.0))


def _at(p: Parameter, shares: Floats) -> Floats:
    """Return the values at positions of a slider, rounded to `DIGITS`."""
    values = p.from_unit(np.clip(shares, 0.0, 1.0))
    return p.clip([float(f"{value:.{DIGITS}g}") for value in values])


def score(verdict: Verdict) -> int:
    """Return how well a response is matched, from 0 to 100; 100 exactly when every criterion holds.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> hidden = mystery("izhikevich", "tonic_bursting", seed=7)
    >>> score(pw.judge(hidden.model, hidden.pattern, hidden.reveal(), dt=hidden.dt, verify=False))
    100
    """
    share = 1.0 - min(float(verdict.loss) / len(verdict.checks), 1.0)
    return 100 if verdict.accepted else min(99, math.floor(100.0 * share))
