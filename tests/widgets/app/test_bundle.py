"""The committed bundle of the app and the scripts that Python makes of it."""

import json
import re
import subprocess

import node
import pytest

from plausiwidgets.simulation.javascript.module import runtime, runtime_names
from plausiwidgets.widgets.app.contents import script
from tests.test_texts import in_script, scripts

STATIC = node.APP / "static"


def test_the_bundle_is_what_the_sources_give() -> None:
    if node.NODE is None or not (node.APP / "node_modules").is_dir():
        pytest.skip("needs Node, and `npm ci` in plausiwidgets/widgets/app")
    done = subprocess.run([node.NODE, "tools/build.mjs", "--check"], cwd=node.APP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_bundle_carries_the_licences_of_its_libraries() -> None:
    banner = (STATIC / "app.js").read_text(encoding="utf-8").partition("*/")[0]
    versions = json.loads((node.APP / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert f"\npreact {versions['preact']}\n" in banner
    assert "Copyright (c) 2015-present Jason Miller" in banner
    assert "copies of the Software, and to permit persons" in banner


def test_no_line_of_the_bundle_leads_to_a_source_map() -> None:
    assert "sourceMappingURL" not in (STATIC / "app.js").read_text(encoding="utf-8")


def test_each_text_is_in_the_bundle_as_python_searches_it() -> None:
    bundle = (STATIC / "app.js").read_text(encoding="utf-8")
    texts = {text for path in scripts() for text in in_script(path)}
    assert len(texts) > 300
    assert sorted(text for text in texts if json.dumps(text, ensure_ascii=False) not in bundle) == []


def test_the_script_has_the_requested_neurons_and_those_of_their_targets() -> None:
    text = script(["adex"], "")
    assert '"adex": (() =>' in text
    assert '"izhikevich_2004": (() =>' in text
    assert '"hodgkin_huxley": (() =>' not in text


def test_neurons_receive_each_function_of_the_runtime_by_its_name() -> None:
    [names] = re.findall(r"plausiwidgets\.addNeurons\(\(\{ (.*?) \}\) =>", script(["lif"], ""))
    assert tuple(names.split(", ")) == runtime_names()
    assert all(f"function {name}(" in runtime() for name in runtime_names())
    assert len(runtime_names()) == runtime().count("\nfunction ")
