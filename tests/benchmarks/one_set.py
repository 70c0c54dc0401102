"""The set of each way to open a model with a pattern without parameters, for all pairs of the package.

``python tests/benchmarks/one_set.py`` compares them for each pair, evaluates each set, and writes the numbers to
``one_set.json`` next to this file. It takes some minutes, and needs Node.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

from node import imported, run
from page_parts import data_in

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.patterns.evaluation import complete
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.widgets.catalogue import contents
from plausiwidgets.widgets.handlers.initial_selection import opened

FILE = Path(__file__).with_suffix(".json")
Pair = tuple[str, str]
Set = tuple[dict[str, float], float]
"""Values and time step."""

APP_OPENS = """
function answer({ catalogue, pages }) {
  return pages.map(({ link, data, pattern }) => {
    const wanted = wantedOf(link, catalogue, data);
    const [key, isMove] = [wanted.pattern ?? pattern, !wanted.model && !wanted.pattern];
    const { selection, notes } = opened(catalogue, data, key, wanted.fields, { isMove });
    return [selection.values, selection.dt, [...wanted.notes, ...notes]];
  });
}
"""
"""How the app opens pages and links, by its own functions."""


def by_judge(model: str, pattern: str) -> Set:
    verdict = pw.judge(model, pattern, verify=False)
    return dict(verdict.parameters), verdict.dt


def by_explorer(model: str, pattern: str) -> Set:
    explorer = pw.Explorer(model, pattern)
    explorer.close()
    return dict(explorer.selection.values), explorer.selection.dt


def by_link(model: str, pattern: str) -> Set:
    selection, notes = opened(f"model={model}&pattern={pattern}", pw.models.get("lif"), pw.patterns.get("integrator"))
    assert notes == ()
    return dict(selection.values), selection.dt


def exported(model: str, pattern: str, folder: Path) -> str:
    return pw.export_page(model, pattern, path=folder / "exported.html").read_text(encoding="utf-8")


def by_command(model: str, pattern: str, folder: Path) -> str:
    path = folder / "command.html"
    with redirect_stdout(StringIO()):
        assert main(["page", model, "--patterns", pattern, "--output", str(path)]) == 0
    return path.read_text(encoding="utf-8")


BY_PYTHON: dict[str, Callable[[str, str], Set]] = {"judge": by_judge, "Explorer": by_explorer, "link": by_link}
BY_PAGE: dict[str, Callable[[str, str, Path], str]] = {
    "Page": lambda model, pattern, _: str(pw.Page(model, pattern).page),
    "export_page": exported,
    "plausiwidgets page": by_command,
}


def ways(pairs: Sequence[Pair]) -> dict[Pair, dict[str, Set]]:
    """Return the set of each way, for each pair."""
    found: dict[Pair, dict[str, Set]] = {pair: {} for pair in pairs}
    pages: list[tuple[Pair, str, dict[str, Any]]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for pair in pairs:
            found[pair] |= {way: made(*pair) for way, made in BY_PYTHON.items()}
            pages += [(pair, way, page_of(make(*pair, folder))) for way, make in BY_PAGE.items()]
            link = {"link": f"#model={pair[0]}&pattern={pair[1]}", "data": contents.packaged(pair[0]), "pattern": ""}
            pages.append((pair, "link in the app", link))
        catalogue = json.loads(contents.shared_json())
        script = f"{imported('opened, wantedOf', 'page', 'models/link')}\n{APP_OPENS}"
        answers = run(folder, script, {"catalogue": catalogue, "pages": [page for _, _, page in pages]})
    for (pair, way, _), (values, dt, notes) in zip(pages, answers, strict=True):
        assert notes == [], (pair, way, notes)
        found[pair][way] = values, dt
    return found


def page_of(text: str) -> dict[str, Any]:
    """Return the model and the pattern with which a standalone page opens, as its data has them."""
    data = data_in(text)
    return {"link": "", "data": data["shipped"][data["model"]], "pattern": data["pattern"]}


def differing(pairs: Sequence[Pair]) -> dict[str, list[str]]:
    """Return, for each pair, the ways whose set or time step is not that of the rule; none where all are the same."""
    wrong = {}
    for (model, pattern), sets in ways(pairs).items():
        chosen = parameter_set(pw.models.get(model), pw.patterns.get(pattern))
        expected = {name: float(value) for name, value in chosen.values.items()}, chosen.dt
        if others := [way for way, one in sets.items() if one != expected]:
            wrong[f"{model} {pattern}"] = others
    return wrong


def marks() -> dict[Pair, str]:
    """Return the mark of each pair on the map of the app."""
    models = json.loads(contents.shared_json())["models"]
    return {(model, key): mark for model, one in models.items() for key, mark in one["marks"].items()}


def measured() -> dict[str, Any]:
    """Return the numbers of all pairs."""
    began = time.perf_counter()
    pairs = list(product(pw.models.names(), pw.patterns.names()))
    wrong: dict[str, list[str]] = {}
    for model in pw.models.names():  # a page has some 400 kB
        wrong |= differing([pair for pair in pairs if pair[0] == model])
        print(f"{model}: {len(wrong)} pairs differ so far", flush=True)
    on_map = [pair for pair, mark in marks().items() if mark == "replicated"]
    verdicts = {pair: pw.judge(*pair) for pair in pairs}
    plain = {pair: pw.judge(*pair, verify=False) for pair in on_map}
    sources = [verdict.parameter_source for verdict in verdicts.values()]
    defaults = {pair: complete(pw.models.get(pair[0]), pw.patterns.get(pair[1])) for pair in on_map}
    accepted_defaults = sum(pw.judge(*pair, values, verify=False).accepted for pair, values in defaults.items())
    return {
        "pairs": len(pairs),
        "ways": [*BY_PYTHON, *BY_PAGE, "link in the app"],
        "pairs_with_one_set_and_time_step": len(pairs) - len(wrong),
        "differing": wrong,
        "verified_on_the_map": len(on_map),
        "judge_replicates": sum(verdicts[pair].replicated for pair in on_map),
        "judge_replicates_elsewhere": sum(v.replicated for pair, v in verdicts.items() if pair not in on_map),
        "judge_accepts_without_verification": sum(verdict.accepted for verdict in plain.values()),
        "defaults_accepted_without_verification": accepted_defaults,
        "sources": {
            "published": sum(s.startswith("packaged: ") and s != "packaged: found by a search" for s in sources),
            "found by a search": sources.count("packaged: found by a search"),
            "defaults": sources.count("defaults of model and pattern"),
        },
        "seconds": round(time.perf_counter() - began),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(measured(), indent=2) + "\n", encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))
