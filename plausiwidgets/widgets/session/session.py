"""The session of an explorer: one selection that everything observes, and its history."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import Protocol, Target, Verdict
from plausiwidgets.texts import SpokenLock
from plausiwidgets.widgets.session.selection import Selection

MAX_UNDO = 100

PAUSE = 1.0
"""Time in s after which another press of a key is another step back, where no pointer is held."""


@dataclass(frozen=True)
class Response:
    """What the judge says of a selection.

    Attributes
    ----------
    role : {"yours", "best", "target", "pinned"}
        Of the sliders, of the best that a search has found, of the reference neuron, or of one that was pinned.
    selection : Selection
        Whose model and pattern are meant and, but for the target and what is pinned, whose values were judged.
    verdict : Verdict or None
        Of one set, with its traces; None where there is none.
    target : Target or None
        For the role "target": how its potential is mapped.
    jumped : bool
        Whether it follows a jump, not a drag: axes are fitted anew.
    pinned : Selection or None
        For the role "pinned": what was judged, the pinned neuron under the stimulus that is shown.
    """

    role: str
    selection: Selection
    verdict: Verdict | None
    target: Target | None = None
    jumped: bool = False
    pinned: Selection | None = None


class Observer:
    """Receives the events of a session. Subclasses write the methods that they need; the others do nothing.

    The calls come from several threads, one at a time: the session's lock is held. What takes longer than
    some milliseconds is a job of the explorer's worker.

    Attributes
    ----------
    needs_states : bool
        Whether the traces of the responses must hold every state variable, and not the potential alone.
    """

    needs_states = False

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show what is selected now; `jumped`: picked or assigned, not dragged. May raise to refuse it."""

    def on_response(self, response: Response) -> None:
        """Show a response of the shown model and pattern."""

    def on_sweep(self, name: str) -> None:
        """Follow the sweep that the figure shows large; another model or pattern begins with the main one."""

    def on_rest(self, selection: Selection) -> None:
        """Do what is too slow for a drag: nothing was changed for a quarter of a second."""

    def on_result(self, result: Result) -> None:
        """Take the result of a search that has ended, of whatever model and pattern."""

    def on_close(self) -> None:
        """Release resources outside of the explorer: it has been closed."""


