"""What a search found."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plausiwidgets.optimization.optimizer import COLUMNS, Columns, Optimizer
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.versions import versions
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns import Check, Verdict, judge
from plausiwidgets.patterns.formatting import interval, number
from plausiwidgets.patterns.status import STATUSES

FORMAT = "plausiwidgets-result-3"
REASONS = {
    "solved": "a verified solution was found",
    "budget": "the budget was spent",
    "finished": "the strategy had nothing more to look at",
    "stopped": "it was stopped",
    "time": "the time limit was reached",
}
_PLAIN = (
    "loss", "status", "failed_check", "found_after", "evaluations", "budget", "seed", "dt", "engine", "seconds",
    "reason", "robustness", "restarts",
)  # fmt: skip
NAMED = 3
"""Most criteria that a sentence about a vain search names."""


@dataclass(frozen=True)
class Result:
    """The outcome of one optimization.

    Attributes
    ----------
    model, pattern : str
        Name and key.
    parameters : mapping of str to float
        The best complete set.
    loss : float
        Of the best, at `dt`; inf when it was stopped before the first generation.
    status : {"replicated", "fragile", "unverified", "rejected"}
        Of the best, as a `Verdict` has it; "rejected" means no more than not found.
    failed_check : str
        Which verification a fragile one failed, in words.
    missed : tuple of str
        What the best does not meet and by how much, the costliest first; see `describe_missed`.
    found_after : int or None
        Evaluations until the best was found.
    evaluations, budget : int
        Judged candidates, and how many were allowed. Where the amplitude of each is set between
        thresholds (see `optimize`), the searches for these come on top, uncounted.
    seed : int
        Seed of the search.
    dt : float
        Time step in ms.
    engine : str
        As asked for.
    seconds : float
        Working time.
    reason : str
        Why it ended: ``"solved"``, ``"budget"``, ``"finished"``, ``"stopped"`` or ``"time"``.
    robustness : float or None
        Share of copies with every parameter changed by up to 1 % that stay accepted.
    restarts : int
        How often the strategy has begun anew.
    volume : Volume
        Hits and points of the screen: the share of the space that shows the pattern.
    bounds : mapping of str to (float, float)
        The box of the free parameters.
    versions : mapping of str to str
        Of Python and the packages.
    columns : mapping of str to ndarray
        The history; see `history`.
    """

    model: str
    pattern: str
    parameters: Mapping[str, float]
    loss: float
    status: str
    failed_check: str
    missed: tuple[str, ...]
    found_after: int | None
    evaluations: int
    budget: int
    seed: int
    dt: float
    engine: str
    seconds: float
    reason: str
    robustness: float | None
    restarts: int
    volume: Volume
    bounds: Mapping[str, tuple[float, float]]
    versions: Mapping[str, str]
    columns: Columns = field(repr=False, default_factory=dict)
    problem: Problem | None = field(repr=False, compare=False, default=None)

    @property
    def accepted(self) -> bool:
        """Whether every criterion holds at dt."""
        return self.status != "rejected"

    @property
    def replicated(self) -> bool:
        """Whether it is verified too."""
        return self.status == "replicated"

    @property
    def reproducible(self) -> bool:
        """Whether the same call gives this result again: not after a stop or a time limit."""
        return self.reason in ("solved", "budget", "finished")

    @property
    def expected_random(self) -> float:
        """Expected evaluations of random search until its first hit; nan without a hit in the screen."""
        return self.volume.expected_random

    @property
    def summary(self) -> str:
        """The outcome in one sentence, with no claim beyond it."""
        loss = _finite(self.loss)
        text = describe_outcome(self.status, self.failed_check, self.evaluations, self.found_after, loss, self.missed)
        return f"{text}; {REASONS[self.reason]}"

    @property
    def history(self) -> pd.DataFrame:
        """A row for each generation: evaluations so far; best, current and median loss; restarts so far; phase."""
        frame = pd.DataFrame({n: np.asarray(c) for n, c in self.columns.items()})
        frame["evaluations"] = frame["evaluations"].astype(int)
        frame.index.name = "generation"
        return frame

    @property
    def restarts_at(self) -> NDArray[np.int64]:
        """Evaluations after which the strategy began anew, ascending."""
        return restarts_at(self.columns)

    @cached_property
    def verdict(self) -> Verdict:
        """The judge's verdict of the best, verified, with its traces; computed when it is first asked for."""
        model = self.model if self.problem is None else self.problem.model
        pattern = self.pattern if self.problem is None else self.problem.pattern
        return judge(model, pattern, dict(self.parameters), dt=self.dt, engine=self.engine)

    def to_dict(self) -> dict[str, Any]:
        """Return numbers, strings, lists and dicts only; what is not finite becomes None."""
        plain = {n: _finite(getattr(self, n)) for n in _PLAIN}
        return {
            "format": FORMAT,
            "model": self.model,
            "pattern": self.pattern,
            "parameters": dict(self.parameters),
            **plain,
            "missed": list(self.missed),
            "volume": {"hits": self.volume.hits, "screened": self.volume.screened},
            "bounds": {n: list(b) for n, b in self.bounds.items()},
            "versions": dict(self.versions),
            "history": {n: np.asarray(c).tolist() for n, c in self.columns.items()},
        }

    def to_json(self, **options: Any) -> str:
        """Return the result as JSON text; `from_json` reads it."""
        return json.dumps(self.to_dict(), allow_nan=False, **options)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Return the result of :meth:`to_dict`.

        Raises
        ------
        ValueError
            If `data` is not such a result.
        """
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            found = data.get("format") if isinstance(data, Mapping) else type(data).__name__
            raise ValueError(f"not a result of this version: format is {found!r}, valid is {FORMAT!r}")
        try:
            plain = {n: data[n] for n in _PLAIN}
            plain["loss"] = math.inf if plain["loss"] is None else float(plain["loss"])
            for name, valid in (("reason", REASONS), ("status", STATUSES)):
                if plain[name] not in valid:
                    raise ValueError(f"{name} {plain[name]!r}")
            return cls(
                model=str(data["model"]),
                pattern=str(data["pattern"]),
                missed=tuple(str(text) for text in data["missed"]),
                parameters={str(n): float(v) for n, v in data["parameters"].items()},
                volume=Volume(int(data["volume"]["hits"]), int(data["volume"]["screened"])),
                bounds={str(n): (float(a), float(b)) for n, (a, b) in data["bounds"].items()},
                versions={str(n): str(v) for n, v in data["versions"].items()},
                columns={n: np.array(data["history"][n], dtype=kind) for n, kind in COLUMNS.items()},
                **plain,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a complete result: {type(error).__name__}: {error}") from None

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Return the result that :meth:`to_json` wrote; ValueError if it is none."""
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


