"""The bar of the explorer: model and pattern, what to begin with, undo and redo."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel, Preset
from plausiwidgets.patterns import Protocol, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.judge import single
from plausiwidgets.patterns.registry import argument_against
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.explorer.judging import judge_quickly
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.starts import (
    begun_with,
    fitting,
    known_sets,
    my_turn,
    ruled_out,
    to_be_tuned,
    with_recorded_current,
    with_stimulus,
)
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.panel import Host, Panel, Part

PROMPT = marked("published parameters …")

SHOW_TIP = marked("Parameters that are published for this pattern, else known to show it; press again for the next set")
TURN_TIP = marked("Start near such a set, and tune the parameters until every criterion holds")
TURN_NOTE = marked("Looking for a start from which there is something to tune …")
KEEP_TIP = marked(
    "A picked model or pattern keeps the values that you gave it, instead of a set that is known to show it"
)
RESET_TIP = marked(
    "Back to the defaults of model and stimulus: values, ranges, time step, and what Optimize may change; "
    "an exercise goes back to where it began"
)
UNDO_TIP = marked("Back to before the last drag, typed value, pick or reset, ranges and ticks too")
REDO_TIP = marked("Take back the last undo")

NO_PATTERN = marked("A custom stimulus is shown: no parameters are known for it. Pick a pattern.")


class Pickers(Panel):
    """Menus for model, pattern and published parameters, and what there is to begin with.

    They offer what is registered, and the custom model and pattern that were shown last.
    A pick shows the pattern, with parameters that are known to show it where there are any.

    Attributes
    ----------
    published : tuple of ipywidgets.Widget
        The menu of published parameters, and reset: they stand with the sliders.
    view : ipywidgets.Widget
        What to look for; the rest of the text opens on demand.
    """

    place = "look"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._session = session = explorer.session
        self._quiet = False
        self._turns = 0
        self._shown: Selection | None = None  # by “Show me”
        first = session.selection
        self._own, self._own_pattern = first.model, first.pattern if isinstance(first.pattern, Judged) else None
        self._models: dict[str, NeuronModel] = {}
        self._patterns: dict[str, Protocol] = {}
        self._presets: Sequence[Preset] | None = None  # not (): a model without presets has this very object
        shared = {"layout": w.Layout(), "style": w.ButtonStyle()}  # each is a message of its own to the page
        self._model = w.Dropdown(description=tr("Model"), tooltip=tr("The neuron model whose parameters you change"))
        self._pattern = w.Dropdown(
            description=tr("Pattern"), tooltip=tr("The firing pattern that the model is to show")
        )
        self._preset = w.Dropdown(description=tr("Presets"), tooltip=tr("Published parameters of this model"))
        self._reset = w.Button(**shared, description=tr("Reset"), tooltip=tr(RESET_TIP))
        self._undo = w.Button(**shared, description=tr("Undo"), disabled=True, tooltip=tr(UNDO_TIP))
        self._redo = w.Button(**shared, description=tr("Redo"), disabled=True, tooltip=tr(REDO_TIP))
        self._show = w.Button(**shared, description=tr("Show me"), tooltip=tr(SHOW_TIP))
        self._turn = w.Button(**shared, description=tr("Practise"), tooltip=tr(TURN_TIP), button_style="primary")
        self._keep = w.ToggleButton(False, description=tr("Carry values"), tooltip=tr(KEEP_TIP))
        before = w.Button(**shared, description="◂", tooltip=tr("The pattern before"))
        after = w.Button(**shared, description="▸", tooltip=tr("The next pattern"))
        for widget, name in (
            (self._model, "pick-model"), (before, "step"), (self._pattern, "pick-pattern"), (after, "step"),
            (self._show, "show"), (self._turn, "turn"), (self._keep, "keep"),
            (self._undo, "undo"), (self._redo, "redo"), (self._reset, "reset"),
        ):  # fmt: skip
            widget.add_class(f"pw-{name}")
        self._menus = (self._model, before, self._pattern, after)
        self._buttons = (self._show, self._turn, self._keep, self._undo, self._redo)
        self.published = (self._preset, self._reset)
        self.view = w.HTML()
        self.view.add_class("pw-explain")
        for menu, picked in (
            (self._model, self._picked_model),
            (self._pattern, self._picked_pattern),
            (self._preset, self._picked_preset),
        ):
            menu.observe(lambda _, menu=menu, picked=picked: self._on_menu(menu, picked), "value")
        for button, action in (
            (before, lambda: self._on_step(-1)),
            (after, lambda: self._on_step(1)),
            (self._reset, self._on_reset),
            (self._show, lambda: self._on_known(practise=False)),
            (self._turn, lambda: self._on_known(practise=True)),
            (self._undo, session.undo),
            (self._redo, session.redo),
        ):
            button.on_click(lambda _, action=action: self._try(action))

    @property
    def parts(self) -> Iterable[Part]:
        """The menus and buttons of the bar, and what to look for."""
        menus = (Part("bar", one, -2) for one in self._menus)
        return (*menus, *(Part("bar", one) for one in self._buttons), *super().parts)

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show what is picked."""
        self._undo.disabled = not self._session.can_undo
        self._redo.disabled = not self._session.can_redo
        if not jumped:
            return
        model, pattern = selection.model, selection.pattern
        self._quiet = True
        try:
            known = {name: models.get(name) for name in models.names()}
            if known.get(model.key) is not model:
                self._own = model
            self._models = known | {self._own.key: self._own}
            known_patterns = {key: patterns.get(key) for key in patterns.names()}
            if isinstance(pattern, Judged) and known_patterns.get(pattern.key) is not pattern:
                self._own_pattern = pattern
            shown = () if isinstance(pattern, Judged) else (pattern,)  # a stimulus is listed as long as it is shown
            own = (*shown, *(() if self._own_pattern is None else (self._own_pattern,)))
            self._patterns = known_patterns | {one.key: one for one in own}
            _choose(self._model, [(tr(m.title), name) for name, m in self._models.items()], model.key)
            _choose(self._pattern, [(_heading(p), key) for key, p in self._patterns.items()], pattern.key)
            if self._presets is not model.presets:
                self._presets = model.presets
                titles = [(tr(preset.title), i) for i, preset in enumerate(model.presets)]
                self._preset.options = [(tr(PROMPT) if titles else tr("none published"), -1), *titles]
                self._preset.disabled = not titles
            self._preset.value = -1
            if selection.origin is not None and selection.origin.preset in model.presets:
                self._preset.value = model.presets.index(selection.origin.preset)
            self.view.value = explanation(model, pattern)
        finally:
            self._quiet = False

    def pick(self, pattern: Protocol) -> None:
        """Show a pattern as if it were picked from its menu."""
        self._pattern.value = pattern.key

    # -- events ----------------------------------------------------------------------------------

    def _on_menu(self, menu: w.Dropdown, picked: Callable[[], Selection]) -> None:
        with self._session.lock:
            if not self._quiet and menu.value not in (None, -1):
                self._try(lambda: self._session.pick(picked()))

    def _on_step(self, step: int) -> None:
        keys = list(self._patterns)
        self._pattern.value = keys[(keys.index(self._pattern.value) + step) % len(keys)]

    def _picked_model(self) -> Selection:
        model, pattern = self._models[self._model.value], self._session.selection.pattern
        begun = self._begin(model, pattern)
        return with_recorded_current(self._session, begun) if self._session.start(model, pattern) is None else begun

    def _picked_pattern(self) -> Selection:
        return self._begin(self._session.selection.model, self._patterns[self._pattern.value])

    def _picked_preset(self) -> Selection:
        selection = self._session.selection
        preset = selection.model.presets[self._preset.value]
        pattern = selection.pattern
        if preset.pattern and isinstance(pattern, Judged):  # an applied stimulus stays
            pattern = self._patterns.get(preset.pattern) or patterns.get(preset.pattern)
        recalled = self._session.recalled(selection.model, pattern)
        picked = recalled.with_preset(preset)
        return picked if isinstance(pattern, Judged) else picked.taking(pattern.free, recalled)

    def _begin(self, model: NeuronModel, pattern: Protocol) -> Selection:
        """Return what a pick shows: never a mixture of one set with the stimulus or time step of another."""
        if not isinstance(pattern, Judged):
            return with_stimulus(self._session, model, pattern)
        start = self._session.start(model, pattern)
        if start is not None:
            return start
        if self._keep.value:
            return self._session.recalled(model, pattern)
        return begun_with(model, pattern, self.explorer.panel(Searches).found())

    def _on_known(self, practise: bool) -> None:
        """Show the first of the known sets, and the next where that one is shown; or one near it to be tuned."""
        with self._session.lock:
            shown = self._session.selection
            if not isinstance(shown.pattern, Judged):
                self.explorer.messages.note(tr(NO_PATTERN))
                return
            start = self._session.start(shown.model, shown.pattern)
            if practise and start is not None:
                self._session.show(start)
                return
            found = self.explorer.panel(Searches).found()
            known = fitting(known_sets(shown.model, shown.pattern, found), shown)  # those that an exercise allows
            never = argument_against(shown.pattern, shown.model)
            if practise and not never and (known or not shown.locked):
                self._turns += 1
                turn = my_turn(shown.model, shown.pattern, known, self._turns)
                self.explorer.messages.note(tr(TURN_NOTE))
                self.explorer.worker.ask("practise", Priority.DRAG, lambda checkpoint: self._practise(turn, checkpoint))
            elif known:
                at = next((i for i, one in enumerate(known) if one.values == shown.values), -1)
                self._shown = known[(at + 1) % len(known) if shown is self._shown else 0]
                self._session.show(self._shown)
            else:
                self.explorer.messages.note(_none_known(shown))

    def _practise(self, turn: Selection, checkpoint: Checkpoint) -> None:
        """Show the first start that there is something to tune of: sliders do not move before it is known."""
        record = (turn.model.states[0].key,)

        def judged(one: Selection) -> Verdict:
            checkpoint()
            return single(judge_quickly(one, record))

        start = to_be_tuned(turn, judged)
        checkpoint()
        with self._session.lock:
            if self._session.selection.is_about(turn.model, turn.pattern):
                self._session.show(start)

    def _on_reset(self) -> None:
        with self._session.lock:
            shown = self._session.selection
            start = self._session.start(shown.model, shown.pattern)
            start = Selection.defaults(shown.model, shown.pattern) if start is None else start
            self._session.show(shown.begun_again() if shown.locked else start)

    def _try(self, action: Callable[[], None]) -> None:
        """Do something, or say why not."""
        if not self.explorer.messages.attempt("pick", action):
            self.on_selection(self._session.selection, True)  # a menu may show what was refused


