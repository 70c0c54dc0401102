"""docs/howto/optimizers.md: each optimizer searches, where its library is installed."""

import re
import sys

import pandas as pd
import pytest
from optimizers_page import BASH, COMPARISON, OPTIMIZERS, USE, optimizer

import plausiwidgets as pw
from plausiwidgets.cli import main


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_optimizer_searches_reproducibly(name):
    strategy = optimizer(name)
    asked = {"model": "izhikevich", "pattern": "tonic_bursting", "seed": 1, "budget": 300, "strategy": strategy}
    result = pw.optimize(**asked)
    assert result.error == "" and result.strategy == name
    assert result.loss < 1.0 and result.history["loss"].nunique() > 30
    again = pw.optimize(**asked)
    assert (again.evaluations, again.parameters) == (result.evaluations, result.parameters)
    start = pw.optimize(**asked | {"budget": 200, "seed": 0}, start={"a": 0.03})
    assert start.error == "" and start.evaluations


def test_the_page_uses_its_first_optimizer(capsys):
    exec(USE, {"LocalSearch": optimizer("LocalSearch")})
    assert capsys.readouterr().out.startswith("LocalSearch replicated")


def test_the_command_takes_a_module_of_this_folder(tmp_path, monkeypatch):
    (tmp_path / "my_optimizers.py").write_text(OPTIMIZERS["LocalSearch"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    [command] = BASH
    assert re.match("plausiwidgets assess ", command)
    words = [*command.split()[1:], "--patterns", "A", "--budget", "64", "--quiet"]
    try:
        assert main.main(words) == 0
    finally:
        sys.modules.pop("my_optimizers", None)
    assert len(pd.read_csv(tmp_path / "table.csv")) == 2


@pytest.mark.slow
def test_the_comparison_counts_the_seeds_that_find_a_set(capsys):
    exec(COMPARISON, {name: optimizer(name) for name in ("LocalSearch", "PyCMA")})
    assert "count" in capsys.readouterr().out
