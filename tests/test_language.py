"""The language of screen texts, errors, warnings and the command line: words, openings, sentences and statuses.

The rules are mechanical: a text that passes them may still be poor. They keep out expressions that were in the
package before and that readers did not understand.
"""

import argparse
import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.cli.main import build_parser
from plausiwidgets.patterns import status
from tests.test_texts import used

PACKAGE = Path(pw.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
APP = PACKAGE / "widgets" / "app" / "src"
SCRIPTS = sorted(path for ending in ("js", "ts", "tsx") for path in APP.rglob(f"*.{ending}"))
LONGEST = 30
"""Words of a sentence."""
VALUE = "…"
"""Stands for a value in a text."""

WORDS = {
    r"anew": "again",
    r"once more": "again",
    r"in vain": "without success",
    r"on the mean": "on average",
    r"in the median": "median",
    r"whoever": "the person, or “you”",
    r"beside": "next to",
    r"tries": "evaluations (of a search) or attempts (of a user)",
    r"irregularity": "coefficient of variation (CV)",
    r"holds|does not hold|do not hold": "is met (a criterion) or is shown (a pattern)",
    r"valid (is|are)": "must be",
    r"(is|are) none": "is not one",
    r"(?<!there )is no (?!longer)\w+": "is not a",
    r"(of|in|on|by|with) (its|your|their|one's|my|our) own(?! \w)": "“your own neuron”, “custom pattern”",
    r"refuse[sd]?|refusal": "reject, or state what must be the case",
    r"says?|tells?|speaks?|told|said": "show, print, contain, state",
    r"in place of": "instead of",
    r"outside of": "outside",
    r"is (not )?taken": "is accepted, is supported, is in use",
    r"all the same|so that each|as far as": "a literal expression",
    r"another one|the other one": "the noun",
}
"""Expressions that no text has, and what to write instead."""

OPENINGS = ("What", "Who", "Whether", "Refused", "Beside")
"""Words with which only a question starts."""

STATUSES = {
    "replicated": ("✓", "verified", "verified"),
    "fragile": ("~", "not robust", "not robust"),
    "unverified": ("○", "criteria met, not verified", "criteria met, not verified"),
    "rejected": ("✗", "criteria not met", "not found"),
    "ruled_out": ("∅", None, "ruled out"),
    "unsearched": ("·", None, "not searched"),
    "failed": ("!", "error", "error"),
    "unjudged": ("–", "no criteria", "no criteria"),
}
"""Symbol, word for one parameter set, and word for a pair of a model and a pattern."""
WRONG_STATUS = re.compile(
    r"it does|cannot|impossible|accepted|holds|not known|unknown|in vain|replicated|fragile|unverified|rejected",
    re.IGNORECASE,
)
"""Words that are no status on the screen."""

FRAGMENTS = {
    "AttributeError",
    "NoJavaScriptError",
    "NotTraceableError",
    "StoppedError",
    "UnsupportedError",
    "UntriableError",
}
"""Exceptions whose text is a part of another exception's sentence, or Python's own."""
BUILDERS = {"unknown", "refuse"}
"""Functions that make an exception, and its sentence, of parts."""


# ------------------------------------------------------------------ the rules


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a text."""
    plain = re.sub(r"`[^`]*`|“[^”]*”|'[^' ]*'|<[^<>]*>|\{[^{}]*\}", VALUE, text)
    for words, instead in WORDS.items():
        if found := re.search(rf"(?<![\w'-])({words})(?![\w'-])", plain, re.IGNORECASE):
            yield f"{found[0]!r}: write {instead}"
    for sentence in sentences(plain):
        first = re.match(r"\w*", sentence)
        if first and first[0] in OPENINGS and not sentence.endswith("?"):
            yield f"starts with {first[0]!r} and is not a question"
        if (count := len(re.findall(r"[\w…]+(?:[-–'’./]\w+)*", sentence))) > LONGEST:
            yield f"a sentence of {count} words"


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a colon, a semicolon or a parenthesis does not end one.

    Examples
    --------
    >>> sentences("Drag b. What happens? E.g. dt = 0.1 ms")
    ['Drag b.', 'What happens?', 'E.g. dt = 0.1 ms']
    """
    return [part.strip() for part in re.split(r"(?<=[.?!])\s+(?=[^a-z])(?<!e\.g\. )|\n+", text) if part.strip()]


def report(texts: Iterator[tuple[str, str]]) -> list[str]:
    return [f"{place}: {text!r}: {fault}" for place, text in texts for fault in faults(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("optimize: budget must be an integer ≥ 1, got 0.", 0),
        ("Who waits reads how many are before.", 1),
        ("What happens if you drag b?", 0),
        ("It is made anew, in vain.", 2),
        ("Its criterion holds.", 1),
        ("budget is 0, valid is: an int >= 1", 1),
        ("Give it a reset of its own.", 1),
        ("Use your own neuron.", 0),
        ("It has 4 tries; the column `tries` has them.", 1),
        ("This is no test. There is no model 'x'.", 1),
        (" ".join(["word"] * 31) + ".", 1),
        (" ".join(["word"] * 30) + ". " + " ".join(["Word"] * 30) + ".", 0),
    ],
)
def test_the_rules_find_their_examples(text: str, count: int) -> None:
    assert len(list(faults(text))) == count, list(faults(text))


# ------------------------------------------------------------------ errors and warnings


def words_of(node: ast.AST) -> str:
    """Return the text of a literal, with `VALUE` for what is filled in; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else VALUE for part in node.values)
    return ""


def is_prose(text: str) -> bool:
    """Return whether a literal is words for people: no code, no markup, no name."""
    is_code = re.search(r"[{}<>]|=>|//|\bimport\b|__|\\|^\s*(--|#)", text) is not None
    return len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3 and not is_code


@cache
def literals(path: Path) -> tuple[tuple[str, str], ...]:
    """Return (place, text) of each literal of prose in a module that is not a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    # A literal that is compared with something is a word of a file format, not a text.
    inner |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.Compare) for part in ast.walk(node)}
    found = []
    for node in ast.walk(tree):
        text = words_of(node)
        if is_prose(text) and id(node) not in inner | docs:
            found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", text))  # type: ignore[attr-defined]
    return tuple(found)


