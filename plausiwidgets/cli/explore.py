"""The command `plausiwidgets explore`: the explorer in JupyterLab, or as a page of its own (Voila)."""

from __future__ import annotations

import argparse
import errno
import importlib.util
import os
import signal
import socket
from pathlib import Path

from plausiwidgets.cli.console import CommandError

NOTEBOOK = "explore.ipynb"

HERE = Path(__file__).resolve().parent


def explore_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `plausiwidgets explore`."""
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("~/plausiwidgets-notebooks"),
        help="where your copy of the notebook lives, made if missing (default: %(default)s)",
    )
    parser.add_argument("--port", type=port_number, help="listen there, and nowhere else (default: Jupyter's choice)")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    parser.add_argument("--app", action="store_true", help="the explorer as a page of its own, without code (Voila)")
    parser.add_argument(
        "--host",
        nargs="+",
        default=[],
        metavar="NAME",
        help="with --app: names by which others reach the page, such as explorer.example.org",
    )
    parser.add_argument(
        "--pages", type=number_of_pages, metavar="N",
        help="with --app: most pages open at once (default: what three quarters of the memory carry, at 0.5 GB each)",
    )  # fmt: skip


def explore(options: argparse.Namespace) -> int:
    """Serve the working copy of the explorer notebook until Ctrl-C."""
    if options.app and importlib.util.find_spec("voila") is None:
        raise CommandError("--app needs Voila, which is not installed: pip install 'plausiwidgets[app]'")
    if options.port is not None:
        require_free(options.port)
    notebook = working_copy(options.folder.expanduser())
    # A fresh JupyterLab asks whether it may fetch news, in a box that covers the criteria.
    paths = [str(HERE / "_jupyter_config"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    # A kernel named python3 in the user's home may belong to another Python, which lacks this package.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    # Linux's C library gives each thread memory of its own, up to eight times as often as there are processors, and
    # keeps what a thread has left: a kernel grew by a megabyte with each pattern that was picked.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    # Both servers end cleanly on SIGTERM; a KeyboardInterrupt in the midst of a request may leave them hanging.
    signal.signal(signal.SIGINT, lambda *_: signal.raise_signal(signal.SIGTERM))
    return serve_app(notebook, options) if options.app else serve_lab(notebook, options)


def serve_lab(notebook: Path, options: argparse.Namespace) -> int:
    """Run JupyterLab on the notebook's folder, with the notebook open."""
    from jupyterlab.labapp import LabApp

    arguments = [
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/lab/tree/{notebook.name}",
        f"--LabApp.extra_labextensions_path={HERE / '_labextensions'}",  # runs it
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it, without a question
        *common_arguments("ServerApp", options),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in a container there may be no other user; it listens to localhost only
    LabApp.launch_instance(arguments)
    return 0


def serve_app(notebook: Path, options: argparse.Namespace) -> int:
    """Run Voila with the notebook as its only page."""
    paths = [str(HERE / "_jupyter"), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))  # before Voila looks for templates

    from plausiwidgets.cli.app import ExplorerApp, app_arguments

    limits = [f"--ExplorerApp.hosts={name}" for name in options.host]
    if options.pages is not None:
        limits.append(f"--ExplorerApp.kernels={options.pages}")
    ExplorerApp.launch_instance([str(notebook), *app_arguments(), *limits, *common_arguments("Voila", options)])
    return 0


def common_arguments(server: str, options: argparse.Namespace) -> list[str]:
    """The arguments that both servers know, each under its own name."""
    arguments = ["--no-browser"] if options.no_browser else []
    if options.port is not None:
        arguments += [f"--{server}.port={options.port}", f"--{server}.port_retries=0"]
    return arguments


def port_number(text: str) -> int:
    """A port from the command line, or argparse's error."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 1 to 65535")
    return int(text)


def number_of_pages(text: str) -> int:
    """A number of pages from the command line, or argparse's error."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pages: a whole number from 1 to 10000")
    return int(text)


def require_free(port: int) -> None:
    """Raise a CommandError where `port` of this machine cannot be listened on."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if os.name == "posix":  # as the servers do: a connection that was just closed takes no port
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(f"port {port} is taken: choose another with --port, or leave it out") from None
            if error.errno == errno.EACCES:
                raise CommandError(f"port {port} is not yours to open: choose one above 1023") from None
            # Anything else says that this machine has no such address (no IPv6), not that the port is taken.


def working_copy(folder: Path) -> Path:
    """The explorer notebook in `folder`, copied there where it is missing; what lies there stays as it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for original in sorted(notebooks().glob("*.ipynb")):
            copy = folder / original.name
            content = original.read_bytes()
            try:
                with copy.open("xb") as target:
                    target.write(content)
            except FileExistsError:
                pass  # the person's own, perhaps edited
            except OSError:
                copy.unlink(missing_ok=True)  # a part of a notebook would be taken for the person's own
                raise
    except OSError as error:
        raise CommandError(f"cannot put the notebook into {folder}: {error.strerror}; try --folder") from None
    return folder.resolve() / NOTEBOOK


def notebooks() -> Path:
    """The folder of the notebooks that came with the package."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"  # the latter in a development install
