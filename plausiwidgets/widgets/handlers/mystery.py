"""A neuron with hidden parameters, to be matched by hand."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from plausiwidgets import models
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.pattern import COMMON
from plausiwidgets.patterns.registry import is_registered
from plausiwidgets.patterns.stimuli import constructor
from plausiwidgets.teaching.mysteries import Mystery
from plausiwidgets.teaching.mysteries import mystery as hidden_neuron
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

SEEDS = 10_000
"""Seeds from which a new mystery is drawn, short enough to be read aloud in a class."""


def in_link(text: str) -> tuple[str, str, int]:
    """Return model, pattern and seed of a link ``model.pattern.seed``. Raise a ValueError for another text.

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
    """Hide the parameters of a neuron. If a mystery is shown, hide those of another neuron with the same pattern."""
    model, about = handlers.known.model(request["model"]), handlers.known.pattern(request["pattern"])
    former = handlers.mysteries.get(request["pattern"])
    seed = SystemRandom().randrange(SEEDS) if request["seed"] is None else request["seed"]

    def work(request: Request, checkpoint: Checkpoint) -> None:
        hidden = hidden_neuron(model, about if former is None else former.about, seed)
        name = handlers.hidden(hidden, request.fields.get("again", ""))
        request.reply("done", None, values=dict(hidden.start), dt=hidden.dt, **outline(hidden, name))

    handlers.work(request, Priority.FIGURE, work)


def outline(hidden: Mystery, name: str) -> dict[str, object]:
    """Return the data that a page may have of a mystery whose pattern has a name."""
    is_linked = is_registered(hidden.about) and hidden.model.key in models.names()
    return {
        "pattern": name,
        "about": hidden.about.key,
        "moved": list(hidden.moved),
        "seed": hidden.seed,
        "common": list(COMMON),
        "link": hidden.link if is_linked else "",
        "python": python_line(hidden),
    }


def reveal(handlers: Handlers, request: Request) -> None:
    """Send the hidden parameters."""
    hidden = handlers.mysteries.get(request["pattern"])
    if hidden is None:
        raise ValueError(f"reveal: pattern must be a mystery of this app, got {request['pattern']!r}.")
    request.reply(values={name: float(value) for name, value in hidden.reveal().items()})


def python_line(hidden: Mystery) -> str:
    """Return a line of Python that opens an explorer of a mystery."""
    return python_of(hidden.model, hidden.about, hidden.seed)


def python_of(model: NeuronModel, about: Protocol, seed: int) -> str:
    """Return a line of Python that opens an explorer of the mystery of a seed."""
    return f'pw.Explorer("{model.key}", {constructor(about)}, mystery={seed})'
