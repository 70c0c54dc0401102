"""Threads that simulate: how many there are, and that they stand behind what a person waits for."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock, get_native_id

NICENESS = 19
"""Priority of a thread that works in the background, as of the command ``nice``."""

_own_pool: tuple[int, ThreadPoolExecutor] | None = None
_pool_lock = Lock()


def thread_count() -> int:
    """Return how many threads simulate: the usable cores, or ``PLAUSIWIDGETS_THREADS``."""
    asked = os.environ.get("PLAUSIWIDGETS_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def pool() -> ThreadPoolExecutor:
    """Return the helper threads; those of a forked process are its own."""
    global _own_pool
    with _pool_lock:
        if _own_pool is None or _own_pool[0] != os.getpid():
            _own_pool = (os.getpid(), ThreadPoolExecutor(max(thread_count() - 1, 1), "plausiwidgets", step_back))
        return _own_pool[1]


def step_back() -> None:
    """Let the calling thread wait behind what a person waits for: the page, the server, a drag.

    Linux gives each thread a priority of its own; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)
