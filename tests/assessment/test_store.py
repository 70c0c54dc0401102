"""The file of a study: a killed study continues to the same table; other files are refused."""

import copy
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from optimization_fakes import same_table
from small_neurons import good_step, make

import plausiwidgets as pw
from plausiwidgets.assessment import StoreError, StoreWarning, units
from plausiwidgets.assessment.request import model_fingerprint, pattern_fingerprint
from plausiwidgets.assessment.store import Store
from plausiwidgets.cli import main
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.patterns.pattern import OF_BENCH

SMALL = {"budget": 300, "popsize": 8}
REQUEST, VERSIONS = {"models": {"a": "1"}, "seeds": [0]}, {"torch": "1"}


def result(seed, **fields):
    return pw.Result("a", "mine", seed, 10, **({"stop_reason": "budget", "loss": 0.1 + 0.2} | fields))


def written(path, *results):
    """Return a file with these searches."""
    store = Store(path, REQUEST, VERSIONS)
    store.prepare()
    for one in results:
        store.write(one)
    return path


def read(path):
    return list(Store(path, REQUEST, VERSIONS).results.values())


def refused(path, text, request=REQUEST, versions=VERSIONS):
    before = path.read_bytes()
    with pytest.raises(StoreError, match=text):
        Store(path, request, versions)
    assert path.read_bytes() == before


# -- the file ----------------------------------------------------------------------------------------


def test_each_search_is_a_line_that_is_read_unchanged(tmp_path):
    results = [result(0), result(1, error="a\nb\u2028c", parameters={"tau": 1 / 3}), result(2, loss=float("inf"))]
    path = written(tmp_path / "s.jsonl", *results)
    head, *lines = path.read_text(encoding="ascii").splitlines()
    assert json.loads(head)["request"] == REQUEST and json.loads(head)["versions"] == VERSIONS
    assert [json.loads(line)["seed"] for line in lines] == [0, 1, 2]
    assert read(path) == results


def test_wherever_the_file_is_cut_off_the_complete_lines_are_read_and_the_study_continues(tmp_path):
    path = tmp_path / "s.jsonl"
    results = [result(0), result(1)]
    data = written(path, *results).read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    near = {end + i for end in (0, *ends) for i in range(-15, 15)} & set(range(len(data) + 1))
    for length in sorted(near | set(range(0, len(data), 97))):
        path.write_bytes(data[:length])
        whole = sum(length >= end - 1 for end in ends[1:])  # the end of a line may be missing
        assert read(path) == results[:whole]
        written(path, result(7), result(8))
        assert read(path) == [*results[:whole], result(7), result(8)]


def test_files_of_one_request_are_merged_by_cat(tmp_path):
    one, two = (written(tmp_path / f"{n}.jsonl", result(n), result(2)).read_bytes() for n in (0, 1))
    path = tmp_path / "both.jsonl"
    path.write_bytes(one + two)
    assert [r.seed for r in read(path)] == [0, 2, 1]
    path.write_bytes(one[:-20] + two)  # a kill had cut off the end of the first
    assert [r.seed for r in read(path)] == [0, 1, 2]
    path.write_bytes(one + written(tmp_path / "other.jsonl").read_bytes().replace(b'"seeds": [0]', b'"seeds": [1]'))
    refused(path, "another request")


def test_two_processes_can_write_one_file_at_the_same_time(tmp_path):
    path = tmp_path / "s.jsonl"
    program = (
        "import sys, plausiwidgets as pw; from plausiwidgets.assessment.store import Store\n"
        f"store = Store(sys.argv[1], {REQUEST!r}, {VERSIONS!r}); store.prepare()\n"
        "for seed in range(100):\n"
        "    store.write(pw.Result('a', sys.argv[2], seed, 10, stop_reason='budget', error='x' * 20000))"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, path, name]) for name in ("one", "two")]
    assert [process.wait(120) for process in both] == [0, 0]
    assert sorted(r.id for r in read(path)) == [("a", name, seed) for name in ("one", "two") for seed in range(100)]


def test_a_failed_search_is_replaced_by_a_later_one(tmp_path):
    path = written(
        tmp_path / "s.jsonl", result(0, stop_reason="failed", error="no room"), result(0), result(0, loss=5.0)
    )
    assert read(path) == [result(0)]


