"""Two hundred explorers, opened, used and closed: what they leave of memory.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_closing.py
"""

import gc
import threading
from pathlib import Path

import pytest
from ipywidgets.widgets.widget import _instances

import plausiwidgets as pw

OPENED = 200


def resident() -> float:
    """Return this process's memory in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.benchmark
def test_two_hundred_explorers_leave_the_memory_flat():
    sizes = []
    for number in range(OPENED):
        explorer = pw.Explorer("izhikevich", pw.patterns.names()[number % 20])
        explorer.optimize(budget=50)
        explorer.wait()
        explorer.close()
        del explorer
        if number % 20 == 19:
            gc.collect()
            sizes.append(resident())
            print(f"{number + 1}: {sizes[-1]:.0f} MB, {len(_instances)} widgets, {threading.active_count()} threads")
    # The twenty patterns' targets are kept, so the first round counts for none.
    assert sizes[-1] - sizes[1] < 0.2 * OPENED  # MB; an explorer that stays takes 0.7
    assert list(_instances.values()) == []
