"""The committed bundles of the app and the scripts that Python makes of them."""

import json
import re
import subprocess
from typing import Literal

import node
import pytest

from plausiwidgets.engine.javascript.module import runtime, runtime_names
from plausiwidgets.widgets.catalogue.contents import script
from tests.test_texts import in_script, scripts

STATIC = node.APP / "static"
BUNDLES = ["app", "file", "exercise"]  # of an app with a host, of a page in one file, and of an exercise in one file
OF_EXERCISES = [
    "classroom/classAnswers.ts",
    "classroom/classPage.tsx",
    "classroom/classPlane.tsx",
    "classroom/codes.ts",
]
OF_HOSTS = [
    "classroom/race.tsx",
    "figure/plotly.ts",
    "figure/plotlyScript.ts",
    "figure/staticImage.ts",
    "hosts/server.ts",
    "notebook.ts",
    "site.ts",
    "tools/assess.tsx",
    "tools/exports.tsx",
    "tools/onset.tsx",
    "tools/reading.ts",
    "tools/recorded.tsx",
    "tools/recording.tsx",
    "tools/recordingSweeps.ts",
    "tools/repertoire.tsx",
    "tools/requestedPhasePlane.tsx",
    "tools/samples.tsx",
    "tools/stimulus.tsx",
]


def bundle(name: str) -> str:
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def test_the_bundles_are_what_the_sources_give() -> None:
    if node.NODE is None or not (node.APP / "node_modules").is_dir():
        pytest.skip("needs Node, and `npm ci` in plausiwidgets/widgets/app")
    done = subprocess.run([node.NODE, "tools/build.mjs", "--check"], cwd=node.APP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_carries_the_licences_of_its_libraries(name: str) -> None:
    banner = bundle(name).partition("*/")[0]
    versions = json.loads((node.APP / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert f"\npreact {versions['preact']}\nCopyright (c) 2015-present Jason Miller\n" in banner
    assert f"\n@preact/signals {versions['@preact/signals']}, @preact/signals-core " in banner
    assert "copies of the Software, and to permit persons" in banner


@pytest.mark.parametrize("name", BUNDLES)
def test_no_line_of_a_bundle_leads_to_a_source_map(name: str) -> None:
    assert "sourceMappingURL" not in bundle(name)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def test_each_text_is_in_the_bundle_as_python_searches_it() -> None:
    texts = {text for path in scripts() for text in in_script(path)}
    assert len(texts) > 300
    assert sorted(text for text in texts if quoted(text) not in bundle("app")) == [], "run npm run build"


def test_a_page_in_one_file_has_the_titles_of_the_tools_that_it_lacks_and_none_of_their_other_texts() -> None:
    texts = {path.relative_to(node.APP / "src").as_posix(): in_script(path) for path in scripts()}
    assert set(OF_HOSTS) <= set(texts)
    absent = OF_HOSTS + OF_EXERCISES
    others = {text for path, found in texts.items() if path not in absent for text in found}
    own = {text for path in absent for text in texts[path]} - others
    assert len(own) > 120
    sentences = {text for text in own if " " in text}  # one word can be a name in a script
    assert sorted(text for text in sentences if quoted(text) in bundle("file")) == []
    lacking = ["Sample solutions", "Onset of firing", "Stimulus", "Recording", "Mystery"]
    for text in [*lacking, "A notebook with Python also provides: {tools}."]:
        assert quoted(text) in bundle("file")


def test_the_bundle_of_a_page_in_one_file_is_smaller() -> None:
    assert "newPlot" in bundle("app") and "newPlot" not in bundle("file")
    assert "WebSocket" in bundle("app") and "WebSocket" not in bundle("file")
    assert len(bundle("file")) < 0.8 * len(bundle("app"))


def test_the_script_has_the_requested_neurons_and_those_of_their_targets() -> None:
    text = script(["adex"], "")
    assert '"adex": (() =>' in text
    assert '"izhikevich_2004": (() =>' in text
    assert '"hodgkin_huxley": (() =>' not in text


@pytest.mark.parametrize("name", BUNDLES)
def test_neurons_receive_each_function_of_the_runtime_by_its_name(name: Literal["app", "file", "exercise"]) -> None:
    [names] = re.findall(r"plausiwidgets\.addNeurons\(\(\{ (.*?) \}\) =>", script(["lif"], "", bundle=name))
    assert tuple(names.split(", ")) == runtime_names()
    assert all(f"function {name}(" in runtime() for name in runtime_names())
