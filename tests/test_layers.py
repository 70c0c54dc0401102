"""Which folder may import which: every import points downwards, and nothing imports in a circle."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import plausiwidgets as pw

PACKAGE = "plausiwidgets"
ROOT = Path(__file__).parents[1]

ARROWS = {
    "support": "",
    "texts": "support",
    "engine.program": "support",
    "engine": "engine.program support",
    "engine.compiled": "engine engine.program support",
    "engine.choice": "engine engine.compiled engine.program support",
    "engine.javascript": "engine engine.compiled engine.program support",
    "models": "engine engine.choice engine.compiled engine.program models.library support texts",
    "models.library": "engine.program models support texts",
    "interop": "engine engine.choice engine.compiled engine.javascript engine.program models support texts",
    "networks": "interop support",
    "patterns": "engine engine.choice engine.compiled engine.program models patterns.izhikevich patterns.onset "
    "support texts",
    "patterns.izhikevich": "engine patterns texts",
    "patterns.onset": "engine",
    "recordings": "engine models patterns support texts",
    "optimization": "engine engine.choice engine.compiled models patterns support texts",
    "analysis": "engine engine.choice engine.compiled models optimization patterns patterns.onset support texts",
    "assessment": "analysis engine engine.choice engine.compiled models optimization patterns support texts",
    "teaching": "engine models patterns recordings support texts",
    "widgets.drawing": "analysis assessment engine models optimization patterns support texts",
    "widgets.figures": "analysis assessment engine models optimization patterns support texts widgets.drawing",
    "widgets.catalogue": "analysis engine engine.javascript engine.program models patterns patterns.onset support "
    "teaching texts widgets.drawing",
    "widgets.app": "engine.javascript models optimization patterns support teaching texts widgets.catalogue",
    "widgets.handlers": "analysis assessment engine engine.choice engine.compiled engine.javascript models "
    "optimization patterns recordings support teaching texts widgets.app widgets.catalogue widgets.drawing",
    "widgets": "assessment engine engine.javascript models optimization patterns support teaching texts widgets.app "
    "widgets.catalogue widgets.drawing widgets.handlers",
    "widgets.server": "engine engine.compiled engine.javascript models optimization patterns support teaching "
    "texts widgets.catalogue widgets.handlers",
    "cli": "assessment engine engine.compiled models optimization patterns support teaching texts widgets "
    "widgets.server",
    "upkeep": "analysis assessment engine engine.compiled engine.program models models.library optimization patterns "
    "support widgets.catalogue",
}
"""Folder → folders that its files may import. A folder's own files do not include those of its subfolders."""

ENTRIES = {"models.library": "models", "patterns.izhikevich": "patterns"}
"""Folders with the entries of a registry, which the folder of the registry imports and which import that folder."""

WIDGET_LIBRARIES = {"ipywidgets", "plotly", "anywidget"}
WITH_WIDGETS = {"widgets", "widgets.figures"}
"""Folders that may import a library of widgets. The data of the app must not need one."""

PUBLIC = {"", *(name for name in pw.__all__ if isinstance(getattr(pw, name), type(pw))), "optimization"}
"""Packages whose `__init__` has names of other files."""


def modules(root: Path) -> list[Path]:
    return sorted((root / PACKAGE).rglob("*.py"))


