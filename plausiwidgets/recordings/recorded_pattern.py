"""Patterns of recorded sweeps, with their currents and the criteria for a neuron that reproduces them."""

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
    """Pattern of recorded sweeps, which requires a neuron to reproduce the responses of the cell.

    Attributes
    ----------
    protocols : mapping of str to Injected
        Current of each sweep, recovered from its samples, empty without currents. The method ``.words("pA")`` describes
        a current.
    current_unit : str
        Unit of the recorded current, empty if it is that of the model.
    held_out : RecordedPattern or None
        Pattern of the sweeps that were left out, for ``pw.judge(model, pattern.held_out, result.parameters)``.
    reliability : mapping of str to float
        Coincidence factor of the repeats of each repeated sweep among each other.
    numbers : mapping of str to tuple of int
        Number of each sweep in the file, followed by those of its repeats.
    begins : mapping of str to float
        Time in ms of each sweep that is 0 in a figure.
    compared : tuple of Compared
        Criteria of the recording, each with its name in ``compare`` and its sweep.
    left_out : tuple of str
        Features of a spontaneously firing cell that are compared only if ``compare`` contains them, because a repeat of
        the recording would not meet their criteria.
    own : tuple of CriterionResult
        Results of the recording for its own criteria, all of which it meets.
    spontaneous : SpontaneousFiring or None
        Spikes of the cell at its holding current in all sweeps of the file, None without spikes.
    notes : tuple of str
        Sentences about spontaneous firing, and about movements of the potential at constant current.

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
        """Description of the stimulus and the firing of the recording in words."""
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
"""Range of a small current in A. A fluctuation below a tenth of it is noise of an amplifier instead of a stimulus."""
MAX_NOTES = 12
"""Maximum number of listed movements."""


def made_of(
    sweeps: Sequence[Data],
    settings: Settings,
    source: str,
    current_unit: str,
    holdout: Sequence[Data] = (),
    others: Sequence[Data] = (),
    holding: float | None = None,
) -> RecordedPattern:
    """Return the pattern of checked sweeps for :func:`from_recording`.

    Parameters
    ----------
    others : sequence of Data
        Unused sweeps of the file.
    holding : float, optional
        Holding current, if it is that of another pattern.
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
    with untried():  # skip the tests, because unit tests cover these functions
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
    """Return the length and the number of spikes in words, and the protocol of a single sweep."""
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
    """Return the sentence about the important parts of the target."""
    train = next((g.train() for g in groups if g.train().size), np.empty(0))
    if not train.size:
        return tr("Look for a trace that follows the target without a spike.")
    return tr(
        "Look for spikes at the same times as in the target. Its first spike is at {time} ms.",
        time=number(train[0], 3),
    )


def _notes(stimulus: Stimulus, unit: str) -> tuple[str, ...]:
    """Return sentences about spontaneous firing, and about movements of the potential at constant current."""
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
