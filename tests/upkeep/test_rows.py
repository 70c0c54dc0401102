"""The packaged results are those of today's rules, or listed as stale."""

from __future__ import annotations

from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.models.library import NAMES
from plausiwidgets.upkeep import stale
from plausiwidgets.upkeep.__main__ import main
from plausiwidgets.upkeep.rows import CATALOGUE, REPERTOIRES, TABLE, TORCH, VERDICTS, Row, all_rows, twenty


def test_every_packaged_result_is_up_to_date_or_listed() -> None:
    rows = list(all_rows())
    assert stale.problems(rows) == []
    pairs = {(name, one.key) for name in NAMES for one in twenty()}
    for data in (TABLE, VERDICTS, REPERTOIRES, CATALOGUE):
        assert {(row.model, row.pattern) for row in rows if row.data == data} == pairs
    assert sum(row.data == TORCH for row in rows) == 14 * 20


# ------------------------------------------------------------------ the list


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty list of stale results."""
    monkeypatch.setattr(stale, "FILE", tmp_path / "stale.txt")
    stale.write([])
    return stale.FILE


def row(model: str, pattern: str, stored: str = "a-b-c", today: str = "a-x-c", data: str = TABLE) -> Row:
    return Row(data, model, pattern, "", stored, today)


def test_a_stale_row_that_is_not_listed_and_a_listed_row_that_is_up_to_date_are_problems(listed: Path) -> None:
    rows = [row("adex", "resonator"), row("lif", "integrator", "a-b-c", "a-b-c")]
    message = "1 × table: the pattern changed. Run python -m plausiwidgets.upkeep adex --patterns resonator"
    assert stale.problems(rows) == [message]
    stale.write(rows)
    assert stale.listed() == {("table", "adex", "resonator")} and stale.problems(rows) == []
    assert stale.problems([]) == [
        "table, adex, resonator: listed, but up to date.",
        "Write the list again: python -m plausiwidgets.upkeep --list",
    ]


@pytest.mark.parametrize(
    ("stored", "today", "why"),
    [
        ("a-b-c", "x-b-c", "the neuron changed"),
        ("a-b-c", "x-b-y", "the neuron changed and the parameter set changed"),
        ("0.2.0", "a-b-c", "the row is from the rules of version 0.2.0"),
        ("", "a-b-c", "the row is missing"),
        ("a-b-c", "", "there is no such preset"),
    ],
)
def test_a_stale_row_states_its_reason(stored: str, today: str, why: str) -> None:
    assert row("adex", "resonator", stored, today).why == why


def test_each_command_is_the_shortest_for_its_rows() -> None:
    command, keys = stale.COMMAND, [one.key for one in twenty()]
    every = [row(name, key) for name in NAMES for key in keys]
    assert list(stale.commands(every)) == [command]
    of_pattern = [one for one in every if one.pattern == "resonator"]
    assert list(stale.commands(of_pattern)) == [f"{command} --patterns resonator"]
    of_model = [one for one in every if one.model == "adex"]
    assert list(stale.commands(of_model)) == [f"{command} adex"]
    few = [row("adex", "resonator"), row("lif", "integrator"), row("mine", "integrator", data=TORCH)]
    assert list(stale.commands(few)) == [
        f"{command} adex --patterns resonator",
        f"{command} lif --patterns integrator",
        f"{command} torch",
    ]


def test_the_check_fails_while_the_list_has_an_entry(
    listed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("plausiwidgets.upkeep.__main__.all_rows", lambda: [row("lif", "integrator", "a", "a")])
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "1 results, 0 of them are stale.\n"
    listed.write_text("table lif integrator\n", encoding="utf-8")
    assert main(["--check"]) == 1


def test_an_unknown_model_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=r"adx.*Did you mean 'adex'"):
        main(["adx"])


def test_a_neuron_without_a_program_is_refused_with_the_command_that_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plausiwidgets.models.registry._builtin", {})
    monkeypatch.setattr("plausiwidgets.models.registry.program_file", lambda name: Path("missing.txt"))
    with pytest.raises(FileNotFoundError, match=r"Run python -m plausiwidgets\.upkeep adex to write"):
        pw.models.get("adex")
