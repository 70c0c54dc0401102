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

RESET_TIP = "Back to the defaults of model and stimulus: values, ranges, time step, and what Optimize may change"
UNDO_TIP = "Back to before the last model, pattern or preset, reset, “use best” or opened cell, ranges and ticks too"


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
    own_pattern : Pattern
        Offered beside the registered ones; of the same name, instead of it.
    """

    def __init__(self, lock: RLock, picked: Callable[[str, Any], None], own: NeuronModel, own_pattern: Pattern) -> None:
        self._lock = lock
        self._picked = picked
        self._quiet = True
        self._own, self._own_pattern = own, own_pattern
        self._models: dict[str, NeuronModel] = {}
        self._patterns: dict[str, Pattern] = {}
        self._model = w.Dropdown(description="Model", tooltip="The neuron model whose parameters you change")
        self._pattern = w.Dropdown(description="Pattern", tooltip="The firing pattern that the model is to show")
        self._preset = w.Dropdown(description="Presets", tooltip="Published parameters of this model")
        self._presets: Sequence[Preset] | None = None  # not (): a model without presets has this very object
        self.reset = w.Button(description="Reset", tooltip=RESET_TIP)
        self.undo = w.Button(description="Undo", disabled=True, tooltip=UNDO_TIP)
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
                registered = {name: models.get(name) for name in models.names()}
                if registered.get(model.name) is not model:
                    self._own = model
                self._models = registered | {self._own.name: self._own}
                known = {key: patterns.get(key) for key in patterns.names()}
                if known.get(pattern.key) is not pattern:
                    self._own_pattern = pattern
                self._patterns = known | {self._own_pattern.key: self._own_pattern}
                _choose(self._model, [(m.title, name) for name, m in self._models.items()], model.name)
                firing = [(f"{p.letter}  {p.title}", key) for key, p in self._patterns.items()]
                _choose(self._pattern, firing, pattern.key)
                if self._presets is not model.presets:
                    self._presets = model.presets
                    titles = [(preset.title, i) for i, preset in enumerate(model.presets)]
                    self._preset.options = [(PROMPT if titles else "none published", -1), *titles]
                    self._preset.disabled = not titles
                self._preset.value = -1
                self._text.value = explanation(model, pattern)
            finally:
                self._quiet = False

    def model(self, name: str) -> NeuronModel:
        """Return a model that is offered; a ValueError lists the valid names."""
        return self._models.get(name) or models.get(name)

    def pattern(self, key: str) -> Pattern:
        """Return a pattern that is offered; a ValueError lists the valid keys."""
        return self._patterns.get(key) or patterns.get(key)

    def _observer(self, what: str) -> Callable[[Any], None]:
        def chosen(change: Any) -> None:
            with self._lock:
                if self._quiet or change["new"] is None:
                    return
                value = change["new"]
                if what == "model":
                    self._picked(what, self._models[value])
                elif what == "pattern":
                    self._picked(what, self._patterns[value])
                elif value >= 0 and self._presets:
                    self._picked(what, (self._presets or ())[value])

        return chosen


def _choose(menu: Any, options: list[tuple[str, str]], value: str) -> None:
    if tuple(options) != menu.options:
        menu.options = options
    menu.value = value


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
