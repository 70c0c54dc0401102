"""Visitors of the app of a server, driven by script: memory, first tries of a search, verdicts; and growth over visits.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_class.py

Each opens the page with its files, has a set verified every few seconds, as after a drag, and begins one search.
VISITORS=1,10,60 at work for MINUTES=1 each; VISITS=500 that open, ask, and leave.
"""

import asyncio
import json
import os
import random
import statistics
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.servers import Server, children, start_app
from tests.cli.test_app_server import DONE, SET, Visitor, run, visit

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]

NUMBERS = [int(one) for one in os.environ.get("VISITORS", "1,10,60").split(",")]
SECONDS = 60.0 * float(os.environ.get("MINUTES", "1"))
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
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return f"server {resident(pid):.0f} MB, {files} descriptors; workers {parts} MB"


class Notes:
    """What visitors have noted, in s."""

    def __init__(self) -> None:
        self.pages: list[float] = []
        self.verdicts: list[float] = []
        self.first_tries: list[float] = []
        self.ends: list[float] = []
        self.found = 0


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
    model, pattern = chance.choice(list(MODELS)), chance.choice(PATTERNS)
    asked = time.monotonic()
    await visitor.ask("search", "search", model=model, pattern=pattern, values={}, dt=MODELS[model], begin="random",
                      seed=number)  # fmt: skip
    waiting: dict[str, float] = {}
    first = ended = False
    count, due = 0, time.monotonic() + REST * chance.random()
    while time.monotonic() < over or not ended:
        now = time.monotonic()
        if now >= due and now < over:
            count += 1
            waiting[f"v{count}"] = now
            values = {"c": -50.0 + chance.uniform(-1, 1)}
            await visitor.ask("verify", f"v{count}", **SET | {"values": values})
            due = now + REST * (0.5 + chance.random())
        try:
            answer = await visitor.hear(min(max(due - time.monotonic(), 0.01), 1.0))
        except TimeoutError:
            continue
        assert answer is not None, "the visitor was cut off"
        if answer["id"] in waiting and answer["state"] in DONE:
            notes.verdicts.append(time.monotonic() - waiting.pop(answer["id"]))
        assert answer["state"] != "failed", answer
        if answer["kind"] == "search":
            if not first and answer["search"]["evaluations"]:
                first = True
                notes.first_tries.append(time.monotonic() - asked)
            if answer["state"] in DONE:
                ended = True
                notes.ends.append(time.monotonic() - asked)
                notes.found += answer["search"]["status"] == "replicated"
        if now >= over and not ended:
            await visitor.ask("stop", "stop", of="search")
            ended = True
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
        print(f"set → verified: {spread(notes.verdicts, 'ms')}")
        print(f"search → first try: {spread(notes.first_tries)}")
        print(f"search → end: {spread(notes.ends)}, {notes.found} found")
        print(f"after: {sizes(server)}; load {os.getloadavg()[0]:.1f}", flush=True)
        assert len(notes.first_tries) == many
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
        print(f"\nbefore: {sizes(server)}")
        done = 0
        while done < VISITS:

            async def some() -> None:
                await asyncio.gather(*(one_verdict(server) for _ in range(10)))

            run(some())
            fetch(server.url)
            done += 10
            if done % (VISITS // 5) == 0:
                print(f"after {done}: {sizes(server)}", flush=True)
    finally:
        server.stop()