def nodes(tree: ast.AST, types: bool) -> Iterator[ast.AST]:
    """Yield the nodes of a file, without or with those that only a type checker reads."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        if types or not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from nodes(node, types)


def imports(path: Path, root: Path, types: bool = True) -> Iterator[str]:
    """Yield every module that a file imports, anywhere in it, by its full name."""
    package = path.relative_to(root).parent.parts
    for node in nodes(ast.parse(path.read_text(encoding="utf-8")), types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            # A name may be a module of the package that it is imported from.
            yield from (f"{module}.{alias.name}" for alias in node.names)


def module_name(path: Path, root: Path) -> str:
    parts = list(path.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def graph(types: bool = True) -> dict[str, set[str]]:
    """Return for each module of the package the modules of the package that it imports, packages included."""
    known = {module_name(path, ROOT): path for path in modules(ROOT)}
    return {own: (set(imports(path, ROOT, types)) & set(known)) - {own} for own, path in known.items()}


@cache
def packages() -> set[str]:
    return {module_name(path, ROOT) for path in modules(ROOT) if path.name == "__init__.py"}


def folder(module: str) -> str:
    """Return the folder of a module, below the package."""
    package = module if module in packages() else module.rpartition(".")[0]
    return package.removeprefix(PACKAGE).removeprefix(".")


def short(module: str) -> str:
    return module.removeprefix(f"{PACKAGE}.")


def arrows() -> dict[tuple[str, str], list[str]]:
    """Return the imports between two folders, without those of the package itself and of its command."""
    found: dict[tuple[str, str], list[str]] = {}
    for own, imported in graph().items():
        for name in imported - {PACKAGE}:
            if own not in (PACKAGE, f"{PACKAGE}.__main__") and folder(own) != folder(name):
                found.setdefault((folder(own), folder(name)), []).append(f"{short(own)} imports {short(name)}")
    return found


def test_imports_point_downwards() -> None:
    refused = {arrow: files for arrow, files in arrows().items() if arrow[1] not in ARROWS.get(arrow[0], "").split()}
    assert refused == {}, "import less, move what both folders need into a lower one, or add the arrow to ARROWS"


def test_the_allowed_arrows_have_no_circle() -> None:
    allowed: dict[str, set[str]] = {}
    for own, others in ARROWS.items():
        below = {ENTRIES.get(other, other) for other in others.split()}
        allowed.setdefault(ENTRIES.get(own, own), set()).update(below - {ENTRIES.get(own, own)})
    assert set(ARROWS) == {folder(module) for module in graph()} - {""}
    TopologicalSorter(allowed).prepare()  # an error contains the circle


def test_no_files_import_each_other_in_a_circle() -> None:
    # A running program does not import what is only for types.
    files = {own: names - packages() for own, names in graph(types=False).items()}
    TopologicalSorter(files).prepare()  # an error contains the circle


def test_teaching_takes_of_recordings_only_from_recording() -> None:
    taken = {name for own, names in graph().items() if folder(own) == "teaching" for name in names}
    assert {name for name in taken if folder(name) == "recordings"} == {f"{PACKAGE}.recordings.from_recording"}


def forwards(tree: ast.Module) -> bool:
    """Return whether a file gives names of other files under its own name, or consists of imports."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    aliases = [alias for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    again = any(alias.asname == alias.name and alias.name not in used for alias in aliases)
    own = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
    return again or "__all__" in used or (bool(aliases) and not own)


def test_only_public_packages_have_names_of_other_files() -> None:
    private = [
        path for path in modules(ROOT) if path.name != "__init__.py" or folder(module_name(path, ROOT)) not in PUBLIC
    ]
    found = [module_name(path, ROOT) for path in private if forwards(ast.parse(path.read_text(encoding="utf-8")))]
    assert found == []


def test_only_the_screen_and_the_figures_import_a_widget_library() -> None:
    found = [
        f"{module_name(path, ROOT)} imports {name}"
        for path in modules(ROOT)
        if folder(module_name(path, ROOT)) not in WITH_WIDGETS
        for name in imports(path, ROOT)
        if name.partition(".")[0] in WIDGET_LIBRARIES
    ]
    assert found == []


def test_a_script_never_pays_for_widgets(tmp_path: Path) -> None:
    script = (
        "import sys, plausiwidgets as pw; pw.models.names(); pw.patterns.names();"
        "print(sorted({'ipywidgets', 'plotly', 'anywidget', 'IPython', 'cma', 'numba'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == ("[]\n", "")
