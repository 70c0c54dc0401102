"""Count the code of each layer, and the files and functions that four ways through the package run.

``python tests/benchmarks/layer_figures.py [COMMIT …]`` counts HEAD and the given commits, prints a table for each, and
writes ``layer_figures.json`` next to this file. Files of an older layout are counted in
the layer that has their content today. The compilation and tracing of a first run are not counted.
"""

import ast
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from types import FrameType

FILE = Path(__file__).with_suffix(".json")
ROOT = Path(__file__).parents[2]
PACKAGE = "plausiwidgets"

MOVED = {
    "program/": "engine",
    "simulation/simulate.py": "models",
    "simulation/operation_count.py": "models",
    "simulation/": "engine",
    "models/from_numpy.py": "models",
    "models/from_": "interop",
    "models/libraries.py": "interop",
    "networks/__init__.py": "networks",
    "networks/": "interop",
    "patterns/record": "recordings",
    "patterns/foreign_file.py": "recordings",
    "assessment/merge.py": "assessment",
    "widgets/answers/": "widgets.handlers",
    "widgets/session/": "widgets.handlers",
    "widgets/app/__init__.py": "widgets.app",
    "widgets/app/document.py": "widgets.app",
    "widgets/app/module.py": "widgets.app",
    "widgets/app/parts.py": "widgets.app",
    "widgets/app/file.py": "widgets.app",
    "widgets/app/": "widgets.catalogue",
    "widgets/figures/drawing.py": "widgets.drawing",
    "widgets/figures/scene.py": "widgets.drawing",
    "widgets/figures/map_cells.py": "widgets.drawing",
    "widgets/figures/map_picture.py": "widgets.drawing",
}
"""Beginning of a path → layer, for files whose folder is not the layer; the first entry that fits counts."""

LAYERS = (
    *("support", "texts", "engine", "models", "interop", "networks", "patterns", "recordings", "optimization"),
    *("analysis", "assessment", "teaching", "widgets.drawing", "widgets.figures", "widgets.catalogue", "widgets.app"),
    *("widgets.handlers", "widgets", "widgets.server", "cli", "upkeep", ""),
)
"""Layers from the bottom; the last is the package's own `__init__`."""

Table = dict[str, dict[str, float]]


def layer_of(path: str) -> str:
    """Return the layer of a file.

    Examples
    --------
    >>> layer_of("simulation/compiled/kernel.py"), layer_of("widgets/page.py"), layer_of("models/library/lif.py")
    ('engine', 'widgets', 'models')
    """
    if layer := next((layer for start, layer in MOVED.items() if path.startswith(start)), None):
        return layer
    folders = Path(path).parent.parts
    two = ".".join(folders[:2])
    return two if two in LAYERS else folders[0] if folders else ""


def lines_of(source: str) -> dict[str, int]:
    """Return the number of lines of code, of docstrings and with a comment.

    Strings that document a constant are docstrings too. A comment for a tool, such as ``# noqa``, does not count.

    Examples
    --------
    >>> lines_of('"'*3 + "One." + '"'*3 + "\\nx = 1  # why\\n# noqa: E1\\n")
    {'code': 1, 'docstrings': 1, 'comments': 1}
    """
    documented: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documented.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code: set[int] = set()
    comments: set[int] = set()
    layout = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if not re.match(r"#\s*(noqa|type:|pragma|fmt:)", token.string):
                comments.add(token.start[0])
        elif token.type not in layout:
            code.update(range(token.start[0], token.end[0] + 1))
    return {"code": len(code - documented), "docstrings": len(documented), "comments": len(comments)}


