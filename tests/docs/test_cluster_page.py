"""What docs/cluster.md says is so: its array of jobs makes the table, and its Python runs without a scheduler."""

import os
import re
import subprocess
import sys

import pandas as pd
import pytest
from paths import ROOT

PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
BASH, PYTHON = (
    re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL) for kind in ("bash", "python")
)
ARRAY = next(block for block in BASH if block.startswith("#!"))
POOL = next(block for block in PYTHON if "ProcessPoolExecutor" in block)
SMALLEST = "--patterns tonic_bursting --budget 32"
posix = pytest.mark.skipif(os.name != "posix", reason="runs a shell")


@pytest.fixture
def folder(tmp_path):
    """A folder with the user's file, and the command in a virtual environment of that folder."""
    source = (
        (ROOT / "tests" / "data" / "my_neurons.py").read_text().replace("from my_rates import DECAY", "DECAY = 1.0")
    )
    (tmp_path / "my_neurons.py").write_text(source)
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    command = scripts / "plausiwidgets"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m plausiwidgets.cli.main "$@"\n')
    command.chmod(0o755)
    (scripts / "activate").write_text(f'PATH="{scripts}:$PATH"\n')
    return tmp_path


def run(script, folder, **environment):
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        timeout=600,
        capture_output=True,
        text=True,
        check=False,
    )


@posix
def test_the_shell_scripts_are_valid():
    for block in BASH:
        assert subprocess.run(["bash", "-n", "-c", block], capture_output=True, check=False).returncode == 0


@posix
@pytest.mark.slow
def test_the_array_of_jobs_and_the_merge_make_the_table(folder):
    script = ARRAY.replace("shards=100", "shards=2").replace("--seed 0 1", f"--seed 0 1 {SMALLEST}")
    done = run(script, folder, SLURM_ARRAY_TASK_ID="1")
    assert done.returncode == 0, done.stderr
    merge = ". .venv/bin/activate; " + next(block for block in BASH if "merge" in block)
    missing = run(merge, folder)
    assert missing.returncode == 1 and "Missing: shard 2/2 (3 searches)" in missing.stderr
    assert run(script, folder, SLURM_ARRAY_TASK_ID="2").returncode == 0
    assert run(merge, folder).returncode == 0
    table = pd.read_csv(folder / "table.csv")
    assert len(table) == 6 and set(table["model"]) == {"low_threshold", "high_threshold", "lif"}


@pytest.mark.slow
def test_the_pool_of_processes(folder):
    script = POOL.replace("Executor(16,", "Executor(1,").replace('"lif"],', '"lif"], "tonic_bursting", budget=32,')
    (folder / "study.py").write_text(script)
    done = run(f'"{sys.executable}" study.py', folder)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(folder / "table.csv")) == 3


def test_the_python_is_valid_and_names_what_exists():
    import plausiwidgets as pw

    for block in PYTHON:
        compile(block, "cluster.md", "exec")
        for name in re.findall(r"pw\.([\w.]+)", block):
            found = pw
            for part in name.split("."):
                found = getattr(found, part)
