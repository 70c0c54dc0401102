"""What the neuron of the sliders can do: a search for a stimulus under each pattern, in the dots of the gallery."""

from __future__ import annotations

import ipywidgets as w

from plausiwidgets import patterns
from plausiwidgets.analysis.repertoires import shown_patterns
from plausiwidgets.optimization import Result
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority, Superseded
from plausiwidgets.widgets.view.panel import Host, Panel

ASK = marked("What can this neuron do?")
TIP = marked(
    "Search a stimulus for each pattern, with the model's parameters as they are; a find opens with its stimulus"
)
BACK = marked("The dots are of this neuron; press again for those of the model")


class RepertoirePanel(Panel):
    """A button above the gallery: while it is pressed, the dots are of the neuron of the sliders.

    The patterns are searched in the background, one job each. As soon as a parameter of the model changes, it is
    another neuron: the dots are those of the model again.

    Attributes
    ----------
    found : dict of str to Result
        By the key of the pattern, as far as they have been searched.
    """

    place = "rail"
    order = -1

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._gallery = explorer.panel(GalleryPanel)
        self.view = w.ToggleButton(False, description=tr(ASK), tooltip=tr(TIP))
        self.view.add_class("pw-neuron-button")
        self.view.observe(lambda _: self._on_press(), "value")
        self._neuron: Selection | None = None
        self._asked: list[Judged] = []
        self.found: dict[str, Result] = {}

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """End where it is another neuron."""
        neuron = self._neuron
        if neuron is not None and not same_neuron(neuron, selection):
            self.view.value = False

    def on_close(self) -> None:
        """Forget the neuron."""
        self._neuron = None

    def _on_press(self) -> None:
        session = self.explorer.session
        with session.lock:
            self.found = {}
            if not self.view.value or session.closed:
                self._neuron = None
                self.explorer.worker.cancel("repertoire")
                self.view.description, self.view.tooltip = tr(ASK), tr(TIP)
                self._gallery.show_neuron(None)
                return
            self._neuron = session.selection
            known = [patterns.get(key) for key in patterns.names()]
            self._asked = [one for one in known if isinstance(one, Judged)]
            self.view.tooltip = tr(BACK)
            self._show()
            self._ask()

    def _ask(self) -> None:
        self.explorer.worker.ask("repertoire", Priority.IDLE, self._search)

    def _search(self, checkpoint: Checkpoint) -> None:
        """Search the next pattern, so that other jobs come in between."""
        neuron = self._neuron
        pattern = next((one for one in self._asked if one.key not in self.found), None)
        if neuron is None or pattern is None:
            return
        own = {name: neuron.values[name] for name in neuron.model.parameters}
        try:
            (result,) = shown_patterns(neuron.model, own, [pattern], dt=neuron.dt, checkpoint=checkpoint)
        except Superseded:
            raise
        except Exception as error:  # what a custom neuron or pattern raises
            checkpoint()
            result = Result(neuron.model.key, pattern.key, 0, 0, reason="failed", error=str(error))
        with self.explorer.session.lock:
            if neuron is not self._neuron:
                return
            self.found[pattern.key] = result
            self._show()
            self._ask()

    def _show(self) -> None:
        shown = sum(result.replicated for result in self.found.values())
        left = len(self._asked) - len(self.found)
        text = tr("This neuron: {shown} of {count}", shown=shown, count=len(self.found))
        self.view.description = text + (" …" if left else "")
        self._gallery.show_neuron(self.found)


def same_neuron(one: Selection, other: Selection) -> bool:
    """Return whether two selections have the same model, parameters and time step, whatever their stimulus.

    Examples
    --------
    >>> one = Selection.of("lif", "tonic_spiking")
    >>> same_neuron(one, Selection.of("lif", "integrator", {"amplitude": 50.0}))
    True
    >>> same_neuron(one, one.with_value("tau_mem", 10.0))
    False
    """
    own = one.model.parameters
    return (
        one.model is other.model and one.dt == other.dt and all(one.values[name] == other.values[name] for name in own)
    )
