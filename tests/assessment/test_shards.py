"""Shards of a study: each makes its part, and together they are the same table; what does not fit is refused."""

import json

import pandas as pd
import pytest
from optimization_fakes import same_table

import plausiwidgets as pw
from plausiwidgets.assessment import StoreError
from plausiwidgets.assessment.shards import Shard
from plausiwidgets.cli import main

MODELS, PATTERNS = ["lif", "izhikevich"], ["tonic_spiking", "tonic_bursting", "mixed_mode"]
SMALL = {"budget": 200, "popsize": 8, "seed": [0, 1]}
COUNT = 5


@pytest.fixture(scope="module")
def whole():
    return pw.assess(MODELS, PATTERNS, **SMALL)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The files of five shards, some of which name models and patterns in another order."""
    folder = tmp_path_factory.mktemp("shards")
    files = [folder / f"{n}.jsonl" for n in range(1, COUNT + 1)]
    for number, file in enumerate(files, 1):
        turn = slice(None, None, -1 if number % 2 == 0 else 1)
        pw.assess(MODELS[turn], PATTERNS[turn], **SMALL, shard=(number, COUNT), store=file)
    return files


def damaged(file, tmp_path, old, new):
    path = tmp_path / f"other-{file.name}"
    path.write_text(file.read_text().replace(old, new))
    return path


def test_every_search_is_in_one_shard_whatever_the_order():
    keys = [(f"m{m}", f"p{p}", 0) for m in range(7) for p in range(11)]
    parts = [Shard(n, 10).part(keys) for n in range(1, 11)]
    assert sorted(key for part in parts for key in part) == sorted(keys)
    assert {len(part) for part in parts} == {7, 8}
    assert [Shard(n, 10).part(keys[::-1]) for n in range(1, 11)] == parts


def test_merged_shards_are_the_table_of_one_process(whole, parts):
    merged = pw.assessment.merge_studies(parts)
    same_table(merged, whole)
    assert merged.attrs["complete"] and merged.attrs["missing"] == []
    assert merged.attrs["versions"] == whole.attrs["versions"]


def test_the_order_is_that_of_the_first_file(whole, parts):
    merged = pw.assessment.merge_studies(parts[::-1])
    same_table(merged, whole)
    turned = pw.assessment.merge_studies([*parts[1:], parts[0]])
    assert list(turned["model"].unique()) == MODELS[::-1]


def test_what_is_missing_is_said(parts, tmp_path):
    merged = pw.assessment.merge_studies([*parts[:2], *parts[3:]])
    assert merged.attrs["missing"] == ["shard 3/5 (2 searches)"] and not merged.attrs["complete"]
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(b"".join(parts[2].read_bytes().splitlines(keepends=True)[:-1]))  # a kill before the last search
    lost = json.loads(parts[2].read_text().splitlines()[-1])
    merged = pw.assessment.merge_studies([torn, *parts[:2], parts[4]])
    assert merged.attrs["missing"] == [
        "shard 4/5 (2 searches)",
        f"{lost['model']} {lost['pattern']} seed {lost['seed']}",
    ]


def test_a_merged_study_is_a_study_that_continues(whole, parts, tmp_path):
    path = tmp_path / "all.jsonl"
    assert len(pw.assessment.merge_studies(parts[1:], store=path)) == len(whole) - 3
    assert [p.name for p in tmp_path.iterdir()] == ["all.jsonl"]
    seen = []
    table = pw.assess(MODELS[::-1], PATTERNS[::-1], **SMALL, store=path, progress=lambda s: seen.append(s.finished))
    assert seen[0] >= len(whole) - 3  # only what was missing is searched
    assert len(table) == len(whole)
    same_table(pw.assessment.merge_studies([*parts, path]), whole)  # duplicates that agree
    with pytest.raises(StoreError, match=r"already exists. Choose a new file"):
        pw.assessment.merge_studies(parts, store=path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"seeds": [0, 1]', '"seeds": [0, 2]', r"another request \(seeds: .0, 2. there, .0, 1. in "),
        ('"mixed_mode": 200', '"mixed_mode": 300', r"budgets: .* there"),
        ('"popsize": 8', '"popsize": 9', "popsize: 9 there, 8 in "),
        ('"dt": null, "shard"', '"dt": 0.5, "shard"', "dt: 0.5 there, None in "),
        ('"numpy": "', '"numpy": "9', "other versions .numpy"),
        ('"study": "plausiwidgets-study-', '"study": "plausiwidgets-study-1', "must have the format"),
    ],
)
def test_files_of_another_study_are_refused_with_the_difference(parts, tmp_path, old, new, said):
    with pytest.raises(StoreError, match=said):
        pw.assessment.merge_studies([parts[0], damaged(parts[1], tmp_path, old, new)])


def test_duplicates_that_differ_are_refused(parts, tmp_path):
    first = json.loads(parts[0].read_text().splitlines()[1])
    other = damaged(parts[0], tmp_path, f'"evaluations": {first["evaluations"]}', '"evaluations": 7')
    with pytest.raises(StoreError, match=r"the same result for \w+ \w+ seed \d, got evaluations 7 and \d+"):
        pw.assessment.merge_studies([parts[0], other])
    slower = damaged(parts[0], tmp_path, '"seconds": ', '"seconds": 1')
    assert len(pw.assessment.merge_studies([parts[0], slower])) == len(pw.assessment.merge_studies(parts[:1]))


def test_the_file_of_another_shard_is_refused(parts):
    with pytest.raises(StoreError, match="shard: '2/5' there, '1/5' here"):
        pw.assess(MODELS, PATTERNS, **SMALL, shard="1/5", store=parts[1])


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "1/2/3", "a/b", (1.0, 2), (1,), 3, "-1/3", (True, 2)])
def test_an_invalid_shard_is_refused(shard):
    with pytest.raises((ValueError, TypeError), match="shard must be "):
        pw.assess("lif", "tonic_spiking", **SMALL, shard=shard)


def test_a_shard_without_searches_is_an_empty_file_of_the_study(tmp_path):
    files = [tmp_path / f"{n}.jsonl" for n in (1, 2)]
    tables = [pw.assess("lif", "tonic_spiking", budget=200, shard=(n, 2), store=f) for n, f in enumerate(files, 1)]
    assert sorted(map(len, tables)) == [0, 1]
    assert len(pw.assessment.merge_studies(files)) == 1


def test_the_commands(tmp_path, capsys):
    words = ["assess", "lif", "--patterns", "A", "C", "E", "--budget", "200", "--quiet", "--shard"]
    for n in (1, 2):
        assert main.main([*words, f"{n}/2", "--store", str(tmp_path / f"{n}.jsonl")]) == 0
    capsys.readouterr()
    files = [str(tmp_path / f"{n}.jsonl") for n in (1, 2)]
    assert main.main(["merge", files[0]]) == 1
    assert "Missing: shard 2/2 (1 searches)" in capsys.readouterr().err
    csv = tmp_path / "t.csv"
    assert main.main(["merge", *files, "--csv", str(csv), "--store", str(tmp_path / "all.jsonl")]) == 0
    told = capsys.readouterr()
    assert "lif: 1 verified, 2 ruled out" in told.out and told.err == ""
    assert list(pd.read_csv(csv)["letter"]) == ["A", "C", "E"]
    assert main.main([*words[:-1], "--store", str(tmp_path / "all.jsonl"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["complete"]
    assert main.main(["merge", *files, "--csv", files[0]]) == 2
    with pytest.raises(SystemExit):
        main.main([*words, "3/2"])
    assert "The parts are counted from 1" in capsys.readouterr().err


def test_a_file_whose_request_is_damaged_and_files_of_a_generator(tmp_path):
    path = tmp_path / "s.jsonl"
    pw.assess("lif", "tonic_spiking", budget=100, store=path)
    assert len(pw.assessment.merge_studies(one for one in [path])) == 1
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    for request in (3, {}, json.loads(head)["request"] | {"models": 1}):
        path.write_text("\n".join([json.dumps(json.loads(head) | {"request": request}), *lines]) + "\n")
        with pytest.raises(StoreError, match="its request cannot be read"):
            pw.assessment.merge_studies([path])
