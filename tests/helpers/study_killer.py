"""Kill an assessment at random moments until it is complete.

A script, so that it forks before any thread exists. It prints the number of kills, and the number of complete searches
in the file after each.

    python tests/helpers/study_killer.py STORE CSV KILLS
"""

import os
import random
import signal
import sys
import time

import plausiwidgets as pw
from plausiwidgets import assessment
from plausiwidgets.assessment import units  # noqa: F401  (imported before the fork)

MODELS = ["lif", "izhikevich"]
PATTERNS = ["tonic_spiking", "tonic_bursting", "mixed_mode", "rebound_burst"]
SETTINGS = {"seed": [0, 1], "budget": 800, "popsize": 8}
LEAST, MOST = 0.3, 5.0
"""Largest time in s until a kill, for the first and the last attempt; it grows with each kill."""


def table(store=None):
    return pw.assess(MODELS, PATTERNS, store=store, **SETTINGS)


def whole(store):
    """Return the number of complete searches in the file."""
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
        # The time grows, or no attempt would finish; one that finishes early begins anew.
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
        assert left[-1] >= most, "a finished search is lost"
        most = left[-1]
    print(killed, *left)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
