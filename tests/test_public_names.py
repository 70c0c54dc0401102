"""The public names with their signatures are what `data/public_names.txt` says: a change there is a change for users.

After a change that is meant, ``python tests/test_public_names.py`` writes the file anew.
"""

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import plausiwidgets as pw

FILE = Path(__file__).parent / "data" / "public_names.txt"


def signature(thing: object) -> str:
    """Return a signature with a parameter a line, without the homes of types."""
    try:
        found = inspect.signature(thing)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    lines = [re.sub(r"\b(?:plausiwidgets|collections|typing|numpy|pathlib|pandas|torch)\.(?:\w+\.)*", "", str(p))
             for p in found.parameters.values() if p.name != "self"]  # fmt: skip
    return "".join(f"\n    {line}" for line in lines)


def public() -> str:
    """Return every public name, those of the namespaces of models and patterns too, with its parameters."""
    homes = {"": pw, "models.": pw.models, "patterns.": pw.patterns, "assessment.": pw.assessment}
    known: set[int] = set()
    out = []
    for prefix, home in homes.items():
        for name in sorted(home.__all__):
            thing = getattr(home, name)
            if id(thing) in known or inspect.ismodule(thing) or name == "__version__":
                continue
            known.add(id(thing))
            out.append(f"{prefix}{name}{signature(thing)}")
            for method, made in sorted(vars(thing).items()) if isinstance(thing, type) else ():
                if isinstance(made, classmethod) and not method.startswith("_"):
                    out.append(f"{prefix}{name}.{method}{signature(getattr(thing, method))}")
    return "\n".join(out) + "\n"


def test_the_public_names_and_their_signatures_are_those_of_the_file():
    assert public() == FILE.read_text(encoding="utf-8"), "a public name or signature has changed: see the docstring"


def test_types_are_strict_in_every_module_of_a_public_name(root):
    mypy = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    [strict] = [override["module"] for override in mypy["overrides"] if override.get("warn_return_any")]
    homes = {
        thing.__name__ if inspect.ismodule(thing) else thing.__module__
        for home in (pw, pw.models, pw.patterns, pw.assessment)
        for thing in (getattr(home, name) for name in home.__all__)
        if inspect.ismodule(thing) or hasattr(thing, "__module__")
    }
    assert mypy["strict"] is True
    assert strict == sorted(home for home in homes if home.startswith("plausiwidgets"))


def test_internals_are_no_public_names():
    for name in ("evaluate", "verify_sets", "Bench", "gate", "is_registered", "is_builtin"):
        assert not any(name in home.__all__ for home in (pw, pw.patterns, pw.models, pw.assessment))


def test_tab_completes_every_public_name_before_it_is_used() -> None:
    code = "import plausiwidgets as pw; print(sorted(set(pw.__all__) - set(dir(pw))))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


if __name__ == "__main__":
    FILE.write_text(public(), encoding="utf-8")
