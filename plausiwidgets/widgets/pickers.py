"""The head of the explorer: what is looked at, what it is, and the ways back."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel, Preset
from plausiwidgets.patterns import Pattern

PROMPT = "published parameters …"


class Pickers:
    """Menus for model, pattern and published parameters, with an explanation of what is picked.

    Parameters
    ----------
    lock : RLock
        The explorer's.
    picked : callable
        ``picked(what, value)`` with ``("model", NeuronModel)``, ``("pattern", Pattern)`` or
        ``("preset", Preset)``, after a person chose.
    own : NeuronModel
        Offered beside the registered models.
    """

    def __init__(self, lock: RLock, picked: Callable[[str, Any], None], own: NeuronModel) -> None:
        self._lock = lock
        self._picked = picked
        self._quiet = True
        self._own = own
        self._model = w.Dropdown(description="Model", tooltip="The neuron model whose parameters you change")
        options = [(f"{p.letter}  {p.title}", key) for key in patterns.names() for p in [patterns.get(key)]]
        self._pattern = w.Dropdown(
            description="Pattern", options=options, tooltip="The firing pattern that the model is to show"
        )
        self._preset = w.Dropdown(description="Presets", tooltip="Published parameters of this model")
        self._presets: Sequence[Preset] | None = None  # not (): a model without presets has this very object
        self.reset = w.Button(description="Reset", tooltip="Back to the default parameters of model and stimulus")
        self.undo = w.Button(
            description="Undo", disabled=True, tooltip="Back to what was before the last preset, reset or “use best”"
        )
        self._text = w.HTML()
        self._text.add_class("pw-explain")
        for widget, what in ((self._model, "model"), (self._pattern, "pattern"), (self._preset, "preset")):
            widget.add_class(f"pw-pick-{what}")
            widget.observe(self._observer(what), "value")
        self.bar = (self._model, self._pattern, self._preset, self.reset, self.undo)
        self.text = self._text

    def show(self, model: NeuronModel, pattern: Pattern) -> None:
        """Show what is picked; calls nobody back."""
        with self._lock:
            self._quiet = True
            try:
                if model.name not in models.names() or models.get(model.name) is not model:
                    self._own = model
                choices = {name: models.get(name) for name in models.names()}
                if self._own.name not in choices or choices[self._own.name] is not self._own:
                    choices[self._own.name] = self._own
                self._choices = choices
                options = [(m.title, name) for name, m in choices.items()]
                if tuple(options) != self._model.options:
                    self._model.options = options
                self._model.value = model.name
                self._pattern.value = pattern.key
                if self._presets is not model.presets:
                    self._presets = model.presets
                    titles = [(preset.title, i) for i, preset in enumerate(model.presets)]
                    self._preset.options = [(PROMPT if titles else "none published", -1), *titles]
                    self._preset.disabled = not titles
                self._preset.value = -1
                self._text.value = explanation(model, pattern)
            finally:
                self._quiet = False

    def _observer(self, what: str) -> Callable[[Any], None]:
        def chosen(change: Any) -> None:
            with self._lock:
                if self._quiet or change["new"] is None:
                    return
                value = change["new"]
                if what == "model":
                    self._picked(what, self._choices[value])
                elif what == "pattern":
                    self._picked(what, patterns.get(value))
                elif value >= 0 and self._presets:
                    self._picked(what, (self._presets or ())[value])

        return chosen


def explanation(model: NeuronModel, pattern: Pattern) -> str:
    """Return model, pattern and what to look for as HTML."""
    look = pattern.look_for.removeprefix("Look for").strip()
    lines = [
        (model.source, [(f"{model.title}.", model.description)]),
        (pattern.source, [(f"{pattern.letter} · {pattern.title}.", pattern.description), ("Look for", look)]),
        (pattern.function, [("What matters:", pattern.parameter_hint)]),
    ]
    return "".join(
        f'<p title="{html.escape(tip)}">'
        + " ".join(f"<b>{html.escape(head)}</b> {html.escape(text)}" for head, text in parts if text)
        + "</p>"
        for tip, parts in lines
    )
