"""Kill an assessment again and again, at random moments, until it gets through.

Run as a script of its own: it forks before any thread exists. It prints how often it killed, and how many searches
each attempt left whole in the file.

    python tests/study_killer.py STORE CSV KILLS [all]
"""

import os
import random
import signal
import sys
import time

import plausiwidgets as pw
from plausiwidgets import assessment
from plausiwidgets.assessment import units  # noqa: F401  (imported before the fork)

ALL = "all" in sys.argv[4:]
MODELS = pw.models.names() if ALL else ["lif", "izhikevich"]
PATTERNS = None if ALL else ["tonic_spiking", "tonic_bursting", "mixed_mode", "rebound_burst"]
SETTINGS = {"seed": 0, "budget": 64} if ALL else {"seed": [0, 1], "budget": 800, "popsize": 8}
LEAST, MOST = (10.0, 20.0) if ALL else (0.3, 5.0)
"""Time in s that an attempt has at most before it is killed, at the beginning and at the end; it grows with each
kill."""


def table(store=None):
    return pw.assess(MODELS, PATTERNS, store=store, **SETTINGS)


def whole(store):
    """Return how many searches are in the file, each line of which must be whole but the last one."""
    if not os.path.exists(store):
        return 0
    with open(store, "rb") as file:
        lines = file.read().split(b"\n")
    return max(len(lines) - 2, 0)


def main(store, csv, kills):
    rng = random.Random(1)
    killed, most, seconds, left = 0, 0, LEAST, []
    while True:
        child = os.fork()
        if not child:
            assessment.write_csv(table(store), csv)
            os._exit(0)
        # Without a growing time no attempt would ever get through; then there are more kills to make.
        wait = rng.uniform(0.0, seconds) if killed < kills else 3600.0
        end = time.monotonic() + wait
        done = 0
        while time.monotonic() < end and not done:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.002)
        if done:
            assert status == 0, status
            if killed >= kills:
                break
            os.remove(store)
            most = 0
            continue
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
        seconds = min(1.05 * seconds, MOST)
        left.append(whole(store))
        assert left[-1] >= most, "a search that had ended is lost"
        most = left[-1]
    print(killed, *left)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
