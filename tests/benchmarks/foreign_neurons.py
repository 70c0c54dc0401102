"""Which foreign torch modules load in one line, and whether each has the spikes of the module itself.

The modules are those of ``tests/libraries``: 24 styles, forty that were written anew after public repositories, and the
neurons of snnTorch, SpikingJelly, sinabs and Norse. A module that loads is compared with another instance of its class,
which runs its own loop in double precision, on noise from the beginning and from a random state::

    python tests/benchmarks/foreign_neurons.py [name …]

writes ``foreign_neurons.json``; with names, only their rows are computed again.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "libraries"))


OUTPUT = Path(__file__).with_suffix(".json")


def summary(rows: dict[str, dict[str, object]]) -> dict[str, object]:
    """Return how many modules of each group load, and which of them are another neuron."""
    groups: dict[object, list[bool]] = {}
    for row in rows.values():
        groups.setdefault(row["group"], []).append(bool(row["loads"]))
    totals: dict[str, object] = {f"{g}, loaded": f"{sum(own)} of {len(own)}" for g, own in groups.items()}
    another = [name for name, row in rows.items() if not all(v for k, v in row.items() if k.startswith("equal"))]
    return totals | {"another neuron": another}


if __name__ == "__main__":
    from foreign import foreign, outcome  # needs the libraries

    rows = json.loads(OUTPUT.read_text(encoding="utf-8"))["modules"] if OUTPUT.exists() else {}
    for name, make, origin in foreign():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        rows[name] = origin | outcome(make)
        print(name, {k: v for k, v in rows[name].items() if "equal" in k or k in ("loads", "reason")}, flush=True)
        text = json.dumps({"summary": summary(rows), "modules": rows}, indent=1, ensure_ascii=False)
        OUTPUT.write_text(text + "\n", encoding="utf-8")
