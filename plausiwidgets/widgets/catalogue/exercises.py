"""Exercises as data for the app."""

from __future__ import annotations

from collections.abc import Mapping

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.pattern import COMMON
from plausiwidgets.teaching.exercises import Exercise


def exercise_data(
    exercise: Exercise, model: NeuronModel, pattern: Judged, start: Mapping[str, float], dt: float
) -> dict[str, object]:
    """Return the data of an exercise for JSON, without its hidden parameters.

    Parameters
    ----------
    start : mapping of str to float
        Values of all parameters at the start.
    dt : float
        Time step in ms.
    """
    known = pattern.parameters(model)
    keys = "+".join(part.key for part in pattern.components.values())
    about = {".mystery": exercise.link.partition("=")[2]} if exercise.link else {".pattern": keys}
    return {
        "question": exercise.question,
        "hints": list(exercise.hints),
        "free": list(exercise.free or known),
        "about": {".model": model.key, **about},
        "defaults": {name: float(p.default) for name, p in known.items()},
        # Every neuron at rest meets these criteria, so they earn no points.
        "common": list(COMMON) if exercise.link else None,
        "start": {"values": list(start.items()), "dt": dt},
        "shared": None,
    }
