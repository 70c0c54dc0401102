"""The folder for any static host."""

import re
from pathlib import Path

import pytest

from plausiwidgets.cli import main
from plausiwidgets.widgets.server.site import OURS, files, write


def test_all_models_are_written_into_a_folder_and_an_older_version_is_replaced(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "site"
    (folder / "static").mkdir(parents=True)
    (folder / "static/app.0123456789abcdef.js").write_text("old")
    (folder / "static/mine.js").write_text("mine")
    assert main.main(["page", "all", "--site-dir", str(folder), "--language", "de"]) == 0
    assert "http.server" in capsys.readouterr().out
    written = {path.name for path in (folder / "static").iterdir()}
    assert written == set(files()) | {"mine.js"}
    page = (folder / "index.html").read_text()
    named = re.findall(r"static/([\w.]+)", page)
    assert set(named) == set(files())
    assert all(OURS.fullmatch(name) for name in named)
    assert not re.search(r"https?://", page)
    assert 'lang="de"' in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["all"], "--site-dir FOLDER"),
        (["lif", "--site-dir", "x"], "page all --site-dir"),
        (["all", "--site-dir", "x", "--set", "a=1"], "Leave out"),
    ],
)
def test_invalid_arguments_of_a_folder_of_all_models_are_reported(words, said, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["page", *words]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "static").write_text("")
    with pytest.raises(OSError):
        write(tmp_path)
