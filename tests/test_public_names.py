"""The public names with their signatures are what `data/public_names.txt` says: a change there is a change for users.

After a change that is meant, ``python tests/test_public_names.py`` writes the file anew.
"""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import plausiwidgets as pw

HOMES = (pw, pw.models, pw.patterns, pw.recordings, pw.analysis, pw.assessment, pw.teaching, pw.networks)
FILE = Path(__file__).parent / "data" / "public_names.txt"


def signature(thing: object) -> str:
    """Return a signature with a parameter a line, without the homes of types."""
    try:
        found = inspect.signature(thing)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    lines = [
        re.sub(r"\b(?:plausiwidgets|collections|typing|numpy|pathlib|pandas|torch)\.(?:\w+\.)*", "", str(p))
        for p in found.parameters.values()
        if p.name != "self"
    ]
    return re.sub(r" at 0x[0-9a-f]+", "", "".join(f"\n    {line}" for line in lines))


def public() -> str:
    """Return every public name, those of the namespaces of models and patterns too, with its parameters."""
    homes = {"" if home is pw else f"{home.__name__.rpartition('.')[2]}.": home for home in HOMES}
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
        for home in HOMES
        for thing in (getattr(home, name) for name in home.__all__)
        if inspect.ismodule(thing) or hasattr(thing, "__module__")
    }
    assert mypy["strict"] is True
    assert strict == sorted(home for home in homes if home.startswith("plausiwidgets"))


def test_tab_completes_every_public_name_before_it_is_used() -> None:
    homes = ", ".join(home.__name__.replace("plausiwidgets", "pw", 1) for home in HOMES)
    code = (
        f"import plausiwidgets as pw\nfor home in ({homes}):\n    print(sorted(set(home.__all__) - set(dir(home))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n" * len(HOMES)


@pytest.mark.parametrize("home", [pw, pw.analysis, pw.assessment, pw.recordings, pw.teaching, pw.networks])
def test_the_type_checker_and_the_lazy_imports_of_a_package_agree(home: ModuleType) -> None:
    """Both are written down: a checker does not run the package, and the package does not import for it."""
    tree = ast.parse(Path(str(home.__file__)).read_text(encoding="utf-8"))
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {}
    for line in checked.body:
        assert isinstance(line, ast.ImportFrom) and all(alias.name == alias.asname for alias in line.names)
        seen |= {alias.name: import_module(str(line.module)) for alias in line.names}
    assert sorted(seen) == home.__all__
    for name, module in seen.items():
        thing = getattr(home, name)
        assert thing is (import_module(f"plausiwidgets.{name}") if inspect.ismodule(thing) else getattr(module, name))


if __name__ == "__main__":
    FILE.write_text(public(), encoding="utf-8")
