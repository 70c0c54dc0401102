"""Helpers that wait for other threads or processes."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a separate thread, because Playwright may run an event loop in the current one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Return a test function that runs a coroutine."""

    @wraps(test)
    def run_it(*arguments: Any, **named: Any) -> None:
        run(test(*arguments, **named))

    return run_it
