"""Every name of 0.3 that is gone raises an error that states the new name, in code, tables and commands.

``python tests/support/test_renamed.py`` writes the table of these names into the changelog and the guide for 0.3.
"""

import re
from importlib import import_module
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.analysis import parameter_plane
from plausiwidgets.cli import main
from plausiwidgets.patterns import CriterionResult
from plausiwidgets.support import renamed
from plausiwidgets.support.frames import Frame
from plausiwidgets.support.progress import Work
from plausiwidgets.widgets.handlers.selection import Selection
from tests.helpers.public_api import described

ROOT = Path(__file__).parents[2]
OF_0_3 = ROOT / "tests" / "data" / "stored_0_3" / "public_api.txt"
"""The output of `described` with version 0.3.0."""
PAGES = (ROOT / "docs" / "CHANGELOG.md", ROOT / "docs" / "howto" / "from_0_3.md")
"""The pages that have the table of renamed names."""
HEAD = "| 0.3 | 0.4 |\n|---|---|\n"
CELL = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])


def removed() -> list[str]:
    """Return the lines of the interface of 0.3 that are gone; a renamed class or function stands for its arguments."""
    moved = [(old, new.rpartition(".")[2]) for names in renamed.NAMES.values() for old, new in names.items()]
    names = "|".join(old for old, new in moved if old != new)
    gone = set(OF_0_3.read_text(encoding="utf-8").splitlines()) - set(described())
    return sorted(line for line in gone if not re.match(rf"(argument|attribute) ({names})[.(]", line))


def objects() -> dict[str, object]:
    """Return an object of each class that has an old attribute, by the name of the class."""
    verdict = pw.judge("lif", "tonic_spiking", verify=False)
    study = pw.assessment.start_assessment("lif", "tonic_spiking", budget=32)
    study.wait(60.0)
    return {
        "AllOf": pw.patterns.all_of("tonic_spiking", "rebound_spike"),
        "Criterion": pw.Criterion("n", "spikes", low=1.0),
        "CriterionResult": verdict.criteria[0],
        "Exercise": pw.teaching.Exercise("Make it burst."),
        "ModelCard": pw.analysis.model_card("lif"),
        "NeuronModel": pw.models.get("lif"),
        "Parameter": pw.Parameter("tau", 20.0, 5.0, 80.0),
        "ParameterPlane": parameter_plane("lif", "tonic_spiking", "tau_mem", "v_rest", points=2),
        "Pattern": pw.patterns.get("tonic_spiking"),
        "Protocol": pw.patterns.stimulus("ramp"),
        "RecordedPattern": CELL,
        "Result": pw.Result("lif", "tonic_spiking", 0, 10),
        "Selection": Selection.of("lif", "tonic_spiking"),
        "StimulusParameter": pw.StimulusParameter("width", 5.0, 2.0, 50.0, unit="ms"),
        "StudySnapshot": study.snapshot(),
        "Verdict": verdict,
        "Work": Work("judge", 1.0),
    }


@pytest.fixture(scope="module")
def every_object() -> dict[str, object]:
    return objects()


def uses(every: dict[str, object]) -> dict[str, tuple[object, type[Exception]]]:
    """Return a call that uses each removed line, with the error that it raises."""
    made: dict[str, tuple[object, type[Exception]]] = {}
    for line in removed():
        what, _, rest = line.partition(" ")
        if what == "name":
            package, _, name = rest.rpartition(".")
            made[line] = (lambda p=package, n=name: getattr(__import__(p, fromlist=["_"]), n), AttributeError)
        elif what == "attribute":
            kind, _, name = rest.partition(".")
            made[line] = (lambda k=kind, n=name: getattr(every[k], n), AttributeError)
        elif what == "argument":
            function, _, argument = rest.rstrip(")").partition("(")
            made[line] = (lambda f=function, a=argument: callable_of(f)(**{a: None}), TypeError)
        elif what == "column":
            _, _, column = rest.rstrip("]").partition("[")
            new = renamed.new_column(column)
            made[line] = (lambda c=column, n=new: Frame({n: [1.0]})[c], KeyError)
        else:
            *command, option = rest.split(" ")
            words = command[1:] if command[1] in renamed.COMMANDS else [*command[1:], "lif", option, "x"]
            made[line] = (lambda w=words: main.main(w), SystemExit)
    return made


def callable_of(name: str) -> object:
    """Return a public function or class by its name."""
    homes = (pw, pw.patterns, pw.recordings, pw.analysis, pw.assessment)
    return next(getattr(home, name) for home in homes if name in home.__all__)


def test_every_removed_name_raises_an_error_that_states_the_new_one(every_object, capsys):
    rows = uses(every_object)
    assert len(rows) > 60
    for line, (use, kind) in rows.items():
        with pytest.raises(kind) as raised:
            use()
        said = capsys.readouterr().err if kind is SystemExit else str(raised.value)
        assert re.search(r" is now \S", said), f"{line}: {said}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_list_every_removed_name(page):
    assert page.read_text(encoding="utf-8").count(HEAD) == 1
    assert with_table(page) == page.read_text(encoding="utf-8"), "run python tests/support/test_renamed.py"


