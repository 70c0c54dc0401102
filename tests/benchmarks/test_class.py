"""Visitors of the app of a server, driven by script: memory, first tries of a search, verdicts.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_class.py

Each opens the page with its files, begins a search, and has a set verified every few seconds, as after a drag.
VISITORS=1,10,60 at work for MINUTES=1 each.
"""

import asyncio
import json
import os
import random
import statistics
import time
import urllib.request
from collections import defaultdict
from pathlib import Path

import pytest
from waiting import run

from tests.browser.servers import Server, children, start_app
from tests.cli.test_app_server import DONE, SET, visit

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]

NUMBERS = [int(one) for one in os.environ.get("VISITORS", "1,10,60").split(",")]
SECONDS = 60.0 * float(os.environ.get("MINUTES", "1"))
REST = 3.0
"""Mean time in s between two sets of one visitor that are verified."""
MODELS = {"izhikevich": 0.25, "adex": 0.1, "lif": 0.1, "eif": 0.1, "qif": 0.1, "izhikevich_2004": 0.25}
PATTERNS = ("tonic_spiking", "phasic_spiking", "tonic_bursting", "spike_latency", "rebound_spike", "accommodation")


def memory(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process in MB, and its share of it: pages of several are divided among them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(rollup.split(f"{name}:")[1].split()[0]) / 1024 for name in ("Rss", "Pss"))


def spread(values: list[float]) -> str:
    """Return median, 95th percentile and largest of times in s as text."""
    ordered = sorted(values)
    high = ordered[int(0.95 * (len(ordered) - 1))]
    return f"{statistics.median(ordered):.3g} / {high:.3g} / {ordered[-1]:.3g} s (50 %, 95 %, most; n = {len(ordered)})"


def sizes(server: Server) -> str:
    pid = server.process.pid
    workers = [one for one, command in children(pid).items() if "server.work" in command]
    parts = ", ".join(f"{memory(one)[0]:.0f}" for one in workers)
    return f"server {memory(pid)[0]:.0f} MB; workers {parts} MB"


def fetch(url: str) -> None:
    """Fetch the page with what it loads first, compressed."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        text = answer.read().decode()
    about = json.loads(text.split('id="about">')[1].split("</script>")[0])
    script, style = (text.split(f'{name}="')[1].split('"')[0] for name in ("src", 'stylesheet" href'))
    for path in (script, style, about["shared"], about["models"]["izhikevich"]):
        asked = urllib.request.Request(f"{url}/{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            answer.read()


async def work(server: Server, times: dict[str, list[float]], number: int, many: int) -> None:
    """Be a visitor, and note the times in s that are waited."""
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * min(REST, many))
    began = time.monotonic()
    await asyncio.get_running_loop().run_in_executor(None, fetch, server.url)
    times["page with its files"].append(time.monotonic() - began)
    visitor = await visit(server)
    model, pattern = chance.choice(list(MODELS)), chance.choice(PATTERNS)
    searched = due = time.monotonic()
    await visitor.ask(
        "search", "search", model=model, pattern=pattern, values={}, dt=MODELS[model], begin="random", seed=number
    )
    has_tried = False
    verified: dict[str, float] = {}
    while time.monotonic() < searched + SECONDS:
        now = time.monotonic()
        if now >= due:
            identity = f"v{len(verified)}"
            verified[identity] = now
            await visitor.ask("verify", identity, **SET | {"values": {"c": -50.0 + chance.uniform(-1, 1)}})
            due = now + REST * (0.5 + chance.random())
        try:
            answer = await visitor.hear(max(due - time.monotonic(), 0.01))
        except TimeoutError:
            continue
        assert answer is not None and answer["state"] != "failed", answer
        if answer["id"] in verified and answer["state"] in DONE:
            times["set → verified"].append(time.monotonic() - verified[answer["id"]])
        if answer["kind"] == "search" and answer["search"]["evaluations"] and not has_tried:
            has_tried = True
            times["search → first try"].append(time.monotonic() - searched)
    assert has_tried
    visitor.connection.close()


@pytest.mark.parametrize("many", NUMBERS)
def test_visitors_at_work(tmp_path, many):
    server = start_app(tmp_path, "--visitors=200")
    try:
        run(one_verdict(server))  # the workers have begun
        print(f"\n{many} visitors, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; before: {sizes(server)}")
        times: dict[str, list[float]] = defaultdict(list)

        async def all_of_them() -> None:
            await asyncio.gather(*(work(server, times, k, many) for k in range(many)))

        run(all_of_them())
        for what, values in times.items():
            print(f"{what}: {spread(values)}")
        print(f"after: {sizes(server)}; load {os.getloadavg()[0]:.1f}", flush=True)
    finally:
        server.stop()


async def one_verdict(server: Server) -> None:
    visitor = await visit(server)
    await visitor.answer("verify", "v", **SET)
    visitor.connection.close()
