"""Models and patterns by the names that a page uses, for registered and custom objects."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.registry import is_registered
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.widgets.handlers.selection import Selection

T = TypeVar("T")

TOGETHER = "_and_"
"""Separator between the keys of several patterns that one neuron should show."""


class Known:
    """Registry of the models and patterns that a page may name.

    A custom object has its own name. If that name is in use, a number is added.

    Attributes
    ----------
    exercises : dict of str to Exercise
        Exercises that the app has started, by the name of their pattern.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> known = Known()
    >>> known.name_of_pattern(pw.patterns.get("tonic_spiking")), known.model("adex").key
    ('tonic_spiking', 'adex')
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._models: dict[str, NeuronModel] = {}
        self._patterns: dict[str, Protocol] = {}
        self.exercises: dict[str, Exercise] = {}

    def name_of_model(self, model: NeuronModel) -> str:
        """Return the name of a model. A custom model is registered under this name."""
        if model.key in models.names() and models.get(model.key) is model:
            return model.key
        return self._name(self._models, model, model.key, taken=model.key in models.names())

    def name_of_pattern(self, pattern: Protocol, again: str = "") -> str:
        """Return the name of a pattern. A custom pattern is registered under this name.

        Parameters
        ----------
        again : str, optional
            Name that the page already uses, because a process that has ended created the pattern before.
        """
        if is_registered(pattern):
            return pattern.key
        if again and not is_registered(again):
            with self._lock:
                self._patterns[again] = pattern
            return again
        return self._name(self._patterns, pattern, pattern.key, taken=is_registered(pattern.key))

    def model(self, name: str) -> NeuronModel:
        """Return the model with a name.

        Raises
        ------
        ValueError
            For an unknown name.
        """
        with self._lock:
            found = self._models.get(name)
            own = list(self._models)
        if found is None and name not in models.names():
            raise unknown("", "model", name, [*models.names(), *own])
        return models.get(name) if found is None else found

    def pattern(self, name: str) -> Protocol:
        """Return the pattern with a name, which may be several patterns joined by `TOGETHER`.

        Raises
        ------
        ValueError
            For an unknown name.
        """
        with self._lock:
            found = self._patterns.get(name)
            own = list(self._patterns)
        if found is not None:
            return found
        if is_registered(name):
            return patterns.get(name)
        keys = name.split(TOGETHER)
        if len(keys) > 1 and all(map(is_registered, keys)):
            together = patterns.all_of(*keys)
            self._name(self._patterns, together, together.key, taken=False)  # Later calls return the same object.
            return self.pattern(name)
        raise unknown("", "pattern", name, [*patterns.names(), *own])

    def step_of(self, selection: Selection) -> dict[str, object]:
        """Return the data of a selection for a page, without its ranges."""
        return {
            "model": self.name_of_model(selection.model),
            "pattern": self.name_of_pattern(selection.pattern),
            "values": dict(selection.values),
            "dt": selection.dt,
        }

    def _name(self, known: dict[str, T], thing: T, name: str, taken: bool) -> str:
        with self._lock:
            for other, one in known.items():
                if one is thing:
                    return other
            number, free = 1, name
            while free in known or (taken and number == 1):
                number += 1
                free = f"{name}#{number}"
            known[free] = thing
            return free


def ranges_of(selection: Selection) -> dict[str, object]:
    """Return the changed ranges, the parameters that a search keeps fixed, and the locked parameters of a selection."""
    usual = {name: (parameter.low, parameter.high) for name, parameter in selection.parameters.items()}
    return {
        "bounds": {name: list(ends) for name, ends in selection.bounds.items() if ends != usual[name]},
        "fixed": [name for name in selection.fixed if name not in selection.locked],
        "locked": list(selection.locked),
    }
