"""What a server lets through, and what it says of the rest."""

import asyncio
import json
import logging

import pytest
from waiting import on_a_loop

from plausiwidgets.widgets.handlers.messages import TABLE
from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server.extension import share
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.scheduler import Job
from plausiwidgets.widgets.server.site import files, page
from plausiwidgets.widgets.server.visitors import (
    LEFT_OUT,
    MADE,
    SEARCHING,
    Visitors,
    is_greeting,
    read_message,
)

SET = {"model": "lif", "pattern": "tonic_spiking", "values": {}, "dt": 0.1}


class Pool:
    """Answers nothing, and notes what it is asked."""

    def __init__(self):
        self.requests, self.ended, self.closed, self.in_flight = [], [], [], 0

    def ask(self, client, message, data):
        client.open[message["id"]] = Job(client, message, data, 0.1, False)
        self.in_flight += len(data)
        self.requests.append(message)
        return ""

    def end(self, job):
        del job.client.open[job.identity]
        self.ended.append(job.identity)

    def end_all(self, client):
        for job in list(client.open.values()):
            self.end(job)

    def close_client(self, client):
        client.open.clear()
        self.closed.append(client.number)

    def close(self):
        pass


class Socket:
    def __init__(self):
        self.heard, self.closed, self.pending = [], None, 0

    def send(self, frame, is_text):
        self.heard.append(json.loads(frame) if is_text else frame)

    def close(self, code=None, reason=None):
        self.closed = code, reason


def hello(number: int = 1):
    return {"kind": "hello", "visitor": f"{number:032x}", "language": "en"}


def begun(**limits) -> tuple[Visitors, Pool]:
    """Visitors of some limits, and their workers."""
    pool = Pool()
    return Visitors(pool, Limits(**limits), logging.getLogger("test")), pool


def hear(*messages, **limits):
    """Let a visitor say these messages; return what reached the workers, and the errors on the page."""
    (visitors, pool), socket = begun(**limits), Socket()
    visitor = visitors.enter(hello(), socket)
    for message in messages:
        assert visitor.receive(message, b"") == ""  # the connection is left open
    return [one["id"] for one in pool.requests], [one["error"] for one in socket.heard if one["state"] == "failed"]


@on_a_loop
async def test_requests_go_to_the_workers_except_those_of_a_notebook():
    notebook = ({"kind": kind, "id": f"x{kind}"} for kind in LEFT_OUT)
    requests, refused = hear({"kind": "verify", "id": "a", **SET}, *notebook)
    assert (requests, len(refused)) == (["a"], len(LEFT_OUT))


@on_a_loop
async def test_a_search_is_refused_with_a_sentence_about_the_browser_and_the_notebook():
    messages = [
        {"kind": "search", "id": "a", **SET, "begin": "values"},
        {"kind": "assess", "id": "b", "models": ["lif"], "patterns": [], "seed": 0},
        {"kind": "repertoire", "id": "c", **SET},
        *({"kind": kind, "id": kind, "of": "a"} for kind in ("pause", "resume", "stop")),
    ]
    assert {message["kind"] for message in messages} == set(SEARCHING)
    requests, refused = hear(*messages, {"kind": "running", "id": "r"})
    assert requests == [] and len(refused) == len(messages)
    assert all("in your browser" in error and "notebook" in error for error in refused)


@pytest.mark.parametrize(
    "message",
    [
        *(None, 3, [], {}, {"kind": "search"}, {"kind": "eval", "id": "a", "code": "1"}),
        *({"kind": "stop", "id": "a", "of": {"a": 1}}, {"kind": "stop", "id": "a" * 65}),
    ],
)
@on_a_loop
async def test_an_invalid_message_is_rejected_with_a_sentence_and_reaches_no_worker(message):
    requests, [error] = hear(message)
    assert requests == [] and error


@on_a_loop
async def test_a_time_step_that_requires_hours_is_refused_with_the_smallest_one():
    requests, [error] = hear({"kind": "verify", "id": "a", **SET, "dt": 0.001})
    assert requests == [] and "at least 0.005 ms" in error