def test_other_versions_and_other_requests_are_refused(tmp_path):
    path = written(tmp_path / "s.jsonl", result(0))
    refused(path, "other versions.*torch: '1' there, '2' here", versions={"torch": "2"})
    refused(path, "another request.*seeds: .0. there, .1. here", request=REQUEST | {"seeds": [1]})
    path.write_bytes(path.read_bytes().replace(b"plausiwidgets-study-9", b"plausiwidgets-study-99"))
    refused(path, "must have the format 'plausiwidgets-study-9', got 'plausiwidgets-study-99'")


@pytest.mark.parametrize("content", [b"x", b"a line of text\n", b"text" * 1000, b"\x00\xff", b'{"nbformat": 4}'])
def test_another_file_is_refused_unchanged(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    refused(path, "must be a file of a study. Choose another file name")


def test_after_damage_of_any_byte_the_other_searches_are_read_or_the_file_is_refused(tmp_path):
    path = tmp_path / "s.jsonl"
    results = [result(seed) for seed in range(3)]
    whole, rng, refusals = written(path, *results).read_bytes(), np.random.default_rng(0), []
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= int(rng.integers(1, 256))
        path.write_bytes(data)
        try:
            assert len([r for r in read(path) if r in results]) >= 1
        except StoreError as error:
            refusals.append(str(error))
    assert all(re.search("another file name|another name", text) for text in refusals)


@pytest.mark.parametrize("name", ["s" * 300, "a\0b.jsonl", "no/s.jsonl", "."])
def test_an_invalid_file_name_is_reported(tmp_path, name):
    with pytest.raises(
        StoreError,
        match=r"(cannot be (read|written)|is not a valid file name) .*(Choose another file name|Check the folder)",
    ):
        pw.assess("lif", "tonic_bursting", store=f"{tmp_path}/{name}", **SMALL)


# -- a study -----------------------------------------------------------------------------------------


def test_a_finished_study_is_only_read(tmp_path, monkeypatch):
    first = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=tmp_path / "s.jsonl", **SMALL)
    data = (tmp_path / "s.jsonl").read_bytes()
    monkeypatch.setattr(Store, "_append", None)  # writing would raise
    second = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=tmp_path / "s.jsonl", **SMALL)
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert (tmp_path / "s.jsonl").read_bytes() == data
    same_table(first, pw.assess("lif", ["tonic_spiking", "tonic_bursting"], **SMALL))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_is_enough_for_a_finished_study(tmp_path):
    path = tmp_path / "s.jsonl"
    first = pw.assess("lif", "tonic_spiking", store=path, **SMALL)
    path.chmod(0o444)
    same_table(pw.assess("lif", "tonic_spiking", store=path, **SMALL), first)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(StoreError, match="cannot be written"):
        pw.assess("lif", "tonic_spiking", store=path, **SMALL)


def test_a_failed_search_is_stored_with_its_error_and_runs_again(tmp_path, monkeypatch):
    patterns, path = ["tonic_spiking", "tonic_bursting"], tmp_path / "s.jsonl"
    whole = pw.assess("lif", patterns, **SMALL)
    judge = Problem.judge

    def broken(self, *arguments, **options):
        if self.pattern.key == "tonic_spiking":
            raise MemoryError("this time")
        return judge(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Problem, "judge", broken)
        part = pw.assess("lif", patterns, store=path, **SMALL)
    assert list(part["status"]) == ["failed", "rejected"] and not part.attrs["complete"]
    assert json.loads(path.read_text().splitlines()[1])["error"] == "MemoryError: this time"
    same_table(pw.assess("lif", patterns, store=path, **SMALL), whole)


