"""The wheel is complete, and no file is tied to a machine."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

PACKAGE = "plausiwidgets"

# Hosts that an address in the files may point to: papers, sources, and the services that the README offers.
HOSTS = {
    "127.0.0.1",
    "arxiv.org",
    "brian2.readthedocs.io",
    "facebookresearch.github.io",
    "hub.mybinder.org",
    "mpi4py.readthedocs.io",
    "neo.readthedocs.io",
    "anywidget.dev",
    "doi.org",
    "download.pytorch.org",
    "github.com",
    "mybinder.org",
    "www.apache.org",
    "www.izhikevich.org",
    "localhost",
    "neuroir.org",
    "norse.github.io",
    "www.w3.org",
    "jobqueue.dask.org",
    "loky.readthedocs.io",
    "marimo.io",
}


def files(root: Path) -> list[Path]:
    """The files under version control or, without git, all that are no product of a run."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if listing.returncode == 0 and listing.stdout:
        found = [root / name for name in listing.stdout.split("\0") if name]
    else:
        found = [path for path in root.rglob("*") if not re.search(r"/[._]", path.relative_to(root).as_posix())]
    return [path for path in found if path.is_file()]


# ------------------------------------------------------------------ wheel


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=root,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package_and_the_notebooks(wheel: Path, root: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {path.relative_to(root).as_posix() for path in files(root) if path.is_relative_to(root / PACKAGE)}
    app = f"{PACKAGE}/widgets/app/"
    sources = {name for name in wanted if re.match(rf"{app}(src|test|tools)/|{app}[\w.-]+\.json$|{app}\.npmrc$", name)}
    assert f"{app}src/main.ts" in sources
    assert {name for name in inside if name.startswith(app) and not name.endswith(".py")} == {
        name for name in wanted - sources if name.startswith(app) and not name.endswith(".py")
    }
    assert {
        f"{app}static/{name}" for name in ("app.js", "file.js", "exercise.js", "loader.js", "module.js", "app.css")
    } <= inside
    wanted -= sources
    wanted |= {f"{PACKAGE}/_notebooks/{path.name}" for path in files(root) if path.parent == root / "notebooks"}
    assert wanted - inside == set()
    assert f"{PACKAGE}/_notebooks/explore.ipynb" in inside
    assert f"{PACKAGE}/py.typed" in inside
    [metadata] = [name for name in inside if name.endswith(".dist-info/METADATA")]
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    assert "\nLicense-Expression: MIT AND BSD-3-Clause\n" in text
    licences = re.findall(r"^License-File: (.+)$", text, re.MULTILINE)
    assert len(licences) == 3
    assert {metadata.replace("METADATA", f"licenses/{name}") for name in licences} <= inside
    # By which a Jupyter Server finds the app.
    assert any(name.endswith("data/etc/jupyter/jupyter_server_config.d/plausiwidgets.json") for name in inside)
    assert not any(name.startswith(("tests/", "notebooks/")) for name in inside)


def test_the_package_is_imported_from_a_zip(wheel: Path, tmp_path: Path) -> None:
    script = "import plausiwidgets as pw; print(pw.__file__, pw.models.get('lif').key, *pw.teaching.__all__)"
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.startswith(f"{wheel}{os.sep}") and " lif " in answer.stdout and "Exercise" in answer.stdout


def test_the_installed_package_finds_its_notebook_and_data(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "import json, sys, plausiwidgets, plausiwidgets.cli.explore as app;"
        "from pathlib import Path;"
        "copy = app.working_copy(Path('work'));"
        "json.dump([plausiwidgets.__file__, copy.read_text()], sys.stdout)"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    source, notebook = json.loads(answer.stdout)
    assert Path(source).is_relative_to(tmp_path / "site")
    assert json.loads(notebook)["nbformat"] == 4


def test_the_readme_of_an_index_has_no_link_to_a_file_that_is_not_there(wheel: Path, root: Path) -> None:
    relative = re.compile(r"\]\((?![a-z]+:|#)[^)]+\)")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        _, _, shown = archive.read(name).decode().partition("\n\n")
    assert relative.search((root / "README.md").read_text(encoding="utf-8"))
    assert relative.findall(shown) == []
    assert "## Use it in Python" in shown and "https://doi.org/" in shown


# ------------------------------------------------------------------ what files hold


def text_files(root: Path) -> Iterator[tuple[str, str]]:
    for path in files(root):
        try:
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture


def test_no_file_names_a_path_of_somebodys_machine(root: Path) -> None:
    path = re.compile(r"(?<![\w.~-])/(?:root|home|Users|work|opt|mnt)/[\w.-]+|[A-Z]:\\\\?Users")
    found = {name: path.findall(text) for name, text in text_files(root)}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_addresses_point_to_known_hosts(root: Path) -> None:
    address = re.compile(r"https?://(?!(?:\w+@)?(?:[\w*-]+\.)*example\.org\b)([\w.-]+)")
    found = {name: {host for host in address.findall(text) if host not in HOSTS} for name, text in text_files(root)}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_notebooks_are_committed_with_small_outputs_of_their_own_code_and_no_widget_state(root: Path) -> None:
    for path in files(root):
        if path.suffix != ".ipynb":
            continue
        text = path.read_text(encoding="utf-8")
        notebook = json.loads(text)
        assert "widgets" not in notebook["metadata"], path
        assert len(text) <= 400_000, path
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for cell in code:
            assert cell.get("execution_count") is None, path
            kinds = {kind for output in cell["outputs"] for kind in output.get("data", {})}
            assert kinds <= {"text/html", "text/plain", "image/png", "image/svg+xml"}, path
            digest = sha256("".join(cell["source"]).encode()).hexdigest()[:16]
            assert not cell["outputs"] or cell["metadata"]["made_of"] == digest, "python docs/pictures.py notebooks"
        assert path.stem == "explore" or any(cell["outputs"] for cell in code), path
