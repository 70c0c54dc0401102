"""Command that updates the packaged results: ``python -m plausiwidgets.upkeep [model ...] [--patterns ...]``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import product

from plausiwidgets import models, patterns
from plausiwidgets.assessment.stored_repertoires import MOST_VERSATILE
from plausiwidgets.models.export_programs import export
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns import Pattern, Protocol
from plausiwidgets.patterns.registry import key_of
from plausiwidgets.support.names import unknown
from plausiwidgets.upkeep import fingerprint, repertoires, stale, state_ranges, table, verdicts
from plausiwidgets.upkeep.estimates import estimate_update
from plausiwidgets.upkeep.rows import REPERTOIRES, TABLE, TORCH, VERDICTS, Row, all_rows, twenty
from plausiwidgets.widgets.catalogue import contents, generate

NEEDS_SEARCH = "needs a search"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    given = parser().parse_args(words)
    if given.seed is not None and not (given.models and given.patterns):
        parser().error("--seed requires names of models and --patterns, because it replaces their rows")
    if given.check:
        return check()
    if given.list:
        stale.write(list(all_rows()))
        return 0
    named = _exported([name for name in given.models if name != TORCH])
    keys = [patterns.get(key_of(word)).key for word in given.patterns] or [one.key for one in twenty()]
    chosen = named or ([] if given.models else list(NAMES))
    todo = [row for row in all_rows() if row.is_stale and row.model in chosen and row.pattern in keys]
    announce(todo, given.search)
    if given.estimate:
        return 0
    if given.seed is not None:
        for name, pattern in product(chosen, [one for one in twenty() if one.key in keys]):
            print(f"{name}, {pattern.key}: {table.choose(models.get(name), pattern, given.seed)}", flush=True)
    for name in chosen:
        update(models.get(name), [row for row in todo if row.model == name], given.search)
    if chosen and (todo or given.seed is not None):
        print("The ranges of the state variables …", flush=True)
        state_ranges.update(chosen)
    if TORCH in given.models:
        from plausiwidgets.upkeep import torch_neurons

        torch_neurons.update(given.search)
    print("The catalogue of the app, which takes about a minute of one core …", flush=True)
    generate.write(mark)
    contents.read_again()
    return finish()


def _exported(named: list[str]) -> list[str]:
    """Return the names of built-in models, after writing their programs.

    Without torch, the stored programs are used.
    """
    for name in named:
        if name not in NAMES:
            raise unknown(stale.COMMAND, "model", name, [*NAMES, TORCH])
        if find_spec("torch") is not None:
            export(name)
    return named


def announce(todo: Sequence[Row], search: bool) -> None:
    """Print the estimated time of an update of some rows."""
    if todo and search:
        print("The first candidates of each search are evaluated, to estimate the time …", flush=True)
    print(estimate_update(todo, search) if todo else "All results are up to date.", flush=True)


def mark(model: NeuronModel, pattern: Protocol) -> str:
    """Return the fingerprint of a pair in the catalogue, empty for a pattern without criteria."""
    return str(fingerprint.of_known_sets(model, pattern)) if isinstance(pattern, Pattern) else ""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    made = argparse.ArgumentParser(
        prog=stale.COMMAND,
        description="Bring the packaged results up to date. Only stale results are computed. If the command is "
        "interrupted, the same command continues.",
    )
    made.add_argument(
        "models",
        nargs="*",
        metavar="model",
        help=f"names of packaged models (default: all); {TORCH!r} is the table of neurons from torch libraries",
    )
    made.add_argument(
        "--patterns", nargs="+", default=[], metavar="P", help="names or letters of patterns (default: all)"
    )
    made.add_argument(
        "--seed", type=int, help="replace the rows of the named pairs by those of searches with this seed"
    )
    made.add_argument("--no-search", dest="search", action="store_false", help="verify stored parameter sets only")
    made.add_argument("--estimate", action="store_true", help="print the estimated time only")
    made.add_argument("--list", action="store_true", help="write only the list of stale results")
    made.add_argument(
        "--check", action="store_true", help="print the stale results; the exit status is 1 if there are any"
    )
    return made


def check() -> int:
    """Print the stale results with the commands that update them, and return 1 if there are any."""
    rows = list(all_rows())
    for message in stale.described([row for row in rows if row.is_stale]):
        print(message)
    left = len(stale.entries_of(rows)) + len(stale.listed())
    print(f"{len(rows)} results, {sum(row.is_stale for row in rows)} of them are stale.")
    return int(left > 0)


def update(model: NeuronModel, todo: Sequence[Row], search: bool) -> None:
    """Update stale rows of a model, first in the table, because the repertoires start from its sets."""
    searched = False
    for pattern in twenty():
        mine = [row for row in todo if row.pattern == pattern.key]
        began = time.perf_counter()
        done = []
        if TABLE in _data(mine):
            outcome = table.update(model, pattern, search)
            searched = searched or outcome.is_new
            done.append(f"table: {outcome.status or NEEDS_SEARCH}")
        titles = [row.name for row in mine if row.data == VERDICTS]
        if titles:
            done.append(f"presets and defaults: {', '.join(verdicts.update(model, pattern, titles))}")
        if done:
            print(f"{model.key}, {pattern.key}: {'; '.join(done)} ({time.perf_counter() - began:.1f} s)", flush=True)
    if searched:
        table.update_score([model.key])
    neurons = [row for row in todo if row.data == REPERTOIRES]
    for title in dict.fromkeys(row.name for row in neurons):
        keys = [row.pattern for row in neurons if row.name == title]
        _print_neuron(model, title, repertoires.update(model, title, keys, search))
    if search and neurons and repertoires.is_surpassed(model):
        _print_neuron(model, MOST_VERSATILE, repertoires.search_most_versatile(model))


def _data(rows: Sequence[Row]) -> set[str]:
    return {row.data for row in rows}


def _print_neuron(model: NeuronModel, title: str, updates: Iterator[tuple[str, str]]) -> None:
    """Print how many patterns a neuron shows after the updates of its repertoire."""
    began = time.perf_counter()
    found = dict(updates)
    shown, left = ([*found.values()].count(status) for status in ("replicated", ""))
    rest = f", {left} not searched" if left else ""
    print(
        f"{model.key}, {title}: {shown} of {len(found)} patterns{rest} ({time.perf_counter() - began:.1f} s)",
        flush=True,
    )


def finish() -> int:
    """Write the list of stale results, and return 1 if there are any."""
    rows = list(all_rows())
    stale.write(rows)
    left = len(stale.entries_of(rows))
    print(
        f"{left} pairs of all models and patterns are stale, see {stale.FILE.name}."
        if left
        else "All results are up to date."
    )
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
