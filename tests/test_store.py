"""The store: a killed study goes on and gives the same table; a file of something else is refused."""

import gc
import os
import re
import sqlite3
import subprocess
import sys
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import study_killer
from optimization_fakes import fake_optimizer

import plausiwidgets as pw
from plausiwidgets import assessment
from plausiwidgets.assessment import StoreError, StoreWarning
from plausiwidgets.assessment.specification import pattern_fingerprint
from plausiwidgets.assessment.store import Store
from plausiwidgets.optimization.portfolio import Options
from plausiwidgets.optimization.problem import Problem

SMALL = {"budget": 300, "popsize": 8}
SPEC, VERSIONS = {"models": {"a": "1"}, "seeds": [0]}, {"torch": "1"}


def same(one, two):
    left, right = one.drop(columns="seconds"), two.drop(columns="seconds")
    pd.testing.assert_frame_equal(left, right, check_exact=True)


def refused(path, text, specification=SPEC, versions=VERSIONS):
    before = path.read_bytes()
    with pytest.raises(StoreError, match=text):
        Store(path, specification, versions)
    assert path.read_bytes() == before


def test_generations_come_back_bit_for_bit(tmp_path):
    optimizer = fake_optimizer(1, budget=400, options=Options(popsize=8, population=32), radius=-1.0)
    store = Store(tmp_path / "s.db", SPEC, VERSIONS)
    made = []
    while (generation := optimizer.step()) is not None:
        store.add("u", len(made), [generation], [0.1])
        made.append(generation)
    store.end("u", {"status": "rejected"})
    store.close()
    stored = Store(tmp_path / "s.db", SPEC, VERSIONS).unit("u")
    again = fake_optimizer(1, budget=400, options=Options(popsize=8, population=32), radius=-1.0)
    for one, two in zip(made, stored.generations, strict=True):
        np.testing.assert_array_equal(one.costs, two.costs)
        assert one.median == two.median
    again.replay(stored.generations)
    assert again.best.parameters == optimizer.best.parameters
    assert again.step() is None
    assert stored.row == {"status": "rejected"}


def test_a_finished_study_is_read_not_made_again(tmp_path):
    first = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=tmp_path / "s.db", **SMALL)
    second = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=tmp_path / "s.db", **SMALL)
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    same(first, pw.assess("lif", ["tonic_spiking", "tonic_bursting"], **SMALL))


@pytest.mark.parametrize("stop_at", [1, 4, 9, 12])
def test_a_stopped_study_goes_on_to_the_same_table(tmp_path, stop_at):
    patterns = ["tonic_spiking", "tonic_bursting", "mixed_mode"]
    whole = pw.assess("lif", patterns, **SMALL)
    steps = []

    def interrupt(snapshot):
        steps.append(snapshot)
        if len(steps) == stop_at and snapshot.state == "running":
            raise KeyboardInterrupt

    part = pw.assess("lif", patterns, store=tmp_path / "s.db", progress=interrupt, **SMALL)
    assert len(part) <= len(whole)
    same(pw.assess("lif", patterns, store=tmp_path / "s.db", **SMALL), whole)


def test_what_failed_is_tried_again(tmp_path, monkeypatch):
    patterns = ["tonic_spiking", "tonic_bursting"]
    whole = pw.assess("lif", patterns, **SMALL)
    judge = Problem.judge

    def broken(self, *arguments, **options):
        if self.pattern.key == "tonic_spiking":
            raise MemoryError("this time")
        return judge(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Problem, "judge", broken)
        part = pw.assess("lif", patterns, store=tmp_path / "s.db", **SMALL)
    assert list(part["status"]) == ["failed", "rejected"]
    same(pw.assess("lif", patterns, store=tmp_path / "s.db", **SMALL), whole)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killer forks")
