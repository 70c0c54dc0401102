"""Threads of simulations: their number, their priority and their end."""

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

NICENESS = 19
"""Priority of a thread that works in the background, as of the command ``nice``."""

THREADS = "PLAUSIWIDGETS_THREADS"
"""Environment variable: how many threads simulate."""

ENDING = 60.0
"""Longest time in s that Python's exit waits for background threads: one may be compiling on a busy machine."""

_steps_back = True
_own_pools: dict[tuple[int, bool], ThreadPoolExecutor] = {}
_pool_lock = Lock()
_priority = local()


def thread_count() -> int:
    """Return the number of threads for simulations: the usable cores, or the value of :data:`THREADS`.

    Raises
    ------
    ValueError
        If the variable is not a whole number above 0.
    """
    asked = os.environ.get(THREADS, "").strip()
    if asked:
        if not (asked.isascii() and asked.isdigit() and int(asked) > 0):
            raise ValueError(f"the environment variable {THREADS} must be an integer ≥ 1, got {asked!r}.")
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def pool() -> ThreadPoolExecutor:
    """Return the pool of worker threads that has the priority of the calling thread; a forked process has its own.

    With workers of a lower priority, an urgent thread would wait for every other process on a busy machine.
    """
    behind = getattr(_priority, "low", False)
    key = os.getpid(), behind
    with _pool_lock:
        if key not in _own_pools:
            count = max(thread_count() - 1, 1)
            _own_pools[key] = ThreadPoolExecutor(count, "plausiwidgets", step_back if behind else None)
        return _own_pools[key]


def step_back() -> None:
    """Lower the priority of the calling thread below that of the server and of a drag.

    Only on Linux, where a priority belongs to a thread; elsewhere nothing happens.
    """
    if not _steps_back:
        return
    _priority.low = True
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


def keep_priority() -> None:
    """Let all threads of this process keep its priority, where its work takes turns."""
    global _steps_back
    _steps_back = False


_behind: dict[Thread, Callable[[], object]] = {}


def start_daemon(work: Callable[[], object], name: str, end: Callable[[], object] = lambda: None) -> Thread:
    """Start a daemon thread that Python's exit ends by `end()`.

    A daemon thread that is still within torch's or LLVM's code at exit aborts the process.
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
    except RuntimeError:  # Python is exiting and starts no more threads
        _behind.pop(thread, None)
        raise
    return thread


def _end_all() -> None:
    latest = time.monotonic() + ENDING
    asked = set[Thread]()
    # Repeated, because a thread that ends may start another one.
    while (running := list(_behind.items())) and time.monotonic() < latest:
        for thread, end in running:
            if thread not in asked:
                asked.add(thread)
                with suppress(Exception):
                    end()
        for thread, _ in running:
            with suppress(RuntimeError):  # it has not started yet
                thread.join(max(latest - time.monotonic(), 0.0))


def _forget_parent() -> None:
    """Forget the threads of the parent process, which do not run in a forked process and would never end there."""
    global _pool_lock
    _pool_lock = Lock()  # a thread of the parent may have held the lock
    _own_pools.clear()
    _behind.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)

# Before the pools of concurrent.futures shut down, where Python has a hook for it.
getattr(threading, "_register_atexit", atexit.register)(_end_all)
