"""The data that Python writes for the app have the types that the app reads."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import node
import pytest
from page_parts import data_in

import plausiwidgets as pw
from plausiwidgets.engine.current import Current
from plausiwidgets.patterns.stimuli import given
from plausiwidgets.widgets.app.document import page_text
from plausiwidgets.widgets.handlers.describe import described, outlined
from tests.widgets.app.test_runner import one_pulse

TOOL = node.APP / "tools" / "checkData.mjs"


@pytest.fixture
def errors(tmp_path: Path) -> Callable[..., str]:
    """Return what the compiler prints about data, each with the name of its type."""
    if node.NODE is None or not (node.APP / "node_modules").is_dir():
        pytest.skip("needs Node, and `npm ci` in plausiwidgets/widgets/app")

    def checked(*data: tuple[str, str]) -> str:
        words = []
        for k, (name, text) in enumerate(data):
            path = tmp_path / f"{k}.json"
            path.write_text(text, encoding="utf-8")
            words += [name, str(path)]
        return subprocess.run([node.NODE, str(TOOL), *words], capture_output=True, text=True, timeout=120).stderr

    return checked


def data_of(*arguments: object) -> str:
    return json.dumps(data_in(page_text(*arguments)), ensure_ascii=False)


def test_pages_have_the_types_of_the_app(errors: Callable[..., str]) -> None:
    exercise = pw.teaching.Exercise("Make it burst.", hints=["Try c."], free=["c"])
    hidden = pw.teaching.mystery("adex", "tonic_spiking", 3)
    together = pw.patterns.all_of("rebound_spike", "tonic_bursting")
    pages = {
        "exercise": data_of("izhikevich", "tonic_bursting", {"c": -65.0}, None, exercise),
        "mystery": data_of("adex", hidden.pattern, None, None, hidden),
        "lesson": data_of("izhikevich", None, None, None, None, "lesson"),
        "several": data_of(["lif", "adex"], [together, "tonic_spiking", one_pulse(lambda width: width)]),
    }
    assert errors(*(("PageData", page) for page in pages.values())) == ""


def test_descriptions_of_a_host_have_the_types_of_the_app(errors: Callable[..., str]) -> None:
    model = pw.models.get("lif")
    current = given(Current.values([0.0, 20.0], [0.0, 3.0], lines=True))
    entries = [
        describe(model, pattern, "mine", "own")
        for pattern in (one_pulse(lambda width: width), current, pw.patterns.get("tonic_spiking"))
        for describe in (outlined, lambda *names: described(*names)[0])
    ]
    assert errors(*(("ModelData", json.dumps(entry)) for entry in entries)) == ""


def test_a_misspelled_field_is_found(errors: Callable[..., str]) -> None:
    page = data_of("lif", "tonic_spiking").replace('"letter"', '"leter"')
    assert "'\"leter\"' does not exist in type 'SharedPattern'" in errors(("PageData", page))
