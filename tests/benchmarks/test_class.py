"""Visitors of the app of a server, driven by script: memory, first tries of a search, verdicts; and growth over visits.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_class.py

Each opens the page with its files, has a set verified every few seconds, as after a drag, and begins a search; with
EVERY=120 another one every two minutes, which ends the one before. A drag of a page sends nothing until it rests; with
HERTZ=10 each sends the sets of a drag of two seconds, of which each replaces the one before.
VISITORS=1,10,60 at work for MINUTES=1 each; VISITS=500 that open, ask, and leave.
"""

import asyncio
import json
import os
import random
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.servers import Server, children, start_app
from tests.cli.test_app_server import DONE, SET, Visitor, run, visit

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]

NUMBERS = [int(one) for one in os.environ.get("VISITORS", "1,10,60").split(",")]
SECONDS = 60.0 * float(os.environ.get("MINUTES", "1"))
EVERY = float(os.environ.get("EVERY", "inf"))
HERTZ = float(os.environ.get("HERTZ", "0"))
DRAG = 2.0
"""Time in s that a drag takes."""
VISITS = int(os.environ.get("VISITS", "500"))
REST = 3.0
"""Mean time in s between two sets of one visitor that are verified."""
MODELS = {"izhikevich": 0.25, "adex": 0.1, "lif": 0.1, "eif": 0.1, "qif": 0.1, "izhikevich_2004": 0.25}
PATTERNS = ("tonic_spiking", "phasic_spiking", "tonic_bursting", "spike_latency", "rebound_spike", "accommodation")


def memory(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process in MB, and its share of it: pages of several are divided among them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(rollup.split(f"{name}:")[1].split()[0]) / 1024 for name in ("Rss", "Pss"))


