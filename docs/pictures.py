"""The pictures of the documentation, made from the product: the app's screen, a film of it, the map, the notebooks.

``python docs/pictures.py`` makes all of them, ``python docs/pictures.py map film`` those that are named. It needs
Playwright with Chromium, and Pillow. A picture is taken when the screen has settled, so that a slow machine makes the
same ones.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import plotly.graph_objects as go
import real_cell
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, Page, sync_playwright
from plotly.subplots import make_subplots

import plausiwidgets as pw
from plausiwidgets.assessment.packaged import packaged_table
from plausiwidgets.patterns.packaged import TABLE, data_file
from plausiwidgets.widgets.drawing.envelope import envelope, make_grid

DOCS = Path(__file__).parent
STATIC = DOCS / "_static"
SCREEN = {"width": 1400, "height": 900}
BLUE, ORANGE, GRAY = "#0072b2", "#d55e00", "#8a8f98"
PHONE = {"width": 400, "height": 800}
FILM = {"width": 1200, "height": 760}
SHOWN_MS, HELD_MS = 350, 1600
"""How long a frame of a movement is shown, and one to be read."""
COLORS = 64
QUALITY = 82
LIMIT = 100_000
"""Bytes that a picture may have."""
NOTEBOOK_LIMIT = 400_000
"""Characters that a notebook may have."""
PLOTLY, WIDGET = "application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"
JUDGED = ".pw-app[data-pw-judged=yes]"
VERIFIED = ".pw-app[data-pw-status=replicated] .pw-chip:has-text('Verified')"

PARTS = {
    1: (".pw-sentence > span:last-of-type button", "right"),
    2: (".pw-verdict", "right"),
    3: (".pw-legend", "left"),
    4: ("[data-pw-figure]", "in"),
    5: (".pw-row:nth-child(1)", "left"),
    6: (".pw-allbutton", "left"),
    7: (".pw-inside", "left"),
    8: (".pw-primary", "left"),
    9: (".pw-second", "left"),
    10: (".pw-end", "left"),
    11: (".pw-footer > span:last-of-type", "right"),
}
"""The parts of the screen that the guide names, by their numbers there, and where beside them a number stands."""

NUMBERED = """parts => {
    for (const [number, [name, side]] of Object.entries(parts)) {
        const { left, right, top, height, width } = document.querySelector(name).getBoundingClientRect();
        const x = { left: left - 17, right: right + 20, in: left + 0.72 * width }[side];
        const dot = document.createElement('b');
        dot.textContent = number;
        dot.style.cssText = `position: fixed; left: ${x - 13}px; top: ${top + height / 2 - 13}px; width: 26px;
            height: 26px; border-radius: 13px; background: #b3470a; color: #fff; font: 700 15px/26px Arial, sans-serif;
            text-align: center; z-index: 99`;
        document.body.append(dot);
    }
}"""


# ------------------------------------------------------------------ the app


def address(log: Path) -> str:
    """Return the address that the command prints, as soon as its server listens there."""
    for _ in range(1200):
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/?\S*", log.read_text(errors="replace")):
            with suppress(OSError), socket.create_connection(("127.0.0.1", int(found[1])), 5):
                return found.group().replace("localhost", "127.0.0.1")
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace"))


@contextmanager
def served(*command: str, **environment: str) -> Iterator[str]:
    """Run a module of Python that serves; yields the address that it prints."""
    home = Path(tempfile.mkdtemp())
    log = home / "command.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=os.environ | environment,
            start_new_session=True,
        )
    try:
        yield address(log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        shutil.rmtree(home, ignore_errors=True)


def app(*options: str) -> AbstractContextManager[str]:
    """Serve the app, or what the options ask for; yields its address."""
    return served("plausiwidgets.cli.main", *(options or ("--app", "--no-browser")))


@contextmanager
def jupyter(module: str, *options: str, **environment: str) -> Iterator[str]:
    """Serve JupyterLab, or a Jupyter Server, with the app and without a setting of the user's; yields its address."""
    with tempfile.TemporaryDirectory() as home:
        folders = {f"JUPYTER_{name}_DIR": home for name in ("CONFIG", "DATA", "RUNTIME")} | {"IPYTHONDIR": home}
        extension = "--ServerApp.jpserver_extensions={'plausiwidgets.widgets.server': True}"
        command = (module, "--no-browser", "--allow-root", "--IdentityProvider.token=", extension, *options)
        with served(*command, **folders, JUPYTER_PREFER_ENV_PATH="1", **environment) as url:
            yield url


def opened(browser: Browser, url: str, size: dict[str, int] = SCREEN, **more: bool) -> Page:
    """Open an address, and wait until what it shows is judged."""
    context = browser.new_context(viewport=size, locale="en-GB", **more)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(JUDGED)
    return page


def press(page: Page, name: str) -> None:
    """Click a button."""
    page.get_by_role("button", name=name).click()


def move(page: Page, slider: str, key: str, times: int) -> None:
    """Move a slider by keys."""
    page.locator(f"input[data-name={slider}]").focus()
    for _ in range(times):
        page.keyboard.press(key)


