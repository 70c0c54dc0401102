"""What docs/generate.py and docs/versions.py write; and, where ``PLAUSIWIDGETS_SITE`` names a built site, its links."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from inspect import ismodule
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from paths import DOCS

import plausiwidgets as pw
from plausiwidgets.patterns.packaged import packaged_rows
from tests.docs.test_docs import PAGES

SITE = Path(os.environ.get("PLAUSIWIDGETS_SITE", "")) if os.environ.get("PLAUSIWIDGETS_SITE") else None
CODE = re.compile(r"^ *(`{3,}).*?^ *\1$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
built = pytest.mark.skipif(SITE is None, reason="PLAUSIWIDGETS_SITE names no built site")


@pytest.fixture(scope="module")
def scripts() -> Iterator[tuple[ModuleType, ModuleType]]:
    """The modules `generate` and `versions` of the site."""
    sys.path.insert(0, str(DOCS))
    import generate
    import versions

    yield generate, versions
    sys.path.remove(str(DOCS))


# ------------------------------------------------------------------ what is generated


@pytest.mark.parametrize("key", ["phasic_spiking", "rebound_burst"])
def test_a_page_answers_what_a_student_asks_and_has_a_case_of_each_criterion(scripts, key: str) -> None:
    generate = scripts[0]
    model, pattern = pw.models.get(generate.REFERENCE), pw.patterns.get(key)
    preset = next(preset for preset in model.presets if preset.pattern == key)
    found = generate.cases(model, pattern)
    page = generate.pattern_page(pattern, [model])
    for criterion, case in found.items():
        verdict = pw.judge(model, pattern, dict(preset.parameters) | case.move, dt=preset.dt, verify=False)
        missed = [check for check in verdict.criteria if not check.passed]
        assert criterion in [check.key for check in missed]
        assert [check.title for check in missed] == list(case.missed)
        assert all(f"{name}={value:g}" in page for name, value in case.move.items())
    assert len(found) > len(pattern.criteria) / 2
    assert min(case.others for case in found.values()) == 0
    asked = re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", page)
    assert [question for question, _ in asked] == ["What do I look for?", "What do I drag?", "What is it good for?"]
    assert page.index("</dl>") < page.index("<iframe")
    [(name, begin)] = re.findall(r"Here, <a [^>]+><b>(\w+)</b> from (\S+) to", asked[1][1])
    assert begin == generate.number(preset.parameters[name])
    said = re.findall(r"<i>([^<]+)</i>", asked[1][1])
    assert (name, said) in [(*case.move, [*case.missed]) for case in found.values() if len(case.move) == 1]


def test_what_holds_but_not_robustly_says_in_what_it_does_not(scripts) -> None:
    table = pw.assessment.packaged_table()
    first = table[table["status"] == "fragile"].iloc[0]
    model, pattern = pw.models.get(first["model"]), pw.patterns.get(first["pattern"])
    row = packaged_rows(model)[pattern.key]
    reason = scripts[0].reason(model, pattern)
    assert reason.endswith(f": the best set fails a verification test ({row['failed_test']})")
    assert "not met" not in reason


def test_the_page_of_a_neuron_names_its_verified_sets_with_an_unusual_trace(scripts) -> None:
    generate, table = scripts[0], pw.assessment.packaged_table()
    verified = set(table[table["status"] == "replicated"][["model", "letter"]].itertuples(index=False, name=None))
    notes = generate.unusual_traces()
    assert notes and set(notes) <= verified
    for (name, letter), words in notes.items():
        (key,) = [key for key in pw.patterns.names() if pw.patterns.get(key).letter == letter]
        assert generate.reason(pw.models.get(name), pw.patterns.get(key)).endswith(f". Unusual trace: {words}")
    assert "Unusual trace" not in generate.reason(pw.models.get("izhikevich"), pw.patterns.get("tonic_spiking"))


def test_the_gallery_has_each_verified_set_of_the_table_as_a_picture_that_opens_it(scripts) -> None:
    models = [pw.models.get(name) for name in ("lif", "qif")]
    patterns = [pw.patterns.get(key) for key in ("tonic_spiking", "integrator")]
    page = scripts[0].found_page(models, patterns)
    links = re.findall(r'href="\.\./live/neuron-(\w+)\.html#pattern=(\w+)&amp;dt=[^"]+">\1<svg', page)
    shown = [(m.key, p.key) for p in patterns for m in models if scripts[0].status(m, p) == "replicated"]
    assert links == shown and len(shown) == 4
    assert "The 4 verified sets" in page and len(re.findall(r'<polyline class="v" points="\S+ \S+', page)) == 4


def test_the_page_of_a_neuron_has_its_equations_units_bounds_sources_and_what_was_found(scripts) -> None:
    model = pw.models.get("adex")
    page = scripts[0].neuron_page(model, [pw.patterns.get(key) for key in pw.patterns.names()])
    for name, parameter in model.parameters.items():
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert parameter.unit in row and scripts[0].number(parameter.high) in row
    assert "## Equations" in page and "operations" in page and "](<https://doi.org/10.1152/jn.00686.2005>)" in page
    assert len(re.findall(r"\]\(\.\./patterns/\w+\.md\)", page)) == len(pw.patterns.names())
    assert "neuron-adex.html" in page


def public_names() -> list[str]:
    """Return every public name that can be called or raised, with its package."""
    packages = {"": pw} | {f"{name}.": getattr(pw, name) for name in pw.__all__ if ismodule(getattr(pw, name))}
    return [
        prefix + name
        for prefix, home in packages.items()
        for name in home.__all__
        if callable(getattr(home, name)) and (home is pw or name not in pw.__all__)
    ]


def test_the_reference_lists_every_public_name_once_by_task(scripts, tmp_path: Path) -> None:
    (tmp_path / "models_of_an_earlier_version.rst").write_text("", encoding="utf-8")
    scripts[0].reference(tmp_path)
    entries = re.compile(r"^   ([a-z]\w*\.\w+|[A-Za-z]\w*)$", re.MULTILINE)
    index = entries.findall((tmp_path / "index.md").read_text("utf-8"))
    assert sorted(index) == sorted(public_names())
    assert [page.stem for page in sorted(tmp_path.glob("*.rst"))] == sorted(scripts[0].TASKS)
    pages = [(tmp_path / f"{key}.rst").read_text("utf-8") for key in scripts[0].TASKS]
    assert [name for page in pages for name in entries.findall(page.partition("\nColumns")[0])] == index


def test_the_entry_of_a_public_name_lists_the_guides_that_use_it_most(scripts) -> None:
    import guides

    guides.texts.cache_clear()
    pages = guides.using("judge")
    counts = [guides.texts()[page].count("pw.judge") for page in pages]
    assert len(pages) > 3 and counts == sorted(counts, reverse=True) and counts[-1] > 0
    lines: list[str] = []
    guides.add(None, "function", "plausiwidgets.analysis.atlas", None, None, lines)
    guides.add(None, "method", "plausiwidgets.judge", None, None, lines)
    assert [line for line in lines if line.startswith("- ")] == ["- :doc:`/howto/atlas`"]


def test_the_list_of_patterns_has_a_picture_of_each_with_a_spike_in_the_order_of_the_letters(scripts) -> None:
    generate = scripts[0]
    patterns = [pw.patterns.get(key) for key in pw.patterns.names()[:20]]
    page = generate.patterns_index(patterns)
    cards = re.findall(
        r'<a href="(\w+)\.html"><span><b>(\w)</b> [^<]+</span><svg [^>]*aria-label="([^"]+)">(.*?)</svg>', page
    )
    assert "".join(letter for _, letter, _, _ in cards) == "ABCDEFGHIJKLMNOPQRST"
    for (key, _, words, drawing), pattern in zip(cards, patterns, strict=True):
        assert key == pattern.key and escape(pattern.title) in words
        [points] = re.findall(r'class="v" points="([^"]+)"', drawing)
        heights = [float(point.partition(",")[2]) for point in points.split()]
        # The top of a spike is far above most of the trace.
        assert sorted(heights)[len(heights) // 2] - min(heights) > 30, key


def test_a_notebook_that_was_executed_has_no_states_of_widgets(scripts, tmp_path: Path, monkeypatch) -> None:
    state = {"application/vnd.jupyter.widget-state+json": {"state": {"a": {}}}}
    executed = new_notebook(cells=[new_markdown_cell("# A title")], metadata={"widgets": state})
    nbformat.write(executed, tmp_path / "executed.ipynb")
    monkeypatch.setenv("PLAUSIWIDGETS_NOTEBOOKS", str(tmp_path))
    (tmp_path / "docs" / "_live" / "live").mkdir(parents=True)
    scripts[0].notebooks(tmp_path / "docs")
    for folder in ("notebooks", "_live/live"):
        written = nbformat.read(tmp_path / "docs" / folder / "executed.ipynb", as_version=4)
        assert written.cells[0].source == "# A title" and "widgets" not in written.metadata


def test_a_notebook_has_a_link_to_its_file_below_its_title(scripts, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "_live" / "live").mkdir(parents=True)
    shutil.copytree(DOCS.parent / "notebooks", tmp_path / "notebooks")
    scripts[0].notebooks(docs)
    pages = sorted((docs / "notebooks").glob("*.ipynb"))
    assert len(pages) == 4
    for page in pages:
        title, link, *_ = json.loads(page.read_text("utf-8"))["cells"]
        assert "".join(title["source"]).startswith("# ")
        [file] = re.findall(r'href="\.\./([^"]+)" download', link["source"])
        assert (docs / "_live" / file).read_text("utf-8") == (tmp_path / "notebooks" / page.name).read_text("utf-8")


# ------------------------------------------------------------------ links


def test_links_to_files_of_the_repository_lead_to_pages_of_the_site(scripts) -> None:
    import links

    text = (
        "[a](../../notebooks/own_neuron.ipynb) [b](../../plausiwidgets/models/library) [c](../faq.md) "
        "[home](../../README.md)"
    )
    shown = links.on_site(text, "howto/a", "")
    assert shown == "[a](../notebooks/own_neuron.ipynb) [b](../neurons/index.md) [c](../faq.md) home"
    assert links.on_site(text, "howto/a", "https://example.org/a").endswith("[home](https://example.org/a)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_to_headings_of_the_repository_and_to_pages_of_the_site(scripts, page: Path) -> None:
    import links

    text = re.sub("`[^`\n]+`", "", CODE.sub("", page.read_text(encoding="utf-8")))
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        assert ":" in link or not anchor or anchor in anchors((page.parent / path).resolve() if path else page), link
    generated = {DOCS / name for name in links.SHOWN.values()}
    generated |= {DOCS / "notebooks" / path.name for path in (DOCS.parent / "notebooks").glob("*.ipynb")}
    docname = page.relative_to(DOCS).with_suffix("").as_posix()
    for link in LINK.findall(links.on_site(text, docname, "https://example.org/a")):
        path = link.partition("#")[0]
        target = (page.parent / path).resolve()
        assert ":" in link or not path or target in generated or (target.is_file() and DOCS in target.parents), link


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as a forge and MyST name them."""
    heads = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head).lower() for head in heads]
    return {re.sub(r"[^\w\- ]", "", head).strip().replace(" ", "-") for head in plain}


