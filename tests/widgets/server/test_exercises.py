"""Exercises of a server: what is kept, and who may read it."""

import base64
import logging
import zlib
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.teaching.codes import LONGEST
from plausiwidgets.texts import speaking
from plausiwidgets.widgets.server import exercises
from plausiwidgets.widgets.server.exercises import MAX_CODES, Exercise, by_name
from plausiwidgets.widgets.server.limits import Bucket

LOG = logging.getLogger("test")


def written(fields: str) -> str:
    """A code as a page writes it."""
    text = fields.encode()
    return f"PW1.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{zlib.crc32(text):08x}"


CODE = written(".model=izhikevich&.pattern=tonic_bursting&.seconds=41&.solved=0")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    task = pw.teaching.Exercise("Make it burst.", free=["c", "d"])
    return pw.export_page("izhikevich", "tonic_bursting", {"c": -65.0}, path=tmp_path / "my burst.html", exercise=task)


def test_codes_are_there_after_a_restart_and_none_is_there_twice(path: Path) -> None:
    exercise = Exercise(path)
    assert exercise.name == "my_burst"
    assert exercise.take(CODE, LOG) == exercise.take(f"{CODE[:20]}\n {CODE[20:]}", LOG) == ""  # as it was copied
    assert exercise.news(0) == {"codes": [CODE], "count": 1}
    assert exercise.news(1) == {"codes": [], "count": 1}
    assert Exercise(path).codes == [CODE]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "PW1",
        "<script>",
        f"PW1.{'a' * LONGEST}.0123abcd",
        f"{CODE}\n{CODE}",
        "PW1.ä.0123abcd",
        "PW1.abc.0123abcd",
        written(".model=lif"),
        f"{CODE[:-8]}01234567",
    ],
)
def test_a_text_that_is_not_a_code_is_rejected(path: Path, code: str) -> None:
    exercise = Exercise(path)
    assert exercise.take(code, LOG)
    assert exercise.codes == []


def test_there_are_so_many_codes_and_a_full_disk_keeps_them_in_memory(path: Path, caplog) -> None:
    exercise = Exercise(path)
    exercise._file = path.parent / "missing" / "codes.txt"
    assert exercise.take(CODE, LOG) == ""
    assert "memory" in caplog.text
    exercise.codes = [f"PW1.{k}.0123abcd" for k in range(MAX_CODES)]
    assert "does not accept any more codes" in exercise.take(CODE, LOG)


def test_only_the_secret_identifies_the_teacher_and_each_start_has_a_new_one(path: Path) -> None:
    one, other = Exercise(path), Exercise(path)
    assert one.is_teacher(one.secret)
    assert not one.is_teacher("")
    assert not one.is_teacher(other.secret)
    assert one.secret.encode() not in one.page


def test_its_address_has_letters_that_an_address_keeps_and_a_file_that_is_none_has_no_address(path: Path) -> None:
    assert Exercise(path.rename(path.with_name("Übung 1.html"))).name == "_bung_1"
    with pytest.raises(ValueError, match="must be the page of an exercise"):
        Exercise(pw.export_page("izhikevich", path=path.with_name("plain.html")))


def test_two_exercises_of_one_name_are_refused_as_one_would_be_lost(path: Path) -> None:
    other = path.parent / "other" / "my_burst.html"
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    assert list(by_name([path])) == ["my_burst"]
    with pytest.raises(ValueError, match="a different name in its address, got 'my_burst' twice"):
        by_name([path, other])


def test_so_many_codes_are_taken_at_a_time(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(exercises, "Bucket", lambda rate, burst: Bucket(rate, 2.0, clock=lambda: 0.0))
    exercise = Exercise(path)
    assert [exercise.take(CODE, LOG) for _ in range(2)] == ["", ""]
    assert "again in a minute" in exercise.take(CODE, LOG)


def test_refusals_are_in_the_language_of_the_page(path: Path) -> None:
    exercise = Exercise(path)
    with speaking("de"):
        assert exercise.take("PW1", LOG).startswith("Der Code ist unvollständig")
        exercise.codes = [f"PW1.{k}.0123abcd" for k in range(MAX_CODES)]
        assert "nimmt keine weiteren Codes an" in exercise.take(CODE, LOG)


def test_lines_of_the_file_that_are_no_codes_are_left_out(path: Path) -> None:
    path.with_suffix(".codes.txt").write_bytes(f"PW1.abc.0123abcd\n\xff\n{CODE}\n".encode("latin-1"))
    assert Exercise(path).codes == [CODE]
