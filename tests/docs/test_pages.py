"""What pages and README print is so: their blocks of code and their commands run, in order, in one folder a page.

A block ``text`` that follows a block of code is what it prints, to the letter; ``…`` stands for what differs from run
to run. ``python tests/docs/test_pages.py docs/howto/budget.md`` runs a page and writes what it prints into it.
"""

import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import NamedTuple

import pytest

from plausiwidgets.cli import check
from plausiwidgets.cli.main import build_parser, main
from plausiwidgets.support import renamed

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

BUILT = ("_build", "_live", "neurons", "notebooks", "patterns", "reference")
PAGES = [
    ROOT / "README.md",
    *sorted(path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in BUILT),
]
ELSEWHERE = {  # their code runs in a test of their own
    "optimizers.md",  # its optimizers need other libraries: test_optimizers_page.py
    "cluster.md",  # as it names machines and files of the reader: test_cluster_page.py
    "brian2.md",  # where Brian2 is installed: test_brian2.py
    "from_torch.md",
    "from_brian2.md",
    "from_nir.md",  # where the libraries are: tests/libraries/test_pages.py
    "CHANGELOG.md",  # tells of what is no more
}
NOT_RUN = {
    "plausiwidgets page all --site-dir site/": "tests/widgets/server/test_site.py has it",
    "plausiwidgets assess file.py:all": "stands for any file",
    "plausiwidgets --check": "the block of install.md runs it",
}
REMOVED = {f"plausiwidgets {command} {old}" for command, options in renamed.OPTIONS.items() for old in options}
REMOVED |= {f"plausiwidgets {old}" for old in renamed.COMMANDS}
"""Commands of 0.3, which a page names without running them."""
OTHERS = re.compile(
    r"python3? -m (venv|pip|build) |conda (create|run) |pip |pre-commit |twine |jupyter nbconvert |\.ci/run "
    r"|check-wheel-contents |validate-pyproject |cffconvert "
    r"|(\.venv\S*[/\\]\w+[/\\])(python -m (pip|pytest) |ruff |sphinx-build |mypy )"
    r"|PLAUSIWIDGETS_\w+=\S+ (pytest|sphinx-build) |python (?P<script>docs/\S+)"
    r"|cd (?P<folder>plausiwidgets/\S+)|npm (ci|run (build|check)) |npx biome check |node (tools|--test )"
)
"""What installs, builds and tests: `.ci/run` does."""
IMPORTED = re.compile(r'python -c "from (?P<module>plausiwidgets[\w.]*) import (?P<name>\w+) as f; f\([^"]*\)"\Z')

STATES = ("replicated", "rejected", "fragile", "unjudged", "unverified")
FENCED = r"^ *```(?P<kind>\w+)\n(?P<code>.*?)^ *```$(?:\n+^ *```text\n(?P<printed>.*?)^ *```$)?"
PART = re.compile(rf"{FENCED}|`(?P<inline>plausiwidgets [^`\n]+)`", re.MULTILINE | re.DOTALL)


class Part(NamedTuple):
    """A block or a command of a page, in the order of the page."""

    kind: str
    code: str
    line: int
    printed: str | None
    """What the page says that it prints."""
    place: tuple[int, int]
    """Of the latter in the text of the page."""


def parts(text: str) -> Iterator[Part]:
    """Yield blocks and commands within sentences."""
    for found in PART.finditer(text):
        line = text.count("\n", 0, found.start("code" if found["kind"] else "inline"))
        if found["kind"]:
            yield Part(found["kind"], found["code"], line, found["printed"], found.span("printed"))
        else:
            yield Part("inline", found["inline"], line, None, (0, 0))


def commands(part: Part) -> list[str]:
    """Return the commands of a block for a shell, each on one line."""
    if part.kind == "inline":
        return [] if part.code in REMOVED else [part.code]
    if part.kind not in ("bash", "bat"):
        return []
    lines = re.sub(r" *\\\n *", " ", part.code).splitlines()
    plain = [re.sub(r"\s+#.*", "", line).strip() for line in lines]
    return [command for line in plain for command in line.split(" && ") if command]


def own(command: str) -> list[str] | None:
    """Return the arguments of a command of this package, or None of another one."""
    plain = re.sub(r"^\.venv[\w-]*[/\\]\w+[/\\](?=plausiwidgets\b)", "", command)
    return shlex.split(plain)[1:] if plain.split()[0] == "plausiwidgets" else None


