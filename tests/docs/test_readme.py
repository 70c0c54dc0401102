"""What README.md says is so: its files exist, and its commands are the ones that work."""

import re
from hashlib import sha256
from pathlib import Path

from paths import ROOT

from plausiwidgets.patterns.packaged import TABLE, data_file
from plausiwidgets.support import extras

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_the_two_commands_each_on_one_line() -> None:
    commands = re.findall(r"^```bash\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    assert [command.count("\n") for command in commands] == [1, 1]
    assert all(command.startswith("python3 -m venv ") for command in commands)
    assert commands[0].endswith("/plausiwidgets\n")
    assert commands[1].endswith("-m pytest\n")


def test_the_readme_says_before_the_second_command_what_torch_and_norse_are_for_and_how_to_install_them() -> None:
    first_screen = README[: README.index("python3 -m venv .venv-test")]
    for said in ("your own neuron model", "a network", "PyTorch", "Norse", "pip install '.[torch]'", extras.CPU_BUILD):
        assert said in first_screen


def test_links_to_files_lead_somewhere(root: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [link for link in links if not (root / link).exists()] == []


def test_the_map_is_that_of_the_packaged_table(root: Path) -> None:
    digest = sha256(data_file(TABLE).read_bytes()).hexdigest()
    assert digest.encode() in (root / "docs" / "map.png").read_bytes(), "python docs/pictures.py map"
