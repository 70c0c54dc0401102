"""Measure what visitors of a server wait for, and its memory.

Run ``python -m tests.benchmarks.sixty_visitors OUTPUT [--checkout NAME=FOLDER ...] [--visitors 1 10 60] [--pages 6]
[--seconds 300] [--nice 0] [--limits]``. A checkout's package is measured, which can be an older version. The server
runs on the first core, and everything else on the last one.

At most six visitors are pages in Chromium. Each measures the time to its first trace, searches a neuron for a pattern,
and then drags a slider now and then. All other visitors are scripts, which verify as a page does during bursts of
drags: each newer parameter set cancels the verification of the one before. They use six models and six patterns, and
one burst in ten is about a pattern with a threshold search. The sets are packaged ones with a small change of each
parameter.

With ``--limits``, the run fails if one of the limits of `LIMITS` is exceeded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PageError

import plausiwidgets
from tests.benchmarks.opening_and_memory import CLOCK
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.servers import Server, children, start_app
from tests.cli.test_app_server import DONE, Visitor, visit

PAGES = 6
MODELS = ("izhikevich", "izhikevich_2004", "adex", "lif", "eif", "mihalas_niebur")
PATTERNS = ("tonic_spiking", "phasic_spiking", "tonic_bursting", "integrator", "rebound_spike", "accommodation")
THRESHOLD = ("class_1_excitable", "class_2_excitable", "spike_latency")
THRESHOLD_SHARE = 0.1
DRAGS, DRAG, PAUSE = 3, (0.6, 1.4), (8.0, 24.0)
"""Sets in a burst, and the ranges of the time in s between two sets and between two bursts."""
CHANGE = 1e-3
LIMITS = {"verified_s": {"p95": 0.5, "most": 2.0}, "memory_mb": 500.0}

Times = dict[str, list[float]]


def packaged_sets() -> dict[str, list[dict[str, Any]]]:
    """Return the replicated sets of the catalogue, for the usual patterns and for those with a threshold search."""
    folder = Path(plausiwidgets.__file__).parent / "widgets" / "app" / "catalogue"
    found: dict[str, list[dict[str, Any]]] = {"usual": [], "threshold": []}
    for model in MODELS:
        entries = json.loads((folder / f"{model}.json").read_text())["patterns"]
        for kind, patterns in (("usual", PATTERNS), ("threshold", THRESHOLD)):
            for pattern in patterns:
                good = [one for one in entries[pattern]["sets"] if one["status"] == "replicated"]
                found[kind] += [
                    {"model": model, "pattern": pattern, "values": dict(one["values"]), "dt": one["dt"]}
                    for one in good[:1]
                ]
    return found


def moved(fields: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a set with a small change of each parameter."""
    values = {name: value * (1.0 - CHANGE * chance.random()) for name, value in fields["values"].items()}
    return fields | {"values": values}


async def drag(visitor: Visitor, number: int, until: float, times: Times) -> None:
    """Be a visitor who drags: verify sets in bursts, and note the times to the verified verdicts."""
    chance, sets, count = random.Random(number), packaged_sets(), 0
    await asyncio.sleep(chance.uniform(0.0, PAUSE[1]))
    while time.monotonic() < until:
        kind = "threshold" if chance.random() < THRESHOLD_SHARE else "usual"
        chosen = chance.choice(sets[kind])
        for drawn in range(DRAGS):
            count += 1
            identity, began = f"v{count}", time.monotonic()
            await visitor.ask("verify", identity, **moved(chosen, chance))
            rest = chance.uniform(*DRAG)
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await verified(visitor, identity)
                    times[f"{kind}_s"].append(time.monotonic() - began)
            await asyncio.sleep(max(began + rest - time.monotonic(), 0.0))
            if identity in visitor.done:
                continue
            if drawn < DRAGS - 1:
                times[f"{kind}_cancelled"].append(rest)
                await visitor.ask("cancel", f"c{count}", of=identity)
            else:
                await verified(visitor, identity)
                times[f"{kind}_s"].append(time.monotonic() - began)
        await asyncio.sleep(chance.uniform(*PAUSE))
    visitor.connection.close()


async def verified(visitor: Visitor, identity: str) -> None:
    """Wait for the last answer to a verification."""
    while identity not in visitor.done:
        answer = await visitor.hear(600.0)
        assert answer is not None, "the connection was closed"
        visitor.heard.clear()
        assert answer["state"] != "failed", answer
        if answer["state"] in DONE:
            visitor.done.add(answer["id"])


async def look(browser: Browser, server: Server, number: int, until: float, times: Times) -> None:
    """Be a visitor with a page: open it, search, and drag."""
    context = await browser.new_context(viewport={"width": 1400, "height": 1000})
    page = await context.new_page()
    await page.add_init_script(CLOCK)
    model = MODELS[number % len(MODELS)]
    await page.goto(f"{server.url}/#model={model}&pattern=integrator", timeout=300_000)
    await page.wait_for_function("() => window.firstTrace", timeout=300_000)
    times["first_trace_s"].append(await page.evaluate("firstTrace") / 1000)
    await search(page, times)
    slider = page.locator(".pw-side input[type=range]").first
    while time.monotonic() < until:
        with suppress(PageError):
            await slider.focus(timeout=5_000)
            for key in ("ArrowRight", "ArrowLeft", "ArrowRight"):
                await page.keyboard.press(key)
                await page.wait_for_timeout(400)
        await page.wait_for_timeout(10_000)
    await context.close()


