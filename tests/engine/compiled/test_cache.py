"""Kernels on disk: found again, safe with two writers, and never in the way."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from kernel_helpers import lanes_model
from paths import ROOT

from plausiwidgets.engine.compiled import cache, directory
from plausiwidgets.engine.compiled.engine import why_not

SIMULATE = """
import sys
import plausiwidgets as pw

from plausiwidgets.support.lazy import torch
from plausiwidgets.engine.compiled import check
checks = []
original = check.compare
def counted(*args, **kwargs):
    checks.append(1)
    return original(*args, **kwargs)
check.compare = counted

def step(current, state, p, dt):
    (v,) = state
    v = v + dt / p.tau * (current - v)
    fired = v > 10.0
    return fired.to(v.dtype), (torch.where(fired, 0.0, v),)

model = {model}
traces = pw.simulate(model, pw.Current.step(20.0, 50.0))
import numba
compiled = sum(
    not list(m.kernel.stats.cache_hits)
    for name, m in list(sys.modules.items()) if name.startswith("plausiwidgets_k")
)
print(traces.engine, len(traces.spike_times[0]), "checks", len(checks), "compilations", compiled)
"""

OWN = '"izhikevich"'
OTHER = '"lif"'
USERS = (
    'pw.NeuronModel(key="leaky", step=step, parameters=[pw.Parameter("tau", 10.0, 5.0, 20.0)], '
    "initial_state=lambda p, h: (0.0 * p.tau,), current=pw.Parameter('current', 20.0, 0.0, 50.0), "
    "rest=0.0, threshold=10.0)"
)


def start(model: str, directory: Path, **environment: str) -> subprocess.Popen:
    env = os.environ | {"PLAUSIWIDGETS_CACHE_DIR": str(directory), "PYTHONPATH": str(ROOT)} | environment
    env.pop("NUMBA_CACHE_DIR", None)
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SIMULATE).format(model=model)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert err == ""
    return out.strip()


def run(model: str, directory: Path, **environment: str) -> str:
    return finish(start(model, directory, **environment))


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A directory of kernels that one process with a model of the package made, and what that process said."""
    directory = tmp_path_factory.mktemp("first") / "cache"
    return directory, run(OWN, directory)


@pytest.fixture
def filled(first, tmp_path):
    """A copy of this directory: as machine code is known by the times of its files, these are copied with them."""
    return Path(shutil.copytree(first[0], tmp_path / "filled"))


def test_a_second_process_neither_checks_nor_compiles_a_model_of_the_package(first, filled):
    directory, said = first
    assert said.startswith("compiled")
    assert said.endswith("checks 1 compilations 1")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "kernels").stat().st_mode) == 0o700
    assert run(OWN, filled) == said.replace("checks 1 compilations 1", "checks 0 compilations 0")


@pytest.mark.slow
def test_a_second_process_checks_but_does_not_compile_a_users_model(filled):
    first = run(USERS, filled)
    assert first.endswith("checks 1 compilations 1")
    assert run(USERS, filled) == first.replace("compilations 1", "compilations 0")


@pytest.mark.slow
def test_two_processes_at_once(tmp_path):
    processes = [start(model, tmp_path) for model in (OWN, OWN, OTHER)]
    outputs = [finish(p) for p in processes]
    assert all(o.startswith("compiled") for o in outputs)
    assert outputs[0].split()[1] == outputs[1].split()[1]
    assert not list(tmp_path.rglob("*.tmp"))
    assert run(OWN, tmp_path).endswith("checks 0 compilations 0")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A directory with the kernel of a user's model."""
    directory = tmp_path_factory.mktemp("whole") / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(directory))
        assert why_not(lanes_model(_step, 1)) is None
    return directory


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".py", ".nbi", ".nbc"])
@pytest.mark.parametrize("damage", [b"", b"garbage\x00\xff", "half"])
def test_a_broken_cache_is_worked_around_and_repaired(whole, tmp_path, suffix, damage, monkeypatch):
    directory = Path(shutil.copytree(whole, tmp_path / "cache"))
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(directory))
    files = [f for f in directory.rglob("*") if f.suffix == suffix]
    assert files
    for file in files:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if damage == "half" else damage)
    for _ in range(2):
        assert why_not(lanes_model(_step, 1)) is None


def test_a_model_of_the_package_is_trusted_only_once_it_was_checked(filled):
    (note,) = filled.rglob("*.checked")
    note.unlink()
    assert run(OWN, filled).endswith("checks 1 compilations 0")
    note.write_text("../elsewhere")
    assert run(OWN, filled).endswith("checks 1 compilations 0")
    assert run(OWN, filled).endswith("checks 0 compilations 0")


def _step(current, state, p, dt):
    (v,) = state
    return (v > 1.0).to(v.dtype), (v + dt * p.p * current,)


@pytest.mark.parametrize(
    ("function", "error"),
    [("TemporaryFile", PermissionError("read-only")), ("mkstemp", OSError(28, "No space left on device"))],
)
def test_without_a_place_to_write_a_kernel_is_compiled_in_memory(tmp_path, monkeypatch, function, error):
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(tmp_path))

    def refuse(*args, **kwargs):
        raise error

    ours = SimpleNamespace(**vars(tempfile) | {function: refuse})  # Numba writes files of its own
    monkeypatch.setattr(directory, "tempfile", ours)
    assert why_not(lanes_model(_step, 1)) is None
    assert not list(tmp_path.rglob("*.py"))


