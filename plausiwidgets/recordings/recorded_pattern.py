"""The pattern of recorded sweeps of a cell: their currents, and what a neuron must reproduce as criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusValues, usual_current
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.trial import untried
from plausiwidgets.patterns.verdict import CriterionResult
from plausiwidgets.recordings.artefacts import refuse_artefacts
from plausiwidgets.recordings.injected_current import Injected
from plausiwidgets.recordings.movement import movements, rests_apart
from plausiwidgets.recordings.own_response import check_own
from plausiwidgets.recordings.recorded_features import Compared, RecordedFeatures
from plausiwidgets.recordings.recorded_stimulus import Stimulus, stimulus_of
from plausiwidgets.recordings.recorded_sweep import RecordedSweep, traces_of
from plausiwidgets.recordings.settings import ALL, Settings
from plausiwidgets.recordings.spontaneous import SpontaneousFiring
from plausiwidgets.recordings.table import Data
from plausiwidgets.recordings.units import AMPERE
from plausiwidgets.support.printed import number
from plausiwidgets.support.renamed import renamed
from plausiwidgets.texts import tr


@renamed
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RecordedPattern(Pattern):
    """The pattern of recorded sweeps: a neuron must reproduce the responses of the cell.

    Attributes
    ----------
    protocols : mapping of str to Injected
        For each sweep, the current that was recovered from its samples; ``.words("pA")`` describes it. Empty without
        a current.
    current_unit : str
        Unit of the recorded current; empty where it is that of the model.
    held_out : RecordedPattern or None
        The sweeps that were left out, for ``pw.judge(model, pattern.held_out, result.parameters)``.
    reliability : mapping of str to float
        For each sweep that was repeated, the coincidence factor that the repeats reach among each other.
    numbers : mapping of str to tuple of int
        For each sweep, its number in the file, and those of its repeats.
    begins : mapping of str to float
        For each sweep, the time of the recording in ms that is 0 in a figure.
    compared : tuple of Compared
        The criteria of the recording, each with its name in ``compare``, and its sweep.
    left_out : tuple of str
        Features of a cell that fires spontaneously that are compared only if ``compare`` names them, because a repeat
        of the recording would not meet their criteria.
    own : tuple of CriterionResult
        The recording evaluated by its own criteria, all of which it meets.
    spontaneous : SpontaneousFiring or None
        Spikes of the cell at its holding current, in all sweeps of the file; None if there are none.
    notes : tuple of str
        Sentences on what was found: spontaneous firing, and movements of the potential while the current is constant.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])
    >>> isinstance(cell, pw.recordings.RecordedPattern), cell.held_out, cell.protocols
    (True, None, {})
    """

    protocols: Mapping[str, Injected] = field(default_factory=dict)
    current_unit: str = ""
    held_out: RecordedPattern | None = None
    reliability: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    begins: Mapping[str, float] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    left_out: tuple[str, ...] = ()
    own: tuple[CriterionResult[bool, float], ...] = ()
    spontaneous: SpontaneousFiring | None = None
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The stimulus and the firing that were read from the recording, in words."""
        lines = [f"{name}: {found.words(self.current_unit)}" for name, found in self.protocols.items()]
        return "\n".join([f"{self.title}: {self.description}", *lines, *self.notes])

    def _in_units_of(self, model: NeuronModel) -> dict[str, Parameter]:
        known, unit = super()._in_units_of(model), model.current.unit
        if not self.current_unit or "current_scale" not in known or unit == self.current_unit:
            return known
        if unit in AMPERE:
            factor, is_known = AMPERE[self.current_unit] / AMPERE[unit], True
        else:
            levels = [abs(x + i.holding) for i in self.protocols.values() for p in i.pieces for x in (p.first, p.last)]
            factor, is_known = usual_current(model) / (max(levels, default=0.0) or 1.0), False
        for name, p in known.items():
            vary = p.vary if is_known or name == "holding" else True
            known[name] = replace(p, default=p.default * factor, low=p.low * factor, high=p.high * factor, vary=vary)
        return known


SMALL_CURRENT = 50e-12
"""Current in A. A fluctuation of less than a tenth of it is the noise of an amplifier, and not a stimulus."""
MAX_NOTES = 12
"""Number of movements that are listed."""