def settled(page: Page) -> bytes:
    """Return a picture of the window once three in a row are the same."""
    same, last = 0, b""
    for _ in range(90):
        picture = page.screenshot()
        same, last = same + 1 if picture == last else 1, picture
        if same == 3:
            return picture
        page.wait_for_timeout(400)
    return last


def keep(page: Page, name: str) -> None:
    """Store a picture of a page."""
    store(Image.open(io.BytesIO(settled(page))).convert("RGB"), name)


def store(picture: Image.Image, name: str) -> None:
    """Store a picture, which has to be small."""
    path = STATIC / f"{name}.webp"
    picture.save(path, quality=QUALITY, method=6)
    if path.stat().st_size > LIMIT:
        raise RuntimeError(f"{path}: {path.stat().st_size} bytes, more than {LIMIT}")


# ------------------------------------------------------------------ pictures


def screen(browser: Browser) -> None:
    """Store the first screen, with the numbers of the guide; a slider that was moved too far; and a search."""
    with app() as url:
        page = opened(browser, f"{url}?model=izhikevich&pattern=tonic_bursting")
        page.wait_for_selector(VERIFIED)
        page.locator(".pw-bar").first.wait_for()
        page.evaluate(NUMBERED, {str(number): part for number, part in PARTS.items()})
        keep(page, "screen")
        page.goto("about:blank")
        page.goto(f"{url}?model=izhikevich&pattern=rebound_spike")
        page.wait_for_selector(VERIFIED)
        move(page, "b", "PageDown", 1)
        page.locator(".pw-chip", has_text="Criteria not met").wait_for()
        keep(page, "lost")
        move(page, "b", "PageDown", 4)
        press(page, "Search for parameters")
        page.get_by_text("Found and verified").wait_for()
        keep(page, "search")


def lab(browser: Browser) -> None:
    """Store what the command without options opens."""
    with app("--folder", "notebooks", "--no-browser") as url:
        page = opened(browser, url, SCREEN)
        page.wait_for_selector(VERIFIED)
        keep(page, "lab")


def german(browser: Browser) -> None:
    """Store the app in German, and a card of the long lesson."""
    with tempfile.TemporaryDirectory() as folder:
        path = pw.export_page("izhikevich", "rebound_spike", path=Path(folder) / "app.html", language="de")
        keep(opened(browser, path.as_uri(), {"width": 1200, "height": 700}), "german")
        lesson = DOCS / "lesson_long.md"
        path = pw.export_page("izhikevich", lesson=lesson, path=Path(folder) / "lesson.html", language="en")
        keep(opened(browser, f"{path.as_uri()}#card=4"), "card_long")


def fragile(browser: Browser) -> None:
    """Store a set that is not robust: the defaults of AdEx with another reset."""
    values = {p.key: p.default for p in pw.patterns.get("tonic_spiking").parameters(pw.models.get("adex")).values()}
    link = "&".join(f"{name}={value}" for name, value in (values | {"V_r": -55.0}).items())
    with app() as url:
        page = opened(browser, f"{url}?model=adex&pattern=tonic_spiking&{link}")
        page.wait_for_selector(".pw-app[data-pw-status=fragile]")
        keep(page, "fragile")


def tool(browser: Browser) -> None:
    """Store a tool beside the figure."""
    with tempfile.TemporaryDirectory() as folder:
        path = pw.export_page("izhikevich", "tonic_bursting", path=Path(folder) / "app.html", language="en")
        page = opened(browser, path.as_uri())
        press(page, "Explore")
        press(page, "Parameter plane")
        page.get_by_text("% of 1600 grid points").wait_for()
        keep(page, "tool")


