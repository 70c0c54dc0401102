"""Export: a script that shows the same, a page, traces, the history of a search, and the figure."""

from __future__ import annotations

from pathlib import Path

import traitlets as t

from plausiwidgets import models
from plausiwidgets.models.norse import norse_code
from plausiwidgets.optimization import Result
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.registry import is_registered
from plausiwidgets.patterns.stimuli import GivenCurrent, constructor
from plausiwidgets.texts import marked
from plausiwidgets.widgets.page.export import page
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import SAVING, ScriptWidget

_HERE = Path(__file__).parent


class ExportView(ScriptWidget):
    """Buttons; the page saves what the kernel sends, and makes the pictures itself.

    Attributes
    ----------
    name : str
        Of the files, without an ending.
    searched : bool
        Whether there is a history to save.
    buttons : list of str
        What can be saved here.
    """

    _esm = SAVING + (_HERE / "exports.js").read_text("utf-8")
    name = t.Unicode("plausiwidgets").tag(sync=True)
    searched = t.Bool(False).tag(sync=True)
    buttons: t.List = t.List(["script", "page", "traces", "history", "svg", "png"]).tag(sync=True)


class ExportPanel(Panel):
    """Saves what is shown, and the history of the search that ended last."""

    title = marked("Export")
    tip = marked("A Python script, a page without a server, the traces and the search as CSV, the figure as SVG or PNG")

    place = "tools"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = ExportView()
        self.view.on_msg(self._on_message)
        self._result: Result | None = None

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Name the files."""
        if jumped:
            self.view.name = _name(selection)

    def on_result(self, result: Result) -> None:
        """Offer the history of a search."""
        self._result = result
        self.view.searched = True

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        what = content.get("save") if isinstance(content, dict) else None
        session = self.explorer.session
        shown, response = session.selection, session.response("yours")
        if what == "script":
            self._send("py", script(shown))
        elif what == "page":  # it takes a second or two
            self.explorer.worker.ask("export", Priority.TOOL, lambda _: self._send_page(shown))
        elif what == "traces" and response is not None and response.verdict is not None:
            self._send("csv", traces_csv(response.verdict))
        elif what == "history" and self._result is not None:
            self._send("csv", self._result.history.to_csv(), "_search")

    def _send_page(self, shown: Selection) -> None:
        try:
            text = page(shown.model, [shown.pattern], shown.values, shown.dt)
            self.view.send({"text": text, "name": f"{_name(shown)}.html"})
        except Exception as error:  # such as a step that has no JavaScript form
            self.explorer.messages.error("export", error)

    def _send(self, ending: str, text: str, suffix: str = "") -> None:
        self.view.send({"text": text, "name": f"{self.view.name}{suffix}.{ending}"})


def _name(selection: Selection) -> str:
    return f"{selection.model.key}_{selection.pattern.key}"


def script(selection: Selection) -> str:
    """Return a Python script that shows what an explorer shows: the same spikes, the same verdict.

    Examples
    --------
    >>> print(script(Selection.of("lif", "tonic_spiking")).splitlines()[1])
    import plausiwidgets as pw
    """
    model, pattern = selection.model, selection.pattern
    values = "\n".join(f"    {name!r}: {value!r},  # {p.unit}".rstrip(" #") for (name, value), p in
                       zip(selection.values.items(), selection.parameters.values(), strict=True))  # fmt: skip
    own = []
    if model.key not in models.names() or models.get(model.key) is not model:
        own.append(f"# {model.key!r} is a custom neuron: define it here, and pw.models.register(it).")
    shown, stimulus = repr(pattern.key), ""
    if isinstance(pattern, GivenCurrent):
        shown, stimulus = "current", f"current = {constructor(pattern)}\n"
    elif isinstance(pattern, AllOf):
        shown = constructor(pattern)
    parts = pattern.parts if isinstance(pattern, AllOf) else (pattern,)
    custom = [part for part in parts if not isinstance(part, GivenCurrent) and not is_registered(part)]
    own += [f"# {part.key!r} is a custom pattern: define it here, and pw.patterns.register(it)." for part in custom]
    notes = "".join(f"{line}\n" for line in own)
    norse = norse_code(model, selection.values, selection.dt)
    as_norse = "" if norse is None else (
        f"\n# The parameters of a cell of Norse in a network, with times in ms: it needs dt={selection.dt!r}, and an\n"
        f"# input drives it for one step.\n# {norse}\n"
    )  # fmt: skip
    return (
        f"# {model.key}, {pattern.key}: as shown in an explorer of plausiwidgets {versions()['plausiwidgets']}\n"
        "import plausiwidgets as pw\n"
        "\n"
        f"{notes}"
        f"{stimulus}"
        f"parameters = {{\n{values}\n}}\n"
        f"verdict = pw.judge({model.key!r}, {shown}, parameters, dt={selection.dt!r})\n"
        "print(verdict)\n"
        "print(verdict.to_frame().to_string())\n"
        f"{as_norse}"
        "\n"
        "figure = pw.plot(verdict)\n"
        "figure.show()\n"
    )


def traces_csv(verdict: Verdict) -> str:
    """Return the traces of a verdict of one set as CSV: sweep, time in ms, states, current, and 1 where it spikes."""
    import numpy as np
    import pandas as pd

    frames = []
    for sweep, trace in verdict.traces.items():
        frame = trace.to_frame().drop(columns="lane")
        dt = float(trace.t[1] - trace.t[0])
        spikes = np.rint((trace.spike_times[0] - trace.t[0]) / dt).astype(int)
        frame["spike"] = 0
        frame.loc[spikes[(spikes >= 0) & (spikes < len(frame))], "spike"] = 1
        frame.insert(0, "sweep", sweep)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True).to_csv(index=False) if frames else ""