def make_result(optimizer: Optimizer, seconds: float, reason: str, robustness: float | None) -> Result:
    """Return the result of an optimizer that is done, or was stopped."""
    problem, best = optimizer.problem, optimizer.best
    space = problem.space
    return Result(
        model=problem.model.name,
        pattern=problem.pattern.key,
        parameters=dict(best.parameters if best else space.base),
        loss=best.loss if best else math.inf,
        status=best.status if best else "rejected",
        failed_check=best.failed_check if best else "",
        missed=describe_missed(best.checks) if best else (),
        found_after=best.evaluation if best else None,
        evaluations=optimizer.evaluations,
        budget=optimizer.budget,
        seed=optimizer.seed,
        dt=problem.dt,
        engine=problem.engine,
        seconds=seconds,
        reason=reason,
        robustness=robustness,
        restarts=optimizer.strategy.restarts,
        volume=optimizer.volume,
        bounds={n: (float(a), float(b)) for n, a, b in zip(space.names, space.low, space.high, strict=True)},
        versions=versions(),
        columns=optimizer.history.frozen(),
        problem=problem,
    )


def restarts_at(history: Columns) -> NDArray[np.int64]:
    """Return the evaluations after which a strategy began anew, from a history.

    Examples
    --------
    >>> restarts_at({"evaluations": np.array([64, 80, 96]), "restarts": np.array([0, 0, 1])})
    array([80])
    """
    if not history:
        return np.empty(0, dtype=np.int64)
    evaluations = np.asarray(history["evaluations"], dtype=np.int64)
    return evaluations[:-1][np.diff(history["restarts"]) > 0]


def describe_missed(checks: Iterable[Check]) -> tuple[str, ...]:
    """Return the criteria that a set does not meet, each with its value and what is asked for, the costliest first.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> describe_missed(pw.judge("lif", "tonic_bursting").checks)[-1]
    'complete bursts (0, asked for ≥ 3 bursts)'
    """
    open_ = sorted((c for c in checks if not c.passed), key=lambda c: -float(c.cost))
    return tuple(f"{c.name} ({number(c.value)}, asked for {interval(c.low, c.high, c.unit)})" for c in open_)


def describe_outcome(
    status: str,
    failed_check: str,
    evaluations: int,
    found_after: int | None,
    loss: float | None,
    missed: Sequence[str] = (),
) -> str:
    """Return what a search found, in words that claim no more than was seen.

    Examples
    --------
    >>> describe_outcome("replicated", "", 64, 12, 0.0)
    'replicated, found after 12 evaluations'
    >>> describe_outcome("rejected", "", 2000, None, 0.5)
    'not found within 2000 evaluations, least loss 0.5'
    >>> describe_outcome("rejected", "", 2000, None, 0.5, ["step to regular firing (0.86, asked for ≥ 0.9)"])
    'not found within 2000 evaluations, least loss 0.5: the best misses step to regular firing (0.86, asked for ≥ 0.9)'
    """
    if status == "replicated":
        return f"replicated, found after {found_after} evaluations"
    if status == "fragile":
        return f"fragile: accepted, but not {failed_check}, within {evaluations} evaluations"
    least = "" if loss is None else f", least loss {loss:.3g}"
    if not missed:
        return f"not found within {evaluations} evaluations{least}"
    more = f" and {len(missed) - NAMED} more" if len(missed) > NAMED else ""
    return f"not found within {evaluations} evaluations{least}: the best misses {', '.join(missed[:NAMED])}{more}"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
