"""Every text of the screen is translated, and no translation is left over.

``python tests/test_texts.py`` brings the files of all languages up to date: new texts are added without a translation,
and what is no longer used is taken out.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

import plausiwidgets as pw
from plausiwidgets.patterns.status import EXPLANATIONS, PAIR_WORDS, WORDS
from plausiwidgets.patterns.verification import _verification
from plausiwidgets.texts import ENGLISH, catalog, languages
from plausiwidgets.widgets.figures import style

PACKAGE = Path(pw.__file__).parent
FILES = [PACKAGE / "texts" / f"{language}.po" for language in languages() if language != ENGLISH]


def in_module(path: Path) -> Iterator[str]:
    """Yield the texts in ``tr("…")`` and ``marked("…")``, those in an f-string too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "marked")
        if is_call and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def model_texts(model: pw.NeuronModel) -> Iterator[str]:
    yield from (model.title, model.in_sentence, model.description, model.source, *model.ruled_out.values())
    for parameter in (*model.parameters.values(), model.current):
        yield from (parameter.description, parameter.group)
    yield from (state.description for state in model.states)
    for preset in model.presets:
        yield from (preset.title, preset.source)


def pattern_texts(pattern: pw.Pattern) -> Iterator[str]:
    model = pw.models.get("izhikevich")
    yield from (
        pattern.title,
        pattern.in_sentence,
        pattern.description,
        pattern.look_for,
        pattern.function,
        pattern.parameter_hint,
    )
    yield pattern.source
    yield from pattern.sweeps_at({value.key: [value.default] for value in pattern.stimulus_parameters})
    target = pw.patterns.target(pattern)
    yield from () if target is None else target.traces  # those that a procedure chooses
    yield from (text for mark in pattern.marks for text in (mark.sweep, mark.text))
    if pattern.curve is not None:
        yield from (pattern.curve.x_label, pattern.curve.y_label, pattern.curve.onset or "")
    for criterion in pattern.criteria:
        yield from (criterion.title, criterion.description, "" if criterion.unit == "1" else criterion.unit)
    for parameter in pattern.stimulus_parameters_for(model).values():
        yield from (parameter.description, parameter.group)
    for neuron in (model, pw.models.get("hodgkin_huxley")):  # with a reset and without
        yield from (words for words, _ in _verification(neuron, pattern, neuron.dt, "auto", None))


def in_script(path: Path) -> list[str]:
    """Return the texts in ``tr("…")``. Each one must be a literal in double quotes, as in the bundle."""
    script = path.read_text(encoding="utf-8")
    found = re.findall(r'\btr\(\s*"([^"\\]+)"\s*[,)]', script)
    assert len(found) == len(re.findall(r"\btr\(\s*[\"'`]", script)), f"{path}: a text is one literal in double quotes"
    return found


def scripts() -> list[Path]:
    """Return the sources of the app."""
    sources = (PACKAGE / "widgets" / "app" / "src").rglob("*")
    return sorted(path for path in sources if path.suffix in (".js", ".ts", ".tsx"))


def used() -> dict[str, list[str]]:
    """Return the places of each text: in scripts and modules, models and patterns."""
    places: dict[str, list[str]] = {}

    def add(texts: Iterator[str], place: str) -> None:
        for text in texts:
            if text and place not in places.setdefault(text, []):
                places[text].append(place)

    for path in sorted(PACKAGE.rglob("*.py")):
        add(in_module(path), path.relative_to(PACKAGE).as_posix())
    for path in scripts():
        add(iter(in_script(path)), path.relative_to(PACKAGE).as_posix())
    for name in pw.models.names():
        add(model_texts(pw.models.get(name)), f"models/{name}")
    for name in pw.patterns.names():
        add(pattern_texts(pw.patterns.get(name)), f"patterns/{name}")
    for words in (WORDS, PAIR_WORDS, EXPLANATIONS):
        add(iter(words.values()), "patterns/status.py")
    for words in (style.ROLE_TITLES, style.SHORT_TITLES):
        add(iter(words.values()), "widgets/figures/style.py")
    return places


def names_in(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_of_the_screen_has_a_translation_and_no_translation_is_left_over(file: Path) -> None:
    translated = catalog(file.stem)
    places = used()
    assert len(places) > 400
    with file.open("rb") as opened:
        assert str(read_po(opened).locale) == file.stem, "its line Language: python tests/test_texts.py writes it"
    assert {text for text, other in translated.items() if names_in(text) != names_in(other)} == set(), (
        "names in braces stay"
    )
    assert sorted(set(translated) - set(places)) == [], "python tests/test_texts.py drops what is not shown any more"
    assert sorted(set(places) - set(translated)) == [], (
        f"python tests/test_texts.py adds them; translate them in plausiwidgets/texts/{file.name}"
    )


def update(file: Path) -> None:
    """Write the current texts into a translation, and print how many need a translation."""
    with file.open("rb") as opened:
        known = read_po(opened, ignore_obsolete=True)
    new = Catalog(
        file.stem,
        project="plausiwidgets",
        version=pw.__version__,
        last_translator="plausiwidgets",
        fuzzy=False,
        language_team=file.stem,
        msgid_bugs_address="plausiwidgets",
        header_comment="",
        creation_date=known.creation_date,
        revision_date=known.revision_date,
    )
    for text, places in used().items():
        old = known.get(text)
        new.add(text, old.string if old else "", [(place, None) for place in places])
    with file.open("wb") as opened:
        write_po(opened, new, width=120)
    missing = sum(bool(message.id) and not message.string for message in new)
    print(f'{file.name}: {missing} texts need a translation (msgstr "")' if missing else f"{file.name}: complete")


if __name__ == "__main__":
    for path in FILES:
        update(path)
