"""Runs JavaScript in Node; a test that needs it is skipped where there is none."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import plausiwidgets
from plausiwidgets.simulation.javascript.module import plain_script, runtime

NODE = shutil.which("node")
APP = Path(plausiwidgets.__file__).parent / "widgets" / "app"

_HEAD = """
import {{ readFileSync, writeFileSync }} from "node:fs";
const revive = (key, value) => value?.float64 === undefined ? value
  : new Float64Array(new Uint8Array(Buffer.from(value.float64, "base64")).buffer);
const given = JSON.parse(readFileSync({data}, "utf8"), revive);
const bytes = (array) => ({{ float64: Buffer.from(Float64Array.from(array).buffer).toString("base64") }});
"""
_TAIL = """
writeFileSync({answer}, JSON.stringify(answer(given)));
"""


def run(folder: Path, source: str, data: object = None) -> object:
    """Run `source`, which defines ``answer(given)``, and return its answer.

    Arrays travel as bytes: ``given`` has a Float64Array for each, and ``bytes(array)`` sends one back.
    """
    if NODE is None:
        pytest.skip("needs Node")

    def packed(value: object) -> object:
        if isinstance(value, np.ndarray):
            return {"float64": base64.b64encode(np.ascontiguousarray(value, np.float64).tobytes()).decode()}
        raise TypeError(type(value))

    given, answer, script = folder / "given.json", folder / "answer.json", folder / "script.mjs"
    given.write_text(json.dumps(data, default=packed))
    head = _HEAD.format(data=json.dumps(str(given)))
    script.write_text(head + source + _TAIL.format(answer=json.dumps(str(answer))), encoding="utf-8")
    done = subprocess.run([NODE, str(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr

    def unpacked(value: dict) -> object:
        return np.frombuffer(base64.b64decode(value["float64"])) if set(value) == {"float64"} else value

    return json.loads(answer.read_text(), object_hook=unpacked)


def engine(*names: str) -> str:
    """Return modules of the app's engine, with what they import of each other before them, as one plain script."""
    texts = [(APP / "engine" / name).read_text("utf-8") for name in ("texts.js", *names)]
    return "\n".join([runtime(), *map(plain_script, texts)])
