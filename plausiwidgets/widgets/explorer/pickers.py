"""The head of the explorer: which model, pattern and published parameters, what they are, and the ways back."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel, Preset
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets.explorer.messages import MessageLine
from plausiwidgets.widgets.explorer.selection import Selection
from plausiwidgets.widgets.explorer.session import Panel, Session

PROMPT = "published parameters …"

RESET_TIP = "Back to the defaults of model and stimulus: values, ranges, time step, and what Optimize may change"
UNDO_TIP = "Back to before the last model, pattern or preset, reset, “use best” or opened cell, ranges and ticks too"


class Pickers(Panel):
    """Menus for model, pattern and published parameters, with an explanation of what is picked.

    They offer what is registered, and beside it the model and the pattern of one's own that were shown last.

    Attributes
    ----------
    bar : tuple of ipywidgets.Widget
        The menus for model and pattern, the patterns before and after, and undo.
    published : tuple of ipywidgets.Widget
        The menu of published parameters, and reset: they stand with the sliders.
    view : ipywidgets.Widget
        What to look for; the rest of the text opens on demand.
    """

    def __init__(self, session: Session, messages: MessageLine) -> None:
        self._session = session
        self._messages = messages
        self._quiet = False
        first = session.selection
        self._own, self._own_pattern = first.model, first.pattern
        self._models: dict[str, NeuronModel] = {}
        self._patterns: dict[str, Pattern] = {}
        self._presets: Sequence[Preset] | None = None  # not (): a model without presets has this very object
        self._model = w.Dropdown(description="Model", tooltip="The neuron model whose parameters you change")
        self._pattern = w.Dropdown(description="Pattern", tooltip="The firing pattern that the model is to show")
        self._preset = w.Dropdown(description="Presets", tooltip="Published parameters of this model")
        self._reset = w.Button(description="Reset", tooltip=RESET_TIP)
        self._undo = w.Button(description="Undo", disabled=True, tooltip=UNDO_TIP)
        before = w.Button(description="◂", tooltip="The pattern before")
        after = w.Button(description="▸", tooltip="The next pattern")
        for button, step in ((before, -1), (after, 1)):
            button.add_class("pw-step")
            button.on_click(lambda _, step=step: self._on_step(step))
        self._model.add_class("pw-pick-model")
        self._pattern.add_class("pw-pick-pattern")
        self._undo.add_class("pw-undo")
        self.bar = (self._model, before, self._pattern, after, self._undo)
        self.published = (self._preset, self._reset)
        self.view = w.HTML()
        self.view.add_class("pw-explain")
        for menu, picked in (
            (self._model, self._picked_model),
            (self._pattern, self._picked_pattern),
            (self._preset, self._picked_preset),
        ):
            menu.observe(lambda _, menu=menu, picked=picked: self._on_menu(menu, picked), "value")
        self._reset.on_click(lambda _: self._try(self._on_reset))
        self._undo.on_click(lambda _: self._try(session.undo))

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show what is picked."""
        self._undo.disabled = not self._session.can_undo
        if not jumped:
            return
        model, pattern = selection.model, selection.pattern
        self._quiet = True
        try:
            known = {name: models.get(name) for name in models.names()}
            if known.get(model.name) is not model:
                self._own = model
            self._models = known | {self._own.name: self._own}
            known_patterns = {key: patterns.get(key) for key in patterns.names()}
            if known_patterns.get(pattern.key) is not pattern:
                self._own_pattern = pattern
            self._patterns = known_patterns | {self._own_pattern.key: self._own_pattern}
            _choose(self._model, [(m.title, name) for name, m in self._models.items()], model.name)
            _choose(self._pattern, [(_heading(p), key) for key, p in self._patterns.items()], pattern.key)
            if self._presets is not model.presets:
                self._presets = model.presets
                titles = [(preset.title, i) for i, preset in enumerate(model.presets)]
                self._preset.options = [(PROMPT if titles else "none published", -1), *titles]
                self._preset.disabled = not titles
            self._preset.value = -1
            self.view.value = explanation(model, pattern)
        finally:
            self._quiet = False

    def pick(self, pattern: Pattern) -> None:
        """Show a pattern as if it were picked from its menu."""
        self._pattern.value = pattern.key

    # -- events ----------------------------------------------------------------------------------

    def _on_menu(self, menu: w.Dropdown, picked: Callable[[], Selection]) -> None:
        with self._session.lock:
            if not self._quiet and menu.value not in (None, -1):
                self._try(lambda: self._session.show(picked()))

    def _on_step(self, step: int) -> None:
        keys = list(self._patterns)
        self._pattern.value = keys[(keys.index(self._pattern.value) + step) % len(keys)]

    def _picked_model(self) -> Selection:
        return self._session.recalled(self._models[self._model.value], self._session.selection.pattern)

    def _picked_pattern(self) -> Selection:
        return self._session.recalled(self._session.selection.model, self._patterns[self._pattern.value])

    def _picked_preset(self) -> Selection:
        selection = self._session.selection
        preset = selection.model.presets[self._preset.value]
        pattern = selection.pattern
        if preset.pattern:
            pattern = self._patterns.get(preset.pattern) or patterns.get(preset.pattern)
        return self._session.recalled(selection.model, pattern).with_preset(preset)

    def _on_reset(self) -> None:
        with self._session.lock:
            selection = self._session.selection
            self._session.show(Selection.defaults(selection.model, selection.pattern))

    def _try(self, action: Callable[[], None]) -> None:
        """Do what a person asked for, or say why not."""
        self._messages.clear()
        try:
            action()
        except Exception as error:
            self.on_selection(self._session.selection, True)  # a menu may show what could not be
            self._messages.error("pick", error)


def _choose(menu: w.Dropdown, options: list[tuple[str, str]], value: str) -> None:
    if tuple(options) != menu.options:
        menu.options = options
    menu.value = value


def _heading(pattern: Pattern) -> str:
    return f"{pattern.letter}  {pattern.title}".strip()


def explanation(model: NeuronModel, pattern: Pattern) -> str:
    """Return what to look for as HTML, with the texts of model and pattern behind a mark that opens them."""
    look = pattern.look_for.strip() or f"{pattern.title}."
    title = " · ".join(part for part in (pattern.letter, pattern.title) if part)
    texts = [
        (title, pattern.description, pattern.source),
        ("What matters", pattern.parameter_hint, pattern.function),
        (model.title, model.description, model.source),
    ]
    more = "".join(
        f"<h4>{html.escape(head)}</h4><p>{html.escape(text)}</p>"
        + (f'<p class="pw-source">{html.escape(source)}</p>' if source else "")
        for head, text, source in texts
        if text
    )
    return (
        f'<details class="pw-about"><summary aria-label="About this pattern and this model">?</summary>'
        f'<div>{more}</div></details><p class="pw-look-for">{html.escape(look)}</p>'
    )
