"""Runner of JavaScript in Node. Tests are skipped without Node."""

import base64
import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import plausiwidgets

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
    """Run `source`, which defines ``answer(given)``, and return the answer.

    Arrays are transferred as bytes. In JavaScript, ``given`` contains a Float64Array for each array, and
    ``bytes(array)`` packs an array of the answer.
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


def imported(names: str, *modules: str) -> str:
    """Return the statement that imports some names from modules of the app, such as "engine/judge".

    The modules are TypeScript, which Node does not run, so esbuild bundles them first.
    """
    return f"import {{ {names} }} from {json.dumps(_bundled(modules).as_uri())};"


@cache
def _bundled(modules: tuple[str, ...]) -> Path:
    esbuild = shutil.which("esbuild", path=str(APP / "node_modules" / ".bin"))
    if esbuild is None:
        pytest.skip("needs Node, and `npm ci` in plausiwidgets/widgets/app")
    target = Path(tempfile.mkdtemp()) / "modules.mjs"
    exports = "".join(f'export * from "./src/{module}";\n' for module in modules)
    subprocess.run(
        [
            esbuild,
            "--bundle",
            "--format=esm",
            "--jsx=automatic",
            "--jsx-import-source=preact",
            "--charset=utf8",
            "--log-level=error",
            f"--outfile={target}",
        ],
        cwd=APP,
        input=exports,
        check=True,
        text=True,
        timeout=60,
    )
    return target
