"""A file is replaced whole or not at all: a page, a table; a finished study needs no file that can be written."""

import errno
import os
import subprocess
import sys

import pytest
from paths import ROOT

import plausiwidgets as pw
from plausiwidgets.support import whole_file
from plausiwidgets.support.whole_file import write_whole


def test_an_error_leaves_the_former_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "neuron.html"
    path.write_text("former")
    monkeypatch.setattr(whole_file.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "disk full")))
    with pytest.raises(OSError, match="disk full"):
        pw.export_page("lif", "tonic_spiking", path=path)
    assert path.read_text() == "former" and list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    assert pw.export_page("lif", "tonic_spiking", path=path) == path
    assert "</html>" in path.read_text() and list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_path_that_the_user_gave_and_no_temporary_file(tmp_path):
    path = tmp_path / "missing" / "neuron.html"
    with pytest.raises(FileNotFoundError) as error:
        pw.export_page("lif", "tonic_spiking", path=path)
    assert error.value.filename == str(path) and ".part" not in str(error.value)


def test_links_and_permissions_stay(tmp_path):
    path, link = tmp_path / "a.csv", tmp_path / "link.csv"
    write_whole(path, "1")
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, "2\n")
    assert link.is_symlink() and path.read_bytes() == b"2\n" and path.stat().st_mode & 0o777 == 0o640


def test_a_private_file_is_never_open_to_others_and_the_first_error_is_the_one_that_is_raised(tmp_path, monkeypatch):
    path, modes = tmp_path / "a.csv", []

    def full(handle):
        modes.append(os.fstat(handle).st_mode & 0o777)
        (part,) = tmp_path.glob("*.part")
        part.unlink()
        part.mkdir()  # what cannot be unlinked
        raise OSError(errno.ENOSPC, "disk full")

    path.write_text("former")
    path.chmod(0o600)
    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "2")
    assert path.read_text() == "former" and modes == [0o600]


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a folder for reading only")
def test_a_finished_study_is_read_from_a_read_only_file_system(tmp_path):
    pw.assess("lif", "tonic_bursting", budget=100, store=tmp_path / "s.jsonl")
    program = (
        f"mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path} && "
        f"! touch {tmp_path}/x 2>/dev/null && {sys.executable} -c 'import plausiwidgets as pw; "
        f'print(len(pw.assess("lif", "tonic_bursting", budget=100, store="{tmp_path}/s.jsonl")))\''
    )
    tried = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no private mounts here")
    command = ["unshare", "-rm", "sh", "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if "mount" in done.stderr:
        pytest.skip("no private mounts here")
    assert done.stdout == "1\n", done.stderr
