"""Selection of an explorer: its model, pattern, values, ranges, locks and time step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import urlencode

import numpy as np

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.models.parameter import check_ends
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization import Result
from plausiwidgets.optimization.result import pattern_of
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.evaluation import complete
from plausiwidgets.patterns.registry import Named
from plausiwidgets.patterns.stimuli import GivenCurrent, constructor
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.names import unknown
from plausiwidgets.support.renamed import renamed
from plausiwidgets.texts import tr
from plausiwidgets.widgets.handlers.link import read_query, samples_of

DEFAULT_MODEL, DEFAULT_PATTERN = "izhikevich", "tonic_bursting"
"""Model and pattern that an explorer and a page of a server show first."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Turn:
    """Origin of a parameter set that an exercise has moved away, so that the user can tune it back.

    Attributes
    ----------
    solved : Selection
        Original parameter set.
    seed, attempt : int
        Seed of the random moves, and the number of the attempt.
    """

    solved: Selection
    seed: int
    attempt: int


@renamed
@dataclass(frozen=True)
class Selection:
    """Model and pattern with their values, ranges, free parameters, locks and time step.

    A selection is complete, valid and immutable. It is created by :meth:`defaults`, :meth:`of`, :meth:`of_result` or
    :meth:`from_query`. The other methods return a changed copy.

    Attributes
    ----------
    model : NeuronModel
    pattern : Pattern
    values : mapping of str to float
        Every parameter of the model and every stimulus value of the pattern.
    dt : float
        Time step in ms.
    bounds : mapping of str to (float, float)
        Range of each value, for its slider and for a search. It contains the value.
    varied : tuple of str
        Parameters that a search may change.
    parameters : mapping of str to Parameter
        Parameters of the model and the stimulus, in the order of the screen.
    turn : Turn or None
        Origin of the values if an exercise has moved them and none has been changed since.
    locked : tuple of str
        Parameters that an exercise shows but keeps fixed, for the user and for a search. The lock is a guide for users,
        who can edit the link.

    Examples
    --------
    >>> from plausiwidgets.widgets.handlers.selection import Selection
    >>> selection = Selection.of("adex", "tonic_bursting", {"tau_w": 120.0})
    >>> selection.values["tau_w"], selection.dt
    (120.0, 0.1)
    """

    model: NeuronModel
    pattern: Protocol
    values: Mapping[str, float]
    dt: float
    bounds: Mapping[str, Range]
    varied: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(repr=False, compare=False)
    turn: Turn | None = field(default=None, repr=False, compare=False)
    locked: tuple[str, ...] = ()

    @classmethod
    def defaults(cls, model: str | NeuronModel = DEFAULT_MODEL, pattern: Named = DEFAULT_PATTERN) -> Selection:
        """Return a model and a pattern with their defaults and declared ranges.

        Raises
        ------
        ValueError
            For an unknown name.
        """
        neuron, firing = models.get(model), patterns.get(pattern)
        declared = firing.parameters(neuron)
        return cls(
            neuron,
            firing,
            MappingProxyType({name: parameter.default for name, parameter in declared.items()}),
            neuron.dt,
            MappingProxyType({name: (parameter.low, parameter.high) for name, parameter in declared.items()}),
            tuple(name for name, parameter in declared.items() if parameter.vary),
            MappingProxyType(declared),
        )

    @classmethod
    @checked
    def of(
        cls,
        model: str | NeuronModel = DEFAULT_MODEL,
        pattern: Named = DEFAULT_PATTERN,
        parameters: Mapping[str, float] | None = None,
        dt: float | None = None,
    ) -> Selection:
        """Return a model and a pattern with values. Parameters that are left out have their defaults.

        Raises
        ------
        ValueError
            For an unknown name, or a value or time step that is not one finite number within its hard limits.
        """
        return cls.defaults(model, pattern).filled(parameters, dt)

    @classmethod
    @checked
    def of_result(cls, result: Result) -> Selection:
        """Return the selection of a search result with its best parameters, ranges, free parameters and time step.

        Raises
        ------
        ValueError
            If the result has no parameter set yet, or its model or pattern is no longer registered.
        """
        if not result.parameters:
            raise ValueError(f"the search for {result.pattern!r} with {result.model!r} has no parameter set.")
        model = result.model if result.problem is None else result.problem.model
        made = cls.of(model, pattern_of(result), dict(result.parameters), result.dt)
        for name, (low, high) in result.bounds.items():
            made = made.with_bounds(name, low, high)
        return made.with_varied(result.bounds)

    @classmethod
    @checked
    def from_query(
        cls,
        query: str,
        model: str | NeuronModel = DEFAULT_MODEL,
        pattern: Named = DEFAULT_PATTERN,
        dt: float | None = None,
    ) -> tuple[Selection, tuple[str, ...]]:
        """Return the selection of the query of a link, and notes on its problems.

        The query may contain any text. Reading it raises no error.

        Parameters
        ----------
        model, pattern, dt
            Model, pattern and time step if the query has none that is valid.

        Returns
        -------
        selection : Selection
        notes : tuple of str
            A sentence for each problem, as plain text.

        Examples
        --------
        >>> selection, notes = Selection.from_query("pattern=mixed_mode&a=0.03&b=much")
        >>> selection.values["a"], notes
        (0.03, ('b must be a number, got ‘much’. The page uses 0.2.',))
        """
        link = read_query(query, models.get(model), patterns.get(pattern))
        selection = cls.of(link.model, link.pattern, link.values, dt if link.dt is None else link.dt)
        return selection.with_locked(link.locked), link.notes

    # -- other selections ------------------------------------------------------------------------

    def filled(self, parameters: Mapping[str, float] | None = None, dt: float | None = None) -> Selection:
        """Return a selection with new values and the same ranges and free parameters.

        Parameters that are left out have their defaults.

        Raises
        ------
        ValueError
            For an unknown name, or for a value or a time step that is not one finite number within its hard limits.
        """
        values = {}
        for name, value in complete(self.model, self.pattern, parameters).items():
            if np.ndim(value):
                raise ValueError(
                    f"parameter {name!r} must be a number, because an explorer shows one parameter set, got an array."
                )
            values[name] = float(value)
        return replace(self, dt=check_dt(self.model, dt))._with(values)

    def with_value(self, name: str, value: float) -> Selection:
        """Return a selection with a changed parameter, and with a wider range if the value is outside the range.

        Raises
        ------
        ValueError
            If the value is not finite, outside the hard limits or locked.
        """
        self._check_unlocked([name])
        return self._with({name: float(self.parameters[name].check(value))})

    def with_bounds(self, name: str, low: float, high: float) -> Selection:
        """Return a selection with a changed range. A value outside the range moves to the nearest end.

        Raises
        ------
        ValueError
            If the range is empty, not finite, too wide for the arithmetic or outside the hard limits, or if its value
            is locked.
        """
        self._check_unlocked([name])
        self.parameters[name].check([low, high])
        check_ends(f"bounds of {name}", low, high)
        bounds = MappingProxyType({**self.bounds, name: (float(low), float(high))})
        return replace(self, bounds=bounds)._with({name: min(max(self.values[name], low), high)})

    def with_varied(self, names: Iterable[str]) -> Selection:
        """Return a selection in which a search may change only these parameters. Locked parameters remain fixed."""
        varied = set(names) - set(self.locked)
        return replace(self, varied=tuple(name for name in self.values if name in varied))

    @property
    def fixed(self) -> tuple[str, ...]:
        """Parameters that a search may not change."""
        return tuple(name for name in self.values if name not in self.varied)

    def with_locked(self, names: Iterable[str]) -> Selection:
        """Return a selection of an exercise, which shows these parameters but does not let the user change them.

        If a parameter was locked before and no longer is, a search may change it again if it is declared as varied.

        Raises
        ------
        ValueError
            For an unknown name.

        Examples
        --------
        >>> exercise = Selection.of("adex", "tonic_bursting").with_locked(["tau_w", "a"])
        >>> exercise.locked, "tau_w" in exercise.varied
        (('a', 'tau_w'), False)
        >>> exercise.with_value("a", 3.0)
        Traceback (most recent call last):
        ValueError: a is locked in this exercise.
        """
        chosen = dict.fromkeys(names)
        for name in chosen:
            if name not in self.values:
                where = f"locked: model {self.model.key!r} with pattern {self.pattern.key!r}"
                raise unknown(where, "parameter", name, self.values)
        if not chosen and not self.locked:
            return self
        opened = [name for name in self.locked if self.parameters[name].vary]
        exercise = replace(self, locked=tuple(name for name in self.values if name in chosen))
        return exercise.with_varied([*self.varied, *opened])

    def within(self, exercise: Selection) -> Selection:
        """Return the selection with the locks of an exercise.

        Raises
        ------
        ValueError
            If a locked parameter has another value than in the exercise.
        """
        if not exercise.locked:
            return self
        changed = [name for name in exercise.locked if self.values[name] != exercise.values[name]]
        exercise._check_unlocked(changed)
        return replace(self, locked=exercise.locked).with_varied(self.varied)

    def _check_unlocked(self, names: Iterable[str]) -> None:
        locked = [name for name in names if name in self.locked]
        if locked:
            listed = ", ".join(locked[:4]) + (" and more" if len(locked) > 4 else "")
            raise ValueError(f"{listed} {'is' if len(locked) == 1 else 'are'} locked in this exercise.")

    def with_dt(self, dt: float) -> Selection:
        """Return a selection with another time step in ms.

        Raises
        ------
        ValueError
            If the time step is not valid.
        """
        return replace(self, dt=check_dt(self.model, dt), turn=None)

    def _with(self, values: Mapping[str, float]) -> Selection:
        outside = {
            name: (min(low, values[name]), max(high, values[name]))
            for name, (low, high) in self.bounds.items()
            if name in values and not low <= values[name] <= high
        }
        return replace(
            self,
            values=MappingProxyType({**self.values, **values}),
            bounds=MappingProxyType({**self.bounds, **outside}) if outside else self.bounds,
            turn=self.turn if all(self.values[name] == x for name, x in values.items()) else None,
        )

    # -- properties and conversions ----------------------------------------------------------------

    @property
    def title(self) -> str:
        """Title of the model and the pattern."""
        return f"{tr(self.model.title)}, {tr(self.pattern.title)}"

    def is_about(self, model: NeuronModel, pattern: Protocol) -> bool:
        """Return whether the selection has this model object and this pattern object.

        Other objects with the same names do not count.
        """
        return self.model is model and self.pattern is pattern

    def to_query(self) -> str:
        """Return the query of a link to the selection.

        The numbers have all their digits, so that :meth:`from_query` returns the same values.
        """
        fields = {"model": self.model.key, "pattern": self.pattern.key}
        if isinstance(self.pattern, GivenCurrent):
            fields |= samples_of(self.pattern)
        fields |= {name: repr(value) for name, value in self.values.items()}
        if self.dt != self.model.dt:
            fields["dt"] = repr(self.dt)
        if self.locked:
            fields["lock"] = ",".join(self.locked)
        return urlencode(fields, safe=",")

    def to_python(self) -> str:
        """Return a line of Python that opens an explorer with the selection."""
        values = ", ".join(f"{name!r}: {value!r}" for name, value in self.values.items())
        dt = "" if self.dt == self.model.dt else f", dt={self.dt!r}"
        locked = f", locked={list(self.locked)!r}" if self.locked else ""
        return f"pw.Explorer({self.model.key!r}, {constructor(self.pattern)}, {{{values}}}{dt}{locked})"
