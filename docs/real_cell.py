"""The real cell of the page on recordings, sweep by sweep: what four neurons hold of it, and the cell itself.

``python docs/real_cell.py`` judges the sets of ``tests/data/recordings/fitted.json``, and writes the table into the
page; ``python docs/real_cell.py adex`` searches for the set of a neuron anew, as long as the file says.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.support.printed import number

PAGE = Path(__file__).parent / "howto" / "recording.md"
FOLDER = Path(__file__).parents[1] / "tests" / "data" / "recordings"
FILE, FITTED = FOLDER / "17o05028_ic_steps.abf", FOLDER / "fitted.json"
SWEEPS = range(16)
TRAIN = (0, 3, 6, 9, 12)
"""Sweeps that are searched for: fixed before the first search, and the same for every neuron."""


@dataclass(frozen=True)
class Held:
    """How many of the criteria of a sweep hold, and the coincidence factor of its spikes."""

    passed: int
    asked: int
    gamma: float

    def __str__(self) -> str:
        return f"{self.passed}/{self.asked}, {hundredths(self.gamma)}"


def hundredths(value: float) -> str:
    """Return a number with two digits behind its point."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


@cache
def cell() -> pw.recordings.RecordedPattern:
    """Return the pattern of the fitted sweeps; the others are held out."""
    return pw.from_recording(FILE, sweeps=TRAIN, holdout=[k for k in SWEEPS if k not in TRAIN], key="real_cell")


def level(sweep: int) -> str:
    """Return the current X of a sweep in pA."""
    x = -50.0 + 10.0 * sweep
    return f"{'+' if x > 0.0 else ''}{number(x)}"


@cache
def whole(*compare: str) -> pw.recordings.RecordedPattern:
    """Return the pattern of all sweeps."""
    return pw.from_recording(FILE, compare=compare or None, key="real_cell_whole")


def fits() -> dict[str, dict]:
    """Return the searches of the page, by neuron: how they were made, and the set that they found."""
    return json.loads(FITTED.read_text(encoding="utf-8"))


def of_neuron(model: str, parameters: Mapping[str, float]) -> tuple[list[Held], tuple[int, int], tuple[int, int]]:
    """Return what a set holds of each sweep, and of all criteria of the fitted ones and those held out."""
    judged = {pattern: pw.judge(model, pattern, parameters, verify=False) for pattern in (cell(), cell().held_out)}
    times = {check.key: check.value for check in pw.judge(model, whole("times"), parameters, verify=False).criteria}
    rows = []
    for k in SWEEPS:
        pattern = cell() if k in TRAIN else cell().held_out
        own = {one.criterion.key for one in pattern.compared if one.sweep == f"sweep {k}"}
        passed = [check.passed for check in judged[pattern].criteria if check.key in own]
        rows.append(Held(sum(passed), len(passed), float(times[f"gamma_{k}"])))
    totals = [(sum(check.passed for check in verdict.criteria), len(verdict.criteria)) for verdict in judged.values()]
    return rows, totals[0], totals[1]


def of_neighbours() -> tuple[list[Held | None], tuple[int, int]]:
    """Return what lies between the two neighbours of each recorded sweep holds of it, and what one neighbour holds.

    No sweep was repeated. The mean of what was measured 10 pA below and above is the nearest to a repeat that the
    recording has; of the distance of the course, the larger of the two.
    """
    below, above = _shifted(whole(), -1), _shifted(whole(), 1)
    gammas = [_shifted(whole("times"), shift) for shift in (-1, 1)]
    rows: list[Held | None] = [None] * len(SWEEPS)
    single = []
    for k in SWEEPS:
        asked = [one for one in whole().compared if one.sweep == f"sweep {k}"]
        passed = []
        for one in asked:
            low, high = one.criterion.low, one.criterion.high
            around = [values[one.criterion.key] for values, near in ((below, k - 1), (above, k + 1)) if near in SWEEPS]
            single += [low <= x <= high for x in around]
            middle = max(around) if one.name == "course" else np.nanmean([*around, np.nan])
            passed.append(low <= (round(middle) if one.name == "n" else middle) <= high)
        if 0 < k < len(SWEEPS) - 1:
            rows[k] = Held(sum(passed), len(passed), float(np.mean([values[f"gamma_{k}"] for values in gammas])))
    return rows, (sum(single), len(single))


def _shifted(pattern: pw.recordings.RecordedPattern, shift: int) -> dict[str, float]:
    """Return what is measured where each sweep is replaced by another one of the cell."""
    traces, none = pw.patterns.target(pattern).traces, np.zeros(1)
    sweeps = {}
    for name, begin in pattern.begins.items():
        other = f"sweep {min(max(pattern.numbers[name][0] + shift, 0), len(SWEEPS) - 1)}"
        trace, lag = traces[other], pattern.begins[other] - begin
        v, times = trace.v[:, trace.t + lag > -1e-9], trace.spike_times[0] + lag
        dt = float(trace.t[1] - trace.t[0])
        sweeps[name] = pw.patterns.Response(times[times >= 0.0][None], v.shape[1] * dt, v.max(axis=1), dt, v)
    rest = (none, none, none, none, none, none.astype(int), 100.0)
    measured = pattern.measure(pw.patterns.Responses(sweeps, 1, dt, *rest), None)
    return {key: float(np.atleast_1d(getattr(value, "value", value))[0]) for key, value in measured.items()}


def table() -> str:
    """Return the table of the page."""
    found = {model: of_neuron(model, one["parameters"]) for model, one in fits().items()}
    titles = [pw.models.get(model).title for model in found]
    neighbours, _ = of_neighbours()

    def rows() -> Iterator[Sequence[str]]:
        yield ("sweep", "X (pA)", *titles, "between the neighbours")
        for k in SWEEPS:
            name = f"**{k}**" if k in TRAIN else str(k)
            yield (name, level(k), *(str(sweeps[k]) for sweeps, *_ in found.values()), str(neighbours[k] or "–"))
        for words, at in (("**five fitted**", 1), ("eleven predicted", 2)):
            yield (words, "", *("{} of {}".format(*one[at]) for one in found.values()), "")
        known = [one for one in neighbours if one is not None]
        medians = [[sweep.gamma for sweep in sweeps] for sweeps, *_ in found.values()]
        yield (
            "median Γ",
            "",
            *(hundredths(float(np.median(x))) for x in medians),
            hundredths(float(np.median([one.gamma for one in known]))),
        )
        effort = [f"{one['evaluations']:,}, {one['seconds']:.0f} s".replace(",", " ", 1) for one in fits().values()]
        yield ("evaluations, processor time", "", *effort, "")

    head, *body = (f"| {' | '.join(row)} |" for row in rows())
    lines = [head, "|" + "---|" * (len(titles) + 3), *body]
    return "\n".join(lines)


def write() -> None:
    """Write the table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition("| sweep | X (pA)")
    after = rest[rest.index("\n\n") :]
    PAGE.write_text(before + table() + after, encoding="utf-8")


def search(model: str) -> None:
    """Search for a neuron's set as its row in the file says, and keep it there."""
    every = fits()
    row = every[model]
    begun = time.process_time()
    bounds = {name: tuple(ends) for name, ends in row.get("bounds", {}).items()}
    result = pw.optimize(model, cell(), seed=row["seed"], budget=row["evaluations"], bounds=bounds or None)
    row["seconds"] = round(time.process_time() - begun)
    row["parameters"] = {name: float(f"{value:.6g}") for name, value in result.parameters.items()}
    FITTED.write_text(json.dumps(every, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        search(name)
    write()
