"""docs/howto/optimizers.md: each optimizer searches, where its library is installed."""

import json
import re
import sys

import pandas as pd
import pytest
from optimizers_page import BASH, COMPARISON, OPTIMIZERS, PAGE, USE, optimizer
from paths import ROOT

import plausiwidgets as pw
from plausiwidgets.cli import main


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_optimizer_searches_reproducibly(name):
    strategy = optimizer(name)
    asked = {"model": "izhikevich", "pattern": "tonic_bursting", "seed": 1, "budget": 300, "strategy": strategy}
    result = pw.optimize(**asked)
    assert result.error == "" and result.strategy == name
    assert result.loss < result.history["loss"].iloc[0] and result.history["loss"].nunique() > 30
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


def test_the_table_has_the_numbers_of_the_benchmark():
    file = ROOT / "tests" / "benchmarks" / "strategies.json"
    measured = json.loads(file.read_text(encoding="utf-8"))["optimizers"].values()
    rows = re.findall(r"^\| [\w`]+ \| (\d+) of (\d+) \| (\d+) \| (\d+) \|$", PAGE, flags=re.MULTILINE)
    columns = ("replicated", "searches", "patterns_found", "expected_evaluations")
    assert [tuple(map(int, row)) for row in rows] == [tuple(one[name] for name in columns) for one in measured]


@pytest.mark.slow
def test_the_comparison_counts_the_seeds_that_find_a_set(capsys):
    assert "seeds = " in COMPARISON and ", [0, 1, 2]\n" in COMPARISON
    names = {name: optimizer(name) for name in ("LocalSearch", "PyCMA")}
    exec(COMPARISON.replace(", [0, 1, 2]\n", ", [0]\n"), names)
    printed = capsys.readouterr().out
    assert "count" in printed and set(names["table"]["optimizer"]) == set(names["strategies"])
