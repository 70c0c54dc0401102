"""The command `plausiwidgets assess`: models × patterns on a machine without a screen."""

from __future__ import annotations

import argparse
import json
import math
import sys
import warnings
from pathlib import Path
from typing import Any

ALL = "all"
DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
MARKS = {"replicated": "✓", "fragile": "~", "not found": "✗", "failed": "!"}


def assess_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `plausiwidgets assess`."""
    parser.add_argument(
        "models", nargs="+", metavar="MODEL", type=model_name, help="names of neuron models, such as adex lif"
    )
    parser.add_argument(
        "--patterns",
        nargs="+",
        default=[ALL],
        metavar="PATTERN",
        type=pattern_name,
        help="keys or letters of firing patterns, or all (the default)",
    )
    parser.add_argument(
        "--seed", nargs="+", default=[0], type=at_least_0, help="one seed or more, a row each (default: 0)"
    )
    parser.add_argument(
        "--budget",
        type=at_least_1,
        help="evaluations of each search (default: a quarter of the pattern's own)",
    )
    parser.add_argument(
        "--store", type=Path, help="SQLite file that keeps the study; if it exists, the study goes on there"
    )
    parser.add_argument("--csv", type=Path, help="write the table to this file")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def assess(options: argparse.Namespace) -> int:
    """Assess, print the table to standard output and the progress to standard error.

    Returns
    -------
    int
        0: complete; 1: a file could not be used; 2: wrong use; 130: ended by Ctrl-C, with what
        there was saved.
    """
    from plausiwidgets.assessment import StoreError, StoreWarning, start_assessment, write_csv

    patterns = None if ALL in options.patterns else options.patterns
    if options.csv is not None and (reason := not_writable(options.csv)):
        return complain(reason, FAILED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StoreWarning)  # told at the end, in the words of the table
        try:
            study = start_assessment(
                options.models,
                patterns,
                seed=options.seed,
                budget=options.budget,
                store=options.store,
                progress=None if options.quiet else "text",
            )
        except StoreError as error:
            return complain(str(error), FAILED)
        except ValueError as error:
            return complain(str(error), WRONG_USE)
        interrupted = False
        try:
            while not study.wait(0.2):
                pass
        except KeyboardInterrupt:
            # A second Ctrl-C ends at once; the store has every generation that was made.
            interrupted = True
            study.stop()
        table = study.result()
    code = INTERRUPTED if interrupted and not table.attrs["complete"] else DONE
    print(as_json(table) if options.json else summary(table))
    if "store_error" in table.attrs:
        code = complain(table.attrs["store_error"], code or FAILED)
    if options.csv is not None:
        try:
            write_csv(table, options.csv)
        except OSError as error:
            code = complain(f"cannot write {options.csv}: {error.strerror}", code or FAILED)
    if code == INTERRUPTED:
        saved = [f"{len(table)} rows in {options.csv}"] if options.csv is not None else []
        if options.store is not None and "store_error" not in table.attrs:
            saved.append(f"the study in {options.store}, where the same command goes on")
        print(f"stopped; saved: {' and '.join(saved) or 'nothing'}", file=sys.stderr)
    return code


def complain(text: str, code: int) -> int:
    """Print an error and return the exit code for it."""
    print(f"plausiwidgets assess: error: {text}", file=sys.stderr)
    return code


def not_writable(path: Path) -> str:
    """Return why a file cannot be written, before hours of work go into it; empty where it can."""
    try:
        with path.open("a"):
            pass
    except OSError as error:
        return f"cannot write {path}: {error.strerror}"
    return ""


# ------------------------------------------------------------------ options


def model_name(text: str) -> str:
    """A model's name from the command line, or argparse's error."""
    from plausiwidgets import models

    try:
        return models.get(text).name
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def pattern_name(text: str) -> str:
    """A pattern's key from the command line, given by key or letter, or argparse's error."""
    from plausiwidgets import patterns

    if text == ALL:
        return ALL
    letters = {patterns.get(key).letter: key for key in patterns.names()}
    try:
        return patterns.get(letters.get(text.upper(), text)).key
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def at_least_0(text: str) -> int:
    """A whole number ≥ 0."""
    return _whole(text, 0)


def at_least_1(text: str) -> int:
    """A whole number ≥ 1."""
    return _whole(text, 1)


def _whole(text: str, least: int) -> int:
    digits = text.replace("_", "")
    if not digits.isascii() or not digits.isdigit() or int(digits) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number >= {least}")
    return int(digits)


# ------------------------------------------------------------------ the table as text


def summary(table: Any) -> str:
    """Return a line for each row of a table, and the counts for each model."""
    seeds = table["seed"].nunique() > 1
    lines = []
    for name, rows in table.groupby("model", sort=False):
        wide = max(len(pattern) for pattern in rows["pattern"])
        for row in rows.itertuples():
            seed = f"seed {row.seed}  " if seeds else ""
            lines.append(
                f"{name}  {row.letter or ' '} {row.pattern:<{wide}}  {seed}{MARKS[row.status]} {row.summary}"
            )
        counts = rows["status"].value_counts()
        told = ", ".join(f"{counts[status]} {status}" for status in MARKS if status in counts)
        lines.append(f"{name}: {told}, {rows['seconds'].sum():.1f} s\n")
    if not table.attrs["complete"]:
        lines.append("The table is not complete: the assessment was stopped.\n")
    return "\n".join(lines).rstrip("\n")


def as_json(table: Any) -> str:
    """Return a table as JSON: whether it is complete, the versions, and its rows."""
    rows = [
        {name: _plain(value) for name, value in row.items() if name != "versions"}
        for row in table.to_dict("records")
    ]
    whole = {"complete": table.attrs["complete"], "versions": table.attrs["versions"], "rows": rows}
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, str):
        return value
    try:
        value = value.item() if hasattr(value, "item") else value
        return value if math.isfinite(value) else None
    except TypeError:  # pandas' own mark of a missing integer
        return None
