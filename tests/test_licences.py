"""Whatever the package writes, or ships, contains the notices of the software that is in it."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.server.site import write

SOFTWARE = {
    "plausiwidgets": "Copyright (c) 2026 The plausiwidgets developers",
    "preact": "Copyright (c) 2015-present Jason Miller",
    "@preact/signals": "Copyright (c) 2022-present Preact Team",
    "@preact/signals-core": "Copyright (c) 2022-present Preact Team",
}
"""The software under the MIT License, with the copyright lines that must be kept."""

TERMS = "Permission is hereby granted, free of charge, to any person obtaining a copy"
SOBOL = "Copyright (c) 2008, Frances Y. Kuo and Stephen Joe"
SOBOL_TERMS = "Neither the names of the copyright holders nor the names of the"


def page(folder: Path) -> str:
    return pw.export_page("lif", "tonic_spiking", path=folder / "lif.html").read_text(encoding="utf-8")


def exercise(folder: Path) -> str:
    task = pw.teaching.Exercise("Make it fire.")
    path = pw.export_page("lif", "tonic_spiking", {"amplitude": 5.0}, path=folder / "task.html", exercise=task)
    return path.read_text(encoding="utf-8")


def figure(folder: Path) -> str:
    return pw.export_widget("lif", "tonic_spiking", path=folder / "lif.mjs").read_text(encoding="utf-8")


def notebook(folder: Path) -> str:
    explorer = pw.Explorer("lif", "tonic_spiking")
    explorer.close()
    return explorer._script


def frame(folder: Path) -> str:
    return pw.Page("lif", "tonic_spiking").page


def site(folder: Path) -> str:
    write(folder)
    [script] = (folder / "static").glob("app.*.js")
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "write_artefact", [page, exercise, figure, notebook, frame, site], ids=lambda one: one.__name__
)
def test_each_artefact_contains_the_notices_in_readable_form(
    write_artefact: Callable[[Path], str], tmp_path: Path
) -> None:
    text = write_artefact(tmp_path)
    for name, copyright_line in SOFTWARE.items():
        assert copyright_line in text, name
    for sentence in (TERMS, SOBOL, SOBOL_TERMS):
        assert text.count(sentence) == 1, sentence


def test_the_project_names_the_licences_and_the_files_with_the_notices(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT AND BSD-3-Clause"
    texts = "".join((root / name).read_text(encoding="utf-8") for name in project["license-files"])
    for sentence in (*SOFTWARE.values(), TERMS, SOBOL, SOBOL_TERMS):
        assert sentence in texts
