"""First parameter sets of a model and a pattern: one that is known to show it, or one to be tuned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from plausiwidgets.analysis.known import known_sets as all_known_sets
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.protocol import usual_current
from plausiwidgets.patterns.registry import argument_against
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.session.link import reach, read_query
from plausiwidgets.widgets.session.selection import Origin, Selection
from plausiwidgets.widgets.session.session import Session
from plausiwidgets.widgets.session.slider import STEPS, dragged

MOVED = 3
"""Number of parameters that are moved at once: few enough to be found again by hand."""

ATTEMPTS = 40
"""Most further moves while the neuron still shows the pattern."""

AS_USUAL = marked(
    "The recorded current has another unit than this model: it is scaled to the usual current, by a factor to search."
)


def known_sets(model: NeuronModel, pattern: Protocol, found: Iterable[Selection] = ()) -> list[Selection]:
    """Return what is known of a model to show a pattern: published, its defaults, searched for, and `found` here."""
    plain = Selection.defaults(model, pattern)
    verified, own = Origin(tr("Found by a search, not published.")), Origin(tr("The defaults of the model."))
    known = [
        plain.with_preset(preset)
        if preset is not None
        else replace(plain.filled(values), origin=verified if values else own)
        for values, _, preset in all_known_sets(model, pattern)
    ]
    known = [one for i, one in enumerate(known) if all(one.values != other.values for other in known[:i])]
    known += [replace(one, origin=Origin(tr("Found by your search."))) for one in found if one.is_about(model, pattern)]
    return known if len(known) < 2 else [_counted(one, i + 1, len(known)) for i, one in enumerate(known)]


def begun_with(model: NeuronModel, pattern: Protocol, found: Iterable[Selection] = ()) -> Selection:
    """Return what a pick shows: the first known set, else one to be tuned."""
    known = known_sets(model, pattern, found)
    return known[0] if known else my_turn(model, pattern, (), 0)


def opened(
    query: str, model: NeuronModel, pattern: Protocol, dt: float | None = None
) -> tuple[Selection, tuple[str, ...]]:
    """Return what the page of a link shows, and notes, as :meth:`Selection.from_query`; without values, as a pick."""
    selection, notes = Selection.from_query(query, model, pattern, dt)
    if selection.locked or not isinstance(selection.pattern, Judged):
        return selection, notes
    link = read_query(query, model, pattern)
    if link.values or link.dt is not None:
        never = ruled_out(selection.model, selection.pattern)
        return replace(selection, origin=Origin(never) if never else Origin(shared=True)), notes
    picked = begun_with(selection.model, selection.pattern)
    return picked if dt is None else picked.with_dt(dt), notes


def _counted(selection: Selection, number: int, count: int) -> Selection:
    origin = selection.origin or Origin()
    return replace(
        selection,
        origin=replace(origin, text=origin.text[:-1] + tr("; set {number} of {count}.", number=number, count=count)),
    )


def ruled_out(model: NeuronModel, pattern: Protocol) -> str:
    """Return the argument by which no parameters of a model show a pattern, as a sentence; empty without one."""
    argument = argument_against(pattern, model)
    return f"{tr('No parameters can do it.')} {tr(argument)}" if argument else ""


def fitting(known: Iterable[Selection], exercise: Selection) -> list[Selection]:
    """Return those of the known sets that an exercise allows, locked as it is; all where nothing is locked."""
    return [one.within(exercise) for one in known if all(one.values[n] == exercise.values[n] for n in exercise.locked)]


def my_turn(
    model: NeuronModel, pattern: Protocol, known: Iterable[Selection], seed: int, locked: Sequence[str] = ()
) -> Selection:
    """Return a set to be tuned: a known one with some of its parameters moved, the same for the same seed.

    What is `locked` is not moved, and an exercise begins with it.

    Without a known set, and for a stimulus that is not judged, it is the model's defaults, which are no turn where an
    argument rules the pattern out. The judge goes on to
    :func:`moved_further` while the set shows the pattern or diverges: there must be something to be tuned.
    """
    solved = next(iter(known), None)
    if not isinstance(pattern, Judged):
        return Selection.defaults(model, pattern)
    if solved is None and not locked and (never := ruled_out(model, pattern)):
        return replace(Selection.defaults(model, pattern), origin=Origin(never))
    if solved is None:
        text = tr("No set of {title} is known to show this pattern: perhaps you find one.", title=tr(model.title))
        plain = _to_move(Selection.defaults(model, pattern), locked)
        return _begun(replace(plain, origin=Origin(text, solved=plain, seed=seed, attempt=0)))
    return _moved(_to_move(solved, locked), seed, 1)


def moved_further(selection: Selection) -> Selection | None:
    """Return what to try in place of a turn that shows the pattern or runs away; None for what is no turn."""
    origin = selection.origin
    if origin is None or origin.solved is None or origin.attempt >= ATTEMPTS:
        return None
    return _moved(origin.solved, origin.seed, origin.attempt + 1)


def to_be_tuned(turn: Selection, judge: Callable[[Selection], Verdict]) -> Selection:
    """Return the first turn, from `turn` on, that neither shows the pattern nor diverges, as `judge` finds."""
    while (verdict := judge(turn)).accepted or verdict.diverged:
        further = moved_further(turn)
        if further is None:
            break
        turn = further
    return turn


def stimulus_for(model: NeuronModel, shown: Selection) -> tuple[dict[str, float], bool]:
    """Return the stimulus values of what is shown for another neuron, and whether all are the same.

    Where its current has another unit, or one of the values is out of its reach, the currents are the pattern's
    defaults for it; those of given values are then the same share of the usual current. Times stay.
    """
    pattern = shown.pattern
    declared = pattern.stimulus_parameters(model)
    fits = all(low <= shown.values[name] <= high for name, p in declared.items() for low, high in (reach(p),))
    if fits and model.current.unit == shown.model.current.unit:
        return {name: shown.values[name] for name in declared}, True
    values = {}
    for value in pattern.free_values:
        values[value.key] = declared[value.key].default if value.of else shown.values[value.key]
        if value.of == "injected" and not isinstance(pattern, Judged):
            values[value.key] = shown.values[value.key] * usual_current(model) / usual_current(shown.model)
    return values, False


def with_stimulus(session: Session, model: NeuronModel, pattern: Protocol) -> Selection:
    """Return a stimulus that was applied, or the pattern that it replaced, as it was last shown with a model.

    The parameters of the model stay, but for those that an exercise locked: it goes on. Where a stimulus is new for
    it, the holding current of what is shown is taken; and where only the model is another one, all values of the
    stimulus as far as they fit it.
    """
    shown, recalled, last = session.selection, session.recalled(model, pattern), session.last_shown(model, pattern)
    if last is not None:
        return recalled.taking(last.locked, last).within(last)
    values: dict[str, float] = {}
    if pattern is shown.pattern:
        values, _ = stimulus_for(model, shown)
    elif model is shown.model and not isinstance(pattern, Judged) and "holding" in shown.pattern.free:
        values = {"holding": shown.values["holding"]}
    for name, value in values.items():
        recalled = recalled.with_value(name, value)
    return recalled


def with_recorded_current(session: Session, picked: Selection) -> Selection:
    """Return a pick of another model with the current of a recording as it is usual there, where its unit is another.

    It is the same share of the usual current as with the model that is shown, and its factor is free, as no unit says
    what it is. One that was shown with the picked model before, or found for it, stays.
    """
    shown, model = session.selection, picked.model
    if picked.pattern is not shown.pattern or model.current.unit == shown.model.current.unit:
        return picked
    ratio = usual_current(model) / usual_current(shown.model)
    values = {
        prefix + value.key: shown.values[prefix + value.key] * ratio
        for prefix, part in picked.pattern.components.items()
        for value in part.free_values
        if "current_scale" in part.free and (value.of == "injected" or value.key == "current_scale")
    }
    if not values or any(picked.values[name] != picked.parameters[name].default for name in values):
        return picked
    if session.last_shown(model, picked.pattern) is not None:
        return picked.taking(values, session.recalled(model, picked.pattern))
    for name, value in values.items():
        picked = picked.with_value(name, value)
    scales = [name for name in values if name.endswith("current_scale")]
    return replace(picked.with_free([*picked.free, *scales]), origin=Origin(tr(AS_USUAL)))


def _moved(solved: Selection, seed: int, attempt: int) -> Selection:
    random = np.random.default_rng([seed, attempt])
    names = [name for name in solved.values if name in solved.free]
    chosen = random.choice(names, size=min(MOVED, len(names)), replace=False).tolist() if names else []
    values = dict(solved.values)
    for name in chosen:
        parameter, (low, high) = solved.parameters[name], solved.bounds[name]
        here = float(parameter.to_unit(values[name], low, high))
        far = random.uniform(0.06, 0.12) + 0.012 * attempt  # no further than it takes
        away = far if here < 0.5 else -far  # there is always room on that side
        if 0.0 < here - away < 1.0 and random.random() < 0.5:
            away = -away
        place = min(max(here + away, 0.0), 1.0)
        values[name] = dragged(parameter, round(place * STEPS), low, high)
    text = tr("Practise: some parameters were moved. Drag them back to ▼, until every criterion holds.")
    moved = replace(solved.filled(values, solved.dt), origin=Origin(text, solved=solved, seed=seed, attempt=attempt))
    return _begun(moved)


def _to_move(selection: Selection, locked: Sequence[str]) -> Selection:
    """Return a set with what is locked, with which no exercise has begun: it is what solves one."""
    return replace(selection.with_locked(locked), begun=None) if locked else selection


def _begun(selection: Selection) -> Selection:
    return selection.with_locked(selection.locked) if selection.begun is None else selection
