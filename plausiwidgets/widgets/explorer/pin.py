"""Compare: a pinned neuron stays in the figure while sliders, model and pattern change."""

from __future__ import annotations

import html
from collections.abc import Iterable

import ipywidgets as w

from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.judge import single
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.explorer.judging import judge_quickly
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.starts import stimulus_for
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.panel import Host, Panel, Part
from plausiwidgets.widgets.view.scene import target_title
from plausiwidgets.widgets.view.style import ROLE_TITLES

TIP = marked("Keep this neuron in the figure, to compare it with what you change")
LET_GO = marked("Remove the compared neuron from the figure")

EXAMPLE = marked("A neuron that shows the pattern: Izhikevich (2004), with its own current, on the scale of yours")

AS_PINNED = marked("under its own stimulus")
AS_SHOWN = marked("under the stimulus that is shown")
BY_DEFAULT = marked(
    "under the default currents of the pattern: those that are shown have another unit, or are out of its reach"
)

NAMED = 6
"""Most values that a tip names: those that are not the model's defaults."""


class PinPanel(Panel):
    """A button that pins what is shown, and the key to the lines of the figure.

    Under the pattern that it was pinned with, the neuron stays as it was. Under another one, or another stimulus, it is
    judged anew: when that is picked, and when the drag of a stimulus has ended.

    Attributes
    ----------
    view : ipywidgets.Widget
        The button, which stands above the sliders.
    key : ipywidgets.Widget
        How target and pinned neuron are drawn, to be placed above the figure.
    """

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._pinned: Selection | None = None
        self.view = w.ToggleButton(False, description=tr("Compare"), tooltip=tr(TIP))
        self.view.observe(lambda change: self._on_press(change["new"]), "value")
        self.key = w.HTML()
        self.key.add_class("pw-target")

    @property
    def parts(self) -> Iterable[Part]:
        """Nothing: other panels place the button and the key."""
        return ()

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Judge the pinned neuron under what was picked."""
        if jumped:
            self._show_key()
            self._ask(selection)

    def on_rest(self, selection: Selection) -> None:
        """Judge it under a stimulus that was dragged."""
        self._ask(selection)

    def on_response(self, response: Response) -> None:
        """Keep the key up to date."""
        if response.role in ("target", "pinned"):
            self._show_key()

    def on_close(self) -> None:
        """Forget the pinned neuron."""
        self._pinned = None

    # -- pinning ---------------------------------------------------------------------------------

    def _on_press(self, pin: bool) -> None:
        session = self.explorer.session
        with session.lock:
            if session.closed:
                return
            self.view.tooltip = tr(LET_GO if pin else TIP)
            self._pinned = session.selection if pin else None
            if pin:
                self._ask(session.selection)
            else:
                session.publish(Response("pinned", session.selection, None))

    def _ask(self, shown: Selection) -> None:
        if self._pinned is not None:
            self.explorer.worker.ask("pin", Priority.FIGURE, lambda _: self._judge(shown))

    def _judge(self, shown: Selection) -> None:
        pinned, session = self._pinned, self.explorer.session
        if pinned is None:
            return
        under, verdict = pinned, None
        try:
            under, _ = pinned_under(pinned, shown)
            drawn = session.response("pinned")
            if (
                drawn is not None
                and drawn.verdict is not None
                and drawn.pinned is not None
                and same(drawn.pinned, under)
            ):
                return
            verdict = single(judge_quickly(under, (pinned.model.states[0].key,)))
        except Exception:  # such as a neuron whose parameter has the name of one of the stimulus values
            pass
        with session.lock:
            if self._pinned is pinned:
                session.publish(Response("pinned", shown, verdict, pinned=under))

    # -- the key ---------------------------------------------------------------------------------

    def _show_key(self) -> None:
        shown, pinned, response = (
            self.explorer.session.response("target"),
            self._pinned,
            self.explorer.session.response("pinned"),
        )
        lines = []
        if shown is not None and shown.target is not None:
            title = target_title(shown.target)
            lines.append(_line("target", tr(title), tr(EXAMPLE) if title == ROLE_TITLES["target"] else ""))
        if pinned is not None:
            drawn = response is not None and response.verdict is not None
            lines.append(
                _line(
                    "pinned",
                    tr("compared: {title}", title=tr(pinned.model.title)),
                    tip(pinned, self.explorer.session.selection, drawn),
                )
            )
        self.key.value = "".join(lines)


def same(one: Selection, other: Selection) -> bool:
    """Return whether two selections are judged the same."""
    return one.is_about(other.model, other.pattern) and (one.values, one.dt) == (other.values, other.dt)


def pinned_under(pinned: Selection, shown: Selection) -> tuple[Selection, str]:
    """Return what is judged of a pinned neuron while something else is shown, and in words under which stimulus."""
    if shown.pattern is pinned.pattern:
        return pinned, AS_PINNED
    stimulus, as_shown = stimulus_for(pinned.model, shown)
    values = {name: pinned.values[name] for name in pinned.model.parameters} | stimulus
    under = Selection.defaults(pinned.model, shown.pattern).filled(values, pinned.dt)
    return under, AS_SHOWN if as_shown else BY_DEFAULT


def tip(pinned: Selection, shown: Selection, drawn: bool) -> str:
    """Return which neuron is pinned, and under which stimulus it is shown."""
    changed = [
        f"{name} {number(pinned.values[name])}"
        for name, p in pinned.model.parameters.items()
        if pinned.values[name] != p.default
    ]
    values = ", ".join(changed[:NAMED]) + (" …" if len(changed) > NAMED else "")
    name = tr(pinned.model.title) + (f" ({values})" if values else tr(", with its defaults"))
    if not drawn:
        return f"{name}: {tr('it could not be simulated under this stimulus')}"
    return f"{name}: {tr(pinned_under(pinned, shown)[1])}"


def _line(role: str, text: str, title: str = "") -> str:
    return (
        f'<span class="pw-{role}-key" title="{html.escape(title)}"><svg class="pw-key" viewBox="0 0 26 8" '
        f'aria-hidden="true"><path class="pw-line-{role}" d="M0 4H26"/></svg><span>{html.escape(text)}</span></span>'
    )
