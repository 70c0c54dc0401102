"""Add the guides that use a public name to its entry in the reference."""

import json
import re
from functools import cache
from pathlib import Path

DOCS = Path(__file__).parent
GENERATED = ("_build", "_live", "neurons", "notebooks", "patterns", "reference")
LEFT_OUT = ("CHANGELOG", "howto/from_0_3")
"""Pages that name everything without using it."""


@cache
def texts() -> dict[str, str]:
    """Return the text of each guide and each notebook of the site by the name of its page."""
    pages = (path for path in sorted(DOCS.rglob("*.md")) if path.relative_to(DOCS).parts[0] not in GENERATED)
    found = {path.relative_to(DOCS).with_suffix("").as_posix(): path.read_text(encoding="utf-8") for path in pages}
    for path in sorted((DOCS / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[f"notebooks/{path.stem}"] = "\n".join("".join(cell["source"]) for cell in cells)
    return {name: text for name, text in found.items() if name not in LEFT_OUT}


def using(name: str) -> list[str]:
    """Return the pages that use a public name, such as ``models.get``, those that use it most first."""
    use = re.compile(rf"\bpw\.{re.escape(name)}\b(?!\.)")
    counts = {page: len(use.findall(text)) for page, text in texts().items()}
    return sorted((page for page, count in counts.items() if count), key=lambda page: -counts[page])


def add(app, what, name, thing, options, lines):
    """Append the guides to the entry of a function or a class."""
    pages = using(name.removeprefix("plausiwidgets."))[:5] if what in ("function", "class", "exception") else []
    if pages:
        lines += ["", ".. rubric:: Guides", "", *(f"- :doc:`/{page}`" for page in pages), ""]
