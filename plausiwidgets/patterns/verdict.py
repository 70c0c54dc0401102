"""Verdicts: the criteria with their measured values, the loss, and the status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.traces import Traces
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.status import CONTRADICTS, EXPLANATIONS, SYMBOLS, WORDS
from plausiwidgets.support.lazy import frame
from plausiwidgets.support.picture import drawn
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.support.renamed import renamed

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import TypeVar

    from plausiwidgets.support.picture import Plot

    # Without type arguments, use Any, because a user's function may accept the verdict on one set or on many.
    Flag = TypeVar("Flag", default=Any)
    Number = TypeVar("Number", default=Any)
    Text = TypeVar("Text", default=Any)
else:  # defaults of type variables require Python 3.13 at run time
    from typing import TypeVar

    Flag = TypeVar("Flag")
    Number = TypeVar("Number")
    Text = TypeVar("Text")


ENGINE_TITLES = {"torch": "torch", "numpy": "NumPy", "python": "plain Python"}
"""Names of the engines other than the compiled one, for users."""


@renamed
@dataclass(frozen=True)
class CriterionResult(Generic[Flag, Number]):
    """Result of one criterion, as numbers for one set or arrays of shape [n] for n sets.

    Attributes
    ----------
    key, title, description, unit : str
        Attributes of the `Criterion`.
    value : float or ndarray
        Measured feature, nan where it could not be computed.
    low, high : float or ndarray
        Limits of the accepted range, which includes both.
    passed : bool or ndarray
        Whether the criterion is met.
    penalty : float or ndarray
        Contribution to the loss, 0 where the criterion is met and at most 1.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> criterion = pw.judge("lif", "tonic_spiking").criteria[0]
    >>> criterion.key, bool(criterion.passed)
    ('quiet', True)
    """

    key: str
    title: str
    description: str
    unit: str
    value: Number
    low: Number
    high: Number
    passed: Flag
    penalty: Number


@renamed
@dataclass(frozen=True, kw_only=True, repr=False)
class Verdict(Printed, Generic[Flag, Number, Text]):
    """Verdict on parameter sets, as numbers for one set or arrays of shape [n] for n sets.

    For a type checker, :func:`judge` returns a verdict of bool, float and str for numbers, and a verdict of arrays for
    arrays.

    Attributes
    ----------
    model, pattern : str
        Keys of the model and the pattern.
    parameters : mapping of str to float or ndarray
        Evaluated model and stimulus parameters.
    dt : float
        Time step in ms.
    parameter_source : str
        Source of the parameters, such as ``"packaged: Naud 2008, Tonic spiking"``, ``"your values, other parameters at
        their defaults"`` or ``"defaults of model and pattern"``. Empty for a verdict that :func:`judge` did not return.
    loss : float or ndarray of float
        Sum of the penalties of the m criteria, 0.0 exactly if every criterion is met at `dt`, and at most m otherwise.
        The loss of a diverged simulation is between m + 1 and m + 2, and larger the earlier it diverged. The loss of a
        stimulus without criteria is nan.
    status : str or ndarray of str
        Status of each set:

        - ``"rejected"``: a criterion is not met, or all criteria are met although a proof rules the pattern out for
          these parameters
        - ``"unverified"``: all criteria are met at `dt`
        - ``"fragile"``: all criteria are met at `dt`, but a verification test fails
        - ``"replicated"``: all criteria are met, and all verification tests pass
        - ``"unjudged"``: the stimulus has no criteria
    failed_test : str or ndarray of str
        First verification test that a fragile set fails. ``"contradicts a proof"`` for a set that meets all criteria
        although the pattern is ruled out. Otherwise empty.
    failed_loss : float or ndarray
        Loss in the failed test, 0 without one.
    criteria : tuple of CriterionResult
        Result of each criterion.
    diverged : bool or ndarray
        Whether the simulation diverged.
    engine : {"compiled", "numpy", "torch", "python"}
        Engine of the simulation, plain Python until the kernel has been compiled.
    measured : mapping of str to ndarray
        Further measurements: the ``lowest`` and the ``highest`` potential of all sweeps in mV, and the points of a
        curve, such as rates at several currents, shape [points] or [points, n].
    parts : mapping of str to Verdict
        Verdicts on the parts of a combined pattern by key, otherwise empty.
    discrete : bool
        Whether the neuron is in discrete time, so that it was verified only in steps of `dt`.
    proof : str
        Text of the proof that a set contradicts, otherwise empty.
    uncompiled : str
        Reason why torch or NumPy simulated the model, which takes hundreds of times as long as a kernel. Empty for a
        compiled model.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> verdict = pw.judge("lif", "tonic_spiking")
    >>> verdict.status, verdict.loss
    ('replicated', 0.0)
    >>> list(verdict.to_frame().columns[:3])
    ['criterion', 'value', 'low']
    """

    model: str
    pattern: str
    parameters: Mapping[str, Number]
    dt: float
    loss: Number
    status: Text
    failed_test: Text
    failed_loss: Number
    criteria: tuple[CriterionResult[Flag, Number], ...]
    diverged: Flag
    engine: str
    measured: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    parts: Mapping[str, Verdict[Flag, Number, Text]] = field(default_factory=dict)
    discrete: bool = False
    proof: str = ""
    uncompiled: str = ""
    parameter_source: str = field(default="", compare=False)
    _record: Callable[[], Mapping[str, Traces]] | None = field(default=None, compare=False)
    _judged_on: Any = field(default=None, compare=False)  # the pattern itself, which need not be registered

    @property
    def accepted(self) -> Flag:
        """Whether every criterion is met at `dt` and no proof contradicts it, bool or ndarray of bool."""
        return cast(Flag, (self.loss == 0.0) & (self.status != "rejected"))

    @property
    def fragile(self) -> Flag:
        """Whether all criteria are met but a verification test fails, bool or ndarray of bool."""
        return cast(Flag, self.status == "fragile")

    @property
    def replicated(self) -> Flag:
        """Whether all criteria are met and all verification tests pass, bool or ndarray of bool.

        It is False for a set that was not verified.
        """
        return cast(Flag, self.status == "replicated")

    @property
    def in_steps(self) -> str:
        """Restriction of the status for a neuron in discrete time, such as ``" in steps of 1 ms"``, otherwise empty."""
        return f" in steps of {self.dt:g} ms" if self.discrete else ""

    @cached_property
    def traces(self) -> Mapping[str, Traces]:
        """Traces of all sets by the name of the sweep. The potential is simulated again when they are first used."""
        return self._record() if self._record is not None else {}

    def __getstate__(self) -> dict[str, object]:
        """Return the state for a pickle, without the objects of a custom pattern.

        The state contains the traces of a single set, and those of many sets only if they have been used.
        """
        state = {one.name: getattr(self, one.name) for one in fields(self)} | {"_record": None, "_judged_on": None}
        if self._record is not None and ("traces" in self.__dict__ or not isinstance(self.loss, np.ndarray)):
            state["traces"] = dict(self.traces)
        elif self._record is not None:
            state["_record"] = _not_pickled
        return state | {"parameters": dict(self.parameters)}

    def __copy__(self) -> Verdict[Flag, Number, Text]:
        """Return the verdict itself, which is immutable."""
        return self

    def __deepcopy__(self, memo: object) -> Verdict[Flag, Number, Text]:
        """Return the verdict itself, which is immutable."""
        return self

    # The annotation `self: Verdict` allows for numbers and arrays, which these methods distinguish at run time.

    def __repr__(self: Verdict) -> str:
        if isinstance(self.loss, np.ndarray):
            return f"<Verdict of {self.model} on {self.pattern}: {self._counted()}{self.in_steps}>"
        missed = [c.key for c in self.criteria if not c.passed]
        why = self.failed_test or (f"missed: {', '.join(missed)}" if missed else "")
        status = f"{self.status}{f' ({why})' * bool(why)}{self.in_steps}"
        loss = "" if np.isnan(self.loss) else f", loss {self.loss:.3g}"
        return f"<Verdict of {self.model} on {self.pattern}: {status}{loss}>"

    def _counted(self: Verdict, in_words: bool = False) -> str:
        statuses, counts = np.unique(self.status, return_counts=True)
        named = [f"{SYMBOLS[one]} {WORDS[one]}" if in_words else one for one in statuses.tolist()]
        return ", ".join(f"{n} {one}" for n, one in zip(counts, named, strict=True))

    def to_frame(self: Verdict) -> pd.DataFrame:
        """Return a table with a row for each criterion.

        Several sets have a row for each set and criterion. A combined pattern has the rows of all parts.
        """
        import pandas as pd

        if self.parts:
            found = pd.concat({key: part.to_frame() for key, part in self.parts.items()}, names=["pattern"])
            return found.reset_index(level="pattern").reset_index(drop=True)
        many = isinstance(self.loss, np.ndarray)
        if not self.criteria:
            return frame(columns=["criterion", "value", "low", "high", "unit", "passed", "penalty", "text"])
        frames = [
            pd.DataFrame(
                {
                    "set": np.arange(len(self.loss)) if many else [0],
                    "criterion": check.title,
                    "value": np.atleast_1d(check.value),
                    "low": np.atleast_1d(check.low),
                    "high": np.atleast_1d(check.high),
                    "unit": check.unit,
                    "passed": np.atleast_1d(check.passed),
                    "penalty": np.atleast_1d(check.penalty),
                    "text": check.description,
                }
            )
            for check in self.criteria
        ]
        found = frame(pd.concat(frames, ignore_index=True))
        return found if many else found.drop(columns="set")

    def _table(self: Verdict) -> Table:
        many = isinstance(self.loss, np.ndarray)
        title = f"{self.model}, {self.pattern}"
        source = [f"Parameter set – {self.parameter_source}."] if self.parameter_source else []
        if not self.criteria:
            return Table(f"{title}: {SYMBOLS['unjudged']} {WORDS['unjudged']}, dt {self.dt:g} ms", notes=source)
        if many:
            rows = [
                (check.title, f"{100 * np.mean(check.passed):.0f} %", _spread(check), _accepted(check))
                for check in self.criteria
            ]
            heads = ("criterion", "met", "min, median, max", "accepted range")
            head = f"{title}, {len(self.loss)} sets: {self._counted(in_words=True)}{self.in_steps}"
            return Table(head, heads, rows, source, numbers=(1,))
        rows = [
            ("✓" if c.passed else "✗", c.title, _measured(c), interval(c.low, c.high, c.unit)) for c in self.criteria
        ]
        why = f" ({self.failed_test})" if self.failed_test else ""
        status = f"{SYMBOLS[self.status]} {WORDS[self.status]}{why}{self.in_steps}"
        head = f"{title}: {status}, loss {number(self.loss, 3)}, dt {self.dt:g} ms"
        slowly = [f"Run by {ENGINE_TITLES[self.engine]}: {self.uncompiled.rstrip('.')}."] if self.uncompiled else []
        contradiction = f"All criteria are met, but the pattern is ruled out for these parameters: {self.proof}"
        explanation = contradiction if self.failed_test == CONTRADICTS else EXPLANATIONS[self.status]
        notes = [explanation, *source, *slowly]
        return Table(head, ("", "criterion", "measured", "accepted range"), rows, notes)

    def _picture(self) -> str:
        plots = [] if isinstance(self.loss, np.ndarray) else self._plots()
        return drawn(*plots) if plots else ""

    def _plots(self) -> list[Plot]:
        """Return the plots of the main sweep, or of the main sweep of each part of a combined pattern."""
        traces = self.traces
        shown: list[str] = []
        recordings: dict[str, Traces] = {}
        for prefix, part in () if self._judged_on is None else self._judged_on.components.items():
            reference = getattr(part, "reference", None)
            recorded = reference if isinstance(reference, Mapping) else {}
            recordings |= {part.within(name) if prefix else name: sweep for name, sweep in recorded.items()}
            shown.append(part.within(part.main_sweep) if prefix else part.main_sweep)
        shown = [name for name in shown if name in traces] or list(traces)[:1]
        plots: list[Plot] = []
        for name in shown:
            title = name if len(traces) > 1 else ""
            height = 130.0 if len(shown) == 1 else 90.0
            plots += traces[name]._plots(title, height, name == shown[-1], recordings.get(name))
        return plots


def _not_pickled() -> NoReturn:
    raise ValueError(
        "traces of many sets must be read before the verdict is pickled, because it does not contain them otherwise. "
        "Evaluate the sets again with judge."
    )


OneVerdict = Verdict[bool, float, str]
"""Verdict on one set."""
Verdicts = Verdict[NDArray[np.bool_], NDArray[np.float64], NDArray[np.str_]]
"""Verdict on many sets."""


def _measured(check: CriterionResult) -> str:
    unit = "" if check.unit == "1" or not np.isfinite(check.value) else f" {check.unit}"
    return f"{number(check.value)}{unit}"


def _spread(check: CriterionResult) -> str:
    known = check.value[np.isfinite(check.value)]
    if not known.size:
        return "–"
    return ", ".join(number(float(x), 3) for x in (known.min(), np.median(known), known.max()))


def _accepted(check: CriterionResult) -> str:
    """Return the accepted range of many sets as text, the widest one if it depends on the set."""
    low, high = np.min(check.low), np.max(check.high)
    same = np.min(check.high) == high and np.max(check.low) == low
    return interval(float(low), float(high), check.unit) + ("" if same else ", depends on the set")
