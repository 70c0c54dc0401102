"""The share of packaged results that a change of the sources makes stale.

``python tests/benchmarks/stale_shares.py`` makes changes in a copy of the package, counts the rows whose fingerprint
differs, and writes the numbers to ``stale_shares.json`` next to this file. It takes a minute or two, and needs torch.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_suffix(".json")
LIBRARY, PATTERNS = "plausiwidgets/models/library", "plausiwidgets/patterns"

ROWS = """
import json, sys
from plausiwidgets.models.export_programs import export
from plausiwidgets.upkeep.rows import all_rows
for name in sys.argv[1:]:
    export(name)
print(json.dumps({" ".join(row[:4]): row.today for row in all_rows()}))
"""

FIRST_LINE = "    latencies = [f.first(r.times) for r in responses.values()]\n"
SECOND_LINE = "    most = reduce(np.maximum, [f.lengths(r.times) for r in responses.values()])\n"

Change = tuple[str, list[tuple[str, str, str]], list[str]]
"""Title, replacements (file, old text, new text), and neurons to export again."""

CHANGES: list[Change] = [
    ("nothing", [], []),
    (
        "a bound of a criterion moves by 1 %: silence before a late spike",
        [(f"{PATTERNS}/izhikevich/latency.py", "at_least(5.0)", "at_least(5.05)")],
        [],
    ),
    (
        "a docstring of a neuron and a docstring of a pattern change",
        [
            (f"{LIBRARY}/qif.py", '"""Step by the midpoint rule."""', '"""Advance by one step."""'),
            (f"{PATTERNS}/izhikevich/latency.py", '"""Width of a pulse in ms."""', '"""How long a pulse lasts."""'),
        ],
        ["qif"],
    ),
    (
        "a variable of a step is renamed",
        [(f"{LIBRARY}/qif.py", "half = v +", "middle = v +"), (f"{LIBRARY}/qif.py", "half - p", "middle - p")],
        ["qif"],
    ),
    (
        "a variable of a procedure is renamed",
        [(f"{PATTERNS}/izhikevich/latency.py", "latencies", "delays")],
        [],
    ),
    (
        "independent lines of a procedure change places",
        [
            (
                f"{PATTERNS}/izhikevich/latency.py",
                FIRST_LINE + SECOND_LINE,
                SECOND_LINE + FIRST_LINE,
            )
        ],
        [],
    ),
    (
        "a neuron is added",
        [
            (f"{LIBRARY}/__init__.py", '    "qif",\n', '    "qif",\n    "added",\n'),
            (f"{LIBRARY}/added.py", "", (ROOT / LIBRARY / "qif.py").read_text("utf-8").replace('"qif"', '"added"')),
        ],
        ["added"],
    ),
    (
        "a constant of a step changes by 1 %",
        [(f"{LIBRARY}/qif.py", "(0.5 * dt)", "(0.505 * dt)")],
        ["qif"],
    ),
]


def rows_after(change: Change) -> dict[str, str]:
    """Return the fingerprints of all rows by today's rules, in a copy of the package with a change."""
    _, replacements, exported = change
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(
            ROOT / "plausiwidgets",
            folder / "plausiwidgets",
            ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
        )
        for path, old, new in replacements:
            file = folder / path
            text = file.read_text(encoding="utf-8") if old else ""
            assert not old or old in text, (path, old)
            file.write_text(text.replace(old, new) if old else new, encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(folder)}
        command = [sys.executable, "-c", ROWS, *exported]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured() -> dict[str, object]:
    """Return how many rows of today each change makes stale."""
    before = rows_after(CHANGES[0])
    shares: dict[str, object] = {"rows": len(before)}
    for change in CHANGES:
        after = rows_after(change)
        stale = [row for row, today in before.items() if after.get(row) != today]
        shares[change[0]] = {
            "stale": len(stale),
            "share": len(stale) / len(before),
            "new": len(set(after) - set(before)),
        }
        print(change[0], shares[change[0]], flush=True)
    return shares


if __name__ == "__main__":
    FILE.write_text(json.dumps(measured(), indent=2) + "\n", encoding="utf-8")
