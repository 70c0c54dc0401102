"""The command `plausiwidgets assess`: models × patterns on a machine without a screen."""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plausiwidgets.cli.console import (
    DONE,
    FAILED,
    INTERRUPTED,
    WRONG_USE,
    complain,
    counted_interrupts,
    flush_or_close,
    print_table,
)

if TYPE_CHECKING:
    import pandas as pd

    from plausiwidgets.assessment import Study

ALL = "all"
EXIT_CODES = (
    "Exit codes: 0 complete; 1 a search failed, or something could not be written; 2 wrong use; "
    "130 ended by Ctrl-C, with what there was saved (a second Ctrl-C does not wait for the search at work)."
)


def assess_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `plausiwidgets assess`."""
    parser.usage, parser.epilog = "plausiwidgets assess MODEL [MODEL ...] [options]", EXIT_CODES
    parser.add_argument(
        "models",
        nargs="+",
        metavar="MODEL",
        type=model_name,
        help="names of neuron models, such as adex lif, or all; before the options",
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
        help="evaluations of each search (default: a fifth of the pattern's own)",
    )
    parser.add_argument(
        "--workers", type=at_least_1, default=1, help="processes that search at the same time (default: 1, this one)"
    )
    parser.add_argument(
        "--store",
        type=Path,
        help="text file that keeps each search that has ended; if it exists, the study goes on with it",
    )
    parser.add_argument(
        "--time-limit", type=at_least_1, metavar="SECONDS", help="most working time of a search, which then has failed"
    )
    parser.add_argument("--csv", type=Path, help="write the table to this file")
    parser.add_argument(
        "--score", type=Path, help="write what each model shows and costs to this file, as CSV; the time is measured"
    )
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def assess(options: argparse.Namespace) -> int:
    """Assess, print the table to standard output and the progress to standard error.

    Returns
    -------
    int
        As `EXIT_CODES` has it.
    """
    from plausiwidgets.assessment import StoreError, StoreWarning, start_assessment

    files = {name: getattr(options, name) for name in ("store", "csv", "score") if getattr(options, name) is not None}
    for (one, first), (other, second) in combinations(files.items(), 2):
        if same_file(first, second):
            return refuse(f"--{one} and --{other} are the same file, {second}: name two", WRONG_USE)
    for name in ("csv", "score"):
        if name in files and (reason := why_not_writable(files[name])):
            return refuse(reason, FAILED)
    with warnings.catch_warnings(), processes(options.workers) as workers:
        warnings.simplefilter("ignore", StoreWarning)  # told at the end, in the words of the table
        try:
            study = start_assessment(
                named(options.models),
                None if ALL in options.patterns else options.patterns,
                seed=options.seed,
                budget=options.budget,
                executor=workers,
                store=options.store,
                time_limit=options.time_limit,
                progress=None if options.quiet else "text",
            )
        except StoreError as error:
            return refuse(str(error), FAILED)
        except ValueError as error:
            return refuse(str(error), WRONG_USE)
        with counted_interrupts() as presses:
            while not study.wait(0.2):
                if presses:
                    study.stop()
                if len(presses) > 1 and not study.wait(1.0):
                    break
            code = end(study, options, bool(presses))
            if not study.wait(0):
                os._exit(code)  # Python's own end would pull the ground from under the search, and abort
    return code


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor | None]:
    """Lend processes that search; None for one, which is this one. Ctrl-C reaches them as it does this one."""
    if count == 1:
        yield None
        return
    # A forked process would wait for threads that it does not have.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def end(study: Study, options: argparse.Namespace, interrupted: bool) -> int:
    """Save what was found, print it, and return the exit code."""
    from plausiwidgets.assessment import plausibility_score, write_csv

    table, snapshot = study.table(), study.snapshot()
    saved: list[str] = []
    errors = [snapshot.error] if snapshot.state == "failed" else []
    if options.csv is not None:  # before printing, which fails where the output was closed
        try:
            write_csv(table, options.csv)
            saved.append(f"{len(table)} rows in {options.csv}")
        except OSError as error:
            errors.append(f"cannot write {options.csv}: {error.strerror}")
    if options.score is not None and len(table):
        try:
            plausibility_score(table).to_csv(options.score, index=False)
            saved.append(f"the score of each model in {options.score}")
        except OSError as error:
            errors.append(f"cannot write {options.score}: {error.strerror}")
    if reason := print_table(as_json(table) if options.json else summary(table)):
        errors.append(reason)
    if "store_error" in table.attrs:
        errors.append(table.attrs["store_error"])
    elif options.store is not None:
        saved.append(f"the study in {options.store}, where the same command goes on")
    failed = [f"{row.model} {row.pattern} seed {row.seed}" for row in table.itertuples() if row.status == "failed"]
    if failed:
        errors.append(f"the search failed for {', '.join(failed)}")
    code = DONE
    for text in errors:
        code = refuse(text, FAILED)
    if interrupted and not table.attrs["complete"]:
        complain(f"stopped; saved: {' and '.join(saved) or 'nothing'}")
        code = INTERRUPTED
    flush_or_close(sys.stdout)
    flush_or_close(sys.stderr)  # the progress may have met its end
    return code


# ------------------------------------------------------------------ files


def same_file(one: Path, other: Path) -> bool:
    """Return whether two paths are one file, there already or not."""
    if os.path.exists(one) and os.path.exists(other):
        return os.path.samefile(one, other)
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def why_not_writable(path: Path) -> str:
    """Return why a file cannot be written, before hours of work go into it; empty where it can."""
    there = os.path.exists(path)
    try:
        path.open("a").close()
        if not there:  # an empty file would be taken for a table; a link may point to it
            os.unlink(os.path.realpath(path))
    except OSError as error:
        return f"cannot write {path}: {error.strerror}"
    return ""


def refuse(text: str, code: int) -> int:
    """Print an error and return the exit code for it."""
    complain(f"plausiwidgets assess: error: {text}")
    return code


# ------------------------------------------------------------------ options


def named(chosen: list[str]) -> list[str]:
    """Return the models that are meant."""
    from plausiwidgets import models

    return models.names() if ALL in chosen else chosen


def model_name(text: str) -> str:
    """A model's name from the command line, or argparse's error."""
    from plausiwidgets import models

    if text == ALL:
        return ALL
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


def summary(table: pd.DataFrame) -> str:
    """Return a line for each row of a table, and the counts for each model."""
    from plausiwidgets.assessment.table import COUNTED
    from plausiwidgets.patterns.status import MARKS

    seeds = table["seed"].nunique() > 1
    lines = []
    for name, rows in table.groupby("model", sort=False):
        wide = max(len(pattern) for pattern in rows["pattern"])
        for row in rows.to_dict("records"):
            seed = f"seed {row['seed']}  " if seeds else ""
            what = f"{row['letter'] or ' '} {row['pattern']:<{wide}}"
            lines.append(f"{name}  {what}  {seed}{MARKS[row['status']]} {row['summary']}")
        counts = rows["status"].value_counts()
        told = ", ".join(f"{counts[status]} {word}" for status, word in COUNTED.items() if status in counts)
        lines.append(f"{name}: {told}, {rows['seconds'].sum():.1f} s\n")
    if not table.attrs["complete"]:
        lines.append("The table is not complete: not every search came to its end.\n")
    return "\n".join(lines).rstrip("\n")


def as_json(table: pd.DataFrame) -> str:
    """Return a table as JSON: whether it is complete, the versions, and its rows."""
    rows = [
        {name: _plain(value) for name, value in row.items() if name != "versions"} for row in table.to_dict("records")
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
