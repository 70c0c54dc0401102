// Watches theme and size, makes the explorer as high as what shows it, and gives controls the names that
// ipywidgets leaves out.

const LEAST = 540, MOST = 1080;  // px
const LOW = 780, HIGH = 1000;  // px: below the one, texts make room for the figure; above the other, all is shown at once
const ABOVE = 150;  // what stands above the explorer may share its screen up to here; below, one scrolls to it

function after(milliseconds, action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

function nameControls(root) {
  for (const button of root.querySelectorAll("button[title]:not([aria-label])")) {
    if (button.textContent.trim().length < 2) button.setAttribute("aria-label", button.title);
  }
  root.querySelector(".pw-dt input")?.setAttribute("aria-label", tr("time step in ms"));
  for (const row of root.querySelectorAll(".pw-row")) {
    const name = row.querySelector(".pw-name");
    if (!name) continue;
    const label = name.dataset.name ?? name.textContent;
    const unit = row.querySelector(".pw-unit")?.textContent ?? "";
    const [box, ...bounds] = row.querySelectorAll("input[type=number]");
    const tick = row.querySelector("input[type=checkbox]");
    const handle = row.querySelector(".noUi-handle");
    const locked = row.classList.contains("pw-locked") ? tr(", locked") : "";
    box?.setAttribute("aria-label", tr("{name}, exact value in {unit}", { name: label, unit: unit || tr("no unit") }) + locked);
    tick?.setAttribute("aria-label", tr("{name}: Optimize may change it", { name: label }));
    bounds.forEach((bound, i) =>
      bound.setAttribute("aria-label", i ? tr("{name}, upper bound", { name: label }) : tr("{name}, lower bound", { name: label })));
    if (!handle) continue;
    handle.setAttribute("aria-label", name.title || label);
    // noUiSlider announces the position; screen readers need the value, which the box has a moment later.
    const text = `${box?.value} ${unit}`;
    if (handle.getAttribute("aria-valuetext") !== text) handle.setAttribute("aria-valuetext", text);
  }
}

// ipywidgets forgets no view: layouts and styles keep theirs, and a model goes on telling each that it had of messages.
// What came and went would stay with all of its elements.
async function letGo(model) {
  for (const id of model.get("shared")) {
    const one = await model.widget_manager.get_model(id);
    for (const view of await Promise.all(Object.values(one.views ?? {}))) {
      const parent = view.options?.parent;
      if (!(parent?.luminoWidget ?? parent?.pWidget)?.isDisposed) continue;
      view.remove();
      if (!Object.keys(parent.model.views ?? {}).length) parent.model.off("msg:custom");
    }
    one.off("msg:custom");  // no messages go to a layout or a style
  }
}

function scroller(element) {
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
    if (/jp-(Output|Cell)/.test(one.className)) continue;  // as high as what is in it
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  }
  return null;
}

function fit(root) {
  if (root.popover) {  // over the whole window
    root.style.setProperty("--pw-height", "100vh");
    root.dataset.pwRoom = "present";
    return;
  }
  const box = scroller(root);
  const rect = root.getBoundingClientRect();
  const [height, above] = box
    ? [box.clientHeight, rect.top - box.getBoundingClientRect().top + box.scrollTop]
    : [window.innerHeight, rect.top + window.scrollY];
  if (height < 200) return;  // not shown
  const free = height - (above <= ABOVE ? Math.max(0, above) : 0) - 12;
  const high = Math.round(Math.min(MOST, Math.max(LEAST, free)));
  root.style.setProperty("--pw-height", `${high}px`);
  root.dataset.pwRoom = high < LOW ? "low" : high < HIGH ? "middle" : "high";
}

// An app's page (Voila) has a kernel of its own, which ends with it. Voila asks for that too, without the token
// that its server wants to see.
function endKernelWithPage() {
  if (!document.body.dataset.voila || window.plausiwidgetsEndsKernel) return;
  window.plausiwidgetsEndsKernel = true;
  const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  if (!config.kernelId) return;
  const base = config.baseUrl ?? "/";
  let token = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1];
  if (!token) {  // the server compares cookie and argument, and takes any token that only this page can know
    token = Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, "0")).join("");
    document.cookie = `_xsrf=${token}; path=${base}; SameSite=Lax`;
  }
  const url = `${base}voila/api/shutdown/${config.kernelId}?_xsrf=${encodeURIComponent(token.replaceAll('"', ""))}`;
  window.addEventListener("pagehide", () => navigator.sendBeacon(url));
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

