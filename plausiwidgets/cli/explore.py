"""The command `plausiwidgets explore`: the explorer in JupyterLab, or as a page without code (Voila)."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import sys
from pathlib import Path

from plausiwidgets.cli.console import CommandError, whole_number
from plausiwidgets.extras import require

NOTEBOOK = "explore.ipynb"

HERE = Path(__file__).resolve().parent


def explore_options(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "--folder",
        type=Path,
        default="~/plausiwidgets-notebooks",
        help="folder of your notebooks (default: %(default)s)",
    )
    port, pages = whole_number(1, 65535, "port"), whole_number(1, 10_000, "number of pages")
    parser.add_argument("--port", type=port, help="listen on this port only (default: chosen by Jupyter)")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    parser.add_argument("--app", action="store_true", help="the explorer as a page without code (Voila)")
    parser.add_argument("--dark", action="store_true", help="with --app: light letters on a dark page")
    parser.add_argument(
        "--host", nargs="+", default=[], metavar="NAME", help="with --app: host names, such as explorer.example.org"
    )
    parser.add_argument(
        "--pages", type=pages, metavar="N", help="with --app: most open pages (default: as fit into 3/4 of the memory)"
    )


def explore(options: argparse.Namespace) -> int:
    """Serve the working copy of the explorer notebook until Ctrl-C."""
    if options.app:
        try:
            require("voila")
        except ImportError as error:
            raise CommandError(str(error)) from None
    if options.port is not None:
        require_free(options.port)
    notebook = working_copy(options.folder.expanduser())
    # A new JupyterLab asks whether it may fetch news; its box would cover the explorer's criteria.
    paths = [str(HERE / "_jupyter_config"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    # A python3 kernel in the user's home may belong to another Python without this package.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    # glibc keeps the memory arenas of ended threads: a kernel would grow by 1 MB with each pattern chosen.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    # Both servers end cleanly on SIGTERM; a KeyboardInterrupt during a request may leave them hanging.
    signal.signal(signal.SIGINT, lambda *_: signal.raise_signal(signal.SIGTERM))
    leave_out_grammars()
    return serve_app(notebook, options) if options.app else serve_lab(notebook, options)


def leave_out_grammars() -> None:
    """Keep jsonschema from importing rfc3987_syntax, whose grammars take half of the time in which a server starts.

    They check internationalized addresses (the format "iri"), which no schema of Jupyter names.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def serve_lab(notebook: Path, options: argparse.Namespace) -> int:
    """Run JupyterLab on the notebook's folder, with the notebook open."""
    from jupyterlab.labapp import LabApp

    arguments = [
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/doc/tree/{notebook.name}",
        f"--LabApp.extra_labextensions_path={HERE / '_labextensions'}",  # runs the notebook when it opens
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        *common_arguments("ServerApp", options),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # a container may have no other user; it listens on localhost only
    LabApp.launch_instance(arguments)
    return 0


def serve_app(notebook: Path, options: argparse.Namespace) -> int:
    """Run Voila with the notebook as its only page."""
    paths = [str(HERE / "_jupyter"), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))  # before Voila looks for templates

    from plausiwidgets.cli.app import ExplorerApp, app_arguments

    asked = [f"--ExplorerApp.hosts={name}" for name in options.host]
    if options.pages is not None:
        asked.append(f"--ExplorerApp.kernels={options.pages}")
    if options.dark:
        asked.append("--theme=dark")
    ExplorerApp.launch_instance([str(notebook), *app_arguments(), *asked, *common_arguments("Voila", options)])
    return 0


def common_arguments(server: str, options: argparse.Namespace) -> list[str]:
    """Return the arguments that both servers share, under the name of `server`."""
    arguments = ["--no-browser"] if options.no_browser else []
    if options.port is not None:
        arguments += [f"--{server}.port={options.port}", f"--{server}.port_retries=0"]
    return arguments


def require_free(port: int) -> None:
    """Raise a CommandError if this machine cannot listen on `port`."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if os.name == "posix":  # as the servers do: a port of a connection just closed is free
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(f"port {port} is taken: choose another with --port, or leave it out") from None
            if error.errno == errno.EACCES:
                raise CommandError(f"no permission to open port {port}: choose one above 1023") from None
            # Any other error: this machine lacks the address, such as IPv6.


def working_copy(folder: Path) -> Path:
    """Return the explorer notebook in `folder`; what is missing of `originals` is copied there, the rest is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for original in originals():
            copy = folder / original.name
            content = original.read_bytes()
            try:
                with copy.open("xb") as target:
                    target.write(content)
            except FileExistsError:
                pass  # the user's copy, perhaps edited
            except OSError:
                copy.unlink(missing_ok=True)  # an incomplete copy would be kept as the user's
                raise
    except OSError as error:
        raise CommandError(f"cannot put the notebook into {folder}: {error.strerror}; try --folder") from None
    return folder.resolve() / NOTEBOOK


def originals() -> list[Path]:
    """Return the package's notebooks, with what they read, and its lessons."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_notebooks"
    if installed.is_dir():
        found = list(installed.iterdir())
    else:  # editable install
        found = [*package.parent.glob("notebooks/*"), *package.parent.glob("docs/lesson*.md")]
    return sorted(path for path in found if path.is_file())