def teaching(browser: Browser) -> None:
    """Store a card of the lesson, and an exercise on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        path = pw.export_page("izhikevich", lesson=DOCS / "lesson.md", path=Path(folder) / "lesson.html", language="en")
        page = opened(browser, f"{path.as_uri()}#card=6")
        keep(page, "card")
        task = pw.teaching.Exercise(
            "Make it fire steadily.", free=["tau_mem", "amplitude"], hints=["Is the current strong enough?"]
        )
        path = Path(folder) / "exercise.html"
        pw.export_page("lif", "tonic_spiking", {"amplitude": 5.0}, path=path, exercise=task, language="en")
        page = opened(browser, path.as_uri(), PHONE, has_touch=True, is_mobile=True)
        keep(page, "phone")


def binder(browser: Browser) -> None:
    """Store the app on a phone as a link of Binder opens it, beside the link that it shares."""
    environment = {"BINDER_LAUNCH_HOST": "https://mybinder.org/", "BINDER_REQUEST": "v2/gh/OWNER/NAME/REF"}
    with jupyter("jupyter_server", "--ServerApp.base_url=/user/owner-name/", **environment) as url:
        page = opened(
            browser, f"{url}plausiwidgets/?model=adex&pattern=tonic_bursting", PHONE, has_touch=True, is_mobile=True
        )
        page.wait_for_selector(VERIFIED)
        shots = [settled(page)]
        press(page, "Share")
        page.get_by_text("mybinder.org").wait_for()
        shots.append(settled(page))
    width, height = PHONE["width"], PHONE["height"]
    both = Image.new("RGB", (2 * width + 24, height), "#fff")
    for k, shot in enumerate(shots):
        both.paste(Image.open(io.BytesIO(shot)).convert("RGB"), (k * (width + 24), 0))
    store(both, "binder")


def panel(browser: Browser) -> None:
    """Store the widget of the page in a notebook below the sliders."""
    cells = [new_code_cell(code_of("howto/panel.md").replace("explorer.wait()", "explorer").partition("print(")[0])]
    with tempfile.TemporaryDirectory() as folder:
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(new_notebook(cells=cells, metadata=kernel), Path(folder) / "panel.ipynb")
        options = (f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True")
        with jupyter("jupyterlab", *options) as url:
            page = browser.new_context(viewport={"width": 1200, "height": 900}, locale="en-GB").new_page()
            page.goto(f"{url.partition('/lab')[0].rstrip('/')}/doc/tree/panel.ipynb")
            page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel")
            page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
            page.wait_for_selector(VERIFIED, timeout=120_000)
            page.add_style_tag(content=".Toastify { display: none }")  # JupyterLab asks whether it may ask for news
            page.get_by_text("Hz", exact=False).last.evaluate("shown => shown.scrollIntoView({ block: 'end' })")
            keep(page, "panel")


def draw_map(browser: Browser) -> None:
    """Write the map of models and patterns, as `plausiwidgets.plot` draws it."""
    picture = draw(browser, pw.plot(packaged_table()), scale=2)
    about = PngInfo()
    about.add_text("Source", sha256(data_file(TABLE).read_bytes()).hexdigest())  # a test knows an old picture by it
    picture.quantize(COLORS).save(DOCS / "map.png", optimize=True, pnginfo=about)


def draw(browser: Browser, figure: go.Figure, scale: int = 1) -> Image.Image:
    """Return a picture of a figure of Plotly, without the empty place around it."""
    size = {"width": round(figure.layout.width or 760), "height": round(figure.layout.height or 450)}
    page = browser.new_page(viewport=size, device_scale_factor=scale)
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "figure.html"
        figure.update_layout(size).write_html(html, config={"staticPlot": True})
        page.goto(html.as_uri())
        page.wait_for_selector(".js-plotly-plot .main-svg text")
        picture = Image.open(io.BytesIO(page.locator(".js-plotly-plot").screenshot())).convert("RGB")
    page.close()
    return trimmed(picture, 12 * scale)


def trimmed(picture: Image.Image, border: int) -> Image.Image:
    """Return a picture with a border of some pixels of its background."""
    left, top, right, bottom = ImageChops.difference(picture, Image.new("RGB", picture.size, "#fff")).getbbox()
    return picture.crop(
        (
            max(left - border, 0),
            max(top - border, 0),
            min(right + border, picture.width),
            min(bottom + border, picture.height),
        )
    )


# ------------------------------------------------------------------ figures


OF_PAGES = {
    "stimulus": ("howto/stimulus.md", 0, 'judge("lif", train, {"width": 10.0, "interval": 30.0})'),
    "recording": ("howto/recording.md", 0, 'judge("adex", cell, verify=False)'),
    "atlas": ("howto/atlas.md", 0, "found"),
    "impedance": ("howto/noise.md", 1, "found"),
    "reliability": ("howto/noise.md", 2, "found"),
    "tolerance": ("howto/noise.md", 3, "found"),
    "plane": ("tutorials/research.md", 3, "plane"),
    "layer": ("howto/norse.md", 1, "result"),
}
"""Figures of what the code of a page makes: page, block, and what is plotted of it."""


def figure_of_page(name: str) -> go.Figure:
    """Return a figure of what the code of a page computes."""
    page, number, shown = OF_PAGES[name]
    made: dict[str, object] = {}
    exec(code_of(page, number), made)
    return pw.plot(eval(f"pw.{shown}" if "(" in shown else shown, made))


def figures(browser: Browser, names: Sequence[str] = ()) -> None:
    """Store the named figures of what is computed on the pages; default: all."""
    own = {
        "seeds": seeds,
        "words": words,
        "steps": steps,
        "rates": rates,
        "doublets": doublets,
        "coverage": coverage,
        "bits": bits,
    }
    for name in names or (*OF_PAGES, *own, *TABLES):
        if name in own:
            figure = own[name]().update_layout(template="simple_white", font={"size": 15})
        else:
            figure = pw.plot(TABLES[name]()) if name in TABLES else figure_of_page(name)
        store(draw(browser, figure), name)


def seeds() -> go.Figure:
    """Return the best loss over the evaluations of four searches."""
    figure = go.Figure()
    for seed, dash in enumerate(("solid", "dash", "dot", "dashdot")):
        result = pw.optimize("adex", "inhibition_induced_spiking", seed=seed, budget=20_000)
        best = result.history["loss"].cummin()
        end = " found" if result.replicated else ""
        figure.add_scatter(
            x=best.index + 1, y=best.clip(lower=1e-2), name=f"seed {seed}{end}", line={"dash": dash, "width": 2.5}
        )
    figure.update_xaxes(type="log", title="evaluations")
    figure.update_yaxes(type="log", title="best loss")
    return figure.update_layout(height=380)


LABELS = {
    **dict.fromkeys(("izhikevich_2007", "adex_norse", "mihalas_niebur", "hindmarsh_rose"), "middle left"),
    **dict.fromkeys(("eif", "rf", "connor_stevens"), "bottom center"),
    "lif_adapt": "top center",
    "fitzhugh_nagumo": "top left",
    "morris_lecar": "bottom right",
    "wang_buzsaki": "top right",
}
"""Positions of labels that would overlap to the right of their points."""


def coverage() -> go.Figure:
    """Return the patterns of each neuron model against the filled cells of its atlas."""
    file = DOCS.parent / "tests" / "benchmarks" / "patterns_and_coverage.json"
    rows = json.loads(file.read_text(encoding="utf-8"))["models"]
    figure = go.Figure()
    for name, row in rows.items():
        figure.add_scatter(
            x=[row["patterns"]],
            y=[row["filled"]],
            mode="markers+text",
            text=[name],
            textposition=LABELS.get(name, "middle right"),
            textfont={"size": 11},
            marker={"color": BLUE, "size": 8},
            cliponaxis=False,
        )
    figure.update_xaxes(title="verified patterns", range=[0, 23])
    figure.update_yaxes(title="filled cells of 1024", range=[-20, 800])
    return figure.update_layout(width=900, height=520, showlegend=False, margin={"l": 70, "r": 20, "t": 20, "b": 60})


def bits() -> go.Figure:
    """Return the verified patterns of the Izhikevich neuron against the number of bits."""
    file = DOCS.parent / "tests" / "benchmarks" / "bits_of_patterns.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    figure = go.Figure()
    for step, dash, end in (("own", "solid", "own time step"), ("1 ms", "dot", "1 ms")):
        # A search that failed with one seed was repeated with the next.
        seeds = [line for key, line in found.items() if key.startswith(f"izhikevich searched {step} ")]
        new = {
            number: sum("✓" in marks for marks in zip(*(line[number] for line in seeds), strict=True))
            for number in seeds[0]
        }
        packaged = {number: marks.count("✓") for number, marks in found[f"izhikevich rounded {step}"].items()}
        for name, by_bits, colour, symbol in (("new", new, BLUE, "circle"), ("packaged", packaged, ORANGE, "square")):
            figure.add_scatter(
                x=[int(number) for number in by_bits],
                y=[*by_bits.values()],
                mode="lines+markers",
                name=f"{name} sets, {end}",
                line={"color": colour, "dash": dash, "width": 2.5},
                marker={"color": colour, "symbol": symbol if dash == "solid" else f"{symbol}-open", "size": 9},
            )
    figure.update_xaxes(title="bits per variable", range=[5, 33], dtick=4, tick0=4)
    figure.update_yaxes(title="verified patterns of 20", range=[-0.7, 20.7], dtick=5)
    legend = {"x": 0.98, "y": 0.05, "xanchor": "right", "yanchor": "bottom"}
    return figure.update_layout(width=800, height=440, legend=legend, margin={"l": 70, "r": 20, "t": 20, "b": 60})


def words() -> go.Figure:
    """Return the potential of a bursting neuron with the names of its parts."""
    verdict = pw.judge("adex", "tonic_bursting")
    traces = verdict.traces[pw.patterns.get("tonic_bursting").main_sweep]
    v, t, current = np.minimum(traces.states[traces.potential][0], 20.0), traces.t, traces.current[0]
    shown = (t > -60.0) & (t < 420.0)
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.78, 0.22], vertical_spacing=0.05)
    figure.add_scatter(x=t[shown], y=v[shown], line={"color": "#0072b2"}, row=1, col=1)
    figure.add_scatter(x=t[shown], y=current[shown], line={"color": "#555"}, row=2, col=1)
    spikes = traces.spike_times[0]
    spikes = spikes[spikes > 0.0]
    gaps = np.diff(spikes)
    pause = int(np.argmax(gaps))
    labels = [
        (spikes[0], float(v[shown].max()), "spike", 40, -10),
        (0.5 * (spikes[pause] + spikes[pause + 1]), float(v[shown].min()), "pause between bursts", 0, 30),
        (-30.0, float(v[(t > -40.0) & (t < -20.0)].mean()), "rest", 0, 30),
    ]
    for x, y, word, ax, ay in labels:
        figure.add_annotation(x=x, y=y, text=word, ax=ax, ay=ay, row=1, col=1)
    figure.add_annotation(
        x=150.0, y=float(current.max()), text="current: a step of this amplitude", ay=22, ax=0, row=2, col=1
    )
    figure.update_yaxes(title="mV", row=1, col=1).update_yaxes(title="pA", row=2, col=1)
    return figure.update_xaxes(title="ms", row=2, col=1).update_layout(height=420, showlegend=False)


def steps() -> go.Figure:
    """Return the potential of a set that is not robust at its time step and at half of it."""
    figure = go.Figure()
    for dt, dash in ((0.1, "solid"), (0.05, "dot")):
        verdict = pw.judge("adex", "tonic_spiking", {"V_r": -55.0}, dt=dt, verify=False)
        traces = verdict.traces[pw.patterns.get("tonic_spiking").main_sweep]
        met = "criteria met" if verdict.accepted else "criteria not met"
        figure.add_scatter(
            x=traces.t,
            y=np.minimum(traces.states[traces.potential][0], 20.0),
            name=f"dt {dt:g} ms: {met}",
            line={"dash": dash},
        )
    figure.update_xaxes(title="ms", range=[-20.0, 300.0]).update_yaxes(title="mV")
    return figure.update_layout(height=340)


def rates() -> go.Figure:
    """Return the firing rates of neurons over the current in units of the rheobase."""
    figure = go.Figure()
    dashes = {
        "lif": "solid",
        "adex": "dash",
        "izhikevich": "dot",
        "hodgkin_huxley": "dashdot",
        "morris_lecar": "longdash",
    }
    for name, dash in dashes.items():
        currents = np.linspace(0.0, pw.models.get(name).current.high, 401)
        rate = pw.analysis.fi_curve(name, currents)
        rheobase = currents[np.argmax(rate > 0.0)]
        figure.add_scatter(x=currents / rheobase, y=rate, name=name, line={"dash": dash, "width": 2.5})
    figure.update_xaxes(title="current / rheobase", range=[0.0, 4.0])
    return figure.update_yaxes(title="firing rate (Hz)", range=[0.0, 250.0]).update_layout(height=380)


TABLES = {
    "torch_map": lambda: packaged_table("torch"),
    "assessed": lambda: pw.assess(["lif", "qif", "lif_adapt", "izhikevich"], budget=1_000, seed=0),
}
"""Tables whose maps are shown."""


def doublets() -> go.Figure:
    """Return two published sets that are called bursting: one fires doublets, and one meets the criteria of bursts."""
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.12, subplot_titles=["AdEx", "Izhikevich"])
    sets = [("adex", "Regular bursting"), ("izhikevich_2004", "C: tonic bursting")]
    for row, (name, title) in enumerate(sets, 1):
        model = pw.models.get(name)
        [preset] = [one for one in model.presets if one.title == title]
        verdict = pw.judge(model, "tonic_bursting", preset.parameters, dt=preset.dt, verify=False)
        trace = verdict.traces[pw.patterns.get("tonic_bursting").main_sweep]
        v = np.minimum(trace.v[0], model.peak)
        figure.add_scatter(x=trace.t, y=v, line={"color": "#0072b2"}, row=row, col=1)
        met = f"{sum(one.passed for one in verdict.criteria)} of {len(verdict.criteria)} criteria met"
        figure.layout.annotations[row - 1].text = f"{model.title}, {preset.source.partition(',')[0]}: {met}"
    figure.update_xaxes(range=[-20.0, 500.0]).update_xaxes(title="ms", row=2, col=1).update_yaxes(title="mV")
    return figure.update_layout(height=440, showlegend=False)


# ------------------------------------------------------------------ neurons of other libraries


def libraries(browser: Browser) -> None:
    """Store neurons of libraries beside what the libraries compute themselves: it needs the extra `libraries`."""
    for name, figure in {
        "from_torch": of_torch,
        "from_brian2": of_brian2,
        "from_nir": of_nir,
        "brian2": differing,
    }.items():
        store(draw(browser, figure().update_layout(template="simple_white", font={"size": 15})), name)


def code_of(page: str, number: int = 0) -> str:
    """Return a block of Python of a page."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)
    return str(blocks[number])


