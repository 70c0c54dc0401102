"""An explorer of a set that is in no file: in JupyterLab from the run of a cell to first trace and verdict, with a
new kernel and a warm one; messages, bytes and models; a search to its first tries and to its stop.

With BESIDE=/path/to/a/checkout/of/0.2 its explorer is measured in the same run, cell for cell.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_app_opening.py
"""

import os
import uuid
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.conftest import browser, lab
from tests.browser.pages import NotebookPage

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "lab"]

SET = '"izhikevich", "tonic_bursting", {"c": -51.3, "d": 2.1}'  # in no file
OPENED = f"import plausiwidgets as pw\napp = pw.Explorer({SET})\napp"
BESIDE = os.environ.get("BESIDE", "")
CELLS = {"now": OPENED} | ({"0.2": f"import sys\nsys.path.insert(0, {BESIDE!r})\n{OPENED}"} if BESIDE else {})
# Of 0.2, Plotly's public data and the lines over them.
TRACES = "figure => [figure, ...figure.querySelectorAll('*')].flatMap((one) => one.pwScene?.data ?? one.data ?? [])"
DRAWN = {
    # A picture whose middle is not of one colour.
    "now": """() => {
        const canvas = document.querySelector("[data-pw-figure] canvas");
        if (!canvas?.width) return false;
        const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 2);
        let blue = 0;
        for (let k = 0; k < data.length; k += 4) if (data[k + 2] > data[k] + 60) blue += 1;
        return blue > 3;
    }""",
    "0.2": f"""() => [...document.querySelectorAll('.pw-plot')].flatMap({TRACES})
        .some(({{ uid, y }}) => uid === 'yours_voltage' && y?.length > 50)""",
}
JUDGED = {
    "now": "() => document.querySelector('.pw-app')?.dataset.pwJudged === 'yes'",
    "0.2": "() => /[✓✗○~]/.test(document.querySelector('.pw-yours')?.innerText ?? '')",
}
CLOCK = """([drawn, judged]) => {
    const [isDrawn, isJudged] = [eval(drawn), eval(judged)];
    window.pwTimes = { began: performance.now() };
    const look = () => {
        const times = window.pwTimes;
        if (!times.drawn && isDrawn()) times.drawn = performance.now();
        if (!times.judged && isJudged()) times.judged = performance.now();
        if (!(times.drawn && times.judged)) setTimeout(look, 5);
    };
    look();
    window.jupyterapp.commands.execute("notebook:run-all-cells");
}"""
DOTS = "() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0)"


class Counted(NotebookPage):
    """A notebook whose messages are counted."""

    def __init__(self, *args, **options):
        self.frames, self.bytes, self.opened = 0, 0, 0
        super().__init__(*args, **options)

    def count(self) -> None:
        """Count what comes over the sockets of a page from now on."""
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._on_frame))

    def _on_frame(self, payload) -> None:
        data = payload if isinstance(payload, bytes) else payload.encode()
        self.frames += 1
        self.bytes += len(data)
        self.opened += b"comm_open" in data


def opening(page: Counted, kind: str) -> dict[str, float]:
    page.frames = page.bytes = page.opened = 0
    page.page.evaluate(CLOCK, [DRAWN[kind], JUDGED[kind]])
    page.page.wait_for_function("() => window.pwTimes.drawn && window.pwTimes.judged", polling=50, timeout=180_000)
    times = page.page.evaluate("() => window.pwTimes")
    counted = {"frames": page.frames, "kB": page.bytes / 1e3, "models": page.opened}
    return {name: (times[name] - times["began"]) / 1e3 for name in ("drawn", "judged")} | counted


@pytest.mark.parametrize("rounds", [3])
def test_seconds_of_an_opening(lab, browser, rounds, capsys):
    work = lab.server.log.parent / "work"
    for number in range(rounds):
        for kind, cell in CELLS.items():
            name = f"{kind}-{uuid.uuid4().hex[:6]}.ipynb"
            kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
            nbformat.write(new_notebook(cells=[new_code_cell(cell)], metadata=kernel), work / name)
            page = Counted(browser, lab.server, name)
            page.count()
            page.page.reload()  # the sockets that are opened from now on are counted
            page.wait_for_kernel()
            page.page.wait_for_timeout(1500)
            load = Path("/proc/loadavg").read_text().split()[0]
            cold = opening(page, kind)
            page.page.wait_for_timeout(3000)
            page.page.reload()
            page.wait_for_kernel()
            page.page.wait_for_timeout(1500)
            warm = opening(page, kind)
            with capsys.disabled():
                for state, found in (("cold", cold), ("warm", warm)):
                    shown = ", ".join(f"{what} {value:.2f}" for what, value in found.items())
                    print(f"\n{number} {kind} {state}: {shown} (load {load})", end="", flush=True)
            page.close()


def test_seconds_of_a_search_and_of_its_stop_after_a_reload(lab, browser, capsys):
    work = lab.server.log.parent / "work"
    name = f"search-{uuid.uuid4().hex[:6]}.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cell = (
        "import plausiwidgets as pw\napp = pw.Explorer('hodgkin_huxley', 'mixed_mode', {})\n"
        "app.selection = app.selection.with_free(list(app.model.parameters)[:2])\napp"
    )
    nbformat.write(new_notebook(cells=[new_code_cell(cell)], metadata=kernel), work / name)
    page = NotebookPage(browser, lab.server, name)
    page.run_all()
    page.page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    page.page.wait_for_timeout(8000)  # the kernel has compiled meanwhile
    clock = """words => new Promise((give) => {
        const button = [...document.querySelectorAll('.pw-app button')].find((one) => one.innerText.includes(words));
        const began = performance.now();
        const dots = () => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0);
        const buttons = () => [...document.querySelectorAll('.pw-drawer button')];
        const isOver = () => !buttons().some((one) => /Stop/.test(one.innerText));
        button.click();
        const look = () => {
            const done = words === 'Let a search' ? dots() > 0 : isOver();
            if (done) give((performance.now() - began) / 1000); else setTimeout(look, 5);
        };
        look();
    })"""
    first = page.page.evaluate(clock, "Let a search")
    page.page.wait_for_function(f"({DOTS})() > 200", polling=200, timeout=120_000)
    page.reload()
    page.page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    page.page.wait_for_function(f"({DOTS})() > 200", polling=50)
    stopped = page.page.evaluate(clock, "Stop")
    load = Path("/proc/loadavg").read_text().split()[0]
    with capsys.disabled():
        print(
            f"\nsearch: first tries {first:.2f} s; stopped {stopped:.2f} s after the click, page reloaded (load {load})"
        )
    page.close()
