"""The documentation is true: links lead somewhere, Python blocks run, and every public name has an example."""

import ast
import builtins
import doctest
import inspect
import json
import re
import symtable
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from paths import DOCS

import plausiwidgets as pw
from plausiwidgets.cli.main import main

BUILT = ("_build", "_live", "neurons", "notebooks", "patterns", "reference")
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in BUILT)
ELSEWHERE = {  # their code runs in a test of their own
    "cluster.md",  # as it names machines and files of the reader: test_cluster_page.py
    "brian2.md",  # where Brian2 is installed: test_brian2.py
    "from_torch.md", "from_brian2.md", "from_nir.md",  # where the libraries are: tests/libraries/test_pages.py
}  # fmt: skip
BLOCKS = [
    pytest.param(path, block, id=f"{path.relative_to(DOCS).as_posix()}-{number}")
    for path in PAGES
    if path.name not in ELSEWHERE
    for number, block in enumerate(
        re.finditer(r"^```python\n(.*?)^```$", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL), 1
    )
]
COMMANDS = [
    command
    for path in PAGES
    if path.name not in ELSEWHERE
    for command in re.findall(
        r"plausiwidgets ((?:page|assess) [^`\n]*--(?:output|csv) [\w.]+)", path.read_text(encoding="utf-8")
    )
]


def public() -> Iterator[tuple[str, object]]:
    """Yield every public name that can be called or raised, with its object."""
    for prefix, home in {"": pw, "models.": pw.models, "patterns.": pw.patterns, "assessment.": pw.assessment}.items():
        for name in home.__all__:
            thing = getattr(home, name)
            if callable(thing):
                yield f"{prefix}{name}", thing


def test_the_citation_has_the_version_of_the_package(root: Path) -> None:
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.+)$", citation, flags=re.MULTILINE) == [pw.__version__]
    assert re.findall(r"^cff-version: (.+)$", citation, flags=re.MULTILINE) == ["1.2.0"]


def test_the_page_on_citing_has_what_the_citation_file_has() -> None:
    citation = yaml.safe_load((DOCS.parent / "CITATION.cff").read_text(encoding="utf-8"))
    page = (DOCS / "citing.md").read_text(encoding="utf-8")
    entries = [
        {field: value.removeprefix("{").removesuffix("}") for field, value in re.findall(r"(\w+) += \{(.*)\}", entry)}
        for entry in re.findall(r"^@\w+\{(.*?)^\}", page, flags=re.MULTILINE | re.DOTALL)
    ]
    names = {"issue": "number", "authors": "author"}
    left_out = {"cff-version", "message", "type", "abstract", "keywords", "references"}
    for source, entry in zip([citation, *citation["references"]], entries, strict=True):
        people = [a.get("name") or f"{a['family-names']}, {a['given-names']}" for a in source["authors"]]
        said = source | {"authors": " and ".join(people)}
        assert {names.get(k, k): str(v) for k, v in said.items() if k not in left_out}.items() <= entry.items()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_of_the_documentation_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    made = {f"patterns/{key}.md" for key in ("index", *pw.patterns.names())}
    made |= {f"neurons/{name}.md" for name in ("index", *pw.models.names())}
    made |= {f"notebooks/{path.name}" for path in (DOCS.parent / "notebooks").glob("*.ipynb")}
    places = [((page.parent / link).resolve(), link) for link in links]
    found = {path for path, _ in places if path.is_file()} | {(DOCS / name).resolve() for name in made}
    assert [link for path, link in places if path not in found and "reference/generated" not in link] == []


@pytest.mark.parametrize("page", [*PAGES, DOCS.parent / "README.md"], ids=lambda page: page.name)
def test_each_picture_is_small_and_says_in_words_what_it_shows(page: Path) -> None:
    for words, link in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        assert len(words.split()) >= 8, link
        assert "\n" not in words, f"{link}: the site takes a break of a line for none"
        assert (page.parent / link).stat().st_size < {".webp": 100_000}.get(Path(link).suffix, 300_000)