def test_code_that_all_kernels_share_is_compiled_where_it_cannot_be_kept():
    def save(signature, code):
        raise OSError(28, "No space left on device")

    from plausiwidgets.engine.compiled import shared  # it imports Numba

    kept = SimpleNamespace(save_overload=save)
    shared._spare(kept)
    kept.save_overload("int64()", b"")


def of_another_user(kernels, monkeypatch):
    kernels.mkdir(0o700)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)


def open_to_a_group(kernels, monkeypatch):
    kernels.mkdir()
    kernels.chmod(0o770)


def open_to_readers(kernels, monkeypatch):
    kernels.mkdir()
    kernels.chmod(0o755)


def a_link(kernels, monkeypatch):
    (kernels.parent / "elsewhere").mkdir(0o755)
    kernels.symlink_to(kernels.parent / "elsewhere")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners and modes here")
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (of_another_user, "belongs to another user"),
        (open_to_a_group, "by other users.*PLAUSIWIDGETS_CACHE_DIR"),
        (open_to_readers, "by other users"),
        (a_link, "is a symbolic link"),
    ],
)
def test_a_directory_to_which_others_may_have_written_is_neither_used_nor_changed(tmp_path, monkeypatch, make, why):
    directory._warn_of.cache_clear()
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(tmp_path))
    kernels = tmp_path / "kernels"
    make(kernels, monkeypatch)
    mode = kernels.stat().st_mode
    with pytest.warns(RuntimeWarning, match=why):
        assert why_not(lanes_model(_step, 1)) is None  # compiled in memory
    assert directory.kernel_directory() is None  # said once
    assert kernels.stat().st_mode == mode and not list(kernels.iterdir())


@pytest.mark.slow
def test_machine_code_that_was_changed_on_disk_never_runs(first, filled):
    """Flip one bit in the middle of the code: the next process compiles it again and prints the same."""
    (code,) = filled.glob("kernels/__pycache__/*.nbc")
    content = bytearray(code.read_bytes())
    content[len(content) // 2] ^= 1
    code.write_bytes(content)
    assert run(OWN, filled) == first[1].replace("checks 1", "checks 0")
    assert run(OWN, filled).endswith("checks 0 compilations 0")
    (note,) = filled.rglob("*.sha256")
    note.write_text("0" * 64)
    assert run(OWN, filled).endswith("checks 0 compilations 1")


def test_shared_code_is_compiled_once_and_never_runs_after_a_change_on_disk(first, filled):
    said = first[1]
    (note,) = filled.glob("kernels/shared-*.digest")
    shared = {f: f.read_bytes() for f in note.with_suffix("").rglob("*.nbc")}
    assert len(shared) > 5
    digest = note.read_text()
    for file in filled.glob("kernels/__pycache__/*"):
        file.unlink()
    assert run(OWN, filled) == said.replace("checks 1", "checks 0")  # a kernel that finds the others' code
    assert note.read_text() == digest
    for file in filled.glob("kernels/__pycache__/*"):
        file.unlink()
    for file, code in shared.items():
        file.write_bytes(code[: len(code) // 2] + bytes([code[len(code) // 2] ^ 1]) + code[len(code) // 2 + 1 :])
    assert run(OWN, filled) == said.replace("checks 1", "checks 0")
    assert {f.name for f in note.with_suffix("").rglob("*.nbc")} >= {f.name for f in shared}


def test_machine_code_that_cannot_be_read_is_removed_and_what_cannot_be_removed_is_never_noted(tmp_path, monkeypatch):
    note, code = tmp_path / "k.sha256", tmp_path / "__pycache__"
    code.mkdir()

    def files():
        return sorted(code.glob("k.*"))

    (code / "k.nbi").symlink_to(tmp_path / "nowhere")  # such as a file that another process has just removed
    with directory.sealed(files, note) as known:
        assert not known and not files()
        (code / "k.nbc").write_bytes(b"made")
    with directory.sealed(files, note) as known:
        assert known
    (code / "k.nbc").write_bytes(b"foreign")
    noted = note.read_text()
    monkeypatch.setattr(directory, "remove", lambda left: None)
    for _ in range(2):
        with directory.sealed(files, note) as known:
            assert not known
        assert note.read_text() == noted


def test_a_user_cannot_get_the_kernel_of_a_model_of_the_package(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(tmp_path))
    model = lanes_model(_step, 1)
    vars(model)["key"] = "izhikevich"
    assert why_not(model) is None
    assert not list(tmp_path.rglob("*.checked"))


def test_the_environment_covers_sources_and_versions(monkeypatch):
    before = directory.environment()
    directory.environment.cache_clear()
    versions = directory.metadata.version
    monkeypatch.setattr(directory.metadata, "version", lambda name: versions(name) + ("+1" if name == "numba" else ""))
    assert directory.environment() != before
    directory.environment.cache_clear()
    monkeypatch.undo()
    assert directory.environment() == before


@pytest.mark.parametrize("name", ["runtime.py", "mathfunctions.py", "tracer.py", "parameter.py"])
def test_a_kernel_is_compiled_again_when_a_file_that_it_depends_on_changes(monkeypatch, name):
    before, read = directory.environment(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path.name == name else b""))
    directory.environment.cache_clear()
    assert directory.environment() != before
    directory.environment.cache_clear()


def test_old_kernels_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_KEPT_FILES", 3)
    for i in range(6):
        assert cache._write(tmp_path / f"k{i}.py", f"x = {i}\n")
    assert sorted(f.name for f in tmp_path.glob("*.py")) == ["k3.py", "k4.py", "k5.py"]
