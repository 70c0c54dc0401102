"""The command `plausiwidgets explore`, which opens the app in JupyterLab or serves it as a web page."""

from __future__ import annotations

import argparse
import errno
import os
import re
import signal
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from plausiwidgets.cli.console import CommandError, reject_old_options, whole_number
from plausiwidgets.texts import languages
from plausiwidgets.widgets.server.limits import Limits

NOTEBOOK = "explore.ipynb"

HERE = Path(__file__).resolve().parent


def explore_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "--folder",
        type=Path,
        default="~/plausiwidgets-notebooks",
        help="folder of your notebooks (default: %(default)s)",
    )
    port, some = whole_number(1, 65535, "a port number"), whole_number(1, 10_000)
    reject_old_options(parser, "explore")
    parser.add_argument("--port", type=port, help="port of the server (default: the first available port)")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    app = parser.add_argument_group("options of the app as a web page, on which visitors cannot run code")
    app.add_argument("--app", action="store_true", help="serve the app as a web page, without notebooks")
    app.add_argument(
        "files", nargs="*", metavar="FILE.py", help="Python files with custom models, which the server runs"
    )
    app.add_argument(
        "--exercise",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE.html",
        help="pages of exercises whose answers the server collects",
    )
    app.add_argument(
        "--address", default="127.0.0.1", help="network address on which the server listens (default: %(default)s)"
    )
    app.add_argument(
        "--host",
        nargs="+",
        default=[],
        metavar="NAME",
        help="host names that the server accepts, such as explorer.example.org",
    )
    app.add_argument(
        "--allow-frame",
        nargs="+",
        type=origin,
        default=[],
        metavar="ORIGIN",
        help="sites that may show the app in a frame, such as https://moodle.example.org",
    )
    app.add_argument("--language", choices=languages(), help="language of the texts (default: the browser's language)")
    app.add_argument("--dark", action="store_true", help="use a dark colour scheme")
    app.add_argument(
        "--visitors",
        type=some,
        default=Limits.visitors,
        metavar="N",
        help="maximum number of open pages (default: %(default)s)",
    )
    app.add_argument(
        "--workers",
        type=some,
        default=Limits.workers,
        metavar="N",
        help="number of processes for simulations (default: one per core)",
    )


ORIGIN = re.compile(r"https://[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")


def origin(text: str) -> str:
    """Return the origin of a site from the command line (argparse type)."""
    if not ORIGIN.fullmatch(text.lower()):
        raise argparse.ArgumentTypeError(
            f"the site must be https:// with a host name and no path, such as https://moodle.example.org, got {text!r}."
        )
    return text.lower()


def explore(options: argparse.Namespace) -> int:
    """Run the command, which serves the app or its notebook until Ctrl-C, and return the exit code."""
    if options.port is not None:
        require_free(options.port)
    if options.app:
        return serve_app(options)
    if options.files:
        raise CommandError(f"a file of models requires --app. Run: plausiwidgets --app {options.files[0]}")
    if find_spec("jupyterlab") is None:
        raise CommandError(
            "JupyterLab is not installed. Run: pip install 'plausiwidgets[lab]'. Without JupyterLab, the app is a web "
            "page. Run: plausiwidgets --app",
        )
    notebook = working_copy(options.folder.expanduser())
    # A new JupyterLab requests permission to fetch news, in a dialog that would cover the criteria of the app.
    paths = [str(HERE / "_jupyter_config"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    # A python3 kernel in the home folder of the user may belong to another Python without this package.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    # The library glibc keeps the memory arenas of ended threads, so a kernel would grow by 1 MB with each chosen
    # pattern.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    # JupyterLab exits cleanly on SIGTERM, whereas a KeyboardInterrupt during a request may leave kernels running.
    signal.signal(signal.SIGINT, lambda *_: signal.raise_signal(signal.SIGTERM))
    leave_out_grammars()
    return serve_lab(notebook, options)


def leave_out_grammars() -> None:
    """Prevent jsonschema from importing rfc3987_syntax, whose grammars take half of the start of a server.

    The grammars check internationalized addresses (the format "iri"), which no schema of Jupyter uses.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def serve_lab(notebook: Path, options: argparse.Namespace) -> int:
    """Run JupyterLab on the folder of a notebook, with the notebook open."""
    from jupyterlab.labapp import LabApp

    arguments = [
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/doc/tree/{notebook.name}",
        f"--LabApp.extra_labextensions_path={HERE / '_labextensions'}",  # runs the notebook when it opens
        "--ServerApp.answer_yes=True",  # lets Ctrl-C end the server without a question
    ]
    if options.no_browser:
        arguments.append("--no-browser")
    if options.port is not None:
        arguments += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # a container may have no other user, and the server listens on localhost only
    LabApp.launch_instance(arguments)
    return 0


def serve_app(options: argparse.Namespace) -> int:
    """Serve the app as a web page, and return the exit code."""
    from plausiwidgets.widgets.server.standalone_server import serve

    for path in (*options.files, *options.exercise):
        if not Path(path).is_file():
            raise CommandError(f"the file {path} does not exist.")
    limits = Limits(visitors=options.visitors, workers=options.workers)
    try:
        serve(
            limits,
            address=options.address,
            port=options.port,
            hosts=options.host,
            frame_origins=options.allow_frame,
            exercises=options.exercise,
            models=[str(Path(path).resolve()) for path in options.files],
            language=options.language,
            dark=options.dark,
            open_browser=not options.no_browser,
        )
    except OSError as error:
        raise CommandError(f"the server cannot listen on {options.address} ({error.strerror or error}).") from None
    except ValueError as error:
        raise CommandError(str(error)) from None
    return 0


def require_free(port: int) -> None:
    """Raise a CommandError if this machine cannot listen on `port`."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if os.name == "posix":  # as in the servers, so that the port of a closed connection is free
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(f"port {port} is in use. Choose another port, or leave out --port.") from None
            if error.errno == errno.EACCES:
                raise CommandError(f"you have no permission to use port {port}. Choose a port above 1023.") from None
            # Any other error means that this machine lacks the address, such as IPv6.


def working_copy(folder: Path) -> Path:
    """Return the notebook of the app in `folder`, after copying missing files of `originals` there.

    Existing files are kept.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for original in originals():
            copy = folder / original.name
            content = original.read_bytes()
            try:
                with copy.open("xb") as target:
                    target.write(content)
            except FileExistsError:
                pass  # keep the copy of the user, who may have edited it
            except OSError:
                copy.unlink(missing_ok=True)  # an incomplete copy would be kept as that of the user
                raise
    except OSError as error:
        raise CommandError(
            f"the notebooks cannot be copied to {folder} ({error.strerror}). Choose another folder with --folder."
        ) from None
    return folder.resolve() / NOTEBOOK


def originals() -> list[Path]:
    """Return the packaged notebooks with the files that they read, and the packaged lessons."""
    from plausiwidgets.teaching.lessons import packaged_lessons

    package = Path(__file__).resolve().parents[1]
    installed = package / "_notebooks"
    folder = installed if installed.is_dir() else package.parent / "notebooks"  # an editable installation
    found = {*folder.iterdir(), *packaged_lessons().values()}
    return sorted(path for path in found if path.is_file())
