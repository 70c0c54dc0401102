"""Writes the pages of the site that are made from the package: a page for each pattern, each neuron and each namespace.

Each pattern and each neuron has a live figure, a page of `plausiwidgets.export_page` in a frame that is loaded when it
comes into view, and a picture where there is no JavaScript; the lessons are pages too. ``PLAUSIWIDGETS_DOCS_LIVE=0``
leaves all of them as they are from an earlier build, or out.
"""

import html
import json
import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

import plausiwidgets as pw
from plausiwidgets.analysis.repertoires import COLUMNS as REPERTOIRE_COLUMNS
from plausiwidgets.assessment.api import SHARE
from plausiwidgets.assessment.stored_repertoires import COLUMNS as REPERTOIRES_COLUMNS
from plausiwidgets.models.card import DOI
from plausiwidgets.models.operation_count import operations_per_ms
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.packaged import packaged_rows
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.status import PAIR_WORDS
from plausiwidgets.support.printed import number
from plausiwidgets.widgets.catalogue.generate import LESSONS
from plausiwidgets.widgets.drawing.map_cells import SYMBOLS, with_argument
from plausiwidgets.widgets.handlers.equations import maths
from plausiwidgets.widgets.handlers.messages_page import page as messages_page
from plausiwidgets.widgets.server.limits_page import page as limits_page

REFERENCE = "izhikevich_2004"
"""The neuron of the pattern's figures: it has a published set for each of the twenty."""

KEY = (
    "✓ verified, ~ not robust, ✗ not found, ∅ ruled out by a proof, · not searched. *Not found* depends on the bounds "
    "of the parameters and on the number of evaluations."
)
CASES = (
    "A neuron shows the pattern if every measured value is in its accepted range. The last column links to a "
    "counterexample: with these values of one or two sliders, the criterion is not met. These are the tested values "
    "that miss the fewest criteria, and +2 means that they miss two others."
)
NOTES = (
    "¹ This value is for 15 mV between rest and threshold, and scales with that distance. ² This criterion applies "
    "only to neurons without a reset.\n"
)

EXACT = "[How accurate is a time step?](../explanation/engines.md#accuracy-of-a-time-step)"

FRAME = "live-figure"
"""Name of the frame of a page's live figure, in which a link above it opens."""

POINTS = 60
"""Values of each slider at which the cases of a pattern's criteria are looked for."""

DRAWS = 1_000
"""Values of two sliders at which they are looked for besides."""

GENERAL = ("quiet", "at_rest", "min_isi", "rate", "cell")
"""Criteria of nearly every pattern, which say little of one."""


class Task(NamedTuple):
    """A page of the reference with the public names for one task."""

    title: str
    names: str
    """Names of the package itself, in the order of the table."""
    package: str = ""
    """Package whose other public names follow them."""
    mentioned: tuple[str, ...] = ()
    """What these names take, return or raise, and what is imported from its module."""


TASKS = {
    "look": Task(
        "Look at models and patterns",
        "Explorer Page plot plausibility_map plausibility_chart export_page export_widget NotebookProgress",
    ),
    "simulate": Task(
        "Simulate",
        "simulate pulse ramp noise chirp Current Traces NotCompilableError",
        mentioned=("engine.piece.Chirp", "engine.piece.Noise", "engine.piece.Piece"),
    ),
    "evaluate": Task("Evaluate a parameter set", "judge Verdict"),
    "search": Task(
        "Search for parameters",
        "optimize start_optimization Result Run",
        mentioned=(
            "optimization.Strategy",
            "optimization.StrategyFactory",
            "optimization.volume.Volume",
            "support.progress.Work",
        ),
    ),
    "assess": Task("Assess models", "assess", "assessment"),
    "analyse": Task("Analyse a neuron", "", "analysis", ("analysis.reliabilities.Events",)),
    "models": Task("Neuron models", "NeuronModel Parameter StateVariable Preset", "models"),
    "patterns": Task(
        "Firing patterns",
        "Pattern Protocol Sweep StimulusParameter Criterion Curve AmplitudeWindow",
        "patterns",
        ("patterns.runner.Runner", "patterns.annotations.Mark", "patterns.features"),
    ),
    "recordings": Task("Recordings", "from_recording", "recordings"),
    "teach": Task("Teach", "", "teaching"),
    "libraries": Task(
        "Other libraries",
        "from_torch from_norse from_brian2 from_nir to_norse to_brian2 to_nir require",
        "networks",
    ),
}
"""Pages of the reference, in their order."""

