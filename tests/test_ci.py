"""The script of all checks, with tools that only record how they are called: what it runs, and what it skips."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

SCRIPTS = ROOT / ".ci"
pytestmark = [
    pytest.mark.skipif(not SCRIPTS.is_dir(), reason="a source distribution has no CI"),
    pytest.mark.skipif(sys.platform == "win32", reason="the script is for Linux"),
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
]

TOOL = """#!/bin/sh
echo "$0 $*" >>"$CALLS"
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    for name in pip python ruff mypy jupyter-nbconvert sphinx-build; do cp "$0" "$3/bin/$name"; done
fi
[ "$0 $2" != "$FAILING" ]
"""
"""Any program that the script calls; as Python it also makes virtual environments of itself."""
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} | {
    f"GIT_{who}_{what}": "tests@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
EVERYTHING = {".venv-test", ".venv-oldest", ".venv-libraries"}


class Project:
    """A repository with the script of this one, without the package and its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls, tools = folder / "project", folder / "calls", folder / "tools"
        tools.mkdir()
        for name in ("python3", "python3.11", "npm", "chromium"):
            (tools / name).write_text(TOOL)
            (tools / name).chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        self.environment = kept | GIT | {"PATH": path, "CALLS": str(self.calls), "FAILING": ""}
        shutil.copytree(SCRIPTS, self.folder / ".ci", ignore=shutil.ignore_patterns("full"))
        shutil.copy(ROOT / "README.md", self.folder)
        shutil.copy(ROOT / ".gitignore", self.folder)
        (self.folder / "plausiwidgets" / "widgets" / "app").mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.commit("plausiwidgets/widgets/app/package.json")

    @property
    def record(self) -> Path:
        """The file that names the last commit that passed every check."""
        return self.folder / ".ci" / "full"

    def git(self, *words: str) -> str:
        """Run git, and return what it prints."""
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, path: str) -> None:
        """Add a line to a file."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (self.folder / path).open("a", encoding="utf-8") as file:
            file.write("changed\n")

    def commit(self, path: str) -> str:
        """Add a line to a file, commit it with all other changes, and return the commit."""
        self.write(path)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", f"Change {path}")
        return self.git("rev-parse", "HEAD")

    def call(self, *options: str, failing: str = "") -> int:
        """Run the script with a call of a tool that fails, and return the script's code."""
        self.calls.write_text("")
        return subprocess.run(
            ["bash", str(self.folder / ".ci" / "run"), *options],
            env=self.environment | {"FAILING": failing},
            capture_output=True,
            check=False,
        ).returncode

    def run(self, *options: str) -> set[str]:
        """Run the script without a failure, and return the environments that ran tests."""
        assert self.call(*options) == 0
        calls = self.calls.read_text(encoding="utf-8")
        tested = set(re.findall(r"^(\S+)/bin/python -m pytest", calls, re.MULTILINE))
        installed = set(re.findall(r"^(\S+)/bin/(?:pip|python -m pip) install", calls, re.MULTILINE))
        assert tested == installed
        return tested


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose script has not run yet."""
    return Project(tmp_path)


@pytest.fixture
def checked(project: Project) -> Project:
    """A project with a committed record that everything has passed."""
    passed = project.git("rev-parse", "HEAD")
    assert project.run("--full") == EVERYTHING
    assert project.record.read_text(encoding="utf-8") == f"{passed}\n"
    project.commit("README.md")
    return project


def test_without_a_record_everything_runs_and_none_is_written(project: Project) -> None:
    assert project.run() == EVERYTHING
    assert not project.record.exists()


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("README.md", set()),
        ("plausiwidgets/widgets/app/chip.js", set()),
        ("tests/widgets/test_page.py", set()),
        ("pyproject.toml", {".venv-oldest", ".venv-libraries"}),
        (".ci/run", {".venv-oldest", ".venv-libraries"}),
        ("tests/oldest.txt", {".venv-oldest"}),
        ("tests/interop/test_brian2.py", {".venv-oldest"}),
        ("tests/libraries/neurons.py", {".venv-libraries"}),
        ("plausiwidgets/interop/to_brian2.py", {".venv-oldest", ".venv-libraries"}),
        ("docs/howto/brian2.md", {".venv-oldest"}),
        ("docs/howto/from_nir.md", {".venv-libraries"}),
    ],
)
def test_an_environment_runs_again_after_a_change_of_what_it_depends_on(
    checked: Project, path: str, extra: set[str]
) -> None:
    if path == ".ci/run":
        (checked.folder / path).write_text((checked.folder / path).read_text(encoding="utf-8") + "\n# A comment.\n")
    else:
        checked.write(path)
    assert checked.run() == {".venv-test"} | extra  # not committed, perhaps a file that git does not know
    checked.git("add", "--all")
    checked.git("commit", "-q", "-m", "Change a file")
    assert checked.run() == {".venv-test"} | extra


def test_after_a_change_a_full_run_makes_a_new_record(checked: Project) -> None:
    passed = checked.commit("pyproject.toml")
    assert checked.run("--full") == EVERYTHING
    assert checked.record.read_text(encoding="utf-8") == f"{passed}\n"
    checked.commit("README.md")
    assert checked.run() == {".venv-test"}
    assert checked.run("--full") == EVERYTHING  # also without a change


def test_a_record_of_no_ancestor_is_ignored(checked: Project) -> None:
    passed = checked.git("rev-parse", "HEAD")
    checked.git("commit", "-q", "--amend", "-m", "Another commit with the same files")
    for text in (passed, "0" * 40, "HEAD", ""):
        checked.record.write_text(f"{text}\n")
        assert checked.run() == EVERYTHING, text


def test_a_shallow_clone_runs_everything(checked: Project) -> None:
    origin = checked.folder.rename(checked.folder.with_name("origin"))
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", origin.as_uri(), checked.folder], env=checked.environment, check=True
    )
    assert checked.run() == EVERYTHING


@pytest.mark.parametrize(
    "failing",
    [
        ".venv-test/bin/python pip",
        ".venv-test/bin/python pytest",
        ".venv-oldest/bin/python pytest",
        ".venv-libraries/bin/python pytest",
        ".venv-oldest/bin/pip -q",
        ".venv-libraries/bin/pip -q",
        ".venv-test/bin/python tests.light_install",
        ".venv-test/bin/mypy ",
        ".venv-test/bin/ruff --check",
        ".venv-test/bin/jupyter-nbconvert notebook",
        ".venv-test/bin/sphinx-build -W",
    ],
)
def test_a_failure_also_in_the_background_fails_the_run_and_is_not_recorded(project: Project, failing: str) -> None:
    assert project.call("--full", failing=failing) != 0
    assert failing.split()[0] in project.calls.read_text(encoding="utf-8")
    assert not project.record.exists()


def test_a_record_needs_committed_files(project: Project) -> None:
    project.write("README.md")
    assert project.call("--full") == 2
    assert project.calls.read_text(encoding="utf-8") == ""


def test_an_unknown_option_is_an_error(project: Project) -> None:
    assert project.call("--fully") == 2
    assert project.calls.read_text(encoding="utf-8") == ""


def test_the_paths_that_an_environment_depends_on_exist() -> None:
    script = (SCRIPTS / "run").read_text(encoding="utf-8")
    lists = dict(re.findall(r"^(\w+)=\(\n(.*?)^\)$", script, re.MULTILINE | re.DOTALL))
    assert set(lists) == {"both_paths", "oldest_tests", "oldest_paths", "libraries_paths"}
    for path in " ".join(lists.values()).split():
        assert (ROOT / path).exists(), path