@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_gives_the_same_table(tmp_path, kills):
    script = Path(study_killer.__file__)
    run = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "s.db"), str(tmp_path / "t.csv"), str(kills)],
        cwd=script.parent.parent,
        env=os.environ | {"PYTHONPATH": str(script.parent.parent)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == kills
    assessment.write_csv(study_killer.table(), tmp_path / "whole.csv")
    same(pd.read_csv(tmp_path / "t.csv"), pd.read_csv(tmp_path / "whole.csv"))


def test_other_versions_and_other_questions_are_refused(tmp_path):
    path = tmp_path / "s.db"
    Store(path, SPEC, VERSIONS).close()
    refused(path, 'other versions.*torch: "1" there, "2" here', versions={"torch": "2"})
    refused(path, "another specification.*seeds: .0. there, .1. here", specification=SPEC | {"seeds": [1]})


def test_an_own_model_whose_equations_changed_is_refused(tmp_path):
    def neuron(factor):
        import torch

        def step(current, state, p, dt):
            v = state[0] + dt / p.tau * (factor * (-65.0 - state[0]) + current)
            spikes = (v > -50.0).to(v.dtype)
            return spikes, (torch.where(v > -50.0, -65.0 + 0.0 * v, v),)

        return pw.NeuronModel(
            name="leaky", step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
            initial_state=lambda p, holding: (-65.0 + 0.0 * p.tau,),
            current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"), rest=-65.0, threshold=-50.0, dt=0.5,
        )  # fmt: skip

    options = SMALL | {"store": tmp_path / "s.db"}
    first = pw.assess(neuron(1.0), "tonic_spiking", **options)
    same(pw.assess(neuron(1.0), "tonic_spiking", **options), first)
    with pytest.raises(StoreError, match=r"another specification.*leaky"):
        pw.assess(neuron(1.5), "tonic_spiking", **options)


def test_files_of_something_else_are_refused(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and longer than a header")
    refused(text, "not an SQLite file")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    refused(other, "something else")


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "s.db"
    store = Store(path, SPEC, VERSIONS)
    optimizer = fake_optimizer(1, budget=2000, radius=-1.0)
    for number in range(8):
        store.add("u", number, [optimizer.step()], [0.1])
    store.close()
    data = bytearray(path.read_bytes())
    data[5000:9000] = b"\xff" * 4000
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"is damaged.*use a copy of it, or another file name"):
        Store(path, SPEC, VERSIONS)


def test_one_writer_at_a_time(tmp_path):
    first = Store(tmp_path / "s.db", SPEC, VERSIONS)
    (tmp_path / "link.db").symlink_to(tmp_path / "s.db")
    for name in ("s.db", "link.db"):
        with pytest.raises(StoreError, match="open in this process"):
            Store(tmp_path / name, SPEC, VERSIONS)
    first.close()
    Store(tmp_path / "s.db", SPEC, VERSIONS).close()


def test_what_is_refused_in_this_process_does_not_let_another_one_in(tmp_path):
    path = tmp_path / "s.db"
    first = Store(path, SPEC, VERSIONS)
    with pytest.raises(StoreError, match="open in this process"):
        Store(path, SPEC, VERSIONS)
    program = (
        "import sys; from plausiwidgets.assessment.store import Store, StoreError\n"
        f"try: Store(sys.argv[1], {SPEC!r}, {VERSIONS!r})\n"
        "except StoreError as error: print(error)"
    )
    other = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert "open in another process" in other.stdout
    first.close()


@pytest.mark.parametrize("content", [b"x", b"a line of text", b"text" * 1000])
def test_a_file_that_is_no_database_is_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    refused(path, "not an SQLite file")
    assert path.read_bytes() == content


def test_a_store_that_nobody_has_any_more_is_free(tmp_path):
    store = Store(tmp_path / "s.db", SPEC, VERSIONS)
    del store
    gc.collect()
    Store(tmp_path / "s.db", SPEC, VERSIONS).close()


def test_a_folder_that_does_not_exist_says_so(tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "no" / "s.db", SPEC, VERSIONS)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_says_so(tmp_path):
    path = tmp_path / "s.db"
    Store(path, SPEC, VERSIONS).close()
    path.chmod(0o444)
    with pytest.raises(StoreError, match="cannot be written"):
        Store(path, SPEC, VERSIONS)


def test_a_disk_that_fills_up_keeps_the_run_in_memory(tmp_path, monkeypatch):
    opened = sqlite3.connect

    def small(*arguments, **options):
        connection = opened(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 6")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.warns(StoreWarning, match="disk is full.*goes on in memory"):
        table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=tmp_path / "s.db", **SMALL)
    assert "disk is full" in table.attrs["store_error"]
    same(table, pw.assess("lif", ["tonic_spiking", "tonic_bursting"], **SMALL))
    with opened(tmp_path / "s.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_generation_that_is_damaged_is_refused(tmp_path):
    options = SMALL | {"store": tmp_path / "s.db"}
    pw.assess("lif", "tonic_bursting", **options)
    with sqlite3.connect(tmp_path / "s.db") as connection:
        connection.execute("UPDATE generation SET costs = x'00' WHERE number = 0")
    connection.close()
    with pytest.raises(StoreError, match="damaged"):
        pw.assess("lif", "tonic_bursting", **options)


def test_a_store_is_free_after_what_was_refused(tmp_path):
    options = SMALL | {"store": tmp_path / "s.db"}
    with pytest.raises(ValueError, match="progress is 'bad'") as kept:
        pw.assess("lif", "tonic_spiking", progress="bad", **options)
    pw.assess("lif", "tonic_spiking", **options)
    assert kept


def test_what_cannot_be_fingerprinted_is_assessed_and_stored_all_the_same(tmp_path):
    def protocol(bench):
        raise KeyError("a neuron of another kind")

    pattern = replace(pw.patterns.get("tonic_spiking"), key="mine", measure=None, procedure=protocol)
    asked = ["tonic_spiking", pattern]
    with_store = pw.assess("lif", asked, store=tmp_path / "s.db", **SMALL)
    same(with_store, pw.assess("lif", asked, **SMALL))
    assert list(with_store["status"]) == ["replicated", "failed"]


def test_a_file_without_its_tables_is_refused(tmp_path):
    options = SMALL | {"store": tmp_path / "s.db"}
    pw.assess("lif", "tonic_bursting", **options)
    with sqlite3.connect(tmp_path / "s.db") as connection:
        connection.execute("DROP TABLE ended")
    connection.close()
    with pytest.raises(StoreError, match=r"s\.db is damaged \(no such table"):
        pw.assess("lif", "tonic_bursting", **options)


def test_a_pattern_whose_protocol_changed_is_another_one():
    pattern = pw.patterns.get("tonic_spiking")

    def longer(bench):
        measured = pattern.measured_on(bench)
        return replace(measured, features={n: v + 1.0 for n, v in measured.features.items()})

    assert pattern_fingerprint(pattern) == pattern_fingerprint(replace(pattern))
    assert pattern_fingerprint(pattern) != pattern_fingerprint(replace(pattern, measure=None, procedure=longer))


def test_no_pickle_in_the_file(tmp_path):
    pw.assess("lif", "tonic_bursting", store=tmp_path / "s.db", **SMALL)
    with sqlite3.connect(tmp_path / "s.db") as connection:
        kinds = {type(v) for row in connection.execute("SELECT * FROM generation") for v in row}
        stored = connection.execute("SELECT criteria, costs FROM generation").fetchall()
    connection.close()
    assert kinds <= {str, int, float, bytes}
    assert all(len(zlib.decompress(costs)) % (8 * (criteria + 1)) == 0 for criteria, costs in stored)


# -- damage ------------------------------------------------------------------------------------------


def test_whichever_byte_is_damaged_what_is_read_is_what_was_written_or_refused(tmp_path):
    path = tmp_path / "s.db"
    store = Store(path, SPEC, VERSIONS)
    optimizer = fake_optimizer(1, budget=400, options=Options(popsize=8, population=32), radius=-1.0)
    made = []
    while (generation := optimizer.step()) is not None:
        store.add("u", len(made), [generation], [0.1])
        made.append(generation)
    store.end("u", {"status": "rejected", "loss": 0.25})
    store.close()
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    read, refusals = 0, []
    for first in range(0, len(whole), 32):
        data = bytearray(whole)
        data[min(first + int(rng.integers(32)), len(data) - 1)] ^= int(rng.integers(1, 256))
        path.write_bytes(data)
        try:
            damaged = Store(path, SPEC, VERSIONS)
            try:
                stored = damaged.unit("u")
            finally:
                damaged.close()
        except StoreError as error:
            refusals.append(str(error))
            continue
        # What is missing is searched again, to the same end.
        read += 1
        assert stored.row in (None, {"status": "rejected", "loss": 0.25})
        for one, two in zip(made, stored.generations, strict=False):
            np.testing.assert_array_equal(one.costs, two.costs)
            assert (one.median, one.hits, one.phase) == (two.median, two.hits, two.phase)
            assert replace(one.candidate, checks=()) == two.candidate
        assert len(stored.generations) <= len(made)
    assert read > 10
    assert len(refusals) > 100
    assert all(re.search("copy of it|another file name|another name|check the", text) for text in refusals)


@pytest.mark.parametrize("seed", range(12))
def test_a_study_goes_on_from_a_damaged_file_to_the_same_table_or_is_refused(tmp_path, seed):
    options = SMALL | {"store": tmp_path / "s.db"}
    first = pw.assess("lif", "tonic_bursting", **options)
    rng = np.random.default_rng(seed)
    data = bytearray((tmp_path / "s.db").read_bytes())
    data[int(rng.integers(100, len(data)))] ^= 1 << int(rng.integers(8))
    (tmp_path / "s.db").write_bytes(data)
    with suppress(StoreError):
        same(pw.assess("lif", "tonic_bursting", **options), first)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ended SET line = '{}'", "UPDATE ended SET line = ''", "UPDATE ended SET line = 'no JSON'",
        "UPDATE ended SET line = replace(line, 'rejected', 'replicated')", "UPDATE ended SET line = 1",
        "UPDATE ended SET line = CAST(x'fffe' AS TEXT)", "UPDATE generation SET candidate = '{}'",
        "UPDATE generation SET median = 0.0 WHERE number = 1", "UPDATE generation SET phase = x'ff'",
        "UPDATE generation SET costs = 1", "DELETE FROM generation WHERE number = 0",
        "UPDATE study SET value = 'no JSON' WHERE name = 'versions'", "UPDATE study SET value = '[1]'",
        "DELETE FROM study WHERE name = 'versions'", "ALTER TABLE ended RENAME COLUMN line TO row",
    ],
)  # fmt: skip
def test_an_altered_row_is_refused_with_what_to_do(tmp_path, change):
    options = SMALL | {"store": tmp_path / "s.db"}
    pw.assess("lif", "tonic_bursting", **options)
    with sqlite3.connect(tmp_path / "s.db") as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(StoreError, match="another file name"):
        pw.assess("lif", "tonic_bursting", **options)


