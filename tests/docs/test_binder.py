"""Binder's folder agrees with pyproject.toml, and repo2docker accepts it.

``python tests/docs/test_binder.py`` writes the versions of its own environment into binder/requirements.txt.
"""

import os
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"
PINNED = r"^([\w.-]+)==(\S+)$"


def pins() -> dict[str, Version]:
    """Name → version of each package that Binder installs before the package itself."""
    text = (BINDER / "requirements.txt").read_text(encoding="utf-8")
    return {canonicalize_name(name): Version(version) for name, version in re.findall(PINNED, text, re.MULTILINE)}


def needed() -> list[Requirement]:
    """Return what the package and its build need; Binder's image comes with JupyterLab."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(text) for text in project["project"]["dependencies"] + project["build-system"]["requires"]]


def test_each_dependency_has_one_version_within_the_range_of_pyproject() -> None:
    found, wanted = pins(), needed()
    assert set(found) == {canonicalize_name(one.name) for one in wanted}
    assert [f"{one}, got {found[one.name]}" for one in wanted if found[one.name] not in one.specifier] == []
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not re.match(PINNED, line)] == []


def test_python_is_a_version_that_the_package_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [version] = re.fullmatch(r"python-(3\.\d+)\n", (BINDER / "runtime.txt").read_text(encoding="utf-8")).groups()
    assert f"Programming Language :: Python :: {version}" in project["classifiers"]


@pytest.mark.skipif(sys.platform == "win32", reason="no executable bits")
def test_the_scripts_are_executable_and_strict() -> None:
    for name in ("postBuild", "start"):
        script = BINDER / name
        assert os.access(script, os.X_OK)
        assert "\nset -euo pipefail\n" in script.read_text()
    assert (BINDER / "start").read_text().endswith('exec "$@"\n')
    assert "'.[lab]'" in (BINDER / "postBuild").read_text()


def test_repo2docker_recognizes_the_folder_and_renders_its_build(monkeypatch) -> None:
    application = pytest.importorskip("repo2docker.app").Repo2Docker()
    monkeypatch.chdir(ROOT)
    packs = (pack(application.base_image) for pack in application.buildpacks)
    pack = next(pack for pack in packs if pack.detect())
    assert type(pack).__name__ == "PythonBuildPack"
    assert f"python-{pack.python_version}" == (BINDER / "runtime.txt").read_text(encoding="utf-8").strip()
    pack.platform = "linux/amd64"
    dockerfile = pack.render(build_args={"NB_USER": "user", "NB_UID": "1000"})
    requirements = dockerfile.index('pip install --no-cache-dir -r "binder/requirements.txt"')
    assert requirements < dockerfile.index("RUN ./binder/postBuild")
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile


if __name__ == "__main__":
    file = BINDER / "requirements.txt"
    old = file.read_text(encoding="utf-8")
    file.write_text(re.sub(PINNED, lambda f: f"{f[1]}=={metadata.version(f[1])}", old, flags=re.M), encoding="utf-8")
