"""The app in one file: what is in it, and what it refuses."""

import json
import re
from pathlib import Path

import pytest

from plausiwidgets.widgets.app.file import write_app


def data_of(path: Path) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)[1])


def test_a_file_has_the_models_that_were_named_and_begins_with_the_values_that_were_given(tmp_path: Path) -> None:
    path = write_app("adex", "tonic_spiking", {"b": 55}, path=tmp_path / "adex.html", models=["lif"], language="de")
    data = data_of(path)
    assert list(data["shipped"]) == ["adex", "lif"]
    assert (data["model"], data["pattern"], data["values"]) == ("adex", "tonic_spiking", {"b": 55.0})
    assert data["texts"]["de"]["Your turn"]
    assert "AdEx" in path.read_text("utf-8").partition("</title>")[0]


def test_a_file_asks_nobody(tmp_path: Path) -> None:
    text = write_app(path=tmp_path / "neuron.html", models=[]).read_text("utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="https?:', text)


def test_what_is_unknown_is_refused_by_its_name(tmp_path: Path) -> None:
    for given in ({"model": "adx"}, {"pattern": "tonic"}, {"parameters": {"zz": 1.0}}, {"language": "fr"}):
        with pytest.raises(ValueError, match=next(iter(given.values())) if "parameters" not in given else "zz"):
            write_app(**given, path=tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()
