"""The command `plausiwidgets page`, which writes a standalone page, a module, or a website of all models."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from plausiwidgets.cli.console import CommandError, reject_old_options
from plausiwidgets.cli.named import PATTERNS_HELP, files_help, models_named, patterns_named
from plausiwidgets.texts import languages

if TYPE_CHECKING:
    from plausiwidgets.models import NeuronModel
    from plausiwidgets.patterns import Protocol


def page_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.usage = "plausiwidgets page MODEL [options]"
    parser.add_argument(
        "model", metavar="MODEL", type=models_named, help=f"name of a neuron model, such as adex; {files_help('model')}"
    )
    parser.add_argument("--patterns", nargs="+", metavar="PATTERN", type=patterns_named, help=PATTERNS_HELP)
    parser.add_argument(
        "--set",
        nargs="+",
        metavar="NAME=VALUE",
        type=assignment,
        dest="parameters",
        help="parameter values with which the page opens",
    )
    parser.add_argument(
        "--lesson",
        metavar="FILE",
        type=Path,
        help="Markdown file with the cards of a lesson, or a packaged lesson: lesson, lesson_long or lesson_de",
    )
    parser.add_argument(
        "--language", choices=languages(), help="language of the texts (default: the browser's language)"
    )
    parser.add_argument(
        "--site-dir", type=Path, metavar="FOLDER", help="folder for a website with all models; requires MODEL to be all"
    )
    parser.add_argument(
        "--module", action="store_true", help="write a module that shows the figure in a book or another web page"
    )
    parser.add_argument("--output", type=Path, help="file to write (default: neuron.html, or neuron.mjs with --module)")
    reject_old_options(parser, "page")


def page(options: argparse.Namespace) -> int:
    """Write the page, print its path, and return the exit code."""
    from plausiwidgets.engine.lanes import NotCompilableError
    from plausiwidgets.widgets.page import export_page, export_widget

    if options.module and (options.site_dir is not None or options.lesson):
        raise CommandError("--module writes one figure. Leave out --site-dir and --lesson.")
    if options.site_dir is not None:
        return site(options)
    if len(options.model) > 1:
        names = ", ".join(model.key for model in options.model)
        raise CommandError(
            f"MODEL must be one model, got {names}. To write a folder with all models, use --site-dir FOLDER."
        )
    lesson = options.lesson and lesson_of(options.lesson)
    chosen = None if options.patterns is None else list(chain(*options.patterns))
    parameters = None if options.parameters is None else dict(options.parameters)
    output = options.output or Path("neuron.mjs" if options.module else "neuron.html")
    model, language = options.model[0], options.language
    try:
        if options.module:
            path = export_widget(model, chosen, parameters, path=output, language=language)
        else:
            path = export_page(model, chosen, parameters, path=output, lesson=lesson, language=language)
    except OSError as error:
        raise CommandError(f"{output} cannot be written ({error.strerror or 'the folder does not exist'}).") from None
    except (ValueError, NotCompilableError) as error:
        raise CommandError(str(error)) from None
    use = "shown by a web page that imports it" if options.module else "opens in any browser, without a server"
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {use}")
    if lesson is None:
        print(f"Parameter set – {source(options.model[0], chosen, parameters)}.")
    return 0


def source(model: NeuronModel, chosen: Sequence[Protocol] | None, parameters: Mapping[str, float] | None) -> str:
    """Return the source of the parameters with which a page opens, as a printed verdict names it."""
    from plausiwidgets import patterns
    from plausiwidgets.patterns.parameter_set import parameter_set

    first = patterns.get(patterns.names()[0]) if chosen is None else chosen[0]
    known = first.parameters(model)
    own = None if parameters is None else {name: value for name, value in parameters.items() if name in known}
    return parameter_set(model, first, own).source


def lesson_of(file: Path) -> Path:
    """Return the file of a lesson, given as a path or as the name of a packaged lesson."""
    from plausiwidgets.teaching.lessons import packaged_lessons

    packaged = packaged_lessons()
    found = file if file.is_file() else packaged.get(str(file), file)
    if not found.is_file():
        raise CommandError(f"the file {file} does not exist. Packaged lessons: {', '.join(packaged)}.")
    return found


def site(options: argparse.Namespace) -> int:
    """Write a website of all models, print its folder, and return the exit code."""
    from plausiwidgets import models
    from plausiwidgets.widgets.server.site import write

    if {model.key for model in options.model} != set(models.names()) or not all(
        model.is_builtin for model in options.model
    ):
        raise CommandError(
            "--site-dir requires all models of the package. Run: plausiwidgets page all --site-dir FOLDER"
        )
    if options.patterns or options.parameters or options.lesson:
        raise CommandError("--site-dir writes all patterns and no lesson. Leave out --patterns, --set and --lesson.")
    try:
        size = write(options.site_dir, options.language)
    except OSError as error:
        raise CommandError(f"{options.site_dir} cannot be written ({error.strerror}).") from None
    print(
        f"{options.site_dir}: {size / 1e6:.1f} MB, shown by any web host; "
        f"try: python -m http.server -d {options.site_dir}"
    )
    return 0


def assignment(text: str) -> tuple[str, float]:
    """Return a name and a finite number from an argument of the command line (argparse type)."""
    name, sign, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not sign or not name or not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"the value must have the form NAME=VALUE, such as tau_w=120, got {text!r}.")
    return name, value