@pytest.mark.parametrize("name", ["s" * 300, "a\0b.db", "x/" * 3000 + "s.db"])
def test_a_name_that_no_file_can_have_says_so(tmp_path, name):
    with pytest.raises(StoreError, match=r"cannot be called '.*choose another name"):
        pw.assess("lif", "tonic_bursting", store=str(tmp_path / name), **SMALL)


def test_a_disk_that_cannot_be_written_says_what_to_check(tmp_path, monkeypatch):
    path = tmp_path / "s.db"
    with pytest.raises(StoreError, match=r"cannot be written .*check the folder"):
        Store(tmp_path, SPEC, VERSIONS)

    class Broken(sqlite3.Connection):
        def execute(self, *arguments):
            raise sqlite3.OperationalError("disk I/O error")

    opened = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **options: opened(*a, factory=Broken, **options))
    with pytest.raises(StoreError, match=r"\(disk I/O error\): check the disk, and whether it is mounted read-only"):
        Store(path, SPEC, VERSIONS)


@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.parametrize("at", ["the first generation", "the end"])
def test_a_store_that_is_deleted_during_the_run_is_noticed(tmp_path, at, replaced):
    path = tmp_path / "s.db"

    def delete(snapshot):
        if path.exists() and (at == "the first generation" or snapshot.position == 1):
            path.unlink()
            if replaced:
                path.write_bytes(b"")

    with pytest.warns(StoreWarning, match="deleted or replaced while it was open"):
        table = pw.assess("lif", "tonic_bursting", store=path, progress=delete, **SMALL)
    assert "not saved there" in table.attrs["store_error"]
    same(table, pw.assess("lif", "tonic_bursting", **SMALL))
