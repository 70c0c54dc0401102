"""Criteria in Python and in the app: the same range and the same penalty, to the last bit."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.criterion import KINDS
from plausiwidgets.widgets.catalogue.described import _criterion

RANGES = ((2.0, 4.0), (2.0, np.inf), (-np.inf, 4.0), (4.0, 4.0))
VARIANTS = ({}, {"weight": 0.25}, {"per_span": True}, {"at_least_steps": 3.0}, {"per_span": True, "scale": 0.5})
GRADINGS = ((15.0, 0.0, 0.0), (30.0, 1.5, 0.0), (7.5, 0.0, 0.75), (15.0, np.inf, 3.0))
"""Span, gap and progress."""
DT = 0.1
CRITERIA = """
function answer(cases) {
  return cases.map(([criterion, rows]) => rows.map(([[span, gap, progress], values]) => {
    const [low, high] = rangeOf(criterion, span, %s);
    const penalties = Array.from(values, (value) => penaltyOf(criterion, value, low, high, { span, gap, progress }));
    return bytes([low, high, ...penalties]);
  }));
}
"""


def positions(low: float, high: float) -> dict[str, float]:
    """Return values outside, at the ends of, and inside a range.

    Below and above are off by a factor of 2, because other logarithms of NumPy and V8 differ in the last bit.
    """
    low, high = max(low, -high), min(high, 2.0 * abs(low))
    return {
        "zero": 0.0,
        "below": low / 2.0,
        "just below": np.nextafter(low, -np.inf),
        "lower end": low,
        "inside": 0.5 * (low + high),
        "upper end": high,
        "just above": np.nextafter(high, np.inf),
        "above": high * 2.0,
        "far above": 2.0**200,
        "infinite": np.inf,
        "negative infinite": -np.inf,
        "negative": -1.0,
        "nan": np.nan,
    }


def criteria(kind: str) -> Iterator[pw.Criterion]:
    for low, high in RANGES:
        for variant in VARIANTS:
            yield pw.Criterion("x", "X", "What is measured.", low=low, high=high, kind=kind, **variant)


def ranged(criterion: pw.Criterion, span: float) -> tuple[np.ndarray, np.ndarray]:
    low, high = criterion.interval(np.array([span]), DT)
    return low, high


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_criterion_gives_the_penalty_of_python_in_every_position(tmp_path: Path, kind: str) -> None:
    pattern = pw.patterns.get("tonic_spiking")
    cases, expected = [], []
    for criterion in criteria(kind):
        rows = []
        for grading in GRADINGS:
            [low], [high] = ranged(criterion, grading[0])
            values = np.array(list(positions(low, high).values()))
            columns = [np.full_like(values, x) for x in (low, high, *grading)]
            rows.append([np.array(grading), values])
            expected.append((f"{criterion} {grading}", [low, high, *criterion.penalty(values, *columns)]))
        cases.append([_criterion("", pattern, criterion), rows])
    source = f"{node.imported('penaltyOf, rangeOf', 'engine/criteria')}\n{CRITERIA % DT}"
    answers = [row for rows in node.run(tmp_path, source, cases) for row in rows]
    for (where, penalties), answer in zip(expected, answers, strict=True):
        np.testing.assert_array_equal(answer, penalties, where)


def test_the_positions_are_inside_and_outside() -> None:
    places = positions(2.0, 4.0)
    penalties = pw.Criterion("x", "X", low=2.0, high=4.0).violation(np.array(list(places.values())))
    inside = [name for name, penalty in zip(places, penalties, strict=True) if penalty == 0.0]
    assert inside == ["lower end", "inside", "upper end"]


def test_the_app_refuses_a_kind_that_only_python_has(tmp_path: Path) -> None:
    criterion = dataclasses.asdict(pw.Criterion("x", "X", low=2.0, high=4.0)) | {"kind": "gaussian"}
    source = (
        f"{node.imported('checkKind, penaltyOf', 'engine/criteria')}\n"
        """
    const refusal = (act) => { try { act(); } catch (error) { return error.message; } };
    const answer = ([criterion]) => [
      refusal(() => checkKind(criterion)),
      refusal(() => penaltyOf(criterion, 5, 2, 4, { span: 15, gap: 0, progress: 0 })),
    ];
    """
    )
    refused = "unknown kind of criterion: gaussian"
    assert node.run(tmp_path, source, [{**criterion, "high": None}]) == [refused, refused]
