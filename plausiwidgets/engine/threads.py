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
"""Priority of a background thread, as for the command ``nice``."""

THREADS = "PLAUSIWIDGETS_THREADS"
"""Environment variable with the number of threads for simulations."""

ENDING = 60.0
"""Maximum time in s that the exit of Python waits for background threads, which may be compiling."""

_lowers_priority = True
_own_pools: dict[tuple[int, bool], ThreadPoolExecutor] = {}
_pool_lock = Lock()
_priority = local()


def thread_count() -> int:
    """Return the number of threads for simulations: the value of :data:`THREADS`, else the number of usable cores.

    Raises
    ------
    ValueError
        If the environment variable is not an integer ≥ 1.
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
    """Return the pool of worker threads with the priority of the calling thread.

    Workers of a lower priority would make an urgent thread wait for every other process on a busy machine. A forked
    process has its own pools.
    """
    background = getattr(_priority, "low", False)
    key = os.getpid(), background
    with _pool_lock:
        if key not in _own_pools:
            count = max(thread_count() - 1, 1)
            _own_pools[key] = ThreadPoolExecutor(count, "plausiwidgets", lower_priority if background else None)
        return _own_pools[key]


def lower_priority() -> None:
    """Lower the priority of the calling thread below that of the server and of a drag.

    This has an effect only on Linux, where each thread has its own priority.
    """
    if not _lowers_priority:
        return
    _priority.low = True
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


def keep_priority() -> None:
    """Disable :func:`lower_priority` in this process, in which all threads share the work."""
    global _lowers_priority
    _lowers_priority = False


_daemons: dict[Thread, Callable[[], object]] = {}


def start_daemon(work: Callable[[], object], name: str, end: Callable[[], object] = lambda: None) -> Thread:
    """Start a daemon thread that the exit of Python ends by calling `end()`.

    A daemon thread that is still in the code of torch or LLVM at exit would abort the process.
    """

    def run() -> None:
        try:
            work()
        finally:
            _daemons.pop(thread, None)

    thread = Thread(target=run, name=name, daemon=True)
    _daemons[thread] = end
    try:
        thread.start()
    except RuntimeError:  # Python is exiting and starts no more threads.
        _daemons.pop(thread, None)
        raise
    return thread


def _end_all() -> None:
    latest = time.monotonic() + ENDING
    asked = set[Thread]()
    # Repeat, because a thread that ends may start another thread.
    while (running := list(_daemons.items())) and time.monotonic() < latest:
        for thread, end in running:
            if thread not in asked:
                asked.add(thread)
                with suppress(Exception):
                    end()
        for thread, _ in running:
            with suppress(RuntimeError):  # The thread has not started yet.
                thread.join(max(latest - time.monotonic(), 0.0))


def _forget_parent() -> None:
    """Clear the threads and pools of the parent process, because its threads do not exist in a forked process."""
    global _pool_lock
    _pool_lock = Lock()  # A thread of the parent may have held the lock.
    _own_pools.clear()
    _daemons.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)

# Run before the pools of concurrent.futures shut down, if Python has a hook for this.
getattr(threading, "_register_atexit", atexit.register)(_end_all)
