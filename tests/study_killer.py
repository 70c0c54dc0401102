"""Kill an assessment again and again, at random moments, until it gets through.

Run as a script of its own: it forks before any thread exists.

    python tests/study_killer.py STORE CSV KILLS
"""

import os
import random
import signal
import sqlite3
import sys
import time

import plausiwidgets as pw
from plausiwidgets import assessment
from plausiwidgets.assessment import units  # noqa: F401  (imported before the fork)

MODELS = ["lif", "izhikevich"]
PATTERNS = ["tonic_spiking", "tonic_bursting", "mixed_mode", "rebound_burst"]
SETTINGS = {"seed": [0, 1], "budget": 800, "popsize": 8}


def table(store=None):
    return pw.assess(MODELS, PATTERNS, store=store, **SETTINGS)


def main(store, csv, kills):
    rng = random.Random(1)
    killed, seconds = 0, 0.5
    while True:
        child = os.fork()
        if not child:
            assessment.write_csv(table(store), csv)
            os._exit(0)
        # Without a growing time no child would ever get through; then there are more kills to make.
        wait = rng.uniform(0.0, seconds) if killed < kills else 600.0
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
            continue
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
        seconds = min(seconds + 0.05, 2.0)
        if os.path.exists(store):
            connection = sqlite3.connect(store)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            connection.close()
    print(killed)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