def test_a_stated_name_exists(every_object):
    for kind, names in renamed.ATTRIBUTES.items():
        for old, new in names.items():
            assert not hasattr(every_object[kind], old), f"{kind}.{old}"
            assert not new or "(" in new or hasattr(every_object[kind], new), f"{kind}.{new}"
    for names in renamed.NAMES.values():
        for new in (name for name in names.values() if "," not in name):
            home, _, name = new.rpartition(".")
            assert hasattr(import_module(home), name)


def test_an_old_attribute_is_not_listed_and_a_misspelt_one_is_the_usual_error():
    parameter = pw.Parameter("tau", 20.0, 5.0, 80.0)
    assert "free" not in dir(parameter)
    with pytest.raises(AttributeError, match=r"^Parameter\.free is now Parameter\.vary\.$"):
        _ = parameter.free
    with pytest.raises(AttributeError, match=r"^'Parameter' object has no attribute 'tittle'$"):
        _ = parameter.tittle


def test_an_old_argument_is_stated_with_the_new_one():
    with pytest.raises(TypeError, match=r"^Parameter: the argument zero is now linear_width\.$"):
        pw.Parameter("a", 0.0, -1.0, 1.0, scale="asinh", zero=0.1)
    with pytest.raises(TypeError, match=r"^Result: the argument reason is now stop_reason\.$"):
        pw.Result("lif", "tonic_spiking", 0, 10, reason="solved")
    with pytest.raises(TypeError, match=r"^CriterionResult: the argument cost is now penalty\.$"):
        CriterionResult("n", "spikes", "", "", 1.0, 1.0, 1.0, True, cost=0.0)


def test_an_import_of_an_old_name_states_the_new_one():
    with pytest.raises(ImportError, match=r"^plausiwidgets\.FreeValue is now plausiwidgets\.StimulusParameter\.$"):
        from plausiwidgets import FreeValue  # noqa: F401
    with pytest.raises(ImportError, match=r"^plausiwidgets\.analysis\.rate_curve is now plausiwidgets\.analysis\.fi"):
        from plausiwidgets.analysis import rate_curve  # noqa: F401


def test_the_old_method_of_a_protocol_states_the_new_one():
    with pytest.raises(TypeError, match=r"stimulus_parameters\(model\) is now Protocol\.stimulus_parameters_for\(mod"):
        pw.patterns.get("tonic_spiking").stimulus_parameters(pw.models.get("lif"))


def test_an_old_column_of_a_table_is_stated_with_the_new_one():
    table = pw.assess("lif", "tonic_spiking", budget=64)
    with pytest.raises(KeyError, match="the column 'reason' is now 'stop_reason'"):
        table["reason"]
    with pytest.raises(KeyError, match="the column 'broken' is now 'unmet'"):
        table[["status", "broken"]]
    with pytest.raises(AttributeError, match="the column 'failed_check' is now 'failed_test'"):
        _ = table[table["status"] == "replicated"].failed_check
    with pytest.raises(KeyError, match=r"^'tittle'$"):
        table["tittle"]
    history = pw.optimize("lif", "tonic_spiking", budget=64).history
    with pytest.raises(KeyError, match="the column 'cost_n' is now 'penalty_n'"):
        history["cost_n"]


def coded(new: str) -> str:
    """Return a new name, or the names and options in a description, as code."""
    names = r"plausiwidgets assess\b|plausiwidgets(?:\.\w+)+|--[\w-]+" if re.search(r" .*\w$", new) else ".+"
    marked = re.sub(names, lambda found: f"`{found[0]}`", new.removesuffix("="))
    return marked.replace("`plausiwidgets.", "`pw.").replace("`plausiwidgets ", "`")


def table() -> str:
    """Return the removed names as a table of Markdown."""
    rows: dict[str, list[str]] = {}
    for package, names in renamed.NAMES.items():
        for old, new in names.items():
            rows.setdefault(new.partition(",")[0], []).append(f"`pw{package.removeprefix('plausiwidgets')}.{old}`")
    lines = [f"| {', '.join(old)} | {coded(new)} |" for new, old in rows.items()]
    for kind, names in renamed.ATTRIBUTES.items():
        lines += [f"| `{kind}.{old}` | {coded(new) if new else 'private'} |" for old, new in names.items()]
    for function, names in renamed.ARGUMENTS.items():
        stated = {old: new if " " in new else f"`{new}=`" for old, new in names.items() if not new.startswith("_")}
        lines += [f"| `{function}({old}=)` | {new} |" for old, new in stated.items()]
    lines += [f"| column `{old}` | `{new}` |" for old, new in renamed.COLUMNS.items()]
    lines += [f"| columns `{old}…` | `{new}…` |" for old, new in renamed.PREFIXES.items()]
    for command, names in renamed.OPTIONS.items():
        lines += [f"| `plausiwidgets {command} {old}` | {coded(new)} |" for old, new in names.items()]
    lines += [f"| `plausiwidgets {old}` | {coded(new)} |" for old, new in renamed.COMMANDS.items()]
    return HEAD + "\n".join(lines) + "\n"


def with_table(page: Path) -> str:
    """Return the text of a page with the table of today."""
    return re.sub(rf"{re.escape(HEAD)}(?:\|.*\n)*", lambda _: table(), page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(with_table(page), encoding="utf-8")
