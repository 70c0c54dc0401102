"""Real servers on a free port (JupyterLab, Voila, the app's own), with all they write in a temporary folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from email.message import Message
from http.client import HTTPConnection
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
    """A web server in a process group of its own: `arguments` follow `python`, `home` has its settings and its log, and
    the path `ready` answers with status 200 once it is up.
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
            with suppress(OSError):
                if self.request(ready)[0] == 200:
                    return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def request(
        self, path: str = "/", method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, Message, bytes]:
        """Status, headers and body of an answer, which may lead elsewhere; `_` in the name of a header is `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(HTTPConnection(self.url.removeprefix("http://"), timeout=60)) as connection:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def sessions(self, path: str) -> list[str]:
        """Addresses of JupyterLab's sessions of a notebook."""
        found = json.loads(self.request("/api/sessions")[2])
        return [f"/api/sessions/{one['id']}" for one in found if one["path"] == path]

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
