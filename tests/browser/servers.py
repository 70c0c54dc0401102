"""Real servers on a free port (JupyterLab, Voila, the app's own), with all they write in a temporary folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

START_SECONDS = 90.0
QUICKLY = "import sys; sys.modules['rfc3987_syntax'] = None; "
"""What `leave_out_grammars` does: benchmarks also serve checkouts that are older than that."""
STOP_SECONDS = 10.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def jupyter_environment(home: Path) -> dict[str, str]:
    """The environment of a server that reads and writes no setting of the user's."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = {name: value for name, value in os.environ.items() if name != "JUPYTER_TOKEN"}
    for name, folder in folders.items():
        (home / folder).mkdir(parents=True, exist_ok=True)
        environment[name] = str(home / folder)
    environment |= {"JUPYTER_PREFER_ENV_PATH": "1", "MALLOC_ARENA_MAX": "1"}  # as `plausiwidgets` sets them
    news = home / "lab-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True, exist_ok=True)
    news.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    return environment


class Server:
    """A web server in a process group of its own.

    Parameters
    ----------
    arguments
        What follows `python` on its command line.
    port
        Where it will listen.
    home
        Folder for its settings, runtime files and log.
    ready
        Path that answers with status 200 once it is up.
    """

    def __init__(self, arguments: Sequence[str], port: int, home: Path, ready: str, cwd: Path | None = None) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = home / "server.log"
        environment = jupyter_environment(home)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=cwd or home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_it_answers(ready)

    def _wait_until_it_answers(self, ready: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + ready, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def delete(self, path: str) -> None:
        """Send a DELETE to the server's API; what is already gone is no error."""
        request = urllib.request.Request(self.url + path, method="DELETE")
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise

    def get(self, path: str) -> list[dict]:
        """The JSON answer of the server's API."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def stop(self) -> None:
        """End the server; it ends its kernels."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                return
            os.killpg(self.process.pid, number)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue


def children(server: int) -> dict[int, str]:
    """The processes that a process has started (Linux), with their commands."""
    found: dict[int, str] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            if int(status.read_text().rpartition(")")[2].split()[1]) == server:
                found[int(status.parent.name)] = status.with_name("cmdline").read_text().replace("\0", " ")
    return found


def kernels(server: int) -> list[int]:
    """The process numbers of the kernels of a server (Linux)."""
    return [pid for pid, command in children(server).items() if "ipykernel" in command]


def start_lab(home: Path) -> Server:
    """JupyterLab on the folder `home/work`, without a token."""
    port = free_port()
    work = home / "work"
    work.mkdir(parents=True)
    arguments = [
        "-c",
        QUICKLY + "from jupyterlab.labapp import main; main()",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={work}",
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]
    return Server(arguments, port, home, "/api/status")


def start_voila(notebook: Path, home: Path, *more: str, idle: int = 120, look: int = 30) -> Server:
    """Voila, as a user installs it, with one notebook as its page."""
    port = free_port()
    arguments = [
        "-c",
        QUICKLY + "from voila.app import main; main()",
        str(notebook),
        "--no-browser",
        "--Voila.ip=127.0.0.1",
        f"--port={port}",
        "--NotebookClient.iopub_timeout=120",
        f"--MappingKernelManager.cull_idle_timeout={idle}",
        f"--MappingKernelManager.cull_interval={look}",
        *more,
    ]
    return Server(arguments, port, home, "/voila/static/voila.js", cwd=notebook.parent)


def start_app(home: Path, *more: str) -> Server:
    """The app as `plausiwidgets --app` serves it."""
    port = free_port()
    arguments = ["-m", "plausiwidgets.cli.main", "--app", *more, f"--port={port}", "--no-browser"]
    return Server(arguments, port, home, "/")