COLUMNS = {
    "assess": pw.assessment.COLUMNS,
    "assessment.estimate": pw.assessment.ESTIMATE_COLUMNS,
    "assessment.plausibility_score": pw.assessment.SCORE_COLUMNS,
    "assessment.packaged_repertoires": REPERTOIRES_COLUMNS,
    "analysis.repertoire": REPERTOIRE_COLUMNS,
}
"""Columns of the tables that public names return."""


def write(docs: Path) -> None:
    """Write everything that is generated, below the folder of the site's sources."""
    live = docs / "_live" / "live"
    live.mkdir(parents=True, exist_ok=True)
    models = [pw.models.get(name) for name in pw.models.names()]
    patterns = [pw.patterns.get(key) for key in pw.patterns.names()]
    for pattern in patterns:
        put(docs / "patterns" / f"{pattern.key}.md", pattern_page(pattern, models))
    for model in models:
        put(docs / "neurons" / f"{model.key}.md", neuron_page(model, patterns))
    put(docs / "patterns" / "index.md", patterns_index(patterns))
    put(docs / "neurons" / "index.md", neurons_index(models, patterns))
    put(docs / "neurons" / "found.md", found_page(models, patterns))
    reference(docs / "reference")
    put(docs / "reference" / "messages.md", f"{messages_page()}\n{limits_page()}")
    notebooks(docs)
    if os.environ.get("PLAUSIWIDGETS_DOCS_LIVE", "1") != "0":
        for name, language in LESSONS.items():
            pw.export_page("izhikevich", lesson=docs / f"{name}.md", path=live / f"{name}.html", language=language)
        task = pw.teaching.Exercise(
            "Make it fire steadily.", free=["tau_mem", "amplitude"], hints=["Is the current strong enough?"]
        )
        given = {"amplitude": 5.0}
        pw.export_page("lif", "tonic_spiking", given, path=live / "exercise.html", exercise=task, language="en")
        pages: list[tuple[str, list[str], Path]] = []
        for model in reversed(models):  # those that take longest first
            shown = [p.key for p in patterns if status(model, p) == "replicated"]
            pages.append((model.key, shown, live / f"neuron-{model.key}.html"))
        pages += [(REFERENCE, [p.key], live / f"pattern-{p.key}.html") for p in patterns]
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as executor:
            list(executor.map(export, pages))


def export(page: tuple[str, list[str], Path]) -> None:
    """Write a live figure: the page of a model with some patterns."""
    model, patterns, path = page
    pw.export_page(model, patterns, path=path, language="en")


def put(path: Path, content: str) -> None:
    """Write a file if it is not what it should be: Sphinx reads again what has changed."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.write_text(content, encoding="utf-8")


# ------------------------------------------------------------------ text


WIDE = "---\nhide-toc: true\n---\n\n"
"""In front of a page that needs the place of its table of contents."""


def text(words: str) -> str:
    """Return plain text as Markdown."""
    return re.sub(r"([\\`*_<>|\[\]$#])", r"\\\1", words).replace("\n", " ")


def count(number: int) -> str:
    """Return a number of things with its thousands apart."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def source(words: str) -> str:
    """Return where something is published as Markdown, with its DOIs as links."""
    return DOI.sub(r"[doi:\1](<https://doi.org/\1>)", text(words))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose cells are Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def code(line: str) -> str:
    """Return a block of Python."""
    return f"```python\nimport plausiwidgets as pw\n\n{line}\n```\n"


def values(named: dict[str, float]) -> str:
    """Return parameters with their values, as Markdown."""
    return ", ".join(f"`{name}` {number(value)}" for name, value in named.items())


# ------------------------------------------------------------------ figures