def errors() -> Iterator[tuple[str, str]]:
    """Yield (place, text) of what is not on the screen: errors, warnings, help, and what they are made of."""
    on_screen = set(used())
    for path in MODULES:
        yield from ((place, text) for place, text in literals(path) if text not in on_screen)


def raised(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (place, exception, text) of each exception that is raised with a literal."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
            continue
        name = getattr(node.exc.func, "id", getattr(node.exc.func, "attr", ""))
        for argument in node.exc.args if name not in BUILDERS else ():
            if is_prose(text := words_of(argument)):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", name, text


def test_literals_of_all_layers_are_found() -> None:
    places = {place.partition("/")[0] for place, _ in errors()}
    assert {"analysis", "assessment", "cli", "engine", "interop", "models", "optimization", "patterns"} <= places
    assert {"recordings", "support", "teaching", "widgets"} <= places
    assert len(list(errors())) > 500 and sum(1 for path in MODULES for _ in raised(path)) > 300


def test_errors_and_warnings_have_no_word_opening_or_length_that_readers_stumble_over() -> None:
    assert report(errors()) == []


def test_an_error_is_made_of_whole_sentences() -> None:
    """A command to run, such as "Run: pip install …", has no full stop: it is copied."""
    open_ended = [
        f"{place}: {text!r}"
        for path in MODULES
        for place, name, text in raised(path)
        if name not in FRAGMENTS and not text.endswith((".", "?", VALUE)) and "Run: " not in text
    ]
    assert open_ended == []


def test_an_error_of_a_script_follows_the_same_rules() -> None:
    pattern = re.compile(r"\bnew \w*Error\(\s*([\"`])((?:(?!\1).)+)\1")
    texts = [
        (path.name, re.sub(r"\$\{[^}]*\}", VALUE, text))
        for path in SCRIPTS
        for _, text in pattern.findall(path.read_text(encoding="utf-8"))
    ]
    prose = [(place, text) for place, text in texts if is_prose(text)]
    assert len(prose) > 3
    assert report(iter(prose)) == []
    assert [one for one in prose if not one[1].endswith((".", "?", VALUE))] == []


# ------------------------------------------------------------------ the command line


def actions(parser: argparse.ArgumentParser, command: str = "") -> Iterator[tuple[str, argparse.Action]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from actions(inner, name)
        elif (
            not isinstance(action, argparse._HelpAction | argparse._VersionAction) and action.help != argparse.SUPPRESS
        ):
            yield f"{command} {action.option_strings or action.dest}", action


def test_the_help_of_each_option_is_a_phrase_with_a_noun() -> None:
    helps = {name: action.help or "" for name, action in actions(build_parser())}
    assert len(helps) > 30
    assert report(iter(helps.items())) == []
    pronouns = r"(of|it|its|this|that|what|where|whether|who|how|no|most|with|also)\b"
    assert {name: text for name, text in helps.items() if re.match(pronouns, text) or len(text.split()) < 3} == {}
    assert {name: text for name, text in helps.items() if "{" in text or text.endswith(".")} == {}


def test_the_help_of_each_command_is_printed_without_gaps() -> None:
    parser = build_parser()
    (commands,) = (x.choices for x in parser._actions if isinstance(x, argparse._SubParsersAction))
    for one in (parser, *commands.values()):
        assert "{}" not in one.format_help()
        assert report(iter([(one.prog, f"{one.description} {one.epilog or ''}")])) == []


# ------------------------------------------------------------------ the screen


def test_screen_texts_have_no_word_opening_or_length_that_readers_stumble_over() -> None:
    assert report((", ".join(places), text) for text, places in used().items()) == []


def test_each_status_has_one_word_and_one_symbol() -> None:
    words = {name: word for name, (_, word, _) in STATUSES.items() if word is not None}
    assert words == status.WORDS
    assert {name: word for name, (*_, word) in STATUSES.items()} == status.PAIR_WORDS
    assert {name: symbol for name, (symbol, *_) in STATUSES.items()} == status.SYMBOLS
    assert [text for text in used() if WRONG_STATUS.fullmatch(text)] == []
