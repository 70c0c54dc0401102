"""What a forge reads: workflows, templates, hooks; and the addresses, which are filled in at one place."""

import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from paths import DOCS, ROOT

FORGE = ROOT / ".github"
pytestmark = pytest.mark.skipif(not FORGE.is_dir(), reason="a source distribution has no forge")


@pytest.fixture
def addresses() -> Iterator[ModuleType]:
    """The script of the addresses."""
    sys.path.insert(0, str(DOCS))
    import addresses

    yield addresses
    sys.path.remove(str(DOCS))


def read(path: Path) -> dict:
    """Return a file of YAML; its key `on` is True there."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow: str) -> list[dict]:
    """Return all steps of a workflow."""
    return [step for job in read(FORGE / "workflows" / workflow)["jobs"].values() for step in job["steps"]]


# ------------------------------------------------------------------ workflows, templates, hooks


def test_the_workflow_runs_the_one_command_and_the_check_of_an_installation() -> None:
    commands = [step.get("run", "") for step in steps("checks.yml")]
    assert ".ci/run --full" in commands and "plausiwidgets --check" in commands
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    stated = re.findall(r"Python :: (3\.\d+)", " ".join(classifiers))
    matrix = read(FORGE / "workflows" / "checks.yml")["jobs"]["installs"]["strategy"]["matrix"]
    assert set(stated) <= set(matrix["python"])


def test_a_release_is_checked_before_it_is_published_and_no_secret_is_kept() -> None:
    workflow = read(FORGE / "workflows" / "release.yml")
    assert set(workflow["jobs"]["publish"]["needs"]) == {"build", "site"}
    assert workflow["jobs"]["publish"]["permissions"] == {"id-token": "write"}
    commands = [step.get("run", "") for step in workflow["jobs"]["build"]["steps"]]
    order = [
        commands.index(one) for one in ("python docs/addresses.py", "python -m build", "twine check --strict dist/*")
    ]
    assert order == sorted(order)
    assert "secrets." not in (FORGE / "workflows" / "release.yml").read_text(encoding="utf-8")


def test_the_hooks_of_pre_commit_are_commands_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [repository] = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"  # no address, and no second version of a tool
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert entries == ["ruff check", "ruff format", "mypy", "npm run --silent --prefix plausiwidgets/widgets/app check"]
    for said in ('ruff" check', 'ruff" format --check', 'bin/mypy"', "npm run --silent check"):
        assert said in ci


# ------------------------------------------------------------------ addresses


def test_the_guide_to_a_release_lists_the_addresses_to_fill_in(addresses) -> None:
    todo = addresses.missing(addresses.addresses())
    said = re.findall(
        r"^   - `(\w+)`: ", (DOCS / "contributing" / "release.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert said == list(addresses.NEEDED)
    assert set(todo) <= set(said)


def test_the_files_are_as_the_addresses_make_them(addresses) -> None:
    for path, text in addresses.filled(ROOT, addresses.addresses()).items():
        assert path.read_text(encoding="utf-8") == text, "python docs/addresses.py"


def test_addresses_reach_all_files_and_leave_them_again(addresses, tmp_path: Path, capsys) -> None:
    before = addresses.filled(ROOT, dict.fromkeys(addresses.NEEDED, ""))
    for path, text in before.items():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    assert addresses.main(tmp_path) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(addresses.NEEDED)
    project = tmp_path / "pyproject.toml"
    plain = project.read_text(encoding="utf-8")
    project.write_text(
        plain.replace('repository = ""', 'repository = "https://example.org/a/b"')
        .replace('site = ""', 'site = "https://example.org/site"')
        .replace('contact = ""', 'contact = "maintainers@example.org"'),
        encoding="utf-8",
    )
    assert addresses.main(tmp_path) == 0
    made = tomllib.loads(project.read_text(encoding="utf-8"))
    assert made["project"]["urls"]["Repository"] == "https://example.org/a/b"
    assert made["project"]["urls"]["Documentation"] == "https://example.org/site"
    picture, link = made["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]
    readme = "![a film](docs/explorer.gif) and [install](docs/install.md)"
    for one in (picture, link):
        readme = re.sub(one["pattern"], one["replacement"], readme)
    assert readme == (
        "![a film](https://example.org/a/b/raw/v$HFPR_VERSION/docs/explorer.gif) and "
        "[install](https://example.org/a/b/blob/v$HFPR_VERSION/docs/install.md)"
    )
    for name in ("CITATION.cff", "docs/citing.md"):
        assert "https://example.org/site" in (tmp_path / name).read_text(encoding="utf-8")
    for name in ("docs/SECURITY.md", "docs/CODE_OF_CONDUCT.md"):
        assert "(maintainers@example.org) in private" in (tmp_path / name).read_text(encoding="utf-8")
    for copy in tmp_path.rglob("*.*"):
        assert copy.is_dir() or addresses.filled(tmp_path, addresses.addresses(tmp_path))[copy] == copy.read_text(
            "utf-8"
        )
    project.write_text(re.sub(r'^(repository|site|contact) = ".*"', r'\1 = ""', project.read_text("utf-8"), flags=re.M))
    assert addresses.main(tmp_path) == 1
    assert all((tmp_path / path.relative_to(ROOT)).read_text(encoding="utf-8") == text for path, text in before.items())


def test_an_address_of_another_name_is_refused(addresses, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('site = ""', 'sight = ""'), encoding="utf-8")
    with pytest.raises(ValueError, match="sight"):
        addresses.addresses(tmp_path)