def functions_of(source: str) -> list[int]:
    """Return the number of lines of each function, with its docstring."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in found]


def count(folder: Path) -> Table:
    """Return the figures of each layer of a package."""
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    lengths: dict[str, list[int]] = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        layer, source = layer_of(path.relative_to(folder).as_posix()), path.read_text(encoding="utf-8")
        row = totals[layer]
        row["files"] += 1
        for name, number in lines_of(source).items():
            row[name] += number
        row["any"] += len(re.findall(r"\bAny\b", source))
        lengths[layer] += functions_of(source)
    for layer, row in totals.items():
        row["functions"] = len(lengths[layer])
        row["longest"] = max(lengths[layer], default=0)
        row["median"] = median(lengths[layer] or [0])
    return {layer: dict(totals[layer]) for layer in LAYERS if layer in totals}


# -- the ways through the package, each in a process of its own --------------------------------------------------------


class Seen:
    """The functions of the package that run while it is on, in every thread that starts after it was created."""

    def __init__(self) -> None:
        self.functions: set[tuple[str, int, str]] = set()
        self.is_on = False
        threading.setprofile(self.note)
        sys.setprofile(self.note)

    def note(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if self.is_on and event == "call" and f"/{PACKAGE}/" in code.co_filename and code.co_name != "<module>":
            self.functions.add((code.co_filename, code.co_firstlineno, code.co_name))

    def figures(self) -> dict[str, int]:
        return {"files": len({file for file, _, _ in self.functions}), "functions": len(self.functions)}


def drag(seen: Seen) -> None:
    """Move a slider by the message of a page, and wait for the first verdict.

    A verification may have begun by then, so that the figures differ by some functions from run to run.
    """
    import time

    import plausiwidgets as pw

    explorer = pw.Explorer("izhikevich", "tonic_bursting", {})

    def wait() -> None:
        until = time.monotonic() + 120.0
        while explorer.verdict is None or explorer.verdict.parameters["c"] != explorer.parameters["c"]:
            assert time.monotonic() < until
            time.sleep(0.01)

    wait()
    record = explorer._history
    step = record["steps"][record["at"]]
    seen.is_on = True
    explorer._on_message(
        None,
        {
            "kind": "select",
            "id": "page-1",
            "revision": record["revision"] + 1,
            "kept": [0, record["at"] + 1],
            "steps": [step | {"values": step["values"] | {"c": -55.0}}],
            "at": record["at"] + 1,
            "bounds": {},
            "free": list(explorer.selection.varied),
            "locked": [],
        },
        [],
    )
    wait()
    seen.is_on = False
    assert explorer.parameters["c"] == -55.0
    explorer.close()


def run(name: str) -> dict[str, int]:
    """Take one of the ways, and return how many files and functions of the package it runs."""
    seen = Seen()
    import plausiwidgets as pw

    ways: dict[str, Callable[[], object]] = {
        "evaluate": lambda: pw.judge("izhikevich", "tonic_bursting"),
        "optimize": lambda: pw.optimize("izhikevich", "tonic_bursting", seed=0, budget=200),
        "assess": lambda: pw.assess("izhikevich", "tonic_bursting", budget=200),
    }
    if name == "drag":
        drag(seen)
    else:
        ways[name]()  # compiles and traces what every later run uses
        seen.is_on = True
        ways[name]()
        seen.is_on = False
    return seen.figures()


WAYS = ("evaluate", "optimize", "assess", "drag")


def measured(tree: Path) -> dict[str, dict[str, int]]:
    """Return the figures of all ways through the package of a tree."""
    out = {}
    for name in WAYS:
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        command = [sys.executable, str(Path(__file__).resolve()), "--way", name]
        done = subprocess.run(command, env=environment, cwd=tree, check=True, capture_output=True, text=True)
        out[name] = json.loads(done.stdout.splitlines()[-1])
    return out


def checked_out(commit: str, folder: Path) -> Path:
    """Write the package of a commit into a folder."""
    archive = subprocess.run(["git", "archive", commit, PACKAGE], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def rows(figures: Table) -> Iterator[str]:
    """Yield a table as lines of text."""
    names = ("files", "code", "docstrings", "comments", "any", "functions", "longest", "median")
    yield f"{'layer':18}" + "".join(f"{name:>11}" for name in names)
    for layer, row in figures.items():
        yield f"{layer or '(package)':18}" + "".join(f"{row[name]:11g}" for name in names)
    total = {name: sum(row[name] for row in figures.values()) for name in names[:6]}
    yield f"{'all':18}" + "".join(f"{number:11g}" for number in total.values())


def main(commits: list[str]) -> None:
    everything = {}
    for commit in ("HEAD", *commits):
        named = subprocess.run(["git", "rev-parse", "--short=8", commit], cwd=ROOT, check=True, capture_output=True)
        with tempfile.TemporaryDirectory() as folder:
            tree = checked_out(commit, Path(folder))
            layers, ways = count(tree / PACKAGE), measured(tree)
        everything[named.stdout.decode().strip()] = {"layers": layers, "ways": ways}
        print(f"\n{commit}", *rows(layers), sep="\n")
        print(", ".join(f"{name} {way['files']}/{way['functions']}" for name, way in ways.items()))
    FILE.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        print(json.dumps(run(sys.argv[2])))
    else:
        main(sys.argv[1:])