def neuron_of(page: str) -> dict[str, Any]:
    """Return the names of the first block of a page up to the neuron that it makes."""
    made: dict[str, Any] = {}
    exec(code_of(page).partition("print(")[0], made)
    return made


def beside(traces: pw.Traces, t: np.ndarray, own: np.ndarray, library: str, unit: str) -> go.Figure:
    """Return a trace as a line, what a library computes as circles on it, and the current below."""
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.78, 0.22], vertical_spacing=0.05)
    figure.add_scatter(x=traces.t, y=traces.v[0], name="plausiwidgets", line={"color": "#0072b2"}, row=1, col=1)
    circle = {"symbol": "circle-open", "size": 7, "color": "#b3470a"}
    figure.add_scatter(x=t, y=own, name=library, mode="markers", marker=circle, row=1, col=1)
    line = {"color": "#555"}
    figure.add_scatter(x=traces.t, y=traces.current[0], line=line, showlegend=False, row=2, col=1)
    figure.update_yaxes(title="potential" if unit == "1" else unit, row=1, col=1).update_yaxes(title="current", row=2)
    legend = {"orientation": "h", "x": 0.0, "y": 1.1}
    return figure.update_xaxes(title="ms", row=2, col=1).update_layout(height=400, legend=legend)


def of_torch() -> go.Figure:
    """Return the neuron of snnTorch of the page, and snnTorch's own loop."""
    import snntorch
    import torch

    neuron = neuron_of("howto/from_torch.md")["neuron"]
    traces = pw.simulate(neuron, pw.Current.step(0.03, 100.0, before=20.0))
    own, state, potential = snntorch.Synaptic(alpha=0.9, beta=0.8), None, []
    for current in torch.tensor(traces.current[0], dtype=torch.float32):
        state = own(current[None], *(state[1:] if state is not None else own.init_synaptic()))
        potential.append(state[2].item())
    return beside(traces, traces.t, np.array(potential), "snnTorch", "1")