def picture(model: pw.NeuronModel, pattern: pw.Pattern, width: int = 640, height: int = 150) -> str:
    """Return the potential and the current of the set with which the live figure opens, as SVG."""
    return drawn(model, pattern, *opened(model, pattern), width, height)


def drawn(
    model: pw.NeuronModel, pattern: pw.Pattern, given: dict[str, float], dt: float, width: int, height: int
) -> str:
    """Return the potential and the current of a set as SVG: of the main sweep, or of a later one if it has no spike."""
    sweeps = pw.judge(model, pattern, given, dt=dt, verify=False).traces
    names = list(sweeps)
    later = [sweeps[name] for name in names[names.index(pattern.main_sweep) :]]
    traces = next((sweep for sweep in later if sweep.spike_times[0].size), later[0])
    v, current, t = traces.states[traces.potential][0], traces.current[0], traces.t
    v = np.minimum(np.nan_to_num(v, nan=0.0), model.peak)
    if model.spike_level is None:  # the trace contains the potential after the reset
        v[np.searchsorted(t, traces.spike_times[0] - 1e-9)] = model.peak
    shown = t >= -20.0 if pattern.event is None else t >= t[0]
    lines = (
        line(t[shown], v[shown], width, 4, 0.76 * height),
        line(t[shown], current[shown], width, 0.82 * height, height - 4),
    )
    title = html.escape(f"{model.title}, {pattern.title}: membrane potential above, injected current below")
    paths = "".join(
        f'<polyline class="{kind}" points="{points}"/>' for kind, points in zip(("v", "i"), lines, strict=True)
    )
    return f'<svg class="trace" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{paths}</svg>'