KILLED = """
import os, signal, sys
import plausiwidgets as pw
def kill(snapshot):
    if snapshot.finished == 2:
        os.kill(os.getpid(), signal.SIGKILL)
pw.assess("lif", ["tonic_spiking", "tonic_bursting", "mixed_mode"], budget=300, popsize=8, store=sys.argv[1],
          progress=kill)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process")
def test_a_killed_study_has_lost_nothing_that_was_finished_and_continues_to_the_same_table(tmp_path):
    path, patterns = tmp_path / "s.jsonl", ["tonic_spiking", "tonic_bursting", "mixed_mode"]
    killed = subprocess.run([sys.executable, "-c", KILLED, path], timeout=300, check=False)
    assert killed.returncode == -signal.SIGKILL and len(path.read_text().splitlines()) == 3
    same_table(pw.assess("lif", patterns, store=path, **SMALL), pw.assess("lif", patterns, **SMALL))


def test_a_custom_model_whose_equations_changed_is_refused(tmp_path):
    def neuron(factor):
        return make(lambda current, state, p, dt: good_step(current * factor, state, p, dt), key="leaky", dt=0.5)

    options = SMALL | {"store": tmp_path / "s.jsonl"}
    first = pw.assess(neuron(1.0), "tonic_spiking", **options)
    same_table(pw.assess(neuron(1.0), "tonic_spiking", **options), first)
    with pytest.raises(StoreError, match=r"another request.*leaky"):
        pw.assess(neuron(1.5), "tonic_spiking", **options)


def test_invalid_arguments_create_no_file(tmp_path):
    with pytest.raises(ValueError, match=r"^assess: progress must be .*, got 'bad'"):
        pw.assess("lif", "tonic_spiking", progress="bad", store=tmp_path / "s.jsonl", **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_after_a_full_disk_the_study_continues_in_memory(tmp_path, monkeypatch):
    write, path = os.write, tmp_path / "s.jsonl"

    def full(file, data):
        if path.stat().st_size > 0:
            write(file, data[:10])
            raise OSError(28, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.warns(StoreWarning, match=r"No space left .*continues in memory"):
        table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=path, **SMALL)
    monkeypatch.undo()
    assert "No space left" in table.attrs["store_error"]
    whole = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], **SMALL)
    same_table(table, whole)
    same_table(pw.assess("lif", ["tonic_spiking", "tonic_bursting"], store=path, **SMALL), whole)


def test_a_file_deleted_during_the_study_is_noticed(tmp_path):
    path = tmp_path / "s.jsonl"
    with pytest.warns(StoreWarning, match=r"cannot be written .*continues in memory"):
        table = pw.assess("lif", "tonic_bursting", store=path, progress=lambda _: path.unlink(missing_ok=True), **SMALL)
    assert "store_error" in table.attrs and not path.exists()
    same_table(table, pw.assess("lif", "tonic_bursting", **SMALL))


def test_the_definitions_of_patterns_and_neurons_are_part_of_the_request():
    pattern = replace(pw.patterns.get("tonic_spiking"), key="mine", verification={})

    def longer(runner):
        measured = pattern.measured_on(runner)
        return replace(measured, features={n: v + 1.0 for n, v in measured.features.items() if n not in OF_BENCH})

    others = [
        replace(pattern, verification={"in a weaker step": replace(pattern, key="weaker", verification={})}),
        replace(pattern, comes_back=False),
        replace(pattern, measure=None, procedure=longer),
    ]
    assert pattern_fingerprint(pattern) == pattern_fingerprint(replace(pattern))
    assert len({pattern_fingerprint(one) for one in (pattern, *others)}) == 4
    lif = pw.models.get("lif")
    higher = copy.copy(lif)
    object.__setattr__(higher, "_peak", 1.0)
    assert model_fingerprint(lif) != model_fingerprint(higher)


def test_a_search_that_is_stopped_while_its_set_is_moved_is_not_a_finished_one(tmp_path, monkeypatch):
    def stopped(*args):
        raise KeyboardInterrupt

    asked = ("lif", ["tonic_spiking", "integrator"])
    whole = pw.assess(*asked, **SMALL)
    with monkeypatch.context() as patched:
        patched.setattr(units, "shrink_to_defaults", stopped)
        cut = pw.assess(*asked, store=tmp_path / "s.jsonl", **SMALL)
        assert not cut.attrs["complete"] and "solved" not in cut["stop_reason"].tolist()
    same_table(pw.assess(*asked, store=tmp_path / "s.jsonl", **SMALL), whole)


# -- several files -----------------------------------------------------------------------------------

MODELS, PATTERNS = ["lif", "izhikevich"], ["tonic_spiking", "tonic_bursting"]


@pytest.fixture(scope="module")
def whole():
    return pw.assess(MODELS, PATTERNS, seed=[0, 1], **SMALL)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    """The files of an array of four jobs, each with one pattern and one seed."""
    folder = tmp_path_factory.mktemp("jobs")
    files = [folder / f"job-{number}.jsonl" for number in range(4)]
    for number, file in enumerate(files):
        pw.assess(MODELS, PATTERNS[number % 2], seed=number // 2, store=file, **SMALL)
    return files


def searched(*asked, **options):
    """Return a table, and how many searches were not in a file."""
    study = pw.assessment.start_assessment(*asked, **options)
    return study.result(300.0), len(study.left)


def test_the_files_of_an_array_of_jobs_make_the_table_of_one_process(whole, jobs, tmp_path):
    path, before = tmp_path / "study.jsonl", [file.read_bytes() for file in jobs]
    table, left = searched(MODELS, PATTERNS, seed=[0, 1], store=[path, *jobs], **SMALL)
    same_table(table, whole)
    assert left == 0 and [file.read_bytes() for file in jobs] == before
    alone, left = searched(MODELS, PATTERNS, seed=[0, 1], store=path, **SMALL)  # the first file has all searches now
    same_table(alone, whole)
    assert left == 0
    same_table(pw.assessment.read_study(path), whole)


def test_a_job_that_was_killed_costs_only_the_searches_that_it_lacks(whole, jobs, tmp_path):
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(jobs[0].read_bytes()[:-20])
    files = [tmp_path / "study.jsonl", torn, *jobs[2:]]
    table, left = searched(MODELS, PATTERNS, seed=[0, 1], store=files, **SMALL)
    same_table(table, whole)
    assert left == 3  # the cut-off line, and the second job


def test_a_smaller_study_takes_its_searches_from_a_larger_one(whole, jobs, tmp_path):
    files = [tmp_path / "small.jsonl", *jobs]
    table, left = searched("izhikevich", PATTERNS, seed=1, store=files, **SMALL)
    rows = whole[(whole["model"] == "izhikevich") & (whole["seed"] == 1)].reset_index(drop=True)
    same_table(table, rows)
    assert left == 0 and len((tmp_path / "small.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"budget": 200}, r"another request \(budgets: .*300. there, .*200. here"),
        ({"popsize": 9}, "another request .popsize: 8 there, 9 here"),
        ({"dt": 0.2}, "another request .dt: None there, 0.2 here"),
        ({"models": "adex"}, "has no model and pattern of this study"),
    ],
)
def test_the_file_of_a_study_with_other_settings_is_refused_before_the_work(jobs, tmp_path, asked, text):
    options = {"models": MODELS, "patterns": PATTERNS, **SMALL} | asked
    with pytest.raises(StoreError, match=text):
        pw.assess(**options, store=[tmp_path / "study.jsonl", jobs[0]])
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_and_an_empty_list_are_refused(tmp_path):
    with pytest.raises(StoreError, match=r"no\.jsonl does not exist\. Pass the files of a study"):
        pw.assess("lif", "tonic_bursting", store=[tmp_path / "new.jsonl", tmp_path / "no.jsonl"], **SMALL)
    with pytest.raises(StoreError, match=r"no\.jsonl does not exist"):
        pw.assessment.read_study(tmp_path / "no.jsonl")
    with pytest.raises(ValueError, match=r"store must be None, the path of a file or a list of paths, got \[\]"):
        pw.assess("lif", "tonic_bursting", store=[], **SMALL)


def test_the_table_of_a_file_has_its_finished_searches_and_states_whether_it_is_complete(whole, jobs):
    part = pw.assessment.read_study([jobs[0], jobs[3]])
    assert list(zip(part["pattern"], part["seed"], strict=True)) == [
        (pattern, seed) for pattern, seed in (("tonic_spiking", 0), ("tonic_bursting", 1)) for _ in MODELS
    ]
    assert part.attrs["complete"] and part.attrs["versions"] == whole.attrs["versions"]
    damaged = jobs[0].read_text().replace('"models"', '"modes"')
    other = jobs[0].with_name("damaged.jsonl")
    other.write_text(damaged)
    with pytest.raises(StoreError, match="damaged, so its request cannot be read"):
        pw.assessment.read_study(other)


def test_the_command_reads_several_files_and_writes_the_first(jobs, tmp_path, capsys):
    new = tmp_path / "study.jsonl"
    words = ["assess", *MODELS, "--patterns", *PATTERNS, "--seed", "0", "1", "--budget", "300", "--quiet"]
    assert main.main([*words, "--store", str(new), str(jobs[0])]) == 1
    assert "popsize: 8 there, None here" in capsys.readouterr().err
    mine = tmp_path / "job.jsonl"
    assert main.main(["assess", "lif", "--patterns", "A", "--budget", "300", "--quiet", "--store", str(mine)]) == 0
    assert main.main(["assess", "lif", "--patterns", "A", "C", "--budget", "300", "--store", str(new), str(mine)]) == 0
    assert "[2/2]" in capsys.readouterr().err and len(new.read_text().splitlines()) == 3
