"""The console command `plausiwidgets`.

Each command consists of a function that declares its options and a function that runs it (see `COMMANDS`).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import signal
import sys
from collections.abc import Callable, Sequence

from plausiwidgets.cli.assess import assess, assess_options
from plausiwidgets.cli.check import Check
from plausiwidgets.cli.console import CommandError, complain, exit_at_once
from plausiwidgets.cli.explore import explore, explore_options
from plausiwidgets.cli.page import page, page_options
from plausiwidgets.support import renamed

# name: (help, declare options, run)
COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]] = {
    "explore": ("open the app in a browser (default command)", explore_options, explore),
    "assess": ("search for parameters with which neuron models show firing patterns", assess_options, assess),
    "page": ("write a standalone HTML page of a neuron model", page_options, page),
}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="plausiwidgets",
        description="Explore which firing patterns a spiking neuron model can show.",
        epilog="Without a command, plausiwidgets runs `explore` with the given options: plausiwidgets --app",
    )
    version = importlib.metadata.version("plausiwidgets")
    parser.add_argument("--version", action="version", version=f"plausiwidgets {version}")
    parser.add_argument("--check", action=Check, nargs=0, help="verify the installation, which takes half a minute")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (text, declare, run) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        declare(command)
        command.set_defaults(run=run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console command with given arguments, by default `sys.argv`, and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version", "--check")):
        words.insert(0, "explore")
    if arguments is None and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, exit_at_once)  # until the command sets its own handler
    parser = build_parser()
    if words[0] in renamed.COMMANDS:
        parser.error(f"plausiwidgets {words[0]} is now {renamed.COMMANDS[words[0]]}.")
    options = parser.parse_args(words)  # this takes a second or more, because it imports the models
    try:
        return options.run(options)
    except CommandError as error:
        complain(f"plausiwidgets {options.command}: error: {error}")
        return error.code


if __name__ == "__main__":
    sys.exit(main())
