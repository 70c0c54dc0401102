"""The packaged repertoires: complete, and every claim is one that the judge grants."""

import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_repertoires
from plausiwidgets.assessment.stored_repertoires import MOST_VERSATILE, published_neurons
from plausiwidgets.models.library import NAMES
from plausiwidgets.upkeep import stale
from plausiwidgets.upkeep.rows import REPERTOIRES
from plausiwidgets.upkeep.stale import COMMAND
from plausiwidgets.widgets.catalogue.contents import packaged


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return packaged_repertoires()


def searched(table: pd.DataFrame) -> list[str]:
    """Return the models with repertoires: a new neuron may be listed as not searched yet."""
    return [name for name in NAMES if (table["model"] == name).any()]


def rejudged(rows: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """Return what the judge does not grant."""
    wrong = []
    for row in rows.itertuples():
        verdict = pw.judge(row.model, row.pattern, row.parameters | row.stimulus, dt=row.dt)
        if verdict.status != row.status:
            wrong.append((row.model, row.neuron, row.pattern, verdict.status))
    return wrong


def test_the_repertoires_have_every_published_neuron_and_the_most_versatile_of_each_model(
    table: pd.DataFrame,
) -> None:
    twenty = [key for key in pw.patterns.names() if pw.patterns.registry.is_builtin(pw.patterns.get(key))]
    for name in NAMES:
        model = pw.models.get(name)
        rows = table[table["model"] == name]
        expected = {title: (own, dt) for title, own, dt in published_neurons(model)}
        found = set(rows["neuron"])
        if found < {MOST_VERSATILE, *expected}:
            assert {(REPERTOIRES, name, key) for key in twenty} <= stale.listed(), f"{COMMAND} {name}"
        else:
            assert found == {MOST_VERSATILE, *expected}, f"{COMMAND} {name}"
        for title, one in rows.groupby("neuron"):
            assert one["pattern"].tolist() == twenty, f"{COMMAND} {name}"
            if title != MOST_VERSATILE:
                assert (one["parameters"].iloc[0], one["dt"].iloc[0]) == expected[title], (name, title)
            assert set(one["parameters"].iloc[0]) == set(model.parameters)
        assert (rows[rows["pattern"].isin(model.ruled_out)]["evaluations"] == 0).all()
        assert not found or table.attrs["versions"][name]["date"]
    assert (table["cpu_seconds"] > 0).all() and set(table["status"]) <= {"replicated", "fragile", "rejected"}


def test_no_published_neuron_shows_more_than_the_most_versatile_one(table: pd.DataFrame) -> None:
    shown = table[table["status"] == "replicated"].groupby(["model", "neuron"]).size()
    for name in searched(table):
        assert shown[name].max() == shown[name][MOST_VERSATILE], name


def test_a_published_neuron_has_the_pattern_of_its_name_if_judge_confirms_it(table: pd.DataFrame) -> None:
    shown = table.set_index(["model", "neuron", "pattern"])["status"]
    missing = []
    for name in searched(table):
        model, data = pw.models.get(name), packaged(name)["patterns"]
        titles = {(tuple(own.values()), dt): title for title, own, dt in published_neurons(model)}
        for preset in (one for one in model.presets if one.pattern):
            own = tuple(float(preset.parameters.get(key, p.default)) for key, p in model.parameters.items())
            granted = [one["status"] for one in data[preset.pattern]["sets"] if one["title"] == preset.title]
            found = shown[name, titles[own, preset.dt or model.dt], preset.pattern]
            missing += [(name, preset.title)] if granted == ["replicated"] and found != "replicated" else []
    assert missing == []


def test_a_sample_of_the_repertoires_is_confirmed_by_judge(table: pd.DataFrame) -> None:
    claims = table[table["status"] == "replicated"]
    versatile = claims[claims["neuron"] == MOST_VERSATILE].groupby("model").sample(1, random_state=0)
    assert len(versatile) == len(searched(table))
    fast = versatile[~versatile["model"].isin(["wang_buzsaki", "hindmarsh_rose", "hodgkin_huxley", "connor_stevens"])]
    assert rejudged(pd.concat([fast.sample(5, random_state=1), claims.sample(2, random_state=2)])) == []


@pytest.mark.benchmark
def test_every_entry_of_the_repertoires_is_confirmed_by_judge(table: pd.DataFrame) -> None:
    assert rejudged(table[table["status"] != "rejected"]) == []
