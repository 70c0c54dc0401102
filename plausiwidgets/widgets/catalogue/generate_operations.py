"""Generator of ``operations.ts``, the operations with which the app runs a program.

Run ``python -m plausiwidgets.widgets.catalogue.generate_operations``. The generated neurons use the same JavaScript
forms, so each operation has a single form in the app.
"""

from __future__ import annotations

import re
from pathlib import Path

from plausiwidgets.engine.javascript.module import runtime_names
from plausiwidgets.engine.program.operations import TABLE
from plausiwidgets.engine.program.program import Operation

PATH = Path(__file__).parents[1] / "app" / "src" / "engine" / "operations.ts"

_HEAD = """\
// Generated from Python's table of operations by `python -m plausiwidgets.widgets.catalogue.generate_operations`.
import {{ {functions} }} from "./runtime.ts";

/** Operations on numbers and decisions. They return the results of NumPy, to the last bit. */
export const OPERATIONS = {{
{rows}
}} as const;
"""
_NAMES = "abc"


def typescript() -> str:
    """Return the operations as a TypeScript module.

    Raises
    ------
    ValueError
        If an exact operation has no JavaScript form, or a form calls a function that does not exist.
    """
    rows = [_row(row) for row in TABLE.values() if row.exact]
    text = "\n".join(rows)
    # The regular expression skips functions of Math and Number, which have a dot before their names.
    functions = sorted(set(re.findall(r"(?<![.\w])([a-z]\w+)(?=\()", text)))
    if missing := set(functions) - set(runtime_names()):
        names = ", ".join(sorted(missing))
        raise ValueError(f"plausiwidgets/engine/javascript/runtime.js must export {names}, which a form calls.")
    return _HEAD.format(functions=", ".join(functions), rows=text)


def _row(row: Operation) -> str:
    """Return the entry of an operation in the TypeScript module.

    Raises
    ------
    ValueError
        If the operation is exact but has no JavaScript form.
    """
    if row.javascript is None:
        raise ValueError(f"operation {row.name!r} must have a form in JavaScript, because it is exact.")
    form = row.javascript or f"({row.python})"
    names = _NAMES[: 1 + max(int(place) for place in re.findall(r"{(\d)}", form))]
    if row.computes == "choice":
        given = "<T>(a: boolean, b: T, c: T)"
    else:
        kind = "boolean" if row.computes == "bool" else "number | boolean" if row.name in ("eq", "ne") else "number"
        given = f"({', '.join(f'{name}: {kind}' for name in names)})"
    return f"  {row.name}: {given} => {form.format(*names)},"


if __name__ == "__main__":
    PATH.write_text(typescript(), encoding="utf-8")
    print(PATH.name)
