"""The command `plausiwidgets assess`, which searches for each combination of model and pattern without the app."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING

from plausiwidgets.cli.console import (
    DONE,
    FAILED,
    INTERRUPTED,
    WRONG_USE,
    CommandError,
    complain,
    counted_interrupts,
    flush_or_close,
    print_table,
    reject_old_options,
    whole_number,
)
from plausiwidgets.cli.named import MODELS_HELP, PATTERNS_HELP, models_named, patterns_named, strategy_named

if TYPE_CHECKING:
    import pandas as pd

    from plausiwidgets.assessment import Study
    from plausiwidgets.models import NeuronModel

EXIT_CODES = (
    "Exit code 0: all searches finished. Exit code 1: a search failed, or a file cannot be written. Exit code 2: "
    "invalid arguments. Exit code 130: stopped by Ctrl-C. After Ctrl-C, the results so far are saved. A second Ctrl-C "
    "does not wait for the running search."
)


def assess_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.usage, parser.epilog = "plausiwidgets assess MODEL [MODEL ...] [options]", EXIT_CODES
    parser.add_argument("models", nargs="+", metavar="MODEL", type=models_named, help=MODELS_HELP)
    parser.add_argument("--patterns", nargs="+", metavar="PATTERN", type=patterns_named, help=PATTERNS_HELP)
    seed, positive = whole_number(0), whole_number(1)
    parser.add_argument(
        "--seed", nargs="+", default=[0], type=seed, help="seeds of the searches, each with a row (default: 0)"
    )
    parser.add_argument(
        "--budget",
        type=positive,
        help="maximum number of evaluations of a search (default: a fifth of the pattern's budget)",
    )
    parser.add_argument(
        "--strategy",
        type=strategy_named,
        metavar="MODULE:FACTORY",
        help="custom optimizer: a class or function FACTORY of a Python module, in this folder or installed",
    )
    parser.add_argument("--workers", type=positive, default=1, help="number of parallel processes (default: 1)")
    parser.add_argument(
        "--time-limit",
        type=positive,
        metavar="SECONDS",
        help="maximum working time of a search; a search that exceeds it fails",
    )
    parser.add_argument(
        "--store",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="file for finished searches; if it exists, the command reuses its searches. Of several files, the command "
        "reads all and writes the first",
    )
    parser.add_argument("--csv", type=Path, help="CSV file for the table")
    parser.add_argument(
        "--score", type=Path, help="CSV file for the number of patterns and the measured step time of each model"
    )
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--quiet", action="store_true", help="hide the progress display")
    reject_old_options(parser, "assess")


def assess(options: argparse.Namespace) -> int:
    """Run the command and return its exit code.

    The table is printed to standard output, and the progress to standard error.
    """
    from plausiwidgets.assessment import StoreError, StoreWarning, start_assessment

    require_files(options)
    asked = {
        "models": list(chain(*options.models)),
        "patterns": None if options.patterns is None else list(chain(*options.patterns)),
        "progress": None if options.quiet else "text",
    } | {name: getattr(options, name) for name in ("seed", "budget", "store", "time_limit", "strategy")}
    with warnings.catch_warnings(), processes(options.workers) as workers:
        warnings.simplefilter("ignore", StoreWarning)  # it is reported at the end, from the table
        warnings.filterwarnings("ignore", "assess: The executor has died")
        try:
            study = start_assessment(**asked, executor=workers)
        except StoreError as error:
            raise CommandError(str(error)) from None
        except ValueError as error:
            raise CommandError(str(error), WRONG_USE) from None
        with counted_interrupts() as presses:
            while not study.wait(0.2):
                if presses:
                    study.stop()
                if len(presses) > 1 and not study.wait(1.0):
                    break
            code = end(study, options, bool(presses))
            if not study.wait(0):
                os._exit(code)  # a regular exit would unload modules that the search still uses, and abort
    return code


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor | None]:
    """Provide a pool of worker processes, or None for a single process, within a context."""
    if count == 1:
        yield None
        return
    # Spawn the processes, because a forked process would wait for threads that exist only in its parent.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def end(study: Study, options: argparse.Namespace, interrupted: bool) -> int:
    """Save and print the results, and return the exit code."""
    table, snapshot = study.table(), study.snapshot()
    saved, errors = save(table, options, chain(*options.models))
    if snapshot.state == "failed":
        errors.insert(0, snapshot.error)
    if "executor_error" in table.attrs:
        errors.append(table.attrs["executor_error"])
    if "store_error" in table.attrs:
        errors.append(table.attrs["store_error"])
    elif options.store is not None:
        saved.append(f"the study in {options.store[0]} (run the same command again to continue)")
    code = reported(table, errors, options.command)
    if interrupted and not table.attrs["complete"]:
        complain(f"stopped. Saved: {' and '.join(saved) or 'nothing'}.")
        code = INTERRUPTED
    flush_or_close(sys.stdout)
    flush_or_close(sys.stderr)  # standard error may have been closed during the progress
    return code


def save(
    table: pd.DataFrame, options: argparse.Namespace, models: Iterable[NeuronModel] = ()
) -> tuple[list[str], list[str]]:
    """Write a table to its files, print it, and return descriptions of the saved files and of errors."""
    from plausiwidgets.assessment import plausibility_score, write_csv

    saved: list[str] = []
    errors: list[str] = []
    if options.csv is not None:  # save before printing, which fails if the output was closed
        try:
            write_csv(table, options.csv)
            saved.append(f"{len(table)} rows in {options.csv}")
        except OSError as error:
            errors.append(f"{options.csv} cannot be written ({error.strerror}).")
    if options.score is not None and len(table):
        try:
            plausibility_score(table, models).to_csv(options.score, index=False)
            saved.append(f"the score of each model in {options.score}")
        except OSError as error:
            errors.append(f"{options.score} cannot be written ({error.strerror}).")
    if reason := print_table(as_json(table) if options.json else summary(table)):
        errors.append(reason)
    return saved, errors


def reported(table: pd.DataFrame, errors: list[str], command: str) -> int:
    """Print errors and failed searches, and return the exit code."""
    failed = [f"{row.model} {row.pattern} seed {row.seed}" for row in table.itertuples() if row.status == "failed"]
    if failed:
        errors = [*errors, f"the search failed for {', '.join(failed)}."]
    for text in errors:
        complain(f"plausiwidgets {command}: error: {text}")
    return FAILED if errors else DONE


# ------------------------------------------------------------------ files


def require_files(options: argparse.Namespace) -> None:
    """Raise a CommandError for files that are equal or cannot be written, before hours of work."""
    written = [(name, path) for name in ("csv", "score") if (path := getattr(options, name)) is not None]
    files = [("store", path) for path in options.store or ()] + written
    for (one, first), (other, second) in combinations(files, 2):
        if one != other and same_file(first, second):
            raise CommandError(f"--{one} and --{other} must be two different files, got {second} for both.", WRONG_USE)
    for _, path in written:
        require_writable(path)


def same_file(one: Path, other: Path) -> bool:
    """Return whether two paths refer to the same file, even if it does not exist."""
    if os.path.exists(one) and os.path.exists(other):
        return os.path.samefile(one, other)
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def require_writable(path: Path) -> None:
    """Raise a CommandError if a file cannot be written."""
    existed = os.path.exists(path)
    try:
        path.open("a").close()
        if not existed:  # an empty file could be mistaken for a table, and the path may be a link
            os.unlink(os.path.realpath(path))
    except OSError as error:
        raise CommandError(f"{path} cannot be written ({error.strerror}).") from None


# ------------------------------------------------------------------ the table as text


def summary(table: pd.DataFrame) -> str:
    """Return a line for each row of a table, and the counts for each model."""
    from plausiwidgets.assessment.table import COUNTED, pair_status
    from plausiwidgets.patterns.status import SYMBOLS

    seeds = table["seed"].nunique() > 1
    lines = []
    for name, rows in table.groupby("model", sort=False):
        wide, statuses = max(len(pattern) for pattern in rows["pattern"]), []
        for row in rows.to_dict("records"):
            seed = f"seed {row['seed']}  " if seeds else ""
            what = f"{row['letter'] or ' '} {row['pattern']:<{wide}}"
            statuses.append(pair_status(row["status"], row["summary"]))
            lines.append(f"{name}  {what}  {seed}{SYMBOLS[statuses[-1]]} {row['summary']}")
        counts = {status: statuses.count(status) for status in COUNTED}
        words = ", ".join(f"{counts[status]} {word}" for status, word in COUNTED.items() if counts[status])
        lines.append(f"{name}: {words}, {rows['seconds'].sum():.1f} s\n")
    if not table.attrs["complete"]:
        lines.append("The table is not complete: some searches failed or have not finished.\n")
    return "\n".join(lines).rstrip("\n")


def as_json(table: pd.DataFrame) -> str:
    """Return a table as JSON with its completeness, versions and rows, in which missing values are null."""
    rows = table.drop(columns="versions", errors="ignore").astype(object)
    rows = rows.where(rows.notna(), None)
    study = {"complete": table.attrs["complete"], "versions": table.attrs["versions"], "rows": rows.to_dict("records")}
    return json.dumps(study, indent=1, ensure_ascii=False, allow_nan=False)
