"""What the app has to know of a model and a pattern, in the form of its catalogue."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from plausiwidgets import models
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.simulation.javascript.module import neuron_object
from plausiwidgets.simulation.lanes import Checkpoint, NotCompilable
from plausiwidgets.widgets.app import contents
from plausiwidgets.widgets.session.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked


def is_packaged(model: NeuronModel) -> bool:
    """Return whether the catalogue has a model."""
    return model.key in models.names() and models.get(model.key) is model and model.key in contents.model_names()


@cache
def packaged(name: str) -> dict[str, Any]:
    """Return the entry of a model in the catalogue."""
    found: dict[str, Any] = json.loads(contents.model_json(name))
    return found


def described(model: NeuronModel, pattern: Protocol, name: str, key: str) -> tuple[dict[str, Any], str]:
    """Return the entry of a model and a pattern under the names of a page, and why it has no JavaScript form."""
    if is_packaged(model) and is_builtin(pattern):
        return packaged(model.key), ""
    from plausiwidgets.widgets.app.catalogue import describe as entry

    shared, own, neurons = entry(model, [pattern], verify=False)  # a user waits for the first picture
    code, why = {}, ""
    for neuron in neurons.values():
        called = name if neuron is model else neuron.key
        try:
            code[called] = neuron_object(neuron)
        except NotCompilable as error:
            if neuron is model:
                why = str(error)
    own["patterns"] = {key: own["patterns"][pattern.key]}
    own["model"] = own["model"] | {"name": name}
    return own | {"shared": {key: shared[pattern.key] | {"key": key}}, "code": code}, why


def describe(answers: Answers, asked: Asked) -> None:
    """Tell what the app has to know; of what is custom its stored sets are judged first, which may take seconds."""
    model, pattern = answers.known.model(asked["model"]), answers.known.pattern(asked["pattern"])

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        data, why = described(model, pattern, asked["model"], asked["pattern"])
        asked.tell(data=data, why=why)

    if is_packaged(model) and is_builtin(pattern):
        asked.tell(data=packaged(model.key), why="")
    else:
        answers.work(asked, Priority.FIGURE, work)