def of_brian2() -> go.Figure:
    """Return the neuron of Brian2 of the page, and Brian2's own run."""
    import brian2 as b2

    made = neuron_of("howto/from_brian2.md")
    neuron = made["neuron"]
    before, width = 20.0, 250.0
    current = 1.0 * b2.nA
    amplitude = float(current / getattr(b2, neuron.current.unit))
    traces = pw.simulate(neuron, pw.Current.step(amplitude, width, before=before))
    b2.prefs.codegen.target = "numpy"
    group = b2.NeuronGroup(
        1,
        made["equations"],
        threshold="vm > Vcut",
        reset="vm = Vr; w += b",
        method="euler",
        dt=neuron.dt * b2.ms,
        namespace={name: value for name, value in made.items() if isinstance(value, b2.Quantity)},
    )
    group.vm = made["EL"]
    monitor = b2.StateMonitor(group, "vm", record=True, dt=2.0 * b2.ms)
    network = b2.Network(group, monitor)
    network.run(before * b2.ms)
    group.I = current
    network.run(width * b2.ms)
    return beside(traces, monitor.t / b2.ms - before, monitor.vm[0] / b2.mV, "Brian2, each 2 ms", "mV")


def of_nir() -> go.Figure:
    """Return the potential of one node of NIR with two resets."""
    made = neuron_of("howto/from_nir.md")
    figure = go.Figure()
    for reset, dash in (("zero", "solid"), ("subtract", "dot")):
        neuron = pw.from_nir(made["node"], dt=1.0, reset=reset)
        traces = pw.simulate(neuron, pw.Current.step(6.0, 60.0, before=10.0))
        name = f'reset="{reset}": {len(traces.spike_times[0])} spikes'
        figure.add_scatter(x=traces.t, y=traces.v[0], name=name, line={"dash": dash})
    figure.update_xaxes(title="ms").update_yaxes(title="potential")
    return figure.update_layout(height=340, legend={"orientation": "h", "x": 0.0, "y": 1.15})