def made_of(
    sweeps: Sequence[Data],
    settings: Settings,
    source: str,
    current_unit: str,
    holdout: Sequence[Data] = (),
    others: Sequence[Data] = (),
    holding: float | None = None,
) -> RecordedPattern:
    """Return the pattern of checked sweeps; see :func:`from_recording`.

    `others` are unused sweeps of the file, and `holding` is the holding current if it is that of another pattern.
    """
    small = SMALL_CURRENT / AMPERE[current_unit] if current_unit else 0.0
    stimulus = stimulus_of(sweeps, settings, (*holdout, *others), small, holding)
    groups, values, silent = stimulus.sweeps, stimulus.parameters, stimulus.is_silent
    refuse_artefacts(groups)
    features = RecordedFeatures(stimulus, settings, current_unit)
    own = check_own(features, groups, source)
    total = sum(g.train().size for g in groups)
    if not total and not any(c.key.startswith(("course", "resistance")) for c in features.criteria):
        raise ValueError(
            "the recording must have spikes after the stimulus onset (current), or a potential to compare. Otherwise "
            "every silent neuron shows it."
        )
    protocols = {g.name: g.current for g in groups if g.current is not None}
    title = settings.title or Path(source).stem.replace("_", " ") or "Recording"
    windows = {g.name: (0.0, g.end) if features.needs_potential(g.name) else None for g in groups}

    def sweeps_of(s: StimulusValues) -> dict[str, Sweep]:
        return {g.name: Sweep(g.pieces(s), g.end, voltage=windows[g.name]) for g in groups}

    held_out = None
    if holdout:
        held = replace(settings, title=f"{title}: held out", silent_before=settings.silent_before if silent else False)
        held_out = made_of(holdout, held, source, current_unit, (), (*sweeps, *others), stimulus.holding)
    with untried():  # the functions are the package's own, which tests try
        return RecordedPattern(
            key=settings.key,
            title=title,
            in_sentence=tr("the recording {title}", title=title) if settings.title or source else tr("the recording"),
            description=_description(sweeps, groups, current_unit),
            look_for=_look_for(groups),
            source=source,
            stimulus_parameters=values,
            sweeps=sweeps_of,
            measure=features.measure,
            criteria=features.criteria,
            reference={g.name: traces_of(g) for g in groups},
            at_rest=silent,
            budget=settings.budget,
            protocols=protocols,
            current_unit=current_unit,
            held_out=held_out,
            reliability=features.reliability,
            numbers={g.name: tuple(data.number for data in g.repeats) for g in groups},
            begins={g.name: g.begin for g in groups},
            compared=tuple(features.compared),
            left_out=tuple(name for name in ALL if name in features.left_out),
            own=own,
            spontaneous=stimulus.firing if stimulus.firing is not None and stimulus.firing.spikes else None,
            notes=_notes(stimulus, current_unit),
        )


def _description(sweeps: Sequence[Data], groups: Sequence[RecordedSweep], unit: str) -> str:
    """Return the length, the number of spikes and, of a single sweep, the protocol in words."""
    words = {
        "end": number(max(g.end - g.lead for g in groups), 6),
        "count": sum(g.train().size for g in groups),
    }
    if len(sweeps) > 1:
        return tr(
            "Recording with {sweeps} sweeps of up to {end} ms. Number of spikes: {count}.", sweeps=len(sweeps), **words
        )
    length = tr("Recorded response of {end} ms. Number of spikes: {count}.", **words)
    current = groups[0].current
    return length if current is None else f"{length} {current.words(unit)}"


def _look_for(groups: Sequence[RecordedSweep]) -> str:
    """Return the sentence on what to look at in the target."""
    train = next((g.train() for g in groups if g.train().size), np.empty(0))
    if not train.size:
        return tr("Look for a trace that follows the target without a spike.")
    return tr(
        "Look for spikes at the same times as in the target. Its first spike is at {time} ms.",
        time=number(train[0], 3),
    )


def _notes(stimulus: Stimulus, unit: str) -> tuple[str, ...]:
    """Return sentences on spontaneous firing, and on movements of the potential while the current is constant."""
    if stimulus.firing is None:
        return ()
    out, firing = [], stimulus.firing
    if firing.spikes:
        name, time = firing.first
        words = {"level": f"{number(firing.level, 4)} {unit}".rstrip(), "time": number(time, 4)}
        if firing.sweeps == 1:
            out.append(tr("The cell fires at the holding current of {level}, first at {time} ms.", **words))
        else:
            counts = {"count": len(firing.spikes), "sweeps": firing.sweeps, "name": tr(name)}
            out.append(
                tr(
                    "The cell fires at the holding current of {level} in {count} of {sweeps} sweeps, first in {name} "
                    "at {time} ms.",
                    **words,
                    **counts,
                )
            )
    rests = rests_apart(stimulus.currents, firing.level, stimulus.near)
    out += [rests] if rests else []
    found = [one for data, current in stimulus.currents for one in movements(data, current)]
    out += [f"{one.words()}." for one in found[:MAX_NOTES]]
    if len(found) > MAX_NOTES:
        out.append(tr("Further movements of the potential: {count}.", count=len(found) - MAX_NOTES))
    return tuple(out)
