"""Threads: how many simulate, which have a low priority, and how they end."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock, Thread, get_native_id, local
from typing import Any

NICENESS = 19
"""Priority of a thread that works in the background, as of the command ``nice``."""

THREADS = "PLAUSIWIDGETS_THREADS"
"""Environment variable: how many threads simulate."""

ENDING = 60.0
"""Most seconds that Python's end waits for threads in the background: one of them may compile, on a busy machine."""

_own_pools: dict[tuple[int, bool], ThreadPoolExecutor] = {}
_pool_lock = Lock()
_priority = local()


def thread_count() -> int:
    """Return how many threads simulate: the usable cores, or what :data:`THREADS` says.

    Raises
    ------
    ValueError
        If the variable holds anything else than a whole number above 0.
    """
    asked = os.environ.get(THREADS, "").strip()
    if asked:
        if not (asked.isascii() and asked.isdigit() and int(asked) > 0):
            raise ValueError(f"the environment's {THREADS} is {asked!r}, valid is a whole number >= 1")
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def pool() -> ThreadPoolExecutor:
    """Return the helper threads of the calling thread, of its own priority; those of a forked process are its own.

    A thread that waits for helpers of a lower priority would wait for every other process of a busy machine.
    """
    behind = getattr(_priority, "low", False)
    key = os.getpid(), behind
    with _pool_lock:
        if key not in _own_pools:
            count = max(thread_count() - 1, 1)
            _own_pools[key] = ThreadPoolExecutor(count, "plausiwidgets", step_back if behind else None)
        return _own_pools[key]


def step_back() -> None:
    """Give the calling thread a low priority, below the page, the server and a drag.

    Linux gives each thread a priority of its own; elsewhere nothing happens.
    """
    _priority.low = True
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


_behind: dict[Thread, Callable[[], Any]] = {}


def start_daemon(work: Callable[[], Any], name: str, end: Callable[[], Any] = lambda: None) -> Thread:
    """Start a thread that Python's end does not wait for, but asks to `end` first.

    Left alone, it would be cut off in the midst of torch's or LLVM's code, which aborts the process.
    """

    def run() -> None:
        try:
            work()
        finally:
            _behind.pop(thread, None)

    thread = Thread(target=run, name=name, daemon=True)
    _behind[thread] = end
    try:
        thread.start()
    except RuntimeError:  # Python has ended so far that it starts no more
        _behind.pop(thread, None)
        raise
    return thread


def _end_all() -> None:
    latest = time.monotonic() + ENDING
    asked = set[Thread]()
    # Again and again: what ends may start another one on its way.
    while (running := list(_behind.items())) and time.monotonic() < latest:
        for thread, end in running:
            if thread not in asked:
                asked.add(thread)
                with suppress(Exception):
                    end()
        for thread, _ in running:
            with suppress(RuntimeError):  # it is just being started
                thread.join(max(latest - time.monotonic(), 0.0))


# Before the pools of concurrent.futures take no more work, where Python lets us.
getattr(threading, "_register_atexit", atexit.register)(_end_all)