def differing() -> go.Figure:
    """Return the spikes of Brian2's group of the page, whose neurons differ."""
    import brian2 as b2

    b2.prefs.codegen.target = "numpy"
    made: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()):
        exec(code_of("howto/brian2.md"), made)
        exec(code_of("howto/brian2.md", 1), made)
    spikes, jumps = made["spikes"], made["neuron"]["b"]
    figure = go.Figure()
    marker = {"symbol": "line-ns-open", "size": 5, "color": "#0072b2"}
    figure.add_scatter(x=spikes.t / b2.ms, y=jumps[np.asarray(spikes.i)], mode="markers", marker=marker)
    figure.update_xaxes(title="ms").update_yaxes(title="b of the neuron (pA)")
    return figure.update_layout(height=400)


# ------------------------------------------------------------------ notebooks


def real_cell_figure() -> go.Figure:
    """Return all sweeps of the real cell with the response of AdEx, which was fitted to five of them."""
    neuron = real_cell.fits()["adex"]["parameters"]
    patterns = (real_cell.cell(), real_cell.cell().held_out)
    verdicts = {one: pw.judge("adex", one, neuron, verify=False) for one in patterns}
    held, *_ = real_cell.of_neuron("adex", neuron)
    half = len(held) // 2
    figure = make_subplots(
        half + 1,
        2,
        shared_xaxes=True,
        horizontal_spacing=0.035,
        vertical_spacing=0.008,
        row_heights=[1.0] * half + [0.8],
    )
    for k, of_sweep in enumerate(held):
        place, name = {"row": k % half + 1, "col": k // half + 1}, f"sweep {k}"
        fitted = k in real_cell.TRAIN
        pattern = patterns[not fitted]
        recorded, response = pw.patterns.target(pattern).traces[name], verdicts[pattern].traces[name]
        for trace, colour, width, top in ((recorded, GRAY, 2.4, 48.0), (response, BLUE, 1.1, 62.0)):
            v, spikes = trace.v[0].copy(), trace.spike_times[0]
            if trace is response:  # a neuron that resets has no top of its spikes
                v[np.searchsorted(trace.t, spikes)] = 30.0
            begin = pattern.begins[name]
            grid = make_grid(trace.t + begin, 700)
            figure.add_scatter(x=grid.x, y=envelope(v, grid), line={"color": colour, "width": width}, **place)
            marker = {"symbol": "line-ns-open", "size": 4, "color": colour, "line": {"width": 1.2}}
            figure.add_scatter(x=spikes + begin, y=np.full(spikes.size, top), mode="markers", marker=marker, **place)
        text = f"{real_cell.level(k)} pA: {of_sweep.passed} of {of_sweep.asked} met"
        if fitted:
            text = f"<b>{text}, fitted</b>"
        figure.add_annotation(
            x=2980, y=-148, text=text, showarrow=False, xanchor="right", yanchor="bottom", font={"size": 12}, **place
        )
        points = pattern.protocols[name].corners(0.0, 3000.0)
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="lines",
            line={"color": "#444", "width": 1.0},
            row=half + 1,
            col=place["col"],
        )
    figure.update_yaxes(range=[-150, 74], tickvals=[-100, -50, 0], showticklabels=False)
    figure.update_yaxes(showticklabels=True, col=1)
    figure.update_yaxes(title="potential (mV)", row=half // 2, col=1)
    figure.update_yaxes(range=[-70, 120], tickvals=[-50, 0, 100], row=half + 1)
    figure.update_yaxes(title="current (pA)", row=half + 1, col=1)
    figure.update_xaxes(range=[0, 3000])
    figure.update_xaxes(title="time (ms)", row=half + 1)
    for x, colour, words in ((0.0, GRAY, "recorded"), (0.1, BLUE, "AdEx")):
        figure.add_annotation(
            x=x,
            y=1.0,
            xref="paper",
            yref="paper",
            text=f"<b>{words}</b>",
            font={"color": colour},
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
        )
    return figure.update_layout(width=1000, height=960, margin={"l": 60, "r": 10, "t": 30, "b": 50})


def left_open() -> go.Figure:
    """Return what a recorded step leaves open of AdEx: it takes some minutes."""
    cell = pw.from_recording(DOCS.parent / "tests" / "data" / "regular_spiking.csv")
    return pw.plot(pw.analysis.sample_accepted("adex", cell, n=500, seed=0))


def real(browser: Browser) -> None:
    """Store sweeps of a real cell next to the neuron that was fitted to it."""
    figure = real_cell_figure().update_layout(template="simple_white", font={"size": 13}, showlegend=False)
    store(draw(browser, figure), "real_cell")


def open_parameters(browser: Browser) -> None:
    """Store what a recording leaves open."""
    store(draw(browser, left_open()), "open")


def data(browser: Browser) -> None:
    """Store the tool Recording."""
    file = DOCS.parent / "tests" / "data" / "recordings" / "17o05028_ic_steps.abf"
    with app() as url:
        page = opened(browser, f"{url}?model=adex&pattern=tonic_spiking")
        press(page, "Explore")
        press(page, "Recording")
        page.locator(".pw-drop input").set_input_files(file)
        press(page, "Yes, spontaneous firing")
        page.locator(".pw-agree").wait_for()
        page.locator(".pw-sweepchips button").nth(9).click()
        press(page, "Use as target")
        page.locator(".pw-agree", has_text="Apply changes").wait_for()
        page.locator(".pw-legend", has_text="recording").wait_for()
        page.wait_for_selector(JUDGED)
        page.locator(".pw-tool").evaluate("tool => tool.scrollTo(0, 0)")
        keep(page, "data")


def notebooks(browser: Browser) -> None:
    """Run the notebooks and store what a forge shows of them: tables and pictures, and no state of widgets."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    for path in sorted((DOCS.parent / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        if path.stem != "explore":  # one cell: the app
            NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(path.parent)}}).execute()
        notebook.metadata.pop("widgets", None)
        for cell in code:
            cell.outputs = [kept for output in cell.outputs if (kept := stored(output, cell.id, browser))]
            cell.execution_count = None
            cell.metadata.pop("execution", None)
            cell.metadata.pop("made_of", None)
            cell.metadata |= {"made_of": made_of(cell.source)} if cell.outputs else {}
        text = nbformat.writes(notebook) + "\n"
        if len(text) > NOTEBOOK_LIMIT:
            raise RuntimeError(f"{path}: {len(text)} bytes, more than {NOTEBOOK_LIMIT}")
        path.write_text(text, encoding="utf-8")


FIGURE = r'<script type="module".*?</script>'
"""Pattern of the script with which a static page shows a figure."""


def made_of(source: str) -> str:
    """Return a digest of a cell's code, by which a test knows outputs of another code."""
    return sha256(source.encode()).hexdigest()[:16]


def stored(output: nbformat.NotebookNode, cell: str, browser: Browser) -> nbformat.NotebookNode | None:
    """Return what is stored of an output: None of a widget, and a picture of a figure of Plotly."""
    if output.output_type == "stream":
        return output if output.name == "stdout" else None
    data = output.data
    output.metadata = {}
    if "execution_count" in output:
        output.execution_count = None
    figure = data.pop(PLOTLY, None)
    if data.pop(WIDGET, None) is not None or data.get("text/html") == data.get("text/plain") == "":
        return None
    if figure is not None and "text/html" not in data:
        drawn = io.BytesIO()
        draw(browser, go.Figure(figure["data"], figure["layout"])).quantize(COLORS).save(drawn, "PNG", optimize=True)
        data["image/png"] = base64.b64encode(drawn.getvalue()).decode() + "\n"
    if "text/html" in data:
        data["text/html"] = re.sub(r"\bT_[0-9a-f]{5}", f"T_{cell}", data["text/html"])  # pandas draws it by lot
        data["text/html"] = re.sub(FIGURE, "", data["text/html"], flags=re.DOTALL)  # a forge removes scripts anyway
    if "text/html" in data or "image/png" in data:
        data["text/plain"] = ""
    return output


# ------------------------------------------------------------------ film


CURSOR = """() => {
    const dot = document.createElement('div');
    dot.style.cssText = `position: fixed; z-index: 99; width: 26px; height: 26px; margin: -13px; border-radius: 13px;
        pointer-events: none; background: #b3470a66; border: 2px solid #b3470a; left: -50px`;
    addEventListener('pointermove', ({ clientX, clientY }) => {
        Object.assign(dot.style, { left: `${clientX}px`, top: `${clientY}px` });
    }, true);
    document.body.append(dot);
}"""
"""Shows the pointer, which a screenshot does not contain."""


class Film:
    """The frames of a page, and how long each is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[tuple[Image.Image, int]] = []

    def shoot(self, duration: int = SHOWN_MS, settle: bool = False) -> None:
        """Add a frame, with ``settle`` once the page does not change any more."""
        picture = settled(self.page) if settle else self.page.screenshot()
        self.frames.append((Image.open(io.BytesIO(picture)).convert("RGB"), duration))

    def click(self, name: str) -> None:
        """Move the pointer to a button, and click it."""
        box = self.page.get_by_role("button", name=name).last.bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.shoot()
        self.page.mouse.down()
        self.page.mouse.up()

    def drag(self, slider: str, px: int, steps: int) -> None:
        """Drag the thumb of a slider."""
        track = self.page.locator(f"input[data-name={slider}]")
        box, share = track.bounding_box(), track.evaluate("({ value, max }) => value / max")
        x, y = box["x"] + 12 + share * (box["width"] - 24), box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.shoot(settle=True)
        self.page.mouse.down()
        for step in range(1, steps + 1):
            self.page.mouse.move(x + px * step / steps, y)
            self.page.wait_for_timeout(150)
            self.shoot()
        self.page.mouse.up()


def film(browser: Browser) -> None:
    """Drag a slider until a rebound spike is lost, search, use the parameters that were found, and listen."""
    with app() as url:
        page = opened(browser, f"{url}?model=izhikevich&pattern=rebound_spike", FILM)
        press(page, "Search for parameters")  # once before, so that nothing has to be compiled
        page.locator(".pw-result").wait_for()
        page.locator(".pw-result").get_by_role("button", name="Close").click()
        page.wait_for_selector(VERIFIED)
        page.locator(".pw-bar").first.wait_for()
        page.evaluate(CURSOR)
        shown = Film(page)
        shown.shoot(HELD_MS, settle=True)
        shown.drag("b", -90, 8)
        shown.shoot(HELD_MS, settle=True)
        shown.click("Search for parameters")
        for _ in range(60):  # an easy search is played
            if page.locator(".pw-result").count():
                break
            shown.shoot()
            page.wait_for_timeout(300)
        page.locator(".pw-result", has_text="Found").wait_for()
        shown.shoot(HELD_MS, settle=True)
        shown.click("Use these parameters")
        for _ in range(3):
            shown.shoot()
        page.wait_for_selector(VERIFIED)
        shown.shoot(settle=True)
        shown.click("Close")
        shown.shoot(HELD_MS, settle=True)
        shown.click("Listen")
        page.get_by_role("combobox", name="Speed").select_option("0.1")
        for _ in range(24):
            page.wait_for_timeout(60)
            shown.shoot(SHOWN_MS // 3)
        page.keyboard.press("Escape")
        shown.shoot(2 * HELD_MS, settle=True)
    write_film(shown.frames, DOCS / "explorer.gif")


def write_film(frames: Sequence[tuple[Image.Image, int]], path: Path) -> None:
    """Write frames with their durations as an animated GIF with one palette."""
    (width, height), middle = frames[0][0].size, frames[len(frames) // 2][0]
    shown = [frames[0][0], middle, frames[-2][0]]
    all_of = Image.new("RGB", (width, len(shown) * height))
    for place, frame in enumerate(shown):
        all_of.paste(frame, (0, place * height))
    palette = all_of.quantize(COLORS)
    images = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame, _ in frames]
    durations = [duration for _, duration in frames]
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=2, optimize=True)


PICTURES: dict[str, Callable[[Browser], None]] = {
    "screen": screen,
    "tool": tool,
    "teaching": teaching,
    "map": draw_map,
    "film": film,
    **{
        name: partial(figures, names=[name])
        for name in (*OF_PAGES, *TABLES, "seeds", "words", "steps", "rates", "doublets", "coverage", "bits")
    },
    "notebooks": notebooks,
    "lab": lab,
    "german": german,
    "fragile": fragile,
    "real_cell": real,
    "open": open_parameters,
    "data": data,
    "binder": binder,
    "panel": panel,
    "libraries": libraries,
}


def main(names: Sequence[str]) -> None:
    """Make the pictures that are named, or all."""
    if unknown := set(names) - set(PICTURES):
        raise SystemExit(f"unknown picture {', '.join(sorted(unknown))}. Valid: {', '.join(PICTURES)}.")
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names or PICTURES:
            PICTURES[name](browser)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