# ------------------------------------------------------------------ versions


def mini(folder: Path, version: str, pages: list[str]) -> Path:
    """Write the smallest site with the version switcher, as Sphinx would."""
    template = (DOCS / "_templates" / "versions.html").read_text(encoding="utf-8")
    for page in pages:
        up = "../" * page.count("/") or "./"
        nav = template.replace("{{ version }}", version).replace("{{ pagename }}", page.removesuffix(".html"))
        path = folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'<!doctype html><html lang="en" data-content_root="{up}"><meta charset="utf-8"><title>{version}</title>'
            f'<script src="{up}_static/versions.js"></script><script src="{up}_static/switcher.js"></script>'
            f"<h1>{version} {page}</h1>{nav}</html>",
            encoding="utf-8",
        )
    static = folder / "_static"
    static.mkdir(exist_ok=True)
    for name in ("versions.js", "switcher.js"):
        (static / name).write_text((DOCS / "_static" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (static / "documentation_options.js").write_text(f"const DOCUMENTATION_OPTIONS = {{\n    VERSION: '{version}.7',\n")
    return folder


def test_versions_stand_beside_each_other_and_the_newest_is_first(scripts, tmp_path: Path) -> None:
    versions, site = scripts[1], tmp_path / "site"
    for version in ("0.10", "0.2"):
        assert versions.add(mini(tmp_path / version, version, ["index.html", "a/b.html"]), site) == version
    assert 'url=0.10/index.html"' in (site / "index.html").read_text()
    for version in ("0.10", "0.2"):
        told = (site / version / "_static" / "versions.js").read_text()
        assert told.index('"0.10"') < told.index('"0.2"') and told.count('"a/b.html"') == 2
    (site / "0.2" / "old.html").write_text("")
    versions.add(tmp_path / "0.2", site)  # a second build of a version takes the place of the first
    assert not (site / "0.2" / "old.html").exists()
    with pytest.raises(ValueError, match="must be a built site"):
        versions.add(tmp_path, site)


# ------------------------------------------------------------------ the built site


class Page(HTMLParser):
    """The addresses that a page leads to, and the names in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in ("href", "src") and value and tag != "use":
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.names.add(value)


@built
def test_every_link_of_the_site_resolves() -> None:
    pages = {path: Page(path) for path in SITE.rglob("*.html") if "_static" not in path.parts}
    assert len(pages) > 150
    broken, foreign = [], set()
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                foreign.add(parts.scheme)
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            is_script = "=" in anchor or "live" in target.parts  # what the page itself reads
            if "live" in target.parts and not any((SITE / "live").glob("*.html")):  # built without the live figures
                continue
            if not target.is_file():
                broken.append(f"{path.relative_to(SITE)}: {link}")
            elif anchor and target in pages and not is_script and anchor not in pages[target].names:
                broken.append(f"{path.relative_to(SITE)}: {link} (no such anchor)")
    assert broken == []
    assert foreign <= {"https", "data"}


@built
def test_every_page_of_the_site_says_its_version() -> None:
    for path in SITE.rglob("*.html"):
        if not {"_static", "live"} & set(path.relative_to(SITE).parts):
            assert f"plausiwidgets {pw.__version__}" in path.read_text(encoding="utf-8"), path


@built
def test_no_page_of_the_site_asks_another_host() -> None:
    asked = re.compile(r"""<(?:script|img|iframe|link)[^>]*?(?:src|href)=["'](?:https?:)?//[^"']+""")
    found = {
        path.relative_to(SITE).as_posix(): asked.findall(path.read_text(encoding="utf-8"))
        for path in SITE.rglob("*.html")
    }
    assert {name: links for name, links in found.items() if links} == {}