def test_each_picture_of_the_screen_is_shown_somewhere() -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [path.name for path in (DOCS / "_static").glob("*.webp") if f"_static/{path.name})" not in shown] == []


def test_the_guide_names_each_number_on_the_screen() -> None:
    script = ast.parse((DOCS / "pictures.py").read_text(encoding="utf-8"))
    [parts] = [
        one.value for one in script.body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "PARTS"
    ]
    guide = (DOCS / "howto" / "explorer.md").read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^(\d+)\. \*\*", guide, re.MULTILINE)] == list(
        ast.literal_eval(parts)
    )


def test_the_glossary_is_in_order() -> None:
    words = re.findall(r"^(.+)\n: ", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) > 25
    assert words == sorted(words, key=str.lower)


@pytest.mark.slow
def test_the_command_of_a_table_goes_on_with_the_study_of_the_block_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "tutorials" / "research.md").read_text(encoding="utf-8")
    [block] = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "study.jsonl" in block]
    [command] = re.findall(r"`plausiwidgets (assess [^`]*)`", text)
    exec(block, {"__name__": "__main__"})
    before = Path("study.jsonl").read_bytes()
    assert main(command.split()) == 0
    assert Path("study.jsonl").read_bytes() == before
    assert Path("table.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_the_python_of_the_documentation_runs(
    page: Path, block: re.Match[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    above = "\n" * page.read_text(encoding="utf-8").count("\n", 0, block.start(1))  # an error then names its line
    exec(compile(above + block[1], str(page), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_documentation_write_their_files(
    command: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [str(root / word) if word.startswith("docs/") else word for word in command.split()]
    assert main(words) == 0
    assert Path(words[-1]).stat().st_size > 0


@pytest.mark.parametrize(("name", "thing"), list(public()), ids=[name for name, _ in public()])
def test_each_public_name_has_an_example(name: str, thing: object) -> None:
    assert ">>> " in (inspect.getdoc(thing) or ""), f"{name} has no example"


def unbound(code: str) -> set[str]:
    """Return the names that code uses and does not define, import or assign anywhere."""
    bound: set[str] = set()
    used: set[str] = set()
    scopes = [symtable.symtable(code, "example", "exec")]
    for scope in scopes:
        scopes += scope.get_children()
        top = scope.get_type() == "module"
        bound |= {name.get_name() for name in scope.get_symbols() if top and (name.is_assigned() or name.is_imported())}
        used |= {name.get_name() for name in scope.get_symbols() if name.is_referenced() and (top or name.is_global())}
    return used - bound - set(dir(builtins))


def test_unbound_names_are_found() -> None:
    assert unbound("import numpy as np\nx = [np.pi * n for n in range(3)]\nf = lambda a: a + x[0]") == set()
    assert unbound("def f(a):\n    return judge(a)\nf(y)") == {"judge", "y"}


def test_each_example_of_a_public_name_runs_from_an_empty_namespace() -> None:
    missing = {}
    for name, thing in public():
        methods = [
            getattr(thing, method)
            for method, made in (vars(thing).items() if isinstance(thing, type) else ())
            if not method.startswith("_") and (callable(made) or isinstance(made, classmethod | staticmethod))
        ]
        for documented in (thing, *methods):
            examples = doctest.DocTestParser().get_examples(inspect.getdoc(documented) or "")
            if names := unbound("".join(example.source for example in examples)):
                missing[f"{name}: {documented}"] = names
    assert missing == {}


@pytest.mark.parametrize("name", ["own_neuron", "own_pattern", "plausibility_and_performance", "which_model"])
def test_each_notebook_says_first_what_it_is_for_and_how_long_it_takes(root: Path, name: str) -> None:
    first = json.loads((root / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"][0]
    assert first["cell_type"] == "markdown"
    assert re.search(r"^\*For .*\* Running all cells takes .*(seconds|minutes)", "".join(first["source"]), re.MULTILINE)
