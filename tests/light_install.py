"""Install the wheel without torch in an environment of its own, use it, and print what it takes.

``python -m tests.light_install`` in an environment with the tests' packages: the wheel is built, what it depends on is
loaded anew, as wheels alone, and installed. There `import torch` fails, and neurons are judged, searched, assessed and
exported (helpers/light.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NEURONS = ("adex", "hodgkin_huxley", "lif")


def main() -> None:
    """Do it all in a folder that is removed; print a line of figures."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        home, wheels, environment = folder / "home", folder / "wheels", folder / "environment"
        home.mkdir()
        run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
        [wheel] = folder.glob("*.whl")
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        before, began = size(environment), time.perf_counter()
        pip = [python, "-m", "pip", "-q", "--no-cache-dir"]
        run([*pip, "download", "--only-binary", ":all:", "-d", wheels, wheel], folder)
        run([*pip, "install", "--no-index", "--find-links", wheels, wheel], folder)
        seconds = time.perf_counter() - began
        assert "No module named 'torch'" in run([python, "-c", "import torch"], folder, code=1)
        # The installed package, and none of the files of this folder.
        script = folder / "light.py"
        script.write_text((ROOT / "tests" / "helpers" / "light.py").read_text(encoding="utf-8"), encoding="utf-8")
        said = run([python, "-W", "error", script, *NEURONS], folder, HOME=str(home), PLAUSIWIDGETS_CACHE_DIR=str(home))
        print(said, end="")
        installed = json.loads(run([python, "-m", "pip", "list", "--format", "json"], folder))
        print(
            f"without torch: {len(installed)} packages, {size(wheels) / 1e6:.0f} MB to load, "
            f"{(size(environment) - before) / 1e6:.0f} MB on the disk, {seconds:.0f} s to load and install"
        )


def run(command: list[Any], folder: Path, code: int = 0, **environment: str) -> str:
    """Run a command as a user would who has no source here, and return what it printed."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + (done.stderr if code else "")


def size(folder: Path) -> int:
    """Return the size of all files in a folder, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    main()
