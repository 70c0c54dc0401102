"""The documentation is whole: links lead somewhere, pictures are there, and every public name has an example."""

import ast
import builtins
import doctest
import inspect
import json
import re
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import DOCS

import plausiwidgets as pw
from plausiwidgets.patterns.packaged import packaged_rows
from tests.benchmarks import bits_of_patterns

BUILT = ("_build", "_live", "neurons", "notebooks", "patterns", "reference")
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in BUILT)


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
    names = {"issue": "number", "authors": "author", "date-released": "date", "status": "note"}
    left_out = {"cff-version", "message", "type", "abstract", "keywords", "references"}
    for source, entry in zip([citation, *citation["references"]], entries, strict=True):
        people = [a.get("name") or f"{a['family-names']}, {a['given-names']}" for a in source["authors"]]
        said = source | {"authors": " and ".join(people)}
        assert {names.get(k, k): str(v) for k, v in said.items() if k not in left_out}.items() <= entry.items()


@pytest.mark.parametrize("page", [*PAGES, DOCS.parent / "README.md"], ids=lambda page: page.name)
def test_each_link_leads_to_a_file_of_the_repository(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8")):
        if ":" not in link:
            target = (page.parent / link).resolve()
            folder = target.relative_to(DOCS).parts[0] if target.is_relative_to(DOCS) else ""
            assert folder not in BUILT, f"{link}: the repository does not contain this page; see docs/links.py"
            assert target.exists(), link


@pytest.mark.parametrize("page", [*PAGES, DOCS.parent / "README.md"], ids=lambda page: page.name)
def test_each_picture_is_small_and_says_in_words_what_it_shows(page: Path) -> None:
    for words, link in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        assert len(words.split()) >= 8, link
        assert "\n" not in words, f"{link}: the site takes a break of a line for none"
        assert (page.parent / link).stat().st_size < {".webp": 100_000, ".gif": 1_000_000}.get(
            Path(link).suffix, 300_000
        )


def test_each_picture_of_the_screen_is_shown_somewhere() -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [path.name for path in (DOCS / "_static").glob("*.webp") if f"_static/{path.name})" not in shown] == []


def of_pictures(name: str) -> Any:
    """Return a constant of docs/pictures.py, which needs a browser to be imported."""
    script = ast.parse((DOCS / "pictures.py").read_text(encoding="utf-8"))
    [value] = [one.value for one in script.body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == name]
    return ast.literal_eval(value)


def test_the_guide_names_each_number_on_the_screen() -> None:
    guide = (DOCS / "howto" / "explorer.md").read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^(\d+)\. \*\*", guide, re.MULTILINE)] == list(of_pictures("PARTS"))


@pytest.mark.parametrize("name", of_pictures("OF_PAGES"))
def test_the_block_of_a_page_computes_what_its_picture_shows(name: str) -> None:
    page, number, shown = of_pictures("OF_PAGES")[name]
    blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    names = [node for node in ast.walk(ast.parse(blocks[number])) if isinstance(node, ast.Name)]
    computed = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    used = {node.id for node in ast.walk(ast.parse(shown)) if isinstance(node, ast.Name)} - set(dir(pw))
    assert used and used <= computed, f"{page}, block {number}: {used - computed}"


def claimed(text: str) -> list[tuple[str, str]]:
    """Return models and patterns of the package that a text searches together, in code or in a sentence."""
    calls = re.findall(r'(?:optimize|assess)\("(\w+)", "(\w+)"', text)
    titles = {pw.patterns.get(key).title.lower(): key for key in pw.patterns.names()}
    names = "|".join(map(re.escape, titles))
    models = "|".join(sorted(pw.models.names(), key=len, reverse=True))
    words = re.compile(rf"\b(?:finds?|found|shows?|showed)\s+({names}) of `?({models}|adex)`?\b", re.IGNORECASE)
    told = [(found[2].lower(), titles[found[1].lower()]) for found in words.finditer(" ".join(text.split()))]
    return [(m, p) for m, p in calls + told if m in pw.models.names() and p in pw.patterns.names()]


def test_claims_about_found_sets_are_read() -> None:
    text = 'seed 3 finds inhibition-induced\nbursting of AdEx: `pw.optimize("lif", "integrator", seed=3)`, and "mine"'
    assert claimed(text) == [("lif", "integrator"), ("adex", "inhibition_induced_bursting")]


@pytest.mark.parametrize("page", [*PAGES, DOCS.parent / "README.md"], ids=lambda page: page.name)
def test_results_on_a_page_agree_with_the_packaged_table(page: Path) -> None:
    for model, pattern in claimed(page.read_text(encoding="utf-8")):
        found = packaged_rows(pw.models.get(model))[pattern]["status"]
        assert found == "replicated", f"{page.name} speaks of {model} with {pattern}, which the table has as {found}"


def test_the_page_on_the_explorer_has_a_row_for_each_tool() -> None:
    page = (DOCS / "howto" / "explorer.md").read_text(encoding="utf-8")
    tools = (Path(pw.__file__).parent / "widgets" / "app" / "src" / "tools" / "tools.tsx").read_text(encoding="utf-8")
    titles = re.findall(r'^    title: \(\w*\) => .*?tr\("([^"]+)"\)', tools, re.MULTILINE)
    assert len(titles) > 10
    for title in titles:
        assert re.search(rf"^\| .*\*\*{re.escape(title)}\*\*.* \|", page, re.MULTILINE), (
            f"{title} has no row in docs/howto/explorer.md"
        )


def test_the_page_on_units_has_the_unit_of_each_neuron() -> None:
    rows = re.findall(
        r"^\| (\S+) \| [^|]*: ([^|:]+) \|", (DOCS / "howto" / "units.md").read_text("utf-8"), re.MULTILINE
    )
    said = {name: unit for unit, names in rows for name in re.findall(r"`(\w+)`", names)}
    units = {name: pw.models.get(name).current.unit for name in pw.models.names()}
    assert said == units, "add the model to the table in docs/howto/units.md"


def test_the_page_on_noise_has_what_the_benchmark_measured() -> None:
    page = (DOCS / "howto" / "noise.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([A-T]*|–) \| ([A-T]*|–) \| ([A-T]*|–) \|$", page, re.MULTILINE)
    measured = json.loads((DOCS.parent / "tests" / "benchmarks" / "packaged_noise.json").read_text(encoding="utf-8"))
    groups = ("tolerated", "not_tolerated", "not_defined")
    expected = [(row["model"], *(row[group] or "–" for group in groups)) for row in measured[1:]]
    assert rows == [row for row in expected if set(row[1:]) != {"–"}]
    met, missed = (sum(len(row[group]) for row in measured[1:]) for group in groups[:2])
    assert f"Of {met + missed} sets, {met} meet their criteria" in " ".join(page.split())


def test_the_benchmarks_of_noise_and_coverage_used_the_packaged_table() -> None:
    table = pw.assessment.packaged_table().query("status == 'replicated'")
    noise, coverage = (
        json.loads((DOCS.parent / "tests" / "benchmarks" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("packaged_noise", "patterns_and_coverage")
    )
    groups = ("tolerated", "not_tolerated", "not_defined", "not_met")
    measured = {row["model"]: "".join(sorted("".join(row[group] for group in groups))) for row in noise[1:]}
    assert measured == table.groupby("model")["letter"].agg(lambda letters: "".join(sorted(letters))).to_dict()
    counts = {name: row["patterns"] for name, row in coverage["models"].items()}
    assert counts == table["model"].value_counts().to_dict()
    page = " ".join((DOCS / "howto" / "atlas.md").read_text(encoding="utf-8").split()).replace("−", "-")
    for found in coverage["correlation"].values():
        low, high = found["interval"]
        assert f"{found['rho']:.2f}, with a" in page and f"interval from {low:.2f} to {high:.2f}" in page


def test_the_page_on_chips_has_what_the_benchmark_measured() -> None:
    page = (DOCS / "howto" / "chip.md").read_text(encoding="utf-8")
    found = json.loads(bits_of_patterns.FILE.read_text(encoding="utf-8"))
    for row in bits_of_patterns.table(found):
        assert row in page.splitlines(), "python -m tests.benchmarks.bits_of_patterns table"
    lines = {step: found[f"izhikevich rounded {step}"] for step in bits_of_patterns.STEPS}
    packaged = {step: {bits: marks.count("✓") for bits, marks in line.items()} for step, line in lines.items()}
    new = {bits: marks.count("✓") for bits, marks in bits_of_patterns.searched(found, "izhikevich", "own").items()}
    own, coarse = packaged["own"], packaged["1 ms"]
    for words in (
        f"new sets show {new['8']} patterns with 8 bits, and packaged sets show {own['8']}]",
        f"With 12 bits, {own['12']} of the 20 packaged sets is verified at its own time step",
        f"but a search finds sets for {new['12']} patterns",
        f"With 14 bits at 1 ms, {coarse['14']} packaged sets are verified, instead of {own['14']}",
        f"At 1 ms, {20 - coarse['32']} packaged sets are not verified even with 32 bits",
    ):
        assert words in " ".join(page.split())


def test_the_page_on_atlases_has_the_measured_speed() -> None:
    page = (DOCS / "howto" / "atlas.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| (\d+) \| (\d+), (\d+) \|$", page, re.MULTILINE)
    file = DOCS.parent / "tests" / "benchmarks" / "atlas_speed.json"
    measured = json.loads(file.read_text(encoding="utf-8"))["models"].values()
    assert rows == [(str(row["python"]), *map(str, row["app"])) for row in measured]
    assert {(row["python_cells"], row["app_cells"]) for row in measured} == {(32 * 32, 24 * 24)}


def test_the_glossary_is_in_order() -> None:
    words = list(glossary())
    assert len(words) > 25
    assert words == sorted(words, key=str.lower)


def glossary() -> dict[str, str]:
    """Return the terms of the glossary with their definitions."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    found = re.findall(r"^(\S.*)\n((?:  .+\n)+)", text, re.MULTILINE)
    return {term: " ".join(definition.split()) for term, definition in found}


def test_the_glossary_has_each_gloss_of_the_app() -> None:
    script = Path(pw.__file__).parent / "widgets" / "app" / "src" / "panels" / "terms.ts"
    table = script.read_text(encoding="utf-8").partition("export const TERMS")[2]
    glosses = re.findall(r'tr\(\s*"([^"]+)"', table)[1::2]
    assert len(glosses) > 40
    assert sorted(set(glosses) - set(glossary().values())) == []


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