class Session:
    """The selection of an explorer, its history, and its observers.

    Parameters
    ----------
    report : callable
        Called with an exception of an observer that was told of a response; the others are told all the same.

    Attributes
    ----------
    lock : SpokenLock
        Held while observers are called and while the selection changes: events come on several threads. Its language
        is that of the explorer: what asks for a text holds it.
    selection : Selection
        Read it and change it while holding the lock.
    """

    def __init__(self, selection: Selection, report: Callable[[Exception], None]) -> None:
        self.lock = SpokenLock()
        self.selection = selection
        self._report = report
        self._observers: list[Observer] = []
        self._responses: dict[str, Response] = {}
        self._history: tuple[Selection, ...] = ()
        self._future: tuple[Selection, ...] = ()
        self._control = ""  # what changes the selection at present
        self._held = False
        self._changed_at = 0.0
        self._last_of_model: dict[NeuronModel, Selection] = {}
        self._last_of_both: dict[tuple[NeuronModel, Protocol], Selection] = {}
        self._starts: dict[tuple[NeuronModel, Protocol], Selection] = {}
        self._closed = False
        self._remember()

    def close(self) -> None:
        """Refuse all changes from now on, and tell the observers, who hear nothing after it."""
        with self.lock:
            if self._closed:
                return
            self._closed = True
            self._each(lambda observer: observer.on_close())
            self._observers.clear()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._closed

    def require_open(self) -> None:
        """Raise a RuntimeError where it is closed."""
        if self._closed:
            raise RuntimeError("this explorer is closed: open another one with plausiwidgets.Explorer(...)")

    def attach(self, observer: Observer) -> None:
        """Tell an observer of all that comes, and of what there is."""
        with self.lock:
            self.require_open()
            observer.on_selection(self.selection, True)
            for response in self._responses.values():
                observer.on_response(response)
            self._observers.append(observer)

    def recorded(self, model: NeuronModel) -> tuple[str, ...]:
        """Return the state variables that the observers need in a response."""
        names = tuple(state.key for state in model.states)
        return names if any(observer.needs_states for observer in self._observers) else names[:1]

    # -- the selection ---------------------------------------------------------------------------

    def change(self, selection: Selection, control: str = "") -> None:
        """Go on to another selection of the same model and pattern.

        A drag is one step for :meth:`undo`: what the same `control` changes while a pointer holds it, or
        with less than `PAUSE` in between. Without a name every change is a step. What an observer raises is as of
        :meth:`show`.
        """
        with self.lock:
            if selection == self.selection:
                return
            now = time.monotonic()
            goes_on = self._held or now - self._changed_at < PAUSE
            history = self._history
            if not (control and control == self._control and goes_on and history):
                history = (*history, self.selection)[-MAX_UNDO:]
            self._go(selection, history, (), jumped=False)
            self._control, self._changed_at = control, now

    def hold(self, held: bool) -> None:
        """A pointer takes hold of a control, or lets it go: what comes then is another step."""
        with self.lock:
            self._held, self._control = held, ""

    def show(self, selection: Selection) -> None:
        """Jump to another selection; :meth:`undo` goes back.

        Where an observer raises, as a custom model may, the selection stays as it was.
        """
        with self.lock:
            self._jump(selection, (*self._history, self.selection)[-MAX_UNDO:], ())

    def begin(self, selection: Selection) -> None:
        """Show what its model and pattern begin with from now on, in place of defaults and known sets."""
        with self.lock:
            self._starts[selection.model, selection.pattern] = selection
            self.show(selection)

    def start(self, model: NeuronModel, pattern: Protocol) -> Selection | None:
        """Return what a model and a pattern begin with, where they have :meth:`begun <begin>` with something."""
        return self._starts.get((model, pattern))

    def pick(self, selection: Selection) -> None:
        """Show what was picked: an exercise goes on where model and pattern are the same.

        Raises
        ------
        ValueError
            Where it would change what the exercise locks.
        """
        with self.lock:
            shown = self.selection
            self.show(selection.within(shown) if selection.is_about(shown.model, shown.pattern) else selection)

    def replaced(self, shown: Selection, by: Selection) -> bool:
        """Show something else in place of `shown`, without a step for :meth:`undo`; False where it is not."""
        with self.lock:
            if self.selection is not shown:
                return False
            self._jump(by, self._history, self._future)
            return True

    def undo(self) -> None:
        """Go back to before the last change or jump, ranges and free parameters included."""
        with self.lock:
            self.require_open()
            if self._history:
                self._jump(self._history[-1], self._history[:-1], (self.selection, *self._future))

    def redo(self) -> None:
        """Take the last :meth:`undo` back."""
        with self.lock:
            if self._future:
                self._jump(self._future[0], (*self._history, self.selection), self._future[1:])

    @property
    def can_undo(self) -> bool:
        """Whether there is something to go back to."""
        return bool(self._history)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return bool(self._future)

    def recalled(self, model: NeuronModel, pattern: Protocol) -> Selection:
        """Return a model and a pattern as they were when last shown, or with their defaults; nothing is locked.

        The parameters of a model and its time step are the same for all patterns.
        """
        with self.lock:
            recalled = Selection.defaults(model, pattern)
            if model in self._last_of_model:
                last = self._last_of_model[model].with_locked(())
                recalled = recalled.taking(model.parameters, last).with_dt(last.dt)
            if (model, pattern) in self._last_of_both:
                recalled = recalled.taking(pattern.free, self._last_of_both[model, pattern].with_locked(()))
            return recalled

    def last_shown(self, model: NeuronModel, pattern: Protocol) -> Selection | None:
        """Return what was last shown of a model and a pattern together; None where they were not."""
        with self.lock:
            return self._last_of_both.get((model, pattern))

    def _jump(self, selection: Selection, history: tuple[Selection, ...], future: tuple[Selection, ...]) -> None:
        self._control = ""
        self._go(selection, history, future, jumped=True)

    def _go(
        self, selection: Selection, history: tuple[Selection, ...], future: tuple[Selection, ...], jumped: bool
    ) -> None:
        """Tell of another selection; where an observer raises, all are told of the former one, and it raises too."""
        before = self.selection, self._history, self._future
        self._history, self._future = history, future
        try:
            self._tell(selection, jumped)
        except Exception:
            selection, self._history, self._future = before
            self._tell(selection, jumped=True)
            raise

    def _tell(self, selection: Selection, jumped: bool) -> None:
        self.require_open()
        if not selection.is_about(self.selection.model, self.selection.pattern):
            self._responses.clear()
        self.selection = selection
        for observer in self._observers:
            observer.on_selection(selection, jumped)
        self._remember()

    def _remember(self) -> None:
        selection = self.selection
        self._last_of_model[selection.model] = selection
        self._last_of_both[selection.model, selection.pattern] = selection

    # -- responses -------------------------------------------------------------------------------

    def response(self, role: str) -> Response | None:
        """Return the last response of a role, for the shown model and pattern."""
        return self._responses.get(role)

    def publish(self, response: Response) -> bool:
        """Tell the observers of a response; one of another model or pattern than the shown one is left out."""
        with self.lock:
            if self._closed or not response.selection.is_about(self.selection.model, self.selection.pattern):
                return False
            self._responses[response.role] = response
            self._each(lambda observer: observer.on_response(response))
            return True

    def look_at(self, sweep: str) -> None:
        """Tell the observers which sweep the figure shows large."""
        with self.lock:
            self._each(lambda observer: observer.on_sweep(sweep))

    def rest(self, selection: Selection) -> None:
        """Tell the observers that nothing was changed for a while."""
        with self.lock:
            self._each(lambda observer: observer.on_rest(selection))

    def finish(self, result: Result) -> None:
        """Tell the observers of the result of a search."""
        with self.lock:
            self._each(lambda observer: observer.on_result(result))

    def _each(self, call: Callable[[Observer], None]) -> None:
        for observer in self._observers:
            try:
                call(observer)
            except Exception as error:
                self._report(error)