@on_a_loop
async def test_a_visitor_has_a_limited_number_of_open_requests_and_can_always_end_one():
    sent = ({"kind": "verify", "id": f"a{k}", **SET} for k in range(5))
    last = {"kind": "verify", "id": "b", **SET}
    requests, refused = hear(*sent, {"kind": "cancel", "id": "c", "of": "a0"}, last, requests=3)
    assert (requests, len(refused)) == (["a0", "a1", "a2", "b"], 2)


@on_a_loop
async def test_custom_currents_are_limited_and_those_that_a_page_makes_again_are_no_others():
    fields = {"kind": "stimulus", "shape": "step", "number": 1, "text": "", "lines": False, "title": ""}
    visitors, pool = begun(requests=1000, rate=1000.0)
    socket = Socket()
    visitor = visitors.enter(hello(), socket)
    for k in range(MADE + 3):
        visitor.receive({**fields, "id": f"s{k}"}, b"")
    assert (len(pool.requests), len(socket.heard)) == (MADE, 3)
    visitor._restart()  # a worker that had them has ended
    assert socket.closed[0] == 1012
    visitors.enter(hello(), Socket())
    for k in range(MADE):
        visitor.receive({**fields, "id": f"r{k}", "again": f"stimulus_step#{k}"}, b"")
    assert len(pool.requests) == 2 * MADE


@on_a_loop
async def test_a_page_that_greets_again_gets_answers_in_its_new_language():
    visitors, _ = begun()
    socket = Socket()
    visitor = visitors.enter(hello(), socket)
    requests = {"kind": "verify", **SET, "dt": 0.001}
    for k, language in enumerate(("de", "xx", ["de"])):
        assert visitor.receive(hello() | {"language": language}, b"") == ""
        visitor.receive({**requests, "id": f"{k}"}, b"")
    german, unknown, wrong = (one["error"] for one in socket.heard)
    assert "Auf diesem Server" in german
    assert "On this server" in unknown and unknown == wrong
    visitors.enter(hello() | {"language": "de"}, Socket())  # after a reload
    assert visitor._client.language == "de"


@on_a_loop
async def test_a_returning_page_is_the_same_visitor_and_the_former_page_is_closed():
    visitors, _ = begun()
    first, second = Socket(), Socket()
    visitor = visitors.enter(hello(), first)
    assert visitors.enter(hello(), second) is visitor
    assert first.closed is not None
    visitors.leave(visitor, first)  # the former connection does not take the new one with it
    assert visitor.socket is second
    assert visitors.enter(hello(2), Socket()) is not visitor


@on_a_loop
async def test_requests_of_a_page_that_is_closed_end_because_the_page_sends_them_again():
    visitors, pool = begun()
    first = Socket()
    visitor = visitors.enter(hello(), first)
    visitor.receive({"kind": "verify", "id": "a", **SET}, b"")
    visitors.leave(visitor, first)
    assert pool.ended == ["a"]
    visitor = visitors.enter(hello(), Socket())
    visitor.receive({"kind": "verify", "id": "b", **SET}, b"")
    assert list(visitor._client.open) == ["b"]


@on_a_loop
async def test_the_visitor_who_left_first_is_removed_for_a_new_one():
    visitors, pool = begun(visitors=2)
    sockets = [Socket() for _ in range(2)]
    visitor, _ = (visitors.enter(hello(k), socket) for k, socket in enumerate(sockets))
    assert visitors.enter(hello(7), Socket()) is None
    visitors.leave(visitor, sockets[0])
    assert visitors.enter(hello(7), Socket()) is not None
    assert len(pool.closed) == 1


@on_a_loop
async def test_a_visitor_who_has_left_is_removed_after_the_grace_period():
    visitors, pool = begun(grace=0.0)
    socket = Socket()
    visitor = visitors.enter(hello(), socket)
    await asyncio.sleep(1.2)
    assert len(visitors) == 1
    visitors.leave(visitor, socket)
    end = asyncio.get_running_loop().time() + 30.0
    while len(visitors):
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.05)
    assert len(pool.closed) == 1


