"""The command `plausiwidgets page`: a neuron in a single file that a browser opens without a server."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from plausiwidgets.cli.assess import ALL, model_name, pattern_name
from plausiwidgets.cli.console import CommandError


def page_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `plausiwidgets page`."""
    parser.usage = "plausiwidgets page MODEL [options]"
    parser.add_argument("model", metavar="MODEL", type=model_name, help="name of a neuron model, such as adex")
    parser.add_argument(
        "--patterns", nargs="+", default=[ALL], metavar="PATTERN", type=pattern_name,
        help="keys or letters of firing patterns, or all (the default)",
    )  # fmt: skip
    parser.add_argument(
        "--set", nargs="+", metavar="NAME=VALUE", type=assignment, dest="parameters",
        help="values to store and to open with, of the model and of the stimulus",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("neuron.html"), help="file to write (default: %(default)s)")


def page(options: argparse.Namespace) -> int:
    """Write the page, and say where it is."""
    from plausiwidgets.simulation.lanes import NotCompilable
    from plausiwidgets.widgets.page.export import export_page

    if options.model == ALL:
        raise CommandError("a page shows one model: name it")
    chosen = None if ALL in options.patterns else options.patterns
    parameters = None if options.parameters is None else dict(options.parameters)
    try:
        path = export_page(options.model, chosen, parameters, path=options.output)
    except OSError as error:
        raise CommandError(f"cannot write {options.output}: {error.strerror}") from None
    except (ValueError, NotCompilable) as error:
        raise CommandError(str(error)) from None
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB, opens in any browser, without a server")
    return 0


def assignment(text: str) -> tuple[str, float]:
    """A name and a number from the command line, or argparse's error."""
    name, sign, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not sign or not name or not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, such as tau_w=120")
    return name, value
