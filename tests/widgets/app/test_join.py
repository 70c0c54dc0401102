"""Modules joined into one text."""

import re
from pathlib import Path

import pytest

from plausiwidgets.widgets.app import join
from plausiwidgets.widgets.app.contents import script

APP = Path(join.__file__).parent
ENTRIES = {"site.js"}  # that of a folder for a web host; the others are imported as well


def joined_of(monkeypatch: pytest.MonkeyPatch, modules: dict[str, str], entry: str) -> str:
    monkeypatch.setattr(join, "_read", modules.__getitem__)
    return join.joined.__wrapped__(entry)


def test_each_module_comes_after_what_it_imports_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {
        "a/main.js": 'import { b } from "./b.js";\nimport { c as d } from "../c.js";\nexport const e = b + d;\n',
        "a/b.js": 'import { c } from "../c.js";\nexport function b() {\n  return c;\n}\n',
        "c.js": "const x = 1;\nexport { x as c };\n",
    }
    text = joined_of(monkeypatch, modules, "a/main.js")
    places = [text.index(f'modules["{path}"] =') for path in ("c.js", "a/b.js", "a/main.js")]
    assert places == sorted(places)
    assert text.count('modules["c.js"] =') == 1
    assert 'const { c: d } = modules["c.js"];' in text


def test_a_circle_of_imports_is_refused_with_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match=r"a\.js → b\.js → a\.js"):
        joined_of(monkeypatch, modules, "a.js")


@pytest.mark.parametrize("form", ["export default 1;", 'import * as all from "./b.js";', 'import "./b.js";'])
def test_a_form_of_import_or_export_that_is_not_joined_is_refused(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    with pytest.raises(ValueError, match="cannot be joined"):
        joined_of(monkeypatch, {"a.js": f"{form}\n"}, "a.js")


def test_the_script_has_the_neurons_that_were_asked_for_and_those_of_their_examples() -> None:
    text = script(["adex"], "")
    assert '"adex": (() =>' in text
    assert '"izhikevich_2004": (() =>' in text
    assert '"hodgkin_huxley": (() =>' not in text


def test_a_comment_within_a_line_takes_no_code_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {"a.js": "f(\n  /** @type {any} */ x,\n);\n/** A text. */\nexport const y = 1; /** z */\n"}
    assert "x,\n);" in joined_of(monkeypatch, modules, "a.js")


def test_each_module_of_the_app_is_imported_by_another() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in APP.glob("*.js")}
    imported = {name for text in texts.values() for name in re.findall(r'from "\./([\w.-]+)"', text)}
    assert sorted(texts.keys() - imported - ENTRIES) == [], "a tool is an entry of TOOLS in tools.js, which imports it"
