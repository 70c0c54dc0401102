"""The record of one search: while it goes on, when it has ended, in a study's file and in a table."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plausiwidgets import models
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns import Check, Verdict, judge
from plausiwidgets.patterns.formatting import interval, number
from plausiwidgets.patterns.status import STATUSES

if TYPE_CHECKING:
    from plausiwidgets.simulation.network.layer import NeuronLayer

FORMAT = "plausiwidgets-result-4"

STATES = {
    "waiting": "waiting", "running": "running", "paused": "paused", "solved": "done", "budget": "done",
    "finished": "done", "stopped": "stopped", "time": "stopped", "failed": "failed",
}  # fmt: skip
"""The state of a search for each of its reasons."""
ENDED = ("done", "stopped", "failed")
"""States of work that is over."""

NAMED = 3
"""Most criteria that a summary names."""

Columns = Mapping[str, NDArray[Any]]
"""A history: column → array [generations], of floats or, for the phase, of strings."""

COLUMNS: dict[str, str] = {
    "evaluations": "f8", "best": "f8", "current": "f8", "median": "f8", "restarts": "i8", "phase": "U16",
}  # fmt: skip
"""Columns of a history, with their types: evaluations so far; three losses; how often the strategy has begun anew,
this generation included; and its phase."""


@dataclass(frozen=True)
class Result:
    """The record of one search; it never changes afterwards.

    Attributes
    ----------
    model, pattern : str
        Name and key.
    seed : int
        Seed of the search.
    budget : int
        Most candidates that it may judge. Where the amplitude of each is set between thresholds (see
        `optimize`), the searches for these come on top, uncounted.
    letter : str
        Of the pattern.
    reason : str
        Why it ended: ``"solved"``, ``"budget"``, ``"finished"`` (the strategy had nothing more to look at),
        ``"stopped"``, ``"time"`` or ``"failed"``; before that ``"waiting"``, ``"running"`` or ``"paused"``.
    phase : str
        What the strategy does next, such as ``"screen"``; ``"verify"`` at the end; empty when it has ended.
    evaluations : int
        Candidates judged.
    parameters : mapping of str to float
        The best set, complete; empty until a first one was judged.
    loss : float
        Of the best, at `dt`; inf until a first one was judged.
    status : {"replicated", "fragile", "unverified", "rejected"}
        Of the best, as a `Verdict` has it; "rejected" means no more than not found.
    failed_check : str
        Which verification a fragile one failed, in words.
    found_after : int or None
        Evaluations until the best was found.
    missed : mapping of str to str
        Criteria that the best does not meet, the costliest first, each with its value and what is asked for.
    robustness : float or None
        Share of copies with every parameter changed by up to 1 % that stay accepted.
    restarts : int
        How often the strategy has begun anew.
    volume : Volume
        Hits and points of the screens: the share of the space that shows the pattern.
    bounds : mapping of str to (float, float)
        The box of the free parameters.
    dt : float or None
        Time step in ms; None: the model's.
    engine : str
        As asked for.
    seconds : float
        Working time.
    versions : mapping of str to str
        Of Python and the packages.
    error : str
        What ended a search that failed.
    columns : mapping of str to ndarray
        The history; see `history`. Searches of an assessment do not keep it.
    """

    model: str
    pattern: str
    seed: int
    budget: int
    letter: str = ""
    reason: str = "waiting"
    phase: str = ""
    evaluations: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)
    loss: float = math.inf
    status: str = "rejected"
    failed_check: str = ""
    found_after: int | None = None
    missed: Mapping[str, str] = field(default_factory=dict)
    robustness: float | None = None
    restarts: int = 0
    volume: Volume = field(default_factory=Volume)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    dt: float | None = None
    engine: str = "auto"
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    columns: Columns = field(repr=False, compare=False, default_factory=dict)
    problem: Problem | None = field(repr=False, compare=False, default=None)

    unit = "eval"  # what a progress bar counts
    milestone = False  # a later record tells the same

    @property
    def key(self) -> tuple[str, str, int]:
        """Model, pattern and seed."""
        return self.model, self.pattern, self.seed

    @property
    def state(self) -> str:
        """``"waiting"``, ``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` or ``"failed"``."""
        return STATES[self.reason]

    @property
    def ended(self) -> bool:
        """Whether the search is over."""
        return self.state in ENDED

    @property
    def reproducible(self) -> bool:
        """Whether the same call gives this result again: not after a stop, a time limit or an error."""
        return self.state == "done"

    @property
    def accepted(self) -> bool:
        """Whether the best meets every criterion at dt."""
        return self.status != "rejected"

    @property
    def replicated(self) -> bool:
        """Whether the best is verified too."""
        return self.status == "replicated"

    @property
    def expected_random(self) -> float:
        """Expected evaluations of random search until its first hit; nan without a hit in the screen."""
        return self.volume.expected_random

    @property
    def summary(self) -> str:
        """The outcome in one sentence, with no claim beyond what was seen.

        Examples
        --------
        >>> found = Result("lif", "tonic_spiking", 0, 2000, reason="solved", status="replicated", found_after=12)
        >>> found.summary
        'replicated, found after 12 evaluations'
        >>> missed = {"regular firing": "0.86, asked for ≥ 0.9"}
        >>> Result("lif", "mixed_mode", 0, 64, reason="budget", evaluations=64, loss=0.5, missed=missed).summary
        'not found within 64 evaluations, least loss 0.5: the best misses regular firing (0.86, asked for ≥ 0.9)'
        """
        if self.reason == "failed":
            return f"failed: {self.error}"
        ending = {"stopped": "; stopped before its end", "time": "; the time limit was reached"}.get(self.reason, "")
        return self._found + ending

    @property
    def _found(self) -> str:
        if self.status == "replicated":
            return f"replicated, found after {self.found_after} evaluations"
        within = f"within {self.evaluations} evaluations"
        if self.status == "fragile":
            return f"fragile: accepted, but not {self.failed_check}, {within}"
        if self.status == "unverified":
            return f"accepted {within}, not verified"
        least = f", least loss {self.loss:.3g}" if math.isfinite(self.loss) else ""
        if not self.missed:
            return f"not found {within}{least}"
        named = [f"{name} ({value})" for name, value in self.missed.items()]
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        return f"not found {within}{least}: the best misses {', '.join(named[:NAMED])}{more}"

    @property
    def generation(self) -> int:
        """Finished generations, where the history is kept."""
        return len(self.columns["best"]) if self.columns else 0

    @property
    def history(self) -> pd.DataFrame:
        """A row for each generation: evaluations so far; best, current and median loss; restarts so far; phase."""
        frame = pd.DataFrame({n: np.asarray(self.columns.get(n, []), dtype=kind) for n, kind in COLUMNS.items()})
        frame["evaluations"] = frame["evaluations"].astype(int)
        frame.index.name = "generation"
        return frame

    @cached_property
    def verdict(self) -> Verdict:
        """The judge's verdict of the best, verified, with its traces; computed when it is first asked for."""
        model = self.model if self.problem is None else self.problem.model
        pattern = self.pattern if self.problem is None else self.problem.pattern
        return judge(model, pattern, dict(self.parameters), dt=self.dt, engine=self.engine)

    def to_norse(self, dt: float | None = None, **options: Any) -> NeuronLayer:
        """Return the best set as a layer of a network by :func:`plausiwidgets.to_norse`; `dt` is that of the search.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> pw.optimize("lif", "tonic_spiking", budget=64).to_norse(input="rheobase").dt
        0.1

        Raises
        ------
        ValueError, NotCompilable
            As :func:`plausiwidgets.to_norse`; ValueError without a set that was judged.
        """
        from plausiwidgets.simulation.network.layer import to_norse

        if not self.parameters:
            raise ValueError(f"the search of {self.pattern!r} with {self.model!r} has no set yet: it is {self.reason}")
        model = models.get(self.model) if self.problem is None else self.problem.model
        own = {name: self.parameters[name] for name in model.parameters}
        return to_norse(model, own, self.dt if dt is None else dt, **options)

    # -- for a progress --------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Length of a progress bar."""
        return self.budget

    @property
    def position(self) -> int:
        """Place on a progress bar."""
        return self.evaluations

    def postfix(self) -> str:
        """Return what stands beside a progress bar."""
        return f"loss {self.loss:.3g}"

    def line(self) -> str:
        """Return how far the search is in one line."""
        phase = f", {self.phase}" if self.phase else ""
        return (
            f"{self.state}{phase}: {self.evaluations} of {self.budget} evaluations, {self.seconds:.1f} s, "
            f"{self.status if self.accepted else self.postfix()}"
        )

    # -- as JSON ---------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return numbers, strings, lists and dicts only; what is not finite is "inf", "-inf" or "nan".

        `from_dict` returns the same record, bit for bit, apart from the attribute ``problem``: a model and a
        pattern that are not registered are known by their names only.
        """
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "problem"}
        plain["volume"] = asdict(self.volume)
        return {"format": FORMAT} | _plain(plain)

    def to_json(self, **options: Any) -> str:
        """Return the record as JSON text; `from_json` reads it."""
        return json.dumps(self.to_dict(), allow_nan=False, **options)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Return the record of :meth:`to_dict`.

        Raises
        ------
        ValueError
            If `data` is not such a record.
        """
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            found = data.get("format") if isinstance(data, Mapping) else type(data).__name__
            raise ValueError(f"not a result of this version: format is {found!r}, valid is {FORMAT!r}")
        try:
            known = {f.name: _READ[f.name](data[f.name]) for f in fields(cls) if f.name != "problem"}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a complete result: {type(error).__name__}: {error}") from None
        for name, valid in (("reason", STATES), ("status", STATUSES)):
            if known[name] not in valid:
                raise ValueError(f"not a result: {name} is {known[name]!r}, valid is {', '.join(valid)}")
        return cls(**known)

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """Return the record that :meth:`to_json` wrote; ValueError if it is none."""
        return cls.from_dict(json.loads(text))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(n)}{'' if n in self.bounds else ' (fixed)'}</td>"
            f"<td>{v:.6g}</td></tr>"
            for n, v in self.parameters.items()
        )
        robust = "" if self.robustness is None else f" Robustness: {100 * self.robustness:.0f} %."
        return (
            f"<div><b>{escape(self.model)}, {escape(self.pattern.replace('_', ' '))}</b>: "
            f"{escape(self.summary)}.{robust}<table>{rows}</table></div>"
        )


def describe_missed(checks: Iterable[Check]) -> dict[str, str]:
    """Return the criteria that a set does not meet, the costliest first: name → value and what is asked for.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> describe_missed(pw.judge("lif", "tonic_bursting").checks)["complete bursts"]
    '0, asked for ≥ 3 bursts'
    """
    missed = sorted((c for c in checks if not c.passed), key=lambda c: -float(c.cost))
    return {c.name: f"{number(c.value)}, asked for {interval(c.low, c.high, c.unit)}" for c in missed}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(n): _plain(v) for n, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _read_box(data: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    return {n: (float(low), float(high)) for n, (low, high) in data.items()}


def _read_columns(data: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    return {n: np.array(data[n], dtype=kind) for n, kind in COLUMNS.items()} if data else {}


_READ: dict[str, Callable[[Any], Any]] = {
    "model": str, "pattern": str, "seed": int, "budget": int, "letter": str, "reason": str, "phase": str,
    "evaluations": int, "parameters": lambda d: {n: float(v) for n, v in d.items()}, "loss": float, "status": str,
    "failed_check": str, "found_after": lambda n: None if n is None else int(n),
    "missed": lambda d: {n: str(v) for n, v in d.items()}, "robustness": lambda x: None if x is None else float(x),
    "restarts": int, "volume": lambda d: Volume(int(d["hits"]), int(d["screened"])), "bounds": _read_box,
    "dt": lambda x: None if x is None else float(x), "engine": str, "seconds": float,
    "versions": lambda d: {n: str(v) for n, v in d.items()}, "error": str, "columns": _read_columns,
}  # fmt: skip
"""How each field is read from JSON."""