def resident(pid: int) -> float:
    """Return the memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def spread(values: list[float], unit: str = "s") -> str:
    if not values:
        return "none"
    ordered = sorted(1000 * x if unit == "ms" else x for x in values)
    at = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95)]
    most = f"{at[1]:.3g} / {ordered[-1]:.3g} {unit} (50 %, 95 %, most; n = {len(ordered)})"
    return f"{statistics.median(ordered):.3g} / {most}"


def sizes(server: Server) -> str:
    pid = server.process.pid
    workers = [one for one, command in children(pid).items() if "server.work" in command]
    parts = ", ".join(f"{resident(one):.0f}" for one in workers)
    files, of_workers = (sum(len(list(Path(f"/proc/{k}/fd").iterdir())) for k in some) for some in ([pid], workers))
    return f"server {resident(pid):.0f} MB, {files} descriptors; workers {parts} MB, {of_workers} descriptors"


def files(home: Path) -> str:
    """Return what a server has on disk: its home, and where temporary files go."""
    every = [one for one in home.rglob("*") if one.is_file()]
    temporary = sum(1 for one in Path(tempfile.gettempdir()).iterdir())
    return f"{len(every)} files of {sum(one.stat().st_size for one in every) / 2**20:.2f} MB, {temporary} temporary"


class Notes:
    """What visitors have noted, in s."""

    def __init__(self) -> None:
        self.pages: list[float] = []
        self.verdicts: list[float] = []
        self.first_tries: list[float] = []
        self.silences: list[float] = []
        self.ended = self.found = self.refused = 0


def fetch(url: str) -> int:
    """Fetch the page with what it loads first, compressed; return the bytes."""
    size = 0
    with urllib.request.urlopen(url, timeout=60) as answer:
        text = answer.read().decode()
    about = json.loads(text.split('id="about">')[1].split("</script>")[0])
    script, style = (text.split(f'{name}="')[1].split('"')[0] for name in ("src", 'stylesheet" href'))
    for path in (script, style, about["shared"], about["models"]["izhikevich"]):
        asked = urllib.request.Request(f"{url}/{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            size += len(answer.read())
    return size


async def work(server: Server, notes: Notes, number: int, many: int) -> None:
    """Be a visitor."""
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * min(REST, many))
    began = time.monotonic()
    await asyncio.get_running_loop().run_in_executor(None, fetch, server.url)
    notes.pages.append(time.monotonic() - began)
    visitor = await visit(server)
    over = time.monotonic() + SECONDS
    asked: dict[str, float] = {}
    waiting: dict[str, float] = {}
    count, due, search_due = 0, time.monotonic() + REST * chance.random(), time.monotonic()
    drag_until, news, goes_on = 0.0, 0.0, ""
    while time.monotonic() < over or goes_on:
        now = time.monotonic()
        if now >= search_due and now < over:
            model, pattern = chance.choice(list(MODELS)), chance.choice(PATTERNS)
            search_due = now + EVERY
            if goes_on and asked[goes_on]:
                notes.first_tries.append(now - asked[goes_on])  # at least
            goes_on = f"search{len(asked)}"
            asked[goes_on] = news = now
            await visitor.ask("search", goes_on, model=model, pattern=pattern, values={}, dt=MODELS[model],
                              begin="random", seed=number + len(asked))  # fmt: skip
        if now >= due and now < over:
            if HERTZ and not drag_until:
                drag_until = now + DRAG
            count += 1
            values = {"c": -50.0 + chance.uniform(-1, 1)}
            waiting[f"v{count}"] = now
            await visitor.ask("verify", f"v{count}", **SET | {"values": values})
            drag_until = drag_until if now < drag_until else 0.0
            due = now + (1 / HERTZ if drag_until else REST * (0.5 + chance.random()))
        try:
            answer = await visitor.hear(min(max(min(due, search_due) - time.monotonic(), 0.01), 1.0))
        except TimeoutError:
            answer = {"kind": "", "id": "", "state": ""}
        assert answer is not None, "the visitor was cut off"
        if answer["kind"] == "error":  # more sets than a visitor may ask for at once
            assert HERTZ and waiting.pop(answer["id"]), answer
            notes.refused += 1
            continue
        assert answer["state"] != "failed", answer
        if answer["id"] in waiting and answer["state"] in DONE:
            waited = time.monotonic() - waiting.pop(answer["id"])
            if answer["state"] == "done":
                notes.verdicts.append(waited)
        if answer["kind"] == "search" and answer["id"] == goes_on:
            tries = answer["search"]["evaluations"]
            if asked[goes_on] and tries:
                notes.first_tries.append(time.monotonic() - asked[goes_on])
            elif tries:
                notes.silences.append(time.monotonic() - news)
            if tries:
                asked[goes_on], news = 0.0, time.monotonic()
            if answer["state"] in DONE:
                notes.ended += 1
                notes.found += answer["search"]["status"] == "replicated"
                goes_on = ""
        if now >= over and goes_on:
            if asked[goes_on]:
                notes.first_tries.append(now - asked[goes_on])  # at least
            await visitor.ask("stop", "stop", of=goes_on)
            goes_on = ""
    visitor.connection.close()


@pytest.mark.parametrize("many", NUMBERS)
def test_visitors_at_work(tmp_path, many):
    server = start_app(tmp_path, "--visitors=200")
    try:
        run(one_verdict(server))  # the workers have begun
        print(f"\n{many} visitors, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; before: {sizes(server)}")
        notes = Notes()

        async def all_of_them() -> None:
            await asyncio.gather(*(work(server, notes, k, many) for k in range(many)))

        run(all_of_them())
        print(f"page with its files: {spread(notes.pages)}")
        print(f"set → verified: {spread(notes.verdicts, 'ms')}; {notes.refused} refused")
        print(f"search → first try: {spread(notes.first_tries)}")
        print(f"longest first try / median: {max(notes.first_tries) / statistics.median(notes.first_tries):.2f}")
        print(f"news of a search → next: {spread(notes.silences)}; {notes.ended} ended, {notes.found} found")
        print(f"after: {sizes(server)}; load {os.getloadavg()[0]:.1f}", flush=True)
        assert len(notes.first_tries) >= many
    finally:
        server.stop()


async def one_verdict(server: Server) -> None:
    visitor: Visitor = await visit(server)
    await visitor.answer("verify", "v", **SET)
    visitor.connection.close()


def test_growth_over_visits(tmp_path):
    server = start_app(tmp_path, "--visitors=40")
    try:
        run(one_verdict(server))
        print(f"\nbefore: {sizes(server)}; {files(tmp_path)}")
        done = 0
        while done < VISITS:

            async def some() -> None:
                await asyncio.gather(*(one_verdict(server) for _ in range(10)))

            run(some())
            fetch(server.url)
            done += 10
            if done % (VISITS // 5) == 0:
                print(f"after {done}: {sizes(server)}; {files(tmp_path)}", flush=True)
    finally:
        server.stop()
