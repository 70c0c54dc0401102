"""Break the front end on purpose, and record whether its types or its tests notice.

Run ``python tests/benchmarks/mutants.py OUTPUT [FILE ...]``, which needs Node and ``npm ci`` in the folder of the app.
With files, such as ``keys.ts``, only their mutants are run, and OUTPUT keeps the other rows. Each mutant is one
replacement in a clone of the last commit. It is caught by the compiler, by the named tests, or by all tests in Node;
otherwise it survives.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
APP = "plausiwidgets/widgets/app"


class Mutant(NamedTuple):
    """A replacement in a file of src/, and the tests that should notice it."""

    file: str
    before: str
    after: str
    tests: str


MUTANTS = (
    # Removed properties of views.
    Mutant("panels/actions.tsx", "<HintWords bars={bars} task={task} />", "<HintWords bars={bars} />", "actions"),
    Mutant("Screen.tsx", "<Header app={app} />", "<Header />", "screen"),
    Mutant("Screen.tsx", 'aria-label={tr("Undo")}', "", "screen"),
    Mutant("panels/sliders.tsx", "disabled={isLocked}", "", "sliders"),
    Mutant("panels/sliders.tsx", 'aria-valuetext={`${plain(value)}${ofUnit(unit, " ")}`}', "", "sliders"),
    Mutant("panels/verdict.tsx", "aria-valuenow={percent}", "", "chip"),
    Mutant("panels/Listen.tsx", 'aria-label={isPlaying ? tr("Stop sound") : undefined}', "", "listen"),
    # Removed handlers of views.
    Mutant("Screen.tsx", "onKeyDown={(event) => press(app, event)}", "", "screen"),
    Mutant("Screen.tsx", "onClick={() => void selection.undo()}", "", "screen"),
    Mutant("panels/Listen.tsx", "onClick={player.toggle}", "", "listen"),
    Mutant("panels/sliders.tsx", "onChange={() => (isPointed.current ? keep() : keepSoon())}", "", "sliders"),
    Mutant("panels/searchPanel.tsx", 'onClick={control("pause")}', "", "searchPanel"),
    Mutant("panels/searchPanel.tsx", "onClick={() => isTaken || search.take()}", "", "searchPanel"),
    Mutant("panels/actions.tsx", "onClick={() => task.hint()}", "", "actions"),
    Mutant("panels/actions.tsx", "onClick={() => task.giveUp()}", "", "actions"),
    Mutant("panels/actions.tsx", "onClick={() => task.next(1)}", "", "actions"),
    Mutant("panels/verdict.tsx", "onPointerLeave={clear}", "", "chip"),
    # Models and keys.
    Mutant("models/history.ts", "steps[at + by] === undefined", "steps[at + 2 * by] === undefined", "selection"),
    Mutant("models/history.ts", "steps.slice(Math.max(0, at + 1 - MAX_STEPS), at + 1)", "steps", "selection"),
    Mutant("models/practice.ts", "selection.put(ended.from);", "", "practice"),
    Mutant("models/practice.ts", "    practice.value = null;\n  });", "  });", "practice"),
    Mutant("keys.ts", "event.shiftKey ? selection.redo()", "!event.shiftKey ? selection.redo()", "keys"),
    Mutant("keys.ts", 'if (sheet.peek()) sheet.value = "";', "if (sheet.peek()) isPresenting.value = false;", "keys"),
    Mutant(
        "panels/NumberField.tsx", "if (!accepts(input.valueAsNumber)) return refuse(input, allowed);", "", "numberField"
    ),
)


def ran(app: Path, *command: str) -> bool:
    """Whether a command in the folder of the app succeeds."""
    try:
        return subprocess.run(command, cwd=app, capture_output=True, timeout=600).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def caught_by(app: Path, mutant: Mutant) -> str:
    """The first check that fails; empty if none does."""
    if not ran(app, "npx", "tsc"):
        return "types"
    if not ran(app, "node", "tools/buildTests.mjs"):
        return "bundle"
    if not ran(app, "node", "--test", f"build/test/{mutant.tests}.test.js"):
        return f"test/{mutant.tests}"
    return "" if ran(app, "npm", "test") else "another test"


def main(output: Path, files: Sequence[str]) -> None:
    """Run the mutants of some files, or all, and write the check that has caught each."""
    before = json.loads(output.read_text(encoding="utf-8")) if files else []
    rows = [row for row in before if row["file"] not in files]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), folder], check=True)
        app = Path(folder) / APP
        (app / "node_modules").symlink_to(ROOT / APP / "node_modules")
        for mutant in MUTANTS:
            if files and mutant.file not in files:
                continue
            path = app / "src" / mutant.file
            text = path.read_text(encoding="utf-8")
            if mutant.before not in text:
                raise ValueError(f"{mutant.file} must contain {mutant.before!r}, which a mutant replaces.")
            path.write_text(text.replace(mutant.before, mutant.after, 1), encoding="utf-8")
            rows.append({"file": mutant.file, "removed": mutant.before, "caught": caught_by(app, mutant)})
            path.write_text(text, encoding="utf-8")
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    output.write_text("[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
