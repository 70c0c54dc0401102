"""Sixty synthetic recordings against the stimulus that was injected.

``python tests/benchmarks/synthetic_recordings.py`` reads steps, ramps, triangles, stairs, constant currents, chirps and
frozen noise, each with and without the noise of an amplifier, and writes what was read to ``synthetic_recordings.json``
next to this file.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from synthetic_recordings import KINDS, Synthetic, all_recordings, compared

FILE = Path(__file__).with_suffix(".json")


def row(one: Synthetic) -> dict[str, Any]:
    """Return what was read from a recording, and how far it is from the truth."""
    began = time.process_time()
    try:
        found = compared(one)
    except ValueError as error:
        return {"kind": one.kind, "noise_pA": round(one.noise, 3), "rejected": str(error)}
    seconds = round(time.process_time() - began, 2)
    return {"kind": one.kind, "noise_pA": round(one.noise, 3), **found, "seconds": seconds}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the largest errors of each kind."""
    out = {}
    for kind in KINDS:
        own = [one for one in rows if one["kind"] == kind]
        read = [one for one in own if "rejected" not in one]
        out[kind] = {"recordings": len(own), "read": len(read)} | {
            name: max(one[name] for one in read)
            for name in ("rms_error", "edge_error_ms", "holding_error", "potential_error_mV")
        }
    return out


if __name__ == "__main__":
    table = [row(one) for one in all_recordings()]
    text = json.dumps({"summary": summary(table), "recordings": table}, indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8")
    print(json.dumps(summary(table), indent=1))
