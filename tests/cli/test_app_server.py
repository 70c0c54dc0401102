"""The server of `plausiwidgets --app` as it runs: what visitors get, and what those get who mean no good."""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from paths import DATA
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect
from waiting import on_a_loop, run, until

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server.handlers import PROTOCOL
from tests.browser.servers import Server, children, start_app

SET = {"model": "izhikevich", "pattern": "tonic_spiking", "values": {}, "dt": 0.25}
SLOW = {"model": "hodgkin_huxley", "pattern": "tonic_spiking", "values": {}, "dt": 0.02, "count": 300, "seed": 0}
"""Samples that take some seconds."""
HOST = "explorer.example.org"
DONE = ("done", "stopped", "failed", "superseded")


class Visitor:
    """A script that talks as a page does."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []

    async def ask(self, kind: str, identity: str, **fields: Any) -> None:
        await self.connection.write_message(json.dumps({"kind": kind, "id": identity, **fields}))

    async def hear(self, seconds: float = 240.0) -> dict[str, Any] | None:
        """The next answer; None once the connection is closed."""
        message = await asyncio.wait_for(self.connection.read_message(), seconds)
        if message is None:
            return None
        answer = json.loads(message) if isinstance(message, str) else frames.unpacked(message)[0]
        self.heard.append(answer)
        return answer

    async def until(self, identity: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first answer to a question that is as wanted."""
        while True:
            answer = await self.hear()
            assert answer is not None, "the connection was closed"
            if answer["id"] == identity and condition(answer):
                return answer

    async def answer(self, kind: str, identity: str, **fields: Any) -> dict[str, Any]:
        """The last answer to a question."""
        await self.ask(kind, identity, **fields)
        return await self.until(identity, lambda answer: answer["state"] in DONE)


async def connect(server: Server, protocols: tuple[str, ...] = (PROTOCOL,), **headers: str):
    address = server.url.replace("http", "ws") + "/socket"
    request = HTTPRequest(address, headers={k.replace("_", "-"): v for k, v in headers.items()}, request_timeout=30)
    return await websocket_connect(request, subprotocols=list(protocols) or None, max_message_size=200_000_000)


async def visit(server: Server, name: int = 0) -> Visitor:
    visitor = Visitor(await connect(server))
    secret = f"{name:032x}" if name else os.urandom(16).hex()
    await visitor.connection.write_message(json.dumps({"kind": "hello", "visitor": secret, "language": "en"}))
    return visitor


def works(server: Server) -> bool:
    """Whether a visitor is answered by Python."""
    return run(judged(server))["verdict"]["status"] == "replicated"


async def judged(server: Server) -> dict[str, Any]:
    visitor = await visit(server)
    return await visitor.answer("verify", "v", **SET)


