"""Descriptions of a model and a pattern for the app, in the form of its catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plausiwidgets.engine.javascript.module import neuron_object
from plausiwidgets.engine.lanes import Checkpoint, NotCompilableError
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.stimuli import GivenCurrent
from plausiwidgets.widgets.catalogue import contents
from plausiwidgets.widgets.handlers.link import samples_of
from plausiwidgets.widgets.handlers.script import preamble
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request


def outlined(model: NeuronModel, pattern: Protocol, name: str, key: str) -> dict[str, object]:
    """Return the outline of a custom model or pattern, without simulating, compiling or calling its step."""
    entry = _entry(model, pattern, name, key, simulate=False)
    entry["patterns"][key]["outlined"] = True
    return entry


def described(model: NeuronModel, pattern: Protocol, name: str, key: str) -> tuple[dict[str, object], str]:
    """Return the catalogue entry of a model and a pattern, and the reason if the model has no JavaScript.

    The entry uses the page's names. The reason is empty for a model with JavaScript.
    """
    try:
        neuron_object(model)
    except NotCompilableError as error:
        return _entry(model, pattern, name, key, simulate=False), str(error)
    return _entry(model, pattern, name, key, simulate=True), ""


def _entry(model: NeuronModel, pattern: Protocol, name: str, key: str, simulate: bool) -> dict[str, Any]:
    from plausiwidgets.widgets.catalogue.generate import describe as entry

    shared, own, neurons = entry(model, [pattern], verify=False, simulate=simulate)
    if not simulate:
        neurons = {called: neuron for called, neuron in neurons.items() if neuron is not model}
    own["patterns"] = {key: own["patterns"][pattern.key]}
    own["model"] = own["model"] | {"name": name}
    if before := preamble(model, pattern):
        own["patterns"][key]["before"] = before
    if isinstance(pattern, GivenCurrent):
        own["patterns"][key]["link"] = samples_of(pattern)
    if not contents.is_stored(pattern):
        own["shared"] = {key: shared[pattern.key] | {"key": key}}
    code = {name if neuron is model else called: neuron_object(neuron) for called, neuron in neurons.items()}
    return own | {"code": code}


def describe(handlers: Handlers, request: Request) -> None:
    """Send the outline of a custom model or pattern immediately, and the whole entry when it is complete.

    The second part takes seconds, because the parameter sets are simulated and evaluated. Packaged entries are sent at
    once.
    """
    model, pattern = handlers.known.model(request["model"]), handlers.known.pattern(request["pattern"])

    def work(request: Request, checkpoint: Checkpoint) -> None:
        data, why = described(model, pattern, request["model"], request["pattern"])
        request.reply(data=data, why=why)

    if contents.is_packaged(model) and contents.is_stored(pattern):
        request.reply(data=contents.packaged(model.key), why="")
    else:
        request.reply("running", data=outlined(model, pattern, request["model"], request["pattern"]), why="")
        handlers.work(request, Priority.FIGURE, work)