@pytest.mark.parametrize("name", ["", "A" * 32, "../../etc/passwd", "g" * 32, 7, None, ["a"] * 32, "a" * 33])
def test_a_greeting_has_a_name_that_cannot_be_guessed(name):
    assert not is_greeting({"kind": "hello", "visitor": name})


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "nan",
        "[" * 50_000,
        "x" * 70_000,
        b"",
        b"\0\0\0",
        b"\xff\xff\xff\xff{}",
        b"\0\0\0\2[" + b"x" * 10,
        frames.packed({"a": "b" * 70_000}),
        b"\0\0\0\4\xff\xff\xff\xff",
    ],
)
def test_bytes_that_are_not_a_message_raise_a_value_error(message):
    with pytest.raises(ValueError):
        read_message(message, Limits())


def test_every_message_of_the_table_is_answered_or_left_out():
    homes = {kind for kind, row in TABLE.items() if row.home}
    assert homes | {"cancel", "alive"} | set(LEFT_OUT) == set(TABLE)
    assert set(SEARCHING) < homes


def test_a_link_is_that_of_binder_of_a_hub_or_of_the_page():
    binder = {"BINDER_LAUNCH_HOST": "https://mybinder.org/", "BINDER_REQUEST": "v2/gh/o/n/v1"}
    assert share(binder)["base"] == "https://mybinder.org/v2/gh/o/n/v1?urlpath=plausiwidgets%2F%3F"
    hub = {"JUPYTERHUB_SERVICE_PREFIX": "/hub1/user/a-b/", "JUPYTERHUB_BASE_URL": "/hub1/"}
    assert share(hub)["base"] == "/hub1/hub/user-redirect/plausiwidgets/?"
    assert share(binder | hub)["where"] == "binder"  # which is a hub itself
    assert share({})["base"] == ""


def test_the_page_names_files_by_their_contents_and_runs_no_script_of_its_own():
    text = page().decode()
    assert all(name in text for name in files())
    assert "&#x27;unsafe-eval" not in text
    assert "script-src &#x27;self&#x27; &#x27;wasm-unsafe-eval&#x27;;" in text
    sizes = {name.split(".")[0]: len(file.packed) for name, file in files().items()}
    assert sum(sizes[one] for one in ("app", "style", "shared", "izhikevich", "texts_de")) < 400_000


def recording(identity: str):
    return {"kind": "recording", "id": identity, "model": "lif", "name": "a.csv", "units": {}}


@on_a_loop
async def test_files_of_all_visitors_together_are_limited_and_one_visitor_sends_one_at_a_time():
    visitors, pool = begun(uploads=20_000_000)
    file, sockets = bytes(8_000_000), [Socket() for _ in range(4)]
    for k, socket in enumerate(sockets):
        visitor = visitors.enter(hello(k + 1), socket)
        for identity in ("a", "b"):
            assert visitor.receive(recording(identity), file) == ""  # the connection is left open
    assert pool.in_flight == 16_000_000
    refused = [[one["error"] for one in socket.heard] for socket in sockets]
    assert [len(errors) for errors in refused] == [1, 1, 2, 2]
    assert "your last file" in refused[0][0] and "too many files" in refused[3][0]


@on_a_loop
async def test_a_file_that_is_too_large_for_a_server_is_refused_with_its_size():
    visitors, pool = begun()
    socket = Socket()
    visitors.enter(hello(), socket).receive(recording("a"), bytes(8_000_001))
    assert pool.requests == []
    assert "at most 8 MB" in socket.heard[0]["error"]


@on_a_loop
async def test_connections_whose_messages_fill_the_memory_are_closed_the_largest_first():
    visitors, _ = begun(uploads=10_000_000)
    small, large = Socket(), Socket()
    for number, socket in enumerate((small, large)):
        visitors.enter(hello(number), socket)
    small.pending, large.pending = 3_000_000, 8_000_000
    visitors._cut_largest()
    assert large.closed == (1013, "too many files")
    assert small.closed is None
