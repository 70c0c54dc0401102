"""The console command `plausiwidgets`, with the servers replaced."""

import importlib.metadata
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.cli import explore, main
from tests.browser.servers import free_port


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, list[str]]]:
    """Replaces JupyterLab; returns the calls as (notebook, arguments)."""
    calls: list[tuple[Path, list[str]]] = []

    def lab(arguments: list[str]) -> None:
        [root] = [one.partition("=")[2] for one in arguments if one.startswith("--ServerApp.root_dir")]
        shared = [one for one in arguments if one.startswith(("--ServerApp.port", "--no-browser"))]
        calls.append((Path(root), shared))

    labapp = pytest.importorskip("jupyterlab.labapp")
    monkeypatch.setattr(explore.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(labapp.LabApp, "launch_instance", lab)
    return calls


def test_without_a_command_it_opens_the_explorer_in_jupyterlab(served, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert main.main([]) == 0
    assert served == [((tmp_path / "plausiwidgets-notebooks").resolve(), [])]


def test_without_jupyterlab_it_prints_how_to_install_it_and_names_the_app(monkeypatch, capsys) -> None:
    monkeypatch.setattr(explore, "find_spec", lambda name: None)
    assert main.main([]) == 1
    error = capsys.readouterr().err
    assert "pip install 'plausiwidgets[lab]'" in error and "plausiwidgets --app" in error


def test_port_and_no_browser_reach_jupyterlab(served, tmp_path: Path) -> None:
    port = free_port()
    assert main.main(["--port", str(port), "--no-browser", "--folder", str(tmp_path)]) == 0
    assert served == [(tmp_path.resolve(), ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"])]


def test_the_options_of_the_app_reach_its_server(served, tmp_path: Path, monkeypatch) -> None:
    from plausiwidgets.widgets.server import standalone_server

    calls = []
    monkeypatch.setattr(standalone_server, "serve", lambda limits, **options: calls.append((limits, options)))
    file = tmp_path / "neurons.py"
    file.write_text("")
    port = free_port()
    words = [
        "--app",
        str(file),
        "--port",
        str(port),
        "--no-browser",
        "--visitors",
        "30",
        "--workers",
        "3",
        "--language",
        "de",
        "--address",
        "::1",
        "--host",
        "a.example",
        "b.example",
    ]
    assert main.main(words) == 0
    [(limits, options)] = calls
    assert (limits.visitors, limits.workers) == (30, 3)
    assert options == {
        "address": "::1",
        "port": port,
        "hosts": ["a.example", "b.example"],
        "models": [str(file.resolve())],
        "exercises": [],
        "language": "de",
        "dark": False,
        "open_browser": False,
        "frame_origins": [],
    }
    assert served == []


def test_a_file_of_models_that_is_not_there_or_is_for_no_app_is_reported(served, tmp_path: Path, capsys) -> None:
    assert main.main(["--app", str(tmp_path / "none.py")]) == 1
    assert "none.py does not exist" in capsys.readouterr().err
    assert main.main(["explore", "neurons.py"]) == 1
    assert "plausiwidgets --app neurons.py" in capsys.readouterr().err
    assert served == []


def test_the_notebook_is_copied_once_and_edits_are_kept(served, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    main.main(["--folder", str(folder)])
    copy = folder / "explore.ipynb"
    assert json.loads(copy.read_text())["nbformat"] == 4
    originals = {path.name: path.read_bytes() for path in explore.originals()}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == originals
    assert {"explore.ipynb", "lesson.md", "lesson_de.md", "lesson_long.md"} <= set(originals)
    assert pw.Explorer(lesson=folder / "lesson.md").wait(60)
    copy.write_text("edited")
    main.main(["--folder", str(folder)])
    assert copy.read_text() == "edited"


def test_a_fresh_jupyterlab_does_not_ask_about_news(served, tmp_path: Path, monkeypatch) -> None:
    manager = pytest.importorskip("jupyter_server.services.config.manager")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "own"))
    assert main.main(["--folder", str(tmp_path)]) == 0
    overrides = manager.ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    assert os.environ["JUPYTER_CONFIG_PATH"].endswith(str(tmp_path / "own")), "the user's configuration follows"


def test_a_taken_port_is_reported_before_anything_starts(served, tmp_path: Path, capsys) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main.main(["--port", str(port), "--folder", str(tmp_path / "notebooks")]) == 1
    assert f"port {port} is in use" in capsys.readouterr().err
    assert served == []
    assert not (tmp_path / "notebooks").exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8e3", "", "８０８０"])
def test_an_invalid_port_is_refused(served, port: str, capsys) -> None:
    with pytest.raises(SystemExit) as error:
        main.main([f"--port={port}"])
    assert error.value.code == 2
    assert "must be a port number from 1 to 65535" in capsys.readouterr().err
    assert served == []


def test_a_folder_that_cannot_be_created_is_reported(served, tmp_path: Path, capsys) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main.main(["--folder", str(blocked / "notebooks")]) == 1
    message = capsys.readouterr().err
    assert str(blocked) in message and "--folder" in message
    assert served == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_leaves_no_incomplete_notebook(served, tmp_path, capsys, monkeypatch) -> None:
    opened = Path.open

    def full(self, mode="r", *arguments, **options):
        file = opened(self, mode, *arguments, **options)
        if mode == "xb":
            file.write(b"{")
            monkeypatch.setattr(Path, "open", opened)
            file.close()
            return opened(Path("/dev/full"), "wb", buffering=0)
        return file

    monkeypatch.setattr(Path, "open", full)
    assert main.main(["--folder", str(tmp_path)]) == 1
    assert "the notebooks cannot be copied to" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "printed"),
    [
        (["explode"], 2, "explore"),
        (["--version"], 0, f"plausiwidgets {importlib.metadata.version('plausiwidgets')}\n"),
        *(([command, "--help"], 0, f"plausiwidgets {command}") for command in main.COMMANDS),
    ],
)
def test_an_unknown_command_a_version_and_a_help_are_printed(words, code, printed, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == code
    assert printed in "".join(capsys.readouterr())


def test_a_server_starts_without_the_grammars_that_no_schema_of_jupyters_needs() -> None:
    code = (
        "from plausiwidgets.cli.explore import leave_out_grammars; leave_out_grammars()\n"
        "import sys, jupyterlab.labapp; assert 'lark' not in sys.modules and 'jsonschema' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    names = ("jupyter_events", "jupyter_server", "jupyterlab_server", "nbformat")
    packages = [importlib.util.find_spec(name) for name in names]
    folders = [Path(package.origin).parent for package in packages if package and package.origin]
    assert len(folders) == 4
    schemas = [path for folder in folders for kind in ("json", "yaml") for path in folder.rglob(f"*.{kind}")]
    texts = [path.read_text(encoding="utf-8") for path in schemas]
    assert any("$schema" in text for text in texts)
    assert not [text for text in texts if re.search(r"""format["']?\s*:\s*["']?iri""", text)]
