"""Precision that a pattern requires: parameter sets of a neuron in the number formats of a chip."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plausiwidgets.models.fixed_point import fixed_point
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.optimization.api import optimize
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.judge import judge
from plausiwidgets.patterns.packaged import packaged_set
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.registry import Named, names
from plausiwidgets.patterns.registry import get as get_pattern
from plausiwidgets.patterns.status import SYMBOLS, WORDS
from plausiwidgets.support.arguments import checked, whole
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.progress import ProgressLike, watched

BITS = (8, 10, 12, 14, 16, 18, 20, 24, 32)
NO_SET = "no set"
"""Status of a pattern without a packaged set if no set is searched for."""


@dataclass(frozen=True)
class PrecisionEntry:
    """Result of a pattern in one number format.

    Attributes
    ----------
    pattern, letter : str
        Key and letter of the pattern.
    bits : int or str
        Number format, as in :func:`plausiwidgets.models.fixed_point`.
    status, failed_test : str
        Status and failed test of the verdict. The status is ``"no set"`` for a pattern without a packaged set.
    parameters : mapping of str to float
        Evaluated parameter set, empty without one.
    """

    pattern: str
    letter: str
    bits: int | str
    status: str
    failed_test: str
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Precision:
    """Patterns that a neuron shows in number formats of a chip.

    Attributes
    ----------
    model : str
        Key of the neuron in float64.
    dt : float or None
        Time step in ms, None for that of each packaged set.
    bits : tuple of int or str
        Number formats in the order of the columns.
    entries : tuple of PrecisionEntry
        Result of each pattern in each format.
    searched : bool
        Whether a search found the sets in each format. Otherwise they are the rounded packaged sets.
    """

    model: str
    dt: float | None
    bits: tuple[int | str, ...]
    entries: tuple[PrecisionEntry, ...]
    searched: bool

    @property
    def shown(self) -> dict[int | str, int]:
        """Number of replicated patterns by format."""
        return {bits: sum(e.status == "replicated" for e in self.entries if e.bits == bits) for bits in self.bits}

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each pattern and format.

        Parameters are JSON texts.
        """
        return pd.DataFrame(
            [{**vars(entry), "parameters": json.dumps(dict(entry.parameters))} for entry in self.entries]
        )

    def __str__(self) -> str:
        """Return a table of patterns and formats with a symbol for each status."""
        by_place = {(e.letter, e.bits): SYMBOLS.get(e.status, "–") for e in self.entries}
        letters = list(dict.fromkeys(e.letter for e in self.entries))
        widths = [max(len(str(bits)), 2) for bits in self.bits]
        lines = ["bits " + " ".join(f"{bits:>{w}}" for bits, w in zip(self.bits, widths, strict=True))]
        for letter in letters:
            marks = (by_place[letter, bits] for bits in self.bits)
            lines.append(f"{letter:<4} " + " ".join(f"{m:>{w}}" for m, w in zip(marks, widths, strict=True)))
        counts = self.shown.values()
        lines.append("✓    " + " ".join(f"{count:>{w}}" for count, w in zip(counts, widths, strict=True)))
        sets = "sets found in each format" if self.searched else "packaged sets, rounded"
        legend = ", ".join(f"{SYMBOLS[status]} {WORDS[status]}" for status in ("replicated", "fragile", "rejected"))
        return "\n".join([f"{self.model}: {sets}", *lines, legend])

    def _picture(self) -> None:
        """Return None, because this result has no picture without Plotly."""


@checked
def precision(
    model: str | NeuronModel,
    patterns: Sequence[Named] | None = None,
    bits: Sequence[int | str] = BITS,
    search: bool = False,
    *,
    ranges: Mapping[str, float] | None = None,
    dt: float | None = None,
    seed: int = 0,
    budget: int = 4000,
    progress: ProgressLike = None,
) -> Precision:
    """Return the patterns that a neuron shows in number formats of a chip.

    Parameters
    ----------
    model : str or NeuronModel
        Model in float64.
    patterns : sequence of str or Pattern, optional
        Patterns to evaluate, by default all of them.
    bits : sequence of int or str
        Number formats, as in :func:`plausiwidgets.models.fixed_point`.
    search : bool
        Whether to search for a set in each format. Otherwise the packaged set is rounded to each format.
    ranges : mapping of str to float, optional
        Ranges of the state variables, as in :func:`plausiwidgets.models.fixed_point`.
    dt : float, optional
        Time step in ms, such as 1.0 for most chips, by default that of each packaged set.
    seed, budget : int
        Seed and budget of each search, as in :func:`plausiwidgets.optimize`.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    Precision

    Raises
    ------
    ValueError
        If there are no patterns or no formats, and in the cases of :func:`plausiwidgets.models.fixed_point` and
        :func:`plausiwidgets.judge`.

    Notes
    -----
    Fewer bits do not always lead to fewer patterns. A packaged set may be accepted with 18 bits and rejected with 20,
    because rounding changes its parameters. To find the patterns that a format allows, search for a set in that format.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> print(pw.analysis.precision("izhikevich", ["tonic_spiking", "subthreshold_oscillations"], bits=[16, 24]))
    izhikevich: packaged sets, rounded
    bits 16 24
    A     ✓  ✓
    J     ✗  ✓
    ✓     1  2
    ✓ verified, ~ not robust, ✗ criteria not met
    """
    neuron = get_model(model)
    # A pattern or format that is given twice has one row or column.
    wanted = dict.fromkeys(get_pattern(p) for p in (names() if patterns is None else patterns))
    chosen = [judged(pattern, "evaluated in number formats") for pattern in wanted]
    formats = list(dict.fromkeys(bits))
    if not chosen or not formats:
        raise ValueError(
            f"precision: {'patterns' if not chosen else 'bits'} must contain at least one entry, got none."
        )
    whole("precision", "budget", budget, 1)
    chips = [fixed_point(neuron, one, ranges=ranges, dt=dt) for one in formats]
    entries = []
    with watched("precision", progress) as checkpoint:
        for pattern in chosen:
            for one, chip in zip(formats, chips, strict=True):
                if checkpoint is not None:
                    checkpoint()
                entries.append(_entry(chip, pattern, one, search, dt, seed, budget))
    return Precision(neuron.key, dt, tuple(formats), tuple(entries), search)


def _entry(
    chip: NeuronModel, pattern: Protocol, bits: int | str, search: bool, dt: float | None, seed: int, budget: int
) -> PrecisionEntry:
    """Return the result of one pattern in one format."""
    if search:
        verdict = optimize(chip, pattern, seed=seed, budget=budget, dt=dt).verdict
    elif packaged_set(chip, pattern) is None:
        return PrecisionEntry(pattern.key, pattern.letter, bits, NO_SET, "", {})
    else:
        verdict = judge(chip, pattern, dt=dt)
    return PrecisionEntry(
        pattern.key, pattern.letter, bits, verdict.status, verdict.failed_test, dict(verdict.parameters)
    )
