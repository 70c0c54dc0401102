"""The unit tests of the app's modules, which run in Node."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "javascript"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_modules_of_the_app_pass_their_tests_in_node() -> None:
    files = sorted(path.name for path in FOLDER.glob("*.test.mjs"))
    assert files
    done = subprocess.run(["node", "--test", *files], cwd=FOLDER, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
