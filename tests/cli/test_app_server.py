"""The app as a server: attacks by a visitor, a proxy or another site. No browser is needed."""

import asyncio
import http.client
import json
import re
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.browser.servers import Server, kernels, start_voila

pytest.importorskip("voila")
from traitlets.config import Config
from voila.execute import VoilaExecutor

from plausiwidgets.cli.app import PATIENCE, ExplorerApp, app_arguments

T = TypeVar("T")
PAGES, HOST = 2, "explorer.example.org"
PROTOCOL = "v1.kernel.websocket.jupyter.org"


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]

    @property
    def kernel(self) -> str:
        found = re.search(r'"kernelId":\s*"([^"]+)"', self.text)
        assert found, self.text[-500:]
        return found[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("app")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell("6 * 7")], metadata=kernel), home / "page.ipynb")
    started = start_voila(home / "page.ipynb", home, f"--ExplorerApp.kernels={PAGES}", f"--ExplorerApp.hosts={HOST}")
    yield started
    started.stop()


@pytest.fixture
def ask(server: Server) -> Iterator[Callable[..., Answer]]:
    """Sends a request; kernels of opened pages are shut down after the test."""
    opened: list[str] = []

    def request(path: str = "/", method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        got = Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))
        if method == "GET" and got.status == 200:
            opened.append(got.kernel)
        return got

    yield request
    for kernel in opened:
        request(f"/api/kernels/{kernel}", "DELETE", Cookie="_xsrf=a", X_XSRFToken="a")
    until(lambda: count(server) == 0)


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end on a thread of its own: Playwright may keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def count(server: Server) -> int:
    return len(kernels(server.process.pid))


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


async def connect(server: Server, kernel: str, *subprotocols: str) -> WebSocketClientConnection:
    address = server.url.replace("http", "ws") + f"/api/kernels/{kernel}/channels?session_id=s"
    return await websocket_connect(HTTPRequest(address, request_timeout=20), subprotocols=list(subprotocols) or None)


@pytest.mark.parametrize("protocols", [(), ("v2.kernel.websocket.jupyter.org",)])
def test_a_connection_without_the_sub_protocol_is_refused(server: Server, ask, protocols) -> None:
    page = ask()
    with pytest.raises(HTTPClientError, match="400"):
        finished(connect(server, page.kernel, *protocols))
    assert ask().status == 200


@pytest.mark.slow
@pytest.mark.parametrize("message", [b"\xff" * 8, b"", b"\x02" + 7 * b"\0", b"\x01" + 15 * b"\0", "{}"])
def test_a_message_with_a_wrong_count_closes_its_own_connection_only(server, ask, message) -> None:
    page = ask()

    async def sent() -> int | None:
        connection = await connect(server, page.kernel, PROTOCOL)
        assert connection.selected_subprotocol == PROTOCOL
        await connection.write_message(message, binary=isinstance(message, bytes))
        while await asyncio.wait_for(connection.read_message(), 30) is not None:
            pass  # messages of the kernel
        return connection.close_code

    assert finished(sent()) == 1003
    assert ask().status == 200


def test_the_address_cannot_choose_template_or_theme(server: Server, ask, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "index.html.j2").write_text("{{ 'taken ' + 'over' }}")
    (evil / "conf.json").write_text("{}")
    page = ask(f"/?template=../../../../../../../../..{evil}&theme=../../evil")
    assert page.status == 200
    assert "taken over" not in page.text and "evil" not in page.text.partition("<body")[2]


def test_the_number_of_pages_is_limited_and_a_closed_page_makes_room(server: Server, ask) -> None:
    first, second = ask(), ask()
    assert {first.status, second.status} == {200} and first.kernel != second.kernel
    refused = ask()
    assert refused.status == 503 and "All places are taken" in refused.text and refused.headers["Retry-After"]
    assert count(server) == PAGES
    assert ask(f"/api/kernels/{first.kernel}", "DELETE", Cookie="_xsrf=a", X_XSRFToken="a").status == 204
    assert ask().status == 200


def test_a_visitor_who_leaves_at_once_leaves_no_kernel(server: Server, ask) -> None:
    port = int(server.url.rpartition(":")[2])
    for _ in range(2 * PAGES):
        with socket.create_connection(("127.0.0.1", port), 5) as visitor:
            visitor.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            time.sleep(0.2)
    # A kernel that is still being started has its place, and is no process of the server yet.
    until(lambda: ask().status == 200)
    until(lambda: count(server) == 1)


def test_other_host_names_are_refused(ask) -> None:
    assert ask(Host="rebound.example.net").status == 403
    page = ask(Host=HOST)
    assert page.status == 200
    assert ask(f"/api/kernels/{page.kernel}", Host="rebound.example.net").status == 403


def test_another_site_can_link_to_the_page_but_not_embed_it(server: Server, ask) -> None:
    for destination in ("iframe", "image", "empty", "document"):
        page = ask("/?model=adex&x=%22%3E", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest=destination)
        assert page.status == 403 and 'href="/?model=adex&amp;x=%22%3E"' in page.text
    assert count(server) == 0
    assert ask(Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="document", Sec_Fetch_User="?1").status == 200
    assert ask(Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="document").status == 200


def test_a_busy_server_has_time_for_the_messages_of_a_new_explorer(root: Path) -> None:
    """Without them the page is empty: nbclient drops what comes more than 4 s after the cell has run."""
    app = ExplorerApp()
    app.parse_command_line(app_arguments())
    empty = new_notebook()
    assert VoilaExecutor(empty, config=app.config).iopub_timeout == PATIENCE
    binder = Config(json.loads((root / "binder/jupyter/jupyter_server_config.json").read_text()))
    assert VoilaExecutor(empty, config=binder).iopub_timeout == PATIENCE
