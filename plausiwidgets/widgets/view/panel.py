"""A part of the explorer, and what it may use of the explorer."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Run
from plausiwidgets.patterns.registry import Named
from plausiwidgets.widgets.session.session import Observer, Session
from plausiwidgets.widgets.session.worker import Worker
from plausiwidgets.widgets.view.page_watch import PageWatch

P = TypeVar("P", bound="Panel")


class Part(NamedTuple):
    """A widget of a panel, and where it stands: in a place, after the widgets of a lower order."""

    place: str
    widget: w.DOMWidget
    order: int = 0


class Panel(Observer):
    """A part of the explorer, which is told of its session and can be seen.

    ``explorer.add(MyPanel)`` makes one and shows it. Of the attributes a panel needs a `view` alone.

    Parameters
    ----------
    explorer : Explorer
        With its ``session``, ``messages``, ``worker`` and its other panels.

    Attributes
    ----------
    view : ipywidgets.Widget
    title, tip : str
        Of the button that opens it, in the place "tools".
    place : str
        Where it stands, see :data:`~plausiwidgets.widgets.explorer.places.PLACES`.
    order : int
        Panels of one place stand in this order, and those of the same order as they were added.
    waits : bool
        Whether a panel of the tools is made when it is first opened: its widgets, of which the page holds each, are not
        made for those who never open it. It hears nothing before; what is selected and shown it is told then.

    Examples
    --------
    >>> import ipywidgets
    >>> class Rate(Panel):
    ...     title, tip, place = "Rate", "Spikes per second of the shown sweeps", "tools"
    ...
    ...     def __init__(self, explorer):
    ...         super().__init__(explorer)
    ...         self.view = ipywidgets.HTML()
    ...
    ...     def on_response(self, response):
    ...         if response.role == "yours" and response.verdict is not None:
    ...             sweeps = response.verdict.traces.items()
    ...             rates = {name: 1000 * len(s.spike_times[0]) / (s.t[-1] - s.t[0]) for name, s in sweeps}
    ...             self.view.value = ", ".join(f"{name}: {rate:.1f} Hz" for name, rate in rates.items())
    >>> import plausiwidgets as pw
    >>> explorer = pw.Explorer("lif", "tonic_spiking", {})
    >>> panel = explorer.add(Rate)
    >>> explorer.wait(60)
    True
    >>> panel.view.value.startswith("step: ")
    True
    >>> explorer.close()
    """

    title = ""
    tip = ""
    place = "below"
    order = 0
    waits = False
    view: w.DOMWidget

    def __init__(self, explorer: Host) -> None:
        self.explorer = explorer

    @property
    def parts(self) -> Iterable[Part]:
        """What is to be placed: the view, and with some panels more."""
        return (Part(self.place, self.view, self.order),)

    def on_shown(self, shown: bool) -> None:
        """Begin to draw, or stop: a panel of the tools is not seen until it is opened."""


class Messages(typing.Protocol):
    """The line at the foot of the explorer."""

    def note(self, texts: str | Sequence[str]) -> None:
        """Show a message that is not an error."""

    def error(self, source: str, error: Exception | str) -> None:
        """Show an error of a `source`, which takes it back with :meth:`clear` when it works again."""

    def clear(self, source: str | None = None) -> None:
        """Remove the message of a source, or any."""

    def attempt(self, source: str, action: Callable[[], object]) -> bool:
        """Do something in place of what was said before, or show why it failed; return whether it was done."""


class Host(typing.Protocol):
    """What a panel may use of the explorer; :class:`~plausiwidgets.Explorer` documents it."""

    session: Session
    worker: Worker
    page: PageWatch

    @property
    def messages(self) -> Messages: ...

    def panel(self, kind: type[P]) -> P: ...

    def open_tool(self, kind: type[Panel]) -> None: ...

    def show(
        self,
        model: str | NeuronModel,
        pattern: Named,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
    ) -> None: ...

    def optimize(self, **settings: Any) -> Run: ...

    def to_python(self) -> str: ...

    def add_class(self, className: str) -> object: ...

    def remove_class(self, className: str) -> object: ...
