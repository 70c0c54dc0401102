"""The app beside JupyterLab: a real Jupyter Server under the base address of a hub, with its login."""

import ast
import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect
from waiting import on_a_loop, run

from plausiwidgets.widgets.server.extension import has_lab
from plausiwidgets.widgets.server.handlers import PROTOCOL
from tests.browser.servers import Server, children, free_port
from tests.cli.test_app_server import SET, Visitor

BASE, TOKEN = "/user/a-b/", "secret"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    arguments = [
        "-m",
        "jupyter_server",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={BASE}",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.jpserver_extensions={'plausiwidgets.widgets.server': True}",
    ]
    started = Server(arguments, port, tmp_path_factory.mktemp("jupyter"), f"{BASE}api/status?token={TOKEN}")
    yield started
    started.stop()


def get(server: Server, path: str, **headers: str) -> tuple[int, str, bytes]:
    """Status of an answer, where it leads to, and its body."""
    status, answered, body = server.request(f"{BASE}{path}", **headers)
    return status, answered.get("Location", ""), body


def logged_in(server: Server) -> tuple[str, str]:
    """The cookies of a page that was opened with the token, and the page."""
    _, headers, body = server.request(f"{BASE}plausiwidgets/?token={TOKEN}")
    return "; ".join(one.partition(";")[0] for one in headers.get_all("Set-Cookie")), body.decode()


async def connect(server: Server, token: str, **headers: str):
    address = f"{server.url.replace('http', 'ws')}{BASE}plausiwidgets/socket?token={token}"
    request = HTTPRequest(address, headers=headers, request_timeout=30)
    return await websocket_connect(request, subprotocols=[PROTOCOL])


def test_the_page_and_its_files_are_below_the_base_address_and_ask_for_the_login(server: Server) -> None:
    status, _, body = get(server, f"plausiwidgets/?token={TOKEN}")
    assert status == 200
    name = body.decode().split('src="')[1].split('"')[0]
    assert get(server, f"plausiwidgets/{name}", Authorization=f"token {TOKEN}")[0] == 200
    assert "/login" in get(server, "plausiwidgets/")[1]
    assert b"modules" not in get(server, f"plausiwidgets/{name}")[2]
    assert get(server, "plausiwidgets/static/..%2fextension.py", Authorization=f"token {TOKEN}")[0] == 404


def test_the_socket_requires_a_login_and_a_page_of_this_server(server: Server) -> None:
    with pytest.raises(HTTPClientError, match="403"):
        run(connect(server, "wrong"))
    cookies, _ = logged_in(server)
    with pytest.raises(HTTPClientError, match="403"):  # what a page of another site would send
        run(connect(server, "", Cookie=cookies, Origin="http://example.org"))
    run(connect(server, "", Cookie=cookies, Origin=server.url))


def test_a_notebook_of_the_selection_is_written_for_authorized_users_only(
    server: Server,
) -> None:
    cookies, page = logged_in(server)
    about = json.loads(page.split('id="about">')[1].split("</script>")[0])["notebook"]
    folder = server.log.parent

    def post(link: str, **headers: str) -> tuple[int, dict[str, str]]:
        status, _, body = server.request(f"{BASE}plausiwidgets/{about['address']}", "POST", link.encode(), **headers)
        return status, json.loads(body)

    link = "model=adex&pattern=tonic_bursting&tau_w=110.5&dt=0.05"
    assert post(link)[0] == 403
    assert post(link, Cookie=cookies)[0] == 403  # what a page of another site would send
    mine = {"Cookie": cookies, "X_XSRFToken": about["token"]}
    for wrong in ("model=adex&pattern=tonic_bursting&tau_w=print(1)", "mystery=lif.x.1", "a" * 50_000, "model=%27"):
        status, told = post(wrong, **mine)
        assert (status, bool(told["message"])) == (400, True)
    assert not list(folder.glob("*.ipynb"))
    names = []
    for asked in (link, link, "mystery=lif.tonic_spiking.7"):
        status, told = post(asked, **mine)
        assert status == 200
        names.append(told["name"])
        assert server.request(f"{told['url']}?token={TOKEN}")[0] == 200
    assert len(set(names)) == 3
    codes = ["".join(json.loads((folder / name).read_text())["cells"][0]["source"]) for name in names]
    assert "pw.Explorer('adex', 'tonic_bursting', {" in codes[0]
    assert "'tau_w': 110.5" in codes[0] and ", dt=0.05)" in codes[0]
    assert codes[2].splitlines()[-1] == """pw.Explorer("lif", 'tonic_spiking', mystery=7)"""
    for code in codes:
        ast.parse(code)


@pytest.mark.parametrize(
    ("extensions", "there"), [({}, False), ({"jupyterlab": False}, False), ({"jupyterlab": True}, True)]
)
def test_a_notebook_is_offered_where_jupyterlab_runs(extensions, there) -> None:
    known = {name: SimpleNamespace(enabled=enabled) for name, enabled in extensions.items()}
    assert has_lab(SimpleNamespace(extension_manager=SimpleNamespace(extensions=known))) is there


@on_a_loop
async def test_no_process_starts_before_the_first_request(server: Server) -> None:
    def workers() -> list[str]:
        return [command for command in children(server.process.pid).values() if "server.work" in command]

    visitor = Visitor(await connect(server, TOKEN))
    await visitor.connection.write_message(json.dumps({"kind": "hello", "visitor": "0" * 32, "language": "en"}))
    assert (await visitor.answer("running", "r"))["searches"] == []
    assert workers() == []
    answer = await visitor.answer("verify", "v", **SET)
    assert answer["verdict"]["status"] == "replicated"
    assert workers()
    await asyncio.sleep(0)