def workers(server: Server) -> list[int]:
    return [pid for pid, command in children(server.process.pid).items() if "server.work" in command]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = start_app(tmp_path_factory.mktemp("app"), "--workers=2", "--visitors=120", "--host", HOST)
    yield started
    started.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server for one test."""
    with ExitStack() as stack:

        def start(*more: str) -> Server:
            started = start_app(tmp_path, *more)
            stack.callback(started.stop)
            return started

        yield start


# ------------------------------------------------------------------ what visitors get


@on_a_loop
async def test_a_verdict_is_answered_by_a_worker_and_a_search_is_refused(server: Server) -> None:
    visitor = await visit(server)
    answer = await visitor.answer("verify", "v", **SET)
    assert answer["verdict"]["status"] == "replicated"
    answer = await visitor.answer("search", "s", **SET, begin="values", seed=3)
    assert answer["state"] == "failed" and "in your browser" in answer["error"]
    assert len(workers(server)) == 2


@on_a_loop
async def test_a_visitor_neither_sees_nor_cancels_requests_of_others(server: Server) -> None:
    first, second = await visit(server), await visit(server)
    await first.ask("samples", "s", **SLOW)
    await second.answer("verify", "v", **SET)
    await second.answer("cancel", "b", of="s")
    assert (await first.until("s", lambda answer: answer["state"] != "waiting"))["state"] == "running"
    assert all(answer["id"] != "s" for answer in second.heard)
    await first.ask("cancel", "x", of="s")
    await first.until("s", lambda answer: answer["state"] == "stopped")


@pytest.mark.slow
@on_a_loop
async def test_verifications_do_not_wait_for_samples_and_those_with_a_threshold_search_show_their_place(own) -> None:
    started = own("--workers=1")
    visitors = [await visit(started) for _ in range(5)]
    for visitor in visitors[:3]:
        await visitor.ask("samples", "s", **SLOW)
    await visitors[3].ask("verify", "g", **SET | {"pattern": "class_1_excitable"})
    answer = await visitors[4].answer("verify", "v", **SET)
    assert answer["verdict"]["status"] == "replicated"
    assert not any(one["id"] == "s" and one["state"] in DONE for visitor in visitors for one in visitor.heard)
    await visitors[3].until("g", lambda answer: answer["state"] == "done")
    waiting = [answer["ahead"] for answer in visitors[3].heard if answer["state"] == "waiting"]
    assert waiting and waiting == sorted(waiting, reverse=True)


@pytest.mark.slow
@on_a_loop
async def test_a_worker_that_is_killed_is_replaced_and_pages_make_their_patterns_again(server: Server) -> None:
    visitor, other = await visit(server, 5), await visit(server)
    fields = {"shape": "values", "number": 1, "text": "0 10\n200 0", "lines": False, "title": ""}
    made = (await visitor.answer("stimulus", "i", **fields))["pattern"]
    await other.ask("samples", "s", **SLOW)
    await other.until("s", lambda answer: answer["state"] == "running")
    before = workers(server)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    while await visitor.hear() is not None:
        pass
    assert visitor.connection.close_code == 1012
    visitor = await visit(server, 5)
    assert (await visitor.answer("stimulus", "j", **fields, again=made))["pattern"] == made
    answer = await visitor.answer("describe", "d", model="lif", pattern=made)
    assert answer["data"]["patterns"][made]["link"]["samples"] == "0~10_200~0"
    assert (await other.until("s", lambda answer: answer["state"] in DONE))["state"] == "done"  # it was repeated
    until(lambda: len(workers(server)) == 2)
    assert not set(before) & set(workers(server))


def test_only_an_allowed_site_may_show_the_app_in_a_frame(server: Server, own, tmp_path: Path) -> None:
    _, closed, _ = server.request()
    assert closed["X-Frame-Options"] == "SAMEORIGIN" and closed["Content-Security-Policy"] is None
    task = pw.teaching.Exercise("Make it fire.")
    file = pw.export_page("lif", "tonic_spiking", {"amplitude": 5.0}, path=tmp_path / "task.html", exercise=task)
    origins = ("https://moodle.example.org", "https://ilias.example.org:8443")
    started = own("--workers=1", "--exercise", str(file), "--allow-frame", *origins)
    for path in ("/", "/exercise/task/"):
        status, opened, _ = started.request(path)
        assert status == 200
        assert opened["Content-Security-Policy"] == f"frame-ancestors 'self' {' '.join(origins)}"
        assert opened["X-Frame-Options"] is None
    assert started.request("/", host="rebound.example.org")[0] == 403
    code = started.request("/exercise/task/codes", "POST", b"PW1.a", Origin=origins[0])
    assert code[0] == 403  # the page in the frame has the origin of this server


@pytest.mark.parametrize(
    "text",
    [
        "moodle.example.org",
        "http://moodle.example.org",
        "https://moodle.example.org/",
        "https://*.example.org",
        "https://example.org; script-src *",
        "https://moodle@example.org",
        "*",
        "'none'",
        "",
    ],
)
def test_a_site_that_may_show_the_app_must_be_an_origin(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--app", "--allow-frame", text])
    sentence = (
        f"the site must be https:// with a host name and no path, such as https://moodle.example.org, got {text!r}."
    )
    assert sentence in capsys.readouterr().err


@pytest.mark.slow
@on_a_loop
async def test_models_of_a_file_are_known_and_its_prints_harm_nothing(own, tmp_path: Path) -> None:
    file = tmp_path / "neurons.py"
    text = (DATA / "my_neurons.py").read_text().replace("from my_rates import DECAY", "DECAY = 1.0")
    file.write_text(f'{text}\nprint("hello" * 1000)')
    started = own(str(file), "--workers=1")
    _, _, body = started.request()
    about = json.loads(body.decode().split('id="about">')[1].split("</script>")[0])
    names = list(about["own"])
    assert names == ["low_threshold", "high_threshold"]
    visitor = await visit(started)
    answer = await visitor.answer("describe", "d", model=names[0], pattern="tonic_spiking")
    assert answer["state"] == "done", answer
    assert answer["data"]["model"]["name"] == names[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [("import nothing_of_this_name", "nothing_of_this_name"), ("1 +", "SyntaxError"), ("", "no model")],
)
def test_an_unusable_file_of_models_is_reported_and_nothing_is_served(tmp_path: Path, text, said) -> None:
    file = tmp_path / "neurons.py"
    file.write_text(text)
    with pytest.raises(RuntimeError, match=said):
        start_app(tmp_path / "home", str(file), "--workers=1")


# ------------------------------------------------------------------ addresses, hosts, origins


def test_files_are_sent_compressed_and_kept_for_a_year_and_the_page_is_not(server: Server) -> None:
    _, headers, body = server.request()
    assert headers["Cache-Control"] == "no-cache"
    name = body.decode().split('src="')[1].split('"')[0]
    _, headers, _ = server.request(f"/{name}", Accept_Encoding="gzip, br")
    assert headers["Content-Encoding"] == "gzip" and "immutable" in headers["Cache-Control"]
    assert "Content-Encoding" not in server.request(f"/{name}")[1]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../alone.py",
        "/static/%2e%2e/%2e%2e/alone.py",
        "/static//etc/passwd",
        "/static/",
        "/static/app.js",
        "//example.org/",
        "/api/kernels",
        "/api/contents",
        "/socket/",
        "/%00",
        "/static/..%5calone.py",
        "/?" + "a" * 15_000,
    ],
)
def test_there_is_nothing_but_the_page_and_its_files(server: Server, path) -> None:
    status, _, body = server.request(path)
    assert status == (200 if path.startswith("/?") else 404)
    assert b"import" not in body[:200]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"])
def test_other_methods_are_refused(server: Server, method) -> None:
    assert server.request("/", method)[0] in (400, 405)


def test_requests_that_name_another_host_are_refused(server: Server) -> None:
    assert server.request(Host="rebound.example.org")[0] == 403
    assert server.request(Host=HOST)[0] == 200
    assert server.request(Host="rebound.example.org", X_Forwarded_Host="localhost")[0] == 403
    with pytest.raises(HTTPClientError, match="403"):
        run(connect(server, Host="rebound.example.org", Origin="http://example.org"))


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://127.0.0.1:1", "http://example.org:1"])
def test_a_page_of_another_site_cannot_connect(server: Server, origin) -> None:
    with pytest.raises(HTTPClientError, match="403"):
        run(connect(server, Origin=origin))
    assert works(server)


def test_a_page_of_0_3_is_asked_to_reload(server: Server) -> None:
    async def former() -> dict[str, Any]:
        visitor = Visitor(await connect(server, ("plausiwidgets.1",)))
        await visitor.connection.write_message(json.dumps({"kind": "hello", "visitor": "0" * 32, "language": "de"}))
        answer = await visitor.answer("verify", "v", **SET)
        visitor.connection.close()
        return answer

    answer = run(former())
    assert (answer["kind"], answer["state"]) == ("verify", "failed")
    assert answer["error"].endswith("Laden Sie die Seite neu.")


@pytest.mark.parametrize("protocols", [(), ("plausiwidgets.0",), ("v1.kernel.websocket.jupyter.org",)])
def test_a_connection_without_the_sub_protocol_is_refused(server: Server, protocols) -> None:
    with pytest.raises(HTTPClientError, match="400"):
        run(connect(server, protocols))


def test_codes_are_taken_from_pages_of_this_server_and_read_by_the_teacher_alone(own, tmp_path: Path) -> None:
    task = pw.teaching.Exercise("Make it burst.", free=["c"])
    file = pw.export_page("izhikevich", "tonic_bursting", {"c": -65.0}, path=tmp_path / "burst.html", exercise=task)
    started = own("--workers=1", "--exercise", str(file))
    secret = re.search(r"teacher=([\w-]+)#", started.log.read_text())[1]

    def post(code: str, **headers: str) -> int:
        return started.request("/exercise/burst/codes", "POST", code.encode(), **headers)[0]

    code = "PW1.Lm1vZGVsPWxpZiYucGF0dGVybj10b25pY19zcGlraW5nJi5zZWNvbmRzPTQxJi5zb2x2ZWQ9MQ.72a5ed9b"
    assert post(code, Origin=started.url, Sec_Fetch_Site="same-origin") == 200
    assert post(code, Origin="http://example.org") == 403
    assert post(code, Sec_Fetch_Site="cross-site") == 403
    assert post("nonsense") == 400
    _, _, body = started.request("/exercise/burst/codes?language=de", "POST", b"nonsense")
    assert "unvollständig" in json.loads(body)["error"]
    assert post("x" * 20_000) in (400, 413)
    for asked in ("", "?teacher=x", "?teacher=%FF"):
        assert started.request(f"/exercise/burst/codes{asked}")[0] in (400, 403)
    status, _, body = started.request(f"/exercise/burst/codes?teacher={secret}&after=nonsense")
    assert (status, json.loads(body)) == (200, {"codes": [code], "count": 1})
    status, _, body = started.request(f"/exercise/burst/codes?teacher={secret}&after={'9' * 5000}")
    assert (status, json.loads(body)["count"]) == (200, 1)
    assert started.request(f"/exercise/burst/codes?teacher={secret}&after=%FF")[0] == 400
    assert started.request(f"/exercise/other/codes?teacher={secret}")[0] == 404
    assert started.log.read_text().count(secret) == 1  # only in the line for the teacher


# ------------------------------------------------------------------ messages that mean no good


@pytest.mark.parametrize(
    "message",
    ["{}", "[" * 60_000, b"\xff" * 64, json.dumps({"kind": "samples", "id": "a", **SLOW})],
)
def test_a_connection_without_a_greeting_is_closed(server: Server, message) -> None:
    async def work() -> int | None:
        connection = await connect(server)
        await connection.write_message(message, binary=isinstance(message, bytes))
        assert await asyncio.wait_for(connection.read_message(), 30) is None
        return connection.close_code

    assert run(work()) == 1003
    assert works(server)


def test_binary_nonsense_and_too_long_messages_close_their_own_connection(server: Server) -> None:
    async def work(message: str | bytes) -> int | None:
        visitor = await visit(server)
        with suppress(Exception):  # it may be closed before all is written
            await visitor.connection.write_message(message, binary=isinstance(message, bytes))
        while await visitor.hear() is not None:
            pass
        return visitor.connection.close_code

    assert run(work(b"\xff" * 100)) == 1003
    assert run(work("x" * 70_000)) == 1003
    assert run(work(b"\0" * 100_000_000)) in (None, 1006, 1009)
    assert works(server)


@on_a_loop
async def test_a_flood_of_messages_closes_its_connection_and_others_continue(server: Server) -> None:
    flood, other = await visit(server), await visit(server)
    with suppress(Exception):
        for k in range(5000):
            await flood.ask("cancel", f"{k}", of="x")
    while (answer := await flood.hear()) is not None:
        assert answer["state"] in DONE
    assert flood.connection.close_code == 1008
    assert (await other.answer("verify", "v", **SET))["state"] == "done"


# ------------------------------------------------------------------ connections that mean no good


def test_half_requests_by_the_hundred_do_not_keep_anybody_out_and_fill_no_log(own) -> None:
    started = own("--workers=1", "--visitors=20")
    host, port = started.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for k in range(600):
            with suppress(OSError):
                half = stack.enter_context(socket.create_connection((host, int(port)), 10))
                half.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " if k % 2 else b"")
            if k % 150 == 149:
                assert started.request()[0] == 200
        assert works(started)
    assert len(started.log.read_text()) < 5000


def test_sockets_that_do_not_greet_give_their_place_to_new_visitors(own) -> None:
    started = own("--workers=1", "--visitors=8")

    async def work() -> float:
        silent = await asyncio.gather(*(connect(started) for _ in range(120)), return_exceptions=True)
        began = asyncio.get_running_loop().time()
        visitor = await visit(started)
        answer = await visitor.answer("running", "r")
        taken = asyncio.get_running_loop().time() - began
        assert answer["state"] == "done"
        assert len(silent) == 120
        return taken

    assert run(work()) < 5.0
    assert started.request()[0] == 200


def test_a_long_link_opens_the_page_which_reports_it(server: Server) -> None:
    assert server.request("/?model=lif&x=" + "1" * 40_000)[0] == 200


def test_a_file_is_not_taken_before_the_greeting(server: Server) -> None:
    async def work() -> int | None:
        connection = await connect(server)
        with suppress(Exception):  # it may be closed before all is written
            await connection.write_message(b"\0" * 1_000_000, binary=True)
        assert await asyncio.wait_for(connection.read_message(), 30) is None
        return connection.close_code

    assert run(work()) in (None, 1006, 1009)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_uploads_over_many_connections_do_not_fill_the_memory(own) -> None:
    started = own("--workers=1")

    async def upload(number: int) -> None:
        with suppress(Exception):  # the server may close the connection
            visitor = await visit(started)
            for k in range(15):
                message = {"kind": "recording", "id": f"r{number}-{k}", "model": "lif", "name": "a.csv", "units": {}}
                await visitor.connection.write_message(frames.packed(message, bytes(2_000_000)), binary=True)

    async def work() -> int:
        tasks = [asyncio.create_task(upload(number)) for number in range(60)]
        most = 0
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0.05)
            status = Path(f"/proc/{started.process.pid}/status").read_text()
            most = max(most, int(re.search(r"VmHWM:\s+(\d+)", status)[1]))
        return most

    assert run(work()) < 600_000  # kB
    assert works(started)


@pytest.mark.slow
@on_a_loop
async def test_a_connection_that_is_silent_is_closed(server: Server) -> None:
    connection = await connect(server)
    assert await asyncio.wait_for(connection.read_message(), 40) is None
    assert connection.close_code == 1008


@pytest.mark.slow
@on_a_loop
async def test_visitors_beyond_the_maximum_are_rejected_and_the_others_continue(own) -> None:
    started = own("--workers=1", "--visitors=3")
    there = [await visit(started) for _ in range(3)]
    for visitor in there:
        assert (await visitor.answer("running", "r"))["state"] == "done"
    refused = await visit(started)
    assert await refused.hear() is None
    assert refused.connection.close_code == 1013
    assert (await there[0].answer("verify", "v", **SET))["state"] == "done"


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@on_a_loop
async def test_a_signal_in_work_ends_all_processes(own, how) -> None:
    started = own("--workers=2")
    pids = workers(started)
    visitors = [await visit(started) for _ in range(4)]
    for visitor in visitors:
        await visitor.ask("samples", "s", **SLOW)
    await visitors[0].until("s", lambda answer: answer["state"] == "running")
    started.process.send_signal(how)
    while await visitors[0].hear() is not None:
        pass
    assert started.process.wait(20) == 0
    assert "Traceback" not in started.log.read_text()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


@pytest.mark.slow
def test_workers_end_when_the_server_is_killed(own) -> None:
    started = own("--workers=2")
    pids = workers(started)
    started.process.kill()
    started.process.wait(20)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