def _none_known(shown: Selection) -> str:
    if shown.locked:
        return tr("No known set has the values that this exercise locks: tune the others, or let Optimize search.")
    title = tr(shown.model.title)
    return ruled_out(shown.model, shown.pattern) or tr(
        "No set of {title} is known to show this pattern. Optimize searches for one.", title=title
    )


def _choose(menu: w.Dropdown, options: list[tuple[str, str]], value: str) -> None:
    if tuple(options) != menu.options:
        menu.options = options
    menu.value = value


def _heading(pattern: Protocol) -> str:
    return f"{pattern.letter}  {tr(pattern.title)}".strip()


def explanation(model: NeuronModel, pattern: Protocol) -> str:
    """Return what to look for as HTML, with the texts of model and pattern behind a mark that opens them."""
    look = tr(pattern.look_for.strip()) or f"{tr(pattern.title)}."
    title = " · ".join(part for part in (pattern.letter, tr(pattern.title)) if part)
    texts = [
        (title, pattern.description, pattern.source),
        (tr("What matters"), pattern.parameter_hint, pattern.function),
        (tr(model.title), model.description, model.source),
    ]
    more = "".join(
        f"<h4>{html.escape(head)}</h4><p>{html.escape(tr(text))}</p>"
        + (f'<p class="pw-source">{html.escape(tr(source))}</p>' if source else "")
        for head, text, source in texts
        if text
    )
    about = tr("About this pattern and this model")
    return (
        f'<details class="pw-about"><summary aria-label="{about}">?</summary>'
        f'<div>{more}</div></details><p class="pw-look-for" title="{html.escape(look)}">{html.escape(look)}</p>'
    )
