"""Requests for a mystery, a neuron whose hidden parameters the user finds by hand."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from plausiwidgets import models
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.registry import is_registered
from plausiwidgets.patterns.stimuli import constructor
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.mysteries import mystery as hidden_neuron
from plausiwidgets.widgets.catalogue.exercises import exercise_data
from plausiwidgets.widgets.handlers.lookup import Known
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

SEEDS = 10_000
"""Number of seeds of new mysteries. A seed below this number is short enough to read aloud in a class."""


def in_link(text: str) -> tuple[str, str, int]:
    """Return the model, the pattern and the seed of a text ``model.pattern.seed``.

    Raises
    ------
    ValueError
        If the text does not have this form.

    Examples
    --------
    >>> in_link("lif.tonic_spiking.1")
    ('lif', 'tonic_spiking', 1)
    """
    parts = text.split(".")
    if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 8):
        raise ValueError(f"the mystery of the link must have the form model.pattern.seed, got {text[:40]!r}.")
    return parts[0], parts[1], int(parts[2])


def mystery(handlers: Handlers, request: Request) -> None:
    """Create a mystery and send its exercise.

    If the shown pattern already belongs to a mystery, the new mystery is about the same original pattern.
    """
    model, about = handlers.known.model(request["model"]), handlers.known.pattern(request["pattern"])
    former = handlers.known.exercises.get(request["pattern"])
    seed = SystemRandom().randrange(SEEDS) if request["seed"] is None else request["seed"]

    def work(request: Request, checkpoint: Checkpoint) -> None:
        hidden = hidden_neuron(model, (former and former.about) or about, seed)
        start = begun(handlers.known, hidden, request.fields.get("again", ""))
        name = handlers.known.name_of_pattern(start.pattern)
        request.reply("done", pattern=name, seed=seed, exercise=exercise_sent(hidden))

    handlers.work(request, Priority.FIGURE, work)


def begun(known: Known, exercise: Exercise, again: str = "") -> Selection:
    """Register an exercise and return its start.

    Parameters
    ----------
    again : str, optional
        Name that the page already uses for the pattern of the exercise.
    """
    start = start_of(exercise)
    known.exercises[known.name_of_pattern(start.pattern, again)] = exercise
    return start


def start_of(exercise: Exercise) -> Selection:
    """Return the start of an exercise, with all but its free parameters locked.

    Raises
    ------
    ValueError
        If the exercise has no model or no pattern.
    """
    if exercise.model is None or exercise.pattern is None:
        raise ValueError("the exercise must have a model and a pattern, as those of teaching.mystery have.")
    start = Selection.of(exercise.model, exercise.pattern, exercise.start, exercise.dt)
    return start.with_locked(name for name in start.values if name not in exercise.free)


def exercise_sent(exercise: Exercise) -> dict[str, object]:
    """Return the data of an exercise for a page, with a link and a line of Python to share it."""
    start, about = start_of(exercise), exercise.about
    data = exercise_data(exercise, start.model, judged(start.pattern, "used in an exercise"), start.values, start.dt)
    if about is None or exercise.seed is None:
        return data
    is_linked = is_registered(about) and start.model.key in models.names()
    python = python_of(start.model, about, exercise.seed)
    return data | {"shared": {"link": exercise.link if is_linked else "", "python": python}}


def reveal(handlers: Handlers, request: Request) -> None:
    """Send the hidden parameters of a mystery."""
    hidden = handlers.known.exercises.get(request["pattern"])
    if hidden is None:
        raise ValueError(f"reveal: pattern must be a mystery of this app, got {request['pattern']!r}.")
    request.reply(values={name: float(value) for name, value in hidden.reveal().items()})


def python_of(model: NeuronModel, about: Protocol, seed: int) -> str:
    """Return a line of Python that opens an explorer with the mystery of a seed."""
    return f'pw.Explorer("{model.key}", {constructor(about)}, mystery={seed})'
