"""The packaged table of the neurons of torch libraries, and what the notebook tells of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_score, packaged_table

CHAPTER = {
    cell["id"]: "".join(cell["source"])
    for cell in json.loads((Path(__file__).parents[2] / "notebooks" / "which_model.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]
}


def shown():
    table = packaged_table("torch").query("status == 'replicated'")
    return table.groupby("model")["letter"].agg("".join).to_dict()


def test_it_has_fourteen_neurons_the_twenty_patterns_and_a_score_that_counts_them():
    table, score = packaged_table("torch"), packaged_score("torch").set_index("model")
    assert len(score) == 14 and len(table) == 14 * 20 and set(table["seed"]) == {0}
    assert set(table["pattern"]) == set(packaged_table()["pattern"])
    assert table["evaluations"].max() <= 4000 and "up to 4000 evaluations" in CHAPTER["torch-text"]
    assert {m: len(letters) for m, letters in shown().items()} == score["shown"].to_dict()
    assert (score["operations_per_ms"] > 0).all() and score["title"].str.match(
        "snnTorch|SpikingJelly|sinabs|Norse"
    ).all()
    assert all(versions["date"] for versions in table["versions"])


def test_the_notebook_agrees_with_the_table():
    found, text = shown(), CHAPTER["torch-found"]
    textbook = packaged_table().query("status == 'replicated' and model == 'lif'")["letter"]
    assert found["snntorch_leaky"] == "".join(sorted(textbook)) == "AGL" and "A, G and L" in text
    most = {"norse_izhikevich": 15, "spikingjelly_izhikevich": 13, "norse_lif_adex": 11, "spikingjelly_qif": 10}
    assert {name: len(found[name]) for name in most} == most
    assert "Norse's Izhikevich neuron 15, SpikingJelly's 13, Norse's AdEx 11," in text
    assert "SpikingJelly's quadratic neuron 10; the other ten show 3 to 7." in text
    others = [len(letters) for name, letters in found.items() if name not in most]
    assert len(others) == 10 and (min(others), max(others)) == (3, 7)
    bursting = {name for name, letters in found.items() if set(letters) & set("CDEN")}
    assert bursting <= {"spikingjelly_izhikevich", "norse_izhikevich", "norse_lif_adex"}
    assert not set("ST") & set("".join(found.values()))


def test_the_notebook_names_the_result_with_the_smallest_robustness():
    table = packaged_table("torch").query("status == 'replicated'")
    least = table.loc[table["robustness"].idxmin()]
    assert (least["model"], least["letter"], least["robustness"]) == ("norse_izhikevich", "O", 0.11)
    assert "of Norse's Izhikevich neuron changes by up to 1 %, 11 of 100 copies still show" in CHAPTER["torch-found"]


def test_objects_that_are_not_a_table_of_neurons_are_rejected_by_name():
    with pytest.raises(
        ValueError, match=r"neurons: unknown name 'tourch'\. Did you mean 'torch'\? Valid: package, torch\."
    ):
        pw.assessment.packaged_table("tourch")
