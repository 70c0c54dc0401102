"""Binder's folder agrees with pyproject.toml, and repo2docker takes it."""

import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

CONDA_NAMES = {"torch": "pytorch-cpu"}


def requirement(text: str) -> tuple[str, str]:
    """A requirement's name and its version range: `numpy>=1.26  # why` gives ("numpy", ">=1.26")."""
    name, versions = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*([^#;]*?)\s*(?:[#;].*)?", text.strip()).groups()
    return name.lower(), versions


def environment(root: Path) -> dict[str, str]:
    """Name → version range of all that Binder's environment lists, by conda or by pip."""
    text = (root / "binder" / "environment.yml").read_text()
    entries = re.findall(r"^ +- +([^\s:][^:\n]*)$", text, flags=re.MULTILINE)
    return dict(requirement(entry) for entry in entries)


def test_the_image_has_every_dependency_in_the_range_of_pyproject(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]  # so that every notebook runs
    wanted = dict(map(requirement, [*project["dependencies"], *extras["torch"], *extras["lab"]]))
    found = environment(root)
    assert {name: found.get(CONDA_NAMES.get(name, name)) for name in wanted} == wanted


def test_the_image_has_python_3_12_and_no_other_torch(root: Path) -> None:
    found = environment(root)
    assert found["python"] == "=3.12"
    assert "torch" not in found


@pytest.mark.skipif(sys.platform == "win32", reason="no executable bits")
def test_the_scripts_are_executable_and_strict(root: Path) -> None:
    for name in ("postBuild", "start"):
        script = root / "binder" / name
        assert os.access(script, os.X_OK)
        assert "\nset -euo pipefail\n" in script.read_text()
    assert (root / "binder" / "start").read_text().endswith('exec "$@"\n')


def test_repo2docker_recognizes_the_folder_and_renders_its_build(root: Path, monkeypatch) -> None:
    application = pytest.importorskip("repo2docker.app").Repo2Docker()
    monkeypatch.chdir(root)
    packs = (pack(application.base_image) for pack in application.buildpacks)
    pack = next(pack for pack in packs if pack.detect())
    assert type(pack).__name__ == "CondaBuildPack"
    assert pack.python_version == "3.12"
    pack.platform = "linux/amd64"
    dockerfile = pack.render(build_args={"NB_USER": "user", "NB_UID": "1000"})
    assert '--file "binder/environment.yml"' in dockerfile
    assert "RUN ./binder/postBuild" in dockerfile
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile
