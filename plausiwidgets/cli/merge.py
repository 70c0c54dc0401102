"""The command `plausiwidgets merge`: one table of the files of a study's shards."""

from __future__ import annotations

import argparse
from pathlib import Path

from plausiwidgets.cli.assess import output_options, reported, require_files, same_file, save
from plausiwidgets.cli.console import WRONG_USE, CommandError

MAX_NAMED = 20
"""Most missing parts that are named in an error."""


def merge_options(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "plausiwidgets merge FILE [FILE ...] [options]"
    parser.epilog = (
        "Exit code 0: all searches are in the table. Exit code 1: a search is missing or failed, the files belong to "
        "different studies, or a file cannot be written. Exit code 2: invalid arguments."
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        type=Path,
        help="study files that `plausiwidgets assess --store` has written",
    )
    parser.add_argument(
        "--store", type=Path, help="new file for the merged study, which `plausiwidgets assess` can continue"
    )
    output_options(parser)


def merge(options: argparse.Namespace) -> int:
    """Print the table to standard output and what is missing to standard error; return the exit code."""
    from plausiwidgets.assessment import StoreError, merge_studies

    require_files(options)
    for name in ("csv", "score"):
        target = getattr(options, name)
        if target is not None and any(same_file(target, file) for file in options.files):
            raise CommandError(f"--{name} must not be one of the files to merge, got {target}.", WRONG_USE)
    try:
        table = merge_studies(options.files, store=options.store)
    except StoreError as error:
        raise CommandError(str(error)) from None
    _, errors = save(table, options)
    if missing := table.attrs["missing"]:
        more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
        errors.append(f"the table is incomplete. Missing: {', '.join(missing[:MAX_NAMED])}{more}.")
    return reported(table, errors, options.command)
