"""What a test does on a page: open a notebook or a file, run it, wait for the app."""

import re
import shutil
import time
import uuid
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError

from tests.browser.servers import Server

COMPILED = "WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).then(() => true, () => false)"
"""Whether the policy of a page allows WebAssembly."""
JUDGED = ".pw-app[data-pw-judged=yes]"
KERNEL_IS_IDLE = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# Of a cell whose code is folded JupyterLab shows no prompt.
PROMPTS = """window.jupyterapp.shell.currentWidget.content.widgets.filter(({ model }) => model.type === 'code')
    .map(({ model }) => model.executionState === 'running' ? '[*]' : `[${model.executionCount ?? ' '}]`)"""
ALL_HAVE_RUN = f"""before => {{
    const prompts = {PROMPTS};
    return prompts.join() !== before && prompts.some(p => /\\[\\d+\\]/.test(p)) && !prompts.some(p => p.includes('*'));
}}"""


LANDMARKS = ("landmark-banner-is-top-level", "landmark-contentinfo-is-top-level")
"""What axe finds of a whole app within a notebook, which has landmarks of its own."""


def findings(page, context: str | None = None) -> list[str]:
    """What axe finds on a page, or within a part of it."""
    page.wait_for_timeout(150)  # colours fade
    rules = {"rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, context=context, options=rules).response["violations"]
    ours = [one for one in found if context is None or one["id"] not in LANDMARKS]
    return [f"{one['id']}: {one['nodes'][0]['html'][:100]}" for one in ours]


def open_tool(page, title: str):
    """Open a tool of the menu Explore."""
    page.get_by_role("button", name="Explore").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{re.escape(title)}")).click()
    return page.locator(".pw-tool")


class BrowserPage:
    """A browser page that remembers the errors it saw.

    Attributes
    ----------
    page
        Playwright's page.
    errors : list of str
        Errors of the console and exceptions of the page, in their order.
    said : list of str
        All that the console was told, with the seconds since the page was opened.
    foreign : list of str
        Addresses on other hosts that the page asked for, in vain (Voila's template asks for an icon font).
    """

    def __init__(self, browser, width: int = 1400, height: int = 1000, **context: object) -> None:
        self._context = browser.new_context(viewport={"width": width, "height": height}, **context)
        self._context.set_default_timeout(60_000)
        self.page = self._context.new_page()
        self.errors: list[str] = []
        self.said: list[str] = []
        self._opened = time.monotonic()
        self.foreign: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _on_console(self, message) -> None:
        self.said.append(f"{time.monotonic() - self._opened:.1f} s {message.type}: {message.text[:300]}")
        if message.type != "error":
            return
        url = message.location.get("url", "")
        if "ERR_NAME_NOT_RESOLVED" in message.text and not url.startswith("http://127.0.0.1"):
            self.foreign.append(url)
        else:
            self.errors.append(f"{message.text} ({url})")

    def wait_for_app(self, timeout: float = 120.0) -> None:
        """Wait until an app has drawn and judged (`timeout` in seconds)."""
        try:
            self.page.wait_for_selector(JUDGED, timeout=1000 * timeout)
        except TimeoutError as error:
            shown = self.page.locator("body").inner_text()[-2000:]  # a kernel's traceback stands there
            said = "\n".join(self.said[-30:])
            raise AssertionError(
                f"no app; errors {self.errors}, the page shows:\n{shown}\nand its console says:\n{said}"
            ) from error

    def potential_share(self) -> float:
        """The share of the window that shows the potential and the spike rows."""
        return self.page.evaluate("""() => {
            const { responses } = document.querySelector('[data-pw-figure]').dataset;
            const [, , width, height] = responses.split(' ').map(Number);
            return (width * height) / (innerWidth * innerHeight);
        }""")

    def close(self) -> None:
        """Close the page, and what it alone used."""
        self._context.close()


OPENED = "name => window.jupyterapp.shell.currentWidget?.context?.path === name"
BARE = "() => !document.querySelector('.jp-NotebookPanel, .jp-Dialog, .pw-app')"


class NotebookPage(BrowserPage):
    """A notebook in JupyterLab, which may show another one after it: to load JupyterLab takes three seconds."""

    def __init__(self, browser, server: Server, name: str, query: str = "", **options: object) -> None:
        super().__init__(browser, **options)
        self._server = server
        self.name = name
        self._dark = False
        workspace = uuid.uuid4().hex  # a workspace of its own: no layout of an earlier test comes back
        self.page.goto(f"{server.url}/lab/workspaces/{workspace}/tree/{name}" + (f"?{query}" if query else ""))
        self.wait_for_kernel()

    def show(self, name: str, width: int = 1400, height: int = 1000) -> None:
        """Open another notebook, once this one was left."""
        self.name, self.errors, self.said = name, [], []
        self.page.set_viewport_size({"width": width, "height": height})
        self.command("docmanager:open", {"path": name})
        self.page.wait_for_function(OPENED, arg=name)
        self.wait_for_kernel()

    def leave(self) -> bool:
        """End the kernel and close the notebook unsaved; return whether nothing is left of it in the window."""
        self._back_to_light()
        self.page.evaluate("() => { window.jupyterapp.shell.currentWidget?.dispose() }")
        self._end_kernel()
        return not self.errors and self.page.evaluate(BARE)

    def wait_for_kernel(self, timeout: float = 90.0) -> None:
        """Wait until the kernel is idle (`timeout` in seconds)."""
        self.page.wait_for_function(KERNEL_IS_IDLE, timeout=1000 * timeout)

    def command(self, name: str, arguments: dict | None = None) -> None:
        """Execute a command of JupyterLab's command registry, without waiting for its end."""
        # The braces matter: a returned promise would be awaited, and some never settle.
        script = "([name, args]) => { window.jupyterapp.commands.execute(name, args) }"
        self.page.evaluate(script, [name, arguments or {}])

    def run_all(self, timeout: float = 180.0) -> None:
        """Run all cells, and wait until they are done (`timeout` in seconds)."""
        before = self.page.evaluate(f"() => {PROMPTS}.join()")
        self.command("notebook:run-all-cells")
        self.page.wait_for_function(ALL_HAVE_RUN, arg=before, timeout=1000 * timeout)

    def set_dark(self, dark: bool = True) -> None:
        """Choose JupyterLab's dark or light theme."""
        self.command("apputils:change-theme", {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"})
        flag = "false" if dark else "true"
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{flag}'")
        self._dark = dark

    def reload(self, timeout: float = 30.0) -> None:
        """Save the notebook and load the page again; the kernel goes on.

        The page then shows the outputs of the saved notebook, with their widgets as the kernel has them.
        """
        self.command("docmanager:save")
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.context.model.dirty === false", timeout=1000 * timeout
        )
        self.page.reload()
        self.wait_for_kernel()

    def close(self) -> None:
        """Close the page and end its kernel."""
        self._back_to_light()
        super().close()
        self._end_kernel()

    def _back_to_light(self) -> None:
        if self._dark:
            self.set_dark(False)  # the theme is a setting of the server, which other tests share

    def _end_kernel(self) -> None:
        for session in self._server.sessions(self.name):
            self._server.request(session, "DELETE")


class VisitorPage(BrowserPage):
    """The app at an address."""

    def __init__(self, browser, url: str, fragment: str = "", **options: object) -> None:
        super().__init__(browser, **options)
        self.page.goto(f"{url}/{fragment}")
        self.wait_for_app()


class Lab:
    """A JupyterLab server and a browser to look at it."""

    def __init__(self, server: Server, browser) -> None:
        self.server = server
        self._browser = browser
        self._work = server.log.parent / "work"
        self._left: list[NotebookPage] = []

    def open(
        self, notebook: Path, *, run: bool = True, query: str = "", width: int = 1400, height: int = 1000
    ) -> NotebookPage:
        """Open a copy of a notebook and, with `run`, run all its cells; `close` is for what it returns.

        A notebook without a query may open in the window that another one has left.
        """
        name = f"{notebook.stem}-{uuid.uuid4().hex[:8]}.ipynb"  # Lab writes into what it opens
        shutil.copy(notebook, self._work / name)
        if self._left and not query:
            page = self._left.pop()
            page.show(name, width, height)
        else:
            page = NotebookPage(self._browser, self.server, name, query, width=width, height=height)
        if run:
            page.run_all()
        return page

    def open_again(self, page: NotebookPage) -> NotebookPage:
        """Open the notebook of a page in a window of its own, as it was saved, without running it."""
        return NotebookPage(self._browser, self.server, page.name)

    def close(self, page: NotebookPage) -> None:
        """Close the notebook, and keep its window for the next one if nothing is left of it there."""
        if page.leave():
            self._left.append(page)
        else:
            page.close()


class FilePage(BrowserPage):
    """A page of a file; `requested` are the addresses that it asked for besides."""

    def __init__(self, browser, path: Path, fragment: str = "", **options: object) -> None:
        super().__init__(browser, **options)
        self.requested: list[str] = []
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.goto(f"{path.as_uri()}{fragment}")
