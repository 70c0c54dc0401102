"""Evaluate the patterns of neurons with 6 to 32 bits, at the model's time step and at 1 ms.

Run ``python -m tests.benchmarks.bits_of_patterns KIND [--seeds 0 1] [--models ...]``. The kind ``rounded`` evaluates
the packaged parameter sets, rounded to each number of bits. The kind ``searched`` searches for a set with each number
of bits, and repeats a search without a verified set with the next seed. Both write ``bits_of_patterns.json``. An
interrupted run continues, because results in the file are kept. The kind ``table`` prints the table in
docs/howto/chip.md.

The file has one line for each model, kind and time step, with one text for each number of bits. The text contains the
symbol of each status, in the order of the letters A to T, and "!" for each pattern if the model cannot be rounded.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import plausiwidgets as pw
from plausiwidgets.patterns.status import SYMBOLS

FILE = Path(__file__).with_suffix(".json")
BITS = {"rounded": (32, 24, 20, *range(18, 5, -1)), "searched": (32, 24, 20, *range(18, 5, -2))}
"""Numbers of bits of each kind, in the order of their evaluation."""
STEPS = {"own": None, "1 ms": 1.0}
BUDGET = 2000
LETTERS = "ABCDEFGHIJKLMNOPQRST"
VERIFIED, NOT_SEARCHED, NO_SET = SYMBOLS["replicated"], SYMBOLS["unsearched"], "–"

Marks = Mapping[str, Mapping[str, str]]
"""Symbols of all patterns, by line of the file and number of bits."""


def marks(model: str, bits: int, dt: float | None, patterns: Sequence[str], seed: int | None) -> dict[str, str]:
    """Return the symbol of each pattern by its letter, for rounded sets if there is no seed."""
    try:
        found = pw.analysis.precision(
            model, patterns, bits=[bits], dt=dt, search=seed is not None, seed=seed or 0, budget=BUDGET
        )
    except ValueError as error:
        print(error)
        return {pw.patterns.get(pattern).letter: SYMBOLS["failed"] for pattern in patterns}
    return {entry.letter: SYMBOLS.get(entry.status, NO_SET) for entry in found.entries}


def bits_needed(of: Mapping[str, str], letter: str) -> tuple[int | None, int | None]:
    """Return the smallest number of bits at which a pattern is verified, and the smallest from which it always is."""
    verified = {int(bits): symbols[LETTERS.index(letter)] == VERIFIED for bits, symbols in of.items()}
    smallest = min((bits for bits, is_verified in verified.items() if is_verified), default=None)
    last_miss = max((bits for bits, is_verified in verified.items() if not is_verified), default=0)
    return smallest, min((bits for bits in verified if bits > last_miss), default=None)


def searched(found: Marks, model: str, step: str) -> dict[str, str]:
    """Return the best symbol of all seeds for each number of bits."""
    lines = [line for name, line in found.items() if name.startswith(f"{model} searched {step} seed ")]
    return {
        bits: "".join(
            VERIFIED if VERIFIED in column else column[0]
            for column in zip(*(line[bits] for line in lines), strict=True)
        )
        for bits in lines[0]
    }


def table(found: Marks, model: str = "izhikevich") -> list[str]:
    """Return a row for each pattern, with the bits that packaged and new sets need at both time steps."""
    columns = [marks for step in STEPS for marks in (found[f"{model} rounded {step}"], searched(found, model, step))]
    rows = []
    for letter, pattern in zip(LETTERS, map(pw.patterns.get, pw.patterns.names()), strict=True):
        cells = [in_words(*bits_needed(column, letter)) for column in columns]
        rows.append(f"| {letter} | {pattern.title} | {' | '.join(cells)} |")
    return rows


def in_words(smallest: int | None, always: int | None) -> str:
    """Return the smallest number of bits, and in parentheses the smallest without a failure above it, if it differs."""
    if smallest is None:
        return "–"
    return f"{smallest}" if smallest == always else f"{smallest} ({always or '–'})"


def missing(found: Marks, model: str, step: str, seed: int, bits: int) -> list[str]:
    """Return the patterns that no search with a smaller seed has verified."""
    lines = [found[f"{model} searched {step} seed {earlier}"][str(bits)] for earlier in range(seed)]
    return [
        pattern
        for pattern in pw.patterns.names()
        if all(line[LETTERS.index(pw.patterns.get(pattern).letter)] != VERIFIED for line in lines)
    ]


def write(found: Marks) -> None:
    """Write one line for each model, kind and time step, with the numbers of bits in ascending order."""
    lines = {name: dict(sorted(line.items(), key=lambda one: int(one[0]))) for name, line in sorted(found.items())}
    rows = (f"{json.dumps(name)}: {json.dumps(line, ensure_ascii=False)}" for name, line in lines.items())
    FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def main(kind: str, seeds: Sequence[int], models: Sequence[str]) -> None:
    """Evaluate and write what is not in the file."""
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for seed in seeds if kind == "searched" else (None,):
        for model in models:
            for step, dt in STEPS.items():
                line = found.setdefault(f"{model} {kind} {step}" + ("" if seed is None else f" seed {seed}"), {})
                for bits in BITS[kind]:
                    if str(bits) in line:
                        continue
                    began = time.process_time()
                    patterns = missing(found, model, step, seed, bits) if seed else pw.patterns.names()
                    by_letter = marks(model, bits, dt, patterns, seed) if patterns else {}
                    line[str(bits)] = "".join(by_letter.get(letter, NOT_SEARCHED) for letter in LETTERS)
                    print(model, kind, step, bits, line[str(bits)], f"{time.process_time() - began:.1f} s", flush=True)
                    write(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("rounded", "searched", "table"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--models", nargs="+", default=pw.models.names())
    chosen = parser.parse_args()
    if chosen.kind == "table":
        print("\n".join(table(json.loads(FILE.read_text(encoding="utf-8")))))
    else:
        main(chosen.kind, chosen.seeds, chosen.models)
