"""docs/howto/cluster.md: its array of jobs makes the table, and its Python runs where its library is installed."""

import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from paths import ROOT

PAGE = (ROOT / "docs" / "howto" / "cluster.md").read_text(encoding="utf-8")
BASH, PYTHON = (
    re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL) for kind in ("bash", "python")
)
ARRAY = next(block for block in BASH if block.startswith("#!"))
ALL_FILES = next(block for block in BASH if "job-*.jsonl" in block)
SMALLEST = '"lif"], "tonic_bursting", budget=32,'
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
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path} | environment,
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
def test_the_array_has_a_job_for_each_pattern_and_seed(folder):
    import plausiwidgets as pw

    [(first, last)] = re.findall(r"--array=(\d+)-(\d+)", ARRAY)
    [seeds] = re.findall(r"--seed ([\d ]+?) --", ALL_FILES)
    (folder / ".venv" / "bin" / "plausiwidgets").write_text('#!/bin/sh\necho "$@"\n')
    jobs = [run(ARRAY, folder, SLURM_ARRAY_TASK_ID=str(number)).stdout for number in range(int(first), int(last) + 1)]
    found = [re.findall(r"--patterns (\w) --seed (\d+) .*--store (\S+)", job) for job in jobs]
    letters = [pw.patterns.get(key).letter for key in pw.patterns.names()]
    expected = [(letter, seed) for seed in seeds.split() for letter in letters]
    assert found == [[(*job, f"job-{number}.jsonl")] for number, job in enumerate(expected)]


@posix
@pytest.mark.slow
def test_the_file_of_a_job_of_the_array_is_part_of_the_table(folder):
    script = ARRAY.replace("--quiet", "--quiet --budget 32")
    assert run(script, folder, SLURM_ARRAY_TASK_ID="22").returncode == 0
    whole = ". .venv/bin/activate; " + ALL_FILES.replace("--seed 0 1", "--patterns C D --budget 32 --seed 0 1")
    done = run(whole, folder)
    assert done.returncode == 0, done.stderr
    assert "[12/12]" in done.stderr and "[2/12]" not in done.stderr  # three searches were in the file
    table = pd.read_csv(folder / "table.csv")
    assert len(table) == 12 and set(table["model"]) == {"low_threshold", "high_threshold", "lif"}
    assert len((folder / "study.jsonl").read_text().splitlines()) == 13


def script_with(library, folder):
    """Write the page's script that uses a library, with a small study on one worker."""
    [script] = [block for block in PYTHON if f"import {library}" in block or f"from {library}" in block]
    small = script.replace("max_workers=16", "max_workers=1").replace('"lif"],', SMALLEST)
    # A machine without Slurm runs the workers itself.
    local = "from distributed import LocalCluster as SLURMCluster"
    small = small.replace("from dask_jobqueue import SLURMCluster", local)
    small = re.sub(r"SLURMCluster\(.*\)", "SLURMCluster(n_workers=1, dashboard_address=None)", small)
    (folder / "study.py").write_text(re.sub(r".*cluster\.scale.*\n", "", small))


@pytest.mark.slow
def test_dask_makes_the_table(folder):
    pytest.importorskip("distributed")
    script_with("dask_jobqueue", folder)
    done = run(f'"{sys.executable}" study.py', folder)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(folder / "table.csv")) == 3


@pytest.mark.slow
def test_mpi_makes_the_table(folder):
    pytest.importorskip("mpi4py")
    if shutil.which("mpiexec") is None:
        pytest.skip("no MPI")
    script_with("mpi4py", folder)
    [command] = [block for block in BASH if "mpiexec" in block]
    done = run(command.replace("-n 17 python", f'-n 2 "{sys.executable}"'), folder)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(folder / "table.csv")) == 3


def test_the_workers_of_dask_jobqueue_are_jobs_of_slurm():
    jobqueue = pytest.importorskip("dask_jobqueue")
    [script] = [block for block in PYTHON if "SLURMCluster" in block]
    [arguments] = re.findall(r"SLURMCluster\((.*)\)", script)
    with jobqueue.SLURMCluster(**eval(f"dict({arguments})"), scheduler_options={"dashboard_address": None}) as cluster:
        assert {"#SBATCH -n 1", "#SBATCH --mem=2G", "#SBATCH -t 04:00:00"} <= set(cluster.job_script().splitlines())


def test_the_python_is_valid_and_names_what_exists():
    import plausiwidgets as pw

    for block in PYTHON:
        compile(block, "cluster.md", "exec")
        for name in re.findall(r"pw\.([\w.]+)", block):
            found = pw
            for part in name.split("."):
                found = getattr(found, part)