// JupyterLab drops the query from its address, and its kernel does not see it; the first address is remembered.
function linked() {
  if (document.body.dataset.voila) return "";
  const first = performance.getEntriesByType("navigation")[0]?.name ?? "";
  const query = first.split("#")[0].split("?")[1] ?? "";
  return /(^|&)(model|pattern|mystery)=/.test(query) ? query : "";
}

// On a busy page anywidget gives up a widget whose script has not begun within 2 s. It then drops whatever the kernel
// says to that widget, each time with this error.
const GIVEN_UP = "[anywidget] Failed to initialize model.";

function tellOfLostPart(root) {
  if (root.querySelector(".pw-lost-part")) return;
  const told = html("div", "pw-lost-part", root.querySelector(".pw-screen"));
  told.role = "alert";
  told.textContent = `${tr("This page was too busy while it opened: a part of the explorer does not answer.")} `;
  const reload = html("button", "", told, tr("Reload the page"));
  reload.type = "button";
  reload.addEventListener("click", () => location.reload());
}

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-page");
  endKernelWithPage();
  const stop = [];

  const report = (values) => tellKernel(model, values);

  stop.push(onTheme((dark) => report({ dark })));
  report({ pages: model.get("pages") + 1, link: linked() });

  // The explorer around this element is attached some frames later.
  let tries = 0;
  const attach = () => {
    const root = el.closest(".pw-explorer");
    if (!root?.querySelector(".pw-parameters")) {
      if (tries++ < 600) waiting = requestAnimationFrame(attach);
      return;
    }
    root.lang = model.get("language");
    root.style.setProperty("--pw-carry", JSON.stringify(tr("Carry"))); // texts of the style sheet
    root.style.setProperty("--pw-ended", JSON.stringify(tr("The kernel was restarted or has ended: run the cell again.")));
    const refit = after(60, () => fit(root));
    const roomWatch = new ResizeObserver(refit);
    roomWatch.observe(scroller(root) ?? document.documentElement);
    roomWatch.observe(root);
    window.addEventListener("resize", refit);
    stop.push(() => roomWatch.disconnect(), () => window.removeEventListener("resize", refit));
    fit(root);

    const hold = (event) => {
      if (event.target.closest(".noUi-target")) report({ held: true });
    };
    const release = () => report({ held: false });
    root.addEventListener("pointerdown", hold, true);  // before the slider moves
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    stop.push(() => {
      root.removeEventListener("pointerdown", hold, true);
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
    });

    const lost = ({ reason }) => reason?.message === GIVEN_UP && tellOfLostPart(root);
    window.addEventListener("unhandledrejection", lost);
    stop.push(() => window.removeEventListener("unhandledrejection", lost));

    const help = root.querySelector(".pw-help .widget-html-content");
    const explain = (event) => {
      const named = event.target.closest(".pw-row")?.querySelector(".pw-name") ?? event.target.closest("[title]");
      const told = event.type === "focusin" && event.target.matches(":focus-visible");  // not after a click
      if (help) help.textContent = told ? (named?.title ?? "").replaceAll("\n", " · ") : "";
    };
    root.addEventListener("focusin", explain);
    root.addEventListener("focusout", explain);
    stop.push(() => ["focusin", "focusout"].forEach((kind) => root.removeEventListener(kind, explain)));

    const name = after(60, () => nameControls(root));
    const clean = after(1500, () => letGo(model).catch(() => {}));  // while it loads, or after its kernel's end
    const controlWatch = new MutationObserver((changes) => {
      name();
      if (changes.some((one) => one.removedNodes.length)) clean();
    });
    for (const part of root.querySelectorAll(".pw-bar, .pw-look, .pw-search, .pw-side")) {  // not what Plotly draws
      controlWatch.observe(part, {
        subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow"],
      });
    }
    stop.push(() => controlWatch.disconnect());
    name();
  };
  let waiting = requestAnimationFrame(attach);
  stop.push(() => cancelAnimationFrame(waiting));
  return () => stop.forEach((action) => action());
}

export default { render };
