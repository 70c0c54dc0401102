"""What an optimization found."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.outcome import outcome
from plausiwidgets.optimization.versions import versions
from plausiwidgets.optimization.volume import Volume

FORMAT = "plausiwidgets-result-1"
REASONS = {
    "solved": "a verified solution was found",
    "budget": "the budget was spent",
    "stopped": "it was stopped",
    "time": "the time limit was reached",
}
_PLAIN = (
    "loss", "fragile", "found_after", "evaluations", "budget", "seed", "dt", "engine", "seconds", "reason",
    "robustness", "restarts",
)  # fmt: skip


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
    fragile : bool or None
        Accepted at dt but not at dt/2; None where it is not accepted.
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
        Why it ended: ``"solved"``, ``"budget"``, ``"stopped"`` or ``"time"``.
    robustness : float or None
        Share of copies with every parameter changed by up to 1 % that stay accepted.
    restarts : int
        CMA-ES starts that were given up and replaced.
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
    fragile: bool | None
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
    columns: Mapping[str, Floats] = field(repr=False, default_factory=dict)
    problem: Any = field(repr=False, compare=False, default=None)

    @property
    def accepted(self) -> bool:
        """Whether every criterion holds at dt."""
        return self.loss == 0.0

    @property
    def replicated(self) -> bool:
        """Whether every criterion holds at dt and at dt/2."""
        return self.accepted and self.fragile is False

    @property
    def reproducible(self) -> bool:
        """Whether the same call gives this result again: not after a stop or a time limit."""
        return self.reason in ("solved", "budget")

    @property
    def expected_random(self) -> float:
        """Expected evaluations of random search until its first hit; nan without a hit in the screen."""
        return self.volume.expected_random

    @property
    def status(self) -> str:
        """``"replicated"``, ``"fragile"`` or ``"not found"``."""
        return "replicated" if self.replicated else "fragile" if self.accepted else "not found"

    @property
    def summary(self) -> str:
        """The outcome in one sentence, with no claim beyond it."""
        text = outcome(self.status, self.evaluations, self.found_after, _finite(self.loss))
        return f"{text}; {REASONS[self.reason]}"

    @property
    def history(self) -> pd.DataFrame:
        """A row for each generation: evaluations so far; best, current and median loss; phase."""
        frame = pd.DataFrame({n: np.asarray(c) for n, c in self.columns.items() if n != "screen"})
        frame["evaluations"] = frame["evaluations"].astype(int)
        frame["phase"] = np.where(np.asarray(self.columns["screen"]) > 0, "screen", "search")
        frame.index.name = "generation"
        return frame

    @cached_property
    def verdict(self) -> Any:
        """The judge's Verdict of the best, with its traces, verified at dt/2 (computed when first asked)."""
        from plausiwidgets.patterns import judge

        model = self.problem.model if self.problem is not None else self.model
        pattern = self.problem.pattern if self.problem is not None else self.pattern
        return judge(model, pattern, dict(self.parameters), dt=self.dt, engine=self.engine, verify=True)

    def to_dict(self) -> dict[str, Any]:
        """Return numbers, strings, lists and dicts only; what is not finite becomes None."""
        plain = {n: _finite(getattr(self, n)) for n in _PLAIN}
        return {
            "format": FORMAT,
            "model": self.model,
            "pattern": self.pattern,
            "status": self.status,
            "parameters": dict(self.parameters),
            **plain,
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
            if plain["reason"] not in REASONS:
                raise ValueError(f"reason {plain['reason']!r}")
            return cls(
                model=str(data["model"]),
                pattern=str(data["pattern"]),
                parameters={str(n): float(v) for n, v in data["parameters"].items()},
                volume=Volume(int(data["volume"]["hits"]), int(data["volume"]["screened"])),
                bounds={str(n): (float(a), float(b)) for n, (a, b) in data["bounds"].items()},
                versions={str(n): str(v) for n, v in data["versions"].items()},
                columns={str(n): np.array(c, dtype=np.float64) for n, c in data["history"].items()},
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
        fragile=best.fragile if best else None,
        found_after=best.evaluation if best else None,
        evaluations=optimizer.search.evaluations,
        budget=optimizer.budget,
        seed=optimizer.seed,
        dt=problem.dt,
        engine=problem.engine,
        seconds=seconds,
        reason=reason,
        robustness=robustness,
        restarts=optimizer.search.restarts,
        volume=optimizer.volume,
        bounds={n: (float(a), float(b)) for n, a, b in zip(space.names, space.low, space.high, strict=True)},
        versions=versions(),
        columns=optimizer.history.frozen(),
        problem=problem,
    )


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