WATCH = """() => new Promise((give) => {
  const began = performance.now();
  const times = {};
  const look = () => {
    const words = document.querySelector(".pw-progress")?.textContent ?? "";
    const ended = document.querySelector(".pw-drawerhead.pw-result");
    const hasEvaluations = /^\\s*[1-9]/.test(words) && !/visitor/.test(words);
    if (!times.first && (hasEvaluations || ended)) times.first = performance.now() - began;
    if (ended) give({ ...times, found: performance.now() - began, kind: ended.className });
    else if (performance.now() - began > 120000) give(times);
    else setTimeout(look, 10);
  };
  [...document.querySelectorAll("button")].find((one) => /^Search/.test(one.textContent.trim())).click();
  look();
})"""


async def search(page: Page, times: Times) -> None:
    """Search from a set that does not show the pattern, and note the times to the first evaluation and to the end."""
    await page.wait_for_timeout(1000)
    slider = page.locator(".pw-side input[type=range]").first
    await slider.focus()
    await page.keyboard.press("End")
    await page.wait_for_timeout(1500)
    measured = await page.evaluate(WATCH)
    if "first" in measured:
        times["first_evaluation_s"].append(measured["first"] / 1000)
    if "found" in measured:
        times["end_of_search_s"].append(measured["found"] / 1000)


def memory(server: Server) -> dict[str, float]:
    """Return the resident memory in MB of the server and of its workers."""
    pids = [server.process.pid, *children(server.process.pid)]
    sizes = [int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1000 for pid in pids]
    return {"server": sizes[0], "workers": sum(sizes[1:]), "processes": len(sizes)}


def spread(values: list[float]) -> dict[str, float]:
    """Return the number of values, and their median, 95th percentile and largest one."""
    found = np.quantile(values, [0.5, 0.95, 1.0]).round(3).tolist()
    return {"count": len(values), **dict(zip(("median", "p95", "most"), found, strict=True))}


def processor_seconds(server: Server) -> float:
    """Return the processor time in s of the server and of its workers."""
    ticks = 0
    for pid in (server.process.pid, *children(server.process.pid)):
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def measured(server: Server, visitors: int, pages: int, seconds: float) -> dict[str, Any]:
    """Let visitors work on a server, and return what they measured."""
    times: Times = defaultdict(list)
    first = await visit(server)
    for k, fields in enumerate(packaged_sets()["usual"]):
        await first.answer("verify", f"w{k}", **fields)  # every model is compiled and loaded
    first.connection.close()
    began, used, largest = time.monotonic(), processor_seconds(server), memory(server)
    until = began + seconds
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium.executable_path), args=ARGUMENTS
        )
        tasks = [look(browser, server, k, until, times) for k in range(min(pages, visitors))]
        for k in range(visitors - len(tasks)):
            visitor = await visit(server)
            visitor.done = set()
            tasks.append(drag(visitor, k, until, times))
        running = asyncio.gather(*tasks)
        while not running.done():
            await asyncio.wait([running], timeout=2.0)
            with suppress(OSError):
                largest = {name: max(value, largest[name]) for name, value in memory(server).items()}
        await running
        await browser.close()
    total = time.monotonic() - began
    return {
        "visitors": visitors,
        "seconds": round(total),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "load": round(os.getloadavg()[0], 1),
        "processor_share": round((processor_seconds(server) - used) / total, 2),
        "memory_mb": {name: round(value) for name, value in largest.items()},
        **{name: spread(values) for name, values in sorted(times.items())},
    }


def exceeded(found: dict[str, Any]) -> list[str]:
    """Return the limits that a measurement exceeds."""
    usual = found.get("usual_s", {"p95": 0.0, "most": 0.0})
    names = [f"{name} {usual[name]} s" for name, most in LIMITS["verified_s"].items() if usual[name] > most]
    size = found["memory_mb"]["server"] + found["memory_mb"]["workers"]
    return [*names, *([f"{size} MB"] if size > LIMITS["memory_mb"] else [])]


def main() -> None:
    """Measure each version with each number of visitors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--checkout", nargs="*", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--visitors", nargs="*", type=int, default=[1, 10, 60])
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--nice", type=int, default=0, help="priority of all processes on a machine with other work")
    parser.add_argument("--limits", action="store_true")
    given = parser.parse_args()
    here = Path(plausiwidgets.__file__).parents[1]
    versions = dict(one.split("=", 1) for one in given.checkout) | {"this version": str(here)}
    cores = sorted(os.sched_getaffinity(0))
    rows = []
    os.setpriority(os.PRIO_PROCESS, 0, given.nice)  # the server and Chromium inherit it
    for visitors in given.visitors:
        for name, checkout in versions.items():
            os.environ["PYTHONPATH"] = str(Path(checkout).resolve())
            os.sched_setaffinity(0, {cores[0]})  # the server inherits it
            with tempfile.TemporaryDirectory() as folder:
                server = start_app(Path(folder), "--workers=1", "--visitors=200")
                os.sched_setaffinity(0, {cores[-1]})
                try:
                    found = asyncio.run(measured(server, visitors, given.pages, given.seconds))
                finally:
                    server.stop()
            rows.append({"version": name, **found, "exceeded": exceeded(found)})
            print(json.dumps(rows[-1]), flush=True)
            given.output.write_text(json.dumps(rows, indent=1) + "\n")
    if given.limits and any(row["exceeded"] for row in rows if row["version"] == "this version"):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
