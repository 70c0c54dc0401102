"""Robustness of the package under bad conditions; each condition is measured by a command.

``python tests/benchmarks/robustness.py sockets|uploads|abf|folder|clock|messages``
"""

import asyncio
import collections
import errno
import os
import random
import re
import struct
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "helpers")]

ABF = Path(__file__).parents[1] / "data" / "recordings" / "17o05028_ic_steps.abf"
ERRORS = (errno.ESTALE, errno.ENOLCK, errno.EBUSY, errno.EIO, errno.EDQUOT)
"""What operations on a network folder raise."""
FILE = 2_000_000


def _server():
    from tests.browser.servers import start_app

    return start_app(Path(tempfile.mkdtemp()), "--workers=1")


def sockets() -> None:
    """Open 700 WebSockets that do not greet, and measure how long three visitors wait."""
    from tests.cli.test_app_server import connect, visit

    server = _server()

    async def work() -> None:
        silent = await asyncio.gather(*(connect(server) for _ in range(700)), return_exceptions=True)
        print(f"{len(silent)} silent connections")
        for _ in range(3):
            began = time.monotonic()
            visitor = await visit(server)
            await visitor.answer("running", "r")
            print(f"a visitor is answered after {time.monotonic() - began:.3f} s")

    asyncio.run(work())
    server.stop()


def uploads() -> None:
    """Send 15 recordings over each of 60 connections, and print the largest memory of the server."""
    from tests.cli.test_app_server import frames, judged, visit

    server = _server()
    answers: collections.Counter[str] = collections.Counter()

    async def upload(number: int) -> None:
        visitor = await visit(server)
        for k in range(15):
            message = {"kind": "recording", "id": f"r{number}-{k}", "model": "lif", "name": "a.csv", "units": {}}
            await visitor.connection.write_message(frames.packed(message, bytes(FILE)), binary=True)
        for _ in range(15):
            answer = await visitor.hear()
            answers[answer["error"][:40] if answer else "closed"] += 1

    async def work() -> None:
        tasks = [asyncio.create_task(upload(number)) for number in range(60)]
        await asyncio.sleep(1.0)
        began = time.monotonic()
        await judged(server)
        print(f"a verification takes {time.monotonic() - began:.2f} s")
        await asyncio.gather(*tasks)

    asyncio.run(work())
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    most = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1000
    print(f"server: at most {most:.0f} MB; {dict(answers)}")
    server.stop()


def abf(count: int = 400) -> None:
    """Read ABF files with random numbers in their heads, within 4 GB."""
    import resource

    from plausiwidgets.recordings.recording_file import read_recording

    resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000,) * 2)
    good, rng, longest = ABF.read_bytes(), random.Random(1), 0.0
    found: collections.Counter[str] = collections.Counter()
    for _ in range(count):
        content = bytearray(good[: rng.choice((6144, 20_000, 200_000, len(good)))])
        for _ in range(rng.choice((1, 2, 5, 30))):
            value = rng.choice((0, 1, 255, 10**6, 2**31 - 1, 2**32 - 1, rng.randrange(2**32)))
            struct.pack_into("<I", content, rng.choice((rng.randrange(512), rng.randrange(6000))), value)
        began = time.monotonic()
        try:
            read_recording(bytes(content), "x.abf")
            found["read"] += 1
        except ValueError:
            found["refused"] += 1
        longest = max(longest, time.monotonic() - began)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{dict(found)}; at most {longest:.1f} s and {most:.0f} MB")


def folder(count: int = 25) -> None:
    """Run studies and load kernels in a folder whose operations fail at random, then resume without failures."""
    place = tempfile.mkdtemp()
    os.environ["PLAUSIWIDGETS_CACHE_DIR"] = f"{place}/cache"
    import plausiwidgets as pw

    rng, found, is_failing = random.Random(0), collections.Counter(), threading.Event()

    def failing(real):
        def call(*arguments, **options):
            is_here = real is fsync or any(str(one).startswith(place) for one in arguments)
            if is_failing.is_set() and is_here and rng.random() < 0.3:
                code = rng.choice(ERRORS)
                raise OSError(code, os.strerror(code), str(arguments[0]))
            return real(*arguments, **options)

        return call

    fsync = os.fsync
    for name in ("replace", "unlink", "utime", "open", "fsync", "mkdir", "rename", "stat"):
        setattr(os, name, failing(getattr(os, name)))
    for number in range(count):
        store = Path(place) / f"study{number}.jsonl"
        is_failing.set()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pw.assess("lif", "tonic_spiking", budget=20, store=store)
            found["done"] += 1
        except pw.assessment.StoreError:
            found["StoreError"] += 1
        is_failing.clear()
        pw.assess("lif", "tonic_spiking", budget=20, store=store)
        found["resumed"] += 1
    print(dict(found))


def clock() -> None:
    """Search while the system clock jumps by up to thirty years in both directions."""
    real, shift, over = time.time, [0.0], threading.Event()
    time.time = lambda: real() + shift[0]

    def jump() -> None:
        while not over.wait(0.01):
            shift[0] = random.choice((-1e9, -86_400.0, 0.0, 3600.0, 1e9))

    threading.Thread(target=jump, daemon=True).start()
    import plausiwidgets as pw

    print(pw.optimize("izhikevich", "tonic_bursting", seed=2))
    limited = pw.optimize("hodgkin_huxley", "mixed_mode", seed=2, time_limit=1.5)
    print(f"a search with a time limit of 1.5 s took {limited.seconds:.2f} s")
    over.set()


def messages(count: int = 6000) -> None:
    """Send random messages to the answers of an explorer."""
    from app_client import Client, set_of
    from random_messages import LONG, message

    client, rng = Client(), random.Random(7)
    for number in range(count):
        content, buffers = message(rng, number)
        client.answers.receive(content, buffers)
        if isinstance(content, dict) and content.get("kind") in LONG:
            client.answers.receive({"kind": "cancel", "id": f"c{number}", "of": f"n{number}"})
            client.answers.searches.stop()
    print(client.ask("verify", **set_of())["verdict"]["status"])
    print(collections.Counter(answer["state"] for answer in client.heard))


if __name__ == "__main__":
    {one.__name__: one for one in (sockets, uploads, abf, folder, clock, messages)}[sys.argv[1]]()