def line(x: np.ndarray, y: np.ndarray, width: int, top: float, bottom: float) -> str:
    """Return the points of a line in a box: of each column of two pixels the extremes in their order."""
    columns = np.minimum(((x - x[0]) / max(x[-1] - x[0], 1e-9) * (width / 2 - 1)).astype(int), width // 2 - 1)
    low, high = float(y.min()), float(y.max())
    scale = (bottom - top) / (high - low) if high > low else 0.0
    points: list[str] = []
    for column in np.unique(columns):
        part = y[columns == column]
        ends = sorted({int(part.argmin()), int(part.argmax())})
        points += [f"{2 * column},{bottom - (part[k] - low) * scale:.1f}" for k in ends]
    return " ".join(points)


def figure(name: str, title: str, svg: str) -> str:
    """Return the live figure, and the picture for a browser without JavaScript."""
    return (
        f'<div class="figure"><iframe name="{FRAME}" src="../live/{name}.html" loading="lazy" '
        f'title="{html.escape(title)}"></iframe>\n'
        f"<noscript><style>.figure iframe {{ display: none; }}</style>{svg}</noscript></div>\n\n"
        f'<p class="alone"><a href="../live/{name}.html">Open the figure on its own page</a>. It simulates the neuron '
        "in your browser, and you can save and send the file.</p>\n"
    )


# ------------------------------------------------------------------ patterns


class Case(NamedTuple):
    """A move of one slider or two after which a criterion is missed."""

    move: dict[str, float]
    missed: tuple[str, ...]
    """Names of all criteria that are missed there."""
    far: float
    """Length of the move, in widths of the sliders."""

    @property
    def others(self) -> int:
        """How many criteria are missed there besides its own."""
        return len(self.missed) - 1


def cases(model: pw.NeuronModel, pattern: pw.Pattern) -> dict[str, Case]:
    """Return a case of each criterion, from where the live figure opens; none of one that no move misses.

    Of all moves that were tried it is one that misses the fewest others, and of these the smallest, of one slider
    where there is one.
    """
    start, dt = opened(model, pattern)
    parameters = pattern.parameters(model)
    free = {name: p for name, p in parameters.items() if p.vary}
    random = np.random.default_rng(0)
    pairs = [random.choice(list(free), 2, replace=False).tolist() for _ in range(DRAWS)]
    moves = [{name: rounded(p.from_unit(u))} for name, p in free.items() for u in np.linspace(0.0, 1.0, POINTS)]
    moves += [{name: rounded(free[name].from_unit(random.random())) for name in pair} for pair in pairs]
    sets = {name: np.array([move.get(name, start[name]) for move in moves]) for name in parameters}
    checks = pw.judge(model, pattern, sets, dt=dt, verify=False).criteria
    missed = np.array([~check.passed for check in checks])
    names = [check.title for check in checks]
    others = missed.sum(axis=0) - 1
    units = {name: p.to_unit(start[name]) for name, p in free.items()}
    far = np.array([sum(abs(free[n].to_unit(x) - units[n]) for n, x in move.items()) for move in moves])
    order = np.lexsort((far + [len(move) for move in moves], others))
    found = {}
    for check, row in zip(checks, missed, strict=True):
        if row.any():
            best = int(order[np.argmax(row[order])])
            found[check.key] = Case(moves[best], tuple(np.array(names)[missed[:, best]].tolist()), float(far[best]))
    return found


def opened(model: pw.NeuronModel, pattern: pw.Pattern) -> tuple[dict[str, float], float]:
    """Return the values and the time step with which the live figure opens."""
    chosen = parameter_set(model, pattern)
    return {name: float(value) for name, value in chosen.values.items()}, chosen.dt


def rounded(value: float) -> float:
    """Return a value with three significant digits, which can be read and typed."""
    return float(f"{value:.3g}")


def case(pattern: pw.Pattern, found: Case | None) -> str:
    """Return a link to the live figure after a move, as HTML, and how many other criteria are missed there."""
    if found is None:
        return "–"
    shown = ", ".join(f"{name} {number(value)}" for name, value in found.move.items())
    return link(pattern, found, shown) + (f" +{found.others}" if found.others else "")


def link(pattern: pw.Pattern, found: Case, words: str, beside: bool = False) -> str:
    """Return a link to the live figure after a move, as HTML: on a page of its own, or in the frame beside it."""
    fragment = "&amp;".join(f"{name}={value:g}" for name, value in found.move.items())
    target = f' target="{FRAME}"' if beside else ""
    return f'<a href="../live/pattern-{pattern.key}.html#{fragment}"{target}>{words}</a>'


def status(model: pw.NeuronModel, pattern: pw.Pattern) -> str:
    """Return the status of a pair in the packaged table."""
    row = packaged_rows(model).get(pattern.key)
    return row["status"] if row else "unsearched"


def mark(model: pw.NeuronModel, pattern: pw.Pattern) -> str:
    """Return the sign of a pair: what the search of the packaged table found, or that it is impossible."""
    return SYMBOLS[with_argument(status(model, pattern), model.ruled_out.get(pattern.key, ""))]


ONSET = """\
[The onset of firing](../explanation/verification.md#the-onset-of-firing) describes the measurement. It compares
distances and rates with those of the neuron itself, so the result does not depend on a fixed time in ms. Some neurons
are in neither class: the rate may end at a finite value far below the usual rate, the period may grow too slowly, or
the onset may be unclear. Verification measures the onset to its full depth at the time step and at a quarter of it.
"""


def pattern_page(pattern: pw.Pattern, models: Sequence[pw.NeuronModel]) -> str:
    """Return the page of a pattern."""
    reference = pw.models.get(REFERENCE)
    found = cases(reference, pattern)
    criteria = [
        (
            text(c.title),
            text(interval(c.low, c.high, c.unit)) + (" ¹" if c.per_span else "") + (" ²" if c.without_reset else ""),
            text(c.description),
            case(pattern, found.get(c.key)),
        )
        for c in pattern.criteria
    ]
    stimulus = [
        (f"`{p.key}`", number(p.default), f"{number(p.low)} to {number(p.high)}", text(p.unit), text(p.meaning))
        for p in pattern.stimulus_parameters_for(reference).values()
    ]
    checks = [f"- {text(name)}" for name in pattern.verification]
    return "\n".join(
        [
            f"{WIDE}# {pattern.letter + ' · ' if pattern.letter else ''}{text(pattern.title)}\n",
            f"{text(pattern.description)}\n",
            questions(reference, pattern, found),
            figure(f"pattern-{pattern.key}", f"{pattern.title}, live", picture(reference, pattern)),
            code(f'pw.Explorer("{REFERENCE}", "{pattern.key}")'),
            "## Criteria\n",
            f"{CASES}\n",
            table(("criterion", "accepted range", "measurement and reason", "counterexample"), criteria),
            NOTES,
            *([ONSET] if "onset" in pattern.equal else []),
            "## Stimulus\n",
            f"A search tunes these parameters with those of the neuron. The units are those of `{REFERENCE}`.\n",
            table(("parameter", "default", "range", "unit", "meaning"), stimulus),
            *(["A verified set must also show the pattern in these forms:\n", *checks, ""] if checks else []),
            "## Results for each neuron\n",
            f"The search of the packaged table had up to 20 000 evaluations{larger(pattern)}. {KEY}\n",
            table(
                ("neuron", "result", "parameters or reason"),
                [(f"[{text(m.title)}](../neurons/{m.key}.md)", mark(m, pattern), reason(m, pattern)) for m in models],
            ),
            f"Source: {text(pattern.source)} ([its DOI](../citing.md#references)).\n",
        ]
    )


def larger(pattern: pw.Pattern) -> str:
    """Return which searches of a pattern had a larger budget in the table, in words."""
    rows = pw.assessment.packaged_table().query(f"pattern == {pattern.key!r} and budget > {pattern.budget // SHARE}")
    return "".join(f", and {count(row.budget)} for `{row.model}`" for row in rows.itertuples())


def questions(model: pw.NeuronModel, pattern: pw.Pattern, found: dict[str, Case]) -> str:
    """Return what a student asks first, with the answers, as HTML that stands above the figure."""
    asked = {
        "What do I look for?": html.escape(pattern.look_for),
        "What do I drag?": f"{html.escape(pattern.parameter_hint)} {to_drag(model, pattern, found)}",
        "What is it good for?": html.escape(sentence(pattern.function)),
    }
    rows = "".join(f"<dt>{question}</dt><dd>{answer}</dd>" for question, answer in asked.items())
    return f'<dl class="asked">{rows}</dl>\n'


def sentence(words: str) -> str:
    """Return words with a capital."""
    return words[0].upper() + words[1:]


def to_drag(model: pw.NeuronModel, pattern: pw.Pattern, found: dict[str, Case]) -> str:
    """Return which slider of the figure loses the pattern, as HTML: the case of one slider that misses the fewest."""
    one = {key: near for key, near in found.items() if len(near.move) == 1 and key not in GENERAL}
    key = min(one, key=lambda key: (one[key].others, one[key].far))
    [(name, value)] = one[key].move.items()
    begin = number(opened(model, pattern)[0][name])
    missed = [f"<i>{html.escape(criterion)}</i>" for criterion in one[key].missed]
    moved = f"<b>{name}</b> from {begin} to {number(value)}"
    return f"Here, {link(pattern, one[key], moved, beside=True)} loses the pattern. Not met: {' and '.join(missed)}."


def reason(model: pw.NeuronModel, pattern: pw.Pattern) -> str:
    """Return the parameters that differ from the defaults, with a link that shows them, or why there are none."""
    if pattern.key in (model.ruled_out or {}):
        return text(model.ruled_out[pattern.key])
    row = packaged_rows(model).get(pattern.key)
    if row is None:
        return text(PAIR_WORDS["unsearched"])
    if row["status"] == "replicated":
        found = json.loads(row["parameters"])
        moved = {n: x for n, x in found.items() if n not in model.parameters or x != model.parameters[n].default}
        note = unusual_traces().get((model.key, pattern.letter), "")
        return (
            f'<a href="{address(model, pattern)}">See it</a> with {values(moved)}{note and f". Unusual trace: {note}"}'
        )
    found = f"{PAIR_WORDS[row['status']]} after {count(int(row['evaluations']))} evaluations"
    failed, unmet = row["failed_test"], row["unmet"]
    return text(
        f"{found}: the best set fails a verification test ({failed})" if failed else f"{found}; not met: {unmet}"
    )


@cache
def unusual_traces() -> dict[tuple[str, str], str]:
    """Return the sentences about verified sets with an unusual trace, by model and letter of the pattern."""
    page = (Path(__file__).parent / "explanation" / "verification.md").read_text(encoding="utf-8")
    section = page.split("\n## Verified sets with unusual traces\n")[1].split("\n## ")[0]
    return {
        (model, letter): words
        for pairs, words in re.findall(r"^\| (`.+?) \| (.+) \|$", section, re.MULTILINE)
        for model, letters in re.findall(r"`(\w+)`([^`]+)", pairs)
        for letter in re.findall(r"\b[A-T]\b", letters)
    }


def address(model: pw.NeuronModel, pattern: pw.Pattern) -> str:
    """Return the address of the set of the packaged table in the live figure, as HTML."""
    found = json.loads(packaged_rows(model)[pattern.key]["parameters"])
    fragment = "&amp;".join(f"{name}={value!r}" for name, value in found.items())
    return f"../live/neuron-{model.key}.html#pattern={pattern.key}&amp;dt={model.dt!r}&amp;{fragment}"


def patterns_index(patterns: Sequence[pw.Pattern]) -> str:
    """Return the gallery of the patterns."""
    reference = pw.models.get(REFERENCE)
    cards = "".join(
        f'<a href="{p.key}.html"><span><b>{p.letter}</b> {html.escape(p.title)}</span>'
        f"{picture(reference, p, 240, 90)}</a>"
        for p in patterns
    )
    listed = "\n".join(p.key for p in patterns)
    return (
        "# The twenty patterns\n\nThese are the firing patterns of Izhikevich (2004). Each page has a live figure, "
        "explains what to look for and which slider to drag, and lists the criteria and the neurons that show the "
        "pattern.\n\n"
        f'<div class="gallery">{cards}</div>\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n'
    )


# ------------------------------------------------------------------ neurons


def neuron_page(model: pw.NeuronModel, patterns: Sequence[pw.Pattern]) -> str:
    """Return the page of a neuron."""
    parameters = [
        (
            f"`{p.key}`",
            number(p.default),
            f"{number(p.low)} to {number(p.high)}" + ("" if p.scale == "linear" else f", {p.scale}"),
            text(p.unit),
            text(p.meaning),
            text(p.source),
        )
        for p in (*model.parameters.values(), model.current)
    ]
    shown = [p for p in patterns if status(model, p) == "replicated"]
    words = {SYMBOLS[word]: PAIR_WORDS[word] for word in ("ruled_out", "fragile", "rejected", "unsearched")}
    marks = [(mark(model, p), p.letter) for p in patterns]
    missing = "".join(
        f"; {word}: {', '.join(letters)}"
        for sign, word in words.items()
        if (letters := [letter for found, letter in marks if found == sign])
    )
    states = [(f"`{s.key}`", text(s.unit), text(s.meaning)) for s in model.states]
    cost = f"One ms takes {operations_per_ms(model):.0f} operations (time step {number(model.dt)} ms)."
    scheme = f" {text(model.scheme)}" if model.scheme else ""
    spike = "" if model.spike_level is None else f" A spike is an upward crossing of {number(model.spike_level)} mV."
    equations = re.sub(r' (tabindex|data-symbol)="[^"]*"', "", maths(model))
    return "\n".join(
        [
            f"{WIDE}# {text(model.title)}\n",
            f"`{model.key}`: {text(model.description)}\n",
            f"Shows {len(shown)} of the {len(patterns)} patterns{missing}. {cost}{spike}\n",
            figure(f"neuron-{model.key}", f"{model.title}, live", picture(model, (shown or list(patterns))[0])),
            code(f'pw.Explorer("{model.key}")'),
            "## Equations\n",
            f'<div class="equations">{equations}</div>\n',
            f"Source: {source(model.source)}.\n",
            f"Time step: {number(model.dt)} ms.{scheme} {EXACT}\n",
            table(("variable", "unit", "meaning"), states),
            "## Parameters\n",
            "The ranges are the bounds of the search. *log* and *asinh* name the scale of the slider.\n",
            table(("name", "default", "range", "unit", "meaning", "source"), parameters),
            "## Patterns\n",
            f"{KEY}\n",
            table(
                ("pattern", "result", "parameters or reason"),
                [
                    (f"{p.letter} [{text(p.title)}](../patterns/{p.key}.md)", mark(model, p), reason(model, p))
                    for p in patterns
                ],
            ),
            *(
                [
                    "## Published sets\n",
                    table(
                        ("set", "values", "pattern", "source"),
                        [
                            (
                                text(p.title),
                                values(p.parameters),
                                text((p.pattern or "").replace("_", " ")),
                                text(p.source),
                            )
                            for p in model.presets
                        ],
                    ),
                ]
                if model.presets
                else []
            ),
        ]
    )


def neurons_index(models: Sequence[pw.NeuronModel], patterns: Sequence[pw.Pattern]) -> str:
    """Return the map of neurons and patterns as a table."""
    rows = [
        (
            f"[{m.key}]({m.key}.md)",
            str(sum(status(m, p) == "replicated" for p in patterns)),
            f"{operations_per_ms(m):.0f}",
            *(mark(m, p) for p in patterns),
        )
        for m in models
    ]
    heads = ("neuron", "shown", "cost", *(f"[{p.letter}](../patterns/{p.key}.md)" for p in patterns))
    listed = "\n".join(["found", *(m.key for m in models)])
    return (
        f"{WIDE}# The {len(models)} neurons\n\nEach page has the equations with their source, the parameters with "
        "units and bounds, the patterns that the neuron shows, and a live figure. The [gallery](found.md) shows all "
        f"verified sets. {KEY} *Cost* is the operation count per ms.\n\n"
        f":::{{container}} zoo\n{table(heads, rows)}:::\n\n"
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    )


def found_page(models: Sequence[pw.NeuronModel], patterns: Sequence[pw.Pattern]) -> str:
    """Return the gallery of the verified sets of the packaged table, by pattern."""
    sections = []
    for pattern in patterns:
        shown = [model for model in models if status(model, pattern) == "replicated"]
        cards = "".join(
            f'<a href="{address(model, pattern)}">{html.escape(model.key)}{found_picture(model, pattern)}</a>'
            for model in shown
        )
        sections.append(
            f"## {pattern.letter} · {text(pattern.title)}\n\n{len(shown)} of {len(models)} neurons, each with "
            f"[the criteria](../patterns/{pattern.key}.md#criteria) met and verified.\n\n"
            f'<div class="gallery small">{cards}</div>\n'
        )
    count = sum(status(model, pattern) == "replicated" for model in models for pattern in patterns)
    return (
        f"# Verified sets\n\nThe {count} verified sets of the packaged table. Each picture shows the membrane "
        "potential above the injected current. Click it to open the set in a live figure. In Python, "
        "`pw.assessment.packaged_table()` returns the table with all results.\n\n" + "\n".join(sections)
    )


def found_picture(model: pw.NeuronModel, pattern: pw.Pattern, width: int = 130, height: int = 60) -> str:
    """Return the potential and the current of the set of the packaged table as SVG."""
    return drawn(model, pattern, json.loads(packaged_rows(model)[pattern.key]["parameters"]), model.dt, width, height)


# ------------------------------------------------------------------ reference and notebooks


def reference(folder: Path) -> None:
    """Write a page for each task, with a table of its names that leads to a page for each, and a page of all tables."""
    for old in folder.glob("*.rst"):
        if old.stem not in TASKS:
            old.unlink()
    sections = []
    for key, task in TASKS.items():
        names = public(task)
        put(
            folder / f"{key}.rst",
            f"{task.title}\n{'=' * len(task.title)}\n\n{summaries(names, 'toctree: generated')}"
            f"{tables(names)}{mentioned(task)}",
        )
        sections.append(f"## {task.title}\n\n```{{eval-rst}}\n{summaries(names)}```\n")
    pages = "\n".join(TASKS)
    put(
        folder / "index.md",
        "# API reference\n\nThe tables list every public name by task. Each name leads to its entry with parameters, "
        "units, errors and an example. All names are available after `import plausiwidgets as pw`, for example as "
        "`pw.judge` and `pw.models.get`.\n\n" + "\n".join(sections) + "\nIf you write your own host or screen, see "
        f"[the messages](messages.md).\n\n```{{toctree}}\n:hidden:\n\n{pages}\nmessages\n```\n",
    )


def public(task: Task) -> list[str]:
    """Return the public names for a task: those of the package itself, then functions and classes of its package."""
    home = getattr(pw, task.package) if task.package else None
    own = [name for name in home.__all__ if callable(getattr(home, name)) and name not in pw.__all__] if home else []
    return task.names.split() + [f"{task.package}.{name}" for name in sorted(own, key=lambda name: name[0].isupper())]


def summaries(names: Sequence[str], *options: str) -> str:
    """Return a table of names with the first line of each docstring, as reStructuredText."""
    head = "".join(f"   :{option}\n" for option in (*options, "nosignatures:"))
    listed = "".join(f"   {name}\n" for name in names)
    return f".. currentmodule:: plausiwidgets\n\n.. autosummary::\n{head}\n{listed}"


def tables(names: Sequence[str]) -> str:
    """Return the columns of the tables that some public names return, as reStructuredText."""
    out = []
    for name in (name for name in COLUMNS if name in names):
        rows = "".join(f"   * - ``{column}``\n     - {meaning}\n" for column, meaning in COLUMNS[name].items())
        head = f"Columns of {name}"
        out.append(f"\n{head}\n{'-' * len(head)}\n\n.. list-table::\n   :widths: 1 3\n\n{rows}")
    return "".join(out)


def mentioned(task: Task) -> str:
    """Return the entries of what the public names for a task mention, as reStructuredText."""
    out = ["\nNames in modules\n----------------\n\nImport these names from their modules.\n"] if task.mentioned else []
    for name in task.mentioned:
        kind = "auto" + ("class" if name.rpartition(".")[2][0].isupper() else "module")
        out.append(f"\n.. {kind}:: plausiwidgets.{name}\n   :members:\n")
    return "".join(out)


def notebooks(docs: Path) -> None:
    """Copy the notebooks, from the folder with their outputs where there is one."""
    folder = Path(os.environ.get("PLAUSIWIDGETS_NOTEBOOKS") or docs.parent / "notebooks")
    put(docs / "_live" / "live" / "plotly.min.js", get_plotlyjs())
    for path in sorted(folder.glob("*.ipynb")):
        if path.name != "explore.ipynb":  # one cell: the explorer, which needs a kernel
            notebook = without_widgets(path.read_text(encoding="utf-8"))
            put(docs / "_live" / "live" / path.name, notebook)
            put(docs / "notebooks" / path.name, with_figures(with_download(notebook, path.name)))


def without_widgets(notebook: str) -> str:
    """Return a notebook without the states of its widgets, about 1 MB, because the site contains no widget manager."""
    content = json.loads(notebook)
    return notebook if content["metadata"].pop("widgets", None) is None else json.dumps(content)


def with_download(notebook: str, name: str) -> str:
    """Return a notebook with a link to its file below the title."""
    content = json.loads(notebook)
    link = f'<p class="alone"><a href="../live/{name}" download>Download this notebook</a></p>'
    content["cells"].insert(1, {"cell_type": "markdown", "id": "download", "metadata": {}, "source": link})
    return json.dumps(content)


def with_figures(notebook: str) -> str:
    """Return a notebook with its Plotly figures as HTML that draws them with the site's own copy of Plotly."""
    content = json.loads(notebook)
    for output in (one for cell in content["cells"] for one in cell.get("outputs", ())):
        figure = output.get("data", {}).pop("application/vnd.plotly.v1+json", None)
        if figure is not None:
            shown = go.Figure(figure["data"], figure["layout"] | {"width": None})  # that of the page
            output["data"]["text/html"] = shown.to_html(full_html=False, include_plotlyjs="../live/plotly.min.js")
    return json.dumps(content)