def serves(words: list[str]) -> bool:
    """Return whether a command does not end by itself."""
    return not words or "--app" in words or words[0] == "explore"


def execute(part: Part, page: Path) -> str:
    """Run a part in the current folder and return what it prints."""
    output = io.StringIO()
    check.LIMIT = 600.0  # a busy machine may need more than the half minute, after which the process would end
    with redirect_stdout(output), redirect_stderr(io.StringIO()) as told:
        if part.kind == "python":
            # An error then names its line of the page.
            exec(compile("\n" * part.line + dedent(part.code), str(page), "exec"), {"__name__": "__main__"})
        for command in commands(part):
            words = own(command)
            if words is None or serves(words) or command in NOT_RUN:
                continue
            try:
                code = main(words)
            except SystemExit as ended:
                code = ended.code
            assert not code, f"{command}: {told.getvalue()}{output.getvalue()}"
    return output.getvalue()


def prepare(folder: Path) -> None:
    """Put what a reader has into a folder: a clone's documents, a lesson, neurons of their own."""
    shutil.copytree(DOCS, folder / "docs", ignore=lambda path, names: [n for n in names if not n.startswith("lesson")])
    shutil.copy(DOCS / "lesson.md", folder)


def agrees(said: str, printed: str) -> bool:
    """Return whether a text is what was printed; ``…`` is anything within a line."""
    return re.fullmatch(re.escape(said.strip()).replace("…", ".*"), printed.strip()) is not None


def missing(code: str, printed: str) -> list[str]:
    """Return the comments behind prints that begin with a number or a status that is not printed."""
    numbers = [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", printed)]
    out = []
    for said in re.findall(rf"^ *print\(.*\)  # (-?\d+(?:\.\d+)?|{'|'.join(STATES)})(?![\w.])", code, re.MULTILINE):
        if said in STATES:
            there = re.search(rf"\b{said}\b", printed) is not None
        else:
            there = any(abs(x - float(said)) <= 0.501 * 10.0 ** -len(said.partition(".")[2]) for x in numbers)
        out += [] if there else [said]
    return out


def run(page: Path) -> list[tuple[Part, str]]:
    """Run a page in the current folder, and return what each part prints."""
    found = list(parts(page.read_text(encoding="utf-8")))
    return [(part, execute(part, page)) for part in found if part.kind in ("python", "bash", "bat", "inline")]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page, id=page.relative_to(ROOT).as_posix(), marks=[] if page.name == "README.md" else pytest.mark.slow
        )
        for page in PAGES
        if page.name not in ELSEWHERE and any(parts(page.read_text(encoding="utf-8")))
    ],
)
def test_a_page_runs_in_order_and_prints_what_it_says(page: Path, tmp_path: Path, monkeypatch) -> None:
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    for part, printed in run(page):
        assert missing(part.code, printed) == [], f"line {part.line}: {printed}"
        assert part.printed is None or agrees(part.printed, printed), f"line {part.line}: {printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_command_of_a_page_is_known(page: Path, capsys) -> None:
    for part in parts(page.read_text(encoding="utf-8")):
        for command in commands(part) if page.name not in ELSEWHERE else ():
            words = own(command)
            if words is None:
                if imported := IMPORTED.match(command):  # it writes a table, in minutes
                    assert hasattr(import_module(imported["module"]), imported["name"]), command
                    continue
                known = OTHERS.match(f"{command} ")
                assert known, f"{command}: neither of this package nor one of those that .ci/run has"
                assert not known["script"] or (ROOT / known["script"]).is_file()
                assert not known["folder"] or (ROOT / known["folder"]).is_dir()
            elif serves(words):
                build_parser().parse_args(["explore", *words])  # the rest run


def write(page: Path) -> None:
    """Run a page and write what it prints into it."""
    with TemporaryDirectory() as name:
        prepare(Path(name))
        before = Path.cwd()
        os.chdir(name)
        try:
            found = run(page)
        finally:
            os.chdir(before)
    text = page.read_text(encoding="utf-8")
    for part, printed in reversed(found):
        if part.printed is not None and not agrees(part.printed, printed):
            text = text[: part.place[0]] + printed.rstrip("\n") + "\n" + text[part.place[1] :]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for given in sys.argv[1:]:
        write(Path(given).resolve())
