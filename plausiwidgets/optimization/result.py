"""The class `Result`: the record of a search, which studies store and tables list."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from plausiwidgets import models, patterns
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.optimization.distribution import Distribution
from plausiwidgets.optimization.evaluations import Evaluations
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns import CriterionResult, Protocol, judge
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.registry import is_registered
from plausiwidgets.patterns.status import CONTRADICTS, PAIR_WORDS, STATUSES, SYMBOLS
from plausiwidgets.patterns.verdict import OneVerdict
from plausiwidgets.support.json_text import read_json
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.picture import GREY, ORANGE, Axis, Plot, drawn
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.support.progress import Bar
from plausiwidgets.support.renamed import STORED_RESULT, renamed

FORMAT = "plausiwidgets-result-7"
OLD_FORMATS = ("plausiwidgets-result-5", "plausiwidgets-result-6")
"""Formats of versions 0.2 and 0.3, in which some fields have other names and which are also read."""

STATES = {
    "waiting": "waiting",
    "running": "running",
    "paused": "paused",
    "solved": "done",
    "budget": "done",
    "finished": "done",
    "stopped": "stopped",
    "time": "stopped",
    "failed": "failed",
}
"""State of a search by the reason for which it stopped."""
ENDED = ("done", "stopped", "failed")
"""States of ended work."""

AT_BOUND = 0.02
"""Maximum distance of a value that is at a bound, as a share of the range and of the bound."""
NAMED = 3
"""Maximum number of criteria in a summary."""


@renamed
@dataclass(frozen=True, repr=False)
class Result(Printed):
    """Immutable record of a search.

    Attributes
    ----------
    model, pattern : str
        Name of the model and key of the pattern.
    seed : int
        Seed of the search.
    budget : int
        Maximum number of evaluations. Searches for the thresholds of the amplitude (see `optimize`) do not count.
    letter : str
        Letter of the pattern.
    stop_reason : str
        ``"waiting"``, ``"running"`` or ``"paused"``. For an ended search, ``"solved"``, ``"budget"``, ``"finished"``
        (the strategy proposes no more points), ``"stopped"``, ``"time"`` or ``"failed"``.
    phase : str
        Next phase of the strategy, such as ``"screen"``, or ``"verify"`` in the last step. Empty at the end.
    evaluations : int
        Number of evaluated candidates.
    parameters : mapping of str to float
        Complete best set, empty before the first evaluation.
    loss : float
        Loss of the best set at `dt`, inf before the first evaluation.
    status : {"replicated", "fragile", "unverified", "rejected"}
        Status of the best set as in a `Verdict`. ``"rejected"`` means not found.
    failed_test : str
        Verification test that a fragile set fails, in words. ``"contradicts a proof"`` if the best set meets all
        criteria of a pattern that is ruled out.
    found_after : int or None
        Number of evaluations until the best set was found.
    unmet : mapping of str to str
        Value and accepted range of each criterion that the best set does not meet, by title, the largest penalty first.
    robustness : float or None
        Accepted share of copies whose parameters are all changed by up to 1 %.
    restarts : int
        Number of restarts of the strategy.
    volume : Volume
        Numbers of accepted and of all points of the screens, which estimate the share of the space that shows the
        pattern.
    bounds : mapping of str to (float, float)
        Bounds of the varied parameters. The other parameters keep their values in `parameters`.
    start : mapping of str to float
        Complete set that was evaluated first, empty without a start.
    strategy : str
        Strategy that proposed the points, with its settings.
    ruled_out : str
        Reason why no parameters within the bounds can show the pattern, empty if the pattern is not ruled out.
    dt : float or None
        Time step in ms, None for that of the model.
    engine : str
        Requested engine.
    seconds : float
        Working time in s.
    versions : mapping of str to str
        Versions of Python and the packages.
    error : str
        Error of a failed search, otherwise empty.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> result = pw.optimize("lif", "tonic_spiking", seed=0, budget=200)
    >>> result.status, result.stop_reason
    ('replicated', 'solved')
    >>> pw.Result.from_json(result.to_json()).parameters == result.parameters
    True
    """

    model: str
    pattern: str
    seed: int
    budget: int
    letter: str = ""
    stop_reason: str = "waiting"
    phase: str = ""
    evaluations: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)
    loss: float = math.inf
    status: str = "rejected"
    failed_test: str = ""
    found_after: int | None = None
    unmet: Mapping[str, str] = field(default_factory=dict)
    robustness: float | None = None
    restarts: int = 0
    volume: Volume = field(default_factory=Volume)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    start: Mapping[str, float] = field(default_factory=dict)
    strategy: str = ""
    ruled_out: str = ""
    dt: float | None = None
    engine: str = "auto"
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    problem: Problem | None = field(repr=False, compare=False, default=None)
    _history: Evaluations = field(repr=False, compare=False, default_factory=Evaluations)
    _distribution: Distribution | None = field(repr=False, compare=False, default=None)

    def __getstate__(self) -> dict[str, object]:
        """Return the state for a pickle, which like JSON excludes the objects of the model and the pattern."""
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        plain = {name: dict(value) for name, value in state.items() if isinstance(value, Mapping)}
        return state | plain | {"problem": None}

    def __copy__(self) -> Result:
        """Return the record itself, which is immutable."""
        return self

    def __deepcopy__(self, memo: object) -> Result:
        """Return the record itself, which is immutable."""
        return self

    @property
    def id(self) -> tuple[str, str, int]:
        """Model, pattern and seed, which identify the search within a study."""
        return self.model, self.pattern, self.seed

    @property
    def state(self) -> str:
        """State of the search.

        One of ``"waiting"``, ``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` and ``"failed"``.
        """
        return STATES[self.stop_reason]

    @property
    def ended(self) -> bool:
        """Whether the search has ended."""
        return self.state in ENDED

    @property
    def reproducible(self) -> bool:
        """Whether an equal call gives an equal result, which is False after a stop, a time limit or an error."""
        return self.state == "done"

    @property
    def accepted(self) -> bool:
        """Whether the best set meets every criterion at dt."""
        return self.status != "rejected"

    @property
    def unsearched(self) -> bool:
        """Whether the search was stopped, or reached its time limit, before its first evaluation."""
        return self.stop_reason in ("stopped", "time") and not self.evaluations

    @property
    def replicated(self) -> bool:
        """Whether the best set is also verified."""
        return self.status == "replicated"

    @property
    def expected_random(self) -> float:
        """Expected number of evaluations of a random search until its first hit, nan if the screens had no hit."""
        return self.volume.expected_random

    @property
    def at_bounds(self) -> tuple[str, ...]:
        """Names of the parameters of the best set that are at a bound, so that a wider range may contain better values.

        Examples
        --------
        >>> box = {"E_L": (-80.0, -55.0), "g_L": (1.0, 20.0)}
        >>> Result("adex", "mine", 0, 64, parameters={"E_L": -55.1, "g_L": 4.0}, bounds=box).at_bounds
        ('E_L',)
        """
        return tuple(
            name
            for name, (low, high) in self.bounds.items()
            if (value := self.parameters.get(name)) is not None
            and low < high
            and any(abs(value - end) <= AT_BOUND * min(abs(end), high - low) for end in (low, high))
        )

    @property
    def summary(self) -> str:
        """Outcome of the search in one sentence.

        Examples
        --------
        >>> found = Result("lif", "tonic_spiking", 0, 2000, stop_reason="solved", status="replicated", found_after=12)
        >>> found.summary
        'verified, found after 12 evaluations'
        >>> missed = {"burst ends abruptly": "0.86, must be ≥ 0.9"}
        >>> Result("lif", "mixed_mode", 0, 64, stop_reason="budget", evaluations=64, loss=0.5, unmet=missed).summary
        'not found after 64 evaluations, smallest loss 0.5; not met: burst ends abruptly (0.86, must be ≥ 0.9)'
        """
        if self.stop_reason == "failed":
            return f"{PAIR_WORDS['failed']}: {self.error}"
        ending = {"stopped": "; stopped before its end", "time": "; the time limit was reached"}.get(
            self.stop_reason, ""
        )
        return self._found + ending

    @property
    def _found(self) -> str:
        if self.unsearched:
            return PAIR_WORDS["unsearched"]
        word, after = PAIR_WORDS[self.status], f"after {_evaluations(self.evaluations)}"
        if self.status == "replicated":
            return f"{word}, found after {_evaluations(self.found_after or 0)}"
        if self.status == "fragile":
            return f"{word} {after}: the best set fails a verification test ({self.failed_test})"
        if self.status == "unverified":
            return f"{word}, {after}"
        if self.ruled_out:
            searched = f"{word} {after}, and " if self.evaluations else ""
            if self.failed_test == CONTRADICTS:
                searched = f"{word} {after}: the best set meets all criteria, but {CONTRADICTS}; "
            return f"{searched}{PAIR_WORDS['ruled_out']}: {self.ruled_out}"
        loss = f", smallest loss {self.loss:.3g}" if math.isfinite(self.loss) else ""
        if not self.unmet:
            return f"{word} {after}{loss}"
        named = [f"{name} ({value})" for name, value in self.unmet.items()]
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        beyond = f"; at a bound, which bounds= can widen: {', '.join(self.at_bounds)}" if self.at_bounds else ""
        return f"{word} {after}{loss}; not met: {', '.join(named[:NAMED])}{more}{beyond}"

    @property
    def generation(self) -> int:
        """Number of finished generations, 0 without a history."""
        return self._history.generations

    @property
    def history(self) -> pd.DataFrame:
        """Table with a row for each evaluation, whose index ``evaluation`` starts at 1.

        The columns are ``loss``, ``best`` (smallest loss so far), ``status``, ``generation``, ``restarts`` and
        ``phase``. They are followed by a column for each varied parameter (``parameter_…`` if its name is one of
        these), and a column ``penalty_…`` for each criterion. To save the table, call ``result.history.to_csv(path)``.
        It is in memory only, so it is empty for a search of an assessment and for a result that was read from JSON.
        """
        return self._history.to_frame()

    @cached_property
    def verdict(self) -> OneVerdict:
        """Verified verdict on the best set with its traces, computed on first access.

        Raises
        ------
        ValueError
            If no set has been evaluated.
        """
        self._require_set()
        model = self.model if self.problem is None else self.problem.model
        return judge(model, pattern_of(self), dict(self.parameters), dt=self.dt, engine=self.engine)

    def _require_set(self) -> None:
        if not self.parameters:
            raise ValueError(
                f"the search for {self.pattern!r} with {self.model!r} has no parameter set (state: {self.stop_reason})."
            )

    # -- for a progress display ------------------------------------------------------------------

    @property
    def _bar(self) -> Bar:
        """Content of a progress bar."""
        phase = f", {self.phase}" if self.phase else ""
        loss = f"loss {self.loss:.3g}"
        line = (
            f"{self.state}{phase}: {self.evaluations} of {self.budget} evaluations, {self.seconds:.1f} s, "
            f"{self.status if self.accepted else loss}"
        )
        return Bar("eval", self.evaluations, self.budget, loss, line)

    # -- as JSON ---------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, object]:
        """Return the record as a dict of numbers, strings, lists and dicts, with infinite and nan values as strings.

        The method `from_dict` restores it exactly, without the objects of a model and a pattern that are not
        registered.
        """
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name in _READ}
        plain["volume"] = asdict(self.volume)
        return {"format": FORMAT} | {name: _plain(value) for name, value in plain.items()}

    def to_json(self, **options: Any) -> str:
        """Return the record as a JSON text for `from_json`."""
        return json.dumps(self.to_dict(), allow_nan=False, **options)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Result:
        """Return the record of a dict that :meth:`to_dict` returned.

        Raises
        ------
        ValueError
            If the dict does not have this format.
        """
        if isinstance(data, Mapping) and data.get("format") in OLD_FORMATS:
            data = {STORED_RESULT.get(name, name): value for name, value in data.items()} | {"format": FORMAT}
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            found = data.get("format") if isinstance(data, Mapping) else type(data).__name__
            raise ValueError(f"Result: format must be {FORMAT!r}, got {found!r}.")
        try:
            known = {name: read(data[name]) for name, read in _READ.items()}
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise ValueError(f"Result: the data are incomplete ({type(error).__name__}: {error}).") from None
        for name, valid in (("stop_reason", STATES), ("status", STATUSES)):
            if known[name] not in valid:
                raise ValueError(f"Result: {name} must be one of {', '.join(valid)}, got {known[name]!r}.")
        return cls(**known)

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """Return the record of a text that :meth:`to_json` returned.

        Raises
        ------
        ValueError
            If the text does not have this format.
        """
        return cls.from_dict(read_json(text))

    # -- printed ---------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Result of {self.model} on {self.pattern}, seed {self.seed}: {self._brief}>"

    @property
    def _brief(self) -> str:
        """Outcome of the search in a few words."""
        if self.stop_reason == "failed":
            return f"{PAIR_WORDS['failed']} ({self.error})"
        return re.split("[:;]", self._found)[0] if self.ended else self.stop_reason

    def _table(self) -> Table:
        known = self._parameters()
        rows = [
            (
                name,
                number(value, 6),
                known[name].unit if name in known else "",
                interval(*self.bounds[name]) if name in self.bounds else "fixed",
            )
            for name, value in self.parameters.items()
        ]
        title = f"{self.model}, {self.pattern}, seed {self.seed}: {SYMBOLS[self._status]} {self.summary}"
        spent = [f"{self.evaluations} of {self.budget} evaluations", f"{self.seconds:.1f} s"]
        if self.dt is not None:
            spent.append(f"dt {self.dt:g} ms")
        if self.robustness is not None:
            spent.append(f"{100 * self.robustness:.0f} % of copies, changed by up to 1 %, meet all criteria")
        return Table(title, ("parameter", "value", "unit", "searched"), rows, [", ".join(spent)], numbers=(1,))

    @property
    def _status(self) -> str:
        if self.unsearched:
            return "unsearched"
        if self.ruled_out and self.status in ("fragile", "rejected"):
            return "ruled_out"
        return "failed" if self.stop_reason == "failed" else self.status

    def _parameters(self) -> Mapping[str, Parameter]:
        """Return the parameters of model and pattern by name, empty if these are no longer registered."""
        if self.problem is not None:
            return self.problem.space.parameters
        try:
            return pattern_of(self).parameters(models.get(self.model))
        except ValueError:
            return {}

    def _picture(self) -> str:
        plots = [] if len(self._history) < 2 else [objective_curve(self._history)]
        if self.parameters and self._parameters():
            model = self.model if self.problem is None else self.problem.model
            pattern = pattern_of(self)
            verdict = judge(model, pattern, dict(self.parameters), dt=self.dt, engine=self.engine, verify=False)
            plots = [*verdict._plots(), *plots]
        return drawn(*plots) if plots else ""


def _evaluations(count: int) -> str:
    return f"{count} evaluation{'s' * (count != 1)}"


def objective_curve(evaluations: Evaluations) -> Plot:
    """Return the plot of a search, with the loss of each evaluation as a dot and the smallest loss so far as a line.

    The axis is logarithmic above a thousandth of the largest loss. Smaller losses, such as 0, are at its lower end.
    """
    at = evaluations.drawn()
    loss, best = evaluations.loss[at], evaluations.best[at]
    above = loss[loss > 0.0]
    high = float(above.max()) * 1.2 if above.size else 1.0
    low = max(float(above.min()) if above.size else 0.1, high / 1e3) / 2.0
    x = Axis(0.0, float(len(evaluations)), "evaluations")
    y = Axis(low, high, "loss", lambda v: np.log(np.maximum(v, low)))
    plot = Plot(x, y, 84.0, key=((GREY, "each evaluation"), (ORANGE, "best so far")))
    plot.bars(evaluations.restarted + 1.0, share=(0.9, 1.0))
    return plot.dots(at + 1, loss, GREY, size=2.2).stairs(at + 1, best, ORANGE)


def describe_unmet(checks: Iterable[CriterionResult]) -> dict[str, str]:
    """Return the value and the accepted range of each unmet criterion by title, the largest penalty first."""
    missed = sorted((c for c in checks if not c.passed), key=lambda c: -float(c.penalty))
    return {c.title: f"{number(c.value)}, must be {interval(c.low, c.high, c.unit)}" for c in missed}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(n): _plain(v) for n, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


_READ: dict[str, Callable[[Any], Any]] = {
    "model": str,
    "pattern": str,
    "seed": int,
    "budget": int,
    "letter": str,
    "stop_reason": str,
    "phase": str,
    "evaluations": int,
    "parameters": lambda d: {n: float(v) for n, v in d.items()},
    "loss": float,
    "status": str,
    "failed_test": str,
    "found_after": lambda n: None if n is None else int(n),
    "unmet": lambda d: {n: str(v) for n, v in d.items()},
    "robustness": lambda x: None if x is None else float(x),
    "restarts": int,
    "volume": lambda d: Volume(int(d["hits"]), int(d["screened"])),
    "bounds": lambda d: {n: (float(low), float(high)) for n, (low, high) in d.items()},
    "start": lambda d: {n: float(v) for n, v in d.items()},
    "strategy": str,
    "ruled_out": str,
    "dt": lambda x: None if x is None else float(x),
    "engine": str,
    "seconds": float,
    "versions": lambda d: {n: str(v) for n, v in d.items()},
    "error": str,
}
"""Function that reads the JSON value of each field."""


def pattern_of(result: Result) -> Protocol:
    """Return the pattern of a search.

    For a result without objects, such as one from JSON, it is the pattern that currently has the key, or the
    combination of several patterns.
    """
    if result.problem is not None:
        return result.problem.pattern
    keys = result.pattern.split("_and_")
    several = len(keys) > 1 and not is_registered(result.pattern)
    return patterns.all_of(*keys) if several else patterns.get(result.pattern)
